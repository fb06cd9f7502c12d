//! Projects: which there are, their states, what creating an issue in them takes, and what the account may do there.

use http::StatusCode;
use serde::Deserialize;

use crate::error::Error;
use crate::site::{Deployment, Jira};
use crate::wire::{FieldMeta, HierarchyLevel, IssueType, IssueTypeStatuses, Permissions, Project};

#[derive(Deserialize)]
struct Hierarchy {
    #[serde(default)]
    hierarchy: Vec<HierarchyLevel>,
}

impl Jira<'_> {
    /// All projects that the account can see.
    pub async fn projects(&self) -> Result<Vec<Project>, Error> {
        match self.deployment() {
            Deployment::DataCenter => self.get("jira.project.list", self.api().then("project")).await,
            Deployment::Cloud => self.pages("jira.project.search", self.api().then("project/search")).await,
        }
    }

    /// A project by id or key; `None` if it does not exist or may not be seen.
    pub async fn project(&self, id_or_key: &str) -> Result<Option<Project>, Error> {
        match self.get("jira.project.get", self.api().then("project").piece(id_or_key)).await {
            Ok(project) => Ok(Some(project)),
            Err(error) if error.is(StatusCode::NOT_FOUND) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The levels of a project's issue types, epics highest (Cloud only; by the project's id).
    pub async fn hierarchy(&self, project_id: &str) -> Result<Vec<HierarchyLevel>, Error> {
        let path = self.api().then("project").piece(project_id).then("hierarchy");
        let hierarchy: Hierarchy = self.get("jira.project.hierarchy", path).await?;
        Ok(hierarchy.hierarchy)
    }

    /// The states of each issue type of a project.
    pub async fn statuses(&self, project: &str) -> Result<Vec<IssueTypeStatuses>, Error> {
        self.get("jira.project.statuses", self.api().then("project").piece(project).then("statuses")).await
    }

    /// Whether the account has a permission in a project; `None` if this Jira does not know the permission.
    pub async fn permitted(&self, project: &str, permission: &str) -> Result<Option<bool>, Error> {
        let mut path = self.api().then("mypermissions").ask("projectKey", project);
        // Cloud answers for what is named only, Data Center for all there are.
        if self.deployment() == Deployment::Cloud {
            path = path.ask("permissions", permission);
        }
        let answer: Permissions = self.get("jira.permission.mine", path).await?;
        Ok(answer.permissions.get(permission).map(|own| own.have_permission))
    }

    /// The issue types that the account may create in a project.
    pub async fn create_types(&self, project: &str) -> Result<Vec<IssueType>, Error> {
        let path = self.api().then("issue/createmeta").piece(project).then("issuetypes");
        self.pages("jira.createmeta.types", path).await
    }

    /// The fields of the create screen of one issue type.
    pub async fn create_fields(&self, project: &str, type_id: &str) -> Result<Vec<FieldMeta>, Error> {
        let path = self.api().then("issue/createmeta").piece(project).then("issuetypes").piece(type_id);
        self.pages("jira.createmeta.fields", path).await
    }
}
