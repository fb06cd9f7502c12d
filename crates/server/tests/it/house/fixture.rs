//! What most tests start from: two connections, a profile, a share, a finding, a line, deliveries, tokens.

use bowline_auth::SystemEntropy;
use bowline_core::Timestamp;
use bowline_core::activity::{Activity, Deed};
use bowline_core::commit::Change;
use bowline_core::finding::{Cause, Occurrence};
use bowline_core::port::{ClaimAsk, Clock, Seal, WorkQueue};
use bowline_core::secret::{Purpose, Secret};
use bowline_core::work::{Claim, Entity, Lanes};
use bowline_core::{
    ConnectionId, EventId, FindingId, ProfileId, ShareId, Side, SignedDuration, TenantId, code,
};
use serde_json::{Value, json};

use super::{Call, House};

/// A profile document over the connections `jira` and `tp`.
pub(crate) const DOCUMENT: &str = r#"schema = 1
name = "stories"
[left]
connection = "jira"
[right]
connection = "tp"
[[routing]]
left = "ACME"
right = "WEB"
[[type]]
left = "Story"
right = "UserStory"
[[type.field]]
left = "summary"
right = "Name"
"#;

/// What Targetprocess says when a user story was edited.
pub(crate) const STORY_UPDATED: &str =
    r#"{"resourceType":"UserStory","resourceId":7,"modification":"Updated","author":{"id":1}}"#;

/// The same document under another name.
pub(crate) fn document(name: &str) -> String {
    DOCUMENT.replace("stories", name)
}

/// The words a tool is supposed to have said about a failure.
pub(crate) const WORDS: &str = "Field 'Risk' cannot be set.";

impl House {
    /// A call with the admin's token.
    pub(crate) fn call(&self, method: &str, path: &str) -> Call<'_> {
        Call::new(self, method, path).token(&self.admin)
    }

    /// A token of a tenant with some scopes.
    pub(crate) async fn token(&self, tenant: &str, scopes: &[&str]) -> String {
        let ask = json!({ "name": "test", "scopes": scopes });
        let made = self.call("POST", "/api/v1/tokens").tenant(tenant).json(ask).send().await;
        made.status(201).json()["token"].as_str().unwrap().to_owned()
    }

    /// The OAuth client `app` and the connection `cloud` with a grant of it that nobody has consented to: their ids.
    pub(crate) async fn grant(&self, tenant: &str) -> (String, String) {
        let ask = json!({
            "name": "app", "provider": "atlassian_cloud", "client_id": "client", "secret": "client-secret",
        });
        let made = self.call("POST", "/api/v1/oauth-clients").tenant(tenant).json(ask).send().await;
        let client = made.status(201).json()["id"].as_str().unwrap().to_owned();
        let connection = self.connect(tenant, json!({
            "name": "cloud", "tool": "jira_cloud", "base_url": "https://acme.example", "oauth_client": "app",
        })).await;
        (client, connection["sign_in"]["grant"].as_str().unwrap().to_owned())
    }

    /// The connection `jira` (Jira Cloud): the answer that made it.
    pub(crate) async fn jira(&self, tenant: &str) -> Value {
        self.connect(tenant, json!({
            "name": "jira", "tool": "jira_cloud", "base_url": "https://acme.example/",
            "sign_in": { "method": "api_token", "email": "bot@acme.example" }, "secret": "api-token-of-jira",
        })).await
    }

    /// The connection `tp` (Targetprocess): the answer that made it.
    pub(crate) async fn tp(&self, tenant: &str) -> Value {
        self.connect(
            tenant,
            json!({
                "name": "tp", "tool": "targetprocess", "base_url": "https://acme.tpondemand.example",
                "sign_in": { "method": "access_token" }, "secret": "access-token-of-tp",
            }),
        )
        .await
    }

    async fn connect(&self, tenant: &str, ask: Value) -> Value {
        self.call("POST", "/api/v1/connections").tenant(tenant).json(ask).send().await.status(201).json()
    }

    /// Both connections and the profile `stories` over them.
    pub(crate) async fn profile(&self, tenant: &str) -> Value {
        self.jira(tenant).await;
        self.tp(tenant).await;
        let ask = json!({ "document": DOCUMENT });
        self.call("POST", "/api/v1/profiles").tenant(tenant).json(ask).send().await.status(201).json()
    }

    /// A share of the item `ACME-KEY` under the profile `stories`, which must be there.
    pub(crate) async fn share(&self, tenant: &str, key: &str) -> Value {
        self.tools.has(key, "Story");
        let ask = json!({ "profile": "stories", "side": "left", "item": key });
        self.call("POST", "/api/v1/shares").tenant(tenant).json(ask).send().await.status(201).json()
    }

    /// A finding about a share, with the tool's words.
    pub(crate) async fn finding(&self, tenant: TenantId, profile: &Value, share: &Value) -> FindingId {
        let id = FindingId::new(self.clock.now(), &SystemEntropy);
        let profile: ProfileId = id_of(profile);
        let share: ShareId = id_of(share);
        let cause = Cause::of(code::SYNC_FIELD_REFUSED).under(profile).about("summary → Name");
        let plain = Secret::from(WORDS.to_owned());
        let words = self.seal.seal(tenant, Purpose::VendorWords, &cause.key(), &plain).await.unwrap();
        let occurrence = Occurrence { id, cause, entity: Some(Entity::Share(share)), words: Some(words) };
        self.write(tenant, vec![Change::Raise(Box::new(occurrence))]).await;
        id
    }

    /// A line of activity about a share.
    pub(crate) async fn line(&self, tenant: TenantId, share: &Value, delay_us: i64) -> EventId {
        let id = EventId::new(self.clock.now(), &SystemEntropy);
        self.write(tenant, vec![Change::Note(Box::new(line(tenant, share, id, delay_us)))]).await;
        id
    }

    /// The same under an id of the test's choice.
    pub(crate) async fn line_with(&self, tenant: TenantId, share: &Value, id: EventId) {
        self.write(tenant, vec![Change::Note(Box::new(line(tenant, share, id, 1_000)))]).await;
    }

    /// Takes all work that is due, as a worker would, and calls it done.
    pub(crate) async fn finish_work(&self) -> Vec<Claim> {
        let (owner, lease) = ("test".to_owned(), SignedDuration::from_secs(60));
        let ask = ClaimAsk { owner, lanes: Lanes::Sync, now: self.clock.now(), lease, limit: 1_000 };
        let claims = self.store.claim(&ask).await.unwrap();
        for claim in &claims {
            self.write(claim.tenant, vec![Change::Ack(claim.clone())]).await;
        }
        claims
    }

    /// The path of a connection's webhook address.
    pub(crate) fn hook(made: &Value) -> String {
        let url = made["webhook"]["url"].as_str().or(made["url"].as_str()).unwrap();
        url.strip_prefix("http://127.0.0.1:7700").unwrap().to_owned()
    }

    /// A connection's id.
    pub(crate) fn connection_id(made: &Value) -> ConnectionId {
        id_of(made)
    }
}

/// The id of an answer.
fn id_of<T: std::str::FromStr<Err: std::fmt::Debug>>(answer: &Value) -> T {
    answer["id"].as_str().unwrap().parse().unwrap()
}

fn line(tenant: TenantId, share: &Value, id: EventId, delay_us: i64) -> Activity {
    Activity {
        tenant,
        id,
        share: id_of(share),
        deed: Deed::Synced,
        target: Some(Side::Right),
        left_key: "ACME-1".to_owned(),
        right_key: "41".to_owned(),
        fields: vec!["summary → Name".to_owned()],
        delay_us: Some(delay_us),
        code: None,
        at: Timestamp::UNIX_EPOCH,
    }
}
