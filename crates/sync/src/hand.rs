//! What people ask for: share an item, tie two that exist, untie a share, look again.
//!
//! These are the calls behind a button or a command line. They may ask the tools before they answer, so that a
//! mistake is told at once; the work itself is done by the engine like all other work.

use bowline_core::activity::{Activity, Deed};
use bowline_core::commit::{Change, Commit};
use bowline_core::failure::Failure;
use bowline_core::port::{Ask, StoreError};
use bowline_core::profile::Profile;
use bowline_core::share::{Origin, Share, ShareState};
use bowline_core::work::{Entity, Lane, Touch};
use bowline_core::{Code, EventId, Item, ShareId, Side, TenantId, code};
use bowline_mapping::NotRouted;

use crate::engine::Engine;
use crate::item::intended;
use crate::outcome::Stop;

/// Why a wish cannot be granted.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The item does not exist or may not be seen.
    #[error("{tool} has no item {key} that this connection may see")]
    NoItem {
        /// The tool's name.
        tool: &'static str,
        /// What was asked for.
        key: String,
    },
    /// No routing takes it.
    #[error("no routing takes the item: {0}")]
    NotRouted(NotRouted),
    /// Its type is not mapped.
    #[error("the profile maps no type `{0}`")]
    NoType(String),
    /// It is tied already.
    #[error("the item is shared already")]
    AlreadyShared(Option<ShareId>),
    /// No routing names the projects of both items as a pair.
    #[error("no routing names the projects of both items as a pair")]
    NotPaired,
    /// The profile's connections are not what they were.
    #[error("the profile's connection was removed")]
    NoConnection,
    /// The tool failed.
    #[error(transparent)]
    Tool(Failure),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The profile's document cannot be read.
    #[error("the profile document is not valid")]
    BadProfile,
}

impl Refusal {
    /// The code a person sees.
    pub fn code(&self) -> Code {
        match self {
            Self::NoItem { .. } => code::TOOL_NOT_FOUND,
            Self::NotRouted(_) | Self::NotPaired => code::SYNC_NOT_ROUTED,
            Self::NoType(_) => code::SYNC_NO_TYPE_MAPPING,
            Self::AlreadyShared(_) => code::SYNC_ALREADY_SHARED,
            Self::NoConnection => code::API_NOT_FOUND,
            Self::Tool(failure) => failure.code.clone(),
            Self::Store(_) => code::API_UNAVAILABLE,
            Self::BadProfile => code::MAPPING_INVALID,
        }
    }
}

impl Engine {
    /// Wants an item shared: its counterpart will be created. With `dry_run` says what would be, and writes
    /// nothing.
    pub async fn share(
        &self,
        profile: &Profile,
        source: Side,
        key: &str,
        dry_run: bool,
    ) -> Result<Share, Refusal> {
        let rules = self.rules_for(profile)?;
        let item = self.read(profile, source, key).await?;
        rules.route(source, &item).map_err(Refusal::NotRouted)?;
        if rules.type_from(source, &item.at.kind).is_none() {
            return Err(Refusal::NoType(item.at.kind));
        }
        self.refuse_tied(profile, source, &item).await?;
        let share = intended(self, profile, source, &item, Origin::Hand);
        if !dry_run {
            self.begin(&share, None).await?;
        }
        Ok(share)
    }

    /// Ties two items that exist. Fields that differ are decided by the profile's conflict rules. Whoever may ask for this may
    /// tie items of any project: it is for operators.
    pub async fn connect(
        &self,
        profile: &Profile,
        left: &str,
        right: &str,
        dry_run: bool,
    ) -> Result<Share, Refusal> {
        let left = self.read(profile, Side::Left, left).await?;
        let right = self.read(profile, Side::Right, right).await?;
        self.tie(profile, left, right, dry_run).await
    }

    /// The same for somebody who answers for one side alone: only items whose projects a routing names as a pair.
    pub async fn connect_routed(&self, profile: &Profile, left: &str, right: &str) -> Result<Share, Refusal> {
        let left = self.read(profile, Side::Left, left).await?;
        let right = self.read(profile, Side::Right, right).await?;
        if !self.rules_for(profile)?.pairs(&left, &right) {
            return Err(Refusal::NotPaired);
        }
        self.tie(profile, left, right, false).await
    }

    async fn tie(&self, profile: &Profile, left: Item, right: Item, dry_run: bool) -> Result<Share, Refusal> {
        let rules = self.rules_for(profile)?;
        if rules.type_between(&left.at.kind, &right.at.kind).is_none() {
            return Err(Refusal::NoType(format!("{}` with `{}", left.at.kind, right.at.kind)));
        }
        self.refuse_tied(profile, Side::Left, &left).await?;
        self.refuse_tied(profile, Side::Right, &right).await?;
        let mut share = intended(self, profile, Side::Left, &left, Origin::Connect);
        share.right.at = Some(right.at);
        share.state = ShareState::Created;
        if !dry_run {
            self.begin(&share, Some(Deed::Connected)).await?;
        }
        Ok(share)
    }

    /// Unties a share. Both items stay as they are.
    pub async fn unlink(&self, share: &Share) -> Result<(), StoreError> {
        let changes = vec![
            Change::Unlink(share.id),
            Change::Settle { entity: Entity::Share(share.id), except: Vec::new() },
            self.line(share, Deed::Unlinked),
        ];
        self.commit_for(share.tenant, changes).await
    }

    /// Looks at an entity again at once, and tries what was held back.
    pub async fn look_again(&self, tenant: TenantId, entity: Entity) -> Result<(), StoreError> {
        let touch = Touch { entity, lane: Lane::Interactive, due_at: self.now() };
        self.commit_for(tenant, vec![Change::Touch(touch)]).await
    }

    fn rules_for(&self, profile: &Profile) -> Result<std::sync::Arc<bowline_mapping::Rules>, Refusal> {
        self.rules(profile).map_err(|stop| match stop {
            Stop::Store(error) => Refusal::Store(error),
            _ => Refusal::BadProfile,
        })
    }

    async fn read(&self, profile: &Profile, side: Side, key: &str) -> Result<Item, Refusal> {
        let id = profile.connection(side);
        let connection = self.connection(profile.tenant, id).await?.ok_or(Refusal::NoConnection)?;
        let fields = self.rules_for(profile)?.fields_to_read(side);
        let ask = Ask { id: key.to_owned(), kind: None, fields, history: false };
        let item = self.ports.tools.tool(&connection).find(&ask).await.map_err(Refusal::Tool)?;
        item.ok_or_else(|| Refusal::NoItem { tool: connection.tool.title(), key: key.to_owned() })
    }

    async fn refuse_tied(&self, profile: &Profile, side: Side, item: &Item) -> Result<(), Refusal> {
        let connection = profile.connection(side);
        let ids = std::slice::from_ref(&item.at.id);
        let shares = self.ports.desk.shares_of(profile.tenant, connection, ids).await?;
        let tied = shares.iter().find(|share| {
            share.profile == profile.id
                && share.state.ties()
                && share.side_of(connection, &item.at.id) == Some(side)
        });
        match tied {
            Some(share) => Err(Refusal::AlreadyShared(Some(share.id))),
            None => Ok(()),
        }
    }

    async fn begin(&self, share: &Share, deed: Option<Deed>) -> Result<(), Refusal> {
        let entity = Entity::Share(share.id);
        let mut changes = vec![
            Change::PutShare(Box::new(share.clone())),
            Change::Touch(Touch { entity, lane: Lane::Interactive, due_at: share.created_at }),
        ];
        changes.extend(deed.map(|deed| self.line(share, deed)));
        match self.commit_for(share.tenant, changes).await {
            Err(StoreError::Conflict(_)) => Err(Refusal::AlreadyShared(None)),
            other => Ok(other?),
        }
    }

    fn line(&self, share: &Share, deed: Deed) -> Change {
        let now = self.now();
        let key = |side| share.end(side).at.as_ref().map(|at| at.key.clone()).unwrap_or_default();
        Change::Note(Box::new(Activity {
            tenant: share.tenant,
            id: EventId::new(now, self.ports.entropy.as_ref()),
            share: share.id,
            deed,
            target: None,
            left_key: key(Side::Left),
            right_key: key(Side::Right),
            fields: Vec::new(),
            delay_us: None,
            code: None,
            at: now,
        }))
    }

    async fn commit_for(&self, tenant: TenantId, changes: Vec<Change>) -> Result<(), StoreError> {
        let commit = Commit { tenant, fence: None, changes, at: self.now() };
        self.ports.commits.commit(commit).await
    }
}
