//! The service is killed by SIGKILL at every named point of a renewal, and started again: where the provider takes a used
//! token for some minutes more nothing is lost, and where it does not a person is told at once.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Browser, House, connected};
use crate::house::{SOON, Tool};

/// The points of `docs/crash-points.md` at which tokens are renewed.
const POINTS: [&str; 4] = ["grant.journaled", "grant.answered", "grant.renewed", "grant.stored"];

/// How long the service lies dead, in seconds by the provider's clock: to within a minute of the ten it forgives.
const DEAD: [u64; 5] = [0, 30, 120, 300, 540];

/// How soon a person is told what was lost.
const TOLD: Duration = Duration::from_secs(60);

impl House {
    /// Asks for new tokens from a service that will die of it, and lets it lie for a while.
    async fn die_at(&mut self, point: &str, tool: &Tool, seconds: u64) {
        self.restart(&[("BOWLINE_CRASH", point)]).await;
        let path = format!("/api/v1/grants/{}/renew", self.grant().await["id"].as_str().unwrap());
        // It may die before it answers.
        let _ = self.service.call("POST", &path, &json!({})).await;
        assert!(self.service.killed(SOON).await, "{point} was not reached\n{}", self.service.told());
        tool.post("clock", &json!({"advance_ms": seconds * 1_000})).await;
        self.restart(&[]).await;
    }

    /// Waits until the grant has other tokens than before, or needs a person.
    async fn at_rest(&self, before: &Value) -> Value {
        let path = format!("/api/v1/grants/{}", before["id"].as_str().unwrap());
        let rests = |grant: &Value| match grant["state"].as_str().unwrap() {
            "active" => grant["rotated_at"] != before["rotated_at"],
            state => state == "needs_reauth",
        };
        self.service.until(&path, rests).await
    }
}

/// Five deaths at one point, one after the other, of one grant.
async fn at_atlassian(point: &'static str) {
    let cloud = Tool::start(&["atlassian"]);
    let site = cloud.first["sites"][0]["url"].as_str().unwrap().to_owned();
    let more = [("BOWLINE_GRANTS__IDENTITY_URL", &*cloud.url), ("BOWLINE_GRANTS__CLOUD_API", &*cloud.url)];
    let client = json!({
        "name": "app", "provider": "atlassian_cloud", "client_id": "bowline", "secret": "secret-bowline",
    });
    let connection = json!({ "name": "c", "tool": "jira_cloud", "base_url": site, "oauth_client": "app" });
    let (mut house, _) = House::new(&client, &connection, &more).await;
    let mut browser = house.begun().await;
    browser.send(&[("account", "ada"), ("site", "acme"), ("decision", "accept")]).await;
    connected(&browser);
    for seconds in DEAD {
        let before = house.grant().await;
        house.die_at(point, &cloud, seconds).await;
        let after = house.at_rest(&before).await;
        assert_eq!(after["state"], "active", "{point}, {seconds} s: {after:#}\n{}", house.service.told());
        assert_eq!(house.test().await["ok"], true, "{point}, {seconds} s");
    }
    let families = cloud.get("items").await;
    let states: Vec<_> = families["items"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["live"], "{point}: {families:#}");
    assert_eq!(house.service.get("/api/v1/findings").await["items"], json!([]), "{point}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_death_at_any_point_costs_a_grant_that_its_provider_forgives() {
    let lives = POINTS.map(|point| tokio::spawn(at_atlassian(point)));
    for life in lives {
        life.await.unwrap();
    }
}

/// At a Data Center, which forgives nothing: whether the tokens were lost is the same as whether a person is told.
async fn at_data_center(point: &'static str, lost: bool) {
    let jira = Tool::start(&["jira", "--deployment", "dc"]);
    let client = json!({
        "name": "app", "provider": "jira_oauth2", "issuer": jira.url, "client_id": "bowline",
        "secret": "secret-bowline",
    });
    let connection = json!({ "name": "c", "tool": "jira_dc", "base_url": jira.url, "oauth_client": "app" });
    let (mut house, _) = House::new(&client, &connection, &[]).await;
    consented(&house).await;
    let before = house.grant().await;
    house.die_at(point, &jira, 0).await;
    let started = Instant::now();
    let grant = house.at_rest(&before).await;
    assert!(started.elapsed() < TOLD, "{point}: {:?}", started.elapsed());
    if !lost {
        assert_eq!(grant["state"], "active", "{point}: {grant:#}\n{}", house.service.told());
        assert_eq!(house.test().await["ok"], true, "{point}");
        return;
    }
    let why = (&grant["state"], &grant["reason"]["code"]);
    assert_eq!(why, (&json!("needs_reauth"), &json!("auth.rotation_lost")), "{point}: {grant:#}");
    let findings = house.service.get("/api/v1/findings").await;
    assert_eq!(findings["items"][0]["code"], "auth.rotation_lost", "{findings:#}");
    assert_eq!(house.test().await["code"], "auth.rotation_lost", "{point}");
    // And all is well once the person has signed in again.
    consented(&house).await;
    assert_eq!(house.test().await["ok"], true, "{point}");
    assert_eq!(house.service.get("/api/v1/findings").await["items"], json!([]), "{point}");
}

async fn consented(house: &House) {
    let mut browser: Browser = house.begun().await;
    browser.send(&[("os_username", "ada"), ("os_password", "ada")]).await;
    browser.send(&[("decision", "allow")]).await;
    connected(&browser);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_forgiven_a_person_is_told_when_tokens_were_lost_and_only_then() {
    let lives = POINTS.map(|point| {
        let lost = matches!(point, "grant.answered" | "grant.renewed");
        tokio::spawn(at_data_center(point, lost))
    });
    for life in lives {
        life.await.unwrap();
    }
}
