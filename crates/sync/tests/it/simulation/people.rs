//! People: they make items, edit fields and write comments on both sides, and the ledger writes down what they did
//! and what they could see while doing it.

use std::collections::BTreeMap;

use bowline_core::text::Doc;
use bowline_core::value::Person;
use bowline_core::{FieldName, Side, Timestamp, Value};

use super::dice::Dice;
use super::ledger::{self, Deed, Ledger};
use super::site::{Site, states};
use super::tool::state;

/// A mapped field as people know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Title,
    Body,
    Priority,
    Tags,
    State,
    Owner,
    /// Carried from left to right only.
    Memo,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] =
        [Self::Title, Self::Body, Self::Priority, Self::Tags, Self::State, Self::Owner, Self::Memo];

    /// The field's name on a side.
    pub(crate) fn name(self, side: Side) -> FieldName {
        let (left, right) = match self {
            Self::Title => ("title", "Name"),
            Self::Body => ("body", "Description"),
            Self::Priority => ("prio", "Priority"),
            Self::Tags => ("tags", "Labels"),
            Self::State => ("state", "Stage"),
            Self::Owner => ("who", "Owner"),
            Self::Memo => ("memo", "Memo"),
        };
        FieldName::new(if side == Side::Left { left } else { right })
    }
}

/// The field that says which item of the other side an item belongs to. It is copied at creation, for the
/// ledger's eyes only.
pub(crate) fn reference(side: Side) -> FieldName {
    FieldName::new(if side == Side::Left { "ref" } else { "Ref" })
}

/// Everybody.
#[derive(Default)]
pub(crate) struct People {
    pub(crate) ledger: Ledger,
    count: u64,
}

impl People {
    fn number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// Somebody makes an item.
    pub(crate) fn create(&mut self, site: &mut Site, dice: &Dice, now: Timestamp) -> String {
        let reference_text = format!("r{}", self.number());
        let mut fields = BTreeMap::from([
            (reference(site.side), Value::Text(reference_text.clone())),
            (Kind::State.name(site.side), state(states(site.side)[0])),
        ]);
        for kind in [Kind::Title, Kind::Body, Kind::Priority, Kind::Tags, Kind::Owner, Kind::Memo] {
            let wanted = kind == Kind::Title || dice.chance(60);
            if wanted && !(kind == Kind::Memo && site.side == Side::Right) {
                let value = self.value(kind, site, None, dice);
                fields.insert(kind.name(site.side), value);
            }
        }
        let id = site.create(fields, None, "ada", now);
        let thing = &site.things[&id];
        self.ledger.created(site.side, &reference_text, thing);
        id
    }

    /// Somebody edits a field of an item.
    pub(crate) fn edit(&mut self, site: &mut Site, item: &str, dice: &Dice, now: Timestamp) {
        let kind = *dice.pick(&Kind::ALL);
        let name = kind.name(site.side);
        let seen = site.things[item].fields.get(&name).cloned().unwrap_or(Value::Null);
        let value = self.value(kind, site, Some(&seen), dice);
        self.ledger.edited(site, item, kind, &seen, &site.hold(&value));
        site.set(item, &name, &value, if dice.chance(50) { "ada" } else { "bob" }, now);
    }

    fn value(&mut self, kind: Kind, site: &Site, seen: Option<&Value>, dice: &Dice) -> Value {
        let n = self.number();
        match kind {
            Kind::Title => {
                let tail = *dice.pick(&["", "  ", " and much more of it", " bad"]);
                Value::Text(format!("t{n}{tail}"))
            }
            Kind::Memo => Value::Text(format!("m{n}")),
            Kind::Body => Value::Rich(Doc::from_plain(&format!("text {n}"))),
            Kind::Priority => state(dice.pick::<&str>(match site.side {
                Side::Left => ["P1", "P2", "P3", "P4"].as_slice(),
                Side::Right => ["High", "Low"].as_slice(),
            })),
            Kind::State => state(dice.pick::<&str>(states(site.side))),
            Kind::Owner if dice.chance(20) => Value::Null,
            Kind::Owner => Value::Person(Person::of(*dice.pick(match site.side {
                Side::Left => &["l-ada", "l-bob"],
                Side::Right => &["r-ada", "r-bob"],
            }))),
            Kind::Tags => {
                let mut tags = ledger::tags(seen.unwrap_or(&Value::Null));
                let tag = (*dice.pick(&["red", "green", "blue", "black"])).to_owned();
                if !tags.remove(&tag) {
                    tags.insert(tag);
                }
                Value::Set(tags.into_iter().map(Value::Text).collect())
            }
        }
    }

    /// Somebody writes a comment, or edits one: their own or a mirror.
    pub(crate) fn talk(&mut self, site: &mut Site, item: &str, dice: &Dice, now: Timestamp) {
        let remarks = site.things[item].remarks.clone();
        let who = *dice.pick(&["bob", "bob", "ada"]);
        if remarks.is_empty() || dice.chance(50) {
            let token = format!("«{}»", self.number());
            let remark = site.comment(item, Doc::from_plain(&format!("{token}0")), None, who, now);
            self.ledger.commented(site, item, &token, &remark);
            return;
        }
        let remark = dice.pick(&remarks);
        let Some(token) = ledger::token(&remark.body) else { return };
        let text = format!("{token}{}", self.number());
        let lines = remark.body.plain();
        // A mirror's first line says who wrote it; people leave it alone.
        let header = lines.lines().next().filter(|line| line.ends_with(':'));
        let body = header.map_or_else(|| text.clone(), |header| format!("{header}\n{text}"));
        self.ledger.comment_edited(site, &token, &remark.body, &text);
        site.edit_comment(item, &remark.id, mirror(&body), who, now);
    }

    /// What is being done, for the trace.
    pub(crate) fn deeds(&self) -> &[Deed] {
        &self.ledger.deeds
    }
}

/// A body of one paragraph a line.
fn mirror(text: &str) -> Doc {
    let mut doc = Doc::default();
    for line in text.lines() {
        doc.blocks.extend(Doc::from_plain(line).blocks);
    }
    doc
}
