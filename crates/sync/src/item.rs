//! The look at an item that is in no share, or was not known to be in one when it was hinted at: routings decide
//! whether it is shared by itself.

use bowline_core::commit::Change;
use bowline_core::connection::Connection;
use bowline_core::event::{About, InboxRow, InboxState};
use bowline_core::failure::{Act, Failure};
use bowline_core::finding::Cause;
use bowline_core::port::{Ask, PENDING_LIMIT, StoreError};
use bowline_core::profile::{Profile, ProfileState};
use bowline_core::share::{End, Origin, Share, ShareState};
use bowline_core::work::{Claim, Entity, Lane, Touch};
use bowline_core::{ConnectionId, EventId, FieldName, Item, ShareId, Side};

use crate::engine::Engine;
use crate::outcome::{Outcome, Stop};
use crate::{look, retry};

/// Looks at an item.
pub(crate) async fn look(
    engine: &Engine,
    claim: &Claim,
    connection: ConnectionId,
    id: &str,
) -> Result<Outcome, Stop> {
    let desk = &engine.ports.desk;
    let rows = desk.pending(claim.tenant, &claim.entity).await?;
    let shares = desk.shares_of(claim.tenant, connection, &[id.to_owned()]).await?;
    let mut visit = Visit::new(engine, claim, &rows);
    // One whose counterpart seems deleted is asked as well: it may be seen again.
    for share in shares.iter().filter(|share| share.state.ties() || share.state == ShareState::Tombstoned) {
        visit.pass_on(share.id);
    }
    let Some(connection) = engine.connection(claim.tenant, connection).await? else {
        return visit.end(InboxState::Ignored, "the connection was removed").await;
    };
    let mut profiles = engine.ports.registry.profiles(claim.tenant).await?;
    // A profile that has, or had, a share of the item does not make another one by itself.
    profiles.retain(|profile| shares.iter().all(|share| share.profile != profile.id));
    let takers = takers(engine, &profiles, &connection, &rows);
    if takers.iter().any(|(profile, _)| profile.state == ProfileState::Paused) {
        return visit.later().await;
    }
    if !takers.is_empty() {
        return visit.route(&connection, id, rows, &takers, &shares).await;
    }
    let (state, words) = match (visit.changes.is_empty(), shares.is_empty()) {
        (false, _) => (InboxState::Done, "passed on to its share"),
        (true, false) => (InboxState::Ignored, "it was unlinked"),
        (true, true) => (InboxState::Ignored, "not shared, and no routing shares its project by itself"),
    };
    visit.end(state, words).await
}

/// A profile that might share the item by itself, and the side the item would be on.
type Taker<'a> = (&'a Profile, Side);

fn takers<'a>(
    engine: &Engine,
    profiles: &'a [Profile],
    connection: &Connection,
    rows: &[InboxRow],
) -> Vec<Taker<'a>> {
    // Deliveries that name the project spare the call for items that nobody routes.
    let mut scopes: Vec<Option<&str>> = rows.iter().map(scope).collect();
    if scopes.is_empty() {
        scopes.push(None);
    }
    let mut takers = Vec::new();
    for profile in profiles {
        // The sweep tells of a profile that cannot be read.
        let Ok(rules) = engine.rules(profile) else { continue };
        for side in Side::BOTH.into_iter().filter(|side| profile.connection(*side) == connection.id) {
            if scopes.iter().any(|scope| rules.may_share(side, *scope)) {
                takers.push((profile, side));
            }
        }
    }
    takers
}

fn scope(row: &InboxRow) -> Option<&str> {
    match row.hint.as_ref().map(|hint| &hint.about) {
        Some(About::Item { scope, .. }) => scope.as_deref(),
        _ => None,
    }
}

/// A look at an item in progress.
struct Visit<'a> {
    engine: &'a Engine,
    claim: &'a Claim,
    ids: Vec<EventId>,
    changes: Vec<Change>,
    /// Whether there are more deliveries than were read.
    more: bool,
}

impl<'a> Visit<'a> {
    fn new(engine: &'a Engine, claim: &'a Claim, rows: &[InboxRow]) -> Self {
        let ids = rows.iter().map(|row| row.id).collect();
        Self { engine, claim, ids, changes: Vec::new(), more: rows.len() >= PENDING_LIMIT }
    }

    /// A profile that is paused might share it: it waits. What was found out meanwhile is kept.
    async fn later(mut self) -> Result<Outcome, Stop> {
        let due_at = retry::add(self.engine.now(), self.engine.options.recheck_after);
        self.changes.push(Change::Release { claim: self.claim.clone(), due_at, counted: false });
        self.engine.commit(self.claim, self.changes).await?;
        Ok(Outcome::default())
    }

    fn pass_on(&mut self, share: ShareId) {
        let entity = Entity::Share(share);
        if !self.ids.is_empty() {
            self.changes
                .push(Change::MoveInbox { ids: std::mem::take(&mut self.ids), entity: entity.clone() });
        }
        let due_at = self.engine.now();
        self.changes.push(Change::Touch(Touch { entity, lane: self.claim.lane, due_at }));
    }

    async fn route(
        mut self,
        connection: &Connection,
        id: &str,
        rows: Vec<InboxRow>,
        takers: &[Taker<'_>],
        shares: &[Share],
    ) -> Result<Outcome, Stop> {
        let kind = rows.iter().find_map(|row| match row.hint.as_ref().map(|hint| &hint.about) {
            Some(About::Item { kind, .. }) => kind.clone(),
            _ => None,
        });
        let mut fields: Vec<FieldName> = Vec::new();
        for (profile, side) in takers {
            fields.extend(self.engine.rules(profile)?.fields_to_read(*side));
        }
        fields.sort();
        fields.dedup();
        let ask = Ask { id: id.to_owned(), kind, fields, history: false };
        let item = match self.engine.ports.tools.tool(connection).find(&ask).await {
            Ok(Some(item)) => item,
            Ok(None) => return self.end(InboxState::Ignored, "the item is gone").await,
            Err(failure) => return self.fail(connection, failure).await,
        };
        if let Some(marker) = item.marker.filter(|marker| shares.iter().all(|share| share.id != *marker)) {
            return self.ours(marker).await;
        }
        let before = self.changes.len();
        for (profile, side) in takers {
            let rules = self.engine.rules(profile)?;
            let automatic = rules.route(*side, &item).is_ok_and(|route| route.automatic);
            if automatic && rules.type_from(*side, &item.at.kind).is_some() {
                self.share(profile, *side, &item);
            }
        }
        let shared = self.changes.len() > before || !shares.is_empty();
        let engine = self.engine;
        let claim = self.claim;
        let words = if shared { "shared by a routing" } else { "no routing takes it" };
        let state = if shared { InboxState::Done } else { InboxState::Ignored };
        match self.end(state, words).await {
            // Somebody shared it meanwhile: the next look passes it on.
            Err(Stop::Store(StoreError::Conflict(_))) => {
                let due_at = engine.now();
                let release = Change::Release { claim: claim.clone(), due_at, counted: false };
                engine.commit(claim, vec![release]).await?;
                Ok(Outcome::default())
            }
            other => other,
        }
    }

    /// An item that we created ourselves and whose place is not stored yet: its share finds it by the marker.
    async fn ours(mut self, marker: ShareId) -> Result<Outcome, Stop> {
        if self.engine.ports.desk.view(self.claim.tenant, marker).await?.is_some() {
            self.pass_on(marker);
            return self.end(InboxState::Done, "passed on to its share").await;
        }
        self.end(InboxState::Ignored, "made by another installation of Bowline").await
    }

    fn share(&mut self, profile: &Profile, side: Side, item: &Item) {
        let share = intended(self.engine, profile, side, item, Origin::Routing);
        let touch = Touch {
            entity: Entity::Share(share.id),
            lane: self.claim.lane.max(Lane::Live),
            due_at: share.created_at,
        };
        self.changes.push(Change::PutShare(Box::new(share)));
        self.changes.push(Change::Touch(touch));
    }

    async fn end(mut self, state: InboxState, outcome: &str) -> Result<Outcome, Stop> {
        let count = self.ids.len();
        if count > 0 {
            let ids = std::mem::take(&mut self.ids);
            self.changes.push(Change::CloseInbox { ids, state, outcome: outcome.to_owned() });
        }
        if self.more {
            let (entity, due_at) = (self.claim.entity.clone(), self.engine.now());
            self.changes.push(Change::Touch(Touch { entity, lane: self.claim.lane, due_at }));
        }
        if self.claim.attempts > 1 {
            // What an earlier try told a person is over.
            self.changes.push(Change::Settle { entity: self.claim.entity.clone(), except: Vec::new() });
        }
        self.changes.push(Change::Ack(self.claim.clone()));
        self.engine.commit(self.claim, std::mem::take(&mut self.changes)).await?;
        Ok(Outcome { closed: Some((state, count)), ..Outcome::default() })
    }
}

/// A share that is only wanted yet.
pub(crate) fn intended(
    engine: &Engine,
    profile: &Profile,
    source: Side,
    item: &Item,
    origin: Origin,
) -> Share {
    let now = engine.now();
    let none = || End { at: None, seen: None, heard: None };
    let mut share = Share {
        tenant: profile.tenant,
        id: ShareId::new(now, engine.ports.entropy.as_ref()),
        profile: profile.id,
        left_connection: profile.left,
        right_connection: profile.right,
        left: none(),
        right: none(),
        source,
        origin,
        state: ShareState::Intended,
        reason: None,
        creating_at: None,
        missing_at: None,
        troubled: false,
        base: Vec::new(),
        created_at: now,
        updated_at: now,
    };
    share.end_mut(source).at = Some(item.at.clone());
    share
}

/// Looks at a comment whose item the delivery did not name.
pub(crate) async fn look_at_comment(
    engine: &Engine,
    claim: &Claim,
    connection: ConnectionId,
    comment: &str,
) -> Result<Outcome, Stop> {
    let desk = &engine.ports.desk;
    let rows = desk.pending(claim.tenant, &claim.entity).await?;
    let mut visit = Visit::new(engine, claim, &rows);
    if let Some(share) = desk.share_of_comment(claim.tenant, connection, comment).await? {
        visit.pass_on(share);
        return visit.end(InboxState::Done, "passed on to its share").await;
    }
    let Some(connection) = engine.connection(claim.tenant, connection).await? else {
        return visit.end(InboxState::Ignored, "the connection was removed").await;
    };
    if !Engine::is_usable(&connection) {
        let due_at = retry::add(engine.now(), engine.options.recheck_after);
        engine.commit(claim, vec![Change::Release { claim: claim.clone(), due_at, counted: false }]).await?;
        return Ok(Outcome::default());
    }
    let item = match engine.ports.tools.catalogue(&connection).item_of_comment(comment).await {
        Ok(Some(item)) => item,
        Ok(None) => return visit.end(InboxState::Ignored, "the comment is gone").await,
        Err(failure) => return visit.fail(&connection, failure).await,
    };
    let shares = desk.shares_of(claim.tenant, connection.id, std::slice::from_ref(&item)).await?;
    match shares.iter().find(|share| share.state.ties()) {
        Some(share) => {
            visit.pass_on(share.id);
            visit.end(InboxState::Done, "passed on to its share").await
        }
        None => visit.end(InboxState::Ignored, "its item is not shared").await,
    }
}

impl Visit<'_> {
    /// The tool failed before anything was known.
    async fn fail(mut self, connection: &Connection, failure: Failure) -> Result<Outcome, Stop> {
        let (engine, claim) = (self.engine, self.claim);
        if failure.act == Act::Wait {
            self.changes.extend(look::needs_attention(engine, claim, connection, &failure).await?);
        } else if failure.act == Act::Park || retry::lasts(claim.attempts) {
            let cause = Cause::of(failure.code.clone()).at(connection.id);
            let hit = Some(claim.entity.clone());
            self.changes.push(look::occurrence(engine, claim, cause, hit, &failure.words).await?);
        }
        let due_at = self.engine.due_after(self.claim, &failure);
        let counted = look::is_attempt(&failure);
        self.changes.push(Change::Release { claim: self.claim.clone(), due_at, counted });
        self.engine.commit(self.claim, self.changes).await?;
        Ok(Outcome { failure: Some(failure.code), ..Outcome::default() })
    }
}
