//! What the API says about queries themselves.

use serde_json::json;

use super::{CLOUD, DC, world};

#[tokio::test]
async fn a_query_is_read_into_its_structure() {
    let world = world(CLOUD).await;
    let queries = json!({"queries": [
        "summary ~ test AND (labels in (urgent, \"x y\") OR assignee = currentUser()) AND status CHANGED AFTER startOfDay(-1d) order by updated desc",
        "issue.property[\"spaces here\"].value is EMPTY",
        "invalid query",
        "summary = test",
        "project = INVALID",
    ]});
    let parsed = world.ada.post("/rest/api/3/jql/parse?validation=warn", queries).await.expect(200);
    let first = &parsed["queries"][0]["structure"];
    assert_eq!(
        first["orderBy"]["fields"][0],
        json!({"field": {"name": "updated", "encodedName": "updated"}, "direction": "desc"})
    );
    let clauses = &first["where"]["clauses"];
    assert_eq!(first["where"]["operator"], "and");
    assert_eq!(clauses[1]["clauses"][0]["operand"]["encodedOperand"], "(urgent, \"x y\")");
    assert_eq!(clauses[1]["clauses"][1]["operand"]["function"], "currentUser");
    assert_eq!(clauses[2]["predicates"][0]["operand"]["arguments"], json!(["-1d"]));
    let property = &parsed["queries"][1]["structure"]["where"];
    assert_eq!(
        property["field"]["property"][0],
        json!({"entity": "issue", "key": "spaces here", "path": "value"})
    );
    assert_eq!(property["operand"]["keyword"], "empty");
    assert_eq!(
        parsed["queries"][2]["errors"][0],
        "Error in the JQL Query: Expecting operator but got 'query'. The valid operators are '=', '!=', '<', '>', '<=', \
         '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'. (line 1, character 9)"
    );
    assert_eq!(
        parsed["queries"][4]["warnings"][0],
        "The value 'INVALID' does not exist for the field 'project'."
    );
    let strict =
        world.ada.post("/rest/api/3/jql/parse", json!({"queries": ["summary = test"]})).await.expect(200);
    assert_eq!(
        strict["queries"][0]["errors"][0],
        "The operator '=' is not supported by the 'summary' field."
    );
    assert!(strict["queries"][0].get("structure").is_none());
    assert_eq!(world.ada.post("/rest/api/3/jql/parse", json!({})).await.status, 400);
}

#[tokio::test]
async fn issues_are_matched_and_counted() {
    let world = world(CLOUD).await;
    let body =
        json!({"issueIds": [10000, 10002, 999_999], "jqls": ["project = ACME", "project = OPS", "nonsense"]});
    let matches = world.ada.post("/rest/api/3/jql/match", body).await.expect(200);
    assert_eq!(matches["matches"][0]["matchedIssues"], json!([10000]));
    assert_eq!(matches["matches"][1]["matchedIssues"], json!([10002]));
    assert_eq!(matches["matches"][2]["errors"].as_array().unwrap().len(), 1);
    let path = "/rest/api/3/search/approximate-count";
    assert_eq!(
        world.ada.post(path, json!({"jql": "project = ACME"})).await.expect(200),
        json!({"count": 80})
    );
    let unbounded = world.ada.post(path, json!({"jql": "order by key"})).await.expect(400);
    assert!(unbounded["errorMessages"][0].as_str().unwrap().starts_with("Unbounded JQL"));
}

#[tokio::test]
async fn queries_are_cleaned_of_what_must_not_be_seen() {
    let world = world(CLOUD).await;
    let taken = json!({"user": "bob", "project": "OPS", "right": "browse", "allowed": false});
    world.control.post("/_sim/settings", taken).await.expect(200);
    let bob = world.bob.get("/rest/api/3/myself").await.expect(200)["accountId"].clone();
    let body =
        json!({"queries": [{"query": "project in (ACME, OPS)", "accountId": bob}, {"query": "project = "}]});
    assert_eq!(world.ada.post("/rest/api/3/jql/sanitize", body.clone()).await.status, 403);
    let clean = world.admin.post("/rest/api/3/jql/sanitize", body).await.expect(200);
    assert_eq!(clean["queries"][0]["sanitizedQuery"], "project in (ACME, 10001)");
    assert!(clean["queries"][1]["errors"]["errorMessages"][0].is_string());
    let body = json!({"queryStrings": ["assignee = bob", "reporter in (ada, gone)"]});
    let converted = world.ada.post("/rest/api/3/jql/pdcleaner", body).await.expect(200);
    assert_eq!(converted["queryStrings"][0], format!("assignee = {}", bob.as_str().unwrap()));
    assert!(converted["queriesWithUnknownUsers"][0]["convertedQuery"].as_str().unwrap().contains("unknown"));
}

#[tokio::test]
async fn fields_functions_and_values_are_suggested() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let data = world.ada.get("/rest/api/2/jql/autocompletedata").await.expect(200);
        let status = data["visibleFieldNames"]
            .as_array()
            .unwrap()
            .iter()
            .find(|field| field["value"] == "status")
            .unwrap();
        assert!(status["operators"].as_array().unwrap().contains(&json!("was")));
        assert!(data["jqlReservedWords"].as_array().unwrap().contains(&json!("end")));
        assert!(
            data["visibleFunctionNames"].as_array().unwrap().iter().any(|known| known["value"] == "now()")
        );
        let path = "/rest/api/2/jql/autocompletedata/suggestions";
        let found = world.ada.get(&format!("{path}?fieldName=status&fieldValue=in")).await.expect(200);
        assert_eq!(
            found["results"][0],
            json!({"value": "\"In Progress\"", "displayName": "<b>In</b> Progress"})
        );
        let people =
            world.ada.get(&format!("{path}?fieldName=status&predicateName=by&predicateValue=bo")).await;
        assert_eq!(people.expect(200)["results"].as_array().unwrap().len(), 1);
        assert_eq!(world.ada.get(path).await.status, 400);
    }
}

#[tokio::test]
async fn what_does_not_exist_is_a_warning_when_the_query_is_not_checked() {
    let world = world(DC).await;
    let found = world.ada.get("/rest/api/2/search?jql=project=NOPE&validateQuery=False").await.expect(200);
    assert_eq!(
        (&found["total"], &found["warningMessages"][0]),
        (&json!(0), &json!("The value 'NOPE' does not exist for the field 'project'."))
    );
    assert_eq!(world.ada.get("/rest/api/2/search?jql=project=NOPE&validateQuery=True").await.status, 400);
    let body = json!({"jql": "project =", "validateQuery": false});
    assert_eq!(world.ada.post("/rest/api/2/search", body).await.status, 400);
}
