//! Three layers: every named way to sign in connects, reads, writes and outlives what can end; and when one of its layers
//! is broken, that layer is blamed by name. What is proved here is the table of `docs/sign-in.md`.

mod combinations;
mod elsewhere;
mod headers;
mod hosted;
mod nginx;
mod pki;
mod proof;
mod scene;
mod table;

use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::house::{Database, Folder, Kind, Service, environment};
use combinations::Combination;
use pki::Authority;
use scene::{At, Scene};
use table::Row;

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

/// The gateway's token has ended at its provider before anybody here thinks so, and then the tool's own is renewed.
#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_behind_a_gateway_gets_the_gateways_token_anew() {
    let scene = Scene::new().await;
    let all = combinations::gateways(&scene);
    let combination = all.iter().find(|one| one.title == "gateway OAuth 2.0 before OAuth 1.0a").unwrap();
    scene.connect("c", combination).await;
    let connection = scene.connection("c").await;
    let gateway = format!("/api/v1/grants/{}", connection["gateway"]["grant"].as_str().unwrap());
    let before = scene.service.get(&gateway).await["rotated_at"].clone();
    scene.set(At::Provider, json!({"oauth2": {"revoke": {"client": "bowline-service"}}})).await;
    scene.renewed("c").await;
    assert_ne!(scene.service.get(&gateway).await["rotated_at"], before);
    let grant = scene.service.get(&scene.grant("c").await.unwrap()).await;
    assert_eq!((&grant["state"], &grant["reason"]), (&json!("active"), &Value::Null), "{grant:#}");
    assert_eq!(scene.test("c").await["ok"], true);
}

/// What a connection shows its gateway is a grant that nobody else needs: it goes with what it was for.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateways_grant_goes_with_its_gateway_unless_somebody_else_calls_with_it() {
    let scene = Scene::new().await;
    let all = combinations::gateways(&scene);
    let combination = all.iter().find(|one| one.title == "gateway OAuth 2.0 before basic").unwrap();
    scene.connect("c", combination).await;
    let grants = async || scene.service.get("/api/v1/grants").await["items"].clone();
    let of = async |name: &str| scene.connection(name).await["gateway"]["grant"].clone();
    let first = of("c").await;
    scene.change("c", &json!({ "gateway": {"oauth_client": "gate-open"} })).await;
    let second = of("c").await;
    assert_ne!(first, second);
    let left = grants().await;
    assert_eq!((left.as_array().unwrap().len(), &left[0]["id"]), (1, &second), "{left:#}");
    scene.service.ok("DELETE", "/api/v1/connections/c", &Value::Null).await;
    assert_eq!(grants().await, json!([]));
    scene.service.ok("DELETE", "/api/v1/oauth-clients/gate-open", &Value::Null).await;
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
