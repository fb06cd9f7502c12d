//! Signing in, and what somebody without rights sees.

use super::{CLOUD, DC, issue, world};
use crate::client::Client;

#[tokio::test]
async fn cloud_takes_email_and_token_only() {
    let world = world(CLOUD).await;
    let url = world.running.url();
    let answer = world.ada.get("/rest/api/3/myself").await;
    assert_eq!(answer.headers["x-aaccountid"], "712020:5f0c0000-0000-4000-8000-000000000002");
    assert_eq!(answer.expect(200)["emailAddress"], "ada@example.com");
    for (user, secret) in
        [("ada", "ada"), ("ada@example.com", "ada"), ("ada@example.com", "token-bob"), ("", "")]
    {
        let answer = Client::basic(url, user, secret).get("/rest/api/3/myself").await;
        assert_eq!(answer.status, 401, "{user}");
        assert_eq!(answer.headers["x-seraph-loginreason"], "AUTHENTICATED_FAILED");
    }
    let bearer = Client::anonymous(url).with("Bearer pat-ada".to_owned());
    assert_eq!(bearer.get("/rest/api/3/myself").await.status, 401);
}

#[tokio::test]
async fn data_center_takes_passwords_and_personal_tokens() {
    let world = world(DC).await;
    let url = world.running.url();
    let answer = world.ada.get("/rest/api/2/myself").await;
    assert_eq!(answer.headers["x-ausername"], "ada");
    assert_eq!(answer.headers["x-seraph-loginreason"], "OK");
    let me = answer.expect(200);
    assert_eq!((me["name"].as_str(), me["key"].as_str()), (Some("ada"), Some("JIRAUSER10101")));
    let bearer = Client::anonymous(url).with("Bearer pat-bob".to_owned());
    assert_eq!(bearer.get("/rest/api/2/myself").await.expect(200)["name"], "bob");
    for wrong in ["Bearer pat-nobody", "Bearer token-bob", "Basic !!!", "Digest x", "Basic"] {
        let answer = Client::anonymous(url).with(wrong.to_owned()).get("/rest/api/2/myself").await;
        assert_eq!(answer.status, 401, "{wrong}");
        assert_eq!(answer.headers["x-seraph-loginreason"], "AUTHENTICATED_FAILED");
    }
}

#[tokio::test]
async fn wrong_credentials_are_refused_where_none_would_do() {
    let world = world(DC).await;
    let wrong = Client::basic(world.running.url(), "ada", "wrong");
    assert_eq!(wrong.get("/rest/api/2/serverInfo").await.status, 401);
    assert_eq!(world.control.get("/rest/api/2/serverInfo").await.status, 200);
}

#[tokio::test]
async fn nobody_sees_nothing() {
    for deployment in [CLOUD, DC] {
        let world = world(deployment).await;
        let nobody = &world.control;
        assert_eq!(nobody.get("/rest/api/2/myself").await.status, 401);
        assert_eq!(nobody.get("/rest/api/2/issue/ACME-1").await.status, 404);
        assert_eq!(nobody.get("/rest/api/2/project/ACME").await.status, 404);
        assert_eq!(nobody.get("/rest/api/2/project").await.expect(200), serde_json::json!([]));
        assert_eq!(nobody.post("/rest/api/2/issue", issue("x")).await.status, 401);
        assert_eq!(nobody.put("/rest/api/2/issue/ACME-1", issue("x")).await.status, 401);
        let search =
            if deployment == CLOUD { "search/jql?jql=project=ACME" } else { "search?jql=project=ACME" };
        let found = nobody.get(&format!("/rest/api/2/{search}")).await.expect(200);
        assert_eq!(found["issues"], serde_json::json!([]));
    }
}

#[tokio::test]
async fn an_issue_that_may_not_be_seen_looks_like_one_that_is_not_there() {
    let world = world(CLOUD).await;
    let denied = serde_json::json!({"user": "bob", "project": "ACME", "right": "browse", "allowed": false});
    world.control.post("/_sim/settings", denied).await.expect(200);
    let (hidden, missing) = (
        world.bob.get("/rest/api/3/issue/ACME-1").await,
        world.bob.get("/rest/api/3/issue/ACME-99999").await,
    );
    assert_eq!((hidden.status, missing.status), (404, 404));
    assert_eq!(hidden.body, missing.body);
    assert_eq!(
        hidden.json()["errorMessages"][0],
        "Issue does not exist or you do not have permission to see it."
    );
    assert_eq!(world.ada.get("/rest/api/3/issue/ACME-1").await.status, 200);
    let projects = world.bob.get("/rest/api/3/project/search").await.expect(200);
    assert_eq!(projects["total"], 2);
    let found =
        world.bob.get("/rest/api/3/search/jql?jql=project%20is%20not%20empty%20or%20project=OPS").await;
    let issues = found.expect(200)["issues"].clone();
    assert_eq!(issues.as_array().unwrap().len(), 40, "those of OPS only");
}

#[tokio::test]
async fn rights_can_be_taken_one_by_one() {
    let world = world(DC).await;
    for right in ["edit", "comment", "delete", "create"] {
        let denied = serde_json::json!({"user": "bob", "project": "ACME", "right": right, "allowed": false});
        world.control.post("/_sim/settings", denied).await.expect(200);
    }
    assert_eq!(world.bob.put("/rest/api/2/issue/ACME-1", issue("x")).await.status, 403);
    let comment = serde_json::json!({"body": "x"});
    assert_eq!(world.bob.post("/rest/api/2/issue/ACME-1/comment", comment).await.status, 403);
    assert_eq!(world.bob.delete("/rest/api/2/issue/ACME-1").await.status, 403);
    assert_eq!(world.bob.post("/rest/api/2/issue", issue("x")).await.status, 400);
    let mine = world.bob.get("/rest/api/2/mypermissions?projectKey=ACME").await.expect(200);
    assert_eq!(mine["permissions"]["EDIT_ISSUES"]["havePermission"], false);
    assert_eq!(mine["permissions"]["BROWSE_PROJECTS"]["havePermission"], true);
    let allowed = serde_json::json!({"user": "bob", "project": "ACME", "right": "comment", "allowed": true});
    world.control.post("/_sim/settings", allowed).await.expect(200);
    let comment = serde_json::json!({"body": "x"});
    assert_eq!(world.bob.post("/rest/api/2/issue/ACME-1/comment", comment).await.status, 201);
}
