//! Workflows as Cloud's newer resources write them: statuses and workflows side by side, joined by references.

use serde_json::{Map, Value, json};

use crate::frame::table::Row;
use crate::jira::catalog::Status;
use crate::jira::date::Stamp;
use crate::jira::rule::{Conditions, Rule};
use crate::jira::site::Site;
use crate::jira::view::put;
use crate::jira::workflow::{DEFAULT, Notes, Transition, Workflow};

/// The rule that shows a screen.
pub(super) const SCREEN: &str = "system:transition-screen";
/// The id of the transition that creates issues, in every workflow.
pub(super) const INITIAL: u32 = 1;

/// A version of a document: another id for each number.
pub(super) fn version(of: &str, number: u32) -> Value {
    let tail = of.get(8..).unwrap_or("-0000-4000-8000-000000000000");
    json!({"id": format!("{number:08x}{tail}"), "versionNumber": number})
}

/// A status.
pub(super) fn status(site: &Site, row: Row<Status>) -> Value {
    let status = site.catalog.statuses.get(row);
    json!({
        "id": status.id,
        "name": status.name,
        "description": status.description,
        "statusCategory": status.category.word(),
        "statusReference": status.id,
        "scope": {"type": "GLOBAL"},
    })
}

/// The statuses of workflows, once each.
pub(super) fn statuses(site: &Site, rows: &[Row<Workflow>]) -> Vec<Value> {
    let mut all: Vec<Row<Status>> = Vec::new();
    for row in rows.iter().flat_map(|row| site.catalog.workflows.get(*row).statuses()) {
        if !all.contains(&row) {
            all.push(row);
        }
    }
    all.into_iter().map(|row| status(site, row)).collect()
}

/// Texts by name.
pub(super) fn texts(notes: &Notes) -> Value {
    notes.iter().map(|(name, value)| (name.to_string(), Value::from(&**value))).collect::<Map<_, _>>().into()
}

fn rule(rule: &Rule) -> Value {
    json!({"id": rule.id, "ruleKey": rule.key, "parameters": texts(&rule.parameters)})
}

fn rules(all: &[Rule]) -> Vec<Value> {
    all.iter().map(rule).collect()
}

fn conditions(group: &Conditions) -> Value {
    json!({
        "operation": if group.any { "ANY" } else { "ALL" },
        "conditions": rules(&group.rules),
        "conditionGroups": group.groups.iter().map(conditions).collect::<Vec<_>>(),
    })
}

fn transition(site: &Site, step: &Transition) -> Value {
    let id = |row: &Row<Status>| site.catalog.statuses.get(*row).id.clone();
    let mut shown = json!({
        "id": step.id.to_string(),
        "name": step.name,
        "description": step.description,
        "type": if step.is_global() { "GLOBAL" } else { "DIRECTED" },
        "toStatusReference": id(&step.to),
        "links": step.from.iter().map(|from| json!({"fromStatusReference": id(from)})).collect::<Vec<_>>(),
        "validators": rules(&step.validators),
        "actions": rules(&step.actions),
        "triggers": [],
        "properties": texts(&step.properties),
    });
    if !step.conditions.is_empty() {
        put(&mut shown, "conditions", conditions(&step.conditions));
    }
    if let Some(row) = step.screen {
        let screen = site.catalog.screens.get(row).id.to_string();
        put(&mut shown, "transitionScreen", json!({"ruleKey": SCREEN, "parameters": {"screenId": screen}}));
    }
    shown
}

/// The transition that creates issues.
fn initial(site: &Site, workflow: &Workflow) -> Value {
    json!({
        "id": INITIAL.to_string(),
        "name": "Create",
        "description": "",
        "type": "INITIAL",
        "toStatusReference": site.catalog.statuses.get(workflow.start).id,
        "links": [],
        "validators": [],
        "actions": [],
        "triggers": [],
        "properties": {},
    })
}

/// A workflow.
pub(super) fn workflow(site: &Site, row: Row<Workflow>) -> Value {
    let workflow = site.catalog.workflows.get(row);
    let none = Notes::new();
    let statuses = workflow.statuses().into_iter().map(|row| {
        let properties = texts(workflow.notes_of(row).unwrap_or(&none));
        let id = &site.catalog.statuses.get(row).id;
        json!({"statusReference": id, "properties": properties, "deprecated": false})
    });
    let steps = workflow.transitions.iter().map(|step| transition(site, step));
    let mut shown = json!({
        "id": workflow.id,
        "name": workflow.name,
        "description": workflow.description,
        "scope": {"type": "GLOBAL"},
        "isEditable": *workflow.name != *DEFAULT,
        "version": version(&workflow.id, workflow.version),
        "statuses": statuses.collect::<Vec<_>>(),
        "transitions": std::iter::once(initial(site, workflow)).chain(steps).collect::<Vec<_>>(),
    });
    if workflow.updated > 0 {
        put(&mut shown, "created", Stamp(workflow.created).to_string());
        put(&mut shown, "updated", Stamp(workflow.updated).to_string());
    }
    shown
}
