//! Invocations of Forge: which are taken, which are not, and how often key sets are asked for.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bowline_connect::forge::{AppId, InvocationTokens, Invoked, KeySetUrls, KeySets, Refusal, Unverified};
use bowline_connect::install_key::Region;
use bowline_connect::installation::Product;
use bowline_connect::jose::{KeySet, sign_hs256};
use bowline_connect::token::{self, Times};
use bowline_core::port::Clock;
use der::asn1::UintRef;
use der::{Decode as _, Reader as _, SliceReader};
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};
use url::Url;

use super::world::{ATLASSIAN, Internet, MALLORY, Watch, now, secret, sign_rs256};

mod keys;

const APP: &str = "ari:cloud:ecosystem::app/8db33809-1f32-48bb-8c52-5877dab48107";
const OTHER_APP: &str = "ari:cloud:ecosystem::app/11111111-1f32-48bb-8c52-5877dab48107";
const KID: &str = "forge/invocation-token/1";
const ISOLATED: &str = "https://forge.{IC_LABEL}.example/jwks.json";

fn key_set(keys: &[(&str, &RsaKeyPair)]) -> String {
    let keys = keys.iter().map(|(kid, key)| {
        let mut reader = SliceReader::new(key.public_key().as_ref()).unwrap();
        let (n, e) = reader.sequence(|inner| Ok((UintRef::decode(inner)?, UintRef::decode(inner)?))).unwrap();
        let part = |number: UintRef<'_>| URL_SAFE_NO_PAD.encode(number.as_bytes());
        json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": part(n), "e": part(e)})
    });
    json!({"keys": keys.collect::<Vec<_>>()}).to_string()
}

pub(crate) struct Forge {
    pub(crate) watch: Arc<Watch>,
    pub(crate) internet: Arc<Internet>,
    pub(crate) tokens: Arc<InvocationTokens>,
}

pub(crate) fn forge(isolated: bool) -> Forge {
    let watch = Arc::new(Watch::at(1_700_000_000));
    let internet = Arc::new(Internet::default());
    let url = Region::Production.forge_key_set().unwrap();
    internet.put(url, StatusCode::OK, key_set(&[(KID, &ATLASSIAN)]));
    let urls = KeySetUrls::new(Url::parse(url).unwrap());
    let urls = if isolated { urls.with_isolated(ISOLATED).unwrap() } else { urls };
    let clock = || Arc::clone(&watch) as Arc<dyn Clock>;
    let sets = KeySets::new(Arc::clone(&internet) as _, clock());
    let app = AppId::parse(APP).unwrap();
    let tokens = InvocationTokens::new(app, urls, sets, clock(), Times::default());
    Forge { watch, internet, tokens: Arc::new(tokens) }
}

impl Forge {
    fn claims(&self) -> Value {
        let iat = self.watch.now().as_second();
        json!({
            "app": {
                "id": APP, "version": "16", "appVersion": "16.0.1",
                "installationId": "ari:cloud:ecosystem::installation/0a3a7799",
                "apiBaseUrl": "https://api.atlassian.com/ex/confluence/d0d52620",
                "environment": {"type": "PRODUCTION", "id": "ari:cloud:ecosystem::environment/8db33809/aa911f10"},
                "module": {"type": "core:endpoint", "key": "events"},
                "installation": {
                    "id": "ari:cloud:ecosystem::installation/0a3a7799",
                    "contexts": [{"name": "jira", "apiBaseUrl": "https://api.atlassian.com/ex/jira/d0d52620"}],
                },
            },
            "context": {"cloudId": "d0d52620", "moduleKey": "events", "extension": {"type": "macro"}},
            "principal": "655362:312d3308",
            "aud": APP, "iss": "forge/invocation-token", "jti": "d8a496253ec8c18a",
            "iat": iat, "nbf": iat, "exp": iat + 25,
        })
    }

    fn verify(&self, token: &str) -> Result<Invoked, Unverified> {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_str(&format!("Bearer {token}")).unwrap());
        headers.insert("x-forge-oauth-system", HeaderValue::from_static("system-token"));
        now(self.tokens.verify(&headers))
    }

    pub(crate) fn signed(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.claims();
        change(&mut claims);
        sign_rs256(&json!({"alg": "RS256", "kid": KID}), &claims, &ATLASSIAN)
    }

    fn refusal(&self, token: &str) -> Refusal {
        match self.verify(token) {
            Err(Unverified::Refused(refusal)) => refusal,
            other => panic!("{other:?}"),
        }
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.internet.asked.lock().unwrap())
    }
}

#[test]
fn an_invocation_is_taken_and_says_whose_it_is() {
    let forge = forge(false);
    let invoked = forge.verify(&forge.signed(|_| {})).unwrap();
    let invocation = &invoked.invocation;
    assert_eq!(invocation.app.installation_id, "ari:cloud:ecosystem::installation/0a3a7799");
    assert_eq!(invocation.principal.as_deref(), Some("655362:312d3308"));
    assert_eq!(invocation.cloud_id(), Some("d0d52620"));
    assert_eq!(
        (invocation.app.module.kind.as_str(), invocation.jti.as_str()),
        ("core:endpoint", "d8a496253ec8c18a")
    );
    assert_eq!(invoked.system_token.as_ref().unwrap().expose_text(), "system-token");
    assert!(invoked.user_token.is_none());
    assert!(!format!("{invoked:?}").contains("system-token"));
}

#[test]
fn a_token_of_32_kib_is_taken() {
    let forge = forge(false);
    let padded = forge.signed(|claims| claims["context"]["extension"] = json!("x".repeat(22_000)));
    assert!((29_000..32_000).contains(&padded.len()), "{}", padded.len());
    assert!(forge.verify(&padded).is_ok());
    let longer = forge.signed(|claims| claims["context"]["extension"] = json!("x".repeat(25_000)));
    assert!(matches!(forge.refusal(&longer), Refusal::Jose(_)));
}

#[test]
fn every_claim_counts() {
    let forge = forge(false);
    let without =
        |name: &'static str| forge.signed(|claims| _ = claims.as_object_mut().unwrap().remove(name));
    for name in ["iat", "nbf", "exp", "jti", "app"] {
        assert_eq!(forge.refusal(&without(name)), Refusal::Claim(name), "{name}");
    }
    assert_eq!(forge.refusal(&without("iss")), Refusal::Issuer);
    assert_eq!(forge.refusal(&without("aud")), Refusal::Audience);
    let with = |pointer: &str, value: Value| {
        forge.refusal(&forge.signed(|claims| *claims.pointer_mut(pointer).unwrap() = value))
    };
    assert_eq!(with("/iss", json!("forge/other")), Refusal::Issuer);
    assert_eq!(with("/aud", json!(OTHER_APP)), Refusal::Audience);
    assert_eq!(with("/aud", json!([APP, OTHER_APP])), Refusal::Audience);
    assert_eq!(with("/app/id", json!(OTHER_APP)), Refusal::Audience);
    assert_eq!(with("/app/installationId", json!("")), Refusal::Audience);
    assert_eq!(with("/app/installationId", json!(1)), Refusal::Claim("app"));
    assert_eq!(with("/jti", json!("")), Refusal::Claim("jti"));
    for (pointer, value) in [
        ("/nbf", json!(1_700_000_031)),
        ("/iat", json!(1_700_000_031)),
        ("/exp", json!(i64::MAX)),
        ("/iat", json!(i64::MIN)),
    ] {
        assert!(matches!(with(pointer, value.clone()), Refusal::Times(_)), "{pointer} {value}");
    }
    let ended = forge.signed(|claims| {
        claims["iat"] = json!(1_699_999_900);
        claims["exp"] = json!(1_699_999_970);
    });
    assert!(matches!(forge.refusal(&ended), Refusal::Times(token::Refusal::Expired { .. })));
    let long = forge.signed(|claims| claims["exp"] = json!(1_700_000_301));
    assert!(matches!(forge.refusal(&long), Refusal::Times(token::Refusal::LongLived { .. })));
    for value in [json!("never"), json!(1.5), json!(null)] {
        assert_eq!(with("/exp", value), Refusal::Claim("exp"));
    }
    assert!(forge.verify(&forge.signed(|claims| claims["aud"] = json!([APP]))).is_ok());
}

#[test]
fn the_key_is_of_the_set_and_the_algorithm_is_fixed() {
    let forge = forge(false);
    let sign = |header: Value, key: &RsaKeyPair| sign_rs256(&header, &forge.claims(), key);
    assert!(matches!(forge.refusal(&sign(json!({"alg": "RS256", "kid": KID}), &MALLORY)), Refusal::Jose(_)));
    assert_eq!(
        forge.refusal(&sign(json!({"alg": "RS256", "kid": "other"}), &ATLASSIAN)),
        Refusal::UnknownKey
    );
    assert_eq!(forge.refusal(&sign(json!({"alg": "RS256"}), &ATLASSIAN)), Refusal::UnknownKey);
    for alg in ["none", "HS256", "RS384", "PS256", "rs256"] {
        let refused = forge.refusal(&sign(json!({"alg": alg, "kid": KID}), &ATLASSIAN));
        assert!(matches!(refused, Refusal::Jose(_)), "{alg}");
    }
    let by_secret = sign_hs256(&forge.claims(), &secret("a")).unwrap();
    assert!(matches!(forge.refusal(by_secret.expose()), Refusal::Jose(_)));
}

#[test]
fn one_bearer_token_and_no_other_scheme() {
    let forge = forge(false);
    let token = forge.signed(|_| {});
    let verify = |lines: &[String]| {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("authorization", HeaderValue::from_str(line).unwrap());
        }
        now(forge.tokens.verify(&headers)).map(|_| ())
    };
    assert_eq!(verify(&[format!("bearer  {token}")]), Ok(()));
    for lines in [
        vec![],
        vec![token.clone()],
        vec![format!("JWT {token}")],
        vec![format!("Bearer {token}"), format!("Bearer {token}")],
    ] {
        assert_eq!(verify(&lines), Err(Unverified::Refused(Refusal::Missing)), "{}", lines.len());
    }
}

#[test]
fn a_token_for_calls_comes_once_or_the_request_is_refused() {
    let forge = forge(false);
    for name in ["x-forge-oauth-system", "x-forge-oauth-user"] {
        let mut headers = HeaderMap::new();
        let line = format!("Bearer {}", forge.signed(|_| {}));
        headers.insert("authorization", HeaderValue::from_str(&line).unwrap());
        headers.append(name, HeaderValue::from_static("one"));
        assert!(now(forge.tokens.verify(&headers)).is_ok());
        headers.append(name, HeaderValue::from_static("two"));
        assert_eq!(now(forge.tokens.verify(&headers)).err(), Some(Unverified::Refused(Refusal::Twice(name))));
    }
}

#[test]
fn a_label_of_an_isolated_cloud_is_checked_before_it_goes_into_an_address() {
    let plain = forge(false);
    let labelled = |forge: &Forge, label: Value| forge.signed(|claims| claims["icLabel"] = label);
    assert_eq!(plain.refusal(&labelled(&plain, json!("orange"))), Refusal::Label);
    assert!(plain.verify(&labelled(&plain, json!(null))).is_ok());
    let isolated = forge(true);
    for label in [
        json!("evil.example/"),
        json!("a.b"),
        json!(""),
        json!("A"),
        json!("x".repeat(51)),
        json!(1),
        json!("a\n"),
    ] {
        assert_eq!(isolated.refusal(&labelled(&isolated, label.clone())), Refusal::Label, "{label}");
    }
    assert_eq!(isolated.asked(), Vec::<String>::new());
    let set = key_set(&[(KID, &ATLASSIAN)]);
    isolated.internet.put("https://forge.orange.example/jwks.json", StatusCode::OK, set);
    let invoked = isolated.verify(&labelled(&isolated, json!("orange"))).unwrap();
    assert_eq!(invoked.invocation.ic_label.as_deref(), Some("orange"));
    assert_eq!(isolated.asked(), ["https://forge.orange.example/jwks.json"]);
    let urls = || KeySetUrls::new(Url::parse("https://forge.example").unwrap());
    assert!(urls().with_isolated("https://forge.example/jwks.json").is_none());
    assert!(urls().with_isolated("http://forge.{IC_LABEL}.example").is_none());
}

#[test]
fn labels_that_lead_nowhere_cost_so_many_calls_a_minute_and_no_memory_for_ever() {
    let isolated = forge(true);
    let labelled = |label: String| isolated.signed(|claims| claims["icLabel"] = json!(label));
    for number in 0..70 {
        assert!(matches!(isolated.verify(&labelled(format!("x{number}"))), Err(Unverified::Away(_))));
    }
    assert_eq!(isolated.asked().len(), 64);
    isolated.watch.pass(60);
    isolated.internet.put(
        "https://forge.orange.example/jwks.json",
        StatusCode::OK,
        key_set(&[(KID, &ATLASSIAN)]),
    );
    assert!(isolated.verify(&labelled("orange".to_owned())).is_ok());
}

#[test]
fn a_key_set_is_fetched_once_an_hour_and_for_an_unknown_key_once_a_minute() {
    let forge = forge(false);
    let url = Region::Production.forge_key_set().unwrap();
    let ok = |forge: &Forge| forge.verify(&forge.signed(|_| {})).map(|_| ());
    let other = |forge: &Forge| {
        forge
            .verify(&sign_rs256(&json!({"alg": "RS256", "kid": "new"}), &forge.claims(), &MALLORY))
            .map(|_| ())
    };
    assert_eq!((ok(&forge), ok(&forge)), (Ok(()), Ok(())));
    assert_eq!(forge.asked().len(), 1);
    assert_eq!(other(&forge), Err(Unverified::Refused(Refusal::UnknownKey)));
    assert_eq!(forge.asked().len(), 0, "the set is fresh");
    forge.watch.pass(60);
    forge.internet.put(url, StatusCode::OK, key_set(&[(KID, &ATLASSIAN), ("new", &MALLORY)]));
    assert_eq!(other(&forge), Ok(()));
    assert_eq!(forge.asked().len(), 1);
    forge.watch.pass(3_600);
    forge.internet.put(url, StatusCode::BAD_GATEWAY, String::new());
    assert_eq!((ok(&forge), ok(&forge)), (Ok(()), Ok(())), "what was known serves while the set is away");
    assert_eq!(forge.asked().len(), 1);
    forge.watch.pass(60);
    let unknown = sign_rs256(&json!({"alg": "RS256", "kid": "newer"}), &forge.claims(), &MALLORY);
    assert!(matches!(forge.verify(&unknown), Err(Unverified::Away(_))), "nobody knows");
    forge.watch.pass(24 * 3_600);
    assert!(matches!(ok(&forge), Err(Unverified::Away(_))), "but not for longer than a day");
}

#[test]
fn a_request_that_is_dropped_while_the_set_is_asked_for_blocks_nobody() {
    let forge = forge(false);
    let mut headers = HeaderMap::new();
    let line = format!("Bearer {}", forge.signed(|_| {}));
    headers.insert("authorization", HeaderValue::from_str(&line).unwrap());
    forge.internet.stalled.store(true, Ordering::Relaxed);
    assert!(forge.tokens.verify(&headers).now_or_never().is_none());
    forge.internet.stalled.store(false, Ordering::Relaxed);
    assert!(now(forge.tokens.verify(&headers)).is_ok());
    assert_eq!(forge.asked().len(), 2);
}

#[test]
fn many_invocations_at_once_fetch_the_set_once() {
    let forge = forge(false);
    let mut headers = HeaderMap::new();
    let line = format!("Bearer {}", forge.signed(|_| {}));
    headers.insert("authorization", HeaderValue::from_str(&line).unwrap());
    forge.internet.stalled.store(true, Ordering::Relaxed);
    let mut first = Box::pin(forge.tokens.verify(&headers));
    let mut others = Box::pin(join_all((0..20).map(|_| forge.tokens.verify(&headers))));
    assert!((&mut first).now_or_never().is_none() && (&mut others).now_or_never().is_none());
    drop(first);
    forge.internet.stalled.store(false, Ordering::Relaxed);
    assert!(now(others).iter().all(Result::is_ok));
    assert_eq!(forge.asked().len(), 1);
    assert!(now(forge.tokens.verify(&headers)).is_ok());
    assert_eq!(forge.asked().len(), 0, "it is remembered, though the first who asked is gone");
}

#[test]
fn calls_go_to_the_gateway_and_nowhere_else() {
    let forge = forge(false);
    let gateway = Url::parse("https://api.atlassian.com").unwrap();
    let url = |change: fn(&mut Value), product| {
        let invoked = forge.verify(&forge.signed(change)).unwrap();
        invoked.invocation.api_base_url(product, &gateway).map(String::from)
    };
    let jira = Some("https://api.atlassian.com/ex/jira/d0d52620".to_owned());
    let confluence = Some("https://api.atlassian.com/ex/confluence/d0d52620".to_owned());
    assert_eq!(url(|_| {}, Product::Jira), jira);
    assert_eq!(url(|_| {}, Product::Confluence), confluence);
    let evil: fn(&mut Value) = |claims| {
        claims["app"]["apiBaseUrl"] = json!("https://api.atlassian.com.evil.example/ex/confluence/x");
        claims["app"]["installation"]["contexts"][0]["apiBaseUrl"] =
            json!("https://ada@api.atlassian.com/ex/jira/x");
    };
    assert_eq!((url(evil, Product::Jira), url(evil, Product::Confluence)), (None, None));
    let password: fn(&mut Value) = |claims| {
        claims["app"]["installation"]["contexts"][0]["apiBaseUrl"] =
            json!("https://:pw@api.atlassian.com/ex/jira/x");
    };
    assert_eq!(url(password, Product::Jira), None);
}
