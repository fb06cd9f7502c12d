//! From a schema of OpenAPI 3.0 to one of JSON Schema 2020-12 that also refuses members nobody declared.

use serde_json::{Map, Value, json};

/// What is put behind the name of a component that may be part of a composition and so says nothing of other members.
const PART: &str = "~part";

/// A schema that stands by itself, with every component it needs.
pub(crate) fn whole(schema: &Value, components: &Map<String, Value>) -> Value {
    let mut root = strict(schema);
    let mut needed = Map::new();
    let mut open = references(&root);
    while let Some(name) = open.pop() {
        if needed.contains_key(&name) {
            continue;
        }
        let plain = name.strip_suffix(PART).unwrap_or(&name);
        let component = components.get(plain).cloned().unwrap_or(Value::Bool(false));
        let component = if name.ends_with(PART) { part(&component) } else { strict(&component) };
        open.extend(references(&component));
        needed.insert(name, component);
    }
    if let Value::Object(members) = &mut root {
        members.insert("$defs".to_owned(), Value::Object(needed));
    }
    root
}

/// Members that are not declared are refused, where any are declared.
fn strict(schema: &Value) -> Value {
    closed(schema, true)
}

/// One part of a composition: the other parts may declare more.
fn part(schema: &Value) -> Value {
    closed(schema, false)
}

fn closed(schema: &Value, whole: bool) -> Value {
    let Some(members) = schema.as_object() else { return schema.clone() };
    if let Some(name) = members.get("$ref").and_then(Value::as_str).and_then(component) {
        let name = if whole { name.to_owned() } else { format!("{name}{PART}") };
        return nullable(members, json!({"$ref": format!("#/$defs/{}", escaped(&name))}));
    }
    if let Some([only]) = members.get("allOf").and_then(Value::as_array).map(Vec::as_slice)
        && !members.contains_key("properties")
    {
        return nullable(members, closed(only, whole));
    }
    let mut kept = Map::new();
    for (name, value) in members {
        let value = match (name.as_str(), value) {
            ("nullable" | "writeOnly" | "format", _) => continue,
            ("additionalProperties", Value::Bool(false)) if !whole => continue,
            ("properties", Value::Object(properties)) => properties
                .iter()
                .map(|(name, schema)| (name.clone(), strict(schema)))
                .collect::<Map<_, _>>()
                .into(),
            ("items" | "additionalProperties", schema) => strict(schema),
            ("allOf", Value::Array(parts)) => parts.iter().map(part).collect(),
            ("anyOf" | "oneOf", Value::Array(parts)) => {
                let alone = !members.contains_key("properties");
                parts.iter().map(|schema| closed(schema, alone && whole)).collect()
            }
            (_, value) => value.clone(),
        };
        kept.insert(name.clone(), value);
    }
    // Alternatives that nothing tells apart are no error of whoever answers.
    if let Some(one_of) = kept.remove("oneOf") {
        kept.insert("anyOf".to_owned(), one_of);
    }
    let declares = members.get("properties").and_then(Value::as_object).is_some_and(|all| !all.is_empty());
    let composed = ["allOf", "anyOf", "oneOf"].iter().any(|name| members.contains_key(*name));
    let open = members.get("additionalProperties").is_some_and(|more| *more != Value::Bool(false));
    if composed && !declares {
        // A closed composition without members of its own would refuse everything.
        kept.remove("additionalProperties");
    }
    if whole && !open {
        if composed && (declares || members.contains_key("allOf")) {
            kept.remove("additionalProperties");
            kept.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
        } else if declares {
            kept.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
    }
    nullable(members, Value::Object(kept))
}

fn nullable(members: &Map<String, Value>, schema: Value) -> Value {
    if members.get("nullable") == Some(&Value::Bool(true)) {
        json!({"anyOf": [schema, {"type": "null"}]})
    } else {
        schema
    }
}

fn component(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/components/schemas/")
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The components that a transformed schema names.
fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| match value.as_str().and_then(|text| text.strip_prefix("#/$defs/")) {
                Some(target) if name == "$ref" => vec![target.replace("~1", "/").replace("~0", "~")],
                _ => references(value),
            })
            .collect(),
        Value::Array(parts) => parts.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}
