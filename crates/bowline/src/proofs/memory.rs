//! What Jira told of itself is asked for once in half an hour by each process, and at once again by all of them when it turns
//! out to be wrong.

use std::collections::BTreeMap;
use std::sync::Arc;

use bowline_core::command::{Fields, Write};
use bowline_core::port::{Ask, Tools as _};
use bowline_core::value::Choice;
use bowline_core::{FieldName, SignedDuration, Value};
use bowline_tools::Registry;
use futures_util::future::join_all;
use serde_json::json;

use super::Scene;

/// What is remembered: the fields of the site; the types, the states and the screen of a project.
const REMEMBERED: [&str; 4] = [
    "GET /rest/api/3/field",
    "GET /rest/api/3/issue/createmeta/ACME/issuetypes",
    "GET /rest/api/3/project/ACME/statuses",
    "GET /rest/api/3/issue/createmeta/ACME/issuetypes/",
];

impl Scene {
    /// How often each was asked for so far.
    async fn times_asked(&self) -> [usize; 4] {
        let asked = self.asked().await;
        let [.., screen] = REMEMBERED;
        REMEMBERED.map(|what| {
            let is_it = |path: &str| path == what || (what == screen && path.starts_with(screen));
            asked.iter().filter(|(_, path)| is_it(path)).count()
        })
    }

    /// Reads all of it, as work and as people do, several at once and one after the other.
    async fn read(&self, process: &Registry) {
        let connection = self.connection().await;
        let (tool, catalogue) = (process.tool(&connection), process.catalogue(&connection));
        let fields = vec![FieldName::new("customfield_10010")];
        let ask = Ask { id: "ACME-1".to_owned(), kind: None, fields, history: false };
        let once = async || {
            tool.find(&ask).await.unwrap().unwrap();
            assert!(catalogue.kinds("ACME").await.unwrap().contains(&"Story".to_owned()));
            assert!(!catalogue.schema("acme", "story").await.unwrap().fields.is_empty());
        };
        join_all((0..5).map(|_| once())).await;
        once().await;
    }

    /// Jira refuses a field by name.
    async fn refused(&self, process: &Registry) {
        let refuse = json!({"do": {"kind": "reject_field", "field": "priority"}, "times": 1});
        self.control("POST", "faults", refuse.to_string()).await;
        let connection = self.connection().await;
        let tool = process.tool(&connection);
        let ask = Ask { id: "ACME-1".to_owned(), kind: None, fields: Vec::new(), history: false };
        let at = tool.find(&ask).await.unwrap().unwrap().at;
        let fields: Fields =
            BTreeMap::from([(FieldName::new("priority"), Value::Choice(Choice::named("High")))]);
        let written =
            tool.write(&Write::Update { at, fields, was: Fields::new(), read: Vec::new() }).await.unwrap();
        assert_eq!(written.refused.len(), 1);
    }
}

#[tokio::test]
async fn each_process_asks_once_in_half_an_hour_and_all_at_once_again_after_a_refusal_that_names_a_field() {
    let scene = Scene::new().await;
    let (one, other): (Arc<Registry>, Arc<Registry>) = (scene.process(), scene.process());
    for _ in 0..3 {
        scene.read(&one).await;
        scene.clock.turn(SignedDuration::from_mins(9));
    }
    assert_eq!(scene.times_asked().await, [1; 4]);
    scene.clock.turn(SignedDuration::from_mins(3));
    scene.read(&one).await;
    assert_eq!(scene.times_asked().await, [2; 4], "half an hour is over");
    scene.read(&other).await;
    assert_eq!(scene.times_asked().await, [3; 4], "a process of its own");

    scene.refused(&one).await;
    assert_eq!(scene.connection().await.era, 1);
    scene.read(&one).await;
    assert_eq!(scene.times_asked().await, [4; 4]);
    scene.read(&other).await;
    assert_eq!(scene.times_asked().await, [5; 4], "the other process has seen it");
    for process in [&one, &other, &one] {
        scene.read(process).await;
    }
    assert_eq!(scene.times_asked().await, [5; 4], "and then it is remembered again");
    assert_eq!(scene.connection().await.revision, 1, "nobody changed the connection");
}
