//! Requests as they leave: what is signed of them, and what is refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use bowline_auth::oauth1::{Attempt, Call, Credential, Error, Extra, Hash, Method, SeenAs, Token};
use bowline_auth::{SystemClock, SystemEntropy};
use bowline_core::secret::Secret;
use bytes::Bytes;
use http::Uri;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use proptest::prelude::*;

use super::{key, verifies};

fn secret(text: &str) -> Secret {
    Secret::from(text.to_owned())
}

fn rsa(hash: Hash) -> Credential {
    let token = Token { key: "tok en".into(), secret: secret("unused") };
    Credential::new("bowline".into(), Method::Rsa(hash, key())).with_token(token)
}

fn request(uri: &str, kind: &str, body: &'static str) -> http::Request<Bytes> {
    let builder = http::Request::post(uri).header(CONTENT_TYPE, kind);
    builder.body(Bytes::from_static(body.as_bytes())).unwrap()
}

/// The parameters of a header, decoded; read with nothing of the signer's.
fn header(request: &http::Request<Bytes>) -> BTreeMap<String, String> {
    let text = request.headers()[AUTHORIZATION].to_str().unwrap().strip_prefix("OAuth ").unwrap();
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap();
        decoded(&format!("{name}={}", value.trim_matches('"'))).remove(0)
    };
    text.split(", ").map(pair).collect()
}

fn decoded(text: &str) -> Vec<(String, String)> {
    assert!(!text.contains('+'), "the scheme has no other form of a space than `%20`: {text}");
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// The three parts of a base string, decoded once.
fn parts(base: &str) -> [String; 3] {
    let part = |part: &str| decoded(&format!("x={part}")).remove(0).1;
    let parts: Vec<String> = base.split('&').map(part).collect();
    parts.try_into().unwrap()
}

#[test]
fn each_attempt_gets_a_header_of_its_own_that_nothing_prints() {
    let credential = rsa(Hash::Sha1);
    let sign = || {
        let mut request = request("https://jira.example/rest/api/2/issue?x=1", "application/json", "{}");
        credential.authorize(&mut request, None, &SystemClock, &SystemEntropy).unwrap();
        assert!(request.headers()[AUTHORIZATION].is_sensitive());
        header(&request)
    };
    let (one, other) = (sign(), sign());
    assert_ne!(one["oauth_nonce"], other["oauth_nonce"]);
    assert_ne!(one["oauth_signature"], other["oauth_signature"]);
    assert_eq!((one["oauth_token"].as_str(), one["oauth_version"].as_str()), ("tok en", "1.0"));
    let attempt =
        Attempt { nonce: one["oauth_nonce"].clone(), timestamp: one["oauth_timestamp"].parse().unwrap() };
    let url: Uri = "https://jira.example/rest/api/2/issue?x=1".parse().unwrap();
    let again = credential.sign(&Call::new(&http::Method::POST, &url), &attempt).unwrap();
    assert_eq!(again.signature, one["oauth_signature"]);
    assert!(verifies(Hash::Sha1, &again.base_string, &one["oauth_signature"]));
}

#[test]
fn of_bodies_only_forms_are_signed() {
    let form = "application/x-www-form-urlencoded; charset=utf-8";
    let attempt = Attempt { nonce: "n".into(), timestamp: 1 };
    for (kind, body, signed) in [
        (form, "b=2+2&b=1", true),
        ("application/json", "{\"b\":1}", false),
        ("text/plain", "b=2", false),
        ("multipart/form-data; boundary=x", "b=2", false),
    ] {
        let request = request("https://jira.example/x?a=1", kind, body);
        let base = rsa(Hash::Sha1).sign(&Call::of(&request), &attempt).unwrap().base_string;
        assert_eq!(parts(&base)[2].contains("b="), signed, "{kind}: {base}");
    }
    let mut twice = request("https://jira.example/x", form, "b=2");
    twice.headers_mut().append(CONTENT_TYPE, "text/plain".parse().unwrap());
    let base = rsa(Hash::Sha1).sign(&Call::of(&twice), &attempt).unwrap().base_string;
    assert!(!parts(&base)[2].contains("b="), "a body of two types is of none");
}

#[test]
fn behind_a_gateway_the_address_is_signed_that_jira_knows() {
    let seen = SeenAs::new("https://gateway.example/ex/jira", "http://jira.internal:8080/jira").unwrap();
    let url: Uri = "https://gateway.example/ex/jira/rest/api/2/myself?a=1".parse().unwrap();
    let call = Call::new(&http::Method::GET, &url).seen_as(&seen).unwrap();
    let attempt = Attempt { nonce: "n".into(), timestamp: 1 };
    let [method, address, rest] = parts(&rsa(Hash::Sha1).sign(&call, &attempt).unwrap().base_string);
    assert_eq!(
        (method.as_str(), address.as_str()),
        ("GET", "http://jira.internal:8080/jira/rest/api/2/myself")
    );
    assert!(rest.starts_with("a=1&"));

    let mut sent = request("https://gateway.example/ex/jira/x", "application/json", "");
    rsa(Hash::Sha1).authorize(&mut sent, Some(&seen), &SystemClock, &SystemEntropy).unwrap();
    assert_eq!(sent.uri(), "https://gateway.example/ex/jira/x", "what is signed is not what is called");
    let mut elsewhere = request("https://other.example/x", "application/json", "");
    let refused = rsa(Hash::Sha1).authorize(&mut elsewhere, Some(&seen), &SystemClock, &SystemEntropy);
    assert!(refused.is_err() && !elsewhere.headers().contains_key(AUTHORIZATION));
}

#[test]
fn plaintext_shows_its_secrets_over_https_only() {
    let credential = Credential::new("c".into(), Method::Plaintext(secret("a b&c")))
        .with_token(Token { key: "t".into(), secret: secret("d/e") });
    let attempt = Attempt { nonce: "n".into(), timestamp: 1 };
    let sign = |url: &str, seen: Option<&SeenAs>| {
        let url: Uri = url.parse().unwrap();
        let call = Call::new(&http::Method::GET, &url);
        let call = match seen {
            Some(seen) => call.seen_as(seen).unwrap(),
            None => call,
        };
        credential.sign(&call, &attempt).map(|signed| signed.signature)
    };
    assert_eq!(sign("https://jira.example/", None).unwrap(), "a%20b%26c&d%2Fe");
    assert_eq!(sign("http://jira.example/", None).unwrap_err(), Error::PlaintextNeedsHttps);
    // What counts is the way the request takes, not the address that is signed.
    let seen = SeenAs::new("http://gateway.example", "https://jira.example").unwrap();
    assert_eq!(sign("http://gateway.example/x", Some(&seen)).unwrap_err(), Error::PlaintextNeedsHttps);
}

#[test]
fn a_parameter_that_signing_adds_must_not_be_there_before() {
    let attempt = Attempt { nonce: "n".into(), timestamp: 1 };
    for (query, name) in [
        ("oauth_token=x", "oauth_token"),
        ("a=1&oauth%5Fnonce=", "oauth_nonce"),
        ("oauth_signature=x", "oauth_signature"),
        ("oauth_verifier=x", "oauth_verifier"),
    ] {
        let url: Uri = format!("https://jira.example/x?{query}").parse().unwrap();
        let call = Call::new(&http::Method::GET, &url).with(Extra::Verifier("v".into()));
        assert_eq!(rsa(Hash::Sha1).sign(&call, &attempt).err(), Some(Error::Taken(name)));
    }
    let url: Uri = "https://jira.example/x?oauth_foreign=1".parse().unwrap();
    assert!(rsa(Hash::Sha1).sign(&Call::new(&http::Method::GET, &url), &attempt).is_ok());
}

#[test]
fn nothing_of_a_credential_is_printed() {
    let token = Token { key: "t".into(), secret: secret("s3cret-t") };
    for method in [
        Method::Rsa(Hash::Sha1, key()),
        Method::Hmac(Hash::Sha256, secret("s3cret-c")),
        Method::Plaintext(secret("s3cret-c")),
    ] {
        let credential = Credential::new("c".into(), method).with_token(token.clone());
        assert!(!format!("{credential:?}").contains("s3cret"), "{credential:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_signs_on_several_threads_at_once() {
    let credential = Arc::new(rsa(Hash::Sha1));
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let credential = Arc::clone(&credential);
            tokio::task::spawn_blocking(move || {
                let url: Uri = format!("https://jira.example/{number}").parse().unwrap();
                for timestamp in 0..20 {
                    let attempt = Attempt { nonce: "n".into(), timestamp };
                    let signed = credential.sign(&Call::new(&http::Method::GET, &url), &attempt).unwrap();
                    assert!(verifies(Hash::Sha1, &signed.base_string, &signed.signature));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    let text = "([a-z]|[ %&=+#?/\"~!*'();:@$,]|\u{fc}|\u{1f600}|\u{0}){0,6}";
    prop::collection::vec((text, text), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_sent_is_signed_whole_and_verifies(query in pairs(), body in pairs(), sha256: bool) {
        let hash = if sha256 { Hash::Sha256 } else { Hash::Sha1 };
        let write = |pairs: &[(String, String)]| {
            form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
        };
        let url: Uri = format!("https://jira.example/a%2Fb?{}", write(&query)).parse().unwrap();
        let body_text = write(&body);
        let call = Call::new(&http::Method::PUT, &url).with_form(body_text.as_bytes());
        let attempt = Attempt { nonce: "n&once".into(), timestamp: 7 };
        let signed = rsa(hash).sign(&call, &attempt).unwrap();
        prop_assert!(verifies(hash, &signed.base_string, &signed.signature));

        let [method, address, rest] = parts(&signed.base_string);
        prop_assert_eq!((method.as_str(), address.as_str()), ("PUT", "https://jira.example/a%2Fb"));
        let mut read = decoded(&rest);
        let name = if sha256 { "RSA-SHA256" } else { "RSA-SHA1" };
        let ours = [
            ("oauth_consumer_key", "bowline"),
            ("oauth_token", "tok en"),
            ("oauth_signature_method", name),
            ("oauth_timestamp", "7"),
            ("oauth_nonce", "n&once"),
            ("oauth_version", "1.0"),
        ];
        let ours = ours.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut sent = [query, body, ours.to_vec()].concat();
        read.sort_unstable();
        sent.sort_unstable();
        prop_assert_eq!(read, sent);
    }
}
