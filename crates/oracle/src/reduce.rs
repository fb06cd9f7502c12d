//! From a published document to the one kept here: paths, parameters, statuses, media types and schemas. Prose and
//! examples go, so that what is kept states facts only.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};

/// Members of a schema that say what a value must be.
const KEPT: [&str; 21] = [
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "allOf",
    "anyOf",
    "oneOf",
    "nullable",
    "$ref",
    "maxLength",
    "minLength",
    "maxItems",
    "minItems",
    "maximum",
    "minimum",
    "format",
    "writeOnly",
    "readOnly",
    "pattern",
];
/// Members of a parameter that say where it stands and how it is written.
const PARAMETER: [&str; 5] = ["name", "in", "required", "style", "explode"];

pub(crate) fn run(from: &Path, to: &Path) -> Result<String> {
    let document: Value = serde_json::from_slice(&std::fs::read(from)?)?;
    let reduced = document_of(&document).context("not an OpenAPI 3 document")?;
    let mut file = GzEncoder::new(File::create(to)?, Compression::best());
    file.write_all(&serde_json::to_vec(&reduced)?)?;
    file.finish()?;
    Ok(format!("{}: {} bytes", to.display(), std::fs::metadata(to)?.len()))
}

fn document_of(document: &Value) -> Option<Value> {
    let mut paths = Map::new();
    for (path, item) in document.get("paths")?.as_object()? {
        let mut operations = Map::new();
        for method in ["get", "put", "post", "delete", "patch"] {
            if let Some(operation) = item.get(method) {
                operations.insert(method.to_owned(), operation_of(item, operation)?);
            }
        }
        paths.insert(path.clone(), operations.into());
    }
    let schemas = document.pointer("/components/schemas")?.as_object()?;
    let schemas: Map<String, Value> =
        schemas.iter().map(|(name, schema)| (name.clone(), schema_of(schema))).collect();
    let version = document.pointer("/info/version").cloned().unwrap_or_default();
    Some(json!({"version": version, "paths": paths, "components": {"schemas": schemas}}))
}

/// What may be asked, and what may be answered.
fn operation_of(item: &Value, operation: &Value) -> Option<Value> {
    let mut kept = Map::new();
    // What is said of a whole path counts unless an operation of it says otherwise.
    let own = parameters(operation);
    let told =
        |of: &Value| own.iter().any(|one| (one.get("name"), one.get("in")) == (of.get("name"), of.get("in")));
    let shared = parameters(item).into_iter().filter(|one| !told(one));
    let all: Vec<Value> = shared.chain(own.iter().cloned()).collect();
    if !all.is_empty() {
        kept.insert("parameters".to_owned(), all.into());
    }
    if let Some(body) = operation.get("requestBody") {
        let required = body.get("required").cloned().unwrap_or(Value::Bool(false));
        kept.insert("requestBody".to_owned(), json!({"required": required, "content": content(body)}));
    }
    kept.insert("responses".to_owned(), responses(operation)?.into());
    Some(kept.into())
}

fn parameters(of: &Value) -> Vec<Value> {
    let parameter = |given: &Value| {
        let members = given.as_object()?.iter().filter(|(name, _)| PARAMETER.contains(&name.as_str()));
        let mut kept: Map<String, Value> =
            members.map(|(name, value)| (name.clone(), value.clone())).collect();
        kept.insert("schema".to_owned(), schema_of(given.get("schema")?));
        Some(kept.into())
    };
    of.get("parameters").and_then(Value::as_array).into_iter().flatten().filter_map(parameter).collect()
}

fn responses(operation: &Value) -> Option<Map<String, Value>> {
    let mut kept = Map::new();
    for (status, response) in operation.get("responses")?.as_object()? {
        kept.insert(status.clone(), json!({"content": content(response)}));
    }
    Some(kept)
}

/// The media types of a body with their schemas.
fn content(body: &Value) -> Map<String, Value> {
    let told = body.get("content").and_then(Value::as_object).into_iter().flatten();
    let kept = told.map(|(media, told)| {
        let schema = told.get("schema").map(|schema| json!({"schema": schema_of(schema)}));
        (media.clone(), schema.unwrap_or(json!({})))
    });
    kept.collect()
}

fn schema_of(schema: &Value) -> Value {
    let Some(members) = schema.as_object() else { return schema.clone() };
    let mut kept = Map::new();
    for (name, value) in members.iter().filter(|(name, _)| KEPT.contains(&name.as_str())) {
        let value = match (name.as_str(), value) {
            ("properties", Value::Object(properties)) => properties
                .iter()
                .map(|(name, schema)| (name.clone(), schema_of(schema)))
                .collect::<Map<_, _>>()
                .into(),
            ("items" | "additionalProperties", schema) => schema_of(schema),
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => parts.iter().map(schema_of).collect(),
            (_, value) => value.clone(),
        };
        kept.insert(name.clone(), value);
    }
    kept.into()
}
