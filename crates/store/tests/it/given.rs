//! What cases start from: rows of every kind, with nothing left to chance.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bowline_core::activity::{Activity, Deed};
use bowline_core::command::{Acted, Before, Command, CommandKind, CommandState, SentField};
use bowline_core::comment::{CommentEnd, CommentPair, PairState};
use bowline_core::commit::{Change, Commit};
use bowline_core::connection::{Connection, Health, IntakeProof, SignIn, ToolKind};
use bowline_core::event::{About, Hint, InboxRow, InboxState};
use bowline_core::finding::{Cause, Occurrence};
use bowline_core::fingerprint::Fingerprint;
use bowline_core::item::{Locator, Side, Version};
use bowline_core::port::{ClaimAsk, Commits, Entropy, StoreError, WorkQueue};
use bowline_core::profile::{Profile, ProfileState};
use bowline_core::secret::Sealed;
use bowline_core::share::{End, Origin, Share, ShareState};
use bowline_core::tenant::Tenant;
use bowline_core::work::{Claim, Entity, Lane, Lanes, Touch};
use bowline_core::{
    CommandId, ConnectionId, EventId, FindingId, GrantId, ProfileId, SecretId, ShareId, SignedDuration,
    TenantId, Timestamp,
};
use bowline_store::Store;

/// Counts instead of drawing.
struct Counter(AtomicU64);

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        let next = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        bytes.fill(0);
        let (_, tail) = bytes.split_at_mut(bytes.len() - next.len());
        tail.copy_from_slice(&next);
    }
}

/// A store with one tenant, two connections and a profile, and ways to make more.
#[derive(Clone)]
pub(crate) struct Given {
    pub(crate) store: Store,
    pub(crate) tenant: TenantId,
    entropy: Arc<Counter>,
}

/// The moment everything starts from; microseconds are not zero, so that a database that drops them shows.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_microsecond(1_790_000_000_123_456 + seconds * 1_000_000).unwrap()
}

impl Given {
    pub(crate) fn new(store: Store) -> Self {
        let entropy = Arc::new(Counter(AtomicU64::new(1)));
        let tenant = TenantId::new(at(0), entropy.as_ref());
        Self { store, tenant, entropy }
    }

    /// The same store, seen by another tenant.
    pub(crate) fn other(&self) -> Self {
        Self { tenant: self.id(TenantId::new), ..self.clone() }
    }

    /// The same store, seen by this tenant.
    pub(crate) fn of(&self, tenant: TenantId) -> Self {
        Self { tenant, ..self.clone() }
    }

    pub(crate) fn id<T>(&self, new: impl Fn(Timestamp, &dyn Entropy) -> T) -> T {
        new(at(0), self.entropy.as_ref())
    }

    pub(crate) fn commit(&self, changes: Vec<Change>) -> Commit {
        Commit { tenant: self.tenant, fence: None, changes, at: at(0) }
    }

    /// Writes and must succeed.
    pub(crate) async fn write(&self, changes: Vec<Change>) {
        self.try_write(changes).await.unwrap();
    }

    pub(crate) async fn try_write(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.store.commit(self.commit(changes)).await
    }

    /// Writes under a claim.
    pub(crate) async fn write_under(&self, claim: &Claim, changes: Vec<Change>) -> Result<(), StoreError> {
        let fence = Some(claim.fence());
        self.store.commit(Commit { fence, ..self.commit(changes) }).await
    }

    pub(crate) fn new_tenant(&self, name: &str) -> Tenant {
        Tenant { id: self.tenant, name: name.to_owned(), created_at: at(0) }
    }

    pub(crate) fn new_connection(&self, name: &str) -> Connection {
        Connection {
            tenant: self.tenant,
            id: self.id(ConnectionId::new),
            name: name.to_owned(),
            tool: ToolKind::JiraCloud,
            base_url: format!("https://{name}.example.com"),
            browse_url: format!("https://{name}.example.com/browse"),
            transport: bowline_core::layers::Transport::default(),
            gateway: None,
            sign_in: SignIn::ApiToken { email: "ada@example.com".into() },
            secret: self.id(SecretId::new),
            intake: IntakeProof { hmac: Some(self.id(SecretId::new)), header: None, header_token: None },
            health: Health::Unknown,
            identity: None,
            settings: BTreeMap::from([("page".to_owned(), "50".to_owned())]),
            revision: 0,
            era: 0,
            created_at: at(0),
        }
    }

    pub(crate) fn new_profile(&self, name: &str, left: ConnectionId, right: ConnectionId) -> Profile {
        Profile {
            tenant: self.tenant,
            id: self.id(ProfileId::new),
            name: name.to_owned(),
            left,
            right,
            state: ProfileState::Active,
            revision: 0,
            document: "schema = 1\n".into(),
            created_at: at(0),
        }
    }

    /// Two connections and an active profile between them, stored.
    pub(crate) async fn profile(&self) -> Profile {
        let (left, right) = (self.new_connection("left"), self.new_connection("right"));
        let profile = self.new_profile("both", left.id, right.id);
        self.write(vec![
            Change::PutConnection(Box::new(left)),
            Change::PutConnection(Box::new(right)),
            Change::PutProfile(Box::new(profile.clone())),
        ])
        .await;
        profile
    }

    /// A share of two items, not stored.
    pub(crate) fn new_share(&self, profile: &Profile, left: &str, right: &str) -> Share {
        Share {
            tenant: self.tenant,
            id: self.id(ShareId::new),
            profile: profile.id,
            left_connection: profile.left,
            right_connection: profile.right,
            left: end(left, &format!("ACME-{left}")),
            right: end(right, right),
            source: Side::Left,
            origin: Origin::Routing,
            state: ShareState::Active,
            reason: None,
            creating_at: None,
            missing_at: Some(at(3)),
            troubled: false,
            base: vec![0, 1, 2, 255],
            created_at: at(1),
            updated_at: at(2),
        }
    }

    /// A share of two items, stored.
    pub(crate) async fn share(&self, profile: &Profile, left: &str, right: &str) -> Share {
        let share = self.new_share(profile, left, right);
        self.write(vec![Change::PutShare(Box::new(share.clone()))]).await;
        share
    }

    pub(crate) fn item(&self, id: &str) -> Entity {
        Entity::Item { connection: ConnectionId::from_uuid(self.tenant.uuid()), id: id.to_owned() }
    }

    pub(crate) fn new_delivery(&self, connection: ConnectionId, entity: &Entity, delivery: &str) -> InboxRow {
        InboxRow {
            tenant: self.tenant,
            id: self.id(EventId::new),
            connection,
            entity: Some(entity.clone()),
            hint: Some(Hint {
                event: "jira:issue_updated".into(),
                delivery: Some(delivery.to_owned()),
                about: About::Item { id: "10001".into(), kind: Some("Story".into()), scope: None },
                version: Some(Version(7)),
                actor: Some("ada".into()),
            }),
            state: InboxState::Pending,
            outcome: None,
            body: None,
            received_at: at(1),
        }
    }

    pub(crate) fn new_command(&self, share: &Share) -> Command {
        Command {
            tenant: self.tenant,
            id: self.id(CommandId::new),
            share: share.id,
            target: Side::Right,
            kind: CommandKind::Update,
            state: CommandState::Sending,
            revision: 4,
            fields: vec![SentField {
                key: u64::MAX,
                source: print_of(1),
                sent: Some(print_of(2)),
                acted: Some(Acted { person: "ada".into(), grant: self.id(GrantId::new) }),
                half: true,
            }],
            before: Some(Before { version: Version(9), updated_at: at(-5) }),
            comment: None,
            sent_at: at(2),
            code: None,
        }
    }

    pub(crate) fn new_pair(
        &self,
        share: &Share,
        origin: Side,
        id: &str,
        mirror: Option<&str>,
    ) -> CommentPair {
        let first = CommentEnd { id: Some(id.into()), body: Some(print_of(3)), seen_at: Some(at(4)) };
        let second = CommentEnd { id: mirror.map(str::to_owned), body: None, seen_at: None };
        let (left, right) = if origin == Side::Left { (first, second) } else { (second, first) };
        CommentPair { tenant: self.tenant, share: share.id, origin, left, right, state: PairState::Active }
    }

    pub(crate) fn new_line(&self, share: &Share) -> Activity {
        Activity {
            tenant: self.tenant,
            id: self.id(EventId::new),
            share: share.id,
            deed: Deed::Synced,
            target: Some(Side::Right),
            left_key: "ACME-1".into(),
            right_key: "77".into(),
            fields: vec!["summary → Name".into()],
            delay_us: Some(1_234),
            code: None,
            at: at(5),
        }
    }

    pub(crate) fn new_occurrence(&self, cause: Cause, entity: Option<Entity>) -> Occurrence {
        Occurrence { id: self.id(FindingId::new), cause, entity, words: Some(Sealed(vec![9, 9])) }
    }

    /// Makes an entity due and claims it.
    pub(crate) async fn claimed(&self, entity: &Entity) -> Claim {
        self.write(vec![touch(entity, Lane::Live, 0)]).await;
        let mut claims = self.claim(0, 10).await;
        assert_eq!(claims.len(), 1, "one entity is due");
        claims.remove(0)
    }

    /// Claims for a minute.
    pub(crate) async fn claim(&self, now: i64, limit: u32) -> Vec<Claim> {
        let lease = SignedDuration::from_secs(60);
        let ask = ClaimAsk { owner: "worker".into(), lanes: Lanes::Sync, now: at(now), lease, limit };
        self.store.claim(&ask).await.unwrap()
    }
}

pub(crate) fn touch(entity: &Entity, lane: Lane, due: i64) -> Change {
    Change::Touch(Touch { entity: entity.clone(), lane, due_at: at(due) })
}

pub(crate) fn end(id: &str, key: &str) -> End {
    let at = Locator {
        id: id.to_owned(),
        kind: "Story".into(),
        key: key.to_owned(),
        scope: "ACME".into(),
        url: format!("https://example.com/{key}"),
    };
    End { at: Some(at), seen: Some(Version(11)), heard: Some(Version(10)) }
}

pub(crate) fn print_of(byte: u8) -> Fingerprint {
    Fingerprint([byte; 16])
}

/// Whether a commit failed because the lease was lost.
pub(crate) fn lost(outcome: &Result<(), StoreError>) -> bool {
    matches!(outcome, Err(StoreError::LostLease))
}

/// What stood in the way of a commit.
pub(crate) fn conflict(outcome: Result<(), StoreError>) -> &'static str {
    match outcome {
        Err(StoreError::Conflict(what)) => what,
        other => panic!("expected a conflict, got {other:?}"),
    }
}
