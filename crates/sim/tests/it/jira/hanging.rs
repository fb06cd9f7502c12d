//! Queries about what hangs on issues.

use serde_json::json;

use super::{CLOUD, DC, World, attach, issue, world};
use crate::client::{Client, encode};

/// The keys that a person finds, in their order.
async fn keys(world: &World, who: &Client, jql: &str) -> Vec<String> {
    let cloud = world.ada.get("/rest/api/3/myself").await.status == 200;
    let path = if cloud { "/rest/api/3/search/jql?fields=summary&jql=" } else { "/rest/api/2/search?jql=" };
    let found = who.get(&format!("{path}{}", encode(jql))).await.expect(200);
    found["issues"]
        .as_array()
        .unwrap()
        .iter()
        .map(|issue| issue["key"].as_str().unwrap().to_owned())
        .collect()
}

/// Why a query is refused.
async fn refusal(world: &World, who: &Client, jql: &str) -> String {
    let cloud = world.ada.get("/rest/api/3/myself").await.status == 200;
    let path = if cloud { "/rest/api/3/search/jql?jql=" } else { "/rest/api/2/search?jql=" };
    let refused = who.get(&format!("{path}{}", encode(jql))).await.expect(400);
    refused["errorMessages"][0].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn people_who_watch_vote_and_work_are_asked_for() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let (one, two) = (world.make("one").await, world.make("two").await);
        let bob = if face == CLOUD { "712020:5f0c0000-0000-4000-8000-000000000003" } else { "bob" };
        assert_eq!(
            world.ada.post(&format!("/rest/api/2/issue/{one}/watchers"), json!(bob)).await.status,
            204
        );
        assert_eq!(world.bob.post(&format!("/rest/api/2/issue/{two}/votes"), json!(null)).await.status, 204);
        let work =
            json!({"timeSpent": "2h", "comment": "dug deep", "started": "2026-01-10T09:00:00.000+0000"});
        world.bob.post(&format!("/rest/api/2/issue/{one}/worklog"), work).await.expect(201);
        let among = format!("key in ({one}, {two}) and ");
        for (jql, found) in [
            (format!("watcher = '{bob}'"), vec![&one]),
            (format!("watcher in ('{bob}')"), vec![&one]),
            ("watcher = currentUser()".to_owned(), vec![&one, &two]),
            (format!("watcher != '{bob}'"), vec![&two]),
            (format!("voter = '{bob}'"), vec![&two]),
            ("voter is EMPTY".to_owned(), vec![&one]),
            (format!("worklogAuthor = '{bob}'"), vec![&one]),
            ("worklogAuthor is EMPTY".to_owned(), vec![&two]),
            ("watchers >= 2".to_owned(), vec![&one]),
            ("watchers = 1".to_owned(), vec![&two]),
            ("votes = 1".to_owned(), vec![&two]),
            ("votes not in (1, 2)".to_owned(), vec![&one]),
            ("worklogComment ~ deep".to_owned(), vec![&one]),
            ("worklogComment ~ shallow".to_owned(), vec![]),
            ("worklogDate = '2026-01-10'".to_owned(), vec![&one]),
            ("worklogDate > '2026-01-10'".to_owned(), vec![]),
            ("worklogDate in ('2026-01-09', '2026/01/10')".to_owned(), vec![&one]),
            ("timespent = 2h".to_owned(), vec![&one]),
            ("timespent > '1h 30m'".to_owned(), vec![&one]),
            ("timespent is EMPTY".to_owned(), vec![&two]),
        ] {
            assert_eq!(
                keys(&world, &world.ada, &format!("{among}{jql} order by key")).await,
                str(&found),
                "{jql}"
            );
        }
        let votes = keys(&world, &world.ada, &format!("key in ({one}, {two}) order by votes desc")).await;
        assert_eq!(votes, [two.as_str(), &one]);
        assert_eq!(keys(&world, &world.bob, "issue in votedIssues()").await, [two.as_str()]);
        assert_eq!(
            keys(&world, &world.bob, &format!("{among} issue in watchedIssues() order by key")).await,
            [one.as_str()]
        );
    }
}

fn str<'a>(keys: &[&'a String]) -> Vec<&'a str> {
    keys.iter().map(|key| key.as_str()).collect()
}

#[tokio::test]
async fn estimates_files_parents_and_links_are_asked_for() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let mut estimated = issue("one");
        estimated["fields"]["timetracking"] = json!({"originalEstimate": "2d", "remainingEstimate": "4h"});
        let made = world.ada.post("/rest/api/2/issue", estimated).await.expect(201);
        let (one, two) = (made["key"].as_str().unwrap().to_owned(), world.make("two").await);
        let mut child = issue("child");
        child["fields"]["issuetype"] = json!({"name": "Sub-task"});
        child["fields"]["parent"] = json!({"key": one});
        let made = world.ada.post("/rest/api/2/issue", child).await.expect(201);
        let child = made["key"].as_str().unwrap().to_owned();
        attach(&world.ada, &two, &[("file", "a.txt", b"x")]).await.expect(200);
        let link =
            json!({"type": {"name": "Blocks"}, "outwardIssue": {"key": two}, "inwardIssue": {"key": one}});
        assert_eq!(world.ada.post("/rest/api/2/issueLink", link).await.status, 201);
        let among = format!("key in ({one}, {two}, {child}) and ");
        for (jql, found) in [
            ("originalEstimate = 2d".to_owned(), vec![&one]),
            ("timeoriginalestimate < 3d".to_owned(), vec![&one]),
            ("originalEstimate is not EMPTY".to_owned(), vec![&one]),
            ("remainingEstimate <= 240m".to_owned(), vec![&one]),
            ("timeestimate in (4h, 5h)".to_owned(), vec![&one]),
            ("workratio = 0".to_owned(), vec![&one]),
            ("attachments is not EMPTY".to_owned(), vec![&two]),
            ("attachments is EMPTY".to_owned(), vec![&one, &child]),
            (format!("parent = {one}"), vec![&child]),
            (format!("parent in ({two})"), vec![]),
            ("issueLinkType = blocks".to_owned(), vec![&one, &two]),
            ("issueLinkType = 'is blocked by'".to_owned(), vec![&two]),
            ("issueLinkType is EMPTY".to_owned(), vec![&child]),
            ("issueLinkType in (Relates, Duplicate)".to_owned(), vec![]),
            (format!("issue in linkedIssues({one})"), vec![&two]),
            (format!("issue in linkedIssues({two}, 'is blocked by')"), vec![&one]),
            (format!("issue in linkedIssues({one}, 'is blocked by')"), vec![]),
        ] {
            assert_eq!(
                keys(&world, &world.ada, &format!("{among}{jql} order by key")).await,
                str(&found),
                "{jql}"
            );
        }
        let sorted = format!("key in ({one}, {two}) order by originalEstimate asc");
        assert_eq!(keys(&world, &world.ada, &sorted).await.len(), 2);
    }
}

#[tokio::test]
async fn issues_looked_at_are_remembered_when_asked() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let (one, two) = (world.make("one").await, world.make("two").await);
        let shown = world.bob.get(&format!("/rest/api/2/issue/{one}?updateHistory=true")).await.expect(200);
        assert!(shown["fields"]["lastViewed"].is_string());
        world.bob.get(&format!("/rest/api/2/issue/{two}")).await.expect(200);
        assert_eq!(keys(&world, &world.bob, "issue in issueHistory()").await, [one.as_str()]);
        assert!(keys(&world, &world.ada, "issue in issueHistory()").await.is_empty());
    }
}

#[tokio::test]
async fn wrong_questions_about_what_hangs_on_issues_are_refused() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        for (jql, words) in [
            ("attachments = 'a.txt'", "The operator '=' is not supported by the 'attachments' field."),
            ("watcher ~ ada", "The operator '~' is not supported by the 'watcher' field."),
            ("worklogComment = x", "The operator '=' is not supported by the 'worklogComment' field."),
            ("parent > ACME-1", "The operator '>' is not supported by the 'parent' field."),
            ("votes = many", "Value 'many' for the 'votes' field is not a valid number."),
            ("timespent = soon", "Value 'soon' for the 'timespent' field is not a valid duration."),
            ("issueLinkType = odd", "The value 'odd' does not exist for the field 'issueLinkType'."),
            ("project = ACME order by watcher", "Field 'watcher' does not support sorting."),
            (
                "issue in linkedIssues(ACME-9999)",
                "Issue 'ACME-9999' could not be found in function 'linkedIssues'.",
            ),
            (
                "issue in linkedIssues(ACME-1, odd)",
                "Issue link type 'odd' could not be found in function 'linkedIssues'.",
            ),
            ("issue in votedIssues(ada)", "Function 'votedIssues' expected '0' arguments but received '1'."),
        ] {
            let said = refusal(&world, &world.ada, jql).await;
            assert!(said.starts_with(words), "{jql}: {said}");
        }
    }
}

#[tokio::test]
async fn values_of_what_hangs_on_issues_are_suggested() {
    let world = world(DC).await;
    let path = "/rest/api/2/jql/autocompletedata/suggestions?fieldName=";
    let people = world.ada.get(&format!("{path}watcher&fieldValue=ad")).await.expect(200);
    assert_eq!(people["results"][0]["value"], "ada");
    let kinds = world.ada.get(&format!("{path}issueLinkType&fieldValue=is%20bl")).await.expect(200);
    assert_eq!(kinds["results"][0]["value"], "\"is blocked by\"");
}
