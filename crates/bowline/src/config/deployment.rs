//! `[deployment]`: for whom this installation is.

use serde::Deserialize;

/// For whom this installation is.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Deployment {
    /// Whether tenants belong to the operator.
    pub(crate) trust: Trust,
}

/// Whether tenants belong to the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Trust {
    /// Tenants are strangers: none of them says whom to trust.
    Hosted,
    /// Tenants are one's own: a connection may bring the certificate authorities of its tool.
    Private,
}

impl Deployment {
    pub(super) fn show(&self) -> String {
        let trust = match self.trust {
            Trust::Hosted => "hosted",
            Trust::Private => "private",
        };
        format!("[deployment]\ntrust = \"{trust}\"\n")
    }
}
