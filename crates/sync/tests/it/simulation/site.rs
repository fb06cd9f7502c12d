//! A tool as a person sees it: items with fields, a workflow, comments, a search index that lags, and events about
//! every change. Nothing here knows the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bowline_core::text::Doc;
use bowline_core::value::{Choice, Person};
use bowline_core::{CommandId, FieldName, ShareId, Side, SignedDuration, Timestamp, Value, Version};

use super::ledger::reference_of;
use super::moments::Moments;

/// Whom the tool takes the engine for.
pub(crate) const ROBOT: &str = "robot";

/// A comment.
#[derive(Clone, Debug)]
pub(crate) struct Remark {
    pub(crate) id: String,
    pub(crate) author: String,
    pub(crate) editor: String,
    pub(crate) body: Doc,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) marker: Option<CommandId>,
}

/// An item.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    pub(crate) id: String,
    pub(crate) fields: BTreeMap<FieldName, Value>,
    pub(crate) changed_at: BTreeMap<FieldName, Timestamp>,
    /// Fields that a person wrote last; all others are the robot's.
    pub(crate) by_hand: BTreeSet<FieldName>,
    /// For each field that the robot wrote: the last deed on the other side that it can have known then.
    pub(crate) known: BTreeMap<FieldName, u64>,
    pub(crate) version: Version,
    pub(crate) updated_at: Timestamp,
    pub(crate) created_at: Timestamp,
    pub(crate) marker: Option<ShareId>,
    pub(crate) remarks: Vec<Remark>,
}

/// What a tool tells about a change.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) item: String,
    pub(crate) comment: Option<(String, Timestamp)>,
    pub(crate) version: Version,
    pub(crate) actor: String,
    pub(crate) number: u64,
}

/// How a tool differs from an ideal one.
#[derive(Clone, Debug)]
pub(crate) struct Temper {
    /// Text fields hold at most so many characters; the rest is cut off in silence.
    pub(crate) clamp: usize,
    /// A value of the title that it refuses.
    pub(crate) hated: Option<String>,
    /// How far its search is behind.
    pub(crate) lag: SignedDuration,
    /// Whether comments can carry a marker.
    pub(crate) marks_comments: bool,
}

/// A tool.
pub(crate) struct Site {
    pub(crate) side: Side,
    pub(crate) things: BTreeMap<String, Thing>,
    pub(crate) events: Vec<Event>,
    /// Every field write that the robot made, whatever came of it.
    pub(crate) writes: Vec<FieldName>,
    pub(crate) temper: Temper,
    /// Tags of an item that somebody added or removed and that a replacing write undid unseen.
    pub(crate) undone: BTreeSet<(String, String)>,
    /// Tags of an item, by its reference, that somebody had changed when the robot added to them or took from them: what they
    /// were, and what they became.
    pub(crate) mixed: Vec<(String, BTreeSet<String>, BTreeSet<String>)>,
    pub(crate) moments: Arc<Moments>,
    counter: i64,
}

impl Site {
    pub(crate) fn new(side: Side, temper: Temper, moments: Arc<Moments>) -> Self {
        Self {
            side,
            things: BTreeMap::new(),
            events: Vec::new(),
            writes: Vec::new(),
            temper,
            undone: BTreeSet::new(),
            mixed: Vec::new(),
            moments,
            counter: 100,
        }
    }

    fn tick(&mut self) -> i64 {
        self.counter += 1;
        self.counter
    }

    fn tell(&mut self, item: &str, comment: Option<(String, Timestamp)>, actor: &str) {
        let number = self.tick().unsigned_abs();
        let version = self.things[item].version;
        let actor = actor.to_owned();
        self.events.push(Event { item: item.to_owned(), comment, version, actor, number });
    }

    /// The value as this tool holds it.
    pub(crate) fn hold(&self, value: &Value) -> Value {
        match value {
            Value::Text(text) => {
                let kept: String = text.trim_end().chars().take(self.temper.clamp).collect();
                if kept.is_empty() { Value::Null } else { Value::Text(kept) }
            }
            Value::Set(values) => {
                let names: BTreeSet<&str> = values
                    .iter()
                    .filter_map(|value| match value {
                        Value::Text(text) => Some(text.as_str()),
                        _ => None,
                    })
                    .collect();
                Value::Set(names.into_iter().map(|name| Value::Text(name.to_owned())).collect())
            }
            Value::Rich(doc) => Value::Rich(Doc::from_plain(doc.plain().trim_end())),
            Value::Choice(choice) => Value::Choice(Choice::named(choice.name.clone())),
            Value::Person(person) => Value::Person(Person::of(person.id.clone())),
            other => other.clone(),
        }
    }

    pub(crate) fn create(
        &mut self,
        fields: BTreeMap<FieldName, Value>,
        marker: Option<ShareId>,
        actor: &str,
        now: Timestamp,
    ) -> String {
        let id = self.tick().to_string();
        let version = Version(self.tick());
        let fields = fields.into_iter().map(|(name, value)| (name, self.hold(&value))).collect();
        let mut thing = Thing {
            id: id.clone(),
            fields,
            changed_at: BTreeMap::new(),
            by_hand: BTreeSet::new(),
            known: BTreeMap::new(),
            version,
            updated_at: now,
            created_at: now,
            marker,
            remarks: Vec::new(),
        };
        if actor == ROBOT {
            let known = self.moments.known(self.side.other(), &reference_of(&thing, self.side));
            thing.known = thing.fields.keys().map(|name| (name.clone(), known)).collect();
        }
        self.things.insert(id.clone(), thing);
        self.tell(&id, None, actor);
        id
    }

    /// Sets a field; a write of what is there already changes nothing and is not told.
    pub(crate) fn set(&mut self, item: &str, field: &FieldName, value: &Value, actor: &str, now: Timestamp) {
        let held = self.hold(value);
        if actor == ROBOT {
            self.writes.push(field.clone());
        }
        if self.things[item].fields.get(field).unwrap_or(&Value::Null) == &held {
            return;
        }
        let version = Version(self.tick());
        let known = self.moments.known(self.side.other(), &reference_of(&self.things[item], self.side));
        let thing = self.things.get_mut(item).unwrap();
        thing.known.insert(field.clone(), known);
        thing.fields.insert(field.clone(), held);
        thing.changed_at.insert(field.clone(), now);
        if actor == ROBOT {
            thing.by_hand.remove(field)
        } else {
            thing.by_hand.insert(field.clone())
        };
        (thing.version, thing.updated_at) = (version, now);
        self.tell(item, None, actor);
    }

    pub(crate) fn comment(
        &mut self,
        item: &str,
        body: Doc,
        marker: Option<CommandId>,
        actor: &str,
        now: Timestamp,
    ) -> Remark {
        let id = format!("c{}", self.tick());
        let marker = marker.filter(|_| self.temper.marks_comments);
        let (author, editor) = (actor.to_owned(), actor.to_owned());
        let remark =
            Remark { id: id.clone(), author, editor, body, created_at: now, updated_at: now, marker };
        self.things.get_mut(item).unwrap().remarks.push(remark.clone());
        self.touch(item, now);
        self.tell(item, Some((id, now)), actor);
        remark
    }

    pub(crate) fn edit_comment(
        &mut self,
        item: &str,
        comment: &str,
        body: Doc,
        actor: &str,
        now: Timestamp,
    ) -> Option<Remark> {
        let thing = self.things.get_mut(item)?;
        let remark = thing.remarks.iter_mut().find(|remark| remark.id == comment)?;
        remark.body = body;
        remark.editor = actor.to_owned();
        remark.updated_at = now;
        let remark = remark.clone();
        self.touch(item, now);
        self.tell(item, Some((comment.to_owned(), now)), actor);
        Some(remark)
    }

    fn touch(&mut self, item: &str, now: Timestamp) {
        let version = Version(self.tick());
        let thing = self.things.get_mut(item).unwrap();
        (thing.version, thing.updated_at) = (version, now);
    }
}

/// The workflow on both sides, by position; neighbours are one step apart.
pub(crate) const STATES: [[&str; 4]; 2] =
    [["Open", "Doing", "Review", "Closed"], ["New", "Active", "Testing", "Done"]];

/// The states of a side.
pub(crate) const fn states(side: Side) -> &'static [&'static str; 4] {
    match side {
        Side::Left => &STATES[0],
        Side::Right => &STATES[1],
    }
}
