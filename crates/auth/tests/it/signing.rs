//! The port `Signer` over a vault.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bowline_auth::{CredentialSigner, Sealer, Secrets};
use bowline_core::code::{AUTH_APP_DISABLED, AUTH_APP_UNINSTALLED, AUTH_OTHER_ADDRESS};
use bowline_core::connection::{Connection, Health, SignIn};
use bowline_core::port::{Clock, Seal, SignError, Signer};
use bowline_core::secret::{Purpose, Secret};
use bowline_core::{Code, SignedDuration, Timestamp};
use bytes::Bytes;

use crate::memory::{Folder, Memory, connection, sealer, secret_id, tenant};

struct Hand(Mutex<Timestamp>);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

struct Bench {
    secrets: Arc<Secrets>,
    memory: Arc<Memory>,
    sealer: Arc<Sealer>,
    hand: Arc<Hand>,
    signer: CredentialSigner,
}

impl Bench {
    async fn new() -> Self {
        let memory = Arc::new(Memory::default());
        let sealer = sealer(&memory, &Folder::new()).await;
        let hand = Arc::new(Hand(Mutex::new(Timestamp::UNIX_EPOCH)));
        let secrets =
            Secrets::new(Arc::clone(&memory) as _, Arc::clone(&sealer) as _, Arc::clone(&hand) as _);
        let secrets = Arc::new(secrets);
        let signer = CredentialSigner::new(Arc::clone(&secrets));
        Self { secrets, memory, sealer, hand, signer }
    }

    async fn store(&self, purpose: Purpose, text: &str) {
        let (id, secret) = (secret_id(1), Secret::from(text.to_owned()));
        let sealed = self.sealer.seal(tenant(1), purpose, &id.to_string(), &secret).await.unwrap();
        self.memory.put(tenant(1), id, sealed);
    }

    async fn sign(&self, revision: i64) -> Result<String, SignError> {
        self.sign_for(1, revision).await
    }

    async fn sign_for(&self, number: u32, revision: i64) -> Result<String, SignError> {
        let mut request = http::Request::get("https://jira.example/x").body(Bytes::new()).unwrap();
        let mut connection = connection("https://jira.example", SignIn::PersonalAccessToken);
        (connection.tenant, connection.revision) = (tenant(number), revision);
        self.signer.sign(&connection, &mut request).await?;
        Ok(request.headers()["authorization"].to_str().unwrap().to_owned())
    }
}

#[tokio::test]
async fn the_credential_is_opened_once_a_minute_and_at_every_new_revision() {
    let bench = Bench::new().await;
    bench.store(Purpose::Credential, "one").await;
    assert_eq!(bench.sign(1).await.unwrap(), "Bearer one");
    let reads = bench.memory.reads.load(Ordering::SeqCst);
    assert_eq!(bench.sign(1).await.unwrap(), "Bearer one");
    assert_eq!(bench.memory.reads.load(Ordering::SeqCst), reads);

    bench.store(Purpose::Credential, "two").await;
    assert_eq!(bench.sign(1).await.unwrap(), "Bearer one");
    assert_eq!(bench.sign(2).await.unwrap(), "Bearer two");

    bench.store(Purpose::Credential, "three").await;
    *bench.hand.0.lock().unwrap() += SignedDuration::from_mins(1);
    assert_eq!(bench.sign(2).await.unwrap(), "Bearer three");
}

#[tokio::test]
async fn what_is_missing_or_sealed_for_another_purpose_signs_nothing() {
    let bench = Bench::new().await;
    assert!(matches!(bench.sign(1).await, Err(SignError::Missing)));
    bench.store(Purpose::WebhookSecret, "one").await;
    assert!(matches!(bench.sign(1).await, Err(SignError::Sealed(_))));
    bench.memory.away.store(true, Ordering::SeqCst);
    assert!(matches!(bench.sign(1).await, Err(SignError::Sealed(_))));
}

#[tokio::test]
async fn a_connection_that_names_another_tenants_secret_gets_nothing() {
    let bench = Bench::new().await;
    bench.store(Purpose::Credential, "one").await;
    assert_eq!(bench.sign_for(1, 1).await.unwrap(), "Bearer one");
    assert!(matches!(bench.sign_for(2, 1).await, Err(SignError::Missing)));
}

#[tokio::test]
async fn a_remembered_credential_is_not_handed_out_for_another_purpose() {
    let bench = Bench::new().await;
    bench.store(Purpose::Credential, "one").await;
    let connection = connection("https://jira.example", SignIn::PersonalAccessToken);
    let find = async |purpose| bench.secrets.find(&connection, purpose, secret_id(1)).await;
    assert!(find(Purpose::Credential).await.unwrap().is_some());
    assert!(find(Purpose::WebhookSecret).await.is_err());
}

/// A connection that stands for a site which has installed the app.
fn of_site() -> Connection {
    let installation = format!("ist_{:032x}", 7).parse().unwrap();
    connection("https://acme.atlassian.net/jira", SignIn::Connect { installation })
}

/// The claims of the token that a call to this address gets, or why it gets none.
async fn claims(
    bench: &Bench,
    app: Option<&str>,
    connection: &Connection,
    url: &str,
) -> Result<String, Code> {
    let mut signer = CredentialSigner::new(Arc::clone(&bench.secrets));
    if let Some(app) = app {
        signer = signer.with_app(app.to_owned(), Arc::clone(&bench.hand) as _);
    }
    let mut request = http::Request::post(url).body(Bytes::new()).unwrap();
    match signer.sign(connection, &mut request).await {
        Ok(()) => {
            let header = &request.headers()["authorization"];
            assert!(header.is_sensitive());
            let token = header.to_str().unwrap().strip_prefix("JWT ").unwrap();
            let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
            Ok(String::from_utf8(claims).unwrap())
        }
        Err(SignError::NoToken(failure)) => Err(failure.code),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn as_the_app_each_call_is_signed_for_itself_and_for_its_site_alone() {
    let bench = Bench::new().await;
    let site = of_site();
    let url = "https://acme.atlassian.net/jira/rest/api/3/issue?b=2&a=1";
    assert_eq!(
        claims(&bench, Some("app"), &site, url).await,
        Err(AUTH_APP_UNINSTALLED),
        "there is no secret"
    );
    bench.store(Purpose::SharedSecret, &"s".repeat(40)).await;
    // sha256 of `POST&/rest/api/3/issue&a=1&b=2`.
    let hash = "2d5c4c07de4f6cc8aa983a7e6c516b1820efa304d83b9bb20c790c4b487e98cf";
    let expected = format!(r#"{{"iss":"app","iat":0,"exp":180,"qsh":"{hash}"}}"#);
    assert_eq!(claims(&bench, Some("app"), &site, url).await, Ok(expected));
    for elsewhere in
        ["https://evil.example/jira/x", "https://acme.atlassian.net/x", "http://acme.atlassian.net/jira/x"]
    {
        assert_eq!(
            claims(&bench, Some("app"), &site, elsewhere).await,
            Err(AUTH_OTHER_ADDRESS),
            "{elsewhere}"
        );
    }
    assert_eq!(claims(&bench, None, &site, url).await, Err(AUTH_APP_DISABLED), "this service serves no app");
}

#[tokio::test]
async fn an_app_that_is_gone_signs_nothing_and_one_that_is_off_tries() {
    let bench = Bench::new().await;
    bench.store(Purpose::SharedSecret, &"s".repeat(40)).await;
    let url = "https://acme.atlassian.net/jira/x";
    let with = |code| Connection { health: Health::NeedsAttention { code }, ..of_site() };
    let gone = with(AUTH_APP_UNINSTALLED);
    assert_eq!(claims(&bench, Some("app"), &gone, url).await, Err(AUTH_APP_UNINSTALLED));
    assert!(claims(&bench, Some("app"), &with(AUTH_APP_DISABLED), url).await.is_ok());
}
