//! The look at a share whose items both exist: read both, settle what a crash left open, decide, carry out.

use bowline_core::activity::Deed;
use bowline_core::command::{CommandKind, Write};
use bowline_core::commit::{Change, Loser};
use bowline_core::event::{About, Hint, InboxRow};
use bowline_core::failure::{Act, Words};
use bowline_core::item::Locator;
use bowline_core::port::{Ask, PENDING_LIMIT};
use bowline_core::secret::{Purpose, Secret};
use bowline_core::share::{Origin, ShareState};
use bowline_core::{CommandId, EventId, FieldName, Item, Side, code};
use bowline_mapping::TypeMapping;

use crate::act::{self, Carried};
use crate::comments::{self, CommentPlan, Talk, Voice};
use crate::decide::{self, Clash, Means, Plan, Sight};
use crate::look::{End, Look};
use crate::outcome::{OnSide, Stop};
use crate::settle::{self, Settled};
use crate::{gone, known, retry};

/// The name under which the sweep leaves its finds in the inbox.
pub(crate) const SWEEP_EVENT: &str = "sweep";

/// Brings both items together.
pub(crate) async fn run(look: &mut Look<'_>) -> Result<End, Stop> {
    if nothing_new(look) {
        return Ok(End::Idle(note_echo(look)));
    }
    let rules = look.rules.clone();
    let history = look.recovered;
    let Some(items) = read_both(look, history).await? else { return gone::missing(look).await };
    let Some(mapping) = rules.type_between(&items.0.at.kind, &items.1.at.kind) else {
        let kinds = format!("{} and {}", items.0.at.kind, items.1.at.kind);
        look.raise(code::SYNC_NO_TYPE_MAPPING, None, Some(kinds), &Words::default()).await?;
        return Ok(End::Done("held: the types are not mapped to each other", None));
    };
    let (items, settled, plan) = match deliberate(look, mapping, items, history).await? {
        Some(decided) => decided,
        None => return gone::missing(look).await,
    };
    look.changes.extend(settled.commands.iter().map(|(id, state)| Change::SettleCommand {
        id: *id,
        state: *state,
        code: None,
    }));
    look.base = plan.base.clone();
    look.view.sending.retain(|command| !settled.commands.iter().any(|(id, _)| *id == command.id));
    note_clashes(look, &plan.clashes).await?;
    for hitch in &plan.hitches {
        look.raise(hitch.code.clone(), Some(hitch.target), Some(hitch.subject.clone()), &Words::default())
            .await?;
    }
    keep_refused_comments(look);
    let talk = if wants_comments(look) { Some(read_comments(look).await?) } else { None };
    let heard = talk.is_some() || !carries_comments(look);
    let carried = act::carry_out(look, mapping, &items, plan, talk).await?;
    keep_refused_comments(look);
    if heard && !carried.unsettled {
        for (side, item) in [(Side::Left, &items.0), (Side::Right, &items.1)] {
            look.view.share.end_mut(side).heard = Some(item.version);
        }
    }
    if look.view.share.state == ShareState::Created && look.view.share.origin != Origin::Connect {
        unmark(look).await?;
    }
    Ok(close(look, &items, &carried))
}

/// A comment that was refused stays a finding until it is carried over or its share ends.
fn keep_refused_comments(look: &mut Look<'_>) {
    for side in Side::BOTH {
        look.unless_still(code::SYNC_COMMENT_REFUSED, Some(side));
        if look.view.pairs.iter().any(|pair| pair.end(side).id.is_none() || pair.is_behind(side)) {
            look.still(code::SYNC_COMMENT_REFUSED, Some(side), None);
        }
    }
}

/// An item that was taken for deleted was seen again: if both are there, the share goes on.
pub(crate) async fn revive(look: &mut Look<'_>) -> Result<End, Stop> {
    if read_both(look, false).await?.is_none() {
        return Ok(End::Idle("the share is at rest"));
    }
    look.view.share.state = ShareState::Active;
    look.view.share.reason = None;
    run(look).await
}

/// The marker has served: the place of the item we created is stored. A tool that refuses to remove the visible
/// trace of it may keep it; it is ignored there.
async fn unmark(look: &mut Look<'_>) -> Result<(), Stop> {
    let target = look.view.share.source.other();
    let write = Write::Unmark { at: at(look, target), marker: look.view.share.id };
    match look.write(target, &write).await? {
        Err(failure) if failure.act != Act::Park => Err(Stop::Tool(Some(target), failure)),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// What the comments on both sides are, and what to do about them.
pub(crate) struct Conversation {
    pub(crate) left: Vec<bowline_core::comment::Comment>,
    pub(crate) right: Vec<bowline_core::comment::Comment>,
}

/// Whether all that the deliveries could tell was dealt with already, so that nothing needs to be read.
fn nothing_new(look: &Look<'_>) -> bool {
    look.view.share.state == ShareState::Active
        && !look.forced()
        && look.view.sending.is_empty()
        && look.view.share.missing_at.is_none()
        && !look.view.inbox.is_empty()
        && look.view.inbox.len() < PENDING_LIMIT
        && look.view.inbox.iter().all(|row| is_seen(look, row))
}

fn is_seen(look: &Look<'_>, row: &InboxRow) -> bool {
    let Some(hint) = &row.hint else { return false };
    let share = &look.view.share;
    match &hint.about {
        About::Item { id, .. } => known::side_of(share, row.connection, id)
            .is_some_and(|side| known::is_seen(share.end(side).seen, &look.far(side).connection, hint)),
        About::Comment { id: Some(id), edited_at: Some(edited_at), .. } => {
            let seen_at = |side: Side| {
                let of_pair = |pair: &&bowline_core::comment::CommentPair| {
                    pair.end(side).id.as_deref() == Some(id.as_str())
                };
                look.view.pairs.iter().find(of_pair).and_then(|pair| pair.end(side).seen_at)
            };
            let mut sides = Side::BOTH.into_iter().filter(|side| share.connection(*side) == row.connection);
            sides.any(|side| seen_at(side).is_some_and(|seen| seen >= *edited_at))
        }
        _ => false,
    }
}

/// Whether a delivery is about a comment as we left it: whoever's name it stands under.
fn is_mirrored(look: &Look<'_>, row: &InboxRow) -> bool {
    let hint = row.hint.as_ref().map(|hint| &hint.about);
    let Some(About::Comment { id: Some(id), edited_at: Some(edited_at), .. }) = hint else { return false };
    look.view.pairs.iter().any(|pair| {
        let side = pair.origin.other();
        let mirror = pair.end(side);
        look.view.share.connection(side) == row.connection
            && mirror.id.as_deref() == Some(id.as_str())
            && mirror.seen_at == Some(*edited_at)
    })
}

/// Reads both items; `None` if one is not there. Keys, projects and types that changed are remembered.
async fn read_both(look: &mut Look<'_>, history: bool) -> Result<Option<(Item, Item)>, Stop> {
    let ask = |side: Side| -> Option<Ask> {
        let at = look.view.share.end(side).at.as_ref()?;
        let fields = look.rules.fields_to_read(side);
        Some(Ask { id: at.id.clone(), kind: Some(at.kind.clone()), fields, history })
    };
    let (Some(left), Some(right)) = (ask(Side::Left), ask(Side::Right)) else { return Ok(None) };
    let (left, right) =
        futures_util::join!(look.far(Side::Left).tool.find(&left), look.far(Side::Right).tool.find(&right),);
    let (left, right) = (left.on(Side::Left)?, right.on(Side::Right)?);
    let (Some(left), Some(right)) = (left, right) else { return Ok(None) };
    look.view.share.missing_at = None;
    for (side, item) in [(Side::Left, &left), (Side::Right, &right)] {
        look.view.share.end_mut(side).at = Some(item.at.clone());
    }
    Ok(Some((left, right)))
}

type Decided = ((Item, Item), Settled, Plan);

/// Settles and decides; reads again with history where only history can tell.
async fn deliberate(
    look: &mut Look<'_>,
    mapping: &TypeMapping,
    mut items: (Item, Item),
    mut history: bool,
) -> Result<Option<Decided>, Stop> {
    loop {
        let settled = settle::settle(
            &look.base,
            &look.view.sending,
            mapping,
            (&items.0, &items.1),
            history,
            look.prints.as_ref(),
        );
        let plan = decide_now(look, mapping, &items, &settled);
        if history || !plan.wants_history && settled.wants_history.is_none() {
            return Ok(Some((items, settled, plan)));
        }
        history = true;
        match read_both(look, true).await? {
            Some(read) => items = read,
            None => return Ok(None),
        }
    }
}

fn decide_now(look: &Look<'_>, mapping: &TypeMapping, items: &(Item, Item), settled: &Settled) -> Plan {
    let share = &look.view.share;
    let sight = Sight {
        mapping,
        people: look.rules.people(),
        left: &items.0,
        right: &items.1,
        base: &settled.base,
        first: (share.state == ShareState::Created && share.origin != Origin::Connect)
            .then_some(share.source),
        creating: share.state == ShareState::Created,
        revision: look.profile.revision,
        forced: look.forced(),
        minute: u32::try_from(look.engine.now().as_second() / 60).unwrap_or_default(),
    };
    let hold =
        |side: Side, field: &FieldName, value: &bowline_core::Value| look.far(side).tool.hold(field, value);
    let means = Means { hold: &hold, prints: look.prints.as_ref(), laws: look.engine.laws };
    let mut plan = decide::decide(&sight, &means);
    // A write that was taken to have arrived lost to what the target holds: say so.
    for (side, pushes) in [(Side::Left, &plan.left), (Side::Right, &plan.right)] {
        let item = if side == Side::Left { &items.0 } else { &items.1 };
        for push in pushes.iter().filter(|push| settled.assumed.contains(&push.key)) {
            let loser = item.value(&push.field).clone();
            plan.clashes.push(Clash { label: push.label.clone(), winner: side.other(), loser });
        }
    }
    plan
}

/// A conflict that a rule decided is a line for people, and the loser is kept for a while.
async fn note_clashes(look: &mut Look<'_>, clashes: &[Clash]) -> Result<(), Stop> {
    for clash in clashes {
        let (now, engine) = (look.engine.now(), look.engine);
        look.note(
            Deed::Decided,
            Some(clash.winner.other()),
            vec![clash.label.clone()],
            Some(code::SYNC_CONFLICT_DECIDED),
        );
        if !engine.options.retain_content || clash.loser.is_empty() {
            continue;
        }
        let id = EventId::new(now, engine.ports.entropy.as_ref());
        let plain = Secret::new(serde_json::to_vec(&clash.loser).unwrap_or_default());
        let purpose = Purpose::ConflictLoser;
        let sealed = engine.ports.seal.seal(look.claim.tenant, purpose, &id.to_string(), &plain).await?;
        look.changes.push(Change::KeepLoser(Box::new(Loser {
            id,
            share: look.view.share.id,
            field: clash.label.clone(),
            side: clash.winner.other(),
            sealed,
            expires_at: retry::add(now, engine.options.keep_losers),
        })));
    }
    Ok(())
}

/// Whether comments may have changed: only then are they worth a call each.
fn wants_comments(look: &Look<'_>) -> bool {
    let hinted = |row: &InboxRow| match &row.hint {
        Some(hint) => matches!(hint.about, About::Comment { .. }) || hint.event == SWEEP_EVENT,
        None => true,
    };
    let interrupted = look
        .view
        .sending
        .iter()
        .any(|command| matches!(command.kind, CommandKind::Comment | CommandKind::EditComment));
    carries_comments(look)
        && (look.view.inbox.is_empty()
            || look.forced()
            || look.view.share.state != ShareState::Active
            || interrupted
            || look.view.inbox.iter().any(hinted))
}

fn carries_comments(look: &Look<'_>) -> bool {
    Side::BOTH.into_iter().any(|from| look.rules.comments().carries(from))
}

async fn read_comments(look: &Look<'_>) -> Result<Conversation, Stop> {
    let at = |side: Side| look.view.share.end(side).at.clone();
    let (Some(left), Some(right)) = (at(Side::Left), at(Side::Right)) else {
        return Ok(Conversation { left: Vec::new(), right: Vec::new() });
    };
    let (left, right) = futures_util::join!(
        look.far(Side::Left).tool.comments(&left),
        look.far(Side::Right).tool.comments(&right),
    );
    Ok(Conversation { left: left.on(Side::Left)?, right: right.on(Side::Right)? })
}

/// The talk of a share, for the comment plan and for what follows from it.
pub(crate) fn talk<'a>(look: &'a Look<'_>, conversation: &'a Conversation) -> Talk<'a> {
    let carries = |side: Side| look.rules.comments().carries(side);
    let title = |side: Side| look.far(side).connection.tool.title();
    let we = |side: Side| look.far(side).connection.identity.as_ref().map(|we| we.id.as_str());
    Talk {
        tenant: look.claim.tenant,
        share: look.view.share.id,
        pairs: &look.view.pairs,
        sending: &look.view.sending,
        left: &conversation.left,
        right: &conversation.right,
        carries: [carries(Side::Left), carries(Side::Right)],
        tools: [title(Side::Left), title(Side::Right)],
        we: [we(Side::Left), we(Side::Right)],
        settle_after: look.engine.options.settle_after,
        forced: look.forced(),
        now: look.engine.now(),
    }
}

/// Plans the comments and stores what needs no call.
pub(crate) fn plan_comments(look: &mut Look<'_>, conversation: &Conversation) -> CommentPlan {
    let plan = {
        let hold = |side: Side, body: &bowline_core::text::Doc| look.far(side).tool.hold_comment(body);
        let voice = Voice { hold: &hold, prints: look.prints.as_ref() };
        comments::plan(&talk(look, conversation), &voice)
    };
    let settled: Vec<CommandId> = plan.settled.iter().map(|(id, _)| *id).collect();
    look.view.sending.retain(|command| !settled.contains(&command.id));
    look.changes.extend(plan.settled.iter().map(|(id, state)| Change::SettleCommand {
        id: *id,
        state: *state,
        code: None,
    }));
    plan.pairs.iter().cloned().for_each(|pair| look.put_pair(pair));
    plan
}

/// What was seen is remembered, unless somebody edited in between: then the next look follows at once.
fn close(look: &mut Look<'_>, items: &(Item, Item), carried: &Carried) -> End {
    for (side, item) in [(Side::Left, &items.0), (Side::Right, &items.1)] {
        let end = look.view.share.end_mut(side);
        end.seen = Some(end.seen.map_or(item.version, |seen| seen.max(item.version)));
        if let Some(read) = carried.read(side) {
            end.seen = Some(read);
        }
    }
    if look.view.share.state != ShareState::Active {
        look.view.share.state = ShareState::Active;
        look.view.share.reason = None;
    }
    let now = look.engine.now();
    let again = if carried.dirty {
        Some(now)
    } else {
        carried.unsettled.then(|| retry::next(now, look.claim.attempts, look.engine.ports.entropy.as_ref()))
    };
    let words = if look.outcome.deeds.is_empty() { note_echo(look) } else { "synced" };
    End::Done(words, again)
}

/// Says what deliveries were about that led to no write: our own writes coming back, or nothing that syncs.
fn note_echo(look: &mut Look<'_>) -> &'static str {
    let ours = |row: &InboxRow| {
        let of_side = |side: &Side| look.view.share.connection(*side) == row.connection;
        let mut sides = Side::BOTH.into_iter().filter(of_side);
        let by_us = |hint: &Hint| sides.any(|side| known::is_ours(&look.far(side).connection, hint));
        row.hint.as_ref().is_some_and(by_us) || is_mirrored(look, row)
    };
    let echo = !look.view.inbox.is_empty() && look.view.inbox.iter().all(ours);
    if echo {
        look.note(Deed::Echoed, None, Vec::new(), None);
    }
    if echo { "echo" } else { "nothing to carry over" }
}

/// Where an end is. Both ends exist by the time this is asked.
pub(crate) fn at(look: &Look<'_>, side: Side) -> Locator {
    let none = || Locator {
        id: String::new(),
        kind: String::new(),
        key: String::new(),
        scope: String::new(),
        url: String::new(),
    };
    look.view.share.end(side).at.clone().unwrap_or_else(none)
}
