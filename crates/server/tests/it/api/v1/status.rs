//! A tenant at a glance.

use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn status_counts_shares_and_tells_the_recent_delay() {
    let house = House::new().await;
    let profile = house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    let tenant = house.tenant("default").await;
    house.finding(tenant, &profile, &share).await;
    for delay in 1..=20 {
        house.line(tenant, &share, delay * 1_000).await;
    }
    let status = house.call("GET", "/api/v1/status").send().await.status(200).json();
    assert_eq!((&status["shares"]["intended"], &status["shares"]["active"]), (&json!(1), &json!(0)));
    assert_eq!(status["delay"], json!({ "p50_us": 10_000, "p95_us": 19_000, "samples": 20 }));
    assert_eq!(status["findings_open"], 1);
    assert_eq!(status["connections"][0]["name"], "jira");
    assert!(status["work"]["due"].as_i64().unwrap() > 0);
}

#[tokio::test]
async fn how_much_waits_over_all_tenants_is_not_every_tenants_business() {
    let house = House::new().await;
    let narrow = house.token("default", &["sync:read"]).await;
    let wide = house.token("default", &["sync:read", "system:read"]).await;
    let status = |token: String| {
        let house = &house;
        async move { house.call("GET", "/api/v1/status").token(&token).send().await.status(200).json() }
    };
    assert!(status(narrow).await["work"].is_null());
    assert!(status(wide).await["work"].is_object());
}
