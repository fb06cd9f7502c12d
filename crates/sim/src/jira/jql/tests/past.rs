//! The past, functions, entity properties and filters in queries.

use serde_json::json;

use super::{ADA, BOB, found, site};
use crate::frame::call::Person;
use crate::jira::deed;
use crate::jira::edit::Hand;
use crate::jira::jql::Query;
use crate::jira::site::Site;

#[test]
fn the_past_is_known() {
    let mut site = site();
    let start = site.frame.clock.now();
    let edit = |site: &mut Site, who: Person, id: u32, body: serde_json::Value| {
        site.frame.clock.advance(3_600_000);
        deed::update::update(site, &Hand::person(who), id, &body).unwrap();
    };
    edit(
        &mut site,
        BOB,
        10_000,
        json!({"fields": {"assignee": {"name": "bob"}, "priority": {"name": "Lowest"}}}),
    );
    edit(&mut site, ADA, 10_000, json!({"fields": {"assignee": null, "fixVersions": [{"name": "1.0"}]}}));
    edit(&mut site, ADA, 10_000, json!({"fields": {"fixVersions": []}}));
    let hour = |hours: i64| start + hours * 3_600_000;
    for (jql, expected) in [
        ("assignee was ada".to_owned(), vec![1]),
        ("assignee was bob".to_owned(), vec![3, 1]),
        ("assignee was not ada".to_owned(), vec![5, 4, 3, 2]),
        ("assignee was in (ada, bob)".to_owned(), vec![3, 1]),
        ("assignee was EMPTY and key = ACME-1".to_owned(), vec![1]),
        ("priority was High".to_owned(), vec![1]),
        ("priority changed".to_owned(), vec![1]),
        ("priority changed from High to Lowest by bob".to_owned(), vec![1]),
        ("priority changed by ada".to_owned(), vec![]),
        ("priority changed to High".to_owned(), vec![]),
        (format!("assignee changed after {}", hour(1)), vec![1]),
        (format!("assignee changed before {}", hour(1)), vec![]),
        (format!("assignee changed during ({}, {}) to bob", hour(1), hour(1)), vec![1]),
        (format!("assignee was bob before {}", hour(1)), vec![3]),
        (format!("assignee was bob during ({}, {})", hour(1), hour(2)), vec![3, 1]),
        ("assignee was bob on startOfDay(-20)".to_owned(), vec![]),
        ("fixVersion was \"1.0\"".to_owned(), vec![1]),
        ("fixVersion was \"2.0\"".to_owned(), vec![5]),
        ("fixVersion changed".to_owned(), vec![1]),
        ("status was \"To Do\" by bob".to_owned(), vec![4, 2]),
        ("issuekey in updatedBy(bob)".to_owned(), vec![4, 3, 2, 1]),
        ("issuekey in updatedBy(bob, -3d)".to_owned(), vec![4, 3, 1]),
    ] {
        assert_eq!(found(&site, &jql), expected, "{jql}");
    }
}

#[test]
fn functions_give_people_versions_and_projects() {
    let site = site();
    for (jql, expected) in [
        ("assignee in membersOf(jira-users)", vec![3, 1]),
        ("assignee in membersOf(\"jira-administrators\")", vec![]),
        ("assignee in (currentUser(), bob)", vec![3, 1]),
        ("fixVersion in unreleasedVersions()", vec![5]),
        ("fixVersion in releasedVersions(OPS)", vec![]),
        ("fixVersion = earliestUnreleasedVersion(OPS)", vec![5]),
        ("fixVersion >= \"1.0\"", vec![5]),
        ("project in projectsLeadByUser(bob)", vec![5]),
        ("created >= startOfDay(-1d) and created <= endOfYear()", vec![5, 4]),
    ] {
        assert_eq!(found(&site, jql), expected, "{jql}");
    }
}

#[test]
fn properties_are_asked_by_path() {
    let mut site = site();
    let value = json!({"count": 3, "tags": ["a", "B"], "when": "2020-01-02", "deep": {"on": true}});
    deed::property::set(
        &mut site,
        &Hand::person(ADA),
        10_000,
        "info",
        deed::property::checked_value(&value).unwrap(),
    )
    .unwrap();
    for (jql, expected) in [
        ("issue.property[info].count = 3", vec![1]),
        ("issue.property[info].count > 2", vec![1]),
        ("issue.property[info].count > 3", vec![]),
        ("issue.property[\"info\"].tags = b", vec![1]),
        ("issue.property[info].tags in (c, a)", vec![1]),
        ("issue.property[info].deep.on = true", vec![]),
        ("issue.property[info].deep.on = \"true\"", vec![1]),
        ("issue.property[info].when < 2020-02-01", vec![1]),
        ("issue.property[info].nothing is not empty", vec![]),
        ("issue.property[info].count is not empty", vec![1]),
        ("issue.property[other].count is empty", vec![5, 4, 3, 2, 1]),
    ] {
        if jql.contains("= true") {
            assert!(Query::read(&site, jql).is_err());
            continue;
        }
        assert_eq!(found(&site, jql), expected, "{jql}");
    }
}

#[test]
fn a_filter_stands_for_its_conditions() {
    let mut site = site();
    let filter = |id: u32, name: &str, jql: &str, owner: Person| crate::jira::filter::Filter {
        id,
        name: name.to_owned(),
        description: None,
        owner,
        jql: jql.to_owned(),
        favourites: Default::default(),
        shares: Vec::new(),
        columns: None,
    };
    site.filters.list = vec![
        filter(10_000, "Bugs", "type = Bug order by key", ADA),
        filter(10_001, "Round", "filter = Round or filter = Bugs", ADA),
        filter(10_002, "Foreign", "type = Bug", BOB),
    ];
    assert_eq!(found(&site, "filter = Bugs and project = OPS"), [5]);
    assert_eq!(found(&site, "filter != 10000"), [4, 3, 2]);
    assert!(Query::ask(&site, Some(ADA), "filter = Round").is_err());
    assert!(Query::ask(&site, Some(ADA), "filter = Foreign").is_err());
}
