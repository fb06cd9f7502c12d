//! What is left of a connection's limits.

use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn what_is_left_is_told_for_one_connection() {
    let house = House::new().await;
    house.profile("default").await;
    let told = house.call("GET", "/api/v1/connections/tp/limits").send().await.status(200).json();
    let at = "1970-01-01T00:00:00Z";
    let expected = json!({
        "part": 50,
        "calls": 2,
        "waiting": [{"lane": "sweep", "calls": 3}],
        "limits": [{"about": "account", "left": 1, "size": 10, "next_at": at}],
        "quotas": [{"of": "app", "size": 65_000, "left": 13_000, "resets_at": at}],
        "held": [{"what": "operation", "operation": "tp", "until": at}],
    });
    assert_eq!(told, expected);
    house.call("GET", "/api/v1/connections/nobody/limits").send().await.status(404);
}
