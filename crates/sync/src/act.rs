//! Carrying out a plan: journal first, then call, then read back.
//!
//! Every call is committed as `sending` before it leaves, so that after a crash the next look knows what may
//! have happened. Field updates go first, the workflow state after them (a transition may lock fields), comments
//! last. One thing refused holds back that thing and nothing else.

use bowline_core::activity::Deed;
use bowline_core::command::{Before, Command, CommandKind, CommandState, SentField, Write, Written};
use bowline_core::commit::Change;
use bowline_core::failure::{Act, Executed, Failure, Words};
use bowline_core::item::Step;
use bowline_core::port::Ask;
use bowline_core::{CommandId, Item, Side, Version, crash};
use bowline_mapping::TypeMapping;

use crate::base::{Held, Why, short};
use crate::comments::{CommentAct, CommentPlan};
use crate::decide::{Plan, Push, remember_target};
use crate::look::Look;
use crate::outcome::{OnSide, Stop};
use crate::path::MAX_HOPS;
use crate::reconcile::{self, Conversation};
use crate::speak::{self, Speaker};
use crate::steps::Way;
use crate::{say, steps};

/// What came of a plan.
#[derive(Debug, Default)]
pub(crate) struct Carried {
    /// Whether somebody edited while we wrote: look again at once.
    pub(crate) dirty: bool,
    /// Whether the outcome of an earlier call is still open.
    pub(crate) unsettled: bool,
    /// Whether nobody knows what became of a person's call: the rest of the plan is left to the next look.
    pub(crate) ends_here: bool,
    /// The versions read back, where nothing but our writes was in them.
    left: Option<Version>,
    right: Option<Version>,
}

impl Carried {
    /// The version up to which a side was dealt with by our own writes.
    pub(crate) const fn read(&self, side: Side) -> Option<Version> {
        match side {
            Side::Left => self.left,
            Side::Right => self.right,
        }
    }

    const fn read_mut(&mut self, side: Side) -> &mut Option<Version> {
        match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        }
    }
}

/// A journaled call that has not been made yet.
pub(crate) struct Job {
    pub(crate) id: CommandId,
    pub(crate) side: Side,
    pub(crate) task: Task,
}

/// What a call does.
pub(crate) enum Task {
    Fields(Vec<Push>),
    State { push: Push, step: Step },
    Comment(CommentAct, Speaker),
}

/// Carries out a plan and the comments that go with it.
pub(crate) async fn carry_out(
    look: &mut Look<'_>,
    mapping: &TypeMapping,
    items: &(Item, Item),
    plan: Plan,
    conversation: Option<Conversation>,
) -> Result<Carried, Stop> {
    let mut carried = Carried::default();
    let (mut jobs, moved) = field_jobs(look, mapping, items, &plan).await?;
    carried.dirty = moved;
    if let Some(conversation) = &conversation {
        let CommentPlan { acts, unsettled, .. } = reconcile::plan_comments(look, conversation);
        carried.unsettled = unsettled;
        for act in acts {
            let (side, speaker) = (act.target(), speak::speaker(look, &act).await?);
            if act.was_refused() && matches!(speaker, Speaker::Service) && !look.forced() {
                // Nothing has changed since the tool refused it. The finding stays.
                continue;
            }
            let act = speak::named(look, act, &speaker).await?;
            jobs.push(Job { id: say::draw(look), side, task: Task::Comment(act, speaker) });
        }
    }
    if jobs.is_empty() {
        return Ok(carried);
    }
    for job in &jobs {
        let item = if job.side == Side::Left { &items.0 } else { &items.1 };
        let command = journal_row(look, mapping, item, job);
        look.changes.push(Change::AddCommand(Box::new(command)));
    }
    crash::point("sync.journal.before");
    look.flush().await?;
    crash::point("sync.journal.after");
    let mut work = Work { look, mapping, items: items.clone(), conversation, carried };
    let mut jobs = jobs.into_iter();
    while let Some(job) = jobs.next() {
        // Somebody edited meanwhile: what was decided about fields and states is out of date.
        if work.carried.dirty && !matches!(job.task, Task::Comment(..)) {
            work.settle(job.id, CommandState::Dropped, None);
            continue;
        }
        let called = work.call(job).await;
        if called.is_err() || work.carried.ends_here {
            // What was journaled and never sent is known not to have happened.
            let drop =
                |job: Job| Change::SettleCommand { id: job.id, state: CommandState::Dropped, code: None };
            work.look.changes.extend(jobs.map(drop));
            called?;
            break;
        }
    }
    Ok(work.carried)
}

/// The writes of fields and states, and whether an item moved while its way was looked for.
async fn field_jobs(
    look: &mut Look<'_>,
    mapping: &TypeMapping,
    items: &(Item, Item),
    plan: &Plan,
) -> Result<(Vec<Job>, bool), Stop> {
    let (mut jobs, mut moved) = (Vec::new(), false);
    for side in Side::BOTH {
        let fields: Vec<Push> = plan.pushes(side).iter().filter(|push| !push.is_state).cloned().collect();
        if !fields.is_empty() {
            jobs.push(Job { id: say::draw(look), side, task: Task::Fields(fields) });
        }
        let item = if side == Side::Left { &items.0 } else { &items.1 };
        for push in plan.pushes(side).iter().filter(|push| push.is_state) {
            match steps::next(look, mapping, side, item, push).await? {
                Way::Take(step) => {
                    let task = Task::State { push: push.clone(), step };
                    jobs.push(Job { id: say::draw(look), side, task });
                }
                Way::Moved => moved = true,
                Way::None => {
                    let words = Words::default();
                    hold(look, side, std::slice::from_ref(push), Why::NoPath, &words).await?;
                }
            }
        }
    }
    Ok((jobs, moved))
}

fn journal_row(look: &Look<'_>, mapping: &TypeMapping, item: &Item, job: &Job) -> Command {
    let (kind, fields, comment) = match &job.task {
        Task::Fields(pushes) => {
            (CommandKind::Update, pushes.iter().map(|push| sent(job.side, push)).collect(), None)
        }
        Task::State { push, step } => {
            let leg = steps::leg(look, mapping, job.side, push, step);
            (CommandKind::Step, vec![sent(job.side, &leg)], None)
        }
        Task::Comment(act, speaker) => say::journaled(look, act, speaker),
    };
    Command {
        tenant: look.claim.tenant,
        id: job.id,
        share: look.view.share.id,
        target: job.side,
        kind,
        state: CommandState::Sending,
        revision: look.profile.revision,
        fields,
        before: Some(Before { version: item.version, updated_at: item.updated_at }),
        comment,
        sent_at: look.engine.now(),
        code: None,
    }
}

fn sent(target: Side, push: &Push) -> SentField {
    SentField {
        key: push.key,
        source: push.pair.side(target.other()),
        sent: Some(push.pair.side(target)),
        half: push.half,
        acted: None,
    }
}

/// A plan being carried out.
pub(crate) struct Work<'a, 'b> {
    pub(crate) look: &'a mut Look<'b>,
    mapping: &'a TypeMapping,
    /// Both items as last read; every read-back replaces one.
    items: (Item, Item),
    pub(crate) conversation: Option<Conversation>,
    pub(crate) carried: Carried,
}

impl Work<'_, '_> {
    async fn call(&mut self, job: Job) -> Result<(), Stop> {
        let Job { id, side, task } = job;
        match task {
            Task::Fields(pushes) => self.fields(id, side, pushes).await,
            Task::State { push, step } => self.state(id, side, push, step).await,
            Task::Comment(act, speaker) => speak::comment(self, id, act, speaker).await,
        }
    }

    const fn item(&self, side: Side) -> &Item {
        match side {
            Side::Left => &self.items.0,
            Side::Right => &self.items.1,
        }
    }

    async fn send(&mut self, side: Side, write: &Write) -> Result<Result<Written, Failure>, Stop> {
        crash::point("sync.call.before");
        let written = self.look.write(side, write).await;
        crash::point("sync.call.after");
        written
    }

    pub(crate) fn settle(&mut self, id: CommandId, state: CommandState, code: Option<bowline_core::Code>) {
        self.look.changes.push(Change::SettleCommand { id, state, code });
    }

    /// What a failed call means for its journal row. `Ok` if it was refused for good and the rest may go on.
    pub(crate) fn failed(&mut self, id: CommandId, side: Side, failure: Failure) -> Result<Failure, Stop> {
        match (failure.act, failure.executed) {
            (Act::Park, Executed::No) => {
                self.settle(id, CommandState::Refused, Some(failure.code.clone()));
                Ok(failure)
            }
            (_, Executed::No) => {
                self.settle(id, CommandState::Dropped, Some(failure.code.clone()));
                Err(Stop::Tool(Some(side), failure))
            }
            (_, Executed::Unknown) => {
                // Still open: the journal takes up when it was heard of last.
                self.settle(id, CommandState::Sending, None);
                Err(Stop::Tool(Some(side), failure))
            }
        }
    }

    async fn fields(&mut self, id: CommandId, side: Side, pushes: Vec<Push>) -> Result<(), Stop> {
        let item = self.item(side);
        let write = Write::Update {
            at: item.at.clone(),
            fields: pushes.iter().map(|push| (push.field.clone(), push.value.clone())).collect(),
            was: pushes.iter().map(|push| (push.field.clone(), item.value(&push.field).clone())).collect(),
            read: self.look.rules.fields_to_read(side),
        };
        let written = match self.send(side, &write).await? {
            Ok(written) => written,
            Err(failure) => {
                let failure = self.failed(id, side, failure)?;
                return hold(self.look, side, &pushes, Why::Refused, &failure.words).await;
            }
        };
        let is_refused =
            |push: &Push| written.refused.iter().any(|refusal| refusal.fields.contains(&push.field));
        let (refused, taken): (Vec<Push>, Vec<Push>) = pushes.into_iter().partition(is_refused);
        for refusal in &written.refused {
            let of = |push: &&Push| refusal.fields.contains(&push.field);
            let pushes: Vec<Push> = refused.iter().filter(of).cloned().collect();
            hold(self.look, side, &pushes, Why::Refused, &refusal.words).await?;
        }
        let state = if refused.is_empty() { CommandState::Verified } else { CommandState::Partial };
        self.settle(id, state, None);
        self.landed(side, &taken, written.item.as_ref()).await?;
        if !taken.is_empty() {
            let labels = taken.iter().map(|push| push.label.clone()).collect();
            self.look.note(Deed::Synced, Some(side), labels, None);
        }
        Ok(())
    }

    /// Compares what was read back with what was sent, and moves the base.
    async fn landed(&mut self, side: Side, pushes: &[Push], read: Option<&Item>) -> Result<(), Stop> {
        let before = self.item(side).version;
        let mut clean = read.is_some();
        let mut dropped = Vec::new();
        for push in pushes {
            let sent = push.pair.side(side);
            let print = read.and_then(|item| self.print(side, push.key, item));
            if print.is_some_and(|print| print != sent) && read.is_some_and(|item| item.version == before) {
                dropped.push(push.clone());
                continue;
            }
            clean &= print == Some(sent);
            let base = (self.look.engine.laws.rebase)(print.unwrap_or(sent), sent);
            let known = self.look.base.field_mut(push.key);
            let pair = push.pair.clone().with(side, base);
            known.pair = Some(if push.half { pair.never(side) } else { pair });
            known.held = None;
            known.laps = push.laps;
        }
        hold(self.look, side, &dropped, Why::Dropped, &Words::default()).await?;
        match read {
            Some(item) => self.read_back(side, pushes, item.clone(), clean),
            None => self.carried.dirty = true,
        }
        Ok(())
    }

    /// Whether anybody else's edit is in what was read back: in the fields we wrote, or in any other.
    fn read_back(&mut self, side: Side, pushes: &[Push], item: Item, clean: bool) {
        let ours = |key: u64| pushes.iter().any(|push| push.key == key);
        let others_still = self.mapping.mappings().filter(|field| !ours(field.key())).all(|field| {
            self.print(side, field.key(), &item) == self.print(side, field.key(), self.item(side))
        });
        if clean && others_still && !self.carried.dirty {
            *self.carried.read_mut(side) = Some(item.version);
        } else {
            self.carried.dirty = true;
            *self.carried.read_mut(side) = None;
        }
        match side {
            Side::Left => self.items.0 = item,
            Side::Right => self.items.1 = item,
        }
    }

    fn print(&self, side: Side, key: u64, item: &Item) -> Option<bowline_core::fingerprint::Fingerprint> {
        let field = self.mapping.mappings().find(|field| field.key() == key)?;
        let name = field.field(side)?;
        Some(self.look.prints.of(name, &field.normal(item.value(name))))
    }

    /// Takes steps through the workflow until the wanted state is reached. Each is journaled before it is taken;
    /// what was reached stays reached.
    async fn state(&mut self, mut id: CommandId, side: Side, push: Push, mut step: Step) -> Result<(), Stop> {
        for hop in 1.. {
            let leg = steps::leg(self.look, self.mapping, side, &push, &step);
            let written = match self.step(side, &step).await? {
                Ok(written) => written,
                Err(failure) => {
                    let failure = self.failed(id, side, failure)?;
                    let why = if hop == 1 { Why::Refused } else { Why::PartialPath };
                    return self.step_refused(side, push, why, &failure.words).await;
                }
            };
            self.settle(id, CommandState::Verified, None);
            self.landed(side, std::slice::from_ref(&leg), written.item.as_ref()).await?;
            if steps::is_wanted(&step, &push) {
                self.look.note(Deed::Synced, Some(side), vec![push.label], None);
                return Ok(());
            }
            if self.carried.dirty {
                // Somebody moved it meanwhile, or nothing could be read back: the next look goes on from there.
                return Ok(());
            }
            let way = if hop < MAX_HOPS {
                steps::next(self.look, self.mapping, side, self.item(side), &push).await?
            } else {
                Way::None
            };
            let next = match way {
                Way::Take(next) => next,
                Way::Moved => {
                    self.carried.dirty = true;
                    return Ok(());
                }
                Way::None => {
                    return hold(self.look, side, &[push], Why::PartialPath, &Words::default()).await;
                }
            };
            (id, step) = (say::draw(self.look), next);
            let task = Task::State { push: push.clone(), step: step.clone() };
            self.journal(&Job { id, side, task }).await?;
        }
        Ok(())
    }

    /// A step was refused: because the item is no longer where it was, or for good.
    async fn step_refused(&mut self, side: Side, push: Push, why: Why, words: &Words) -> Result<(), Stop> {
        steps::forget(self.look, side, self.item(side), &push);
        let at = &self.item(side).at;
        let fields = vec![push.field.clone()];
        let ask = Ask { id: at.id.clone(), kind: Some(at.kind.clone()), fields, history: false };
        let now = self.look.far(side).tool.find(&ask).await.on(side)?;
        let known = self.item(side);
        // It may have gone elsewhere and come back between the refusal and this read.
        let moved = |now: Item| {
            now.version != known.version
                || self.print(side, push.key, &now) != self.print(side, push.key, known)
        };
        if now.is_some_and(moved) {
            self.carried.dirty = true;
            return Ok(());
        }
        hold(self.look, side, &[push], why, words).await
    }

    async fn step(&mut self, side: Side, step: &Step) -> Result<Result<Written, Failure>, Stop> {
        let write = Write::Step {
            at: self.item(side).at.clone(),
            fields: steps::supplied(self.mapping, side, step),
            step: step.clone(),
            read: self.look.rules.fields_to_read(side),
        };
        self.send(side, &write).await
    }

    pub(crate) async fn journal(&mut self, job: &Job) -> Result<(), Stop> {
        let command = journal_row(self.look, self.mapping, self.item(job.side), job);
        self.look.changes.push(Change::AddCommand(Box::new(command)));
        self.look.flush().await
    }
}

/// Holds values back until something changes, and says so.
async fn hold(
    look: &mut Look<'_>,
    target: Side,
    pushes: &[Push],
    why: Why,
    words: &Words,
) -> Result<(), Stop> {
    for push in pushes {
        let source = target.other();
        remember_target(&mut look.base, push.key, &push.now, target);
        look.base.field_mut(push.key).held =
            Some(Held { source, value: short(push.pair.side(source)), revision: look.profile.revision, why });
        look.raise(why.code(), Some(target), Some(push.label.clone()), words).await?;
        look.note(Deed::Held, Some(target), vec![push.label.clone()], Some(why.code()));
    }
    Ok(())
}
