//! The automation rule's webhook.

use bowline_sim::WebhookTarget;
use bowline_sim::targetprocess::Options;
use serde_json::{Value, json};

use super::{World, world};
use crate::receiver::Receiver;

async fn hooked(receiver: &Receiver) -> World {
    let header = Some(("X-Hook-Token".to_owned(), "t0ken".to_owned()));
    let webhook = Some(WebhookTarget { url: receiver.url.clone(), header, ..WebhookTarget::default() });
    world(Options { webhook, ..Options::default() }).await
}

#[tokio::test]
async fn items_are_announced_with_what_changed() {
    let mut receiver = Receiver::start().await;
    let world = hooked(&receiver).await;
    let id = world.make("one").await;
    let created = receiver.next().await;
    assert_eq!(created.header("x-hook-token"), Some("t0ken"));
    assert_eq!(created.header("x-hub-signature"), None);
    let date = created.body["modifyDate"].clone();
    assert_eq!(
        created.body,
        json!({
            "account": world.running.url(), "resourceType": "UserStory", "resourceId": id, "modification": "Created",
            "changedFields": [], "author": {"id": 2}, "entityVersion": 1, "modifyDate": date,
        })
    );
    world.post(&format!("/api/v1/UserStories/{id}"), json!({"Name": "two", "Effort": 3})).await.expect(200);
    let updated = receiver.next().await.body;
    assert_eq!(
        (&updated["modification"], &updated["changedFields"], &updated["entityVersion"]),
        (&json!("Updated"), &json!(["Effort", "Name"]), &json!(2))
    );
    // The same again is no change and no news.
    world.post(&format!("/api/v1/UserStories/{id}"), json!({"Name": "two"})).await.expect(200);
    world.delete(&format!("/api/v1/UserStories/{id}")).await;
    assert_eq!(receiver.next().await.body["modification"], "Deleted");
}

#[tokio::test]
async fn comments_and_assignments_are_announced_as_their_own_resources() {
    let mut receiver = Receiver::start().await;
    let world = hooked(&receiver).await;
    let id = world.make("one").await;
    receiver.next().await;
    let comment =
        world.post("/api/v1/Comments", json!({"General": {"Id": id}, "Description": "x"})).await.expect(201)
            ["Id"]
            .clone();
    let said = receiver.next().await.body;
    assert_eq!(
        (&said["resourceType"], &said["resourceId"], &said["entityVersion"]),
        (&json!("Comment"), &comment, &Value::Null)
    );
    assert_eq!(said["general"], json!({"id": id, "type": "UserStory"}));
    world.post(&format!("/api/v1/Comments/{comment}"), json!({"Description": "y"})).await.expect(200);
    assert_eq!(receiver.next().await.body["changedFields"], json!(["Description"]));
    world.control().post("/_sim/settings", json!({"general_in_hooks": false})).await.expect(200);
    world.delete(&format!("/api/v1/Comments/{comment}")).await;
    let deleted = receiver.next().await.body;
    assert_eq!((deleted["modification"].as_str(), deleted.get("general")), (Some("Deleted"), None));
    let body = json!({"Assignable": {"Id": id}, "GeneralUser": {"Id": 3}, "Role": {"Id": 8}});
    world.post("/api/v1/Assignments", body).await.expect(201);
    let assigned = receiver.next().await.body;
    assert_eq!(
        (&assigned["resourceType"], &assigned["modification"]),
        (&json!("Assignment"), &json!("Created"))
    );
}

#[tokio::test]
async fn a_failed_webhook_is_not_sent_again() {
    let mut receiver = Receiver::start().await;
    receiver.answer(&[500]);
    let world = hooked(&receiver).await;
    world.make("one").await;
    receiver.next().await;
    let sent = world.control().get("/_sim/webhooks?wait_ms=10000").await.expect(200);
    assert_eq!((sent["webhooks"][0]["fate"].as_str(), sent["waiting"].as_u64()), (Some("failed"), Some(0)));
    assert_eq!(sent["webhooks"][0]["headers"]["x-hook-token"], "***");
    assert!(receiver.is_empty());
}
