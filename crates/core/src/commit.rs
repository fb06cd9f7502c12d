//! A commit: everything that must become durable together, as data.
//!
//! The engine decides and hands over one of these; storage writes it in one transaction or not at all. There is
//! no other way to write. Because a commit is data, a store may put several into one transaction, a simulation
//! may crash before or after any of them, and a test may read what was meant.

use jiff::Timestamp;

use crate::activity::Activity;
use crate::code::Code;
use crate::command::{Command, CommandState};
use crate::comment::CommentPair;
use crate::connection::{Connection, Health, Identity};
use crate::credential::Credential;
use crate::delegation::Delegation;
use crate::event::{InboxRow, InboxState};
use crate::finding::Occurrence;
use crate::grant::{Authorization, Grant, GrantEvent, OauthClient};
use crate::id::{
    AuthorizationId, CommandId, ConnectionId, EventId, FindingId, GrantId, InstallationId, OauthClientId,
    ProfileId, SecretId, ShareId, TenantId, TokenId,
};
use crate::installation::{Installation, UsedToken};
use crate::kept::Kept;
use crate::profile::Profile;
use crate::secret::{Sealed, Shelf};
use crate::share::Share;
use crate::tenant::Tenant;
use crate::work::{Claim, Entity, Fence, Touch};

/// Everything that must become durable together, for one tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    /// The customer whose rows it writes.
    pub tenant: TenantId,
    /// Proof that the entity is still held; a commit whose proof is out of date writes nothing.
    pub fence: Option<Fence>,
    /// What to write, in this order.
    pub changes: Vec<Change>,
    /// The time to stamp rows with.
    pub at: Timestamp,
}

/// One write inside a commit.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A new tenant.
    AddTenant(Tenant),
    /// A data key or fingerprint key of the tenant, wrapped. A version that exists is never overwritten.
    AddKey(WrappedKey),
    /// The same key in another wrapping. Fails with `Conflict("wrapping")` if it is not wrapped as `was` any more.
    RewrapKey {
        /// The key with its new wrapping.
        key: WrappedKey,
        /// The wrapping it has now.
        was: Sealed,
    },
    /// A data key that nothing is needed for any more. It stays if anything is sealed under it.
    DropDataKey {
        /// Its version.
        version: i32,
    },
    /// A sealed value under a newer data key. Nothing happens if the value was replaced or dropped meanwhile.
    Reseal {
        /// Where it is.
        shelf: Shelf,
        /// The printed id of its row.
        id: String,
        /// The ciphertext it has now.
        was: Sealed,
        /// The one it gets.
        sealed: Sealed,
    },
    /// A secret, new or replaced.
    PutSecret {
        /// Its identifier.
        id: SecretId,
        /// The ciphertext.
        sealed: Sealed,
    },
    /// A secret that nothing uses any more.
    DropSecret(SecretId),
    /// A connection: new at revision 0, else changed from the revision it was read at; the store raises it. One that
    /// was changed or dropped since fails the commit with `Conflict("revision")`.
    PutConnection(Box<Connection>),
    /// What the last calls told about a connection; leaves everything else of it as it is. Nothing happens if the
    /// connection was changed meanwhile: the calls were made with what it was before.
    Health {
        /// Which.
        connection: ConnectionId,
        /// The revision that the calls were made with.
        revision: i64,
        /// Whether calls are worth trying.
        health: Health,
        /// Who the tool says we are, if it said so.
        identity: Option<Identity>,
    },
    /// What was remembered of the tool in this era of a connection turned out to be wrong: the next begins. Nothing happens if it
    /// has begun.
    Outdate {
        /// Which.
        connection: ConnectionId,
        /// The era in which it was learnt.
        era: i64,
    },
    /// What is known of a name that is kept with a grant.
    PutKept(Box<Kept>),
    /// No name is kept with the grant any more.
    DropKept(GrantId),
    /// What is known of a connection's secret: new at revision 0, else changed from the revision it was read at. One that was
    /// changed since fails the commit with `Conflict("revision")`.
    PutCredential(Box<Credential>),
    /// A connection that no profile uses, with what is known of its secret, what people allowed it, its directory entries,
    /// watermark and sweep.
    DropConnection(ConnectionId),
    /// A registration at a provider: new at revision 0, else changed from the revision it was read at.
    PutOauthClient(Box<OauthClient>),
    /// A registration that no grant uses.
    DropOauthClient(OauthClientId),
    /// A grant: new at revision 0, else changed from the revision it was read at; the store raises it. One that was
    /// changed since fails the commit with `Conflict("revision")`, so a refresh can never overwrite a newer consent.
    PutGrant(Box<Grant>),
    /// A grant is gone, with its history, its work, and what stood on it.
    DropGrant(GrantId),
    /// A line of a grant's history.
    NoteGrant(Box<GrantEvent>),
    /// A person lets a connection act as them: new, or in the place of what they allowed it before. Since when stays if the
    /// grant and the site are the same.
    PutDelegation(Box<Delegation>),
    /// A person has consented anew for one connection, which renews their tokens for every other that acts by the grant.
    RenewDelegations {
        /// By which grant.
        grant: GrantId,
        /// What the tool calls them now. What was allowed under another name goes: that name may be somebody else's today.
        person: String,
        /// Whether the grant did not serve before: what they allow counts from now on.
        anew: bool,
    },
    /// A person's tokens were taken after a refusal: it is over. Nothing happens if it is not the one that was read.
    AcceptDelegation(Box<Delegation>),
    /// The tool refuses a person's tokens. Nothing happens if the person has consented anew since.
    RefuseDelegation {
        /// What was refused, as it was read.
        delegation: Box<Delegation>,
        /// Why.
        code: Code,
    },
    /// A connection may not act as a person any more. Their grant stays.
    DropDelegation {
        /// Which connection.
        connection: ConnectionId,
        /// As whom.
        person: String,
    },
    /// All of them, also those that came in since anybody looked.
    DropDelegations {
        /// Which connection.
        connection: ConnectionId,
    },
    /// Fails the commit unless the connection is still as it was read.
    Unchanged {
        /// Which.
        connection: ConnectionId,
        /// The revision that was read.
        revision: i64,
    },
    /// A site that installed the app: new at revision 0, else changed from the revision it was read at; the store raises it.
    /// One that was changed since fails the commit with `Conflict("revision")`.
    PutInstallation(Box<Installation>),
    /// An installation that is not ours any more, or that is forgotten, with what leads to it from outside. One that was
    /// changed since it was read fails the commit with `Conflict("revision")`.
    DropInstallation {
        /// Its identifier.
        id: InstallationId,
        /// The revision it was read at.
        revision: i64,
    },
    /// A token is used up. Fails the commit with `Conflict("used token")` if it was before, and its time is not over at the
    /// commit's.
    UseToken(UsedToken),
    /// A browser sign-in begins.
    AddAuthorization(Box<Authorization>),
    /// A browser sign-in is used: fails the commit with `Conflict` if it was used before, so that no answer of a
    /// provider counts twice.
    TakeAuthorization(AuthorizationId),
    /// A profile: new at revision 0, else changed from the revision it was read at; the store raises it. One that was
    /// changed or dropped since fails the commit with `Conflict("revision")`.
    PutProfile(Box<Profile>),
    /// A profile without shares.
    DropProfile(ProfileId),
    /// How a hashed key that comes from outside finds its tenant.
    PutDirectory {
        /// What the key is.
        kind: DirectoryKind,
        /// SHA-256 of the key.
        hash: [u8; 32],
        /// What it belongs to: the printed id of a connection or a token.
        id: String,
        /// When it stops to be accepted; `None` for never.
        until: Option<Timestamp>,
    },
    /// All keys of one kind that lead to one thing come to their end: those that had none yet are accepted a while
    /// longer, those that had one already are not any more.
    EndDirectory {
        /// What the keys are.
        kind: DirectoryKind,
        /// What they belong to.
        id: String,
        /// When those without an end stop to be accepted.
        until: Timestamp,
    },
    /// A bearer token of our own API; its hash is a directory entry.
    AddToken(ApiToken),
    /// A token that is no longer valid.
    DropToken(TokenId),
    /// A delivery. One that carries the vendor's delivery id is dropped silently if the same connection and
    /// entity have it already.
    AddInbox(Box<InboxRow>),
    /// Deliveries that were dealt with.
    CloseInbox {
        /// Which.
        ids: Vec<EventId>,
        /// How they stand now.
        state: InboxState,
        /// What came of them.
        outcome: String,
    },
    /// Deliveries that turned out to concern another entity.
    MoveInbox {
        /// Which.
        ids: Vec<EventId>,
        /// What they concern.
        entity: Entity,
    },
    /// A share, new or changed. A new one whose item is tied already in the same profile fails the commit with
    /// `Conflict`.
    PutShare(Box<Share>),
    /// A share is untied by a person. Holds against a worker that stores an older picture of it: `PutShare` never
    /// changes the state of an unlinked share.
    Unlink(ShareId),
    /// A comment pair, new or changed; found by share, origin side and origin id.
    PutPair(Box<CommentPair>),
    /// A journal row, before its call.
    AddCommand(Box<Command>),
    /// What became of a journaled call. One that is still `sending` counts as sent now.
    SettleCommand {
        /// Which.
        id: CommandId,
        /// How it stands.
        state: CommandState,
        /// Why, if it did not go through.
        code: Option<Code>,
    },
    /// Work to do.
    Touch(Touch),
    /// The claimed work is done: its row goes, unless it was touched meanwhile; then it is due again at once.
    Ack(Claim),
    /// The claimed work is not done: it is due again later.
    Release {
        /// Which.
        claim: Claim,
        /// Not before this time.
        due_at: Timestamp,
        /// Whether it was an attempt that failed; waiting for a person or for a tool's permission is none.
        counted: bool,
    },
    /// Something a person should see.
    Raise(Box<Occurrence>),
    /// An entity is no longer hit by findings, except those named; a finding that hits nothing is resolved.
    Settle {
        /// Which entity.
        entity: Entity,
        /// Cause keys (`Cause::key`) that still hit it.
        except: Vec<String>,
    },
    /// A finding about a connection as a whole is over.
    SettleCause {
        /// `Cause::key`.
        key: String,
    },
    /// A person says a finding is dealt with.
    SettleFinding(FindingId),
    /// A line for people.
    Note(Box<Activity>),
    /// The value that lost a conflict, kept until it expires.
    KeepLoser(Box<Loser>),
    /// How far the sweep of a connection has come, in the tool's own time.
    Watermark {
        /// Which connection.
        connection: ConnectionId,
        /// Everything up to here was looked at.
        at: Timestamp,
    },
}

/// A key wrapped by the key-encryption key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// What the key is for.
    pub kind: KeyKind,
    /// Which of several.
    pub version: i32,
    /// The ciphertext.
    pub wrapped: Sealed,
}

/// What a tenant's key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// Seals secrets and kept content.
    Data,
    /// Takes fingerprints; never rotated with data keys.
    Fingerprint,
}

impl KeyKind {
    /// The word used in columns and bound into the wrapping.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Fingerprint => "fingerprint",
        }
    }
}

/// What a hashed key from outside is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DirectoryKind {
    /// The token in the path of a webhook URL.
    Hook,
    /// A bearer token of our own API.
    Token,
    /// The `state` of a browser sign-in, or the request token of OAuth 1.0a.
    Authorization,
    /// The token of an invitation to sign in.
    Invitation,
    /// The token of an invitation to let a connection act as oneself; belongs to the registration to consent to.
    Delegation,
    /// The client key of a site that installed our app.
    Site,
    /// Forge's name for an installation of our app; belongs to the installation's row.
    Remote,
    /// A code by which an administrator ties an installation of our Forge app to a tenant; belongs to the row that the
    /// installation will have.
    PairingCode,
}

impl DirectoryKind {
    /// The word used in columns.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hook => "hook",
            Self::Token => "token",
            Self::Authorization => "authorization",
            Self::Invitation => "invitation",
            Self::Delegation => "delegation",
            Self::Site => "site",
            Self::Remote => "remote",
            Self::PairingCode => "pairing_code",
        }
    }
}

/// A bearer token of our own API, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ApiToken {
    /// Its identifier.
    pub id: TokenId,
    /// What a person called it.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A value that lost a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loser {
    /// Its identifier.
    pub id: EventId,
    /// Which share.
    pub share: ShareId,
    /// The field, by the profile's name for the mapping.
    pub field: String,
    /// The side it was on.
    pub side: crate::item::Side,
    /// The value as JSON, sealed.
    pub sealed: Sealed,
    /// When it is deleted.
    pub expires_at: Timestamp,
}
