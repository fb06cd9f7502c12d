//! The adapter's state, and the port: which method is answered where.

use std::sync::Arc;

use async_trait::async_trait;
use bowline_core::command::{Write, Written};
use bowline_core::comment::Comment;
use bowline_core::connection::Connection;
use bowline_core::item::{Item, Locator, Step};
use bowline_core::port::{Ask, ChangedAsk, ChangedPage, Clock, MarkerAsk, Outbound, Outdated, Tool};
use bowline_core::text::Doc;
use bowline_core::{Failure, FieldName, Value};
use bowline_jira::Jira;
use bowline_jira::wire::{FieldMeta, IssueType, IssueTypeStatuses};

use super::kind::{FieldList, Kind};
use super::refusal::failure;
use super::value::Face;
use crate::cache::Aged;

/// The Jira at one connection.
pub(crate) struct JiraTool {
    outbound: Arc<dyn Outbound>,
    pub(super) connection: Connection,
    pub(super) face: Face,
    outdated: Arc<dyn Outdated>,
    fields: Aged<(), FieldList>,
    /// By project: its types, and the states of each.
    pub(super) types: Aged<String, Vec<IssueType>>,
    pub(super) statuses: Aged<String, Vec<IssueTypeStatuses>>,
    /// By project and type: the fields of the screen that creates.
    pub(super) screens: Aged<(String, String), Vec<FieldMeta>>,
}

impl JiraTool {
    /// The adapter for a connection.
    pub(crate) fn new(
        (outbound, outdated): (Arc<dyn Outbound>, Arc<dyn Outdated>),
        clock: &Arc<dyn Clock>,
        connection: Connection,
    ) -> Self {
        let deployment = Jira::new(outbound.as_ref(), &connection).deployment();
        Self {
            outbound,
            connection,
            face: Face(deployment),
            outdated,
            fields: Aged::new(Arc::clone(clock)),
            types: Aged::new(Arc::clone(clock)),
            statuses: Aged::new(Arc::clone(clock)),
            screens: Aged::new(Arc::clone(clock)),
        }
    }

    /// The calls.
    pub(super) fn jira(&self) -> Jira<'_> {
        Jira::new(self.outbound.as_ref(), &self.connection)
    }

    /// The site's fields, read at most every half hour. Fields that Jira itself brings need no list.
    pub(super) async fn field_list(&self, wanted: &[FieldName]) -> Result<Arc<FieldList>, Failure> {
        if wanted.iter().all(|field| Kind::of_system(field.as_str()).is_some()) {
            return Ok(Arc::default());
        }
        self.whole_field_list().await
    }

    /// The site's fields, whatever is wanted of them.
    pub(super) async fn whole_field_list(&self) -> Result<Arc<FieldList>, Failure> {
        let learn = async { self.jira().fields().await.map(FieldList::new).map_err(failure) };
        self.fields.get((), learn).await
    }

    /// Forgets what was learnt of the site: a refusal that names a field may mean that it is out of date. Other processes
    /// remember the same, so they are told.
    pub(super) async fn forget_site(&self) {
        self.fields.forget();
        self.types.forget();
        self.statuses.forget();
        self.screens.forget();
        self.outdated.outdated(&self.connection).await;
    }
}

#[async_trait]
impl Tool for JiraTool {
    fn hold(&self, field: &FieldName, value: &Value) -> Value {
        self.face.hold(field.as_str(), value)
    }

    fn hold_comment(&self, body: &Doc) -> Doc {
        self.face.dialect().hold(body)
    }

    async fn find(&self, ask: &Ask) -> Result<Option<Item>, Failure> {
        self.find_item(&ask.id, &ask.fields, ask.history).await
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
            Write::Update { at, fields, was, read } => self.update(&at.id, fields, was, read).await,
            Write::Step { at, step, fields, read } => self.step(at, step, fields, read).await,
            Write::Comment { at, marker, body } => self.comment(at, *marker, body).await,
            Write::EditComment { at, id, body } => self.edit_comment(at, id, body).await,
            // An issue property cannot be seen, so it may stay: it finds the issue again after any accident.
            Write::Unmark { .. } => Ok(Written::default()),
        }
    }
}
