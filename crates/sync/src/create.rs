//! Making the counterpart of an item: a saga, so that a crash between “created there” and “stored here” never
//! makes a second one.
//!
//! Intended → creating (committed before the call) → created (committed with the new item's place) → the first
//! transfer → active. The new item carries the share's id as a marker from its first moment. While a create may
//! have happened unseen, the marker is looked for, and nothing is created again before the search index must have
//! caught up.

use bowline_core::activity::Deed;
use bowline_core::code;
use bowline_core::command::{Command, CommandKind, CommandState, Fields, SentField, Write, Written};
use bowline_core::commit::Change;
use bowline_core::crash;
use bowline_core::failure::{Act, Failure, Words};
use bowline_core::item::Locator;
use bowline_core::port::{Ask, MarkerAsk};
use bowline_core::share::ShareState;
use bowline_core::{Code, CommandId, FieldName, Item, Side, Value};
use bowline_mapping::{Carried, TypeMapping};

use crate::base::Pair;
use crate::decide::{beginning, pair_of};
use crate::engine::may_exist;
use crate::look::{End, Look};
use crate::outcome::{OnSide, Stop};
use crate::{gone, reconcile, retry, say};

/// What a create fills in.
struct Draft {
    scope: String,
    kind: String,
    fields: Fields,
    /// Every mapped field, for the journal; with what is in sync once it is created, if the field is sent.
    parts: Vec<(SentField, Option<Pair>)>,
}

/// Starts to create the counterpart.
pub(crate) async fn start(look: &mut Look<'_>) -> Result<End, Stop> {
    let source = look.view.share.source;
    let Some(item) = read_source(look, source).await? else { return gone::missing(look).await };
    let draft = match draft(look, source, &item).await? {
        Ok(draft) => draft,
        Err((code, subject)) => return refuse(look, code, subject, &Words::default()).await,
    };
    let command = journal_row(look, source.other(), &draft);
    look.view.share.state = ShareState::Creating;
    look.view.share.reason = None;
    look.view.share.creating_at = Some(look.engine.now());
    look.changes.push(Change::AddCommand(Box::new(command.clone())));
    crash::point("sync.create.intent.before");
    look.flush().await?;
    crash::point("sync.create.intent.after");
    let write = Write::Create {
        scope: draft.scope.clone(),
        kind: draft.kind.clone(),
        marker: (look.engine.laws.mark)(look.view.share.id),
        fields: draft.fields.clone(),
        read: look.rules.fields_to_read(source.other()),
    };
    crash::point("sync.create.call.before");
    let written = look.write(source.other(), &write).await?;
    crash::point("sync.create.call.after");
    match written {
        Ok(written) => created(look, command.id, &draft, &item, written).await,
        Err(failure) => failed(look, command.id, failure).await,
    }
}

async fn read_source(look: &mut Look<'_>, source: Side) -> Result<Option<Item>, Stop> {
    let Some(at) = look.view.share.end(source).at.clone() else { return Ok(None) };
    let fields = look.rules.fields_to_read(source);
    let ask = Ask { id: at.id, kind: Some(at.kind), fields, history: false };
    let item = look.far(source).tool.find(&ask).await.on(source)?;
    if let Some(item) = &item {
        look.view.share.missing_at = None;
        look.view.share.end_mut(source).at = Some(item.at.clone());
    }
    Ok(item)
}

/// Where the counterpart goes and what it starts with; or why there can be none.
async fn draft(
    look: &mut Look<'_>,
    source: Side,
    item: &Item,
) -> Result<Result<Draft, (Code, Option<String>)>, Stop> {
    let rules = look.rules.clone();
    let target = source.other();
    let Ok(route) = rules.route(source, item) else {
        return Ok(Err((code::SYNC_NOT_ROUTED, Some(item.at.scope.clone()))));
    };
    let Some(mapping) = rules.type_from(source, &item.at.kind) else {
        return Ok(Err((code::SYNC_NO_TYPE_MAPPING, Some(item.at.kind.clone()))));
    };
    let mut draft = Draft {
        scope: route.scope.to_owned(),
        kind: mapping.kind(target).to_owned(),
        fields: Fields::new(),
        parts: Vec::new(),
    };
    fill(look, source, item, mapping, &mut draft);
    let schema = look.far(target).catalogue.schema(&draft.scope, &draft.kind).await.on(target)?;
    // The tool's own spelling: a profile may write names in another case.
    draft.scope.clone_from(&schema.scope);
    draft.kind.clone_from(&schema.kind);
    let missing = schema.fields.iter().find(|field| {
        field.required && !field.defaulted && draft.fields.get(&field.name).is_none_or(Value::is_empty)
    });
    Ok(match missing {
        Some(field) => Err((code::SYNC_MISSING_REQUIRED, Some(field.label.clone()))),
        None => Ok(draft),
    })
}

/// Carries every mapped field that can be carried. The state is not among them: an item starts where its
/// workflow starts. What cannot be carried is left to the target; the first transfer meets it again and says so.
fn fill(look: &Look<'_>, source: Side, item: &Item, mapping: &TypeMapping, draft: &mut Draft) {
    let (target, prints) = (source.other(), look.prints.as_ref());
    for field in mapping.mappings() {
        let from = field.field(source).map_or(&Value::Null, |name| item.value(name));
        let pair = |there: &Value| match source {
            Side::Left => pair_of(field, from, there, prints),
            Side::Right => pair_of(field, there, from, prints),
        };
        let mut part = SentField {
            key: field.key(),
            source: pair(&Value::Null).side(source),
            sent: None,
            half: false,
            acted: None,
        };
        let wanted = field.field(target).filter(|_| !field.is_state() && field.carries(target, true));
        let carried = wanted.map(|name| (name, field.carry(target, from, &Value::Null, look.rules.people())));
        let in_sync = match carried {
            Some((name, Carried::Value(value))) if !value.is_empty() => {
                let pair = pair(&look.far(target).tool.hold(name, &value));
                part.sent = Some(pair.side(target));
                draft.fields.insert(name.clone(), value);
                Some(pair)
            }
            _ => None,
        };
        draft.parts.push((part, in_sync));
    }
}

fn journal_row(look: &Look<'_>, target: Side, draft: &Draft) -> Command {
    Command {
        tenant: look.claim.tenant,
        id: say::draw(look),
        share: look.view.share.id,
        target,
        kind: CommandKind::Create,
        state: CommandState::Sending,
        revision: look.profile.revision,
        fields: draft.parts.iter().map(|(part, _)| part.clone()).collect(),
        before: None,
        comment: None,
        sent_at: look.engine.now(),
        code: None,
    }
}

/// It exists: remember where before anything else is done. What the tool refused is tried once more by the first
/// transfer, which says so if it is refused again.
async fn created(
    look: &mut Look<'_>,
    command: CommandId,
    draft: &Draft,
    source: &Item,
    written: Written,
) -> Result<End, Stop> {
    let target = look.view.share.source.other();
    if let (None, Some(place)) = (&written.item, &written.place) {
        // It was made and could not be read: the next read, with its history, settles what it holds.
        look.recovered = true;
        return tie(look, target, place.clone()).await;
    }
    let Some(item) = written.item.clone() else {
        // The tool did not say where: the marker will.
        return Ok(End::Later(retry::next(look.engine.now(), 1, look.engine.ports.entropy.as_ref())));
    };
    first_base(look, draft, &written, source, &item);
    let state = if written.refused.is_empty() { CommandState::Verified } else { CommandState::Partial };
    look.changes.push(Change::SettleCommand { id: command, state, code: None });
    tie(look, target, item.at).await
}

/// The base of a counterpart that was just read back. What was sent is in sync. Of everything else it is known
/// what the target started with, so that an edit made before the first transfer is seen as one.
fn first_base(look: &mut Look<'_>, draft: &Draft, written: &Written, source: &Item, made: &Item) {
    let (rules, from) = (look.rules.clone(), look.view.share.source);
    let refused = |name: Option<&FieldName>| {
        written.refused.iter().any(|refusal| refusal.fields.iter().any(|refused| Some(refused) == name))
    };
    let Some(mapping) = rules.type_from(from, &source.at.kind) else { return };
    for field in mapping.mappings() {
        let part = draft.parts.iter().find(|(part, _)| part.key == field.key());
        let in_sync = part.and_then(|(_, pair)| pair.clone());
        let pair = match in_sync.filter(|_| !refused(field.field(from.other()))) {
            Some(pair) => pair,
            None => {
                let value = |side: Side| {
                    let item = if side == from { source } else { made };
                    field.field(side).map_or(&Value::Null, |name| item.value(name))
                };
                let (left, right) = (value(Side::Left), value(Side::Right));
                let now = pair_of(field, left, right, look.prints.as_ref());
                let settled = !field.carries(from.other(), true) || field.agrees(left, right, rules.people());
                if settled { now } else { beginning(field, now, from.other()) }
            }
        };
        look.base.field_mut(field.key()).pair = Some(pair);
    }
}

/// Stores where the counterpart is and goes on to the first transfer.
async fn tie(look: &mut Look<'_>, target: Side, at: Locator) -> Result<End, Stop> {
    look.view.share.end_mut(target).at = Some(at);
    look.view.share.state = ShareState::Created;
    look.view.share.creating_at = None;
    look.note(Deed::Created, Some(target), Vec::new(), None);
    crash::point("sync.create.result.before");
    look.flush().await?;
    crash::point("sync.create.result.after");
    reconcile::run(look).await
}

async fn failed(look: &mut Look<'_>, command: CommandId, failure: Failure) -> Result<End, Stop> {
    let target = look.view.share.source.other();
    if may_exist(&failure) {
        return Err(Stop::Tool(Some(target), failure));
    }
    let code = Some(failure.code.clone());
    look.view.share.state = ShareState::Intended;
    look.view.share.creating_at = None;
    if failure.act == Act::Park {
        look.changes.push(Change::SettleCommand { id: command, state: CommandState::Refused, code });
        return refuse(look, failure.code.clone(), None, &failure.words).await;
    }
    look.changes.push(Change::SettleCommand { id: command, state: CommandState::Dropped, code });
    Err(Stop::Tool(Some(target), failure))
}

/// There can be no counterpart as things are: a person has to change something.
async fn refuse(
    look: &mut Look<'_>,
    code: Code,
    subject: Option<String>,
    words: &Words,
) -> Result<End, Stop> {
    let target = look.view.share.source.other();
    look.view.share.state = ShareState::Broken;
    look.view.share.reason = Some(code.clone());
    look.note(Deed::Held, Some(target), Vec::new(), Some(code.clone()));
    look.raise(code, Some(target), subject, words).await?;
    Ok(End::Done("held: the counterpart could not be created", None))
}

/// A create was or may have been sent, and what came of it was never stored: look for the marker.
pub(crate) async fn recover(look: &mut Look<'_>) -> Result<End, Stop> {
    let (source, now) = (look.view.share.source, look.engine.now());
    let since = look.view.share.creating_at.unwrap_or(look.view.share.created_at);
    let Some(item) = read_source(look, source).await? else { return gone::missing(look).await };
    let target = source.other();
    let place = look.rules.route(source, &item).ok().map(|route| route.scope.to_owned());
    let kind = look.rules.type_from(source, &item.at.kind).map(|mapping| mapping.kind(target).to_owned());
    if let (Some(scope), Some(kind)) = (place, kind) {
        let fields = look.rules.fields_to_read(target);
        let ask = MarkerAsk { scope, kind, marker: look.view.share.id, since, fields };
        if let Some(found) = look.far(target).tool.marked(&ask).await.on(target)? {
            look.recovered = true;
            return tie(look, target, found.at).await;
        }
    }
    if now.duration_since(since) < look.engine.options.max_index_lag {
        let soon = retry::next(now, look.claim.attempts.min(4), look.engine.ports.entropy.as_ref());
        let lag_over = retry::add(since, look.engine.options.max_index_lag);
        return Ok(End::Later(soon.min(lag_over)));
    }
    for command in std::mem::take(&mut look.view.sending) {
        let (id, state) = (command.id, CommandState::Dropped);
        look.changes.push(Change::SettleCommand { id, state, code: None });
    }
    look.view.share.state = ShareState::Intended;
    look.view.share.creating_at = None;
    start(look).await
}
