//! Moving an issue to another project or type: it gets another key, and is found by the former one all the same.

use serde_json::{Map, Value, json};

use super::batch::raw;
use super::named;
use super::parent::settle;
use crate::frame::table::Row;
use crate::jira::catalog::Status;
use crate::jira::edit::apply::Desk;
use crate::jira::edit::read::{Form, read};
use crate::jira::edit::{Hand, Set, required};
use crate::jira::field::Field;
use crate::jira::hook::{self, News};
use crate::jira::issue::{Deed, Issue, Item};
use crate::jira::refusal::Refusal;
use crate::jira::screen::Operation;
use crate::jira::site::{Right, Site};
use crate::jira::task::Target;

/// Moves an issue.
pub(crate) fn relocate(site: &mut Site, hand: &Hand<'_>, id: u32, target: &Target) -> Result<(), Refusal> {
    let issue = site.issues.get(id).ok_or_else(Refusal::no_issue)?;
    admit(site, hand, issue, target)?;
    let (project, kind) = (target.project, target.kind);
    let status = landing(site, issue, target)?;
    let parent = parent(site, issue, target)?;
    let children = following(site, issue, target)?;
    // The new place decides which fields can be written, so they are read as if the issue were there.
    let mut there = issue.clone();
    (there.project, there.kind) = (project, kind);
    let draft = read(site, hand, Form::Edit, Some(&there), &wishes(site, &target.wishes))?;
    let demanded = demanded(site, &there, target, &draft.sets);
    if !demanded.is_empty() {
        return Err(Refusal::fields(demanded));
    }
    let (number, former) = (site.issues.next_number(project), site.key(issue));
    let (old, key) = (issue.parts().parent, |id| Some(site.key(site.issues.get(id)?).into()));
    let (left, joined) = (old.and_then(key), parent.and_then(key));
    let moved = issue.project != project;
    let write = (Deed::Update, 0, named(&mut site.names, &draft.named));
    let done = site.change(id, hand.by, write, false, |issue, desk| {
        let mut items = Vec::new();
        if moved {
            items.extend(rehouse(desk, issue, (target, number), &former));
        }
        items.extend(desk.apply(issue, Set::Kind(kind)));
        if issue.status != status {
            let side = |row: Row<Status>| {
                let status = desk.catalog.statuses.get(row);
                (Some(status.id.clone()), Some(status.name.clone()))
            };
            let (from, to) = (side(issue.status), side(status));
            issue.status = status;
            items.push(desk.item(Field::Status, from, to));
        }
        items.extend(draft.sets.into_iter().flat_map(|set| desk.apply(issue, set)));
        if parent != old {
            issue.parts_mut().parent = parent;
            let side = |id: Option<u32>, key| (id.map(|id| id.to_string().into()), key);
            items.push(bare(desk, "IssueParentAssociation", side(old, left), side(parent, joined)));
        }
        items
    });
    let done = done.ok_or_else(Refusal::no_issue)?;
    if moved {
        site.issues.rehoused(id);
    }
    settle(site, hand.by, id, old);
    if done.change != 0 {
        hook::announce(site, id, hand.by.who, &News::IssueUpdated { event: "issue_moved", done });
    }
    children.into_iter().try_for_each(|(child, target)| relocate(site, hand, child, &target))
}

/// The parent the issue has afterwards: the target's, or the one it has.
fn parent(site: &Site, issue: &Issue, target: &Target) -> Result<Option<u32>, Refusal> {
    if !site.catalog.kinds.get(target.kind).is_subtask() {
        return Ok(None);
    }
    let wrong = |words: &str| Refusal::field("parent", words);
    let id = target.parent.or(issue.parts().parent);
    let parent =
        id.and_then(|id| site.issues.get(id)).ok_or_else(|| wrong("A sub-task must have a parent."))?;
    if parent.project != target.project || site.catalog.kinds.get(parent.kind).level != 0 {
        return Err(wrong("The parent is not in the target project, or cannot have sub-tasks."));
    }
    if parent.id == issue.id || !issue.parts().children.is_empty() {
        return Err(wrong("An issue with sub-tasks cannot become a sub-task."));
    }
    Ok(Some(parent.id))
}

/// The sub-tasks that move along, and where they go: when the request wishes so, each becomes a sub-task of the
/// project's first type, and what it holds is kept. Others are left where they are, to be moved by themselves.
fn following(site: &Site, issue: &Issue, target: &Target) -> Result<Vec<(u32, Target)>, Refusal> {
    let wished = target.wishes.get("inferSubtaskTypeDefault").and_then(Value::as_bool) == Some(true);
    let children = &issue.parts().children;
    if !wished || children.is_empty() || issue.project == target.project {
        return Ok(Vec::new());
    }
    let mut kinds = site.catalog.kinds_of(target.project).iter();
    let kind = kinds.find(|kind| site.catalog.kinds.get(**kind).is_subtask());
    let none = || Refusal::field("issuetype", "The target project has no issue type for sub-tasks.");
    let wishes = json!({"inferFieldDefaults": true, "inferStatusDefaults": true});
    let (project, kind) = (target.project, *kind.ok_or_else(none)?);
    let to = Target { project, kind, parent: Some(issue.id), wishes };
    Ok(children.iter().map(|child| (*child, to.clone())).collect())
}

/// Whether somebody may move an issue there, and such an issue can be there.
fn admit(site: &Site, hand: &Hand<'_>, issue: &Issue, target: &Target) -> Result<(), Refusal> {
    let who = hand.by.who;
    if !site.granted(who, issue.project, "MOVE_ISSUES") {
        return Err(Refusal::forbidden("You do not have permission to move issues in this project."));
    }
    if !site.may(Some(who), target.project, Right::Create) {
        return Err(Refusal::forbidden("You do not have permission to create issues in the target project."));
    }
    if !site.catalog.kinds_of(target.project).contains(&target.kind) {
        return Err(Refusal::field("issuetype", "The issue type is not available in the target project."));
    }
    Ok(())
}

/// The status the issue has afterwards: its own if the workflow there has it, else the one that is mapped.
fn landing(site: &Site, issue: &Issue, target: &Target) -> Result<Row<Status>, Refusal> {
    let catalog = &site.catalog;
    let workflow = catalog.workflow_of(target.project, target.kind);
    let there = workflow.statuses();
    let own = catalog.statuses.get(issue.status);
    let maps = target.wishes.get("targetStatus").and_then(Value::as_array).into_iter().flatten();
    let mut maps = maps.filter_map(|one| one.get("statuses")?.as_object()).flatten();
    let mapped = maps.find(|(_, sources)| {
        sources.as_array().into_iter().flatten().any(|source| source.as_str() == Some(&own.id))
    });
    if let Some((wanted, _)) = mapped {
        let row = there.iter().find(|row| *catalog.statuses.get(**row).id == **wanted);
        let missing =
            || Refusal::field("status", format!("The status {wanted} is not in the target workflow."));
        return row.copied().ok_or_else(missing);
    }
    if there.contains(&issue.status) {
        return Ok(issue.status);
    }
    if target.wishes.get("inferStatusDefaults").and_then(Value::as_bool) == Some(true) {
        return Ok(workflow.start);
    }
    Err(Refusal::field("status", format!("A target status is required for the status '{}'.", own.name)))
}

/// The fields a request gives for the new place, as an edit gives them; those that are retained are not among them.
fn wishes(site: &Site, wishes: &Value) -> Value {
    let all = wishes.get("targetMandatoryFields").and_then(Value::as_array).into_iter().flatten();
    let fields = all.filter_map(|one| one.get("fields")?.as_object()).flatten();
    let given = fields.filter(|(_, field)| field.get("retain").and_then(Value::as_bool) != Some(true));
    let given = given.filter_map(|(id, field)| {
        let value = field.get("value")?;
        let Some(list) = value.as_array() else { return Some((id.clone(), value.clone())) };
        let texts: Vec<String> = list.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect();
        Some((id.clone(), raw(site, Field::of(id, &site.catalog, true)?, &texts)))
    });
    json!({"fields": given.collect::<Map<_, _>>()})
}

/// What the layout of the new place asks for and is not there.
fn demanded(site: &Site, there: &Issue, target: &Target, sets: &[Set]) -> Vec<(String, String)> {
    if target.wishes.get("inferFieldDefaults").and_then(Value::as_bool) == Some(true) {
        return Vec::new();
    }
    let catalog = &site.catalog;
    let fields = catalog.on_screen(there.project, Some(there.kind), Operation::Create).into_iter();
    let asked = fields.filter(|field| catalog.is_required(there.project, Some(there.kind), *field));
    let empty = asked.filter(|field| {
        let set = sets.iter().find(|set| set.field() == *field);
        set.map_or_else(|| !there.has(*field), Set::clears)
    });
    empty.map(|field| (field.id(catalog).to_owned(), required(field.name(catalog)))).collect()
}

/// Puts an issue into another project. What belongs to the old one is left behind.
fn rehouse(
    desk: &mut Desk<'_>,
    issue: &mut Issue,
    (target, number): (&Target, u32),
    former: &str,
) -> Vec<Item> {
    let catalog = desk.catalog;
    let mut items: Vec<Item> =
        [Set::Components(Vec::new()), Set::FixVersions(Vec::new()), Set::Versions(Vec::new())]
            .into_iter()
            .flat_map(|set| desk.apply(issue, set))
            .collect();
    let side = |row| {
        let project: &crate::jira::catalog::Project = catalog.projects.get(row);
        (Some(project.id.to_string().into()), Some(project.name.clone()))
    };
    items.push(desk.item(Field::Project, side(issue.project), side(target.project)));
    let flow = |name: &str| (None, Some(name.into()));
    let from = &catalog.workflow_of(issue.project, issue.kind).name;
    let to = &catalog.workflow_of(target.project, target.kind).name;
    if from != to {
        items.push(bare(desk, "Workflow", flow(from), flow(to)));
    }
    (issue.project, issue.number) = (target.project, number);
    let key = format!("{}-{number}", catalog.projects.get(target.project).key);
    items.push(bare(desk, "Key", flow(former), flow(&key)));
    let usual = catalog.usual_level(issue.project);
    let known = |level: u32| catalog.levels_of(issue.project).iter().any(|one| one.id == level);
    if !issue.parts().security.is_some_and(known) {
        items.extend(desk.apply(issue, Set::Security(usual)));
    }
    let kept = |row| catalog.is_shown(issue.project, Some(target.kind), Field::Custom(row));
    issue.custom.retain(|(row, _)| kept(*row));
    items
}

/// A history item of what is no field.
fn bare(
    desk: &mut Desk<'_>,
    name: &str,
    from: (Option<Box<str>>, Option<Box<str>>),
    to: (Option<Box<str>>, Option<Box<str>>),
) -> Item {
    let name = desk.names.intern(name);
    Item { id: name, field: name, custom: false, from: from.0, from_text: from.1, to: to.0, to_text: to.1 }
}
