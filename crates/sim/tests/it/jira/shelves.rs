//! Projects put away, their features and addresses, names that are free; what belongs to versions; many things at once.

use serde_json::{Value, json};

use super::{CLOUD, DC, World, world};
use crate::client::encode;

async fn finish(world: &World, path: &str) -> Value {
    world.control.post("/_sim/clock", json!({"advance": "1m"})).await;
    let told = world.admin.get(path).await.expect(200);
    assert_eq!(told["status"], "COMPLETE");
    told
}

/// The address of the task that was submitted, below this Jira.
fn task(reply: &crate::client::Reply) -> String {
    let url = reply.headers["location"].to_str().unwrap();
    url.get(url.find("/rest/").unwrap()..).unwrap().to_owned()
}

#[tokio::test]
async fn an_archived_project_is_read_and_no_more() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let cloud = face == CLOUD;
        let path = "/rest/api/2/project/OPS";
        let put = async |what: &str| {
            let path = format!("{path}/{what}");
            if cloud {
                world.admin.post(&path, Value::Null).await
            } else {
                world.admin.put(&path, Value::Null).await
            }
        };
        assert_eq!(put("archive").await.status, 204);
        assert_eq!(world.admin.get(path).await.expect(200)["archived"], true);
        let keys = world.ada.get("/rest/api/2/project").await.expect(200);
        assert!(!keys.to_string().contains("\"OPS\""));
        assert_eq!(world.ada.get("/rest/api/2/issue/OPS-1").await.status, 200);
        assert_eq!(
            world.ada.put("/rest/api/2/issue/OPS-1", json!({"fields": {"summary": "x"}})).await.status,
            403
        );
        let new =
            json!({"fields": {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "x"}});
        assert_eq!(world.ada.post("/rest/api/2/issue", new).await.status, 400);
        let search = if cloud { "search/jql" } else { "search" };
        let found =
            world.ada.get(&format!("/rest/api/2/{search}?jql={}", encode("project = OPS"))).await.expect(200);
        assert_eq!(found["issues"], json!([]));
        if cloud {
            let all = world.admin.get("/rest/api/3/project/search?status=archived").await.expect(200);
            assert_eq!((all["total"].as_u64(), all["values"][0]["key"].as_str()), (Some(1), Some("OPS")));
            assert_eq!(world.admin.delete(path).await.status, 400);
            assert_eq!(put("restore").await.expect(200)["key"], "OPS");
        } else {
            let all = world.ada.get("/rest/api/2/project?includeArchived=true").await.expect(200);
            assert!(all.to_string().contains("\"OPS\""));
            assert_eq!(put("restore").await.status, 202);
            let kind = world.admin.put(&format!("{path}/type/business"), Value::Null).await.expect(200);
            assert_eq!(kind["projectTypeKey"], "business");
            assert_eq!(world.admin.put(&format!("{path}/type/other"), Value::Null).await.status, 404);
        }
        assert_eq!(
            world.ada.put("/rest/api/2/issue/OPS-1", json!({"fields": {"summary": "x"}})).await.status,
            204
        );
    }
}

#[tokio::test]
async fn a_project_is_deleted_by_a_task() {
    let world = world(CLOUD).await;
    assert_eq!(world.ada.post("/rest/api/3/project/OPS/delete", Value::Null).await.status, 403);
    let reply = world.admin.post("/rest/api/3/project/OPS/delete", Value::Null).await;
    assert_eq!(reply.status, 303);
    finish(&world, &task(&reply)).await;
    assert_eq!(world.ada.get("/rest/api/3/project/OPS").await.status, 404);
    assert_eq!(world.ada.get("/rest/api/3/issue/OPS-1").await.status, 404);
}

#[tokio::test]
async fn projects_have_features_and_addresses_and_are_remembered() {
    let world = world(CLOUD).await;
    let path = "/rest/api/3/project/ACME";
    assert_eq!(world.ada.get("/rest/api/3/project/recent").await.expect(200), json!([]));
    world.ada.get("/rest/api/3/issue/OPS-2?updateHistory=true").await.expect(200);
    world.ada.get("/rest/api/3/issue/ACME-2?updateHistory=true").await.expect(200);
    let recent = world.ada.get("/rest/api/3/project/recent").await.expect(200);
    assert_eq!((recent[0]["key"].as_str(), recent[1]["key"].as_str()), (Some("ACME"), Some("OPS")));
    let features = world.ada.get(&format!("{path}/features")).await.expect(200);
    assert_eq!(features["features"][0]["feature"], "jsw.classic.roadmap");
    let off = json!({"state": "DISABLED"});
    assert_eq!(world.ada.put(&format!("{path}/features/jsw.classic.code"), off.clone()).await.status, 403);
    let changed =
        world.admin.put(&format!("{path}/features/jsw.classic.code"), off.clone()).await.expect(200);
    let code =
        changed["features"].as_array().unwrap().iter().find(|one| one["feature"] == "jsw.classic.code");
    assert_eq!(code.unwrap()["state"], "DISABLED");
    assert_eq!(world.admin.put(&format!("{path}/features/jsw.classic.board"), off.clone()).await.status, 400);
    assert_eq!(world.admin.put(&format!("{path}/features/none"), off).await.status, 404);
    let id = world.ada.get(path).await.expect(200)["id"].as_str().unwrap().to_owned();
    let mail = format!("/rest/api/3/project/{id}/email");
    assert_eq!(world.admin.put(&mail, json!({"emailAddress": "acme@example.org"})).await.status, 204);
    assert_eq!(world.ada.get(&mail).await.expect(200)["emailAddress"], "acme@example.org");
    assert_eq!(world.admin.put(&mail, json!({"emailAddress": "no address"})).await.status, 400);
    assert_eq!(world.admin.put(&mail, json!({"emailAddress": ""})).await.status, 204);
    assert_eq!(world.ada.get(&mail).await.expect(200)["emailAddress"], "jira@example.com");
}

#[tokio::test]
async fn names_and_keys_of_projects_are_validated() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let key = async |key: &str| {
            world.ada.get(&format!("/rest/api/2/projectvalidate/key?key={key}")).await.expect(200)["errors"]
                .clone()
        };
        assert_eq!(key("FREE").await, json!({}));
        assert!(key("ACME").await["projectKey"].as_str().unwrap().contains("uses this project key"));
        assert!(key("x").await["projectKey"].is_string());
    }
    let cloud = world(CLOUD).await;
    let valid = async |what: &str| {
        cloud
            .ada
            .get(&format!("/rest/api/3/projectvalidate/{what}"))
            .await
            .expect(200)
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(valid("validProjectKey?key=FREE").await, "FREE");
    let made = valid("validProjectKey?key=ACME").await;
    assert!(made.starts_with("ACME") && made != "ACME", "{made}");
    assert_eq!(valid("validProjectName?name=Nice").await, "Nice");
    let name =
        cloud.ada.get("/rest/api/3/project/ACME").await.expect(200)["name"].as_str().unwrap().to_owned();
    assert_eq!(valid(&format!("validProjectName?name={}", encode(&name))).await, format!("{name} 2"));
    let dc = world(DC).await;
    let found = dc.ada.get("/rest/api/2/projects/picker?query=ac").await.expect(200);
    assert_eq!((found["total"].as_u64(), found["projects"][0]["key"].as_str()), (Some(1), Some("ACME")));
    assert!(found["projects"][0]["html"].as_str().unwrap().contains("(<b>AC</b>ME)"));
    assert_eq!(dc.ada.get("/rest/api/2/projects/picker?query=").await.expect(200)["total"], 0);
    let all =
        dc.ada.get("/rest/api/2/projects/picker?query=&allowEmptyQuery=true&maxResults=1").await.expect(200);
    assert_eq!(all["projects"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn properties_of_many_issues_are_set_at_once() {
    let world = world(CLOUD).await;
    let (one, other) = (world.make("one").await, world.make("other").await);
    let id = async |key: &str| {
        let issue = world.ada.get(&format!("/rest/api/3/issue/{key}")).await.expect(200);
        issue["id"].as_str().unwrap().parse::<u32>().unwrap()
    };
    let (first, second) = (id(&one).await, id(&other).await);
    let value = async |key: &str, name: &str| {
        let reply = world.ada.get(&format!("/rest/api/3/issue/{key}/properties/{name}")).await;
        (reply.status == 200).then(|| reply.json()["value"].clone())
    };
    let same = json!({"entitiesIds": [first, second], "properties": {"mark": {"n": 1}, "tag": "x"}});
    let reply = world.ada.post("/rest/api/3/issue/properties", same).await;
    assert_eq!(reply.status, 303);
    finish(&world, &task(&reply)).await;
    assert_eq!(
        (value(&one, "mark").await, value(&other, "tag").await),
        (Some(json!({"n": 1})), Some(json!("x")))
    );
    let several = json!({"issues": [{"issueID": first, "properties": {"mark": 2}}]});
    let reply = world.ada.post("/rest/api/3/issue/properties/multi", several).await;
    finish(&world, &task(&reply)).await;
    assert_eq!(
        (value(&one, "mark").await, value(&other, "mark").await),
        (Some(json!(2)), Some(json!({"n": 1})))
    );
    let by_value = json!({"value": "new", "filter": {"currentValue": 2}});
    let reply = world.ada.put("/rest/api/3/issue/properties/mark", by_value).await;
    finish(&world, &task(&reply)).await;
    assert_eq!(
        (value(&one, "mark").await, value(&other, "mark").await),
        (Some(json!("new")), Some(json!({"n": 1})))
    );
    let computed = json!({"expression": "issue.summary.length", "filter": {"entityIds": [first, second]}});
    let reply = world.ada.put("/rest/api/3/issue/properties/size", computed).await;
    finish(&world, &task(&reply)).await;
    assert_eq!((value(&one, "size").await, value(&other, "size").await), (Some(json!(3)), Some(json!(5))));
    let gone = bytes::Bytes::from(json!({"entityIds": [first]}).to_string());
    let reply =
        world.ada.send(http::Method::DELETE, "/rest/api/3/issue/properties/size", gone).await.unwrap();
    assert_eq!(reply.status, 303);
    finish(&world, &task(&reply)).await;
    assert_eq!((value(&one, "size").await, value(&other, "size").await), (None, Some(json!(5))));
    for wrong in [json!({}), json!({"value": 1, "expression": "1"}), json!({"expression": "1 +"})] {
        assert_eq!(world.ada.put("/rest/api/3/issue/properties/x", wrong).await.status, 400);
    }
    assert_eq!(world.ada.post("/rest/api/3/issue/properties", json!({"entitiesIds": []})).await.status, 400);
}

#[tokio::test]
async fn watching_and_logged_work_of_many_are_handled_at_once() {
    let world = world(CLOUD).await;
    let (from, to) = (world.make("from").await, world.make("to").await);
    let id = world.ada.get(&format!("/rest/api/3/issue/{from}")).await.expect(200)["id"].clone();
    let asked = json!({"issueIds": [id, "99999"]});
    let watched = world.ada.post("/rest/api/3/issue/watching", asked).await.expect(200);
    assert_eq!(watched["issuesIsWatching"], json!({id.as_str().unwrap(): true, "99999": false}));
    let log = async |body: Value| {
        let path = format!("/rest/api/3/issue/{from}/worklog");
        world.ada.post(&path, body).await.expect(201)["id"].as_str().unwrap().parse::<u32>().unwrap()
    };
    let one = log(json!({"timeSpent": "1h"})).await;
    let two = log(json!({"timeSpent": "2h"})).await;
    let bound = log(json!({"timeSpent": "3h", "visibility": {"type": "role", "value": "Users"}})).await;
    let path = format!("/rest/api/3/issue/{from}/worklog");
    let body = json!({"ids": [one, bound], "issueIdOrKey": to});
    assert_eq!(
        world.ada.post(&format!("{path}/move"), body.clone()).await.status,
        400,
        "she may not delete all"
    );
    assert_eq!(world.admin.post(&format!("{path}/move"), body).await.status, 200, "one is bound to a role");
    let there = world.ada.get(&format!("/rest/api/3/issue/{to}/worklog")).await.expect(200);
    assert_eq!(
        (there["total"].as_u64(), there["worklogs"][0]["id"].as_str()),
        (Some(1), Some(&*one.to_string()))
    );
    assert_eq!(world.field(&to, "timespent").await, 3_600);
    assert_eq!(world.field(&from, "timespent").await, 5 * 3_600);
    let missing = json!({"ids": [one], "issueIdOrKey": to});
    assert_eq!(world.admin.post(&format!("{path}/move"), missing).await.status, 404);
    let body = bytes::Bytes::from(json!({"ids": [two, bound]}).to_string());
    let gone =
        world.admin.send(http::Method::DELETE, &format!("{path}?adjustEstimate=leave"), body).await.unwrap();
    assert_eq!(gone.status, 204);
    assert_eq!(world.ada.get(&path).await.expect(200)["total"], 0);
}

#[tokio::test]
async fn the_archive_is_filled_by_a_query_and_exported() {
    let world = world(CLOUD).await;
    let path = "/rest/api/3/issue/archive";
    assert_eq!(world.ada.post(path, json!({"jql": "project = OPS"})).await.status, 403);
    assert_eq!(world.admin.post(path, json!({})).await.status, 400);
    let url = world.admin.post(path, json!({"jql": "project = OPS"})).await.expect(202);
    assert_eq!(world.admin.post(path, json!({"jql": "project = OPS"})).await.status, 412, "one at a time");
    let url = url.as_str().unwrap();
    let told = finish(&world, url.get(url.find("/rest/").unwrap()..).unwrap()).await;
    assert_eq!(told["progress"], 100);
    let found =
        world.ada.get(&format!("/rest/api/3/search/jql?jql={}", encode("project = OPS"))).await.expect(200);
    assert_eq!(found["issues"], json!([]));
    let export = json!({"projects": ["OPS"], "archivedDateRange": {"dateAfter": "2026-01-01", "dateBefore": "2026-12-31"}});
    let told = world.admin.put("/rest/api/3/issues/archive/export", export).await.expect(202);
    assert!(told["taskId"].is_string());
    let wrong = json!({"archivedDateRange": {"dateAfter": "2026-12-31", "dateBefore": "2026-01-01"}});
    assert_eq!(world.admin.put("/rest/api/3/issues/archive/export", wrong).await.status, 400);
}

#[tokio::test]
async fn versions_have_related_work_on_cloud_and_remote_links_on_data_center() {
    let cloud = world(CLOUD).await;
    let version = cloud.ada.get("/rest/api/3/project/ACME/versions").await.expect(200)[0]["id"].clone();
    let path = format!("/rest/api/3/version/{}/relatedwork", version.as_str().unwrap());
    let body = json!({"category": "Design", "title": "Sketch", "url": "https://example.org/1"});
    let made = cloud.ada.post(&path, body).await.expect(201);
    assert_eq!(cloud.ada.post(&path, json!({"title": "x"})).await.status, 400);
    let change = json!({"relatedWorkId": made["relatedWorkId"], "category": "Test", "title": "Plan"});
    assert_eq!(cloud.ada.put(&path, change).await.expect(200)["category"], "Test");
    assert_eq!(cloud.ada.get(&path).await.expect(200)[0]["title"], "Plan");
    let one = format!("{path}/{}", made["relatedWorkId"].as_str().unwrap());
    assert_eq!(cloud.ada.delete(&one).await.status, 204);
    assert_eq!(cloud.ada.delete(&one).await.status, 404);
    let dc = world(DC).await;
    let version = dc.ada.get("/rest/api/2/project/ACME/versions").await.expect(200)[0]["id"].clone();
    let path = format!("/rest/api/2/version/{}/remotelink", version.as_str().unwrap());
    assert_eq!(dc.ada.post(&format!("{path}/build-7"), json!({"colour": "green"})).await.status, 201);
    assert_eq!(dc.ada.post(&path, json!({"globalId": "build-8"})).await.status, 201);
    assert_eq!(dc.ada.get(&format!("{path}/build-7")).await.expect(200)["name"], "build-7");
    assert_eq!(dc.ada.get(&path).await.expect(200)["links"].as_array().unwrap().len(), 2);
    let found = dc.ada.get("/rest/api/2/version/remotelink?globalId=build-8").await.expect(200);
    assert_eq!(found["links"].as_array().unwrap().len(), 1);
    assert_eq!(dc.ada.delete(&format!("{path}/build-7")).await.status, 204);
    assert_eq!(dc.ada.get(&format!("{path}/build-7")).await.status, 404);
    assert_eq!(dc.ada.delete(&path).await.status, 204);
}

#[tokio::test]
async fn issue_types_of_a_scheme_are_put_in_order_and_dashboards_changed_together() {
    let world = world(CLOUD).await;
    let path = "/rest/api/3/issuetypescheme";
    let scheme = world.admin.get(path).await.expect(200)["values"][1]["id"].as_str().unwrap().to_owned();
    let order = async || {
        let found = world.admin.get(&format!("{path}/mapping?issueTypeSchemeId={scheme}")).await.expect(200);
        let values = found["values"].as_array().unwrap().clone();
        values.iter().map(|one| one["issueTypeId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let before = order().await;
    let last = before.last().unwrap().clone();
    let first = json!({"issueTypeIds": [last], "position": "First"});
    assert_eq!(world.admin.put(&format!("{path}/{scheme}/issuetype/move"), first).await.status, 204);
    assert_eq!(order().await[0], last);
    let after = json!({"issueTypeIds": [last], "after": before[0]});
    assert_eq!(world.admin.put(&format!("{path}/{scheme}/issuetype/move"), after).await.status, 204);
    assert_eq!(order().await[1], last);
    let wrong = json!({"issueTypeIds": [last], "after": last});
    assert_eq!(world.admin.put(&format!("{path}/{scheme}/issuetype/move"), wrong).await.status, 400);
    let board = json!({"name": "Mine", "sharePermissions": [], "editPermissions": []});
    let board = world.ada.post("/rest/api/3/dashboard", board).await.expect(200);
    let id = board["id"].as_str().unwrap().parse::<u32>().unwrap();
    let bob = world.bob.get("/rest/api/3/myself").await.expect(200)["accountId"].clone();
    let share = json!({"action": "addPermission", "entityIds": [id, 99_999],
        "permissionDetails": {"sharePermissions": [{"type": "authenticated"}], "editPermissions": []}});
    assert_eq!(world.bob.get(&format!("/rest/api/3/dashboard/{id}")).await.status, 404);
    let told = world.ada.put("/rest/api/3/dashboard/bulk/edit", share).await.expect(200);
    assert!(told["entityErrors"]["99999"]["errorMessages"][0].is_string());
    assert_eq!(world.bob.get(&format!("/rest/api/3/dashboard/{id}")).await.status, 200);
    let give = json!({"action": "changeOwner", "entityIds": [id], "changeOwnerDetails": {"newOwner": bob, "autofixName": true}});
    let told = world.ada.put("/rest/api/3/dashboard/bulk/edit", give.clone()).await.expect(200);
    assert_eq!(told["entityErrors"], json!({}));
    let told = world.ada.put("/rest/api/3/dashboard/bulk/edit", give.clone()).await.expect(200);
    assert!(told["entityErrors"][id.to_string()].is_object(), "it is not hers any more");
    let mut by_admin = give;
    by_admin["extendAdminPermissions"] = json!(true);
    assert_eq!(world.ada.put("/rest/api/3/dashboard/bulk/edit", by_admin.clone()).await.status, 400);
    assert_eq!(
        world.admin.put("/rest/api/3/dashboard/bulk/edit", by_admin).await.expect(200)["entityErrors"],
        json!({})
    );
}
