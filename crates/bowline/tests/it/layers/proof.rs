//! What a combination is worth: it connects, reads and writes, outlives what can end, and blames the layer that is broken.

use std::time::Duration;

use serde_json::{Value, json};

use super::combinations::{Break, Combination, End, How};
use super::scene::{At, Scene};
use super::table::Row;
use crate::house::{SOON, http};

impl Scene {
    /// What a combination is worth: a row of the table.
    pub(super) async fn prove(&self, number: usize, combination: &Combination) -> Row {
        let name = format!("c{number}");
        self.connect(&name, combination).await;
        let mut row = Row::new(combination.title);
        let pair = self.works(&name, combination).await;
        for end in &combination.ends {
            self.end(&name, end).await;
            self.still_works(&pair, &format!("after {number}")).await;
            row.ends.push(match end {
                End::Pass(what, ..) | End::Replace(what, _) | End::Renew(what) => what,
            });
        }
        // Nothing but the tests calls from here on.
        self.service.ok("POST", &format!("/api/v1/profiles/{name}/pause"), &json!({})).await;
        self.service.settled().await;
        for broken in &combination.breaks {
            let said = match broken.how {
                How::Narrow(scopes) => self.narrowed(&name, combination, scopes, &pair).await,
                _ => self.break_and_mend(&name, combination, broken).await,
            };
            row.breaks.push((broken.layer, broken.kind, said));
        }
        row
    }

    pub(super) async fn connect(&self, name: &str, combination: &Combination) {
        let mut ask = combination.ask.clone();
        ask["name"] = json!(name);
        if let Some(client) = &combination.client {
            let mut client = client.clone();
            client["name"] = json!(format!("{name}-client"));
            let made = self.service.ok("POST", "/api/v1/oauth-clients", &client).await;
            if client["provider"] == "jira_oauth1" {
                let consumer = json!({"key": client["client_id"], "public_key": made["public_key"]});
                let at = if ask["tool"] == "jira_cloud" { At::Site } else { At::Jira };
                self.set(at, json!({"oauth1": {"consumer": consumer}})).await;
            }
            ask["oauth_client"] = made["id"].clone();
        }
        self.service.ok("POST", "/api/v1/connections", &ask).await;
        self.consented(name, combination).await;
        let verdict = self.test(name).await;
        assert_eq!(verdict["ok"], true, "{}: {verdict:#}\n{}", combination.title, self.service.told());
    }

    /// The person consents, if there is anything to consent to.
    async fn consented(&self, name: &str, combination: &Combination) {
        if !combination.consent.is_empty() {
            let forms: Vec<&[(&str, &str)]> = combination.consent.iter().map(Vec::as_slice).collect();
            self.consent(name, &forms).await;
        }
    }

    /// Shares a story, and has an edit on either side reach the other.
    async fn works(&self, name: &str, combination: &Combination) -> Pair {
        let targetprocess = combination.ask["tool"] == "targetprocess";
        let (left, right) = if targetprocess { ("other-jira", name) } else { (name, "other") };
        self.profile(name, left, right).await;
        let jira = match combination.ask["tool"].as_str() {
            Some("jira_cloud") => self.cloud.sites()[0].running().url().to_owned(),
            _ => self.jira.url().to_owned(),
        };
        let issue = self.story(&jira, combination.title).await;
        let ask = json!({"profile": name, "side": "left", "item": issue});
        let made = self.service.ok("POST", "/api/v1/shares", &ask).await;
        let path = format!("/api/v1/shares/{}", made["id"].as_str().unwrap());
        let share = self.service.until(&path, |share| share["state"] == "active").await;
        let story = share["right"]["id"].as_str().unwrap().to_owned();
        let pair = Pair { jira, issue, targetprocess: self.targetprocess.url().to_owned(), story };
        self.still_works(&pair, "works").await;
        pair
    }

    async fn still_works(&self, pair: &Pair, word: &str) {
        let written = format!("{word}: written to Jira");
        let story: u64 = pair.story.parse().unwrap();
        let edit = json!({"as": "bob", "item": story, "fields": {"Name": written}});
        self.edit(&pair.targetprocess, edit).await;
        self.titled(&pair.jira, &pair.issue, &written).await;
        let read = format!("{word}: read from Jira");
        self.edit(&pair.jira, json!({"as": "ada", "item": pair.issue, "fields": {"summary": read}})).await;
        self.titled(&pair.targetprocess, &pair.story, &read).await;
    }

    async fn end(&self, name: &str, end: &End) {
        match end {
            End::Pass(_, at, hours) => {
                self.pass(*at, *hours).await;
                let verdict = self.test(name).await;
                assert_eq!(verdict["ok"], true, "{name}: {verdict:#}\n{}", self.service.told());
                self.pass(*at, 0).await;
            }
            End::Replace(_, patch) => self.change(name, patch).await,
            End::Renew(_) => self.renewed(name).await,
        }
    }

    /// The grant of a connection, if it signs in with one.
    pub(super) async fn grant(&self, name: &str) -> Option<String> {
        let grant = self.connection(name).await["sign_in"]["grant"].as_str().map(str::to_owned);
        grant.map(|grant| format!("/api/v1/grants/{grant}"))
    }

    /// Gets new tokens.
    pub(super) async fn renewed(&self, name: &str) {
        let path = self.grant(name).await.unwrap();
        let before = self.service.get(&path).await["rotated_at"].clone();
        self.service.ok("POST", &format!("{path}/renew"), &json!({})).await;
        self.service.until(&path, |now| now["rotated_at"] != before).await;
    }

    /// A grant that could not be renewed is tried again by itself, but not at once.
    async fn recovered(&self, name: &str) {
        let Some(path) = self.grant(name).await else { return };
        let state = self.service.get(&path).await["state"].clone();
        if state != "active" && state != "needs_reauth" {
            self.service.call("POST", &format!("{path}/renew"), &json!({})).await;
            self.service.until(&path, |now| now["state"] == "active").await;
        }
    }

    /// What becomes of an edit for which the person's consent is too narrow; afterwards it arrives.
    async fn narrowed(&self, name: &str, combination: &Combination, scopes: &[&str], pair: &Pair) -> String {
        let mut client = combination.client.clone().unwrap();
        client["scopes"] = json!(scopes);
        let narrow = format!("{name}-narrow");
        client["name"] = json!(narrow);
        self.service.ok("POST", "/api/v1/oauth-clients", &client).await;
        self.change(name, &json!({ "oauth_client": narrow })).await;
        self.consented(name, combination).await;
        let verdict = self.test(name).await;
        assert_eq!(verdict["ok"], true, "it reads: {verdict:#}");
        let id = self.connection(name).await["id"].clone();
        self.service.ok("POST", &format!("/api/v1/profiles/{name}/resume"), &json!({})).await;
        let story: u64 = pair.story.parse().unwrap();
        let title = format!("{name}: short of a scope");
        let edit = json!({"as": "bob", "item": story, "fields": {"Name": title}});
        self.edit(&pair.targetprocess, edit).await;
        let lacks = |finding: &Value| finding["code"] == "auth.scope_missing" && finding["connection"] == id;
        let told = |page: &Value| page["items"].as_array().unwrap().iter().any(lacks);
        self.service.until("/api/v1/findings", told).await;
        self.change(name, &json!({ "oauth_client": format!("{name}-client") })).await;
        self.consented(name, combination).await;
        self.titled(&pair.jira, &pair.issue, &title).await;
        self.service.ok("POST", &format!("/api/v1/profiles/{name}/pause"), &json!({})).await;
        self.service.settled().await;
        "auth.scope_missing".to_owned()
    }

    /// What is said while a layer is broken; afterwards the connection works again, if that can be.
    async fn break_and_mend(&self, name: &str, combination: &Combination, broken: &Break) -> String {
        let title = combination.title;
        match &broken.how {
            How::Patch(bad, _) => self.change(name, bad).await,
            How::Set(at, settings, ..) | How::Mended(at, settings) | How::Ended(at, settings, _) => {
                self.all(name, *at, settings).await;
            }
            How::Narrow(_) => {}
            How::Captcha(patch) => {
                self.lock_out().await;
                self.change(name, patch).await;
            }
        }
        let verdict = self.test(name).await;
        let what = format!("{title}: {} {}", broken.layer, broken.kind);
        if matches!(broken.how, How::Mended(..)) {
            assert_eq!(verdict["ok"], true, "{what}: {verdict:#}");
            if let How::Mended(at, _) = broken.how {
                self.pass(at, 0).await;
            }
            return "renewed".to_owned();
        }
        let told = || self.service.told();
        assert_eq!(verdict["ok"], false, "{what} went unnoticed");
        assert_eq!(verdict["layer"], broken.layer, "{what}: {verdict:#}\n{}", told());
        let code = verdict["code"].as_str().unwrap().to_owned();
        let mendable = match &broken.how {
            How::Patch(_, good) => {
                self.change(name, good).await;
                true
            }
            How::Set(at, _, settings, patch) => {
                self.all(name, *at, settings).await;
                self.pass(*at, 0).await;
                if let Some(patch) = patch {
                    self.change(name, patch).await;
                }
                self.recovered(name).await;
                !settings.is_empty()
            }
            How::Ended(at, _, settings) => {
                self.all(name, *at, settings).await;
                self.pass(*at, 0).await;
                self.consented(name, combination).await;
                true
            }
            How::Captcha(_) => {
                self.set(At::Jira, json!({"login": {"reset": "ada"}})).await;
                true
            }
            How::Mended(..) | How::Narrow(_) => true,
        };
        if mendable {
            self.well(name, &what).await;
        }
        code
    }

    /// Somebody who waits for a refused session waits up to ten seconds.
    async fn well(&self, name: &str, what: &str) {
        let started = tokio::time::Instant::now();
        loop {
            let verdict = self.test(name).await;
            if verdict["ok"] == true {
                return;
            }
            assert!(started.elapsed() < SOON, "{what} does not mend: {verdict:#}\n{}", self.service.told());
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn all(&self, name: &str, at: At, settings: &[Value]) {
        for settings in settings {
            match settings["hours"].as_i64() {
                Some(hours) => self.pass(at, hours).await,
                None if settings["renew"] == true => self.renewed(name).await,
                None => {
                    self.set(at, settings.clone()).await;
                }
            }
        }
    }

    /// Somebody tries Ada's password at Jira until it wants a person. A good sign-in of another connection between two
    /// guesses starts the count anew.
    async fn lock_out(&self) {
        let url = format!("{}/rest/auth/1/session", self.jira.url());
        for _ in 0..100 {
            let body = json!({"username": "ada", "password": "guessed"}).to_string();
            let answer = http("POST", &url, &[("content-type", "application/json")], body).await.unwrap();
            if answer.status == 403 {
                return;
            }
        }
        panic!("Jira never wants a person");
    }
}

/// Two items that are in step.
struct Pair {
    jira: String,
    issue: String,
    targetprocess: String,
    story: String,
}
