//! What a Targetprocess tells.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::body::{Taken, inbox, sorted};
use crate::house::{Hook, Kind, Service, World};

/// Bodies that a Targetprocess would have sent while somebody worked in it, with the item each is about.
async fn bodies_of_a_day(world: &World) -> Vec<(Value, String)> {
    let tool = &world.targetprocess;
    tool.post("hooks", &json!({"blocked": true})).await;
    let project = json!({"Id": 100});
    let made = tool
        .edit(
            json!({"as": "bob", "create": {"ResourceType": "UserStory", "Name": "New", "Project": project}}),
        )
        .await;
    let item: u64 = made["id"].as_str().unwrap().parse().unwrap();
    let said = tool
        .edit(json!({"as": "bob", "item": item, "fields": {"Name": "Newer"}, "comment": "<div>Hello</div>"}))
        .await;
    let comment: u64 = said["comment"].as_str().unwrap().parse().unwrap();
    tool.edit(
        json!({"as": "ada", "item": item, "edit_comment": {"id": comment, "body": "<div>Good day</div>"}}),
    )
    .await;
    tool.edit(json!({"as": "ada", "item": item, "assign": "ada", "state": "Planned"})).await;
    tool.edit(json!({"as": "ada", "item": item, "unassign": "ada", "delete_comment": comment})).await;
    tool.edit(json!({"as": "ada", "item": item, "delete": true})).await;
    let sent = tool.get("webhooks?since=0").await;
    let bodies = sent["webhooks"].as_array().unwrap().iter().map(|sent| sent["body"].clone());
    bodies.map(|body| (body, item.to_string())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_targetprocess_become_work_on_their_item() {
    let mut world = World::new(Kind::Sqlite, &[]).await;
    let bodies = bodies_of_a_day(&world).await;
    let text = |body: &Value, member: &str| body[member].as_str().unwrap().to_owned();
    let name = |body: &Value| format!("{} {}", text(body, "resourceType"), text(body, "modification"));
    let kinds: BTreeSet<String> = bodies.iter().map(|(body, _)| name(body)).collect();
    for kind in [
        "UserStory Created",
        "UserStory Updated",
        "UserStory Deleted",
        "Comment Created",
        "Comment Updated",
        "Comment Deleted",
        "Assignment Created",
        "Assignment Deleted",
    ] {
        assert!(kinds.contains(kind), "{kinds:?}");
    }
    assert!(world.service.terminate().await.success());
    world.service = Service::start_as(world.folder.path(), &world.environment, &["--role", "intake"]);
    let hook = Hook::of(&world.service, &world.targetprocess_hook);
    assert!(hook.header.is_some());
    let before = inbox(&world.service).await.len();
    for (body, _) in &bodies {
        assert_eq!(hook.post(body.to_string(), &[]).await.unwrap().status, 204, "{body:#}");
    }
    let rows = inbox(&world.service).await.split_off(before);
    assert_eq!(rows.len(), bodies.len(), "none is lost");
    let expected = bodies.iter().map(|(body, item)| Taken {
        connection: hook.connection().to_owned(),
        event: name(body),
        state: "pending".to_owned(),
        entity: Some(format!("item/{}/{item}", hook.connection())),
    });
    assert_eq!(Taken::all(&rows), sorted(expected.collect()));
    world.end().await;
}
