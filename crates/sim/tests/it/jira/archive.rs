//! Issues put into the archive and taken out again.

use serde_json::json;

use super::{CLOUD, DC, issue, world};

#[tokio::test]
async fn cloud_archives_many_issues_with_their_subtasks() {
    let world = world(CLOUD).await;
    let one = world.make("one").await;
    let mut child = issue("child");
    child["fields"]["issuetype"] = json!({"name": "Sub-task"});
    child["fields"]["parent"] = json!({"key": one});
    let made = world.ada.post("/rest/api/2/issue", child).await.expect(201);
    let child = made["key"].as_str().unwrap();
    let search = format!("/rest/api/3/search/jql?jql=key%20in%20({one},{child})");
    let named = json!({"issueIdsOrKeys": [one, child, "ACME-99999"]});
    assert_eq!(world.ada.put("/rest/api/3/issue/archive", named.clone()).await.status, 403);
    let done = world.admin.put("/rest/api/3/issue/archive", named.clone()).await.expect(200);
    assert_eq!(done["numberOfIssuesUpdated"], 2);
    assert_eq!(done["errors"]["issueIsSubtask"]["issueIdsOrKeys"], json!([child]));
    assert_eq!(done["errors"]["issuesNotFound"]["count"], 1);
    assert_eq!(world.ada.get(&search).await.expect(200)["issues"], json!([]));
    let body = json!({"fields": {"summary": "x"}});
    assert_eq!(world.ada.put(&format!("/rest/api/3/issue/{one}"), body).await.status, 403);
    let votes = format!("/rest/api/3/issue/{one}/watchers");
    assert_eq!(world.ada.post(&votes, json!(null)).await.status, 403);
    assert_eq!(world.ada.get(&format!("/rest/api/3/issue/{one}")).await.status, 200);
    let done = world.admin.put("/rest/api/3/issue/unarchive", named).await.expect(200);
    assert_eq!(done["numberOfIssuesUpdated"], 2);
    assert_eq!(world.ada.get(&search).await.expect(200)["issues"].as_array().unwrap().len(), 2);
    let many: Vec<String> = (0..1_001).map(|number| number.to_string()).collect();
    for (wrong, status) in [
        (json!({}), 400),
        (json!({"issueIdsOrKeys": []}), 400),
        (json!({"issueIdsOrKeys": [1]}), 400),
        (json!({"issueIdsOrKeys": ["ACME-99999"]}), 400),
        (json!({"issueIdsOrKeys": many}), 412),
    ] {
        assert_eq!(world.admin.put("/rest/api/3/issue/archive", wrong).await.status, status);
    }
    assert_eq!(world.control.put("/rest/api/3/issue/archive", json!({})).await.status, 401);
}

#[tokio::test]
async fn data_center_archives_and_restores_an_issue() {
    let world = world(DC).await;
    let key = world.make("one").await;
    let (archive, restore) =
        (format!("/rest/api/2/issue/{key}/archive"), format!("/rest/api/2/issue/{key}/restore"));
    assert_eq!(world.bob.put(&archive, json!(null)).await.status, 403);
    assert_eq!(world.admin.put(&restore, json!(null)).await.status, 403);
    assert_eq!(world.admin.put(&archive, json!(null)).await.status, 204);
    assert_eq!(world.admin.put(&archive, json!(null)).await.status, 403);
    let search = format!("/rest/api/2/search?jql=key={key}");
    assert_eq!(world.ada.get(&search).await.expect(200)["total"], 0);
    let comment = format!("/rest/api/2/issue/{key}/comment");
    assert_eq!(world.ada.post(&comment, json!({"body": "x"})).await.status, 403);
    assert_eq!(world.admin.put(&restore, json!(null)).await.status, 204);
    assert_eq!(world.ada.get(&search).await.expect(200)["total"], 1);
    assert_eq!(world.admin.put("/rest/api/2/issue/ACME-99999/archive", json!(null)).await.status, 404);
    assert_eq!(world.control.put(&archive, json!(null)).await.status, 401);
}
