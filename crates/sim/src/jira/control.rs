//! Jira's part of the control API: edits by people, dumps for oracles, rights.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::WebhookTarget;
use crate::frame::call::Person;
use crate::frame::table::{Names, Row};
use crate::jira::catalog::Version;
use crate::jira::custom::{Custom, Held};
use crate::jira::deed;
use crate::jira::edit::Hand;
use crate::jira::edit::value::rich;
use crate::jira::hook::{EVENTS, Hook};
use crate::jira::issue::{Comment, Issue, Properties, Text};
use crate::jira::jql::Query;
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::switch;

/// How the property of a marker begins.
const MARKER: &str = "bowline";

/// An edit by a person. Rich texts are wiki markup, on Cloud as well.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    /// `admin`, `ada` or `bob`.
    #[serde(rename = "as")]
    who: String,
    /// Id or key of the issue to edit.
    #[serde(default)]
    item: Value,
    /// `fields` of an issue to create; names in place of ids are fine as they are in Jira.
    #[serde(default)]
    create: Value,
    #[serde(default)]
    fields: Value,
    #[serde(default)]
    update: Value,
    /// The text of a comment to add.
    #[serde(default)]
    comment: Value,
    #[serde(default)]
    edit_comment: Option<CommentEdit>,
    #[serde(default)]
    delete_comment: Option<Value>,
    /// The status to walk to, through the workflow.
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    delete: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommentEdit {
    id: Value,
    body: String,
}

/// Edits as a person; the answer is the issue's id and key, and the new comment's id.
pub(crate) fn edit(site: &mut Site, edit: &Value) -> Result<Value, String> {
    let wanted: Edit = Edit::deserialize(edit).map_err(|error| error.to_string())?;
    let who = person(site, &wanted.who)?;
    let hand = Hand::person(who);
    let said = |refusal: Refusal| refusal.body().to_string();
    let id = if wanted.create.is_null() {
        let name = number(&wanted.item);
        site.find(&name).ok_or_else(|| format!("there is no issue '{name}'"))?
    } else {
        deed::create::create(site, &hand, &json!({"fields": wanted.create})).map_err(said)?
    };
    if wanted.fields.is_object() || wanted.update.is_object() {
        let body = json!({"fields": wanted.fields, "update": wanted.update});
        deed::update::update(site, &hand, id, &body).map_err(said)?;
    }
    if let Some(state) = &wanted.state {
        deed::transition::walk(site, &hand, id, state)?;
    }
    let mut comment = None;
    if !wanted.comment.is_null() {
        let given = deed::comment::read(site, &hand, &json!({"body": wanted.comment})).map_err(said)?;
        comment = Some(deed::comment::add(site, &hand, id, given).map_err(said)?.to_string());
    }
    if let Some(CommentEdit { id: which, body }) = wanted.edit_comment {
        let body = rich(&hand, &body.into())?;
        let given = deed::comment::Given { body, visibility: None, properties: Vec::new() };
        deed::comment::edit(site, &hand, id, comment_id(&which)?, given).map_err(said)?;
    }
    if let Some(which) = wanted.delete_comment {
        deed::comment::delete(site, &hand, id, comment_id(&which)?).map_err(said)?;
    }
    let key = site.issues.get(id).map(|issue| site.key(issue)).unwrap_or_default();
    if wanted.delete {
        deed::remove::remove(site, &hand, id).map_err(said)?;
    }
    Ok(json!({"id": id.to_string(), "key": key, "comment": comment}))
}

fn person(site: &Site, name: &str) -> Result<Person, String> {
    site.catalog
        .person(|account| *account.name == *name)
        .ok_or_else(|| format!("there is no person '{name}'"))
}

/// A number or a text as text.
fn number(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn comment_id(value: &Value) -> Result<u32, String> {
    number(value).parse().map_err(|_| "a comment's id is a number".to_owned())
}

/// Counts and settings.
pub(crate) fn state(site: &Site) -> Value {
    let comments: usize = site.issues.iter().map(|issue| issue.comments.len()).sum();
    json!({
        "product": "jira",
        "deployment": site.deployment.name(),
        "base_url": site.base,
        "counts": {"items": site.issues.len(), "comments": comments, "deleted": site.gone.len()},
        "hooks": site.hooks.iter().map(|hook| json!({
            "id": hook.id, "name": hook.name, "events": hook.events, "jql": hook.jql, "enabled": hook.enabled,
            "url": hook.url.split('?').next(),
            "signed": hook.secret.is_some(),
        })).collect::<Vec<_>>(),
    })
}

/// Every issue in short, and those that were deleted.
pub(crate) fn items(site: &Site) -> Value {
    let items = site.issues.iter().map(|issue| short(site, issue));
    let deleted = site.gone.iter().map(|gone| {
        json!({"id": gone.id.to_string(), "key": gone.key, "at": gone.at, "who": site.catalog.account(gone.who).name})
    });
    json!({"items": items.collect::<Vec<_>>(), "deleted": deleted.collect::<Vec<_>>()})
}

/// One issue in short.
pub(crate) fn short(site: &Site, issue: &Issue) -> Value {
    json!({
        "id": issue.id.to_string(),
        "key": site.key(issue),
        "type": site.catalog.kinds.get(issue.kind).name,
        "title": issue.summary,
        "state": site.catalog.statuses.get(issue.status).name,
        "updated": issue.updated,
        "marker": marker(&site.names, &issue.properties),
    })
}

/// The first property whose key begins with `bowline`.
fn marker(names: &Names, properties: &Properties) -> Value {
    let found = properties.iter().find(|(key, _)| names.get(*key).starts_with(MARKER));
    found.map_or(Value::Null, |(key, value)| json!({"key": names.get(*key), "value": value}))
}

/// One issue at full length.
pub(crate) fn item(site: &Site, name: &str) -> Option<Value> {
    let issue = site.issues.get(site.find(name)?)?;
    let catalog = &site.catalog;
    let who = |person: Person| &catalog.account(person).name;
    let names =
        |rows: &[crate::frame::table::Name]| rows.iter().map(|row| site.names.get(*row)).collect::<Vec<_>>();
    let writes = issue.writes.iter().map(|write| {
        json!({
            "at": write.at, "who": who(write.who), "via": write.via, "deed": write.deed,
            "comment": (write.part != 0 && write.deed.is_about_comment()).then(|| write.part.to_string()),
            "part": (write.part != 0).then(|| write.part.to_string()), "fields": names(&write.fields),
        })
    });
    let history = issue.history.iter().flat_map(|change| change.items.iter().map(move |item| (change, item)));
    let history = history.map(|(change, item)| {
        json!({
            "id": change.id, "at": change.at, "who": who(change.author), "field": site.names.get(item.field),
            "from": item.from_text, "to": item.to_text,
        })
    });
    Some(json!({
        "id": issue.id.to_string(),
        "key": site.key(issue),
        "project": catalog.projects.get(issue.project).key,
        "type": catalog.kinds.get(issue.kind).name,
        "title": issue.summary,
        "description": issue.description.as_ref().map(text),
        "environment": issue.environment.as_ref().map(text),
        "state": catalog.statuses.get(issue.status).name,
        "resolution": issue.resolution.map(|row| &catalog.resolutions.get(row).name),
        "priority": catalog.priorities.get(issue.priority).name,
        "assignee": issue.assignee.map(who),
        "reporter": who(issue.reporter),
        "creator": who(issue.creator),
        "labels": names(&issue.labels),
        "components": issue.components.iter().map(|row| &catalog.components.get(*row).name).collect::<Vec<_>>(),
        "fix_versions": issue.fix_versions.iter().map(|row| &catalog.versions.get(*row).name).collect::<Vec<_>>(),
        "due": issue.due.map(|date| date.to_string()),
        "custom": custom(site, issue),
        "created": issue.created,
        "updated": issue.updated,
        "comments": issue.comments.iter().map(|comment| remark(site, comment)).collect::<Vec<_>>(),
        "properties": properties(&site.names, &issue.properties),
        "marker": marker(&site.names, &issue.properties),
        "history": history.collect::<Vec<_>>(),
        "writes": writes.collect::<Vec<_>>(),
    }))
}

fn text(text: &Text) -> Value {
    match text {
        Text::Wiki(source) => json!({"markup": "wiki", "source": source}),
        Text::Adf(source) => {
            json!({"markup": "adf", "source": serde_json::from_str::<Value>(source).unwrap_or_default(), "wiki": text.wiki()})
        }
    }
}

fn properties(names: &Names, properties: &Properties) -> Value {
    properties
        .iter()
        .map(|(key, value)| (names.get(*key).to_owned(), json!(value)))
        .collect::<Map<_, _>>()
        .into()
}

fn remark(site: &Site, comment: &Comment) -> Value {
    json!({
        "id": comment.id.to_string(),
        "author": site.catalog.account(comment.author).name,
        "editor": site.catalog.account(comment.editor).name,
        "body": text(&comment.body),
        "created": comment.created,
        "updated": comment.updated,
        "visibility": comment.visibility.as_ref().map(|visibility| json!({"type": visibility.kind, "value": visibility.value})),
        "properties": properties(&site.names, &comment.properties),
        "marker": marker(&site.names, &comment.properties),
    })
}

/// Custom fields by name.
fn custom(site: &Site, issue: &Issue) -> Value {
    let shown = issue.custom.iter().map(|(row, value)| {
        let custom = site.catalog.custom.get(*row);
        (custom.name.to_string(), held(site, custom, value))
    });
    shown.collect::<Map<_, _>>().into()
}

/// A custom field's value by names.
fn held(site: &Site, custom: &Custom, held: &Held) -> Value {
    let catalog = &site.catalog;
    let version = |row: &Row<Version>| &*catalog.versions.get(*row).name;
    match held {
        Held::Text(text) | Held::Rank(text) => json!(text),
        Held::Area(area) => text(area),
        Held::Number(number) => json!(number),
        Held::Date(date) => json!(date.to_string()),
        Held::Moment(at) => json!(at),
        Held::Option(id) => json!(custom.value(*id)),
        Held::Options(ids) => ids.iter().map(|id| custom.value(*id)).collect(),
        Held::Cascade(above, below) => {
            [Some(*above), *below].into_iter().flatten().map(|id| custom.value(id)).collect()
        }
        Held::Person(person) => json!(catalog.account(*person).name),
        Held::People(people) => people.iter().map(|person| &*catalog.account(*person).name).collect(),
        Held::Group(row) => json!(catalog.groups.get(*row).name),
        Held::Groups(rows) => rows.iter().map(|row| &*catalog.groups.get(*row).name).collect(),
        Held::Labels(labels) => json!(labels),
        Held::Version(row) => json!(version(row)),
        Held::Versions(rows) => rows.iter().map(version).collect(),
        Held::Project(row) => json!(catalog.projects.get(*row).key),
        Held::Sprints(ids) => {
            ids.iter().filter_map(|id| site.agile.sprints.get(id)).map(|sprint| &*sprint.name).collect()
        }
        Held::Epic(_, key) => json!(key),
    }
}

/// Replaces the webhook of the options, which is always the first one made (`name` is `options`).
///
/// A filter that cannot be read changes nothing; the answer is what is wrong with it.
pub(crate) fn target(site: &mut Site, target: Option<WebhookTarget>) -> Result<(), String> {
    let Some(target) = target else {
        site.hooks.retain(|hook| hook.name != "options");
        return Ok(());
    };
    let jql = target.jql.unwrap_or_default();
    let query = Query::read(site, &jql).map_err(|refusal| refusal.messages.join(" "))?;
    site.hooks.retain(|hook| hook.name != "options");
    let events = if target.events.is_empty() {
        EVENTS
            .iter()
            .chain(crate::jira::hook::setup::EVENTS)
            .chain(crate::jira::hook::agile::EVENTS)
            .chain(crate::jira::hook::part::EVENTS)
            .map(|event| (*event).to_owned())
            .collect()
    } else {
        target.events
    };
    site.hooks.push(Hook {
        id: site.next_hook,
        name: "options".to_owned(),
        url: target.url,
        secret: target.secret.filter(|_| site.is_cloud()),
        events,
        enabled: true,
        query,
        jql,
        exclude_body: false,
        created: site.frame.clock.now(),
        updated: site.frame.clock.now(),
        updater: Person(0),
    });
    site.next_hook += 1;
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Permission {
    user: String,
    project: String,
    right: Right,
    allowed: bool,
}

/// Gives or takes a right, or turns a switch.
pub(crate) fn set(site: &mut Site, change: &Value) -> Result<Value, String> {
    if change.get("right").is_none() {
        return switch::set(site, change);
    }
    let wanted = Permission::deserialize(change).map_err(|error| error.to_string())?;
    let who = person(site, &wanted.user)?;
    let project = site
        .catalog
        .project(&wanted.project)
        .ok_or_else(|| format!("there is no project '{}'", wanted.project))?;
    let entry = (who, project, wanted.right);
    if wanted.allowed {
        site.denied.remove(&entry);
    } else {
        site.denied.insert(entry);
    }
    Ok(json!({}))
}
