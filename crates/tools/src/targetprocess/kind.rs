//! The types of items, and the names of their collections.

use crate::name;

/// The types that can be shared, in the order shown to people. A task lives below a user story.
pub(crate) const KINDS: [(&str, &str); 7] = [
    ("PortfolioEpic", "PortfolioEpics"),
    ("Epic", "Epics"),
    ("Feature", "Features"),
    ("UserStory", "UserStories"),
    ("Bug", "Bugs"),
    ("Task", "Tasks"),
    ("Request", "Requests"),
];

/// The resources that belong to an item without being one: an event about them is about their item.
const PARTS: [&str; 7] =
    ["Assignment", "TeamAssignment", "RoleEffort", "Relation", "Time", "Attachment", "TagObject"];

/// The resources that no profile can be about.
const OTHERS: [&str; 16] = [
    "Project",
    "Program",
    "Release",
    "Iteration",
    "TeamIteration",
    "Team",
    "User",
    "GeneralUser",
    "Requester",
    "Build",
    "TestCase",
    "TestPlan",
    "TestPlanRun",
    "TestCaseRun",
    "Milestone",
    "Impediment",
];

/// What a resource type is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nature {
    /// An item.
    Item,
    /// A comment.
    Comment,
    /// A part of an item.
    Part,
    /// Nothing that syncs.
    Other,
    /// A type this release does not know; extended domains have their own.
    Unknown,
}

/// What a resource type is to us.
pub(crate) fn nature(kind: &str) -> Nature {
    if KINDS.iter().any(|(known, _)| *known == kind) {
        Nature::Item
    } else if kind == "Comment" {
        Nature::Comment
    } else if PARTS.contains(&kind) {
        Nature::Part
    } else if OTHERS.contains(&kind) {
        Nature::Other
    } else {
        Nature::Unknown
    }
}

/// A type in Targetprocess' spelling; `None` if it is not a type we know.
pub(crate) fn spelled(kind: &str) -> Option<&'static str> {
    KINDS.iter().find(|(known, _)| name::same(known, kind)).map(|(known, _)| *known)
}

/// The collection of a type in API v1; `None` if it is not a type we know, so that no other text gets into a path.
pub(crate) fn collection(kind: &str) -> Option<&'static str> {
    KINDS.iter().find(|(known, _)| *known == kind).map(|(_, plural)| *plural)
}
