//! ADF as Jira Cloud gives it.

use serde_json::{Value, json};

use super::{from_str, parse, print};
use crate::tree::Doc;
use crate::{Error, html, wiki};

fn doc(content: Value) -> Value {
    json!({"type": "doc", "version": 1, "content": content})
}

fn words(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn paragraph(content: Value) -> Value {
    json!({"type": "paragraph", "content": content})
}

#[test]
fn a_document_is_read_from_its_text() {
    let text = r#"{"content": 1, "type": "d\u006fc", "content": [{"type": "text", "text": "a\"\u00e9\nb", "t\u0079pe": "text"}]}"#;
    assert_eq!(from_str(text), parse(&serde_json::from_str(text).unwrap()));
    assert_eq!(from_str(text).unwrap().plain(), "a\"é\nb");
    assert_eq!(from_str("null"), Err(Error::NotADocument));
    assert_eq!(from_str("{\n \"type\" \"doc\"}"), Err(Error::NotJson { line: 2, column: 9 }));
    assert!(matches!(from_str(&"[".repeat(100_000)), Err(Error::NotJson { .. })));
}

#[test]
fn what_is_no_document_is_an_error_and_nothing_else_is() {
    for bad in [json!(null), json!("text"), json!([]), json!({}), json!({"type": "paragraph"})] {
        assert_eq!(parse(&bad), Err(Error::NotADocument));
    }
    for odd in [json!({"type": "doc"}), json!({"type": "doc", "content": 1}), doc(json!([null, 1, "x", {}]))]
    {
        assert_eq!(parse(&odd), Ok(Doc::default()), "{odd}");
    }
}

#[test]
fn a_typical_description_comes_back_as_it_was() {
    let given = doc(json!([
        {"type": "heading", "attrs": {"level": 2}, "content": [words("Steps")]},
        paragraph(json!([
            words("Hello "),
            {"type": "mention", "attrs": {"id": "557058:f0", "text": "@Ada"}},
            words(", see "),
            {"type": "text", "text": "this", "marks": [{"type": "strong"}, {"type": "link", "attrs": {"href": "https://x.y"}}]},
            {"type": "hardBreak"},
            {"type": "text", "text": "x_y", "marks": [{"type": "code"}]},
        ])),
        {"type": "orderedList", "attrs": {"order": 3}, "content": [
            {"type": "listItem", "content": [
                paragraph(json!([words("one")])),
                {"type": "bulletList", "content": [{"type": "listItem", "content": [paragraph(json!([words("sub")]))]}]},
            ]},
        ]},
        {"type": "codeBlock", "attrs": {"language": "rust"}, "content": [words("fn a() {\n}")]},
        {"type": "blockquote", "content": [paragraph(json!([words("said")]))]},
        {"type": "rule"},
        {"type": "table", "content": [
            {"type": "tableRow", "content": [
                {"type": "tableHeader", "attrs": {"colspan": 2}, "content": [paragraph(json!([words("h")]))]},
            ]},
            {"type": "tableRow", "content": [
                {"type": "tableCell", "attrs": {}, "content": [paragraph(json!([words("a")]))]},
                {"type": "tableCell", "attrs": {}, "content": [paragraph(json!([]))]},
            ]},
        ]},
    ]));
    assert_eq!(print(&parse(&given).unwrap()), given);
}

#[test]
fn nodes_and_marks_we_do_not_know_stay_as_they_are() {
    let given = doc(json!([
        {"type": "panel", "attrs": {"panelType": "info"}, "content": [paragraph(json!([words("Mind this")]))]},
        {"type": "decisionList", "attrs": {"localId": "a"}, "content": [
            {"type": "decisionItem", "attrs": {"localId": "b", "state": "DECIDED"}, "content": [words("do it")]},
        ]},
        paragraph(json!([
            words("by "),
            {"type": "date", "attrs": {"timestamp": "1763856000000"}},
            words(" "),
            {"type": "status", "attrs": {"text": "IN PROGRESS", "color": "blue"}},
            words(" "),
            {"type": "inlineCard", "attrs": {"url": "https://x.y/A-1"}},
            {"type": "text", "text": " lit", "marks": [{"type": "backgroundColor", "attrs": {"color": "#fedec8"}}]},
        ])),
    ]));
    let doc = parse(&given).unwrap();
    let moved_space = "by 2025-11-23 IN PROGRESS https://x.y/A-1 lit";
    assert_eq!(doc.plain(), format!("Mind this\n\ndo it\n\n{moved_space}"));
    let printed = print(&doc);
    assert_eq!(printed["content"][0], given["content"][0]);
    assert_eq!(printed["content"][1], given["content"][1]);
    assert_eq!(parse(&printed).unwrap(), doc);
    for inline in [1, 3, 5] {
        assert_eq!(printed["content"][2]["content"][inline], given["content"][2]["content"][inline]);
    }
    assert_eq!(printed["content"][2]["content"][7]["marks"], given["content"][2]["content"][6]["marks"]);
    assert_eq!(wiki::parse(&wiki::print(&doc)).plain(), doc.plain());
    assert_eq!(html::parse(&html::print(&doc)).plain(), doc.plain());
}

#[test]
fn emoji_are_text() {
    let emoji = json!([{"type": "emoji", "attrs": {"shortName": ":smile:", "text": "😄"}},
        {"type": "emoji", "attrs": {"shortName": ":acme:"}}]);
    assert_eq!(parse(&doc(json!([paragraph(emoji)]))).unwrap().plain(), "😄:acme:");
}

#[test]
fn words_and_blocks_in_wrong_places_are_kept() {
    let given = doc(json!([
        words("loose"),
        {"type": "bulletList", "content": [words("a"), {"type": "heading", "attrs": {"level": 1}, "content": [words("b")]}]},
        paragraph(json!([words("c"), paragraph(json!([words("d")]))])),
        {"type": "tableCell", "content": [words("e")]},
        {"type": "table", "content": [{"type": "tableRow", "content": [words("f")]}, words("g")]},
    ]));
    assert_eq!(parse(&given).unwrap().plain(), "loose\n\na\nb\n\nc\nd\n\ne\n\nf\ng");
}

#[test]
fn print_keeps_to_the_schema() {
    let doc = html::parse(
        "<ul><li><h2>T</h2><blockquote>q</blockquote><table><tr><td>c</td></tr></table></li></ul>\
         <blockquote><h3>h</h3><blockquote>in</blockquote></blockquote>\
         <table><tr><td></td><td><table><tr><td>deep</td></tr></table></td></tr></table>\
         <p><b><code>x</code></b> <span data-mention=\"login:ada\">@Ada</span></p>",
    );
    let strong =
        |text: &str| paragraph(json!([{"type": "text", "text": text, "marks": [{"type": "strong"}]}]));
    let plain = |text: &str| paragraph(json!([words(text)]));
    let cell = |content: Value| json!({"type": "tableCell", "attrs": {}, "content": [content]});
    assert_eq!(
        print(&doc)["content"],
        json!([
            {"type": "bulletList", "content": [{"type": "listItem", "content": [strong("T"), plain("q"), plain("c")]}]},
            {"type": "blockquote", "content": [strong("h"), plain("in")]},
            {"type": "table", "content": [{"type": "tableRow", "content": [cell(paragraph(json!([]))), cell(plain("deep"))]}]},
            paragraph(json!([{"type": "text", "text": "x", "marks": [{"type": "code"}]}, words(" @Ada")])),
        ])
    );
}

#[test]
fn panels_expands_tasks_and_pieces_come_back_as_they_were() {
    let waits = concat!("TO", "DO");
    let given = doc(json!([
        {"type": "panel", "attrs": {"panelType": "warning"}, "content": [
            {"type": "heading", "attrs": {"level": 3}, "content": [words("Mind")]},
            {"type": "rule"},
        ]},
        {"type": "panel", "attrs": {"panelType": "custom", "panelColor": "#abcdef"}, "content": [paragraph(json!([words("a")]))]},
        {"type": "expand", "attrs": {"title": "More"}, "content": [
            {"type": "nestedExpand", "attrs": {"title": "Yet more"}, "content": [paragraph(json!([words("b")]))]},
            {"type": "table", "content": [{"type": "tableRow", "content": [
                {"type": "tableCell", "attrs": {}, "content": [paragraph(json!([words("c")]))]},
            ]}]},
        ]},
        {"type": "taskList", "attrs": {"localId": ""}, "content": [
            {"type": "taskItem", "attrs": {"localId": "", "state": "DONE"}, "content": [words("do it")]},
            {"type": "taskList", "attrs": {"localId": ""}, "content": [
                {"type": "taskItem", "attrs": {"localId": "", "state": waits}, "content": [words("and this")]},
            ]},
        ]},
        {"type": "mediaSingle", "attrs": {"layout": "align-start"}, "content": [
            {"type": "media", "attrs": {"type": "external", "url": "https://x.y/a.png", "alt": "pic"},
             "marks": [{"type": "link", "attrs": {"href": "https://x.y"}}]},
        ]},
        paragraph(json!([
            {"type": "emoji", "attrs": {"shortName": ":acme:", "id": "1234"}},
            {"type": "status", "attrs": {"text": "DONE", "color": "green"}},
            {"type": "date", "attrs": {"timestamp": "1763856000000"}},
            {"type": "text", "text": "lit", "marks": [{"type": "backgroundColor", "attrs": {"color": "#fedec8"}}]},
        ])),
    ]));
    assert_eq!(print(&parse(&given).unwrap()), given);
}

#[test]
fn tasks_that_are_no_task_list_say_so_in_words() {
    let doc = html::parse(
        "<ol><li><input type=checkbox checked>a</li></ol><ul><li><input type=checkbox>b</li><li>c</li></ul>",
    );
    assert_eq!(parse(&print(&doc)).unwrap().plain(), "[x] a\n\n[ ] b\nc");
}
