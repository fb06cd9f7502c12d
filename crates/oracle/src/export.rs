//! A document as other programs read it: repaired, with what is served of it and nothing else, and with the refusals
//! that documents leave out.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::document::{Documents, address};

/// What `GET /_sim/served` of a simulator answers.
#[derive(Deserialize)]
struct Served {
    served: Vec<Route>,
}

#[derive(Deserialize)]
struct Route {
    method: String,
    path: String,
}

/// Writes a document of OpenAPI 3.0; says how many of its operations are served.
pub(crate) fn run(name: &str, served: &Path, to: &Path) -> Result<String> {
    let documents = Documents::load()?;
    let served: Served = serde_json::from_slice(&std::fs::read(served)?)
        .with_context(|| format!("{} is not what `/_sim/served` answers", served.display()))?;
    let served =
        served.served.iter().map(|route| (shape(&route.path), route.method.to_ascii_lowercase())).collect();
    let whole = documents.value(name).with_context(|| format!("there is no document `{name}`"))?;
    let (document, kept) = exported(name, whole, &served, &documents.overlay.undeclared.statuses)
        .with_context(|| format!("`{name}` is not as `reduce` makes documents"))?;
    std::fs::write(to, serde_json::to_vec_pretty(&document)?)?;
    Ok(format!("{kept} of {} operations are served", documents.operations(name).len()))
}

/// A path whose parameters have no names.
fn shape(path: &str) -> String {
    let parts = path.trim_end_matches('/').split('/');
    parts.map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

fn exported(
    name: &str,
    document: &Value,
    served: &BTreeSet<(String, String)>,
    undeclared: &[u16],
) -> Option<(Value, usize)> {
    let (mut paths, mut kept) = (Map::new(), 0);
    for (path, item) in document.get("paths")?.as_object()? {
        let place = shape(&address(name, path));
        let mut operations = Map::new();
        for (method, operation) in item.as_object()? {
            if served.contains(&(place.clone(), method.clone())) {
                operations.insert(method.clone(), operation_of(operation, undeclared)?);
            }
        }
        kept += operations.len();
        if !operations.is_empty() {
            paths.insert(path.clone(), operations.into());
        }
    }
    let schemas = document.pointer("/components/schemas")?.as_object()?;
    let schemas: Map<String, Value> =
        schemas.iter().map(|(name, schema)| (name.clone(), schema_of(schema))).collect();
    let info = json!({"title": name, "version": document.get("version")?});
    let document =
        json!({"openapi": "3.0.3", "info": info, "paths": paths, "components": {"schemas": schemas}});
    Some((document, kept))
}

fn operation_of(operation: &Value, undeclared: &[u16]) -> Option<Value> {
    let mut told = operation.as_object()?.clone();
    if let Some(parameters) = told.get_mut("parameters").and_then(Value::as_array_mut) {
        parameters.iter_mut().for_each(schemas_in);
    }
    if let Some(body) = told.get_mut("requestBody") {
        content_in(body);
    }
    let responses = told.get_mut("responses").and_then(Value::as_object_mut)?;
    for (status, response) in responses.iter_mut() {
        content_in(response);
        let members = response.as_object_mut()?;
        members.insert("description".to_owned(), status.as_str().into());
        // Whatever a document declares, HTTP allows no body here (RFC 9110, 15.3.5); and a schema that says nothing does
        // not say that there is a body.
        let empty = members.get("content").and_then(|content| content.pointer("/application~1json/schema"));
        if status == "204" || empty.and_then(Value::as_object).is_some_and(Map::is_empty) {
            members.remove("content");
        }
    }
    for status in undeclared {
        let left_out = || json!({"description": "Left out by the document."});
        responses.entry(status.to_string()).or_insert_with(left_out);
    }
    Some(told.into())
}

/// Translates the schemas of a body.
fn content_in(body: &mut Value) {
    let kinds = body.get_mut("content").and_then(Value::as_object_mut);
    kinds.into_iter().flatten().for_each(|(_, told)| schemas_in(told));
}

fn schemas_in(of: &mut Value) {
    if let Some(schema) = of.get_mut("schema") {
        *schema = schema_of(schema);
    }
}

/// A schema without what programs take at its word and Jira does not: that members which are `writeOnly` never come
/// back. What stands beside a reference, which OpenAPI 3.0 passes over, gets a place where it counts.
fn schema_of(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let mut told: Map<String, Value> = members
                .iter()
                .filter(|(name, value)| !(*name == "writeOnly" && value.is_boolean()))
                .map(|(name, value)| (name.clone(), schema_of(value)))
                .collect();
            if told.len() > 1
                && let Some(reference) = told.get("$ref").filter(|reference| reference.is_string()).cloned()
            {
                told.remove("$ref");
                told.insert("allOf".to_owned(), json!([{"$ref": reference}]));
            }
            told.into()
        }
        Value::Array(parts) => parts.iter().map(schema_of).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_served_is_left_out_and_left_out_refusals_are_put_in() {
        let document = json!({
            "version": "1",
            "paths": {
                "/api/2/issue/{issueIdOrKey}": {
                    "get": {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A", "nullable": true}}}}}},
                    "delete": {"responses": {"204": {"content": {"application/json": {}}}}},
                },
                "/api/2/other": {"get": {"responses": {}}},
            },
            "components": {"schemas": {"A": {"properties": {"b": {"writeOnly": true, "type": "string"}}}}},
        });
        let route = |method: &str| (shape("/rest/api/2/issue/{issue}"), method.to_owned());
        let served = [route("get"), route("delete")].into_iter().collect();
        let (told, kept) = exported("dc", &document, &served, &[404]).unwrap();
        assert_eq!((kept, told["paths"].as_object().unwrap().len()), (2, 1));
        let get = &told["paths"]["/api/2/issue/{issueIdOrKey}"]["get"]["responses"];
        assert_eq!(get["404"]["description"], "Left out by the document.");
        assert_eq!(
            get["200"]["content"]["application/json"]["schema"],
            json!({"nullable": true, "allOf": [{"$ref": "#/components/schemas/A"}]})
        );
        assert_eq!(
            told["paths"]["/api/2/issue/{issueIdOrKey}"]["delete"]["responses"]["204"],
            json!({"description": "204"})
        );
        assert_eq!(told["components"]["schemas"]["A"]["properties"]["b"], json!({"type": "string"}));
    }
}
