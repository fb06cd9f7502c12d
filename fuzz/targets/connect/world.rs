//! What the targets of `connect` need around them: a clock that stands still, one site, and Forge with one key.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bowline_connect::exchange::{Exchange, ExchangeCall};
use bowline_connect::forge::{AppId, InvocationTokens, KeySetUrls, KeySets};
use bowline_connect::install_key::{CachedKeys, KeyHost, Limits};
use bowline_connect::installation::{
    Change, ClientKey, Installation, Installations as _, MemoryInstallations, Product, Scheme, State,
};
use bowline_connect::jose::SharedSecret;
use bowline_connect::token::Times;
use bowline_connect::verify::{HostTokens, InstallTokens};
use bowline_core::port::{Clock, Exchanged, OutboundAnswer};
use bowline_core::secret::Secret;
use bytes::Bytes;
use der::asn1::UintRef;
use der::{Decode as _, Reader as _, SliceReader};
use futures_util::FutureExt as _;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::json;
use url::Url;

pub(super) const NOW: i64 = 1_700_000_000;
pub(super) const SITE: &str = "site";
pub(super) const BASE: &str = "https://app.example/connect";
pub(super) const FORGE_APP: &str = "ari:cloud:ecosystem::app/8db33809-1f32-48bb-8c52-5877dab48107";

/// Nothing here waits.
pub(super) fn now<F: Future>(future: F) -> F::Output {
    future.now_or_never().expect("nothing to wait for")
}

pub(super) struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(NOW).unwrap()
    }
}

pub(super) fn secret(letter: &str) -> SharedSecret {
    SharedSecret::new(Secret::from(letter.repeat(40))).unwrap()
}

/// Answers every call with the key set of Forge's one key.
struct Set;

#[async_trait]
impl Exchange for Set {
    async fn exchange(&self, _: ExchangeCall) -> Exchanged {
        let mut reader = SliceReader::new(KEY.public_key().as_ref()).unwrap();
        let (n, e) = reader.sequence(|inner| Ok((UintRef::decode(inner)?, UintRef::decode(inner)?))).unwrap();
        let part = |number: UintRef<'_>| URL_SAFE_NO_PAD.encode(number.as_bytes());
        let key =
            json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "key", "n": part(n), "e": part(e)});
        let body = Bytes::from(json!({"keys": [key]}).to_string());
        Exchanged::Answer(OutboundAnswer { status: StatusCode::OK, headers: HeaderMap::new(), body })
    }
}

/// Forge's key, another one each time.
static KEY: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

pub(super) static FORGE: LazyLock<InvocationTokens> = LazyLock::new(|| {
    let sets = KeySets::new(Arc::new(Set), Arc::new(Still));
    let urls = KeySetUrls::new(Url::parse("https://keys.example/jwks.json").unwrap());
    let urls = urls.with_isolated("https://{IC_LABEL}.example/jwks.json").unwrap();
    InvocationTokens::new(AppId::parse(FORGE_APP).unwrap(), urls, sets, Arc::new(Still), Times::default())
});

/// A token of Forge with this payload.
pub(super) fn signed_by_forge(payload: &[u8]) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","kid":"key"}"#);
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(payload));
    let mut signature = vec![0; KEY.public_modulus_len()];
    KEY.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A verifier that knows one site.
pub(super) fn host_tokens(store: Arc<MemoryInstallations>) -> HostTokens {
    HostTokens::new(store, Arc::new(Still), Times::default()).unwrap()
}

/// A verifier of Atlassian's tokens, whose key host has no key.
pub(super) fn install_tokens() -> InstallTokens {
    let host = KeyHost::new(Arc::new(Set), &["https://keys.example"]).unwrap();
    let keys = CachedKeys::new(host, Arc::new(Still), Limits::default());
    InstallTokens::new(Arc::new(keys), Arc::new(Still), Times::default(), BASE)
}

/// A store with one site.
pub(super) fn one_site() -> Arc<MemoryInstallations> {
    let (store, now_) = (MemoryInstallations::default(), Still.now());
    let installation = Installation {
        client_key: ClientKey::parse(SITE).unwrap(),
        product: Product::Jira,
        base_url: "https://acme.atlassian.net".to_owned(),
        display_url: None,
        secret: Some(secret("s")),
        previous: None,
        state: State::Enabled,
        scheme: Scheme::Signed,
        oauth_client_id: None,
        forge_installation: None,
        entitlement_id: None,
        installed_at: now_,
        changed_at: now_,
    };
    now(store.commit(Change { installation, expected: None, used: None }, now_)).unwrap();
    Arc::new(store)
}
