//! How a provider is reached: a Jira that gives tokens stands behind the same certificate and the same gateway as its API,
//! so it is asked by the way of a connection that calls with the grant, or acts by it.

use bowline_core::GrantId;
use bowline_core::code::{AUTH_CERTIFICATE_REFUSED, NET_WRONG_ADDRESS, SEAL_CORRUPT, STORE_UNAVAILABLE};
use bowline_core::connection::Connection;
use bowline_core::failure::{Executed, Failure};
use bowline_core::grant::{Grant, OauthClient, Provider};
use bowline_core::port::{ExchangeCall, Exchanged, SealError, SignError, StoreError};
use http::Uri;

use super::Life;
use crate::attribution::{Age, Presented};
use crate::front;

impl Life {
    /// A connection by whose way the provider is reached; `None` where nothing can stand before it.
    pub(super) async fn way(
        &self,
        grant: &Grant,
        client: &OauthClient,
    ) -> Result<Option<Connection>, StoreError> {
        if matches!(client.provider, Provider::AtlassianCloud | Provider::AtlassianService) {
            return Ok(None);
        }
        let connections = self.ports.registry.connections(grant.tenant).await?;
        if let Some(served) = connections.iter().find(|connection| connection.calls_with(grant.id)) {
            return Ok(Some(served.clone()));
        }
        let acting = self.ports.delegations.delegations_on(grant.tenant, grant.id).await?;
        let may_act =
            |connection: &Connection| acting.iter().any(|delegation| delegation.connection == connection.id);
        Ok(connections.into_iter().find(may_act))
    }

    /// What the gateway before a provider is shown when that is asked for `url`: nothing if none stands there.
    pub(super) fn before(&self, client: &OauthClient, via: Option<&Connection>, url: &str) -> Option<Front> {
        let gateway =
            via.filter(|via| passes(client, via, &reached(client, url.to_owned())))?.gateway.as_ref()?;
        Some(match gateway.grant() {
            Some(grant) => {
                Front::Token { grant, version: self.shown(client.tenant, grant).map(|(is, _)| is) }
            }
            None => Front::Key,
        })
    }

    /// The gateway has refused its token: it is got anew. Fails if there is none.
    pub(super) async fn anew(&self, client: &OauthClient, front: &Front) -> Result<(), Failure> {
        let Front::Token { grant, version } = front else { return Ok(()) };
        // If it was not known before the call, it was got for it.
        let sent =
            version.or_else(|| self.shown(client.tenant, *grant).map(|(is, _)| is)).unwrap_or_default();
        self.refused(client.tenant, *grant, sent).await.map(|_| ()).map_err(front::no_token)
    }

    /// Sends a call, made for where the provider believes to be, to where it is reached.
    pub(super) async fn reach(
        &self,
        client: &OauthClient,
        via: Option<&Connection>,
        mut call: ExchangeCall,
    ) -> Exchanged {
        call.url = reached(client, call.url);
        // Nothing of a customer's stands before Atlassian: no authority of his is trusted there.
        let is_atlassians = matches!(client.provider, Provider::AtlassianCloud | Provider::AtlassianService);
        if let Some(connection) = via.filter(|_| !is_atlassians)
            && let Err(error) = self.dress(client, connection, &mut call).await
        {
            return Exchanged::Unsent(failure(error));
        }
        self.ports.exchange.exchange(call).await
    }

    async fn dress(
        &self,
        client: &OauthClient,
        connection: &Connection,
        call: &mut ExchangeCall,
    ) -> Result<(), SignError> {
        call.handshake = front::handshake(&self.secrets, connection).await?;
        if passes(client, connection, &call.url) {
            let to: Uri = call.url.parse().map_err(|_| SignError::Unfit)?;
            front::pass(&self.secrets, Some(self), connection, &to, &mut call.headers).await?;
        }
        Ok(())
    }
}

/// What a gateway was shown on the way to a provider.
pub(super) enum Front {
    /// What is good until somebody ends it.
    Key,
    /// The token of this grant, in this version if that was known before.
    Token { grant: GrantId, version: Option<i64> },
}

impl Front {
    /// As attribution wants to know it; `renewed`: the token was got anew for this very call.
    pub(super) const fn presented(&self, renewed: bool) -> Presented {
        match self {
            Self::Key => Presented::Fixed,
            Self::Token { .. } if renewed => Presented::Token(Age::Renewed),
            Self::Token { .. } => Presented::Token(Age::Fresh),
        }
    }
}

/// Whether a call to a provider goes by the gateway of a connection. The gateway's own provider is what its token comes
/// from; and what a gateway wants to see is shown to it only.
fn passes(client: &OauthClient, connection: &Connection, url: &str) -> bool {
    client.provider != Provider::Gateway && front::same_origin(url, &connection.base_url)
}

/// The address at which we reach what the provider calls `url`.
fn reached(client: &OauthClient, url: String) -> String {
    match (&client.api_url, url.strip_prefix(client.issuer.as_str())) {
        (Some(api), Some(rest)) if client.provider != Provider::Gateway && rest.starts_with('/') => {
            format!("{api}{rest}")
        }
        _ => url,
    }
}

fn failure(error: SignError) -> Failure {
    match error {
        SignError::NoToken(failure) => failure,
        SignError::Sealed(SealError::Store(_)) => Failure::retry(STORE_UNAVAILABLE, Executed::No),
        SignError::Sealed(_) => Failure::wait(SEAL_CORRUPT),
        SignError::Missing => Failure::wait(AUTH_CERTIFICATE_REFUSED),
        SignError::Unfit => Failure::wait(NET_WRONG_ADDRESS),
    }
}
