//! The API reference as it is served. That it fits the routes is told beside it; that answers fit it, by each call.

use crate::house::House;

#[tokio::test]
async fn the_reference_is_served_to_everybody() {
    let house = House::new().await;
    let answer = house.call("GET", "/openapi.json").without("authorization").send().await.status(200);
    let document = answer.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["paths"]["/api/v1/shares"]["post"]["x-bowline-scope"], "items:write");
    assert_eq!(document["paths"]["/api/v1/shares"]["post"]["operationId"], "post_shares");
}
