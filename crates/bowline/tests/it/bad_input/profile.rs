//! Profiles that name what is not there, or cannot be read.

use serde_json::json;

use super::{NO_SWEEP, document, finding, line, nothing_wrong, problem, remedy};
use crate::house::{Kind, PROFILE, World};

/// A profile that names something on the right that is not there: the check says where, a finding says what, and
/// once it is corrected the item that waited is made.
async fn named_wrongly(right: &str, wrong: &str, pointer: &str, code: &str) {
    let world = World::bare(Kind::Sqlite, &[NO_SWEEP]).await;
    let document = document(&format!("right = \"{right}\""), &format!("right = \"{wrong}\""));
    let verdict = world.service.ok("POST", "/api/v1/profiles/check", &document).await;
    let told = &verdict["problems"][0];
    assert_eq!((&verdict["ok"], &told["pointer"]), (&json!(false), &json!(pointer)), "{verdict:#}");
    assert_eq!(told["line"], line(&format!("right = \"{right}\"")), "{verdict:#}");
    assert!(
        told["message"].as_str().unwrap().contains(wrong) && told["fix"].as_str().unwrap().contains(right),
        "{verdict:#}"
    );

    world.service.ok("POST", "/api/v1/profiles", &document).await;
    let wish = json!({"profile": "stories", "side": "left", "item": world.stories().await[0]});
    let share = world.service.ok("POST", "/api/v1/shares", &wish).await;
    finding(&world.service, code).await;
    let said = world.cli(&["errors", "list"], "").ok();
    assert!(said.out.contains(code) && said.out.contains(remedy(code)), "{said:#?}");

    world.service.ok("PUT", "/api/v1/profiles/stories", &json!({"document": PROFILE})).await;
    world.active(share["id"].as_str().unwrap()).await;
    nothing_wrong(&world.service).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_does_not_exist_is_told_and_the_item_is_made_after_the_correction() {
    named_wrongly("Web Shop", "Web Shpo", "/routing/0/right", "tool.unknown_project").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_does_not_exist_is_told_and_the_item_is_made_after_the_correction() {
    named_wrongly("UserStory", "UserTale", "/type/0/right", "tool.unknown_type").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_profile_is_refused_with_line_place_and_fix_and_nothing_of_it_is_stored() {
    let world = World::bare(Kind::Sqlite, &[]).await;
    let conflict = line("conflict = \"merge\"");
    let cases = [
        (document("conflict = \"merge\"", "conflict = \"merg\""), conflict, "merge"),
        (document("conflict = \"merge\"", "conflicts = \"merge\""), conflict, "conflict"),
        (document("conflict = \"merge\"", "conflict = "), conflict, ""),
        (document("connection = \"jira\"", "connection = \"jria\""), line("connection = \"jira\""), "jira"),
        (json!({"document": "{\"schema\": 1,"}), 1, ""),
    ];
    for (document, line, fix) in cases {
        for (method, path) in [("POST", "/api/v1/profiles"), ("POST", "/api/v1/profiles/check")] {
            let answer = world.service.call(method, path, &document).await.unwrap();
            if path == "/api/v1/profiles" {
                problem(&answer, 422, "mapping.invalid");
            }
            let told = &answer.body["problems"][0];
            assert_eq!(told["line"], line, "{answer:#?}");
            assert!(told["message"] != "" && told["fix"].as_str().unwrap().contains(fix), "{answer:#?}");
        }
        let said = world.cli(&["profile", "create", "-"], document["document"].as_str().unwrap()).exit(1);
        said.says(&["mapping.invalid", &format!("line {line}"), fix, remedy("mapping.invalid")]);
    }
    let answer = world.service.call("POST", "/api/v1/profiles", &json!({"dokument": PROFILE})).await.unwrap();
    problem(&answer, 400, "api.bad_request");
    assert_eq!(world.service.get("/api/v1/profiles").await["items"], json!([]));
    world.cli(&["profile", "create", "-"], PROFILE).ok();
    world.share("left", &world.stories().await[0]).await;
    world.end().await;
}
