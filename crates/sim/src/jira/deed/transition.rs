//! Moving an issue through its workflow.

use serde_json::Value;

use super::along::Along;
use super::{batch, named};
use crate::jira::catalog::{Category, Status};
use crate::jira::edit::read::{Draft, Form, Place, read};
use crate::jira::edit::{Hand, Set, required, value};
use crate::jira::field::Field;
use crate::jira::hook::{self, News};
use crate::jira::issue::{Deed, Issue};
use crate::jira::refusal::Refusal;
use crate::jira::rule::{self, Rule};
use crate::jira::screen::Screen;
use crate::jira::site::Site;
use crate::jira::workflow::Transition;

/// Takes the transition a body names (`transition.id` or `.name`, `fields`, `update`).
pub(crate) fn transition(site: &mut Site, hand: &Hand<'_>, id: u32, body: &Value) -> Result<(), Refusal> {
    let issue = site.issues.get(id).ok_or_else(Refusal::no_issue)?;
    let step = chosen(site, hand, issue, body)?;
    let draft = read(site, hand, Form::Transition(step.screen), Some(issue), body)?;
    demand(site, hand, issue, step, &draft)?;
    let step = step.clone();
    let along = Along::read(site, hand, &draft)?;
    step_to(site, hand, id, &step, draft)?;
    along.add(site, hand, id)
}

/// What the screen's layout demands must be given, what the validators demand must hold.
fn demand(
    site: &Site,
    hand: &Hand<'_>,
    issue: &Issue,
    step: &Transition,
    draft: &Draft,
) -> Result<(), Refusal> {
    let (catalog, project, kind) = (&site.catalog, issue.project, Some(issue.kind));
    let screen = step.screen.map(|row| catalog.screens.get(row));
    let on_screen = screen
        .into_iter()
        .flat_map(Screen::fields)
        .filter(|field| *field == Field::Resolution || catalog.is_required(project, kind, *field));
    let asked = step.demands(catalog).into_iter();
    let asked = asked.filter(|(field, _)| catalog.is_shown(project, kind, *field));
    let mut errors: Vec<(String, String)> = Vec::new();
    for (field, words) in on_screen.map(|field| (field, None)).chain(asked) {
        let given = draft.sets.iter().find(|set| set.field() == field);
        let there = given.map_or_else(|| field != Field::Resolution && issue.has(field), |set| !set.clears());
        let id = field.id(catalog);
        if !there && !errors.iter().any(|(known, _)| known == id) {
            errors.push((id.to_owned(), words.map_or_else(|| required(field.name(catalog)), str::to_owned)));
        }
    }
    let who = hand.by.who;
    let messages: Vec<String> =
        step.validators.iter().filter_map(|rule| rule.objects(site, who, issue)).collect();
    if errors.is_empty() && messages.is_empty() {
        return Ok(());
    }
    Err(Refusal { messages, ..Refusal::fields(errors) })
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
    let steps: Vec<Transition> = steps.into_iter().cloned().collect();
    let done = catalog.resolutions.iter().next().map(|(row, _)| row);
    for step in steps {
        let resolves = step.screen.is_some_and(|row| site.catalog.screens.get(row).has(Field::Resolution));
        let sets = done.filter(|_| resolves).map(|row| Set::Resolution(Some(row))).into_iter().collect();
        let draft = Draft { sets, ..Draft::default() };
        step_to(site, hand, id, &step, draft).map_err(|refusal| refusal.body().to_string())?;
    }
    Ok(())
}

fn chosen<'a>(
    site: &'a Site,
    hand: &Hand<'_>,
    issue: &Issue,
    body: &Value,
) -> Result<&'a Transition, Refusal> {
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
    let may = |step: &&Transition| step.id == number && step.admits(site, Some(hand.by.who), issue);
    workflow.leaving(issue.status).find(may).ok_or_else(|| {
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

/// What the functions of a step set.
fn effects(site: &Site, hand: &Hand<'_>, step: &Transition, issue: &Issue) -> Vec<Set> {
    let place = Place { project: Some(issue.project), kind: Some(issue.kind) };
    let read = |field: Field, value: &Value| {
        // A value that does not fit is left out: the transition has been taken.
        value::read(site, &Hand::later(hand.by), place, field, value).ok()
    };
    let field = |rule: &Rule, name: &str| Field::of(rule.get(name), &site.catalog, true);
    let act = |rule: &Rule| match &*rule.key {
        rule::ASSIGN => Some(Set::Assignee(match rule.get("type") {
            "to-current-user" => Some(hand.by.who),
            "to-reporter" => Some(issue.reporter),
            "to-lead" | "to-default-user" => Some(site.catalog.projects.get(issue.project).lead),
            "to-selected-user" => site.catalog.person(|one| *one.account_id == *rule.get("accountId")),
            _ => None,
        })),
        rule::UPDATE => {
            let field = field(rule, "field")?;
            let mut texts: Vec<String> = match rule.get("mode") {
                "append" => rule::texts(site, issue, field, true),
                _ => Vec::new(),
            };
            match (rule.get("mode"), texts.first_mut()) {
                ("append", Some(text)) if !matches!(field, Field::Labels) => text.push_str(rule.get("value")),
                _ => texts.extend(rule.list("value").map(str::to_owned)),
            }
            read(field, &batch::raw(site, field, &texts))
        }
        rule::COPY => {
            let (from, to) = (field(rule, "sourceFieldKey")?, field(rule, "targetFieldKey")?);
            let source = match rule.get("issueSource") {
                "PARENT" => site.issues.get(issue.parts().parent?)?,
                _ => issue,
            };
            read(to, &batch::raw(site, to, &rule::texts(site, source, from, true)))
        }
        _ => None,
    };
    step.actions.iter().filter_map(act).collect()
}

fn step_to(
    site: &mut Site,
    hand: &Hand<'_>,
    id: u32,
    step: &Transition,
    draft: Draft,
) -> Result<(), Refusal> {
    let mut fields = draft.named.clone();
    fields.push(format!("transition:{}", step.id));
    let write = (Deed::Transition, 0, named(&mut site.names, &fields));
    let effects = site.issues.get(id).map(|issue| effects(site, hand, step, issue)).unwrap_or_default();
    let done = site.change(id, hand.by, write, false, |issue, desk| {
        let (from, to, catalog) = (issue.status, step.to, desk.catalog);
        let (old, new) = (catalog.statuses.get(from), catalog.statuses.get(to));
        let mut items: Vec<_> = draft.sets.into_iter().flat_map(|set| desk.apply(issue, set)).collect();
        // The workflow's own functions: entering done resolves, leaving it takes the resolution away.
        if new.category == Category::Done && issue.resolution.is_none() {
            let first = catalog.resolutions.iter().next().map(|(row, _)| row);
            items.extend(desk.apply(issue, Set::Resolution(first)));
        } else if new.category != Category::Done && issue.resolution.is_some() {
            items.extend(desk.apply(issue, Set::Resolution(None)));
        }
        items.extend(effects.into_iter().flat_map(|set| desk.apply(issue, set)));
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
