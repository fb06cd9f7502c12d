//! The port to a simulated tool: pauses before and after each call, and fails in every way a real one does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bowline_core::command::{Refusal, Write, Written};
use bowline_core::comment::Comment;
use bowline_core::connection::{Connection, Identity, ToolKind};
use bowline_core::delegation::Delegate;
use bowline_core::event::{Delivery, Hint, Unreadable};
use bowline_core::failure::{Executed, Words};
use bowline_core::item::{Locator, Phase, Step};
use bowline_core::port::{
    Ask, Asker, Catalogue, ChangedAsk, ChangedPage, Clock, FieldSchema, Glimpse, Hints, MarkerAsk, Tool,
    Tools, TypeSchema,
};
use bowline_core::text::Doc;
use bowline_core::value::{Choice, Person};
use bowline_core::{Failure, FieldName, Item, Side, SignedDuration, Timestamp, Value, code};

use super::dice::Dice;
use super::executor::pause;
use super::ledger::{reference_of, tags};
use super::moments::Moments;
use super::people::People;
use super::ports::FakeClock;
use super::site::{ROBOT, Remark, Site, Thing, states};
use super::unsure::Unsure;

/// No call of ours lives longer; a later answer is a time-out.
const CALL_TIMEOUT: SignedDuration = SignedDuration::from_secs(30);

/// Both tools and what they share.
pub(crate) struct Land {
    pub(crate) sites: [Mutex<Site>; 2],
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) dice: Arc<Dice>,
    /// In percent, how often a call meets a fault; 0 once the weather clears.
    pub(crate) trouble: std::sync::atomic::AtomicU64,
    /// Lets a person edit between our write and our read-back.
    pub(crate) people: Mutex<People>,
    pub(crate) trace: Mutex<Vec<String>>,
    pub(crate) started: Timestamp,
    pub(crate) moments: Arc<Moments>,
    pub(crate) unsure: Unsure,
}

impl Land {
    /// Writes a line into the trace of the history.
    pub(crate) fn say(&self, line: String) {
        let after = self.clock.now().duration_since(self.started).as_secs_f64();
        self.trace.lock().unwrap().push(format!("{after:9.3} {line}"));
    }

    pub(crate) fn trace(&self) -> Vec<String> {
        self.trace.lock().unwrap().clone()
    }

    pub(crate) fn site(&self, side: Side) -> std::sync::MutexGuard<'_, Site> {
        self.sites[usize::from(side == Side::Right)].lock().unwrap()
    }

    fn trouble(&self) -> bool {
        self.dice.chance(self.trouble.load(std::sync::atomic::Ordering::Relaxed))
    }
}

/// One side's tool.
pub(crate) struct FakeTool {
    pub(crate) land: Arc<Land>,
    pub(crate) side: Side,
    /// As whom it is used.
    pub(crate) actor: String,
}

/// Reads the events of these tools: their body is the hint itself.
pub(crate) struct FakeHints;

impl Hints for FakeHints {
    fn hint(&self, delivery: &Delivery) -> Result<Hint, Unreadable> {
        serde_json::from_slice(&delivery.body).map_err(|_| Unreadable { reason: "not a hint".into() })
    }
}

/// Makes the tools: the left connection is a Jira by name, the right one a Targetprocess.
pub(crate) struct FakeTools(pub(crate) Arc<Land>);

impl FakeTools {
    fn at(&self, connection: &Connection, actor: &str) -> Arc<FakeTool> {
        let side = if connection.tool == ToolKind::Targetprocess { Side::Right } else { Side::Left };
        Arc::new(FakeTool { land: Arc::clone(&self.0), side, actor: actor.to_owned() })
    }
}

impl Tools for FakeTools {
    fn hints(&self, _: ToolKind) -> Arc<dyn Hints> {
        Arc::new(FakeHints)
    }

    fn tool(&self, connection: &Connection) -> Arc<dyn Tool> {
        self.at(connection, ROBOT)
    }

    fn acting(&self, connection: &Connection, delegate: &Delegate) -> Arc<dyn Tool> {
        self.at(connection, &delegate.delegation.person)
    }

    fn catalogue(&self, connection: &Connection) -> Arc<dyn Catalogue> {
        self.at(connection, ROBOT)
    }
}

impl FakeTool {
    fn now(&self) -> Timestamp {
        self.land.clock.now()
    }

    /// A call that reads: it may fail, and it takes time.
    async fn read<T>(&self, with: impl FnOnce(&Site) -> T) -> Result<T, Failure> {
        pause().await;
        if self.land.trouble() {
            return Err(Failure::retry(code::NET_TIMEOUT, Executed::No));
        }
        let read = with(&self.land.site(self.side));
        pause().await;
        Ok(read)
    }

    /// What befalls people and never the robot: their tokens are not taken, they may not write here, there is no token just
    /// now, they have had their share, or their calls come to nothing.
    fn refuse_a_person(&self) -> Result<(), Failure> {
        if self.actor == ROBOT || !self.land.dice.chance(25) {
            return Ok(());
        }
        self.land.say(format!("{} refuses {}", self.side, self.actor));
        Err(match self.land.dice.below(6) {
            0 => Failure::wait(code::AUTH_REJECTED),
            1 => Failure::wait(code::AUTH_SCOPE_MISSING),
            2 => Failure::retry(code::AUTH_TOKEN_STALE, Executed::No),
            3 => Failure::throttled(Duration::from_secs(1_800)),
            // For nobody but them, and nothing comes of it.
            4 => Failure::retry(code::NET_TIMEOUT, Executed::Unknown),
            _ => Failure::park(code::TOOL_REFUSED),
        })
    }

    /// A call that writes: it may fail before, it may be carried out and fail after, and a person may edit
    /// before the answer is made.
    async fn change<T>(
        &self,
        item: Option<&str>,
        what: String,
        with: impl FnOnce(&mut Site, Timestamp) -> Result<String, Failure>,
        answer: impl FnOnce(&Site, &str) -> T,
    ) -> Result<T, Failure> {
        let started = self.now();
        pause().await;
        self.refuse_a_person()?;
        if self.land.trouble() {
            return Err(match self.land.dice.below(3) {
                0 => Failure::throttled(Duration::from_secs(3)),
                1 => Failure::retry(code::NET_UNREACHABLE, Executed::No),
                _ => Failure::retry(code::NET_TIMEOUT, Executed::Unknown),
            });
        }
        if self.now().duration_since(started) > CALL_TIMEOUT {
            return Err(Failure::retry(code::NET_TIMEOUT, Executed::Unknown));
        }
        let made = {
            let mut site = self.land.site(self.side);
            with(&mut site, self.now())?
        };
        if let Some(item) = item
            && self.land.trouble()
        {
            let mut people = self.land.people.lock().unwrap();
            people.edit(&mut self.land.site(self.side), item, &self.land.dice, self.now());
            let last = people.deeds().last().cloned().unwrap_or_default();
            self.land.say(format!("in between: {last}"));
        }
        self.land.say(format!("{} {} {what}", self.side, self.actor));
        let read = answer(&self.land.site(self.side), &made);
        pause().await;
        if self.land.trouble() {
            return Err(Failure::retry(code::NET_TIMEOUT, Executed::Unknown));
        }
        Ok(read)
    }

    fn picture(&self, thing: &Thing, read: &[FieldName], history: bool) -> Item {
        self.land.moments.read(self.side, &reference_of(thing, self.side));
        let field = |name: &FieldName| (name.clone(), thing.fields.get(name).cloned().unwrap_or(Value::Null));
        Item {
            at: self.locator(&thing.id),
            version: thing.version,
            updated_at: thing.updated_at,
            fields: read.iter().map(field).collect(),
            changed_at: if history { self.history(thing) } else { BTreeMap::new() },
            marker: thing.marker,
        }
    }

    /// A history is never empty once it was asked for: an untouched item says when it was created.
    fn history(&self, thing: &Thing) -> BTreeMap<FieldName, Timestamp> {
        let mut history = thing.changed_at.clone();
        history.insert(FieldName::new("created"), thing.created_at);
        history
    }

    fn locator(&self, id: &str) -> Locator {
        let (kind, scope) = match self.side {
            Side::Left => ("Story", "LEFT"),
            Side::Right => ("UserStory", "Right"),
        };
        Locator {
            id: id.to_owned(),
            kind: kind.to_owned(),
            key: format!("{scope}-{id}"),
            scope: scope.to_owned(),
            url: format!("https://{scope}.example/{id}"),
        }
    }

    fn ways(&self, thing: &Thing) -> Vec<Step> {
        let names = states(self.side);
        let now = names.iter().position(|name| thing.fields.get(&self.state()) == Some(&state(name)));
        let Some(now) = now else { return Vec::new() };
        let near = |to: &usize| to.abs_diff(now) == 1;
        (0..names.len()).filter(near).map(|to| step(names[to], to)).collect()
    }

    fn state(&self) -> FieldName {
        FieldName::new(if self.side == Side::Left { "state" } else { "Stage" })
    }

    /// The left tool adds to sets and takes from them; the right one replaces them, and what somebody changed
    /// since the robot last read is gone: nothing it offers could prevent that, so it is counted and excused.
    fn set_all(
        &self,
        site: &mut Site,
        item: &str,
        fields: &BTreeMap<FieldName, Value>,
        was: &BTreeMap<FieldName, Value>,
        now: Timestamp,
    ) {
        for (name, value) in fields {
            if hates(site, name, value) {
                continue;
            }
            let (Value::Set(_), Some(before)) = (value, was.get(name)) else {
                site.set(item, name, value, ROBOT, now);
                continue;
            };
            let present = tags(site.things[item].fields.get(name).unwrap_or(&Value::Null));
            let (before, wanted) = (tags(before), tags(value));
            let merged: BTreeSet<String> = present
                .iter()
                .filter(|tag| !before.contains(*tag) || wanted.contains(*tag))
                .chain(wanted.difference(&before))
                .cloned()
                .collect();
            if self.side == Side::Left {
                if present != before {
                    let reference = reference_of(&site.things[item], Side::Left);
                    site.mixed.push((reference, present.clone(), merged.clone()));
                }
                site.set(item, name, &Value::Set(merged.into_iter().map(Value::Text).collect()), ROBOT, now);
            } else {
                site.undone
                    .extend(merged.symmetric_difference(&wanted).map(|tag| (item.to_owned(), tag.clone())));
                site.set(item, name, value, ROBOT, now);
            }
        }
    }

    fn refusals(&self, fields: &BTreeMap<FieldName, Value>) -> Vec<Refusal> {
        let site = self.land.site(self.side);
        let refuse = |name: &FieldName| Refusal {
            fields: vec![name.clone()],
            code: code::SYNC_FIELD_REFUSED,
            words: Words::new("not on the screen"),
        };
        fields
            .iter()
            .filter(|(name, value)| hates(&site, name, value))
            .map(|(name, _)| refuse(name))
            .collect()
    }
}

fn hates(site: &Site, name: &FieldName, value: &Value) -> bool {
    matches!(name.as_str(), "title" | "Name")
        && matches!((value, &site.temper.hated), (Value::Text(text), Some(hated)) if text.contains(hated))
}

/// A state as a value.
pub(crate) fn state(name: &str) -> Value {
    Value::Choice(Choice::named(name))
}

fn step(to: &str, position: usize) -> Step {
    let phase = match position {
        0 => Phase::New,
        3 => Phase::Done,
        _ => Phase::Underway,
    };
    let (id, to_id, to_name) = (format!("to-{position}"), position.to_string(), to.to_owned());
    Step { id, to_id, to_name, phase, required: Vec::new(), accepted: Vec::new() }
}

fn comment(side: Side, remark: &Remark) -> Comment {
    Comment {
        id: remark.id.clone(),
        author: Person { id: remark.author.clone(), name: remark.author.clone() },
        // The right tool does not tell who edited, as Targetprocess does not.
        editor: (side == Side::Left).then(|| Person::of(remark.editor.clone())),
        body: remark.body.clone(),
        created_at: remark.created_at,
        updated_at: remark.updated_at,
        hidden: false,
        marker: remark.marker,
    }
}

#[async_trait]
impl Tool for FakeTool {
    fn hold(&self, _: &FieldName, value: &Value) -> Value {
        self.land.site(self.side).hold(value)
    }

    fn hold_comment(&self, body: &Doc) -> Doc {
        Doc::from_plain(body.plain().trim_end())
    }

    async fn find(&self, ask: &Ask) -> Result<Option<Item>, Failure> {
        self.land.unsure.look(self.side, &ask.id);
        self.read(|site| site.things.get(&ask.id).map(|thing| self.picture(thing, &ask.fields, ask.history)))
            .await
    }

    async fn comments(&self, at: &Locator) -> Result<Vec<Comment>, Failure> {
        self.read(|site| {
            site.things
                .get(&at.id)
                .map(|thing| thing.remarks.iter().map(|remark| comment(self.side, remark)).collect())
                .unwrap_or_default()
        })
        .await
    }

    async fn changed(&self, ask: &ChangedAsk) -> Result<ChangedPage, Failure> {
        let now = self.now();
        self.read(|site| {
            let indexed =
                |thing: &&Thing| thing.updated_at <= now - site.temper.lag && thing.updated_at >= ask.since;
            let glimpse = |thing: &Thing| {
                let at = self.locator(&thing.id);
                let (version, updated_at) = (thing.version, thing.updated_at);
                Glimpse {
                    id: at.id,
                    kind: at.kind,
                    scope: at.scope,
                    version,
                    updated_at,
                    comments_only: false,
                }
            };
            let mut glimpses: Vec<Glimpse> = site.things.values().filter(indexed).map(glimpse).collect();
            glimpses.sort_by_key(|glimpse| glimpse.updated_at);
            ChangedPage { glimpses, ..ChangedPage::default() }
        })
        .await
    }

    async fn marked(&self, ask: &MarkerAsk) -> Result<Option<Item>, Failure> {
        let now = self.now();
        self.read(|site| {
            let known = |thing: &&Thing| {
                thing.marker == Some(ask.marker) && thing.created_at <= now - site.temper.lag
            };
            site.things.values().find(known).map(|thing| self.picture(thing, &ask.fields, false))
        })
        .await
    }

    async fn steps(&self, at: &Locator) -> Result<Vec<Step>, Failure> {
        self.read(|site| site.things.get(&at.id).map(|thing| self.ways(thing)).unwrap_or_default()).await
    }

    async fn write(&self, write: &Write) -> Result<Written, Failure> {
        self.land.unsure.call(self.side, write);
        let written = self.made(write).await;
        if self.actor != ROBOT && written.as_ref().is_err_and(|failure| failure.executed == Executed::Unknown)
        {
            self.land.unsure.left_open(self.side, write);
        }
        written
    }
}

impl FakeTool {
    #[expect(clippy::too_many_lines, reason = "one arm for each kind of write")]
    async fn made(&self, write: &Write) -> Result<Written, Failure> {
        match write {
            Write::Create { marker, fields, read, .. } => {
                let refused = self.refusals(fields);
                let item = self
                    .change(
                        None,
                        format!("creates {fields:?}"),
                        |site, now| {
                            let mut fields: BTreeMap<FieldName, Value> = fields
                                .iter()
                                .filter(|(name, value)| !hates(site, name, value))
                                .map(|(name, value)| (name.clone(), value.clone()))
                                .collect();
                            fields.insert(self.state(), state(states(self.side)[0]));
                            let id = site.create(fields, Some(*marker), ROBOT, now);
                            // Where its workflow begins is nobody's word.
                            site.things.get_mut(&id).unwrap().by_hand.insert(self.state());
                            Ok(id)
                        },
                        |site, id| self.picture(&site.things[id], read, false),
                    )
                    .await?;
                Ok(Written { item: Some(item), refused, ..Written::default() })
            }
            Write::Update { at, fields, was, read } => {
                let refused = self.refusals(fields);
                let item = self
                    .change(
                        Some(&at.id),
                        format!("sets {} {fields:?}", at.id),
                        |site, now| {
                            self.set_all(site, &at.id, fields, was, now);
                            Ok(at.id.clone())
                        },
                        |site, id| self.picture(&site.things[id], read, false),
                    )
                    .await?;
                Ok(Written { item: Some(item), refused, ..Written::default() })
            }
            Write::Step { at, step, read, .. } => {
                let item = self
                    .change(
                        Some(&at.id),
                        format!("steps {} to {}", at.id, step.to_name),
                        |site, now| {
                            if !self.ways(&site.things[&at.id]).iter().any(|way| way.id == step.id) {
                                return Err(Failure::park(code::TOOL_REFUSED));
                            }
                            site.set(&at.id, &self.state(), &state(&step.to_name), ROBOT, now);
                            Ok(at.id.clone())
                        },
                        |site, id| self.picture(&site.things[id], read, false),
                    )
                    .await?;
                Ok(Written { item: Some(item), ..Written::default() })
            }
            Write::Comment { at, marker, body } => {
                let remark = self
                    .change(
                        None,
                        format!("comments on {}: {:?}", at.id, body.plain()),
                        |site, now| {
                            let body = Doc::from_plain(body.plain().trim_end());
                            let marker = Some(*marker).filter(|marker| !marker.uuid().is_nil());
                            Ok(site.comment(&at.id, body, marker, &self.actor, now).id)
                        },
                        |site, id| {
                            comment(
                                site.side,
                                site.things[&at.id].remarks.iter().find(|r| r.id == id).unwrap(),
                            )
                        },
                    )
                    .await?;
                Ok(Written { comment: Some(remark), ..Written::default() })
            }
            Write::EditComment { at, id, body } => {
                let remark = self
                    .change(
                        None,
                        format!("edits {id} on {}: {:?}", at.id, body.plain()),
                        |site, now| {
                            let body = Doc::from_plain(body.plain().trim_end());
                            let gone = || Failure::park(code::TOOL_NOT_FOUND);
                            site.edit_comment(&at.id, id, body, &self.actor, now)
                                .map(|r| r.id)
                                .ok_or_else(gone)
                        },
                        |site, id| {
                            comment(
                                site.side,
                                site.things[&at.id].remarks.iter().find(|r| r.id == id).unwrap(),
                            )
                        },
                    )
                    .await?;
                Ok(Written { comment: Some(remark), ..Written::default() })
            }
            Write::Unmark { .. } => Ok(Written::default()),
        }
    }
}

#[async_trait]
impl Catalogue for FakeTool {
    async fn probe(&self, _: Asker) -> Result<Identity, Failure> {
        self.read(|_| Identity { id: ROBOT.into(), name: ROBOT.into() }).await
    }

    async fn scopes(&self) -> Result<Vec<String>, Failure> {
        self.read(|_| vec![self.locator("").scope]).await
    }

    async fn kinds(&self, _: &str) -> Result<Vec<String>, Failure> {
        self.read(|_| vec![self.locator("").kind]).await
    }

    async fn schema(&self, scope: &str, kind: &str) -> Result<Arc<TypeSchema>, Failure> {
        let (scope, kind) = (scope.to_owned(), kind.to_owned());
        self.read(|_| {
            Arc::new(TypeSchema { scope, kind, fields: Vec::<FieldSchema>::new(), states: Vec::new() })
        })
        .await
    }

    async fn exemplar(&self, _: &str, _: &str, name: &str) -> Result<Option<Locator>, Failure> {
        self.read(|site| {
            let is_in = |thing: &&Thing| match thing.fields.get(&self.state()) {
                Some(Value::Choice(choice)) => choice.name.to_lowercase() == name.to_lowercase(),
                _ => false,
            };
            site.things.values().find(is_in).map(|thing| self.locator(&thing.id))
        })
        .await
    }

    async fn edits_all_comments(&self, _: &str) -> Result<Option<bool>, Failure> {
        Ok(None)
    }

    async fn item_of_comment(&self, id: &str) -> Result<Option<String>, Failure> {
        self.read(|site| {
            let has = |thing: &&Thing| thing.remarks.iter().any(|remark| remark.id == id);
            site.things.values().find(has).map(|thing| thing.id.clone())
        })
        .await
    }
}
