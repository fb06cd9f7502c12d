//! Sites that installed our app: `connect`'s own suite over each database, and what else a lifecycle call has to hold to.

use std::sync::Arc;

use bowline_auth::app::{Forgotten, Ports, Sites};
use bowline_auth::{Keyring, Sealer, SystemClock, SystemEntropy, keyfile};
use bowline_connect::installation::{
    Change, ClientKey, Committed, Installation, Installations as _, Previous, Product, Scheme, State,
    UsedToken, conformance,
};
use bowline_connect::jose::SharedSecret;
use bowline_core::TenantId;
use bowline_core::code::{AUTH_APP_DISABLED, AUTH_APP_UNINSTALLED};
use bowline_core::connection::{Connection, Health, SignIn};
use bowline_core::finding::FindingState;
use bowline_core::page::PageAsk;
use bowline_core::port::{Console as _, Installations as _, Keys as _, Registry as _, Vault as _};
use bowline_core::secret::{Secret, Shelf};

use crate::backend::on_every_database;
use crate::given::{Given, at};

on_every_database! {
    the_suite_of_connect_holds
    the_suite_of_connect_holds_where_all_sites_share_a_tenant
    each_site_has_a_tenant_of_its_own_and_keeps_it
    a_named_tenant_is_made_once_and_joined
    a_site_that_is_renamed_keeps_tenant_connection_and_name
    a_connection_stands_for_a_jira_and_none_for_a_confluence
    a_connection_waits_while_the_app_is_off_or_gone_and_wakes_with_the_next_install
    a_secret_that_stays_keeps_its_row_and_no_other_row_is_left_behind
    nothing_of_a_refused_change_is_written
    of_two_first_installs_at_once_one_is_stale_and_leaves_nothing
    a_connection_that_a_person_dropped_is_made_anew_by_the_next_install
    a_name_that_is_taken_gets_a_number
    a_site_that_is_gone_is_signed_for_with_nothing_though_its_secret_is_kept
    one_row_that_cannot_be_read_keeps_no_other_from_being_wiped_or_listed
    a_secret_that_cannot_be_opened_is_replaced_by_the_next_install
    a_site_that_is_forgotten_leaves_nothing_and_one_that_changed_meanwhile_stays
}

pub(crate) async fn sites(given: &Given, tenant: Option<&str>) -> Sites {
    Sites::new(ports(given).await, tenant.map(str::to_owned))
}

/// Sealed with a key of its own.
pub(crate) async fn ports(given: &Given) -> Ports {
    let folder = tempfile::tempdir().unwrap();
    let kek = keyfile::create(&folder.path().join("key"), &SystemEntropy).unwrap();
    let store = Arc::new(given.store.clone());
    let keyring = Keyring::unlock(Arc::new(kek), Vec::new(), store.clone(), store.clone()).await.unwrap();
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let keyring = Arc::new(keyring);
    let seal = Sealer::new(keyring, store.clone(), store.clone(), clock.clone(), entropy.clone());
    Ports {
        rows: store.clone(),
        registry: store.clone(),
        vault: store.clone(),
        seal: Arc::new(seal),
        commits: store,
        clock,
        entropy,
    }
}

fn secret(letter: &str) -> SharedSecret {
    SharedSecret::new(Secret::from(letter.repeat(40))).unwrap()
}

pub(crate) fn key(client_key: &str) -> ClientKey {
    ClientKey::parse(client_key).unwrap()
}

pub(crate) fn installed(client_key: &str, base_url: &str) -> Installation {
    Installation {
        client_key: key(client_key),
        product: Product::Jira,
        base_url: base_url.to_owned(),
        display_url: None,
        secret: Some(secret("s")),
        previous: None,
        state: State::Enabled,
        scheme: Scheme::Signed,
        oauth_client_id: None,
        forge_installation: None,
        entitlement_id: None,
        installed_at: at(0),
        changed_at: at(0),
    }
}

const ACME: &str = "https://acme.atlassian.net";

/// Commits over what is there, and must succeed.
pub(crate) async fn put(sites: &Sites, installation: Installation) {
    assert_eq!(try_put(sites, installation, None).await, Committed::Done);
}

async fn try_put(sites: &Sites, installation: Installation, used: Option<UsedToken>) -> Committed {
    let found = sites.find(&installation.client_key).await.unwrap();
    let expected = found.map(|stored| stored.revision);
    sites.commit(Change { installation, expected, used }, at(0)).await.unwrap()
}

async fn connection(sites: &Sites, client_key: &str) -> Connection {
    sites.connection(&key(client_key)).await.unwrap().unwrap()
}

async fn tenant(sites: &Sites, client_key: &str) -> TenantId {
    sites.tenant(&key(client_key)).await.unwrap().unwrap()
}

/// How many sealed secrets a tenant has.
async fn secrets(given: &Given, tenant: TenantId) -> i64 {
    let counts = given.store.sealed_counts(tenant).await.unwrap();
    counts.iter().filter(|count| count.shelf == Shelf::Secrets).map(|count| count.count).sum()
}

async fn the_suite_of_connect_holds(given: Given) {
    conformance::check(&sites(&given, None).await).await.unwrap();
}

async fn the_suite_of_connect_holds_where_all_sites_share_a_tenant(given: Given) {
    conformance::check(&sites(&given, Some("sites")).await).await.unwrap();
    assert_eq!(given.store.tenants().await.unwrap().len(), 1);
}

async fn each_site_has_a_tenant_of_its_own_and_keeps_it(given: Given) {
    let ports = ports(&given).await;
    let alone = Sites::new(ports.clone(), None);
    put(&alone, installed("one", ACME)).await;
    put(&alone, installed("two", ACME)).await;
    let (one, two) = (tenant(&alone, "one").await, tenant(&alone, "two").await);
    assert_ne!(one, two, "one address, and two sites all the same");
    assert_eq!(given.store.connections(one).await.unwrap().len(), 1);
    assert_eq!(given.store.installations(two, None, 10).await.unwrap().len(), 1);
    let names: Vec<String> = given.store.tenants().await.unwrap().into_iter().map(|it| it.name).collect();
    assert!(names.iter().all(|name| name.starts_with("acme-") && name.len() == 17), "{names:?}");
    // The setting is changed later: who is there stays where they are.
    let named = Sites::new(ports, Some("all".to_owned()));
    put(&named, Installation { entitlement_id: Some("paid".to_owned()), ..installed("one", ACME) }).await;
    assert_eq!(tenant(&named, "one").await, one);
    assert_eq!(given.store.tenants().await.unwrap().len(), 2);
}

async fn a_named_tenant_is_made_once_and_joined(given: Given) {
    let sites = sites(&given, Some("customers")).await;
    put(&sites, installed("one", ACME)).await;
    put(&sites, installed("two", "https://other.atlassian.net")).await;
    assert_eq!(tenant(&sites, "one").await, tenant(&sites, "two").await);
    let tenants = given.store.tenants().await.unwrap();
    assert_eq!(tenants.iter().map(|tenant| tenant.name.as_str()).collect::<Vec<_>>(), ["customers"]);
    assert_eq!(given.store.connections(tenants[0].id).await.unwrap().len(), 2);
}

async fn a_site_that_is_renamed_keeps_tenant_connection_and_name(given: Given) {
    let sites = sites(&given, None).await;
    put(&sites, installed("one", ACME)).await;
    let before = connection(&sites, "one").await;
    assert_eq!((before.name.as_str(), before.base_url.as_str()), ("acme", ACME));
    let home = tenant(&sites, "one").await;
    let new = "https://apex.atlassian.net";
    let renamed =
        Installation { display_url: Some("https://jira.apex.example".to_owned()), ..installed("one", new) };
    put(&sites, renamed).await;
    let after = connection(&sites, "one").await;
    assert_eq!((after.id, after.name.as_str(), tenant(&sites, "one").await), (before.id, "acme", home));
    assert_eq!((after.base_url.as_str(), after.browse_url.as_str()), (new, new), "links lead to the site");
    assert_eq!((after.secret, after.revision), (before.secret, before.revision + 1));
}

async fn a_connection_stands_for_a_jira_and_none_for_a_confluence(given: Given) {
    let sites = sites(&given, None).await;
    put(&sites, installed("jira", ACME)).await;
    let wiki =
        Installation { product: Product::Confluence, ..installed("wiki", "https://acme.atlassian.net/wiki") };
    put(&sites, wiki).await;
    let row = sites.row(&key("jira")).await.unwrap().unwrap();
    let connection = connection(&sites, "jira").await;
    assert_eq!(connection.sign_in, SignIn::Connect { installation: row.id });
    assert_eq!((Some(connection.secret), connection.health), (row.secret, Health::Unknown));
    assert_eq!(sites.connection(&key("wiki")).await.unwrap(), None);
    assert!(sites.find(&key("wiki")).await.unwrap().is_some());
    assert_eq!(sites.connection(&key("nobody")).await.unwrap(), None);
}

async fn a_connection_waits_while_the_app_is_off_or_gone_and_wakes_with_the_next_install(given: Given) {
    let sites = sites(&given, None).await;
    put(&sites, installed("one", ACME)).await;
    let home = tenant(&sites, "one").await;
    let open = async || {
        let all = given.store.findings(home, true, &PageAsk::default()).await.unwrap().items;
        let open = all.into_iter().filter(|finding| finding.state == FindingState::Open);
        open.map(|finding| finding.cause.code).collect::<Vec<_>>()
    };
    put(&sites, Installation { state: State::Disabled, ..installed("one", ACME) }).await;
    let off = connection(&sites, "one").await;
    assert_eq!(off.health, Health::NeedsAttention { code: AUTH_APP_DISABLED });
    assert_eq!(open().await, [AUTH_APP_DISABLED]);
    let gone = Installation { state: State::Uninstalled, secret: None, ..installed("one", ACME) };
    put(&sites, gone).await;
    let gone = connection(&sites, "one").await;
    assert_eq!(gone.health, Health::NeedsAttention { code: AUTH_APP_UNINSTALLED });
    assert_eq!(open().await, [AUTH_APP_UNINSTALLED]);
    assert_eq!(secrets(&given, home).await, 0, "nothing to sign with is kept");
    put(&sites, Installation { secret: Some(secret("n")), ..installed("one", ACME) }).await;
    let back = connection(&sites, "one").await;
    assert_eq!((back.id, back.health), (off.id, Health::Unknown));
    assert_eq!(open().await, []);
    assert!(given.store.secret(home, back.secret).await.unwrap().is_some());
}

async fn a_secret_that_stays_keeps_its_row_and_no_other_row_is_left_behind(given: Given) {
    let sites = sites(&given, None).await;
    put(&sites, installed("one", ACME)).await;
    let (home, first) = (tenant(&sites, "one").await, connection(&sites, "one").await.secret);
    put(&sites, Installation { state: State::Disabled, ..installed("one", ACME) }).await;
    assert_eq!(connection(&sites, "one").await.secret, first);
    for letter in ["n", "m"] {
        let until = at(300);
        let before = sites.find(&key("one")).await.unwrap().unwrap().installation.secret.clone().unwrap();
        let previous = Some(Previous { secret: before, since: at(0), until });
        put(&sites, Installation { secret: Some(secret(letter)), previous, ..installed("one", ACME) }).await;
        assert_eq!(secrets(&given, home).await, 2, "the present one and the one before");
    }
    let row = sites.row(&key("one")).await.unwrap().unwrap();
    assert_ne!(row.secret, Some(first));
    assert_eq!(row.secret, Some(connection(&sites, "one").await.secret));
    assert_eq!(sites.wipe(at(300)).await.unwrap(), 1);
    assert_eq!(secrets(&given, home).await, 1);
}

async fn nothing_of_a_refused_change_is_written(given: Given) {
    let sites = sites(&given, None).await;
    let used = |body| Some(UsedToken { token: [7; 32], body: [body; 32], until: at(100) });
    assert_eq!(try_put(&sites, installed("one", ACME), used(1)).await, Committed::Done);
    let home = tenant(&sites, "one").await;
    let before = (connection(&sites, "one").await, secrets(&given, home).await);
    let other =
        || Installation { secret: Some(secret("evil")), ..installed("one", "https://evil.atlassian.net") };
    assert_eq!(try_put(&sites, other(), used(2)).await, Committed::Replayed);
    assert_eq!(try_put(&sites, installed("two", ACME), used(2)).await, Committed::Replayed);
    assert_eq!((connection(&sites, "one").await, secrets(&given, home).await), before);
    assert_eq!(given.store.tenants().await.unwrap().len(), 1);
    assert_eq!(sites.row(&key("two")).await.unwrap(), None);
}

async fn of_two_first_installs_at_once_one_is_stale_and_leaves_nothing(given: Given) {
    let sites = sites(&given, None).await;
    let put = |token: u8| {
        let used = Some(UsedToken { token: [token; 32], body: [1; 32], until: at(100) });
        sites.commit(Change { installation: installed("one", ACME), expected: None, used }, at(0))
    };
    let all = futures_util::future::join_all((1..=8).map(put)).await;
    let done = all.into_iter().filter(|outcome| matches!(outcome, Ok(Committed::Done))).count();
    assert_eq!(done, 1);
    assert_eq!(given.store.tenants().await.unwrap().len(), 1);
    assert_eq!(given.store.installed().await.unwrap(), [tenant(&sites, "one").await]);
    let mut used = 0;
    for token in 1..=8 {
        used += usize::from(given.store.used_token(&[token; 32], at(0)).await.unwrap().is_some());
    }
    assert_eq!(used, 1, "whoever is stale tries again with the token it has");
}

async fn a_connection_that_a_person_dropped_is_made_anew_by_the_next_install(given: Given) {
    let sites = sites(&given, None).await;
    put(&sites, installed("one", ACME)).await;
    let (home, dropped) = (tenant(&sites, "one").await, connection(&sites, "one").await);
    let mut changes = vec![bowline_core::commit::Change::DropConnection(dropped.id)];
    changes.extend(dropped.secrets().map(bowline_core::commit::Change::DropSecret));
    given.of(home).write(changes).await;
    assert_eq!(sites.connection(&key("one")).await.unwrap(), None);
    assert!(
        sites.find(&key("one")).await.unwrap().unwrap().installation.secret.is_some(),
        "it is the site's"
    );
    put(&sites, installed("one", ACME)).await;
    assert_ne!(connection(&sites, "one").await.id, dropped.id);
}

async fn a_name_that_is_taken_gets_a_number(given: Given) {
    let sites = sites(&given, Some("all")).await;
    for client_key in ["one", "two", "three"] {
        put(&sites, installed(client_key, ACME)).await;
    }
    assert_eq!(connection(&sites, "two").await.name, "acme-2");
    assert_eq!(connection(&sites, "three").await.name, "acme-3");
}

async fn a_site_that_is_gone_is_signed_for_with_nothing_though_its_secret_is_kept(given: Given) {
    let sites = sites(&given, None).await;
    let old = Installation { scheme: Scheme::Legacy, ..installed("one", ACME) };
    put(&sites, old.clone()).await;
    let home = tenant(&sites, "one").await;
    put(&sites, Installation { state: State::Uninstalled, ..old.clone() }).await;
    assert_eq!(secrets(&given, home).await, 1, "the next install is proved with it");
    // Whatever others make of its health meanwhile.
    let gone = connection(&sites, "one").await;
    assert!(given.store.secret(home, gone.secret).await.unwrap().is_none());
    // Jira says it twice.
    put(&sites, Installation { state: State::Uninstalled, ..old.clone() }).await;
    assert_eq!(connection(&sites, "one").await.secret, gone.secret);
    put(&sites, old).await;
    let back = connection(&sites, "one").await;
    assert!(given.store.secret(home, back.secret).await.unwrap().is_some());
}

/// A site with a secret that was replaced, and whose time is over at 300.
async fn put_with_previous(sites: &Sites, client_key: &str) {
    let previous = Some(Previous { secret: secret("p"), since: at(0), until: at(300) });
    put(sites, Installation { previous, ..installed(client_key, ACME) }).await;
}

async fn one_row_that_cannot_be_read_keeps_no_other_from_being_wiped_or_listed(given: Given) {
    let sites = sites(&given, None).await;
    for client_key in ["one", "two", "three"] {
        put_with_previous(&sites, client_key).await;
    }
    for client_key in ["one", "two"] {
        let row = sites.row(&key(client_key)).await.unwrap().unwrap();
        let home = row.tenant;
        let broken = bowline_core::installation::Installation { document: "{}".to_owned(), ..row };
        given.of(home).write(vec![bowline_core::commit::Change::PutInstallation(Box::new(broken))]).await;
    }
    let listed = sites.overview(10).await.unwrap();
    assert_eq!(listed.iter().map(|(row, _)| row.client_key.as_str()).collect::<Vec<_>>(), ["three"]);
    assert_eq!(sites.wipe(at(300)).await.unwrap(), 3);
    for client_key in ["one", "two", "three"] {
        let row = sites.row(&key(client_key)).await.unwrap().unwrap();
        assert_eq!((row.previous, secrets(&given, row.tenant).await), (None, 1), "{client_key}");
    }
}

async fn a_secret_that_cannot_be_opened_is_replaced_by_the_next_install(given: Given) {
    let ports = ports(&given).await;
    let sites = Sites::new(ports.clone(), None);
    put_with_previous(&sites, "one").await;
    let row = sites.row(&key("one")).await.unwrap().unwrap();
    let home = row.tenant;
    let both = [row.secret.unwrap(), row.previous.unwrap().secret];
    for id in both {
        // Sealed for another row.
        let plain = Secret::from("s".repeat(40));
        let purpose = bowline_core::secret::Purpose::SharedSecret;
        let sealed = ports.seal.seal(home, purpose, "elsewhere", &plain).await.unwrap();
        given.of(home).write(vec![bowline_core::commit::Change::PutSecret { id, sealed }]).await;
    }
    let found = sites.find(&key("one")).await.unwrap().unwrap().installation;
    assert!(found.secret.is_none() && found.previous.is_none(), "it proves nothing");
    put(&sites, Installation { secret: Some(secret("n")), ..installed("one", ACME) }).await;
    let found = sites.find(&key("one")).await.unwrap().unwrap().installation;
    assert_eq!(found.secret.as_ref().unwrap().secret().expose_text(), "n".repeat(40));
    assert_eq!(secrets(&given, home).await, 1, "what cannot be opened goes");
}

async fn a_site_that_is_forgotten_leaves_nothing_and_one_that_changed_meanwhile_stays(given: Given) {
    let sites = sites(&given, None).await;
    assert_eq!(sites.forget(&key("one")).await.unwrap(), Forgotten::Unknown);
    put(&sites, installed("one", ACME)).await;
    assert_eq!(sites.forget(&key("one")).await.unwrap(), Forgotten::Installed);
    let gone = Installation { state: State::Uninstalled, scheme: Scheme::Legacy, ..installed("one", ACME) };
    put(&sites, gone).await;
    let row = sites.row(&key("one")).await.unwrap().unwrap();
    assert_eq!(secrets(&given, row.tenant).await, 1, "of the old scheme: it is kept for the next install");

    // Read before a change that came between.
    let stale = bowline_core::commit::Change::DropInstallation { id: row.id, revision: row.revision - 1 };
    let refused = given.of(row.tenant).try_write(vec![stale]).await;
    assert!(matches!(refused, Err(bowline_core::port::StoreError::Conflict("revision"))), "{refused:?}");
    assert!(sites.row(&key("one")).await.unwrap().is_some(), "nothing of it is written");

    assert_eq!(sites.forget(&key("one")).await.unwrap(), Forgotten::Done);
    assert!(sites.row(&key("one")).await.unwrap().is_none());
    assert_eq!(given.store.connection(row.tenant, row.connection.unwrap()).await.unwrap(), None);
    assert_eq!(secrets(&given, row.tenant).await, 0);
    put(&sites, installed("one", ACME)).await;
    assert_ne!(tenant(&sites, "one").await, row.tenant, "a site that nobody knew");
}
