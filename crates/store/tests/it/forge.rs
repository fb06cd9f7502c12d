//! Installations of our Forge app: `connect`'s own suite over each database, and what pairing has to hold to.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bowline_auth::app::forge::{Facts, ForgeSites};
use bowline_auth::app::{Ports, Sites};
use bowline_auth::life::{self, Life};
use bowline_connect::forge::{
    App, AppId, CodeHash, Context, Environment, InstallationId, Invocation, Invoked, Module, Offer,
    Remotes as _, Taken, conformance,
};
use bowline_core::TenantId;
use bowline_core::code::{AUTH_APP_UNINSTALLED, AUTH_FORGE_TOKEN_MISSING, NET_WRONG_ADDRESS};
use bowline_core::commit::Commit;
use bowline_core::connection::{Connection, Health, SignIn};
use bowline_core::failure::Failure;
use bowline_core::grant::GrantState;
use bowline_core::page::PageAsk;
use bowline_core::port::{
    Bell, Commits, Exchange, ExchangeCall, Exchanged, Grants as _, Keys as _, Registry as _, StoreError,
};
use bowline_core::secret::{Secret, Shelf};
use bowline_core::work::Lane;
use bowline_net::RealTime;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::json;

use crate::backend::on_every_database;
use crate::given::{Given, at};
use crate::installations::ports;

on_every_database! {
    the_suite_of_forge_holds
    a_site_is_tied_with_all_that_belongs_to_it_or_not_at_all
    a_reinstall_keeps_connection_and_grant_and_another_site_gets_its_own
    a_token_is_kept_once_and_an_older_one_is_not
    without_a_token_the_connection_waits_for_the_first
    an_installation_that_moves_leaves_nothing_secret_behind
    a_push_that_races_with_an_untie_wakes_nothing
    a_tenant_unties_its_own_installations_alone
    rows_of_connect_and_forge_do_not_see_each_other
}

const CLOUD: &str = "d0d52620-3203-4cfa-8db5-f2587155f0dd";

/// Nobody is ever asked for a token.
struct Nobody;

#[async_trait]
impl Exchange for Nobody {
    async fn exchange(&self, _: ExchangeCall) -> Exchanged {
        Exchanged::Unsent(Failure::wait(NET_WRONG_ADDRESS))
    }
}

#[async_trait]
impl Bell for Nobody {
    async fn ring(&self, _: Lane) {}

    async fn heard(&self) {}
}

struct House {
    forge: ForgeSites,
    sites: Sites,
}

async fn house(given: &Given) -> House {
    house_over(ports(given).await, given, Arc::new(given.store.clone()))
}

/// What another house seals and reads with.
fn ports_of(house: &House) -> Ports {
    house.sites.ports().clone()
}

/// One whose commits go another way.
fn house_over(ports: Ports, given: &Given, commits: Arc<dyn Commits>) -> House {
    let ports = Ports { commits: commits.clone(), ..ports };
    let store = Arc::new(given.store.clone());
    let life = life::Ports {
        clock: ports.clock.clone(),
        entropy: ports.entropy.clone(),
        sleeper: Arc::new(RealTime),
        grants: store.clone(),
        registry: store.clone(),
        delegations: store.clone(),
        vault: store.clone(),
        seal: ports.seal.clone(),
        commits,
        bell: Arc::new(Nobody),
        exchange: Arc::new(Nobody),
    };
    let life = Arc::new(Life::new(life, life::Options::default(), None));
    let app = AppId::parse("8db33809-1f32-48bb-8c52-5877dab48107").unwrap();
    let facts = Facts { app, gateway: "https://api.atlassian.com".parse().unwrap() };
    House { forge: ForgeSites::new(ports.clone(), life, store, facts), sites: Sites::new(ports, None) }
}

fn named(name: &str) -> InstallationId {
    InstallationId::parse(&format!("ari:cloud:ecosystem::installation/{name}")).unwrap()
}

fn invoked(name: &str, cloud: &str, token: Option<&str>) -> Invoked {
    let api_base_url = format!("https://api.atlassian.com/ex/jira/{cloud}");
    let (kind, id) = ("PRODUCTION".to_owned(), named(name).as_str().to_owned());
    let context =
        Context { name: "jira".into(), api_base_url: api_base_url.clone(), cloud_id: Some(cloud.into()) };
    let installation = bowline_connect::forge::Installation { id: id.clone(), contexts: vec![context] };
    let app = App {
        id: "ari:cloud:ecosystem::app/8db33809-1f32-48bb-8c52-5877dab48107".into(),
        installation_id: id,
        api_base_url,
        app_version: Some("2.0.0".into()),
        environment: Environment { kind, id: "environment".into() },
        module: Module { kind: "jira:adminPage".into(), key: "pairing".into() },
        installation: Some(installation),
        license: None,
    };
    let context = Some(json!({"cloudId": cloud, "siteUrl": "https://acme.atlassian.net"}));
    let invocation =
        Invocation { app, context, principal: Some("who".into()), ic_label: None, jti: "j".into() };
    Invoked { invocation, system_token: token.map(|token| Secret::from(token.to_owned())), user_token: None }
}

impl House {
    async fn pair(&self, tenant: TenantId, code: u8, name: &str, invoked: &Invoked) -> bool {
        let offer = Offer { code: CodeHash([code; 32]), owner: tenant.to_string(), until: at(600) };
        self.forge.offer(offer).await.unwrap();
        self.forge.pair(&named(name), invoked, &CodeHash([code; 32]), at(0)).await.unwrap()
    }

    async fn heard(&self, name: &str, token: &str) {
        let taken =
            Taken { invoked: invoked(name, CLOUD, Some(token)), installation: named(name), owner: None };
        self.forge.heard(&taken).await.unwrap();
    }

    async fn connection(&self, name: &str) -> Connection {
        self.forge.connection(&named(name)).await.unwrap().unwrap()
    }
}

async fn tenants(given: &Given) -> [TenantId; 2] {
    let other = given.other();
    for (given, name) in [(given, "ada"), (&other, "bob")] {
        given.write(vec![bowline_core::commit::Change::AddTenant(given.new_tenant(name))]).await;
    }
    [given.tenant, other.tenant]
}

async fn secrets(given: &Given, tenant: TenantId) -> i64 {
    let counts = given.store.sealed_counts(tenant).await.unwrap();
    counts.iter().filter(|count| count.shelf == Shelf::Secrets).map(|count| count.count).sum()
}

fn lasting(hours: i64) -> String {
    use base64::Engine as _;
    let now = bowline_core::port::Clock::now(&bowline_auth::SystemClock);
    let exp = json!({"exp": now.as_second() + hours * 3_600}).to_string();
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(exp);
    format!("head.{payload}.signature")
}

async fn the_suite_of_forge_holds(given: Given) {
    let [ada, bob] = tenants(&given).await;
    let house = house(&given).await;
    conformance::check(&house.forge, [&ada.to_string(), &bob.to_string()]).await.unwrap();
}

async fn a_site_is_tied_with_all_that_belongs_to_it_or_not_at_all(given: Given) {
    let [ada, _] = tenants(&given).await;
    let house = house(&given).await;
    assert!(house.pair(ada, 1, "one", &invoked("one", CLOUD, Some("token"))).await);
    let connection = house.connection("one").await;
    assert_eq!(connection.base_url, format!("https://api.atlassian.com/ex/jira/{CLOUD}"));
    assert_eq!(
        (connection.browse_url.as_str(), connection.name.as_str()),
        ("https://acme.atlassian.net", "acme")
    );
    let SignIn::Grant { grant } = connection.sign_in else { panic!("{connection:?}") };
    let grant = given.store.grant(ada, grant).await.unwrap().unwrap();
    assert_eq!((grant.state, grant.secret.is_some()), (GrantState::Active, true));
    // A code that was used ties nothing, and leaves nothing.
    let again = invoked("two", "another", Some("token"));
    assert!(!house.forge.pair(&named("two"), &again, &CodeHash([1; 32]), at(0)).await.unwrap());
    assert_eq!(given.store.connections(ada).await.unwrap().len(), 1);
    assert_eq!(house.sites.remotes(10).await.unwrap().len(), 1);
}

async fn a_reinstall_keeps_connection_and_grant_and_another_site_gets_its_own(given: Given) {
    let [ada, _] = tenants(&given).await;
    let house = house(&given).await;
    assert!(house.pair(ada, 1, "one", &invoked("one", CLOUD, Some("first"))).await);
    let before = house.connection("one").await;
    assert!(house.pair(ada, 2, "anew", &invoked("anew", CLOUD, Some("second"))).await);
    let after = house.connection("anew").await;
    assert_eq!((before.id, &before.sign_in), (after.id, &after.sign_in));
    assert!(house.pair(ada, 3, "other", &invoked("other", "elsewhere", Some("third"))).await);
    let other = house.connection("other").await;
    assert!(other.id != after.id && other.name == "acme-2", "{other:?}");
    assert_eq!(given.store.oauth_clients(ada).await.unwrap().len(), 1);
}

async fn a_token_is_kept_once_and_an_older_one_is_not(given: Given) {
    let [ada, _] = tenants(&given).await;
    let house = house(&given).await;
    let (later, soon) = (lasting(3), lasting(2));
    assert!(house.pair(ada, 1, "one", &invoked("one", CLOUD, Some(&soon))).await);
    let grants = async || {
        let page = given.store.grants(ada, &PageAsk { after: None, limit: 10 }).await.unwrap();
        page.items.into_iter().next().unwrap()
    };
    let first = grants().await;
    house.heard("one", &soon).await;
    assert_eq!(grants().await, first, "the same token again");
    house.heard("one", &later).await;
    let second = grants().await;
    assert!(second.version == first.version + 1 && second.secret != first.secret);
    house.heard("one", &soon).await;
    assert_eq!(grants().await, second, "an older one");
    assert_eq!(secrets(&given, ada).await, 1);
}

async fn without_a_token_the_connection_waits_for_the_first(given: Given) {
    let [ada, _] = tenants(&given).await;
    let house = house(&given).await;
    assert!(house.pair(ada, 1, "one", &invoked("one", CLOUD, None)).await);
    let needs = Health::NeedsAttention { code: AUTH_FORGE_TOKEN_MISSING };
    assert_eq!(house.connection("one").await.health, needs);
    house.heard("one", "token with a space is none").await;
    assert_eq!(house.connection("one").await.health, needs);
    house.heard("one", &lasting(2)).await;
    assert_eq!(house.connection("one").await.health, Health::Unknown);
}

async fn an_installation_that_moves_leaves_nothing_secret_behind(given: Given) {
    let [ada, bob] = tenants(&given).await;
    let house = house(&given).await;
    let token = lasting(2);
    assert!(house.pair(ada, 1, "one", &invoked("one", CLOUD, Some(&token))).await);
    let left = house.connection("one").await;
    assert!(!house.pair(bob, 2, "one", &invoked("one", CLOUD, Some(&token))).await, "nobody takes it away");
    assert_eq!((house.connection("one").await, secrets(&given, ada).await), (left.clone(), 1));
    assert!(house.forge.unpair(&named("one")).await.unwrap());
    assert!(house.pair(bob, 4, "one", &invoked("one", CLOUD, Some(&token))).await);
    let [before, after] =
        [given.store.connection(ada, left.id).await.unwrap().unwrap(), house.connection("one").await];
    assert_eq!(before.health, Health::NeedsAttention { code: AUTH_APP_UNINSTALLED });
    assert_eq!((after.tenant, secrets(&given, ada).await, secrets(&given, bob).await), (bob, 0, 1));
    // Back again, where the connection waits.
    assert!(house.forge.unpair(&named("one")).await.unwrap());
    assert!(house.pair(ada, 3, "one", &invoked("one", CLOUD, Some(&token))).await);
    let back = house.connection("one").await;
    assert_eq!((back.id, back.health), (left.id, Health::Unknown));
}

/// The commit of a push is held back until the installation is untied, and the other way round.
struct Held {
    store: bowline_store::Store,
    /// What happens just before the next commit, once.
    before: Mutex<Option<BoxFuture<'static, ()>>>,
}

#[async_trait]
impl Commits for Held {
    async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        let before = self.before.lock().unwrap().take();
        if let Some(before) = before {
            before.await;
        }
        self.store.commit(commit).await
    }
}

async fn a_push_that_races_with_an_untie_wakes_nothing(given: Given) {
    let [ada, _] = tenants(&given).await;
    let quiet = Arc::new(house(&given).await);
    let held = Arc::new(Held { store: given.store.clone(), before: Mutex::default() });
    let racing = Arc::new(house_over(ports_of(&quiet), &given, held.clone()));
    let state = async || {
        let page = given.store.grants(ada, &PageAsk { after: None, limit: 10 }).await.unwrap();
        let grant = page.items.into_iter().next().unwrap();
        (grant.state, grant.secret)
    };
    for (code, untie_last) in [(1, false), (2, true)] {
        assert!(quiet.pair(ada, code, "one", &invoked("one", CLOUD, Some(&lasting(2)))).await);
        let waiting = quiet.connection("one").await.id;
        let other = Arc::clone(&quiet);
        let meanwhile = async move {
            match untie_last {
                false => assert!(other.forge.unpair(&named("one")).await.unwrap()),
                true => other.heard("one", &lasting(3)).await,
            }
        };
        *held.before.lock().unwrap() = Some(meanwhile.boxed());
        match untie_last {
            // The push has read the row and the grant, and commits once the installation is untied.
            false => racing.heard("one", &lasting(3)).await,
            // The untie has read the grant, and commits once another token was put in.
            true => assert!(racing.forge.unpair(&named("one")).await.unwrap()),
        }
        assert!(held.before.lock().unwrap().is_none(), "they did race");
        assert_eq!((state().await, secrets(&given, ada).await), ((GrantState::Revoked, None), 0));
        let connection = given.store.connection(ada, waiting).await.unwrap().unwrap();
        assert_eq!(connection.health, Health::NeedsAttention { code: AUTH_APP_UNINSTALLED });
        // One that comes late, though nobody tells Forge.
        racing.heard("one", &lasting(4)).await;
        assert_eq!(state().await, (GrantState::Revoked, None));
    }
    // A code that is entered anew wakes it.
    assert!(quiet.pair(ada, 3, "one", &invoked("one", CLOUD, Some(&lasting(2)))).await);
    assert_eq!(state().await.0, GrantState::Active);
    assert_eq!(quiet.connection("one").await.health, Health::Unknown);
}

async fn a_tenant_unties_its_own_installations_alone(given: Given) {
    let [ada, bob] = tenants(&given).await;
    let house = house(&given).await;
    assert!(house.pair(ada, 1, "one", &invoked("one", CLOUD, Some(&lasting(2)))).await);
    let before = house.connection("one").await;
    assert!(!house.forge.untie_of(bob, &named("one")).await.unwrap());
    assert!(!house.forge.untie_of(ada, &named("nobody")).await.unwrap());
    assert_eq!((house.connection("one").await, secrets(&given, ada).await), (before.clone(), 1));
    assert!(house.forge.untie_of(ada, &named("one")).await.unwrap());
    assert!(house.forge.row(&named("one")).await.unwrap().is_none());
    let SignIn::Grant { grant } = before.sign_in else { panic!("{before:?}") };
    let history = given.store.grant_events(ada, grant).await.unwrap();
    assert_eq!(history[0].kind, bowline_core::grant::GrantEventKind::Revoked, "the newest line");
}

async fn rows_of_connect_and_forge_do_not_see_each_other(given: Given) {
    let [ada, _] = tenants(&given).await;
    let house = house(&given).await;
    assert!(house.pair(ada, 1, "one", &invoked("one", CLOUD, Some("token"))).await);
    assert!(house.sites.overview(10).await.unwrap().is_empty());
    use bowline_connect::installation::Installations as _;
    assert!(house.sites.list(None, 10).await.unwrap().is_empty());
    assert_eq!(house.sites.wipe(at(0)).await.unwrap(), 0);
}
