//! Targetprocess, against scripted answers.

mod reads;
mod writes;

use bowline_core::Value;
use bowline_core::item::Locator;
use serde_json::{Value as Json, json};

use crate::script::{at, text};

/// The start of a listing of projects.
const PROJECTS: &str = "GET /api/v2/Project?";

fn projects() -> Json {
    json!({"items": [{"id": 2, "name": "ACME", "process": {"id": 9}}, {"id": 3, "name": "Web \"shop\""}]})
}

fn tags(all: &[&str]) -> Value {
    Value::Set(all.iter().map(|tag| text(tag)).collect())
}

fn with(mut all: Json, more: Json) -> Json {
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

/// An item as v1 tells it, marker included.
fn v1(more: Json) -> Json {
    let base = json!({
        "ResourceType": "UserStory", "Id": 194, "EntityVersion": 77, "ModifyDate": "/Date(1767225600000+0100)/",
        "Tags": "b, a, bowline-shr_11111111111111111111111111111111",
        "Project": {"ResourceType": "Project", "Id": 2, "Name": "ACME"},
    });
    with(base, more)
}

/// One row of v2.
fn v2(row: Json) -> Json {
    json!({"items": [with(json!({"id": 194}), row)]})
}

/// The start of a read of the story.
const READ: &str =
    "GET /api/v1/UserStories/194?format=json&include=[Id,EntityVersion,ModifyDate,Tags,Project[Id,Name]";

fn story() -> Locator {
    at("194", "UserStory")
}
