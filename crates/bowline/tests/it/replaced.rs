//! The service is killed by SIGKILL at every named point of the replacement of a personal access token, and started again:
//! the connection never loses its access, no token is left over in Jira, and nobody has to wait until a hold ends.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::house::{Database, Folder, Kind, SOON, Service, Tool, environment, http};

/// The points of `docs/crash-points.md` at which a token is replaced, and at which visit. The row is held before each step.
const POINTS: [&str; 5] = ["pat.held:1", "pat.held:2", "pat.made:1", "pat.kept:1", "pat.swapped:1"];

/// Ada's tokens, as Jira lists them to her: those of Bowline's making, and whether the one that a person made is there.
async fn tokens(jira: &Tool) -> (Vec<Value>, bool) {
    let url = format!("{}/rest/pat/latest/tokens", jira.url);
    // ada:ada
    let headers = [("authorization", "Basic YWRhOmFkYQ==")];
    let all = http("GET", &url, &headers, "").await.unwrap().body;
    let all = all.as_array().unwrap().clone();
    let by_hand = all.iter().any(|token| token["name"] == "by hand");
    let ours =
        all.into_iter().filter(|token| token["name"].as_str().unwrap().starts_with("Bowline ")).collect();
    (ours, by_hand)
}

async fn killed_at(point: &'static str) {
    let jira = Tool::start(&["jira", "--deployment", "dc"]);
    let make =
        json!({"user": "ada", "kind": "personal", "secret": "pat-by-hand", "name": "by hand", "days": 5});
    jira.post("settings", &json!({ "token": {"make": make} })).await;
    let (folder, database) = (Folder::new(), Database::create(Kind::Sqlite).await);
    let more = [("BOWLINE_GRANTS__REPLACE_AHEAD", "336h"), ("BOWLINE_GRANTS__LOOK_EVERY", "200ms")];
    let lives = environment(&folder, &database, &more);
    let dies: Vec<_> =
        lives.iter().cloned().chain([("BOWLINE_CRASH".to_owned(), point.to_owned())]).collect();
    let mut service = Service::start(folder.path(), &dies);
    let ask = json!({
        "name": "c", "tool": "jira_dc", "base_url": jira.url, "sign_in": {"method": "personal_access_token"},
        "secret": "pat-by-hand",
    });
    service.ok("POST", "/api/v1/connections", &ask).await;
    assert!(service.killed(SOON).await, "{point} was not reached\n{}", service.told());

    let started = Instant::now();
    let service = Service::start(folder.path(), &lives);
    let test = || async { service.ok("POST", "/api/v1/connections/c/test", &json!({})).await };
    assert_eq!(test().await["ok"], true, "{point}: it works at once\n{}", service.told());
    // Made by Bowline, it lives for ninety days.
    let soon = jiff_days(30);
    let replaced = |page: &Value| {
        let row = page["items"].as_array().unwrap().iter().find(|row| row["kind"] == "personal_access_token");
        row.is_some_and(|row| row["expires_at"].as_str().is_some_and(|end| *end > *soon))
    };
    service.until("/api/v1/credentials", replaced).await;
    assert!(started.elapsed() < Duration::from_secs(60), "{point}: it waited for a hold");
    let (ours, by_hand) = tokens(&jira).await;
    assert_eq!((ours.len(), by_hand), (1, true), "{point}: {ours:#?}");
    // And it is the new one that is called with.
    jira.post("settings", &json!({"token": {"revoke": "pat-by-hand"}})).await;
    assert_eq!(test().await["ok"], true, "{point}\n{}", service.told());
    assert_eq!(service.get("/api/v1/findings").await["items"], json!([]), "{point}");
}

/// The day that is so many days from now.
#[expect(clippy::disallowed_methods, reason = "the service has the same clock")]
fn jiff_days(days: i64) -> String {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days)).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_death_on_the_way_costs_a_token_or_leaves_one_behind() {
    let lives = POINTS.map(|point| tokio::spawn(killed_at(point)));
    for life in lives {
        life.await.unwrap();
    }
}
