//! The registry: tenants, connections, profiles, tokens, and how hashed keys find them.

use bowline_core::commit::{ApiToken, Change, DirectoryKind};
use bowline_core::connection::{Health, Identity};
use bowline_core::port::{Desk, DirectoryEntry, Registry, StoreError};
use bowline_core::share::ShareState;
use bowline_core::work::{Entity, Lane};
use bowline_core::{TokenId, code};

use crate::backend::on_every_database;
use crate::given::{Given, at, conflict, touch};

on_every_database! {
    tenants_are_listed_by_name_and_names_are_unique
    a_connection_comes_back_as_it_was_stored_and_each_change_raises_its_revision
    of_two_changes_from_one_revision_the_second_is_refused_and_a_dropped_row_does_not_come_back
    connections_and_profiles_have_unique_names_in_their_tenant
    an_era_of_a_connection_ends_once_and_changes_nothing_else
    health_changes_nothing_else_of_a_connection
    what_a_call_told_about_a_connection_is_nothing_once_that_was_changed
    a_connection_that_a_profile_uses_cannot_be_dropped
    a_dropped_connection_takes_its_keys_its_watermark_and_its_sweep_with_it
    a_profile_comes_back_as_it_was_stored_and_each_change_raises_its_revision
    a_profile_needs_its_connections
    a_profile_with_shares_cannot_be_dropped
    a_profile_whose_shares_no_longer_tie_takes_them_with_it
    a_directory_key_leads_to_what_it_was_last_put_for
    keys_come_to_their_end_once_and_those_of_others_do_not
    a_directory_key_of_another_tenant_is_not_taken_over
    tokens_are_listed_by_name_and_a_dropped_one_takes_its_hash_with_it
}

async fn tenants_are_listed_by_name_and_names_are_unique(given: Given) {
    let other = given.other();
    given.write(vec![Change::AddTenant(given.new_tenant("zeta"))]).await;
    other.write(vec![Change::AddTenant(other.new_tenant("alpha"))]).await;
    let expected = [other.new_tenant("alpha"), given.new_tenant("zeta")];
    assert_eq!(given.store.tenants().await.unwrap(), expected);
    let third = given.other();
    let outcome = third.try_write(vec![Change::AddTenant(third.new_tenant("zeta"))]).await;
    assert_eq!(conflict(outcome), "tenant");
}

async fn a_connection_comes_back_as_it_was_stored_and_each_change_raises_its_revision(given: Given) {
    let mut connection = given.new_connection("jira");
    for revision in 1..=3 {
        given.write(vec![Change::PutConnection(Box::new(connection.clone()))]).await;
        connection.revision = revision;
        let stored = given.store.connection(given.tenant, connection.id).await.unwrap();
        assert_eq!(stored, Some(connection.clone()));
        connection.name = format!("jira {revision}");
        connection.health = Health::NeedsAttention { code: code::AUTH_REJECTED };
        connection.identity = Some(Identity { id: "5b".into(), name: "Bowline".into() });
        connection.settings.clear();
    }
    assert_eq!(given.store.connections(given.tenant).await.unwrap().len(), 1);
}

async fn of_two_changes_from_one_revision_the_second_is_refused_and_a_dropped_row_does_not_come_back(
    given: Given,
) {
    let id = given.profile().await.id;
    let profile = given.store.profile(given.tenant, id).await.unwrap().unwrap();
    let connection = given.store.connection(given.tenant, profile.left).await.unwrap().unwrap();
    let rename = |name: &str| {
        let (mut profile, mut connection) = (profile.clone(), connection.clone());
        (profile.document, connection.browse_url) = (name.to_owned(), name.to_owned());
        [Change::PutConnection(Box::new(connection)), Change::PutProfile(Box::new(profile))]
    };
    given.write(rename("first").to_vec()).await;
    for change in rename("second") {
        assert_eq!(conflict(given.try_write(vec![change]).await), "revision");
    }
    let stored = given.store.connection(given.tenant, connection.id).await.unwrap().unwrap();
    assert_eq!((stored.browse_url.as_str(), stored.revision), ("first", 2));
    let stored = given.store.profile(given.tenant, id).await.unwrap().unwrap();
    assert_eq!((stored.document.as_str(), stored.revision), ("first", 2));

    given.write(vec![Change::DropProfile(id), Change::DropConnection(connection.id)]).await;
    let mut changes = rename("third").to_vec();
    changes.reverse();
    for change in changes {
        assert_eq!(conflict(given.try_write(vec![change]).await), "revision");
    }
    assert_eq!(given.store.connection(given.tenant, connection.id).await.unwrap(), None);
    assert_eq!(given.store.profile(given.tenant, id).await.unwrap(), None);
}

async fn connections_and_profiles_have_unique_names_in_their_tenant(given: Given) {
    let profile = given.profile().await;
    let twin = Change::PutConnection(Box::new(given.new_connection("left")));
    assert_eq!(conflict(given.try_write(vec![twin]).await), "connection");
    let twin = Change::PutProfile(Box::new(given.new_profile("both", profile.left, profile.right)));
    assert_eq!(conflict(given.try_write(vec![twin]).await), "profile");
    given.other().profile().await;
    let names = |connections: Vec<bowline_core::connection::Connection>| {
        connections.into_iter().map(|connection| connection.name).collect::<Vec<_>>()
    };
    assert_eq!(names(given.store.connections(given.tenant).await.unwrap()), ["left", "right"]);
}

async fn health_changes_nothing_else_of_a_connection(given: Given) {
    let mut connection = given.new_connection("jira");
    given.write(vec![Change::PutConnection(Box::new(connection.clone()))]).await;
    connection.revision = 1;
    let identity = Identity { id: "5b".into(), name: "Bowline".into() };
    for known in [Some(identity.clone()), None] {
        let change =
            Change::Health { connection: connection.id, revision: 1, health: Health::Ok, identity: known };
        given.write(vec![change]).await;
        connection.health = Health::Ok;
        connection.identity = Some(identity.clone());
        let stored = given.store.connection(given.tenant, connection.id).await.unwrap();
        assert_eq!(stored, Some(connection.clone()));
    }
}

async fn what_a_call_told_about_a_connection_is_nothing_once_that_was_changed(given: Given) {
    let mut connection = given.new_connection("jira");
    given.write(vec![Change::PutConnection(Box::new(connection.clone()))]).await;
    connection.revision = 1;
    given.write(vec![Change::PutConnection(Box::new(connection.clone()))]).await;
    let health = Health::NeedsAttention { code: bowline_core::code::AUTH_REJECTED };
    let late = Change::Health { connection: connection.id, revision: 1, health, identity: None };
    given.write(vec![late]).await;
    connection.revision = 2;
    assert_eq!(given.store.connection(given.tenant, connection.id).await.unwrap(), Some(connection));
}

async fn an_era_of_a_connection_ends_once_and_changes_nothing_else(given: Given) {
    let mut connection = given.new_connection("jira");
    let other = Change::PutConnection(Box::new(given.new_connection("other")));
    given.write(vec![Change::PutConnection(Box::new(connection.clone())), other]).await;
    let outdate = |era| vec![Change::Outdate { connection: connection.id, era }];
    // Two find it out at once; the second one says nothing new.
    for _ in 0..2 {
        given.write(outdate(0)).await;
    }
    (connection.revision, connection.era) = (1, 1);
    let stored = given.store.connection(given.tenant, connection.id).await.unwrap();
    assert_eq!(stored.as_ref(), Some(&connection));
    given.write(vec![Change::PutConnection(Box::new(stored.unwrap()))]).await;
    given.write(vec![Change::Outdate { connection: connection.id, era: 1 }]).await;
    (connection.revision, connection.era) = (2, 2);
    let stored = given.store.connection(given.tenant, connection.id).await.unwrap();
    assert_eq!(stored.as_ref(), Some(&connection), "a change of the connection leaves the era");
    let all = given.store.connections(given.tenant).await.unwrap();
    assert_eq!(all.iter().map(|one| one.era).sum::<i64>(), 2, "the other one's goes on");
}

async fn a_connection_that_a_profile_uses_cannot_be_dropped(given: Given) {
    let profile = given.profile().await;
    for id in [profile.left, profile.right] {
        let outcome = given.try_write(vec![Change::DropConnection(id)]).await;
        assert_eq!(conflict(outcome), "a profile uses the connection");
    }
    given.write(vec![Change::DropProfile(profile.id), Change::DropConnection(profile.left)]).await;
    assert_eq!(given.store.connection(given.tenant, profile.left).await.unwrap(), None);
}

async fn a_dropped_connection_takes_its_keys_its_watermark_and_its_sweep_with_it(given: Given) {
    let (gone, kept) = (given.new_connection("gone"), given.new_connection("kept"));
    for (connection, byte) in [(&gone, 1), (&kept, 2)] {
        given
            .write(vec![
                Change::PutConnection(Box::new(connection.clone())),
                Change::PutDirectory {
                    kind: DirectoryKind::Hook,
                    hash: [byte; 32],
                    id: connection.id.to_string(),
                    until: None,
                },
                Change::Watermark { connection: connection.id, at: at(0) },
                touch(&Entity::Sweep(connection.id), Lane::Sweep, 0),
            ])
            .await;
    }
    given.write(vec![Change::DropConnection(gone.id)]).await;
    let found = async |byte| given.store.directory(DirectoryKind::Hook, &[byte; 32]).await.unwrap().is_some();
    assert_eq!((found(1).await, found(2).await), (false, true));
    assert_eq!(given.store.watermark(given.tenant, gone.id).await.unwrap(), None);
    assert_eq!(given.store.watermark(given.tenant, kept.id).await.unwrap(), Some(at(0)));
    let claims = given.claim(0, 5).await;
    assert_eq!(claims.into_iter().map(|claim| claim.entity).collect::<Vec<_>>(), [Entity::Sweep(kept.id)]);
}

async fn a_profile_comes_back_as_it_was_stored_and_each_change_raises_its_revision(given: Given) {
    let mut profile = given.profile().await;
    profile.revision = 1;
    assert_eq!(given.store.profile(given.tenant, profile.id).await.unwrap(), Some(profile.clone()));
    profile.document = "schema = 1 # changed".into();
    std::mem::swap(&mut profile.left, &mut profile.right);
    given.write(vec![Change::PutProfile(Box::new(profile.clone()))]).await;
    profile.revision = 2;
    assert_eq!(given.store.profiles(given.tenant).await.unwrap(), [profile]);
}

async fn a_profile_needs_its_connections(given: Given) {
    let connection = given.new_connection("left");
    let profile = given.new_profile("both", connection.id, given.id(bowline_core::ConnectionId::new));
    let changes = vec![Change::PutConnection(Box::new(connection)), Change::PutProfile(Box::new(profile))];
    let outcome = given.try_write(changes).await;
    assert!(matches!(outcome, Err(StoreError::NotFound("connection"))), "{outcome:?}");
}

async fn a_profile_with_shares_cannot_be_dropped(given: Given) {
    let profile = given.profile().await;
    let share = given.share(&profile, "1", "2").await;
    let outcome = given.try_write(vec![Change::DropProfile(profile.id)]).await;
    assert_eq!(conflict(outcome), "the profile has shares");
    assert!(given.store.view(given.tenant, share.id).await.unwrap().is_some());
}

async fn a_profile_whose_shares_no_longer_tie_takes_them_with_it(given: Given) {
    let profile = given.profile().await;
    let unlinked = given.share(&profile, "1", "2").await;
    let mut gone = given.new_share(&profile, "3", "4");
    gone.state = ShareState::Tombstoned;
    let pair = given.new_pair(&unlinked, bowline_core::item::Side::Left, "c1", None);
    given
        .write(vec![
            Change::PutPair(Box::new(pair)),
            Change::Unlink(unlinked.id),
            Change::PutShare(Box::new(gone.clone())),
        ])
        .await;
    given.write(vec![Change::DropProfile(profile.id)]).await;
    assert_eq!(given.store.profile(given.tenant, profile.id).await.unwrap(), None);
    for id in [unlinked.id, gone.id] {
        assert_eq!(given.store.view(given.tenant, id).await.unwrap(), None);
    }
}

async fn a_directory_key_leads_to_what_it_was_last_put_for(given: Given) {
    let put = |kind, id: &str, until| Change::PutDirectory { kind, hash: [7; 32], id: id.to_owned(), until };
    given.write(vec![put(DirectoryKind::Hook, "one", None), put(DirectoryKind::Token, "two", None)]).await;
    given.write(vec![put(DirectoryKind::Hook, "three", Some(at(9)))]).await;
    let find = async |kind| given.store.directory(kind, &[7; 32]).await.unwrap();
    let expected = DirectoryEntry { tenant: given.tenant, id: "three".into(), until: Some(at(9)) };
    assert_eq!(find(DirectoryKind::Hook).await, Some(expected));
    assert_eq!(find(DirectoryKind::Token).await.unwrap().id, "two");
}

async fn keys_come_to_their_end_once_and_those_of_others_do_not(given: Given) {
    let (hook, token) = (DirectoryKind::Hook, DirectoryKind::Token);
    let put =
        |byte, kind, id: &str| Change::PutDirectory { kind, hash: [byte; 32], id: id.into(), until: None };
    let end = |until| Change::EndDirectory { kind: hook, id: "mine".into(), until: at(until) };
    let until =
        async |byte, kind| given.store.directory(kind, &[byte; 32]).await.unwrap().map(|entry| entry.until);
    given.write(vec![put(1, hook, "mine"), put(2, hook, "other"), put(3, token, "mine")]).await;
    given.other().write(vec![end(1)]).await;
    assert_eq!(until(1, hook).await, Some(None), "another tenant's word changes nothing");
    given.write(vec![end(5), put(4, hook, "mine")]).await;
    assert_eq!((until(1, hook).await, until(4, hook).await), (Some(Some(at(5))), Some(None)));
    given.write(vec![end(9)]).await;
    assert_eq!((until(1, hook).await, until(4, hook).await), (None, Some(Some(at(9)))));
    assert_eq!((until(2, hook).await, until(3, token).await), (Some(None), Some(None)));
}

async fn a_directory_key_of_another_tenant_is_not_taken_over(given: Given) {
    let other = given.other();
    let put = |id: &str| Change::PutDirectory {
        kind: DirectoryKind::Hook,
        hash: [7; 32],
        id: id.to_owned(),
        until: None,
    };
    given.write(vec![put("mine")]).await;
    assert_eq!(conflict(other.try_write(vec![put("theirs")]).await), "directory key");
    let entry = given.store.directory(DirectoryKind::Hook, &[7; 32]).await.unwrap().unwrap();
    assert_eq!((entry.tenant, entry.id.as_str()), (given.tenant, "mine"));
}

async fn tokens_are_listed_by_name_and_a_dropped_one_takes_its_hash_with_it(given: Given) {
    let token = |name: &str| ApiToken {
        id: given.id(TokenId::new),
        name: name.to_owned(),
        scopes: vec!["admin".into(), "share:read".into()],
        created_at: at(0),
    };
    let (zeta, alpha) = (token("zeta"), token("alpha"));
    let directory = Change::PutDirectory {
        kind: DirectoryKind::Token,
        hash: [1; 32],
        id: zeta.id.to_string(),
        until: None,
    };
    given.write(vec![Change::AddToken(zeta.clone()), Change::AddToken(alpha.clone()), directory]).await;
    assert_eq!(given.store.tokens(given.tenant).await.unwrap(), [alpha, zeta.clone()]);
    assert_eq!(given.store.token(given.tenant, zeta.id).await.unwrap(), Some(zeta.clone()));
    assert_eq!(conflict(given.try_write(vec![Change::AddToken(zeta.clone())]).await), "token");
    given.write(vec![Change::DropToken(zeta.id)]).await;
    assert_eq!(given.store.token(given.tenant, zeta.id).await.unwrap(), None);
    assert_eq!(given.store.directory(DirectoryKind::Token, &[1; 32]).await.unwrap(), None);
}
