//! YAML, as far as a manifest needs it: printed from JSON, never read. Texts are quoted as JSON quotes them, which YAML 1.2
//! reads the same way; keys that are plain words are left bare.

use serde_json::Value;

/// Prints an object.
pub(super) fn print(value: &Value) -> String {
    let mut out = String::new();
    block(value, 0, &mut out);
    out
}

fn block(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (at, (name, member)) in members.iter().enumerate() {
                // The first member of a list's item stands behind the dash.
                if at > 0 || !out.ends_with("- ") {
                    indent(depth, out);
                }
                out.push_str(&key(name));
                out.push(':');
                inner(member, depth, out);
            }
        }
        Value::Array(all) if !all.is_empty() => {
            for item in all {
                indent(depth, out);
                out.push_str("- ");
                if is_block(item) {
                    block(item, depth + 1, out);
                } else {
                    out.push_str(&item.to_string());
                    out.push('\n');
                }
            }
        }
        plain => {
            out.push_str(&plain.to_string());
            out.push('\n');
        }
    }
}

fn inner(member: &Value, depth: usize, out: &mut String) {
    if is_block(member) {
        out.push('\n');
        block(member, depth + 1, out);
    } else {
        out.push(' ');
        out.push_str(&member.to_string());
        out.push('\n');
    }
}

fn is_block(value: &Value) -> bool {
    match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(all) => !all.is_empty(),
        _ => false,
    }
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn key(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_:".contains(&byte);
    let bare = name.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && name.bytes().all(plain)
        && !name.ends_with(':');
    if bare { name.to_owned() } else { Value::from(name).to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_lists_and_texts_are_printed() {
        let value = json!({
            "a:b": [{"c": "x: y #", "d": [1, true, null]}, "plain", [], {}],
            "e": {"f g": {"h": "\"\n"}},
        });
        let text = "a:b:\n  - c: \"x: y #\"\n    d:\n      - 1\n      - true\n      - null\n  - \"plain\"\n  - []\n  - {}\n\
                    e:\n  \"f g\":\n    h: \"\\\"\\n\"\n";
        assert_eq!(print(&value), text);
    }
}
