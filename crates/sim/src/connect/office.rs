//! What the sites of one Atlassian have in common as hosts of apps: install keys, and the way to apps.

use std::time::Duration;

use bowline_net::plain::Plain;

use super::keys::InstallKeys;
use crate::Error;
use crate::jira::HOOK_TIMEOUT;

/// How long an app may take for a lifecycle call or its descriptor; Atlassian does not say.
const PATIENCE: Duration = Duration::from_secs(20);

/// Shared by the identity provider and its sites.
#[derive(Debug)]
pub(crate) struct Office {
    pub(crate) keys: InstallKeys,
    /// The keys of Forge's invocation tokens, which are others.
    pub(crate) forge: InstallKeys,
    pub(crate) client: Plain,
    /// Sends the webhooks of every site: making one reads all of the machine's certificate authorities.
    pub(crate) hooks: Plain,
}

impl Office {
    pub(crate) fn new() -> Result<Self, Error> {
        let (client, hooks) = (Plain::new(PATIENCE)?, Plain::new(HOOK_TIMEOUT)?);
        Ok(Self { keys: InstallKeys::default(), forge: InstallKeys::default(), client, hooks })
    }
}
