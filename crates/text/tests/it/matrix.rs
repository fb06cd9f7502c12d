//! The matrix of `docs/text.md` is what the code does.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use bowline_text::{Doc, adf, html, markdown, wiki};
use serde_json::{Value, json};

use crate::samples;

pub(crate) const FORMATS: [&str; 4] = ["ADF", "wiki", "HTML", "Markdown"];

/// What a format gives back of a document.
pub(crate) fn hold(doc: &Doc, format: &str) -> Doc {
    match format {
        "ADF" => adf::parse(&adf::print(doc)).unwrap(),
        "wiki" => wiki::parse(&wiki::print(doc)),
        "HTML" => html::parse(&html::print(doc)),
        _ => markdown::parse(&markdown::print(doc)),
    }
}

/// Whether some piece of a document is opaque.
fn is_opaque(doc: &Doc) -> bool {
    serde_json::to_string(doc).unwrap().contains("{\"opaque\":")
}

/// What becomes of what one format says in another.
/// `same`: whether reading the sample has left nothing out.
fn verdict(doc: &Doc, same: bool, from: &str, to: &str) -> &'static str {
    if hold(doc, from) != *doc || (!same && from != "ADF") {
        return "–";
    }
    if !same {
        return "degraded";
    }
    match hold(doc, to) == *doc {
        true if is_opaque(doc) => "opaque",
        true => "kept",
        false => "degraded",
    }
}

/// The document of a sample, and whether ADF gives back the sample itself.
fn read(content: &Value) -> (Doc, bool) {
    let given = json!({"type": "doc", "version": 1, "content": content});
    let doc = adf::parse(&given).unwrap();
    let same = adf::print(&doc) == given;
    (doc, same)
}

fn rows() -> Vec<(String, Doc, bool)> {
    let adf = samples::adf().into_iter().map(|(name, content)| {
        let (doc, same) = read(&content);
        (name.to_owned(), doc, same)
    });
    let wiki = samples::WIKI.into_iter().map(|(name, text)| {
        let doc = wiki::parse(text);
        (name.to_owned(), doc, true)
    });
    adf.chain(wiki).collect()
}

fn matrix() -> String {
    let mut out = String::from("| kind | ADF back |");
    let pairs: Vec<(&str, &str)> = FORMATS
        .iter()
        .flat_map(|from| FORMATS.iter().filter(move |to| *to != from).map(move |to| (*from, *to)))
        .collect();
    for (from, to) in &pairs {
        let _ = write!(out, " {from} → {to} |");
    }
    let _ = write!(out, "\n| --- |{}", " --- |".repeat(pairs.len() + 1));
    for (name, doc, same) in rows() {
        let back = verdict(&doc, same, "ADF", "ADF");
        let _ = write!(out, "\n| {name} | {back} |");
        for (from, to) in &pairs {
            let _ = write!(out, " {} |", verdict(&doc, same, from, to));
        }
    }
    out
}

#[test]
fn the_matrix_in_the_docs_is_what_the_code_does() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/text.md");
    let page = std::fs::read_to_string(page).unwrap();
    let told =
        page.split("<!-- begin matrix -->").nth(1).and_then(|rest| rest.split("<!-- end matrix -->").next());
    let matrix = matrix();
    if told.is_some_and(|told| told.trim() == matrix) {
        return;
    }
    let other = concat!(env!("CARGO_TARGET_TMPDIR"), "/text-matrix.md");
    std::fs::write(other, matrix).unwrap();
    panic!("review {other}, and put it into docs/text.md between the marks");
}

#[test]
fn every_node_and_mark_of_the_schema_has_a_row() {
    let mut nodes = BTreeSet::from(["doc".to_owned()]);
    let mut marks = BTreeSet::new();
    let mut ahead: Vec<Value> = samples::adf().into_iter().map(|(_, content)| content).collect();
    while let Some(value) = ahead.pop() {
        match value {
            Value::Array(items) => ahead.extend(items),
            Value::Object(mut members) => {
                nodes.extend(members.get("type").and_then(Value::as_str).map(str::to_owned));
                let list = members.remove("marks");
                let list = list.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
                marks.extend(list.iter().filter_map(|mark| Some(mark.get("type")?.as_str()?.to_owned())));
                ahead.extend(members.remove("content"));
            }
            _ => {}
        }
    }
    assert_eq!(nodes, samples::NODES.iter().map(|&kind| kind.to_owned()).collect());
    assert_eq!(marks, samples::MARKS.iter().map(|&kind| kind.to_owned()).collect());
}

#[test]
fn no_word_of_any_sample_is_lost_in_any_direction() {
    for (name, doc, _) in rows() {
        let count = |doc: &Doc| doc.plain().matches("words").count();
        for from in FORMATS {
            let said = hold(&doc, from);
            assert!(count(&said) >= count(&doc), "{name} in {from}");
            for to in FORMATS {
                assert!(count(&hold(&said, to)) >= count(&said), "{name}: {from} → {to}");
            }
        }
    }
}
