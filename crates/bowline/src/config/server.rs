//! `[server]`: where to listen, and for whom.

use std::net::SocketAddr;

use serde::Deserialize;

/// Where to listen, and for whom.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Server {
    /// The address to listen on.
    pub(crate) listen: SocketAddr,
    /// How the outside reaches us, without a trailing slash; empty for the listening address.
    pub(crate) public_url: String,
    /// Who may see the live page.
    pub(crate) live_page: LivePage,
}

/// Who may see the live page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LivePage {
    /// Anyone who can connect.
    Open,
    /// Whoever followed a sign-in link.
    SignedIn,
}

impl Server {
    /// How the outside reaches us, without a trailing slash.
    pub(crate) fn public_url(&self, bound: SocketAddr) -> String {
        if self.public_url.is_empty() {
            format!("http://{bound}")
        } else {
            self.public_url.trim_end_matches('/').to_owned()
        }
    }

    pub(super) fn show(&self) -> String {
        let page = match self.live_page {
            LivePage::Open => "open",
            LivePage::SignedIn => "signed-in",
        };
        format!(
            "[server]\nlisten = \"{}\"\npublic_url = {:?}\nlive_page = \"{page}\"\n",
            self.listen, self.public_url
        )
    }
}
