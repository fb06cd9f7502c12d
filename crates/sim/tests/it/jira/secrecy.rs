//! Issue security: who sees an issue with a level, and the schemes behind it.

use serde_json::{Value, json};

use super::{CLOUD, DC, World, issue, world};
use crate::client::{Client, encode};

/// The level whose members are the reporter and the developers.
const TEAM: &str = "10000";
/// The level for administrators.
const ADMINS: &str = "10001";

/// A Jira whose project ACME has the default security scheme.
async fn secured(face: bowline_sim::jira::Deployment) -> World {
    let world = world(face).await;
    let body = json!({"issueSecurityScheme": 10000});
    world.admin.put("/rest/api/2/project/ACME", body).await.expect(200);
    world
}

/// How many issues somebody finds.
async fn count(world: &World, who: &Client, jql: &str) -> usize {
    let path = if world.control.get("/_sim/state").await.json()["deployment"] == "cloud" {
        "/rest/api/3/search/jql"
    } else {
        "/rest/api/2/search"
    };
    let found = who.get(&format!("{path}?maxResults=100&jql={}", encode(jql))).await.expect(200);
    found["issues"].as_array().unwrap().len()
}

#[tokio::test]
async fn an_issue_with_a_level_is_seen_by_its_members_only() {
    for face in [CLOUD, DC] {
        let world = secured(face).await;
        let key = world.make("secret plan").await;
        let path = format!("/rest/api/2/issue/{key}");
        let linked = json!({"type": {"name": "Blocks"}, "inwardIssue": {"key": key}, "outwardIssue": {"key": "ACME-1"}});
        assert_eq!(world.ada.post("/rest/api/2/issueLink", linked).await.status, 201);
        let jql = format!("key = {key}");
        assert_eq!(count(&world, &world.bob, &jql).await, 1);
        // Ada is a developer, no administrator: she may not lock herself out.
        let refused = world.ada.put(&path, json!({"fields": {"security": {"id": ADMINS}}})).await;
        assert_eq!(refused.expect(400)["errors"]["security"], "Security level '10001' is not valid.");
        let set =
            world.admin.put(&path, json!({"fields": {"security": {"name": "administrators only"}}})).await;
        assert_eq!(set.status, 204);
        let shown = world.admin.get(&path).await.expect(200);
        assert_eq!(shown["fields"]["security"]["name"], "Administrators only");
        for (who, seen) in [(&world.ada, 404), (&world.bob, 404), (&world.admin, 200)] {
            assert_eq!(who.get(&path).await.status, seen);
            assert_eq!(who.get(&format!("{path}/comment")).await.status, seen);
            assert_eq!(who.get(&format!("{path}/transitions")).await.status, seen);
        }
        assert_eq!(world.ada.put(&path, json!({"fields": {"summary": "x"}})).await.status, 404);
        let other = |who: Client| async move {
            who.get("/rest/api/2/issue/ACME-1?fields=issuelinks").await.expect(200)["fields"]["issuelinks"]
                .clone()
        };
        assert_eq!(other(world.ada.clone()).await, json!([]), "not even a link tells of it");
        assert_eq!(other(world.admin.clone()).await.as_array().unwrap().len(), 1);
        assert_eq!(
            count(&world, &world.admin, "project = ACME AND level = \"Administrators only\"").await,
            1
        );
        assert_eq!(count(&world, &world.ada, "project = ACME AND level is not EMPTY").await, 0);
        assert_eq!(count(&world, &world.admin, "level in (10001)").await, 1);
        assert_eq!(count(&world, &world.admin, "level != 10001 AND project = ACME").await, 0);
        let wrong = encode("level = Nope");
        let search = if face == CLOUD { "search/jql" } else { "search" };
        assert_eq!(world.ada.get(&format!("/rest/api/2/{search}?jql={wrong}")).await.status, 400);
        let freed = world.admin.put(&path, json!({"fields": {"security": null}})).await;
        assert_eq!(freed.status, 204);
        assert_eq!(world.bob.get(&path).await.status, 200);
    }
}

#[tokio::test]
async fn members_can_be_the_reporter_the_assignee_a_person_a_group_or_who_a_field_names() {
    let world = secured(CLOUD).await;
    let bob = world.bob.get("/rest/api/3/myself").await.expect(200)["accountId"].clone();
    let level = |name: &str, members: Value| json!({"name": name, "members": members});
    let scheme = json!({"name": "Everything", "description": "d", "levels": [
        level("assignee", json!([{"type": "assignee"}, {"type": "projectrole", "parameter": "10002"}])),
        level("bob", json!([{"type": "user", "parameter": bob}, {"type": "projectRole", "parameter": "10002"}])),
        level("lead", json!([{"type": "projectLead"}, {"type": "reporter"}, {"type": "group", "parameter": "jira-administrators"}])),
        level("nobody", json!([])),
    ]});
    let made = world.admin.post("/rest/api/3/issuesecurityschemes", scheme).await.expect(201);
    let id = made["id"].as_str().unwrap();
    let assign = json!({"projectId": "10000", "schemeId": id});
    let project = world.admin.get("/rest/api/3/project/ACME").await.expect(200)["id"].clone();
    let assign = json!({"projectId": project, "schemeId": assign["schemeId"]});
    let task = world.admin.put("/rest/api/3/issuesecurityschemes/project", assign).await.expect(303);
    finish(&world, &task).await;
    let levels =
        world.admin.get(&format!("/rest/api/3/issuesecurityschemes/{id}")).await.expect(200)["levels"]
            .clone();
    let id_of = |name: &str| {
        let all = levels.as_array().unwrap().iter();
        all.clone().find(|level| level["name"] == name).unwrap()["id"].clone()
    };
    let key = world.make("whose").await;
    let path = format!("/rest/api/3/issue/{key}");
    let give = async |name: &str| {
        let body = json!({"fields": {"security": {"id": id_of(name)}}});
        world.admin.put(&path, body).await.status
    };
    assert_eq!(give("assignee").await, 204);
    assert_eq!((world.bob.get(&path).await.status, world.ada.get(&path).await.status), (404, 404));
    assert_eq!(world.admin.put(&format!("{path}/assignee"), json!({"accountId": bob})).await.status, 204);
    assert_eq!((world.bob.get(&path).await.status, world.ada.get(&path).await.status), (200, 404));
    assert_eq!(give("bob").await, 204);
    assert_eq!((world.bob.get(&path).await.status, world.ada.get(&path).await.status), (200, 404));
    assert_eq!(give("lead").await, 204);
    assert_eq!(
        (world.bob.get(&path).await.status, world.ada.get(&path).await.status),
        (404, 200),
        "she reported it"
    );
    assert_eq!(give("nobody").await, 400, "whoever gives a level must be in it");
    let viewers = format!("/rest/api/3/user/viewissue/search?issueKey={key}&query=");
    let viewers = world.ada.get(&viewers).await.expect(200);
    assert!(!viewers.to_string().contains("Bob Kahn"), "{viewers}");
}

/// Lets a task be done.
async fn finish(world: &World, task: &Value) {
    world.control.post("/_sim/clock", json!({"advance": "1m"})).await;
    let path = format!("/rest/api/3/task/{}", task["id"].as_str().unwrap());
    assert_eq!(world.admin.get(&path).await.expect(200)["status"], "COMPLETE");
}

#[tokio::test]
async fn the_field_is_offered_where_a_level_can_be_chosen_and_sub_tasks_have_their_parents() {
    for face in [CLOUD, DC] {
        let world = secured(face).await;
        let key = world.make("parent").await;
        let meta = world.ada.get(&format!("/rest/api/2/issue/{key}/editmeta")).await.expect(200);
        let offered = &meta["fields"]["security"];
        assert_eq!(
            (offered["required"].as_bool(), offered["allowedValues"][0]["id"].as_str()),
            (Some(false), Some(TEAM))
        );
        assert_eq!(offered["allowedValues"].as_array().unwrap().len(), 1);
        let open = world.ada.get("/rest/api/2/issue/OPS-1/editmeta").await.expect(200);
        assert!(open["fields"].get("security").is_none(), "OPS has no scheme");
        let levels = world.ada.get("/rest/api/2/project/ACME/securitylevel").await.expect(200);
        assert_eq!(
            (levels["levels"].as_array().unwrap().len(), levels["levels"][0]["id"].as_str()),
            (1, Some(TEAM))
        );
        let grants = world.admin.get("/rest/api/2/permissionscheme/0/permission").await.expect(200);
        let grant = grants["permissions"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["permission"] == "SET_ISSUE_SECURITY");
        let body = json!({"fields": {"project": {"key": "ACME"}, "issuetype": {"name": "Sub-task"}, "summary": "below",
            "parent": {"key": key}}});
        let child =
            world.ada.post("/rest/api/2/issue", body).await.expect(201)["key"].as_str().unwrap().to_owned();
        let put = json!({"fields": {"security": {"id": TEAM}}});
        assert_eq!(world.ada.put(&format!("/rest/api/2/issue/{child}"), put.clone()).await.status, 400);
        assert_eq!(world.ada.put(&format!("/rest/api/2/issue/{key}"), put.clone()).await.status, 204);
        assert_eq!(world.field(&child, "security").await["id"], TEAM);
        let history = world.ada.get(&format!("/rest/api/2/issue/{key}?expand=changelog")).await.expect(200);
        let item = history["changelog"]["histories"][0]["items"][0].clone();
        assert_eq!(
            (item["field"].as_str(), item["toString"].as_str()),
            (Some("security"), Some("Reporter and Developers"))
        );
        let revoke = format!("/rest/api/2/permissionscheme/0/permission/{}", grant.unwrap()["id"]);
        assert_eq!(world.admin.delete(&revoke).await.status, 204);
        assert_eq!(world.ada.put(&format!("/rest/api/2/issue/{key}"), put).await.status, 400);
        let levels = world.ada.get("/rest/api/2/project/ACME/securitylevel").await.expect(200);
        assert_eq!(levels["levels"], json!([]));
    }
}

#[tokio::test]
async fn new_issues_get_the_default_level_and_lose_it_with_the_scheme() {
    let world = secured(CLOUD).await;
    let path = "/rest/api/3/issuesecurityschemes";
    let unknown = json!({"defaultValues": [{"issueSecuritySchemeId": "10000", "defaultLevelId": "1"}]});
    assert_eq!(world.admin.put(&format!("{path}/level/default"), unknown).await.status, 404);
    let usual = json!({"defaultValues": [{"issueSecuritySchemeId": "10000", "defaultLevelId": TEAM}]});
    assert_eq!(world.admin.put(&format!("{path}/level/default"), usual).await.status, 204);
    let key = world.make("usual").await;
    assert_eq!(world.field(&key, "security").await["id"], TEAM);
    let mut open = issue("open");
    open["fields"]["security"] = Value::Null;
    let open =
        world.ada.post("/rest/api/2/issue", open).await.expect(201)["key"].as_str().unwrap().to_owned();
    assert_eq!(world.field(&open, "security").await, Value::Null);
    let only = world.admin.get(&format!("{path}/level?onlyDefault=true")).await.expect(200);
    assert_eq!((only["total"].as_u64(), only["values"][0]["isDefault"].as_bool()), (Some(1), Some(true)));
    assert_eq!(
        world.admin.get("/rest/api/3/securitylevel/10000").await.expect(200)["issueSecuritySchemeId"],
        "10000"
    );
    let project = world.admin.get("/rest/api/3/project/ACME").await.expect(200)["id"].clone();
    let used = world.admin.get(&format!("{path}/project")).await.expect(200);
    assert_eq!(used["values"][0]["projectId"], project);
    let found =
        world.admin.get(&format!("{path}/search?projectId={}", project.as_str().unwrap())).await.expect(200);
    assert_eq!(
        (found["total"].as_u64(), found["values"][0]["defaultLevel"].as_u64()),
        (Some(1), Some(10_000))
    );
    assert_eq!(world.admin.delete(&format!("{path}/10000")).await.status, 400, "a project uses it");
    let none = json!({"projectId": project, "schemeId": "-1"});
    let task = world.admin.put(&format!("{path}/project"), none).await.expect(303);
    finish(&world, &task).await;
    assert_eq!(world.field(&key, "security").await, Value::Null);
    assert_eq!(world.admin.get("/rest/api/3/project/ACME/issuesecuritylevelscheme").await.status, 404);
    assert_eq!(world.admin.delete(&format!("{path}/10000")).await.status, 204);
}

#[tokio::test]
async fn levels_and_members_are_added_changed_and_replaced() {
    let world = secured(CLOUD).await;
    let path = "/rest/api/3/issuesecurityschemes/10000";
    assert_eq!(world.ada.get(path).await.status, 403);
    assert_eq!(world.admin.put(path, json!({"name": "Ours", "description": "x"})).await.status, 204);
    assert_eq!(world.admin.get(path).await.expect(200)["name"], "Ours");
    let more = json!({"levels": [{"name": "Inner", "members": [{"type": "group", "parameter": "jira-administrators"}]}]});
    assert_eq!(world.admin.put(&format!("{path}/level"), more.clone()).await.status, 204);
    assert_eq!(world.admin.put(&format!("{path}/level"), more).await.status, 400, "the name is used");
    let levels = world.admin.get(path).await.expect(200)["levels"].clone();
    let inner = levels[2]["id"].as_str().unwrap();
    let of = format!("{path}/level/{inner}");
    assert_eq!(world.admin.put(&of, json!({"name": "Innermost"})).await.status, 204);
    let members = |of: &str| format!("{of}/member");
    let strange = json!({"members": [{"type": "group", "parameter": "nobody"}]});
    assert_eq!(world.admin.put(&members(&of), strange).await.status, 400);
    let reporter = json!({"members": [{"type": "reporter"}]});
    assert_eq!(world.admin.put(&members(&of), reporter).await.status, 204);
    let list = world.admin.get(&format!("{path}/members?issueSecurityLevelId={inner}")).await.expect(200);
    assert_eq!(
        (list["total"].as_u64(), list["values"][1]["holder"]["type"].as_str()),
        (Some(2), Some("reporter"))
    );
    let all =
        world.admin.get("/rest/api/3/issuesecurityschemes/level/member?schemeId=10000").await.expect(200);
    assert_eq!(
        (all["total"].as_u64(), all["values"][0]["issueSecuritySchemeId"].as_str()),
        (Some(5), Some("10000"))
    );
    let gone = list["values"][0]["id"].to_string();
    assert_eq!(world.admin.delete(&format!("{of}/member/{gone}")).await.status, 204);
    assert_eq!(world.admin.delete(&format!("{of}/member/{gone}")).await.status, 404);
    let key = world.make("replace").await;
    let put = json!({"fields": {"security": {"id": TEAM}}});
    assert_eq!(world.ada.put(&format!("/rest/api/2/issue/{key}"), put).await.status, 204);
    let replace = format!("{path}/level/{TEAM}?replaceWith={inner}");
    let task = world.admin.delete(&replace).await.expect(303);
    finish(&world, &task).await;
    assert_eq!(world.field(&key, "security").await["name"], "Innermost");
    assert_eq!(world.ada.get(&format!("/rest/api/3/securitylevel/{TEAM}")).await.status, 404);
    assert_eq!(world.admin.delete(&format!("{path}/level/9")).await.status, 404);
}
