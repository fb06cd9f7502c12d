//! Comments: list, create, edit.

use http::Method;
use serde_json::{Value, json};

use crate::error::Error;
use crate::site::{Jira, read};
use crate::wire::{Comment, Property};

/// A comment to write.
#[derive(Clone, Debug, PartialEq)]
pub struct NewComment {
    /// ADF on Cloud, a string of wiki markup on Data Center.
    pub body: Value,
    /// Set in the same call.
    pub properties: Vec<Property>,
}

impl Jira<'_> {
    /// Reads all comments of an issue with their properties, oldest first.
    pub async fn comments(&self, id_or_key: &str) -> Result<Vec<Comment>, Error> {
        let path = self.api().issue(id_or_key).then("comment");
        self.pages("jira.comment.list", path.ask("orderBy", "created").ask("expand", "properties")).await
    }

    /// Writes a comment and returns it as Jira holds it.
    pub async fn create_comment(&self, id_or_key: &str, comment: &NewComment) -> Result<Comment, Error> {
        let path = self.api().issue(id_or_key).then("comment").ask("expand", "properties");
        let body = json!({ "body": comment.body, "properties": comment.properties });
        let answer = self.change("jira.comment.create", Method::POST, path, &body).await?;
        read("jira.comment.create", &answer)
    }

    /// Replaces a comment's body and returns the comment as Jira holds it. Properties stay.
    pub async fn edit_comment(&self, id_or_key: &str, comment: &str, body: &Value) -> Result<Comment, Error> {
        let path = self.api().issue(id_or_key).then("comment").piece(comment);
        let path = path.ask("expand", "properties");
        let answer = self.change("jira.comment.edit", Method::PUT, path, &json!({ "body": body })).await?;
        read("jira.comment.edit", &answer)
    }
}
