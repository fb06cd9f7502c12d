//! The port to whatever remembers what a server knows of Forge's installations.

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};

use super::installation_id::InstallationId;
use super::pairing::{CodeHash, Offer};
use super::verify::Invoked;
use crate::installation::StoreError;

/// How long the name of a token is remembered. A token is good for 5 minutes at most, and clocks may differ by 2 on either
/// side; the rest is for slow stores.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(20);
/// How long an event is remembered. Forge repeats one four times, a minute apart.
const EVENT_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// What is to happen once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// A token is used.
    Token,
    /// An event is dealt with.
    Event,
}

/// Something that is to happen once for an installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// For which.
    pub installation: InstallationId,
    /// What it is.
    pub what: What,
    /// The hash of its name (SHA-256): names come from outside, in any length.
    pub name: [u8; 32],
    /// When it can be forgotten.
    pub until: Timestamp,
}

impl Once {
    /// The use of a token, by its `jti`.
    pub fn token(installation: InstallationId, jti: &str, now: Timestamp) -> Self {
        Self { installation, what: What::Token, name: sha256(jti), until: now + TOKEN_LIFE }
    }

    /// An event, by the id that the vendor gave it. What has no such id must not be given one by its content: two events can say
    /// the same.
    pub fn event(installation: InstallationId, id: &str, now: Timestamp) -> Self {
        Self { installation, what: What::Event, name: sha256(id), until: now + EVENT_LIFE }
    }
}

fn sha256(text: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    hash
}

/// Whether it happened before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Used {
    /// It did not; now it has.
    First,
    /// It did.
    Again,
}

/// Remembers what a server knows of the installations of its Forge app. Each method is one transaction; when it returns, what
/// it changed is durable. Whoever implements it runs [`super::conformance`] against it.
#[async_trait]
pub trait Remotes: Send + Sync {
    /// Remembers something that is to happen once. What is remembered until `now` or earlier counts as forgotten.
    ///
    /// An event that is kept and then remembered may be kept twice after a crash, and that does no harm; one that is
    /// remembered first may be lost. So keep first, or do both in one transaction.
    async fn use_once(&self, once: &Once, now: Timestamp) -> Result<Used, StoreError>;

    /// Keeps a code that may be entered.
    async fn offer(&self, offer: Offer) -> Result<(), StoreError>;

    /// The offer of a code, if it may be entered after `now`. It may be looked up by its hash: a code has so many bits that
    /// how long that takes tells nobody anything.
    async fn offered(&self, code: &CodeHash, now: Timestamp) -> Result<Option<Offer>, StoreError>;

    /// Uses up a code and ties the installation to its owner; an installation that was tied before is tied anew. `false`, and
    /// nothing changes, if the code cannot be entered any more, for another one may have been faster; or if the installation is
    /// another owner's, where the store leaves it there until it is untied. What came with the call
    /// is there for what has to become durable with it, such as the first token.
    async fn pair(
        &self,
        installation: &InstallationId,
        invoked: &Invoked,
        code: &CodeHash,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Whose an installation is.
    async fn owner(&self, installation: &InstallationId) -> Result<Option<String>, StoreError>;

    /// Unties an installation; says whether it was tied.
    async fn unpair(&self, installation: &InstallationId) -> Result<bool, StoreError>;

    /// Forgets what can be forgotten at `now`; says how much. Call it every minute or so.
    async fn wipe(&self, now: Timestamp) -> Result<usize, StoreError>;
}
