//! Screens and layouts: what can be written where, and what must be.

use bowline_sim::jira::Deployment;
use serde_json::{Value, json};

use super::{CLOUD, DC, issue, world};

fn ids(fields: &Value) -> Vec<&str> {
    fields.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_is_not_on_the_screen_cannot_be_written() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let tabs = world.admin.get("/rest/api/2/screens/1/tabs").await.expect(200);
        let path = format!("/rest/api/2/screens/1/tabs/{}/fields", tabs[0]["id"]);
        assert_eq!(world.ada.get(&path).await.status, if face == CLOUD { 403 } else { 401 });
        assert!(ids(&world.admin.get(&path).await.expect(200)).contains(&"customfield_10010"));
        assert_eq!(world.admin.delete(&format!("{path}/customfield_10010")).await.status, 204);
        let mut body = issue("no customer");
        body["fields"]["customfield_10010"] = json!("Globex");
        let refusal = world.ada.post("/rest/api/2/issue", body.clone()).await.expect(400);
        assert_eq!(
            refusal["errors"]["customfield_10010"],
            "Field 'customfield_10010' cannot be set. It is not on the appropriate screen, or unknown."
        );
        let free = world.admin.get("/rest/api/2/screens/1/availableFields").await.expect(200);
        assert!(ids(&free).contains(&"customfield_10010"));
        world.admin.post(&path, json!({"fieldId": "customfield_10010"})).await.expect(200);
        assert_eq!(world.admin.post(&path, json!({"fieldId": "customfield_10010"})).await.status, 400);
        let first = json!({"position": "First"});
        assert_eq!(world.admin.post(&format!("{path}/customfield_10010/move"), first).await.status, 204);
        assert_eq!(ids(&world.admin.get(&path).await.expect(200))[0], "customfield_10010");
        let key = world.ada.post("/rest/api/2/issue", body).await.expect(201)["key"].clone();
        let meta = world.ada.get(&format!("/rest/api/2/issue/{}/editmeta", key.as_str().unwrap())).await;
        let meta = meta.expect(200);
        assert_eq!(meta["fields"]["customfield_10010"]["name"], "Customer");
        assert!(meta["fields"].get("project").is_none());
    }
}

#[tokio::test]
async fn tabs_are_made_renamed_moved_and_deleted_but_for_the_last() {
    let world = world(DC).await;
    let screens = world.admin.get("/rest/api/2/screens?expand=deletable").await.expect(200);
    assert_eq!((screens[0]["id"].as_u64(), screens[0]["deletable"].as_bool()), (Some(1), Some(false)));
    let path = "/rest/api/2/screens/2/tabs";
    let made = world.admin.post(path, json!({"name": "More"})).await.expect(200);
    assert_eq!(world.admin.post(path, json!({"name": "more"})).await.status, 400);
    let own = format!("{path}/{}", made["id"]);
    world.admin.put(&own, json!({"name": "Less"})).await.expect(200);
    assert_eq!(world.admin.post(&format!("{own}/move/0"), json!({})).await.status, 204);
    assert_eq!(world.admin.post(&format!("{own}/move/7"), json!({})).await.status, 400);
    let tabs = world.admin.get(path).await.expect(200);
    assert_eq!(tabs[0]["name"], "Less");
    assert_eq!(world.admin.delete(&own).await.status, 204);
    assert_eq!(world.admin.delete(&format!("{path}/{}", tabs[1]["id"])).await.status, 412);
    let shown = format!("{path}/{}/fields/assignee/updateShowWhenEmptyIndicator/true", tabs[1]["id"]);
    assert_eq!(world.admin.put(&shown, json!({})).await.status, 204);
}

#[tokio::test]
async fn a_project_and_type_can_have_screens_of_their_own() {
    let world = world(CLOUD).await;
    let screen =
        world.admin.post("/rest/api/3/screens", json!({"name": "Short"})).await.expect(201)["id"].clone();
    let tabs = world.admin.get(&format!("/rest/api/3/screens/{screen}/tabs")).await.expect(200);
    let path = format!("/rest/api/3/screens/{screen}/tabs/{}/fields", tabs[0]["id"]);
    for field in ["summary", "issuetype", "project"] {
        world.admin.post(&path, json!({"fieldId": field})).await.expect(200);
    }
    let body = json!({"name": "Short for creating", "screens": {"default": 1, "create": screen}});
    let scheme = world.admin.post("/rest/api/3/screenscheme", body).await.expect(201)["id"].to_string();
    let default = json!({"issueTypeId": "default", "screenSchemeId": "1"});
    let body = json!({"name": "Short bugs", "issueTypeMappings": [default, {"issueTypeId": "10003", "screenSchemeId": scheme}]});
    let types = world.admin.post("/rest/api/3/issuetypescreenscheme", body).await.expect(201);
    let types = types["id"].as_str().unwrap();
    let assign = json!({"issueTypeScreenSchemeId": types, "projectId": "10000"});
    assert_eq!(world.admin.put("/rest/api/3/issuetypescreenscheme/project", assign).await.status, 204);
    let make = |kind: &str| json!({"fields": {"project": {"key": "ACME"}, "issuetype": {"name": kind}, "summary": "x", "labels": ["a"]}});
    let refusal = world.ada.post("/rest/api/3/issue", make("Bug")).await.expect(400);
    assert!(refusal["errors"]["labels"].is_string());
    world.ada.post("/rest/api/3/issue", make("Story")).await.expect(201);
    let meta = world.ada.get("/rest/api/3/issue/createmeta/ACME/issuetypes/10003").await.expect(200);
    assert_eq!(meta["total"], 3);
    let used =
        world.admin.get(&format!("/rest/api/3/issuetypescreenscheme/{types}/project")).await.expect(200);
    assert_eq!(used["values"][0]["key"], "ACME");
    assert_eq!(world.admin.delete(&format!("/rest/api/3/screens/{screen}")).await.status, 400);
    assert_eq!(world.admin.delete(&format!("/rest/api/3/screenscheme/{scheme}")).await.status, 400);
    assert_eq!(world.admin.delete(&format!("/rest/api/3/issuetypescreenscheme/{types}")).await.status, 400);
    let mapped = format!("/rest/api/3/issuetypescreenscheme/mapping?issueTypeScreenSchemeId={types}");
    assert_eq!(world.admin.get(&mapped).await.expect(200)["total"], 2);
    let gone = json!({"issueTypeIds": ["10003"]});
    let path = format!("/rest/api/3/issuetypescreenscheme/{types}/mapping/remove");
    assert_eq!(world.admin.post(&path, gone).await.status, 204);
    world.ada.post("/rest/api/3/issue", make("Bug")).await.expect(201);
    let schemes = world.admin.get("/rest/api/3/screenscheme?expand=issueTypeScreenSchemes&orderBy=-id").await;
    assert_eq!(schemes.expect(200)["values"][0]["issueTypeScreenSchemes"]["total"], 0);
}

#[tokio::test]
async fn a_layout_hides_fields_and_demands_others() {
    let world = world(CLOUD).await;
    let made =
        world.admin.post("/rest/api/3/fieldconfiguration", json!({"name": "Strict"})).await.expect(200);
    let layout = made["id"].to_string();
    let items = json!({"fieldConfigurationItems": [
        {"id": "customfield_10010", "isRequired": true, "description": "Who asked."},
        {"id": "environment", "isHidden": true},
    ]});
    let path = format!("/rest/api/3/fieldconfiguration/{layout}/fields");
    assert_eq!(world.admin.put(&path, items).await.status, 204);
    let scheme = world.admin.post("/rest/api/3/fieldconfigurationscheme", json!({"name": "Strict"})).await;
    let scheme = scheme.expect(201)["id"].as_str().unwrap().to_owned();
    let body = json!({"mappings": [{"issueTypeId": "10003", "fieldConfigurationId": layout}]});
    let path = format!("/rest/api/3/fieldconfigurationscheme/{scheme}/mapping");
    assert_eq!(world.admin.put(&path, body).await.status, 204);
    let assign = json!({"fieldConfigurationSchemeId": scheme, "projectId": "10000"});
    assert_eq!(world.admin.put("/rest/api/3/fieldconfigurationscheme/project", assign).await.status, 204);
    let mut bug =
        json!({"fields": {"project": {"key": "ACME"}, "issuetype": {"name": "Bug"}, "summary": "x"}});
    let refusal = world.ada.post("/rest/api/2/issue", bug.clone()).await.expect(400);
    assert_eq!(refusal["errors"], json!({"customfield_10010": "Customer is required."}));
    bug["fields"]["customfield_10010"] = json!("Globex");
    bug["fields"]["environment"] = json!("here");
    let refusal = world.ada.post("/rest/api/2/issue", bug.clone()).await.expect(400);
    assert!(refusal["errors"]["environment"].is_string());
    bug["fields"].as_object_mut().unwrap().remove("environment");
    let key = world.ada.post("/rest/api/2/issue", bug).await.expect(201)["key"].as_str().unwrap().to_owned();
    let cleared = json!({"fields": {"customfield_10010": null}});
    let refusal = world.ada.put(&format!("/rest/api/2/issue/{key}"), cleared).await.expect(400);
    assert_eq!(refusal["errors"]["customfield_10010"], "Customer is required.");
    world.make("stories are as usual").await;
    let fields = world
        .ada
        .get("/rest/api/3/projects/fields?projectId=10000&workTypeId=10003&fieldId=customfield_10010");
    assert_eq!(fields.await.expect(200)["values"][0]["isRequired"], true);
    let using =
        world.admin.get("/rest/api/3/fieldconfigurationscheme/project?projectId=10000&projectId=10001");
    let using = using.await.expect(200);
    assert_eq!(using["values"][0]["projectIds"], json!(["10001"]));
    assert_eq!(using["values"][1]["fieldConfigurationScheme"]["id"], scheme);
    assert_eq!(world.admin.delete(&format!("/rest/api/3/fieldconfiguration/{layout}")).await.status, 400);
    let all = world.admin.get("/rest/api/3/fieldconfiguration?isDefault=true").await.expect(200);
    assert_eq!(all["values"][0]["name"], "Default Field Configuration");
}

#[tokio::test]
async fn creation_data_comes_whole_where_it_still_does() {
    for face in [CLOUD, Deployment::Server] {
        let world = world(face).await;
        let path = "/rest/api/2/issue/createmeta?projectKeys=ACME,NONE&issuetypeNames=Bug&expand=projects.issuetypes.fields";
        let meta = world.ada.get(path).await.expect(200);
        assert_eq!(meta["projects"].as_array().unwrap().len(), 1);
        let bug = &meta["projects"][0]["issuetypes"][0];
        assert_eq!(
            (bug["name"].as_str(), bug["fields"]["summary"]["required"].as_bool()),
            (Some("Bug"), Some(true))
        );
        assert_eq!(bug["fields"]["customfield_10012"]["allowedValues"][1]["value"], "Major");
        let plain = world.ada.get("/rest/api/2/issue/createmeta").await.expect(200);
        assert!(plain["projects"][0]["issuetypes"][0].get("fields").is_none());
    }
    assert_eq!(world(DC).await.ada.get("/rest/api/2/issue/createmeta").await.status, 404);
}
