//! Workflows, and the schemes that say which of them the issue types of a project follow. Only administrators of Jira may read
//! them (the global permission *Administer Jira*).
//!
//! Cloud and Data Center differ in everything but the shape of a scheme. The paths of the private API
//! `rest/projectconfig/1` are not used: they were never documented.

use crate::error::Error;
use crate::paged::Paged;
use crate::site::{Deployment, Jira};
use crate::wire::{Project, ProjectsWorkflows, Workflow, WorkflowScheme};

impl<'a> Jira<'a> {
    /// The workflow scheme of a project, by the project's key on Data Center and by its id on Cloud. `None` for a team-managed
    /// project, which has none ("Get workflow scheme project associations"), and for a project that Cloud shows without its id.
    pub async fn workflow_scheme(&self, project: &Project) -> Result<Option<WorkflowScheme>, Error> {
        const OPERATION: &str = "jira.workflow_scheme.of_project";
        match self.deployment() {
            Deployment::DataCenter => {
                let path = self.api().then("project").piece(&project.key).then("workflowscheme");
                self.get(OPERATION, path).await.map(Some)
            }
            Deployment::Cloud => {
                let Some(id) = project.id.get() else { return Ok(None) };
                let path = self.api().then("workflowscheme/project").ask("projectId", &id.to_string());
                let found: ProjectsWorkflows = self.get(OPERATION, path).await?;
                Ok(found.values.into_iter().next().map(|association| association.workflow_scheme))
            }
        }
    }

    /// A workflow scheme by its id. The default scheme of Cloud has none.
    pub async fn workflow_scheme_by_id(&self, id: &str) -> Result<WorkflowScheme, Error> {
        self.get("jira.workflow_scheme.get", self.api().then("workflowscheme").piece(id)).await
    }

    /// All workflow schemes (Cloud only: Data Center has no list of them).
    pub fn workflow_schemes(&self) -> Paged<'a, WorkflowScheme> {
        self.paged("jira.workflow_scheme.list", self.api().then("workflowscheme"))
    }

    /// All workflows.
    pub async fn workflows(&self) -> Result<Vec<Workflow>, Error> {
        match self.deployment() {
            Deployment::DataCenter => self.get("jira.workflow.list", self.api().then("workflow")).await,
            Deployment::Cloud => {
                self.pages("jira.workflow.search", self.api().then("workflows/search")).await
            }
        }
    }
}
