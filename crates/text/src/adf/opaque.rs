//! ADF nodes the tree has no word for: kept as they came, with the text a reader would see of them.
//!
//! Nothing here recurses on the input without a bound: documents come from outside and may nest without end.

use serde_json::Value;

use super::parse::{children, image, type_of};
use crate::tree::{Format, Opaque};

/// Deepest JSON kept raw. With the tree around it, it stays inside the 128 levels `serde_json` reads back; real
/// panels, task lists and layouts need about half.
const MAX_RAW_DEPTH: usize = 40;

/// Node types the tree has a word for; they are never opaque.
const KNOWN: [&str; 15] = [
    "doc",
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
];

/// The node as an opaque piece; `None` if it cannot be one: known, without a type, or too deep.
pub(super) fn read(node: &Value) -> Option<Opaque> {
    let kind = type_of(node);
    if kind.is_empty() || KNOWN.contains(&kind) || image(node).is_some() || !shallow(node, MAX_RAW_DEPTH) {
        return None;
    }
    Some(Opaque { format: Format::Adf, raw: node.clone(), text: visible(node) })
}

fn shallow(value: &Value, depth: usize) -> bool {
    match value {
        _ if depth == 0 => false,
        Value::Array(items) => items.iter().all(|item| shallow(item, depth - 1)),
        Value::Object(members) => members.values().all(|member| shallow(member, depth - 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

/// Words that a node shows besides its content, by attribute, best first: emoji, mention and status have `text`,
/// cards `url`, media `alt`, expands `title`.
const SHOWN: [&str; 5] = ["text", "shortName", "title", "url", "alt"];

/// What a reader sees of a node, lines joined by `\n`; where that is nothing, the type of an unknown node in brackets.
pub(super) fn visible(node: &Value) -> String {
    let mut out = String::new();
    let mut ahead = vec![node];
    while let Some(node) = ahead.pop() {
        let attribute =
            |name: &&str| node.get("attrs").and_then(|attrs| attrs.get(name)).and_then(Value::as_str);
        let inline = match type_of(node) {
            "text" => node.get("text").and_then(Value::as_str).map(str::to_owned),
            "hardBreak" => None,
            "date" => attribute(&"timestamp").and_then(day),
            _ => SHOWN.iter().find_map(attribute).map(str::to_owned),
        };
        if !matches!(type_of(node), "text" | "emoji" | "mention" | "status" | "inlineCard" | "date") {
            end_line(&mut out);
        }
        out.push_str(&inline.unwrap_or_default());
        ahead.extend(children(node).iter().rev());
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

/// The day of an ADF `timestamp`, milliseconds since 1970 as a string, as `2026-11-23`.
///
/// Days to civil date by the 400-year cycle that starts on 1 March, where the leap day comes last.
fn day(timestamp: &str) -> Option<String> {
    let days = timestamp.parse::<i64>().ok()?.div_euclid(86_400_000) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, turn) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    Some(format!("{:04}-{month:02}-{day:02}", year + era * 400 + turn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn dates_are_shown_as_days() {
        for (timestamp, shown) in [
            ("0", "1970-01-01"),
            ("951782400000", "2000-02-29"),
            ("1763856000000", "2025-11-23"),
            ("-86400000", "1969-12-31"),
        ] {
            let node = json!({"type": "date", "attrs": {"timestamp": timestamp}});
            assert_eq!(visible(&node), shown);
        }
    }

    #[test]
    fn what_shows_nothing_is_named() {
        let media = json!({"type": "mediaSingle", "content": [{"type": "media", "attrs": {"id": "1"}}]});
        assert_eq!(visible(&media), "[mediaSingle]");
    }

    #[test]
    fn blocks_inside_part_the_lines() {
        let text = |text: &str| json!({"type": "text", "text": text});
        let paragraph = |words: &str| json!({"type": "paragraph", "content": [text(words), text("!")]});
        let panel = json!({"type": "panel", "content": [paragraph("one"), paragraph("two")]});
        assert_eq!(visible(&panel), "one!\ntwo!");
    }
}
