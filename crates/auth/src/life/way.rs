//! How a provider is reached: a Jira that gives tokens stands behind the same certificate and the same gateway as its API,
//! so it is asked by the way of a connection that calls with the grant, or acts by it.

use bowline_core::code::{AUTH_CERTIFICATE_REFUSED, NET_WRONG_ADDRESS, SEAL_CORRUPT, STORE_UNAVAILABLE};
use bowline_core::connection::Connection;
use bowline_core::failure::{Executed, Failure};
use bowline_core::grant::{Grant, OauthClient, Provider};
use bowline_core::port::{ExchangeCall, Exchanged, SealError, SignError, StoreError};
use http::Uri;

use super::Life;
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
        // The gateway's own provider is what its token comes from; and a key is shown to the gateway only.
        if client.provider != Provider::Gateway && front::same_origin(&call.url, &connection.base_url) {
            let to: Uri = call.url.parse().map_err(|_| SignError::Unfit)?;
            front::pass(&self.secrets, Some(self), connection, &to, &mut call.headers).await?;
        }
        Ok(())
    }
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
