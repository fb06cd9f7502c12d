//! Delegations: who lets which connection write as themselves.

use bowline_core::commit::Change;
use bowline_core::connection::{Connection, Identity};
use bowline_core::delegation::{Delegate, Delegation, Refused};
use bowline_core::grant::{Grant, GrantState, OauthClient, Provider};
use bowline_core::page::PageAsk;
use bowline_core::port::{Delegations as _, Grants as _, StoreError};
use bowline_core::{GrantId, OauthClientId, SecretId, code};

use crate::backend::on_every_database;
use crate::given::{Given, at};

on_every_database! {
    a_delegation_comes_back_with_its_grant_and_the_newest_counts
    since_when_somebody_is_acted_for_holds_for_one_grant_at_one_site
    a_new_consent_renews_what_stands_on_the_grant_and_brings_nothing_back
    a_refusal_is_over_with_the_first_call_that_is_taken
    a_refusal_counts_against_the_consent_it_met_and_no_newer_one
    people_are_listed_page_by_page_in_one_order_on_both_databases
    a_delegation_goes_with_its_connection_and_with_its_grant
    what_people_allowed_is_another_tenants_nothing
    nothing_is_allowed_to_a_connection_or_by_a_grant_that_is_not_there
}

fn new_client(given: &Given) -> OauthClient {
    OauthClient {
        tenant: given.tenant,
        id: given.id(OauthClientId::new),
        name: "app".into(),
        provider: Provider::JiraOauth2,
        issuer: "https://jira.example".into(),
        api_url: None,
        client_id: "abc".into(),
        secret: given.id(SecretId::new),
        scopes: vec!["WRITE".into()],
        revision: 0,
        created_at: at(0),
    }
}

fn new_grant(given: &Given, client: &OauthClient, subject: &str) -> Grant {
    Grant {
        tenant: given.tenant,
        id: given.id(GrantId::new),
        client: client.id,
        subject: Some(Identity { id: format!("key-{subject}"), name: subject.into() }),
        redirect_uri: None,
        scopes: vec!["WRITE".into()],
        state: GrantState::Active,
        reason: None,
        words: None,
        since: at(1),
        secret: Some(given.id(SecretId::new)),
        version: 1,
        consented_at: Some(at(1)),
        rotated_at: None,
        used_at: None,
        access_until: Some(at(60)),
        idle_until: None,
        ends_at: None,
        attempt: None,
        fails: 0,
        retry_at: None,
        warned: None,
        personal: true,
        revision: 0,
        created_at: at(0),
    }
}

/// A connection and a registration, stored.
async fn ground(given: &Given) -> (Connection, OauthClient) {
    let (connection, client) = (given.new_connection("jira"), new_client(given));
    given
        .write(vec![
            Change::PutConnection(Box::new(connection.clone())),
            Change::PutOauthClient(Box::new(client.clone())),
        ])
        .await;
    (connection, client)
}

/// Somebody lets the connection act as them.
async fn consent(given: &Given, connection: &Connection, client: &OauthClient, person: &str) -> Delegate {
    let grant = new_grant(given, client, person);
    let delegation = Delegation {
        tenant: given.tenant,
        connection: connection.id,
        person: person.into(),
        grant: grant.id,
        site: connection.browse_url.clone(),
        base_url: None,
        since: at(1),
        consented_at: at(1),
        refused: None,
    };
    let changes =
        vec![Change::PutGrant(Box::new(grant.clone())), Change::PutDelegation(Box::new(delegation.clone()))];
    given.write(changes).await;
    Delegate { delegation, grant: Grant { revision: 1, ..grant } }
}

async fn found(given: &Given, of: &Delegation) -> Option<Delegate> {
    given.store.delegate(given.tenant, of.connection, &of.person).await.unwrap()
}

async fn a_delegation_comes_back_with_its_grant_and_the_newest_counts(given: Given) {
    let (connection, client) = ground(&given).await;
    let ada = consent(&given, &connection, &client, "ada").await;
    assert_eq!(found(&given, &ada.delegation).await, Some(ada.clone()));
    assert_eq!(given.store.delegate(given.tenant, connection.id, "bob").await.unwrap(), None);
    assert_eq!(
        given.store.delegations_on(given.tenant, ada.grant.id).await.unwrap(),
        std::slice::from_ref(&ada.delegation)
    );
    let ended = Grant { state: GrantState::NeedsReauth, ..ada.grant.clone() };
    given.write(vec![Change::PutGrant(Box::new(ended))]).await;
    let read = found(&given, &ada.delegation).await.unwrap();
    assert_eq!((read.grant.state, read.grant.revision), (GrantState::NeedsReauth, 2));
    let again =
        Delegation { base_url: Some("https://gate.example".into()), consented_at: at(9), ..ada.delegation };
    let later = Delegation { since: at(9), ..again.clone() };
    given.write(vec![Change::PutDelegation(Box::new(later))]).await;
    assert_eq!(found(&given, &again).await.unwrap().delegation, again);
    let (connection, person) = (again.connection, again.person.clone());
    given.write(vec![Change::DropDelegation { connection, person }]).await;
    assert_eq!(found(&given, &again).await, None);
    assert!(given.store.grant(given.tenant, ada.grant.id).await.unwrap().is_some(), "the grant stays");
}

async fn a_refusal_counts_against_the_consent_it_met_and_no_newer_one(given: Given) {
    let (connection, client) = ground(&given).await;
    let ada = consent(&given, &connection, &client, "ada").await.delegation;
    let refuse = |of: &Delegation, code| {
        given.write(vec![Change::RefuseDelegation { delegation: Box::new(of.clone()), code }])
    };
    refuse(&ada, code::AUTH_REJECTED).await;
    let refused = found(&given, &ada).await.unwrap().delegation.refused.unwrap();
    assert_eq!((refused.code, refused.at), (code::AUTH_REJECTED, at(0)));
    refuse(&ada, code::AUTH_SCOPE_MISSING).await;
    let refused = found(&given, &ada).await.unwrap().delegation.refused.unwrap();
    assert_eq!(refused.code, code::AUTH_REJECTED, "two at once: the first one stays");
    let again = found(&given, &ada).await.unwrap().delegation;
    refuse(&again, code::AUTH_REJECTED).await;
    let twice = found(&given, &ada).await.unwrap().delegation.refused.unwrap();
    let wait = |refused: &Refused| refused.until.unwrap().duration_since(refused.at);
    assert_eq!((refused.times, twice.times), (1, 2));
    assert_eq!(wait(&twice), wait(&refused) * 2, "it is left alone for longer each time");
    let anew = Delegation { consented_at: at(5), ..ada.clone() };
    given.write(vec![Change::PutDelegation(Box::new(anew))]).await;
    refuse(&ada, code::AUTH_REJECTED).await;
    assert_eq!(found(&given, &ada).await.unwrap().delegation.refused, None);
}

async fn since_when_somebody_is_acted_for_holds_for_one_grant_at_one_site(given: Given) {
    let (connection, client) = ground(&given).await;
    let ada = consent(&given, &connection, &client, "ada").await.delegation;
    let other = new_grant(&given, &client, "reused-name");
    given.write(vec![Change::PutGrant(Box::new(other.clone()))]).await;
    let moved = Delegation { site: "https://moved.example".into(), since: at(5), ..ada.clone() };
    let of_another = Delegation { grant: other.id, since: at(7), ..moved.clone() };
    for later in [moved, of_another] {
        given.write(vec![Change::PutDelegation(Box::new(later.clone()))]).await;
        assert_eq!(found(&given, &ada).await.unwrap().delegation, later);
    }
}

async fn a_new_consent_renews_what_stands_on_the_grant_and_brings_nothing_back(given: Given) {
    let (connection, client) = ground(&given).await;
    let other = given.new_connection("other");
    given.write(vec![Change::PutConnection(Box::new(other.clone()))]).await;
    let ada = consent(&given, &connection, &client, "ada").await.delegation;
    let there = Delegation { connection: other.id, ..ada.clone() };
    let old_name = Delegation { person: "ada-before".into(), ..there.clone() };
    let put = |one: &Delegation| Change::PutDelegation(Box::new(one.clone()));
    given.write(vec![put(&there), put(&old_name)]).await;
    let refuse = |of: &Delegation| Change::RefuseDelegation {
        delegation: Box::new(of.clone()),
        code: code::AUTH_SCOPE_MISSING,
    };
    given.write(vec![refuse(&there)]).await;
    let drop = Change::DropDelegation { connection: ada.connection, person: ada.person.clone() };
    given.write(vec![drop]).await;
    let renew = |anew| Change::RenewDelegations { grant: ada.grant, person: "ada".into(), anew };
    given.write(vec![renew(false)]).await;
    let left = given.store.delegations_on(given.tenant, ada.grant).await.unwrap();
    let renewed = Delegation { consented_at: at(0), ..there.clone() };
    let alone = std::slice::from_ref(&renewed);
    assert_eq!(left, alone, "neither what was taken back nor what another name was allowed");
    given.write(vec![refuse(&there)]).await;
    assert_eq!(found(&given, &there).await.unwrap().delegation, renewed, "a late refusal met the old tokens");
    given.write(vec![renew(true)]).await;
    assert_eq!(found(&given, &there).await.unwrap().delegation, Delegation { since: at(0), ..renewed });
}

async fn a_refusal_is_over_with_the_first_call_that_is_taken(given: Given) {
    let (connection, client) = ground(&given).await;
    let ada = consent(&given, &connection, &client, "ada").await.delegation;
    let refuse = async |of: &Delegation| {
        let (delegation, code) = (Box::new(of.clone()), code::AUTH_REJECTED);
        given.write(vec![Change::RefuseDelegation { delegation, code }]).await;
        found(&given, of).await.unwrap().delegation
    };
    let accept = async |of: &Delegation| {
        given.write(vec![Change::AcceptDelegation(Box::new(of.clone()))]).await;
        found(&given, of).await.unwrap().delegation
    };
    let once = refuse(&ada).await;
    let twice = refuse(&once).await;
    assert_eq!(accept(&once).await, twice, "refused again meanwhile");
    assert_eq!(accept(&twice).await, ada);
    assert_eq!(refuse(&ada).await.refused.unwrap().times, 1, "the row begins anew");
}

async fn people_are_listed_page_by_page_in_one_order_on_both_databases(given: Given) {
    let (connection, client) = ground(&given).await;
    for person in ["bob", "Zoe", "ada", "ä", "5b10:a"] {
        consent(&given, &connection, &client, person).await;
    }
    let (mut names, mut ask) = (Vec::new(), PageAsk { after: None, limit: 2 });
    loop {
        let page = given.store.delegates(given.tenant, connection.id, &ask).await.unwrap();
        names.extend(page.items.into_iter().map(|one| one.delegation.person));
        let Some(next) = page.next else { break };
        ask.after = Some(next);
    }
    assert_eq!(names, ["5b10:a", "Zoe", "ada", "bob", "ä"]);
}

async fn a_delegation_goes_with_its_connection_and_with_its_grant(given: Given) {
    let (connection, client) = ground(&given).await;
    let ada = consent(&given, &connection, &client, "ada").await;
    let bob = consent(&given, &connection, &client, "bob").await;
    given.write(vec![Change::DropGrant(ada.grant.id)]).await;
    assert_eq!(found(&given, &ada.delegation).await, None);
    assert!(found(&given, &bob.delegation).await.is_some());
    given.write(vec![Change::DropConnection(connection.id)]).await;
    assert_eq!(found(&given, &bob.delegation).await, None);
    assert!(given.store.grant(given.tenant, bob.grant.id).await.unwrap().is_some());
}

async fn what_people_allowed_is_another_tenants_nothing(given: Given) {
    let (connection, client) = ground(&given).await;
    let ada = consent(&given, &connection, &client, "ada").await;
    let other = given.other();
    assert_eq!(found(&other, &ada.delegation).await, None);
    let page = other.store.delegates(other.tenant, connection.id, &PageAsk::default()).await.unwrap();
    assert!(page.items.is_empty());
    assert!(other.store.delegations_on(other.tenant, ada.grant.id).await.unwrap().is_empty());
    let foreign = vec![Change::PutDelegation(Box::new(ada.delegation.clone()))];
    assert!(matches!(other.try_write(foreign).await, Err(StoreError::NotFound("tenant"))));
    let stolen = Delegation { tenant: other.tenant, ..ada.delegation.clone() };
    assert!(other.try_write(vec![Change::PutDelegation(Box::new(stolen))]).await.is_err());
    let (connection, person) = (connection.id, "ada".to_owned());
    other.write(vec![Change::DropDelegation { connection, person }]).await;
    assert_eq!(found(&given, &ada.delegation).await, Some(ada));
}

async fn nothing_is_allowed_to_a_connection_or_by_a_grant_that_is_not_there(given: Given) {
    let (connection, client) = ground(&given).await;
    let ada = consent(&given, &connection, &client, "ada").await.delegation;
    let nowhere = Delegation { connection: given.new_connection("gone").id, ..ada.clone() };
    let by_nobody = Delegation { grant: given.id(GrantId::new), ..ada };
    for wrong in [nowhere, by_nobody] {
        let outcome = given.try_write(vec![Change::PutDelegation(Box::new(wrong))]).await;
        assert!(matches!(outcome, Err(StoreError::NotFound("connection or grant"))), "{outcome:?}");
    }
}
