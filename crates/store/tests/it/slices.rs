//! Slices of limits: what is leased adds up to the whole, whoever dies gives it back, and what was spent stays counted.

use bowline_core::port::{Hold, Slice, SliceAsk, Slices};

use crate::backend::on_every_database;
use crate::given::{Given, at};

on_every_database! {
    who_is_alone_has_everything
    a_second_one_gets_its_part_as_soon_as_the_first_has_let_go
    parts_follow_what_is_wanted
    what_is_in_use_is_not_given_away
    a_slice_that_is_not_leased_again_is_free
    many_at_once_never_have_more_than_the_whole
    what_was_spent_is_known_to_all_and_outlives_its_owner
    another_window_begins_at_nothing
    a_wait_is_known_to_all_until_it_is_over
    what_is_over_is_forgotten
}

fn ask(owner: &str, second: i64) -> SliceAsk {
    SliceAsk {
        name: "con_1".into(),
        owner: owner.into(),
        wants: 10,
        keeps: 0,
        spent: 0,
        seen: 0,
        size: 0,
        resets: None,
        now: at(second),
        until: at(second + 3),
    }
}

async fn lease(given: &Given, ask: SliceAsk) -> Slice {
    given.store.lease(&[ask]).await.unwrap().remove(0)
}

async fn part(given: &Given, ask: SliceAsk) -> u32 {
    lease(given, ask).await.part
}

async fn who_is_alone_has_everything(given: Given) {
    for second in 0..3 {
        assert_eq!(lease(&given, ask("a", second)).await, Slice { part: 100, fair: 100, ..Slice::default() });
    }
    let other = SliceAsk { name: "con_2".into(), ..ask("b", 2) };
    let both = given.store.lease(&[other, ask("a", 2)]).await.unwrap();
    assert_eq!(both.iter().map(|slice| slice.part).collect::<Vec<_>>(), [100, 100], "another limit");
}

async fn a_second_one_gets_its_part_as_soon_as_the_first_has_let_go(given: Given) {
    assert_eq!(part(&given, ask("a", 0)).await, 100);
    assert_eq!(part(&given, ask("b", 0)).await, 0);
    assert_eq!(part(&given, ask("a", 1)).await, 50);
    assert_eq!(part(&given, ask("b", 1)).await, 50);
}

async fn parts_follow_what_is_wanted(given: Given) {
    let wants = |owner, wants| SliceAsk { wants, ..ask(owner, 0) };
    part(&given, wants("a", 30)).await;
    part(&given, wants("b", 10)).await;
    assert_eq!(part(&given, wants("a", 30)).await, 80);
    assert_eq!(part(&given, wants("b", 10)).await, 20);
    assert_eq!(part(&given, wants("a", 1_000)).await, 80, "no more than is free");
    assert_eq!(part(&given, wants("b", 1)).await, 10, "everybody has something");
    assert_eq!(part(&given, wants("a", 1_000)).await, 90);
}

async fn what_is_in_use_is_not_given_away(given: Given) {
    part(&given, ask("a", 0)).await;
    part(&given, ask("b", 0)).await;
    assert_eq!(part(&given, SliceAsk { keeps: 80, ..ask("a", 1) }).await, 80);
    assert_eq!(part(&given, ask("b", 1)).await, 20);
    assert_eq!(part(&given, ask("a", 2)).await, 50);
    assert_eq!(part(&given, ask("b", 2)).await, 50);
}

async fn a_slice_that_is_not_leased_again_is_free(given: Given) {
    part(&given, ask("a", 0)).await;
    part(&given, ask("b", 2)).await;
    assert_eq!(part(&given, ask("b", 3)).await, 100);
    assert_eq!(part(&given, ask("a", 3)).await, 0, "it has to wait as everybody");
}

async fn many_at_once_never_have_more_than_the_whole(given: Given) {
    for second in 0..8 {
        let asks: Vec<_> = (0..6).map(|owner| (format!("p{owner}"), owner)).collect();
        let leased = futures_util::future::join_all(asks.iter().map(|(owner, number)| {
            part(&given, SliceAsk { wants: 1 + number * second, ..ask(owner, i64::from(second)) })
        }));
        let parts = leased.await;
        assert!(parts.iter().sum::<u32>() <= 100, "{parts:?}");
        assert!(second < 3 || parts.iter().all(|part| *part >= 10), "{parts:?}");
    }
}

fn spent(owner: &str, spent: i64, second: i64) -> SliceAsk {
    let name = "app/x".to_owned();
    SliceAsk { name, spent, size: 65_000, resets: Some(at(3_600)), ..ask(owner, second) }
}

async fn what_was_spent_is_known_to_all_and_outlives_its_owner(given: Given) {
    lease(&given, SliceAsk { seen: 64_000, ..spent("a", 100, 0) }).await;
    let unknowing = SliceAsk { size: 0, resets: None, ..spent("b", 0, 1) };
    let told = lease(&given, unknowing).await;
    assert_eq!((told.others, told.seen, told.quota), (100, 64_000, Some((65_000, at(3_600)))));
    lease(&given, spent("b", 7, 1)).await;
    let late = lease(&given, SliceAsk { resets: Some(at(3_599)), ..spent("c", 0, 60) }).await;
    assert_eq!((late.part, late.others), (100, 107), "two are gone; what they spent is not");
}

async fn another_window_begins_at_nothing(given: Given) {
    lease(&given, SliceAsk { seen: 64_000, ..spent("a", 100, 3_599) }).await;
    let next = SliceAsk { resets: Some(at(7_200)), ..spent("b", 3, 3_600) };
    let told = lease(&given, next.clone()).await;
    assert_eq!((told.others, told.seen, told.quota), (0, 0, Some((65_000, at(7_200)))));
    let late = lease(&given, spent("a", 100, 3_601)).await;
    assert_eq!((late.others, late.seen, late.quota), (3, 0, Some((65_000, at(7_200)))));
}

async fn a_wait_is_known_to_all_until_it_is_over(given: Given) {
    let hold = |what: &str, until| Hold { name: "con_1".into(), what: what.into(), until: at(until) };
    given.store.hold(&hold("account", 30)).await.unwrap();
    given.store.hold(&hold("account", 20)).await.unwrap();
    given.store.hold(&hold("operation/x", 9)).await.unwrap();
    let mut holds = lease(&given, ask("b", 8)).await.holds;
    holds.sort();
    assert_eq!(holds, [("account".to_owned(), at(30)), ("operation/x".to_owned(), at(9))]);
    assert_eq!(lease(&given, ask("b", 9)).await.holds, [("account".to_owned(), at(30))]);
    assert_eq!(lease(&given, ask("b", 30)).await.holds, []);
}

async fn what_is_over_is_forgotten(given: Given) {
    lease(&given, ask("a", 0)).await;
    lease(&given, spent("a", 9, 0)).await;
    given.store.hold(&Hold { name: "con_1".into(), what: "account".into(), until: at(30) }).await.unwrap();
    assert_eq!(given.store.forget_slices(at(2)).await.unwrap(), 0);
    // Two rows of the connection, the anchor of the quota; what was spent of it counts until the hour is over.
    assert_eq!(given.store.forget_slices(at(29)).await.unwrap(), 3);
    assert_eq!(lease(&given, spent("b", 0, 29)).await.others, 9);
    assert_eq!(given.store.forget_slices(at(3_600)).await.unwrap(), 4);
}
