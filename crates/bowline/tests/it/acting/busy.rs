//! What befalls one person's calls is theirs alone; and what the service account may do is found out beforehand.

use serde_json::json;

use super::scene::{Scene, acting};
use super::{BOTH, only};

#[tokio::test(flavor = "multi_thread")]
async fn one_persons_limit_and_anothers_failing_calls_hold_nobody_elses_work() {
    for face in BOTH {
        let scene = Scene::new(face, &acting(face, "person")).await;
        scene.lets("ada", "people").await;
        scene.lets("bob", "people").await;
        scene.meets("ada", json!({"kind": "status", "status": 429, "retry_after": 1_800})).await;
        scene.meets("bob", json!({"kind": "status", "status": 503})).await;
        // Both are in the way of the third: the comments of one item are carried in one look.
        scene.says("ada", "Over her limit").await;
        scene.says("bob", "Out of order").await;
        scene.says("admin", "From the robot").await;
        only(&scene.arrived("Over her limit").await, "admin", true);
        only(&scene.arrived("From the robot").await, "admin", true);
        only(&scene.arrived("Out of order").await, "admin", true);
        let item: u64 = scene.story.parse().unwrap();
        scene.right.edit(json!({"as": "ada", "item": item, "fields": {"Name": "Renamed meanwhile"}})).await;
        scene.in_jira_until(|item| item["title"] == "Renamed meanwhile").await;
        // She is asked to wait half an hour: until then nobody calls as her, and her words go on arriving.
        let asked = scene.met("ada").await;
        scene.says("ada", "Still over it").await;
        only(&scene.arrived("Still over it").await, "admin", true);
        assert_eq!(scene.met("ada").await, asked, "{face:?}: a pause is heeded");
        assert!(scene.met("bob").await > 0, "{face:?}");
        // Nothing of it is held against anybody.
        let listed = scene.delegations().await;
        assert!(listed.as_array().unwrap().iter().all(|one| one["acts"] == true), "{listed:#}");
        assert_eq!((scene.health().await, scene.findings().await), (json!("ok"), Vec::new()), "{face:?}");
        scene.all_well().await;
        scene.says("bob", "Well again").await;
        only(&scene.arrived("Well again").await, "bob", false);
        scene.rest().await;
        let (left, right) = (scene.in_jira().await, scene.right.item(&scene.story).await);
        assert_eq!(left["comments"].as_array().unwrap().len(), 5, "{face:?}: {left:#}");
        assert_eq!(right["comments"].as_array().unwrap().len(), 5, "{face:?}: {right:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_finds_a_service_account_that_could_not_change_what_stands_under_peoples_names() {
    for face in BOTH {
        let scene = Scene::new(face, &acting(face, "service")).await;
        scene.serves_as("bob").await;
        scene.cli(&["connection", "test", "jira"]).ok();
        scene.cli(&["doctor"]).ok();
        let document = json!({"document": acting(face, "person")});
        scene.service.ok("PUT", "/api/v1/profiles/stories", &document).await;
        let tested = scene.cli(&["connection", "test", "jira"]).ok().out;
        for words in ["signed in as Bob", "ACME", "Edit all comments"] {
            assert!(tested.contains(words), "{face:?}: {tested}");
        }
        let ill = scene.cli(&["doctor"]).exit(2).out;
        assert!(ill.contains("FAIL  connection jira") && ill.contains("[sync.edit_all_missing]"), "{ill}");
        assert_eq!(scene.health().await, "ok", "{face:?}: it works otherwise");
        scene.serves_as("admin").await;
        scene.cli(&["doctor"]).ok();
    }
}
