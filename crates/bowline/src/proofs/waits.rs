//! When calls that fail are sent again: within seconds by the pipeline, then, durably, by the work table.

use bowline_core::commit::Change;
use bowline_core::port::{ClaimAsk, Clock as _, WorkQueue as _};
use bowline_core::work::{Entity, Lane, Lanes, Touch};
use bowline_sync::LEASE;
use serde_json::json;

use super::Scene;

/// Waits in seconds: at least so long, and no more than jitter adds.
const WITHIN: [(f64, f64); 3] = [(2.0, 3.0), (4.0, 6.0), (8.0, 12.0)];
const BETWEEN: [(f64, f64); 6] =
    [(2.0, 2.4), (4.0, 4.8), (8.0, 9.6), (60.0, 72.0), (180.0, 216.0), (540.0, 648.0)];

/// Clocks of milliseconds, and two of them to turn for each wait.
const TICKS: f64 = 0.01;

#[tokio::test]
async fn a_jira_that_fails_is_asked_after_2_4_and_8_seconds_and_then_by_durable_delays() {
    let scene = Scene::new().await;
    scene.control("POST", "faults", json!({"do": {"kind": "status", "status": 503}}).to_string()).await;
    let engine = scene.engine().await;
    let entity = Entity::Sweep(scene.connection);
    let due_at = scene.clock.now();
    scene.write(vec![Change::Touch(Touch { entity, lane: Lane::Sweep, due_at })]).await;
    for _ in 0..=BETWEEN.len() {
        let due = scene.store.next_due(Lanes::Sync).await.unwrap().unwrap();
        scene.clock.turn(due.duration_since(scene.clock.now()));
        let (now, lanes) = (scene.clock.now(), Lanes::Sync);
        let ask = ClaimAsk { owner: "test".to_owned(), lanes, now, lease: LEASE, limit: 9 };
        let claims = scene.store.claim(&ask).await.unwrap();
        assert_eq!(claims.len(), 1);
        let outcome = engine.look(&claims[0]).await.unwrap();
        assert_eq!(outcome.failure.unwrap().as_str(), "net.server_error");
    }

    let asked = scene.asked().await;
    let times: Vec<f64> = asked.iter().map(|(at, _)| *at).collect();
    assert!(asked.iter().all(|(_, what)| what == "GET /rest/api/3/myself"), "{asked:#?}");
    let looks: Vec<&[f64]> = times.chunks(1 + WITHIN.len()).collect();
    assert_eq!(looks.len(), 1 + BETWEEN.len(), "{times:?}");
    let mut shares = Vec::new();
    let mut waited = |from: f64, to: f64, (least, most): (f64, f64)| {
        let wait = to - from;
        assert!((least..=most + TICKS).contains(&wait), "{wait} s is not {least} to {most} s: {times:?}");
        shares.push((wait - least) / (most - least));
    };
    for look in &looks {
        assert_eq!(look.len(), 1 + WITHIN.len(), "{times:?}");
        look.windows(2).zip(WITHIN).for_each(|(pair, limits)| waited(pair[0], pair[1], limits));
    }
    for (pair, limits) in looks.windows(2).zip(BETWEEN) {
        waited(*pair[0].last().unwrap(), pair[1][0], limits);
    }
    let (least, most) =
        (shares.iter().copied().fold(f64::MAX, f64::min), shares.iter().copied().fold(0.0, f64::max));
    assert!(most - least > 0.2, "27 draws that all agree are no jitter: {shares:?}");
}
