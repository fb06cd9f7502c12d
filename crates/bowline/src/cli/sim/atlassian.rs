//! `bowline sim atlassian`: the identity provider and gateway of the Cloud, with several Jira sites.

use std::net::SocketAddr;
use std::str::FromStr;

use bowline_sim::atlassian::{Atlassian, Options, SiteOptions, start};
use clap::Args;
use jiff::Timestamp;

use super::listen::Listen;
use super::{cannot, url};
use crate::cli::exit::Failed;

/// What is at the end of `bowline sim atlassian --help`.
pub(super) const HELP: &str = "\
It plays auth.atlassian.com (/authorize, /oauth/token) and api.atlassian.com (/oauth/token/accessible-resources, /me,
/ex/jira/CLOUD-ID/…) on one address. Each site is a simulated Jira Cloud with an address of its own: acme on the next port,
globex on the one after it, unless --site says otherwise. All of them have one clock.

OAuth 2.0 (3LO): client id bowline, secret secret-bowline; redirects to this machine, or to https://…/authorize/callback.
Service account: client id bowline-service, secret secret-bowline-service, grant client_credentials.
API tokens: token-NAME at a site, scoped-token-NAME through the gateway.
Connect apps: POST /_sim/connect/install at a site, with {\"descriptor\": URL}; a small Confluence is at SITE/wiki. Install keys, user tokens
(/oauth2/token) and all.js are at the gateway's address.
Forge apps: POST /_sim/forge/apps with {\"remote\": URL}, then /_sim/forge/install with {\"app\": ID, \"site\": NAME}. The key set is
at /.well-known/jwks.json.

Examples:
  bowline sim atlassian --listen 127.0.0.1:8083
  curl http://127.0.0.1:8083/oauth/token -d grant_type=client_credentials -d client_id=bowline-service \\
      -d client_secret=secret-bowline-service
  bowline sim atlassian --listen 8083 --site acme=8084 --site globex=8085 --site initech=8086";

/// A simulated Atlassian.
#[derive(Args)]
pub(crate) struct Ask {
    /// Where to listen: an address with a port, or a port alone; port 0 takes free ones.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: Listen,
    /// A site and where it listens, as NAME=ADDRESS; may be repeated. acme and globex if not given.
    #[arg(long, value_name = "SITE")]
    site: Vec<Site>,
    /// The address that pages and tokens name, if it is called by another one than it listens on.
    #[arg(long, value_name = "URL", value_parser = url)]
    base_url: Option<String>,
    /// How many issues each site has at the start.
    #[arg(long, value_name = "N", default_value_t = 120)]
    issues: usize,
    /// The same seed gives the same data, cloud ids among them.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// What the clock shows at the start, such as 2026-03-29T00:59:00Z; real time if not given.
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,
    /// The clock stands still until it is told to move.
    #[arg(long)]
    frozen: bool,
    /// A name that the control APIs at /_sim/ may be called by, beside addresses and localhost; may be repeated.
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
}

/// A site as the command line names it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Site {
    name: String,
    address: SocketAddr,
}

impl FromStr for Site {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, address) =
            text.split_once('=').ok_or("a site is NAME=ADDRESS, such as acme=127.0.0.1:8084")?;
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        if name.is_empty() || !name.chars().all(plain) {
            return Err("a site's name is made of letters, digits and hyphens".to_owned());
        }
        let Listen(address) = address.parse()?;
        Ok(Self { name: name.to_owned(), address })
    }
}

impl Ask {
    pub(super) async fn start(self) -> Result<Atlassian, Failed> {
        let site = |site: Site| SiteOptions { name: site.name, address: site.address, base_url: None };
        let options = Options {
            base_url: self.base_url,
            sites: self.site.into_iter().map(site).collect(),
            seed: self.seed,
            issues: self.issues,
            now: self.now.map(Timestamp::as_millisecond),
            frozen: self.frozen,
            hosts: self.allow_host,
        };
        start(options, self.listen.0).await.map_err(cannot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_a_name_and_an_address() {
        let site: Site = "acme=8084".parse().unwrap();
        assert_eq!((site.name.as_str(), site.address.to_string()), ("acme", "127.0.0.1:8084".to_owned()));
        for wrong in ["acme", "=8084", "a b=8084", "acme=", "acme=example.com:1"] {
            assert!(wrong.parse::<Site>().is_err(), "{wrong}");
        }
    }
}
