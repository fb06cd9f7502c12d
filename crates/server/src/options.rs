//! Settings, as plain values. Reading them from a file is the binary's business.

use std::time::Duration;

/// Jira's own cap on a webhook's body (25 MiB; Atlassian's webhook page); what is larger was never Jira's.
const LARGEST_DELIVERY: usize = 25 << 20;

/// A profile document with a hundred thousand user mappings has about six million bytes.
const LARGEST_API_BODY: usize = 8 << 20;

/// Who may see the live page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LivePage {
    /// Whoever reaches the address. For loopback and demos.
    Open,
    /// Whoever came in by a sign-in link.
    SignedIn,
}

/// Settings. [`Options::new`] gives the documented defaults.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the outside reaches Bowline, without a trailing slash: the beginning of webhook URLs and sign-in links.
    pub public_url: String,
    /// Where people consent at Atlassian's cloud, without a trailing slash.
    pub identity_url: String,
    /// What this installation is called; shown on the live page.
    pub instance: String,
    /// The release.
    pub version: String,
    /// The tenant of an admin who names none.
    pub tenant: String,
    /// SHA-256 of the local admin's token, as `bowline_auth::bearer::hash` gives it.
    pub admin: [u8; 32],
    /// Who may see the live page.
    pub live_page: LivePage,
    /// Whether a connection may bring along certificate authorities to trust beside the machine's.
    pub own_authorities: bool,
    /// Whether API tokens, passwords and personal access tokens of Atlassian accounts are taken.
    pub collects_credentials: bool,
    /// The most bytes of a delivery.
    pub hook_body: usize,
    /// The most bytes of an API call.
    pub api_body: usize,
    /// The most bytes of all deliveries being read or handled at once; those of one connection may take a quarter of
    /// it, and room for one of the largest in any case.
    pub all_bodies: usize,
    /// The most bytes of all bodies of API calls being read or handled at once.
    pub api_bodies: usize,
    /// How many deliveries are taken in at once; more are told to come again.
    pub hooks_at_once: usize,
    /// How many of them may be of one connection.
    pub hooks_of_one: usize,
    /// How many callers of the app's routes are looked up at once; more are told to come again.
    pub sites_at_once: usize,
    /// Whether whoever administers a project may tie its issues to items that exist, from the panel.
    pub panel_ties: bool,
    /// How long a body may take to arrive.
    pub read_within: Duration,
    /// How long taking in a delivery may wait for the database before the sender is told to come again.
    pub store_within: Duration,
    /// How many event streams, live pages included, are served at once.
    pub streams: usize,
    /// How long an event stream waits at least between two reads of the database.
    pub stream_pause: Duration,
    /// How long a silent event stream waits before it looks again and says that it is still there.
    pub stream_beat: Duration,
}

impl Options {
    /// The defaults, for an installation reached at `public_url` whose admin's token has the hash `admin`.
    pub fn new(public_url: impl Into<String>, admin: [u8; 32]) -> Self {
        let public_url: String = public_url.into();
        Self {
            public_url: public_url.trim_end_matches('/').to_owned(),
            identity_url: "https://auth.atlassian.com".to_owned(),
            instance: "Bowline".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            tenant: "default".to_owned(),
            admin,
            live_page: LivePage::SignedIn,
            own_authorities: true,
            collects_credentials: true,
            hook_body: LARGEST_DELIVERY,
            api_body: LARGEST_API_BODY,
            all_bodies: 128 << 20,
            api_bodies: 32 << 20,
            hooks_at_once: 256,
            hooks_of_one: 16,
            sites_at_once: 64,
            panel_ties: false,
            read_within: Duration::from_secs(20),
            store_within: Duration::from_secs(5),
            streams: 64,
            stream_pause: Duration::from_millis(250),
            stream_beat: Duration::from_secs(10),
        }
    }

    /// Whether the outside comes by TLS.
    pub(crate) fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
