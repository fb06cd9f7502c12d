//! After a crash: what became of the writes whose outcome was never stored.
//!
//! Pure. The tool was read again; the fingerprints in the journal tell whether a write arrived. Where both a
//! lost write followed by an edit and an arrived write followed by an edit look the same, the write is taken to
//! have arrived: then the edit counts as the newer one and nobody's work is overwritten.

use bowline_core::command::{Command, CommandKind, CommandState, SentField};
use bowline_core::fingerprint::Fingerprinter;
use bowline_core::{CommandId, Item, Side, Value};
use bowline_mapping::{Conflict, FieldMapping, TypeMapping};

use crate::base::{Base, Pair};
use crate::decide::{beginning, pair_of};

/// What became of the writes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settled {
    /// The base with what is known to have arrived.
    pub(crate) base: Base,
    /// How each journal row stands now.
    pub(crate) commands: Vec<(CommandId, CommandState)>,
    /// Fields whose write was taken to have arrived though the target holds something else: if that is carried
    /// back, the source's value has lost to it.
    pub(crate) assumed: Vec<u64>,
    /// Whether the target must be read with its history to tell.
    pub(crate) wants_history: Option<Side>,
}

/// Settles the field writes among `sending`; comments are settled by their own plan. `history` says whether the
/// items were read with it.
pub(crate) fn settle(
    base: &Base,
    sending: &[Command],
    mapping: &TypeMapping,
    items: (&Item, &Item),
    history: bool,
    prints: &dyn Fingerprinter,
) -> Settled {
    let mut settled = Settled { base: base.clone(), ..Settled::default() };
    let about_fields = |kind| matches!(kind, CommandKind::Create | CommandKind::Update | CommandKind::Step);
    for command in sending.iter().filter(|command| about_fields(command.kind)) {
        let mut arrived = true;
        for sent in &command.fields {
            if let Some(field) = mapping.mappings().find(|field| field.key() == sent.key) {
                let case = Case { command, sent, field, items, history, prints };
                arrived &= case.settle(&mut settled);
            }
        }
        let state = if arrived { CommandState::Verified } else { CommandState::Dropped };
        settled.commands.push((command.id, state));
    }
    settled
}

/// One field of one command.
struct Case<'a> {
    command: &'a Command,
    sent: &'a SentField,
    field: &'a FieldMapping,
    items: (&'a Item, &'a Item),
    history: bool,
    prints: &'a dyn Fingerprinter,
}

impl<'a> Case<'a> {
    fn item(&self, side: Side) -> &'a Item {
        match side {
            Side::Left => self.items.0,
            Side::Right => self.items.1,
        }
    }

    fn value(&self, side: Side) -> &'a Value {
        self.field.field(side).map_or(&Value::Null, |name| self.item(side).value(name))
    }

    /// Settles the field; says whether its write arrived.
    fn settle(&self, settled: &mut Settled) -> bool {
        let target = self.command.target;
        let is_untold = |side: Side| {
            self.field.field(side).is_some_and(|name| !self.item(side).fields.contains_key(name))
        };
        if Side::BOTH.into_iter().any(is_untold) {
            return false;
        }
        let now = pair_of(self.field, self.value(Side::Left), self.value(Side::Right), self.prints);
        let Some(sent) = self.sent.sent else { return self.settle_unsent(now, settled) };
        let was = settled.base.field(self.sent.key).and_then(|known| known.pair.as_ref());
        if now.side(target) != sent {
            if self.field.conflict() == Conflict::Merge {
                if self.command.kind == CommandKind::Create {
                    // The item is there: it began with what was sent, and somebody has changed that since.
                    settled.base.field_mut(self.sent.key).pair = Some(beginning(self.field, now, target));
                    return true;
                }
                // Merging with what was in sync before comes to the same whether it arrived or not. Taking it for
                // arrived would make what the write added and the target lacks a removal by somebody.
                return false;
            }
            let arrived = match self.was_touched() {
                Touched::Yes => true,
                Touched::No => false,
                Touched::AskHistory => {
                    settled.wants_history = Some(target);
                    return false;
                }
                Touched::NobodyKnows => was.is_some_and(|pair| pair.side(target) != now.side(target)),
            };
            if !arrived {
                return false;
            }
            settled.assumed.push(self.sent.key);
        }
        // The elements are known only where the values still are the ones that were sent.
        let exact = now.side(target) == sent && now.side(target.other()) == self.sent.source;
        let elements = if exact { now.elements.clone() } else { None };
        let pair = Pair { elements, ..now }.with(target, sent).with(target.other(), self.sent.source);
        let pair = if self.sent.half { pair.never(target) } else { pair };
        settled.base.field_mut(self.sent.key).pair = Some(pair);
        true
    }

    /// A field that a create left to the target: what the target holds is its own beginning, unless somebody is
    /// known to have changed it since.
    fn settle_unsent(&self, now: Pair, settled: &mut Settled) -> bool {
        let target = self.command.target;
        let pair = match self.was_touched() {
            Touched::AskHistory => {
                settled.wants_history = Some(target);
                return false;
            }
            Touched::Yes if !self.field.carries(target, true) => now.never(target),
            _ if !self.field.carries(target, true) => now,
            Touched::Yes if now.side(target.other()) == self.sent.source => now.never(target),
            Touched::Yes => now.never(target).never(target.other()),
            Touched::No => now.never(target.other()),
            Touched::NobodyKnows => beginning(self.field, now, target),
        };
        settled.base.field_mut(self.sent.key).pair = Some(pair);
        true
    }

    /// Whether a field that does not hold what was sent was written all the same, by us or by somebody after us.
    fn was_touched(&self) -> Touched {
        let item = self.item(self.command.target);
        if self.command.before.is_some_and(|before| item.version == before.version) {
            return Touched::No;
        }
        if !self.history {
            return Touched::AskHistory;
        }
        if item.changed_at.is_empty() {
            return Touched::NobodyKnows;
        }
        let changed_at = self.field.field(self.command.target).and_then(|name| item.changed_at.get(name));
        let since = self.command.before.map(|before| before.updated_at);
        match (changed_at, since) {
            (None, _) => Touched::No,
            (Some(_), None) => Touched::Yes,
            (Some(at), Some(since)) if *at > since => Touched::Yes,
            (Some(_), Some(_)) => Touched::No,
        }
    }
}

enum Touched {
    Yes,
    No,
    AskHistory,
    NobodyKnows,
}
