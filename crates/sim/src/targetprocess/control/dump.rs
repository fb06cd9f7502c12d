//! What oracles can look at: counts and settings, every item in short, one item with every write ever made to it.

use serde_json::{Map, Value, json};

use super::settings::Hook;
use crate::frame::call::Person;
use crate::targetprocess::custom::Held;
use crate::targetprocess::item::Item;
use crate::targetprocess::site::Site;

/// How the tag of a marker begins.
const MARKER: &str = "bowline-";

/// Counts and settings.
pub(crate) fn state(site: &Site) -> Value {
    json!({
        "product": "targetprocess",
        "base_url": site.base,
        "counts": {
            "items": site.items.len(), "comments": site.comments.len(), "attachments": site.attachments.len(),
            "assignments": site.assignments.len(),
            "teams": site.team_assignments.len(), "efforts": site.efforts.len(), "times": site.times.len(),
            "relations": site.relations.len(), "history": site.history.len(), "deleted": site.gone.len(),
        },
        "hooks": site.hook.iter().map(|hook| json!({
            "id": 1, "header": hook.header.is_some(), "url": hook.url.split('?').next(),
        })).collect::<Vec<_>>(),
        "settings": {
            "comment_bumps": site.switches.comment_bumps,
            "general_in_hooks": site.switches.general_in_hooks,
            "comment_required": site.catalog.states.iter().any(|(_, state)| state.comment_required),
            "silent_filters": site.switches.silent_filters,
            "file_limit": site.switches.file_limit,
            "offset_minutes": site.switches.offset,
            "hook": Hook::of(&site.switches.hook),
        },
    })
}

/// Every item in short, and those that were deleted.
pub(crate) fn items(site: &Site) -> Value {
    let items = site.items.iter().map(|item| short(site, item));
    let deleted = site
        .gone
        .iter()
        .map(|(id, gone)| json!({"id": id.to_string(), "at": gone.at, "who": site.catalog.login(gone.who)}));
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
    let comments = item.parts.comments.iter().filter_map(|id| site.comments.get(*id)).map(|comment| {
        json!({
            "id": comment.id.to_string(), "author": who(comment.owner), "body": {"markup": "html", "source": comment.description},
            "created": comment.created, "updated": comment.edited, "private": comment.private, "pinned": comment.pinned,
            "parent": comment.parent.map(|id| id.to_string()),
        })
    });
    let assignments = item.parts.assignments.iter().filter_map(|id| site.assignments.get(*id)).map(|assignment| {
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
        "project": catalog.projects.get(item.project).base.name,
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
        "portfolio": item.portfolio,
        "effort": site.effort(item),
        "tags": item.tags.iter().map(|tag| site.tags.get(*tag)).collect::<Vec<_>>(),
        "custom": custom(site, item),
        "created": item.created,
        "updated": item.modified,
        "version": item.version,
        "commented": item.commented.map(|(at, _)| at),
        "comments": comments.collect::<Vec<_>>(),
        "attachments": attachments(site, item),
        "assignments": assignments.collect::<Vec<_>>(),
        "teams": teams(site, item),
        "efforts": efforts(site, item),
        "times": times(site, item),
        "marker": marker(site, item),
        "writes": writes.collect::<Vec<_>>(),
    }))
}

fn attachments(site: &Site, item: &Item) -> Value {
    let files = item.parts.attachments.iter().filter_map(|id| site.attachments.get(*id)).map(|one| {
        json!({
            "id": one.id.to_string(), "name": one.name, "media": one.media, "size": one.content.length(),
            "author": site.catalog.login(one.owner), "created": one.created,
        })
    });
    files.collect()
}

fn teams(site: &Site, item: &Item) -> Value {
    let teams = item.parts.teams.iter().filter_map(|id| site.team_assignments.get(*id)).map(|one| {
        json!({
            "id": one.id.to_string(), "team": site.catalog.teams.get(one.team).base.name,
            "state": one.state.map(|state| &site.catalog.states.get(state).name),
        })
    });
    teams.collect()
}

fn efforts(site: &Site, item: &Item) -> Value {
    let efforts = item.parts.efforts.iter().filter_map(|id| site.efforts.get(*id)).map(|one| {
        json!({"id": one.id.to_string(), "role": site.catalog.roles.get(one.role).name, "effort": one.effort})
    });
    efforts.collect()
}

fn times(site: &Site, item: &Item) -> Value {
    let times = item.parts.times.iter().filter_map(|id| site.times.get(*id)).map(|one| {
        json!({
            "id": one.id.to_string(), "user": site.catalog.login(one.user), "spent": one.spent, "remain": one.remain,
            "date": one.date, "description": one.description,
        })
    });
    times.collect()
}

/// Custom fields by name.
fn custom(site: &Site, item: &Item) -> Value {
    let shown = item.custom.iter().map(|(row, held)| {
        let value = match held {
            Held::Text(text) => json!(text),
            Held::Number(number) => json!(number),
            Held::Flag(flag) => json!(flag),
            Held::Time(at) => json!(at),
            Held::Link { url, label } => json!({"url": url, "label": label}),
            Held::Entity(id, kind) => json!({"id": id.to_string(), "type": kind.name()}),
        };
        (site.catalog.custom.get(*row).name.to_string(), value)
    });
    shown.collect::<Map<_, _>>().into()
}
