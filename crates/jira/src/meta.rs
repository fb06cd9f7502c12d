//! What a site has, whatever the project: fields, issue types, priorities, resolutions, states.

use crate::error::Error;
use crate::paged::Paged;
use crate::site::{Deployment, Jira};
use crate::wire::{Field, IssueType, Priority, Resolution, Status};

impl<'a> Jira<'a> {
    /// All fields that the account can see.
    pub async fn fields(&self) -> Result<Vec<Field>, Error> {
        self.get("jira.field.list", self.api().then("field")).await
    }

    /// Fields whose name or description holds these words (Cloud only).
    pub fn search_fields(&self, words: &str) -> Paged<'a, Field> {
        self.paged("jira.field.search", self.api().then("field/search").ask("query", words))
    }

    /// All issue types that the account can see.
    pub async fn issue_types(&self) -> Result<Vec<IssueType>, Error> {
        self.get("jira.issue_type.list", self.api().then("issuetype")).await
    }

    /// An issue type by its id.
    pub async fn issue_type(&self, id: &str) -> Result<IssueType, Error> {
        self.get("jira.issue_type.get", self.api().then("issuetype").piece(id)).await
    }

    /// All priorities, highest first. (Cloud marks this list as deprecated in favour of pages; it still answers.)
    pub async fn priorities(&self) -> Result<Vec<Priority>, Error> {
        self.get("jira.priority.list", self.api().then("priority")).await
    }

    /// All resolutions.
    pub async fn resolutions(&self) -> Result<Vec<Resolution>, Error> {
        match self.deployment() {
            Deployment::Cloud => {
                self.pages("jira.resolution.search", self.api().then("resolution/search")).await
            }
            Deployment::DataCenter => self.get("jira.resolution.list", self.api().then("resolution")).await,
        }
    }

    /// All states of the site.
    pub async fn all_statuses(&self) -> Result<Vec<Status>, Error> {
        self.get("jira.status.list", self.api().then("status")).await
    }
}
