//! Atlassian and a site, small: a clock that is set, key hosts with keys in them, tokens signed with real keys, and an app.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::task::Poll;

use async_trait::async_trait;
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bowline_connect::exchange::{Exchange, ExchangeCall};
use bowline_connect::install_key::{CachedKeys, KeyHost, Limits, Region};
use bowline_connect::installation::{ClientKey, Installations, MemoryInstallations};
use bowline_connect::jose::{SharedSecret, sign_hs256};
use bowline_connect::lifecycle::{Call, Event, Legacy, Lifecycle, Outcome, Parts, Settings, Sites};
use bowline_connect::qsh::{BasePath, Incoming};
use bowline_connect::token::Times;
use bowline_connect::verify::{HostTokens, InstallTokens};
use bowline_core::Failure;
use bowline_core::code::NET_UNREACHABLE;
use bowline_core::failure::Executed;
use bowline_core::port::{Clock, Exchanged, OutboundAnswer};
use bowline_core::secret::Secret;
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

pub(crate) const APP: &str = "com.example.app";
pub(crate) const BASE: &str = "https://app.example/connect";
pub(crate) const KID: &str = "71a5e0ce-8c23-4b36-b1ce-4f1d1d4c5a1e";
pub(crate) const OLD_HOST: &str = "https://connect-install-keys.atlassian.com";

/// Futures here wait for nothing, so that no runtime is needed.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    future.now_or_never().expect("nothing to wait for")
}

/// Futures here that wait let others in and are ready soon.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = Box::pin(future);
    (0..10_000).find_map(|_| (&mut future).now_or_never()).expect("nothing to wait for")
}

pub(crate) fn secret(letter: &str) -> SharedSecret {
    SharedSecret::new(Secret::from(letter.repeat(40))).unwrap()
}

/// A clock that stands still until it is set.
pub(crate) struct Watch(Mutex<Timestamp>);

impl Watch {
    pub(crate) fn at(seconds: i64) -> Self {
        Self(Mutex::new(Timestamp::from_second(seconds).unwrap()))
    }

    pub(crate) fn pass(&self, seconds: i64) {
        *self.0.lock().unwrap() += SignedDuration::from_secs(seconds);
    }
}

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// Atlassian's private key and, for attacks, one that is not.
pub(crate) static ATLASSIAN: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
pub(crate) static MALLORY: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

pub(crate) fn pem(key: &RsaKeyPair, end: &str) -> String {
    let der: PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
    let body = STANDARD.encode(der.as_ref());
    let lines = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap());
    let lines = lines.map(|line| format!("{line}{end}")).collect::<String>();
    format!("-----BEGIN PUBLIC KEY-----{end}{lines}-----END PUBLIC KEY-----{end}")
}

pub(crate) fn sign_rs256(header: &Value, claims: &Value, key: &RsaKeyPair) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The internet, as far as key hosts go: what stands at which URL, and what was asked for.
#[derive(Default)]
pub(crate) struct Internet {
    pub(crate) pages: Mutex<HashMap<String, (StatusCode, String)>>,
    pub(crate) asked: Mutex<Vec<String>>,
    /// Whether no answer comes for now.
    pub(crate) stalled: AtomicBool,
}

impl Internet {
    pub(crate) fn put(&self, url: &str, status: StatusCode, body: String) {
        self.pages.lock().unwrap().insert(url.to_owned(), (status, body));
    }
}

#[async_trait]
impl Exchange for Internet {
    /// What is not there is unreachable; a page of status 404 says that there is nothing.
    async fn exchange(&self, call: ExchangeCall) -> Exchanged {
        assert_eq!((call.method, call.site), (Method::GET, None), "keys are nobody's");
        self.asked.lock().unwrap().push(call.url.clone());
        poll_fn(|_| if self.stalled.load(Ordering::Relaxed) { Poll::Pending } else { Poll::Ready(()) }).await;
        match self.pages.lock().unwrap().get(&call.url).cloned() {
            None => Exchanged::Unsent(Failure::retry(NET_UNREACHABLE, Executed::No)),
            Some((status, body)) => Exchanged::Answer(OutboundAnswer {
                status,
                headers: HeaderMap::new(),
                body: Bytes::from(body),
            }),
        }
    }
}

/// A lifecycle call before it is signed.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) event: Event,
    pub(crate) target: String,
    pub(crate) body: String,
    pub(crate) token: Option<String>,
}

/// The app and what is around it.
pub(crate) struct World {
    pub(crate) watch: Arc<Watch>,
    pub(crate) internet: Arc<Internet>,
    pub(crate) store: Arc<dyn Installations>,
    pub(crate) host_tokens: Arc<HostTokens>,
    pub(crate) lifecycle: Lifecycle,
    /// How many tokens were made: no two are alike, though the clock stands still.
    made: AtomicU64,
}

impl World {
    pub(crate) fn new(legacy: Legacy) -> Self {
        Self::over(legacy, Arc::new(MemoryInstallations::default()))
    }

    pub(crate) fn over(legacy: Legacy, store: Arc<dyn Installations>) -> Self {
        Self::with(legacy, store, SignedDuration::from_mins(5))
    }

    pub(crate) fn with(legacy: Legacy, store: Arc<dyn Installations>, window: SignedDuration) -> Self {
        let watch = Arc::new(Watch::at(1_700_000_000));
        let internet = Arc::new(Internet::default());
        let [first, second] = Region::Production.key_hosts();
        internet.put(&format!("{first}/{KID}"), StatusCode::OK, pem(&ATLASSIAN, "\n"));
        internet.put(&format!("{second}/{KID}"), StatusCode::OK, pem(&ATLASSIAN, "\r\n"));
        let host = KeyHost::new(Arc::clone(&internet) as _, &[first, second]).unwrap();
        let keys = CachedKeys::new(host, Arc::clone(&watch) as _, Limits::default());
        let clock = || Arc::clone(&watch) as Arc<dyn Clock>;
        let times = Times::default();
        let host_tokens = Arc::new(HostTokens::new(Arc::clone(&store), clock(), times).unwrap());
        let install_tokens = Arc::new(InstallTokens::new(Arc::new(keys), clock(), times, BASE));
        let parts = Parts {
            store: Arc::clone(&store),
            clock: clock(),
            host_tokens: Arc::clone(&host_tokens),
            install_tokens,
        };
        let settings = Settings {
            app_key: APP.to_owned(),
            base_url: BASE.to_owned(),
            sites: Sites::of(Region::Production),
            legacy,
            rotation_window: window,
        };
        let lifecycle = Lifecycle::new(settings, parts).unwrap();
        Self { watch, internet, store, host_tokens, lifecycle, made: AtomicU64::new(0) }
    }

    /// A call of a site, without a token.
    pub(crate) fn draft(&self, event: Event, client_key: &str, letter: &str) -> Draft {
        let mut body = json!({
            "key": APP,
            "clientKey": client_key,
            "baseUrl": "https://acme.atlassian.net",
            "productType": "jira",
            "description": "Atlassian Jira at acme",
            "oauthClientId": "client",
            "eventType": event.word(),
        });
        if event == Event::Installed {
            body["sharedSecret"] = json!(letter.repeat(40));
        }
        let target = format!("/connect/{}?user_key=admin", event.word());
        Draft { event, target, body: body.to_string(), token: None }
    }

    /// The claims of a token for this call.
    pub(crate) fn claims(&self, draft: &Draft, client_key: &str) -> Value {
        let base = BasePath::of(BASE).unwrap();
        let request = Incoming::parse(&Method::POST, &draft.target, &base).unwrap();
        let iat = self.watch.now().as_second();
        json!({
            "iss": client_key, "aud": [BASE], "sub": "admin", "iat": iat, "exp": iat + 900,
            "qsh": request.forms()[0].qsh().as_str(), "jti": self.made.fetch_add(1, Ordering::Relaxed),
        })
    }

    /// Signed by Atlassian.
    pub(crate) fn signed(&self, event: Event, client_key: &str, letter: &str) -> Draft {
        let draft = self.draft(event, client_key, letter);
        let claims = self.claims(&draft, client_key);
        let token = sign_rs256(&json!({"alg": "RS256", "kid": KID}), &claims, &ATLASSIAN);
        Draft { token: Some(token), ..draft }
    }

    /// Signed with a shared secret; `letter` is the secret that the body brings.
    pub(crate) fn secret_signed(&self, event: Event, client_key: &str, letter: &str, with: &str) -> Draft {
        let draft = self.draft(event, client_key, letter);
        let token = sign_hs256(&self.claims(&draft, client_key), &secret(with)).unwrap();
        Draft { token: Some(token.expose().to_owned()), ..draft }
    }

    pub(crate) fn call(&self, draft: &Draft) -> Outcome {
        let mut headers = HeaderMap::new();
        if let Some(token) = &draft.token {
            headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("JWT {token}")).unwrap());
        }
        now(self.lifecycle.handle(Call {
            event: draft.event,
            method: &Method::POST,
            target: &draft.target,
            headers: &headers,
            body: draft.body.as_bytes(),
        }))
    }

    /// The row of a client key, as far as tests compare it: state, scheme, the letters of both secrets, base URL.
    pub(crate) fn row(&self, client_key: &str) -> String {
        let found = now(self.store.find(&ClientKey::parse(client_key).unwrap())).unwrap();
        let letter = |secret: Option<&SharedSecret>| {
            secret.map_or("-".to_owned(), |secret| secret.secret().expose_text()[..1].to_owned())
        };
        found.map_or("none".to_owned(), |stored| {
            let row = stored.installation;
            let previous = row.previous.as_ref().map(|previous| &previous.secret);
            let (now, before) = (letter(row.secret.as_ref()), letter(previous));
            format!("{:?} {:?} {now}{before} {}", row.state, row.scheme, &row.base_url["https://".len()..])
        })
    }
}
