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
    let (date, version) = (created.body["modifyDate"].clone(), created.body["entityVersion"].as_u64());
    assert_eq!(
        created.body,
        json!({
            "account": world.running.url(), "resourceType": "UserStory", "resourceId": id, "modification": "Created",
            "changedFields": [], "author": {"id": 2}, "entityVersion": version, "modifyDate": date,
        })
    );
    world.post(&format!("/api/v1/UserStories/{id}"), json!({"Name": "two", "Effort": 3})).await.expect(200);
    let updated = receiver.next().await.body;
    assert_eq!(
        (&updated["modification"], &updated["changedFields"]),
        (&json!("Updated"), &json!(["Effort", "Name"]))
    );
    assert_eq!(updated["entityVersion"].as_u64(), version.map(|version| version + 1));
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

#[tokio::test]
async fn everything_that_hangs_on_items_and_stands_around_them_is_announced() {
    let mut receiver = Receiver::start().await;
    let world = hooked(&receiver).await;
    let (one, two) = (world.make("one").await, world.make("two").await);
    for _ in 0..2 {
        receiver.next().await;
    }
    for (kind, body, also) in [
        ("Relation", json!({"Master": {"Id": one}, "Slave": {"Id": two}, "RelationType": {"Id": 2}}), None),
        ("TeamAssignment", json!({"Assignable": {"Id": one}, "Team": {"Id": 300}}), Some("ResponsibleTeam")),
        ("RoleEffort", json!({"Assignable": {"Id": one}, "Role": {"Id": 1}, "Effort": 3}), Some("Effort")),
        ("Time", json!({"Assignable": {"Id": one}, "Description": "x", "Spent": 1}), Some("TimeSpent")),
        ("Release", json!({"Name": "R", "Project": {"Id": 100}}), None),
    ] {
        let made = world.post(&format!("/api/v1/{kind}s"), body).await.expect(201);
        // The item tells of what changed on itself first.
        if let Some(field) = also {
            let item = receiver.next().await.body;
            assert_eq!((&item["resourceId"], &item["changedFields"][0]), (&json!(one), &json!(field)));
        }
        let said = receiver.next().await.body;
        assert_eq!((&said["resourceType"], &said["resourceId"]), (&json!(kind), &made["Id"]));
        assert_eq!(said["modification"], "Created");
    }
}

#[tokio::test]
async fn a_rule_can_have_a_body_of_ones_own() {
    let mut receiver = Receiver::start().await;
    let world = hooked(&receiver).await;
    let template = r#"{"id":{{ResourceId}},"text":"{{ToJsonText(Name)}} was {{ToJsonText(Previous.Name)}} in {{Project.Name}} ({{Project.Process.Name}})",
        "what":"{{Modification}} {{ResourceType}} by {{Author.Name}}","fields":{{ChangedFields}},"risk":"{{[Risk]}}","state":"{{EntityState.Name}}",
        "none":"{{Nothing.At.All}}","at":"{{Account}}","uri":"{{EntityUri}}"}"#;
    world.control().post("/_sim/settings", json!({"hook": {"template": template}})).await.expect(200);
    let id = world.make("a \"b\"\n").await;
    let made = receiver.next().await.body;
    assert_eq!((&made["text"], &made["fields"]), (&json!("a \"b\"\n was  in Web Shop (Scrum)"), &json!([])));
    let change = json!({"Name": "c", "CustomFields": [{"Name": "Risk", "Value": "Low"}]});
    world.post(&format!("/api/v1/UserStories/{id}"), change).await.expect(200);
    let url = world.running.url();
    assert_eq!(
        receiver.next().await.body,
        json!({
            "id": id, "text": "c was a \"b\"\n in Web Shop (Scrum)", "what": "Updated UserStory by Ada Byron",
            "fields": ["CustomFields", "Name"], "risk": "Low", "state": "Open", "none": "", "at": url,
            "uri": format!("{url}/entity/{id}"),
        })
    );
    world.delete(&format!("/api/v1/UserStories/{id}")).await;
    assert_eq!(receiver.next().await.body["what"], "Deleted UserStory by Ada Byron");
    for wrong in
        [json!({"template": "{{"}), json!({"template": "{{a b}}"}), json!("other"), json!({"plugin": 1})]
    {
        assert_eq!(world.control().post("/_sim/settings", json!({"hook": wrong})).await.status, 400);
    }
    let state = world.control().get("/_sim/state").await.expect(200);
    assert_eq!(state["settings"]["hook"]["template"], template);
}

#[tokio::test]
async fn the_plugin_posts_entities_and_nothing_of_inner_collections() {
    let mut receiver = Receiver::start().await;
    let world = hooked(&receiver).await;
    world.control().post("/_sim/settings", json!({"hook": "plugin"})).await.expect(200);
    let id = world.make("one").await;
    let made = receiver.next().await.body;
    assert_eq!(
        (&made["Modification"], &made["ChangedFields"], &made["OldEntity"]),
        (&json!("Created"), &json!([]), &Value::Null)
    );
    assert_eq!(made["Entity"]["Project"], json!({"ResourceType": "Project", "Id": 100, "Name": "Web Shop"}));
    assert_eq!(made["Author"]["Id"], 2);
    world.post("/api/v1/Comments", json!({"General": {"Id": id}, "Description": "x"})).await.expect(201);
    world.post(&format!("/api/v1/UserStories/{id}"), json!({"Name": "two"})).await.expect(200);
    let changed = receiver.next().await.body;
    assert_eq!(
        (&changed["Entity"]["Name"], &changed["OldEntity"]["Name"], &changed["ChangedFields"]),
        (&json!("two"), &json!("one"), &json!(["Name"]))
    );
}
