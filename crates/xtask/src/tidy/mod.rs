//! `cargo xtask tidy`: what the documents promise about the code, checked.

mod edges;
mod files;
mod licences;
mod links;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::{conformance, shell};

/// Checks everything and lists all that is wrong at once.
pub(crate) fn run() -> Result<String> {
    let metadata = metadata()?;
    let mut wrong = edges::check(&metadata)?;
    wrong.extend(licences::check(&metadata)?);
    wrong.extend(files::check()?);
    wrong.extend(links::check()?);
    wrong.extend(conformance::check_page()?);
    if !wrong.is_empty() {
        bail!("not tidy:\n  {}", wrong.join("\n  "));
    }
    Ok("tidy".to_owned())
}

fn metadata() -> Result<Value> {
    let text = shell::read(shell::cargo().args(["metadata", "--format-version", "1", "--all-features"]))?;
    Ok(serde_json::from_str(&text)?)
}

/// The members of a JSON list; none if it is no list.
fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A JSON text; empty if it is none.
fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
