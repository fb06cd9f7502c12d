//! A simulator with the adapter that speaks to it, and the words of that tool.

use std::sync::Arc;
use std::time::Duration;

use bowline_core::command::{Fields, Write, Written};
use bowline_core::connection::{Connection, ToolKind};
use bowline_core::item::{Item, Locator};
use bowline_core::port::{Ask, Catalogue, Hints, Outbound, Tool, Tools};
use bowline_core::text::Doc;
use bowline_core::value::Choice;
use bowline_core::{Failure, FieldName, ShareId, Timestamp, Value};
use bowline_net::plain::Plain;
use bowline_sim::Running;
use bowline_tools::Registry;
use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value as Json, json};

use super::wire::{Wire, credential};
use crate::script::{Standing, connection};

/// What a tool calls the things that every tool has.
pub(crate) struct Words {
    pub(crate) scope: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) title: &'static str,
    pub(crate) body: &'static str,
    pub(crate) state: &'static str,
    pub(crate) labels: &'static str,
    pub(crate) person: &'static str,
    pub(crate) priority: &'static str,
    pub(crate) day: &'static str,
    /// Two priorities that exist.
    pub(crate) priorities: [&'static str; 2],
    /// Custom fields, each with two values.
    pub(crate) custom: &'static [(&'static str, Sample)],
    /// What a step may demand, and what satisfies it.
    pub(crate) demand: (&'static str, Sample),
}

/// A value that can stand in a constant.
#[derive(Clone, Copy)]
pub(crate) enum Sample {
    Text(&'static str),
    Rich(&'static str),
    Number(f64),
    Flag(bool),
    One(&'static str),
    Many(&'static [&'static str]),
}

impl Sample {
    pub(crate) fn value(self) -> Value {
        match self {
            Self::Text(text) => Value::Text(text.to_owned()),
            Self::Rich(text) => Value::Rich(Doc::from_plain(text)),
            Self::Number(number) => Value::Number(number),
            Self::Flag(flag) => Value::Bool(flag),
            Self::One(name) => Value::Choice(Choice::named(name)),
            Self::Many(names) => {
                Value::Set(names.iter().map(|&name| Value::Choice(Choice::named(name))).collect())
            }
        }
    }
}

const JIRA: Words = Words {
    scope: "ACME",
    kind: "Story",
    title: "summary",
    body: "description",
    state: "status",
    labels: "labels",
    person: "assignee",
    priority: "priority",
    day: "duedate",
    priorities: ["High", "Low"],
    custom: &[
        ("customfield_10010", Sample::Text("a, b & <c>")),
        ("customfield_10011", Sample::Number(2.5)),
        ("customfield_10012", Sample::One("Minor")),
        ("customfield_10013", Sample::Many(&["Linux", "macOS"])),
        ("customfield_10014", Sample::Rich("one\n\ntwo")),
        ("components", Sample::Many(&["API"])),
        ("fixVersions", Sample::Many(&["1.0", "2.0"])),
    ],
    demand: ("resolution", Sample::One("Done")),
};

const TARGETPROCESS: Words = Words {
    scope: "Web Shop",
    kind: "UserStory",
    title: "Name",
    body: "Description",
    state: "EntityState",
    labels: "Tags",
    person: "AssignedUser",
    priority: "Priority",
    day: "PlannedEndDate",
    priorities: ["Great", "Good"],
    custom: &[
        ("CustomFields.Release Notes", Sample::Text("a & <c>")),
        ("CustomFields.Points", Sample::Number(2.5)),
        ("CustomFields.Risk", Sample::One("High")),
        ("CustomFields.Platforms", Sample::Many(&["Linux", "macOS"])),
        ("CustomFields.Billable", Sample::Flag(true)),
    ],
    demand: ("Comment", Sample::Text("as the workflow demands")),
};

/// One simulator, its adapter, and its control API.
pub(crate) struct Place {
    simulator: Running,
    plain: Plain,
    connection: Connection,
    outbound: Arc<dyn Outbound>,
    pub(crate) words: Words,
    pub(crate) tool: Arc<dyn Tool>,
    pub(crate) catalogue: Arc<dyn Catalogue>,
    pub(crate) hints: Arc<dyn Hints>,
}

impl Place {
    pub(crate) async fn start(kind: ToolKind) -> Self {
        let simulator = simulator(kind).await;
        let url = simulator.url().to_owned();
        let connection = Connection { base_url: url.clone(), browse_url: url, ..connection(kind) };
        let outbound: Arc<dyn Outbound> = Arc::new(Wire::new());
        let registry = Registry::new(Arc::clone(&outbound), Arc::new(Standing));
        Self {
            simulator,
            plain: Plain::new(Duration::from_secs(20)).unwrap(),
            words: if kind == ToolKind::Targetprocess { TARGETPROCESS } else { JIRA },
            tool: registry.tool(&connection),
            catalogue: registry.catalogue(&connection),
            hints: registry.hints(kind),
            outbound,
            connection,
        }
    }

    /// The catalogue of a connection whose address has this path too much.
    pub(crate) fn catalogue_at(&self, path: &str) -> Arc<dyn Catalogue> {
        let base_url = format!("{}/{path}", self.simulator.url());
        let registry = Registry::new(Arc::clone(&self.outbound), Arc::new(Standing));
        registry.catalogue(&Connection { base_url, ..self.connection.clone() })
    }

    pub(crate) fn kind(&self) -> ToolKind {
        self.connection.tool
    }

    /// Uses the simulator's control API.
    pub(crate) async fn control(&self, method: Method, path: &str, body: Json) -> Json {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let uri = format!("{}/_sim/{path}", self.simulator.url());
        let request = Request::builder().method(method).uri(uri).body(body).unwrap();
        let answer = self.plain.send(request).await.unwrap();
        assert!(answer.status().is_success(), "{path}: {:?}", answer.body());
        serde_json::from_slice(answer.body()).unwrap()
    }

    /// The simulator's time.
    pub(crate) async fn now(&self) -> Timestamp {
        let state = self.control(Method::GET, "state", Json::Null).await;
        Timestamp::from_millisecond(state["clock"]["now"].as_i64().unwrap()).unwrap()
    }

    /// Adds a fault that strikes once.
    pub(crate) async fn fault(&self, matching: Json, fault: Json) {
        self.control(Method::POST, "faults", json!({"match": matching, "times": 1, "do": fault})).await;
    }

    /// An edit by Bob.
    pub(crate) async fn edit(&self, mut edit: Json) -> Json {
        edit["as"] = json!("bob");
        self.control(Method::POST, "edit", edit).await
    }

    /// A call of the vendor's API, for what the adapter itself never does.
    pub(crate) async fn call(&self, method: Method, path: &str, body: Json) -> Json {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.simulator.url()));
        let request = request
            .header("authorization", credential(self.kind()))
            .header("content-type", "application/json");
        let answer = self.plain.send(request.body(Bytes::from(body.to_string())).unwrap()).await.unwrap();
        assert!(answer.status().is_success(), "{path}: {:?}", answer.body());
        serde_json::from_slice(answer.body()).unwrap_or(Json::Null)
    }

    /// A field by name.
    pub(crate) fn fields<const N: usize>(&self, values: [(&str, Value); N]) -> Fields {
        values.into_iter().map(|(name, value)| (FieldName::from(name), value)).collect()
    }

    /// Everything this suite reads.
    pub(crate) fn read(&self) -> Vec<FieldName> {
        let words = &self.words;
        let own =
            [words.title, words.body, words.state, words.labels, words.person, words.priority, words.day];
        own.into_iter().chain(words.custom.iter().map(|(name, _)| *name)).map(FieldName::from).collect()
    }

    /// Creates an item with a title.
    pub(crate) async fn create(&self, title: &str, marker: ShareId) -> Result<Written, Failure> {
        let fields = self.fields([(self.words.title, Value::Text(title.to_owned()))]);
        self.create_with(fields, marker).await
    }

    pub(crate) async fn create_with(&self, fields: Fields, marker: ShareId) -> Result<Written, Failure> {
        let (scope, kind) = (self.words.scope.to_owned(), self.words.kind.to_owned());
        self.tool.write(&Write::Create { scope, kind, marker, fields, read: self.read() }).await
    }

    pub(crate) async fn update(&self, at: &Locator, fields: Fields) -> Result<Written, Failure> {
        self.tool
            .write(&Write::Update { at: at.clone(), fields, was: Fields::new(), read: self.read() })
            .await
    }

    pub(crate) async fn find(&self, at: &Locator) -> Option<Item> {
        let ask = Ask { id: at.id.clone(), kind: Some(at.kind.clone()), fields: self.read(), history: false };
        self.tool.find(&ask).await.unwrap()
    }

    /// Another adapter for the same place that has learnt nothing yet.
    pub(crate) fn fresh(&self) -> Arc<dyn Tool> {
        Registry::new(Arc::clone(&self.outbound), Arc::new(Standing)).tool(&self.connection)
    }
}

#[expect(clippy::field_reassign_with_default, reason = "the options are non-exhaustive")]
async fn simulator(kind: ToolKind) -> Running {
    use bowline_sim::jira::{self, Deployment};
    let anywhere = ([127, 0, 0, 1], 0).into();
    let face = |deployment| {
        let mut options = jira::Options::default();
        options.deployment = deployment;
        options.issues = 5;
        options
    };
    match kind {
        ToolKind::JiraCloud => jira::start(face(Deployment::Cloud), anywhere).await,
        ToolKind::JiraDc => jira::start(face(Deployment::DataCenter), anywhere).await,
        ToolKind::Targetprocess => bowline_sim::targetprocess::start(Default::default(), anywhere).await,
    }
    .unwrap()
}

/// A marker nobody else uses.
pub(crate) fn marker(number: u32) -> ShareId {
    format!("shr_{number:032x}").parse().unwrap()
}
