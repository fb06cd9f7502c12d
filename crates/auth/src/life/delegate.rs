//! The end of a sign-in by which somebody lets a connection act as them: their grant is stored, and for which connection
//! it was given. The connection goes on with its own credential; nothing of it changes.

use bowline_core::commit::{Change, Commit};
use bowline_core::connection::Connection;
use bowline_core::delegation::Delegation;
use bowline_core::grant::{Authorization, Grant, OauthClient, Provider};
use bowline_core::port::{SealError, StoreError};
use bowline_core::work::Lane;
use bowline_core::{OauthClientId, TenantId};

use super::Life;
use super::consent::{Finished, NoConsent};
use super::settle::{TRIES, elsewhere};
use super::tokens::Given;
use super::who::Who;
use crate::front;

/// What was consented to.
struct Consent {
    /// The row to begin with, if the person has no grant yet.
    fresh: Grant,
    client: OauthClient,
    connection: Connection,
    who: Who,
    given: Given,
    /// Where their calls go, if not where the connection's go.
    base_url: Option<String>,
}

impl Life {
    /// A grant for a person who is not known yet. It is stored only once they have consented.
    pub(super) async fn for_a_person(
        &self,
        tenant: TenantId,
        client: OauthClientId,
    ) -> Result<(Grant, OauthClient), NoConsent> {
        let client = self.ports.grants.oauth_client(tenant, client).await?;
        let client = client.ok_or(StoreError::NotFound("OAuth client"))?;
        Ok((Grant { personal: true, ..self.pending(&client) }, client))
    }

    /// Stores that a connection may act as whoever has just consented. One person has one grant for one of our
    /// registrations: if there is one, it is the one that lives on, with the new tokens. `connection` is as it was before they
    /// were got.
    pub(super) async fn delegate(
        &self,
        row: Authorization,
        fresh: Grant,
        client: OauthClient,
        given: Given,
        connection: Connection,
    ) -> Result<Finished, NoConsent> {
        let (base_url, site) = if client.provider == Provider::AtlassianCloud {
            let sites = self.sites(&client, &given.tokens).await?;
            let site = self.own_site(&connection, &sites).ok_or_else(|| elsewhere(&connection, &sites))?;
            (Some(self.site_api(site)), Some(site.clone()))
        } else {
            at_home(&client, &connection)?;
            (None, None)
        };
        let who = self.whoami(&client, &given.tokens, site.as_ref(), &connection).await?;
        let consent = Consent { fresh, client, connection, who, given, base_url };
        let mut tries = 1;
        let grant = loop {
            match self.keep(&row, &consent).await {
                // A renewal was under way, or the same person signed in twice: what is there now is read again.
                Err(NoConsent::Sealed(SealError::Store(StoreError::Conflict(_)))) if tries < TRIES => {
                    tries += 1
                }
                done => break done?,
            }
        };
        self.forget(&row, grant.id);
        self.ports.bell.ring(Lane::Renewal).await;
        let Consent { connection, who, .. } = consent;
        Ok(Finished::Delegated { connection: connection.name, who: who.account, site: connection.browse_url })
    }

    async fn keep(&self, row: &Authorization, consent: &Consent) -> Result<Grant, NoConsent> {
        let Consent { fresh, client, connection, who, given, base_url } = consent;
        let now = self.connection(row).await?;
        if now.transport.authorities != connection.transport.authorities {
            // The tokens were got by the word of others than those who vouch for it now.
            return Err(NoConsent::Unknown);
        }
        let same = self.ports.grants.grant_of(row.tenant, client.id, &who.account.id).await?;
        let before = same.unwrap_or_else(|| fresh.clone());
        let (id, old, at, anew) = (self.new_row(), before.secret, self.now(), !before.state.serves());
        let grant = Grant { secret: Some(id), ..self.consented(before, client, &who.account, row, given) };
        let sealed = self.sealed(grant.tenant, id, &given.tokens).await?;
        let unchanged = Change::Unchanged { connection: now.id, revision: now.revision };
        let mut changes = vec![unchanged, Change::PutSecret { id, sealed }];
        changes.extend(old.map(Change::DropSecret));
        changes.extend(self.welcomed(&grant));
        // The tokens are new for every connection that acts by them: what was refused before is tried again.
        let others = self.ports.delegations.delegations_on(row.tenant, grant.id).await?;
        changes.extend(others.iter().map(|other| Change::SettleCause { key: other.refused_cause().key() }));
        changes.push(Change::RenewDelegations { grant: grant.id, person: who.person.clone(), anew });
        changes.push(Change::PutDelegation(Box::new(Delegation {
            tenant: row.tenant,
            connection: connection.id,
            person: who.person.clone(),
            grant: grant.id,
            site: connection.browse_url.clone(),
            base_url: base_url.clone(),
            since: at,
            consented_at: at,
            refused: None,
        })));
        self.ports.commits.commit(Commit { tenant: row.tenant, fence: None, changes, at }).await?;
        Ok(grant)
    }
}

/// Tokens of a registration are shown to its own Jira and nowhere else: the connection has to lead there.
fn at_home(client: &OauthClient, connection: &Connection) -> Result<(), NoConsent> {
    let home = client.api_url.as_ref().unwrap_or(&client.issuer);
    if front::same_origin(home, &connection.base_url) {
        return Ok(());
    }
    Err(NoConsent::NoSite(format!("{}, not {}", client.issuer, connection.browse_url)))
}
