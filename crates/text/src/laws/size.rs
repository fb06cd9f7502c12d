//! Input that is deep or long beyond reason: neither the stack nor quadratic time may tell.
//!
//! A test that took quadratic time would run for minutes; how long it does take is measured in the benchmarks.

use serde_json::{Value, json};

use super::{ALL, hold};
use crate::tree::{Block, Cell, Doc, List, ListItem, MAX_DEPTH, Marker, Row, Table};
use crate::{adf, html, markdown, wiki};

const DEEP: usize = 100_000;

/// Nested blocks, printed in all formats, and the word in their middle.
fn survives(doc: &Doc, what: &str) {
    assert!(doc.plain().contains("core"), "{what}: the word in the middle is lost");
    for format in ALL {
        assert!(hold(doc, format).plain().contains("core"), "{what}: lost in {format:?}");
    }
}

#[test]
fn html_may_nest_without_end() {
    for (open, close) in [
        ("<div>", "</div>"),
        ("<b>", "</b>"),
        ("<ul><li>", "</li></ul>"),
        ("<blockquote>", "</blockquote>"),
        ("<table><tr><td>", "</td></tr></table>"),
        ("<span style='color:red'>", "</span>"),
        ("<a href='http://x.y'>", "</a>"),
        ("<x-y>", ""),
        ("<ol>", ""),
        ("<td>", ""),
        ("<pre>", "</pre>"),
    ] {
        let text = open.repeat(DEEP) + "core" + &close.repeat(DEEP);
        survives(&html::parse(&text), open);
        survives(&markdown::parse(&text), open);
    }
}

#[test]
fn a_tag_may_have_attributes_without_end() {
    let attributes: String = (0..DEEP).map(|at| format!(" a{at}=\"{at}\"")).collect();
    survives(&html::parse(&format!("<p{attributes}>core</p>")), "attributes");
    let image = format!("<p>core <img alt=\"{}\" src=\"/a.png\"></p>", "x ".repeat(DEEP));
    survives(&html::parse(&image), "one long attribute");
}

#[test]
fn wiki_markup_may_nest_without_end() {
    for unit in [
        "*",
        "_a *b ",
        "{{",
        "{{a",
        "[",
        "[a|",
        "!a",
        "{code:x}",
        "{quote}",
        "{quote}\n",
        "{a}",
        "{panel}\n",
        "{color:red}",
        "|",
        "|a\n",
        "|{code}",
        "\\",
        "&",
        "http://",
        "* ",
        "{*}",
        "??",
        "h1. ",
        "{anchor:",
        "[~",
        "* {code}",
    ] {
        survives(&wiki::parse(&(unit.repeat(DEEP) + "\n\ncore")), unit);
    }
    survives(&wiki::parse(&("*".repeat(DEEP) + " core")), "stars");
    let names = || (0..DEEP).map(|at| format!("{{a{at}}}\n"));
    survives(
        &wiki::parse(&(names().collect::<String>() + "core\n" + &names().rev().collect::<String>())),
        "names",
    );
}

#[test]
fn markdown_may_nest_without_end() {
    for unit in [
        "*",
        "_",
        "**a ",
        "~~",
        "_a **b ",
        "`",
        "`a",
        "```\n",
        "[",
        "[a](",
        "![",
        "[a",
        "![a](b",
        "> ",
        ">",
        "- ",
        "1. ",
        "- a\n  ",
        "# ",
        "|",
        "| a |\n",
        "|-",
        "\\",
        "&",
        "<",
        "<a ",
        "<!--",
        "<div>\n\n",
        "</",
        "<a@",
        "[^a]",
        "[^a]: ",
        "[a]: b\n",
        "\t",
        "=\n",
        "*_",
        "- [ ] ",
        "&#",
        "a\n\n    b\n\n",
        "<?",
        "<!x",
        "<![CDATA[",
        "$",
        "(",
        "]",
        "](",
        "[[",
        "*a_",
        "~a",
    ] {
        survives(&markdown::parse(&(unit.repeat(DEEP / 2) + "\n\ncore")), unit);
    }
}

#[test]
fn adf_may_nest_without_end() {
    for kind in [
        "bulletList",
        "listItem",
        "blockquote",
        "table",
        "tableRow",
        "tableCell",
        "paragraph",
        "panel",
        "doc",
        "x",
    ] {
        let mut node = json!({"type": "paragraph", "content": [{"type": "text", "text": "core"}]});
        for _ in 0..DEEP {
            node = around(kind, node);
        }
        let doc = around("doc", node);
        survives(&adf::parse(&doc).unwrap(), kind);
        fell(doc);
    }
}

/// A node around another. The macro would copy what is inside, with recursion.
fn around(kind: &str, node: Value) -> Value {
    let members = [("type", kind.into()), ("content", Value::Array(vec![node]))];
    members
        .into_iter()
        .map(|(name, member)| (name.to_owned(), member))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Drops a value that is nested too deeply to be dropped.
fn fell(value: Value) {
    let mut ahead = vec![value];
    while let Some(value) = ahead.pop() {
        match value {
            Value::Array(items) => ahead.extend(items),
            Value::Object(members) => ahead.extend(members.into_iter().map(|(_, member)| member)),
            _ => {}
        }
    }
}

#[test]
fn the_deepest_document_can_be_stored_and_sent() {
    let containers: [fn(Vec<Block>) -> Block; 3] = [
        |blocks| Block::List(List { marker: Marker::Bullet, items: vec![ListItem { task: None, blocks }] }),
        Block::Quote,
        |blocks| Block::Table(Table { rows: vec![Row { cells: vec![Cell { blocks, ..Cell::default() }] }] }),
    ];
    for around in containers {
        let mut blocks = vec![Block::paragraph("core")];
        for _ in 0..2 * MAX_DEPTH {
            blocks = vec![Block::paragraph("x"), around(blocks)];
        }
        let doc = Doc { blocks }.normal();
        let stored = serde_json::to_string(&json!({"kind": "rich", "value": doc})).unwrap();
        let read: Value = serde_json::from_str(&stored).unwrap();
        assert_eq!(serde_json::from_value::<Doc>(read["value"].clone()).unwrap(), doc);
        let sent = adf::print(&doc).to_string();
        assert!(serde_json::from_str::<Value>(&sent).is_ok());
        survives(&doc, "nested blocks");
    }
}
