//! What queries ask of sprints, epics and ranks.

use serde_json::json;

use super::agile::{AGILE, epic, keys, sprint};
use super::{CLOUD, DC, World, world};
use crate::client::{Reply, encode};

/// What a query answers, in the way the face searches.
async fn ask(world: &World, cloud: bool, jql: &str) -> Reply {
    let place = if cloud { "/rest/api/3/search/jql?fields=key&jql" } else { "/rest/api/2/search?jql" };
    world.ada.get(&format!("{place}={}", encode(jql))).await
}

async fn found(world: &World, cloud: bool, jql: &str) -> Vec<String> {
    keys(&ask(world, cloud, jql).await.expect(200))
}

#[tokio::test]
async fn sprints_are_found_by_id_name_and_stage() {
    for face in [CLOUD, DC] {
        let (world, cloud) = (world(face).await, face == CLOUD);
        let (id, key) = (sprint(&world, "Sprint of tests").await, world.make("a").await);
        let body = json!({"issues": [key]});
        world.ada.post(&format!("{AGILE}/sprint/{id}/issue"), body).await.expect(204);
        for jql in [
            format!("sprint = {id}"),
            "Sprint = \"sprint of TESTS\"".to_owned(),
            format!("sprint in ({id}, 1) and key = {key}"),
            format!("sprint in futureSprints() and key = {key}"),
        ] {
            assert_eq!(found(&world, cloud, &jql).await, [&*key], "{jql}");
        }
        for jql in ["sprint is EMPTY", "sprint in openSprints()", "sprint in closedSprints()"] {
            assert_eq!(found(&world, cloud, &format!("{jql} and key = {key}")).await, [""; 0], "{jql}");
        }
        assert!(!found(&world, cloud, "sprint in openSprints() and project = ACME").await.is_empty());
        for (jql, said) in [
            ("sprint = 999", "Sprint with id '999' does not exist or you do not have permission to view it."),
            ("sprint = x", "Sprint with name 'x' does not exist or you do not have permission to view it."),
        ] {
            assert_eq!(ask(&world, cloud, jql).await.expect(400)["errorMessages"][0], said);
        }
    }
}

#[tokio::test]
async fn issues_of_an_epic_are_found_by_its_key() {
    let world = world(DC).await;
    let (first, key) = (epic(&world, "Payments").await, world.make("a").await);
    world.ada.post(&format!("{AGILE}/epic/{first}/issue"), json!({"issues": [key]})).await.expect(204);
    assert_eq!(found(&world, false, &format!("\"Epic Link\" = {first}")).await, [&*key]);
    assert_eq!(found(&world, false, &format!("\"Epic Link\" is empty and key = {key}")).await, [""; 0]);
    assert_eq!(found(&world, false, "\"Epic Name\" ~ payments").await, [first]);
    ask(&world, false, "\"Epic Link\" = NONE-1").await.expect(400);
}

#[tokio::test]
async fn a_search_comes_in_the_order_of_ranks() {
    for face in [CLOUD, DC] {
        let (world, cloud) = (world(face).await, face == CLOUD);
        let (one, two) = (world.make("one").await, world.make("two").await);
        let jql = format!("key in ({one}, {two}) order by Rank");
        assert_eq!(found(&world, cloud, &jql).await, [&*one, &*two]);
        let body = json!({"issues": [two], "rankBeforeIssue": one});
        world.ada.put(&format!("{AGILE}/issue/rank"), body).await.expect(204);
        assert_eq!(found(&world, cloud, &jql).await, [&*two, &*one]);
        assert_eq!(found(&world, cloud, &format!("{jql} desc")).await, [&*one, &*two]);
    }
}

#[tokio::test]
async fn what_hangs_on_an_issue_is_found() {
    for face in [CLOUD, DC] {
        let (world, cloud) = (world(face).await, face == CLOUD);
        let (key, other) = (world.make("one").await, world.make("two").await);
        let issue = |key: &str, rest: &str| format!("/rest/api/2/issue/{key}/{rest}");
        world.bob.post(&issue(&key, "votes"), json!(null)).await.expect(204);
        let work = json!({"timeSpent": "2h", "started": "2026-01-05T10:00:00.000+0000"});
        world.ada.post(&issue(&key, "worklog"), work).await.expect(201);
        let link =
            json!({"type": {"name": "Blocks"}, "inwardIssue": {"key": key}, "outwardIssue": {"key": other}});
        world.ada.post("/rest/api/2/issueLink", link).await.expect(201);
        let bob = if cloud {
            world.bob.get("/rest/api/3/myself").await.expect(200)["accountId"].clone()
        } else {
            json!("bob")
        };
        for (jql, expected) in [
            (format!("voter = {bob}"), vec![&key]),
            ("votes > 0".to_owned(), vec![&key]),
            ("votes = 1".to_owned(), vec![&key]),
            ("timespent >= 2h and timespent < 3h".to_owned(), vec![&key]),
            ("timespent is empty".to_owned(), vec![&other]),
            ("worklogAuthor = currentUser()".to_owned(), vec![&key]),
            ("worklogDate = 2026-01-05".to_owned(), vec![&key]),
            ("worklogDate > 2026-01-05".to_owned(), vec![]),
            ("attachments is empty".to_owned(), vec![&key, &other]),
            ("issueLinkType = blocks".to_owned(), vec![&key, &other]),
            ("issueLinkType = \"is blocked by\"".to_owned(), vec![&other]),
            (format!("issue in linkedIssues({key})"), vec![&other]),
            (format!("issue in linkedIssues({other}, \"is blocked by\")"), vec![&key]),
            (format!("issue in linkedIssues({other}, blocks)"), vec![]),
            ("issue in watchedIssues()".to_owned(), vec![&key, &other]),
            ("issue in votedIssues()".to_owned(), vec![]),
        ] {
            let whole = format!("({jql}) and key in ({key}, {other}) order by key");
            assert_eq!(&found(&world, cloud, &whole).await.iter().collect::<Vec<_>>(), &expected, "{jql}");
        }
        for wrong in [
            "attachments = 1",
            "votes = many",
            "timespent > soon",
            "issueLinkType = odd",
            "issue in linkedIssues(NO-1)",
        ] {
            ask(&world, cloud, &format!("project = ACME and {wrong}")).await.expect(400);
        }
    }
}

#[tokio::test]
async fn sub_tasks_are_found_by_their_parent() {
    let world = world(DC).await;
    let parent = world.make("one").await;
    let fields = json!({
        "project": {"key": "ACME"}, "issuetype": {"name": "Sub-task"}, "summary": "part", "parent": {"key": parent},
    });
    let made = world.ada.post("/rest/api/2/issue", json!({"fields": fields})).await.expect(201);
    assert_eq!(found(&world, false, &format!("parent = {parent}")).await, [made["key"].as_str().unwrap()]);
}
