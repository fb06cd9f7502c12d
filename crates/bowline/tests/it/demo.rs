//! `bowline demo --once --json`: it tells the truth, also when something is broken.

use std::process::{Command, Output};

use serde_json::Value;

fn demo(more: &[&str]) -> (Output, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_bowline"))
        .args(["demo", "--once", "--json"])
        .args(more)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let last = serde_json::from_str(text.lines().last().expect("a last line")).unwrap();
    (output, last)
}

fn failed_at(fault: &str) -> String {
    let (output, last) = demo(&["--fault", fault]);
    assert_eq!(output.status.code(), Some(1), "{last}");
    assert_eq!(last["ok"], false);
    let steps = last["steps"].as_array().unwrap();
    let failed: Vec<&Value> = steps.iter().filter(|step| step["ok"] == false).collect();
    let name = failed[0]["name"].as_str().unwrap().to_owned();
    assert!(String::from_utf8_lossy(&output.stderr).contains(&name));
    name
}

#[test]
fn the_demo_verifies_every_step_and_ends_with_exit_0() {
    let (output, last) = demo(&[]);
    assert!(output.status.success(), "{last}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(last["ok"], true);
    assert_eq!(last["shares"], 20);
    assert_eq!(last["findings"], 0);
    let names: Vec<&str> =
        last["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    for name in
        ["link", "edit-jira", "edit-targetprocess", "conflict", "rate-limit", "lost-webhook", "agreement"]
    {
        assert!(names.contains(&name), "{names:?}");
    }
    assert!(["events", "commands", "echoes"].iter().all(|count| last[*count].as_u64() > Some(20)), "{last}");
}

#[test]
fn without_a_worker_the_demo_fails_at_linking() {
    assert_eq!(failed_at("worker-off"), "link");
}

#[test]
fn without_webhooks_the_demo_fails_at_the_first_edit() {
    assert_eq!(failed_at("hooks-blocked"), "edit-jira");
}

#[test]
fn with_a_broken_mapping_the_demo_fails_at_the_profile() {
    assert_eq!(failed_at("mapping-broken"), "profile");
}
