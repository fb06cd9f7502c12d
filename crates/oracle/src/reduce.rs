//! From a published document to the one kept here: paths, statuses, media types and schemas. Prose, examples and
//! everything about requests goes, so that what is kept states facts only.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};

/// Members of a schema that say what a value must be.
const KEPT: [&str; 19] = [
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
];

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
                operations.insert(method.to_owned(), json!({"responses": responses(operation)?}));
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

fn responses(operation: &Value) -> Option<Map<String, Value>> {
    let mut kept = Map::new();
    for (status, response) in operation.get("responses")?.as_object()? {
        let mut content = Map::new();
        for (media, told) in response.get("content").and_then(Value::as_object).into_iter().flatten() {
            let schema = told.get("schema").map(|schema| json!({"schema": schema_of(schema)}));
            content.insert(media.clone(), schema.unwrap_or(json!({})));
        }
        kept.insert(status.clone(), json!({"content": content}));
    }
    Some(kept)
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
