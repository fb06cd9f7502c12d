//! What kind of place an IP address is: the internet, somebody's inside network, or nowhere a tool can be.
//!
//! Pure. Which internal places are allowed all the same is [`crate::allow`]'s business; who asks is the guard.
//! The ranges are those of IANA's special-purpose registries (RFC 6890 and its updates), and the addresses at
//! which clouds hand out credentials to whoever asks from inside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of place an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    /// The internet.
    Public,
    /// Inside a network: allowed only by a rule. The word says which kind.
    Internal(&'static str),
    /// Never a tool: no rule allows it.
    Never(&'static str),
}

/// Alibaba Cloud, Azure and Oracle Cloud; the others use a link-local address.
const METADATA_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(192, 0, 0, 192)];

/// Google Compute Engine (its page "About VM metadata"), Oracle Cloud, Scaleway and Akamai (from the sources of programs that
/// start machines there). All lie inside the private range, which a rule may allow; AWS has a network of its own there.
const METADATA_V6: [Ipv6Addr; 4] = [
    Ipv6Addr::new(0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254),
    Ipv6Addr::new(0xfd00, 0x00c1, 0, 0, 0, 0, 0xa9fe, 0xa9fe),
    Ipv6Addr::new(0xfd00, 0x0042, 0, 0, 0, 0, 0, 0x0042),
    Ipv6Addr::new(0xfd00, 0xa9fe, 0xa9fe, 0, 0, 0, 0, 0x0001),
];

/// The names under which clouds hand out credentials, whatever address a resolver gives for them: Google's two, Azure's,
/// AWS's two.
const METADATA_NAMES: [&str; 5] = [
    "metadata.google.internal",
    "metadata.goog",
    "metadata.azure.internal",
    "instance-data.ec2.internal",
    "instance-data",
];

/// Whether a host name is one of a cloud's metadata service.
pub(crate) fn is_metadata_name(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    METADATA_NAMES.iter().any(|name| name.eq_ignore_ascii_case(host))
}

/// The zone of an address; an IPv6 address that carries an IPv4 one inside has the zone of that.
pub(crate) fn zone(address: IpAddr) -> Zone {
    match address {
        IpAddr::V4(v4) => zone_v4(v4),
        IpAddr::V6(v6) => embedded(v6).map_or_else(|| zone_v6(v6), zone_v4),
    }
}

fn zone_v4(address: Ipv4Addr) -> Zone {
    match address.octets() {
        _ if METADATA_V4.contains(&address) => Zone::Never("cloud metadata"),
        [127, ..] => Zone::Internal("loopback"),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Zone::Internal("private"),
        [100, 64..=127, ..] => Zone::Internal("carrier-grade NAT"),
        [198, 18..=19, ..] => Zone::Internal("benchmarking"),
        [0, ..] => Zone::Never("unspecified"),
        [169, 254, ..] => Zone::Never("link-local"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Zone::Never("documentation"),
        [224..=239, ..] => Zone::Never("multicast"),
        [192, 0, 0, _] | [192, 88, 99, _] | [240..=255, ..] => Zone::Never("reserved"),
        _ => Zone::Public,
    }
}

fn zone_v6(address: Ipv6Addr) -> Zone {
    match address.segments() {
        _ if METADATA_V6.contains(&address) => Zone::Never("cloud metadata"),
        // AWS: `::254` is the machine's, `::23` hands out the roles of containers.
        [0xfd00, 0x0ec2, ..] => Zone::Never("cloud metadata"),
        [0, 0, 0, 0, 0, 0, 0, 0] => Zone::Never("unspecified"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Zone::Internal("loopback"),
        [0xfc00..=0xfdff, ..] => Zone::Internal("private"),
        [0xfe80..=0xfebf, ..] => Zone::Never("link-local"),
        [0xff00..=0xffff, ..] => Zone::Never("multicast"),
        [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => Zone::Never("documentation"),
        // Protocol assignments; Teredo (2001::/32), which hides an IPv4 address, is among them.
        [0x2001, 0..=0x01ff, ..] => Zone::Never("reserved"),
        [0x2000..=0x3fff, ..] => Zone::Public,
        _ => Zone::Never("reserved"),
    }
}

/// The IPv4 address inside an IPv6 one that only stands for it.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let (high, low) = match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => return None,
        // Mapped and translated (RFC 4291, RFC 7915), NAT64 (RFC 6052), compatible (RFC 4291, deprecated).
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x0064, 0xff9b, 0, 0, 0, 0, high, low]
        | [0, 0, 0, 0, 0, 0, high, low] => (high, low),
        // 6to4 (RFC 3056).
        [0x2002, high, low, ..] => (high, low),
        _ => return None,
    };
    Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_form_of_an_inside_address_is_recognised() {
        for (text, expected) in [
            ("8.8.8.8", Zone::Public),
            ("2606:4700::1111", Zone::Public),
            ("64:ff9b::808:808", Zone::Public),
            ("127.0.0.1", Zone::Internal("loopback")),
            ("127.255.255.254", Zone::Internal("loopback")),
            ("::1", Zone::Internal("loopback")),
            ("10.0.0.1", Zone::Internal("private")),
            ("172.16.0.1", Zone::Internal("private")),
            ("172.31.255.255", Zone::Internal("private")),
            ("172.32.0.1", Zone::Public),
            ("192.168.1.1", Zone::Internal("private")),
            ("fc00::1", Zone::Internal("private")),
            ("fdff::1", Zone::Internal("private")),
            ("100.64.0.1", Zone::Internal("carrier-grade NAT")),
            ("100.128.0.1", Zone::Public),
            ("198.19.0.1", Zone::Internal("benchmarking")),
            ("0.0.0.0", Zone::Never("unspecified")),
            ("0.1.2.3", Zone::Never("unspecified")),
            ("::", Zone::Never("unspecified")),
            ("169.254.169.254", Zone::Never("link-local")),
            ("fe80::1", Zone::Never("link-local")),
            ("100.100.100.200", Zone::Never("cloud metadata")),
            ("168.63.129.16", Zone::Never("cloud metadata")),
            ("192.0.0.192", Zone::Never("cloud metadata")),
            ("fd00:ec2::254", Zone::Never("cloud metadata")),
            ("fd00:ec2::23", Zone::Never("cloud metadata")),
            ("fd00:c1::a9fe:a9fe", Zone::Never("cloud metadata")),
            ("fd00:42::42", Zone::Never("cloud metadata")),
            ("fd00:a9fe:a9fe::1", Zone::Never("cloud metadata")),
            ("fd00:ec3::254", Zone::Internal("private")),
            ("fd20:ce::254", Zone::Never("cloud metadata")),
            ("224.0.0.1", Zone::Never("multicast")),
            ("ff02::1", Zone::Never("multicast")),
            ("192.0.2.1", Zone::Never("documentation")),
            ("198.51.100.1", Zone::Never("documentation")),
            ("203.0.113.1", Zone::Never("documentation")),
            ("2001:db8::1", Zone::Never("documentation")),
            ("3fff::1", Zone::Never("documentation")),
            ("192.0.0.1", Zone::Never("reserved")),
            ("240.0.0.1", Zone::Never("reserved")),
            ("255.255.255.255", Zone::Never("reserved")),
            ("2001::1", Zone::Never("reserved")),
            ("64:ff9b:1::7f00:1", Zone::Never("reserved")),
            ("fec0::1", Zone::Never("reserved")),
            ("::ffff:127.0.0.1", Zone::Internal("loopback")),
            ("::ffff:0:127.0.0.1", Zone::Internal("loopback")),
            ("::127.0.0.1", Zone::Internal("loopback")),
            ("64:ff9b::7f00:1", Zone::Internal("loopback")),
            ("2002:7f00:1::", Zone::Internal("loopback")),
            ("2002:a9fe:a9fe::1", Zone::Never("link-local")),
        ] {
            assert_eq!(zone(text.parse().unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn a_clouds_metadata_service_is_known_by_its_names_too() {
        for name in
            ["metadata.google.internal", "METADATA.google.internal.", "metadata.goog", "instance-data"]
        {
            assert!(is_metadata_name(name), "{name}");
        }
        assert!(!is_metadata_name("metadata.google.internal.example"));
    }

    proptest! {
        #[test]
        fn an_ipv4_address_keeps_its_zone_in_every_ipv6_disguise(bits in 0x0100_0000_u32..) {
            let plain = Ipv4Addr::from_bits(bits);
            let (high, low) = ((bits >> 16) as u16, bits as u16);
            for disguise in [
                plain.to_ipv6_mapped(),
                plain.to_ipv6_compatible(),
                Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 7, 7, 7, 7, 7),
            ] {
                prop_assert_eq!(zone(disguise.into()), zone(plain.into()));
            }
        }
    }
}
