//! Moving an issue through its workflow.

use serde_json::Value;

use super::{comment, named};
use crate::frame::table::Row;
use crate::jira::catalog::{Category, Status, Transition};
use crate::jira::edit::read::{Draft, Screen, read};
use crate::jira::edit::{Hand, Set};
use crate::jira::field::Field;
use crate::jira::hook::{self, News};
use crate::jira::issue::{Deed, Issue};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// Takes the transition a body names (`transition.id` or `.name`, `fields`, `update`).
pub(crate) fn transition(site: &mut Site, hand: &Hand<'_>, id: u32, body: &Value) -> Result<(), Refusal> {
    let issue = site.issues.get(id).ok_or_else(Refusal::no_issue)?;
    let step = chosen(site, issue, body)?;
    let (number, to, screen) = (step.id, step.to, step.screen);
    let draft = read(site, hand, if screen { Screen::Transition } else { Screen::None }, Some(issue), body)?;
    let resolves = draft.sets.iter().any(|set| matches!(set, Set::Resolution(Some(_))));
    if screen && !resolves && needs_resolution(site, to) {
        return Err(Refusal::field("resolution", "Resolution is required."));
    }
    let comments =
        draft.comments.iter().map(|body| comment::read(site, hand, body)).collect::<Result<Vec<_>, _>>()?;
    step_to(site, hand, id, (number, to), draft)?;
    for comment in comments {
        comment::add(site, hand, id, comment)?;
    }
    Ok(())
}

/// Walks an issue to the status with this name as a person would, screen by screen.
pub(crate) fn walk(site: &mut Site, hand: &Hand<'_>, id: u32, status: &str) -> Result<(), String> {
    let catalog = &site.catalog;
    let target =
        catalog.statuses.find(|found| found.name.eq_ignore_ascii_case(status) || *found.id == *status);
    let target = target.ok_or_else(|| format!("there is no status '{status}'"))?;
    let issue = site.issues.get(id).ok_or("there is no such issue")?;
    let workflow = catalog.workflow_of(issue.project, issue.kind);
    let steps = workflow.path(issue.status, target).ok_or_else(|| format!("no way leads to '{status}'"))?;
    let steps: Vec<(u32, Row<Status>, bool)> =
        steps.iter().map(|step| (step.id, step.to, step.screen)).collect();
    let done = catalog.resolutions.iter().next().map(|(row, _)| row);
    for (number, to, screen) in steps {
        let sets = done.filter(|_| screen).map(|row| Set::Resolution(Some(row))).into_iter().collect();
        let draft = Draft { sets, ..Draft::default() };
        step_to(site, hand, id, (number, to), draft).map_err(|refusal| refusal.body().to_string())?;
    }
    Ok(())
}

fn chosen<'a>(site: &'a Site, issue: &Issue, body: &Value) -> Result<&'a Transition, Refusal> {
    let catalog = &site.catalog;
    let workflow = catalog.workflow_of(issue.project, issue.kind);
    let wanted = body.get("transition").ok_or_else(|| Refusal::bad("Missing 'transition' identifier"))?;
    let id = match wanted.get("id") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => return Err(Refusal::bad("Missing 'transition' identifier")),
    };
    let Ok(number) = id.parse::<u32>() else {
        return Err(Refusal::bad(format!("'transition' identifier must be an integer: {id}")));
    };
    workflow.leaving(issue.status).find(|step| step.id == number).ok_or_else(|| {
        let known = workflow.transitions.iter().find(|step| step.id == number);
        match known {
            // What a client sees that lost a race for the same step.
            Some(step) => Refusal::bad(format!(
                "It seems that you have tried to perform an illegal workflow operation ({}).",
                step.name
            )),
            None => Refusal::bad(format!("Transition id '{id}' is not valid for this issue.")),
        }
    })
}

fn needs_resolution(site: &Site, to: Row<Status>) -> bool {
    site.catalog.statuses.get(to).category == Category::Done
}

fn step_to(
    site: &mut Site,
    hand: &Hand<'_>,
    id: u32,
    (number, to): (u32, Row<Status>),
    draft: Draft,
) -> Result<(), Refusal> {
    let mut fields = draft.named.clone();
    fields.push(format!("transition:{number}"));
    let write = (Deed::Transition, 0, named(&mut site.names, &fields));
    let done = site.change(id, hand.by, write, false, |issue, desk| {
        let (from, catalog) = (issue.status, desk.catalog);
        let (old, new) = (catalog.statuses.get(from), catalog.statuses.get(to));
        let mut items: Vec<_> = draft.sets.into_iter().flat_map(|set| desk.apply(issue, set)).collect();
        // The workflow's own functions: entering done resolves, leaving it takes the resolution away.
        if new.category == Category::Done && issue.resolution.is_none() {
            let first = catalog.resolutions.iter().next().map(|(row, _)| row);
            items.extend(desk.apply(issue, Set::Resolution(first)));
        } else if new.category != Category::Done && issue.resolution.is_some() {
            items.extend(desk.apply(issue, Set::Resolution(None)));
        }
        if from != to {
            issue.status = to;
            if old.category != new.category {
                issue.category_changed = desk.now;
            }
            let side = |status: &Status| (Some(status.id.clone()), Some(status.name.clone()));
            items.push(desk.item(Field::Status, side(old), side(new)));
        }
        items
    });
    let done = done.ok_or_else(Refusal::no_issue)?;
    if done.change != 0 {
        hook::announce(site, id, hand.by.who, &News::IssueUpdated { event: "issue_generic", done });
    }
    Ok(())
}
