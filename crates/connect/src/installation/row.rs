//! One installation.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::jose::SharedSecret;

/// The longest client key, in bytes. UUIDs and the older forms with a product or a domain in them are far below.
const LONGEST: usize = 255;

/// The name that a site has for this app: opaque, never an address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ClientKey(String);

impl ClientKey {
    /// Takes 1 to 255 bytes without control characters.
    pub fn parse(text: &str) -> Option<Self> {
        let fine = (1..=LONGEST).contains(&text.len()) && !text.chars().any(char::is_control);
        fine.then(|| Self(text.to_owned()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// The product of the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    /// Jira.
    Jira,
    /// Confluence, whose base URL ends in `/wiki`.
    Confluence,
}

/// Where an installation is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Installed and switched on.
    Enabled,
    /// Installed and switched off by an administrator or for want of a licence. Its tokens are still verified.
    Disabled,
    /// Gone. The row stays, for a reinstall and for retention; its tokens are not verified.
    Uninstalled,
}

/// How lifecycle calls of the site are proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// With Atlassian's install keys. There is no way back from here.
    Signed,
    /// With the shared secret, as before October 2021.
    Legacy,
}

/// The secret before the present one.
#[derive(Clone, Debug)]
pub struct Previous {
    /// The secret. Requests that were under way when it was replaced are still verified with it; nothing is signed with it
    /// and no lifecycle call is.
    pub secret: SharedSecret,
    /// When it was replaced. What was made with it later is no request that was under way, and is refused.
    pub since: Timestamp,
    /// Until when. Afterwards it is wiped: [`super::Installations::wipe`].
    pub until: Timestamp,
}

/// One site that installed the app.
#[derive(Clone, Debug)]
pub struct Installation {
    /// The site's name for the app.
    pub client_key: ClientKey,
    /// The product.
    pub product: Product,
    /// Where the site's API is, `https`, without a slash at its end. It changes when the site is renamed.
    pub base_url: String,
    /// Where people see the site, if that is elsewhere: for links and for frames, never for calls.
    pub display_url: Option<String>,
    /// The shared secret; none once a signed installation is gone.
    pub secret: Option<SharedSecret>,
    /// The secret before it, for a few minutes after a rotation.
    pub previous: Option<Previous>,
    /// Where it is in its life.
    pub state: State,
    /// How its lifecycle calls are proved.
    pub scheme: Scheme,
    /// What impersonation names the app by.
    pub oauth_client_id: Option<String>,
    /// The Forge installation (`ari:cloud:ecosystem::installation/…`) that carries a Connect app on Forge.
    pub forge_installation: Option<String>,
    /// The licence, for paid apps.
    pub entitlement_id: Option<String>,
    /// When it was installed, or installed again after it was gone.
    pub installed_at: Timestamp,
    /// When the last lifecycle call changed it.
    pub changed_at: Timestamp,
}

impl Installation {
    /// Whether its tokens are good for anything.
    pub fn is_live(&self) -> bool {
        self.state != State::Uninstalled
    }

    /// The previous secret, while it is good.
    pub fn previous(&self, now: Timestamp) -> Option<&Previous> {
        self.previous.as_ref().filter(|previous| previous.until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_key_is_opaque_but_not_anything() {
        for text in ["71a5e0ce-8c23-4b36-b1ce-4f1d1d4c5a1e", "jira:1234-5678-9000", "acme.example"] {
            assert!(ClientKey::parse(text).is_some(), "{text}");
        }
        let long = "a".repeat(256);
        for text in ["", "a\nb", "a\0", &long] {
            assert_eq!(ClientKey::parse(text), None, "{text:?}");
        }
    }
}
