//! The `parent` of a request: the issue a sub-task belongs to, and on Cloud the epic of any other issue.

use serde_json::Value;

use super::Set;
use super::read::{Form, Place};
use crate::jira::catalog::Kind;
use crate::jira::custom::{Held, Shape};
use crate::jira::input;
use crate::jira::issue::Issue;
use crate::jira::site::Site;

/// Why a parent is refused: the field that is named for it, and the words.
type Wrong = (&'static str, String);

/// The issue that gets a parent.
pub(super) struct Child<'a> {
    pub(super) form: Form,
    /// As it is, if it is there already.
    pub(super) issue: Option<&'a Issue>,
    /// Its project, and the type it will have.
    pub(super) place: Place,
}

/// Reads what is given, which may be nothing; the answer is what follows from it.
pub(super) fn read(site: &Site, child: &Child<'_>, given: Option<&Value>) -> Result<Option<Set>, Wrong> {
    let Some(kind) = child.place.kind.map(|row| site.catalog.kinds.get(row)) else { return Ok(None) };
    let was_subtask = child.issue.map(|issue| site.catalog.kinds.get(issue.kind).is_subtask());
    let without = "Issue type is a sub-task but parent issue key or id not specified.";
    if kind.is_subtask() && was_subtask == Some(false) {
        return Err(("issuetype", without.to_owned()));
    }
    if !kind.is_subtask() && was_subtask == Some(true) {
        return Err(("issuetype", "The issue type selected is invalid.".to_owned()));
    }
    let Some(given) = given else {
        let alone = kind.is_subtask() && child.issue.is_none();
        return if alone { Err(("issuetype", without.to_owned())) } else { Ok(None) };
    };
    if child.form != Form::Create && !site.is_cloud() {
        return Err(("parent", super::unknown("parent")));
    }
    let none = given.is_null() || input::flag(given, "none") == Some(true);
    match (kind.is_subtask(), none) {
        (true, true) => Err(("parent", "A sub-task must have a parent.".to_owned())),
        (true, false) => below(site, child, given).map(Some),
        (false, _) if site.is_cloud() => within(site, kind, given, none),
        (false, true) => Ok(None),
        (false, false) => {
            let said = "Issue type is not a sub-task but parent issue key or id specified.";
            Err(("issuetype", said.to_owned()))
        }
    }
}

fn named<'a>(site: &'a Site, given: &Value) -> Result<&'a Issue, Wrong> {
    let named = given.get("key").or_else(|| given.get("id")).and_then(input::id);
    let found = named.and_then(|named| site.find(&named)).and_then(|id| site.issues.get(id));
    found.ok_or_else(|| ("parent", "Could not find issue by id or key.".to_owned()))
}

/// Why an issue cannot be the parent of this one.
fn unfit() -> Wrong {
    ("parentId", "Given parent issue does not belong to appropriate hierarchy.".to_owned())
}

/// A sub-task's parent.
fn below(site: &Site, child: &Child<'_>, given: &Value) -> Result<Set, Wrong> {
    let parent = named(site, given)?;
    if Some(parent.project) != child.place.project {
        return Err(("parentId", "Sub-tasks must be in the same project as their parent.".to_owned()));
    }
    if site.catalog.kinds.get(parent.kind).level != 0 {
        return Err(unfit());
    }
    let side = |issue: &Issue| (issue.id, Box::from(site.key(issue)));
    let old = child.issue.and_then(|issue| issue.parts().parent).and_then(|id| site.issues.get(id));
    Ok(Set::Parent { from: old.map(side), to: side(parent) })
}

/// An epic as the parent of an issue that is no sub-task.
fn within(site: &Site, kind: &Kind, given: &Value, none: bool) -> Result<Option<Set>, Wrong> {
    let Some(row) = site.catalog.field_of(Shape::EpicLink) else { return Err(unfit()) };
    if none {
        return Ok(Some(Set::Custom(row, None)));
    }
    let parent = named(site, given)?;
    if kind.level != 0 || !site.is_epic(parent) {
        return Err(unfit());
    }
    Ok(Some(Set::Custom(row, Some(Held::Epic(parent.id, site.key(parent).into())))))
}
