//! Rules that allow targets inside the network: `127.0.0.1`, `10.0.0.0/8`, `jira.internal:8080`, `[::1]:8080`.
//!
//! A rule widens what [`crate::address`] calls internal, never what it calls `Never`: link-local and cloud
//! metadata addresses cannot be allowed. A rule is for everybody, or for one customer: then nobody else's call gets by
//! with it.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use bowline_core::TenantId;

use crate::address::{Zone, zone};

/// Text that is not a rule.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` is neither a host name, nor an IP address, nor a network like 10.0.0.0/8, each with an optional :port"
)]
pub struct BadRule(String);

/// One allowed target inside the network, by name or by address, on one port or on all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowRule {
    target: Target,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    Host(String),
    Network { address: IpAddr, bits: u32 },
}

impl AllowRule {
    /// Whether the rule allows this address, reached by this host name (or literal) on this port. Whoever answers for a
    /// name could have it lead to this machine, where Bowline and its database listen: only `localhost` does so.
    pub(crate) fn admits(&self, host: &str, address: IpAddr, port: u16) -> bool {
        let there = match &self.target {
            Target::Host(name) => {
                let is_own = matches!(zone(address), Zone::Internal("loopback") | Zone::Never(_));
                name == host.trim_end_matches('.') && (!is_own || is_localhost(name))
            }
            Target::Network { address: base, bits } => contains(*base, *bits, address.to_canonical()),
        };
        there && self.port.is_none_or(|own| own == port)
    }
}

/// All rules: those for everybody, and those for one customer each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) all: Vec<AllowRule>,
    pub(crate) own: HashMap<TenantId, Vec<AllowRule>>,
}

impl Rules {
    /// Whether a rule that counts for this customer allows the address.
    pub(crate) fn admit(&self, tenant: TenantId, host: &str, address: IpAddr, port: u16) -> bool {
        let own = self.own.get(&tenant).into_iter().flatten();
        self.all.iter().chain(own).any(|rule| rule.admits(host, address, port))
    }

    /// Whether a customer may go where others may not.
    pub(crate) fn has_own(&self, tenant: TenantId) -> bool {
        self.own.get(&tenant).is_some_and(|rules| !rules.is_empty())
    }
}

fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

fn contains(base: IpAddr, bits: u32, address: IpAddr) -> bool {
    // A shift by the full width is “no bit counts”, which `checked_shr` reports as `None`.
    match (base, address) {
        (IpAddr::V4(base), IpAddr::V4(address)) => {
            (base.to_bits() ^ address.to_bits()).checked_shr(32 - bits).unwrap_or(0) == 0
        }
        (IpAddr::V6(base), IpAddr::V6(address)) => {
            (base.to_bits() ^ address.to_bits()).checked_shr(128 - bits).unwrap_or(0) == 0
        }
        _ => false,
    }
}

impl FromStr for AllowRule {
    type Err = BadRule;

    fn from_str(text: &str) -> Result<Self, BadRule> {
        let bad = || BadRule(text.chars().take(120).collect());
        // A bare IPv6 address has colons of its own, so the whole text is tried first.
        if let Some(target) = network(text) {
            return Ok(Self { target, port: None });
        }
        let (left, port) = match text.rsplit_once(':') {
            Some((left, port)) => (left, Some(port.parse().map_err(|_| bad())?)),
            None => (text, None),
        };
        let bare = left.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(left);
        let target = network(bare).or_else(|| host(left)).ok_or_else(bad)?;
        Ok(Self { target, port })
    }
}

fn network(text: &str) -> Option<Target> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(width), |bits| bits.parse().ok().filter(|bits| *bits <= width))?;
    Some(Target::Network { address, bits })
}

/// A host name whose last label is a number would be read as an address by every URL parser.
fn host(text: &str) -> Option<Target> {
    let name = text.trim_end_matches('.').to_ascii_lowercase();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let labels_fit = name.split('.').all(|label| !label.is_empty() && label.chars().all(plain));
    let numeric = name.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit()));
    (labels_fit && !numeric).then_some(Target::Host(name))
}

impl fmt::Display for AllowRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.target, self.port) {
            (Target::Host(name), _) => f.write_str(name)?,
            (Target::Network { address: IpAddr::V6(v6), bits }, Some(_)) => write!(f, "[{v6}/{bits}]")?,
            (Target::Network { address, bits }, _) => write!(f, "{address}/{bits}")?,
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_rule_admits_what_it_names_and_nothing_beside() {
        for (rule, host, address, port, expected) in [
            ("127.0.0.1", "127.0.0.1", "127.0.0.1", 80, true),
            ("127.0.0.1", "anything", "::ffff:127.0.0.1", 80, true),
            ("127.0.0.1", "127.0.0.2", "127.0.0.2", 80, false),
            ("127.0.0.1:8080", "127.0.0.1", "127.0.0.1", 8080, true),
            ("127.0.0.1:8080", "127.0.0.1", "127.0.0.1", 80, false),
            ("127.0.0.0/8", "x", "127.9.9.9", 80, true),
            ("127.0.0.0/8", "x", "128.0.0.1", 80, false),
            ("10.0.0.0/8:443", "x", "10.1.2.3", 443, true),
            ("10.0.0.0/8:443", "x", "10.1.2.3", 80, false),
            ("0.0.0.0/0", "x", "10.1.2.3", 80, true),
            ("jira.acme.example", "jira.acme.example", "10.1.2.3", 80, true),
            ("jira.acme.example", "jira.acme.example", "127.0.0.1", 80, false),
            ("jira.acme.example", "jira.acme.example", "::ffff:127.0.0.1", 80, false),
            ("jira.acme.example", "jira.acme.example", "::1", 80, false),
            ("jira.acme.example", "jira.acme.example", "64:ff9b::7f00:1", 80, false),
            ("jira.acme.example", "jira.acme.example", "2002:7f00:1::", 80, false),
            ("jira.acme.example", "jira.acme.example", "64:ff9b::a01:203", 80, true),
            ("jira.acme.example", "jira.acme.example", "0.0.0.0", 80, false),
            ("localhost", "localhost", "127.0.0.1", 80, true),
            ("0.0.0.0/0", "x", "fd00::1", 80, false),
            ("::1", "::1", "::1", 80, true),
            ("[::1]:8080", "::1", "::1", 8080, true),
            ("[::1]:8080", "::1", "::1", 80, false),
            ("fd00::/8", "x", "fd12::1", 80, true),
            ("[fd00::/8]:443", "x", "fd12::1", 443, true),
            ("jira.internal:8080", "jira.internal", "10.0.0.7", 8080, true),
            ("Jira.Internal", "jira.internal.", "10.0.0.7", 80, true),
            ("jira.internal", "evil.jira.internal", "10.0.0.7", 80, false),
            ("localhost", "localhost", "127.0.0.1", 80, true),
        ] {
            let parsed: AllowRule = rule.parse().unwrap();
            assert_eq!(
                parsed.admits(host, address.parse().unwrap(), port),
                expected,
                "{rule} {host} {address}"
            );
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            ":80",
            "10.0.0.0/33",
            "fd00::/129",
            "a b",
            "*.internal",
            "x:99999",
            "127.1",
            "http://x",
            "a..b",
        ] {
            assert!(text.parse::<AllowRule>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn rules_print_and_parse_back(bits in any::<u32>(), prefix in 0_u32..=32, port in any::<Option<u16>>(), v6 in any::<bool>()) {
            let v4 = std::net::Ipv4Addr::from_bits(bits);
            let address = if v6 { v4.to_ipv6_mapped().into() } else { v4.into() };
            let rule = AllowRule { target: Target::Network { address, bits: prefix }, port };
            prop_assert_eq!(rule.to_string().parse(), Ok(rule));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,40}") {
            let _ = text.parse::<AllowRule>();
        }
    }
}
