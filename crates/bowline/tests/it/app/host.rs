//! A Jira site that has the app, in front of the simulated Jira: every call must be signed by the app for exactly this request,
//! and every webhook is signed by the site. It is Atlassian's key host as well.
//!
//! Signing and checking are written down here once more, after Atlassian's own page, and share nothing with the service's.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bowline_auth::SystemClock;
use bowline_core::port::Clock as _;
use http::StatusCode;
use serde_json::{Value, json};

use crate::house::{Answer, Tool, http, plain};

/// The app's key in the default configuration.
const APP: &str = "bowline";
const KID: &str = "71a5e0ce-8c23-4b36-b1ce-4f1d1d4c5a1e";

static KEY: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

/// The site.
pub(crate) struct Host {
    /// Where it answers.
    pub(crate) url: String,
    state: Arc<Inner>,
}

struct Inner {
    /// The simulated Jira behind it.
    jira: String,
    /// What site and app share now.
    secret: Mutex<String>,
    /// Where the app is.
    app: Mutex<String>,
    /// Calls that were not signed as they had to be, and why.
    refused: Mutex<Vec<String>>,
    /// Whether an administrator has switched the app off.
    off: AtomicBool,
}

impl Host {
    /// In front of a simulated Jira.
    pub(crate) async fn before(jira: &Tool) -> Self {
        let state = Arc::new(Inner {
            jira: jira.url.clone(),
            secret: Mutex::new(format!("canary-shared-secret-one-{}", "s".repeat(30))),
            app: Mutex::default(),
            refused: Mutex::default(),
            off: AtomicBool::new(false),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, state }
    }

    /// What the service has to be told about this site.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("BOWLINE_CONNECT__ENABLED", "true".to_owned()),
            ("BOWLINE_CONNECT__TENANT", "default".to_owned()),
            ("BOWLINE_CONNECT__SITE_ORIGINS", self.url.clone()),
            ("BOWLINE_CONNECT__INSTALL_KEY_HOSTS", format!("{}/keys", self.url)),
        ]
    }

    /// The app is reached there from now on.
    pub(crate) fn app_is_at(&self, service: &str) {
        service.clone_into(&mut self.state.app.lock().unwrap());
    }

    /// What site and app share now.
    pub(crate) fn secret(&self) -> String {
        self.state.secret.lock().unwrap().clone()
    }

    /// The next install brings another secret.
    pub(crate) fn rotate(&self) {
        *self.state.secret.lock().unwrap() = format!("canary-shared-secret-two-{}", "t".repeat(30));
    }

    /// Calls that were refused so far.
    pub(crate) fn refused(&self) -> Vec<String> {
        self.state.refused.lock().unwrap().clone()
    }

    /// An administrator switches the app off or on.
    pub(crate) fn switch(&self, on: bool) {
        self.state.off.store(!on, Ordering::SeqCst);
    }

    fn body(&self, event: &str) -> Value {
        let mut body = json!({
            "key": APP, "clientKey": "key-of-the-site", "baseUrl": self.url, "productType": "jira",
            "eventType": event,
        });
        if event == "installed" {
            body["sharedSecret"] = json!(self.secret());
        }
        body
    }

    /// The token of a lifecycle call, for an app that has this base URL.
    pub(crate) fn token(&self, event: &str, base_url: &str) -> String {
        let claims = claims(&format!("POST&/{event}&"));
        match event {
            "installed" | "uninstalled" => {
                let mut claims = claims;
                claims["aud"] = json!([base_url]);
                compact(&json!({"alg": "RS256", "kid": KID}), &claims, |text| {
                    let mut signature = vec![0; KEY.public_modulus_len()];
                    KEY.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature).unwrap();
                    signature
                })
            }
            _ => by_secret(&self.secret(), &claims),
        }
    }

    /// Sends a lifecycle call; `None` if nobody answers.
    pub(crate) async fn send(&self, event: &str, token: &str) -> Option<Answer> {
        let (app, bearer) = (self.state.app.lock().unwrap().clone(), format!("JWT {token}"));
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        http("POST", &format!("{app}/connect/{event}"), &headers, self.body(event).to_string()).await
    }

    /// A lifecycle call that is taken.
    pub(crate) async fn tell(&self, event: &str) {
        let base_url = format!("{}/connect", self.state.app.lock().unwrap());
        let answer = self.send(event, &self.token(event, &base_url)).await.unwrap();
        assert_eq!(answer.status, 204, "{event}: {answer:?}");
    }
}

fn claims(canonical: &str) -> Value {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let iat = SystemClock.now().as_second();
    json!({
        "iss": "key-of-the-site", "iat": iat, "exp": iat + 180, "qsh": sha256(canonical),
        "jti": MADE.fetch_add(1, Ordering::SeqCst),
    })
}

fn sha256(text: &str) -> String {
    digest(&SHA256, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn compact(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let signature = sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn by_secret(secret: &str, claims: &Value) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    compact(&json!({"alg": "HS256", "typ": "JWT"}), claims, |text| hmac::sign(&key, text).as_ref().to_vec())
}

async fn answer(State(site): State<Arc<Inner>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if path == format!("/keys/{KID}") {
        let der: PublicKeyX509Der<'_> = KEY.public_key().as_der().unwrap();
        let key = STANDARD.encode(der.as_ref());
        return format!("-----BEGIN PUBLIC KEY-----\n{key}\n-----END PUBLIC KEY-----\n").into_response();
    }
    match path.as_str() {
        "/_told" => site.tell_app(request).await,
        _ => site.pass_on(request).await,
    }
}

impl Inner {
    /// The simulated Jira tells something: the site signs it and tells the app.
    async fn tell_app(&self, request: Request) -> Response {
        let body = to_bytes(request.into_body(), usize::MAX).await.unwrap();
        let token = by_secret(&self.secret.lock().unwrap(), &claims("POST&/webhook&"));
        let (app, bearer) = (self.app.lock().unwrap().clone(), format!("JWT {token}"));
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let told = http("POST", &format!("{app}/connect/webhook"), &headers, body).await;
        let status = told.map_or(503, |answer| answer.status);
        StatusCode::from_u16(status).unwrap().into_response()
    }

    /// A call of the app: checked, and handed to the simulated Jira under an account of its own.
    async fn pass_on(&self, request: Request<Body>) -> Response {
        if let Err(why) = self.check(&request) {
            let call = format!("{} {}: {why}", request.method(), request.uri().path());
            self.refused.lock().unwrap().push(call);
            return (StatusCode::UNAUTHORIZED, r#"{"errorMessages":["Unauthorized"]}"#).into_response();
        }
        let (mut parts, body) = request.into_parts();
        parts.uri = format!("{}{}", self.jira, parts.uri.path_and_query().unwrap()).parse().unwrap();
        parts.headers.remove("host");
        let login = format!("Basic {}", STANDARD.encode("admin@example.com:token-admin"));
        parts.headers.insert("authorization", login.parse().unwrap());
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let Ok(answer) = plain().send(http::Request::from_parts(parts, body)).await else {
            return StatusCode::BAD_GATEWAY.into_response();
        };
        let mut answer = answer.map(Body::from);
        answer.headers_mut().remove("transfer-encoding");
        answer.headers_mut().remove("content-length");
        answer
    }

    fn check(&self, request: &Request<Body>) -> Result<(), String> {
        if self.off.load(Ordering::SeqCst) {
            return Err("the app is switched off".to_owned());
        }
        let shown = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        let token = shown.and_then(|shown| shown.strip_prefix("JWT ")).ok_or("no token")?;
        let (signed, signature) = token.rsplit_once('.').ok_or("no signature")?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.lock().unwrap().as_bytes());
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| "no base64url")?;
        hmac::verify(&key, signed.as_bytes(), &signature).map_err(|_| "signed with another secret")?;
        let payload = URL_SAFE_NO_PAD.decode(signed.split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&payload).unwrap();
        let (iat, exp) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
        let fresh = exp - iat <= 180 && exp > SystemClock.now().as_second();
        let uri = request.uri();
        let canonical =
            format!("{}&{}&{}", request.method(), uri.path(), query(uri.query().unwrap_or_default()));
        match (claims["iss"] == APP, fresh, claims["qsh"] == sha256(&canonical)) {
            (true, true, true) => Ok(()),
            (false, ..) => Err("another app".to_owned()),
            (_, false, _) => Err("too long, or over".to_owned()),
            _ => Err(format!("not signed for {canonical}")),
        }
    }
}

/// A query as it is hashed: decoded, put in the order of its names, and encoded once more; values of one name joined.
fn query(raw: &str) -> String {
    let mut pairs: Vec<(String, String)> = url::form_urlencoded::parse(raw.as_bytes())
        .map(|(name, value)| (encoded(&name), value.into_owned()))
        .collect();
    pairs.sort();
    let mut text = String::new();
    let mut last = None;
    for (name, value) in pairs {
        match last.as_ref() == Some(&name) {
            true => text += &format!(",{}", encoded(&value)),
            false => text += &format!("&{name}={}", encoded(&value)),
        }
        last = Some(name);
    }
    text.trim_start_matches('&').to_owned()
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
