//! OAuth 1.0a of application links: the dance, signed calls, renewal, and the problems by their names.
//!
//! Requests are signed by `openssl`, so that nothing here is held against its own idea of a signature.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bowline_sim::jira::{Deployment, Options};
use http::Method;
use serde_json::{Value, json};

use super::{DC, World, issue, start_with};
use crate::browser::Browser;
use crate::client::{Client, Reply, encode as plain};

const NOW: i64 = 1_900_000_000;
const BACK: &str = "http://127.0.0.1:9/authorize/callback";

/// A private key in a file, and its public half.
struct Key {
    folder: tempfile::TempDir,
    public: String,
}

fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut command = Command::new("openssl");
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("openssl; Debian's package has that name");
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}");
    output.stdout
}

fn key() -> &'static Key {
    static KEY: OnceLock<Key> = OnceLock::new();
    KEY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.pem");
        let file = file.to_str().unwrap();
        openssl(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", file], b"");
        let public = String::from_utf8(openssl(&["pkey", "-in", file, "-pubout"], b"")).unwrap();
        Key { folder, public }
    })
}

fn sign(text: &str) -> String {
    let file = key().folder.path().join("key.pem");
    STANDARD.encode(openssl(&["dgst", "-sha1", "-sign", file.to_str().unwrap()], text.as_bytes()))
}

/// Percent-encoding of RFC 5849.
fn encode(text: &str) -> String {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if kept(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// A signed request to be.
struct Signed<'a> {
    method: Method,
    path: &'a str,
    /// Pairs of the query, decoded.
    query: Vec<(&'a str, &'a str)>,
    /// What is signed beside the usual.
    oauth: Vec<(&'a str, &'a str)>,
    body: Option<Value>,
}

impl<'a> Signed<'a> {
    fn new(method: Method, path: &'a str, oauth: &[(&'a str, &'a str)]) -> Self {
        Self { method, path, query: Vec::new(), oauth: oauth.to_vec(), body: None }
    }

    async fn send(self, base: &str) -> Reply {
        static NONCE: AtomicU64 = AtomicU64::new(0);
        let nonce = NONCE.fetch_add(1, Ordering::Relaxed).to_string();
        let now = NOW.to_string();
        let mut oauth = self.oauth;
        for (name, value) in [
            ("oauth_consumer_key", "bowline"),
            ("oauth_signature_method", "RSA-SHA1"),
            ("oauth_timestamp", &*now),
            ("oauth_nonce", &*nonce),
        ] {
            if !oauth.iter().any(|(own, _)| *own == name) {
                oauth.push((name, value));
            }
        }
        let all = oauth.iter().chain(&self.query);
        let mut pairs: Vec<(String, String)> =
            all.map(|(name, value)| (encode(name), encode(value))).collect();
        pairs.sort();
        let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let url = format!("{base}{}", self.path);
        let text = format!("{}&{}&{}", self.method, encode(&url), encode(&pairs.join("&")));
        let signature = sign(&text);
        oauth.push(("oauth_signature", &signature));
        let header = oauth.iter();
        let header: Vec<String> =
            header.map(|(name, value)| format!("{name}=\"{}\"", encode(value))).collect();
        let client = Client::anonymous(base).with(format!("OAuth realm=\"x\", {}", header.join(", ")));
        let query: Vec<String> =
            self.query.iter().map(|(name, value)| format!("{}={}", plain(name), plain(value))).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let body = self.body.map(|body| body.to_string()).unwrap_or_default();
        client
            .send(self.method, &format!("{}{mark}{}", self.path, query.join("&")), body.into())
            .await
            .unwrap()
    }
}

/// A Jira that knows the consumer, with a clock that stands still.
async fn still(deployment: Deployment, context: &str) -> World {
    let consumer_key = Some(key().public.clone());
    let (now, context) = (Some(NOW * 1_000), context.to_owned());
    start_with(Options { deployment, consumer_key, now, context, frozen: true, ..Options::default() }).await
}

async fn set(world: &World, change: Value) -> Value {
    world.control.post("/_sim/settings", json!({"oauth1": change})).await.expect(200)
}

/// The values of an answer in the form encoding.
#[track_caller]
fn values(reply: &Reply, status: u16) -> Vec<(String, String)> {
    let text = String::from_utf8(reply.body.to_vec()).unwrap();
    assert_eq!(reply.status, status, "{text}");
    text.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect()
}

fn value(values: &[(String, String)], name: &str) -> String {
    values.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

/// The problem of an answer, which header and body agree on.
#[track_caller]
fn problem(reply: &Reply, status: u16) -> String {
    let told = value(&values(reply, status), "oauth_problem");
    let header = reply.headers["www-authenticate"].to_str().unwrap();
    assert!(header.starts_with("OAuth realm=\"http%3A%2F%2F127.0.0.1%3A"), "{header}");
    assert!(header.contains(&format!("oauth_problem=\"{told}\"")), "{header}");
    told
}

const SERVLET: &str = "/plugins/servlet/oauth";

async fn request_token(world: &World, callback: &str) -> Reply {
    let path = format!("{SERVLET}/request-token");
    Signed::new(Method::POST, &path, &[("oauth_callback", callback)]).send(world.running.url()).await
}

async fn access_token(world: &World, oauth: &[(&str, &str)]) -> Reply {
    Signed::new(Method::POST, &format!("{SERVLET}/access-token"), oauth).send(world.running.url()).await
}

async fn call(world: &World, token: &str, more: &[(&str, &str)]) -> Reply {
    let oauth = [&[("oauth_token", token)], more].concat();
    Signed::new(Method::GET, "/rest/api/2/myself", &oauth).send(world.running.url()).await
}

/// Somebody allows a request token; the verifier.
async fn allow(world: &World, token: &str, name: &str) -> String {
    let mut browser = Browser::new(world.running.url());
    let page = browser.open(&format!("{SERVLET}/authorize?oauth_token={token}")).await;
    let page = browser.submit(&page, &[("os_username", name), ("os_password", name)]).await;
    assert!(page.page().contains("Bowline would like to have access"), "{}", page.page());
    let back = browser.submit(&page, &[("approve", "Allow")]).await;
    assert_eq!(back.value("oauth_token").as_deref(), Some(token));
    back.value("oauth_verifier").unwrap()
}

/// The access token of somebody's consent, and its session handle.
async fn dance(world: &World, name: &str) -> (String, String) {
    let token = value(&values(&request_token(world, BACK).await, 200), "oauth_token");
    let verifier = allow(world, &token, name).await;
    let made = access_token(world, &[("oauth_token", &token), ("oauth_verifier", &verifier)]).await;
    let made = values(&made, 200);
    (value(&made, "oauth_token"), value(&made, "oauth_session_handle"))
}

#[tokio::test]
async fn on_cloud_the_page_asks_who_it_is_and_the_site_takes_the_signature() {
    let world = still(Deployment::Cloud, "").await;
    let token = value(&values(&request_token(&world, BACK).await, 200), "oauth_token");
    let mut browser = Browser::new(world.running.url());
    let page = browser.open(&format!("{SERVLET}/authorize?oauth_token={token}")).await;
    assert!(page.page().contains("Ada Byron"), "{}", page.page());
    for nobody in [&[("approve", "Allow")][..], &[("account", "nobody"), ("approve", "Allow")]] {
        assert!(browser.submit(&page, nobody).await.page().contains("token_rejected"));
    }
    let back = browser.submit(&page, &[("account", "ada"), ("approve", "Allow")]).await;
    let verifier = back.value("oauth_verifier").unwrap();
    let made = access_token(&world, &[("oauth_token", &token), ("oauth_verifier", &verifier)]).await;
    let oauth = [("oauth_token", &*value(&values(&made, 200), "oauth_token"))];
    let signed = Signed::new(Method::GET, "/rest/api/3/myself", &oauth).send(world.running.url()).await;
    assert_eq!(signed.json()["displayName"], "Ada Byron");
}

#[tokio::test]
async fn a_consumer_gets_a_token_and_calls_by_signature() {
    for (deployment, context) in [(DC, "/jira"), (Deployment::Server, "")] {
        let world = still(deployment, context).await;
        let made = request_token(&world, BACK).await;
        assert!(made.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
        let made = values(&made, 200);
        assert_eq!(value(&made, "oauth_callback_confirmed"), "true");
        let token = value(&made, "oauth_token");
        let verifier = allow(&world, &token, "ada").await;
        assert_eq!(verifier.len(), 6);
        let made = values(
            &access_token(&world, &[("oauth_token", &token), ("oauth_verifier", &verifier)]).await,
            200,
        );
        assert_eq!(value(&made, "oauth_expires_in"), "157680000");
        assert_eq!(value(&made, "oauth_authorization_expires_in"), "160272000");
        let access = value(&made, "oauth_token");
        let me = call(&world, &access, &[("oauth_version", "1.0")]).await;
        assert_eq!(me.headers["x-ausername"], "ada");
        assert_eq!(me.expect(200)["name"], "ada");
        let (path, oauth) = ("/rest/api/2/search", [("oauth_token", &*access)]);
        let mut search = Signed::new(Method::GET, path, &oauth);
        search.query =
            vec![("jql", "project = ACME AND summary ~ \"x+y\" OR a=b"), ("fields", "a"), ("fields", "ü b")];
        assert_eq!(
            search.send(world.running.url()).await.status,
            400,
            "signed well; the query is what is wrong"
        );
        let mut create = Signed::new(Method::POST, "/rest/api/2/issue", &oauth);
        create.body = Some(issue("signed"));
        create.send(world.running.url()).await.expect(201);
    }
}

#[tokio::test]
async fn a_person_may_refuse_and_a_program_without_address_is_shown_the_code() {
    let world = still(DC, "").await;
    let token = value(&values(&request_token(&world, BACK).await, 200), "oauth_token");
    let mut browser = Browser::new(world.running.url());
    let page = browser.open(&format!("{SERVLET}/authorize?oauth_token={token}")).await;
    let page = browser.submit(&page, &[("os_username", "bob"), ("os_password", "bob")]).await;
    let early = access_token(&world, &[("oauth_token", &token), ("oauth_verifier", "x")]).await;
    assert_eq!(problem(&early, 401), "permission_unknown");
    let back = browser.submit(&page, &[("deny", "Deny")]).await;
    assert_eq!(back.value("oauth_verifier").as_deref(), Some("denied"));
    let denied = access_token(&world, &[("oauth_token", &token), ("oauth_verifier", "denied")]).await;
    assert_eq!(problem(&denied, 401), "permission_denied");
    assert!(browser.submit(&page, &[("approve", "Allow")]).await.page().contains("token_rejected"));
    let token = value(&values(&request_token(&world, "oob").await, 200), "oauth_token");
    let page = browser.open(&format!("{SERVLET}/authorize?oauth_token={token}")).await;
    let shown = browser.submit(&page, &[("approve", "Allow")]).await.page();
    let code = shown.split_once("verification code is ").unwrap().1[..6].to_owned();
    let wrong = access_token(&world, &[("oauth_token", &token), ("oauth_verifier", "nonono")]).await;
    assert_eq!(problem(&wrong, 401), "token_rejected");
    values(&access_token(&world, &[("oauth_token", &token), ("oauth_verifier", &code)]).await, 200);
    let again = access_token(&world, &[("oauth_token", &token), ("oauth_verifier", &code)]).await;
    assert_eq!(problem(&again, 401), "token_rejected", "a request token is used once");
    for wrong in ["/relative", "ftp://a/b"] {
        assert_eq!(problem(&request_token(&world, wrong).await, 400), "parameter_rejected");
    }
    let none = Signed::new(Method::POST, "/plugins/servlet/oauth/request-token", &[])
        .send(world.running.url())
        .await;
    assert_eq!(problem(&none, 400), "parameter_absent");
    assert!(
        none.headers["www-authenticate"]
            .to_str()
            .unwrap()
            .contains("oauth_parameters_absent=\"oauth_callback\"")
    );
}

#[tokio::test]
async fn every_wrong_request_is_named_with_its_status() {
    let world = still(DC, "").await;
    let (token, _) = dance(&world, "ada").await;
    let far = (NOW - 301).to_string();
    let late = (NOW + 300).to_string();
    for (more, status, name) in [
        (vec![("oauth_version", "2.0")], 400, "version_rejected"),
        (vec![("oauth_signature_method", "HMAC-SHA1")], 400, "signature_method_rejected"),
        (vec![("oauth_timestamp", &*far)], 400, "timestamp_refused"),
        (vec![("oauth_timestamp", "soon")], 400, "parameter_rejected"),
        (vec![("oauth_version", "1.0"), ("oauth_version", "1.0")], 400, "parameter_rejected"),
        (vec![("oauth_consumer_key", "other")], 401, "token_rejected"),
    ] {
        assert_eq!(problem(&call(&world, &token, &more).await, status), name, "{more:?}");
    }
    let refused = call(&world, &token, &[("oauth_timestamp", &far)]).await;
    let range = format!("oauth_acceptable_timestamps=\"{}-{}\"", NOW - 300, NOW + 300);
    assert!(refused.headers["www-authenticate"].to_str().unwrap().contains(&range));
    call(&world, &token, &[("oauth_timestamp", &late), ("oauth_nonce", "once")]).await.expect(200);
    let replayed = call(&world, &token, &[("oauth_timestamp", &late), ("oauth_nonce", "once")]).await;
    assert_eq!(problem(&replayed, 401), "nonce_used");
    assert_eq!(problem(&call(&world, "none", &[]).await, 401), "token_rejected");
    assert_eq!(problem(&call(&world, "", &[]).await, 400), "parameter_absent");
    let request = value(&values(&request_token(&world, BACK).await, 200), "oauth_token");
    assert_eq!(problem(&call(&world, &request, &[]).await, 401), "token_rejected", "it is no access token");
    set(&world, json!({"seen": "http://internal:8080"})).await;
    let wrong = call(&world, &token, &[]).await;
    assert!(!wrong.headers.contains_key("x-seraph-loginreason"));
    assert_eq!(wrong.headers["www-authenticate"].to_str().unwrap().matches("signature_invalid").count(), 1);
    assert_eq!(wrong.status, 401);
    set(&world, json!({"seen": "", "consumer": {"key": "bowline", "refused": true}})).await;
    assert_eq!(problem(&call(&world, &token, &[]).await, 503), "consumer_key_refused");
    set(&world, json!({"consumer": {"key": "bowline", "refused": false}})).await;
    call(&world, &token, &[]).await.expect(200);
}

#[tokio::test]
async fn a_token_is_renewed_by_its_session_and_both_have_their_years() {
    let world = still(DC, "").await;
    let (first, handle) = dance(&world, "ada").await;
    let wrong = access_token(&world, &[("oauth_token", &first), ("oauth_session_handle", "x")]).await;
    assert_eq!(problem(&wrong, 401), "token_rejected");
    let renew = [("oauth_token", &*first), ("oauth_session_handle", &*handle)];
    let made = values(&access_token(&world, &renew).await, 200);
    let (second, next) = (value(&made, "oauth_token"), value(&made, "oauth_session_handle"));
    assert_ne!(handle, next);
    call(&world, &second, &[]).await.expect(200);
    assert_eq!(
        problem(&call(&world, &first, &[]).await, 401),
        "token_rejected",
        "the former token ends at once"
    );
    let pass = async |days: i64| {
        world.control.post("/_sim/clock", json!({"advance_ms": days * 86_400_000})).await.expect(200);
        (NOW + days * 86_400).to_string()
    };
    let then = pass(5 * 365).await;
    let stamp = ("oauth_timestamp", &*then);
    assert_eq!(problem(&call(&world, &second, &[stamp]).await, 401), "token_expired");
    let renew = [("oauth_token", &*second), ("oauth_session_handle", &*next), stamp];
    let made = values(&access_token(&world, &renew).await, 200);
    let (third, last) = (value(&made, "oauth_token"), value(&made, "oauth_session_handle"));
    set(&world, json!({"session_seconds": 60})).await;
    call(&world, &third, &[stamp]).await.expect(200);
    let made = [("oauth_token", &*third), ("oauth_session_handle", &*last), stamp];
    let made = values(&access_token(&world, &made).await, 200);
    let late = (5 * 365 * 86_400 + NOW + 86_400).to_string();
    pass(1).await;
    let (fourth, short) = (value(&made, "oauth_token"), value(&made, "oauth_session_handle"));
    let over = [("oauth_token", &*fourth), ("oauth_session_handle", &*short), ("oauth_timestamp", &*late)];
    assert_eq!(problem(&access_token(&world, &over).await, 401), "permission_denied");
    let token = Signed::new(
        Method::POST,
        "/plugins/servlet/oauth/request-token",
        &[("oauth_callback", BACK), ("oauth_timestamp", &late)],
    );
    let token = value(&values(&token.send(world.running.url()).await, 200), "oauth_token");
    pass(1).await;
    let expired = access_token(&world, &[("oauth_token", &token), ("oauth_verifier", "x")]).await;
    assert_eq!(problem(&expired, 401), "token_expired", "a request token lives ten minutes");
}

#[tokio::test]
async fn an_edited_link_and_a_person_who_takes_back_end_tokens() {
    let world = still(DC, "").await;
    let ((ada, _), (bob, _)) = (dance(&world, "ada").await, dance(&world, "bob").await);
    assert_eq!(set(&world, json!({"revoke": {"user": "ada", "consumer": "bowline"}})).await["revoked"], 1);
    assert_eq!(problem(&call(&world, &ada, &[]).await, 401), "token_rejected");
    call(&world, &bob, &[]).await.expect(200);
    world
        .control
        .post("/_sim/settings", json!({"account": {"user": "bob", "active": false}}))
        .await
        .expect(200);
    assert_eq!(problem(&call(&world, &bob, &[]).await, 401), "token_rejected");
    world
        .control
        .post("/_sim/settings", json!({"account": {"user": "bob", "active": true}}))
        .await
        .expect(200);
    set(&world, json!({"consumer": {"key": "bowline", "public_key": key().public}})).await;
    assert_eq!(problem(&call(&world, &bob, &[]).await, 401), "token_rejected");
    let (again, _) = dance(&world, "bob").await;
    set(&world, json!({"consumer": {"key": "bowline"}})).await;
    assert_eq!(problem(&call(&world, &again, &[]).await, 401), "token_rejected");
    assert_eq!(problem(&request_token(&world, BACK).await, 401), "consumer_key_unknown");
    let wrong = json!({"oauth1": {"consumer": {"key": "x", "public_key": "none"}}});
    assert_eq!(world.control.post("/_sim/settings", wrong).await.status, 400);
    assert!(
        bowline_sim::jira::start(
            Options { deployment: DC, consumer_key: Some("none".to_owned()), ..Options::default() },
            "127.0.0.1:0".parse().unwrap()
        )
        .await
        .is_err()
    );
}
