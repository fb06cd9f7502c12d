//! Making, changing and removing projects, versions, components and their schemes.

use serde_json::{Value, json};

use super::{CLOUD, DC, hooked, target, world};
use crate::receiver::Receiver;

fn new(key: &str, cloud: bool) -> Value {
    let (name, lead) = if cloud {
        ("leadAccountId", "712020:5f0c0000-0000-4000-8000-000000000002")
    } else {
        ("lead", "ada")
    };
    json!({"key": key, "name": format!("Project {key}"), "projectTypeKey": "software", name: lead,
        "projectTemplateKey": "com.pyxis.greenhopper.jira:basic-software-development-template"})
}

#[tokio::test]
async fn a_new_project_has_types_a_workflow_and_room_for_issues() {
    for (face, cloud) in [(CLOUD, true), (DC, false)] {
        let world = world(face).await;
        let made = world.admin.post("/rest/api/2/project", new("NEW", cloud)).await.expect(201);
        assert_eq!((made["key"].as_str(), made["id"].is_u64()), (Some("NEW"), true));
        let project = world.ada.get("/rest/api/2/project/NEW?expand=projectKeys").await.expect(200);
        assert_eq!(project["projectKeys"], json!(["NEW"]));
        assert_eq!(project["lead"]["displayName"], "Ada Byron");
        let body =
            json!({"fields": {"project": {"key": "NEW"}, "issuetype": {"name": "Bug"}, "summary": "x"}});
        let issue = world.ada.post("/rest/api/2/issue", body).await.expect(201);
        assert_eq!(issue["key"], "NEW-1");
        let steps = world.ada.get("/rest/api/2/issue/NEW-1/transitions").await.expect(200);
        assert_eq!(steps["transitions"].as_array().unwrap().len(), 3);
    }
}

#[tokio::test]
async fn a_project_that_cannot_be_is_refused_field_by_field() {
    let world = world(DC).await;
    assert_eq!(world.ada.post("/rest/api/2/project", new("NEW", false)).await.status, 403);
    let bad = json!({"key": "acme", "name": "ACME", "projectTypeKey": "none", "lead": "nobody"});
    let refused = world.admin.post("/rest/api/2/project", bad).await.expect(400);
    let fields: Vec<&String> = refused["errors"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["projectKey", "projectLead", "projectName", "projectType"]);
    let taken = world.admin.post("/rest/api/2/project", new("ACME", false)).await.expect(400);
    assert_eq!(taken["errors"]["projectKey"], "Project 'Acme' uses this project key.");
    assert_eq!(world.admin.post("/rest/api/2/project", json!([1])).await.status, 400);
}

#[tokio::test]
async fn a_former_key_leads_to_the_project_until_another_takes_it() {
    let world = world(CLOUD).await;
    let changed = world.admin.put("/rest/api/3/project/ACME", json!({"key": "PEAK", "name": "Peak"})).await;
    assert_eq!(changed.expect(200)["key"], "PEAK");
    let issue = world.ada.get("/rest/api/3/issue/ACME-1").await.expect(200);
    assert_eq!(issue["key"], "PEAK-1");
    assert_eq!(world.ada.get("/rest/api/3/project/acme").await.expect(200)["name"], "Peak");
}

#[tokio::test]
async fn a_deleted_project_is_gone_with_its_issues() {
    let world = world(DC).await;
    assert_eq!(world.ada.delete("/rest/api/2/project/OPS").await.status, 403);
    assert_eq!(world.admin.delete("/rest/api/2/project/OPS").await.status, 204);
    let gone = world.admin.get("/rest/api/2/project/OPS").await.expect(404);
    assert_eq!(gone["errorMessages"][0], "No project could be found with key 'OPS'.");
    assert_eq!(world.ada.get("/rest/api/2/issue/OPS-1").await.status, 404);
    world.admin.post("/rest/api/2/project", new("OPS", false)).await.expect(201);
    assert_eq!(world.ada.get("/rest/api/2/issue/OPS-1").await.status, 404);
}

#[tokio::test]
async fn a_released_version_is_told_and_takes_its_open_issues_along() {
    let mut receiver = Receiver::start().await;
    let world = hooked(CLOUD, target(&receiver.url)).await;
    let make = async |name: &str| {
        let body = json!({"name": name, "project": "ACME", "releaseDate": "2026-03-11"});
        world.admin.post("/rest/api/3/version", body).await.expect(201)
    };
    let (old, next) = (make("3.0").await, make("4.0").await);
    assert_eq!((old["releaseDate"].as_str(), old["released"].as_bool()), (Some("2026-03-11"), Some(false)));
    let key = world.make("wants a release").await;
    let fix = json!({"fields": {"fixVersions": [{"id": old["id"]}]}});
    assert_eq!(world.ada.put(&format!("/rest/api/2/issue/{key}"), fix).await.status, 204);
    let path = format!("/rest/api/3/version/{}", old["id"].as_str().unwrap());
    let counts = world.ada.get(&format!("{path}/relatedIssueCounts")).await.expect(200);
    assert_eq!(counts["issuesFixedCount"], 1);
    let body = json!({"released": true, "moveUnfixedIssuesTo": next["self"]});
    assert_eq!(world.admin.put(&path, body).await.expect(200)["released"], true);
    assert_eq!(world.field(&key, "fixVersions").await[0]["name"], "4.0");
    let mut told = Vec::new();
    while told.last().is_none_or(|event| event != "jira:version_released") {
        told.push(receiver.next().await.event().to_owned());
    }
    assert_eq!(told.iter().filter(|event| *event == "jira:version_created").count(), 2);
}

#[tokio::test]
async fn versions_are_merged_moved_and_replaced() {
    let world = world(DC).await;
    let list = world.ada.get("/rest/api/2/project/ACME/versions").await.expect(200);
    let id = |number: usize| list[number]["id"].as_str().unwrap().to_owned();
    let (first, second) = (id(0), id(1));
    let moved =
        world.admin.post(&format!("/rest/api/2/version/{second}/move"), json!({"position": "First"})).await;
    moved.expect(200);
    let order = world.ada.get("/rest/api/2/project/ACME/version").await.expect(200);
    assert_eq!(order["values"][0]["id"].as_str(), Some(&*second));
    let twice = json!({"name": "1.0", "project": "ACME"});
    assert_eq!(world.admin.post("/rest/api/2/version", twice).await.status, 400);
    assert_eq!(
        world.admin.put(&format!("/rest/api/2/version/{first}/mergeto/{second}"), json!({})).await.status,
        204
    );
    assert_eq!(world.ada.get(&format!("/rest/api/2/version/{first}")).await.status, 404);
    let swap = json!({"moveFixIssuesTo": 1});
    assert_eq!(
        world.admin.post(&format!("/rest/api/2/version/{second}/removeAndSwap"), swap).await.status,
        400
    );
    assert_eq!(world.admin.delete(&format!("/rest/api/2/version/{second}")).await.status, 204);
}

#[tokio::test]
async fn components_have_leads_and_are_replaced_when_deleted() {
    let world = world(DC).await;
    let body =
        json!({"name": "Mail", "project": "ACME", "leadUserName": "bob", "assigneeType": "COMPONENT_LEAD"});
    let made = world.admin.post("/rest/api/2/component", body).await.expect(201);
    assert_eq!(
        (made["lead"]["name"].as_str(), made["realAssignee"]["name"].as_str()),
        (Some("bob"), Some("bob"))
    );
    assert_eq!(made["isAssigneeTypeValid"], true);
    let key = world.make("mail").await;
    let set = json!({"fields": {"components": [{"name": "Mail"}]}});
    assert_eq!(world.ada.put(&format!("/rest/api/2/issue/{key}"), set).await.status, 204);
    let path = format!("/rest/api/2/component/{}", made["id"].as_str().unwrap());
    assert_eq!(world.ada.get(&format!("{path}/relatedIssueCounts")).await.expect(200)["issueCount"], 1);
    let none = json!({"assigneeType": "NOBODY"});
    assert_eq!(world.admin.put(&path, none).await.status, 400);
    let web = world.ada.get("/rest/api/2/project/ACME/components").await.expect(200)[1]["id"].clone();
    let gone = world.admin.delete(&format!("{path}?moveIssuesTo={}", web.as_str().unwrap())).await;
    assert_eq!(gone.status, 204);
    assert_eq!(world.field(&key, "components").await[0]["name"], "Web");
}

#[tokio::test]
async fn permission_schemes_are_made_granted_and_assigned() {
    let world = world(CLOUD).await;
    let all = world.ada.get("/rest/api/3/permissionscheme?expand=all").await.expect(200);
    assert_eq!(all["permissionSchemes"][0]["name"], "Default Permission Scheme");
    let grant = json!({"permission": "BROWSE_PROJECTS", "holder": {"type": "anyone"}});
    let body = json!({"name": "Open", "permissions": [grant]});
    let made = world.admin.post("/rest/api/3/permissionscheme?expand=permissions", body).await.expect(201);
    assert_eq!(made["permissions"][0]["holder"]["type"], "anyone");
    let assigned =
        world.admin.put("/rest/api/3/project/OPS/permissionscheme", json!({"id": made["id"]})).await;
    assert_eq!(assigned.expect(200)["name"], "Open");
    let path = format!("/rest/api/3/permissionscheme/{}", made["id"]);
    assert_eq!(world.admin.delete(&path).await.status, 400);
    let wrong = json!({"permission": "FLY", "holder": {"type": "anyone"}});
    assert_eq!(world.admin.post(&format!("{path}/permission"), wrong).await.status, 400);
}

#[tokio::test]
async fn a_new_issue_goes_to_whom_its_component_or_its_project_says() {
    let world = world(DC).await;
    let assignee = json!({"assigneeType": "PROJECT_LEAD"});
    world.admin.put("/rest/api/2/project/OPS", assignee).await.expect(200);
    let component = json!({
        "name": "Mail", "project": "OPS", "leadUserName": "ada", "assigneeType": "COMPONENT_LEAD",
    });
    world.admin.post("/rest/api/2/component", component).await.expect(201);
    for (fields, expected) in [
        (json!({}), json!("bob")),
        (json!({"components": [{"name": "Mail"}]}), json!("ada")),
        (json!({"assignee": {"name": "-1"}}), json!("bob")),
        (json!({"assignee": null}), json!(null)),
        (json!({"assignee": {"name": "admin"}}), json!("admin")),
    ] {
        let mut body = super::issue("One");
        body["fields"]["project"] = json!({"key": "OPS"});
        body["fields"].as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let made = world.ada.post("/rest/api/2/issue", body).await.expect(201);
        let shown = world.field(made["key"].as_str().unwrap(), "assignee").await;
        assert_eq!(shown.get("name").cloned().unwrap_or_default(), expected, "{fields}");
    }
    let free = world.make("two").await;
    assert_eq!(world.field(&free, "assignee").await, json!(null));
}
