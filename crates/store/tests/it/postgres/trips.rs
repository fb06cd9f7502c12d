//! How often the store waits for PostgreSQL: what it costs to have the database elsewhere.

use bowline_connect::installation::Installations as _;
use bowline_core::command::CommandState;
use bowline_core::commit::Change;
use bowline_core::event::InboxState;
use bowline_core::port::{Commits, Desk, WorkQueue};
use bowline_core::share::Share;
use bowline_core::work::{Entity, Lane, Lanes};
use bowline_core::{ConnectionId, EventId};

use super::relay::Relay;
use super::silence::behind;
use crate::backend::{Backend, Fresh};
use crate::given::{Given, touch};
use crate::installations::{installed, key, put, sites};

/// What a share goes through when something happens to it: a delivery, a claim, a look, a journal row, the end. The
/// round trips of each.
async fn event(relay: &Relay, given: &Given, share: &Share) -> [u64; 5] {
    let entity = &Entity::Share(share.id);
    let mut before = relay.trips();
    let mut since = || {
        let trips = relay.trips();
        trips - std::mem::replace(&mut before, trips)
    };
    let connection = given.id(ConnectionId::new);
    let delivery = given.id(EventId::new).to_string();
    let row = given.new_delivery(connection, entity, &delivery);
    given.write(vec![Change::AddInbox(Box::new(row)), touch(entity, Lane::Live, 0)]).await;
    let delivered = since();
    let claim = given.claim(0, 5).await.remove(0);
    let claimed = since();
    let view = given.store.view(given.tenant, share.id).await.unwrap().unwrap();
    let viewed = since();
    let command = given.new_command(share);
    let id = command.id;
    given.write_under(&claim, vec![Change::AddCommand(Box::new(command))]).await.unwrap();
    let journaled = since();
    let mut end = given.commit(vec![
        Change::PutShare(Box::new(view.share)),
        Change::SettleCommand { id, state: CommandState::Verified, code: None },
        Change::CloseInbox {
            ids: view.inbox.iter().map(|row| row.id).collect(),
            state: InboxState::Done,
            outcome: "synced".to_owned(),
        },
        Change::Ack(claim.clone()),
    ]);
    end.fence = Some(claim.fence());
    given.store.commit(end).await.unwrap();
    [delivered, claimed, viewed, journaled, since()]
}

#[tokio::test]
async fn what_happens_to_a_share_waits_for_the_database_eight_times() {
    let (fresh, relay) = (Fresh::new(Backend::Postgres).await, Relay::new().await);
    let given = behind(&relay, &fresh).await;
    let profile = given.profile().await;
    let share = given.share(&profile, "1", "2").await;
    let look_up = async || {
        given.store.next_due(Lanes::Sync).await.unwrap();
        given.store.shares_of(given.tenant, profile.left, &["1".to_owned()]).await.unwrap();
    };
    // The first time statements are prepared.
    event(&relay, &given, &share).await;
    look_up().await;
    assert_eq!(event(&relay, &given, &share).await, [1, 2, 1, 2, 2]);
    let before = relay.trips();
    look_up().await;
    assert_eq!(relay.trips() - before, 2);
    given.store.close().await;
    fresh.drop().await;
}

#[tokio::test]
async fn a_refusal_waits_for_the_database_as_often_whether_or_not_the_site_is_known() {
    let (fresh, relay) = (Fresh::new(Backend::Postgres).await, Relay::new().await);
    let given = behind(&relay, &fresh).await;
    let sites = sites(&given, None).await;
    put(&sites, installed("known", "https://acme.atlassian.net")).await;
    let trips = async |client_key: &str| {
        let before = relay.trips();
        let found = sites.find(&key(client_key)).await.unwrap();
        sites.spend(found.as_ref()).await.unwrap();
        (found.is_some(), relay.trips() - before)
    };
    // The first time statements are prepared, and a key is unwrapped.
    trips("known").await;
    trips("unknown").await;
    let (known, unknown) = (trips("known").await, trips("unknown").await);
    assert_eq!((known.0, unknown.0), (true, false));
    assert_eq!(known.1, unknown.1, "round trips");
    given.store.close().await;
    fresh.drop().await;
}
