//! Health probes.

use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn a_living_process_says_so_even_without_its_database() {
    let house = House::new().await;
    house.store.close().await;
    let answer = house.call("GET", "/livez").without("authorization").send().await.status(200);
    assert_eq!(answer.text(), "alive\n");
}

#[tokio::test]
async fn readiness_follows_the_database_and_ends_when_the_server_closes() {
    let house = House::new().await;
    let ready = |query: &'static str| {
        let call = house.call("GET", &format!("/readyz{query}")).without("authorization");
        async move { call.send().await }
    };
    assert_eq!(ready("").await.status(200).text(), "ready\n");
    let told = ready("?verbose").await.status(200).json();
    assert_eq!(
        (&told["ready"], &told["store"]["ok"], &told["schema"]["ok"]),
        (&json!(true), &json!(true), &json!(true))
    );
    house.app.close();
    assert_eq!(ready("").await.status(503).problem(), "api.unavailable");
    assert_eq!(ready("?verbose").await.status(503).json()["closing"], true);

    let house = House::new().await;
    house.store.close().await;
    let answer = house.call("GET", "/readyz").send().await.status(503);
    assert_eq!((answer.problem().as_str(), answer.header("retry-after")), ("api.unavailable", "1"));
    assert_eq!(house.call("GET", "/readyz?verbose").send().await.status(503).json()["store"]["ok"], false);
}
