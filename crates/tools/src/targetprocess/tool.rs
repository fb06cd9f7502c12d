//! The adapter's state, and the port: which method is answered where.

use std::sync::Arc;

use async_trait::async_trait;
use bowline_core::code::TOOL_NOT_FOUND;
use bowline_core::command::{Write, Written};
use bowline_core::comment::Comment;
use bowline_core::connection::Connection;
use bowline_core::item::{Item, Locator, Step};
use bowline_core::port::{Ask, ChangedAsk, ChangedPage, Clock, MarkerAsk, Outbound, Tool, TypeSchema};
use bowline_core::text::Doc;
use bowline_core::value::Choice;
use bowline_core::{Failure, FieldName, Value};

use super::field;
use super::list::Project;
use super::query::id;
use super::site::Site;
use crate::cache::Aged;
use crate::rich::Dialect;

/// The Targetprocess at one connection.
pub(crate) struct TargetprocessTool {
    outbound: Arc<dyn Outbound>,
    pub(super) connection: Connection,
    pub(super) projects: Aged<(), Vec<Project>>,
    pub(super) lists: Aged<String, Vec<Choice>>,
    pub(super) schemas: Aged<(String, String), TypeSchema>,
}

impl TargetprocessTool {
    /// The adapter for a connection.
    pub(crate) fn new(outbound: Arc<dyn Outbound>, clock: &Arc<dyn Clock>, connection: Connection) -> Self {
        Self {
            outbound,
            connection,
            projects: Aged::new(Arc::clone(clock)),
            lists: Aged::new(Arc::clone(clock)),
            schemas: Aged::new(Arc::clone(clock)),
        }
    }

    /// The calls.
    pub(super) fn site(&self) -> Site<'_> {
        Site::new(self.outbound.as_ref(), &self.connection)
    }
}

/// An id of ours as a number; what is no number cannot exist there.
pub(super) fn item_id(text: &str) -> Result<u64, Failure> {
    id(text).ok_or_else(|| Failure::park(TOOL_NOT_FOUND))
}

#[async_trait]
impl Tool for TargetprocessTool {
    fn hold(&self, field: &FieldName, value: &Value) -> Value {
        field::hold(field.as_str(), value)
    }

    fn hold_comment(&self, body: &Doc) -> Doc {
        Dialect::Html.hold(body)
    }

    /// History is not read: a Targetprocess item does not tell when each field changed.
    async fn find(&self, ask: &Ask) -> Result<Option<Item>, Failure> {
        self.find_item(&ask.id, ask.kind.as_deref(), &ask.fields).await
    }

    async fn comments(&self, at: &Locator) -> Result<Vec<Comment>, Failure> {
        self.all_comments(at).await
    }

    async fn changed(&self, ask: &ChangedAsk) -> Result<ChangedPage, Failure> {
        self.changed_page(ask).await
    }

    async fn marked(&self, ask: &MarkerAsk) -> Result<Option<Item>, Failure> {
        self.find_marked(ask).await
    }

    async fn steps(&self, at: &Locator) -> Result<Vec<Step>, Failure> {
        self.ways_out(at).await
    }

    async fn write(&self, write: &Write) -> Result<Written, Failure> {
        match write {
            Write::Create { scope, kind, marker, fields, read } => {
                self.create(scope, kind, *marker, fields, read).await
            }
            Write::Update { at, fields, read, .. } => self.update(at, fields, read).await,
            Write::Step { at, step, fields, read } => self.step(at, step, fields, read).await,
            Write::Comment { at, body, .. } => self.comment(at, body).await,
            Write::EditComment { id, body, .. } => self.edit_comment(id, body).await,
            Write::Unmark { at, marker } => self.unmark(at, *marker).await,
        }
    }
}
