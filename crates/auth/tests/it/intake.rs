//! Which deliveries are let in.

use std::sync::Arc;

use bowline_auth::intake::{self, Proofs, Refused, verify};
use bowline_auth::{Secrets, SystemClock, SystemEntropy};
use bowline_core::ConnectionId;
use bowline_core::connection::{Connection, IntakeProof, SignIn};
use bowline_core::port::Seal;
use bowline_core::secret::{Purpose, Secret};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::memory::{self, Folder, Memory, secret_id, tenant};

/// Computed with another implementation (Python's `hmac`).
const SECRET: &str = "It's a Secret to Everybody";
const BODY: &[u8] = b"Hello, World!";
const SIGNATURE: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

fn connection(intake: IntakeProof) -> Connection {
    Connection { intake, ..memory::connection("https://jira.example", SignIn::PersonalAccessToken) }
}

fn signing() -> Connection {
    connection(IntakeProof { hmac: Some(secret_id(2)), ..IntakeProof::default() })
}

fn hmac(secret: &[u8]) -> Proofs {
    Proofs { hmac: Some(Secret::new(secret.to_vec())), ..Proofs::default() }
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
        .collect()
}

fn signed(value: &str) -> HeaderMap {
    headers(&[("x-hub-signature", value)])
}

#[test]
fn the_vectors_of_rfc_4231_are_let_in() {
    let count: Vec<u8> = (1..=25).collect();
    for (key, data, mac) in [
        (&[0x0b; 20][..], &b"Hi There"[..], "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (&count, &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        (
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            &[0xaa; 131],
            b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be \
              hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ] {
        let header = signed(&format!("sha256={mac}"));
        assert_eq!(verify(Some(&signing()), &hmac(key), &header, data), Ok(()), "{mac}");
        assert_eq!(verify(Some(&signing()), &hmac(key), &header, b"other"), Err(Refused));
    }
}

#[test]
fn a_signature_is_read_strictly_but_in_either_case() {
    let proofs = hmac(SECRET.as_bytes());
    for fine in
        [SIGNATURE.to_owned(), SIGNATURE.to_uppercase(), SIGNATURE.replace("sha256=757", "SHA256=757")]
    {
        assert_eq!(verify(Some(&signing()), &proofs, &signed(&fine), BODY), Ok(()), "{fine}");
    }
    let (_, hex) = SIGNATURE.split_once('=').unwrap();
    for bad in [
        String::new(),
        hex.to_owned(),
        "sha256=".to_owned(),
        format!("sha1={hex}"),
        format!("sha512={hex}"),
        format!("sha256={}", &hex[..62]),
        format!("sha256={hex}00"),
        format!("sha256= {hex}"),
        format!("sha256={}zz", &hex[..62]),
        format!("sha256=+{}", &hex[1..]),
        format!("{SIGNATURE}, {SIGNATURE}"),
        SIGNATURE.replace("757", "857"),
    ] {
        assert_eq!(verify(Some(&signing()), &proofs, &signed(&bad), BODY), Err(Refused), "{bad}");
    }
    let twice = headers(&[("x-hub-signature", SIGNATURE), ("x-hub-signature", SIGNATURE)]);
    assert_eq!(verify(Some(&signing()), &proofs, &twice, BODY), Err(Refused));
    assert_eq!(verify(Some(&signing()), &proofs, &HeaderMap::new(), BODY), Err(Refused));
}

#[test]
fn a_demanded_secret_that_is_not_there_refuses_everything() {
    // The HMAC under an empty key, and under the key that stands in for a missing one.
    let empty = "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    for (proofs, body) in [(Proofs::default(), &b""[..]), (hmac(b""), b"")] {
        assert_eq!(verify(Some(&signing()), &proofs, &signed(empty), body), Err(Refused));
    }
    let stand_in = "sha256=3816ed8816b2de8965a7976fcccd4c60304f697e5ad6edc42bad3d243f67fc03";
    assert_eq!(verify(Some(&signing()), &Proofs::default(), &signed(stand_in), BODY), Err(Refused));
}

#[test]
fn an_unknown_connection_is_refused_like_a_wrong_secret() {
    let wrong = verify(Some(&signing()), &hmac(b"wrong"), &signed(SIGNATURE), BODY);
    let unknown = verify(None, &Proofs::default(), &signed(SIGNATURE), BODY);
    assert_eq!(wrong, unknown);
    assert_eq!(verify(None, &hmac(SECRET.as_bytes()), &signed(SIGNATURE), BODY), Err(Refused));
    assert_eq!(verify(None, &Proofs::default(), &HeaderMap::new(), b""), Err(Refused));
}

#[test]
fn a_header_token_is_demanded_where_it_is_configured() {
    let intake = IntakeProof { hmac: None, header: Some("X-Token".into()), header_token: Some(secret_id(3)) };
    let guarded = connection(intake.clone());
    let proofs = Proofs { hmac: None, header: Some(Secret::from("letmein".to_owned())) };
    assert_eq!(verify(Some(&guarded), &proofs, &headers(&[("x-token", "letmein")]), BODY), Ok(()));
    for bad in [
        headers(&[]),
        headers(&[("x-token", "")]),
        headers(&[("x-token", "letmei")]),
        headers(&[("x-token", "letmein2")]),
        headers(&[("x-token", "letmein"), ("x-token", "letmein")]),
        headers(&[("x-other", "letmein")]),
    ] {
        assert_eq!(verify(Some(&guarded), &proofs, &bad, BODY), Err(Refused), "{bad:?}");
    }
    assert_eq!(verify(Some(&guarded), &Proofs::default(), &headers(&[("x-token", "")]), BODY), Err(Refused));
    let nameless = connection(IntakeProof { header: None, ..intake.clone() });
    assert_eq!(verify(Some(&nameless), &proofs, &headers(&[("x-token", "letmein")]), BODY), Err(Refused));

    let both = connection(IntakeProof { hmac: Some(secret_id(2)), ..intake });
    let proofs = Proofs { hmac: hmac(SECRET.as_bytes()).hmac, ..proofs };
    let complete = headers(&[("x-token", "letmein"), ("x-hub-signature", SIGNATURE)]);
    assert_eq!(verify(Some(&both), &proofs, &complete, BODY), Ok(()));
    assert_eq!(verify(Some(&both), &proofs, &signed(SIGNATURE), BODY), Err(Refused));
    assert_eq!(verify(Some(&both), &proofs, &headers(&[("x-token", "letmein")]), BODY), Err(Refused));
}

#[test]
fn without_a_second_proof_the_path_token_is_enough() {
    assert_eq!(
        verify(Some(&connection(IntakeProof::default())), &Proofs::default(), &HeaderMap::new(), BODY),
        Ok(())
    );
}

#[test]
fn a_hook_token_is_known_again_only_at_its_own_connection() {
    let token = intake::hook_token(&SystemEntropy);
    let text = token.expose_text();
    assert_eq!(text.len(), 43);
    let id = |number: u32| format!("con_{number:032x}").parse::<ConnectionId>().unwrap();
    assert_eq!(intake::hook_hash(id(1), text), intake::hook_hash(id(1), text));
    assert_ne!(intake::hook_hash(id(1), text), intake::hook_hash(id(2), text));
    assert_ne!(intake::hook_hash(id(1), text), intake::hook_hash(id(1), &text[1..]));
}

#[tokio::test]
async fn proofs_are_opened_from_the_vault_and_a_lost_row_refuses() {
    let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
    let sealer = memory::sealer(&memory, &folder).await;
    let secrets = Secrets::new(Arc::clone(&memory) as _, Arc::clone(&sealer) as _, Arc::new(SystemClock));
    let lost = Proofs::open(&signing(), &secrets).await.unwrap();
    assert_eq!(verify(Some(&signing()), &lost, &signed(SIGNATURE), BODY), Err(Refused));

    let (id, secret) = (secret_id(2), Secret::from(SECRET.to_owned()));
    memory.put(
        tenant(1),
        id,
        sealer.seal(tenant(1), Purpose::WebhookSecret, &id.to_string(), &secret).await.unwrap(),
    );
    let proofs = Proofs::open(&signing(), &secrets).await.unwrap();
    assert_eq!(verify(Some(&signing()), &proofs, &signed(SIGNATURE), BODY), Ok(()));
}
