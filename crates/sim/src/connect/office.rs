//! What the sites of one Atlassian have in common as hosts of apps: install keys, and the way to apps.

use std::time::Duration;

use bowline_net::plain::Plain;
use tokio::sync::Mutex;

use super::keys::InstallKeys;
use crate::Error;

/// How long an app may take for a lifecycle call or its descriptor; Atlassian does not say.
const PATIENCE: Duration = Duration::from_secs(20);

/// Shared by the identity provider and its sites.
#[derive(Debug)]
pub(crate) struct Office {
    pub(crate) keys: InstallKeys,
    /// The keys of Forge's invocation tokens, which are others.
    pub(crate) forge: InstallKeys,
    pub(crate) client: Plain,
    /// One lifecycle call after the other, as administrators click.
    pub(crate) turn: Mutex<()>,
}

impl Office {
    pub(crate) fn new() -> Result<Self, Error> {
        let client = Plain::new(PATIENCE)?;
        Ok(Self {
            keys: InstallKeys::default(),
            forge: InstallKeys::default(),
            client,
            turn: Mutex::default(),
        })
    }
}
