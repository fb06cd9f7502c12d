//! Ten virtual hours of a mixed load against the simulator's limiters: no call that would be refused, hardly anything unused, and
//! nobody's live work behind anybody's flood.

use std::sync::atomic::Ordering;

use bowline_core::port::Outbound as _;
use bowline_core::work::Lane;
use bowline_sim::jira::Deployment;
use serde_json::json;

use crate::turns::{Scene, TEN_HOURS, get, issue, search};

#[tokio::test]
async fn an_apps_points_are_used_up_and_one_tenants_flood_delays_nobody_elses_live_work() {
    let limits =
        json!({"points": {"quota": 2_000}, "burst": {"rate": 40, "buffer": 1}, "issue_writes": true});
    let scene = Scene::new(Deployment::Cloud, limits).await;
    let process = scene.process(None);
    let (noisy, quiet) = (scene.connection(1), scene.connection(2));
    let flood = |lane, call| scene.flood(&process, &noisy, lane, call, TEN_HOURS - 1.0);
    let (longest, ..) = tokio::join!(
        scene.drip(&process, &quiet, issue(), (20, TEN_HOURS - 30.0)),
        flood(Lane::Live, issue()),
        flood(Lane::Live, search(5)),
        flood(Lane::Sweep, search(10)),
        flood(Lane::Backfill, search(10)),
        flood(Lane::Backfill, search(15)),
    );
    assert!(longest <= 2.0, "{longest} s");
    scene.verdict(scene.spent.load(Ordering::SeqCst), 20_000.0);
}

#[tokio::test]
async fn a_bucket_of_data_center_is_used_up_and_live_work_does_not_wait_for_the_sweep() {
    let size = json!({"capacity": 20, "fill": 10, "interval_seconds": 60});
    let scene = Scene::new(Deployment::DataCenter, json!({ "bucket": size })).await;
    let process = scene.process(None);
    let there = scene.connection(1);
    let read = || get("/rest/api/2/issue/ACME-1?fields=summary", "jira.issue.get");
    let flood = |lane| scene.flood(&process, &there, lane, read(), TEN_HOURS - 1.0);
    let (longest, ..) = tokio::join!(
        scene.drip(&process, &there, read(), (90, TEN_HOURS - 100.0)),
        flood(Lane::Sweep),
        flood(Lane::Sweep),
        flood(Lane::Backfill),
    );
    assert!(longest <= 2.0, "{longest} s");
    // One issue is two points.
    scene.verdict(scene.spent.load(Ordering::SeqCst) / 2, 20.0 + 6_000.0);
}

#[tokio::test]
async fn points_that_another_client_spends_are_noticed_and_blamed() {
    let scene = Scene::new(Deployment::Cloud, json!({"points": {"quota": 2_000}})).await;
    let process = scene.process(None);
    let there = scene.connection(1);
    process.send(&there, issue()).await.unwrap();
    scene.control("settings", &json!({"limits": {"points": {"quota": 2_000, "spent": 2_000}}})).await;
    process.send(&there, issue()).await.unwrap_err();
    assert_eq!(scene.refused.crowded.load(Ordering::SeqCst), 1);
    // It is not asked again before the hour is over, over whichever connection.
    process.send(&scene.connection(2), issue()).await.unwrap_err();
    assert_eq!(scene.refused.calls.load(Ordering::SeqCst), 1);
}
