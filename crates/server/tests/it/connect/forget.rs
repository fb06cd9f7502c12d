//! Forgetting a site that has removed the app.

use bowline_connect::lifecycle::Legacy;
use serde_json::json;

use super::{connections, installed, installs, tenant_of};
use crate::house::atlassian::Site;
use crate::house::{DOCUMENT, House};

async fn forget(house: &House, client_key: &str) -> u16 {
    house.call("DELETE", &format!("/api/v1/app/installs/{client_key}")).send().await.code
}

#[tokio::test]
async fn a_site_that_has_removed_the_app_is_forgotten_with_its_connection_and_may_come_back_as_a_new_one() {
    let (house, site) = installed().await;
    let tenant = tenant_of(&house, &site).await;
    let before = connections(&house, &tenant).await.remove(0);
    assert_eq!(forget(&house, &site.client_key).await, 409, "it has the app");
    site.lifecycle(&house, "uninstalled").await.status(204);
    assert_eq!(forget(&house, &site.client_key).await, 204);
    assert_eq!(installs(&house).await["sites"], json!([]));
    assert_eq!(connections(&house, &tenant).await.len(), 0);
    assert_eq!(forget(&house, &site.client_key).await, 404);
    site.lifecycle(&house, "enabled").await.status(401);
    site.lifecycle(&house, "installed").await.status(204);
    let after = connections(&house, &tenant_of(&house, &site).await).await.remove(0);
    assert_ne!(before["id"], after["id"]);
}

#[tokio::test]
async fn what_a_profile_uses_stays_and_so_does_another_site() {
    let house = House::with_app(Legacy::Off, Some("default")).await;
    let (acme, other) = (Site::new("acme"), Site::new("other"));
    for site in [&acme, &other] {
        site.lifecycle(&house, "installed").await.status(204);
    }
    house.tp("default").await;
    let document = json!({ "document": DOCUMENT.replace("\"jira\"", "\"acme\"") });
    house.call("POST", "/api/v1/profiles").tenant("default").json(document).send().await.status(201);
    acme.lifecycle(&house, "uninstalled").await.status(204);
    assert_eq!(forget(&house, &acme.client_key).await, 409);
    assert_eq!(installs(&house).await["sites"].as_array().unwrap().len(), 2, "nothing of it is gone");
    house.call("DELETE", "/api/v1/profiles/stories").tenant("default").send().await.status(204);
    assert_eq!(forget(&house, &acme.client_key).await, 204);
    let left = installs(&house).await["sites"].as_array().unwrap().clone();
    assert_eq!((left.len(), &left[0]["client_key"]), (1, &json!(other.client_key)));
    // What the others share is theirs still.
    other.lifecycle(&house, "disabled").await.status(204);
}

#[tokio::test]
async fn a_client_key_of_any_form_can_be_named() {
    let house = House::new().await;
    let mut site = Site::new("acme");
    site.client_key = "jira:acme/ü 1".to_owned();
    site.lifecycle(&house, "installed").await.status(204);
    site.lifecycle(&house, "uninstalled").await.status(204);
    assert_eq!(forget(&house, "jira%3Aacme%2F%C3%BC%201").await, 204);
}
