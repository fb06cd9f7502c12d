//! What rules strike, how often, and what they refuse to be.

use http::HeaderMap;
use serde_json::json;

use super::plan::Normalise;
use super::*;
use crate::frame::call::Query;

fn faults(rules: serde_json::Value) -> Faults {
    let faults = Faults::new(1);
    faults.put(serde_json::from_value(rules).unwrap(), true);
    faults
}

fn plan(faults: &Faults, now: i64, method: &str, path: &str) -> Plan {
    let (query, headers) = (Query::default(), HeaderMap::new());
    faults.plan(&Facts { now, method, path, query: &query, headers: &headers, caller: None, body: None })
}

fn statuses(faults: &Faults, count: usize) -> Vec<bool> {
    (0..count).map(|_| plan(faults, 0, "GET", "/x").instead.is_some()).collect()
}

#[test]
fn after_and_times_bound_a_rule() {
    let faults = faults(json!([{"after": 1, "times": 2, "do": {"kind": "status", "status": 503}}]));
    assert_eq!(statuses(&faults, 5), [false, true, true, false, false]);
    assert_eq!(faults.list()[0].struck, 2);
}

#[test]
fn every_nth_match_is_harmed_after_those_that_pass() {
    let faults = faults(json!([{"after": 1, "every": 3, "do": {"kind": "hidden"}}]));
    assert_eq!(statuses(&faults, 8), [false, false, false, true, false, false, true, false]);
}

#[test]
fn what_comes_too_fast_is_harmed_until_time_has_passed() {
    let faults = faults(
        json!([{"over": {"count": 2, "per_ms": 1000}, "do": {"kind": "status", "status": 429, "retry_after": 1}}]),
    );
    let struck: Vec<bool> = [0, 10, 20, 500, 999, 1_000, 1_005, 1_010]
        .map(|now| plan(&faults, now, "GET", "/x").instead.is_some())
        .into();
    assert_eq!(struck, [false, false, true, true, true, false, true, false]);
    // A clock that was moved back starts anew.
    assert!(plan(&faults, 3, "GET", "/x").instead.is_none());
}

#[test]
fn a_bulk_is_spoilt_by_place_and_counted_once() {
    let faults = faults(json!([
        {"times": 1, "do": {"kind": "partial_bulk"}},
        {"times": 1, "do": {"kind": "partial_bulk", "fail": [0], "message": "No."}}
    ]));
    let refused = || {
        let spoilt = faults.spoils(&plan(&faults, 0, "POST", "/x"));
        (0..4).map(|element| spoilt.refusal(element).is_some()).collect::<Vec<_>>()
    };
    assert_eq!(refused(), [false, true, false, true]);
    assert_eq!(refused(), [true, false, false, false]);
    assert_eq!(refused(), [false; 4]);
    assert_eq!(faults.list().iter().map(|rule| rule.struck).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn saved_rules_come_back_as_far_as_they_had_counted() {
    let faults = faults(json!([{"times": 2, "do": {"kind": "login_page"}}]));
    assert_eq!(statuses(&faults, 1), [true]);
    let saved = faults.save();
    faults.put(serde_json::from_value(json!([{"do": {"kind": "hidden"}}])).unwrap(), true);
    faults.resume(saved);
    assert_eq!(statuses(&faults, 3), [true, false, false]);
    faults.put(serde_json::from_value(json!([{"do": {"kind": "hidden"}}])).unwrap(), false);
    assert_eq!(faults.list().iter().map(|rule| rule.id).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn only_rules_that_ask_make_others_look() {
    let asks = |rules| {
        let faults = faults(rules);
        (faults.asks_caller(), faults.asks_body())
    };
    let hidden = json!({"kind": "hidden"});
    assert_eq!(asks(json!([{"do": hidden}])), (false, false));
    assert_eq!(asks(json!([{"match": {"caller": "ada"}, "do": hidden}])), (true, false));
    let body = json!([{"pointer": "/x", "exists": true}]);
    assert_eq!(asks(json!([{"match": {"body": body}, "do": hidden}])), (false, true));
}

#[test]
fn a_rule_strikes_only_what_it_matches() {
    let faults = faults(json!([
        {"match": {"method": "put", "path": "/rest/api/*/issue/*"}, "do": {"kind": "done_then_reset"}}
    ]));
    assert!(plan(&faults, 0, "PUT", "/rest/api/2/issue/1").after.is_some());
    assert!(plan(&faults, 0, "GET", "/rest/api/2/issue/1").after.is_none());
    assert!(plan(&faults, 0, "PUT", "/rest/api/2/issue/1/comment").after.is_none());
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
    let put = plan(&faults, 0, "PUT", "/x");
    assert_eq!(faults.rejects(&put, "labels"), None);
    assert_eq!(faults.rejects(&put, "Summary"), Some(None));
    assert_eq!(faults.rejects(&put, "summary"), None);
}

#[test]
fn an_armed_edit_strikes_once_and_only_its_item() {
    let faults = faults(json!([
        {"match": {"item": "ACME-2"}, "do": {"kind": "edit_before_readback", "edit": {"as": "ada"}}}
    ]));
    assert_eq!(faults.edit_after(&plan(&faults, 0, "PUT", "/x"), &["10000", "ACME-1"]), None);
    assert_eq!(
        faults.edit_after(&plan(&faults, 0, "PUT", "/x"), &["10001", "ACME-2"]),
        Some(json!({"as": "ada"}))
    );
    assert_eq!(faults.edit_after(&plan(&faults, 0, "PUT", "/x"), &["10001", "ACME-2"]), None);
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
    assert_eq!(faults.hook(0, "jira:issue_created", &["1"]), plain);
    assert_eq!(faults.hook(0, "comment_created", &["7"]), HookPlan { copies: 2, delay_ms: 5, ..plain });
    assert_eq!(faults.hook(0, "comment_deleted", &["1"]), HookPlan { copies: 2, drop: true, ..plain });
    assert_eq!(faults.hook(0, "x", &["1"]), HookPlan { hold: Some(2), ..plain });
}

#[test]
fn removing_the_last_rule_ends_everything() {
    let faults = faults(json!([{"do": {"kind": "stale_index", "lag_ms": 9}}, {"do": {"kind": "hook_drop"}}]));
    assert_eq!(faults.index_lag(), 9);
    assert!(faults.remove(Some(1)));
    assert_eq!(faults.index_lag(), 0);
    assert!(!faults.remove(Some(1)));
    assert!(faults.remove(None));
    assert_eq!(faults.hook(0, "x", &[]), HookPlan::default());
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
