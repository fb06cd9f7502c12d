//! Findings over the API.

use std::collections::BTreeSet;

use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn a_finding_says_what_happened_why_and_what_to_do_with_the_tools_words() {
    let house = House::new().await;
    let profile = house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    let id = house.finding(house.tenant("default").await, &profile, &share).await;
    let listed = house.call("GET", "/api/v1/findings").send().await.status(200);
    assert_eq!(listed.json()["items"][0]["title"], "The tool refused one field");
    assert!(!listed.text().contains("Risk"), "a list is without the tool's words");
    let shown = house.call("GET", &format!("/api/v1/findings/{id}")).send().await.status(200).json();
    assert_eq!(shown["words"], "Field 'Risk' cannot be set.");
    assert_eq!(shown["subject"], "summary → Name");
    assert_eq!(shown["entities"], json!([format!("share/{}", share["id"].as_str().unwrap())]));
    assert!(shown["remedy"].as_str().unwrap().ends_with('.'));
    let show = house.call("GET", &format!("/api/v1/shares/{}", share["id"].as_str().unwrap())).send().await;
    assert_eq!(show.json()["troubled"], true);
}

#[tokio::test]
async fn a_retry_looks_again_at_everything_that_was_hit() {
    let house = House::new().await;
    let profile = house.profile("default").await;
    let tenant = house.tenant("default").await;
    let mut shares = BTreeSet::new();
    for number in 0..70 {
        let share = house.share("default", &format!("ACME-{number}")).await;
        house.finding(tenant, &profile, &share).await;
        shares.insert(format!("share/{}", share["id"].as_str().unwrap()));
    }
    house.finish_work().await;
    let listed = house.call("GET", "/api/v1/findings").send().await.status(200).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "one cause, one finding");
    let id = listed["items"][0]["id"].as_str().unwrap();
    let retried = house.call("POST", &format!("/api/v1/findings/{id}/retry")).send().await.status(202).json();
    assert_eq!(retried["entities"], 70);
    let looked_at: BTreeSet<String> =
        house.finish_work().await.iter().map(|claim| claim.entity.to_string()).collect();
    assert_eq!(looked_at, shares);
}

#[tokio::test]
async fn a_finding_is_resolved_and_then_only_listed_on_demand() {
    let house = House::new().await;
    let profile = house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    let id = house.finding(house.tenant("default").await, &profile, &share).await;
    let resolved =
        house.call("POST", &format!("/api/v1/findings/{id}/resolve")).send().await.status(200).json();
    assert_eq!((&resolved["state"], &resolved["open"]), (&json!("resolved"), &json!(0)));
    let count = |query: &'static str| {
        let house = &house;
        async move {
            let page = house.call("GET", &format!("/api/v1/findings{query}")).send().await.status(200).json();
            page["items"].as_array().unwrap().len()
        }
    };
    assert_eq!((count("").await, count("?all=true").await), (0, 1));
    for bad in ["?all=perhaps", "?limit=-1", "?after=x", "?state=open"] {
        house.call("GET", &format!("/api/v1/findings{bad}")).send().await.status(400);
    }
}
