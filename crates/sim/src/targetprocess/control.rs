//! Targetprocess's part of the control API: edits by people, dumps for oracles, switches.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::frame::call::Person;
use crate::targetprocess::deed::{Hand, assignment, comment, item as deed};
use crate::targetprocess::item::{Held, Item};
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// How the tag of a marker begins.
const MARKER: &str = "bowline-";

/// An edit by a person. Texts are HTML.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    /// `admin`, `ada` or `bob`.
    #[serde(rename = "as")]
    who: String,
    /// Id of the item to edit.
    #[serde(default)]
    item: Value,
    /// Members of an item to create, with its `ResourceType`.
    #[serde(default)]
    create: Value,
    /// Members as in v1; `Priority`, `EntityState` and other references by id.
    #[serde(default)]
    fields: Value,
    /// The text of a comment to add.
    #[serde(default)]
    comment: Option<String>,
    #[serde(default)]
    edit_comment: Option<CommentEdit>,
    #[serde(default)]
    delete_comment: Option<Value>,
    /// The state to walk to, state by state.
    #[serde(default)]
    state: Option<String>,
    /// A person to assign, in that person's own role.
    #[serde(default)]
    assign: Option<String>,
    /// A person to unassign, in whatever role.
    #[serde(default)]
    unassign: Option<String>,
    #[serde(default)]
    delete: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommentEdit {
    id: Value,
    body: String,
}

/// Edits as a person; the answer is the item's id, and the new comment's.
pub(crate) fn edit(site: &mut Site, edit: &Value) -> Result<Value, String> {
    let wanted: Edit = Edit::deserialize(edit).map_err(|error| error.to_string())?;
    let hand = Hand::person(person(site, &wanted.who)?);
    let said = |refusal: Refusal| refusal.message;
    let id = if wanted.create.is_null() {
        let id = number(&wanted.item)?;
        site.items.get(id).map(|item| item.id).ok_or_else(|| format!("there is no item {id}"))?
    } else {
        let kind = wanted.create.get("ResourceType").and_then(Value::as_str).unwrap_or_default();
        let kind = Kind::of(kind, true)
            .filter(|kind| kind.is_item())
            .ok_or("create needs the ResourceType of an item")?;
        deed::create(site, &hand, kind, &wanted.create).map_err(said)?
    };
    if wanted.fields.is_object() {
        deed::update(site, &hand, id, &wanted.fields).map_err(said)?;
    }
    if let Some(state) = &wanted.state {
        deed::walk(site, &hand, id, state)?;
    }
    let mut commented = None;
    if let Some(text) = &wanted.comment {
        let body = json!({"Description": text, "General": {"Id": id}});
        commented = Some(comment::create(site, &hand, &body).map_err(said)?);
    }
    if let Some(CommentEdit { id: which, body }) = wanted.edit_comment {
        comment::edit(site, &hand, number(&which)?, &json!({"Description": body})).map_err(said)?;
    }
    if let Some(which) = wanted.delete_comment {
        comment::delete(site, &hand, number(&which)?).map_err(said)?;
    }
    if let Some(name) = &wanted.assign {
        let who = person(site, name)?;
        let account = site.catalog.account(who).ok_or("there is no such person")?;
        let role = site.catalog.roles.get(account.role).id;
        let body = json!({"GeneralUser": {"Id": account.id}, "Role": {"Id": role}});
        assignment::add(site, &hand, id, &body).map_err(said)?;
    }
    if let Some(name) = &wanted.unassign {
        let who = person(site, name)?;
        let assigned = site.assignments.iter().filter(|one| one.assignable == id && one.user == who);
        for assigned in assigned.map(|one| one.id).collect::<Vec<_>>() {
            assignment::delete(site, &hand, assigned).map_err(said)?;
        }
    }
    if wanted.delete {
        deed::delete(site, &hand, id).map_err(said)?;
    }
    Ok(json!({"id": id.to_string(), "key": id.to_string(), "comment": commented.map(|id| id.to_string())}))
}

fn person(site: &Site, name: &str) -> Result<Person, String> {
    site.catalog
        .person(|account| *account.login == *name)
        .ok_or_else(|| format!("there is no person '{name}'"))
}

/// A number, or a text that is one.
fn number(value: &Value) -> Result<u32, String> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().map_err(|_| format!("'{text}' is not an id"))
}

/// Counts and settings.
pub(crate) fn state(site: &Site) -> Value {
    json!({
        "product": "targetprocess",
        "base_url": site.base,
        "counts": {
            "items": site.items.len(), "comments": site.comments.len(), "assignments": site.assignments.len(),
            "deleted": site.gone.len(),
        },
        "hooks": site.hook.iter().map(|hook| json!({
            "id": 1, "header": hook.header.is_some(), "url": hook.url.split('?').next(),
        })).collect::<Vec<_>>(),
        "settings": {
            "comment_bumps": site.switches.comment_bumps,
            "general_in_hooks": site.switches.general_in_hooks,
            "comment_required": site.catalog.states.iter().any(|(_, state)| state.comment_required),
        },
    })
}

/// Every item in short, and those that were deleted.
pub(crate) fn items(site: &Site) -> Value {
    let items = site.items.iter().map(|item| short(site, item));
    let deleted = site
        .gone
        .iter()
        .map(|gone| json!({"id": gone.id.to_string(), "at": gone.at, "who": site.catalog.login(gone.who)}));
    json!({"items": items.collect::<Vec<_>>(), "deleted": deleted.collect::<Vec<_>>()})
}

/// One item in short.
pub(crate) fn short(site: &Site, item: &Item) -> Value {
    json!({
        "id": item.id.to_string(),
        "key": item.id.to_string(),
        "type": item.kind.name(),
        "title": item.name,
        "state": site.catalog.states.get(item.state).name,
        "updated": item.modified,
        "version": item.version,
        "marker": marker(site, item),
    })
}

/// The first tag that begins with `bowline-`.
fn marker<'a>(site: &'a Site, item: &Item) -> Option<&'a str> {
    item.tags.iter().map(|tag| site.tags.get(*tag)).find(|tag| tag.starts_with(MARKER))
}

/// One item at full length.
pub(crate) fn item(site: &Site, id: &str) -> Option<Value> {
    let item = site.items.get(id.parse().ok()?)?;
    let catalog = &site.catalog;
    let who = |person: Person| catalog.login(person);
    let comments = item.comments.iter().filter_map(|id| site.comments.get(*id)).map(|comment| {
        json!({
            "id": comment.id.to_string(), "author": who(comment.owner), "body": {"markup": "html", "source": comment.description},
            "created": comment.created, "updated": comment.edited, "private": comment.private, "pinned": comment.pinned,
            "parent": comment.parent.map(|id| id.to_string()),
        })
    });
    let assignments = item.assignments.iter().filter_map(|id| site.assignments.get(*id)).map(|assignment| {
        json!({
            "id": assignment.id.to_string(), "user": who(assignment.user), "role": catalog.roles.get(assignment.role).name,
        })
    });
    let writes = item.writes.iter().map(|write| {
        json!({
            "at": write.at, "who": who(write.who), "via": write.via, "deed": write.deed,
            "part": (write.part != 0).then(|| write.part.to_string()),
            "fields": write.fields.iter().map(|name| site.names.get(*name)).collect::<Vec<_>>(),
        })
    });
    Some(json!({
        "id": item.id.to_string(),
        "key": item.id.to_string(),
        "project": catalog.projects.get(item.project).name,
        "type": item.kind.name(),
        "title": item.name,
        "description": item.description.as_ref().map(|text| json!({"markup": "html", "source": text})),
        "state": catalog.states.get(item.state).name,
        "priority": catalog.priorities.get(item.priority).name,
        "severity": item.severity.map(|row| &catalog.severities.get(row).name),
        "owner": who(item.owner),
        "creator": who(item.creator),
        "editor": who(item.editor),
        "epic": item.epic, "feature": item.feature, "story": item.story,
        "effort": item.effort,
        "tags": item.tags.iter().map(|tag| site.tags.get(*tag)).collect::<Vec<_>>(),
        "custom": custom(site, item),
        "created": item.created,
        "updated": item.modified,
        "version": item.version,
        "commented": item.commented.map(|(at, _)| at),
        "comments": comments.collect::<Vec<_>>(),
        "assignments": assignments.collect::<Vec<_>>(),
        "marker": marker(site, item),
        "writes": writes.collect::<Vec<_>>(),
    }))
}

/// Custom fields by name.
fn custom(site: &Site, item: &Item) -> Value {
    let shown = item.custom.iter().map(|(row, held)| {
        let value = match held {
            Held::Text(text) => json!(text),
            Held::Number(number) => json!(number),
            Held::Flag(flag) => json!(flag),
        };
        (site.catalog.custom.get(*row).name.to_string(), value)
    });
    shown.collect::<Map<_, _>>().into()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    comment_bumps: Option<bool>,
    general_in_hooks: Option<bool>,
    comment_required: Option<bool>,
}

/// Changes switches; those that are not named stay.
pub(crate) fn set(site: &mut Site, change: &Value) -> Result<(), String> {
    let wanted = Settings::deserialize(change).map_err(|error| error.to_string())?;
    site.switches.comment_bumps = wanted.comment_bumps.unwrap_or(site.switches.comment_bumps);
    site.switches.general_in_hooks = wanted.general_in_hooks.unwrap_or(site.switches.general_in_hooks);
    if let Some(required) = wanted.comment_required {
        require_comment(site, required);
    }
    Ok(())
}

/// Sets whether the state `In Testing` asks for a comment, in every process and type.
pub(crate) fn require_comment(site: &mut Site, required: bool) {
    let rows: Vec<_> = site
        .catalog
        .states
        .iter()
        .filter(|(_, state)| &*state.name == "In Testing")
        .map(|(row, _)| row)
        .collect();
    for row in rows {
        site.catalog.states.get_mut(row).comment_required = required;
    }
}
