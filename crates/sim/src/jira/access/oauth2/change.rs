//! `oauth2` of `POST /_sim/settings`: lifetimes, clients, and what is taken back.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::frame::call::Person;
use crate::jira::access::oauth2::client::{Client, REDIRECTS};
use crate::jira::access::oauth2::scope::Scope;
use crate::jira::site::Site;

/// What is not named stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    #[serde(default)]
    code_seconds: Option<i64>,
    #[serde(default)]
    access_seconds: Option<i64>,
    #[serde(default)]
    refresh_seconds: Option<i64>,
    #[serde(default)]
    leeway_seconds: Option<i64>,
    #[serde(default)]
    reuse_ends_all: Option<bool>,
    #[serde(default)]
    validate_secret: Option<bool>,
    #[serde(default)]
    redirect_uri_on_refresh: Option<bool>,
    #[serde(default)]
    scope_named: Option<bool>,
    #[serde(default)]
    enabled: Option<bool>,
    #[serde(default)]
    client: Option<NewClient>,
    #[serde(default)]
    revoke: Option<Revoke>,
}

/// A client that is made or changed; without a secret, one that is deleted with all its tokens.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewClient {
    id: String,
    #[serde(default)]
    secret: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    redirects: Option<Vec<String>>,
    #[serde(default)]
    scope: Option<Scope>,
    /// The login name of the service account.
    #[serde(default)]
    service: Option<String>,
}

/// Whose consent, to which client; all when not named.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revoke {
    #[serde(default)]
    client: Option<String>,
    #[serde(default)]
    user: Option<String>,
}

impl Change {
    /// Changes what is named; the answer says how many tokens were ended, if any were to be.
    pub(crate) fn apply(self, site: &Site) -> Result<Value, String> {
        let person = |name: &String| {
            let found = site.catalog.person(|account| *account.name == **name);
            found.ok_or_else(|| format!("there is no person '{name}'"))
        };
        let service =
            self.client.as_ref().and_then(|client| client.service.as_ref()).map(person).transpose()?;
        let mut provider = site.gate.provider();
        let rules = &mut provider.rules;
        let times = [
            (&mut rules.code, self.code_seconds),
            (&mut rules.access, self.access_seconds),
            (&mut rules.refresh, self.refresh_seconds),
            (&mut rules.leeway, self.leeway_seconds),
        ];
        for (rule, seconds) in times.into_iter().filter_map(|(rule, seconds)| Some((rule, seconds?))) {
            *rule = seconds.saturating_mul(1_000);
        }
        let switches = [
            (&mut rules.reuse_ends, self.reuse_ends_all),
            (&mut rules.secret, self.validate_secret),
            (&mut rules.redirect_on_refresh, self.redirect_uri_on_refresh),
            (&mut rules.scope_named, self.scope_named),
            (&mut rules.enabled, self.enabled),
        ];
        for (rule, on) in switches.into_iter().filter_map(|(rule, on)| Some((rule, on?))) {
            *rule = on;
        }
        if let Some(client) = self.client {
            provider.clients.retain(|own| own.id != client.id);
            match client.secret.clone() {
                Some(secret) => provider.clients.push(client.made(secret, service)),
                None => drop(provider.tokens.revoke(Some(&client.id), None)),
            }
        }
        let Some(Revoke { client, user }) = self.revoke else { return Ok(json!({})) };
        let who = user.as_ref().map(person).transpose()?;
        Ok(json!({"revoked": provider.tokens.revoke(client.as_deref(), who)}))
    }
}

impl NewClient {
    fn made(self, secret: String, service: Option<Person>) -> Client {
        Client {
            name: self.name.unwrap_or_else(|| self.id.clone()),
            id: self.id,
            secret,
            redirects: self.redirects.unwrap_or_else(|| REDIRECTS.map(str::to_owned).into()),
            scope: self.scope.unwrap_or(if service.is_some() { Scope::Write } else { Scope::SystemAdmin }),
            service,
        }
    }
}
