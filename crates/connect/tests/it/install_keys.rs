//! Where install keys come from, and how often they are asked for.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bowline_connect::install_key::{CachedKeys, InstallKeys as _, KeyHost, KeyId, KeyNames, Limits, Region};
use bowline_connect::jose::{Compact, RsaKey};
use bowline_connect::lifecycle::{Event, Legacy, Outcome};
use bowline_core::port::Clock;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use http::StatusCode;
use serde_json::json;

use super::world::{ATLASSIAN, KID, OLD_HOST, World, now, pem, sign_rs256};

fn asked(world: &World) -> usize {
    world.internet.asked.lock().unwrap().len()
}

fn first() -> String {
    format!("{}/{KID}", Region::Production.key_hosts()[0])
}

#[test]
fn a_key_is_asked_for_once() {
    let world = World::new(Legacy::Off);
    for site in ["a", "b", "c"] {
        assert_eq!(world.call(&world.signed(Event::Installed, site, "s")).status(), StatusCode::NO_CONTENT);
    }
    assert_eq!(*world.internet.asked.lock().unwrap(), [first()]);
    world.watch.pass(24 * 3_600);
    assert_eq!(world.call(&world.signed(Event::Installed, "d", "s")).status(), StatusCode::NO_CONTENT);
    assert_eq!(asked(&world), 2, "after a day it is looked at again");
}

#[test]
fn a_key_that_was_found_serves_on_while_nobody_can_be_asked() {
    let world = World::new(Legacy::Off);
    assert_eq!(world.call(&world.signed(Event::Installed, "a", "s")).status(), StatusCode::NO_CONTENT);
    world.internet.pages.lock().unwrap().clear();
    world.watch.pass(25 * 3_600);
    assert_eq!(world.call(&world.signed(Event::Installed, "b", "s")).status(), StatusCode::NO_CONTENT);
    assert_eq!(asked(&world), 3, "both hosts were asked in vain");
}

#[test]
fn the_other_host_is_asked_by_the_same_name_and_its_lines_may_end_in_cr_lf() {
    for status in [Some(StatusCode::NOT_FOUND), Some(StatusCode::INTERNAL_SERVER_ERROR), None] {
        let world = World::new(Legacy::Off);
        match status {
            Some(status) => world.internet.put(&first(), status, String::new()),
            None => _ = world.internet.pages.lock().unwrap().remove(&first()),
        }
        assert_eq!(world.call(&world.signed(Event::Installed, "a", "s")).status(), StatusCode::NO_CONTENT);
        assert_eq!(*world.internet.asked.lock().unwrap(), [first(), format!("{OLD_HOST}/{KID}")]);
    }
}

#[test]
fn nobody_to_ask_is_no_refusal_and_is_not_remembered() {
    let world = World::new(Legacy::Off);
    let pages = std::mem::take(&mut *world.internet.pages.lock().unwrap());
    let outcome = world.call(&world.signed(Event::Installed, "a", "s"));
    assert!(matches!(outcome, Outcome::Away(_)));
    assert_eq!(outcome.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(outcome.answer("app").headers().contains_key("retry-after"));
    *world.internet.pages.lock().unwrap() = pages;
    assert_eq!(world.call(&world.signed(Event::Installed, "a", "s")).status(), StatusCode::NO_CONTENT);
}

#[test]
fn a_key_is_missing_only_if_every_host_says_so() {
    let world = World::new(Legacy::Off);
    let old = format!("{OLD_HOST}/{KID}");
    world.internet.put(&first(), StatusCode::NOT_FOUND, String::new());
    world.internet.put(&old, StatusCode::BAD_GATEWAY, String::new());
    assert_eq!(
        world.call(&world.signed(Event::Installed, "a", "s")).status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
    world.internet.put(&old, StatusCode::FORBIDDEN, String::new());
    assert_eq!(world.call(&world.signed(Event::Installed, "a", "s")).status(), StatusCode::UNAUTHORIZED);
    let before = asked(&world);
    assert_eq!(world.call(&world.signed(Event::Installed, "a", "s")).status(), StatusCode::UNAUTHORIZED);
    assert_eq!(asked(&world), before, "that it is missing is remembered");
    world.internet.put(&old, StatusCode::OK, pem(&ATLASSIAN, "\n"));
    world.watch.pass(60);
    assert_eq!(world.call(&world.signed(Event::Installed, "a", "s")).status(), StatusCode::NO_CONTENT);
}

#[test]
fn what_is_no_key_is_not_used() {
    for body in [
        String::new(),
        "hello".to_owned(),
        pem(&ATLASSIAN, "\n").repeat(2),
        pem(&ATLASSIAN, "\n") + &pem(&ATLASSIAN, "\n").replace("PUBLIC KEY", "CERTIFICATE"),
        pem(&ATLASSIAN, "\n").replace("PUBLIC KEY", "CERTIFICATE") + &pem(&ATLASSIAN, "\n"),
        pem(&ATLASSIAN, "\n").replace("PUBLIC KEY", "CERTIFICATE"),
        "x".repeat(20_000),
    ] {
        let world = World::new(Legacy::Off);
        world.internet.put(&first(), StatusCode::OK, body.clone());
        world.internet.put(&format!("{OLD_HOST}/{KID}"), StatusCode::OK, body);
        assert_eq!(
            world.call(&world.signed(Event::Installed, "a", "s")).status(),
            StatusCode::SERVICE_UNAVAILABLE
        );
    }
}

#[test]
fn a_key_is_for_rs256_and_its_text_is_short() {
    let good = pem(&ATLASSIAN, "\n");
    let key = RsaKey::from_pem(good.as_bytes()).unwrap();
    for (alg, taken) in [("RS256", true), ("HS256", false), ("RS384", false), ("none", false)] {
        let token = sign_rs256(&json!({"alg": alg}), &json!({}), &ATLASSIAN);
        assert_eq!(Compact::parse(&token).unwrap().verify_rs256(&key).is_ok(), taken, "{alg}");
    }
    let padded = |length: usize| good.clone() + &"\n".repeat(length - good.len());
    assert!(RsaKey::from_pem(padded(16 << 10).as_bytes()).is_ok());
    assert!(RsaKey::from_pem(padded((16 << 10) + 1).as_bytes()).is_err());
    // The same numbers under the name of RSASSA-PSS (1.2.840.113549.1.1.10), which is for other signatures.
    let body: String = good.lines().filter(|line| !line.starts_with('-')).collect();
    let mut der = STANDARD.decode(body).unwrap();
    let name = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    let at = der.windows(name.len()).position(|window| window == name).unwrap();
    der[at + name.len() - 1] = 10;
    let other = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der));
    assert!(RsaKey::from_pem(other.as_bytes()).is_err());
}

#[test]
fn unknown_names_are_asked_for_so_often_in_a_minute_and_known_keys_do_not_suffer() {
    let world = World::new(Legacy::Off);
    let host = KeyHost::new(Arc::clone(&world.internet) as _, &[OLD_HOST]).unwrap();
    let limits = Limits { asked_per_minute: 5, missing: 2, ..Limits::default() };
    let keys = CachedKeys::new(host, Arc::clone(&world.watch) as Arc<dyn Clock>, limits);
    let find = |name: &str| now(keys.find(&KeyId::parse(name, KeyNames::default()).unwrap()));
    assert!(find(KID).unwrap().is_some());
    for number in 0..4 {
        world.internet.put(&format!("{OLD_HOST}/k{number}"), StatusCode::NOT_FOUND, String::new());
        assert!(find(&format!("k{number}")).unwrap().is_none());
    }
    assert!(find("k4").is_err(), "the sixth question of the minute");
    assert!(find(KID).unwrap().is_some(), "a known key needs no question");
    assert!(find("k3").unwrap().is_none(), "nor does one that is known to be missing");
    assert!(find("k0").is_err(), "only the two latest missing names are remembered");
    world.watch.pass(60);
    assert!(find("k0").unwrap().is_none());
    assert_eq!(asked(&world), 6);
}

#[test]
fn many_who_need_a_key_ask_for_it_once_and_hear_the_same() {
    let world = World::new(Legacy::Off);
    let host = KeyHost::new(Arc::clone(&world.internet) as _, &[OLD_HOST]).unwrap();
    // The question that all wait for is one of the minute's, and not one for each of them.
    let limits = Limits { asked_per_minute: 2, ..Limits::default() };
    let keys = CachedKeys::new(host, Arc::clone(&world.watch) as Arc<dyn Clock>, limits);
    for (name, there) in [(KID, true), ("away", false)] {
        world.internet.stalled.store(true, Ordering::Relaxed);
        let kid = KeyId::parse(name, KeyNames::default()).unwrap();
        let mut all = Box::pin(join_all((0..20).map(|_| keys.find(&kid))));
        assert!((&mut all).now_or_never().is_none());
        world.internet.stalled.store(false, Ordering::Relaxed);
        let before = asked(&world);
        let found = now(all);
        assert_eq!((before, asked(&world)), (before, before), "nobody asked again");
        assert!(found.iter().all(|one| one.as_ref().is_ok_and(|key| key.is_some()) == there));
    }
    assert_eq!(asked(&world), 2);
}

#[test]
fn no_region_shares_a_host_with_another() {
    let all: Vec<&str> = [Region::Production, Region::Staging, Region::Government]
        .iter()
        .flat_map(|region| region.key_hosts())
        .collect();
    let distinct: std::collections::BTreeSet<&str> = all.iter().copied().collect();
    assert_eq!((all.len(), distinct.len()), (6, 6));
    let nowhere: &[&str] = &[];
    let world = World::new(Legacy::Off);
    assert!(KeyHost::new(Arc::clone(&world.internet) as _, nowhere).is_none());
    assert!(KeyHost::new(Arc::clone(&world.internet) as _, &["no url"]).is_none());
}
