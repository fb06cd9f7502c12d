//! What the row of a Forge installation says. It stands in one table with the rows of Connect, and tells itself apart.

use bowline_connect::forge::Invocation;
use bowline_core::installation::Installation;
use bowline_core::port::StoreError;
use bowline_core::{GrantId, Timestamp};
use serde::{Deserialize, Serialize};

/// What tells such a document apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Forge,
}

/// What is known of an installation. Members are never renamed: rows of older releases have to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remote {
    kind: Kind,
    /// The site, which a reinstall does not change.
    pub cloud_id: Option<String>,
    /// Where people open it, if Forge has said so.
    pub site_url: Option<String>,
    /// `DEVELOPMENT`, `STAGING` or `PRODUCTION`.
    pub environment: String,
    /// The version of the app that called last.
    pub app_version: Option<String>,
    /// Under what its tokens are kept; none where nothing is synced.
    pub grant: Option<GrantId>,
    /// When a code was entered.
    pub paired_at: Timestamp,
}

#[derive(Deserialize)]
struct Marked {
    #[serde(default)]
    kind: Option<Kind>,
}

impl Remote {
    /// Of an installation that is being tied.
    pub(super) fn new(invocation: &Invocation, grant: Option<GrantId>, paired_at: Timestamp) -> Self {
        let mut remote = Self {
            kind: Kind::Forge,
            cloud_id: None,
            site_url: None,
            environment: String::new(),
            app_version: None,
            grant,
            paired_at,
        };
        remote.notice(invocation);
        remote
    }

    /// Takes over what a call says; whether that was anything new. What a call does not say stays as it is.
    pub(super) fn notice(&mut self, invocation: &Invocation) -> bool {
        let before = self.clone();
        let context = |name: &str| invocation.context.as_ref()?.get(name)?.as_str().map(str::to_owned);
        let contexts = invocation.app.installation.iter().flat_map(|it| &it.contexts);
        let site = contexts.filter_map(|context| context.cloud_id.clone()).next();
        self.cloud_id = context("cloudId").or(site).or_else(|| self.cloud_id.take());
        self.site_url = context("siteUrl").or_else(|| self.site_url.take());
        self.environment.clone_from(&invocation.app.environment.kind);
        self.app_version = invocation.app.app_version.clone().or_else(|| self.app_version.take());
        *self != before
    }
}

/// Whether a row is of a Forge installation.
pub(in crate::app) fn is_forge(row: &Installation) -> bool {
    serde_json::from_str::<Marked>(&row.document).is_ok_and(|marked| marked.kind.is_some())
}

pub(super) fn read(row: &Installation) -> Result<Remote, StoreError> {
    let unreadable = |_| StoreError::Unreadable("the document of a Forge installation".to_owned());
    serde_json::from_str(&row.document).map_err(unreadable)
}

pub(super) fn write(remote: &Remote) -> Result<String, StoreError> {
    let unfit = |_| StoreError::Unreadable("the document of a Forge installation".to_owned());
    serde_json::to_string(remote).map_err(unfit)
}
