//! Items that cannot be shared.

use serde_json::{Value, json};

use super::{document, nothing_wrong, problem, remedy};
use crate::house::{Kind, World};

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_cannot_be_shared_is_refused_with_the_reason_and_can_be_once_the_profile_takes_it() {
    let world = World::new(Kind::Sqlite, &[]).await;
    let all = world.jira.get("items").await;
    let find = |kind: &str, project: &str| {
        let mut items = all["items"].as_array().unwrap().iter();
        let fits = |item: &&Value| item["type"] == kind && item["key"].as_str().unwrap().starts_with(project);
        items.find(fits).unwrap()["key"].as_str().unwrap().to_owned()
    };
    let (elsewhere, bug) = (find("Story", "OPS-"), find("Bug", "ACME-"));
    let share = async |item: &str, profile: &str| {
        let wish = json!({"profile": profile, "side": "left", "item": item});
        world.service.call("POST", "/api/v1/shares", &wish).await.unwrap()
    };
    let (taken, _) = world.share("left", &world.stories().await[0]).await;
    let cases = [
        (elsewhere.as_str(), "stories", 422, "sync.not_routed", 1),
        (bug.as_str(), "stories", 422, "sync.no_type_mapping", 1),
        ("ACME-999999", "stories", 422, "tool.not_found", 1),
        (taken.as_str(), "stories", 409, "sync.already_shared", 5),
        (taken.as_str(), "storeis", 404, "api.not_found", 4),
    ];
    for (item, profile, status, code, exit) in cases {
        problem(&share(item, profile).await, status, code);
        let said = world.cli(&["share", "create", "--profile", profile, "--left", item], "").exit(exit);
        said.says(&[code, remedy(code)]);
    }
    let reasons = share(&elsewhere, "stories").await.body["reasons"].clone();
    assert!(reasons[0].as_str().unwrap().contains("OPS"), "{reasons:#}");

    let wider =
        document("[[routing]]", "[[routing]]\nleft = \"OPS\"\nright = \"Back Office\"\n\n[[routing]]");
    world.service.ok("PUT", "/api/v1/profiles/stories", &wider).await;
    world.share("left", &elsewhere).await;
    nothing_wrong(&world.service).await;
    world.end().await;
}
