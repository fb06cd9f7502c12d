//! Every branch of the published install flowchart, for signed calls and for those of the legacy scheme: the status, and the
//! row before and after.

use bowline_connect::lifecycle::{Event, Legacy};
use http::StatusCode;

use super::world::{Draft, World};

const SITE: &str = "jira:acme";

/// Makes a row with one call that is taken.
fn world(legacy: Legacy, first: Option<fn(&World) -> Draft>) -> World {
    let world = World::new(legacy);
    if let Some(first) = first {
        assert_eq!(world.call(&first(&world)).status(), StatusCode::NO_CONTENT);
    }
    world
}

fn signed_install(world: &World) -> Draft {
    world.signed(Event::Installed, SITE, "a")
}

fn legacy_install(world: &World) -> Draft {
    world.draft(Event::Installed, SITE, "a")
}

/// The status of a call, and the row before and after it.
fn step(world: &World, draft: &Draft) -> (u16, String, String) {
    let before = world.row(SITE);
    let status = world.call(draft).status().as_u16();
    (status, before, world.row(SITE))
}

fn expect(world: &World, draft: &Draft, status: u16, before: &str, after: &str) {
    assert_eq!(step(world, draft), (status, before.to_owned(), after.to_owned()));
}

const SIGNED: &str = "Enabled Signed a- acme.atlassian.net";
const LEGACY: &str = "Enabled Legacy a- acme.atlassian.net";

#[test]
fn signed_call_of_an_unknown_site_is_saved() {
    let world = world(Legacy::Off, None);
    expect(&world, &signed_install(&world), 204, "none", SIGNED);
}

#[test]
fn signed_call_of_a_known_site_updates_it_and_keeps_the_secret_before() {
    let world = world(Legacy::Off, Some(signed_install));
    let after = "Enabled Signed ba acme.atlassian.net";
    expect(&world, &world.signed(Event::Installed, SITE, "b"), 204, SIGNED, after);
}

#[test]
fn signed_call_with_a_wrong_token_is_refused_for_an_unknown_site() {
    let world = world(Legacy::Off, None);
    let mut draft = signed_install(&world);
    draft.token = draft.token.map(|token| token[..token.len() - 4].to_owned() + "AAAA");
    expect(&world, &draft, 401, "none", "none");
}

#[test]
fn signed_call_with_a_wrong_token_is_refused_for_a_known_site() {
    let world = world(Legacy::Off, Some(signed_install));
    let mut draft = world.signed(Event::Installed, SITE, "b");
    draft.token = draft.token.map(|token| token[..token.len() - 4].to_owned() + "AAAA");
    expect(&world, &draft, 401, SIGNED, SIGNED);
}

#[test]
fn no_token_and_unknown_site_is_refused_where_calls_are_signed() {
    let world = world(Legacy::Off, None);
    expect(&world, &legacy_install(&world), 401, "none", "none");
}

#[test]
fn no_token_and_known_site_is_refused_where_calls_are_signed() {
    let world = world(Legacy::Off, Some(signed_install));
    expect(&world, &world.draft(Event::Installed, SITE, "b"), 401, SIGNED, SIGNED);
}

#[test]
fn token_of_the_secret_is_refused_where_calls_are_signed() {
    let world = world(Legacy::Off, Some(signed_install));
    expect(&world, &world.secret_signed(Event::Installed, SITE, "b", "a"), 401, SIGNED, SIGNED);
}

#[test]
fn legacy_no_token_and_unknown_site_is_saved() {
    let world = world(Legacy::All, None);
    expect(&world, &legacy_install(&world), 204, "none", LEGACY);
}

#[test]
fn legacy_no_token_and_known_site_is_forbidden() {
    let world = world(Legacy::All, Some(legacy_install));
    expect(&world, &world.draft(Event::Installed, SITE, "b"), 403, LEGACY, LEGACY);
}

#[test]
fn legacy_token_and_unknown_site_is_saved() {
    let world = world(Legacy::All, None);
    expect(&world, &world.secret_signed(Event::Installed, SITE, "a", "x"), 204, "none", LEGACY);
}

#[test]
fn legacy_token_that_is_invalid_is_forbidden() {
    let world = world(Legacy::All, Some(legacy_install));
    expect(&world, &world.secret_signed(Event::Installed, SITE, "b", "x"), 403, LEGACY, LEGACY);
}

#[test]
fn legacy_token_that_is_valid_updates_the_site() {
    let world = world(Legacy::All, Some(legacy_install));
    let after = "Enabled Legacy ba acme.atlassian.net";
    expect(&world, &world.secret_signed(Event::Installed, SITE, "b", "a"), 204, LEGACY, after);
}

#[test]
fn legacy_of_known_sites_only_takes_an_update_and_no_first_install() {
    let first = world(Legacy::All, Some(legacy_install));
    let update = first.secret_signed(Event::Installed, SITE, "b", "a");
    assert_eq!(step(&first, &update).0, 204);
    let strict = world(Legacy::KnownTenants, None);
    expect(&strict, &legacy_install(&strict), 403, "none", "none");
    expect(&strict, &strict.secret_signed(Event::Installed, SITE, "a", "x"), 403, "none", "none");
    expect(&strict, &signed_install(&strict), 204, "none", SIGNED);
}

#[test]
fn after_a_signed_install_no_legacy_call_of_the_site_is_taken_again() {
    for legacy in [Legacy::KnownTenants, Legacy::All] {
        let world = world(legacy, Some(signed_install));
        expect(&world, &world.draft(Event::Installed, SITE, "b"), 403, SIGNED, SIGNED);
        expect(&world, &world.secret_signed(Event::Installed, SITE, "b", "a"), 403, SIGNED, SIGNED);
        expect(&world, &world.secret_signed(Event::Uninstalled, SITE, "", "a"), 403, SIGNED, SIGNED);
        let gone = "Uninstalled Signed -- acme.atlassian.net";
        expect(&world, &world.signed(Event::Uninstalled, SITE, ""), 204, SIGNED, gone);
        expect(&world, &world.draft(Event::Installed, SITE, "b"), 403, gone, gone);
        expect(&world, &world.secret_signed(Event::Installed, SITE, "b", "a"), 403, gone, gone);
        let again = "Enabled Signed b- acme.atlassian.net";
        expect(&world, &world.signed(Event::Installed, SITE, "b"), 204, gone, again);
    }
}

#[test]
fn a_signed_install_takes_over_a_legacy_one() {
    let world = world(Legacy::All, Some(legacy_install));
    // The secret before was never proved to be the site's, so it does not stay good.
    let after = "Enabled Signed b- acme.atlassian.net";
    expect(&world, &world.signed(Event::Installed, SITE, "b"), 204, LEGACY, after);
}

#[test]
fn a_legacy_site_that_is_gone_comes_back_with_the_secret_it_had_and_with_no_other() {
    let world = world(Legacy::All, Some(legacy_install));
    let gone = "Uninstalled Legacy a- acme.atlassian.net";
    expect(&world, &world.secret_signed(Event::Uninstalled, SITE, "", "x"), 403, LEGACY, LEGACY);
    expect(&world, &world.secret_signed(Event::Uninstalled, SITE, "", "a"), 204, LEGACY, gone);
    expect(&world, &world.secret_signed(Event::Installed, SITE, "b", "x"), 403, gone, gone);
    expect(&world, &world.draft(Event::Installed, SITE, "b"), 403, gone, gone);
    let back = "Enabled Legacy b- acme.atlassian.net";
    expect(&world, &world.secret_signed(Event::Installed, SITE, "b", "a"), 204, gone, back);
}

#[test]
fn a_signed_uninstall_of_an_unknown_site_is_answered_and_makes_no_row() {
    let world = world(Legacy::Off, None);
    expect(&world, &world.signed(Event::Uninstalled, SITE, ""), 204, "none", "none");
}

#[test]
fn an_uninstall_that_proves_nothing_is_refused() {
    let signed = world(Legacy::Off, Some(signed_install));
    expect(&signed, &signed.draft(Event::Uninstalled, SITE, ""), 401, SIGNED, SIGNED);
    expect(&signed, &signed.secret_signed(Event::Uninstalled, SITE, "", "a"), 401, SIGNED, SIGNED);
    let legacy = world(Legacy::All, Some(legacy_install));
    expect(&legacy, &legacy.draft(Event::Uninstalled, SITE, ""), 403, LEGACY, LEGACY);
    let unknown = world(Legacy::All, None);
    expect(&unknown, &unknown.draft(Event::Uninstalled, SITE, ""), 403, "none", "none");
    expect(&unknown, &unknown.secret_signed(Event::Uninstalled, SITE, "", "x"), 403, "none", "none");
}

#[test]
fn enabled_and_disabled_are_taken_with_the_secret_only() {
    let world = world(Legacy::Off, Some(signed_install));
    let off = "Disabled Signed a- acme.atlassian.net";
    expect(&world, &world.draft(Event::Disabled, SITE, ""), 401, SIGNED, SIGNED);
    expect(&world, &world.signed(Event::Disabled, SITE, ""), 401, SIGNED, SIGNED);
    expect(&world, &world.secret_signed(Event::Disabled, SITE, "", "x"), 401, SIGNED, SIGNED);
    expect(&world, &world.secret_signed(Event::Disabled, SITE, "", "a"), 204, SIGNED, off);
    expect(&world, &world.secret_signed(Event::Enabled, SITE, "", "a"), 204, off, SIGNED);
    let unknown = World::new(Legacy::All);
    expect(&unknown, &unknown.secret_signed(Event::Enabled, SITE, "", "a"), 401, "none", "none");
}

#[test]
fn a_site_that_is_gone_is_switched_neither_on_nor_off() {
    let world = world(Legacy::All, Some(legacy_install));
    let gone = "Uninstalled Legacy a- acme.atlassian.net";
    expect(&world, &world.secret_signed(Event::Uninstalled, SITE, "", "a"), 204, LEGACY, gone);
    expect(&world, &world.secret_signed(Event::Enabled, SITE, "", "a"), 401, gone, gone);
}
