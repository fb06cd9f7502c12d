//! `[deployment]`: for whom this installation is.

use serde::Deserialize;

/// For whom this installation is.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Deployment {
    /// Whether tenants belong to the operator.
    pub(crate) trust: Trust,
    /// Which credentials are taken.
    pub(crate) profile: Profile,
}

/// Which credentials are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Profile {
    /// Whatever the tools take.
    SelfHosted,
    /// No API tokens, passwords and personal access tokens: an app of the Marketplace may not collect them.
    Marketplace,
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
        let profile = match self.profile {
            Profile::SelfHosted => "self-hosted",
            Profile::Marketplace => "marketplace",
        };
        format!("[deployment]\ntrust = \"{trust}\"\nprofile = \"{profile}\"\n")
    }
}
