//! Texts as people and tools write them, and what becomes of them: each was read by a person before it was kept.
//!
//! A text that comes out otherwise is written below the target folder; after a look at the difference it replaces the
//! file in `corpus/expected`.

use std::fmt::Write as _;
use std::path::Path;

use bowline_text::{Doc, adf, html, markdown, wiki};
use serde_json::{Value, json};

use crate::matrix::{FORMATS, hold};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");

/// The named texts of a file, each behind a line that begins with `=== `.
pub(crate) fn texts(file: &str) -> Vec<(String, String)> {
    let all = std::fs::read_to_string(Path::new(FOLDER).join(file)).unwrap();
    let cases = all.strip_prefix("=== ").unwrap().split("\n=== ");
    let case = |case: &str| {
        let (name, text) = case.split_once('\n').unwrap();
        (name.to_owned(), text.to_owned())
    };
    cases.map(case).collect()
}

fn documents() -> Vec<(String, Doc)> {
    let all: Vec<(String, Value)> =
        serde_json::from_str(&std::fs::read_to_string(Path::new(FOLDER).join("adf.json")).unwrap()).unwrap();
    let read =
        |content: Value| adf::parse(&json!({"type": "doc", "version": 1, "content": content})).unwrap();
    all.into_iter().map(|(name, content)| (name, read(content))).collect()
}

fn parsed(file: &str, parse: fn(&str) -> Doc) -> Vec<(String, Doc)> {
    texts(file).into_iter().map(|(name, text)| (name, parse(&text))).collect()
}

/// All forms of some texts.
fn forms(docs: Vec<(String, Doc)>) -> String {
    let mut out = String::new();
    for (name, doc) in docs {
        let adf = adf::print(&doc);
        let nodes = adf["content"].as_array().unwrap().iter().map(Value::to_string).collect::<Vec<_>>();
        let _ = write!(
            out,
            "=== {name}\n--- adf\n{}\n--- wiki\n{}\n--- html\n{}\n--- markdown\n{}\n\n",
            nodes.join("\n"),
            wiki::print(&doc),
            html::print(&doc),
            markdown::print(&doc),
        );
    }
    out
}

fn is_as_expected(file: &str, docs: Vec<(String, Doc)>) {
    let forms = forms(docs);
    let expected = Path::new(FOLDER).join("expected").join(file);
    if std::fs::read_to_string(&expected).unwrap_or_default() == forms {
        return;
    }
    let other = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
    std::fs::write(&other, forms).unwrap();
    panic!("compare {} with {}", expected.display(), other.display());
}

#[test]
fn wiki_markup_becomes_what_was_reviewed() {
    is_as_expected("wiki.txt", parsed("wiki.txt", wiki::parse));
}

#[test]
fn the_notation_of_wiki_markup_becomes_what_was_reviewed() {
    is_as_expected("notation.txt", parsed("notation.txt", wiki::parse));
}

#[test]
fn html_becomes_what_was_reviewed() {
    is_as_expected("html.txt", parsed("html.txt", html::parse));
}

#[test]
fn markdown_becomes_what_was_reviewed() {
    is_as_expected("markdown.txt", parsed("markdown.txt", markdown::parse));
}

#[test]
fn adf_becomes_what_was_reviewed() {
    is_as_expected("adf.txt", documents());
}

#[test]
fn every_text_is_held_after_one_pass() {
    let all = parsed("wiki.txt", wiki::parse)
        .into_iter()
        .chain(parsed("notation.txt", wiki::parse))
        .chain(parsed("html.txt", html::parse))
        .chain(parsed("markdown.txt", markdown::parse))
        .chain(documents());
    let mut count = 0;
    for (name, doc) in all {
        count += 1;
        for format in FORMATS {
            let held = hold(&doc, format);
            assert_eq!(hold(&held, format), held, "{name} in {format}");
        }
    }
    assert!(count >= 60, "{count} texts are too few");
}
