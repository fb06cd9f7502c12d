//! Pages of other origins are kept out of the control API.

use http::Method;
use serde_json::json;

use crate::jira::{CLOUD, start_with};
use bowline_sim::jira::Options;

#[tokio::test]
async fn a_page_of_another_origin_can_change_nothing() {
    let world = start_with(Options { deployment: CLOUD, ..Options::default() }).await;
    let authority = world.running.address().to_string();
    let block = json!({"blocked": true});
    for (name, value) in [
        ("origin", "https://attacker.example".to_owned()),
        ("origin", "null".to_owned()),
        ("sec-fetch-site", "cross-site".to_owned()),
        ("host", format!("attacker.example:{}", world.running.address().port())),
    ] {
        let page = world.control.clone().and(name, &value);
        let refused = page.post("/_sim/hooks", block.clone()).await.expect(403);
        assert!(refused["error"].is_string(), "{name}: {value}");
        assert_eq!(page.send(Method::DELETE, "/_sim/faults", "".into()).await.unwrap().status, 403);
    }
    let state = world.control.get("/_sim/state").await.expect(200);
    assert_eq!(state["sent"]["blocked"], false);
    // Its own page may.
    let own = world.control.clone().and("origin", &format!("http://{authority}"));
    own.and("sec-fetch-site", "same-origin").post("/_sim/hooks", block).await.expect(200);
}

#[tokio::test]
async fn a_name_pointed_at_it_reads_nothing_unless_it_is_allowed() {
    let hosts = vec!["sim.test".to_owned()];
    let world = start_with(Options { deployment: CLOUD, hosts, ..Options::default() }).await;
    let named = |name: &str| world.control.clone().and("host", name);
    let refused = named("rebound.example:80").get("/_sim/items").await.expect(403);
    assert!(refused["error"].as_str().unwrap().contains("--allow-host rebound.example"));
    named("sim.test").get("/_sim/items").await.expect(200);
    named("localhost:1").get("/_sim/items").await.expect(200);
    // The product itself is called by whatever name it has.
    assert_eq!(named("rebound.example").get("/rest/api/3/serverInfo").await.status, 200);
}
