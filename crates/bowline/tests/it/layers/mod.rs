//! Three layers: every named way to sign in connects, reads, writes and outlives what can end; and when one of its layers
//! is broken, that layer is blamed by name. What is proved here is the table of `docs/sign-in.md`.

mod combinations;
mod elsewhere;
mod nginx;
mod pki;
mod scene;
mod table;

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::house::{Database, Folder, Kind, SOON, Service, environment, http};
use combinations::{Break, Combination, End, How};
use pki::Authority;
use scene::{At, Scene};
use table::Row;

impl Scene {
    /// What a combination is worth: a row of the table.
    async fn prove(&self, number: usize, combination: &Combination) -> Row {
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
            let said = self.break_and_mend(&name, combination.title, broken).await;
            row.breaks.push((broken.layer, broken.kind, said));
        }
        row
    }

    async fn connect(&self, name: &str, combination: &Combination) {
        let mut ask = combination.ask.clone();
        ask["name"] = json!(name);
        if let Some(client) = &combination.client {
            let mut client = client.clone();
            client["name"] = json!(format!("{name}-client"));
            let made = self.service.ok("POST", "/api/v1/oauth-clients", &client).await;
            if client["provider"] == "jira_oauth1" {
                let consumer = json!({"key": client["client_id"], "public_key": made["public_key"]});
                self.set(At::Jira, json!({"oauth1": {"consumer": consumer}})).await;
            }
            ask["oauth_client"] = made["id"].clone();
        }
        self.service.ok("POST", "/api/v1/connections", &ask).await;
        if !combination.consent.is_empty() {
            let forms: Vec<&[(&str, &str)]> = combination.consent.iter().map(Vec::as_slice).collect();
            self.consent(name, &forms).await;
        }
        let verdict = self.test(name).await;
        assert_eq!(verdict["ok"], true, "{}: {verdict:#}\n{}", combination.title, self.service.told());
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
            End::Renew(_) => {
                let grant = self.connection(name).await["sign_in"]["grant"].as_str().unwrap().to_owned();
                let path = format!("/api/v1/grants/{grant}");
                let before = self.service.get(&path).await["rotated_at"].clone();
                self.service.ok("POST", &format!("{path}/renew"), &json!({})).await;
                self.service.until(&path, |now| now["rotated_at"] != before).await;
            }
        }
    }

    /// What is said while a layer is broken; afterwards the connection works again, if that can be.
    async fn break_and_mend(&self, name: &str, title: &str, broken: &Break) -> String {
        match &broken.how {
            How::Patch(bad, _) => self.change(name, bad).await,
            How::Set(at, settings, ..) | How::Mended(at, settings) => self.all(*at, settings).await,
            How::Captcha(patch) => {
                self.lock_out().await;
                self.change(name, patch).await;
            }
        }
        let verdict = self.test(name).await;
        let what = format!("{title}: {} {}", broken.layer, broken.kind);
        if matches!(broken.how, How::Mended(..)) {
            assert_eq!(verdict["ok"], true, "{what}: {verdict:#}");
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
                self.pass(*at, 0).await;
                self.all(*at, settings).await;
                if let Some(patch) = patch {
                    self.change(name, patch).await;
                }
                !settings.is_empty()
            }
            How::Captcha(_) => {
                self.set(At::Jira, json!({"login": {"reset": "ada"}})).await;
                true
            }
            How::Mended(..) => true,
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

    async fn all(&self, at: At, settings: &[Value]) {
        for settings in settings {
            match settings["hours"].as_i64() {
                Some(hours) => self.pass(at, hours).await,
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

async fn proved(which: fn(&Scene) -> Vec<Combination>) -> Vec<Row> {
    let scene = Scene::new().await;
    let mut rows = Vec::new();
    for (number, combination) in which(&scene).iter().enumerate() {
        rows.push(scene.prove(number, combination).await);
    }
    scene.sing();
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn data_center_with_a_secret_of_its_own() {
    table::compare("Jira Data Center", &proved(combinations::data_center).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn data_center_behind_a_gateway() {
    table::compare("Jira Data Center behind a gateway", &proved(combinations::gateways).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn data_center_with_grants() {
    table::compare("Jira Data Center, OAuth", &proved(combinations::grants).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn cloud() {
    table::compare("Jira Cloud", &proved(elsewhere::cloud).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn targetprocess() {
    table::compare("Targetprocess", &proved(elsewhere::targetprocess).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ends_the_handshake_blames_the_transport() {
    let folder = Folder::new();
    let ours = Authority::new(folder.path().join("ours"), "Bowline test authority");
    ours.client("server", &[]);
    ours.client("client", &[]);
    let server = Handshakes::start(&ours).await;
    let database = Database::create(Kind::Sqlite).await;
    let service = Service::start(folder.path(), &environment(&folder, &database, &[]));
    let ask = json!({
        "name": "c", "tool": "jira_dc", "base_url": server.url, "authorities": ours.text("ca.pem"),
        "sign_in": {"method": "personal_access_token"}, "secret": "pat-ada",
    });
    service.ok("POST", "/api/v1/connections", &ask).await;
    let path = "/api/v1/connections/c";
    let verdict = service.ok("POST", &format!("{path}/test"), &json!({})).await;
    assert_eq!(
        (&verdict["layer"], &verdict["code"]),
        (&json!("transport"), &json!("auth.certificate_refused"))
    );
    service.ok("PATCH", path, &json!({ "certificate": ours.certificate("client") })).await;
    let verdict = service.ok("POST", &format!("{path}/test"), &json!({})).await;
    assert_eq!(verdict["code"], "net.not_json", "the handshake succeeds, and openssl answers with a page");
    service.ok("PATCH", path, &json!({ "authorities": null })).await;
    let verdict = service.ok("POST", &format!("{path}/test"), &json!({})).await;
    assert_eq!(
        (&verdict["layer"], &verdict["code"]),
        (&json!("transport"), &json!("net.tls")),
        "nobody else trusts its authority"
    );
}

/// `openssl s_server`, which ends the handshake with whoever shows no certificate; killed when dropped.
struct Handshakes {
    child: Child,
    url: String,
}

impl Handshakes {
    async fn start(authority: &Authority) -> Self {
        let port = nginx::free_port();
        let file = |name: &str| authority.file(name).display().to_string();
        let (certificate, key, authorities) = (file("server.pem"), file("server.key"), file("ca.pem"));
        let child = Command::new("openssl")
            .args(["s_server", "-quiet", "-www", "-accept", &format!("127.0.0.1:{port}")])
            .args(["-cert", &certificate, "-key", &key, "-CAfile", &authorities])
            .args(["-Verify", "1", "-verify_return_error"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl is installed");
        nginx::wait_for(port).await;
        Self { child, url: format!("https://127.0.0.1:{port}") }
    }
}

impl Drop for Handshakes {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A certificate that ends soon is told of, and another one ends that.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_ends_soon_is_told_of_until_there_is_another() {
    let folder = Folder::new();
    let ours = Authority::new(folder.path().join("ours"), "Bowline test authority");
    ours.client("soon", &["-days", "5"]);
    ours.client("later", &["-days", "90"]);
    let database = Database::create(Kind::Sqlite).await;
    let service = Service::start(folder.path(), &environment(&folder, &database, &[]));
    let ask = json!({
        "name": "c", "tool": "jira_dc", "base_url": "https://127.0.0.1:1", "certificate": ours.certificate("soon"),
        "sign_in": {"method": "in_front"},
    });
    let made = service.ok("POST", "/api/v1/connections", &ask).await;
    assert_eq!(made["transport"]["certificate"]["subject"], "CN=soon");
    let warned = |page: &Value| page["items"].to_string().contains("auth.certificate_expiring");
    service.until("/api/v1/findings", warned).await;
    service.ok("PATCH", "/api/v1/connections/c", &json!({ "certificate": ours.certificate("later") })).await;
    service.until("/api/v1/findings", |page| !warned(page)).await;
}
