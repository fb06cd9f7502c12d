//! What an app may do in a site.

use serde::Serialize;

/// A scope of Connect (developer.atlassian.com/cloud/jira/platform/scopes-for-connect-apps). All but the last
/// two include reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Scope {
    /// Reading; webhooks need it.
    Read,
    /// Creating and changing.
    Write,
    /// Deleting.
    Delete,
    /// Administering Jira projects.
    ProjectAdmin,
    /// Administering Confluence spaces.
    SpaceAdmin,
    /// Administering the site.
    Admin,
    /// Acting in the name of a user.
    ActAsUser,
    /// Reading people's e-mail addresses; only apps that Atlassian allowed.
    AccessEmailAddresses,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::Write,
        Self::Delete,
        Self::ProjectAdmin,
        Self::SpaceAdmin,
        Self::Admin,
        Self::ActAsUser,
        Self::AccessEmailAddresses,
    ];

    /// The word of the descriptor.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::Delete => "DELETE",
            Self::ProjectAdmin => "PROJECT_ADMIN",
            Self::SpaceAdmin => "SPACE_ADMIN",
            Self::Admin => "ADMIN",
            Self::ActAsUser => "ACT_AS_USER",
            Self::AccessEmailAddresses => "ACCESS_EMAIL_ADDRESSES",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_what_is_serialised() {
        for scope in Scope::ALL {
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.word());
        }
    }
}
