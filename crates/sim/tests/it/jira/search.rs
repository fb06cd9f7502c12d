//! Searching, by offset and by token.

use serde_json::{Value, json};

use super::{CLOUD, DC, World, world};
use crate::client::encode;

fn keys(found: &Value) -> Vec<&str> {
    found["issues"].as_array().unwrap().iter().map(|issue| issue["key"].as_str().unwrap()).collect()
}

async fn search(world: &World, jql: &str) -> Value {
    world.ada.get(&format!("/rest/api/2/search?jql={}", encode(jql))).await.expect(200)
}

#[tokio::test]
async fn data_center_pages_by_offset() {
    let world = world(DC).await;
    let found = search(&world, "project = ACME order by key").await;
    assert_eq!(
        (found["total"].as_u64(), found["maxResults"].as_u64(), found["startAt"].as_u64()),
        (Some(80), Some(50), Some(0))
    );
    assert_eq!(&keys(&found)[..3], ["ACME-1", "ACME-2", "ACME-3"]);
    assert!(found["issues"][0]["fields"]["summary"].is_string());
    assert!(found["issues"][0]["fields"].get("comment").is_none());
    let body = json!({"jql": "project = ACME order by key desc", "startAt": 78, "maxResults": 10, "fields": ["status"]});
    let found = world.ada.post("/rest/api/2/search", body).await.expect(200);
    assert_eq!(keys(&found), ["ACME-2", "ACME-1"]);
    assert_eq!(found["issues"][0]["fields"].as_object().unwrap().len(), 1);
    let capped = world.ada.get("/rest/api/2/search?jql=&maxResults=5000").await.expect(200);
    assert_eq!((capped["maxResults"].as_u64(), capped["total"].as_u64()), (Some(1000), Some(120)));
}

#[tokio::test]
async fn cloud_has_shut_the_old_search_down() {
    let world = world(CLOUD).await;
    for version in ["2", "3"] {
        let path = format!("/rest/api/{version}/search");
        assert_eq!(world.ada.get(&format!("{path}?jql=project=ACME")).await.status, 410);
        let gone = world.ada.post(&path, json!({"jql": "project = ACME"})).await.expect(410);
        assert!(gone["errorMessages"][0].as_str().unwrap().contains("/rest/api/3/search/jql"));
        assert_eq!(world.ada.post(&format!("{path}/id"), json!({"jql": "project = ACME"})).await.status, 410);
    }
    assert_eq!(super::world(DC).await.ada.get("/rest/api/2/search/jql?jql=project=ACME").await.status, 404);
}

#[tokio::test]
async fn cloud_pages_by_token_and_shows_ids_only_unless_asked() {
    let world = world(CLOUD).await;
    let path = format!("/rest/api/3/search/jql?jql={}&maxResults=30", encode("project = ACME order by key"));
    let first = world.ada.get(&path).await.expect(200);
    assert_eq!(first["issues"][0], json!({"id": "10000"}));
    assert_eq!(first["isLast"], false);
    assert!(first.get("total").is_none());
    let (mut ids, mut page) = (Vec::new(), first);
    loop {
        ids.extend(
            page["issues"].as_array().unwrap().iter().map(|issue| issue["id"].as_str().unwrap().to_owned()),
        );
        if page["isLast"] == true {
            assert!(page.get("nextPageToken").is_none());
            break;
        }
        let token = page["nextPageToken"].as_str().unwrap().to_owned();
        page = world.ada.get(&format!("{path}&nextPageToken={token}")).await.expect(200);
    }
    assert_eq!(ids.len(), 80);
    ids.dedup();
    assert_eq!(ids.len(), 80);
    let body = json!({"jql": "key = ACME-1", "fields": ["summary"], "properties": ["x"], "expand": "names"});
    let found = world.ada.post("/rest/api/3/search/jql", body).await.expect(200);
    assert_eq!(keys(&found), ["ACME-1"]);
    assert_eq!(found["names"], json!({"summary": "Summary"}));
}

#[tokio::test]
async fn cloud_refuses_unbounded_queries_and_foreign_tokens() {
    let world = world(CLOUD).await;
    for jql in ["", "order by created"] {
        let refusal = world.ada.get(&format!("/rest/api/3/search/jql?jql={}", encode(jql))).await.expect(400);
        assert!(refusal["errorMessages"][0].as_str().unwrap().starts_with("Unbounded JQL"));
    }
    let first = world.ada.get("/rest/api/3/search/jql?jql=project=ACME&maxResults=1").await.expect(200);
    let token = first["nextPageToken"].as_str().unwrap();
    for wrong in
        [format!("jql=project=OPS&nextPageToken={token}"), "jql=project=ACME&nextPageToken=abc".to_owned()]
    {
        assert_eq!(world.ada.get(&format!("/rest/api/3/search/jql?{wrong}")).await.status, 400);
    }
}

#[tokio::test]
async fn pages_do_not_skip_issues_that_stay_while_others_move() {
    let world = world(CLOUD).await;
    let path =
        format!("/rest/api/3/search/jql?jql={}&maxResults=10", encode("project = ACME order by updated asc"));
    let first = world.ada.get(&format!("{path}&fields=summary")).await.expect(200);
    let before: Vec<String> = keys(&first).into_iter().map(str::to_owned).collect();
    // Three issues of the first page move to the end.
    for key in &before[..3] {
        world.ada.put(&format!("/rest/api/3/issue/{key}"), json!({"fields": {"labels": ["moved"]}})).await;
    }
    let token = first["nextPageToken"].as_str().unwrap();
    let second = world.ada.get(&format!("{path}&fields=summary&nextPageToken={token}")).await.expect(200);
    let all =
        world.ada.get(&format!("{}&fields=summary", path.replace("maxResults=10", "maxResults=100"))).await;
    let all = all.expect(200);
    assert_eq!(keys(&second), &keys(&all)[7..17]);
}

#[tokio::test]
async fn wrong_queries_are_refused_in_jiras_words() {
    let world = world(DC).await;
    for (jql, words) in [
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("status = Odd", "The value 'Odd' does not exist for the field 'status'."),
        ("foo = 1", "Field 'foo' does not exist or you do not have permission to view it."),
        ("key = ACME-9999", "An issue with key 'ACME-9999' does not exist for field 'key'."),
        ("project ~ ACME", "The operator '~' is not supported by the 'project' field."),
        ("summary = x", "The operator '=' is not supported by the 'summary' field."),
        ("assignee = nobody()", "Unable to find JQL function 'nobody()'."),
        (
            "project = ",
            "Error in JQL Query: Expecting either a value, list or function before the end of the query.",
        ),
        (
            "project = in",
            "Error in JQL Query: Expecting either a value, list or function but got 'in'. You must surround",
        ),
        (
            "project = end",
            "Error in the JQL Query: 'end' is a reserved JQL word. You must surround it in quotation",
        ),
        (
            "reporter = a@b",
            "Error in the JQL Query: The character '@' is a reserved JQL character. You must enclose",
        ),
        (
            "project = ACME type",
            "Error in the JQL Query: Expecting either 'OR' or 'AND' but got 'type'. (line 1, character 16)",
        ),
        ("(project = ACME", "Error in the JQL Query: Expecting ')' before the end of the query."),
        ("assignee in ada", "Operator 'in' does not support the non-list value 'ada' for field 'assignee'."),
        ("labels was x", "History searches do not support the 'labels' field."),
        ("project ACME", "Error in the JQL Query: Expecting operator but got 'ACME'."),
        ("updated > soon", "Date value 'soon' for field 'updated' is invalid."),
    ] {
        let refusal = world.ada.get(&format!("/rest/api/2/search?jql={}", encode(jql))).await.expect(400);
        let said = refusal["errorMessages"][0].as_str().unwrap();
        assert!(said.starts_with(words), "{jql}: {said}");
    }
}

#[tokio::test]
async fn pages_of_a_search_together_are_the_whole_of_it() {
    let world = world(DC).await;
    let ask = |start: usize| {
        let jql = encode("order by priority desc, summary asc, updated desc");
        format!("/rest/api/2/search?fields=summary&startAt={start}&maxResults=25&jql={jql}")
    };
    let mut all = Vec::new();
    for start in (0..120).step_by(25) {
        let page = world.ada.get(&ask(start)).await.expect(200);
        assert_eq!(page["total"], 120);
        all.extend(keys(&page).into_iter().map(str::to_owned));
    }
    let whole = world.ada.get(&ask(0).replace("maxResults=25", "maxResults=-1")).await.expect(200);
    assert_eq!(keys(&whole), all);
    assert!(keys(&world.ada.get(&ask(500)).await.expect(200)).is_empty());
}

#[tokio::test]
async fn the_past_is_searched_with_words_for_what_it_does_not_know() {
    let world = world(DC).await;
    let key = world.make("moving").await;
    let transition = json!({"transition": {"id": "11"}});
    assert_eq!(world.bob.post(&format!("/rest/api/2/issue/{key}/transitions"), transition).await.status, 204);
    for (jql, found) in [
        ("status was \"To Do\" and status = \"In Progress\" and created > -5m", true),
        ("status changed from \"To Do\" to \"In Progress\" by bob after -5m", true),
        ("status changed by ada after -5m", false),
        ("status was not in (\"To Do\") and created > -5m", false),
        ("status was \"In Progress\" by currentUser() and created > -5m", false),
    ] {
        let expected: &[&str] = if found { &[key.as_str()] } else { &[] };
        assert_eq!(keys(&search(&world, jql).await), expected, "{jql}");
    }
}

#[tokio::test]
async fn changes_are_found_by_time_and_by_who() {
    let world = world(DC).await;
    let key = world.make("needle in a haystack").await;
    assert_eq!(keys(&search(&world, "updated >= -1m").await), [key.as_str()]);
    assert_eq!(keys(&search(&world, "reporter = currentUser() and created > -5m").await), [key.as_str()]);
    assert_eq!(keys(&search(&world, "text ~ \"needle hay*\"").await), [key.as_str()]);
    assert_eq!(search(&world, "reporter = bob and created > -5m").await["total"], 0);
    world.control.post("/_sim/clock", json!({"advance_ms": 600_000})).await.expect(200);
    assert_eq!(search(&world, "updated >= -5m").await["total"], 0);
    assert_eq!(keys(&search(&world, "updated >= -15m").await), [key.as_str()]);
}
