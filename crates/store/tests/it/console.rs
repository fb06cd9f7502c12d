//! The console: bounded lists, newest first.

use bowline_core::commit::{Change, Commit};
use bowline_core::event::InboxState;
use bowline_core::finding::{Cause, FindingState};
use bowline_core::page::{Page, PageAsk};
use bowline_core::port::{Commits, Console, InboxFilter, ShareFilter, StoreError};
use bowline_core::secret::Sealed;
use bowline_core::share::ShareState;
use bowline_core::{ConnectionId, code};

use crate::backend::on_every_database;
use crate::given::{Given, at};

on_every_database! {
    shares_are_listed_newest_first_page_by_page
    shares_are_filtered_by_profile_state_and_item
    shares_are_counted_by_state
    findings_are_listed_open_ones_first_and_the_most_recent_first
    activity_is_listed_newest_first_page_by_page
    deliveries_are_listed_newest_first_without_their_bodies
    deliveries_are_filtered_by_connection_and_state
    a_page_is_never_larger_than_a_thousand_nor_smaller_than_one
    a_place_that_no_page_ended_with_is_refused
}

/// Walks all pages and says how long each was.
async fn walk<T, F: Future<Output = Result<Page<T>, StoreError>>>(
    limit: u32,
    ask: impl Fn(PageAsk) -> F,
) -> (Vec<T>, Vec<usize>) {
    let (mut items, mut sizes, mut after) = (Vec::new(), Vec::new(), None);
    loop {
        let page = ask(PageAsk { after, limit }).await.unwrap();
        sizes.push(page.items.len());
        items.extend(page.items);
        after = page.next;
        if after.is_none() {
            return (items, sizes);
        }
    }
}

async fn shares_are_listed_newest_first_page_by_page(given: Given) {
    let profile = given.profile().await;
    let mut expected = Vec::new();
    for n in 0..7 {
        expected.insert(0, given.share(&profile, &n.to_string(), &n.to_string()).await);
    }
    let store = &given.store;
    let ask = |page| async move { store.shares(given.tenant, &ShareFilter::default(), &page).await };
    let (shares, sizes) = walk(3, ask).await;
    assert_eq!((shares, sizes), (expected.clone(), vec![3, 3, 1]));
    let (shares, sizes) = walk(7, ask).await;
    assert_eq!((shares, sizes), (expected, vec![7]));
}

async fn shares_are_filtered_by_profile_state_and_item(given: Given) {
    let profile = given.profile().await;
    let second = given.new_profile("second", profile.left, profile.right);
    given.write(vec![Change::PutProfile(Box::new(second.clone()))]).await;
    let one = given.share(&profile, "1", "100").await;
    let two = given.share(&second, "1", "200").await;
    let three = given.share(&profile, "2", "1").await;
    given.write(vec![Change::Unlink(three.id)]).await;
    let list = async |filter: ShareFilter| {
        let page = given.store.shares(given.tenant, &filter, &PageAsk::default()).await.unwrap();
        page.items.into_iter().map(|share| share.id).collect::<Vec<_>>()
    };
    let all = ShareFilter::default;
    assert_eq!(list(ShareFilter { profile: Some(profile.id), ..all() }).await, [three.id, one.id]);
    assert_eq!(list(ShareFilter { state: Some(ShareState::Active), ..all() }).await, [two.id, one.id]);
    assert_eq!(list(ShareFilter { state: Some(ShareState::Unlinked), ..all() }).await, [three.id]);
    assert_eq!(list(ShareFilter { state: Some(ShareState::Broken), ..all() }).await, []);
    for (item, expected) in [
        ("1", vec![three.id, two.id, one.id]),
        ("ACME-1", vec![two.id, one.id]),
        ("200", vec![two.id]),
        ("ACME", vec![]),
    ] {
        assert_eq!(list(ShareFilter { item: Some(item.into()), ..all() }).await, expected, "{item}");
    }
    let narrow = ShareFilter {
        profile: Some(profile.id),
        state: Some(ShareState::Active),
        item: Some("ACME-1".into()),
    };
    assert_eq!(list(narrow).await, [one.id]);
}

async fn shares_are_counted_by_state(given: Given) {
    let profile = given.profile().await;
    for n in 0..3 {
        given.share(&profile, &n.to_string(), &n.to_string()).await;
    }
    let gone = given.share(&profile, "9", "9").await;
    given.write(vec![Change::Unlink(gone.id)]).await;
    let counts = given.store.share_counts(given.tenant).await.unwrap();
    let expected = ShareState::ALL.map(|state| match state {
        ShareState::Active => (state, 3),
        ShareState::Unlinked => (state, 1),
        _ => (state, 0),
    });
    assert_eq!(counts, expected);
}

async fn findings_are_listed_open_ones_first_and_the_most_recent_first(given: Given) {
    let entity = given.item("1");
    let cause = |n: i64| Cause::of(code::SYNC_FIELD_REFUSED).about(n.to_string());
    for (n, seconds) in [(0, 5), (1, 9), (2, 1), (3, 9), (4, 20), (5, 30)] {
        let raise = Change::Raise(Box::new(given.new_occurrence(cause(n), Some(entity.clone()))));
        given.store.commit(Commit { at: at(seconds), ..given.commit(vec![raise]) }).await.unwrap();
    }
    given
        .write(vec![Change::SettleCause { key: cause(4).key() }, Change::SettleCause { key: cause(5).key() }])
        .await;
    let store = &given.store;
    for (all, expected) in [(false, vec!["3", "1", "0", "2"]), (true, vec!["3", "1", "0", "2", "5", "4"])] {
        for limit in [1, 2, 50] {
            let ask = |page| async move { store.findings(given.tenant, all, &page).await };
            let (findings, _) = walk(limit, ask).await;
            let subjects: Vec<_> =
                findings.iter().map(|finding| finding.cause.subject.as_deref().unwrap()).collect();
            assert_eq!(subjects, expected, "all: {all}, {limit} a page");
            assert!(findings.iter().all(|f| all || f.state == FindingState::Open));
        }
    }
}

async fn activity_is_listed_newest_first_page_by_page(given: Given) {
    let profile = given.profile().await;
    let share = given.share(&profile, "1", "2").await;
    let mut expected = Vec::new();
    for n in 0..5 {
        let mut line = given.new_line(&share);
        if n == 2 {
            line.target = None;
            line.delay_us = None;
            line.code = Some(code::SYNC_CONFLICT_DECIDED);
        }
        given.write(vec![Change::Note(Box::new(line.clone()))]).await;
        expected.insert(0, line);
    }
    let store = &given.store;
    let (lines, sizes) = walk(2, |page| async move { store.activity(given.tenant, &page).await }).await;
    assert_eq!((lines, sizes), (expected, vec![2, 2, 1]));
}

async fn deliveries_are_listed_newest_first_without_their_bodies(given: Given) {
    let connection = given.id(ConnectionId::new);
    let mut expected = Vec::new();
    for n in 0..4 {
        let mut row = given.new_delivery(connection, &given.item("1"), &n.to_string());
        row.state = InboxState::Parked;
        row.body = Some(Sealed(vec![1]));
        given.write(vec![Change::AddInbox(Box::new(row.clone()))]).await;
        row.body = None;
        expected.insert(0, row);
    }
    let store = &given.store;
    let ask = |page| async move { store.inbox(given.tenant, &InboxFilter::default(), &page).await };
    let (rows, sizes) = walk(3, ask).await;
    assert_eq!((rows, sizes), (expected, vec![3, 1]));
}

async fn deliveries_are_filtered_by_connection_and_state(given: Given) {
    let (here, there) = (given.id(ConnectionId::new), given.id(ConnectionId::new));
    let mut ids = Vec::new();
    for (connection, state) in
        [(here, InboxState::Pending), (here, InboxState::Ignored), (there, InboxState::Pending)]
    {
        let mut row = given.new_delivery(connection, &given.item("1"), "d1");
        row.entity = (state == InboxState::Pending).then(|| given.item("1"));
        row.state = state;
        ids.push(row.id);
        given.write(vec![Change::AddInbox(Box::new(row))]).await;
    }
    let list = async |connection, state| {
        let filter = InboxFilter { connection, state };
        let page = given.store.inbox(given.tenant, &filter, &PageAsk::default()).await.unwrap();
        page.items.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(list(Some(here), None).await, [ids[1], ids[0]]);
    assert_eq!(list(None, Some(InboxState::Pending)).await, [ids[2], ids[0]]);
    assert_eq!(list(Some(here), Some(InboxState::Pending)).await, [ids[0]]);
    assert_eq!(list(Some(there), Some(InboxState::Done)).await, []);
}

async fn a_page_is_never_larger_than_a_thousand_nor_smaller_than_one(given: Given) {
    let connection = given.id(ConnectionId::new);
    let rows = (0..1_001).map(|n| {
        Change::AddInbox(Box::new(given.new_delivery(connection, &given.item("1"), &n.to_string())))
    });
    given.write(rows.collect()).await;
    for (limit, expected) in [(0, 1), (u32::MAX, 1_000)] {
        let ask = PageAsk { after: None, limit };
        let page = given.store.inbox(given.tenant, &InboxFilter::default(), &ask).await.unwrap();
        assert_eq!((page.items.len(), page.next.is_some()), (expected, true));
    }
}

async fn a_place_that_no_page_ended_with_is_refused(given: Given) {
    let ask = PageAsk { after: Some("1; DROP TABLE shares".into()), limit: 1 };
    let refused = |outcome: Option<StoreError>| matches!(outcome, Some(StoreError::NotFound("page")));
    assert!(refused(given.store.shares(given.tenant, &ShareFilter::default(), &ask).await.err()));
    assert!(refused(given.store.findings(given.tenant, true, &ask).await.err()));
    assert!(refused(given.store.activity(given.tenant, &ask).await.err()));
    assert!(refused(given.store.inbox(given.tenant, &InboxFilter::default(), &ask).await.err()));
}
