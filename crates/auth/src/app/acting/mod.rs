//! Acting for people where a site has installed the app: by the app's own right, which the site's administrators gave it with
//! the scope `ACT_AS_USER`, and not by grants of theirs (docs/adr/0020).
//!
//! The app asserts, signed with what it shares with the site, for whom it calls, and gets a token that is good for some
//! minutes (`bowline_connect::client::UserTokens`, in memory, so many at most). Who may be acted for is decided elsewhere,
//! by the profile and the user mapping; here is what the site says to it. What it refuses the service account does
//! instead, as for everybody ([`bowline_core::delegation`]).

mod delegations;
mod refusals;
pub(crate) mod stand_in;

use std::sync::Arc;

use bowline_connect::client::{Error, Grant, UserTokens};
use bowline_connect::descriptor::Scope;
use bowline_connect::installation::{Installation, Product, State};
use bowline_core::code::{
    AUTH_APP_MISCONFIGURED, AUTH_APP_UNINSTALLED, AUTH_OTHER_ADDRESS, AUTH_PERSON_REFUSED, AUTH_TOKEN_STALE,
    SEAL_CORRUPT, STORE_UNAVAILABLE,
};
use bowline_core::connection::{Connection, SignIn};
use bowline_core::delegation::{Delegate, Delegation};
use bowline_core::failure::{Executed, Failure, Words};
use bowline_core::grant::{self, GrantState};
use bowline_core::port::StoreError;
use bowline_core::secret::Secret;
use bowline_core::{Code, ConnectionId, InstallationId, OauthClientId, TenantId};
use http::StatusCode;
use uuid::Uuid;

pub use delegations::AppDelegations;

use self::refusals::Refusals;
use super::secrets::Opened;
use super::{Sites, document};

/// What a token is asked for: to write a comment, and to read what became of it.
const SCOPES: [Scope; 2] = [Scope::Read, Scope::Write];

/// Acts for people of sites.
pub struct Impersonation {
    sites: Arc<Sites>,
    users: UserTokens,
    refusals: Refusals,
}

impl Impersonation {
    /// Over the sites that have the app; `users` gets the tokens.
    pub fn new(sites: Arc<Sites>, users: UserTokens) -> Self {
        Self { sites, users, refusals: Refusals::default() }
    }

    /// What stands in for a consent of somebody's own; `None` if the app acts for nobody there.
    ///
    /// Since when a site lets it is not told. Every lifecycle call may have brought it, so what people wrote before the last
    /// one is not written as them.
    async fn delegate(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        person: &str,
    ) -> Result<Option<Delegate>, StoreError> {
        let ports = self.sites.ports();
        let Some(connection) = ports.registry.connection(tenant, connection).await? else { return Ok(None) };
        let SignIn::Connect { installation } = connection.sign_in else { return Ok(None) };
        let Some(row) = ports.rows.installation(tenant, installation).await? else { return Ok(None) };
        // One that cannot be read acts for nobody; whoever lists sites is told of it.
        let Ok(it) = document::read(&row, Opened::default()) else { return Ok(None) };
        let lets = it.product == Product::Jira
            && it.state == State::Enabled
            && row.secret.is_some()
            && it.oauth_client_id.is_some();
        if person.is_empty() || !lets || self.refusals.hold(installation, None, ports.clock.now()) {
            return Ok(None);
        }
        let delegation = Delegation {
            tenant,
            connection: connection.id,
            person: person.to_owned(),
            grant: stand_in::grant_of(installation),
            site: connection.browse_url,
            base_url: None,
            since: it.changed_at,
            consented_at: it.changed_at,
            refused: self.refusals.of(installation, Some(person)),
        };
        Ok(Some(Delegate { grant: standing(tenant, installation, &it), delegation }))
    }

    /// A token for the person as whom a connection is called.
    pub(crate) async fn token(
        &self,
        connection: &Connection,
        installation: InstallationId,
    ) -> Result<Secret, Failure> {
        let (person, it) = self.asked(connection, installation).await?;
        let grant = Grant { account_id: person, scopes: &SCOPES };
        match self.users.get(&it, grant).await {
            Ok(token) => {
                self.refusals.forget(installation, Some(person));
                Ok(token)
            }
            Err(error) => Err(self.refused(installation, person, error)),
        }
    }

    /// The site did not take the token: the next call gets another one.
    pub(crate) async fn stale(
        &self,
        connection: &Connection,
        installation: InstallationId,
    ) -> Result<(), Failure> {
        let (person, it) = self.asked(connection, installation).await?;
        self.users.forget(&it, Grant { account_id: person, scopes: &SCOPES });
        Ok(())
    }

    /// The site did not take a new one either: nobody tries again for a while.
    pub(crate) fn not_taken(&self, connection: &Connection, installation: InstallationId, code: Code) {
        let now = self.sites.ports().clock.now();
        let person = connection.identity.as_ref().map(|who| who.id.as_str());
        if person.is_some() {
            self.refusals.add(installation, person, (code, now));
        }
    }

    /// For whom, and of which site. A token is shown at the site's own address and nowhere else.
    async fn asked<'a>(
        &self,
        connection: &'a Connection,
        installation: InstallationId,
    ) -> Result<(&'a str, Installation), Failure> {
        let gone = || Failure::wait(AUTH_APP_UNINSTALLED);
        let person = connection.identity.as_ref().map(|who| who.id.as_str());
        let person = person.ok_or_else(|| Failure::wait(AUTH_PERSON_REFUSED))?;
        let away = || Failure::retry(STORE_UNAVAILABLE, Executed::No);
        let row = self.sites.ports().rows.installation(connection.tenant, installation).await;
        let row = row.map_err(|_| away())?.ok_or_else(gone)?;
        let opened = self.sites.opened(&row).await.map_err(|_| away())?;
        let it = document::read(&row, opened).map_err(|_| Failure::wait(SEAL_CORRUPT))?;
        if it.state != State::Enabled {
            return Err(gone());
        }
        match it.base_url.trim_end_matches('/') == connection.base_url.trim_end_matches('/') {
            true => Ok((person, it)),
            false => Err(Failure::wait(AUTH_OTHER_ADDRESS)),
        }
    }

    /// What a refusal means for the call, which was not made. What is about the app is the whole site's, and nobody's fault
    /// who is acted for.
    fn refused(&self, installation: InstallationId, person: &str, error: Error) -> Failure {
        let now = self.sites.ports().clock.now();
        match error {
            Error::NoUserToken { status, code } if is_about_the_app(status, &code) => {
                if self.refusals.add(installation, None, (AUTH_APP_MISCONFIGURED, now)) {
                    tracing::warn!(
                        %installation, status = status.as_u16(), code,
                        "a site lets the app act for nobody: it has not the scope ACT_AS_USER there, or the site knows it no more"
                    );
                }
                Failure::wait(AUTH_APP_MISCONFIGURED)
            }
            Error::NoUserToken { status, code } if status.is_client_error() && !is_about_haste(status) => {
                self.refusals.add(installation, Some(person), (AUTH_PERSON_REFUSED, now));
                let words = format!("Atlassian gives no token for {person}: {} {code}", status.as_u16());
                Failure::wait(AUTH_PERSON_REFUSED).with_words(Words::new(words.trim_end()))
            }
            Error::NotInstalled => Failure::wait(AUTH_APP_UNINSTALLED),
            Error::NoClientId => Failure::wait(AUTH_APP_MISCONFIGURED),
            // The call itself was never sent, whatever became of the one for its token.
            Error::Unsent(failure) | Error::Unsure(failure) => Failure { executed: Executed::No, ..failure },
            _ => Failure::retry(AUTH_TOKEN_STALE, Executed::No),
        }
    }
}

/// RFC 6749 section 5.2: the client is not known, may not do this, or has not these scopes.
fn is_about_the_app(status: StatusCode, code: &str) -> bool {
    status.is_client_error() && matches!(code, "invalid_client" | "unauthorized_client" | "invalid_scope")
}

fn is_about_haste(status: StatusCode) -> bool {
    matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
}

/// A grant that nobody gave: it serves as long as the site lets the app, and has no row.
fn standing(tenant: TenantId, installation: InstallationId, it: &Installation) -> grant::Grant {
    grant::Grant {
        tenant,
        id: stand_in::grant_of(installation),
        client: OauthClientId::from_uuid(Uuid::nil()),
        subject: None,
        redirect_uri: None,
        scopes: Vec::new(),
        state: GrantState::Active,
        reason: None,
        words: None,
        since: it.changed_at,
        secret: None,
        version: 0,
        consented_at: Some(it.changed_at),
        rotated_at: None,
        used_at: None,
        access_until: None,
        idle_until: None,
        ends_at: None,
        attempt: None,
        fails: 0,
        retry_at: None,
        warned: None,
        personal: true,
        revision: 0,
        created_at: it.installed_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_about_the_app_is_held_against_nobody() {
        for (status, code, app) in [
            (400, "invalid_client", true),
            (403, "unauthorized_client", true),
            (400, "invalid_scope", true),
            (400, "invalid_grant", false),
            (400, "", false),
            (500, "invalid_client", false),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(is_about_the_app(status, code), app, "{status} {code}");
        }
        assert!(is_about_haste(StatusCode::TOO_MANY_REQUESTS));
    }
}
