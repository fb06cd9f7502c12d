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
