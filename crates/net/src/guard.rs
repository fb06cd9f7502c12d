//! The address guard: decides, before anything is signed or sent, to which addresses a call may go.
//!
//! It looks at every address a name has, not at the first; one that is inside the network and not allowed
//! spoils the name. What it returns is what the call is connected to (see [`crate::wire`]): there is no
//! second lookup between the check and the use, so a name that changes its mind gains nothing.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bowline_core::Failure;
use bowline_core::code::{NET_ADDRESS_REFUSED, NET_UNREACHABLE};
use bowline_core::failure::{Executed, Words};
use reqwest::Url;

use crate::address::{Zone, zone};
use crate::allow::AllowRule;
use crate::resolve::Names;

/// Why a call may not go where it wants to go.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The address is not allowed. The words name the kind of place, never the address: a person of one
    /// customer must not learn what the names of our network resolve to.
    Forbidden(&'static str),
    /// The name has no address now.
    Unresolved,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Forbidden(place) => {
                Self::wait(NET_ADDRESS_REFUSED).with_words(Words::new(format!("not allowed: {place}")))
            }
            Refusal::Unresolved => Self::retry(NET_UNREACHABLE, Executed::No)
                .with_words(Words::new("the host name does not resolve")),
        }
    }
}

/// Knows what is allowed.
pub(crate) struct Guard {
    names: Names,
    allow: Vec<AllowRule>,
    plain_http: bool,
    patience: Duration,
}

impl Guard {
    /// `plain_http` lets unencrypted calls go to the internet; `patience` is how long a lookup may take.
    pub(crate) fn new(names: Names, allow: Vec<AllowRule>, plain_http: bool, patience: Duration) -> Self {
        Self { names, allow, plain_http, patience }
    }

    /// The addresses a call to this URL may be connected to; at least one.
    pub(crate) async fn check(&self, url: &Url) -> Result<Vec<SocketAddr>, Refusal> {
        // The URL parser has brought octal, hexadecimal and shortened addresses into the usual form.
        let host = url.host_str().ok_or(Refusal::Unresolved)?.trim_matches(['[', ']']);
        let port = url.port_or_known_default().ok_or(Refusal::Unresolved)?;
        let addresses = match host.parse::<IpAddr>() {
            Ok(literal) => vec![literal],
            Err(_) => self.resolve(host).await?,
        };
        for address in &addresses {
            self.admit(url.scheme(), host, *address, port)?;
        }
        Ok(addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }

    async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, Refusal> {
        match tokio::time::timeout(self.patience, self.names.lookup(host)).await {
            Ok(Ok(addresses)) if !addresses.is_empty() => Ok(addresses.to_vec()),
            _ => Err(Refusal::Unresolved),
        }
    }

    fn admit(&self, scheme: &str, host: &str, address: IpAddr, port: u16) -> Result<(), Refusal> {
        match zone(address) {
            Zone::Public if scheme == "https" || self.plain_http => Ok(()),
            Zone::Public => Err(Refusal::Forbidden("plain http to the internet")),
            Zone::Internal(_) if self.allow.iter().any(|rule| rule.admits(host, address, port)) => Ok(()),
            Zone::Internal(kind) | Zone::Never(kind) => Err(Refusal::Forbidden(kind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use async_trait::async_trait;
    use bowline_core::Timestamp;
    use bowline_core::port::Clock;

    use super::*;
    use crate::resolve::Resolver;

    struct Frozen;
    impl Clock for Frozen {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
    }

    /// Answers every name with the same addresses.
    struct Planted(Vec<IpAddr>);
    #[async_trait]
    impl Resolver for Planted {
        async fn lookup(&self, _host: &str) -> io::Result<Vec<IpAddr>> {
            Ok(self.0.clone())
        }
    }

    fn guard(answer: &[&str], allow: &[&str], plain_http: bool) -> Guard {
        let answer = answer.iter().map(|text| text.parse().unwrap()).collect();
        let names = Names::new(Arc::new(Planted(answer)), Arc::new(Frozen));
        let allow = allow.iter().map(|rule| rule.parse().unwrap()).collect();
        Guard::new(names, allow, plain_http, Duration::from_secs(5))
    }

    async fn check(guard: &Guard, url: &str) -> Result<usize, Refusal> {
        guard.check(&Url::parse(url).unwrap()).await.map(|addresses| addresses.len())
    }

    #[tokio::test]
    async fn a_name_with_one_inside_address_among_many_is_refused() {
        let mixed = guard(&["8.8.8.8", "10.0.0.1"], &[], false);
        assert_eq!(check(&mixed, "https://jira.example/").await, Err(Refusal::Forbidden("private")));
        let clean = guard(&["8.8.8.8", "2606:4700::1111"], &[], false);
        assert_eq!(check(&clean, "https://jira.example/").await, Ok(2));
    }

    #[tokio::test]
    async fn literal_addresses_are_checked_in_every_spelling() {
        let open = guard(&["8.8.8.8"], &[], true);
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "017700000001",
            "127.0.0.1.",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "0.0.0.0",
            "0",
            "169.254.169.254",
            "0xa9fea9fe",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "10.1",
            "[::]",
            "127。0。0。1",
            "①②⑦.0.0.1",
        ] {
            let outcome = check(&open, &format!("http://{host}:8080/")).await;
            assert!(matches!(outcome, Err(Refusal::Forbidden(_))), "{host}: {outcome:?}");
        }
    }

    #[tokio::test]
    async fn rules_open_the_inside_but_never_link_local_or_metadata() {
        let wide = guard(&["10.0.0.7"], &["0.0.0.0/0", "::/0"], false);
        assert_eq!(check(&wide, "https://jira.internal/").await, Ok(1));
        assert_eq!(check(&wide, "http://jira.internal/").await, Ok(1));
        for host in ["169.254.169.254", "0.0.0.0", "100.100.100.200", "[fd00:ec2::254]", "[fe80::1]"] {
            let outcome = check(&wide, &format!("https://{host}/")).await;
            assert!(matches!(outcome, Err(Refusal::Forbidden(_))), "{host}: {outcome:?}");
        }
    }

    #[tokio::test]
    async fn plain_http_goes_to_the_internet_only_if_the_setting_says_so() {
        let refused = check(&guard(&["8.8.8.8"], &[], false), "http://jira.example/").await;
        assert_eq!(refused, Err(Refusal::Forbidden("plain http to the internet")));
        assert_eq!(check(&guard(&["8.8.8.8"], &[], true), "http://jira.example/").await, Ok(1));
    }

    #[tokio::test]
    async fn a_name_without_addresses_is_unresolved() {
        assert_eq!(check(&guard(&[], &[], false), "https://jira.example/").await, Err(Refusal::Unresolved));
    }
}
