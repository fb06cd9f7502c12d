//! Two processes over one database share what a vendor allows: the same ten hours as one process has in `net`'s tests.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bowline_core::code;
use bowline_core::port::Outbound as _;
use bowline_core::work::Lane;
use bowline_net::{Pipeline, Sharing};
use bowline_sim::jira::Deployment;
use serde_json::json;

use crate::backend::on_every_database;
use crate::given::Given;
use crate::turns::{Scene, TEN_HOURS, get, issue, search};

on_every_database! {
    two_processes_spend_an_apps_points_together_and_neither_holds_up_live_work
    two_processes_empty_a_bucket_together
    a_wait_that_one_was_asked_for_is_kept_by_the_other
}

/// Two processes, each with the database as it sees it.
fn two(scene: &Scene, given: &Given) -> [Arc<Pipeline>; 2] {
    ["one", "two"].map(|owner| {
        let sharing = Sharing { slices: Arc::new(given.store.clone()), owner: owner.to_owned() };
        scene.process(Some(sharing))
    })
}

async fn two_processes_spend_an_apps_points_together_and_neither_holds_up_live_work(given: Given) {
    let limits = json!({"points": {"quota": 2_000}, "burst": {"rate": 40, "buffer": 1}});
    let scene = Scene::new(Deployment::Cloud, limits).await;
    let [one, two] = two(&scene, &given);
    let (noisy, quiet) = (scene.connection(1), scene.connection(2));
    let half = TEN_HOURS / 2.0;
    let (longest, ..) = tokio::join!(
        scene.drip(&two, &quiet, issue(), (60, TEN_HOURS - 70.0)),
        scene.flood(&one, &noisy, Lane::Live, search(10), TEN_HOURS - 1.0),
        scene.flood(&one, &noisy, Lane::Backfill, search(15), TEN_HOURS - 1.0),
        // From the middle on the other process does nothing for the noisy one.
        scene.flood(&two, &noisy, Lane::Live, search(15), half),
        scene.flood(&two, &noisy, Lane::Sweep, search(10), half),
        scene.beat(&one, TEN_HOURS),
        scene.beat(&two, TEN_HOURS),
    );
    assert!(longest <= 2.0, "{longest} s");
    scene.verdict(scene.spent.load(Ordering::SeqCst), 20_000.0);
}

async fn two_processes_empty_a_bucket_together(given: Given) {
    let size = json!({"capacity": 40, "fill": 10, "interval_seconds": 60});
    let scene = Scene::new(Deployment::DataCenter, json!({ "bucket": size })).await;
    let [one, two] = two(&scene, &given);
    let there = scene.connection(1);
    let read = || get("/rest/api/2/issue/ACME-1?fields=summary", "jira.issue.get");
    tokio::join!(
        scene.flood(&one, &there, Lane::Live, read(), TEN_HOURS - 1.0),
        scene.flood(&one, &there, Lane::Live, read(), TEN_HOURS - 1.0),
        scene.flood(&two, &there, Lane::Live, read(), TEN_HOURS - 1.0),
        scene.beat(&one, TEN_HOURS),
        scene.beat(&two, TEN_HOURS),
    );
    scene.verdict(scene.spent.load(Ordering::SeqCst) / 2, 40.0 + 6_000.0);
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
