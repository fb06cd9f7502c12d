//! An installation that is offered as an app of the Marketplace: which credentials it takes.

use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn no_credential_of_an_atlassian_account_is_collected_and_those_of_other_tools_are() {
    let house = House::with(|options| options.collects_credentials = false).await;
    for (tool, sign_in) in [
        ("jira_cloud", json!({"method": "api_token", "email": "ada@acme.example"})),
        ("jira_dc", json!({"method": "personal_access_token"})),
        ("jira_dc", json!({"method": "basic", "user": "ada"})),
        ("jira_dc", json!({"method": "session", "user": "ada"})),
    ] {
        let ask = json!({
            "name": "jira", "tool": tool, "base_url": "https://acme.example", "sign_in": sign_in,
            "secret": "canary-collected",
        });
        let answer = house.call("POST", "/api/v1/connections").json(ask).send().await.status(422);
        assert_eq!(answer.problem(), "api.credential_refused");
        assert!(!answer.text().contains("canary-collected"));
    }
    let all = house.call("GET", "/api/v1/connections").send().await.status(200).json();
    assert_eq!(all["items"], json!([]), "nothing was stored");
    // A password by another name.
    let gate = |header: &str, key: &str| {
        json!({
            "name": "jira", "tool": "jira_dc", "base_url": "https://acme.example",
            "sign_in": {"method": "in_front"}, "gateway": {"header": header, "key": key},
        })
    };
    let ask = gate("Authorization", "Basic canary-collected");
    let answer = house.call("POST", "/api/v1/connections").json(ask).send().await.status(422);
    assert_eq!(answer.problem(), "api.credential_refused");
    house
        .call("POST", "/api/v1/connections")
        .json(gate("x-api-key", "of-the-gateway"))
        .send()
        .await
        .status(201);
    let ask = json!({"gateway": {"header": "authorization", "key": "Basic canary-collected"}});
    let answer = house.call("PATCH", "/api/v1/connections/jira").json(ask).send().await.status(422);
    assert_eq!(answer.problem(), "api.credential_refused");
    house.tp("default").await;
    // A consent is no credential that is collected.
    house.grant("default").await;
    let ask = json!({"sign_in": {"method": "api_token", "email": "ada@acme.example"}, "secret": "x"});
    let answer = house.call("PATCH", "/api/v1/connections/cloud").json(ask).send().await.status(422);
    assert_eq!(answer.problem(), "api.credential_refused");
}
