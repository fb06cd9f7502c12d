//! Holds answers of the API against the API reference: the part of JSON Schema that it uses, and nothing else.

use serde_json::{Map, Value};

use super::Answer;

/// Panics if an answer of the API is not as the reference says.
pub(super) fn check(method: &str, path: &str, answer: &Answer) {
    let document: Value = serde_json::from_str(bowline_server::openapi()).unwrap();
    let path = path.split('?').next().unwrap();
    let Some(operation) = find(&document, path).and_then(|item| item.get(&method.to_lowercase())) else {
        return;
    };
    let status = answer.code.to_string();
    let Some(response) = operation["responses"].get(&status) else {
        assert!(answer.code >= 400, "{method} {path} answers {status}, which the reference does not know");
        return;
    };
    match response.pointer("/content/application~1json/schema") {
        Some(schema) => fits(&document, schema, &answer.json(), &format!("{method} {path}")),
        None => assert!(answer.body.is_empty(), "{method} {path} is to have nothing to say"),
    }
}

/// The path of the reference that a real path belongs to; one without variable parts goes first.
fn find<'a>(document: &'a Value, path: &str) -> Option<&'a Map<String, Value>> {
    let paths = document["paths"].as_object().unwrap();
    let fits = |template: &str| {
        let (mut have, mut want) = (path.split('/'), template.split('/'));
        loop {
            match (have.next(), want.next()) {
                (None, None) => return true,
                (Some(have), Some(want)) if want.starts_with('{') || have == want => {}
                _ => return false,
            }
        }
    };
    let exact = paths.get(path).and_then(Value::as_object);
    exact.or_else(|| paths.iter().find(|(template, _)| fits(template)).and_then(|(_, item)| item.as_object()))
}

fn fits(document: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        return fits(document, document.pointer(&reference[1..]).unwrap(), value, place);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        if value.is_null() {
            assert!(choices.iter().any(|choice| choice["type"] == "null"), "{place} is null");
            return;
        }
        let real = choices.iter().find(|choice| choice["type"] != "null").unwrap();
        return fits(document, real, value, place);
    }
    assert!(is_of(&schema["type"], value), "{place}: {value} is not {}", schema["type"]);
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{place}: {value}");
    }
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str()) {
        let prefix = pattern.trim_start_matches('^').split('[').next().unwrap();
        let rest = text.strip_prefix(prefix).unwrap_or_else(|| panic!("{place}: {text}"));
        assert!(rest.len() == 32 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{place}: {text}");
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        fits(document, &schema["items"], item, &format!("{place}[{index}]"));
    }
    if let Some(members) = value.as_object() {
        object(document, schema, members, place);
    }
}

fn object(document: &Value, schema: &Value, members: &Map<String, Value>, place: &str) {
    for required in schema["required"].as_array().into_iter().flatten() {
        assert!(members.contains_key(required.as_str().unwrap()), "{place} lacks {required}");
    }
    for (name, member) in members {
        let place = format!("{place}.{name}");
        match (schema["properties"].get(name), &schema["additionalProperties"]) {
            (Some(known), _) => fits(document, known, member, &place),
            (None, Value::Object(_)) => fits(document, &schema["additionalProperties"], member, &place),
            (None, other) => panic!("{place} is not in the reference ({other})"),
        }
    }
}

fn is_of(kind: &Value, value: &Value) -> bool {
    let one = |kind: &Value| match kind.as_str().unwrap() {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the reference uses the type {other}"),
    };
    kind.as_array().map_or_else(|| one(kind), |kinds| kinds.iter().any(one))
}
