//! Two processes over one database keep the waits that one of them was asked for.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bowline_core::code;
use bowline_core::port::Outbound as _;
use bowline_net::{Pipeline, Sharing};
use bowline_sim::jira::Deployment;
use serde_json::json;

use crate::backend::on_every_database;
use crate::given::Given;
use crate::turns::{Scene, issue};

on_every_database! {
    a_wait_that_one_was_asked_for_is_kept_by_the_other
}

/// Two processes, each with the database as it sees it.
fn two(scene: &Scene, given: &Given) -> [Arc<Pipeline>; 2] {
    ["one", "two"].map(|owner| {
        let sharing = Sharing { slices: Arc::new(given.store.clone()), owner: owner.to_owned() };
        scene.process(Some(sharing))
    })
}

async fn a_wait_that_one_was_asked_for_is_kept_by_the_other(given: Given) {
    let scene = Scene::new(Deployment::Cloud, json!({"points": {"quota": 2_000}})).await;
    let [one, two] = two(&scene, &given);
    let there = scene.connection(1);
    one.send(&there, issue()).await.unwrap();
    scene.control("settings", &json!({"limits": {"points": {"quota": 2_000, "spent": 2_000}}})).await;
    one.send(&there, issue()).await.unwrap_err();
    let failure = two.send(&scene.connection(2), issue()).await.unwrap_err();
    assert_eq!(failure.code, code::NET_THROTTLED);
    assert_eq!(scene.refused.calls.load(Ordering::SeqCst), 1, "the other does not ask");
}
