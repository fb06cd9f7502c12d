//! Bodies as they were recorded, and what became of them.

use std::path::Path;

use serde_json::Value;

use crate::house::{Hook, Service};

/// One body as it was recorded.
pub(super) struct Body {
    pub(super) name: String,
    pub(super) raw: Vec<u8>,
    json: Value,
}

impl Body {
    /// All of one deployment; the collection is the one that the reader of these bodies is tested with.
    pub(super) fn all(face: &str) -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../jira/tests/fixtures").join(face);
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut all: Vec<Self> = files
            .map(|path| {
                let raw = std::fs::read(&path).unwrap();
                let name = format!("{face}/{}", path.file_stem().unwrap().to_string_lossy());
                Self { name, json: serde_json::from_slice(&raw).unwrap(), raw }
            })
            .collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }

    pub(super) fn event(&self) -> &str {
        self.json["webhookEvent"].as_str().unwrap()
    }

    /// The issue it is about, read without any code of the product. Data Center names it in the comment's address.
    pub(super) fn issue(&self) -> Option<String> {
        let text = |pointer: &str| match self.json.pointer(pointer)? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        let address = || {
            let address = text("/comment/self")?;
            Some(address.split_once("/issue/")?.1.split('/').next()?.to_owned())
        };
        let named =
            ["/issue/id", "/worklog/issueId", "/issueLink/sourceIssueId"].iter().find_map(|at| text(at));
        named.or_else(address)
    }

    /// Whether it tells of an issue or a comment, which may never be ignored.
    pub(super) fn concerns_an_item(&self) -> bool {
        let event = self.event();
        event.starts_with("jira:issue_") || event.starts_with("comment_")
    }
}

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Taken {
    pub(super) connection: String,
    pub(super) event: String,
    pub(super) state: String,
    /// What has to look.
    pub(super) entity: Option<String>,
}

impl Taken {
    /// What must become of a body: work in this state on what `entity` says, or a place among the ignored.
    pub(super) fn expected(
        hook: &Hook,
        body: &Body,
        state: &str,
        entity: impl Fn(&Hook, String) -> String,
    ) -> Self {
        let issue = body.issue();
        assert!(issue.is_some() || !body.concerns_an_item(), "{}", body.name);
        Self {
            connection: hook.connection().to_owned(),
            event: body.event().to_owned(),
            state: if issue.is_some() { state } else { "ignored" }.to_owned(),
            entity: issue.map(|issue| entity(hook, issue)),
        }
    }

    /// What became of all, in order; whatever was ignored at the door says why.
    pub(super) fn all(rows: &[Value]) -> Vec<Self> {
        let text = |row: &Value, member: &str| row[member].as_str().map(str::to_owned);
        let taken = rows.iter().map(|row| {
            let why = text(row, "outcome").unwrap_or_default();
            assert!(row["state"] != "ignored" || why.contains("no profile syncs"), "{row:#}");
            Self {
                connection: text(row, "connection").unwrap(),
                event: text(row, "event").unwrap(),
                state: text(row, "state").unwrap(),
                entity: text(row, "entity"),
            }
        });
        sorted(taken.collect())
    }
}

pub(super) fn sorted(mut all: Vec<Taken>) -> Vec<Taken> {
    all.sort();
    all
}

/// All deliveries of a service's inbox, oldest first, without what sweeps found.
pub(super) async fn inbox(service: &Service) -> Vec<Value> {
    let page = service.get("/api/v1/inbox?limit=1000").await;
    assert_eq!(page["next"], Value::Null, "more than a page");
    let mut rows = page["items"].as_array().unwrap().clone();
    rows.retain(|row| row["event"] != "sweep");
    rows.reverse();
    rows
}
