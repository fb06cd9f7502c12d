//! Doing the pieces of long-running tasks, and how bulk operations write values.

use serde_json::{Value, json};

use super::{
    adopt, archive, crowd, field, gradation, option, project, property, relocate, remove, secrecy,
    transition, update,
};
use crate::frame::call::Person;
use crate::jira::custom::Shape;
use crate::jira::edit::Hand;
use crate::jira::field::Field;
use crate::jira::hook;
use crate::jira::issue::Via;
use crate::jira::refusal::Refusal;
use crate::jira::site::{By, Right, Site};
use crate::jira::task::Piece;
use crate::jira::view::crowd::Crowd;

/// Does every piece that is due, in the order in which they are.
pub(crate) fn catch_up(site: &mut Site) {
    let now = site.frame.clock.now();
    while let Some((id, piece)) = site.tasks.take(now) {
        let who = site.tasks.get_mut(id).map(|task| task.who);
        let (Some(who), Some(piece)) = (who, piece) else { continue };
        let (issue, outcome) = carry_out(site, id, who, piece);
        let (Some(issue), Some(task)) = (issue, site.tasks.get_mut(id)) else { continue };
        match outcome {
            Ok(()) => task.processed.push(issue),
            Err(refusal) => task.failed.push((issue, words(&refusal))),
        }
    }
}

/// A refusal as bulk operations tell it: sentences, by no field.
fn words(refusal: &Refusal) -> Vec<String> {
    let fields = refusal.errors.iter().map(|(field, text)| format!("{field}: {text}"));
    refusal.messages.iter().cloned().chain(fields).collect()
}

fn carry_out(site: &mut Site, task: u32, who: Person, piece: Piece) -> (Option<u32>, Result<(), Refusal>) {
    let hand = Hand::later(By { who, via: Via::Api });
    match piece {
        Piece::Edit(id, body) => {
            let outcome = may(site, who, id, Right::Edit).and_then(|()| edit(site, &hand, id, &body));
            (Some(id), outcome)
        }
        Piece::Step(id, step) => {
            let body = json!({"transition": {"id": step}});
            let outcome = may(site, who, id, Right::Transition)
                .and_then(|()| transition::transition(site, &hand, id, &body));
            (Some(id), outcome)
        }
        Piece::Move(id, target) => (Some(id), relocate::relocate(site, &hand, id, &target)),
        Piece::Delete(id) => {
            let outcome = may(site, who, id, Right::Delete).and_then(|()| remove::remove(site, &hand, id));
            (Some(id), outcome)
        }
        Piece::Watch(id, watch) => {
            let act = if watch { crowd::join } else { crowd::leave };
            let outcome = may(site, who, id, Right::Browse);
            (Some(id), outcome.map(|()| act(site, hand.by, id, Crowd::Watchers, who)))
        }
        Piece::Property { issue, key, value } => {
            let outcome = may(site, who, issue, Right::Edit);
            (Some(issue), outcome.and_then(|()| set_property(site, &hand, issue, (&key, value))))
        }
        Piece::Archive(id) => {
            archive::put(site, id, true);
            (Some(id), Ok(()))
        }
        setting => {
            set_up(site, task, hand.by, setting);
            (None, Ok(()))
        }
    }
}

/// Does a piece that is about no single issue.
fn set_up(site: &mut Site, task: u32, by: By, piece: Piece) {
    let who = by.who;
    match piece {
        Piece::DropField(row) => field::remove(site, row),
        Piece::DropProject(row) => {
            project::remove(site, who, row);
            hook::setup::project(site, who, "project_deleted", row);
            site.audit_project(who, "Project deleted", row);
        }
        Piece::Relevel { issues, then } => secrecy::relevel(site, by, &issues, &then),
        Piece::Supersede(outdated) => gradation::supersede(site, by, outdated),
        Piece::Adopt { scheme, plan, moves } => adopt::adopt(site, who, scheme, plan, &moves),
        Piece::Switch { project, scheme, moves } => {
            site.catalog.projects.get_mut(project).workflows = scheme;
            adopt::migrate(site, who, &[project], &moves);
        }
        Piece::Withdraw { field, option: gone, instead, issues } => {
            let changed = option::withdraw(site, field, gone, instead, Some(&issues));
            let left: Vec<u32> = issues.into_iter().filter(|id| !changed.contains(id)).collect();
            if let Some(task) = site.tasks.get_mut(task) {
                let errors = json!({"errorMessages": [], "errors": {}, "httpStatusCode": 200});
                task.result =
                    Some(json!({"modifiedIssues": changed, "unmodifiedIssues": left, "errors": errors}));
            }
        }
        // These are about one issue each.
        Piece::Edit(..)
        | Piece::Step(..)
        | Piece::Move(..)
        | Piece::Delete(_)
        | Piece::Watch(..)
        | Piece::Property { .. }
        | Piece::Archive(_) => {}
    }
}

/// Sets a property, or takes it away where it is.
fn set_property(
    site: &mut Site,
    hand: &Hand<'_>,
    issue: u32,
    (key, value): (&str, Option<Value>),
) -> Result<(), Refusal> {
    match value {
        Some(value) => property::set(site, hand, issue, key, property::checked_value(&value)?).map(|_| ()),
        None => {
            property::delete(site, hand, issue, key);
            Ok(())
        }
    }
}

/// Whether somebody may still do it, now that its time has come.
fn may(site: &Site, who: Person, id: u32, right: Right) -> Result<(), Refusal> {
    let issue = site.see(Some(who), &id.to_string())?;
    let locked = right == Right::Edit && !site.is_editable(issue);
    if !locked && site.may(Some(who), issue.project, right) {
        return Ok(());
    }
    let what = match right {
        Right::Delete => "delete",
        Right::Transition => "transition",
        _ => "edit",
    };
    Err(Refusal::forbidden(format!("You do not have permission to {what} issues in this project.")))
}

/// An edit; a status that is wished for is reached by the step that leads there.
fn edit(site: &mut Site, hand: &Hand<'_>, id: u32, body: &Value) -> Result<(), Refusal> {
    if let Some(status) = body.get("status").and_then(Value::as_str) {
        let step = leading_to(site, id, status);
        let step = step.ok_or_else(|| Refusal::field("status", "No transition leads to the status."))?;
        transition::transition(site, hand, id, &json!({"transition": {"id": step.to_string()}}))?;
    }
    update::update(site, hand, id, body)
}

/// The transition that leads an issue to a status.
fn leading_to(site: &Site, id: u32, status: &str) -> Option<u32> {
    let (issue, catalog) = (site.issues.get(id)?, &site.catalog);
    let mut steps = catalog.workflow_of(issue.project, issue.kind).leaving(issue.status);
    steps.find(|step| *catalog.statuses.get(step.to).id == *status).map(|step| step.id)
}

/// The value of a field from the bare texts that bulk operations give, as an edit gives it.
pub(crate) fn raw(site: &Site, field: Field, texts: &[String]) -> Value {
    let first = texts.first();
    let one = |name: &str| first.map_or(Value::Null, |text| json!({name: text}));
    let each = |name: &str| texts.iter().map(|text| json!({name: text})).collect::<Value>();
    let plain = || first.map_or(Value::Null, |text| Value::from(text.as_str()));
    match field {
        Field::Labels => json!(texts),
        Field::Components | Field::FixVersions | Field::Versions => each("id"),
        Field::Priority | Field::Resolution | Field::IssueType | Field::Security => one("id"),
        Field::Assignee | Field::Reporter => one("accountId"),
        Field::Custom(row) => match site.catalog.custom.get(row).shape {
            Shape::Labels => json!(texts),
            Shape::Select | Shape::Radio | Shape::Version | Shape::Project => one("id"),
            Shape::MultiSelect | Shape::Checkboxes | Shape::Versions => each("id"),
            Shape::Cascade => {
                let below = texts.get(1).map(|text| json!({"id": text}));
                first.map_or(Value::Null, |text| json!({"id": text, "child": below}))
            }
            Shape::Person => one("accountId"),
            Shape::People => each("accountId"),
            Shape::Group => one("name"),
            Shape::Groups => each("name"),
            Shape::Number => first.and_then(|text| text.parse::<f64>().ok()).map_or_else(plain, Value::from),
            _ => plain(),
        },
        _ => plain(),
    }
}
