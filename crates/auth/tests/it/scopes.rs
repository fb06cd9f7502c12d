//! Each call that Bowline makes works with exactly the scopes that are computed for it, and with one of them removed it is
//! not made. The simulated Atlassian, which goes by its own reading of the published documents, is the judge.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bowline_auth::life::{Life, Options, Ports};
use bowline_auth::scopes::{Operation, operations};
use bowline_auth::{
    CredentialSigner, Keyring, Renewing, Sealer, Secrets, SystemClock, SystemEntropy, keyfile,
};
use bowline_core::code::AUTH_SCOPE_MISSING;
use bowline_core::commit::{Change, Commit};
use bowline_core::connection::{Connection, Health, IntakeProof, SignIn, ToolKind};
use bowline_core::failure::Failure;
use bowline_core::grant::{Grant, GrantState, OauthClient, Provider};
use bowline_core::port::{
    Asker, Bell, Clock as _, Commits as _, Outbound, OutboundAnswer, OutboundCall, Seal as _,
};
use bowline_core::secret::{Purpose, Secret};
use bowline_core::tenant::Tenant;
use bowline_core::work::Lane;
use bowline_core::{ConnectionId, GrantId, OauthClientId, SecretId, TenantId, Timestamp};
use bowline_net::plain::Plain;
use bowline_net::{Attempt, Exchanger, Observer, Pipeline, RealTime, Settings, SystemResolver, World};
use bowline_sim::atlassian::{self, Atlassian};
use bowline_store::Store;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, Request};
use serde_json::{Value, json};

use crate::memory::Folder;

#[derive(Default)]
struct Calls(AtomicU32);

impl Observer for Calls {
    fn attempted(&self, _: &Attempt) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

struct Deaf;

#[async_trait::async_trait]
impl Bell for Deaf {
    async fn ring(&self, _: Lane) {}
    async fn heard(&self) {}
}

pub(crate) struct House {
    pub(crate) cloud: Atlassian,
    pub(crate) store: Arc<Store>,
    seal: Arc<Sealer>,
    pub(crate) client: OauthClient,
    calls: Arc<Calls>,
    /// Looks at scopes first.
    careful: Renewing,
    /// Sends whatever it is given.
    pub(crate) careless: Arc<Pipeline>,
    _folder: Folder,
}

fn now() -> Timestamp {
    SystemClock.now()
}

impl House {
    pub(crate) async fn new() -> Self {
        bowline_net::start();
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let cloud = atlassian::start(atlassian::Options::default(), address).await.unwrap();
        let folder = Folder::new();
        let store = Arc::new(Store::open(bowline_store::Options::new("sqlite::memory:")).await.unwrap());
        let kek = Arc::new(keyfile::create(&folder.file("key"), &SystemEntropy).unwrap());
        let ring = Arc::new(Keyring::unlock(kek, Vec::new(), store.clone(), store.clone()).await.unwrap());
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
        let seal = Arc::new(Sealer::new(ring, store.clone(), store.clone(), clock.clone(), entropy.clone()));
        let settings = Settings { allow: vec!["127.0.0.1".parse().unwrap()], ..Settings::default() };
        let ports = Ports {
            clock: clock.clone(),
            entropy: entropy.clone(),
            sleeper: Arc::new(RealTime),
            grants: store.clone(),
            registry: store.clone(),
            delegations: store.clone(),
            vault: store.clone(),
            seal: seal.clone(),
            commits: store.clone(),
            bell: Arc::new(Deaf),
            exchange: Arc::new(
                Exchanger::new(&settings, Arc::new(SystemResolver), clock.clone(), entropy.clone()).unwrap(),
            ),
        };
        let options = Options { cloud_api: cloud.url().to_owned(), ..Options::default() };
        let life = Arc::new(Life::new(ports, options, None));
        let secrets = Arc::new(Secrets::new(store.clone(), seal.clone(), clock.clone()));
        let signer = CredentialSigner::new(secrets).with_life(life.clone());
        let (mut world, calls) = (World::new(Arc::new(signer), clock, entropy), Arc::new(Calls::default()));
        world.observer = calls.clone();
        let careless = Arc::new(Pipeline::new(settings, world).unwrap());
        let careful = Renewing::new(careless.clone(), life);
        let client = registration(cloud.url());
        let house = Self { cloud, store, seal, client, calls, careful, careless, _folder: folder };
        house.settle().await;
        house
    }

    async fn settle(&self) {
        let tenant = Tenant { id: self.client.tenant, name: "acme".into(), created_at: now() };
        let value = Secret::from("secret-bowline".to_owned());
        let row = self.client.secret.to_string();
        self.write(vec![Change::AddTenant(tenant)]).await;
        let sealed = self.seal.seal(self.client.tenant, Purpose::Credential, &row, &value).await.unwrap();
        let put = Change::PutSecret { id: self.client.secret, sealed };
        self.write(vec![put, Change::PutOauthClient(Box::new(self.client.clone()))]).await;
    }

    pub(crate) async fn write(&self, changes: Vec<Change>) {
        let commit = Commit { tenant: self.client.tenant, fence: None, changes, at: now() };
        self.store.commit(commit).await.unwrap();
    }

    /// A connection whose person consented to these scopes and to no others.
    pub(crate) async fn with(&self, scopes: &[&str]) -> Connection {
        let families = json!({"app": "bowline", "user": "ada", "site": "acme", "scopes": scopes});
        let url = format!("{}/_sim/settings", self.cloud.url());
        let request = Request::post(url).header(CONTENT_TYPE, "application/json");
        let request = request.body(Bytes::from(json!({"families": families}).to_string())).unwrap();
        let answer = Plain::new(Duration::from_secs(10)).unwrap().send(request).await.unwrap();
        let made: Value = serde_json::from_slice(answer.body()).unwrap();
        let family = &made["families"][0];
        let tokens = json!({"access": family["access_token"], "refresh": family["refresh_token"]});
        let grant = grant(&self.client, scopes);
        let (row, tokens) = (grant.secret.unwrap(), Secret::from(tokens.to_string()));
        let sealed = self.seal.seal(grant.tenant, Purpose::GrantTokens, &row.to_string(), &tokens).await;
        let site = format!("{}/ex/jira/{}", self.cloud.url(), self.cloud.sites()[0].cloud_id());
        let connection = connection(&grant, site);
        self.write(vec![
            Change::PutSecret { id: row, sealed: sealed.unwrap() },
            Change::PutGrant(Box::new(grant)),
            Change::PutConnection(Box::new(connection.clone())),
        ])
        .await;
        Connection { revision: 1, ..connection }
    }

    async fn send(
        &self,
        by: &dyn Outbound,
        scopes: &[&str],
        call: OutboundCall,
    ) -> Result<OutboundAnswer, Failure> {
        let connection = self.with(scopes).await;
        by.send(&connection, call).await
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Value) -> Value {
        let scopes = ["read:jira-work", "write:jira-work", "read:jira-user"];
        let answer = self.send(&*self.careless, &scopes, call("setup", method, path, &body)).await.unwrap();
        assert!(answer.status.is_success(), "{path}: {}", String::from_utf8_lossy(&answer.body));
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }
}

fn registration(issuer: &str) -> OauthClient {
    OauthClient {
        tenant: TenantId::new(now(), &SystemEntropy),
        id: OauthClientId::new(now(), &SystemEntropy),
        name: "app".into(),
        provider: Provider::AtlassianCloud,
        issuer: issuer.to_owned(),
        api_url: None,
        client_id: "bowline".into(),
        secret: SecretId::new(now(), &SystemEntropy),
        scopes: vec![],
        revision: 0,
        created_at: now(),
    }
}

pub(crate) fn grant(client: &OauthClient, scopes: &[&str]) -> Grant {
    let at = now();
    Grant {
        tenant: client.tenant,
        id: GrantId::new(at, &SystemEntropy),
        client: client.id,
        subject: None,
        redirect_uri: None,
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        state: GrantState::Active,
        reason: None,
        words: None,
        since: at,
        secret: Some(SecretId::new(at, &SystemEntropy)),
        version: 1,
        consented_at: Some(at),
        rotated_at: Some(at),
        used_at: Some(at),
        access_until: None,
        idle_until: None,
        ends_at: None,
        attempt: None,
        fails: 0,
        retry_at: None,
        warned: None,
        personal: false,
        revision: 0,
        created_at: at,
    }
}

fn connection(grant: &Grant, base_url: String) -> Connection {
    let id = ConnectionId::new(now(), &SystemEntropy);
    Connection {
        tenant: grant.tenant,
        id,
        name: id.to_string(),
        tool: ToolKind::JiraCloud,
        browse_url: base_url.clone(),
        base_url,
        sign_in: SignIn::Grant { grant: grant.id },
        secret: SecretId::new(now(), &SystemEntropy),
        transport: bowline_core::layers::Transport::default(),
        gateway: None,
        intake: IntakeProof::default(),
        health: Health::Unknown,
        identity: None,
        settings: std::collections::BTreeMap::new(),
        revision: 0,
        era: 0,
        created_at: now(),
    }
}

fn call(operation: &'static str, method: Method, path: &str, body: &Value) -> OutboundCall {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    OutboundCall {
        method,
        path: format!("/rest/api/3/{path}"),
        headers,
        body,
        operation,
        subject: None,
        repeatable: false,
        asker: Asker::Work,
    }
}

/// What is there to call with.
struct Things {
    issue: String,
    kind: String,
    comment: String,
    transition: String,
}

impl Things {
    async fn find(house: &House) -> Self {
        let kinds = house.ask(Method::GET, "issue/createmeta/ACME/issuetypes", Value::Null).await;
        let kinds = kinds["issueTypes"].as_array().unwrap().clone();
        let kind = kinds.iter().find(|kind| kind["name"] == "Story").unwrap()["id"].as_str().unwrap();
        let fields = json!({"project": {"key": "ACME"}, "issuetype": {"id": kind}, "summary": "one"});
        let made = house.ask(Method::POST, "issue", json!({"fields": fields})).await;
        let issue = made["key"].as_str().unwrap().to_owned();
        let made = house.ask(Method::POST, &format!("issue/{issue}/comment"), json!({"body": words()})).await;
        let steps = house.ask(Method::GET, &format!("issue/{issue}/transitions"), Value::Null).await;
        Self {
            kind: kind.to_owned(),
            comment: made["id"].as_str().unwrap().to_owned(),
            transition: steps["transitions"][0]["id"].as_str().unwrap().to_owned(),
            issue,
        }
    }

    fn call(&self, operation: &Operation) -> OutboundCall {
        let kind = json!({"id": self.kind});
        let body = match operation.name {
            "jira.search" => json!({"jql": "project = ACME", "maxResults": 1}),
            "jira.issue.bulkfetch" => json!({"issueIdsOrKeys": [self.issue], "fields": ["summary"]}),
            "jira.issue.create" => {
                json!({"fields": {"project": {"key": "ACME"}, "issuetype": kind, "summary": "made"}})
            }
            "jira.issue.edit" => json!({"fields": {"summary": "edited"}}),
            "jira.transition.do" => json!({"transition": {"id": self.transition}}),
            "jira.comment.create" | "jira.comment.edit" => json!({"body": words()}),
            _ => Value::Null,
        };
        let mut parts = vec![self.issue.as_str(), self.comment.as_str()];
        if operation.path.starts_with("project/") || operation.path.contains("createmeta") {
            parts = vec!["ACME", &self.kind];
        }
        let query = if operation.path == "mypermissions" { "?permissions=BROWSE_PROJECTS" } else { "" };
        let path = parts.iter().fold(operation.path.to_owned(), |path, part| path.replacen("{}", part, 1));
        call(operation.name, operation.method.parse().unwrap(), &format!("{path}{query}"), &body)
    }
}

fn words() -> Value {
    let text = json!({"type": "text", "text": "words"});
    json!({"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [text]}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_works_with_exactly_its_scopes_and_is_not_made_with_one_of_them_removed() {
    let house = House::new().await;
    let (mut works, mut refused) = (0, 0);
    for operation in operations() {
        for (scopes, filler) in
            [(&operation.classic, "read:me"), (&operation.granular, "read:dashboard:jira")]
        {
            let scopes = scopes.as_deref().expect("both kinds of scopes allow everything that is done");
            // A step can be taken once, so each has things of its own.
            let things = Things::find(&house).await;
            // Nothing is needed for this one; that nothing is known of a token is another case.
            let exact = if scopes.is_empty() { vec![filler] } else { scopes.to_vec() };
            let answer = house.send(&house.careful, &exact, things.call(operation)).await;
            let answer = answer.unwrap_or_else(|failure| panic!("{}: {failure:?}", operation.name));
            assert!(answer.status.is_success(), "{}: {}", operation.name, answer.status);
            works += 1;
            for removed in scopes {
                let fewer = scopes.iter().copied().filter(|scope| scope != removed).chain([filler]);
                let fewer: Vec<&str> = fewer.collect();
                let before = house.calls.0.load(Ordering::SeqCst);
                let failure = house.send(&house.careful, &fewer, things.call(operation)).await.unwrap_err();
                assert_eq!(failure.code, AUTH_SCOPE_MISSING, "{} without {removed}", operation.name);
                assert!(failure.words.expose().ends_with(removed), "{:?}", failure.words.expose());
                assert_eq!(house.calls.0.load(Ordering::SeqCst), before, "nothing was sent");
                // And it would have been refused.
                let failure = house.send(&*house.careless, &fewer, things.call(operation)).await.unwrap_err();
                assert_eq!(failure.code, AUTH_SCOPE_MISSING, "{} without {removed}", operation.name);
                refused += 1;
            }
        }
    }
    assert_eq!(works, 2 * operations().len());
    assert!(refused > 100, "{refused}");
}
