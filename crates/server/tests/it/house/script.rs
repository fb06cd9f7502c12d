//! Tools that say what a test wants. Deliveries are read by the real adapters.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bowline_core::command::{Write, Written};
use bowline_core::comment::Comment;
use bowline_core::connection::{Connection, Identity, ToolKind};
use bowline_core::delegation::Delegate;
use bowline_core::item::{Locator, Step, Version};
use bowline_core::port::{
    Ask, Asker, Catalogue, ChangedAsk, ChangedPage, Clock, FieldKind, FieldSchema, Hints, MarkerAsk,
    Outbound, OutboundAnswer, OutboundCall, Tool, Tools, TypeSchema,
};
use bowline_core::text::Doc;
use bowline_core::value::Choice;
use bowline_core::{Failure, FieldName, Item, Timestamp, Value, code};

use super::TestClock;

/// What every tool of the house says.
pub(crate) struct Script {
    real: bowline_tools::Registry,
    said: Arc<Said>,
}

#[derive(Default)]
struct Said {
    panics: AtomicBool,
    probe: Mutex<Option<Failure>>,
    find: Mutex<Option<Failure>>,
    items: Mutex<BTreeMap<String, Item>>,
    limits: Mutex<BTreeMap<String, Result<Option<bool>, Failure>>>,
}

impl Script {
    pub(crate) fn new(clock: Arc<TestClock>) -> Self {
        Self {
            real: bowline_tools::Registry::new(Arc::new(Silent), clock as Arc<dyn Clock>),
            said: Arc::default(),
        }
    }

    /// The next probes fail, or succeed again.
    pub(crate) fn probe_fails(&self, failure: Option<Failure>) {
        *self.said.probe.lock().unwrap() = failure;
    }

    /// The next probe panics.
    pub(crate) fn probe_panics(&self) {
        self.said.panics.store(true, Ordering::SeqCst);
    }

    /// The next reads of items fail, or succeed again.
    pub(crate) fn find_fails(&self, failure: Option<Failure>) {
        *self.said.find.lock().unwrap() = failure;
    }

    /// What is said from now on of changing everybody's comments in a project.
    pub(crate) fn edits_all_comments(&self, scope: &str, said: Result<Option<bool>, Failure>) {
        self.said.limits.lock().unwrap().insert(scope.to_owned(), said);
    }

    /// The same under an id of its own, by which it is found as well.
    pub(crate) fn has_id(&self, id: &str, key: &str, kind: &str) {
        self.has(key, kind);
        let mut items = self.said.items.lock().unwrap();
        let mut item = items.remove(key).unwrap();
        id.clone_into(&mut item.at.id);
        items.insert(id.to_owned(), item.clone());
        items.insert(key.to_owned(), item);
    }

    /// An item that every connection has: its id is `id-KEY`, its project the part before the dash.
    pub(crate) fn has(&self, key: &str, kind: &str) {
        let scope = key.split('-').next().unwrap().to_owned();
        let item = Item {
            at: Locator {
                id: format!("id-{key}"),
                kind: kind.to_owned(),
                key: key.to_owned(),
                url: format!("https://tool.example/browse/{key}"),
                scope,
            },
            version: Version(1),
            updated_at: Timestamp::UNIX_EPOCH,
            fields: BTreeMap::from([(
                FieldName::new("summary"),
                Value::Text("a title nobody may see".to_owned()),
            )]),
            changed_at: BTreeMap::new(),
            marker: None,
        };
        self.said.items.lock().unwrap().insert(key.to_owned(), item);
    }
}

impl Tools for Script {
    fn hints(&self, kind: ToolKind) -> Arc<dyn Hints> {
        self.real.hints(kind)
    }

    fn tool(&self, _: &Connection) -> Arc<dyn Tool> {
        Arc::clone(&self.said) as Arc<dyn Tool>
    }

    fn acting(&self, connection: &Connection, _: &Delegate) -> Arc<dyn Tool> {
        self.tool(connection)
    }

    fn catalogue(&self, _: &Connection) -> Arc<dyn Catalogue> {
        Arc::clone(&self.said) as Arc<dyn Catalogue>
    }
}

#[async_trait]
impl Tool for Said {
    fn hold(&self, _: &FieldName, value: &Value) -> Value {
        value.clone()
    }

    fn hold_comment(&self, body: &Doc) -> Doc {
        body.clone()
    }

    async fn find(&self, ask: &Ask) -> Result<Option<Item>, Failure> {
        match self.find.lock().unwrap().clone() {
            Some(failure) => Err(failure),
            None => Ok(self.items.lock().unwrap().get(&ask.id).cloned()),
        }
    }

    async fn comments(&self, _: &Locator) -> Result<Vec<Comment>, Failure> {
        Ok(Vec::new())
    }

    async fn changed(&self, _: &ChangedAsk) -> Result<ChangedPage, Failure> {
        Ok(ChangedPage::default())
    }

    async fn marked(&self, _: &MarkerAsk) -> Result<Option<Item>, Failure> {
        Ok(None)
    }

    async fn steps(&self, _: &Locator) -> Result<Vec<Step>, Failure> {
        Ok(Vec::new())
    }

    async fn write(&self, _: &Write) -> Result<Written, Failure> {
        Err(Failure::park(code::TOOL_REFUSED))
    }
}

#[async_trait]
impl Catalogue for Said {
    async fn probe(&self, asker: Asker) -> Result<Identity, Failure> {
        assert_eq!(asker, Asker::Person, "whoever asks the API waits for the answer");
        assert!(!self.panics.swap(false, Ordering::SeqCst), "as the test wants it");
        match self.probe.lock().unwrap().clone() {
            Some(failure) => Err(failure),
            None => Ok(Identity { id: "bot-1".to_owned(), name: "Sync Bot".to_owned() }),
        }
    }

    async fn scopes(&self) -> Result<Vec<String>, Failure> {
        match self.probe.lock().unwrap().clone() {
            Some(failure) => Err(failure),
            None => Ok(vec!["ACME".to_owned(), "WEB".to_owned()]),
        }
    }

    async fn kinds(&self, _: &str) -> Result<Vec<String>, Failure> {
        Ok(vec!["Story".to_owned(), "UserStory".to_owned()])
    }

    async fn schema(&self, scope: &str, kind: &str) -> Result<Arc<TypeSchema>, Failure> {
        let field = |name: &str| FieldSchema {
            name: FieldName::new(name),
            label: name.to_owned(),
            kind: FieldKind::Text,
            required: false,
            defaulted: false,
            allowed: Vec::<Choice>::new(),
        };
        Ok(Arc::new(TypeSchema {
            scope: scope.to_owned(),
            kind: kind.to_owned(),
            fields: vec![field("summary"), field("Name")],
            states: Vec::new(),
        }))
    }

    async fn exemplar(&self, _: &str, _: &str, _: &str) -> Result<Option<Locator>, Failure> {
        Ok(None)
    }

    async fn edits_all_comments(&self, scope: &str) -> Result<Option<bool>, Failure> {
        self.limits.lock().unwrap().get(scope).cloned().unwrap_or(Ok(Some(true)))
    }

    async fn item_of_comment(&self, _: &str) -> Result<Option<String>, Failure> {
        Ok(None)
    }
}

/// No call leaves the house.
struct Silent;

#[async_trait]
impl Outbound for Silent {
    async fn send(&self, _: &Connection, _: OutboundCall) -> Result<OutboundAnswer, Failure> {
        Err(Failure::park(code::NET_UNREACHABLE))
    }
}
