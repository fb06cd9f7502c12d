//! ADF nodes the tree has no word for: kept as they came, with the text a reader would see of them.
//!
//! Nothing here recurses on the input without a bound: documents come from outside and may nest without end.

use super::json::Json;
use super::parse::{children, day, image, solid, type_of};
use crate::tree::{Format, Opaque};

/// Deepest JSON kept raw. With the tree around it, it stays inside the 128 levels `serde_json` reads back; real
/// panels, task lists and layouts need about half.
const MAX_RAW_DEPTH: usize = 40;

/// Node types the tree has a word for, whatever is in them; they are never opaque.
const KNOWN: [&str; 21] = [
    "doc",
    "paragraph",
    "heading",
    "bulletList",
    "orderedList",
    "listItem",
    "taskList",
    "taskItem",
    "blockTaskItem",
    "codeBlock",
    "blockquote",
    "panel",
    "expand",
    "nestedExpand",
    "rule",
    "table",
    "tableRow",
    "tableHeader",
    "tableCell",
    "hardBreak",
    "text",
];

/// The node as an opaque piece; `None` if it cannot be one: known, without a type, or too deep.
pub(super) fn read<'a>(node: impl Json<'a>) -> Option<Opaque> {
    let kind = type_of(node);
    let has_word = || KNOWN.contains(&kind) || image(node).is_some() || solid(kind, node).is_some();
    if kind.is_empty() || has_word() || !node.is_shallow(MAX_RAW_DEPTH) {
        return None;
    }
    Some(Opaque { format: Format::Adf, raw: node.to_value(), text: visible(node) })
}

/// Words that a node shows besides its content, by attribute, best first: emoji, mention and status have `text`,
/// cards `url`, media `alt`, expands `title`.
const SHOWN: [&str; 5] = ["text", "shortName", "title", "url", "alt"];

/// What a reader sees of a node, lines joined by `\n`; where that is nothing, the type of an unknown node in brackets.
pub(super) fn visible<'a>(node: impl Json<'a>) -> String {
    let mut out = String::new();
    let mut ahead = vec![node];
    while let Some(node) = ahead.pop() {
        let attribute =
            |name: &&str| node.get("attrs").and_then(|attrs| attrs.get(name)).and_then(Json::as_str);
        let inline = match type_of(node) {
            "text" => node.get("text").and_then(Json::as_str).map(str::to_owned),
            "hardBreak" => None,
            "date" => attribute(&"timestamp").and_then(day).map(|day| day.to_string()),
            // A file without words is seen all the same.
            "media" | "mediaInline" => {
                let shown =
                    ["alt", "url"].iter().filter_map(attribute).find(|shown| !shown.trim().is_empty());
                Some(shown.unwrap_or("[media]").to_owned())
            }
            _ => SHOWN.iter().find_map(attribute).map(str::to_owned),
        };
        if !matches!(type_of(node), "text" | "emoji" | "mention" | "status" | "inlineCard" | "date") {
            end_line(&mut out);
        }
        out.push_str(&inline.unwrap_or_default());
        let inner = ahead.len();
        ahead.extend(children(node));
        ahead.get_mut(inner..).unwrap_or_default().reverse();
    }
    let out = out.trim().to_owned();
    match type_of(node) {
        kind if out.is_empty() && !kind.is_empty() && !KNOWN.contains(&kind) => format!("[{kind}]"),
        _ => out,
    }
}

fn end_line(out: &mut String) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_shows_nothing_is_named() {
        let media = json!({"type": "mediaSingle", "content": [{"type": "media", "attrs": {"id": "1"}}]});
        assert_eq!(visible(&media), "[media]");
    }

    #[test]
    fn blocks_inside_part_the_lines() {
        let text = |text: &str| json!({"type": "text", "text": text});
        let paragraph = |words: &str| json!({"type": "paragraph", "content": [text(words), text("!")]});
        let panel = json!({"type": "layoutSection", "content": [paragraph("one"), paragraph("two")]});
        assert_eq!(visible(&panel), "one!\ntwo!");
    }
}
