//! What a `postgres://` URL says. The driver reads most of it; what it does not know is how far a server's
//! certificate is trusted, so those settings are taken out first. They are called as in libpq (PostgreSQL's manual,
//! “SSL Support”).

use std::path::PathBuf;
use std::str::FromStr;

use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

use crate::error::Error;

/// How far the server has to prove itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// Not at all: encryption alone, as libpq does for `prefer` and `require`.
    None,
    /// A certificate that a trusted authority signed, for whatever name.
    Authority,
    /// Such a certificate, for the name that was asked for.
    Name,
}

/// What is wanted of TLS, if it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) proof: Proof,
    /// A file of authorities to trust instead of the system's.
    pub(super) authorities: Option<PathBuf>,
    /// Files of our own certificate and its key.
    pub(super) ours: Option<(PathBuf, PathBuf)>,
}

/// Nothing of the URL is in the error: it may hold a password.
pub(super) fn parse(url: &str) -> Result<(Config, Wanted), Error> {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let mut mode = None;
    let mut wanted = Wanted { proof: Proof::None, authorities: None, ours: None };
    let (mut certificate, mut key) = (None, None);
    let mut rest = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let path = || decoded(value).map(PathBuf::from);
        match name {
            "sslmode" | "ssl-mode" => mode = Some(decoded(value)?),
            "sslrootcert" | "ssl-root-cert" | "ssl-ca" => wanted.authorities = Some(path()?),
            "sslcert" | "ssl-cert" => certificate = Some(path()?),
            "sslkey" | "ssl-key" => key = Some(path()?),
            _ => rest.push(pair),
        }
    }
    let plain = if rest.is_empty() { address.to_owned() } else { format!("{address}?{}", rest.join("&")) };
    let mut config = Config::from_str(&plain).map_err(|_| Error::BadUrl("it cannot be parsed"))?;
    let (mode, proof) = match mode.as_deref() {
        None | Some("prefer" | "allow") => (SslMode::Prefer, Proof::None),
        Some("disable") => (SslMode::Disable, Proof::None),
        Some("require") => (SslMode::Require, Proof::None),
        Some("verify-ca") => (SslMode::Require, Proof::Authority),
        Some("verify-full") => (SslMode::Require, Proof::Name),
        Some(_) => return Err(Error::BadUrl("its `sslmode` is none of PostgreSQL's")),
    };
    config.ssl_mode(mode);
    // As libpq has it: whoever names authorities wants them asked.
    let asked = mode == SslMode::Require && proof == Proof::None && wanted.authorities.is_some();
    wanted.proof = if asked { Proof::Authority } else { proof };
    wanted.ours = match (certificate, key) {
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (None, None) => None,
        _ => return Err(Error::BadUrl("of `sslcert` and `sslkey` it has only one")),
    };
    Ok((config, wanted))
}

/// `%2F` is `/`, and so on (RFC 3986, section 2.1).
fn decoded(value: &str) -> Result<String, Error> {
    let bad = || Error::BadUrl("it has a `%` that two hexadecimal digits do not follow");
    let (first, rest) = value.split_once('%').map_or((value, None), |(first, rest)| (first, Some(rest)));
    let mut bytes = first.as_bytes().to_vec();
    for piece in rest.into_iter().flat_map(|rest| rest.split('%')) {
        let digits = piece.get(..2).ok_or_else(bad)?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| bad())?);
        bytes.extend_from_slice(piece.get(2..).unwrap_or_default().as_bytes());
    }
    String::from_utf8(bytes).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_a_server_is_trusted_is_read_and_the_rest_is_left_to_the_driver() {
        let (config, wanted) = parse(
            "postgres://app@db:6432/bowline?application_name=x&sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem",
        )
        .unwrap();
        assert_eq!(config.get_application_name(), Some("x"));
        assert_eq!((config.get_ports(), config.get_dbname()), ([6432].as_slice(), Some("bowline")));
        assert_eq!(config.get_ssl_mode(), SslMode::Require);
        assert_eq!(wanted.proof, Proof::Name);
        assert_eq!(wanted.authorities, Some("/etc/ca.pem".into()));
    }

    #[test]
    fn authorities_that_are_named_are_asked() {
        let proof = |query| parse(&format!("postgres://app@db/b?{query}")).unwrap().1.proof;
        assert_eq!(proof("sslmode=require&sslrootcert=ca.pem"), Proof::Authority);
        assert_eq!(proof("sslmode=require"), Proof::None);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for query in
            ["sslmode=wild", "sslcert=a", "sslkey=a", "sslrootcert=%2", "sslrootcert=%zz", "nonsense=1"]
        {
            let url = format!("postgres://app@db/bowline?{query}");
            assert!(matches!(parse(&url), Err(Error::BadUrl(_))), "{query}");
        }
    }
}
