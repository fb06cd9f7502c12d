//! Repairs of the documents: `overlay.toml`, each with its reason.
//!
//! A repair adds or corrects; it can neither remove a schema nor make one that accepts everything, because then the
//! document would no longer say anything.

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// More repairs than this, and it is no longer the vendor's document.
const MOST: usize = 60;

/// What `overlay.toml` holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Overlay {
    /// Paths that no document describes and that the simulator serves all the same.
    pub(crate) undocumented: Vec<Undocumented>,
    /// Parameters that an operation takes without declaring them.
    #[serde(default)]
    asked: Vec<Asked>,
    /// Statuses that may come although an operation does not declare them.
    pub(crate) undeclared: Undeclared,
    #[serde(default, rename = "repair")]
    pub(crate) repairs: Vec<Repair>,
}

/// A family of paths without a document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Undocumented {
    /// The path begins with this.
    pub(crate) prefix: String,
    /// Which faces; all if empty.
    #[serde(default)]
    pub(crate) faces: Vec<String>,
    /// Statuses from 500 on that the product itself answers there to what it does not take.
    #[serde(default)]
    failures: Vec<u16>,
    #[expect(dead_code, reason = "for people; that it is there is what counts")]
    reason: String,
}

/// A parameter of a query that is told in prose only.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    document: String,
    path: String,
    name: String,
    #[expect(dead_code, reason = "as above")]
    reason: String,
}

/// Statuses that the documents leave out almost everywhere.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Undeclared {
    pub(crate) statuses: Vec<u16>,
    #[expect(dead_code, reason = "as above")]
    reason: String,
}

/// One defect of one document, at one or several places.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Repair {
    /// `cloud-v3`, `cloud-v2`, `software` or `dc`.
    pub(crate) document: String,
    /// JSON pointers of objects in the reduced document.
    at: Vec<String>,
    reason: String,
    /// Members to add or replace there, one level after the other (JSON).
    #[serde(default)]
    merge: Option<String>,
    /// What is there instead (JSON); not nothing.
    #[serde(default)]
    instead: Option<String>,
    /// Member names to take out of the `required` list there.
    #[serde(default)]
    optional: Vec<String>,
    /// The thing there is really a list of it.
    #[serde(default)]
    list: bool,
    /// The thing there is really a page of it, with the list under this name.
    #[serde(default)]
    page: Option<String>,
}

impl Overlay {
    /// Reads and checks the list.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let overlay: Self = toml::from_str(text)?;
        if overlay.repairs.len() > MOST {
            bail!("{} repairs; at most {MOST} are allowed", overlay.repairs.len());
        }
        if let Some(repair) = overlay.repairs.iter().find(|repair| repair.reason.trim().is_empty()) {
            bail!("a repair at {:?} has no reason", repair.at);
        }
        Ok(overlay)
    }

    /// How the paths begin to whose family this one belongs, if no document describes them.
    pub(crate) fn family(&self, path: &str) -> Option<&str> {
        self.undocumented.iter().map(|family| family.prefix.as_str()).find(|prefix| path.starts_with(prefix))
    }

    /// Whether an operation takes a parameter that it does not declare.
    pub(crate) fn takes(&self, document: &str, path: &str, name: &str) -> bool {
        self.asked
            .iter()
            .any(|asked| (&*asked.document, &*asked.path, &*asked.name) == (document, path, name))
    }

    /// Whether the product itself answers this status there, a failure by its number.
    pub(crate) fn fails(&self, path: &str, status: u16) -> bool {
        let mut families = self.undocumented.iter().filter(|family| path.starts_with(&family.prefix));
        families.any(|family| family.failures.contains(&status))
    }
}

impl Repair {
    /// Repairs a document.
    pub(crate) fn apply(&self, document: &mut Value) -> Result<()> {
        for pointer in &self.at {
            let target = document
                .pointer_mut(pointer)
                .and_then(Value::as_object_mut)
                .with_context(|| format!("{} has no object at {pointer}", self.document))?;
            self.apply_at(target).with_context(|| format!("{} at {pointer}", self.document))?;
        }
        Ok(())
    }

    fn apply_at(&self, target: &mut Map<String, Value>) -> Result<()> {
        if let Some(text) = &self.instead {
            let other: Map<String, Value> = serde_json::from_str(text)?;
            if !["type", "$ref", "properties"].iter().any(|name| other.contains_key(*name)) {
                bail!("a schema that accepts everything says nothing");
            }
            *target = other;
        }
        if self.list {
            let item = Value::Object(std::mem::take(target));
            target.insert("type".to_owned(), "array".into());
            target.insert("items".to_owned(), item);
        }
        if let Some(name) = &self.page {
            let item = Value::Object(std::mem::take(target));
            let (number, flag) = (json!({"type": "integer"}), json!({"type": "boolean"}));
            let mut properties =
                json!({"startAt": number, "maxResults": number, "total": number, "isLast": flag});
            if let Some(properties) = properties.as_object_mut() {
                properties.insert(name.clone(), json!({"type": "array", "items": item}));
                for name in ["expand", "self", "nextPage"] {
                    properties.insert(name.to_owned(), json!({"type": "string"}));
                }
            }
            let required = json!(["startAt", "maxResults", name]);
            target.extend([
                ("type".to_owned(), "object".into()),
                ("properties".to_owned(), properties),
                ("required".to_owned(), required),
            ]);
        }
        if !self.optional.is_empty() {
            let required =
                target.get_mut("required").and_then(Value::as_array_mut).context("nothing is required")?;
            required.retain(|name| !self.optional.iter().any(|gone| *name == **gone));
        }
        if let Some(text) = &self.merge {
            let change: Map<String, Value> = serde_json::from_str(text)?;
            merge(target, change)?;
        }
        Ok(())
    }
}

fn merge(target: &mut Map<String, Value>, change: Map<String, Value>) -> Result<()> {
    for (name, value) in change {
        match (target.get_mut(&name), value) {
            (_, Value::Null) => bail!("`{name}` cannot be removed: say what it is instead"),
            (_, Value::Object(value)) if name == "schema" && value.is_empty() => {
                bail!("a schema that accepts everything says nothing")
            }
            (Some(Value::Object(there)), Value::Object(value)) => merge(there, value)?,
            (_, value) => drop(target.insert(name, value)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repair(merge: &str) -> Repair {
        Repair {
            document: "dc".to_owned(),
            at: vec!["/components/schemas/A".to_owned()],
            reason: "wrong".to_owned(),
            merge: Some(merge.to_owned()),
            instead: None,
            optional: Vec::new(),
            list: false,
            page: None,
        }
    }

    fn document() -> Value {
        json!({"components": {"schemas": {"A": {"type": "object", "properties": {"b": {"type": "string"}}}}}})
    }

    #[test]
    fn a_repair_adds_and_replaces() {
        let mut document = document();
        repair(r#"{"properties": {"b": {"type": "integer"}, "c": {}}}"#).apply(&mut document).unwrap();
        let properties = document.pointer("/components/schemas/A/properties").unwrap();
        assert_eq!(*properties, json!({"b": {"type": "integer"}, "c": {}}));
    }

    #[test]
    fn a_repair_can_neither_remove_a_schema_nor_empty_one() {
        for merge in [r#"{"properties": null}"#, r#"{"properties": {"b": null}}"#, r#"{"schema": {}}"#] {
            assert!(repair(merge).apply(&mut document()).is_err(), "{merge}");
        }
        let mut whole = repair(r#"{"schemas": {"A": null}}"#);
        whole.at = vec!["/components".to_owned()];
        assert!(whole.apply(&mut document()).is_err());
    }

    #[test]
    fn a_repair_of_what_is_not_there_is_refused() {
        let mut lost = repair("{}");
        lost.at = vec!["/components/schemas/B".to_owned()];
        assert!(lost.apply(&mut document()).is_err());
    }
}
