//! Retention: what has lived long enough goes, everything else stays.

use bowline_core::command::CommandState;
use bowline_core::commit::{Change, Commit, Loser};
use bowline_core::event::InboxState;
use bowline_core::finding::Cause;
use bowline_core::item::Side;
use bowline_core::page::PageAsk;
use bowline_core::port::{Commits, Console, Desk, InboxFilter, Retention};
use bowline_core::secret::Sealed;
use bowline_core::{ConnectionId, EventId, code};

use crate::backend::on_every_database;
use crate::given::{Given, at};

on_every_database! {
    closed_and_parked_deliveries_go_after_seven_days_and_pending_ones_never
    a_delivery_that_expired_may_come_again
    settled_commands_go_after_thirty_days_and_running_ones_never
    activity_goes_after_thirty_days
    losers_of_conflicts_go_when_they_expire
    resolved_findings_go_after_thirty_days_and_open_ones_never
    no_more_than_the_limit_of_each_kind_goes_at_once_over_all_tenants
}

const DAY: i64 = 24 * 60 * 60;

async fn expire(given: &Given, now: i64) -> u64 {
    given.store.expire(at(now), 1_000).await.unwrap()
}

/// Expiry goes from tenant to tenant, so the tenant must exist.
async fn settled(given: &Given, name: &str) {
    given.write(vec![Change::AddTenant(given.new_tenant(name))]).await;
}

async fn closed_and_parked_deliveries_go_after_seven_days_and_pending_ones_never(given: Given) {
    settled(&given, "one").await;
    let connection = given.id(ConnectionId::new);
    let [done, parked, pending] =
        [InboxState::Pending, InboxState::Parked, InboxState::Pending].map(|state| {
            let mut row = given.new_delivery(connection, &given.item("1"), "");
            row.hint.as_mut().unwrap().delivery = None;
            row.state = state;
            row
        });
    given.write([&done, &parked, &pending].map(|row| Change::AddInbox(Box::new(row.clone()))).into()).await;
    let close = Change::CloseInbox { ids: vec![done.id], state: InboxState::Done, outcome: "synced".into() };
    given.store.commit(Commit { at: at(2 * DAY), ..given.commit(vec![close]) }).await.unwrap();
    let left = async || {
        let page =
            given.store.inbox(given.tenant, &InboxFilter::default(), &PageAsk::default()).await.unwrap();
        page.items.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(expire(&given, 7 * DAY).await, 0);
    assert_eq!(expire(&given, 7 * DAY + 1).await, 1);
    assert_eq!(left().await, [pending.id, done.id]);
    assert_eq!(expire(&given, 9 * DAY).await, 1);
    assert_eq!(expire(&given, 900 * DAY).await, 0);
    assert_eq!(left().await, [pending.id]);
}

async fn a_delivery_that_expired_may_come_again(given: Given) {
    settled(&given, "one").await;
    let connection = given.id(ConnectionId::new);
    let row = given.new_delivery(connection, &given.item("1"), "d1");
    given.write(vec![Change::AddInbox(Box::new(row.clone()))]).await;
    let close = Change::CloseInbox { ids: vec![row.id], state: InboxState::Done, outcome: String::new() };
    given.write(vec![close]).await;
    assert_eq!(expire(&given, 7 * DAY).await, 1);
    let again = given.new_delivery(connection, &given.item("1"), "d1");
    given.write(vec![Change::AddInbox(Box::new(again.clone()))]).await;
    assert_eq!(given.store.pending(given.tenant, &given.item("1")).await.unwrap(), [again]);
}

async fn settled_commands_go_after_thirty_days_and_running_ones_never(given: Given) {
    settled(&given, "one").await;
    let profile = given.profile().await;
    let share = given.share(&profile, "1", "2").await;
    let (running, done) = (given.new_command(&share), given.new_command(&share));
    let settle = Change::SettleCommand { id: done.id, state: CommandState::Verified, code: None };
    given
        .write(vec![
            Change::AddCommand(Box::new(running.clone())),
            Change::AddCommand(Box::new(done)),
            settle,
        ])
        .await;
    assert_eq!(expire(&given, 30 * DAY - 1).await, 0);
    assert_eq!(expire(&given, 30 * DAY).await, 1);
    assert_eq!(expire(&given, 900 * DAY).await, 0);
    assert_eq!(given.store.view(given.tenant, share.id).await.unwrap().unwrap().sending, [running]);
}

async fn activity_goes_after_thirty_days(given: Given) {
    settled(&given, "one").await;
    let profile = given.profile().await;
    let share = given.share(&profile, "1", "2").await;
    let (old, mut young) = (given.new_line(&share), given.new_line(&share));
    young.at = at(3 * DAY);
    given.write(vec![Change::Note(Box::new(old)), Change::Note(Box::new(young.clone()))]).await;
    assert_eq!(expire(&given, 30 * DAY).await, 0);
    assert_eq!(expire(&given, 32 * DAY).await, 1);
    let page = given.store.activity(given.tenant, &PageAsk::default()).await.unwrap();
    assert_eq!(page.items, [young]);
}

async fn losers_of_conflicts_go_when_they_expire(given: Given) {
    settled(&given, "one").await;
    let loser = |seconds| {
        Change::KeepLoser(Box::new(Loser {
            id: given.id(EventId::new),
            share: given.id(bowline_core::ShareId::new),
            field: "summary".into(),
            side: Side::Left,
            sealed: Sealed(vec![1]),
            expires_at: at(seconds),
        }))
    };
    given.write(vec![loser(5), loser(9)]).await;
    assert_eq!(expire(&given, 4).await, 0);
    assert_eq!(expire(&given, 5).await, 1);
    assert_eq!(expire(&given, 9).await, 1);
}

async fn resolved_findings_go_after_thirty_days_and_open_ones_never(given: Given) {
    settled(&given, "one").await;
    let (one, two) = (given.item("1"), given.item("2"));
    let raise = |field: &str, entity: &_| {
        let cause = Cause::of(code::SYNC_FIELD_REFUSED).about(field);
        Change::Raise(Box::new(given.new_occurrence(cause, Some(Clone::clone(entity)))))
    };
    let settle = Change::Settle { entity: one.clone(), except: vec![] };
    given.write(vec![raise("a", &one), raise("b", &two), settle]).await;
    assert_eq!(expire(&given, 30 * DAY - 1).await, 0);
    assert_eq!(expire(&given, 30 * DAY).await, 1);
    assert_eq!(expire(&given, 900 * DAY).await, 0);
    let page = given.store.findings(given.tenant, true, &PageAsk::default()).await.unwrap();
    assert_eq!(page.items.len(), 1);
}

async fn no_more_than_the_limit_of_each_kind_goes_at_once_over_all_tenants(given: Given) {
    for (name, given) in [("one", given.clone()), ("two", given.other())] {
        settled(&given, name).await;
        let profile = given.profile().await;
        let share = given.share(&profile, "1", "2").await;
        let rows = (0..5).flat_map(|n| {
            let mut row = given.new_delivery(profile.left, &given.item("1"), &n.to_string());
            row.state = InboxState::Ignored;
            [Change::AddInbox(Box::new(row)), Change::Note(Box::new(given.new_line(&share)))]
        });
        given.write(rows.collect()).await;
    }
    let mut gone = Vec::new();
    for _ in 0..4 {
        gone.push(given.store.expire(at(900 * DAY), 4).await.unwrap());
    }
    assert_eq!(gone, [8, 8, 4, 0]);
}
