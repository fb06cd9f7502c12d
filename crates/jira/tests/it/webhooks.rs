//! Every body that was found in the wild keeps every member, and odd ones are refused without a quote.

use std::collections::BTreeMap;
use std::path::Path;

use bowline_jira::webhook::{self, BadBody, Topic};
use serde_json::Value;

fn bodies() -> BTreeMap<String, Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut found = BTreeMap::new();
    for face in ["cloud", "dc"] {
        for entry in std::fs::read_dir(root.join(face)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            found.insert(format!("{face}/{name}"), std::fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn all_44_bodies_print_again_with_every_member() {
    let bodies = bodies();
    assert_eq!(bodies.len(), 44);
    for (name, raw) in bodies {
        let before: Value = serde_json::from_slice(&raw).unwrap();
        let body = webhook::parse(&raw).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(serde_json::to_value(&body).unwrap(), before, "{name}");
    }
}

#[test]
fn what_has_a_name_here_was_read_by_that_name() {
    for (name, raw) in bodies() {
        let body = webhook::parse(&raw).unwrap();
        let event = body.webhook_event.text().unwrap_or_else(|| panic!("{name} has no event"));
        assert!(Topic::of(event).is_some(), "{name}: {event}");
        let odd = ["issue", "user", "comment", "changelog", "issueLink", "worklog", "sprint", "board"];
        for member in odd {
            assert!(!body.extra.contains_key(member), "{name}: {member} was not read");
        }
        if let Some(comment) = body.comment.get() {
            let issue = body.issue.get().and_then(|issue| issue.id.get()).map(ToString::to_string);
            assert!(comment.issue_id().is_some(), "{name}");
            assert!(issue.is_none() || issue.as_deref() == comment.issue_id(), "{name}");
        }
    }
}

#[test]
fn absent_null_and_unknown_members_stay_what_they_are() {
    let raw =
        r#"{"user":null,"changelog":{"items":[{"field":"x","toString":null,"fieldId":null}]},"new":[1.5e3]}"#;
    let body = webhook::parse(raw.as_bytes()).unwrap();
    assert_eq!(serde_json::to_value(&body).unwrap(), serde_json::from_str::<Value>(raw).unwrap());
}

#[test]
fn a_body_that_is_no_webhook_is_refused_without_a_quote() {
    assert_eq!(webhook::parse(b"\xff{}"), Err(BadBody::NotText));
    assert_eq!(webhook::parse(b"{\"secret\": tru"), Err(BadBody::NotJson { line: 1, column: 14 }));
    assert_eq!(webhook::parse(b"[\"secret\"]"), Err(BadBody::BadShape));
    assert_eq!(webhook::parse(b"{\"issue\": \"secret\"}"), Err(BadBody::BadShape));
    assert_eq!(webhook::parse(b"").unwrap_err().to_string(), "not JSON at line 1, column 0");
}

#[test]
fn an_unknown_event_has_no_topic() {
    assert_eq!(Topic::of("jira:issue_updated"), Some(Topic::Issue));
    assert_eq!(Topic::of("sprint_reopened"), Some(Topic::Sprint));
    assert_eq!(Topic::of("jira:galaxy_created"), None);
}
