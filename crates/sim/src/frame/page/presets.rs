//! Faults at the push of a button.

use serde::Serialize;
use serde_json::{Value, json};

use crate::frame::world::{House, World};

/// Faults that belong together.
#[derive(Serialize)]
pub(super) struct Group {
    title: &'static str,
    presets: Vec<Preset>,
}

/// One button.
#[derive(Serialize)]
struct Preset {
    name: &'static str,
    /// What happens then.
    says: &'static str,
    /// The rule, as JSON.
    rule: String,
}

fn preset(name: &'static str, says: &'static str, mut rule: Value) -> Preset {
    if let Some(members) = rule.as_object_mut() {
        members.insert("name".to_owned(), json!(name));
    }
    Preset { name, says, rule: rule.to_string() }
}

/// What the form offers: kind and words.
pub(super) const KINDS: &[(&str, &str)] = &[
    ("status", "Answer a status, do nothing"),
    ("login_page", "Answer 200 with a login page, do nothing"),
    ("hidden", "Answer 404 as if rights were missing"),
    ("delay", "Wait, then do it"),
    ("done_then_status", "Do it, answer a status"),
    ("done_then_reset", "Do it, cut the connection"),
    ("done_then_delay", "Do it, answer late"),
    ("slow_body", "Let the answer trickle"),
    ("cut_body", "Do it, cut the answer in half"),
    ("reject_field", "Refuse a field"),
    ("partial_bulk", "Do a bulk in part"),
    ("stale_index", "Let searches lag"),
    ("hook_drop", "Lose webhooks"),
    ("hook_duplicate", "Send webhooks twice"),
    ("hook_delay", "Delay webhooks"),
    ("hook_reorder", "Send webhooks out of order"),
];

/// What stands in the field for a rule as JSON.
pub(super) const SAMPLE: &str = r#"{
  "match": {"method": "POST", "body": [{"pointer": "/fields/summary", "exists": true}]},
  "times": 1,
  "do": {"kind": "status", "status": 502, "body": "<h1>Bad gateway</h1>"}
}"#;

/// All buttons.
pub(super) fn groups<W: World>(house: &House<W>) -> Vec<Group> {
    let title = house.read(|world| world.retitled("Edited in between"));
    vec![
        Group { title: "Answers", presets: answers() },
        Group { title: "Writes", presets: writes(title) },
        Group { title: "Webhooks and searches", presets: others() },
    ]
}

fn answers() -> Vec<Preset> {
    vec![
        preset(
            "Too many requests",
            "The next three are answered 429 with Retry-After: 2.",
            json!({"times": 3, "do": {"kind": "status", "status": 429, "retry_after": 2}}),
        ),
        preset(
            "A limit on the rate",
            "What comes faster than ten a second is answered 429.",
            json!({"over": {"count": 10, "per_ms": 1000}, "do": {"kind": "status", "status": 429, "retry_after": 1}}),
        ),
        preset(
            "Unavailable now and then",
            "Every third request is answered 503.",
            json!({"every": 3, "do": {"kind": "status", "status": 503}}),
        ),
        preset(
            "A proxy's login page",
            "The next request is answered 200 with HTML.",
            json!({"times": 1, "do": {"kind": "login_page"}}),
        ),
        preset(
            "A proxy's error page",
            "The next request is answered 502 with HTML.",
            json!({"times": 1, "do": {"kind": "status", "status": 502, "body": "<html><body><h1>502 Bad Gateway</h1></body></html>"}}),
        ),
        preset("Slow", "Every answer takes two seconds more.", json!({"do": {"kind": "delay", "ms": 2000}})),
        preset(
            "Trickling",
            "Every answer comes 16 bytes at a time, ten pieces a second.",
            json!({"do": {"kind": "slow_body", "ms": 100}}),
        ),
        preset(
            "Cut in the middle",
            "The next answer ends half-way.",
            json!({"times": 1, "do": {"kind": "cut_body"}}),
        ),
        preset(
            "Not allowed to see",
            "The next request is answered 404, as if rights were missing.",
            json!({"times": 1, "do": {"kind": "hidden"}}),
        ),
    ]
}

fn writes(title: Value) -> Vec<Preset> {
    vec![
        preset(
            "Done, but no answer",
            "The next POST is carried out, then the connection is cut.",
            json!({"match": {"method": "POST"}, "times": 1, "do": {"kind": "done_then_reset"}}),
        ),
        preset(
            "Done, but says 500",
            "The next POST is carried out and answered 500.",
            json!({"match": {"method": "POST"}, "times": 1, "do": {"kind": "done_then_status", "status": 500}}),
        ),
        preset(
            "Done, but late",
            "The next POST is carried out and answered after half a minute.",
            json!({"match": {"method": "POST"}, "times": 1, "do": {"kind": "done_then_delay", "ms": 30_000}}),
        ),
        preset(
            "A bulk in part",
            "Every second element of the next bulk is refused.",
            json!({"times": 1, "do": {"kind": "partial_bulk"}}),
        ),
        preset(
            "Somebody edits in between",
            "After the next write, before its answer, bob changes the title.",
            json!({"do": {"kind": "edit_before_readback", "edit": {"as": "bob", "fields": title}}}),
        ),
    ]
}

fn others() -> Vec<Preset> {
    vec![
        preset("Lost", "The next webhook is never sent.", json!({"times": 1, "do": {"kind": "hook_drop"}})),
        preset("Twice", "Every webhook is sent twice.", json!({"do": {"kind": "hook_duplicate"}})),
        preset(
            "Late",
            "Every webhook waits a minute by the clock.",
            json!({"do": {"kind": "hook_delay", "ms": 60_000}}),
        ),
        preset(
            "Out of order",
            "Three are held, then sent last first.",
            json!({"do": {"kind": "hook_reorder", "hold": 3}}),
        ),
        preset(
            "Searches lag",
            "Searches see everything as it was a minute ago.",
            json!({"do": {"kind": "stale_index", "lag_ms": 60_000}}),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::faults::rule::Rule;

    #[test]
    fn every_button_makes_a_rule() {
        for preset in answers().into_iter().chain(writes(json!({"summary": "x"}))).chain(others()) {
            let rule: Result<Rule, _> = serde_json::from_str(&preset.rule);
            assert!(rule.is_ok_and(|rule| rule.name.as_deref() == Some(preset.name)), "{}", preset.name);
        }
        assert!(serde_json::from_str::<Rule>(SAMPLE).is_ok());
    }
}
