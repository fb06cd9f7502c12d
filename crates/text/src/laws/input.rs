//! Input for the parsers: everything that means something, in any order.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::docs::{PIECES, words};

/// A long text of pieces of markup.
pub(super) fn soup() -> impl Strategy<Value = String> {
    vec(select(PIECES), 0..60).prop_map(|pieces| pieces.concat())
}

const TAGS: &[&str] = &[
    "p",
    "div",
    "b",
    "strong",
    "i",
    "u",
    "s",
    "code",
    "sub",
    "sup",
    "span",
    "a",
    "ul",
    "ol",
    "li",
    "blockquote",
    "table",
    "tbody",
    "tr",
    "td",
    "th",
    "caption",
    "h1",
    "h3",
    "pre",
    "br",
    "hr",
    "img",
    "script",
    "style",
    "font",
    "x-y",
    "title",
    "textarea",
];
const ATTRIBUTES: &[&str] = &[
    "",
    " href=\"http://x.y\"",
    " href='javascript:x'",
    " style=\"color: red; font-weight: bold\"",
    " colspan=3",
    " rowspan='2'",
    " start=4",
    " class=\"language-rust\"",
    " data-mention=\"login:ada\"",
    " class=user-hover rel=bob",
    " src=/a.png alt=pic",
    " color=blue",
    " onclick=x",
];

/// HTML that is opened, closed and nested in any order.
pub(super) fn tags() -> impl Strategy<Value = String> {
    let tag = (select(TAGS), select(ATTRIBUTES)).prop_map(|(tag, attribute)| format!("<{tag}{attribute}>"));
    let end = select(TAGS).prop_map(|tag| format!("</{tag}>"));
    let rest = select(&["&nbsp;", "&lt;", "&#x80;", "<!-- c -->", "\r\n", "</br>", "<!x>"][..])
        .prop_map(str::to_owned);
    let part = prop_oneof![3 => tag, 3 => end, 2 => words(), 1 => rest];
    vec(part, 0..25).prop_map(|parts| parts.concat())
}

const NODES: &[&str] = &[
    "paragraph",
    "heading",
    "bulletList",
    "orderedList",
    "listItem",
    "codeBlock",
    "blockquote",
    "rule",
    "table",
    "tableRow",
    "tableHeader",
    "tableCell",
    "hardBreak",
    "text",
    "mention",
    "emoji",
    "panel",
    "status",
    "date",
    "inlineCard",
    "doc",
    "",
    "taskItem",
];

/// An ADF document whose nodes stand anywhere.
pub(crate) fn nodes() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        6 => (words(), marks()).prop_map(|(text, marks)| json!({"type": "text", "text": text, "marks": marks})),
        1 => select(vec![Value::Null, json!(1), json!([[]]), json!("x"), json!({"type": 2})]),
    ];
    let node = leaf.prop_recursive(6, 60, 4, |inner| {
        (select(NODES), attrs(), words(), vec(inner, 0..4)).prop_map(
            |(kind, attrs, text, content)| match kind {
                "text" => json!({"type": kind, "text": text}),
                _ => json!({"type": kind, "attrs": attrs, "content": content}),
            },
        )
    });
    vec(node, 0..4).prop_map(|content| json!({"type": "doc", "version": 1, "content": content}))
}

fn attrs() -> impl Strategy<Value = Value> {
    (words(), any::<u16>(), -1.0..9.0).prop_map(|(text, whole, real)| {
        json!({"text": text, "id": text, "language": text, "url": "http://x.y", "shortName": ":x:", "level": real,
               "order": whole, "colspan": whole % 4, "rowspan": real, "timestamp": whole.to_string()})
    })
}

fn marks() -> impl Strategy<Value = Value> {
    let mark = select(vec![
        json!({"type": "strong"}),
        json!({"type": "em"}),
        json!({"type": "code"}),
        json!({"type": "link", "attrs": {"href": "https://x.y/?a|b"}}),
        json!({"type": "link", "attrs": {"href": "javascript:x"}}),
        json!({"type": "textColor", "attrs": {"color": "#BF2600"}}),
        json!({"type": "subsup", "attrs": {"type": "sub"}}),
        json!({"type": "backgroundColor", "attrs": {"color": "#fedec8"}}),
        json!({"type": "backgroundColor", "attrs": {"color": "#ffffff"}}),
        json!({"type": "annotation", "attrs": {"id": "1"}}),
        json!({}),
        Value::Null,
    ]);
    vec(mark, 0..4).prop_map(Value::Array)
}
