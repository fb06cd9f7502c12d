//! A canary secret through everything this crate and the pipeline do with one: it must sing nowhere.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use bowline_auth::intake::{Proofs, verify};
use bowline_auth::{CredentialSigner, Sealer, Secrets, SystemClock, SystemEntropy};
use bowline_core::connection::{Connection, IntakeProof, SignIn};
use bowline_core::layers::{Gateway, GatewayProof};
use bowline_core::port::{Asker, Outbound, OutboundCall, Seal};
use bowline_core::secret::{Purpose, Sealed, Secret};
use bowline_net::{Pipeline, Settings, World};
use bytes::Bytes;
use http::{HeaderMap, Method};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tracing::subscriber;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::memory::{self, Folder, Memory, secret_id, tenant};

/// Characters that look different in every encoding.
const CANARY: &str = "c4n/ry+&=~\u{fc}?tweet";

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Page {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The canary in every dress. Of base64 the inner part, for each of the three ways it can be aligned.
fn dresses() -> Vec<String> {
    let hex: String = CANARY.bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = CANARY.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let reserved = "c4n%2Fry%2B%26%3D~%C3%BC%3Ftweet".to_owned();
    let mut all = vec![CANARY.to_owned(), format!("{CANARY:?}"), hex.to_uppercase(), hex, percent, reserved];
    all.push(format!("{:?}", CANARY.as_bytes()).trim_matches(['[', ']']).to_owned());
    for shift in 0..3 {
        let text = [&"xyz".as_bytes()[..shift], CANARY.as_bytes()].concat();
        for alphabet in [STANDARD, URL_SAFE] {
            all.push(alphabet.encode(&text)[4..20].to_owned());
        }
    }
    all
}

#[test]
fn every_dress_is_found_when_it_is_worn() {
    let basic = STANDARD.encode(format!("ada:{CANARY}"));
    let found = |text: &str| dresses().iter().any(|dress| text.contains(dress));
    assert!(found(&basic) && found(&format!("{:?}", CANARY.as_bytes())) && found(&format!("x={CANARY}")));
    assert!(!found("Secret(…)"));
}

/// Answers every request with an error, and tells how much of the canary it was sent.
async fn server() -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heard = Arc::new(Mutex::new(String::new()));
    let ear = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut buffer = vec![0; 16_384];
            let count = socket.read(&mut buffer).await.unwrap();
            ear.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..count]));
            let _ =
                socket.write_all(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
        }
    });
    (url, heard)
}

/// Seals, opens and fails to open the canary; it stays in the vault as the credential of every connection here.
async fn seal(memory: &Memory, sealer: &Sealer) -> String {
    let canary = Secret::from(CANARY.to_owned());
    let row = secret_id(1).to_string();
    let sealed = sealer.seal(tenant(1), Purpose::Credential, &row, &canary).await.unwrap();
    let opened = sealer.open(tenant(1), Purpose::Credential, &row, &sealed).await.unwrap();
    let mut told = format!("{canary:?} {opened:?} {sealed:?}");
    let mut broken = sealed.clone();
    broken.0[20] ^= 1;
    let bare = Sealed(CANARY.into());
    for (purpose, sealed) in
        [(Purpose::WebhookSecret, &sealed), (Purpose::Credential, &broken), (Purpose::Credential, &bare)]
    {
        let error = sealer.open(tenant(1), purpose, &row, sealed).await.unwrap_err();
        write!(told, "{error} {error:?}").unwrap();
    }
    memory.put(tenant(1), secret_id(1), sealed);
    told
}

/// Sends the canary to `url`, where it is not liked.
async fn send(
    memory: &Arc<Memory>,
    sealer: &Arc<Sealer>,
    url: &str,
    (sign_in, gateway): (SignIn, Option<Gateway>),
) -> String {
    let secrets = Secrets::new(Arc::clone(memory) as _, Arc::clone(sealer) as _, Arc::new(SystemClock));
    let signer = Arc::new(CredentialSigner::new(Arc::new(secrets)));
    let world = World::new(signer, Arc::new(SystemClock), Arc::new(SystemEntropy));
    let settings = Settings { allow: vec!["127.0.0.1".parse().unwrap()], ..Settings::default() };
    let connection = Connection { gateway, ..memory::connection(url, sign_in) };
    let call = OutboundCall {
        method: Method::GET,
        path: "/rest/x?y=1".into(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
        operation: "test.read",
        subject: None,
        repeatable: true,
        asker: Asker::Work,
    };
    let failure = Pipeline::new(settings, world).unwrap().send(&connection, call).await.unwrap_err();
    format!("{failure} {failure:?} {connection:?}")
}

/// Demands the canary of a delivery that does not have it.
fn refuse() -> String {
    let mut connection = memory::connection("https://jira.example", SignIn::PersonalAccessToken);
    let (hmac, header_token) = (Some(secret_id(1)), Some(secret_id(1)));
    connection.intake = IntakeProof { hmac, header: Some("x-token".into()), header_token };
    let canary = || Some(Secret::from(CANARY.to_owned()));
    let proofs = Proofs { hmac: canary(), header: canary() };
    let refused = verify(Some(&connection), &proofs, &HeaderMap::new(), CANARY.as_bytes()).unwrap_err();
    format!("{proofs:?} {refused} {refused:?}")
}

#[tokio::test]
async fn a_secret_sings_in_no_log_no_error_and_no_debug_print() {
    bowline_net::start();
    let page = Page::default();
    let logger = tracing_subscriber::fmt().with_ansi(false).with_max_level(LevelFilter::TRACE);
    subscriber::set_global_default(logger.with_writer(page.clone()).finish()).unwrap();

    let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
    let sealer = memory::sealer(&memory, &folder).await;
    let mut told = seal(&memory, &sealer).await + &refuse();
    let (url, heard) = server().await;
    let (email, user) = ("ada@example.com".into(), "ada".into());
    let methods = [
        SignIn::ApiToken { email },
        SignIn::Basic { user },
        SignIn::PersonalAccessToken,
        SignIn::AccessToken,
        SignIn::ServiceToken,
    ];
    for sign_in in methods {
        told += &send(&memory, &sealer, &url, (sign_in, None)).await;
    }
    let (key, row) = (Secret::from(CANARY.to_owned()), secret_id(2));
    let sealed = sealer.seal(tenant(1), Purpose::GatewayKey, &row.to_string(), &key).await.unwrap();
    memory.put(tenant(1), row, sealed);
    let gateway = Gateway { header: "x-api-key".to_owned(), proof: GatewayProof::Key { secret: row } };
    told += &send(&memory, &sealer, &url, (SignIn::InFront, Some(gateway))).await;

    let heard = heard.lock().unwrap().clone();
    let sent = dresses().iter().filter(|dress| heard.contains(*dress)).count();
    assert!(sent >= 4, "the canary did travel, as Basic, Bearer and in a query: {heard}");
    let log = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    // Other tests of this program write to it as well.
    let is_ours = |line: &&str| line.contains("outbound call") && line.contains("test.read");
    assert_eq!(log.lines().filter(is_ours).count(), 6);
    for dress in dresses() {
        assert!(!log.contains(&dress), "the log shows {dress}");
        assert!(!told.contains(&dress), "an error or a debug print shows {dress}");
    }
    let key = std::fs::read_to_string(folder.file("key")).unwrap();
    let key = key.lines().find_map(|line| line.strip_prefix("key ")).unwrap().to_owned();
    assert!(!log.contains(&key) && !told.contains(&key));
}
