//! The inbox: deliveries kept as hints, each once.

use bowline_core::commit::Change;
use bowline_core::event::{InboxRow, InboxState};
use bowline_core::port::{Console, Desk};
use bowline_core::secret::Sealed;
use bowline_core::work::Entity;
use bowline_core::{ConnectionId, ShareId};
use futures_util::future::join_all;

use crate::backend::on_every_database;
use crate::given::{Given, at};

on_every_database! {
    a_delivery_comes_back_as_it_was_stored
    second_delivery_of_the_same_event_is_ignored
    the_same_delivery_may_concern_two_entities_and_two_connections
    deliveries_without_a_vendor_id_are_all_kept
    a_moved_delivery_is_found_under_its_new_entity_and_its_repetition_is_still_ignored
    two_deliveries_of_one_event_may_move_to_one_entity
    closed_deliveries_are_no_longer_pending_and_keep_their_outcome
    the_sealed_body_lives_no_longer_than_the_parking
    pending_deliveries_come_oldest_first_and_at_most_two_hundred
    hundreds_of_deliveries_at_once_are_all_kept_once
}

fn add(row: &InboxRow) -> Change {
    Change::AddInbox(Box::new(row.clone()))
}

async fn pending(given: &Given, entity: &Entity) -> Vec<InboxRow> {
    given.store.pending(given.tenant, entity).await.unwrap()
}

async fn a_delivery_comes_back_as_it_was_stored(given: Given) {
    let connection = given.id(ConnectionId::new);
    let row = given.new_delivery(connection, &given.item("1"), "d1");
    let parked = InboxRow {
        entity: None,
        hint: None,
        state: InboxState::Parked,
        outcome: Some("not JSON at byte 17".into()),
        body: Some(Sealed(vec![0, 255, 3])),
        ..given.new_delivery(connection, &given.item("1"), "unused")
    };
    given.write(vec![add(&row), add(&parked)]).await;
    assert_eq!(given.store.delivery(given.tenant, row.id).await.unwrap(), Some(row.clone()));
    assert_eq!(given.store.delivery(given.tenant, parked.id).await.unwrap(), Some(parked));
    assert_eq!(pending(&given, &given.item("1")).await, [row]);
}

async fn second_delivery_of_the_same_event_is_ignored(given: Given) {
    let connection = given.id(ConnectionId::new);
    let entity = given.item("1");
    let first = given.new_delivery(connection, &entity, "d1");
    given.write(vec![add(&first)]).await;
    given.write(vec![add(&given.new_delivery(connection, &entity, "d1"))]).await;
    let close = Change::CloseInbox { ids: vec![first.id], state: InboxState::Done, outcome: "synced".into() };
    given.write(vec![close]).await;
    given.write(vec![add(&given.new_delivery(connection, &entity, "d1"))]).await;
    assert_eq!(pending(&given, &entity).await, [], "it was dealt with");
}

async fn the_same_delivery_may_concern_two_entities_and_two_connections(given: Given) {
    let (here, there) = (given.id(ConnectionId::new), given.id(ConnectionId::new));
    let (one, two) = (given.item("1"), given.item("2"));
    given
        .write(vec![
            add(&given.new_delivery(here, &one, "d1")),
            add(&given.new_delivery(here, &two, "d1")),
            add(&given.new_delivery(there, &one, "d1")),
        ])
        .await;
    assert_eq!((pending(&given, &one).await.len(), pending(&given, &two).await.len()), (2, 1));
}

async fn deliveries_without_a_vendor_id_are_all_kept(given: Given) {
    let connection = given.id(ConnectionId::new);
    let entity = given.item("1");
    for _ in 0..2 {
        let mut row = given.new_delivery(connection, &entity, "");
        row.hint.as_mut().unwrap().delivery = None;
        given.write(vec![add(&row)]).await;
    }
    assert_eq!(pending(&given, &entity).await.len(), 2);
}

async fn a_moved_delivery_is_found_under_its_new_entity_and_its_repetition_is_still_ignored(given: Given) {
    let connection = given.id(ConnectionId::new);
    let (item, share) = (given.item("1"), Entity::Share(given.id(ShareId::new)));
    let row = given.new_delivery(connection, &item, "d1");
    given.write(vec![add(&row)]).await;
    given.write(vec![Change::MoveInbox { ids: vec![row.id], entity: share.clone() }]).await;
    given.write(vec![add(&given.new_delivery(connection, &item, "d1"))]).await;
    assert_eq!(pending(&given, &item).await, []);
    assert_eq!(pending(&given, &share).await, [InboxRow { entity: Some(share.clone()), ..row }]);
}

async fn two_deliveries_of_one_event_may_move_to_one_entity(given: Given) {
    let connection = given.id(ConnectionId::new);
    let share = Entity::Share(given.id(ShareId::new));
    let rows = ["1", "2"].map(|id| given.new_delivery(connection, &given.item(id), "d1"));
    let ids = rows.iter().map(|row| row.id).collect();
    given.write(rows.iter().map(add).collect()).await;
    given.write(vec![Change::MoveInbox { ids, entity: share.clone() }]).await;
    assert_eq!(pending(&given, &share).await.len(), 2);
}

async fn closed_deliveries_are_no_longer_pending_and_keep_their_outcome(given: Given) {
    let connection = given.id(ConnectionId::new);
    let entity = given.item("1");
    let rows: Vec<_> = (0..3).map(|n| given.new_delivery(connection, &entity, &n.to_string())).collect();
    given.write(rows.iter().map(add).collect()).await;
    let ids = vec![rows[0].id, rows[2].id];
    let close = Change::CloseInbox { ids, state: InboxState::Ignored, outcome: "not routed".into() };
    given.write(vec![close]).await;
    assert_eq!(pending(&given, &entity).await, [rows[1].clone()]);
    let closed = given.store.delivery(given.tenant, rows[2].id).await.unwrap().unwrap();
    assert_eq!((closed.state, closed.outcome.as_deref()), (InboxState::Ignored, Some("not routed")));
}

async fn the_sealed_body_lives_no_longer_than_the_parking(given: Given) {
    let mut row = given.new_delivery(given.id(ConnectionId::new), &given.item("1"), "d1");
    row.state = InboxState::Parked;
    row.body = Some(Sealed(vec![1]));
    given.write(vec![add(&row)]).await;
    let close = |state| Change::CloseInbox { ids: vec![row.id], state, outcome: "seen".into() };
    given.write(vec![close(InboxState::Parked)]).await;
    assert_eq!(given.store.delivery(given.tenant, row.id).await.unwrap().unwrap().body, row.body);
    given.write(vec![close(InboxState::Done)]).await;
    assert_eq!(given.store.delivery(given.tenant, row.id).await.unwrap().unwrap().body, None);
}

async fn pending_deliveries_come_oldest_first_and_at_most_two_hundred(given: Given) {
    let connection = given.id(ConnectionId::new);
    let entity = given.item("1");
    let rows = (0..205).map(|n| {
        let mut row = given.new_delivery(connection, &entity, &n.to_string());
        row.received_at = at(1_000 - n);
        add(&row)
    });
    given.write(rows.collect()).await;
    let found = pending(&given, &entity).await;
    assert_eq!(found.len(), 200);
    assert_eq!(found[0].received_at, at(796));
    assert!(found.is_sorted_by_key(|row| row.received_at));
}

async fn hundreds_of_deliveries_at_once_are_all_kept_once(given: Given) {
    let whose = [given.clone(), given.other(), given.other()];
    let connection = given.id(ConnectionId::new);
    join_all((0..300).map(|n| {
        let given = &whose[n % 3];
        let entity = given.item(&(n % 20).to_string());
        // Each event comes twice.
        let row = given.new_delivery(connection, &entity, &(n / 6).to_string());
        given.write(vec![add(&row), crate::given::touch(&entity, bowline_core::work::Lane::Live, 0)])
    }))
    .await;
    let expected: std::collections::BTreeSet<_> = (0..300).map(|n| (n % 3, n % 20, n / 6)).collect();
    let mut kept = 0;
    for given in &whose {
        for n in 0..20 {
            kept += pending(given, &given.item(&n.to_string())).await.len();
        }
    }
    assert_eq!(kept, expected.len());
    let touched: i64 = given.claim(0, 100).await.iter().map(|claim| claim.touched).sum();
    assert_eq!(touched, 300, "no touch is lost");
}
