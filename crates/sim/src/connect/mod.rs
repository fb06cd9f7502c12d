//! The host of Connect apps: installs them in a site's Jira and Confluence, tells them what happens, and checks their calls.
//!
//! Written from Atlassian's documentation and from what its hosts are known to do, without the crate that apps use. State
//! is in [`host`]; [`lifecycle`] calls apps, [`door`] lets their calls in, [`hook`] tells them of changes, [`page`] shows
//! their pages, [`control`] is what a test turns. [`office`] is what the sites of one Atlassian have in common.

pub(crate) mod assertion;
pub(crate) mod control;
pub(crate) mod descriptor;
pub(crate) mod door;
pub(crate) mod hook;
pub(crate) mod host;
pub(crate) mod jwt;
mod kept;
pub(crate) mod keys;
pub(crate) mod lifecycle;
pub(crate) mod note;
pub(crate) mod office;
mod page;
pub(crate) mod property;
pub(crate) mod qsh;
mod scope;
mod spoil;
pub(crate) mod token;

pub(crate) use page::all_js;
use serde::{Deserialize, Serialize};

/// Which product of a site an app is installed in; each has a client key of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Product {
    #[default]
    Jira,
    Confluence,
}

impl Product {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Jira, Self::Confluence];

    /// The word for it in a payload.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Jira => "jira",
            Self::Confluence => "confluence",
        }
    }

    /// What its base URL has behind the site's.
    pub(crate) fn context(self) -> &'static str {
        match self {
            Self::Jira => "",
            Self::Confluence => "/wiki",
        }
    }

    /// Whose path this is, and the path without the context.
    pub(crate) fn of(path: &str) -> (Self, &str) {
        match path.strip_prefix("/wiki") {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => (Self::Confluence, rest),
            _ => (Self::Jira, path),
        }
    }
}
