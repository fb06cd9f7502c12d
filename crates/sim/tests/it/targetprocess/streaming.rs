//! The streaming service.

use bowline_sim::targetprocess::Options;
use serde_json::{Value, json};

use super::world;
use crate::client::Client;

const PATH: &str = "/svc/tp-apiv2-streaming-service/stream";

#[tokio::test]
async fn a_stream_has_everything_by_id() {
    let world = world(Options { stories: 450, bugs: 0, ..Options::default() }).await;
    let query =
        [("take", "1"), ("skip", "5"), ("orderBy", "name"), ("result", "count"), ("select", "{name}")];
    let all = world.get(&format!("{PATH}/userstory"), &query).await.expect(200);
    let ids: Vec<u64> =
        all["items"].as_array().unwrap().iter().map(|item| item["__id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), 450);
    assert!(ids.is_sorted());
    assert_eq!(all["items"][0].as_object().unwrap().keys().collect::<Vec<_>>(), ["__id", "name"]);
    let few = world
        .get(&format!("{PATH}/UserStories/"), &[("where", "(id<1005)"), ("filter", "?Id > 1002")])
        .await
        .expect(200);
    let ids: Vec<&Value> = few["items"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
    assert_eq!(ids, [&json!(1003), &json!(1004)]);
    let none = world.get(&format!("{PATH}/Bug"), &[("where", "(id==1)")]).await.expect(200);
    assert_eq!(none, json!({"items": []}));
}

#[tokio::test]
async fn a_stream_takes_access_tokens_and_basic_only() {
    let world = world(Options::default()).await;
    let (nobody, path) = (world.control(), format!("{PATH}/userstory"));
    let token =
        nobody.get("/api/v1/Authentication?format=json&access_token=token-ada").await.expect(200)["Token"]
            .clone();
    let token = crate::client::encode(token.as_str().unwrap());
    assert_eq!(nobody.get(&format!("{path}?token={token}")).await.status, 401);
    assert_eq!(nobody.get(&path).await.status, 401);
    assert_eq!(Client::basic(world.running.url(), "ada", "ada").get(&path).await.status, 200);
    for (query, status) in [("where", 400), ("select", 400), ("filter", 400)] {
        let answer = world.get(&path, &[(query, "?nothing==")]).await;
        assert_eq!(answer.status, status, "{query}");
    }
    assert_eq!(world.get(&format!("{PATH}/nothing"), &[]).await.status, 404);
    let requests = world.control().get("/_sim/requests").await.expect(200);
    assert!(requests["requests"].as_array().unwrap().iter().any(|one| one["user"] == "ada"));
}
