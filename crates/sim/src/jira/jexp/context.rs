//! What expressions are told: of an issue, a project, a person, as beans with the names of their documentation.

use serde_json::{Map, Value, json};

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::Project;
use crate::jira::date::Stamp;
use crate::jira::field::Field;
use crate::jira::issue::{Issue, Properties, Text};
use crate::jira::site::Site;
use crate::jira::view::Show;
use crate::jira::view::held::HeldView;

/// The member that says which bean a map is; no text of an expression can name it.
pub(crate) const BEAN: &str = "\u{0}bean";

/// A person.
pub(crate) fn person(site: &Site, person: Person) -> Value {
    let account = site.catalog.account(person);
    json!({BEAN: "User", "accountId": account.account_id, "displayName": account.display, "active": !account.inactive,
        "emailAddress": account.email, "properties": {}})
}

/// A project.
pub(crate) fn project(site: &Site, row: Row<Project>) -> Value {
    let project = site.catalog.projects.get(row);
    json!({BEAN: "Project", "id": project.id, "key": project.key, "name": project.name,
        "projectTypeKey": project.genre, "style": "classic"})
}

fn rich(text: &Text) -> Value {
    json!({BEAN: "RichText", "plainText": text.wiki()})
}

fn properties(site: &Site, properties: &Properties) -> Value {
    let read = properties.iter().map(|(key, value)| {
        (site.names.get(*key).to_owned(), serde_json::from_str(value.get()).unwrap_or_default())
    });
    Value::Object(read.collect::<Map<_, _>>())
}

/// An issue as somebody sees it; its parent and sub-tasks are told in short.
pub(crate) fn issue(show: Show<'_>, issue: &Issue) -> Value {
    let (site, catalog) = (show.site, &show.site.catalog);
    let who = |one: Option<Person>| one.map_or(Value::Null, |one| person(site, one));
    let status = catalog.statuses.get(issue.status);
    let (category, key, color, name) = status.category.parts();
    let kind = catalog.kinds.get(issue.kind);
    let short = |id: &u32| {
        let other = site.issues.get(*id)?;
        Some(json!({BEAN: "Issue", "id": other.id, "key": site.key(other), "summary": other.summary}))
    };
    let mut told = json!({
        BEAN: "Issue",
        "id": issue.id,
        "key": site.key(issue),
        "summary": issue.summary,
        "description": issue.description.as_ref().map(rich),
        "environment": issue.environment.as_ref().map(rich),
        "project": project(site, issue.project),
        "issueType": {BEAN: "IssueType", "id": number(&kind.id), "name": kind.name, "isSubtask": kind.is_subtask()},
        "status": {BEAN: "IssueStatus", "id": number(&status.id), "name": status.name,
            "category": {BEAN: "IssueStatusCategory", "id": category, "key": key, "name": name, "colorName": color}},
        "priority": {BEAN: "IssuePriority", "id": number(&catalog.priorities.get(issue.priority).id),
            "name": catalog.priorities.get(issue.priority).name},
        "resolution": issue.resolution.map(|row| catalog.resolutions.get(row)).map(|row| {
            json!({BEAN: "IssueResolution", "id": number(&row.id), "name": row.name})
        }),
        "assignee": who(issue.assignee),
        "reporter": who(Some(issue.reporter)),
        "creator": who(Some(issue.creator)),
        "created": Stamp(issue.created),
        "updated": Stamp(issue.updated),
        "dueDate": issue.due.map(|day| day.to_string()),
        "labels": issue.labels.iter().map(|label| site.names.get(*label)).collect::<Vec<_>>(),
        "components": issue.components.iter().map(|row| catalog.components.get(*row)).map(|one| {
            json!({BEAN: "Component", "id": one.id, "name": one.name})
        }).collect::<Vec<_>>(),
        "fixVersions": issue.fix_versions.iter().map(|row| catalog.versions.get(*row)).map(|one| {
            json!({BEAN: "Version", "id": one.id, "name": one.name, "released": one.released})
        }).collect::<Vec<_>>(),
        "isEpic": kind.level > 0,
        "parent": issue.parts().parent.as_ref().and_then(short),
        "subtasks": issue.parts().children.iter().filter_map(short).collect::<Vec<_>>(),
        "properties": properties(site, &issue.properties),
        "attachments": issue.parts().attachments.iter().map(|one| {
            json!({BEAN: "Attachment", "id": one.id, "filename": one.name, "mimeType": one.media,
                "size": one.content.length(), "author": person(site, one.author), "created": Stamp(one.created)})
        }).collect::<Vec<_>>(),
    });
    if let Value::Object(members) = &mut told {
        members.insert("comments".to_owned(), comments(show, issue));
        for (row, held) in &issue.custom {
            let id = Field::Custom(*row).id(catalog).to_owned();
            members.insert(id, json!(HeldView(show, *row, held)));
        }
    }
    told
}

/// The comments that the viewer may read.
fn comments(show: Show<'_>, issue: &Issue) -> Value {
    let site = show.site;
    let seen = issue.comments.iter().filter(|comment| site.may_read(show.viewer, comment));
    let told = seen.map(|comment| {
        json!({BEAN: "Comment", "id": comment.id, "author": person(site, comment.author),
            "body": rich(&comment.body), "created": Stamp(comment.created), "updated": Stamp(comment.updated),
            "properties": properties(site, &comment.properties)})
    });
    told.collect()
}

/// An id as expressions have it.
fn number(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| id.into(), Value::from)
}
