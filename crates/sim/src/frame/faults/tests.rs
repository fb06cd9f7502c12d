//! What rules strike, how often, and what they refuse to be.

use serde_json::json;

use super::*;

fn faults(rules: serde_json::Value) -> Faults {
    let faults = Faults::new(1);
    faults.put(serde_json::from_value(rules).unwrap(), true);
    faults
}

fn statuses(faults: &Faults, count: usize) -> Vec<bool> {
    (0..count).map(|_| faults.plan("GET", "/x").instead.is_some()).collect()
}

#[test]
fn after_and_times_bound_a_rule() {
    let faults = faults(json!([{"after": 1, "times": 2, "do": {"kind": "status", "status": 503}}]));
    assert_eq!(statuses(&faults, 5), [false, true, true, false, false]);
    assert_eq!(faults.list()[0].struck, 2);
}

#[test]
fn a_rule_strikes_only_what_it_matches() {
    let faults = faults(json!([
        {"match": {"method": "put", "path": "/rest/api/*/issue/*"}, "do": {"kind": "done_then_reset"}}
    ]));
    assert!(faults.plan("PUT", "/rest/api/2/issue/1").after.is_some());
    assert!(faults.plan("GET", "/rest/api/2/issue/1").after.is_none());
    assert!(faults.plan("PUT", "/rest/api/2/issue/1/comment").after.is_none());
}

#[test]
fn probability_is_drawn_from_the_seed() {
    let rule = json!([{"probability": 0.5, "do": {"kind": "login_page"}}]);
    let (left, right) = (statuses(&faults(rule.clone()), 64), statuses(&faults(rule), 64));
    assert_eq!(left, right);
    assert!(left.contains(&true) && left.contains(&false));
}

#[test]
fn a_rejected_field_is_counted_only_when_it_is_written() {
    let faults = faults(json!([{"times": 1, "do": {"kind": "reject_field", "field": "summary"}}]));
    let plan = faults.plan("PUT", "/x");
    assert_eq!(faults.rejects(&plan, "labels"), None);
    assert_eq!(faults.rejects(&plan, "Summary"), Some(None));
    assert_eq!(faults.rejects(&plan, "summary"), None);
}

#[test]
fn an_armed_edit_strikes_once_and_only_its_item() {
    let faults = faults(json!([
        {"match": {"item": "ACME-2"}, "do": {"kind": "edit_before_readback", "edit": {"as": "ada"}}}
    ]));
    assert_eq!(faults.edit_after("PUT", "/x", &["10000", "ACME-1"]), None);
    assert_eq!(faults.edit_after("PUT", "/x", &["10001", "ACME-2"]), Some(json!({"as": "ada"})));
    assert_eq!(faults.edit_after("PUT", "/x", &["10001", "ACME-2"]), None);
}

#[test]
fn webhook_rules_add_up() {
    let faults = faults(json!([
        {"match": {"event": "comment_*"}, "do": {"kind": "hook_duplicate"}},
        {"match": {"event": "comment_deleted"}, "do": {"kind": "hook_drop"}},
        {"match": {"item": "7"}, "do": {"kind": "hook_delay", "ms": 5}},
        {"match": {"event": "x"}, "do": {"kind": "hook_reorder"}}
    ]));
    let plain = HookPlan::default();
    assert_eq!(faults.hook("jira:issue_created", &["1"]), plain);
    assert_eq!(faults.hook("comment_created", &["7"]), HookPlan { copies: 2, delay_ms: 5, ..plain });
    assert_eq!(faults.hook("comment_deleted", &["1"]), HookPlan { copies: 2, drop: true, ..plain });
    assert_eq!(faults.hook("x", &["1"]), HookPlan { hold: Some(2), ..plain });
}

#[test]
fn removing_the_last_rule_ends_everything() {
    let faults = faults(json!([{"do": {"kind": "stale_index", "lag_ms": 9}}, {"do": {"kind": "hook_drop"}}]));
    assert_eq!(faults.index_lag(), 9);
    assert!(faults.remove(Some(1)));
    assert_eq!(faults.index_lag(), 0);
    assert!(!faults.remove(Some(1)));
    assert!(faults.remove(None));
    assert_eq!(faults.hook("x", &[]), HookPlan::default());
}

#[test]
fn a_misspelt_member_is_refused() {
    for wrong in [
        json!({"do": {"kind": "status", "status": 500, "retry": 1}}),
        json!({"match": {"route": "x"}, "do": {"kind": "login_page"}}),
        json!({"time": 1, "do": {"kind": "login_page"}}),
        json!({"do": {"kind": "explode"}}),
    ] {
        assert!(serde_json::from_value::<Rule>(wrong).is_err());
    }
}

#[test]
fn normalising_trims_and_turns_line_ends() {
    let both = Normalise { trim: true, crlf: true };
    assert_eq!(both.apply(" a\nb\r\nc \n".to_owned()), "a\r\nb\r\nc");
    assert_eq!(Normalise::default().apply(" a\n".to_owned()), " a\n");
}
