//! Keys as people paste them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bowline_auth::oauth1::{Attempt, Call, Credential, Error, Hash, Method, PrivateKey};
use http::Uri;

use super::{PKCS1, PKCS8, PUBLIC, der, verifies};

const CERTIFICATE: &str = include_str!("keys/certificate.pem");

fn read(text: &str) -> Result<PrivateKey, Error> {
    PrivateKey::from_pem(text.as_bytes())
}

/// The text of the error, which must not quote the key.
fn refusal(text: &str) -> String {
    let error = read(text).unwrap_err();
    let words = format!("{error} {error:?}");
    for line in text.lines().filter(|line| line.len() > 20 && !line.starts_with("-----")) {
        assert!(!words.contains(line), "{words}");
    }
    error.to_string()
}

#[test]
fn both_forms_of_a_key_sign_alike_whatever_stands_around_them() {
    let url: Uri = "https://jira.example/".parse().unwrap();
    let (call, attempt) = (Call::new(&http::Method::GET, &url), Attempt { nonce: "n".into(), timestamp: 1 });
    let mut signatures = Vec::new();
    for text in [
        PKCS1.to_owned(),
        PKCS8.to_owned(),
        PKCS8.replace('\n', "\r\n"),
        format!("Bag Attributes\n    friendlyName: jira\n{CERTIFICATE}{PKCS1}"),
        format!("\n\n  {}", PKCS8.trim()),
    ] {
        let credential = Credential::new("c".into(), Method::Rsa(Hash::Sha1, read(&text).unwrap()));
        let signed = credential.sign(&call, &attempt).unwrap();
        assert!(verifies(Hash::Sha1, &signed.base_string, &signed.signature));
        signatures.push(signed.signature);
    }
    signatures.dedup();
    assert_eq!(signatures.len(), 1, "the scheme has no randomness");
}

#[test]
fn a_longer_key_signs_with_its_own_length() {
    let key = read(include_str!("keys/long.pem")).unwrap();
    assert_eq!(format!("{key:?}"), "PrivateKey(4096 bit)");
    let credential = Credential::new("c".into(), Method::Rsa(Hash::Sha256, key));
    let url: Uri = "https://jira.example/".parse().unwrap();
    let attempt = Attempt { nonce: "n".into(), timestamp: 1 };
    let signed = credential.sign(&Call::new(&http::Method::GET, &url), &attempt).unwrap();
    assert_eq!(STANDARD.decode(signed.signature).unwrap().len(), 512);
}

#[test]
fn a_text_that_is_no_usable_key_is_told_apart() {
    for (text, told) in [
        ("", "no private key in PEM form"),
        ("hunter2hunter2hunter2", "no private key in PEM form"),
        (PUBLIC, "only the public half"),
        (CERTIFICATE, "only the public half"),
        (include_str!("keys/short.pem"), "has 1024 bit; at least 2048"),
        (include_str!("keys/ec.pem"), "no RSA key"),
        (include_str!("keys/ec-pkcs8.pem"), "no RSA key"),
        (include_str!("keys/pss.pem"), "no RSA key"),
        (include_str!("keys/encrypted.pem"), "it is encrypted"),
        (include_str!("keys/encrypted-pkcs1.pem"), "it is encrypted"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----\n", "OpenSSH"),
        (&PKCS8.replace("-----END PRIVATE KEY-----", ""), "damaged"),
        (&PKCS8.replace("-----BEGIN PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----\n!"), "damaged"),
        (&PKCS1.replace("RSA PRIVATE KEY", "PRIVATE KEY"), "parts do not fit"),
        (&PKCS8.replace("PRIVATE KEY", "RSA PRIVATE KEY"), "parts do not fit"),
    ] {
        let refusal = refusal(text);
        assert!(refusal.contains(told), "{refusal} does not say {told}");
    }
}

#[test]
fn a_key_with_any_bit_flipped_cut_or_added_is_refused() {
    let whole = der(PKCS1);
    let pem = |der: &[u8]| {
        format!("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----\n", STANDARD.encode(der))
    };
    assert!(read(&pem(&whole)).is_ok());
    for place in 0..whole.len() {
        let mut broken = whole.clone();
        broken[place] ^= 1 << (place % 8);
        assert!(read(&pem(&broken)).is_err(), "byte {place}");
    }
    assert!(read(&pem(&whole[..whole.len() - 1])).is_err());
    assert!(read(&pem(&[&whole[..], &[0]].concat())).is_err());
    let behind = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode([&der(PKCS8)[..], &[0]].concat())
    );
    assert!(read(&behind).is_err());
}
