//! The desk: what a worker reads about a share and around it.

use bowline_core::code;
use bowline_core::command::{CommandKind, CommandState};
use bowline_core::comment::PairState;
use bowline_core::commit::Change;
use bowline_core::item::Side;
use bowline_core::port::Desk;
use bowline_core::profile::ProfileState;
use bowline_core::work::Entity;

use crate::backend::on_every_database;
use crate::given::{Given, at, conflict};

on_every_database! {
    a_view_holds_the_share_its_pending_deliveries_its_running_commands_and_its_pairs
    a_view_of_nothing_is_nothing
    a_settled_command_is_no_longer_in_the_view
    a_command_whose_outcome_is_open_counts_as_sent_when_it_was_heard_of_last
    a_command_is_journaled_once
    a_changed_pair_replaces_the_stored_one
    shares_are_found_by_the_item_at_either_end_whatever_their_state
    a_share_is_found_by_the_comment_at_either_end
    a_watermark_is_what_it_was_last_set_to
    active_profiles_are_found_by_either_connection
}

async fn a_view_holds_the_share_its_pending_deliveries_its_running_commands_and_its_pairs(given: Given) {
    let profile = given.profile().await;
    let (share, other) = (given.share(&profile, "1", "2").await, given.share(&profile, "3", "4").await);
    let row = given.new_delivery(profile.left, &Entity::Share(share.id), "d1");
    let (first, mut second) = (given.new_command(&share), given.new_command(&share));
    second.sent_at = at(1);
    second.kind = CommandKind::Comment;
    second.before = None;
    second.comment = Some("c1".into());
    let pairs = [
        given.new_pair(&share, Side::Left, "c1", None),
        given.new_pair(&share, Side::Left, "c2", Some("m2")),
        given.new_pair(&share, Side::Right, "c1", Some("m1")),
    ];
    let mut changes: Vec<_> = pairs.iter().map(|pair| Change::PutPair(Box::new(pair.clone()))).collect();
    changes.extend([
        Change::AddInbox(Box::new(row.clone())),
        Change::AddInbox(Box::new(given.new_delivery(profile.left, &Entity::Share(other.id), "d1"))),
        Change::AddCommand(Box::new(first.clone())),
        Change::AddCommand(Box::new(second.clone())),
        Change::AddCommand(Box::new(given.new_command(&other))),
        Change::PutPair(Box::new(given.new_pair(&other, Side::Left, "c1", None))),
    ]);
    given.write(changes).await;
    let view = given.store.view(given.tenant, share.id).await.unwrap().unwrap();
    assert_eq!(view.share, share);
    assert_eq!(view.inbox, [row]);
    assert_eq!(view.sending, [second, first]);
    assert_eq!(view.pairs, pairs);
}

async fn a_view_of_nothing_is_nothing(given: Given) {
    assert_eq!(given.store.view(given.tenant, given.id(bowline_core::ShareId::new)).await.unwrap(), None);
}

async fn a_settled_command_is_no_longer_in_the_view(given: Given) {
    let profile = given.profile().await;
    let share = given.share(&profile, "1", "2").await;
    let states =
        [CommandState::Verified, CommandState::Partial, CommandState::Refused, CommandState::Dropped];
    for state in states {
        let command = given.new_command(&share);
        given.write(vec![Change::AddCommand(Box::new(command.clone()))]).await;
        assert_eq!(
            given.store.view(given.tenant, share.id).await.unwrap().unwrap().sending,
            std::slice::from_ref(&command)
        );
        let code = Some(code::TOOL_REFUSED);
        given.write(vec![Change::SettleCommand { id: command.id, state, code }]).await;
        assert_eq!(given.store.view(given.tenant, share.id).await.unwrap().unwrap().sending, []);
    }
}

async fn a_command_whose_outcome_is_open_counts_as_sent_when_it_was_heard_of_last(given: Given) {
    let profile = given.profile().await;
    let share = given.share(&profile, "1", "2").await;
    let command = given.new_command(&share);
    let (id, state, code) = (command.id, CommandState::Sending, Some(code::NET_TIMEOUT));
    given.write(vec![Change::AddCommand(Box::new(command.clone()))]).await;
    given.write(vec![Change::SettleCommand { id, state, code: code.clone() }]).await;
    let open = given.store.view(given.tenant, share.id).await.unwrap().unwrap().sending;
    assert_ne!(command.sent_at, at(0));
    assert_eq!(open, [bowline_core::command::Command { sent_at: at(0), code, ..command }]);
}

async fn a_command_is_journaled_once(given: Given) {
    let profile = given.profile().await;
    let command = given.new_command(&given.share(&profile, "1", "2").await);
    let add = Change::AddCommand(Box::new(command));
    given.write(vec![add.clone()]).await;
    assert_eq!(conflict(given.try_write(vec![add]).await), "command");
}

async fn a_changed_pair_replaces_the_stored_one(given: Given) {
    let profile = given.profile().await;
    let share = given.share(&profile, "1", "2").await;
    let mut pair = given.new_pair(&share, Side::Right, "c1", None);
    given.write(vec![Change::PutPair(Box::new(pair.clone()))]).await;
    pair.left.id = Some("m1".into());
    pair.left.body = Some(crate::given::print_of(8));
    pair.left.seen_at = Some(at(9));
    pair.right.seen_at = None;
    pair.state = PairState::Tombstoned;
    given.write(vec![Change::PutPair(Box::new(pair.clone()))]).await;
    assert_eq!(given.store.view(given.tenant, share.id).await.unwrap().unwrap().pairs, [pair]);
}

async fn shares_are_found_by_the_item_at_either_end_whatever_their_state(given: Given) {
    let profile = given.profile().await;
    let (one, two, three) = (
        given.share(&profile, "1", "2").await,
        given.share(&profile, "2", "1").await,
        given.share(&profile, "3", "3").await,
    );
    given.write(vec![Change::Unlink(two.id)]).await;
    let find = async |connection, items: &[&str]| {
        let items: Vec<_> = items.iter().map(|&item| item.to_owned()).collect();
        let shares = given.store.shares_of(given.tenant, connection, &items).await.unwrap();
        shares.into_iter().map(|share| share.id).collect::<Vec<_>>()
    };
    assert_eq!(find(profile.left, &["1"]).await, [one.id]);
    assert_eq!(find(profile.left, &["2"]).await, [two.id]);
    assert_eq!(find(profile.right, &["1", "2", "3", "4"]).await, [one.id, two.id, three.id]);
    assert_eq!(find(profile.left, &["4", "ACME-1"]).await, []);
    assert_eq!(find(profile.left, &[]).await, []);
    // A profile may tie two items of one tool; then a share can be met at both of its ends.
    let within = given.new_profile("within", profile.left, profile.left);
    given.write(vec![Change::PutProfile(Box::new(within.clone()))]).await;
    let inner = given.share(&within, "8", "9").await;
    assert_eq!(find(profile.left, &["8", "9"]).await, [inner.id]);
}

async fn a_share_is_found_by_the_comment_at_either_end(given: Given) {
    let profile = given.profile().await;
    let (one, two) = (given.share(&profile, "1", "2").await, given.share(&profile, "3", "4").await);
    let pairs = [
        given.new_pair(&one, Side::Left, "c1", Some("m1")),
        given.new_pair(&two, Side::Right, "c1", Some("m2")),
        given.new_pair(&two, Side::Left, "c3", None),
    ];
    given.write(pairs.into_iter().map(|pair| Change::PutPair(Box::new(pair))).collect()).await;
    let find = async |connection, comment: &str| {
        given.store.share_of_comment(given.tenant, connection, comment).await.unwrap()
    };
    assert_eq!(find(profile.left, "c1").await, Some(one.id));
    assert_eq!(find(profile.right, "m1").await, Some(one.id));
    assert_eq!(find(profile.right, "c1").await, Some(two.id));
    assert_eq!(find(profile.left, "m2").await, Some(two.id));
    assert_eq!(find(profile.left, "c3").await, Some(two.id));
    assert_eq!(find(profile.left, "m1").await, None);
    assert_eq!(find(profile.right, "c3").await, None);
}

async fn a_watermark_is_what_it_was_last_set_to(given: Given) {
    let connection = given.id(bowline_core::ConnectionId::new);
    let mark = async || given.store.watermark(given.tenant, connection).await.unwrap();
    assert_eq!(mark().await, None);
    for seconds in [5, 9, 2] {
        given.write(vec![Change::Watermark { connection, at: at(seconds) }]).await;
        assert_eq!(mark().await, Some(at(seconds)));
    }
}

async fn active_profiles_are_found_by_either_connection(given: Given) {
    let mut profile = given.profile().await;
    let found = async |connection| given.store.profiles_of(given.tenant, connection).await.unwrap();
    profile.revision = 1;
    assert_eq!(found(profile.left).await, [profile.clone()]);
    assert_eq!(found(profile.right).await, [profile.clone()]);
    assert_eq!(found(given.id(bowline_core::ConnectionId::new)).await, []);
    profile.state = ProfileState::Paused;
    given.write(vec![Change::PutProfile(Box::new(profile.clone()))]).await;
    assert_eq!(found(profile.left).await, []);
}
