//! What a tool must be able to do to take part in sync. Implemented once per tool in `tools`.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::command::{Write, Written};
use crate::comment::Comment;
use crate::connection::{Connection, Identity, ToolKind};
use crate::delegation::Delegate;
use crate::event::{Delivery, Hint, Unreadable};
use crate::failure::Failure;
use crate::id::ShareId;
use crate::item::{FieldName, Item, Locator, Step, Version};
use crate::port::Asker;
use crate::value::{Choice, Value};

/// Which item to read, and what of it.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The tool's stable id, or what people call it (`ACME-7`).
    pub id: String,
    /// Its type, if known; some tools need it to find the right collection.
    pub kind: Option<String>,
    /// Which fields.
    pub fields: Vec<FieldName>,
    /// Whether to find out when each field last changed; costs more.
    pub history: bool,
}

/// One line of “what changed since”.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glimpse {
    /// The tool's stable id of the item.
    pub id: String,
    /// The item's type.
    pub kind: String,
    /// The item's project.
    pub scope: String,
    /// The item's version.
    pub version: Version,
    /// When it changed.
    pub updated_at: Timestamp,
    /// Whether only its comments are known to have changed.
    pub comments_only: bool,
}

/// Which changes to list.
#[derive(Clone, Debug)]
pub struct ChangedAsk {
    /// Not older than this, by the tool's clock.
    pub since: Timestamp,
    /// Only in these projects; all if empty.
    pub scopes: Vec<String>,
    /// Where the last page ended.
    pub page: Option<String>,
}

/// A page of changes, oldest first.
#[derive(Clone, Debug, Default)]
pub struct ChangedPage {
    /// The changes.
    pub glimpses: Vec<Glimpse>,
    /// What to pass for the next page; `None` at the end.
    pub next: Option<String>,
    /// Projects that were asked for and are not there, or that the account may not see. The others were looked at.
    pub unknown: Vec<String>,
}

/// How to find an item that we may have created.
#[derive(Clone, Debug)]
pub struct MarkerAsk {
    /// The project it would be in.
    pub scope: String,
    /// The type it would have.
    pub kind: String,
    /// The marker it would carry.
    pub marker: ShareId,
    /// When the create was first sent, by our clock.
    pub since: Timestamp,
    /// Which fields to read.
    pub fields: Vec<FieldName>,
}

/// Turns a delivery into a hint. Pure: no connection, no clock, no I/O.
pub trait Hints: Send + Sync {
    /// Reads what a delivery says.
    fn hint(&self, delivery: &Delivery) -> Result<Hint, Unreadable>;
}

/// One connection's tool.
#[async_trait]
pub trait Tool: Send + Sync {
    /// The value as the tool will hold and give it back after `value` was written to `field`: formatting it
    /// cannot hold is degraded, white space it trims is trimmed. Pure, and a fixed point after one pass.
    fn hold(&self, field: &FieldName, value: &Value) -> Value;

    /// As [`Tool::hold`], for the body of a comment.
    fn hold_comment(&self, body: &crate::text::Doc) -> crate::text::Doc;

    /// Reads an item; `None` if it does not exist or may not be seen.
    async fn find(&self, ask: &Ask) -> Result<Option<Item>, Failure>;

    /// Reads all comments of an item, oldest first.
    async fn comments(&self, at: &Locator) -> Result<Vec<Comment>, Failure>;

    /// Lists what changed since a moment, oldest first.
    async fn changed(&self, ask: &ChangedAsk) -> Result<ChangedPage, Failure>;

    /// Looks for the item that carries a marker, directly and by search. `None` says that it was not found, not
    /// that it does not exist: an index may lag.
    async fn marked(&self, ask: &MarkerAsk) -> Result<Option<Item>, Failure>;

    /// The ways out of an item's present state.
    async fn steps(&self, at: &Locator) -> Result<Vec<Step>, Failure>;

    /// Makes a change and reads it back.
    async fn write(&self, write: &Write) -> Result<Written, Failure>;
}

/// What a field of a type holds, for checking profiles and filling required fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// One line or plain text.
    Text,
    /// Formatted text.
    Rich,
    /// A number.
    Number,
    /// Yes or no.
    Bool,
    /// A calendar day.
    Date,
    /// A moment.
    Instant,
    /// One of a list.
    Choice,
    /// A workflow state.
    State,
    /// A person.
    Person,
    /// Several texts: labels, tags.
    Labels,
    /// Several of a list.
    Choices,
    /// Several people.
    People,
}

/// One field of a type.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FieldSchema {
    /// The tool's name for it, as profiles use it.
    pub name: FieldName,
    /// What people see.
    pub label: String,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether an item cannot be created without it.
    pub required: bool,
    /// Whether the tool fills it by itself if it is not given.
    pub defaulted: bool,
    /// The allowed values, where there is a list.
    pub allowed: Vec<Choice>,
}

/// What a type looks like in one project.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct TypeSchema {
    /// The project.
    pub scope: String,
    /// The type.
    pub kind: String,
    /// Its fields.
    pub fields: Vec<FieldSchema>,
    /// Its states.
    pub states: Vec<Choice>,
}

/// What there is in a tool besides items.
#[async_trait]
pub trait Catalogue: Send + Sync {
    /// Asks the tool who we are; the only proof that a credential works.
    async fn probe(&self, asker: Asker) -> Result<Identity, Failure>;

    /// The names of all projects the account can see, as routings name them.
    async fn scopes(&self) -> Result<Vec<String>, Failure>;

    /// The names of the types a project offers.
    async fn kinds(&self, scope: &str) -> Result<Vec<String>, Failure>;

    /// What a type looks like in a project. Cached for at most 30 minutes.
    async fn schema(&self, scope: &str, kind: &str) -> Result<Arc<TypeSchema>, Failure>;

    /// Some item of a type that is in a given state now: its steps tell what the workflow allows from there.
    async fn exemplar(&self, scope: &str, kind: &str, state: &str) -> Result<Option<Locator>, Failure>;

    /// Whether the account may change comments in a project that stand under somebody else's name; `None` if the tool
    /// has no such permission, or does not tell.
    async fn edits_all_comments(&self, scope: &str) -> Result<Option<bool>, Failure>;

    /// The item that a comment belongs to; `None` if the comment is gone.
    async fn item_of_comment(&self, comment: &str) -> Result<Option<String>, Failure>;
}

/// Told that what was remembered of a tool is wrong: the tool refused a field that it was said to have.
#[async_trait]
pub trait Outdated: Send + Sync {
    /// Sees to it that whoever remembers anything of this connection's era, in any process, learns it anew. It is no
    /// part of the call that found it out, so whatever comes of it is not told.
    async fn outdated(&self, connection: &Connection);
}

/// Nobody else remembers anything.
#[async_trait]
impl Outdated for () {
    async fn outdated(&self, _: &Connection) {}
}

/// Makes the tool for a connection. The only place that knows all kinds of tools.
pub trait Tools: Send + Sync {
    /// What reads the deliveries of a kind of tool.
    fn hints(&self, kind: ToolKind) -> Arc<dyn Hints>;

    /// The tool at a connection.
    fn tool(&self, connection: &Connection) -> Arc<dyn Tool>;

    /// The tool at a connection as one person uses it: with their grant, and nothing of it is shared with anybody.
    fn acting(&self, connection: &Connection, delegate: &Delegate) -> Arc<dyn Tool>;

    /// The catalogue at a connection.
    fn catalogue(&self, connection: &Connection) -> Arc<dyn Catalogue>;
}
