//! Comments: a resource of their own, without any place for a marker.

use bowline_core::code::TOOL_BAD_ANSWER;
use bowline_core::command::Written;
use bowline_core::comment::Comment;
use bowline_core::item::Locator;
use bowline_core::text::Doc;
use bowline_core::value::Person;
use bowline_core::{Failure, Timestamp};
use serde_json::{Map, Value as Json, json};

use super::assignment::person;
use super::date;
use super::field::rich;
use super::query::Query;
use super::refusal::{failure, write_failure};
use super::tool::{TargetprocessTool, item_id};
use crate::rich::Dialect;
use crate::split::after_write;

/// What to read of a comment, in v2.
const SELECT: [&str; 6] = [
    "id",
    "description",
    "createDate",
    "descriptionModifyDate",
    "isPrivate",
    "owner:{owner.id,owner.firstName,owner.lastName}",
];

/// The same, in v1.
const INCLUDE: &str =
    "Id,Description,CreateDate,DescriptionModifyDate,IsPrivate,Owner[Id,FirstName,LastName]";

impl TargetprocessTool {
    /// Reads all comments of an item, oldest first.
    pub(super) async fn all_comments(&self, at: &Locator) -> Result<Vec<Comment>, Failure> {
        let filter = format!("general.id == {}", item_id(&at.id)?);
        let query = Query::all("Comment").filter(&filter).select(&SELECT).order_by("id");
        let rows = self.site().all("targetprocess.comment.list", query).await.map_err(failure)?;
        rows.iter().map(read).collect()
    }

    /// Writes a comment.
    pub(super) async fn comment(&self, at: &Locator, body: &Doc) -> Result<Written, Failure> {
        let general = json!({ "Id": item_id(&at.id)? });
        let body = Map::from_iter([
            ("General".to_owned(), general),
            ("Description".to_owned(), Dialect::Html.print(body)),
        ]);
        self.write_comment("targetprocess.comment.create", None, body).await
    }

    /// Changes a comment.
    pub(super) async fn edit_comment(&self, id: &str, body: &Doc) -> Result<Written, Failure> {
        let body = Map::from_iter([("Description".to_owned(), Dialect::Html.print(body))]);
        self.write_comment("targetprocess.comment.edit", Some(item_id(id)?), body).await
    }

    async fn write_comment(
        &self,
        operation: &'static str,
        id: Option<u64>,
        body: Map<String, Json>,
    ) -> Result<Written, Failure> {
        let written =
            self.site().write(operation, ("Comments", id), INCLUDE, body).await.map_err(write_failure)?;
        let comment = read(&written).map_err(after_write)?;
        Ok(Written { comment: Some(comment), ..Written::default() })
    }
}

fn read(found: &Json) -> Result<Comment, Failure> {
    let when = |name: &str| -> Option<Timestamp> { Some(date::parse(found.get(name)?.as_str()?)?.at) };
    let id = found.get("id").and_then(Json::as_u64);
    let (Some(id), Some(created_at)) = (id, when("createDate")) else {
        return Err(Failure::park(TOOL_BAD_ANSWER));
    };
    Ok(Comment {
        id: id.to_string(),
        author: found.get("owner").and_then(person).unwrap_or_else(|| Person::of("")),
        editor: None,
        body: rich(found.get("description").and_then(Json::as_str).unwrap_or_default()),
        created_at,
        updated_at: when("descriptionModifyDate").unwrap_or(created_at),
        hidden: found.get("isPrivate").and_then(Json::as_bool).unwrap_or(false),
        marker: None,
    })
}
