//! Lifecycle calls: what is checked beside the flowchart, attacks that worked elsewhere, repetitions and rotation.

use std::sync::Arc;

use bowline_connect::installation::{ClientKey, MemoryInstallations};
use bowline_connect::lifecycle::{Changed, Event, Forbidden, Legacy, Outcome};
use bowline_connect::qsh::CONTEXT;
use bowline_connect::token::Refusal;
use bowline_core::port::Clock as _;
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::world::{ATLASSIAN, BASE, Draft, KID, MALLORY, World, now, sign_rs256};

mod rows;

const SITE: &str = "jira:acme";
const OTHER: &str = "jira:other";

/// A change of claims.
type Tamper = fn(&mut Value);

/// An install call whose body is changed after signing: no signature covers it.
pub(crate) fn with_body(draft: Draft, change: impl FnOnce(&mut Value)) -> Draft {
    let mut body: Value = serde_json::from_str(&draft.body).unwrap();
    change(&mut body);
    Draft { body: body.to_string(), ..draft }
}

/// An install call with other claims or another header.
fn with_token(world: &World, header: Value, change: impl FnOnce(&mut Value)) -> Draft {
    let draft = world.draft(Event::Installed, SITE, "a");
    let mut claims = world.claims(&draft, SITE);
    change(&mut claims);
    Draft { token: Some(sign_rs256(&header, &claims, &ATLASSIAN)), ..draft }
}

fn header() -> Value {
    json!({"alg": "RS256", "kid": KID})
}

#[test]
fn the_body_must_be_of_the_site_that_the_token_is_of() {
    let world = World::new(Legacy::All);
    assert_eq!(world.call(&world.signed(Event::Installed, OTHER, "o")).status(), StatusCode::NO_CONTENT);
    let before = world.row(OTHER);
    let takeover = |draft: Draft| with_body(draft, |body| body["clientKey"] = json!(OTHER));
    for draft in [
        takeover(world.signed(Event::Installed, SITE, "a")),
        // The branch of the flowchart that saves what it cannot check.
        takeover(world.secret_signed(Event::Installed, SITE, "a", "x")),
        takeover(world.signed(Event::Uninstalled, SITE, "")),
    ] {
        let outcome = world.call(&draft);
        assert!(matches!(outcome, Outcome::Forbidden(Forbidden::ClientKey)), "{outcome:?}");
        assert_eq!(outcome.status(), StatusCode::FORBIDDEN);
        assert_eq!((world.row(OTHER), world.row(SITE)), (before.clone(), "none".to_owned()));
    }
}

#[test]
fn the_body_must_be_for_this_app_and_of_this_event() {
    let world = World::new(Legacy::Off);
    let other_app = with_body(world.signed(Event::Installed, SITE, "a"), |body| body["key"] = json!("other"));
    assert!(matches!(world.call(&other_app), Outcome::Forbidden(Forbidden::AppKey)));
    let other_event = with_body(world.signed(Event::Installed, SITE, "a"), |body| {
        body["eventType"] = json!("uninstalled");
    });
    assert_eq!(world.call(&other_event).status(), StatusCode::BAD_REQUEST);
    assert_eq!(world.row(SITE), "none");
}

#[test]
fn a_body_that_is_not_well_made_is_refused_after_the_token_and_before_any_change() {
    let world = World::new(Legacy::Off);
    let cases: [(&str, Value); 17] = [
        ("sharedSecret", json!(null)),
        ("sharedSecret", json!("s".repeat(31))),
        ("sharedSecret", json!("s".repeat(600))),
        ("sharedSecret", json!(1)),
        ("baseUrl", json!("http://acme.atlassian.net")),
        ("baseUrl", json!("https://169.254.169.254")),
        ("baseUrl", json!("https://acme.atlassian.net.evil.example")),
        ("baseUrl", json!(null)),
        ("productType", json!("bitbucket")),
        ("eventType", json!(null)),
        ("key", json!(null)),
        ("clientKey", json!("")),
        ("baseUrl", json!(format!("https://acme.atlassian.net/{}", "x".repeat(480)))),
        ("displayUrl", json!(format!("https://jira.acme.example/{}", "x".repeat(480)))),
        ("oauthClientId", json!("x".repeat(256))),
        ("installationId", json!("x".repeat(256))),
        ("entitlementId", json!("x".repeat(256))),
    ];
    for (name, value) in cases {
        let draft = with_body(world.signed(Event::Installed, SITE, "a"), |body| body[name] = value.clone());
        let outcome = world.call(&draft);
        assert_eq!(outcome.status(), StatusCode::BAD_REQUEST, "{name} {value} {outcome:?}");
    }
    for body in ["", "[]", "{", r#"{"key":"a","key":"b"}"#] {
        let draft = Draft { body: body.to_owned(), ..world.signed(Event::Installed, SITE, "a") };
        assert_eq!(world.call(&draft).status(), StatusCode::BAD_REQUEST, "{body}");
        let unsigned = Draft { token: None, ..draft };
        assert_eq!(world.call(&unsigned).status(), StatusCode::UNAUTHORIZED, "{body}");
    }
    let long = |length: usize| {
        let change = |body: &mut Value| body["description"] = json!("x".repeat(length));
        world.call(&with_body(world.signed(Event::Installed, OTHER, "a"), change)).status()
    };
    assert_eq!(long(65_536), StatusCode::BAD_REQUEST);
    assert_eq!(long(60_000), StatusCode::NO_CONTENT);
    assert_eq!(world.row(SITE), "none");
}

#[test]
fn every_claim_of_a_signed_call_counts() {
    let world = World::new(Legacy::Off);
    let cases: [(&str, Tamper); 16] = [
        ("another audience", |claims| claims["aud"] = json!(["https://other.example"])),
        ("two audiences", |claims| claims["aud"] = json!([BASE, "https://other.example"])),
        ("ours second", |claims| claims["aud"] = json!(["https://other.example", BASE])),
        ("two slashes", |claims| claims["aud"] = json!([format!("{BASE}//")])),
        ("no audience", |claims| _ = claims.as_object_mut().unwrap().remove("aud")),
        ("a context token", |claims| claims["qsh"] = json!(CONTEXT)),
        ("another request", |claims| claims["qsh"] = json!("0".repeat(64))),
        ("no hash", |claims| _ = claims.as_object_mut().unwrap().remove("qsh")),
        ("no issuer", |claims| _ = claims.as_object_mut().unwrap().remove("iss")),
        ("no end", |claims| _ = claims.as_object_mut().unwrap().remove("exp")),
        ("no beginning", |claims| _ = claims.as_object_mut().unwrap().remove("iat")),
        ("an end that is no time", |claims| claims["exp"] = json!("never")),
        ("ended", |claims| {
            claims["iat"] = json!(1_699_999_900);
            claims["exp"] = json!(1_699_999_970);
        }),
        ("begins later", |claims| claims["nbf"] = json!(1_700_000_031)),
        ("made later", |claims| claims["iat"] = json!(1_700_000_031)),
        ("good for too long", |claims| claims["exp"] = json!(1_700_003_601)),
    ];
    assert_eq!(1_700_000_000, world.claims(&world.draft(Event::Installed, SITE, "a"), SITE)["iat"]);
    for (name, change) in cases {
        let outcome = world.call(&with_token(&world, header(), change));
        assert!(matches!(outcome, Outcome::Refused(_)), "{name} {outcome:?}");
        assert_eq!(world.row(SITE), "none", "{name}");
    }
    for audience in [json!(BASE), json!([BASE]), json!(format!("{BASE}/"))] {
        let draft = with_token(&world, header(), |claims| claims["aud"] = audience.clone());
        assert_eq!(world.call(&draft).status(), StatusCode::NO_CONTENT, "{audience}");
    }
}

#[test]
fn the_key_is_found_by_a_name_that_is_safe_and_the_algorithm_is_fixed() {
    let world = World::new(Legacy::Off);
    let keep = |_: &mut Value| {};
    for (head, refusal) in [
        (json!({"alg": "RS256", "kid": "../evil"}), Some(Refusal::KeyId)),
        (json!({"alg": "RS256", "kid": "x?y"}), Some(Refusal::KeyId)),
        (json!({"alg": "RS256", "kid": "some-other-service/key"}), Some(Refusal::KeyId)),
        (json!({"alg": "RS256", "kid": "http://evil.example/k"}), Some(Refusal::KeyId)),
        (json!({"alg": "RS256"}), Some(Refusal::KeyId)),
        (json!({"alg": "HS256", "kid": KID}), None),
        (json!({"alg": "none", "kid": KID}), None),
        (json!({"alg": "rs256", "kid": KID}), None),
        (json!({"alg": "RS512", "kid": KID}), None),
        (json!({"alg": "RS256", "kid": KID, "crit": ["exp"]}), None),
    ] {
        match world.call(&with_token(&world, head.clone(), keep)) {
            Outcome::Refused(found) => assert!(refusal.is_none_or(|refusal| refusal == found), "{head}"),
            other => panic!("{head} {other:?}"),
        }
    }
    assert!(world.internet.asked.lock().unwrap().is_empty(), "none of them was looked up");
}

#[test]
fn a_token_of_another_key_under_atlassians_name_is_refused() {
    let world = World::new(Legacy::Off);
    let draft = world.draft(Event::Installed, SITE, "a");
    let mut head = header();
    head["jku"] = json!("https://evil.example/keys");
    head["jwk"] = json!({"kty": "RSA"});
    let token = sign_rs256(&head, &world.claims(&draft, SITE), &MALLORY);
    let draft = Draft { token: Some(token), ..draft };
    assert!(matches!(world.call(&draft), Outcome::Refused(Refusal::Jose(_))));
    assert!(world.internet.asked.lock().unwrap().iter().all(|url| !url.contains("evil")));
}

#[test]
fn a_signed_call_is_bound_to_its_address_and_method() {
    let world = World::new(Legacy::Off);
    let draft = world.signed(Event::Installed, SITE, "a");
    for target in ["/connect/installed", "/connect/installed?user_key=eve", "/connect/other?user_key=admin"] {
        let moved = Draft { target: target.to_owned(), ..draft.clone() };
        assert!(matches!(world.call(&moved), Outcome::Refused(Refusal::Hash { .. })), "{target}");
    }
    // Without the base URL in front, and with an address that could be taken for another one.
    for target in ["/installed?user_key=admin", "/connect/a%2Finstalled", "/connect/%zz"] {
        let moved = Draft { target: target.to_owned(), ..draft.clone() };
        assert_eq!(world.call(&moved).status(), StatusCode::BAD_REQUEST, "{target}");
    }
    let uninstall = Draft { event: Event::Uninstalled, ..draft };
    assert_eq!(world.call(&uninstall).status(), StatusCode::BAD_REQUEST, "the body says another event");
}

#[test]
fn context_tokens_are_refused_by_every_lifecycle_call() {
    // CVE-2021-26073, CVE-2021-26074, CVE-2021-26077: any user of the site can get a context token.
    let world = World::new(Legacy::All);
    let first = world.draft(Event::Installed, SITE, "a");
    assert_eq!(world.call(&first).status(), StatusCode::NO_CONTENT);
    let before = world.row(SITE);
    for event in [Event::Installed, Event::Uninstalled, Event::Enabled, Event::Disabled] {
        let draft = world.draft(event, SITE, "b");
        let mut claims = world.claims(&draft, SITE);
        claims["qsh"] = json!(CONTEXT);
        let secret = bowline_connect::jose::sign_hs256(&claims, &super::world::secret("a")).unwrap();
        let by_secret = Draft { token: Some(secret.expose().to_owned()), ..draft.clone() };
        let by_key = Draft { token: Some(sign_rs256(&header(), &claims, &ATLASSIAN)), ..draft };
        for draft in [by_secret, by_key] {
            let status = world.call(&draft).status();
            assert!(
                status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN,
                "{event:?} {status}"
            );
            assert_eq!(world.row(SITE), before);
        }
    }
}

#[test]
fn a_token_of_the_old_scheme_counts_now_and_for_its_request_only() {
    let world = World::new(Legacy::All);
    assert_eq!(world.call(&world.draft(Event::Installed, SITE, "a")).status(), StatusCode::NO_CONTENT);
    let row = world.row(SITE);
    let ended = world.secret_signed(Event::Installed, SITE, "b", "a");
    let moved = Draft { target: "/connect/installed?user_key=eve".to_owned(), ..ended.clone() };
    assert_eq!(world.call(&moved).status(), StatusCode::FORBIDDEN);
    world.watch.pass(931);
    assert_eq!(world.call(&ended).status(), StatusCode::FORBIDDEN);
    assert_eq!(world.row(SITE), row);
}

#[test]
fn a_body_that_is_not_well_made_does_not_tell_a_known_site_from_an_unknown_one() {
    let world = World::new(Legacy::KnownTenants);
    let other = World::new(Legacy::All);
    assert_eq!(other.call(&other.draft(Event::Installed, SITE, "a")).status(), StatusCode::NO_CONTENT);
    for (world, event) in [(&world, Event::Installed), (&other, Event::Uninstalled)] {
        for site in [SITE, OTHER] {
            let draft = Draft { body: "{".to_owned(), ..world.secret_signed(event, site, "b", "x") };
            assert_eq!(world.call(&draft).status(), StatusCode::FORBIDDEN, "{site}");
        }
    }
}

#[test]
fn nobody_is_named_for_a_call_that_nobody_could_check() {
    let world = World::new(Legacy::All);
    match world.call(&world.secret_signed(Event::Installed, SITE, "a", "x")) {
        Outcome::Done(done) => assert_eq!((done.changed, done.by), (Changed::Installed, None)),
        other => panic!("{other:?}"),
    }
    match world.call(&world.secret_signed(Event::Installed, SITE, "b", "a")) {
        Outcome::Done(done) => {
            assert_eq!((done.changed, done.by.as_deref()), (Changed::Updated, Some("admin")))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_secret_is_left_of_a_signed_site_that_is_gone() {
    let world = World::new(Legacy::Off);
    for letter in ["a", "b"] {
        assert_eq!(
            world.call(&world.signed(Event::Installed, SITE, letter)).status(),
            StatusCode::NO_CONTENT
        );
    }
    assert_eq!(world.row(SITE), "Enabled Signed ba acme.atlassian.net");
    assert_eq!(world.call(&world.signed(Event::Uninstalled, SITE, "")).status(), StatusCode::NO_CONTENT);
    assert_eq!(world.row(SITE), "Uninstalled Signed -- acme.atlassian.net");
}

#[test]
fn nothing_that_a_stranger_planted_survives_a_signed_install() {
    let world = World::new(Legacy::All);
    let planted = with_body(world.draft(Event::Installed, SITE, "m"), |body| {
        body["installationId"] = json!("ari:cloud:ecosystem::installation/mallory");
        body["oauthClientId"] = json!("mallory");
    });
    assert_eq!(world.call(&planted).status(), StatusCode::NO_CONTENT);
    let key = ClientKey::parse(SITE).unwrap();
    let row = now(world.store.find(&key)).unwrap().unwrap().installation;
    assert_eq!(row.forge_installation, None, "only a signed call ties a Forge installation to a site");
    let signed =
        with_body(world.signed(Event::Installed, SITE, "a"), |body| body["oauthClientId"] = json!(null));
    assert_eq!(world.call(&signed).status(), StatusCode::NO_CONTENT);
    let row = now(world.store.find(&key)).unwrap().unwrap().installation;
    assert!(row.previous.is_none());
    assert_eq!((&row.forge_installation, &row.oauth_client_id), (&None, &None));
}

#[test]
fn a_signed_uninstall_ends_the_old_scheme_of_a_site() {
    let world = World::new(Legacy::All);
    assert_eq!(world.call(&world.draft(Event::Installed, SITE, "a")).status(), StatusCode::NO_CONTENT);
    assert_eq!(world.call(&world.signed(Event::Uninstalled, SITE, "")).status(), StatusCode::NO_CONTENT);
    let gone = "Uninstalled Signed -- acme.atlassian.net";
    assert_eq!(world.row(SITE), gone);
    assert_eq!(
        world.call(&world.secret_signed(Event::Installed, SITE, "b", "a")).status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(world.row(SITE), gone);
}
