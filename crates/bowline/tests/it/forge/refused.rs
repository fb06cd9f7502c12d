//! What the remote refuses, and that nothing of it is kept.

use serde_json::{Value, json};

use super::scene::{APP, Scene};
use crate::house::{Kind, http};

async fn send(scene: &Scene, path: &str, more: Value) -> Value {
    let mut ask = json!({"app": APP, "site": "acme", "path": path});
    ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    scene.cloud.post("forge/send", &ask).await
}

/// Everything that could have been kept of calls.
async fn kept(scene: &Scene) -> Value {
    let path = |path: &'static str| async move { scene.service.get(path).await["items"].clone() };
    let tokens: Vec<Value> = scene.remotes().await.iter().map(|it| it["token"]["heard_at"].clone()).collect();
    json!([
        tokens,
        path("/api/v1/inbox").await,
        path("/api/v1/connections").await,
        path("/api/v1/grants").await,
    ])
}

const SPOILED: [&str; 15] = [
    "signature",
    "key_set",
    "algorithm",
    "confusion",
    "audience",
    "app",
    "issuer",
    "expired",
    "early",
    "long",
    "jti",
    "exp",
    "label",
    "installation",
    "token",
];

#[tokio::test(flavor = "multi_thread")]
async fn spoiled_calls_are_answered_alike_and_leave_nothing() {
    let scene = Scene::new(Kind::Sqlite).await;
    scene.paired("acme", "default").await;
    scene.service.settled().await;
    let before = kept(&scene).await;
    let event = json!({"eventType": "avi:jira:updated:issue", "timestamp": "1", "issue": {"id": "10001"}});
    let mut answers = Vec::new();
    for path in ["/forge/events", "/forge/hourly", "/forge/pair"] {
        for spoil in SPOILED {
            // A key that no set has is asked for once a minute: until then nobody can know.
            let made = send(&scene, path, json!({"spoil": spoil, "body": event, "system": "planted"})).await;
            let answer = made["answer"].clone();
            match spoil {
                "key_set" => assert!(answer["status"] == 401 || answer["status"] == 503, "{answer}"),
                _ => assert_eq!(answer["status"], 401, "{path} {spoil}: {answer}"),
            }
            if answer["status"] == 401 {
                answers.push(answer["body"].clone());
            }
        }
    }
    let first = answers[0].clone();
    assert!(answers.iter().all(|answer| *answer == first), "{answers:#?}");
    assert_eq!(kept(&scene).await, before);
    let seen = scene.service.get("/api/v1/app/installs").await;
    assert!(!seen["forge"]["refusals"].as_array().unwrap().is_empty(), "operators see why");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_counts_once_and_its_token_for_no_other_body() {
    let scene = Scene::new(Kind::Sqlite).await;
    scene.paired("acme", "default").await;
    let event =
        |id: &str| json!({"eventType": "avi:jira:updated:issue", "timestamp": "1", "issue": {"id": id}});
    let first = send(&scene, "/forge/events", json!({"body": event("10001")})).await;
    assert_eq!(first["answer"]["status"], 204, "{first:#}");
    let token = first["request"]["headers"]["authorization"].as_str().unwrap().trim_start_matches("Bearer ");
    scene.service.settled().await;
    let before = kept(&scene).await;
    for body in [event("10001"), event("10002")] {
        let again =
            send(&scene, "/forge/events", json!({"body": body, "token": token, "system": "planted"})).await;
        assert_eq!(again["answer"]["status"], 401, "{again:#}");
    }
    assert_eq!(kept(&scene).await, before);
    // The same event under a token of its own is a repetition, which is taken and known.
    let again = send(&scene, "/forge/events", json!({"body": event("10001")})).await;
    assert_eq!(again["answer"]["status"], 204);
    let inbox = scene.service.get("/api/v1/inbox").await;
    let of = |id: &str| {
        inbox["items"].as_array().unwrap().iter().filter(|row| row.to_string().contains(id)).count()
    };
    assert_eq!(of("10001"), 1, "{inbox:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_of_32_kib_are_taken() {
    let scene = Scene::new(Kind::Sqlite).await;
    scene.paired("acme", "default").await;
    let made = send(&scene, "/forge/hourly", json!({"spoil": "large"})).await;
    let headers = made["request"]["headers"].as_object().unwrap().clone();
    let size: usize = headers.iter().map(|(name, value)| name.len() + value.as_str().unwrap().len()).sum();
    assert_eq!((made["answer"]["status"].as_u64(), size > 32 << 10), (Some(204), true), "{size}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_without_a_code_leaves_nothing() {
    let scene = Scene::new(Kind::Sqlite).await;
    let before = kept(&scene).await;
    scene.install("acme").await;
    assert_eq!(scene.tick("acme").await, 403);
    for code in ["", "nonsense", "00000-00000-00000-00000-00000"] {
        let answer = scene.enter("acme", code).await;
        assert_eq!(answer["status"], 403, "{answer:#}");
        assert_eq!(answer["headers"]["content-type"], "application/json", "or the page cannot read it");
    }
    // From an endpoint nobody enters anything, whatever the code.
    let code = scene.code("default").await;
    let made = send(&scene, "/forge/pair", json!({})).await;
    assert_eq!(made["answer"]["status"], 403, "{made:#}");
    assert_eq!(kept(&scene).await, before);

    // Good once.
    assert_eq!(scene.enter("acme", &code).await["status"], 200);
    scene.install("globex").await;
    assert_eq!(scene.enter("globex", &code).await["status"], 403);
    assert_eq!(scene.remotes().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_stay_apart() {
    let scene = Scene::new(Kind::Sqlite).await;
    scene.service.ok("POST", "/api/v1/tenants", &json!({"name": "globex"})).await;
    scene.paired("acme", "default").await;
    scene.paired("globex", "globex").await;
    let remotes = scene.remotes().await;
    assert_ne!(remotes[0]["tenant"], remotes[1]["tenant"], "{remotes:#?}");
    for tenant in ["default", "globex"] {
        let rows = scene.of(tenant, "/api/v1/connections").await.body;
        assert_eq!(rows["items"].as_array().unwrap().len(), 1, "{tenant}: {rows:#}");
    }
    // What one site tells is the other tenant's business in no way.
    scene.edit("globex", json!({"as": "ada", "item": "ACME-1", "fields": {"summary": "Of globex"}})).await;
    let has = |inbox: &Value| inbox["items"].to_string().contains("avi:jira:updated:issue");
    let started = tokio::time::Instant::now();
    while !has(&scene.of("globex", "/api/v1/inbox").await.body) {
        assert!(started.elapsed() < crate::house::SOON, "{}", scene.service.told());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(!has(&scene.of("default", "/api/v1/inbox").await.body));

    // With a code of another tenant nobody takes an installation away. It may go once its tenant has let go of it.
    let code = scene.code("globex").await;
    // How old its token is goes on by itself.
    let whose = |remotes: Vec<Value>| -> Vec<[Value; 3]> {
        let told = |remote: &Value| ["tenant", "connection", "paired_at"].map(|name| remote[name].clone());
        remotes.iter().map(told).collect()
    };
    let before = whose(scene.remotes().await);
    assert_eq!(scene.enter("acme", &code).await["status"], 403);
    assert_eq!(whose(scene.remotes().await), before);
    let own = scene.of("default", "/api/v1/connections").await.body["items"][0].clone();
    let path = format!("/api/v1/connections/{}", own["id"].as_str().unwrap());
    let gone = scene.service.call("DELETE", &path, &json!({})).await.unwrap();
    assert!(gone.status < 300, "{gone:?}");
    assert_eq!(scene.enter("acme", &code).await["status"], 200);
    let all = scene.remotes().await;
    assert!(all.len() == 2 && all[0]["tenant"] == all[1]["tenant"], "{all:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_app_there_is_no_such_address() {
    let scene = Scene::with(Kind::Sqlite, &[("BOWLINE_FORGE__ENABLED", "false")]).await;
    let answer = http("POST", &format!("{}/forge/events", scene.service.url), &[], "{}").await.unwrap();
    assert_eq!(answer.status, 404);
    let made = scene.service.call("POST", "/api/v1/app/pairings", &json!({})).await.unwrap();
    assert_eq!(made.status, 409);
}
