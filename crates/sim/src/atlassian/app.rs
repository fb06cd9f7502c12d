//! Apps of the developer console, and the credentials of service accounts.

use serde::Deserialize;

use crate::frame::call::Person;
use crate::frame::glob;

/// Where the ready-made app may have a browser sent: this machine, and any `/authorize/callback` behind TLS.
pub(crate) const REDIRECTS: [&str; 4] =
    ["http://127.0.0.1:*/**", "http://localhost:*/**", "http://[::1]:*/**", "https://*/authorize/callback"];

/// The classic scopes of Jira, and those of the person's own profile.
pub(crate) const CLASSIC: [&str; 10] = [
    "read:jira-user",
    "read:jira-work",
    "write:jira-work",
    "manage:jira-project",
    "manage:jira-configuration",
    "manage:jira-webhook",
    "manage:jira-data-provider",
    "read:me",
    "read:account",
    "report:personal-data",
];
/// What a ready-made service account has.
const SERVICE: [&str; 4] = ["read:jira-user", "read:jira-work", "write:jira-work", "manage:jira-webhook"];

/// What a consent is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// The account: sites add up.
    Account,
    /// A site: the last choice counts.
    Resource,
}

/// An app, or a credential of a service account.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) name: String,
    /// Patterns; the console takes whole addresses.
    pub(crate) redirects: Vec<String>,
    /// What may be asked for; `offline_access` needs no entry, and every granular scope is known.
    pub(crate) scopes: Vec<String>,
    pub(crate) level: Level,
    /// Whose calls it makes, without consent: a service account.
    pub(crate) service: Option<Person>,
}

impl App {
    pub(crate) fn may_return(&self, redirect: &str) -> bool {
        self.redirects.iter().any(|pattern| glob::matches(pattern, redirect))
    }

    /// A scope that the app does not have.
    pub(crate) fn lacks<'a>(&self, scopes: &[&'a str]) -> Option<&'a str> {
        let has = |scope: &str| {
            scope == "offline_access" || self.scopes.iter().any(|own| glob::matches(own, scope))
        };
        scopes.iter().copied().find(|scope| !has(scope))
    }
}

/// `bowline` with the secret `secret-bowline`, and the credential `bowline-service` of the service account.
pub(crate) fn ready(service: Person) -> Vec<App> {
    let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let mut scopes = texts(&CLASSIC);
    scopes.extend(texts(&["*:*:jira", "*:*:jira-software"]));
    vec![
        App {
            id: "bowline".to_owned(),
            secret: "secret-bowline".to_owned(),
            name: "Bowline".to_owned(),
            redirects: texts(&REDIRECTS),
            scopes,
            level: Level::Account,
            service: None,
        },
        App {
            id: "bowline-service".to_owned(),
            secret: "secret-bowline-service".to_owned(),
            name: "Bowline (service account)".to_owned(),
            redirects: Vec::new(),
            scopes: texts(&SERVICE),
            level: Level::Account,
            service: Some(service),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn granular_scopes_are_known_by_their_shape_and_no_other_product_is() {
        let app = &ready(Person(3))[0];
        assert_eq!(app.lacks(&["read:jira-work", "offline_access", "read:board-scope:jira-software"]), None);
        for wrong in ["READ", "read:confluence-content.all", "read:servicedesk-request"] {
            assert_eq!(app.lacks(&["read:me", wrong]), Some(wrong));
        }
    }
}
