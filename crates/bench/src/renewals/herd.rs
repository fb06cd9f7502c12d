//! A herd of grants, all due: written into the service's own database, sealed under its own keys, while it is stopped.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use bowline_auth::{Keyring, Sealer, SystemClock, SystemEntropy, keyfile};
use bowline_core::commit::{Change, Commit};
use bowline_core::connection::Identity;
use bowline_core::grant::{Grant, GrantState, OauthClient, Provider};
use bowline_core::page::PageAsk;
use bowline_core::port::{Commits as _, Grants as _, Registry as _, Seal as _};
use bowline_core::secret::{Purpose, Secret};
use bowline_core::work::{Entity, Lane, Touch};
use bowline_core::{GrantId, OauthClientId, SecretId, SignedDuration, TenantId, Timestamp};
use bowline_store::Store;

use super::endpoint::refresh_token;
use crate::clock::now;

/// How many grants are written together.
const TOGETHER: usize = 500;
/// How many are read at once.
const PAGE: u32 = 1_000;

/// The service's database, from inside.
pub(crate) struct Herd {
    store: Arc<Store>,
    seal: Sealer,
    tenant: TenantId,
}

impl Herd {
    /// Opens what a service has made that is stopped now.
    pub(crate) async fn open(url: &str, data: &Path) -> Result<Self> {
        let store = Arc::new(Store::open(bowline_store::Options::new(url)).await?);
        let key = Arc::new(keyfile::load(&data.join("keys").join("bowline.key"))?);
        let ring = Arc::new(Keyring::unlock(key, Vec::new(), store.clone(), store.clone()).await?);
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
        let seal = Sealer::new(ring, store.clone(), store.clone(), clock, entropy);
        let tenant = store.tenants().await?.first().context("the service has made no tenant")?.id;
        Ok(Self { store, seal, tenant })
    }

    pub(crate) async fn close(self) {
        self.store.close().await;
    }

    /// So many grants of one registration, whose tokens have just ended.
    pub(crate) async fn fill(&self, issuer: &str, count: u32) -> Result<()> {
        let client = self.client(issuer).await?;
        let all: Vec<u32> = (0..count).collect();
        for part in all.chunks(TOGETHER) {
            let mut changes = Vec::with_capacity(3 * part.len());
            for family in part {
                changes.extend(self.grant(&client, *family).await?);
            }
            self.write(changes).await?;
        }
        Ok(())
    }

    async fn write(&self, changes: Vec<Change>) -> Result<()> {
        let commit = Commit { tenant: self.tenant, fence: None, changes, at: now() };
        Ok(self.store.commit(commit).await?)
    }

    async fn client(&self, issuer: &str) -> Result<OauthClient> {
        let (at, entropy, tenant) = (now(), &SystemEntropy, self.tenant);
        let (id, secret) = (OauthClientId::new(at, entropy), SecretId::new(at, entropy));
        let value = Secret::from("client-secret".to_owned());
        let sealed = self.seal.seal(tenant, Purpose::Credential, &secret.to_string(), &value).await?;
        let client = OauthClient {
            tenant,
            id,
            name: "app".to_owned(),
            provider: Provider::AtlassianCloud,
            issuer: issuer.to_owned(),
            api_url: None,
            client_id: "client".to_owned(),
            secret,
            scopes: vec!["read:jira-work".to_owned(), "offline_access".to_owned()],
            revision: 0,
            created_at: at,
        };
        let put = Change::PutOauthClient(Box::new(client.clone()));
        self.write(vec![Change::PutSecret { id: secret, sealed }, put]).await?;
        Ok(client)
    }

    async fn grant(&self, client: &OauthClient, family: u32) -> Result<[Change; 3]> {
        let (at, entropy) = (now(), &SystemEntropy);
        let (id, secret) = (GrantId::new(at, entropy), SecretId::new(at, entropy));
        let tokens = serde_json::json!({
            "access": format!("access-{family}-0"), "refresh": refresh_token(family, 0),
        });
        let tokens = Secret::from(tokens.to_string());
        let sealed = self.seal.seal(self.tenant, Purpose::GrantTokens, &secret.to_string(), &tokens).await?;
        let after = |hours: i64| at.checked_add(SignedDuration::from_hours(hours)).ok();
        let grant = Grant {
            tenant: self.tenant,
            id,
            client: client.id,
            subject: Some(Identity { id: format!("person-{family}"), name: format!("Person {family}") }),
            redirect_uri: None,
            scopes: client.scopes.clone(),
            state: GrantState::Active,
            reason: None,
            words: None,
            since: at,
            secret: Some(secret),
            version: 1,
            consented_at: after(-1),
            rotated_at: after(-1),
            used_at: Some(at),
            access_until: Some(at),
            idle_until: after(90 * 24),
            ends_at: after(365 * 24),
            attempt: None,
            fails: 0,
            retry_at: None,
            warned: None,
            personal: false,
            revision: 0,
            created_at: at,
        };
        let touch = Touch { entity: Entity::Grant(id), lane: Lane::Renewal, due_at: at };
        Ok([
            Change::PutSecret { id: secret, sealed },
            Change::PutGrant(Box::new(grant)),
            Change::Touch(touch),
        ])
    }

    /// When each grant was renewed, in seconds since then; an error if one was not, or more than once.
    pub(crate) async fn renewed(&self, since: Timestamp) -> Result<Vec<f64>> {
        let (mut ask, mut all) = (PageAsk { after: None, limit: PAGE }, Vec::new());
        loop {
            let page = self.store.grants(self.tenant, &ask).await?;
            for grant in page.items {
                let well = grant.version == 2 && grant.attempt.is_none() && grant.state == GrantState::Active;
                let at = grant.rotated_at.filter(|_| well);
                let at = at.with_context(|| format!("a grant was not renewed once: {grant:?}"))?;
                all.push(at.duration_since(since).as_secs_f64());
            }
            let Some(next) = page.next else { return Ok(all) };
            ask.after = Some(next);
        }
    }
}
