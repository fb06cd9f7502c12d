//! The address guard: decides, before anything is signed or sent, to which addresses a call may go.
//!
//! It looks at every address a name has, not at the first; one that is inside the network and not allowed
//! spoils the name. Whose call it is counts: a rule for one customer helps no other. What it returns is what the call is connected to (see [`crate::wire`]): there is no
//! second lookup between the check and the use, so a name that changes its mind gains nothing.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bowline_core::code::{NET_ADDRESS_REFUSED, NET_UNREACHABLE};
use bowline_core::failure::{Executed, Words};
use bowline_core::{Failure, TenantId};
use reqwest::Url;

use crate::address::{Zone, is_metadata_name, zone};
use crate::allow::Rules;
use crate::pipeline::Settings;
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
    rules: Rules,
    ports: Vec<u16>,
    plain_http: bool,
    patience: Duration,
}

impl Guard {
    /// With what the operator allows. A lookup may take as long as a connection.
    pub(crate) fn new(names: Names, settings: &Settings) -> Self {
        let Settings { allow, allow_for, ports, plain_http, connect, .. } = settings.clone();
        Self { names, rules: Rules { all: allow, own: allow_for }, ports, plain_http, patience: connect }
    }

    /// Whether a customer's connections are to be kept apart: they may lead where others may not go.
    pub(crate) fn keeps_apart(&self, tenant: TenantId) -> bool {
        self.rules.has_own(tenant)
    }

    /// The addresses a call of this customer to this URL may be connected to; at least one.
    pub(crate) async fn check(&self, tenant: TenantId, url: &Url) -> Result<Vec<SocketAddr>, Refusal> {
        let bare = matches!(url.scheme(), "http" | "https") && url.username().is_empty();
        if !bare || url.password().is_some() {
            return Err(Refusal::Forbidden("not a plain web address"));
        }
        // The URL parser has brought octal, hexadecimal and shortened addresses into the usual form.
        let host = url.host_str().ok_or(Refusal::Unresolved)?.trim_matches(['[', ']']);
        let port = url.port_or_known_default().ok_or(Refusal::Unresolved)?;
        if is_metadata_name(host) {
            return Err(Refusal::Forbidden("cloud metadata"));
        }
        let addresses = match host.parse::<IpAddr>() {
            Ok(literal) => vec![literal],
            Err(_) => self.resolve(host).await?,
        };
        for address in &addresses {
            self.admit(tenant, url.scheme(), host, SocketAddr::new(*address, port))?;
        }
        Ok(addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }

    async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, Refusal> {
        match tokio::time::timeout(self.patience, self.names.lookup(host)).await {
            Ok(Ok(addresses)) if !addresses.is_empty() => Ok(addresses.to_vec()),
            _ => Err(Refusal::Unresolved),
        }
    }

    fn admit(&self, tenant: TenantId, scheme: &str, host: &str, target: SocketAddr) -> Result<(), Refusal> {
        let (address, port) = (target.ip(), target.port());
        let ruled = || self.rules.admit(tenant, host, address, port);
        match zone(address) {
            Zone::Public if scheme != "https" && !self.plain_http => {
                Err(Refusal::Forbidden("plain http to the internet"))
            }
            Zone::Public if self.ports.contains(&port) || ruled() => Ok(()),
            Zone::Public => Err(Refusal::Forbidden("an unusual port")),
            Zone::Internal(_) if ruled() => Ok(()),
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
        Guard::new(names, &Settings { allow, plain_http, ..Settings::default() })
    }

    fn tenant(number: u32) -> TenantId {
        format!("ten_{number:032x}").parse().unwrap()
    }

    async fn check(guard: &Guard, url: &str) -> Result<usize, Refusal> {
        of(guard, 1, url).await
    }

    async fn of(guard: &Guard, number: u32, url: &str) -> Result<usize, Refusal> {
        guard.check(tenant(number), &Url::parse(url).unwrap()).await.map(|addresses| addresses.len())
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
        for host in NEVER {
            let outcome = check(&wide, &format!("https://{host}/")).await;
            assert!(matches!(outcome, Err(Refusal::Forbidden(_))), "{host}: {outcome:?}");
        }
    }

    /// Link-local, metadata, and what no tool can be at.
    const NEVER: [&str; 13] = [
        "169.254.169.254",
        "0xa9fea9fe",
        "0.0.0.0",
        "100.100.100.200",
        "[fd00:ec2::254]",
        "[fd20:ce::254]",
        "[fe80::1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "metadata.google.internal",
        "metadata.google.internal.",
        "instance-data",
        "224.0.0.1",
    ];

    fn with_own(answer: &[&str], own: &[&str]) -> Guard {
        let mut guard = guard(answer, &[], false);
        let rules = own.iter().map(|rule| rule.parse().unwrap()).collect();
        guard.rules.own = [(tenant(1), rules)].into();
        guard
    }

    #[tokio::test]
    async fn a_rule_for_one_customer_helps_no_other() {
        let guard = with_own(&["10.0.0.7"], &["jira.internal:8443", "10.9.0.0/16"]);
        for url in ["https://jira.internal:8443/", "http://jira.internal:8443/", "https://10.9.1.1/"] {
            assert_eq!(of(&guard, 1, url).await, Ok(1), "{url}");
            assert_eq!(of(&guard, 2, url).await, Err(Refusal::Forbidden("private")), "{url}");
        }
        for url in ["https://jira.internal/", "https://other.internal:8443/", "https://10.8.1.1/"] {
            assert_eq!(of(&guard, 1, url).await, Err(Refusal::Forbidden("private")), "{url}");
        }
        assert!(guard.keeps_apart(tenant(1)) && !guard.keeps_apart(tenant(2)));
    }

    #[tokio::test]
    async fn a_customers_own_rules_never_open_link_local_or_metadata_either() {
        let wide = with_own(&["10.0.0.7"], &["0.0.0.0/0", "::/0", "metadata.google.internal"]);
        for host in NEVER {
            let outcome = of(&wide, 1, &format!("https://{host}/")).await;
            assert!(matches!(outcome, Err(Refusal::Forbidden(_))), "{host}: {outcome:?}");
        }
    }

    #[tokio::test]
    async fn the_internet_is_called_at_the_usual_ports_unless_a_rule_names_another() {
        let refused = Err(Refusal::Forbidden("an unusual port"));
        let usual = guard(&["8.8.8.8"], &[], true);
        assert_eq!(check(&usual, "https://jira.example:8443/").await, Ok(1));
        for port in [22, 25, 5432, 6379] {
            assert_eq!(check(&usual, &format!("https://jira.example:{port}/")).await, refused, "{port}");
        }
        let named = guard(&["8.8.8.8"], &["jira.example:9443"], false);
        assert_eq!(check(&named, "https://jira.example:9443/").await, Ok(1));
        assert_eq!(check(&named, "https://other.example:9443/").await, refused);
    }

    #[tokio::test]
    async fn only_plain_web_addresses_are_called() {
        let open = guard(&["8.8.8.8"], &["0.0.0.0/0"], true);
        for url in ["https://ada@jira.example/", "https://:pw@jira.example/", "ftp://jira.example/"] {
            let refused = Err(Refusal::Forbidden("not a plain web address"));
            assert_eq!(check(&open, url).await, refused, "{url}");
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
