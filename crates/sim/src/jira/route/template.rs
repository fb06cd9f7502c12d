//! The templates projects are made from, below `/rest/project-templates/{version}`; Jira's own create dialog reads them.

use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::signed_in;
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// Type of project, key, name.
const TEMPLATES: &[(&str, &str, &str)] = &[
    ("software", "com.pyxis.greenhopper.jira:gh-scrum-template", "Scrum software development"),
    ("software", "com.pyxis.greenhopper.jira:gh-kanban-template", "Kanban software development"),
    (
        "software",
        "com.pyxis.greenhopper.jira:basic-software-development-template",
        "Basic software development",
    ),
    (
        "business",
        "com.atlassian.jira-core-project-templates:jira-core-project-management",
        "Project management",
    ),
    ("business", "com.atlassian.jira-core-project-templates:jira-core-task-management", "Task management"),
    (
        "business",
        "com.atlassian.jira-core-project-templates:jira-core-process-management",
        "Process management",
    ),
];

pub(crate) fn table() -> Vec<Route<Site>> {
    vec![(Method::GET, "/templates", Act::Read(list))]
}

/// `GET templates`
fn list(_: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let group = |genre: &str, name: &str| -> Value {
        let templates = TEMPLATES.iter().filter(|(own, _, _)| *own == genre).zip(1..);
        let templates: Vec<Value> = templates
            .map(|((_, key, name), weight)| {
                json!({"projectTemplateModuleCompleteKey": key, "name": name, "description": name, "weight": 100 * weight,
                    "projectTypeKey": genre, "createProject": true})
            })
            .collect();
        json!({"projectType": {"key": genre, "projectTypeKey": genre, "formattedKey": name},
            "projectTypeBean": {"projectTypeKey": genre, "projectTypeDisplayKey": name},
            "applicationInfo": {"applicationName": format!("Jira {name}")}, "projectTemplates": templates})
    };
    Ok(Answer::ok(
        &json!({"projectTemplatesGroupedByType": [group("software", "Software"), group("business", "Business")]}),
    ))
}
