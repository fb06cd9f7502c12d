//! Storage. Many small ports to read, one to write ([`Commits`]), one to claim work ([`WorkQueue`]).
//!
//! Every call names its tenant; only the system tables (`tenants`, `work`, `directory`, `leases`) are read over
//! all tenants, and they hold ids, hashes and times only.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::activity::Activity;
use crate::code::Code;
use crate::command::Command;
use crate::comment::CommentPair;
use crate::commit::{ApiToken, Commit, DirectoryKind, KeyKind, WrappedKey};
use crate::connection::Connection;
use crate::credential::Credential;
use crate::event::{InboxRow, InboxState};
use crate::finding::Finding;
use crate::grant::{Authorization, Grant, GrantEvent, OauthClient};
use crate::id::{
    AuthorizationId, ConnectionId, EventId, FindingId, GrantId, OauthClientId, ProfileId, SecretId, ShareId,
    TenantId, TokenId,
};
use crate::page::{Page, PageAsk};
use crate::profile::Profile;
use crate::secret::{Sealed, Shelf};
use crate::share::{Share, ShareState};
use crate::tenant::Tenant;
use crate::work::{Claim, Entity, Lanes};

/// Why storage did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The entity is no longer held: somebody else claimed it after the lease ran out. Nothing was written.
    #[error("the lease was lost")]
    LostLease,
    /// A unique rule stands in the way. Nothing was written.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// What must exist does not.
    #[error("not found: {0}")]
    NotFound(&'static str),
    /// A stored row cannot be read: written by a newer release, or damaged.
    #[error("unreadable row: {0}")]
    Unreadable(String),
    /// The database did not answer, or refused for reasons of its own. Trying again may help.
    #[error("the database does not answer: {0}")]
    Unavailable(#[source] Arc<dyn std::error::Error + Send + Sync>),
}

/// Writes.
#[async_trait]
pub trait Commits: Send + Sync {
    /// Makes a commit durable, or writes nothing. When this returns `Ok`, a power cut loses none of it.
    async fn commit(&self, commit: Commit) -> Result<(), StoreError>;
}

/// Which work to claim.
#[derive(Clone, Debug)]
pub struct ClaimAsk {
    /// Who claims: a name that no two living processes share.
    pub owner: String,
    /// From which lanes.
    pub lanes: Lanes,
    /// Work due by now.
    pub now: Timestamp,
    /// For how long.
    pub lease: SignedDuration,
    /// At most so many.
    pub limit: u32,
}

/// Forgets what has lived long enough; the docs list every place and its life.
#[async_trait]
pub trait Retention: Send + Sync {
    /// Deletes at most `limit` expired rows of every kind and says how many went: closed deliveries and parked
    /// bodies after 7 days, losers of conflicts when they expire, settled commands and activity after 30 days.
    async fn expire(&self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}

/// How much work waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct WorkDepth {
    /// Due and not claimed.
    pub due: i64,
    /// Due later.
    pub later: i64,
    /// In some worker's hands.
    pub claimed: i64,
    /// When the oldest due one became due.
    pub oldest_due_at: Option<Timestamp>,
}

/// The work table.
#[async_trait]
pub trait WorkQueue: Send + Sync {
    /// Takes due work nobody holds, most urgent lane first, oldest first inside a lane. Durable when it returns.
    async fn claim(&self, ask: &ClaimAsk) -> Result<Vec<Claim>, StoreError>;

    /// Holds a claim for longer; `LostLease` if somebody else has it.
    async fn renew(&self, claim: &Claim, until: Timestamp) -> Result<(), StoreError>;

    /// Gives back every claim of an owner that is known to be dead, so that its work is due at once; says how
    /// many there were. The epoch stays: the next claim raises it, and a commit of the dead is refused.
    async fn abandon(&self, owner: &str, now: Timestamp) -> Result<u64, StoreError>;

    /// When a claim may next find something: the earliest due time of work that nobody holds, or the end of the
    /// lease of work that somebody does; `None` if there is no work.
    async fn next_due(&self, lanes: Lanes) -> Result<Option<Timestamp>, StoreError>;

    /// How much waits, over all tenants.
    async fn depth(&self, now: Timestamp) -> Result<WorkDepth, StoreError>;
}

/// A share with all that a look at it needs.
#[derive(Clone, Debug, PartialEq)]
pub struct ShareView {
    /// The share.
    pub share: Share,
    /// Pending deliveries about it, oldest first, at most [`PENDING_LIMIT`].
    pub inbox: Vec<InboxRow>,
    /// Journal rows in state `sending`, oldest first.
    pub sending: Vec<Command>,
    /// All comment pairs.
    pub pairs: Vec<CommentPair>,
    /// Its profile; `None` if that was deleted meanwhile.
    pub profile: Option<Profile>,
    /// Its connections, left and right; `None` for one that was deleted meanwhile.
    pub connections: (Option<Connection>, Option<Connection>),
}

/// At most so many pending deliveries are read at once. Whoever reads so many is due again for the rest.
pub const PENDING_LIMIT: usize = 200;

/// What a worker reads.
#[async_trait]
pub trait Desk: Send + Sync {
    /// A share with all that a look at it needs, as of one moment.
    async fn view(&self, tenant: TenantId, share: ShareId) -> Result<Option<ShareView>, StoreError>;

    /// Shares of any profile that tie one of these items (by the tool's stable ids), whatever their state.
    async fn shares_of(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        items: &[String],
    ) -> Result<Vec<Share>, StoreError>;

    /// The share whose comment pairs hold a comment.
    async fn share_of_comment(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        comment: &str,
    ) -> Result<Option<ShareId>, StoreError>;

    /// Pending deliveries about an entity, oldest first, at most 200.
    async fn pending(&self, tenant: TenantId, entity: &Entity) -> Result<Vec<InboxRow>, StoreError>;

    /// How far the sweep of a connection has come.
    async fn watermark(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
    ) -> Result<Option<Timestamp>, StoreError>;

    /// Active profiles that use a connection.
    async fn profiles_of(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
    ) -> Result<Vec<Profile>, StoreError>;
}

/// What a hashed key from outside belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// The customer.
    pub tenant: TenantId,
    /// The printed id of the connection or token.
    pub id: String,
    /// When it stops to be accepted.
    pub until: Option<Timestamp>,
}

/// What is configured.
#[async_trait]
pub trait Registry: Send + Sync {
    /// All tenants.
    async fn tenants(&self) -> Result<Vec<Tenant>, StoreError>;

    /// What a hashed key belongs to.
    async fn directory(
        &self,
        kind: DirectoryKind,
        hash: &[u8; 32],
    ) -> Result<Option<DirectoryEntry>, StoreError>;

    /// A connection.
    async fn connection(&self, tenant: TenantId, id: ConnectionId) -> Result<Option<Connection>, StoreError>;

    /// All connections of a tenant, by name.
    async fn connections(&self, tenant: TenantId) -> Result<Vec<Connection>, StoreError>;

    /// A profile.
    async fn profile(&self, tenant: TenantId, id: ProfileId) -> Result<Option<Profile>, StoreError>;

    /// All profiles of a tenant, by name.
    async fn profiles(&self, tenant: TenantId) -> Result<Vec<Profile>, StoreError>;

    /// A token.
    async fn token(&self, tenant: TenantId, id: TokenId) -> Result<Option<ApiToken>, StoreError>;

    /// All tokens of a tenant, by name.
    async fn tokens(&self, tenant: TenantId) -> Result<Vec<ApiToken>, StoreError>;
}

/// What providers let us do.
#[async_trait]
pub trait Grants: Send + Sync {
    /// A grant.
    async fn grant(&self, tenant: TenantId, id: GrantId) -> Result<Option<Grant>, StoreError>;

    /// Grants of a tenant, newest first.
    async fn grants(&self, tenant: TenantId, page: &PageAsk) -> Result<Page<Grant>, StoreError>;

    /// The grant that one person gave to one of our registrations, unless it was revoked.
    async fn grant_of(
        &self,
        tenant: TenantId,
        client: OauthClientId,
        subject: &str,
    ) -> Result<Option<Grant>, StoreError>;

    /// The latest lines of a grant's history, newest first, at most 100.
    async fn grant_events(&self, tenant: TenantId, id: GrantId) -> Result<Vec<GrantEvent>, StoreError>;

    /// A registration at a provider.
    async fn oauth_client(
        &self,
        tenant: TenantId,
        id: OauthClientId,
    ) -> Result<Option<OauthClient>, StoreError>;

    /// All registrations of a tenant, by name.
    async fn oauth_clients(&self, tenant: TenantId) -> Result<Vec<OauthClient>, StoreError>;

    /// What is known of all secrets that people gave for connections of a tenant.
    async fn credentials(&self, tenant: TenantId) -> Result<Vec<Credential>, StoreError>;

    /// A browser sign-in that was begun and is not over.
    async fn authorization(
        &self,
        tenant: TenantId,
        id: AuthorizationId,
    ) -> Result<Option<Authorization>, StoreError>;
}

/// Sealed rows, for `auth` alone.
#[async_trait]
pub trait Vault: Send + Sync {
    /// All versions of a tenant's keys of one kind, oldest first.
    async fn keys(&self, tenant: TenantId, kind: KeyKind) -> Result<Vec<WrappedKey>, StoreError>;

    /// A secret.
    async fn secret(&self, tenant: TenantId, id: SecretId) -> Result<Option<Sealed>, StoreError>;

    /// The key check value of this database, if one was stored: it tells which key-encryption keys are needed.
    async fn key_check(&self) -> Result<Option<Vec<u8>>, StoreError>;

    /// Stores the key check value once; `Conflict` if there is one.
    async fn put_key_check(&self, value: &[u8]) -> Result<(), StoreError>;
}

/// How many values of one shelf are sealed under one version of the tenant's data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SealedCount {
    /// Where they are.
    pub shelf: Shelf,
    /// The version of the data key.
    pub version: i32,
    /// How many.
    pub count: i64,
}

/// A sealed value where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRow {
    /// The printed id of its row: what [`crate::commit::Change::Reseal`] finds it by.
    pub id: String,
    /// What it was bound to when it was sealed.
    pub bound: String,
    /// The ciphertext.
    pub sealed: Sealed,
}

/// Which sealed values to list.
#[derive(Clone, Debug)]
pub struct SealedAsk {
    /// Where.
    pub shelf: Shelf,
    /// Only those under a version of the data key below this one; all, if not given.
    pub below: Option<i32>,
    /// Only rows whose id comes after this one.
    pub after: Option<String>,
    /// At most so many.
    pub limit: u32,
}

/// What turning keys over needs to see. Like [`Vault`], for `auth` alone.
#[async_trait]
pub trait Keys: Send + Sync {
    /// Everybody who may have keys.
    async fn owners(&self) -> Result<Vec<Tenant>, StoreError>;

    /// How many values are sealed under which version of the tenant's data key.
    async fn sealed_counts(&self, tenant: TenantId) -> Result<Vec<SealedCount>, StoreError>;

    /// Sealed values of one shelf, by id.
    async fn sealed_rows(&self, tenant: TenantId, ask: &SealedAsk) -> Result<Vec<SealedRow>, StoreError>;

    /// Puts another key check value in the place of `was`; `Conflict` if another one is there.
    async fn replace_key_check(&self, was: &[u8], value: &[u8]) -> Result<(), StoreError>;
}

/// Which shares to list.
#[derive(Clone, Debug, Default)]
pub struct ShareFilter {
    /// Only of this profile.
    pub profile: Option<ProfileId>,
    /// Only in this state.
    pub state: Option<ShareState>,
    /// Only those with an item of this key or id, on either side.
    pub item: Option<String>,
}

/// Which deliveries to list.
#[derive(Clone, Debug, Default)]
pub struct InboxFilter {
    /// Only from this connection.
    pub connection: Option<ConnectionId>,
    /// Only in this state.
    pub state: Option<InboxState>,
}

/// What people look at.
#[async_trait]
pub trait Console: Send + Sync {
    /// Shares, newest first.
    async fn shares(
        &self,
        tenant: TenantId,
        filter: &ShareFilter,
        page: &PageAsk,
    ) -> Result<Page<Share>, StoreError>;

    /// How many shares are in each state.
    async fn share_counts(&self, tenant: TenantId) -> Result<Vec<(ShareState, i64)>, StoreError>;

    /// Findings, open ones first, the most recent first; with `all`, resolved ones too.
    async fn findings(
        &self,
        tenant: TenantId,
        all: bool,
        page: &PageAsk,
    ) -> Result<Page<Finding>, StoreError>;

    /// How many findings are open, by what happened.
    async fn finding_counts(&self, tenant: TenantId) -> Result<Vec<(Code, i64)>, StoreError>;

    /// One finding with the entities it hits, at most 1,000.
    async fn finding(
        &self,
        tenant: TenantId,
        id: FindingId,
    ) -> Result<Option<(Finding, Vec<Entity>)>, StoreError>;

    /// What was done, newest first.
    async fn activity(&self, tenant: TenantId, page: &PageAsk) -> Result<Page<Activity>, StoreError>;

    /// Deliveries, newest first; the sealed body is not loaded.
    async fn inbox(
        &self,
        tenant: TenantId,
        filter: &InboxFilter,
        page: &PageAsk,
    ) -> Result<Page<InboxRow>, StoreError>;

    /// One delivery with its sealed body, if it was parked.
    async fn delivery(&self, tenant: TenantId, id: EventId) -> Result<Option<InboxRow>, StoreError>;
}
