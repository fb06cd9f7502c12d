//! Webhook bodies found in the wild, posted to the intake of a running service: each that is about an issue or a
//! comment is work on the right entity, the others are kept with a reason, and none is lost.

mod body;
mod site;
mod targetprocess;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use self::body::{Body, Taken, sorted};
use self::site::Site;
use crate::house::{Hook, Kind, Service};

async fn become_work_or_have_a_reason(kind: Kind) {
    // Nobody works yet, so that every delivery can be seen as it was taken in.
    let mut site = Site::new(kind, "24", "left", &["--role", "api"]).await;
    site.post_all().await;
    let rows = site.inbox().await;
    assert_eq!(rows.len(), 44, "none is lost");
    let mut expected = Vec::new();
    for (hook, bodies) in site.deliveries() {
        expected.extend(bodies.iter().map(|body| {
            Taken::expected(hook, body, "pending", |hook, issue| {
                format!("item/{}/{issue}", hook.connection())
            })
        }));
    }
    assert_eq!(Taken::all(&rows), sorted(expected.clone()));
    let entities: BTreeSet<&str> = expected.iter().filter_map(|taken| taken.entity.as_deref()).collect();
    let status = site.service.get("/api/v1/status").await;
    assert_eq!(
        status["work"]["due"],
        entities.len() + 3,
        "one for each item, and a sweep of each connection"
    );
    assert_eq!(site.service.get("/api/v1/findings").await["items"], json!([]), "nothing was unreadable");

    // Somebody works: everything is dealt with, and what came of it is told.
    assert!(site.service.terminate().await.success());
    site.service = Service::start(site.folder.path(), &site.environment);
    site.service.until("/api/v1/inbox?state=pending", |page| page["items"] == json!([])).await;
    let after = site.inbox().await;
    assert_eq!(after.len(), 44, "none is lost");
    for (before, after) in rows.iter().zip(&after) {
        assert_eq!(before["id"], after["id"]);
        assert!(["done", "ignored"].iter().any(|state| after["state"] == *state), "{after:#}");
        assert!(after["outcome"].as_str().is_some_and(|words| !words.is_empty()), "{after:#}");
    }
    drop(site.service);
    site.database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_bodies_become_work_on_their_item_or_are_kept_with_a_reason() {
    become_work_or_have_a_reason(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_bodies_become_work_on_their_item_or_are_kept_with_a_reason_with_postgresql() {
    become_work_or_have_a_reason(Kind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_bodies_about_shared_items_become_work_on_the_share_and_repeats_of_a_delivery_none() {
    // So many issues that every id of the recorded bodies exists.
    let site = Site::new(Kind::Sqlite, "10950", "by_hand", &[]).await;
    let mut shares = BTreeMap::new();
    for (hook, bodies) in site.deliveries() {
        let issues: BTreeSet<String> = bodies.iter().filter_map(Body::issue).collect();
        for issue in issues {
            let profile = if bodies[0].name.starts_with("cloud/") { "cloud" } else { "dc" };
            let wish = json!({"profile": profile, "side": "left", "item": issue});
            let share = site.service.ok("POST", "/api/v1/shares", &wish).await;
            shares.insert((hook.connection().to_owned(), issue), share["id"].as_str().unwrap().to_owned());
        }
    }
    let path = "/api/v1/shares?state=active&limit=1000";
    site.service.until(path, |page| page["items"].as_array().unwrap().len() == shares.len()).await;

    site.post_all().await;
    site.post_all().await;
    site.service.until("/api/v1/inbox?state=pending", |page| page["items"] == json!([])).await;
    let rows = site.inbox().await;
    // Data Center gives a delivery no id, so a second one of the same words is news as far as anybody can know.
    assert_eq!(rows.len(), 30 + 2 * 14, "posted twice, less the exact repeats");
    let mut expected = Vec::new();
    for (hook, bodies) in site.deliveries() {
        let times = if bodies[0].name.starts_with("cloud/") { 1 } else { 2 };
        for body in (0..times).flat_map(|_| &bodies) {
            let share =
                |hook: &Hook, issue| format!("share/{}", shares[&(hook.connection().to_owned(), issue)]);
            expected.push(Taken::expected(hook, body, "done", share));
        }
    }
    assert_eq!(Taken::all(&rows), sorted(expected));
    // The recorded bodies come from projects that the simulated tools have under other names.
    let findings = site.service.get("/api/v1/findings").await;
    let codes: Vec<&Value> = findings["items"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
    assert!(codes.iter().all(|code| *code == "tool.unknown_project"), "{findings:#}");
}
