//! Scoped API tokens of Jira Cloud are refused at the site and taken at Atlassian's gateway. People do not know which kind
//! they hold, so it is found out: if the site refuses, the gateway is asked.
//!
//! Where a call goes is remembered as the connection's `base_url`; links for people stay with the site.

use bowline_core::code::{AUTH_ANONYMOUS, AUTH_REJECTED, AUTH_SCOPE_MISSING};
use bowline_core::connection::{Connection, Identity, SignIn, ToolKind};
use bowline_core::failure::Failure;
use bowline_core::port::Asker;

use crate::app::App;

/// What came of asking who we are: at the site, or else at the gateway. Where the gateway knows us, the connection
/// goes there from now on.
pub(super) async fn probe(app: &App, connection: &mut Connection) -> Result<Identity, Failure> {
    let refused = match app.ports.tools.catalogue(connection).probe(Asker::Person).await {
        Err(failure) if is_worth_a_try(connection, &failure) => failure,
        done => return done,
    };
    let (life, tenant) = (&app.ports.life, connection.tenant);
    let Some(api) = life.site_api_of(tenant, &connection.browse_url).await else { return Err(refused) };
    // As it will be once it is stored, so that what is remembered of the tool is of there.
    let moved = Connection { base_url: api, revision: connection.revision + 1, ..connection.clone() };
    match app.ports.tools.catalogue(&moved).probe(Asker::Person).await {
        Ok(identity) => {
            connection.base_url = moved.base_url;
            Ok(identity)
        }
        // The gateway knows the token, which is too narrow: that is what is wrong with it.
        Err(narrow) if narrow.code == AUTH_SCOPE_MISSING => Err(narrow),
        Err(_) => Err(refused),
    }
}

fn is_worth_a_try(connection: &Connection, failure: &Failure) -> bool {
    connection.tool == ToolKind::JiraCloud
        && matches!(connection.sign_in, SignIn::ApiToken { .. })
        && connection.base_url == connection.browse_url
        // What a gateway of the customer's own wants to see is nothing for Atlassian's.
        && connection.gateway.is_none()
        && connection.transport.is_plain()
        && (failure.code == AUTH_REJECTED || failure.code == AUTH_ANONYMOUS)
}
