//! Atlassian Document Format: the JSON that Jira Cloud's REST API version 3 takes and gives.
//!
//! Node and mark names, and what may stand where, are those of the public JSON schema (page "Atlassian Document
//! Format" on developer.atlassian.com; schema `full.json` in `@atlaskit/adf-schema`). Nodes that the tree has no word
//! for stay whole (`opaque.rs`). What no document can hold is taken out before printing, by `crate::fit`.

mod json;
mod line;
mod opaque;
mod parse;
mod print;
mod scan;
#[cfg(test)]
mod tests;

use serde_json::Value;

use self::json::Json;
use self::scan::{Bad, Scanned};
use crate::tree::{Doc, Format, Opaque};
use crate::{Error, fit};

/// Reads an ADF document, in normal form. Tolerant of anything inside it.
///
/// # Errors
/// [`Error::NotADocument`] if it is not an object with type `doc`; `null` is such a thing.
pub fn parse(doc: &Value) -> Result<Doc, Error> {
    read(doc)
}

/// Reads an ADF document from its text, as [`parse`] does, without a value of it between.
///
/// # Errors
/// [`Error::NotJson`], and those of [`parse`].
pub fn from_str(text: &str) -> Result<Doc, Error> {
    let scanned = Scanned::of(text).map_err(|Bad(at)| {
        let before = text.as_bytes().get(..at).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n');
        let column = line.clone().next_back().map_or(0, <[u8]>::len) + 1;
        Error::NotJson { line: line.count(), column }
    })?;
    read(scanned.root())
}

fn read<'a>(doc: impl Json<'a>) -> Result<Doc, Error> {
    if parse::type_of(doc) != "doc" {
        return Err(Error::NotADocument);
    }
    Ok(Doc { blocks: parse::blocks(doc) }.normal())
}

/// Prints a document as ADF that is valid against the published schema, but for opaque nodes, which are printed as
/// they came.
pub fn print(doc: &Doc) -> Value {
    let doc = fit::fitting(doc, Format::Adf, believe);
    // Names are strings and nothing in it refuses: it cannot fail.
    serde_json::to_value(print::Adf(doc.as_ref())).unwrap_or_default()
}

/// Prints a document as [`print`] does, as text.
pub fn to_string(doc: &Doc) -> String {
    let doc = fit::fitting(doc, Format::Adf, believe);
    serde_json::to_string(&print::Adf(doc.as_ref())).unwrap_or_default()
}

/// Whether this format's parser would make this piece of its raw form, in the given place.
pub(crate) fn believe(opaque: &Opaque, _: bool) -> bool {
    opaque::read(&opaque.raw).is_some_and(|same| same == *opaque)
}
