//! The ledger: what people did, what they could see while doing it, and what must therefore be true at the end.
//!
//! It shares no code with the engine: its own idea of which values correspond, and of which edits may win. An
//! edit is superseded by a later one whose author could see it (on the same side, or because it had arrived). What
//! is not superseded may win; anything else at the end is a loss.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bowline_core::text::Doc;
use bowline_core::value::Choice;
use bowline_core::{Side, Value};

use super::moments::Moments;
use super::people::{Kind, reference};
use super::site::{ROBOT, Remark, Site, Thing, states};

/// Something a person did, for the trace of a failing history.
pub(crate) type Deed = String;

/// What may be the last word on a field or comment.
#[derive(Clone, Debug)]
struct Candidate {
    side: Side,
    value: Value,
    /// When it was said, in the order of deeds.
    at: u64,
}

/// What people did.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) moments: Arc<Moments>,
    pub(crate) deeds: Vec<Deed>,
    /// Per item reference: where it was made.
    origins: BTreeMap<String, Side>,
    fields: BTreeMap<(String, Kind), Vec<Candidate>>,
    /// Per item reference and tag: whether it was only ever added (true), only ever removed (false), or both.
    tags: BTreeMap<(String, String), BTreeSet<bool>>,
    comments: BTreeMap<String, Talk>,
    /// Whether tags are merged, so that elements and not whole sets count.
    pub(crate) merges_tags: bool,
}

#[derive(Clone, Debug)]
struct Talk {
    reference: String,
    side: Side,
    author: String,
    last: Vec<(Side, String)>,
}

impl Talk {
    /// What is wrong with the name a comment stands under: it is the writer's, and nothing is said of it then; or it is the
    /// robot's, which says whose words they are.
    fn misnamed(&self, side: Side, remark: &Remark) -> Option<String> {
        let header = remark.body.plain().lines().next().unwrap_or_default().ends_with(':');
        let right = match (side == self.side, remark.author == ROBOT) {
            (true, _) => remark.author == self.author,
            (false, true) => header,
            (false, false) => remark.author == self.author && !header,
        };
        let Remark { id, author, .. } = remark;
        (!right).then(|| format!("comment {id} on the {side} stands under {author}, header: {header}"))
    }
}

/// The tags of a value.
pub(crate) fn tags(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Set(values) => values
            .iter()
            .filter_map(|value| match value {
                Value::Text(text) => Some(text.clone()),
                _ => None,
            })
            .collect(),
        _ => BTreeSet::new(),
    }
}

/// The token that names a comment for ever.
pub(crate) fn token(body: &Doc) -> Option<String> {
    let text = body.plain();
    let start = text.find('«')?;
    let end = text.find('»')?;
    Some(text[start..end + '»'.len_utf8()].to_owned())
}

/// What a comment says after its token.
fn words(body: &Doc) -> String {
    let text = body.plain();
    text.find('«').map(|at| text[at..].trim().to_owned()).unwrap_or(text)
}

/// What an item and its counterpart share.
pub(crate) fn reference_of(thing: &Thing, side: Side) -> String {
    match thing.fields.get(&reference(side)) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    }
}

impl Ledger {
    pub(crate) fn created(&mut self, side: Side, reference: &str, thing: &Thing) {
        self.deeds.push(format!("{side}: {reference} made as {}", thing.id));
        self.origins.insert(reference.to_owned(), side);
        for kind in Kind::ALL {
            let value = thing.fields.get(&kind.name(side)).cloned().unwrap_or(Value::Null);
            if kind == Kind::Tags {
                for tag in tags(&value) {
                    self.tags.entry((reference.to_owned(), tag)).or_default().insert(true);
                }
            }
            let first = Candidate { side, value, at: self.moments.act() };
            self.fields.insert((reference.to_owned(), kind), vec![first]);
        }
    }

    pub(crate) fn edited(&mut self, site: &Site, item: &str, kind: Kind, seen: &Value, now: &Value) {
        let reference = reference_of(&site.things[item], site.side);
        self.deeds.push(format!("{}: {reference} {kind:?}: {seen:?} becomes {now:?}", site.side));
        let (before, after) = (tags(seen), tags(now));
        if kind == Kind::Tags {
            for tag in before.symmetric_difference(&after) {
                let ops = self.tags.entry((reference.clone(), tag.clone())).or_default();
                ops.insert(after.contains(tag));
            }
        }
        if seen == now {
            return;
        }
        let candidates = self.fields.entry((reference, kind)).or_default();
        let (thing, name) = (&site.things[item], kind.name(site.side));
        let by_hand = thing.by_hand.contains(&name);
        let known = thing.known.get(&name).copied().unwrap_or(0);
        candidates.retain(|candidate| {
            let arrived = !by_hand
                && candidate.at <= known
                && corresponds(kind, candidate.side, &candidate.value, seen, site);
            candidate.side != site.side && !arrived
        });
        candidates.push(Candidate { side: site.side, value: now.clone(), at: self.moments.act() });
    }

    pub(crate) fn commented(&mut self, site: &Site, item: &str, token: &str, remark: &Remark) {
        let reference = reference_of(&site.things[item], site.side);
        self.deeds.push(format!(
            "{}: {reference} comment {} says {}",
            site.side,
            remark.id,
            words(&remark.body)
        ));
        let last = vec![(site.side, words(&remark.body))];
        self.comments.insert(
            token.to_owned(),
            Talk { reference, side: site.side, author: remark.author.clone(), last },
        );
    }

    pub(crate) fn comment_edited(&mut self, site: &Site, token: &str, seen: &Doc, now: &str) {
        self.deeds.push(format!("{}: comment {token}: {} becomes {now}", site.side, words(seen)));
        let Some(talk) = self.comments.get_mut(token) else { return };
        let seen = words(seen);
        talk.last.retain(|(side, text)| *side != site.side && *text != seen);
        talk.last.push((site.side, now.to_owned()));
    }

    /// What is wrong at the end; empty if nothing is.
    pub(crate) fn judge(&self, left: &Site, right: &Site) -> Vec<String> {
        let mut wrong = Vec::new();
        for (reference, origin) in &self.origins {
            let of = |site: &Site| -> Vec<String> {
                let is_it = |thing: &&Thing| reference_of(thing, site.side) == *reference;
                site.things.values().filter(is_it).map(|thing| thing.id.clone()).collect()
            };
            match (of(left).as_slice(), of(right).as_slice()) {
                ([l], [r]) => {
                    self.judge_pair(reference, (left, &left.things[l]), (right, &right.things[r]), &mut wrong)
                }
                (l, r) => wrong.push(format!("{reference} (made on the {origin}) exists as {l:?} and {r:?}")),
            }
        }
        wrong
    }

    fn judge_pair(
        &self,
        reference: &str,
        left: (&Site, &Thing),
        right: (&Site, &Thing),
        wrong: &mut Vec<String>,
    ) {
        for kind in Kind::ALL {
            let value =
                |thing: &Thing, side| thing.fields.get(&kind.name(side)).cloned().unwrap_or(Value::Null);
            let (l, r) = (value(left.1, Side::Left), value(right.1, Side::Right));
            let candidates =
                self.fields.get(&(reference.to_owned(), kind)).map(Vec::as_slice).unwrap_or_default();
            if let Some(why) = self.judge_field(reference, kind, (left.0, &l), (right.0, &r), candidates) {
                wrong.push(format!("{reference} {kind:?}: left {l:?}, right {r:?}: {why}"));
            }
        }
        for (token, talk) in self.comments.iter().filter(|(_, talk)| talk.reference == reference) {
            let of = |thing: &Thing| -> Vec<String> {
                let is_it = |remark: &&Remark| self::token(&remark.body).as_ref() == Some(token);
                thing.remarks.iter().filter(is_it).map(|remark| words(&remark.body)).collect()
            };
            for (side, thing) in [(Side::Left, left.1), (Side::Right, right.1)] {
                let said =
                    thing.remarks.iter().filter(|remark| self::token(&remark.body).as_ref() == Some(token));
                wrong.extend(said.filter_map(|remark| talk.misnamed(side, remark)));
            }
            let (l, r) = (of(left.1), of(right.1));
            let may_win = |text: &String| talk.last.iter().any(|(_, last)| last == text);
            match (l.as_slice(), r.as_slice()) {
                ([l], [r]) if l == r && may_win(l) => {}
                _ => wrong.push(format!(
                    "{reference} comment {token} of the {}: left {l:?}, right {r:?}, last {:?}",
                    talk.side, talk.last
                )),
            }
        }
    }

    fn judge_field(
        &self,
        reference: &str,
        kind: Kind,
        left: (&Site, &Value),
        right: (&Site, &Value),
        candidates: &[Candidate],
    ) -> Option<String> {
        if kind == Kind::Memo {
            return judge_memo(left, right, candidates);
        }
        // A value that the other tool refuses stays where it is; a finding says so.
        let hated = |site: &Site, value: &Value| matches!((value, &site.temper.hated), (Value::Text(t), Some(h)) if t.contains(h));
        if kind == Kind::Title && (hated(right.0, left.1) || hated(left.0, right.1)) {
            return None;
        }
        if !corresponds(kind, Side::Left, left.1, right.1, right.0)
            && !corresponds(kind, Side::Right, right.1, left.1, left.0)
        {
            return Some("the sides do not correspond".into());
        }
        if kind == Kind::Tags && self.merges_tags {
            let undone = right.0.undone.iter().map(|(_, tag)| tag.as_str()).collect();
            return self.judge_tags(reference, &tags(left.1), &undone);
        }
        if kind == Kind::Tags && was_mixed(reference, left, candidates) {
            return None;
        }
        let wins = |candidate: &Candidate| match candidate.side {
            Side::Left => {
                *left.1 == candidate.value || same_under(kind, Side::Left, left.1, candidate, right)
            }
            Side::Right => {
                *right.1 == candidate.value || same_under(kind, Side::Right, right.1, candidate, left)
            }
        };
        // A tool that adds to sets and takes from them may end up with something of several last words.
        let mixed = kind == Kind::Tags && is_mixed(&tags(left.1), candidates);
        let none = !mixed && !candidates.iter().any(wins);
        none.then(|| format!("lost: the last word was one of {candidates:?}"))
    }

    fn judge_tags(&self, reference: &str, now: &BTreeSet<String>, undone: &BTreeSet<&str>) -> Option<String> {
        let of_item = self.tags.iter().filter(|((of, _), _)| of == reference);
        for ((of, tag), ops) in of_item.filter(|((_, tag), _)| !undone.contains(tag.as_str())) {
            let only = |op: bool| ops.len() == 1 && ops.contains(&op);
            if only(true) && !now.contains(tag) {
                return Some(format!("lost: {of} was only ever given the tag {tag}"));
            }
            if only(false) && now.contains(tag) {
                return Some(format!("revived: {of} was only ever rid of the tag {tag}"));
            }
        }
        None
    }
}

/// Whether the left's tags are what a last word there became when the robot, which had not read it yet, added to it or took from
/// it. The whole of it is that side's word from then on, whatever is done on the other one.
fn was_mixed(reference: &str, left: (&Site, &Value), candidates: &[Candidate]) -> bool {
    let of_left = candidates.iter().filter(|candidate| candidate.side == Side::Left);
    let mut words: Vec<BTreeSet<String>> = of_left.map(|candidate| tags(&candidate.value)).collect();
    for (_, was, became) in left.0.mixed.iter().filter(|(of, ..)| of == reference) {
        if words.contains(was) {
            words.push(became.clone());
        }
    }
    words.contains(&tags(left.1))
}

/// Whether every tag that is there is in some last word, and every one that is not is missing from some.
fn is_mixed(now: &BTreeSet<String>, candidates: &[Candidate]) -> bool {
    let words: Vec<BTreeSet<String>> = candidates.iter().map(|candidate| tags(&candidate.value)).collect();
    let all: BTreeSet<&String> = words.iter().flatten().chain(now).collect();
    all.into_iter().all(|tag| words.iter().any(|word| word.contains(tag) == now.contains(tag)))
}

/// Whether a side's value is what a candidate of that side became after it went over and came back coarser.
fn same_under(kind: Kind, side: Side, value: &Value, candidate: &Candidate, other: (&Site, &Value)) -> bool {
    kind == Kind::Priority
        && corresponds(kind, side, &candidate.value, other.1, other.0)
        && corresponds(kind, side, value, other.1, other.0)
}

/// The one-way field: the left is never written, the right holds a last word.
fn judge_memo(left: (&Site, &Value), right: (&Site, &Value), candidates: &[Candidate]) -> Option<String> {
    if left.0.writes.contains(&Kind::Memo.name(Side::Left)) {
        return Some("the left was written".into());
    }
    let wins = |candidate: &Candidate| match candidate.side {
        Side::Left => corresponds(Kind::Memo, Side::Left, &candidate.value, right.1, right.0),
        Side::Right => candidate.value == *right.1,
    };
    let none = !candidates.iter().any(wins);
    none.then(|| format!("lost: the last word was one of {candidates:?}, left {:?}", left.1))
}

/// Whether a value of one side is what the other side should hold for it.
fn corresponds(kind: Kind, side: Side, from: &Value, there: &Value, site: &Site) -> bool {
    let position = |side: Side, value: &Value| match value {
        Value::Choice(Choice { name, .. }) => states(side).iter().position(|state| state == name),
        _ => None,
    };
    match kind {
        Kind::Title | Kind::Body | Kind::Tags | Kind::Memo => {
            let empty = |value: &Value| value.is_empty();
            site.hold(from) == *there || empty(&site.hold(from)) && empty(there)
        }
        Kind::State => position(side, from) == position(side.other(), there),
        Kind::Priority => coarse(from) == coarse(there),
        Kind::Owner => who(from) == who(there),
    }
}

fn coarse(value: &Value) -> Option<&str> {
    match value {
        Value::Choice(Choice { name, .. }) => Some(match name.as_str() {
            "P1" | "P2" | "High" => "high",
            _ => "low",
        }),
        _ => None,
    }
}

fn who(value: &Value) -> Option<&str> {
    match value {
        Value::Person(person) => person.id.split_once('-').map(|(_, name)| name),
        _ => None,
    }
}
