//! The programs that an administrator let in: incoming links.

use crate::frame::call::Person;
use crate::frame::glob;
use crate::jira::access::oauth2::scope::Scope;

/// Where the ready-made client may have a browser sent: this machine, and any `/authorize/callback` behind TLS.
pub(crate) const REDIRECTS: [&str; 4] =
    ["http://127.0.0.1:*/**", "http://localhost:*/**", "http://[::1]:*/**", "https://*/authorize/callback"];

/// A program.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) secret: String,
    /// What people are told it is called.
    pub(crate) name: String,
    /// Patterns; an administrator enters whole addresses.
    pub(crate) redirects: Vec<String>,
    /// The most it may ask for.
    pub(crate) scope: Scope,
    /// Jira 11: the service account it acts as, without anybody's consent.
    pub(crate) service: Option<Person>,
}

impl Client {
    pub(crate) fn may_return(&self, redirect: &str) -> bool {
        self.redirects.iter().any(|pattern| glob::matches(pattern, redirect))
    }
}

/// `bowline` with the secret `secret-bowline`, and `bowline-service`, a service account with Bob's rights.
pub(crate) fn ready() -> Vec<Client> {
    let client = |id: &str, name: &str, scope, service| Client {
        id: id.to_owned(),
        secret: format!("secret-{id}"),
        name: name.to_owned(),
        redirects: REDIRECTS.map(str::to_owned).into(),
        scope,
        service,
    };
    vec![
        client("bowline", "Bowline", Scope::SystemAdmin, None),
        client("bowline-service", "Bowline (service account)", Scope::Write, Some(Person(2))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_sent_to_registered_addresses_only() {
        let client = &ready()[0];
        for (to, may) in [
            ("http://127.0.0.1:7700/authorize/callback", true),
            ("http://localhost:1/x", true),
            ("https://bowline.example.com/authorize/callback", true),
            ("https://bowline.example.com/other", false),
            ("http://bowline.example.com/authorize/callback", false),
            ("http://127.0.0.1.example.com:1/x", false),
            ("", false),
        ] {
            assert_eq!(client.may_return(to), may, "{to}");
        }
    }
}
