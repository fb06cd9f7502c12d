//! What a site has, whatever the project: fields and priorities.

use crate::error::Error;
use crate::site::Jira;
use crate::wire::{Field, Priority};

impl Jira<'_> {
    /// All fields that the account can see.
    pub async fn fields(&self) -> Result<Vec<Field>, Error> {
        self.get("jira.field.list", self.api().then("field")).await
    }

    /// All priorities, highest first. (Cloud marks this list as deprecated in favour of pages; it still answers.)
    pub async fn priorities(&self) -> Result<Vec<Priority>, Error> {
        self.get("jira.priority.list", self.api().then("priority")).await
    }
}
