//! Which key sets are used.

use super::*;

#[test]
fn a_key_set_with_a_symmetric_key_or_two_of_one_name_is_not_used() {
    let url = Region::Production.forge_key_set().unwrap();
    let good: Value = serde_json::from_str(&key_set(&[(KID, &ATLASSIAN)])).unwrap();
    let with = |key: Value| {
        let mut set = good.clone();
        set["keys"].as_array_mut().unwrap().push(key);
        set.to_string()
    };
    let twin = good["keys"][0].clone();
    for set in
        [with(json!({"kty": "oct", "k": "AAAA", "kid": "x"})), with(twin), "[]".to_owned(), String::new()]
    {
        let forge = forge(false);
        forge.internet.put(url, StatusCode::OK, set.clone());
        assert!(matches!(forge.verify(&forge.signed(|_| {})), Err(Unverified::Away(_))), "{set}");
    }
    let forge = forge(false);
    for (key, taken) in [
        (json!({"kty": "EC", "kid": "x", "crv": "P-256"}), true),
        (json!({"kty": "RSA", "kid": "x", "n": "AQAB", "e": "AQAB"}), true),
        (json!({"kty": "RSA", "kid": "x", "n": "AQAB", "e": "AQAB", "alg": "RS256"}), false),
    ] {
        forge.watch.pass(25 * 3_600);
        forge.internet.put(url, StatusCode::OK, with(key.clone()));
        assert_eq!(forge.verify(&forge.signed(|_| {})).is_ok(), taken, "{key}");
    }
}

#[test]
fn a_key_of_a_set_says_that_it_is_of_rsa_and_a_set_has_so_many() {
    let good: Value = serde_json::from_str(&key_set(&[(KID, &ATLASSIAN)])).unwrap();
    let found = |set: &Value| KeySet::parse(set.to_string().as_bytes()).map(|set| set.find(KID).is_some());
    assert_eq!(found(&good), Ok(true));
    for kty in [json!("EC"), json!("rsa"), json!(null)] {
        let mut set = good.clone();
        set["keys"][0]["kty"] = kty;
        assert_eq!(found(&set), Ok(false));
    }
    let with = |more: usize| {
        let mut set = good.clone();
        let others = (0..more).map(|number| json!({"kty": "EC", "kid": number.to_string()}));
        set["keys"].as_array_mut().unwrap().extend(others);
        found(&set)
    };
    assert_eq!(with(63), Ok(true));
    assert!(with(64).is_err());
}
