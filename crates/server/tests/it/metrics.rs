//! What `/metrics` tells.

use std::time::Duration;

use bowline_core::activity::Deed;
use bowline_core::connection::ToolKind;
use bowline_core::{Side, SignedDuration};
use bowline_sync::Outcome;

use crate::house::House;

async fn scrape(house: &House) -> String {
    let answer = house.call("GET", "/metrics").without("authorization").send().await.status(200);
    assert!(answer.header("content-type").starts_with("application/openmetrics-text"));
    answer.text()
}

#[tokio::test]
async fn every_promised_metric_is_there_and_ends_the_format() {
    let house = House::new().await;
    let profile = house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    house.finding(house.tenant("default").await, &profile, &share).await;
    let outcome = Outcome {
        deeds: vec![
            (Deed::Echoed, None),
            (Deed::Decided, Some(Side::Right)),
            (Deed::Synced, Some(Side::Right)),
            (Deed::Commented, Some(Side::Left)),
        ],
        delay: Some(SignedDuration::from_millis(120)),
        ..Outcome::default()
    };
    house.metrics.looked(&outcome);
    house.metrics.upstream(ToolKind::JiraCloud, "jira.issue.get", "2xx", Duration::from_millis(30), false);
    house.metrics.upstream(ToolKind::JiraCloud, "jira.issue.get", "net.throttled", Duration::ZERO, true);
    house.call("POST", &format!("/hooks/x/{}", "A".repeat(43))).send().await.status(401);
    let text = scrape(&house).await;
    for line in [
        concat!("bowline_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
        "bowline_http_requests_total{route=\"/api/v1/shares\",method=\"POST\",code=\"201\"} 1",
        "bowline_http_request_duration_seconds_count{route=\"/api/v1/shares\"} 1",
        "bowline_intake_events_total{source=\"unknown\",result=\"rejected\"} 1",
        "bowline_intake_ack_duration_seconds_count 1",
        "bowline_intake_payload_bytes_count 0",
        "bowline_queue_depth{queue=\"due\"} 3",
        "bowline_sync_changes_total{direction=\"left_to_right\",entity=\"item\",result=\"synced\"} 1",
        "bowline_sync_changes_total{direction=\"right_to_left\",entity=\"comment\",result=\"commented\"} 1",
        "bowline_sync_delay_seconds_count{direction=\"right_to_left\"} 1",
        "bowline_sync_echo_suppressed_total 1",
        "bowline_sync_conflicts_total 1",
        "bowline_sync_errors_open{cause=\"sync.field_refused\"} 1",
        "bowline_upstream_requests_total{vendor=\"jira_cloud\",operation=\"jira.issue.get\",code=\"2xx\"} 1",
        "bowline_upstream_request_duration_seconds_count{vendor=\"jira_cloud\"} 2",
        "bowline_upstream_waiting{lane=\"sweep\"} 3",
        "bowline_upstream_limit_left_ratio 0.125",
        "bowline_upstream_quota_left_ratio 0.5",
        "bowline_upstream_points_left 13000",
        "bowline_upstream_rate_limited_total{vendor=\"jira_cloud\"} 1",
    ] {
        assert!(text.lines().any(|have| have == line), "{line}\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
}

#[tokio::test]
async fn a_cause_that_is_over_is_not_counted_any_more() {
    let house = House::new().await;
    let profile = house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    let id = house.finding(house.tenant("default").await, &profile, &share).await;
    assert!(scrape(&house).await.contains("sync.field_refused"));
    house.call("POST", &format!("/api/v1/findings/{id}/resolve")).send().await.status(200);
    house.clock.advance(SignedDuration::from_secs(5));
    assert!(!scrape(&house).await.contains("sync.field_refused"));
}

#[tokio::test]
async fn the_database_is_asked_once_in_five_seconds_however_many_scrape() {
    let house = House::new().await;
    let profile = house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    assert!(!scrape(&house).await.contains("sync.field_refused"));
    house.finding(house.tenant("default").await, &profile, &share).await;
    for _ in 0..20 {
        assert!(!scrape(&house).await.contains("sync.field_refused"));
    }
    house.clock.advance(SignedDuration::from_secs(5));
    let (one, other) = tokio::join!(scrape(&house), scrape(&house));
    for text in [one, other] {
        assert!(text.contains("bowline_sync_errors_open{cause=\"sync.field_refused\"} 1"), "{text}");
    }
}

#[tokio::test]
async fn labels_hold_nothing_that_a_caller_chose() {
    let house = House::new().await;
    house.call("GET", "/api/v1/shares/chosen-by-the-caller").send().await.status(404);
    house.call("GET", "/chosen-by-the-caller").send().await.status(404);
    house.call("PROPFIND", "/livez").send().await.status(405);
    house.call("CHOSEN-BY-THE-CALLER", "/livez").send().await.status(405);
    let text = scrape(&house).await;
    assert!(!text.to_lowercase().contains("chosen") && !text.contains("PROPFIND"), "{text}");
    assert!(text.contains("route=\"/api/v1/shares/{share}\",method=\"GET\",code=\"404\""));
    assert!(text.contains("route=\"unmatched\",method=\"GET\",code=\"404\""));
}

#[tokio::test]
async fn without_the_database_the_counters_are_still_told() {
    let house = House::new().await;
    house.store.close().await;
    assert!(scrape(&house).await.contains("bowline_build_info"));
}
