//! Data Center's OAuth 2.0 provider: clients, consent, codes and tokens.
//!
//! "Jira OAuth 2.0 provider API" and "OAuth 2.0 provider system properties" (confluence.atlassian.com/adminjiraserver):
//! a code lives ten seconds, an access token an hour, a refresh token ninety days; refreshing gives a new pair, and the
//! old refresh token is worth nothing from then on. The requests are in [`crate::jira::route::oauth2`].

pub(crate) mod change;
pub(crate) mod client;
pub(crate) mod scope;
pub(crate) mod tokens;

use http::header::AUTHORIZATION;

use crate::frame::call::{Call, Person};
use crate::jira::access::oauth2::client::Client;
use crate::jira::access::oauth2::scope::Scope;
use crate::jira::access::oauth2::tokens::Tokens;
use crate::jira::access::token::DAY;
use crate::jira::site::Site;

/// What administrators set by system properties (`atlassian.oauth2.provider.…`), as Jira is installed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// `max.client.delay.seconds`, in milliseconds.
    pub(crate) code: i64,
    /// `access.token.expiration.seconds`, in milliseconds.
    pub(crate) access: i64,
    /// `refresh.token.expiration.seconds`, in milliseconds.
    pub(crate) refresh: i64,
    /// For how many milliseconds a refresh token that was used works again. No such thing is documented.
    pub(crate) leeway: i64,
    /// Whether a used refresh token that comes again ends everything that came of it.
    pub(crate) reuse_ends: bool,
    /// `validate.client.secret`.
    pub(crate) secret: bool,
    /// Whether a refresh must name the redirect URI.
    pub(crate) redirect_on_refresh: bool,
    /// Whether a refusal names the scope.
    pub(crate) scope_named: bool,
    /// `enable.access.tokens`.
    pub(crate) enabled: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            code: 10_000,
            access: 3_600_000,
            refresh: 90 * DAY,
            leeway: 0,
            reuse_ends: false,
            secret: true,
            redirect_on_refresh: true,
            scope_named: false,
            enabled: true,
        }
    }
}

/// The provider.
#[derive(Clone, Debug)]
pub(crate) struct Provider {
    pub(crate) rules: Rules,
    pub(crate) clients: Vec<Client>,
    pub(crate) tokens: Tokens,
}

impl Default for Provider {
    fn default() -> Self {
        Self { rules: Rules::default(), clients: client::ready(), tokens: Tokens::default() }
    }
}

impl Provider {
    pub(crate) fn client(&self, id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.id == id)
    }
}

/// The access token of a request, if it is one of ours.
fn bearer<'a>(call: &'a Call<'_>) -> Option<&'a str> {
    let (scheme, token) = call.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whose access token this is, if it is one that works.
pub(crate) fn person(site: &Site, token: &str) -> Option<Person> {
    let provider = site.gate.provider();
    let held = provider.tokens.access(token, site.frame.clock.now())?;
    provider.rules.enabled.then_some(held.who)
}

/// The scope of the access token that a call carries, and whether a service account's; `None` if it carries none.
fn held(site: &Site, call: &Call<'_>) -> Option<(Scope, bool)> {
    if site.is_cloud() {
        return None;
    }
    let token = bearer(call)?;
    let provider = site.gate.provider();
    provider.tokens.access(token, site.frame.clock.now()).map(|held| (held.scope, held.service))
}
