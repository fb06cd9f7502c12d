//! The app in sites that install it: `/connect/…`, through the router, with calls as a site and Atlassian sign them.

mod context;
mod even;
mod flowchart;
mod forget;
mod gate;
mod isolation;
mod legacy;
mod lifecycle;
mod off;
mod page;
mod refusals;
mod webhook;

use serde_json::{Value, json};

use crate::house::House;
use crate::house::atlassian::Site;

/// The tenant of a site, by name.
async fn tenant_of(house: &House, site: &Site) -> String {
    let seen = installs(house).await;
    let row =
        seen["sites"].as_array().unwrap().iter().find(|row| row["client_key"] == json!(site.client_key));
    let id = row.unwrap()["tenant"].clone();
    let tenants = house.call("GET", "/api/v1/tenants").send().await.status(200).json();
    let found = tenants["items"].as_array().unwrap().iter().find(|tenant| tenant["id"] == id).unwrap();
    found["name"].as_str().unwrap().to_owned()
}

/// What the operator sees of the app.
async fn installs(house: &House) -> Value {
    house.call("GET", "/api/v1/app/installs").send().await.status(200).json()
}

/// The connections of a tenant.
async fn connections(house: &House, tenant: &str) -> Vec<Value> {
    let page = house.call("GET", "/api/v1/connections").tenant(tenant).send().await.status(200).json();
    page["items"].as_array().unwrap().clone()
}

/// The one connection that stands for a site.
async fn connection(house: &House, site: &Site) -> Value {
    let mut all = connections(house, &tenant_of(house, site).await).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// A house and a site that has installed the app.
async fn installed() -> (House, Site) {
    let (house, site) = (House::new().await, Site::new("acme"));
    site.lifecycle(&house, "installed").await.status(204);
    (house, site)
}
