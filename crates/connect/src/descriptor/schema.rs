//! The rules of a descriptor as JSON Schema, for editors and for other programs.
//!
//! It is published in `schema/` of this crate, and a test holds it to [`super::check`]: what the one refuses the other refuses,
//! but for two rules that a schema cannot say. A key that two modules have is seen by `check` only, and so is an address that has
//! the form of one and is none.

use serde_json::{Map, Value, json};

use super::modules::Kind;
use super::scope::Scope;
use crate::installation::Product;

/// A path that stays below the base URL.
const BELOW: &str = r"^(?!//)(?![^?#]*/\.{1,2}(?:[/?#]|$))/[^\s\\\u0000-\u001f\u007f-\u009f]*$";
/// An absolute URL of the web.
const WEB: &str = r"^[hH][tT][tT][pP][sS]?://[^\s/?#]";
/// An absolute URL of https without user, query and fragment.
const BASE: &str = r"^[hH][tT][tT][pP][sS]://[^\s/?#@\\]+(?:/[^?#]*)?$";

/// The schema of descriptors for a product (draft 2020-12).
pub fn schema(product: Product) -> Value {
    let title = match product {
        Product::Jira => "Descriptor of a Connect app for Jira",
        Product::Confluence => "Descriptor of a Connect app for Confluence",
    };
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "required": ["key", "name", "baseUrl", "authentication"],
        "properties": {
            "key": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
            "name": {"type": "string", "pattern": r"\S"},
            "baseUrl": {"type": "string", "pattern": BASE},
            "authentication": {
                "type": "object",
                "required": ["type"],
                "properties": {"type": {"type": "string", "pattern": any_case(&["jwt", "none"])}},
            },
            "lifecycle": {"type": "object", "additionalProperties": {"type": "string", "pattern": BELOW}},
            "scopes": {
                "type": "array",
                "items": {"type": "string", "pattern": any_case(&Scope::ALL.map(Scope::word))},
            },
            "apiMigrations": {"type": "object", "additionalProperties": {"type": "boolean"}},
            "apiVersion": {"type": "integer", "minimum": 1},
            "enableLicensing": {"type": "boolean"},
            "vendor": {
                "type": "object",
                "required": ["name", "url"],
                "properties": {
                    "name": {"type": "string", "minLength": 1},
                    "url": {"type": "string", "pattern": WEB},
                },
            },
            "modules": {"type": "object", "properties": modules(product)},
        },
        "allOf": [secret_arrives(), webhooks_are_read()],
    })
}

/// One of some words, in letters of any case.
fn any_case(words: &[&str]) -> String {
    let letter = |letter: char| match letter.is_ascii_alphabetic() {
        true => format!("[{}{}]", letter.to_ascii_lowercase(), letter.to_ascii_uppercase()),
        false => letter.to_string(),
    };
    let each = words.iter().map(|word| word.chars().map(letter).collect::<String>());
    format!("^(?:{})$", each.collect::<Vec<_>>().join("|"))
}

/// With `jwt` the secret comes with `installed`.
fn secret_arrives() -> Value {
    json!({
        "if": {"properties": {"authentication": {"properties": {"type": {"pattern": any_case(&["jwt"])}}}}},
        "then": {"required": ["lifecycle"], "properties": {"lifecycle": {"required": ["installed"]}}},
    })
}

/// Webhooks need a scope that includes reading.
fn webhooks_are_read() -> Value {
    let apart = [Scope::ActAsUser, Scope::AccessEmailAddresses];
    let reading: Vec<&str> =
        Scope::ALL.iter().filter(|scope| !apart.contains(scope)).map(|scope| scope.word()).collect();
    let some = json!({"not": {"anyOf": [{"type": "null"}, {"type": "array", "maxItems": 0}]}});
    json!({
        "if": {
            "required": ["modules"],
            "properties": {"modules": {"type": "object", "required": ["webhooks"], "properties": {"webhooks": some}}},
        },
        "then": {
            "required": ["scopes"],
            "properties": {"scopes": {"contains": {"pattern": any_case(&reading)}}},
        },
    })
}

/// Every kind of modules: one, a list of them, or none.
fn modules(product: Product) -> Value {
    let of = |(name, kind): (&str, Kind)| {
        let one = module(name, kind);
        let any = json!({"oneOf": [one, {"type": "array", "items": one}, {"type": "null"}]});
        (name.to_owned(), any)
    };
    Value::Object(Kind::all(product).map(of).collect::<Map<String, Value>>())
}

fn module(name: &str, kind: Kind) -> Value {
    let mut properties = Map::new();
    properties.insert("key".to_owned(), json!({"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}));
    if kind.has("url") {
        let url = match leads_anywhere(name) {
            true => json!({"type": "string", "anyOf": [{"pattern": BELOW}, {"pattern": WEB}]}),
            false => json!({"type": "string", "pattern": BELOW}),
        };
        properties.insert("url".to_owned(), url);
    }
    let required: Vec<&str> = kind.required().collect();
    json!({"type": "object", "required": required, "properties": properties})
}

/// Links may lead anywhere; what a site calls or frames with a token is below the base URL.
pub(super) fn leads_anywhere(kind: &str) -> bool {
    kind == "webItems" || kind.ends_with("Actions")
}
