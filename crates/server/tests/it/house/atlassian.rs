//! Atlassian and the sites that install the app: keys, what people may, and calls as a site signs them.
//!
//! The signing here is written down a second time, from Atlassian's own page, and shares nothing with what it is checked by.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex};

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bowline_connect::exchange::{Exchange, ExchangeCall};
use bowline_core::failure::Executed;
use bowline_core::port::{Clock as _, Exchanged, OutboundAnswer};
use bowline_core::{Failure, code};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::{Answer, Call, House};

pub(crate) const APP: &str = "bowline";
pub(crate) const BASE: &str = "https://bowline.example/connect";
pub(crate) const KEYS: &str = "https://keys.example";
const KID: &str = "71a5e0ce-8c23-4b36-b1ce-4f1d1d4c5a1e";

static KEY: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

/// What stands outside.
#[derive(Default)]
pub(crate) struct Atlassian {
    /// What each account may, by the site's words.
    may: Mutex<BTreeMap<String, BTreeSet<&'static str>>>,
    /// The headers and URLs of calls to sites.
    pub(crate) asked: Mutex<Vec<(String, String)>>,
    /// Nobody answers.
    pub(crate) away: AtomicBool,
}

impl Atlassian {
    /// An account may do these things with every issue, and nothing else.
    pub(crate) fn lets(&self, account: &str, permissions: &[&'static str]) {
        let permissions = permissions.iter().copied().collect();
        self.may.lock().unwrap().insert(account.to_owned(), permissions);
    }

    fn permissions(&self, body: &[u8]) -> Value {
        let asked: Value = serde_json::from_slice(body).unwrap();
        let may = self.may.lock().unwrap();
        let granted = may.get(asked["accountId"].as_str().unwrap()).cloned().unwrap_or_default();
        let of = &asked["projectPermissions"][0];
        let wanted = of["permissions"].as_array().unwrap().iter();
        let granted = wanted.filter(|wanted| granted.contains(wanted.as_str().unwrap()));
        let each = granted.map(|one| json!({"permission": one, "issues": of["issues"], "projects": []}));
        json!({"globalPermissions": [], "projectPermissions": each.collect::<Vec<_>>()})
    }
}

#[async_trait]
impl Exchange for Atlassian {
    async fn exchange(&self, call: ExchangeCall) -> Exchanged {
        if self.away.load(Ordering::SeqCst) {
            return Exchanged::Unsent(Failure::retry(code::NET_UNREACHABLE, Executed::No));
        }
        let (status, body) = match call.url.strip_prefix(KEYS) {
            Some(path) if path == format!("/{KID}") => (StatusCode::OK, pem()),
            Some(_) => (StatusCode::NOT_FOUND, String::new()),
            None => {
                let shown = call.headers["authorization"].to_str().unwrap().to_owned();
                self.asked.lock().unwrap().push((call.url, shown));
                (StatusCode::OK, self.permissions(call.body.expose()).to_string())
            }
        };
        let (headers, body) = (HeaderMap::new(), Bytes::from(body));
        Exchanged::Answer(OutboundAnswer { status, headers, body })
    }
}

fn pem() -> String {
    let der: PublicKeyX509Der<'_> = KEY.public_key().as_der().unwrap();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der.as_ref()))
}

/// The hash of a request whose path and query need no escapes, with the app's path left out.
pub(crate) fn qsh(method: &str, target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = path.strip_prefix("/connect").unwrap();
    let mut query: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    query.sort_unstable();
    let canonical = format!("{method}&{path}&{}", query.join("&"));
    digest(&SHA256, canonical.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn compact(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let signature = sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A site that has, or may have, the app.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) client_key: String,
    pub(crate) base_url: String,
    pub(crate) secret: String,
    pub(crate) product: &'static str,
}

impl Site {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            client_key: format!("key-of-{name}"),
            base_url: format!("https://{name}.atlassian.net"),
            secret: format!("secret-of-{name}-{}", "x".repeat(40)),
            product: "jira",
        }
    }

    /// The body of a lifecycle call.
    pub(crate) fn body(&self, event: &str) -> Value {
        let mut body = json!({
            "key": APP, "clientKey": self.client_key, "baseUrl": self.base_url, "productType": self.product,
            "oauthClientId": "client", "eventType": event,
        });
        if event == "installed" {
            body["sharedSecret"] = json!(self.secret);
        }
        body
    }

    /// Claims for a request of the site: no two are alike, though the clock may stand still.
    pub(crate) fn claims(&self, house: &House, method: &str, target: &str) -> Value {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let iat = house.clock.now().as_second();
        json!({
            "iss": self.client_key, "iat": iat, "exp": iat + 180, "qsh": qsh(method, target),
            "jti": MADE.fetch_add(1, Ordering::Relaxed),
        })
    }

    /// Signed by Atlassian, as installs are.
    pub(crate) fn signed_by_atlassian(&self, claims: &Value) -> String {
        let mut claims = claims.clone();
        if claims.get("aud").is_none() {
            claims["aud"] = json!([BASE]);
        }
        compact(&json!({"alg": "RS256", "kid": KID}), &claims, |text| {
            let mut signature = vec![0; KEY.public_modulus_len()];
            KEY.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature).unwrap();
            signature
        })
    }

    /// Signed by the site.
    pub(crate) fn signed(&self, claims: &Value) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
        compact(&json!({"alg": "HS256", "typ": "JWT"}), claims, |text| {
            hmac::sign(&key, text).as_ref().to_vec()
        })
    }

    /// `installed` or `uninstalled`, signed by Atlassian; `enabled` or `disabled`, signed by the site.
    pub(crate) async fn lifecycle(&self, house: &House, event: &str) -> Answer {
        let target = format!("/connect/{event}");
        let claims = self.claims(house, "POST", &target);
        let token = match event {
            "installed" | "uninstalled" => self.signed_by_atlassian(&claims),
            _ => self.signed(&claims),
        };
        call(house, "POST", &target, Some(&token)).json(self.body(event)).answer().await
    }

    /// A request with a token that is bound to its URL.
    pub(crate) fn bound<'a>(&self, house: &'a House, method: &str, target: &str) -> Call<'a> {
        let token = self.signed(&self.claims(house, method, target));
        call(house, method, target, Some(&token))
    }

    /// A request with a token of a person, as a page's script has them.
    pub(crate) fn context<'a>(
        &self,
        house: &'a House,
        method: &str,
        target: &str,
        account: &str,
    ) -> Call<'a> {
        let mut claims = self.claims(house, method, target);
        claims["qsh"] = json!("context-qsh");
        claims["sub"] = json!(account);
        claims["context"] =
            json!({"jira": {"project": {"id": "10000"}, "issue": {"id": "10001", "key": "ACME-1"}}});
        call(house, method, target, Some(&self.signed(&claims)))
    }
}

/// A request with a token in its header.
pub(crate) fn call<'a>(house: &'a House, method: &str, target: &str, token: Option<&str>) -> Call<'a> {
    let call = house.call(method, target).without("authorization");
    match token {
        Some(token) => call.header("authorization", &format!("JWT {token}")),
        None => call,
    }
}
