//! `bowline debug`: JSON lines in and out.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RsaKeyPair, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::house::bowline;

/// The request of RFC 5849 section 3.4.1.1.
fn example() -> Value {
    json!({
        "method": "post",
        "url": "http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b",
        "content_type": "application/x-www-form-urlencoded",
        "body": "c2&a3=2+q",
        "consumer_key": "9djdj82h48djs9d2",
        "consumer_secret": "j49sk3j29djd",
        "token": "kkk9d7dh3k39sjv7",
        "token_secret": "dh893hdasih9",
        "signature_method": "HMAC-SHA1",
        "timestamp": "137131201",
        "nonce": "7d8f3e4a",
        "include_version": false,
        "realm": "Example",
        "private_key_pem": null,
    })
}

/// The example with some fields changed.
fn with(changes: Value) -> Value {
    let mut line = example();
    line.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    line
}

/// What is answered to each line.
fn answers(arguments: &[&str], lines: &[Value]) -> Vec<Value> {
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let said = bowline(&[&["debug", "oauth1"], arguments].concat(), &[], &input).ok();
    assert!(said.err.is_empty(), "{said:#?}");
    said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn pem(name: &str, der: &[u8]) -> String {
    format!("-----BEGIN {name}-----\n{}\n-----END {name}-----\n", STANDARD.encode(der))
}

#[test]
fn oauth1_signs_the_example_of_the_rfc() {
    let said = answers(&[], &[example(), with(json!({"timestamp": 137_131_201, "token_secret": "other"}))]);
    assert_eq!(said[0]["signature"], "r6/TJjbCOr97/+UU0NsvSne7s5g=");
    let header = said[0]["authorization"].as_str().unwrap();
    assert!(
        header.starts_with("OAuth realm=\"Example\", oauth_consumer_key=\"9djdj82h48djs9d2\", "),
        "{header}"
    );
    assert!(
        said[0]["base_string"]
            .as_str()
            .unwrap()
            .starts_with("POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr")
    );
    assert_eq!(said[1]["base_string"], said[0]["base_string"]);
    assert_ne!(said[1]["signature"], said[0]["signature"]);
}

#[test]
fn oauth1_signs_with_a_key_in_either_form() {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs8 = pair.as_der().unwrap();
    // Of PKCS#8 the inner key is all behind 26 bytes, for every key of this length.
    let (whole, inner) = (pem("PRIVATE KEY", pkcs8.as_ref()), pem("RSA PRIVATE KEY", &pkcs8.as_ref()[26..]));
    let line = |key: String| with(json!({"signature_method": "RSA-SHA1", "private_key_pem": key}));
    let said = answers(&[], &[line(whole), line(inner)]);
    assert_eq!(said[0], said[1]);
    let base = said[0]["base_string"].as_str().unwrap();
    assert!(base.contains("oauth_signature_method%3DRSA-SHA1"), "{base}");
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, pair.public_key());
    let signature = STANDARD.decode(said[0]["signature"].as_str().unwrap()).unwrap();
    public.verify(base.as_bytes(), &signature).unwrap();
}

#[test]
fn oauth1_takes_what_only_some_requests_have() {
    let said = answers(
        &[],
        &[
            with(json!({"callback": "oob", "realm": null, "token": "", "include_version": true})),
            with(json!({"timestamp": null, "nonce": null})),
            with(json!({"timestamp": null, "nonce": null})),
            with(json!({
                "url": "https://gateway.example:8443/ex/request?a=1",
                "connect_base_url": "https://gateway.example:8443/ex",
                "sign_base_url": "http://jira.internal",
                "verifier": "v", "session_handle": "s",
            })),
        ],
    );
    let header = said[0]["authorization"].as_str().unwrap();
    assert!(header.starts_with("OAuth oauth_consumer_key=") && !header.contains("oauth_token="), "{header}");
    assert!(
        header.contains("oauth_callback=\"oob\"") && header.contains("oauth_version=\"1.0\""),
        "{header}"
    );
    assert_ne!(said[1]["base_string"], said[2]["base_string"], "each has a nonce of its own");
    let base = said[3]["base_string"].as_str().unwrap();
    assert!(base.starts_with("POST&http%3A%2F%2Fjira.internal%2Frequest&a%3D1%26"), "{base}");
    assert!(base.contains("oauth_session_handle%3Ds") && base.contains("oauth_verifier%3Dv"), "{base}");
}

#[test]
fn plaintext_needs_an_option_and_https() {
    let line = |url: &str| with(json!({"signature_method": "PLAINTEXT", "url": url}));
    let (open, safe) = (line("http://example.com/"), line("https://example.com/"));
    let refused = answers(&[], std::slice::from_ref(&safe));
    assert!(refused[0]["error"].as_str().unwrap().contains("--allow-plaintext"), "{refused:?}");
    let said = answers(&["--allow-plaintext"], &[open, safe]);
    assert!(said[0]["error"].as_str().unwrap().contains("https only"), "{said:?}");
    assert_eq!(said[1]["signature"], "j49sk3j29djd&dh893hdasih9");
}

#[test]
fn a_line_that_cannot_be_signed_gets_an_error_that_quotes_nothing_and_the_next_one_is_signed() {
    let rsa = |key: &str| with(json!({"signature_method": "RSA-SHA256", "private_key_pem": key}));
    let no = |name: &str| {
        let mut line = example();
        line.as_object_mut().unwrap().remove(name);
        line
    };
    let bad = [
        (no("method"), "`method` is missing"),
        (no("url"), "`url` is missing"),
        (no("consumer_key"), "`consumer_key` is missing"),
        (no("signature_method"), "`signature_method` is missing"),
        (with(json!({"method": "c4nary me"})), "no method of HTTP"),
        (with(json!({"url": "c4nary"})), "begin with http"),
        (with(json!({"url": "http://c4nary:x:y/"})), "cannot be read"),
        (with(json!({"url": "http://example.com:70000/?c4nary"})), "port"),
        (with(json!({"url": "http://example.com/?c4nary=%zz"})), "two hexadecimal digits"),
        (with(json!({"url": "http://example.com/?oauth_token=c4nary"})), "`oauth_token`"),
        (with(json!({"body": "c4nary=%"})), "form body"),
        (with(json!({"signature_method": "c4nary"})), "HMAC-SHA256"),
        (with(json!({"timestamp": "-7c4nary"})), "`timestamp`"),
        (with(json!({"timestamp": 0})), "`timestamp`"),
        (with(json!({"consumer_secret": ["c4nary"]})), "`consumer_secret` must be a text"),
        (with(json!({"include_version": "c4nary"})), "true or false"),
        (with(json!({"realm": "c4nary\n"})), "realm"),
        (with(json!({"sign_base_url": "https://c4nary.example"})), "belong together"),
        (with(json!({"connect_base_url": "c4nary", "sign_base_url": "c4nary"})), "URL"),
        (rsa("c4nary"), "no private key"),
        (rsa("-----BEGIN PRIVATE KEY-----\nc4naryc4nary\n-----END PRIVATE KEY-----\n"), "private key"),
        (with(json!({"signature_method": "RSA-SHA1"})), "`private_key_pem` is missing"),
        (json!(["c4nary"]), "no JSON object"),
        (json!("c4nary"), "no JSON object"),
    ];
    let lines: Vec<Value> = bad.iter().map(|(line, _)| line.clone()).chain([example()]).collect();
    let said = answers(&[], &lines);
    assert_eq!(said.len(), lines.len());
    for ((line, told), said) in bad.iter().zip(&said) {
        let error = said["error"].as_str().unwrap_or_else(|| panic!("{line} was signed"));
        assert!(error.contains(told), "{error} does not say {told}");
        assert!(!error.contains("c4nary") && !error.contains("j49sk3j29djd"), "{error}");
    }
    assert_eq!(said.last().unwrap()["signature"], "r6/TJjbCOr97/+UU0NsvSne7s5g=");
    let raw = "{\"consumer_secret\":\"c4nary\" nonsense\n\n{\"consumer_secret\": \"c4nary\\q\"}\n";
    let said = bowline(&["debug", "oauth1"], &[], raw).ok();
    assert_eq!((said.out.lines().count(), said.err.as_str()), (3, ""));
    assert!(
        said.out.lines().all(|line| line.starts_with("{\"error\":")) && !said.out.contains("c4nary"),
        "{said:?}"
    );
}

#[test]
fn a_line_is_answered_before_the_next_one_is_written() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_bowline"))
        .args(["debug", "oauth1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for _ in 0..2 {
        writeln!(input, "{}", example()).unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(line.contains("r6/TJjbCOr97"), "{line}");
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

/// What `debug text` prints.
fn carried(from: &str, to: &str, text: &str) -> String {
    bowline(&["debug", "text", "--from", from, "--to", to], &[], text).ok().out
}

#[test]
fn text_goes_from_every_format_to_every_other_and_back() {
    let texts = [
        ("wiki", "h2. Steps\n\n* Press *Save*\n"),
        ("html", "<h2>Steps</h2><ul><li>Press <strong>Save</strong></li></ul>\n"),
        ("markdown", "## Steps\n\n- Press **Save**\n"),
    ];
    let adf = carried("wiki", "adf", texts[0].1);
    let doc: Value = serde_json::from_str(&adf).unwrap();
    assert_eq!(doc["content"][0]["type"], "heading", "{adf}");
    for (from, text) in texts {
        assert_eq!(carried(from, "adf", text), adf, "{from}");
        assert_eq!(carried("adf", from, &adf), text, "{from}");
        for (to, other) in texts {
            assert_eq!(carried(from, to, text), other, "{from} to {to}");
        }
    }
}

#[test]
fn a_text_that_cannot_be_read_is_refused_with_the_reason() {
    let fails = |arguments: &[&str], text: &[u8]| {
        let said = bowline(&[&["debug", "text"], arguments].concat(), &[], text);
        assert_eq!(said.code, Some(2), "{said:#?}");
        said.err
    };
    let adf = ["--from", "adf", "--to", "wiki"];
    assert!(fails(&adf, b"{").contains("not JSON"));
    assert!(fails(&adf, b"[]").contains("not an ADF document"));
    assert!(fails(&["--from", "wiki", "--to", "adf"], b"ab\xff").contains("breaks after 2 bytes"));
    assert!(fails(&["--from", "word", "--to", "adf"], b"").contains("markdown"));
}
