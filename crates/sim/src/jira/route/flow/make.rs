//! Making and changing workflows by Cloud's newer resources, and what they offer.

use std::collections::BTreeMap;

use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::super::body;
use super::super::rows::{kind, project};
use super::read::Reader;
use super::{busy, by_id, editor, projects_of, wire};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::Project;
use crate::jira::deed::adopt::{Move, unmapped};
use crate::jira::input::{id, object, text};
use crate::jira::refusal::Refusal;
use crate::jira::rule::{KNOWN, Purpose};
use crate::jira::site::Site;
use crate::jira::task::Piece;
use crate::jira::view::put;
use crate::jira::workflow::{DEFAULT, Workflow};

/// What only Cloud has.
pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::POST, "/workflows/create", Write(create)),
        (Method::POST, "/workflows/create/validation", Read(check_new)),
        (Method::POST, "/workflows/update", Write(update)),
        (Method::POST, "/workflows/update/validation", Read(check_change)),
        (Method::GET, "/workflows/capabilities", Read(capabilities)),
    ]
}

fn listed<'a>(body: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    body.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// What a request makes of the settings, and the new workflows.
fn made(site: &Site, body: &Value) -> (Reader, Vec<Row<Workflow>>) {
    let now = site.frame.clock.now();
    let mut reader = Reader::new(site.catalog.clone(), body, now);
    let mut rows = Vec::new();
    for one in listed(body, "workflows") {
        let name = text(one, "name").map(str::trim).unwrap_or_default();
        if name.is_empty() || name.chars().count() > 255 {
            let message = "The workflow needs a name of at most 255 characters.";
            reader.object(("INVALID_WORKFLOW_NAME", "WORKFLOW"), message, None);
        }
        if reader.catalog.workflows.find(|own| own.name.eq_ignore_ascii_case(name)).is_some() {
            let message = format!("A workflow with the name '{name}' already exists.");
            reader.object(("NON_UNIQUE_WORKFLOW_NAME", "WORKFLOW"), message, None);
        }
        let Some(mut workflow) = reader.workflow(one) else { continue };
        workflow.name = name.into();
        (workflow.created, workflow.updated, workflow.version) = (now, now, 1);
        rows.push(reader.catalog.workflows.add(workflow));
    }
    (reader, rows)
}

/// Moves of issues, by project.
type Moves = BTreeMap<Row<Project>, Vec<Move>>;

/// What a change of workflows makes of the settings, the workflows, and where issues go.
fn changed(site: &Site, body: &Value) -> (Reader, Vec<Row<Workflow>>, Moves) {
    let now = site.frame.clock.now();
    let mut reader = Reader::new(site.catalog.clone(), body, now);
    let (mut rows, mut moves) = (Vec::new(), Moves::new());
    for one in listed(body, "workflows") {
        let wanted = one.get("id").and_then(id).unwrap_or_default();
        let Some(row) = site.catalog.workflows.find(|own| *own.id == *wanted) else {
            let message = format!("The workflow with ID '{wanted}' was not found.");
            reader.object(("WORKFLOW_NOT_FOUND", "WORKFLOW"), message, None);
            continue;
        };
        let old = site.catalog.workflows.get(row);
        let version = one.get("version").and_then(|version| version.get("versionNumber"));
        if *old.name == *DEFAULT {
            let message = "The system workflow cannot be edited.";
            reader.object(("WORKFLOW_NOT_EDITABLE", "WORKFLOW"), message, None);
        }
        if version.and_then(Value::as_u64) != Some(u64::from(old.version)) {
            let message = "The workflow was changed meanwhile: its version is another one.";
            reader.object(("WORKFLOW_VERSION_CONFLICT", "WORKFLOW"), message, None);
        }
        let Some(new) = reader.workflow(one) else { continue };
        let description =
            if one.get("description").is_some() { new.description } else { old.description.clone() };
        let (id, name, created) = (old.id.clone(), old.name.clone(), old.created);
        let version = old.version + 1;
        let new = Workflow { id, name, description, created, updated: now, version, ..new };
        *reader.catalog.workflows.get_mut(row) = new;
        rows.push(row);
        read_moves(&mut reader, site, one, row, &mut moves);
    }
    (reader, rows, moves)
}

/// Where the issues of a workflow go whose status it loses.
fn read_moves(reader: &mut Reader, site: &Site, one: &Value, row: Row<Workflow>, moves: &mut Moves) {
    let migrations = |reader: &mut Reader, list: &Value, name: &str, kind| {
        let mut all = Vec::new();
        for step in listed(list, name) {
            let old = text(step, "oldStatusReference").unwrap_or_default();
            // What issues leave need not be among the statuses of the request.
            let from =
                site.catalog.statuses.find(|status| *status.id == *old).or_else(|| reader.referred(old));
            let to = reader.referred(text(step, "newStatusReference").unwrap_or_default());
            all.extend(from.zip(to).map(|(from, to)| Move { kind, from, to }));
        }
        all
    };
    for mapping in listed(one, "statusMappings") {
        let of = |name: &str| mapping.get(name).and_then(id).unwrap_or_default();
        let (Ok(project), Ok(kind)) = (project(site, &of("projectId")), kind(site, &of("issueTypeId")))
        else {
            let message = "The status mapping names a project or issue type that does not exist.";
            reader.object(("STATUS_MAPPING_NOT_FOUND", "STATUS_MAPPING"), message, None);
            continue;
        };
        let own = migrations(reader, mapping, "statusMigrations", Some(kind));
        moves.entry(project).or_default().extend(own);
    }
    let usual = migrations(reader, one, "defaultStatusMappings", None);
    for project in projects_of(site, row) {
        moves.entry(project).or_default().extend(usual.iter().copied());
    }
}

/// Projects with issues that would be left where their workflow does not have them, and those with issues to move.
fn affected(site: &Site, reader: &Reader, moves: &Moves) -> (Vec<Row<Project>>, Vec<Row<Project>>) {
    let mut next = site.clone();
    next.catalog = reader.catalog.clone();
    let plan = |row: Row<Project>| {
        next.catalog.workflow_schemes.get(next.catalog.projects.get(row).workflows).plan.clone()
    };
    let stray = |row: &Row<Project>, moves: &[Move]| !unmapped(&next, &[*row], &plan(*row), moves).is_empty();
    let left = moves.iter().filter(|(row, moves)| stray(row, moves)).map(|(row, _)| *row).collect();
    let moving = moves.keys().filter(|row| stray(row, &[])).copied().collect();
    (left, moving)
}

fn refuse(reader: &Reader) -> Result<(), Refusal> {
    if reader.problems.is_empty() {
        return Ok(());
    }
    let mut refusal = Refusal::fields(Vec::new());
    refusal.messages = reader.problems.iter().map(|problem| problem.message.clone()).collect();
    Err(refusal)
}

/// What is wrong, unless only warnings are asked for: there are none here.
fn report(body: &Value, reader: &Reader) -> Answer {
    let levels = body.get("validationOptions").and_then(|options| options.get("levels"));
    let levels = levels.and_then(Value::as_array);
    let wanted = levels.is_none_or(|levels| levels.iter().any(|level| level == "ERROR"));
    let problems = reader.problems.iter().filter(|_| wanted).map(super::read::Problem::view);
    Answer::ok(&json!({"errors": problems.collect::<Vec<_>>()}))
}

fn shown(site: &Site, rows: &[Row<Workflow>]) -> Value {
    let workflows: Vec<Value> = rows.iter().map(|row| wire::workflow(site, *row)).collect();
    json!({"statuses": wire::statuses(site, rows), "workflows": workflows})
}

/// `POST workflows/create`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    editor(site, call)?;
    let body = object(body(call)?)?;
    let (reader, rows) = made(site, &body);
    refuse(&reader)?;
    site.catalog = reader.catalog;
    Ok(Answer::ok(&shown(site, &rows)))
}

fn payload(call: &Call<'_>) -> Result<(Value, Value), Refusal> {
    let body = object(body(call)?)?;
    let payload = body.get("payload").filter(|payload| payload.is_object());
    let payload = payload.cloned().ok_or_else(|| Refusal::bad("The payload is required."))?;
    Ok((body, payload))
}

/// `POST workflows/create/validation`
fn check_new(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    editor(site, call)?;
    let (body, payload) = payload(call)?;
    Ok(report(&body, &made(site, &payload).0))
}

/// A change and its moves, with what is wrong about these.
fn planned(site: &Site, body: &Value) -> (Reader, Vec<Row<Workflow>>, Moves) {
    let (mut reader, rows, moves) = changed(site, body);
    let (left, moving) = affected(site, &reader, &moves);
    for row in left {
        let key = &site.catalog.projects.get(row).key;
        let message = format!("Issues of the project '{key}' need a status mapping.");
        reader.object(("MISSING_STATUS_MAPPING", "STATUS_MAPPING"), message, None);
    }
    (reader, rows, moves.into_iter().filter(|(row, _)| moving.contains(row)).collect())
}

/// `POST workflows/update`: in force at once; a task moves issues whose status is gone.
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = editor(site, call)?;
    busy(site)?;
    let body = object(body(call)?)?;
    let (reader, rows, moving) = planned(site, &body);
    refuse(&reader)?;
    site.catalog = reader.catalog;
    let mut answer = shown(site, &rows);
    if !moving.is_empty() {
        let scheme = |row: Row<Project>| site.catalog.projects.get(row).workflows;
        let pieces = moving.into_iter();
        let pieces = pieces.map(|(project, moves)| Piece::Switch { project, scheme: scheme(project), moves });
        let (pieces, now) = (pieces.collect(), site.frame.clock.now());
        let id = site.tasks.submit(("Migrate issues to updated workflows", false), who, now, pieces);
        put(&mut answer, "taskId", id.to_string());
    }
    Ok(Answer::ok(&answer))
}

/// `POST workflows/update/validation`
fn check_change(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    editor(site, call)?;
    let (body, payload) = payload(call)?;
    Ok(report(&body, &planned(site, &payload).0))
}

/// `GET workflows/capabilities`
fn capabilities(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    editor(site, call)?;
    match (call.query.get("workflowId"), call.query.get("projectId"), call.query.get("issueTypeId")) {
        (Some(id), ..) => by_id(site, id).map(|_| ())?,
        (None, Some(one), Some(other)) => project(site, one).and(kind(site, other)).map(|_| ())?,
        (None, None, None) => {}
        _ => return Err(Refusal::bad("The projectId and the issueTypeId are required together.")),
    }
    let rules = KNOWN.iter().map(|known| {
        let purpose = match known.1 {
            Purpose::Condition => "Condition",
            Purpose::Validator => "Validator",
            Purpose::Function => "Function",
        };
        json!({
            "ruleKey": known.0,
            "ruleType": purpose,
            "name": known.2,
            "description": known.3,
            "isAvailableForInitialTransition": false,
            "isVisible": true,
            "incompatibleRuleKeys": [],
        })
    });
    Ok(Answer::ok(&json!({
        "editorScope": "GLOBAL",
        "projectTypes": ["software", "business"],
        "systemRules": rules.collect::<Vec<_>>(),
        "connectRules": [],
        "forgeRules": [],
        "triggerRules": [],
    })))
}
