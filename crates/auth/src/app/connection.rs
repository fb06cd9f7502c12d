//! The connection that stands for a site: made with its install, and changed by every lifecycle call in the same commit.
//!
//! While the app is switched off or gone, the connection needs a person: work waits and nothing of it is lost. The next
//! install wakes it.

use bowline_connect::installation::{Installation, Product, State};
use bowline_core::code::{AUTH_APP_DISABLED, AUTH_APP_UNINSTALLED};
use bowline_core::commit::Change;
use bowline_core::connection::{Connection, Health, IntakeProof, SignIn, ToolKind};
use bowline_core::finding::{Cause, Occurrence};
use bowline_core::installation;
use bowline_core::layers::Transport;
use bowline_core::port::StoreError;
use bowline_core::work::{Entity, Lane, Touch};
use bowline_core::{Code, ConnectionId, FindingId, SecretId, TenantId, Timestamp};

use super::{Sites, home};

impl Sites {
    /// What the change of an installation is for the connection that stands for it. The row learns which that is.
    pub(super) async fn standing(
        &self,
        row: &mut installation::Installation,
        it: &Installation,
        at: Timestamp,
    ) -> Result<Vec<Change>, StoreError> {
        if it.product != Product::Jira {
            return Ok(Vec::new());
        }
        let known = match row.connection {
            Some(id) => self.ports.registry.connection(row.tenant, id).await?,
            None => None,
        };
        let connection = match known {
            Some(connection) => connection,
            // Nobody needs one for a site that is switched off or gone.
            None if it.state != State::Enabled => return Ok(Vec::new()),
            None => self.new_connection(row, it, at).await?,
        };
        row.connection = Some(connection.id);
        Ok(self.changed(connection, row.secret, it, at))
    }

    fn changed(
        &self,
        before: Connection,
        secret: Option<SecretId>,
        it: &Installation,
        at: Timestamp,
    ) -> Vec<Change> {
        let mut connection = before.clone();
        connection.base_url.clone_from(&it.base_url);
        // What the site wants shown comes in a body that no signature covers: it is taken for frames, and no link leads there.
        connection.browse_url.clone_from(&it.base_url);
        connection.secret = match (it.state, secret) {
            // A row of the old scheme keeps what is shared, for the next install is proved with it. Nothing is signed with it:
            // whatever becomes of the connection's health meanwhile, it has no secret.
            (State::Uninstalled, Some(kept)) if kept == connection.secret => {
                SecretId::new(at, self.ports.entropy.as_ref())
            }
            (State::Uninstalled, _) => connection.secret,
            // Where there is none any more, nothing is found under the old id.
            (_, secret) => secret.unwrap_or(connection.secret),
        };
        let needs = missing(it.state);
        let mut changes = Vec::new();
        if let Health::NeedsAttention { code } = &before.health
            && needs.as_ref() != Some(code)
        {
            let key = Cause::of(code.clone()).at(before.id).key();
            changes.push(Change::SettleCause { key });
        }
        connection.health = match &needs {
            Some(code) => Health::NeedsAttention { code: code.clone() },
            None if connection == before && before.health == Health::Ok => Health::Ok,
            None => Health::Unknown,
        };
        if connection != before || before.revision == 0 {
            changes.push(Change::PutConnection(Box::new(connection)));
        }
        changes.push(match needs {
            Some(code) => self.finding(before.id, code, at),
            None => {
                let entity = Entity::Sweep(before.id);
                Change::Touch(Touch { entity, lane: Lane::Sweep, due_at: at })
            }
        });
        changes
    }

    fn finding(&self, connection: ConnectionId, code: Code, at: Timestamp) -> Change {
        let id = FindingId::new(at, self.ports.entropy.as_ref());
        let cause = Cause::of(code).at(connection);
        Change::Raise(Box::new(Occurrence { id, cause, entity: None, words: None }))
    }

    async fn new_connection(
        &self,
        row: &installation::Installation,
        it: &Installation,
        at: Timestamp,
    ) -> Result<Connection, StoreError> {
        let id = ConnectionId::new(at, self.ports.entropy.as_ref());
        // A site that is switched on has a secret.
        let secret = row.secret.unwrap_or_else(|| SecretId::new(at, self.ports.entropy.as_ref()));
        Ok(Connection {
            tenant: row.tenant,
            id,
            name: self.free_name(row.tenant, &home::label(&it.base_url)).await?,
            tool: ToolKind::JiraCloud,
            base_url: it.base_url.clone(),
            browse_url: it.base_url.clone(),
            transport: Transport::default(),
            gateway: None,
            sign_in: SignIn::Connect { installation: row.id },
            secret,
            intake: IntakeProof::default(),
            health: Health::Unknown,
            identity: None,
            settings: std::collections::BTreeMap::new(),
            revision: 0,
            era: 0,
            created_at: at,
        })
    }

    /// A name that no connection of the tenant has. Whoever takes it at the same time makes the commit fail, and the call is
    /// begun anew.
    async fn free_name(&self, tenant: TenantId, label: &str) -> Result<String, StoreError> {
        let taken = self.ports.registry.connections(tenant).await?;
        Ok(home::free(label, |name| taken.iter().any(|connection| connection.name == name)))
    }
}

/// What keeps calls from being worth trying.
const fn missing(state: State) -> Option<Code> {
    match state {
        State::Enabled => None,
        State::Disabled => Some(AUTH_APP_DISABLED),
        State::Uninstalled => Some(AUTH_APP_UNINSTALLED),
    }
}
