//! Queries against a small Jira, and texts that are no queries.

mod past;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::frame::call::Person;
use crate::frame::world::Frame;
use crate::jira::edit::Hand;
use crate::jira::{Deployment, deed, seed};

const ADA: Person = Person(1);
const BOB: Person = Person(2);

/// A Data Center with five issues: ACME-1 to ACME-4 and OPS-1, made a day apart, the last one now.
fn site() -> Site {
    let mut site =
        Site::new(Frame::still(), Deployment::DataCenter, "http://jira".to_owned(), seed::catalog());
    let now = site.frame.clock.now();
    let issues = [
        json!({"summary": "Login is slow", "project": {"key": "ACME"}, "issuetype": {"name": "Bug"}, "priority": {"name": "High"},
            "labels": ["web", "slow"], "assignee": {"name": "ada"}, "customfield_10011": 3}),
        json!({"summary": "Logout works", "project": {"key": "ACME"}, "issuetype": {"name": "Story"}, "description": "the *slow* part",
            "components": [{"name": "API"}], "customfield_10012": {"value": "Major"}}),
        json!({"summary": "Price list", "project": {"key": "ACME"}, "issuetype": {"name": "Task"}, "priority": {"name": "Low"},
            "assignee": {"name": "bob"}, "labels": ["web"], "customfield_10010": "Initech"}),
        json!({"summary": "Export", "project": {"key": "ACME"}, "issuetype": {"name": "Story"}, "duedate": "2020-01-02",
            "customfield_10013": [{"value": "Linux"}], "customfield_10011": 8}),
        json!({"summary": "Disk full", "project": {"key": "OPS"}, "issuetype": {"name": "Bug"}, "fixVersions": [{"name": "2.0"}]}),
    ];
    for (number, fields) in issues.into_iter().enumerate() {
        site.frame.clock.set(now - 86_400_000 * (4 - number as i64));
        let who = if number % 2 == 0 { ADA } else { BOB };
        deed::create::create(&mut site, &Hand::person(who), &json!({"fields": fields})).unwrap();
    }
    let given = deed::comment::read(&site, &Hand::person(BOB), &json!({"body": "nothing to see"})).unwrap();
    deed::comment::add(&mut site, &Hand::person(BOB), 10_002, given).unwrap();
    site
}

/// The numbers of the issues found, OPS-1 being 5.
fn found(site: &Site, jql: &str) -> Vec<u32> {
    let query =
        Query::ask(site, Some(ADA), jql).unwrap_or_else(|refusal| panic!("{jql}: {:?}", refusal.messages));
    query.find(site, Some(ADA), &[]).page(0, usize::MAX).into_iter().map(|issue| issue.id - 9_999).collect()
}

#[test]
fn each_field_finds_its_issues() {
    let site = site();
    for (jql, expected) in [
        ("", vec![5, 4, 3, 2, 1]),
        ("project = ACME", vec![4, 3, 2, 1]),
        ("project in (OPS, 10000)", vec![5, 4, 3, 2, 1]),
        ("project = Operations", vec![5]),
        ("key = acme-2", vec![2]),
        ("id in (10000, \"ACME-3\")", vec![3, 1]),
        ("key > ACME-2", vec![4, 3]),
        ("issuetype = bug", vec![5, 1]),
        ("type not in (Bug, Story)", vec![3]),
        ("status = \"To Do\"", vec![5, 4, 3, 2, 1]),
        ("statusCategory = Done", vec![]),
        ("assignee = ada", vec![1]),
        ("assignee != ada", vec![3]),
        ("assignee is EMPTY", vec![5, 4, 2]),
        ("assignee is not null", vec![3, 1]),
        ("project is EMPTY", vec![]),
        ("project != null AND assignee = ada", vec![1]),
        ("assignee in (bob, EMPTY)", vec![5, 4, 3, 2]),
        ("assignee = currentUser()", vec![1]),
        ("reporter = bob", vec![4, 2]),
        ("creator = JIRAUSER10102", vec![4, 2]),
        ("labels = web", vec![3, 1]),
        ("labels in (slow, nowhere)", vec![1]),
        ("labels != slow", vec![3]),
        ("labels is empty", vec![5, 4, 2]),
        ("priority = Low", vec![3]),
        ("priority > Medium", vec![1]),
        ("priority >= medium", vec![5, 4, 2, 1]),
        ("resolution = Unresolved", vec![5, 4, 3, 2, 1]),
        ("resolution is not empty", vec![]),
        ("component = API", vec![2]),
        ("fixVersion = 2.0", vec![5]),
        ("due < 2020-01-03", vec![4]),
        ("due is empty", vec![5, 3, 2, 1]),
        ("description is empty", vec![5, 4, 3, 1]),
        ("\"Story Points\" > 3", vec![4]),
        ("cf[10011] = 3", vec![1]),
        ("customfield_10011 is empty", vec![5, 3, 2]),
        ("Severity = Major", vec![2]),
        ("Platforms in (Linux, Windows)", vec![4]),
        ("Customer ~ initech", vec![3]),
    ] {
        assert_eq!(found(&site, jql), expected, "{jql}");
    }
}

#[test]
fn words_are_found_whole_by_start_and_as_a_phrase() {
    let site = site();
    for (jql, expected) in [
        ("summary ~ slow", vec![1]),
        ("summary ~ log", vec![]),
        ("summary ~ \"log*\"", vec![2, 1]),
        ("summary ~ \"slow login\"", vec![1]),
        ("summary ~ \"\\\"slow login\\\"\"", vec![]),
        ("summary ~ \"\\\"login is\\\"\"", vec![1]),
        ("text ~ slow", vec![2, 1]),
        ("text ~ nothing", vec![3]),
        ("comment ~ see", vec![3]),
        ("summary !~ slow", vec![5, 4, 3, 2]),
    ] {
        assert_eq!(found(&site, jql), expected, "{jql}");
    }
}

#[test]
fn conditions_combine_by_precedence() {
    let site = site();
    for (jql, expected) in [
        ("project = ACME and type = Bug or project = OPS", vec![5, 1]),
        ("project = ACME and (type = Bug or type = Task)", vec![3, 1]),
        ("not project = ACME", vec![5]),
        ("! (project = OPS || type = Story) && labels = web", vec![3, 1]),
        ("not not type = task", vec![3]),
    ] {
        assert_eq!(found(&site, jql), expected, "{jql}");
    }
}

#[test]
fn times_are_absolute_relative_and_in_milliseconds() {
    let site = site();
    let now = site.frame.clock.now();
    assert_eq!(found(&site, "created >= -2d"), [5, 4, 3]);
    assert_eq!(found(&site, "created > -2d"), [5, 4]);
    assert_eq!(found(&site, "created <= now()"), [5, 4, 3, 2, 1]);
    assert_eq!(found(&site, "updated >= -1h and project = ACME"), [3]);
    assert_eq!(found(&site, &format!("created >= {}", now - 86_400_000)), [5, 4]);
    // An absolute time is the beginning of its minute.
    let minute = crate::jira::date::civil(now).strftime("%Y-%m-%d %H:%M").to_string();
    assert_eq!(found(&site, &format!("created >= '{minute}'")), [5]);
    let day = crate::jira::date::civil(now - 86_400_000).strftime("%Y/%m/%d").to_string();
    assert!(found(&site, &format!("created >= \"{day}\"")).starts_with(&[5, 4]));
}

#[test]
fn orders_have_several_keys_and_usual_ways() {
    let site = site();
    for (jql, expected) in [
        ("order by key", vec![1, 2, 3, 4, 5]),
        ("order by project desc, key asc", vec![5, 1, 2, 3, 4]),
        ("order by created", vec![5, 4, 3, 2, 1]),
        ("order by created asc", vec![1, 2, 3, 4, 5]),
        ("order by updated desc, key", vec![3, 5, 4, 2, 1]),
        ("order by priority", vec![1, 2, 4, 5, 3]),
        ("order by priority asc, key desc", vec![3, 5, 4, 2, 1]),
        ("order by issuetype asc, id desc", vec![4, 2, 3, 5, 1]),
        ("order by summary", vec![5, 4, 1, 2, 3]),
        ("labels = web order by \"Story Points\"", vec![1, 3]),
        ("project = ACME order by due", vec![4, 1, 2, 3]),
        ("project = ACME order by due desc, key", vec![1, 2, 3, 4]),
    ] {
        assert_eq!(found(&site, jql), expected, "{jql}");
    }
}

#[test]
fn pages_are_parts_of_the_whole_order() {
    let site = site();
    for jql in ["order by key", "order by priority, key", "order by summary desc", ""] {
        let query = Query::ask(&site, Some(ADA), jql).unwrap();
        let whole: Vec<u32> =
            query.find(&site, Some(ADA), &[]).page(0, 9).iter().map(|issue| issue.id).collect();
        for start in 0..6 {
            let mut found = query.find(&site, Some(ADA), &[]);
            let page: Vec<u32> = found.page(start, 2).iter().map(|issue| issue.id).collect();
            assert_eq!(page, whole[start.min(5)..(start + 2).min(5)], "{jql} from {start}");
            for id in page {
                assert_eq!(found.rank(id), whole.iter().position(|known| *known == id));
            }
        }
    }
}

#[test]
fn all_unknown_names_are_told_at_once() {
    let site = site();
    let refusal = Query::read(&site, "foo = 1 and project = X order by bar").unwrap_err();
    assert_eq!(refusal.messages.len(), 3);
}

#[test]
fn what_cannot_be_read_is_refused() {
    let site = site();
    for wrong in [
        "project",
        "= ACME",
        "project = ACME and",
        "project = ACME order",
        "project = ACME order by",
        "project in (ACME",
        "project in ACME, OPS",
        "(project = ACME",
        "project = ACME)",
        "project = 'ACME",
        "assignee is ada",
        "project = {x}",
        "labels was web",
        "assignee = ada after -1d",
        "status was Done from Done",
        "status changed during -1d",
        "assignee in bob",
        "assignee = (bob, ada)",
        "assignee = membersOf(jira-users)",
        "assignee in membersOf(nobodies)",
        "status = currentUser()",
        "status was Nowhere",
        "summary ~ \"*low\"",
        "issue.property[x = 1",
        "project = ACME order by key sideways",
        "project = 'AC\\ME'",
        "user = ada",
        "project = order",
        "labels ~ web",
        "created = soon",
        "summary > 3",
        "cf[1] = 2",
        "created > now(1)",
        "order by comment",
        "\"Story Points\" = many",
        "status = EMPTY",
    ] {
        assert!(Query::read(&site, wrong).is_err(), "{wrong}");
    }
    let deep = format!("{}project = ACME{}", "(".repeat(5_000), ")".repeat(5_000));
    assert!(Query::read(&site, &deep).is_err());
    assert!(Query::read(&site, &"not ".repeat(5_000)).is_err());
}

#[test]
fn a_lagging_index_shows_issues_as_they_were() {
    let mut site = site();
    let rules = json!([{"do": {"kind": "stale_index", "lag_ms": 60_000}}]);
    site.frame.faults.put(serde_json::from_value(rules).unwrap(), true);
    let hand = Hand::person(ADA);
    deed::update::update(&mut site, &hand, 10_000, &json!({"fields": {"summary": "Renamed"}})).unwrap();
    deed::remove::remove(&mut site, &hand, 10_001).unwrap();
    let new = json!({"fields": {"summary": "New", "project": {"key": "OPS"}, "issuetype": {"name": "Bug"}}});
    deed::create::create(&mut site, &hand, &new).unwrap();
    assert!(found(&site, "summary ~ Renamed").is_empty());
    assert_eq!(found(&site, "summary ~ login"), [1]);
    assert_eq!(found(&site, "project = ACME"), [4, 3, 2, 1]);
    assert!(found(&site, "summary ~ New").is_empty());
    let fresh = Query::read(&site, "summary ~ Renamed").unwrap().find(&site, Some(ADA), &[10_000]).total();
    assert_eq!(fresh, 1);
    site.frame.clock.advance(60_001);
    assert_eq!(found(&site, "summary ~ Renamed"), [1]);
    assert_eq!(found(&site, "project = ACME"), [4, 3, 1]);
    assert_eq!(found(&site, "summary ~ New"), [6]);
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,80}") {
        let _ = Query::read(&site(), &text);
    }

    #[test]
    fn no_sequence_of_words_makes_it_panic(words in proptest::collection::vec(prop_oneof![
        Just("project"), Just("="), Just("ACME"), Just("and"), Just("or"), Just("not"), Just("("), Just(")"), Just("in"),
        Just("is"), Just("EMPTY"), Just("order"), Just("by"), Just(","), Just("updated"), Just(">"), Just("-5m"), Just("~"),
        Just("summary"), Just("\"x y\""), Just("now()"), Just("desc"), Just("labels"), Just("!="),
    ], 0..14)) {
        let site = site();
        if let Ok(query) = Query::read(&site, &words.join(" ")) {
            query.find(&site, Some(ADA), &[]).page(0, 10);
        }
    }

    #[test]
    fn a_printed_query_is_read_as_the_same(words in proptest::collection::vec(prop_oneof![
        Just("project"), Just("="), Just("ACME"), Just("and"), Just("or"), Just("not"), Just("("), Just(")"), Just("in"),
        Just("is"), Just("EMPTY"), Just("order by"), Just(","), Just("cf[10010]"), Just(">"), Just("-5m"), Just("~"),
        Just("issue.property[x].y"), Just("\"x \\\" y\""), Just("now()"), Just("desc"), Just("was not"), Just("changed"),
        Just("by"), Just("a = b"), Just("x in (1, f(a, 'order'))"), Just("\"empty\""), Just("\\u0020z"), Just("'.x'"),
    ], 0..12)) {
        if let Ok(parsed) = parse::parse(&words.join(" ")) {
            let printed = parsed.to_string();
            prop_assert_eq!(parse::parse(&printed), Ok(parsed), "{}", printed);
        }
    }

    #[test]
    fn a_value_is_found_in_quotes_whatever_it_is(text in "\\PC{0,20}|[\\s\\S]{0,20}") {
        let jql = format!("a = {}", word::quote(&text));
        let parsed = parse::parse(&jql).unwrap();
        let Some(tree::Tree::Clause(clause)) = parsed.tree else { panic!("no clause") };
        prop_assert_eq!(clause.operand, Some(tree::Operand::Text(text)));
    }

    #[test]
    fn a_condition_and_its_negation_share_no_issue(pick in 0..6_usize) {
        let clauses = ["type = Bug", "assignee = ada", "labels = web", "created >= -2d", "summary ~ slow", "priority > Low"];
        let site = site();
        let (yes, no) = (found(&site, clauses[pick]), found(&site, &format!("not ({})", clauses[pick])));
        prop_assert_eq!(yes.len() + no.len(), 5);
        prop_assert!(yes.iter().all(|id| !no.contains(id)));
    }
}
