//! Where a simulator listens: reading it, and saying why it cannot.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use crate::cli::exit::{Exit, Failed};

/// An address with a port; a port alone, and `localhost`, are this machine's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listen(pub(crate) SocketAddr);

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(address) = text.parse() {
            return Ok(Self(address));
        }
        let port = text.strip_prefix("localhost:").or_else(|| text.strip_prefix(':')).unwrap_or(text);
        let port: Option<u16> = port.parse().ok();
        let here = |port| Self(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
        port.map(here).ok_or_else(|| {
            "an address is an IP address and a port, such as 127.0.0.1:8081 or [::1]:8081, or a port alone".to_owned()
        })
    }
}

/// Says why it is not possible to listen there, and what to do.
pub(super) fn cannot(address: SocketAddr, source: &io::Error) -> Failed {
    let failed = |why: String| Failed::new(Exit::Failure, why);
    match source.kind() {
        io::ErrorKind::AddrInUse => failed(format!("another program listens on {address}"))
            .next("choose another port with --listen, or port 0 for a free one"),
        io::ErrorKind::AddrNotAvailable => failed(format!("this machine has no address {}", address.ip()))
            .next("listen on 127.0.0.1, or on 0.0.0.0 for every address this machine has"),
        io::ErrorKind::PermissionDenied => failed(format!("listening on {address} is not allowed"))
            .next("choose a port above 1023 with --listen"),
        _ => failed(format!("cannot listen on {address}: {source}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_a_port_alone() {
        for (given, meant) in [
            ("127.0.0.1:8081", "127.0.0.1:8081"),
            ("0.0.0.0:80", "0.0.0.0:80"),
            ("[::1]:8081", "[::1]:8081"),
            ("8081", "127.0.0.1:8081"),
            (":8081", "127.0.0.1:8081"),
            ("localhost:0", "127.0.0.1:0"),
        ] {
            assert_eq!(given.parse(), Ok(Listen(meant.parse().unwrap())));
        }
        for wrong in ["", "127.0.0.1", "example.com:80", "70000", "localhost:x", "http://127.0.0.1:80"] {
            assert!(wrong.parse::<Listen>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_stands_in_the_way_is_said_with_what_to_do() {
        let said = |kind: io::ErrorKind| cannot("127.0.0.1:80".parse().unwrap(), &kind.into()).to_string();
        assert!(said(io::ErrorKind::AddrInUse).contains("another program listens on 127.0.0.1:80"));
        assert!(said(io::ErrorKind::AddrNotAvailable).contains("has no address 127.0.0.1"));
        assert!(said(io::ErrorKind::PermissionDenied).contains("above 1023"));
    }
}
