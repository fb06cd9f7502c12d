//! Deliveries that are not authentic, too large, unreadable or unheard of.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{NO_SWEEP, finding, nothing_wrong, problem};
use crate::house::{Answer, Hook, Kind, World, http};

#[tokio::test(flavor = "multi_thread")]
async fn wrong_proofs_are_refused_alike_and_leave_nothing_behind() {
    let world = World::new(Kind::Sqlite, &[NO_SWEEP]).await;
    world.service.settled().await;
    let inbox = world.service.get("/api/v1/inbox").await;
    let body = r#"{"webhookEvent":"jira:issue_updated","issue":{"id":"10001"}}"#;
    let jira = Hook::of(&world.service, &world.jira_hook);
    let targetprocess = Hook::of(&world.service, &world.targetprocess_hook);
    let (other, wrong) = ("A".repeat(43), Some("wrong".to_owned()));
    let wrong_header = targetprocess.header.clone().map(|(name, _)| (name, "wrong".to_owned()));
    let cases = [
        ("wrong secret", Hook { secret: wrong, ..jira.clone() }),
        ("no signature", Hook { secret: None, ..jira.clone() }),
        ("wrong token in the path", Hook { url: jira.url.replace(jira.token(), &other), ..jira.clone() }),
        (
            "another connection",
            Hook { url: jira.url.replace(jira.connection(), targetprocess.connection()), ..jira },
        ),
        ("wrong header", Hook { header: wrong_header, ..targetprocess.clone() }),
        ("no header", Hook { header: None, ..targetprocess }),
    ];
    let mut answers = Vec::new();
    for (name, hook) in cases {
        let answer = hook.post(body, &[]).await.unwrap();
        assert_eq!(answer.status, 401, "{name}");
        problem(&answer, 401, "api.unauthorized");
        answers.push(answer.body);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
    for bearer in ["", "Bearer x", "Bearer bwl_x", &format!("Bearer bwl_{other}"), "Basic YTpi"] {
        let headers = [("authorization", bearer)];
        let answer =
            http("GET", &format!("{}/api/v1/shares", world.service.url), &headers, "").await.unwrap();
        problem(&answer, 401, "api.unauthorized");
    }
    assert_eq!(world.service.get("/api/v1/inbox").await, inbox);
    assert_eq!(world.service.get("/api/v1/findings").await["items"], json!([]));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_sender_with_a_wrong_secret_told_is_found_by_the_sweep_and_later_by_the_right_one() {
    let world = World::new(Kind::Sqlite, &[]).await;
    let (issue, story) = world.share("left", &world.stories().await[0]).await;
    let target = json!({"url": world.jira_hook["url"], "secret": "wrong"});
    world.jira.post("hook-target", &target).await;
    world
        .jira
        .edit(json!({"as": "ada", "item": issue, "fields": {"summary": "Told with a wrong secret"}}))
        .await;
    world.targetprocess.until(&story, |item| item["title"] == "Told with a wrong secret").await;
    let sent = world.jira.get("webhooks?since=0&wait_ms=5000").await;
    let last = sent["webhooks"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["fate"], &last["attempts"][0]["status"]), (&json!("failed"), &json!(401)), "{last:#}");

    world.cli(&["connection", "update", "jira", "--webhook-secret-file", "-"], "wrong\n").ok();
    world
        .jira
        .edit(json!({"as": "ada", "item": issue, "fields": {"summary": "Told with the right one"}}))
        .await;
    world.targetprocess.until(&story, |item| item["title"] == "Told with the right one").await;
    let path = format!("webhooks?since={}&wait_ms=5000", last["id"]);
    let sent = world.jira.get(&path).await;
    assert_eq!(sent["webhooks"][0]["attempts"][0]["status"], 204, "{sent:#}");
    world.end().await;
}

/// Posts something that tells nothing, while an edit goes untold: the edit must be carried all the same.
async fn swept_after(world: &World, body: Vec<u8>, status: u16) -> Answer {
    let (issue, story) = world.share("left", &world.stories().await[0]).await;
    world.service.settled().await;
    world.jira.post("hooks", &json!({"blocked": true})).await;
    world.jira.edit(json!({"as": "ada", "item": issue, "fields": {"summary": "Told by nobody"}})).await;
    let answer = Hook::of(&world.service, &world.jira_hook).post(body, &[]).await.expect("an answer");
    assert_eq!(answer.status, status, "{answer:?}");
    world.targetprocess.until(&story, |item| item["title"] == "Told by nobody").await;
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_30_megabytes_is_refused_told_and_made_up_for_by_a_sweep() {
    let world = World::new(Kind::Sqlite, &[NO_SWEEP]).await;
    let large = vec![b' '; 30 << 20];
    let answer = swept_after(&world, large.clone(), 413).await;
    problem(&answer, 413, "intake.too_large");
    let found = finding(&world.service, "intake.too_large").await;
    let id = found["id"].as_str().unwrap();
    world.cli(&["errors", "resolve", id], "").ok();
    nothing_wrong(&world.service).await;

    let bearer = format!("Bearer {}", world.service.token());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let answer = http("POST", &format!("{}/api/v1/profiles", world.service.url), &headers, large).await;
    problem(&answer.expect("an answer"), 413, "api.too_large");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_utf_8_is_parked_whole_told_and_made_up_for_by_a_sweep() {
    let world = World::new(Kind::Sqlite, &[NO_SWEEP]).await;
    let body =
        b"{\"webhookEvent\":\"jira:issue_updated\",\"issue\":{\"id\":\"10001\",\"x\":\"\xff\xfe\"}}".to_vec();
    swept_after(&world, body.clone(), 204).await;
    finding(&world.service, "intake.unreadable").await;
    let parked = world.service.get("/api/v1/inbox?state=parked").await;
    let [parked] = parked["items"].as_array().unwrap().as_slice() else { panic!("{parked:#}") };
    assert_eq!(parked["outcome"], "not UTF-8");
    let whole = world.service.get(&format!("/api/v1/inbox/{}", parked["id"].as_str().unwrap())).await;
    assert_eq!(
        STANDARD.decode(whole["body"]["base64"].as_str().unwrap()).unwrap(),
        body,
        "nothing of it is lost"
    );
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_an_unknown_kind_is_told_and_looks_at_its_issue_if_it_names_one() {
    let world = World::new(Kind::Sqlite, &[NO_SWEEP]).await;
    let (issue, story) = world.share("left", &world.stories().await[0]).await;
    let hook = Hook::of(&world.service, &world.jira_hook);
    let nothing = json!({"webhookEvent": "jira:galaxy_created"});
    assert_eq!(hook.post(nothing.to_string(), &[]).await.unwrap().status, 204);
    let found = finding(&world.service, "intake.unknown_event").await;
    assert_eq!(found["subject"], "jira:galaxy_created");
    let ignored = world.service.get("/api/v1/inbox?state=ignored").await;
    let ignored = ignored["items"].as_array().unwrap();
    let galaxy = ignored.iter().find(|row| row["event"] == "jira:galaxy_created").unwrap();
    assert_eq!(galaxy["outcome"], "an event of an unknown kind, about no item");

    world.service.settled().await;
    world.jira.post("hooks", &json!({"blocked": true})).await;
    world.jira.edit(json!({"as": "ada", "item": issue, "fields": {"summary": "Blessed"}})).await;
    let id = world.jira.item(&issue).await["id"].clone();
    let blessed = json!({"webhookEvent": "jira:issue_blessed", "issue": {"id": id}});
    assert_eq!(hook.post(blessed.to_string(), &[]).await.unwrap().status, 204);
    world.targetprocess.until(&story, |item| item["title"] == "Blessed").await;
    world.end().await;
}
