//! People's accounts, groups, roles and permissions.

use serde_json::{Value, json};

use super::{CLOUD, DC, world};
use crate::client::Client;

fn names<'a>(list: &'a Value, member: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().filter_map(|one| one[member].as_str()).collect()
}

#[tokio::test]
async fn a_new_person_signs_in_and_a_removed_one_does_not() {
    let world = world(DC).await;
    let body = json!({"name": "eve", "emailAddress": "eve@example.com", "displayName": "Eve Smith", "password": "s"});
    assert_eq!(world.ada.post("/rest/api/2/user", body.clone()).await.status, 403);
    world.admin.post("/rest/api/2/user", body.clone()).await.expect(201);
    let twice = world.admin.post("/rest/api/2/user", body).await.expect(400);
    assert_eq!(twice["errors"]["username"], "A user with that username already exists.");
    let eve = Client::basic(world.running.url(), "eve", "s");
    let myself = eve.get("/rest/api/2/myself?expand=groups").await.expect(200);
    assert_eq!(names(&myself["groups"]["items"], "name"), ["jira-software-users", "jira-users"]);
    assert_eq!(eve.get("/rest/api/2/issue/ACME-1").await.status, 200);
    let changed = json!({"currentPassword": "s", "password": "t"});
    assert_eq!(eve.put("/rest/api/2/myself/password", changed).await.status, 204);
    assert_eq!(eve.get("/rest/api/2/myself").await.status, 401);
    assert_eq!(world.admin.delete("/rest/api/2/user?username=eve").await.status, 204);
    assert_eq!(Client::basic(world.running.url(), "eve", "t").get("/rest/api/2/myself").await.status, 401);
    assert_eq!(world.admin.get("/rest/api/2/user?username=eve").await.status, 404);
    assert_eq!(world.admin.delete("/rest/api/2/user?username=ada").await.status, 400);
}

#[tokio::test]
async fn cloud_looks_people_up_in_bulk() {
    let world = world(CLOUD).await;
    let made = json!({"emailAddress": "eve@example.com", "products": ["jira-software"]});
    let eve = world.admin.post("/rest/api/3/user", made).await.expect(201);
    let id = eve["accountId"].as_str().unwrap();
    let bulk =
        world.ada.get(&format!("/rest/api/3/user/bulk?accountId={id}&accountId=none")).await.expect(200);
    assert_eq!((bulk["total"].as_u64(), bulk["values"][0]["accountId"].as_str()), (Some(1), Some(id)));
    let old = world.ada.get("/rest/api/3/user/bulk/migration?key=JIRAUSER10103").await.expect(200);
    assert_eq!(old[0]["accountId"].as_str(), Some(id));
    assert_eq!(world.ada.get("/rest/api/3/users/search").await.expect(200).as_array().unwrap().len(), 4);
    let picked = world.ada.get("/rest/api/3/user/picker?query=ev").await.expect(200);
    assert_eq!(picked["users"][0]["html"], "<b>ev</b>e");
    assert_eq!(world.ada.get("/rest/api/3/user/bulk").await.status, 400);
    assert_eq!(world.admin.post("/rest/api/3/user", json!({"emailAddress": "x"})).await.status, 400);
}

#[tokio::test]
async fn who_joins_the_administrators_administers() {
    let world = world(DC).await;
    assert_eq!(world.bob.get("/rest/api/2/permissions").await.status, 403);
    let path = "/rest/api/2/group/user?groupname=jira-administrators";
    world.admin.post(path, json!({"name": "bob"})).await.expect(201);
    assert_eq!(world.bob.get("/rest/api/2/permissions").await.status, 200);
    let group =
        world.bob.get("/rest/api/2/group?groupname=jira-administrators&expand=users").await.expect(200);
    assert_eq!(names(&group["users"]["items"], "name"), ["admin", "bob"]);
    assert_eq!((group["users"]["size"].as_u64(), group["users"]["end-index"].as_u64()), (Some(2), Some(1)));
    assert_eq!(world.admin.post(path, json!({"name": "bob"})).await.status, 400);
    assert_eq!(world.admin.delete(&format!("{path}&username=bob")).await.status, 200);
    assert_eq!(world.bob.get("/rest/api/2/permissions").await.status, 403);
    assert_eq!(world.admin.get("/rest/api/2/group/member?groupname=none").await.status, 404);
}

#[tokio::test]
async fn a_member_of_the_role_administers_the_project() {
    let world = world(DC).await;
    let version = json!({"name": "9.0", "project": "OPS"});
    assert_eq!(world.bob.post("/rest/api/2/version", version.clone()).await.status, 403);
    let roles = world.admin.get("/rest/api/2/project/OPS/role").await.expect(200);
    let path = roles["Administrators"].as_str().unwrap().strip_prefix(world.running.url()).unwrap();
    let role = world.admin.post(path, json!({"user": ["bob"]})).await.expect(200);
    assert_eq!(names(&role["actors"], "name"), ["jira-administrators", "bob"]);
    world.bob.post("/rest/api/2/version", version).await.expect(201);
    let elsewhere = json!({"name": "9.0", "project": "ACME"});
    assert_eq!(world.bob.post("/rest/api/2/version", elsewhere).await.status, 403);
    let actors = json!({"categorisedActors": {"atlassian-group-role-actor": ["jira-administrators"]}});
    world.admin.put(path, actors).await.expect(200);
    assert_eq!(world.bob.put("/rest/api/2/component/10001", json!({"name": "x"})).await.status, 403);
    assert_eq!(world.admin.delete(&format!("{path}?user=bob")).await.status, 404);
    let ghost = world.admin.post(path, json!({"user": ["ghost"]})).await;
    assert_eq!(ghost.status, 404);
}

#[tokio::test]
async fn a_role_in_use_is_deleted_only_with_another_in_its_place() {
    let world = world(CLOUD).await;
    let made =
        world.admin.post("/rest/api/3/role", json!({"name": "Guests", "description": ""})).await.expect(200);
    let twice = world.admin.post("/rest/api/3/role", json!({"name": "guests"})).await;
    assert_eq!(twice.status, 409);
    assert_eq!(world.admin.delete("/rest/api/3/role/10001").await.status, 409);
    let swap = format!("/rest/api/3/role/10001?swap={}", made["id"]);
    assert_eq!(world.admin.delete(&swap).await.status, 204);
    let guests = world.ada.get(&format!("/rest/api/3/project/ACME/role/{}", made["id"])).await.expect(200);
    assert_eq!(guests["actors"][0]["actorGroup"]["name"], "jira-software-users");
}

#[tokio::test]
async fn a_permission_scheme_decides_who_sees_a_project() {
    let world = world(CLOUD).await;
    let holder = json!({"type": "user", "parameter": "712020:5f0c0000-0000-4000-8000-000000000002"});
    let grants = json!([{"permission": "BROWSE_PROJECTS", "holder": holder}]);
    let body = json!({"name": "Ada only", "permissions": grants});
    let scheme = world.admin.post("/rest/api/3/permissionscheme", body).await.expect(201);
    let id = json!({"id": scheme["id"]});
    world.admin.put("/rest/api/3/project/OPS/permissionscheme", id).await.expect(200);
    assert_eq!(world.ada.get("/rest/api/3/issue/OPS-1").await.status, 200);
    assert_eq!(world.bob.get("/rest/api/3/issue/OPS-1").await.status, 404);
    assert_eq!(
        world.ada.put("/rest/api/3/issue/OPS-1", json!({"fields": {"summary": "x"}})).await.status,
        403
    );
    let asked = json!({"projectPermissions": [{"permissions": ["BROWSE_PROJECTS", "EDIT_ISSUES"],
        "projects": [10_000, 10_001], "issues": []}], "globalPermissions": ["ADMINISTER"]});
    let check = world.ada.post("/rest/api/3/permissions/check", asked).await.expect(200);
    assert_eq!(check["projectPermissions"][0]["projects"], json!([10_000, 10_001]));
    assert_eq!(check["projectPermissions"][1]["projects"], json!([10_000]));
    assert_eq!(check["globalPermissions"], json!([]));
}
