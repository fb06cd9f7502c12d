//! What bulk operations can do with issues: fields that can be edited in all of them, steps that all can take.

use http::StatusCode;
use serde_json::{Value, json};

use super::super::editmeta;
use super::{Outcome, Wrong, asked, cursors};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::jira::custom::Shape;
use crate::jira::field::Field;
use crate::jira::issue::Issue;
use crate::jira::site::{Right, Site};
use crate::jira::view::{Show, put};
use crate::jira::workflow::{Transition, Workflow};

/// How many fields, and how many workflows, come on a page.
const PAGE: usize = 50;

/// `GET bulk/issues/fields`
pub(super) fn fields(site: &Site, call: &Call<'_>) -> Outcome {
    let (issues, show) = (asked(site, call)?, Show::call(site, call));
    let text = call.query.get("searchText").unwrap_or_default().to_lowercase();
    let of = |issue: &Issue| {
        let may = site.may(call.caller, issue.project, Right::Edit);
        let fields = if may { editmeta::fields(show, issue) } else { Vec::new() };
        fields.into_iter().map(|one| one.field).collect::<Vec<Field>>()
    };
    let mut rest = issues.iter();
    let mut fields = rest.next().map(|issue| of(issue)).unwrap_or_default();
    for issue in rest {
        let own = of(issue);
        fields.retain(|field| own.contains(field));
    }
    fields
        .retain(|field| *field != Field::Summary && field.name(&site.catalog).to_lowercase().contains(&text));
    if fields.is_empty() {
        let words = "No editable fields were found for the issues.".to_owned();
        return Err(Wrong(StatusCode::NOT_FOUND, words));
    }
    fields.sort_by_key(|field| field.name(&site.catalog).to_lowercase());
    let all: Vec<(String, Value)> = fields
        .into_iter()
        .map(|field| (field.id(&site.catalog).to_owned(), field_view(site, call, &issues, field)))
        .collect();
    let (page, mut shown) = cursors(call, &all, PAGE);
    put(&mut shown, "fields", json!(page));
    Ok(Answer::ok(&shown))
}

fn field_view(site: &Site, call: &Call<'_>, issues: &[&Issue], field: Field) -> Value {
    let catalog = &site.catalog;
    let required = |issue: &&Issue| catalog.is_required(issue.project, Some(issue.kind), field);
    let kind = match field {
        Field::Custom(row) => catalog.custom.get(row).shape.key(),
        _ => field.id(catalog).to_owned(),
    };
    let mut shown = json!({"id": field.id(catalog), "name": field.name(catalog), "type": kind,
        "isRequired": issues.iter().any(required)});
    let shape = |row| catalog.custom.get(row).shape;
    let several = match field {
        Field::Labels | Field::Components | Field::FixVersions | Field::Versions => true,
        Field::Custom(row) => matches!(shape(row), Shape::Labels | Shape::Versions),
        _ => false,
    };
    if several {
        put(&mut shown, "multiSelectFieldOptions", json!(["ADD", "REMOVE", "REPLACE", "REMOVE_ALL"]));
    }
    let person = match field {
        Field::Assignee | Field::Reporter => true,
        Field::Custom(row) => matches!(shape(row), Shape::Person | Shape::People),
        _ => false,
    };
    if person {
        let mut keys: Vec<&str> =
            issues.iter().map(|issue| &*catalog.projects.get(issue.project).key).collect();
        keys.sort_unstable();
        keys.dedup();
        let path = format!("{}/rest/api/{}/user/assignable/multiProjectSearch", site.base, call.api);
        put(&mut shown, "searchUrl", format!("{path}?projectKeys={}&query=", keys.join(",")));
    }
    if field == Field::Priority {
        let options = catalog
            .priorities
            .iter()
            .map(|(_, row)| json!({"id": row.id, "priority": row.name, "description": row.description}));
        put(&mut shown, "fieldOptions", options.collect::<Vec<_>>());
    }
    if field == Field::Components {
        let has = |issue: &&Issue| catalog.components.iter().any(|(_, one)| one.project == issue.project);
        if !issues.iter().any(has) {
            let words = "{0}NOTE{1}: The project of the selected issue(s) does not have any components.";
            put(&mut shown, "unavailableMessage", words);
        }
    }
    shown
}

/// `GET bulk/issues/transition`: by workflow, what all its issues can do without being asked for a field.
pub(super) fn steps(site: &Site, call: &Call<'_>) -> Outcome {
    let mut groups: Vec<(Row<Workflow>, Vec<&Issue>)> = Vec::new();
    for issue in asked(site, call)? {
        let project = site.catalog.projects.get(issue.project);
        let row = site.catalog.workflow_schemes.get(project.workflows).plan.workflow(issue.kind);
        match groups.iter_mut().find(|(own, _)| *own == row) {
            Some((_, issues)) => issues.push(issue),
            None => groups.push((row, vec![issue])),
        }
    }
    let all: Vec<(String, Value)> = groups
        .iter()
        .map(|(row, issues)| (row.place().to_string(), group_view(site, call, *row, issues)))
        .collect();
    let (page, mut shown) = cursors(call, &all, PAGE);
    put(&mut shown, "availableTransitions", json!(page));
    Ok(Answer::ok(&shown))
}

fn group_view(site: &Site, call: &Call<'_>, row: Row<Workflow>, issues: &[&Issue]) -> Value {
    let workflow = site.catalog.workflows.get(row);
    let may = |issue: &Issue, step: &Transition| {
        let leaves = step.is_global() || step.from.contains(&issue.status);
        leaves
            && site.may(call.caller, issue.project, Right::Transition)
            && step.admits(site, call.caller, issue)
    };
    let any = |step: &&Transition| issues.iter().any(|issue| may(issue, step));
    let all = |step: &&Transition| step.screen.is_none() && issues.iter().all(|issue| may(issue, step));
    let (some, common) =
        (workflow.transitions.iter().filter(any).count(), workflow.transitions.iter().filter(all));
    let shown: Vec<Value> = common
        .map(|step| {
            let to = site.catalog.statuses.get(step.to);
            json!({"transitionId": step.id, "transitionName": step.name,
                "to": {"statusId": to.id.parse::<u32>().unwrap_or_default(), "statusName": to.name}})
        })
        .collect();
    json!({
        "issues": issues.iter().map(|issue| site.key(issue)).collect::<Vec<_>>(),
        "isTransitionsFiltered": shown.len() < some,
        "transitions": shown,
    })
}
