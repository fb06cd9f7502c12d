//! Workflows as Cloud's older search writes them: rules by the names that workflows of Server have for them.

use serde_json::{Value, json};

use super::wire::{INITIAL, texts};
use super::{projects_of, schemes_of};
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::jira::rule::{self, Conditions, Rule};
use crate::jira::site::Site;
use crate::jira::view::settings::ProjectView;
use crate::jira::view::{Show, put};
use crate::jira::workflow::{DEFAULT, EDITABLE, Notes, Transition, Workflow};

/// How much is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Detail {
    transitions: bool,
    rules: bool,
    properties: bool,
    statuses: bool,
    status_properties: bool,
    default: bool,
    schemes: bool,
    projects: bool,
    operations: bool,
}

impl Detail {
    /// What `expand` asks for.
    pub(super) fn of(call: &Call<'_>) -> Self {
        let words = call.query.list("expand");
        let has = |word: &str| words.iter().any(|one| one == word);
        let (rules, properties) = (has("transitions.rules"), has("transitions.properties"));
        Self {
            transitions: has("transitions") || rules || properties,
            rules,
            properties,
            statuses: has("statuses") || has("statuses.properties"),
            status_properties: has("statuses.properties"),
            default: has("default"),
            schemes: has("schemes"),
            projects: has("projects"),
            operations: has("operations"),
        }
    }
}

fn list(rule: &Rule, name: &str) -> Vec<String> {
    rule.list(name).map(str::to_owned).collect()
}

fn of_id(id: &str) -> Value {
    json!({"id": id})
}

/// The name a condition has here, and how it is set up.
fn condition(rule: &Rule) -> (&'static str, Value) {
    match &*rule.key {
        rule::RESTRICT if rule.get("accountIds") == "allow-assignee" => ("AllowOnlyAssignee", Value::Null),
        rule::RESTRICT if rule.get("accountIds") == "allow-reporter" => ("AllowOnlyReporter", Value::Null),
        rule::RESTRICT if !rule.get("roleIds").is_empty() => {
            let roles = list(rule, "roleIds").iter().map(|id| of_id(id)).collect::<Vec<_>>();
            ("InAnyProjectRoleCondition", json!({"projectRoles": roles}))
        }
        rule::RESTRICT if !rule.get("groupIds").is_empty() => {
            ("UserInAnyGroupCondition", json!({"groups": list(rule, "groupIds")}))
        }
        rule::RESTRICT => ("PermissionCondition", json!({"permissionKey": rule.get("permissionKeys")})),
        rule::CHECK_FIELD => (
            "ValueFieldCondition",
            json!({
                "fieldId": rule.get("fieldId"),
                "fieldValue": rule.get("fieldValue"),
                "comparisonType": rule.get("comparisonType"),
                "comparator": rule.get("comparator"),
            }),
        ),
        rule::BEEN => (
            "PreviousStatusCondition",
            json!({
                "previousStatus": of_id(rule.get("previousStatusIds")),
                "not": rule.get("not") == "true",
                "mostRecentStatusOnly": rule.get("mostRecentStatusOnly") == "true",
                "includeCurrentStatus": rule.get("includeCurrentStatus") == "true",
            }),
        ),
        rule::CHILDREN => {
            let statuses = list(rule, "statusIds").iter().map(|id| of_id(id)).collect::<Vec<_>>();
            ("SubTaskBlockingCondition", json!({"statuses": statuses}))
        }
        rule::DUTIES => (
            "SeparationOfDutiesCondition",
            json!({"fromStatus": of_id(rule.get("fromStatusId")), "toStatus": of_id(rule.get("toStatusId"))}),
        ),
        // What is left of those that are known: nobody may.
        _ => ("RemoteOnlyCondition", Value::Null),
    }
}

/// The name a rule has here, and how it is set up.
fn named(rule: &Rule) -> (&'static str, Value) {
    match &*rule.key {
        rule::VALIDATE => (
            "FieldRequiredValidator",
            json!({
                "fields": list(rule, "fieldsRequired"),
                "ignoreContext": rule.get("ignoreContext") == "true",
                "errorMessage": rule.get("errorMessage"),
            }),
        ),
        rule::PERMISSION => ("PermissionValidator", json!({"permissionKey": rule.get("permissionKey")})),
        rule::HAS_BEEN => {
            ("PreviousStatusValidator", json!({"previousStatus": of_id(rule.get("previousStatusIds"))}))
        }
        rule::PARENT => {
            let statuses = list(rule, "statusIds").iter().map(|id| of_id(id)).collect::<Vec<_>>();
            ("ParentStatusValidator", json!({"parentStatuses": statuses}))
        }
        rule::ASSIGN => match rule.get("type") {
            "to-current-user" => ("AssignToCurrentUserFunction", Value::Null),
            "to-reporter" => ("AssignToReporterFunction", Value::Null),
            _ => ("AssignToLeadFunction", Value::Null),
        },
        rule::UPDATE => (
            "UpdateIssueFieldFunction",
            json!({"fieldId": rule.get("field"), "fieldValue": rule.get("value"), "mode": rule.get("mode")}),
        ),
        rule::COPY => (
            "CopyValueFromOtherFieldPostFunction",
            json!({
                "sourceFieldId": rule.get("sourceFieldKey"),
                "destinationFieldId": rule.get("targetFieldKey"),
                "copyType": if rule.get("issueSource") == "PARENT" { "parent" } else { "same" },
            }),
        ),
        _ => condition(rule),
    }
}

fn view(rule: &Rule) -> Value {
    let (name, configuration) = named(rule);
    let mut shown = json!({"type": name});
    if !configuration.is_null() {
        put(&mut shown, "configuration", configuration);
    }
    shown
}

fn tree(group: &Conditions) -> Value {
    let leaf = |rule: &Rule| {
        let mut shown = view(rule);
        put(&mut shown, "nodeType", "simple");
        shown
    };
    let mut nodes: Vec<Value> = group.rules.iter().map(leaf).collect();
    nodes.extend(group.groups.iter().filter(|group| !group.is_empty()).map(tree));
    if let ([node], true) = (nodes.as_slice(), group.groups.is_empty()) {
        return node.clone();
    }
    json!({"nodeType": "compound", "operator": if group.any { "OR" } else { "AND" }, "conditions": nodes})
}

fn rules(step: Option<&Transition>) -> Value {
    let all = |rules: &[Rule]| rules.iter().map(view).collect::<Vec<_>>();
    let mut shown = json!({
        "validators": step.map(|step| all(&step.validators)).unwrap_or_default(),
        "postFunctions": step.map(|step| all(&step.actions)).unwrap_or_default(),
    });
    if let Some(step) = step.filter(|step| !step.conditions.is_empty()) {
        put(&mut shown, "conditionsTree", tree(&step.conditions));
    }
    shown
}

fn transitions(site: &Site, workflow: &Workflow, detail: Detail) -> Vec<Value> {
    let id = |row| &site.catalog.statuses.get(row).id;
    let finish = |mut shown: Value, step: Option<&Transition>| {
        if detail.rules {
            put(&mut shown, "rules", rules(step));
        }
        if detail.properties {
            put(&mut shown, "properties", step.map_or_else(|| json!({}), |step| texts(&step.properties)));
        }
        if let Some(row) = step.and_then(|step| step.screen) {
            let screen = site.catalog.screens.get(row);
            put(&mut shown, "screen", json!({"id": screen.id.to_string(), "name": screen.name}));
        }
        shown
    };
    let initial = json!({
        "id": INITIAL.to_string(),
        "name": "Create",
        "description": "",
        "from": [],
        "to": id(workflow.start),
        "type": "initial",
    });
    let steps = workflow.transitions.iter().map(|step| {
        let shown = json!({
            "id": step.id.to_string(),
            "name": step.name,
            "description": step.description,
            "from": step.from.iter().map(|row| id(*row)).collect::<Vec<_>>(),
            "to": id(step.to),
            "type": if step.is_global() { "global" } else { "directed" },
        });
        finish(shown, Some(step))
    });
    std::iter::once(finish(initial, None)).chain(steps).collect()
}

fn statuses(site: &Site, workflow: &Workflow, detail: Detail) -> Vec<Value> {
    let none = Notes::new();
    let view = |row| {
        let status = site.catalog.statuses.get(row);
        let mut shown = json!({"id": status.id, "name": status.name});
        if detail.status_properties {
            let mut properties = texts(workflow.notes_of(row).unwrap_or(&none));
            let editable = if workflow.is_editable(row) { "true" } else { "false" };
            put(&mut properties, "issueEditable", editable == "true");
            put(&mut properties, EDITABLE, editable);
            put(&mut shown, "properties", properties);
        }
        shown
    };
    workflow.statuses().into_iter().map(view).collect()
}

/// A workflow.
pub(super) fn workflow(site: &Site, call: &Call<'_>, row: Row<Workflow>, detail: Detail) -> Value {
    let workflow = site.catalog.workflows.get(row);
    let mut shown = json!({
        "id": {"name": workflow.name, "entityId": workflow.id},
        "description": workflow.description,
        "created": crate::jira::date::Stamp(workflow.created).to_string(),
        "updated": crate::jira::date::Stamp(workflow.updated).to_string(),
    });
    let (schemes, projects) = (schemes_of(site, row), projects_of(site, row));
    if detail.transitions {
        put(&mut shown, "transitions", transitions(site, workflow, detail));
    }
    if detail.statuses {
        put(&mut shown, "statuses", statuses(site, workflow, detail));
    }
    if detail.default {
        put(&mut shown, "isDefault", *workflow.name == *DEFAULT);
    }
    if detail.operations {
        let system = *workflow.name == *DEFAULT;
        let operations = json!({"canEdit": !system, "canDelete": !system && schemes.is_empty()});
        put(&mut shown, "operations", operations);
    }
    if detail.schemes {
        let view = |row| {
            let scheme = site.catalog.workflow_schemes.get(row);
            json!({"id": scheme.id.to_string(), "name": scheme.name})
        };
        put(&mut shown, "schemes", schemes.into_iter().map(view).collect::<Vec<_>>());
    }
    if detail.projects {
        let show = Show::call(site, call);
        let views = projects.into_iter().map(|row| json!(ProjectView(show, row)));
        put(&mut shown, "projects", views.collect::<Vec<_>>());
    }
    shown
}
