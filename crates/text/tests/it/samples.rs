//! One sample for each kind of node and mark.

use serde_json::{Value, json};

/// All node types of the published schema (`@atlaskit/adf-schema` 57.7.22, `json-schema/v1/full.json`).
pub(crate) const NODES: [&str; 43] = [
    "blockCard",
    "blockTaskItem",
    "blockquote",
    "bodiedExtension",
    "bodiedSyncBlock",
    "bulletList",
    "caption",
    "codeBlock",
    "date",
    "decisionItem",
    "decisionList",
    "doc",
    "embedCard",
    "emoji",
    "expand",
    "extension",
    "hardBreak",
    "heading",
    "inlineCard",
    "inlineExtension",
    "layoutColumn",
    "layoutSection",
    "listItem",
    "media",
    "mediaGroup",
    "mediaInline",
    "mediaSingle",
    "mention",
    "nestedExpand",
    "orderedList",
    "panel",
    "paragraph",
    "placeholder",
    "rule",
    "status",
    "syncBlock",
    "table",
    "tableCell",
    "tableHeader",
    "tableRow",
    "taskItem",
    "taskList",
    "text",
];

/// All mark types of the same schema.
pub(crate) const MARKS: [&str; 17] = [
    "alignment",
    "annotation",
    "backgroundColor",
    "border",
    "breakout",
    "code",
    "dataConsumer",
    "em",
    "fontSize",
    "fragment",
    "indentation",
    "link",
    "strike",
    "strong",
    "subsup",
    "textColor",
    "underline",
];

fn text(words: &str) -> Value {
    json!({"type": "text", "text": words})
}

fn marked(marks: Value) -> Value {
    paragraph(json!([{"type": "text", "text": "words", "marks": marks}]))
}

fn paragraph(content: Value) -> Value {
    json!({"type": "paragraph", "content": content})
}

fn words() -> Value {
    paragraph(json!([text("words")]))
}

fn list(kind: &str, items: Value) -> Value {
    json!({"type": kind, "content": items})
}

fn item(content: Value) -> Value {
    json!({"type": "listItem", "content": content})
}

fn cell(kind: &str, attrs: Value, content: Value) -> Value {
    json!({"type": kind, "attrs": attrs, "content": content})
}

fn table(rows: Value) -> Value {
    let rows: Vec<Value> =
        rows.as_array().unwrap().iter().map(|cells| json!({"type": "tableRow", "content": cells})).collect();
    json!({"type": "table", "content": rows})
}

/// Name and ADF of each kind: the content of a document.
pub(crate) fn adf() -> Vec<(&'static str, Value)> {
    let mut all = blocks();
    all.extend(tables());
    all.extend(frames());
    all.extend(lines());
    all.extend(marks());
    all.extend(foreign());
    all
}

fn blocks() -> Vec<(&'static str, Value)> {
    vec![
        ("paragraph", json!([words()])),
        ("heading", json!([{"type": "heading", "attrs": {"level": 2}, "content": [text("words")]}])),
        ("rule", json!([words(), {"type": "rule"}])),
        (
            "code block",
            json!([{"type": "codeBlock", "attrs": {"language": "rust"}, "content": [text("a\n\n  b")]}]),
        ),
        ("quote", json!([{"type": "blockquote", "content": [words()]}])),
        (
            "bulleted list",
            json!([list("bulletList", json!([item(json!([words()])), item(json!([words()]))]))]),
        ),
        ("numbered list", json!([list("orderedList", json!([item(json!([words()]))]))])),
        (
            "numbered list from 3",
            json!([{"type": "orderedList", "attrs": {"order": 3}, "content": [item(json!([words()]))]}]),
        ),
        (
            "nested lists",
            json!([list(
                "bulletList",
                json!([item(json!([words(), list("orderedList", json!([item(json!([words()]))]))]))])
            )]),
        ),
        ("item of two paragraphs", json!([list("bulletList", json!([item(json!([words(), words()]))]))])),
        (
            "code in an item",
            json!([list(
                "bulletList",
                json!([item(json!([words(), {"type": "codeBlock", "content": [text("x")]}]))])
            )]),
        ),
    ]
}

fn tables() -> Vec<(&'static str, Value)> {
    let (header, plain) = ("tableHeader", "tableCell");
    let head = json!([cell(header, json!({}), json!([words()])), cell(header, json!({}), json!([words()]))]);
    let row = json!([cell(plain, json!({}), json!([words()])), cell(plain, json!({}), json!([words()]))]);
    vec![
        ("table with a head", json!([table(json!([head, row]))])),
        ("table without a head", json!([table(json!([row, row]))])),
        (
            "table with a header column",
            json!([table(json!([[
                cell(header, json!({}), json!([words()])),
                cell(plain, json!({}), json!([words()]))
            ]]))]),
        ),
        (
            "cells that span",
            json!([table(json!([
                [cell(plain, json!({"colspan": 2}), json!([words()]))],
                [
                    cell(plain, json!({"rowspan": 2}), json!([words()])),
                    cell(plain, json!({}), json!([words()]))
                ],
                [cell(plain, json!({}), json!([words()]))],
            ]))]),
        ),
        (
            "list in a cell",
            json!([table(json!([[cell(
                plain,
                json!({}),
                json!([list("bulletList", json!([item(json!([words()]))]))])
            )]]))]),
        ),
        (
            "empty cell",
            json!([table(json!([[
                cell(plain, json!({}), json!([words()])),
                cell(plain, json!({}), json!([paragraph(json!([]))]))
            ]]))]),
        ),
    ]
}

fn frames() -> Vec<(&'static str, Value)> {
    let done = json!({"localId": "", "state": "DONE"});
    let panel = |attrs: Value| json!([{"type": "panel", "attrs": attrs, "content": [words(), {"type": "heading", "attrs": {"level": 3}, "content": [text("words")]}]}]);
    vec![
        ("panel", panel(json!({"panelType": "warning"}))),
        ("panel of another colour", panel(json!({"panelType": "custom", "panelColor": "#abcdef"}))),
        (
            "expand",
            json!([{"type": "expand", "attrs": {"title": "title"}, "content": [words(), {"type": "rule"}]}]),
        ),
        (
            "expand in an expand",
            json!([{"type": "expand", "attrs": {"title": "a"}, "content": [
                {"type": "nestedExpand", "attrs": {"title": "b"}, "content": [words()]}]}]),
        ),
        (
            "task list",
            json!([{"type": "taskList", "attrs": {"localId": ""}, "content": [
                {"type": "taskItem", "attrs": done, "content": [text("words")]},
                {"type": "taskList", "attrs": {"localId": ""}, "content": [
                    {"type": "taskItem", "attrs": {"localId": "", "state": concat!("TO", "DO")}, "content": [text("words")]}]}]}]),
        ),
        (
            "task of two paragraphs",
            json!([{"type": "taskList", "attrs": {"localId": ""}, "content": [
                {"type": "blockTaskItem", "attrs": done, "content": [words(), words()]}]}]),
        ),
        (
            "picture by address",
            json!([{"type": "mediaSingle", "attrs": {"layout": "align-start"}, "content": [
                {"type": "media", "attrs": {"type": "external", "url": "https://x.y/a.png", "alt": "words"}}]}]),
        ),
        (
            "picture that leads somewhere",
            json!([{"type": "mediaSingle", "attrs": {"layout": "align-start"}, "content": [
                {"type": "media", "attrs": {"type": "external", "url": "https://x.y/a.png"},
                 "marks": [{"type": "link", "attrs": {"href": "https://x.y"}}]}]}]),
        ),
    ]
}

fn lines() -> Vec<(&'static str, Value)> {
    let line = |node: Value| json!([paragraph(json!([text("words "), node]))]);
    let node = |kind: &str, attrs: Value| line(json!({"type": kind, "attrs": attrs}));
    vec![
        ("line break", json!([paragraph(json!([text("words"), {"type": "hardBreak"}, text("words")]))])),
        ("mention by account id", node("mention", json!({"id": "557058:f0", "text": "@Ada"}))),
        ("emoji that wiki markup has", node("emoji", json!({"shortName": ":slight_smile:", "text": "🙂"}))),
        ("emoji", node("emoji", json!({"shortName": ":acme:", "id": "1-2"}))),
        ("status", node("status", json!({"text": "IN PROGRESS", "color": "blue"}))),
        ("date", node("date", json!({"timestamp": "1763856000000"}))),
    ]
}

fn marks() -> Vec<(&'static str, Value)> {
    let mark = |kind: &str, attrs: Value| match attrs {
        Value::Null => json!([marked(json!([{"type": kind}]))]),
        attrs => json!([marked(json!([{"type": kind, "attrs": attrs}]))]),
    };
    let block = |kind: &str, attrs: Value| json!([{"type": "paragraph", "content": [text("words")], "marks": [{"type": kind, "attrs": attrs}]}]);
    vec![
        ("mark: strong", mark("strong", Value::Null)),
        ("mark: em", mark("em", Value::Null)),
        ("mark: underline", mark("underline", Value::Null)),
        ("mark: strike", mark("strike", Value::Null)),
        ("mark: code", mark("code", Value::Null)),
        ("mark: sub- and superscript", mark("subsup", json!({"type": "sub"}))),
        ("mark: colour", mark("textColor", json!({"color": "#bf2600"}))),
        ("mark: background", mark("backgroundColor", json!({"color": "#fedec8"}))),
        ("mark: link", mark("link", json!({"href": "https://x.y"}))),
        ("mark: inline comment", mark("annotation", json!({"id": "1", "annotationType": "inlineComment"}))),
        ("mark: alignment", block("alignment", json!({"align": "center"}))),
        ("mark: indentation", block("indentation", json!({"level": 1}))),
        ("mark: small letters", block("fontSize", json!({"fontSize": "small"}))),
        (
            "mark: wide code block",
            json!([{"type": "codeBlock", "content": [text("x")], "marks": [{"type": "breakout", "attrs": {"mode": "wide"}}]}]),
        ),
        (
            "mark: border of a picture",
            json!([{"type": "mediaSingle", "attrs": {"layout": "align-start"}, "content": [
                {"type": "media", "attrs": {"type": "external", "url": "https://x.y/a.png"},
                 "marks": [{"type": "border", "attrs": {"size": 1, "color": "#000000"}}]}]}]),
        ),
        (
            "marks of extensions",
            json!([{"type": "extension", "attrs": {"extensionType": "a", "extensionKey": "b", "text": "words"}, "marks": [
                {"type": "dataConsumer", "attrs": {"sources": ["1"]}},
                {"type": "fragment", "attrs": {"localId": "1"}}]}]),
        ),
    ]
}

fn foreign() -> Vec<(&'static str, Value)> {
    let extension = json!({"extensionType": "a", "extensionKey": "b", "text": "words"});
    let file =
        json!({"type": "media", "attrs": {"type": "file", "id": "1", "collection": "", "alt": "words"}});
    let line = |node: Value| json!([paragraph(json!([text("words "), node]))]);
    vec![
        ("attached file", json!([{"type": "mediaGroup", "content": [file]}])),
        (
            "attached picture with a caption",
            json!([{"type": "mediaSingle", "attrs": {"layout": "center"}, "content": [
            file, {"type": "caption", "content": [text("words")]}]}]),
        ),
        (
            "attached file in a line",
            line(
                json!({"type": "mediaInline", "attrs": {"type": "file", "id": "1", "collection": "", "alt": "words"}}),
            ),
        ),
        (
            "decision list",
            json!([{"type": "decisionList", "attrs": {"localId": ""}, "content": [
            {"type": "decisionItem", "attrs": {"localId": "", "state": "DECIDED"}, "content": [text("words")]}]}]),
        ),
        ("smart link in a line", line(json!({"type": "inlineCard", "attrs": {"url": "https://x.y"}}))),
        ("smart link", json!([{"type": "blockCard", "attrs": {"url": "https://x.y"}}])),
        (
            "embedded page",
            json!([{"type": "embedCard", "attrs": {"url": "https://x.y", "layout": "center"}}]),
        ),
        (
            "columns",
            json!([{"type": "layoutSection", "content": [
            {"type": "layoutColumn", "attrs": {"width": 50}, "content": [words()]},
            {"type": "layoutColumn", "attrs": {"width": 50}, "content": [words()]}]}]),
        ),
        ("placeholder", line(json!({"type": "placeholder", "attrs": {"text": "words"}}))),
        ("extension", json!([{"type": "extension", "attrs": extension}])),
        (
            "extension with a body",
            json!([{"type": "bodiedExtension", "attrs": extension, "content": [words()]}]),
        ),
        ("extension in a line", line(json!({"type": "inlineExtension", "attrs": extension}))),
        (
            "synced block",
            json!([{"type": "syncBlock", "attrs": {"resourceId": "1", "localId": "1"}},
            {"type": "bodiedSyncBlock", "attrs": {"resourceId": "1", "localId": "1"}, "content": [words()]}]),
        ),
    ]
}

/// Name and wiki markup of what only wiki markup has.
pub(crate) const WIKI: [(&str, &str); 6] = [
    ("wiki: panel with a title", "{panel:title=words}\nwords\n{panel}"),
    ("wiki: attached picture", "words !words.png|thumbnail!"),
    ("wiki: attached file", "words [^words.txt]"),
    ("wiki: anchor", "words {anchor:words}"),
    ("wiki: mention by login", "words [~ada]"),
    ("wiki: unknown macro", "{chart:title=words}\nwords\n{chart}"),
];
