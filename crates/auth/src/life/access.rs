//! Tokens for callers: from memory, from the row, or after the renewal that is asked for here and done elsewhere.

use std::sync::Arc;
use std::time::Duration;

use bowline_core::code::{
    AUTH_CONSENT_INCOMPLETE, AUTH_FORGE_TOKEN_MISSING, AUTH_GRANT_ENDED, AUTH_TOKEN_STALE, NET_WRONG_ADDRESS,
};
use bowline_core::commit::{Change, Commit};
use bowline_core::grant::{Grant, GrantState, Provider};
use bowline_core::port::{SealError, StoreError};
use bowline_core::secret::Secret;
use bowline_core::work::{Entity, Lane, Touch};
use bowline_core::{Code, GrantId, OauthClientId, SignedDuration, TenantId, Timestamp};

use http::Uri;
use url::{Origin, Url};

use super::ask::{Unusable, credential};
use super::push::is_young;
use super::{Held, Life};
use crate::oauth1::{self, SeenAs};
use crate::scopes;

/// How long an opened token is used without a look at its row.
const MEMORY: SignedDuration = SignedDuration::from_mins(1);
/// A token that ends so soon is not sent any more.
const EDGE: SignedDuration = SignedDuration::from_secs(10);
/// How often a caller looks whether another process has renewed; in the same process it is told.
const LOOK: Duration = Duration::from_millis(200);
/// How long a caller waits: a little longer than one exchange with the provider may take.
const PATIENCE: SignedDuration = SignedDuration::from_secs(40);
/// How many grants are remembered.
const CAPACITY: usize = 10_000;

/// What proves to the tool who we are.
#[derive(Clone)]
pub struct Access {
    /// What is shown.
    pub shown: Shown,
    /// Which of the grant's successive tokens it is.
    pub version: i64,
    /// When it ends, by our clock.
    pub until: Option<Timestamp>,
    /// The registration that it was given to.
    pub(crate) client: OauthClientId,
    /// The only place it may be shown to: the provider's own, a gateway's, or Atlassian's.
    home: Origin,
    /// Who gave it, and what it may do.
    given: (Provider, Arc<[String]>),
}

impl Access {
    /// The scopes that it lacks for a call, by the name of its operation.
    pub fn lacks(&self, operation: &str) -> Vec<&'static str> {
        let (provider, scopes) = &self.given;
        scopes::missing(*provider, scopes, operation)
    }

    /// Whether a request goes where this may be shown: same scheme, host and port.
    pub fn is_for(&self, url: &Uri) -> bool {
        Url::parse(&url.to_string()).is_ok_and(|url| url.origin() == self.home)
    }
}

/// What is shown to the tool.
#[derive(Clone)]
pub enum Shown {
    /// A bearer token.
    Bearer(Secret),
    /// A signature.
    ///
    /// Over the address under which the provider knows itself, if that is not the one we call.
    Oauth1(oauth1::Credential, Option<Box<SeenAs>>),
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum NoAccess {
    /// The grant has none, and only a person can help.
    #[error("the grant gives no token: {0}")]
    Ended(Code),
    /// It could not be renewed in time; trying again may help.
    #[error("no token for now: {0}")]
    Late(Code),
    /// It cannot be opened, or the database does not answer.
    #[error(transparent)]
    Sealed(#[from] SealError),
}

impl From<StoreError> for NoAccess {
    fn from(error: StoreError) -> Self {
        Self::Sealed(error.into())
    }
}

impl Life {
    /// What to show for a grant. Waits up to 40 s for a renewal if its token has ended.
    pub async fn access(&self, tenant: TenantId, id: GrantId) -> Result<Access, NoAccess> {
        let now = self.now();
        if let Some(access) = self.remembered((tenant, id), now) {
            return Ok(access);
        }
        let mut asked = false;
        let deadline = now.saturating_add(PATIENCE).unwrap_or(now);
        loop {
            let told = self.tended.notified();
            let grant = self.grant(tenant, id).await?;
            if !grant.state.serves() {
                return Err(NoAccess::Ended(grant.reason.unwrap_or(match grant.state {
                    GrantState::Pending => AUTH_CONSENT_INCOMPLETE,
                    _ => AUTH_GRANT_ENDED,
                })));
            }
            let now = self.now();
            if grant.secret.is_some() && is_good(grant.access_until, now) {
                match self.open(&grant, now).await? {
                    Some(access) => return Ok(access),
                    // Renewed between the two reads; anything else would be damage.
                    None if now < deadline && self.grant(tenant, id).await?.version != grant.version => {
                        continue;
                    }
                    None => return Err(SealError::Corrupt("the tokens of a grant are gone").into()),
                }
            }
            if self.is_pushed(&grant).await? {
                // Whoever waits for it waits for an hour: the look that is asked for says so to people.
                self.ask_for_renewal(&grant, Vec::new()).await?;
                return Err(NoAccess::Ended(AUTH_FORGE_TOKEN_MISSING));
            }
            let refused = grant.retry_at.is_some_and(|at| at > now);
            if refused || now >= deadline {
                return Err(NoAccess::Late(grant.reason.unwrap_or(AUTH_TOKEN_STALE)));
            }
            if !asked {
                self.ask_for_renewal(&grant, Vec::new()).await?;
                asked = true;
            }
            // Whoever renews may be another process.
            let _ = tokio::time::timeout(LOOK, told).await;
        }
    }

    /// The tool has refused this version of the token: it is renewed, unless it was already.
    pub async fn refused(&self, tenant: TenantId, id: GrantId, version: i64) -> Result<Access, NoAccess> {
        self.shelf().remove(&(tenant, id));
        let mut grant = self.grant(tenant, id).await?;
        let now = self.now();
        if grant.version == version && is_good(grant.access_until, now) && grant.attempt.is_none() {
            if is_young(&grant, now) && self.is_pushed(&grant).await? {
                return Err(NoAccess::Late(AUTH_TOKEN_STALE));
            }
            grant.access_until = Some(now);
            let row = Change::PutGrant(Box::new(grant.clone()));
            match self.ask_for_renewal(&grant, vec![row]).await {
                // Somebody else has changed the row: what it says now is what counts.
                Ok(()) | Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.access(tenant, id).await
    }

    /// The version that callers were given last, if it is remembered, and when it ends.
    pub fn shown(&self, tenant: TenantId, id: GrantId) -> Option<(i64, Option<Timestamp>)> {
        self.shelf().get(&(tenant, id)).map(|held| (held.access.version, held.access.until))
    }

    async fn ask_for_renewal(&self, grant: &Grant, mut changes: Vec<Change>) -> Result<(), StoreError> {
        let at = self.now();
        let entity = Entity::Grant(grant.id);
        changes.push(Change::Touch(Touch { entity, lane: Lane::Caller, due_at: at }));
        self.ports.commits.commit(Commit { tenant: grant.tenant, fence: None, changes, at }).await?;
        self.ports.bell.ring(Lane::Caller).await;
        Ok(())
    }

    pub(super) async fn grant(&self, tenant: TenantId, id: GrantId) -> Result<Grant, StoreError> {
        self.ports.grants.grant(tenant, id).await?.ok_or(StoreError::NotFound("grant"))
    }

    fn remembered(&self, key: (TenantId, GrantId), now: Timestamp) -> Option<Access> {
        let held = self
            .shelf()
            .get(&key)
            .filter(|held| held.until > now && is_good(held.access.until, now))
            .cloned()?;
        self.used().insert(key, now);
        Some(held.access)
    }

    /// `None` if the tokens are not where the row says.
    async fn open(&self, grant: &Grant, now: Timestamp) -> Result<Option<Access>, NoAccess> {
        let client = self.ports.grants.oauth_client(grant.tenant, grant.client).await?;
        let client = client.ok_or(StoreError::NotFound("OAuth client"))?;
        let home = match client.provider {
            Provider::AtlassianCloud | Provider::AtlassianService | Provider::Forge => {
                &self.options.cloud_api
            }
            _ => client.api_url.as_ref().unwrap_or(&client.issuer),
        };
        let home = Url::parse(home).map_err(|_| NoAccess::Late(NET_WRONG_ADDRESS))?.origin();
        let Some(tokens) = self.tokens(grant).await? else { return Ok(None) };
        let shown = if client.provider == Provider::JiraOauth1 {
            let secret = self.client_secret(&client).await?;
            let credential = credential(&client, &secret, Some(&tokens));
            let seen =
                client.api_url.as_ref().map(|api| SeenAs::new(api, &client.issuer).map(Box::new)).transpose();
            let seen = seen.map_err(|_| NoAccess::Late(NET_WRONG_ADDRESS))?;
            Shown::Oauth1(credential.map_err(|Unusable(code)| NoAccess::Late(code))?, seen)
        } else {
            Shown::Bearer(Secret::from(tokens.access.clone()))
        };
        let given = (client.provider, grant.scopes.clone().into());
        let (version, until, client) = (grant.version, grant.access_until, client.id);
        let access = Access { shown, version, until, client, home, given };
        let until = now.saturating_add(MEMORY).unwrap_or(now);
        self.used().insert((grant.tenant, grant.id), now);
        let mut shelf = self.shelf();
        if shelf.len() >= CAPACITY {
            shelf.retain(|_, held| held.until > now);
        }
        if shelf.len() < CAPACITY {
            shelf.insert((grant.tenant, grant.id), Held { access: access.clone(), until });
        }
        Ok(Some(access))
    }
}

fn is_good(until: Option<Timestamp>, now: Timestamp) -> bool {
    until.is_none_or(|until| until.duration_since(now) > EDGE)
}
