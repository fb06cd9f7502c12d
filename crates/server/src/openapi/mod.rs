//! The API reference: an OpenAPI 3.1 document, put together from the route table and three files kept by hand.
//!
//! Paths, methods and scopes come from the table, so they cannot be wrong; `operations.json` says what each route
//! takes and gives, `schemas.json` and `parameters.json` in which shapes. Tests compare the operations with the
//! table, and every answer of the route tests with its schema.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};

use crate::api::route::Route;
use crate::api::v1;

static DOCUMENT: LazyLock<String> =
    LazyLock::new(|| serde_json::to_string_pretty(&document()).unwrap_or_default());

/// The API reference as an OpenAPI 3.1 document (JSON).
pub fn openapi() -> &'static str {
    &DOCUMENT
}

pub(crate) async fn show() -> Response {
    ([(CONTENT_TYPE, "application/json")], openapi()).into_response()
}

fn document() -> Value {
    let operations = parse(include_str!("operations.json"));
    let mut schemas = parse(include_str!("schemas.json"));
    let mut paths = Map::new();
    for route in v1::routes() {
        let known = operations.get(&format!("{} {}", route.method, route.path)).cloned().unwrap_or_default();
        let answers = known.get("answers").and_then(Value::as_object).cloned().unwrap_or_default();
        for row in answers.values().filter_map(|answer| answer.as_str()?.strip_suffix("Page")) {
            schemas.insert(format!("{row}Page"), page_of(row));
        }
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(route.method.as_str().to_lowercase(), operation(&route, &known, &answers));
        }
    }
    let description = "Ties Jira to everything else a company works with. Lists are pages: `items` and `next`. Errors \
                       are problem documents (RFC 9457) with a stable `code`. Every operation names the scope it needs \
                       in `x-bowline-scope`; the local admin's token has all of them.";
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Bowline",
            "version": "1",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            "description": description,
        },
        "servers": [{ "url": "/" }],
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
            "parameters": parse(include_str!("parameters.json")),
            "responses": { "problem": {
                "description": "Not granted.",
                "content": { "application/problem+json": { "schema": reference("schemas", "Problem") } },
            } },
            "schemas": schemas,
        },
    })
}

fn operation(route: &Route, known: &Value, answers: &Map<String, Value>) -> Value {
    let method = route.method.as_str().to_lowercase();
    let noun = route.path.trim_start_matches("/api/v1/");
    let id = noun.replace(['{', '}'], "").replace(['/', '-'], "_");
    let mut parameters: Vec<Value> = noun.split('/').filter_map(in_path).collect();
    let named = known.get("parameters").and_then(Value::as_array).into_iter().flatten();
    parameters.extend(named.filter_map(|name| Some(reference("parameters", name.as_str()?))));
    if route.scope.is_in_tenant() {
        parameters.push(reference("parameters", "tenant"));
    }
    let mut responses: Map<String, Value> =
        answers.iter().map(|(status, answer)| (status.clone(), response(answer))).collect();
    responses.insert("default".to_owned(), reference("responses", "problem"));
    let body = known.get("body").and_then(Value::as_str).map(|name| {
        let schema = reference("schemas", name);
        json!({ "required": true, "content": { "application/json": { "schema": schema } } })
    });
    let mut operation = json!({
        "tags": [noun.split('/').next()],
        "operationId": format!("{method}_{id}"),
        "summary": known.get("summary"),
        "x-bowline-scope": route.scope.word(),
        "parameters": parameters,
        "responses": responses,
    });
    if let (Some(operation), Some(body)) = (operation.as_object_mut(), body) {
        operation.insert("requestBody".to_owned(), body);
    }
    operation
}

fn in_path(part: &str) -> Option<Value> {
    let name = part.strip_prefix('{')?.strip_suffix('}')?;
    Some(json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
}

fn response(answer: &Value) -> Value {
    match answer.as_str() {
        None => json!({ "description": "Done; nothing to say." }),
        Some("stream") => json!({
            "description": "Server-sent events.",
            "content": { "text/event-stream": { "schema": { "type": "string" } } },
        }),
        Some(name) => json!({
            "description": "Done.",
            "content": { "application/json": { "schema": reference("schemas", name) } },
        }),
    }
}

fn page_of(row: &str) -> Value {
    json!({
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": { "type": "array", "items": reference("schemas", row) },
            "next": { "type": ["string", "null"], "description": "Pass as `after` for the next page." },
        },
        "additionalProperties": false,
    })
}

fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

/// The files are part of the program; a test says so if one does not parse.
fn parse(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_route_is_described_and_nothing_else_is() {
        let described: BTreeSet<String> = parse(include_str!("operations.json")).keys().cloned().collect();
        let routes: BTreeSet<String> =
            v1::routes().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
        assert_eq!(described, routes);
    }

    #[test]
    fn every_reference_in_the_document_leads_somewhere() {
        let document = document();
        let text = document.to_string();
        let references: Vec<&str> =
            text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(references.len() > 100);
        for reference in references {
            assert!(document.pointer(reference).is_some(), "{reference}");
        }
    }

    #[test]
    fn every_schema_is_used() {
        let document = document();
        let text = document.to_string();
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            assert!(text.contains(&format!("#/components/schemas/{name}\"")), "{name}");
        }
    }
}
