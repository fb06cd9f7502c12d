//! Sign-in links.

use crate::house::House;

#[tokio::test]
async fn a_link_leads_to_the_public_address() {
    let house = House::with(|options| options.public_url = "https://bowline.example".to_owned()).await;
    let link = house.call("POST", "/api/v1/session-links").send().await.status(201).json();
    assert!(link["url"].as_str().unwrap().starts_with("https://bowline.example/?setup="));
    assert!(link["expires_at"].as_str().unwrap().starts_with("2026-11-22T10:15:00"));
}
