//! What becomes of a row, and what is answered.

use super::*;

#[test]
fn an_update_says_who_did_it_and_a_rename_moves_the_row_without_making_another() {
    let world = World::new(Legacy::Off);
    assert_eq!(world.call(&world.signed(Event::Installed, SITE, "a")).status(), StatusCode::NO_CONTENT);
    let renamed = with_body(world.signed(Event::Installed, SITE, "a"), |body| {
        body["baseUrl"] = json!("https://renamed.atlassian.net/");
        body["oauthClientId"] = json!(null);
    });
    world.watch.pass(1);
    match world.call(&renamed) {
        Outcome::Done(done) => {
            assert_eq!((done.changed, done.by.as_deref()), (Changed::Updated, Some("admin")));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(world.row(SITE), "Enabled Signed a- renamed.atlassian.net");
    // An import gives the old address to another client key: two rows, never one.
    let imported = with_body(world.signed(Event::Installed, OTHER, "o"), |body| {
        body["baseUrl"] = json!("https://renamed.atlassian.net");
    });
    assert_eq!(world.call(&imported).status(), StatusCode::NO_CONTENT);
    assert_eq!(world.row(SITE), "Enabled Signed a- renamed.atlassian.net");
    assert_eq!(world.row(OTHER), "Enabled Signed o- renamed.atlassian.net");
}

#[test]
fn the_same_secret_again_keeps_what_is_left_of_the_window() {
    let world = World::new(Legacy::Off);
    for letter in ["a", "b", "b"] {
        assert_eq!(
            world.call(&world.signed(Event::Installed, SITE, letter)).status(),
            StatusCode::NO_CONTENT
        );
        world.watch.pass(100);
    }
    assert_eq!(world.row(SITE), "Enabled Signed ba acme.atlassian.net");
    world.watch.pass(200);
    assert_eq!(world.call(&world.signed(Event::Installed, SITE, "b")).status(), StatusCode::NO_CONTENT);
    assert_eq!(world.row(SITE), "Enabled Signed b- acme.atlassian.net");
}

#[test]
fn a_secret_that_was_replaced_changes_nothing_any_more() {
    let world = World::new(Legacy::All);
    assert_eq!(world.call(&world.draft(Event::Installed, SITE, "a")).status(), StatusCode::NO_CONTENT);
    let update = world.secret_signed(Event::Installed, SITE, "b", "a");
    assert_eq!(world.call(&update).status(), StatusCode::NO_CONTENT);
    let row = world.row(SITE);
    for event in [Event::Installed, Event::Uninstalled, Event::Disabled] {
        world.watch.pass(1);
        let status = world.call(&world.secret_signed(event, SITE, "c", "a")).status();
        assert!(status == StatusCode::FORBIDDEN || status == StatusCode::UNAUTHORIZED, "{event:?}");
        assert_eq!(world.row(SITE), row, "{event:?}");
    }
}

#[test]
fn every_refusal_is_answered_with_the_same_bytes() {
    let world = World::new(Legacy::Off);
    assert_eq!(world.call(&world.signed(Event::Installed, SITE, "a")).status(), StatusCode::NO_CONTENT);
    let wrong = |draft: Draft| Draft { token: Some("a.b.c".to_owned()), ..draft };
    let drafts = [
        world.draft(Event::Installed, SITE, "a"),
        world.draft(Event::Installed, OTHER, "a"),
        wrong(world.draft(Event::Installed, SITE, "a")),
        world.secret_signed(Event::Installed, SITE, "a", "a"),
        world.secret_signed(Event::Enabled, SITE, "", "x"),
        world.secret_signed(Event::Enabled, OTHER, "", "x"),
        with_token(&world, header(), |claims| claims["aud"] = json!("https://other.example")),
    ];
    let answers = drafts.iter().map(|draft| {
        let answer = world.call(draft).answer("com.example.app");
        format!("{:?} {:?} {:?}", answer.status(), answer.headers(), answer.body())
    });
    let answers: Vec<String> = answers.collect();
    assert!(
        answers[0].contains("401") && answers[0].contains("JWT realm=\\\"com.example.app\\\""),
        "{}",
        answers[0]
    );
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[test]
fn the_secret_before_is_good_for_a_quarter_of_an_hour_whatever_is_set() {
    for (set, seconds) in [(3_600, 900), (60, 60), (-60, 0)] {
        let window = SignedDuration::from_secs(set);
        let world = World::with(Legacy::Off, Arc::new(MemoryInstallations::default()), window);
        for letter in ["a", "b"] {
            let status = world.call(&world.signed(Event::Installed, "site", letter)).status();
            assert_eq!(status, StatusCode::NO_CONTENT);
        }
        let found = now(world.store.find(&ClientKey::parse("site").unwrap())).unwrap().unwrap();
        let previous = found.installation.previous.as_ref().unwrap();
        assert_eq!(previous.until, world.watch.now() + SignedDuration::from_secs(seconds), "{set}");
    }
}

#[test]
fn an_address_for_people_is_a_plain_one_of_https_or_is_not_kept() {
    let world = World::new(Legacy::Off);
    let shown = |url: &str| {
        let draft =
            with_body(world.signed(Event::Installed, "site", "a"), |body| body["displayUrl"] = json!(url));
        assert_eq!(world.call(&draft).status(), StatusCode::NO_CONTENT, "{url}");
        let found = now(world.store.find(&ClientKey::parse("site").unwrap())).unwrap().unwrap();
        found.installation.display_url.clone()
    };
    assert_eq!(shown("https://jira.acme.example/a/?b#c").as_deref(), Some("https://jira.acme.example/a"));
    for url in
        ["http://jira.acme.example", "https://*.acme.example", "https://a'b.example", "jira.acme.example", ""]
    {
        assert_eq!(shown(url), None, "{url}");
    }
}
