//! What a site offers: projects, priorities, roles. References are written by id only, so every name a profile uses
//! is looked up here first. Names are compared on our side, never put into a query.

use std::sync::Arc;

use bowline_core::Failure;
use bowline_core::code::TOOL_UNKNOWN_PROJECT;
use bowline_core::failure::Words;
use bowline_core::value::Choice;
use serde_json::Value as Json;

use super::query::{Query, id, literal};
use super::refusal::failure;
use super::tool::TargetprocessTool;
use crate::name;

/// A project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Project {
    /// Its id.
    pub(crate) id: u64,
    /// Its name.
    pub(crate) name: String,
    /// The id of its process, which decides on states and custom fields.
    pub(crate) process: Option<u64>,
}

impl TargetprocessTool {
    /// All projects that can be seen.
    pub(super) async fn projects(&self) -> Result<Arc<Vec<Project>>, Failure> {
        self.projects.get((), self.all_projects()).await
    }

    async fn all_projects(&self) -> Result<Vec<Project>, Failure> {
        let query = Query::all("Project").select(&["id", "name", "process:{process.id}"]).order_by("id");
        let rows = self.site().all("targetprocess.project.list", query).await.map_err(failure)?;
        let project = |row: &Json| {
            let process = row.get("process").and_then(|process| process.get("id")?.as_u64());
            Some(Project {
                id: row.get("id")?.as_u64()?,
                name: row.get("name")?.as_str()?.to_owned(),
                process,
            })
        };
        Ok(rows.iter().filter_map(project).collect())
    }

    /// The project of a name.
    pub(super) async fn project(&self, wanted: &str) -> Result<Project, Failure> {
        let projects = self.projects().await?;
        let found = projects.iter().find(|project| name::same(&project.name, wanted)).cloned();
        found.ok_or_else(|| Failure::park(TOOL_UNKNOWN_PROJECT).with_words(Words::new(wanted)))
    }

    /// The priorities of a type: each type has its own list.
    pub(super) async fn priorities(&self, kind: &str) -> Result<Arc<Vec<Choice>>, Failure> {
        let Some(kind) = literal(kind) else { return Ok(Arc::default()) };
        let query = Query::all("Priority").filter(&format!("entityType.name == {kind}"));
        self.choices(format!("priority of {kind}"), query).await
    }

    /// The role of a name that assignments and efforts are made with.
    pub(super) async fn role(&self) -> Result<Option<u64>, Failure> {
        let wanted = self.role_name();
        let roles = self.choices("role".to_owned(), Query::all("Role")).await?;
        Ok(roles.iter().find(|role| role.name == wanted).and_then(|role| id(role.id.as_deref()?)))
    }

    /// The name of that role.
    pub(super) fn role_name(&self) -> &str {
        self.connection.settings.get("assignment_role").map_or("Developer", String::as_str)
    }

    /// The states of a type in a project's process.
    pub(super) async fn states(&self, project: &Project, kind: &str) -> Result<Arc<Vec<Choice>>, Failure> {
        let (Some(kind), Some(process)) = (literal(kind), project.process) else { return Ok(Arc::default()) };
        let filter = format!("entityType.name == {kind} and process.id == {process}");
        self.choices(format!("state of {kind} in {process}"), Query::all("EntityState").filter(&filter)).await
    }

    async fn choices(&self, key: String, query: Query) -> Result<Arc<Vec<Choice>>, Failure> {
        let learn = async {
            let query = query.select(&["id", "name"]).order_by("id");
            let rows = self.site().all("targetprocess.list", query).await.map_err(failure)?;
            Ok(rows.iter().filter_map(choice).collect())
        };
        self.lists.get(key, learn).await
    }
}

/// A reference as a choice; `None` for an empty one, which v2 gives as `{}`.
pub(crate) fn choice(found: &Json) -> Option<Choice> {
    let name = found.get("name")?.as_str()?.to_owned();
    Some(Choice { id: found.get("id").and_then(Json::as_u64).map(|id| id.to_string()), name })
}
