//! Project Wycheproof's JSON Web vectors: none of the invalid ones is taken, all of the valid ones of our algorithms are.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bowline_connect::jose::{Compact, KeySet, SharedSecret};
use bowline_core::secret::Secret;
use serde_json::{Value, json};

const FILES: [(&str, &str, usize); 3] = [
    ("signature", include_str!("../vectors/json_web_signature_test.json"), 401),
    ("key", include_str!("../vectors/json_web_key_test.json"), 26),
    ("crypto", include_str!("../vectors/json_web_crypto_test.json"), 49),
];

/// Valid vectors of HS256 and RS256 that are refused all the same, with the reason.
const REFUSED: [(&str, u64, &str); 4] = [
    ("signature", 372, "a `?` inside base64url, which RFC 7515 section 2 does not allow"),
    ("signature", 373, "a `?` inside base64url, which RFC 7515 section 2 does not allow"),
    ("key", 2, "a set of symmetric keys: neither Connect nor Forge has one"),
    ("crypto", 48, "the same set of symmetric keys"),
];

/// Vectors marked invalid that are the very token, under the very key, of one marked valid: their padding was lost before
/// they were published, so whoever takes 357 takes them.
const CONTRADICTED: [(&str, u64, u64); 2] = [("signature", 367, 357), ("signature", 370, 357)];

/// Every verifier that the keys of a group can be given to: a shared secret, or a set of public keys.
fn is_taken(group: &Value, token: &str) -> bool {
    let Ok(compact) = Compact::parse(token) else { return false };
    let private = &group["private"];
    let public = if group["public"].is_null() { private } else { &group["public"] };
    by_secret(private, &compact) || by_set(public, &compact)
}

/// A secret is a secret whatever a JWK says of it, so the two fields that say another use are honoured here.
fn by_secret(key: &Value, compact: &Compact<'_>) -> bool {
    let single = match key["keys"].as_array() {
        Some(keys) if keys.len() == 1 => &keys[0],
        Some(_) => return false,
        None => key,
    };
    if single["kty"] != "oct" || single["alg"] != "HS256" || single["use"] != "sig" {
        return false;
    }
    if single["kid"].as_str() != compact.header().kid.as_deref() {
        return false;
    }
    let bytes = URL_SAFE_NO_PAD.decode(single["k"].as_str().unwrap()).unwrap();
    SharedSecret::new(Secret::new(bytes)).is_ok_and(|secret| compact.verify_hs256(&secret).is_ok())
}

fn by_set(key: &Value, compact: &Compact<'_>) -> bool {
    let set = if key["keys"].is_array() { key.clone() } else { json!({"keys": [key]}) };
    let Ok(set) = KeySet::parse(&serde_json::to_vec(&set).unwrap()) else { return false };
    let key = compact.header().kid.as_deref().and_then(|kid| set.find(kid));
    key.is_some_and(|key| compact.verify_rs256(key).is_ok())
}

/// Whether a valid vector is of an algorithm that is not ours.
fn is_foreign(token: &str) -> bool {
    let header = token.split('.').next().unwrap_or_default();
    let header = URL_SAFE_NO_PAD.decode(header).unwrap_or_default();
    let header: Value = serde_json::from_slice(&header).unwrap_or_default();
    header["alg"].is_string() && header["alg"] != "HS256" && header["alg"] != "RS256"
}

#[test]
fn no_invalid_token_is_taken_and_every_valid_one_of_ours_is() {
    let mut wrong = Vec::new();
    let (mut taken, mut refused) = (0, 0);
    for (file, text, count) in FILES {
        let vectors: Value = serde_json::from_str(text).unwrap();
        let groups = vectors["testGroups"].as_array().unwrap();
        let each = groups
            .iter()
            .flat_map(|group| group["tests"].as_array().unwrap().iter().map(move |test| (group, test)));
        let all: Vec<_> = each.collect();
        assert_eq!(all.len(), count, "{file}");
        for (group, test) in all {
            let id = test["tcId"].as_u64().unwrap();
            // Some are objects: the JSON serialisation.
            let token = test["jws"].as_str().map_or_else(|| test["jws"].to_string(), str::to_owned);
            let valid = test["result"] == "valid" && !is_foreign(&token);
            let excepted = REFUSED.iter().any(|(name, except, _)| *name == file && *except == id);
            let is_taken = is_taken(group, &token);
            let contradicted = CONTRADICTED.iter().any(|(name, twin, _)| *name == file && *twin == id);
            if is_taken != ((valid && !excepted) || contradicted) {
                wrong.push(format!("{file} {id} {}: taken: {is_taken}", test["comment"]));
            }
            *(if is_taken { &mut taken } else { &mut refused }) += 1;
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!((taken, refused), (22, 454));
}

#[test]
fn the_two_contradicted_vectors_are_the_token_and_key_of_a_valid_one() {
    let vectors: Value = serde_json::from_str(FILES[0].1).unwrap();
    let find = |id: u64| {
        let groups = vectors["testGroups"].as_array().unwrap().iter();
        let mut tests = groups.flat_map(|group| {
            group["tests"].as_array().unwrap().iter().map(move |test| (&group["private"], test))
        });
        tests.find(|(_, test)| test["tcId"] == id).unwrap()
    };
    for (_, twin, of) in CONTRADICTED {
        let ((key, invalid), (valid_key, valid)) = (find(twin), find(of));
        assert_eq!((key, &invalid["jws"]), (valid_key, &valid["jws"]));
        assert_eq!((&invalid["result"], &valid["result"]), (&json!("invalid"), &json!("valid")));
    }
}
