//! A code is entered: the installation is its tenant's from then on, and a connection stands for its site.
//!
//! One commit is all of it. The code's use comes first and makes the whole fail if somebody was faster. A site that was
//! tied before in this tenant keeps its connection, whatever the installation is called now: Atlassian says which site it is.
//! An installation that is another tenant's goes to nobody else until that tenant has deleted its connection.

use bowline_connect::forge::{CodeHash, InstallationId, Invoked};
use bowline_connect::installation::{Product, StoreError};
use bowline_core::commit::{Change, Commit, DirectoryKind};
use bowline_core::connection::{Connection, Health, IntakeProof, SignIn, ToolKind};
use bowline_core::grant::{Grant, OauthClient, Provider};
use bowline_core::installation::{Installation, UsedToken};
use bowline_core::layers::Transport;
use bowline_core::port::{self, DirectoryEntry, SealError};
use bowline_core::work::{Entity, Lane, Touch};
use bowline_core::{
    ConnectionId, GrantId, InstallationId as InstallationRow, OauthClientId, SecretId, SignedDuration,
    TenantId, Timestamp, crash,
};
use url::Url;

use super::document::{self, Remote};
use super::{ForgeSites, fit, product_scopes, told};
use crate::app::home::{free, label};
use crate::token::sha256;

/// How often a commit is made anew because something has changed under it.
const TRIES: u32 = 4;
/// How long the use of a code is remembered: longer than any can be entered.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(48);

/// Where a code is, and who enters it.
struct Entry<'a> {
    code: DirectoryEntry,
    hash: &'a CodeHash,
    installation: &'a InstallationId,
    invoked: &'a Invoked,
}

impl ForgeSites {
    pub(super) async fn tie(
        &self,
        installation: &InstallationId,
        invoked: &Invoked,
        (hash, now): (&CodeHash, Timestamp),
    ) -> Result<bool, StoreError> {
        let mut tries = 0;
        loop {
            let found = self.ports.registry.directory(DirectoryKind::PairingCode, &hash.0).await;
            let Some(code) = found.map_err(told)?.filter(|code| code.until.is_some_and(|until| until > now))
            else {
                return Ok(false);
            };
            let entry = Entry { code, hash, installation, invoked };
            let before = self.row(installation).await.map_err(told)?;
            if let Some(row) = before.as_ref().filter(|row| row.tenant != entry.code.tenant) {
                if self.is_held(row).await.map_err(told)? {
                    return Ok(false);
                }
                self.untie(installation).await?;
                continue;
            }
            let commit =
                self.tying(&entry, before, now).await.map_err(|error| StoreError(error.to_string()))?;
            crash::point("forge.pair.before");
            let done = self.ports.commits.commit(commit).await;
            crash::point("forge.pair.after");
            match done {
                Ok(()) => return Ok(true),
                Err(port::StoreError::Conflict("used token")) => return Ok(false),
                // A name was taken, or the connection changed, at the same time.
                Err(port::StoreError::Conflict(_)) if tries < TRIES => tries += 1,
                Err(error) => return Err(told(error)),
            }
        }
    }

    /// Whether a tenant still has what stands for an installation.
    async fn is_held(&self, row: &Installation) -> Result<bool, port::StoreError> {
        match row.connection {
            Some(id) => Ok(self.ports.registry.connection(row.tenant, id).await?.is_some()),
            None => Ok(false),
        }
    }

    /// Other installations of the tenant that call by the same grant: the site was installed anew, or in another
    /// environment. The latest is the one that counts.
    async fn replaced(
        &self,
        tenant: TenantId,
        own: InstallationRow,
        grant: GrantId,
    ) -> Result<Vec<Change>, port::StoreError> {
        let rows = self.ports.rows.installations(tenant, None, super::MOST).await?;
        let is_other = |row: &&Installation| {
            row.id != own && document::read(row).is_ok_and(|remote| remote.grant == Some(grant))
        };
        let drop = |row: &Installation| Change::DropInstallation { id: row.id, revision: row.revision };
        Ok(rows.iter().filter(is_other).map(drop).collect())
    }

    async fn tying(
        &self,
        entry: &Entry<'_>,
        before: Option<Installation>,
        now: Timestamp,
    ) -> Result<Commit, SealError> {
        let tenant = entry.code.tenant;
        let unreadable = |_| port::StoreError::Unreadable("the directory's entry of a code".to_owned());
        let used = sha256(&[b"forge code ", entry.hash.0.as_slice()].concat());
        let until = now.saturating_add(REMEMBERED).unwrap_or(now);
        let mut changes = vec![
            Change::UseToken(UsedToken { token: used, body: entry.hash.0, until }),
            Change::EndDirectory { kind: DirectoryKind::PairingCode, id: entry.code.id.clone(), until: now },
        ];
        let id = match &before {
            Some(row) => row.id,
            None => {
                let (kind, id) = (DirectoryKind::Remote, entry.code.id.clone());
                let hash = sha256(entry.installation.as_str().as_bytes());
                changes.push(Change::PutDirectory { kind, hash, id, until: None });
                entry.code.id.parse().map_err(unreadable)?
            }
        };
        let invocation = &entry.invoked.invocation;
        let api = invocation.api_base_url(Product::Jira, &self.facts.gateway);
        let mut remote = Remote::new(invocation, None, now);
        let mut stands = None;
        if let Some(api) = api {
            let (connection, grant) = self.stand_in(tenant, &api, &remote, &mut changes, now).await?;
            let mut connection = connection;
            remote.grant = Some(grant.id);
            stands = Some(connection.id);
            changes.extend(self.replaced(tenant, id, grant.id).await?);
            let token = fit(entry.invoked.system_token.as_ref());
            changes.extend(self.life.tied(grant, &mut connection, token).await?);
            let (entity, lane) = (Entity::Sweep(connection.id), Lane::Sweep);
            changes.push(Change::PutConnection(Box::new(connection)));
            changes.push(Change::Touch(Touch { entity, lane, due_at: now }));
        }
        let revision = before.map_or(0, |row| row.revision);
        let client_key = entry.installation.as_str().to_owned();
        let document = document::write(&remote)?;
        let (secret, previous, connection) = (None, None, stands);
        let row = Installation { tenant, id, client_key, connection, secret, previous, document, revision };
        changes.push(Change::PutInstallation(Box::new(row)));
        Ok(Commit { tenant, fence: None, changes, at: now })
    }

    /// The connection for a site, with the grant it calls by: those that were there, or new ones.
    async fn stand_in(
        &self,
        tenant: TenantId,
        api: &Url,
        remote: &Remote,
        changes: &mut Vec<Change>,
        now: Timestamp,
    ) -> Result<(Connection, Grant), port::StoreError> {
        let base_url = api.as_str().trim_end_matches('/').to_owned();
        let clients = self.grants.oauth_clients(tenant).await?;
        let ours = clients.iter().find(|client| self.is_ours(client));
        let connections = self.ports.registry.connections(tenant).await?;
        if let Some(client) = ours {
            for connection in connections.iter().filter(|connection| connection.base_url == base_url) {
                if let SignIn::Grant { grant } = connection.sign_in
                    && let Some(grant) = self.grants.grant(tenant, grant).await?
                    && grant.client == client.id
                {
                    return Ok((connection.clone(), grant));
                }
            }
        }
        let client = match ours {
            Some(client) => client.clone(),
            None => {
                let client = self.registration(tenant, &clients, now);
                changes.push(Change::PutOauthClient(Box::new(client.clone())));
                client
            }
        };
        let grant = self.life.pending(&client);
        let browse_url = remote.site_url.as_deref().and_then(web).unwrap_or_else(|| base_url.clone());
        let id = ConnectionId::new(now, self.ports.entropy.as_ref());
        let connection = Connection {
            tenant,
            id,
            name: free(&label(&browse_url), |name| connections.iter().any(|taken| taken.name == name)),
            tool: ToolKind::JiraCloud,
            base_url,
            browse_url,
            transport: Transport::default(),
            gateway: None,
            sign_in: SignIn::Grant { grant: grant.id },
            secret: SecretId::new(now, self.ports.entropy.as_ref()),
            intake: IntakeProof::default(),
            health: Health::Unknown,
            identity: None,
            settings: std::collections::BTreeMap::new(),
            revision: 0,
            era: 0,
            created_at: now,
        };
        Ok((connection, grant))
    }

    fn is_ours(&self, client: &OauthClient) -> bool {
        client.provider == Provider::Forge
            && client.client_id == self.facts.app.as_str()
            && client.issuer == self.gateway()
    }

    fn gateway(&self) -> &str {
        self.facts.gateway.as_str().trim_end_matches('/')
    }

    /// What the tokens of a tenant's installations are given to. It has no secret: nobody is ever asked.
    fn registration(&self, tenant: TenantId, taken: &[OauthClient], now: Timestamp) -> OauthClient {
        OauthClient {
            tenant,
            id: OauthClientId::new(now, self.ports.entropy.as_ref()),
            name: free("forge", |name| taken.iter().any(|client| client.name == name)),
            provider: Provider::Forge,
            issuer: self.gateway().to_owned(),
            api_url: None,
            client_id: self.facts.app.as_str().to_owned(),
            secret: SecretId::new(now, self.ports.entropy.as_ref()),
            scopes: product_scopes(),
            revision: 0,
            created_at: now,
        }
    }
}

/// An address that people can open.
fn web(text: &str) -> Option<String> {
    let url =
        Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host())?;
    Some(url.as_str().trim_end_matches('/').to_owned())
}
