//! The decision: what to write where, from the base and both sides as they are now.
//!
//! A pure function. No clock, no I/O, no randomness: time is an argument, and the same arguments always give
//! the same plan. Everything here is about one share and its mapped fields; comments have a plan of their own
//! (`comments`), and how a state is reached is found later (`path`).

use bowline_core::fingerprint::Fingerprinter;
use bowline_core::{Code, FieldName, Item, Side, Timestamp, Value, code};
use bowline_mapping::{Carried, Conflict, FieldMapping, People, TypeMapping};

use crate::base::{Base, Elements, Held, Laps, Pair, Why, short};
use crate::laws::Laws;

/// What a decision is made from.
pub struct Sight<'a> {
    /// The rules for this pair of types.
    pub mapping: &'a TypeMapping,
    /// Who is who.
    pub people: &'a People,
    /// The left item as read just now.
    pub left: &'a Item,
    /// The right item as read just now.
    pub right: &'a Item,
    /// What was last in sync.
    pub base: &'a Base,
    /// The side that wins where there is no base yet, which is the source of a first transfer; `None` if neither does.
    pub first: Option<Side>,
    /// Whether this is the first transfer, so that fields that are only set at creation are carried.
    pub creating: bool,
    /// The profile's revision.
    pub revision: i64,
    /// Whether a person asked for another try: what is held back is tried again.
    pub forced: bool,
    /// Now, in minutes since 1970.
    pub minute: u32,
}

impl Sight<'_> {
    fn item(&self, side: Side) -> &Item {
        match side {
            Side::Left => self.left,
            Side::Right => self.right,
        }
    }

    fn value(&self, field: &FieldMapping, side: Side) -> &Value {
        field.field(side).map_or(&Value::Null, |name| self.item(side).value(name))
    }
}

/// What the tools contribute to a decision. Pure, too.
pub struct Means<'a> {
    /// What a side will hold after a value was written to a field.
    pub hold: &'a dyn Fn(Side, &FieldName, &Value) -> Value,
    /// The tenant's fingerprints.
    pub prints: &'a dyn Fingerprinter,
    /// The laws.
    pub laws: Laws,
}

/// A field to write.
#[derive(Clone, Debug)]
pub struct Push {
    /// Which mapping.
    pub key: u64,
    /// Its label, for people.
    pub label: String,
    /// The target's field.
    pub field: FieldName,
    /// What to write.
    pub value: Value,
    /// Whether it is the workflow state, which is reached by steps.
    pub is_state: bool,
    /// The pair that is in sync once this is written.
    pub pair: Pair,
    /// The laps counter once this is written.
    pub laps: Laps,
    /// Both sides as they are before.
    pub now: Pair,
    /// Whether this is the first half of a merge: the target is then ahead of the other side until that is written,
    /// too.
    pub half: bool,
}

/// A field that both sides had changed.
#[derive(Clone, Debug)]
pub struct Clash {
    /// Its label, for people.
    pub label: String,
    /// The side whose value stays.
    pub winner: Side,
    /// The other side's value.
    pub loser: Value,
}

/// Something that could not be decided or must not be done, to show to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hitch {
    /// What.
    pub code: Code,
    /// The field's label, and the value's name where that is not content.
    pub subject: String,
    /// The side that would have been written.
    pub target: Side,
}

/// What to do.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The base with everything that needed no write.
    pub base: Base,
    /// What to write on the left.
    pub left: Vec<Push>,
    /// What to write on the right.
    pub right: Vec<Push>,
    /// What both sides had changed.
    pub clashes: Vec<Clash>,
    /// What could not be done.
    pub hitches: Vec<Hitch>,
    /// Whether a rule asked which side changed last and the items do not tell: read both with their history and
    /// decide again.
    pub wants_history: bool,
}

impl Plan {
    /// What to write on a side.
    pub fn pushes(&self, side: Side) -> &[Push] {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    /// Whether there is nothing to write.
    pub fn is_still(&self) -> bool {
        self.left.is_empty() && self.right.is_empty()
    }
}

/// Decides.
pub fn decide(sight: &Sight<'_>, means: &Means<'_>) -> Plan {
    let mut plan = Plan { base: sight.base.clone(), ..Plan::default() };
    for field in sight.mapping.mappings() {
        Case::new(sight, means, field).decide(&mut plan);
    }
    plan
}

/// One field of one decision.
struct Case<'a> {
    sight: &'a Sight<'a>,
    means: &'a Means<'a>,
    field: &'a FieldMapping,
    left: &'a Value,
    right: &'a Value,
    now: Pair,
}

impl<'a> Case<'a> {
    fn new(sight: &'a Sight<'a>, means: &'a Means<'a>, field: &'a FieldMapping) -> Self {
        let (left, right) = (sight.value(field, Side::Left), sight.value(field, Side::Right));
        let now = pair_of(field, left, right, means.prints);
        Self { sight, means, field, left, right, now }
    }

    fn value(&self, side: Side) -> &'a Value {
        match side {
            Side::Left => self.left,
            Side::Right => self.right,
        }
    }

    fn decide(&self, plan: &mut Plan) {
        if let Some(side) = Side::BOTH.into_iter().find(|side| self.is_untold(*side)) {
            // Nothing is known of it, which is not the same as empty.
            return self.hitch(side, code::SYNC_FIELD_MISSING, None, plan);
        }
        let base = self.sight.base.field(self.field.key()).and_then(|field| field.pair.as_ref());
        let Some(base) = base else { return self.first(plan) };
        let moved = |side| (self.means.laws.moved)(self.now.side(side), base.side(side));
        match (moved(Side::Left), moved(Side::Right)) {
            (false, false) => {}
            (true, true) if self.agrees() => self.adopt(plan),
            (true, true) => self.clash(plan),
            (true, false) => self.push(Side::Left, plan),
            (false, true) => self.push(Side::Right, plan),
        }
    }

    /// No base yet: the source fills the counterpart; two items that were tied are compared by the rule.
    fn first(&self, plan: &mut Plan) {
        if self.agrees() {
            return self.adopt(plan);
        }
        match self.sight.first {
            Some(source) if !self.carries(source.other()) => self.adopt(plan),
            Some(source) if !self.was_touched(source.other()) => self.push(source, plan),
            Some(_) => self.clash(plan),
            // Nobody emptied what was never compared: the side that has something gives it.
            None if self.left.is_empty() => self.push(Side::Right, plan),
            None if self.right.is_empty() => self.push(Side::Left, plan),
            None => self.clash(plan),
        }
    }

    /// Whether the tool's answer lacks the field of a side.
    fn is_untold(&self, side: Side) -> bool {
        self.field.field(side).is_some_and(|name| !self.sight.item(side).fields.contains_key(name))
    }

    /// Whether somebody is known to have changed the field of a side since its item was made.
    fn was_touched(&self, side: Side) -> bool {
        let changed_at = &self.sight.item(side).changed_at;
        self.field.field(side).is_some_and(|name| changed_at.contains_key(name))
    }

    fn carries(&self, to: Side) -> bool {
        self.field.carries(to, self.sight.creating)
    }

    fn agrees(&self) -> bool {
        self.field.agrees(self.left, self.right, self.sight.people)
    }

    /// What is there now is in sync; nothing is written.
    fn adopt(&self, plan: &mut Plan) {
        let known = plan.base.field_mut(self.field.key());
        known.pair = Some(self.now.clone());
        known.held = None;
    }

    /// Both sides moved and differ.
    fn clash(&self, plan: &mut Plan) {
        match (self.carries(Side::Right), self.carries(Side::Left)) {
            (true, false) => return self.push(Side::Left, plan),
            (false, true) => return self.push(Side::Right, plan),
            (false, false) => return self.adopt(plan),
            (true, true) => {}
        }
        let winner = match self.field.conflict() {
            Conflict::Left => Side::Left,
            Conflict::Right => Side::Right,
            Conflict::Newest => match self.newest() {
                Some(side) => side,
                None => return plan.wants_history = true,
            },
            Conflict::Merge => return self.merge(plan),
            Conflict::Manual => return self.hitch(Side::Right, code::SYNC_CONFLICT_MANUAL, None, plan),
        };
        let before = plan.pushes(winner.other()).len();
        self.push(winner, plan);
        if plan.pushes(winner.other()).len() > before {
            let loser = self.value(winner.other()).clone();
            plan.clashes.push(Clash { label: self.field.label().to_owned(), winner, loser });
        }
    }

    /// The side whose field changed last, by the tools' own clocks; a tie goes to the left. `None` if the
    /// items were read without their history.
    fn newest(&self) -> Option<Side> {
        let at = |side: Side| -> Option<Timestamp> {
            let item = self.sight.item(side);
            self.field.field(side).and_then(|name| item.changed_at.get(name)).copied()
        };
        let asked = |side| !self.sight.item(side).changed_at.is_empty();
        if !asked(Side::Left) && !asked(Side::Right) {
            return None;
        }
        // A tool that does not know when a field changed still knows when the item did.
        let or_item = |side| at(side).unwrap_or(self.sight.item(side).updated_at);
        Some(if or_item(Side::Right) > or_item(Side::Left) { Side::Right } else { Side::Left })
    }

    /// Carries one side's value to the other.
    fn push(&self, source: Side, plan: &mut Plan) {
        let target = source.other();
        if !self.carries(target) {
            return self.adopt(plan);
        }
        let (Some(field), Some(source_print)) = (self.field.field(target), Some(self.now.side(source)))
        else {
            return self.adopt(plan);
        };
        if self.is_held(source, plan) {
            return;
        }
        let current = self.value(target);
        let value = match self.field.carry(target, self.value(source), current, self.sight.people) {
            Carried::Value(value) => value,
            Carried::Skip => return self.adopt(plan),
            Carried::Hold { code, subject } => {
                remember_target(&mut plan.base, self.field.key(), &self.now, target);
                return self.hitch(target, code, Some(&subject), plan);
            }
        };
        let sent = (self.means.hold)(target, field, &value);
        if self.field.normal(&sent) == self.field.normal(current) {
            return self.adopt(plan);
        }
        let (left, right) = match source {
            Side::Left => (self.left, &sent),
            Side::Right => (&sent, self.right),
        };
        let pair = pair_of(self.field, left, right, self.means.prints);
        debug_assert_eq!(pair.side(source), source_print);
        self.write(target, value, pair, false, plan);
    }

    /// Both sets get what either side added and lose what either side removed.
    fn merge(&self, plan: &mut Plan) {
        let base = self.sight.base.field(self.field.key()).and_then(|field| field.pair.as_ref());
        let known = base.and_then(|pair| pair.elements.as_ref());
        let in_base = |side: Side, normal: &[u8]| {
            let (Some(known), Some(name)) = (known, self.field.field(side)) else { return false };
            let shorts = if side == Side::Left { &known.left } else { &known.right };
            shorts.contains(&short(self.means.prints.of(name, normal)))
        };
        let merged = |side: Side| -> Option<Value> {
            let (mine, theirs) = (self.value(side), self.value(side.other()));
            match self.field.merge(side, mine, theirs, &in_base, self.sight.people) {
                Carried::Value(value) => Some((self.means.hold)(side, self.field.field(side)?, &value)),
                Carried::Skip | Carried::Hold { .. } => None,
            }
        };
        let (Some(left), Some(right)) = (merged(Side::Left), merged(Side::Right)) else {
            return self.hitch(Side::Right, code::MAPPING_UNMAPPED_VALUE, None, plan);
        };
        let both = pair_of(self.field, &left, &right, self.means.prints);
        let is_news = |side: Side| both.side(side) != self.now.side(side);
        match (is_news(Side::Left), is_news(Side::Right)) {
            (false, false) => self.adopt(plan),
            (true, false) => self.write(Side::Left, left, both, false, plan),
            (false, true) => self.write(Side::Right, right, both, false, plan),
            (true, true) => {
                // Until the right is written as well, the left is ahead of it and not in sync.
                let half = pair_of(self.field, &left, self.right, self.means.prints);
                self.write(Side::Left, left, half, true, plan);
                self.write(Side::Right, right, both, false, plan);
            }
        }
    }

    /// Puts a write into the plan, unless the field is flipping to and fro.
    fn write(&self, target: Side, value: Value, pair: Pair, half: bool, plan: &mut Plan) {
        let Some(field) = self.field.field(target) else { return };
        let key = self.field.key();
        let (laps, paused) = self.laps(target, &pair, plan);
        if paused && !self.sight.forced {
            self.hold_back(target.other(), Why::Oscillation, plan);
            return self.hitch(target, code::SYNC_OSCILLATION, None, plan);
        }
        let push = Push {
            key,
            label: self.field.label().to_owned(),
            field: field.clone(),
            value,
            is_state: self.field.is_state(),
            pair,
            laps,
            now: self.now.clone(),
            half,
        };
        match target {
            Side::Left => plan.left.push(push),
            Side::Right => plan.right.push(push),
        }
    }

    /// Counts writes that set a field back to what it held before the last one.
    fn laps(&self, target: Side, pair: &Pair, plan: &Plan) -> (Laps, bool) {
        let known = plan.base.field(self.field.key()).map(|field| field.laps).unwrap_or_default();
        let fresh = self.sight.minute.saturating_sub(known.since) <= LAP_MINUTES;
        let before = short(self.now.side(target));
        if known.before != short(pair.side(target)) || !fresh {
            return (Laps { before, flips: 0, since: self.sight.minute }, false);
        }
        let flips = known.flips.saturating_add(1);
        (Laps { before, flips, since: known.since }, flips > LAP_LIMIT)
    }

    /// Whether the value of a side is held back, and says so again: a finding stays as long as its cause.
    fn is_held(&self, source: Side, plan: &mut Plan) -> bool {
        let held = plan.base.field(self.field.key()).and_then(|field| field.held);
        let same = held.is_some_and(|held| {
            held.source == source
                && held.value == short(self.now.side(source))
                && held.revision == self.sight.revision
        });
        if let (Some(held), true, false) = (held, same, self.sight.forced) {
            self.hitch(source.other(), held.why.code(), None, plan);
            return true;
        }
        plan.base.field_mut(self.field.key()).held = None;
        false
    }

    fn hold_back(&self, source: Side, why: Why, plan: &mut Plan) {
        plan.base.field_mut(self.field.key()).held =
            Some(Held { source, value: short(self.now.side(source)), revision: self.sight.revision, why });
    }

    fn hitch(&self, target: Side, code: Code, what: Option<&str>, plan: &mut Plan) {
        let label = self.field.label();
        let subject = what.map_or_else(|| label.to_owned(), |what| format!("{label}: {what}"));
        plan.hitches.push(Hitch { code, subject, target });
    }
}

/// More than this many automatic flips in [`LAP_MINUTES`] pause a field (`specs/sync.md` 1.6).
const LAP_LIMIT: u8 = 6;
const LAP_MINUTES: u32 = 10;

/// A first value that could not be carried leaves no base. So that an edit of the target is seen as one all the
/// same, what the target holds is remembered, beside a source that counts as moved.
pub(crate) fn remember_target(base: &mut Base, key: u64, now: &Pair, target: Side) {
    let known = base.field_mut(key);
    if known.pair.is_none() {
        known.pair = Some(now.clone().never(target.other()));
    }
}

/// What a counterpart was found with that nothing was sent to, beside a source that counts as moved. Somebody may have
/// added to it since it was made: a set that is merged keeps everything, and what it began with goes to the source.
pub(crate) fn beginning(field: &FieldMapping, now: Pair, target: Side) -> Pair {
    let pair = now.never(target.other());
    if field.conflict() == Conflict::Merge { pair.never(target) } else { pair }
}

/// The fingerprints of a pair of values.
pub(crate) fn pair_of(field: &FieldMapping, left: &Value, right: &Value, prints: &dyn Fingerprinter) -> Pair {
    let none = FieldName::new("");
    let name = |side| field.field(side).unwrap_or(&none);
    let shorts = |side, value| {
        let elements = field.elements(value)?;
        Some(elements.iter().map(|(normal, _)| short(prints.of(name(side), normal))).collect())
    };
    let elements = match (shorts(Side::Left, left), shorts(Side::Right, right)) {
        (Some(left), Some(right)) => Some(Elements { left, right }),
        _ => None,
    };
    Pair {
        left: prints.of(name(Side::Left), &field.normal(left)),
        right: prints.of(name(Side::Right), &field.normal(right)),
        elements,
    }
}

impl Why {
    /// The code a person sees.
    pub fn code(self) -> Code {
        match self {
            Self::Refused => code::SYNC_FIELD_REFUSED,
            Self::Dropped => code::SYNC_DROPPED_WRITE,
            Self::NoPath => code::SYNC_NO_TRANSITION_PATH,
            Self::PartialPath => code::SYNC_PARTIAL_TRANSITION,
            Self::Oscillation => code::SYNC_OSCILLATION,
        }
    }
}
