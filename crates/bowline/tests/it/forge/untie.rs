//! `bowline app untie`: an installation is a tenant's no more, and may be another's.

use serde_json::{Value, json};

use super::scene::Scene;
use crate::house::{Kind, Said, bowline};

/// The command line, for a tenant.
fn run(scene: &Scene, tenant: &str, arguments: &[&str]) -> Said {
    let token = scene.folder.path().join("data").join("admin.token").display().to_string();
    let own = ["--server", &scene.service.url, "--token-file", &token, "--tenant", tenant];
    bowline(&[arguments, &own[..]].concat(), &[], "")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_is_untied_by_its_own_tenant_after_a_look_and_may_be_tied_by_another() {
    let scene = Scene::new(Kind::Sqlite).await;
    scene.service.ok("POST", "/api/v1/tenants", &json!({"name": "other"})).await;
    let connection = scene.paired("acme", "default").await;
    scene.profile(&connection).await;
    let installation = scene.remotes().await[0]["installation"].as_str().unwrap().to_owned();
    let health = async || {
        let all = scene.of("default", "/api/v1/connections").await.body["items"].clone();
        let own = all.as_array().unwrap().iter().find(|one| one["name"] == *connection);
        own.unwrap()["health"]["code"].clone()
    };

    // Another tenant's is nobody's, and a look changes nothing.
    run(&scene, "other", &["app", "untie", &installation, "--yes"]).exit(4);
    let looked = run(&scene, "default", &["app", "untie", &installation]).ok();
    assert!(looked.out.contains("would be untied") && looked.out.contains(&connection), "{looked:?}");
    let shown = run(&scene, "default", &["app", "untie", &installation, "--json"]).ok().json();
    assert_eq!((&shown["dry_run"], &shown["profiles"]), (&json!(true), &json!(["stories"])));
    assert_eq!((scene.remotes().await.len(), health().await), (1, Value::Null));
    assert_eq!(scene.tick("acme").await, 204);

    run(&scene, "default", &["app", "untie", &installation, "--yes"]).ok();
    assert_eq!(scene.remotes().await, Vec::<Value>::new());
    assert_eq!(health().await, "auth.app_uninstalled");
    run(&scene, "default", &["app", "untie", &installation, "--yes"]).exit(4);
    // Forge goes on calling, and wakes nothing.
    assert_eq!(scene.tick("acme").await, 403);
    assert_eq!(health().await, "auth.app_uninstalled");
    let grants = scene.of("default", "/api/v1/grants").await.body;
    assert_eq!(grants["items"][0]["state"], "revoked", "{grants:#}");
    let grant = format!("/api/v1/grants/{}", grants["items"][0]["id"].as_str().unwrap());
    assert_eq!(scene.of("default", &grant).await.body["history"][0]["kind"], "revoked");

    // Anybody whose code is entered has it from then on.
    let code = scene.code("other").await;
    assert_eq!(scene.enter("acme", &code).await["status"], 200);
    assert_eq!(scene.tick("acme").await, 204);
    let remotes = scene.remotes().await;
    assert_eq!(remotes.len(), 1, "{remotes:#?}");
    assert_eq!(health().await, "auth.app_uninstalled", "the first tenant's waits on");
    assert!(scene.service.told().contains("an installation of the Forge app is untied"));
}
