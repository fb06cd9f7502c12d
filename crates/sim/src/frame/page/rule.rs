//! The form for a fault of one's own, made into a rule.

use serde_json::{Map, Value, json};

use super::form::Form;
use crate::frame::faults::rule::Rule;

/// The rule that a form describes, or what is wrong with it.
pub(super) fn read(form: &Form) -> Result<Rule, String> {
    let mut rule = Map::new();
    rule.insert("match".to_owned(), Value::Object(matching(form)));
    rule.insert("do".to_owned(), Value::Object(harm(form)?));
    for name in ["after", "every", "times"] {
        if let Some(number) = form.number::<u32>(name)? {
            rule.insert(name.to_owned(), json!(number));
        }
    }
    if let Some(probability) = form.number::<f64>("probability")? {
        rule.insert("probability".to_owned(), json!(probability));
    }
    if let Some(count) = form.number::<usize>("count")? {
        let per_ms = form.number::<i64>("per_ms")?.unwrap_or(1_000);
        rule.insert("over".to_owned(), json!({"count": count, "per_ms": per_ms}));
    }
    serde_json::from_value(Value::Object(rule)).map_err(|error| error.to_string())
}

fn matching(form: &Form) -> Map<String, Value> {
    let mut matching = Map::new();
    for name in ["method", "path", "caller"] {
        if let Some(text) = form.given(name) {
            matching.insert(name.to_owned(), json!(text));
        }
    }
    for name in ["query", "header"] {
        if let Some(text) = form.given(name) {
            // Without a value it only has to be there.
            let (name_of, value) = match text.split_once('=') {
                Some((name, value)) => (name.trim(), json!(value.trim())),
                None => (text, json!(true)),
            };
            matching.insert(name.to_owned(), json!({name_of: value}));
        }
    }
    if let Some(pointer) = form.given("pointer") {
        // What is no JSON is meant as a text.
        let wanted =
            form.given("equals").map(|text| serde_json::from_str(text).unwrap_or_else(|_| json!(text)));
        let place = match wanted {
            Some(value) => json!({"pointer": pointer, "equals": value}),
            None => json!({"pointer": pointer, "exists": true}),
        };
        matching.insert("body".to_owned(), json!([place]));
    }
    matching
}

fn harm(form: &Form) -> Result<Map<String, Value>, String> {
    let kind = form.get("kind");
    let mut harm = Map::from_iter([("kind".to_owned(), json!(kind))]);
    let mut put = |name: &str, value: Value| harm.insert(name.to_owned(), value);
    let ms = |usual: i64| Ok::<_, String>(json!(form.number::<i64>("ms")?.unwrap_or(usual)));
    match kind {
        "status" | "done_then_status" => {
            put("status", json!(form.number::<u16>("status")?.unwrap_or(503)));
            if let (Some(seconds), "status") = (form.number::<u32>("retry_after")?, kind) {
                put("retry_after", json!(seconds));
            }
        }
        "delay" | "done_then_delay" | "slow_body" | "hook_delay" => drop(put("ms", ms(1_000)?)),
        "stale_index" => drop(put("lag_ms", ms(60_000)?)),
        "reject_field" => {
            let field = form.given("field").ok_or("name the field that is to be refused")?;
            put("field", json!(field));
        }
        _ => {}
    }
    Ok(harm)
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;

    use super::*;
    use crate::frame::page::presets::KINDS;

    fn rule(form: &str) -> Result<Value, String> {
        read(&Form::read(&Bytes::copy_from_slice(form.as_bytes()))).map(|rule| json!(rule))
    }

    #[test]
    fn every_kind_on_offer_makes_a_rule() {
        for (kind, _) in KINDS {
            let made = rule(&format!("kind={kind}&field=summary&method=&path=&times="));
            assert_eq!(made.unwrap()["do"]["kind"], *kind);
        }
    }

    #[test]
    fn what_is_given_is_put_into_the_rule() {
        let made = rule(
            "kind=status&status=429&retry_after=3&method=POST&query=jql%3Da*&header=X-Trace&pointer=/fields/x&equals=5\
             &times=2&probability=0.5&count=10",
        )
        .unwrap();
        assert_eq!(made["do"], json!({"kind": "status", "status": 429, "retry_after": 3}));
        assert_eq!(
            made["match"],
            json!({
                "method": "POST", "query": {"jql": "a*"}, "header": {"X-Trace": true},
                "body": [{"pointer": "/fields/x", "equals": 5}]
            })
        );
        assert_eq!((&made["times"], &made["over"]), (&json!(2), &json!({"count": 10, "per_ms": 1000})));
    }

    #[test]
    fn what_cannot_be_is_said() {
        for wrong in ["kind=status&status=many", "kind=reject_field", "kind=explode", "kind=delay&times=-1"] {
            assert!(rule(wrong).is_err(), "{wrong}");
        }
    }
}
