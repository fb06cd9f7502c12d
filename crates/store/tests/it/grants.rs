//! Grants, the registrations they were given to, and browser sign-ins under way.

use bowline_core::commit::{Change, DirectoryKind};
use bowline_core::connection::Identity;
use bowline_core::grant::{
    Authorization, Grant, GrantEvent, GrantEventKind, GrantState, OauthClient, Provider,
};
use bowline_core::kept::Kept;
use bowline_core::page::PageAsk;
use bowline_core::port::{Grants, KeptNames as _, Registry as _, Retention as _, StoreError, WorkQueue as _};
use bowline_core::secret::Sealed;
use bowline_core::work::{Entity, Lane, Lanes};
use bowline_core::{AuthorizationId, EventId, GrantId, OauthClientId, SecretId, code};

use crate::backend::on_every_database;
use crate::given::{Given, at, conflict, touch};

on_every_database! {
    a_grant_comes_back_as_it_was_stored_and_only_from_the_revision_it_was_read_at
    one_person_has_one_grant_for_one_registration
    a_registration_with_a_grant_cannot_be_dropped
    a_sign_in_is_used_once_and_takes_its_key_with_it
    what_belongs_to_a_grant_is_another_tenants_nothing
    grants_are_claimed_from_their_own_lanes_callers_first
    a_history_is_newest_first_and_old_lines_and_unused_sign_ins_go
    what_is_known_of_a_kept_name_goes_with_it_or_with_its_grant
}

async fn client(given: &Given) -> OauthClient {
    let client = OauthClient {
        tenant: given.tenant,
        id: given.id(OauthClientId::new),
        name: "app".into(),
        provider: Provider::AtlassianCloud,
        issuer: "https://auth.example".into(),
        api_url: None,
        client_id: "abc".into(),
        secret: given.id(SecretId::new),
        scopes: vec!["offline_access".into()],
        revision: 0,
        created_at: at(0),
    };
    given.write(vec![Change::PutOauthClient(Box::new(client.clone()))]).await;
    OauthClient { revision: 1, ..client }
}

fn new_grant(given: &Given, client: &OauthClient, subject: Option<&str>) -> Grant {
    Grant {
        tenant: given.tenant,
        id: given.id(GrantId::new),
        client: client.id,
        subject: subject.map(|id| Identity { id: id.into(), name: "Ada".into() }),
        redirect_uri: Some("https://b.example/authorize/callback".into()),
        scopes: vec!["read:jira-work".into()],
        state: GrantState::Active,
        reason: Some(code::AUTH_GRANT_ENDED),
        words: Some("ä 🪢".into()),
        since: at(1),
        secret: Some(given.id(SecretId::new)),
        version: 3,
        consented_at: Some(at(2)),
        rotated_at: Some(at(3)),
        used_at: None,
        access_until: Some(at(4)),
        idle_until: None,
        ends_at: Some(at(5)),
        attempt: Some(bowline_core::grant::Attempt { started_at: at(6), sends: 2, unsure: true }),
        fails: 4,
        retry_at: Some(at(7)),
        warned: Some(30),
        personal: true,
        revision: 0,
        created_at: at(0),
    }
}

async fn stored(given: &Given, id: GrantId) -> Option<Grant> {
    given.store.grant(given.tenant, id).await.unwrap()
}

async fn a_grant_comes_back_as_it_was_stored_and_only_from_the_revision_it_was_read_at(given: Given) {
    let client = client(&given).await;
    assert_eq!(given.store.oauth_client(given.tenant, client.id).await.unwrap(), Some(client.clone()));
    let grant = new_grant(&given, &client, Some("acc"));
    given.write(vec![Change::PutGrant(Box::new(grant.clone()))]).await;
    let read = stored(&given, grant.id).await.unwrap();
    assert_eq!(read, Grant { revision: 1, ..grant });
    let renewed = Grant { version: 4, ..read.clone() };
    given.write(vec![Change::PutGrant(Box::new(renewed.clone()))]).await;
    let late = given.try_write(vec![Change::PutGrant(Box::new(read))]).await;
    assert_eq!(conflict(late), "revision");
    assert_eq!(stored(&given, renewed.id).await, Some(Grant { revision: 2, ..renewed.clone() }));
    given.write(vec![Change::DropGrant(renewed.id)]).await;
    let gone = given.try_write(vec![Change::PutGrant(Box::new(Grant { revision: 2, ..renewed }))]).await;
    assert_eq!(conflict(gone), "revision", "a dropped grant does not come back");
}

async fn one_person_has_one_grant_for_one_registration(given: Given) {
    let client = client(&given).await;
    let one = new_grant(&given, &client, Some("acc"));
    given.write(vec![Change::PutGrant(Box::new(one.clone()))]).await;
    let twin = new_grant(&given, &client, Some("acc"));
    let outcome = given.try_write(vec![Change::PutGrant(Box::new(twin.clone()))]).await;
    assert_eq!(conflict(outcome), "grant of the same person");
    let found = given.store.grant_of(given.tenant, client.id, "acc").await.unwrap();
    assert_eq!(found.map(|grant| grant.id), Some(one.id));
    assert_eq!(given.store.grant_of(given.tenant, client.id, "other").await.unwrap(), None);
    // Grants that nobody has consented to yet may be many.
    for _ in 0..2 {
        given.write(vec![Change::PutGrant(Box::new(new_grant(&given, &client, None)))]).await;
    }
    let revoked = Grant { state: GrantState::Revoked, revision: 1, ..one };
    given.write(vec![Change::PutGrant(Box::new(revoked))]).await;
    given.write(vec![Change::PutGrant(Box::new(twin))]).await;
    let page = PageAsk { limit: 3, after: None };
    let first = given.store.grants(given.tenant, &page).await.unwrap();
    let rest = given.store.grants(given.tenant, &PageAsk { after: first.next, ..page }).await.unwrap();
    assert_eq!((first.items.len(), rest.items.len()), (3, 1));
}

async fn a_registration_with_a_grant_cannot_be_dropped(given: Given) {
    let client = client(&given).await;
    let grant = new_grant(&given, &client, None);
    given.write(vec![Change::PutGrant(Box::new(grant.clone()))]).await;
    let refused = given.try_write(vec![Change::DropOauthClient(client.id)]).await;
    assert_eq!(conflict(refused), "a grant was given to the OAuth client");
    given.write(vec![Change::DropGrant(grant.id), Change::DropOauthClient(client.id)]).await;
    assert!(given.store.oauth_clients(given.tenant).await.unwrap().is_empty());
    let orphan = given.try_write(vec![Change::PutGrant(Box::new(grant))]).await;
    assert!(matches!(orphan, Err(StoreError::NotFound("OAuth client"))), "{orphan:?}");
}

async fn begun(given: &Given, grant: &Grant, until: i64) -> Authorization {
    let row = Authorization {
        tenant: given.tenant,
        id: given.id(AuthorizationId::new),
        grant: grant.id,
        connection: bowline_core::ConnectionId::from_uuid(given.tenant.uuid()),
        browser: [7; 32],
        redirect_uri: "https://b.example/cb".into(),
        sealed: Sealed(vec![1, 2]),
        until: at(until),
    };
    let (kind, id) = (DirectoryKind::Authorization, row.id.to_string());
    let directory = Change::PutDirectory { kind, hash: [9; 32], id, until: Some(row.until) };
    given.write(vec![Change::AddAuthorization(Box::new(row.clone())), directory]).await;
    row
}

async fn a_sign_in_is_used_once_and_takes_its_key_with_it(given: Given) {
    let client = client(&given).await;
    let grant = new_grant(&given, &client, None);
    let row = begun(&given, &grant, 600).await;
    assert_eq!(given.store.authorization(given.tenant, row.id).await.unwrap(), Some(row.clone()));
    let take = || given.try_write(vec![Change::TakeAuthorization(row.id)]);
    take().await.unwrap();
    assert_eq!(conflict(take().await), "the sign-in was used before");
    let key = given.store.directory(DirectoryKind::Authorization, &[9; 32]).await.unwrap();
    assert_eq!(key, None);
}

async fn what_belongs_to_a_grant_is_another_tenants_nothing(given: Given) {
    let client = client(&given).await;
    let grant = new_grant(&given, &client, Some("acc"));
    given.write(vec![Change::PutGrant(Box::new(grant.clone()))]).await;
    let row = begun(&given, &grant, 600).await;
    let other = given.other();
    let store = &other.store;
    assert_eq!(store.grant(other.tenant, grant.id).await.unwrap(), None);
    assert_eq!(store.grant_of(other.tenant, client.id, "acc").await.unwrap(), None);
    assert_eq!(store.oauth_client(other.tenant, client.id).await.unwrap(), None);
    assert_eq!(store.authorization(other.tenant, row.id).await.unwrap(), None);
    assert!(other.try_write(vec![Change::TakeAuthorization(row.id)]).await.is_err());
    other.write(vec![Change::DropGrant(grant.id)]).await;
    assert!(stored(&given, grant.id).await.is_some());
}

async fn grants_are_claimed_from_their_own_lanes_callers_first(given: Given) {
    let client = client(&given).await;
    let grants = [0, 1].map(|_| Entity::Grant(new_grant(&given, &client, None).id));
    given
        .write(vec![
            touch(&grants[0], Lane::Renewal, -5),
            touch(&grants[1], Lane::Caller, -1),
            touch(&given.item("1"), Lane::Live, -9),
        ])
        .await;
    assert_eq!(given.store.next_due(Lanes::Grants).await.unwrap(), Some(at(-5)));
    let items: Vec<_> = given.claim(0, 10).await.into_iter().map(|claim| claim.entity).collect();
    assert_eq!(items, [given.item("1")]);
    let ask = bowline_core::port::ClaimAsk {
        owner: "grants".into(),
        lanes: Lanes::Grants,
        now: at(0),
        lease: bowline_core::SignedDuration::from_secs(60),
        limit: 10,
    };
    let claims: Vec<_> = given.store.claim(&ask).await.unwrap();
    let order: Vec<_> = claims.iter().map(|claim| claim.entity.clone()).collect();
    assert_eq!(order, [grants[1].clone(), grants[0].clone()]);
    assert_eq!(given.store.next_due(Lanes::Grants).await.unwrap(), Some(at(60)));
}

async fn a_history_is_newest_first_and_old_lines_and_unused_sign_ins_go(given: Given) {
    given.write(vec![Change::AddTenant(given.new_tenant("acme"))]).await;
    let client = client(&given).await;
    let grant = new_grant(&given, &client, None);
    given.write(vec![Change::PutGrant(Box::new(grant.clone()))]).await;
    let row = begun(&given, &grant, 600).await;
    for (number, kind) in GrantEventKind::ALL.into_iter().enumerate() {
        let event = GrantEvent {
            tenant: given.tenant,
            id: EventId::from_uuid(uuid::Uuid::from_u128(number as u128 + 1)),
            grant: grant.id,
            kind,
            state: GrantState::Active,
            code: Some(code::AUTH_EXPIRING),
            words: None,
            at: at(number as i64),
        };
        given.write(vec![Change::NoteGrant(Box::new(event))]).await;
    }
    let events = given.store.grant_events(given.tenant, grant.id).await.unwrap();
    let kinds: Vec<_> = events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, GrantEventKind::ALL.into_iter().rev().collect::<Vec<_>>());
    assert_eq!(given.store.expire(at(601), 100).await.unwrap(), 1, "the sign-in that nobody finished");
    assert_eq!(given.store.authorization(given.tenant, row.id).await.unwrap(), None);
    assert_eq!(given.store.expire(at(400 * 86_400 + 2), 100).await.unwrap(), 3, "lines of 400 days ago");
}

async fn what_is_known_of_a_kept_name_goes_with_it_or_with_its_grant(given: Given) {
    let client = client(&given).await;
    let mut all = Vec::new();
    for number in 0..3 {
        let grant = new_grant(&given, &client, Some(&number.to_string()));
        given.write(vec![Change::PutGrant(Box::new(grant.clone()))]).await;
        let (tenant, grant) = (grant.tenant, grant.id);
        all.push(Kept { tenant, grant, known_at: at(number), report_at: at(8), erase_at: at(9) });
    }
    let put = |kept: &Kept| Change::PutKept(Box::new(kept.clone()));
    given.write(all.iter().map(put).collect()).await;
    all[1] = Kept { known_at: at(5), report_at: at(6), erase_at: at(7), ..all[1].clone() };
    given.write(vec![put(&all[1])]).await;
    all.sort_by_key(|kept| kept.grant.to_string());
    let stored = async || given.store.kept_names(given.tenant).await.unwrap();
    assert_eq!(stored().await, all);
    assert_eq!(given.store.kept_names(given.other().tenant).await.unwrap(), []);
    let [first, second, third] = [0, 1, 2].map(|n| all[n].clone());
    given.write(vec![Change::DropKept(first.grant), Change::DropGrant(second.grant)]).await;
    assert_eq!(stored().await, [third]);
}
