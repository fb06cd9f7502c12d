//! Projects: which there are, their states, what creating an issue in them takes, and what the account may do there.

use crate::error::Error;
use crate::site::{Deployment, Jira};
use crate::wire::{FieldMeta, IssueType, IssueTypeStatuses, Permissions, Project};

impl Jira<'_> {
    /// All projects that the account can see.
    pub async fn projects(&self) -> Result<Vec<Project>, Error> {
        match self.deployment() {
            Deployment::DataCenter => self.get("jira.project.list", self.api().then("project")).await,
            Deployment::Cloud => self.pages("jira.project.search", self.api().then("project/search")).await,
        }
    }

    /// The states of each issue type of a project.
    pub async fn statuses(&self, project: &str) -> Result<Vec<IssueTypeStatuses>, Error> {
        self.get("jira.project.statuses", self.api().then("project").piece(project).then("statuses")).await
    }

    /// Whether the account has a permission in a project; `None` if this Jira does not know the permission.
    pub async fn permitted(&self, project: &str, permission: &str) -> Result<Option<bool>, Error> {
        // Cloud answers for what is named only; Data Center takes no notice of that and answers all there are.
        let path = self.api().then("mypermissions").ask("projectKey", project).ask("permissions", permission);
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
