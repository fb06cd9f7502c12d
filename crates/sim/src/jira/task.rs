//! Long-running tasks: what is done bit by bit while the simulator's clock goes, and can be watched and cancelled.
//!
//! A task is submitted whole. Its pieces are done one after the other, each when its time has come; see
//! [`Site::catch_up`](super::site::Site). What a piece does is in `deed::batch`.

use std::collections::VecDeque;

use serde_json::Value;

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::{Kind, Priority, Project, Resolution};
use crate::jira::custom::Custom;
use crate::jira::deed::adopt::Move;
use crate::jira::scheme::{Plan, SecurityScheme, WorkflowScheme};

/// How long a task waits before it starts, and how long each piece takes, in milliseconds. Atlassian tells neither;
/// these are of the order of the examples in its documents.
const WAIT: i64 = 200;
const PACE: i64 = 20;
/// How long a task can be looked at ("details are retained for 14 days", Get task).
const KEPT: i64 = 14 * 86_400_000;

/// Where the issues of a move go.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) project: Row<Project>,
    pub(crate) kind: Row<Kind>,
    /// For sub-tasks; the one they have when `None`.
    pub(crate) parent: Option<u32>,
    /// What the request says about them: statuses and fields.
    pub(crate) wishes: Value,
}

/// What becomes of security schemes once the issues have their new levels.
#[derive(Clone, Debug)]
pub(crate) enum Settled {
    /// A project has another scheme, or none.
    Scheme(Row<Project>, Option<Row<SecurityScheme>>),
    /// A level is no more.
    Gone(Row<SecurityScheme>, u32),
}

/// A setting that is to be no more, and what its issues get instead.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outdated {
    Priority(Row<Priority>, Row<Priority>),
    Resolution(Row<Resolution>, Row<Resolution>),
}

/// A piece of a task.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// An issue, and the body of an edit.
    Edit(u32, Value),
    /// An issue, and the id of a transition.
    Step(u32, String),
    Move(u32, Target),
    Delete(u32),
    /// Whoever submitted it watches the issue from now on, or no longer.
    Watch(u32, bool),
    DropField(Row<Custom>),
    DropProject(Row<Project>),
    /// Sets a property of an issue, or takes it away.
    Property {
        issue: u32,
        key: String,
        value: Option<Value>,
    },
    /// Puts an issue into the archive.
    Archive(u32),
    /// Issues get other security levels, or none.
    Relevel {
        issues: Vec<(u32, Option<u32>)>,
        then: Settled,
    },
    /// Issues with a priority or resolution get another one, and it is no more.
    Supersede(Outdated),
    /// Gives a workflow scheme another plan.
    Adopt {
        scheme: Row<WorkflowScheme>,
        plan: Plan,
        moves: Vec<Move>,
    },
    /// Gives a project another workflow scheme.
    Switch {
        project: Row<Project>,
        scheme: Row<WorkflowScheme>,
        moves: Vec<Move>,
    },
    /// Takes an option out of issues that may be changed, or puts another in its place.
    Withdraw {
        field: Row<Custom>,
        option: u32,
        instead: Option<u32>,
        issues: Vec<u32>,
    },
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Complete,
    Cancelled,
}

/// A task.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) id: u32,
    /// What it does, in words.
    pub(crate) title: String,
    /// Whether it is one of the bulk operations.
    pub(crate) bulk: bool,
    pub(crate) who: Person,
    pub(crate) submitted: i64,
    /// When its last piece was done, or it was submitted.
    pub(crate) updated: i64,
    pub(crate) total: usize,
    pub(crate) pieces: VecDeque<Piece>,
    pub(crate) end: Option<End>,
    /// The issues that went well, and those that did not with the reasons.
    pub(crate) processed: Vec<u32>,
    pub(crate) failed: Vec<(u32, Vec<String>)>,
    /// How many of the issues that were named are none, or may not be seen.
    pub(crate) invalid: usize,
    pub(crate) result: Option<Value>,
}

impl Task {
    /// When it starts.
    pub(crate) fn start(&self) -> i64 {
        self.submitted.saturating_add(WAIT)
    }

    /// When its next piece is done; `None` when it has ended.
    fn due(&self) -> Option<i64> {
        let done = i64::try_from(self.total.saturating_sub(self.pieces.len())).unwrap_or(i64::MAX);
        let next = self.start().saturating_add(PACE.saturating_mul(done.saturating_add(1)));
        self.end.is_none().then_some(next)
    }

    /// Jira's word for where it is.
    pub(crate) fn status(&self, now: i64) -> &'static str {
        match self.end {
            Some(End::Complete) => "COMPLETE",
            Some(End::Cancelled) => "CANCELLED",
            None if now < self.start() => "ENQUEUED",
            None => "RUNNING",
        }
    }

    /// How much of it is done, in hundredths.
    pub(crate) fn progress(&self) -> usize {
        match self.end {
            Some(End::Complete) => 100,
            _ => (100 * self.total.saturating_sub(self.pieces.len())).checked_div(self.total).unwrap_or(0),
        }
    }
}

/// All tasks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tasks {
    list: Vec<Task>,
    ever: u32,
}

impl Tasks {
    /// Submits a task; the answer is its id.
    pub(crate) fn submit(
        &mut self,
        (title, bulk): (&str, bool),
        who: Person,
        now: i64,
        pieces: Vec<Piece>,
    ) -> u32 {
        self.list.retain(|task| now.saturating_sub(task.submitted) <= KEPT || task.end.is_none());
        self.ever += 1;
        let id = 10_000 + self.ever;
        self.list.push(Task {
            id,
            title: title.to_owned(),
            bulk,
            who,
            submitted: now,
            updated: now,
            total: pieces.len(),
            pieces: pieces.into(),
            end: None,
            processed: Vec::new(),
            failed: Vec::new(),
            invalid: 0,
            result: None,
        });
        id
    }

    /// The task with this id, as long as it is kept.
    pub(crate) fn get(&self, id: &str, now: i64) -> Option<&Task> {
        let kept = |task: &&Task| now.saturating_sub(task.submitted) <= KEPT || task.end.is_none();
        self.list.iter().filter(kept).find(|task| task.id.to_string() == id)
    }

    /// The same, to change it.
    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut Task> {
        self.list.iter_mut().find(|task| task.id == id)
    }

    /// Tasks that have not ended.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Task> {
        self.list.iter().filter(|task| task.end.is_none())
    }

    /// When the next piece of any task is done.
    pub(crate) fn due(&self) -> Option<i64> {
        self.list.iter().filter_map(Task::due).min()
    }

    /// The piece that is due next, by its task; the task ends here if it has no more.
    pub(crate) fn take(&mut self, now: i64) -> Option<(u32, Option<Piece>)> {
        let due = |task: &&mut Task| task.due().is_some_and(|due| due <= now);
        let task = self.list.iter_mut().filter(due).min_by_key(|task| task.due())?;
        task.updated = task.due().unwrap_or(now);
        let piece = task.pieces.pop_front();
        if task.pieces.is_empty() {
            task.end = Some(End::Complete);
        }
        Some((task.id, piece))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_enqueued_runs_piece_by_piece_and_completes() {
        let mut tasks = Tasks::default();
        let id = tasks.submit(("x", true), Person(0), 1_000, vec![Piece::Delete(1), Piece::Delete(2)]);
        let status = |tasks: &Tasks, now| tasks.get(&id.to_string(), now).unwrap().status(now);
        assert_eq!(status(&tasks, 1_000), "ENQUEUED");
        assert_eq!(tasks.due(), Some(1_220));
        assert!(tasks.take(1_200).is_none());
        assert!(matches!(tasks.take(1_220), Some((_, Some(Piece::Delete(1))))));
        assert_eq!((status(&tasks, 1_220), tasks.get_mut(id).unwrap().progress()), ("RUNNING", 50));
        assert!(tasks.take(1_300).is_some());
        assert_eq!((status(&tasks, 1_300), tasks.due()), ("COMPLETE", None));
        assert!(tasks.get(&id.to_string(), 1_000 + KEPT + 1).is_none());
    }
}
