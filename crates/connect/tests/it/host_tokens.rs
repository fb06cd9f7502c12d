//! Tokens of pages, webhooks and page scripts.

use bowline_connect::jose::sign_hs256;
use bowline_connect::lifecycle::{Event, Legacy};
use bowline_connect::qsh::{BasePath, CONTEXT, Incoming};
use bowline_connect::token::{Class, Refusal};
use bowline_connect::verify::{SecretUsed, Unverified};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use super::world::{ATLASSIAN, BASE, World, now, secret, sign_rs256};

const SITE: &str = "jira:acme";

fn installed() -> World {
    let world = World::new(Legacy::Off);
    assert_eq!(world.call(&world.signed(Event::Installed, SITE, "a")).status(), StatusCode::NO_CONTENT);
    world
}

/// Verifies a token in the header.
fn verify(world: &World, class: Class, target: &str, token: &str) -> Result<SecretUsed, Refusal> {
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, HeaderValue::from_str(&format!("JWT {token}")).unwrap());
    let request = Incoming::parse(&Method::GET, target, &BasePath::of(BASE).unwrap()).unwrap();
    match now(world.host_tokens.verify(class, &headers, &request)) {
        Ok(caller) => {
            assert_eq!(caller.installation().client_key.as_str(), SITE);
            Ok(caller.secret)
        }
        Err(Unverified::Refused(refusal)) => Err(refusal),
        Err(other) => panic!("{other:?}"),
    }
}

fn claims(world: &World, target: &str) -> Value {
    let request = Incoming::parse(&Method::GET, target, &BasePath::of(BASE).unwrap()).unwrap();
    let mut claims = world.claims(&world.draft(Event::Enabled, SITE, ""), SITE);
    claims["qsh"] = json!(request.forms()[0].qsh().as_str());
    claims
}

fn token(claims: &Value, letter: &str) -> String {
    sign_hs256(claims, &secret(letter)).unwrap().expose().to_owned()
}

#[test]
fn a_page_is_opened_with_a_token_for_its_address_only() {
    let world = installed();
    let good = token(&claims(&world, "/connect/page?issue=1"), "a");
    assert_eq!(verify(&world, Class::UrlBound, "/connect/page?issue=1", &good), Ok(SecretUsed::Current));
    let moved = verify(&world, Class::UrlBound, "/connect/page?issue=2", &good);
    assert!(matches!(moved, Err(Refusal::Hash { .. })));
    assert_eq!(verify(&world, Class::Context, "/connect/page?issue=1", &good), Err(Refusal::Class));
}

#[test]
fn a_context_token_opens_what_takes_context_tokens_only() {
    let world = installed();
    let mut claims = claims(&world, "/connect/context");
    claims["qsh"] = json!(CONTEXT);
    let context = token(&claims, "a");
    assert_eq!(verify(&world, Class::Context, "/connect/context", &context), Ok(SecretUsed::Current));
    assert_eq!(verify(&world, Class::UrlBound, "/connect/context", &context), Err(Refusal::Class));
}

#[test]
fn the_secret_before_is_good_for_requests_that_were_under_way() {
    let world = installed();
    let page = |letter| token(&claims(&world, "/connect/page"), letter);
    let under_way = page("a");
    let mut context = claims(&world, "/connect/page");
    context["qsh"] = json!(CONTEXT);
    let context = token(&context, "a");
    world.watch.pass(1);
    assert_eq!(world.call(&world.signed(Event::Installed, SITE, "b")).status(), StatusCode::NO_CONTENT);
    let verify = |token: &str| verify(&world, Class::UrlBound, "/connect/page", token);
    assert_eq!(verify(&page("b")), Ok(SecretUsed::Current));
    assert_eq!(verify(&under_way), Ok(SecretUsed::Previous));
    let script = super::host_tokens::verify(&world, Class::Context, "/connect/page", &context);
    assert!(matches!(script, Err(Refusal::Jose(_))), "a page asks for a new one each time");
    world.watch.pass(30);
    assert_eq!(verify(&page("a")), Ok(SecretUsed::Previous), "the host's clock may be ahead by that");
    world.watch.pass(1);
    assert!(matches!(verify(&page("a")), Err(Refusal::Jose(_))), "made with the old secret later");
    world.watch.pass(268);
    assert_eq!(verify(&under_way), Ok(SecretUsed::Previous));
    world.watch.pass(1);
    assert!(matches!(verify(&under_way), Err(Refusal::Jose(_))));
    assert_eq!(verify(&page("b")), Ok(SecretUsed::Current));
}

#[test]
fn nothing_of_a_site_that_is_gone_is_taken_and_a_disabled_one_is_still_known() {
    let world = installed();
    let page = |world: &World| {
        verify(world, Class::UrlBound, "/connect/page", &token(&claims(world, "/connect/page"), "a"))
    };
    let off = world.secret_signed(Event::Disabled, SITE, "", "a");
    assert_eq!(world.call(&off).status(), StatusCode::NO_CONTENT);
    assert_eq!(page(&world), Ok(SecretUsed::Current));
    assert_eq!(world.call(&world.signed(Event::Uninstalled, SITE, "")).status(), StatusCode::NO_CONTENT);
    assert_eq!(page(&world), Err(Refusal::Issuer));
}

#[test]
fn a_token_of_atlassians_key_is_no_token_of_a_site_and_other_algorithms_are_none() {
    let world = installed();
    let claims = claims(&world, "/connect/page");
    let signed = sign_rs256(&json!({"alg": "RS256", "kid": super::world::KID}), &claims, &ATLASSIAN);
    assert!(matches!(verify(&world, Class::UrlBound, "/connect/page", &signed), Err(Refusal::Jose(_))));
    // A token that says HS256 and is signed with the RSA key: the key is never taken as a secret.
    let confused = sign_rs256(&json!({"alg": "HS256"}), &claims, &ATLASSIAN);
    assert!(matches!(verify(&world, Class::UrlBound, "/connect/page", &confused), Err(Refusal::Jose(_))));
    for alg in ["none", "None", "HS384", "HS512", "hs256", ""] {
        let other = sign_rs256(&json!({"alg": alg}), &claims, &ATLASSIAN);
        assert!(
            matches!(verify(&world, Class::UrlBound, "/connect/page", &other), Err(Refusal::Jose(_))),
            "{alg}"
        );
    }
}

#[test]
fn a_token_that_the_app_made_is_no_token_of_a_site() {
    let world = installed();
    let mut claims = claims(&world, "/connect/page");
    claims["iss"] = json!(super::world::APP);
    claims["aud"] = json!([SITE]);
    let own = token(&claims, "a");
    assert_eq!(verify(&world, Class::UrlBound, "/connect/page", &own), Err(Refusal::Issuer));
}

#[test]
fn one_sites_secret_opens_nothing_of_another() {
    let world = installed();
    assert_eq!(world.call(&world.signed(Event::Installed, "jira:eve", "e")).status(), StatusCode::NO_CONTENT);
    let claims = claims(&world, "/connect/page");
    let forged = verify(&world, Class::UrlBound, "/connect/page", &token(&claims, "e"));
    assert!(matches!(forged, Err(Refusal::Jose(_))));
}

#[test]
fn a_token_without_end_or_with_a_wrong_one_is_refused() {
    let world = installed();
    let refused = |change: &[(&str, Value)]| {
        let mut claims = claims(&world, "/connect/page");
        for (name, value) in change {
            claims[*name] = value.clone();
        }
        verify(&world, Class::UrlBound, "/connect/page", &token(&claims, "a")).unwrap_err()
    };
    for (name, value) in
        [("exp", json!(null)), ("exp", json!("never")), ("iat", json!(null)), ("qsh", json!(""))]
    {
        assert_eq!(refused(&[(name, value)]), Refusal::Claim(name));
    }
    let ended = refused(&[("iat", json!(1_699_999_900)), ("exp", json!(1_699_999_970))]);
    assert_eq!(ended, Refusal::Expired { exp: 1_699_999_970, now: 1_700_000_000 });
    for name in ["iat", "nbf"] {
        let early = refused(&[(name, json!(1_700_000_031))]);
        assert_eq!(early, Refusal::Early { begin: 1_700_000_031, now: 1_700_000_000 });
    }
    let long = refused(&[("exp", json!(1_700_003_601))]);
    assert_eq!(long, Refusal::LongLived { seconds: 3_601, longest: 3_600 });
}
