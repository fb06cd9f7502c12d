//! `cargo xtask conformance`: programs that nobody here wrote, run against the simulated Jira and our own signing.
//!
//! `jira-suite` is the server half of the public Python client's own test suite, from a checkout that is named;
//! `clients` are published client libraries doing ordinary work, `oauth-clients` others that sign people in;
//! `connect-express` is Atlassian's framework for Connect apps, `connect-app` our own sample of one, `connect-security` Atlassian's
//! tester of such apps, from a checkout that is named; `connect-panel` is a real browser in front of an issue, `browser` one
//! that signs in; `pandoc` reads wiki markup; `jwt` is Atlassian's own library for query string hashes;
//! `schemathesis` is a property-based tester. What is known to differ stands, with its source, in `conformance/` and is told in
//! `docs/conformance.md`. All hold every answer against Atlassian's documents as well.

mod browser;
mod clients;
mod connect_app;
mod connect_express;
mod connect_panel;
mod connect_security;
mod jwt;
mod list;
mod node;
mod oauth1;
mod oauth_clients;
mod page;
mod pandoc;
mod python;
mod report;
mod schemathesis;
mod simulator;
mod suite;

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;

pub(crate) use browser::run as browser;
pub(crate) use clients::{readers, run as clients};
pub(crate) use connect_app::run as connect_app;
pub(crate) use connect_express::run as connect_express;
pub(crate) use connect_panel::run as connect_panel;
pub(crate) use jwt::{COUNT as JWT_COUNT, run as jwt};
pub(crate) use node::peer;
pub(crate) use oauth_clients::run as oauth_clients;
pub(crate) use oauth1::{COUNT as OAUTH1_COUNT, run as oauth1};
pub(crate) use page::check as check_page;
pub(crate) use pandoc::run as pandoc;
pub(crate) use schemathesis::{Much, run as schemathesis};

/// The folder of the programs and lists.
const FOLDER: &str = "conformance";

/// What is run.
#[derive(Subcommand)]
pub(crate) enum Ask {
    /// The test suite of the public Python client (pycontribs/jira), against a simulated Jira Server.
    JiraSuite {
        /// A checkout of the client's repository.
        #[arg(long, value_name = "DIR")]
        suite: Option<PathBuf>,
    },
    /// Published client libraries doing ordinary work, against simulated Jiras.
    Clients,
    /// The property-based tester schemathesis, at every operation of the simulated Cloud and Data Center.
    Schemathesis(Much),
    /// Published OAuth libraries completing their flows, against the simulated providers.
    OauthClients,
    /// Atlassian's own framework for Connect apps, verifying what the simulated host signs.
    ConnectExpress,
    /// The sample app of `examples/`, copied out of the repository, built, installed and used in the simulated Atlassian.
    ConnectApp,
    /// The panel inside an issue of the simulated Jira, in a real browser, on a desktop and a phone.
    ConnectPanel,
    /// Atlassian's own tester of the security requirements for Connect apps, against the service.
    ConnectSecurity {
        /// A checkout of the tester's repository.
        #[arg(long, value_name = "DIR")]
        tester: Option<PathBuf>,
    },
    /// A real browser, signing in by every flow, on a desktop and a phone.
    Browser,
    /// What Bowline signs with OAuth 1.0a, held against the Python library oauthlib.
    Oauth1 {
        /// How many requests.
        #[arg(long, default_value_t = oauth1::COUNT)]
        count: u32,
        /// The same seed makes the same requests.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Query string hashes of Connect, held against npm `atlassian-jwt`.
    Jwt {
        /// How many URLs.
        #[arg(long, default_value_t = jwt::COUNT)]
        count: u32,
        /// The same seed makes the same URLs.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Our reading of wiki markup, held against pandoc's.
    Pandoc,
    /// Writes the tables of `docs/conformance.md` anew from the lists.
    Page,
}

/// Runs it; the verdict has the counts.
pub(crate) fn run(ask: Ask) -> Result<String> {
    match ask {
        Ask::JiraSuite { suite } => suite::run(suite.as_deref()),
        Ask::Clients => clients(),
        Ask::Schemathesis(much) => schemathesis(&much),
        Ask::OauthClients => oauth_clients(),
        Ask::ConnectExpress => connect_express(),
        Ask::ConnectApp => connect_app(),
        Ask::ConnectPanel => connect_panel(),
        Ask::ConnectSecurity { tester } => connect_security::run(tester.as_deref()),
        Ask::Browser => browser(),
        Ask::Oauth1 { count, seed } => oauth1(count, seed),
        Ask::Jwt { count, seed } => jwt(count, seed),
        Ask::Pandoc => pandoc(),
        Ask::Page => page::write(),
    }
}
