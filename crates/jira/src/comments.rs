//! Comments: list, read, create, edit, delete.

use http::{Method, StatusCode};
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

    /// Reads a comment with its properties; `None` if it does not exist or may not be seen.
    pub async fn comment(&self, id_or_key: &str, comment: &str) -> Result<Option<Comment>, Error> {
        let path = self.api().issue(id_or_key).then("comment").piece(comment).ask("expand", "properties");
        match self.get("jira.comment.get", path).await {
            Ok(comment) => Ok(Some(comment)),
            Err(error) if error.is(StatusCode::NOT_FOUND) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes a comment.
    pub async fn delete_comment(&self, id_or_key: &str, comment: &str) -> Result<(), Error> {
        let path = self.api().issue(id_or_key).then("comment").piece(comment);
        self.answer("jira.comment.delete", Method::DELETE, path, None, false).await.map(drop)
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
