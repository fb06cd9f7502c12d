//! What hangs on an issue beside its comments: a parent and sub-tasks, links, files, logged work, votes.
//!
//! Most issues have none of it, so it stands in a box of its own. Things with ids of their own are found through the
//! [`Register`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::frame::call::Person;
use crate::frame::locked::Locked;
use crate::frame::spool::Spool;
use crate::frame::table::Row;
use crate::jira::issue::{Issue, Properties, Text, Visibility};

/// The id of the first thing of each kind, as in a fresh Jira.
const FIRST: u32 = 10_000;

/// How many issues somebody's history has ("issueHistory()": up to the last 50).
const HISTORY: usize = 50;

/// A kind of link between issues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LinkType {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    /// What the issue is that is linked to: "is blocked by".
    pub(crate) inward: Box<str>,
    /// What the issue does that the link begins at: "blocks".
    pub(crate) outward: Box<str>,
    /// Made by Jira itself and in no list: between a sub-task and its parent.
    pub(crate) system: bool,
}

/// A link between two issues: the source blocks the destination.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) id: u32,
    pub(crate) kind: Row<LinkType>,
    pub(crate) source: u32,
    pub(crate) destination: u32,
}

/// A picture with its title and where it leads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Icon {
    pub(crate) url: Option<Box<str>>,
    pub(crate) title: Option<Box<str>>,
    pub(crate) link: Option<Box<str>>,
}

/// A link to a thing in another system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Remote {
    pub(crate) id: u32,
    /// What the other system calls it; an issue has each at most once.
    pub(crate) global: Option<Box<str>>,
    pub(crate) application: (Option<Box<str>>, Option<Box<str>>),
    pub(crate) relationship: Option<Box<str>>,
    pub(crate) url: Box<str>,
    pub(crate) title: Box<str>,
    pub(crate) summary: Option<Box<str>>,
    pub(crate) icon: Icon,
    pub(crate) resolved: Option<bool>,
    pub(crate) status: Icon,
}

/// A file.
#[derive(Clone, Debug)]
pub(crate) struct Attachment {
    pub(crate) id: u32,
    pub(crate) author: Person,
    pub(crate) created: i64,
    pub(crate) name: Box<str>,
    pub(crate) media: Box<str>,
    pub(crate) content: Arc<Spool>,
}

impl Attachment {
    /// Whether Jira makes a thumbnail of it.
    pub(crate) fn is_picture(&self) -> bool {
        ["image/png", "image/jpeg", "image/gif", "image/bmp"].contains(&&*self.media)
    }
}

/// Work that somebody logged.
#[derive(Clone, Debug)]
pub(crate) struct Worklog {
    pub(crate) id: u32,
    pub(crate) author: Person,
    pub(crate) editor: Person,
    pub(crate) comment: Option<Text>,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) started: i64,
    pub(crate) seconds: u64,
    pub(crate) visibility: Option<Visibility>,
    pub(crate) properties: Properties,
}

/// A comment that is kept on top of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pin {
    pub(crate) comment: u32,
    pub(crate) by: Person,
    pub(crate) at: i64,
}

/// How long an issue was to take, still takes, and has taken, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tracking {
    pub(crate) original: Option<u64>,
    pub(crate) remaining: Option<u64>,
    pub(crate) spent: Option<u64>,
}

impl Tracking {
    /// The same for an issue and those below it.
    pub(crate) fn and(self, other: Self) -> Self {
        let sum = |one: Option<u64>, other: Option<u64>| match (one, other) {
            (None, None) => None,
            (one, other) => Some(one.unwrap_or(0).saturating_add(other.unwrap_or(0))),
        };
        Self {
            original: sum(self.original, other.original),
            remaining: sum(self.remaining, other.remaining),
            spent: sum(self.spent, other.spent),
        }
    }
}

/// What few issues have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    /// Who voted for it, in the order they did.
    pub(crate) voters: Vec<Person>,
    /// The issue it is a sub-task of.
    pub(crate) parent: Option<u32>,
    /// Its sub-tasks, in the order people put them.
    pub(crate) children: Vec<u32>,
    /// Ids of the links at either of whose ends it is.
    pub(crate) links: Vec<u32>,
    pub(crate) remotes: Vec<Remote>,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) worklogs: Vec<Worklog>,
    /// Its pinned comments, the latest last; those of deleted comments stay and are shown to nobody.
    pub(crate) pins: Vec<Pin>,
    pub(crate) tracking: Tracking,
    /// The id of its security level.
    pub(crate) security: Option<u32>,
}

/// What an issue without any of it has.
static NOTHING: Parts = Parts {
    voters: Vec::new(),
    parent: None,
    children: Vec::new(),
    links: Vec::new(),
    remotes: Vec::new(),
    attachments: Vec::new(),
    worklogs: Vec::new(),
    pins: Vec::new(),
    tracking: Tracking { original: None, remaining: None, spent: None },
    security: None,
};

impl Issue {
    /// What hangs on it.
    pub(crate) fn parts(&self) -> &Parts {
        self.more.as_deref().unwrap_or(&NOTHING)
    }

    /// What hangs on it, to change it.
    pub(crate) fn parts_mut(&mut self) -> &mut Parts {
        self.more.get_or_insert_default()
    }

    /// Somebody begins to watch it; whether they did not.
    pub(crate) fn watch(&mut self, person: Person) -> bool {
        let new = !self.watchers.contains(&person);
        if new {
            self.watchers = self.watchers.iter().copied().chain([person]).collect();
        }
        new
    }
}

/// Which ids were given, and where things are that have one.
#[derive(Clone, Debug)]
pub(crate) struct Register {
    pub(crate) links: BTreeMap<u32, Link>,
    /// The issues on which attachments are.
    pub(crate) attachments: BTreeMap<u32, u32>,
    /// The issues on which worklogs are.
    pub(crate) worklogs: BTreeMap<u32, u32>,
    /// Worklogs that were deleted, and when.
    pub(crate) gone_worklogs: Vec<(u32, i64)>,
    /// Issues that are put away: nobody finds or changes them.
    pub(crate) archived: BTreeSet<u32>,
    /// Whether files can be attached, and how large they may be.
    pub(crate) upload: Upload,
    /// What people looked at and when, the latest last. Reading changes it, so it has a lock of its own.
    views: Locked<BTreeMap<Person, Vec<(u32, i64)>>>,
    next: [u32; 4],
}

/// Settings of attachments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Upload {
    pub(crate) enabled: bool,
    /// The most bytes a file may have.
    pub(crate) limit: u64,
}

/// Kinds of things that are numbered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Numbered {
    Link,
    Remote,
    Attachment,
    Worklog,
}

impl Register {
    /// Nothing yet. Files may have 10 MiB where Jira is installed, and 1 GiB on Cloud ("Configure file attachments").
    pub(crate) fn new(cloud: bool) -> Self {
        Self {
            links: BTreeMap::new(),
            attachments: BTreeMap::new(),
            worklogs: BTreeMap::new(),
            gone_worklogs: Vec::new(),
            archived: BTreeSet::new(),
            upload: Upload { enabled: true, limit: if cloud { 1 << 30 } else { 10 << 20 } },
            views: Locked::default(),
            next: [FIRST; 4],
        }
    }

    /// Remembers that somebody looked at an issue.
    pub(crate) fn view(&self, who: Person, issue: u32, now: i64) {
        let mut views = self.views.lock();
        let own = views.entry(who).or_default();
        own.retain(|(seen, _)| *seen != issue);
        if own.len() >= HISTORY {
            own.remove(0);
        }
        own.push((issue, now));
    }

    /// The issues somebody looked at last, the latest first.
    pub(crate) fn seen_by(&self, who: Person) -> Vec<u32> {
        let views = self.views.lock();
        views.get(&who).into_iter().flatten().rev().map(|(issue, _)| *issue).collect()
    }

    /// When somebody last looked at an issue.
    pub(crate) fn seen_at(&self, who: Person, issue: u32) -> Option<i64> {
        let views = self.views.lock();
        let found = views.get(&who)?.iter().find(|(seen, _)| *seen == issue);
        found.map(|(_, at)| *at)
    }

    /// The next id of a kind.
    pub(crate) fn number(&mut self, kind: Numbered) -> u32 {
        let place = match kind {
            Numbered::Link => 0,
            Numbered::Remote => 1,
            Numbered::Attachment => 2,
            Numbered::Worklog => 3,
        };
        let Some(next) = self.next.get_mut(place) else { return FIRST };
        *next += 1;
        *next - 1
    }
}
