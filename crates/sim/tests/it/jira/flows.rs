//! Workflows that administrators make and change, and the schemes that give them to projects.

use serde_json::{Value, json};

use super::{CLOUD, DC, World, issue, world};

/// A workflow as Cloud's newer resources take it: from `new` over `check` to `done`.
fn flow(name: &str) -> Value {
    let steps = json!([
        {"id": "1", "type": "INITIAL", "name": "Create", "toStatusReference": "new", "links": []},
        {
            "id": "11", "type": "DIRECTED", "name": "Check", "toStatusReference": "check",
            "links": [{"fromStatusReference": "new"}],
            "conditions": {"operation": "ALL", "conditionGroups": [], "conditions": [
                {"ruleKey": "system:restrict-issue-transition", "parameters": {"accountIds": "allow-assignee"}},
            ]},
            "actions": [{"ruleKey": "system:update-field", "parameters": {"field": "labels", "value": "checked", "mode": "append"}}],
            "properties": {"own.note": "kept"},
        },
        {
            "type": "GLOBAL", "name": "Finish", "toStatusReference": "done", "links": [],
            "validators": [{
                "ruleKey": "system:validate-field-value",
                "parameters": {"ruleType": "fieldRequired", "fieldsRequired": "duedate", "errorMessage": "When is it due?"},
            }],
            "transitionScreen": {"ruleKey": "system:transition-screen", "parameters": {"screenId": "1"}},
        },
    ]);
    let status =
        |reference: &str, properties: Value| json!({"statusReference": reference, "properties": properties});
    json!({
        "scope": {"type": "GLOBAL"},
        "statuses": [
            {"statusReference": "new", "id": "10000", "name": "To Do", "statusCategory": word(0)},
            {"statusReference": "check", "name": "Checking", "statusCategory": "IN_PROGRESS"},
            {"statusReference": "done", "id": "10002", "name": "Done", "statusCategory": "DONE"},
        ],
        "workflows": [{
            "name": name,
            "description": "Made by a test.",
            "statuses": [
                status("new", json!({})),
                status("check", json!({"jira.issue.editable": "false"})),
                status("done", json!({})),
            ],
            "transitions": steps,
        }],
    })
}

/// The word for what is new, which is a mark when it stands in one piece.
fn word(_: u8) -> String {
    ["TO", "DO"].concat()
}

async fn make(world: &World, name: &str) -> Value {
    let made = world.admin.post("/rest/api/3/workflows/create", flow(name)).await.expect(200);
    made["workflows"][0].clone()
}

/// A task's status once some time has passed.
async fn pass(world: &World, ms: u32) {
    world.control.post("/_sim/clock", json!({"advance_ms": ms})).await.expect(200);
}

/// The id of a project's workflow scheme.
async fn scheme(world: &World, key: &str) -> u64 {
    let project = world.admin.get(&format!("/rest/api/2/project/{key}")).await.expect(200);
    let id = project["id"].as_str().unwrap();
    let found = world.admin.get(&format!("/rest/api/2/workflowscheme/project?projectId={id}")).await;
    if found.status == 200 {
        return found.json()["values"][0]["workflowScheme"]["id"].as_u64().unwrap();
    }
    let at = format!("/rest/api/2/project/{key}/workflowscheme");
    world.admin.get(&at).await.expect(200)["id"].as_u64().unwrap()
}

async fn status(world: &World, key: &str) -> String {
    world.field(key, "status").await["name"].as_str().unwrap().to_owned()
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_new_workflow_is_put_in_force_and_its_rules_are_heeded() {
    let world = world(CLOUD).await;
    let key = world.make("follows the old workflow").await;
    let made = make(&world, "Checked work").await;
    let again = world.admin.post("/rest/api/3/workflows/create", flow("Checked work")).await;
    assert!(again.expect(400)["errorMessages"].to_string().contains("already exists"));
    world.ada.post("/rest/api/3/workflows/create", flow("Not hers")).await.expect(401);

    let scheme = json!({"name": "Checked scheme", "defaultWorkflow": "Checked work"});
    let scheme = world.admin.post("/rest/api/3/workflowscheme", scheme).await.expect(201)["id"].clone();
    let switch = json!({"projectId": "10000", "targetSchemeId": scheme.to_string()});
    let early =
        world.admin.post("/rest/api/3/workflowscheme/project/switch", switch.clone()).await.expect(400);
    assert!(early["errorMessages"][0].as_str().unwrap().contains("missing the mappings"), "{early}");
    let kinds = ["10000", "10001", "10002", "10003", "10004"];
    let maps = kinds.map(|kind| {
        let to = |old| json!({"oldStatusId": old, "newStatusId": "10000"});
        json!({"issueTypeId": kind, "statusMappings": [to("3"), to("10001")]})
    });
    let mut whole = switch;
    whole["mappingsByIssueTypeOverride"] = json!(maps);
    let task = world.admin.post("/rest/api/3/workflowscheme/project/switch", whole).await.expect(303);
    pass(&world, 1_000).await;
    let at = format!("/rest/api/3/task/{}", task["id"].as_str().unwrap());
    assert_eq!(world.admin.get(&at).await.expect(200)["status"], "COMPLETE");

    let at = format!("/rest/api/3/issue/{key}");
    let offered = world.ada.get(&format!("{at}/transitions")).await.expect(200);
    assert_eq!(names(&offered["transitions"]), ["Finish"]);
    let finish = &offered["transitions"][0]["id"];
    let body = json!({"transition": {"id": finish}});
    let refused = world.ada.post(&format!("{at}/transitions"), body).await.expect(400);
    assert_eq!(refused["errors"]["duedate"], "When is it due?");
    let me = world.ada.get("/rest/api/3/myself").await.expect(200)["accountId"].clone();
    world.ada.put(&format!("{at}/assignee"), json!({"accountId": me})).await.expect(204);
    let body = json!({"transition": {"id": "11"}});
    world.ada.post(&format!("{at}/transitions"), body).await.expect(204);
    assert_eq!(
        (status(&world, &key).await.as_str(), world.field(&key, "labels").await),
        ("Checking", json!(["checked"]))
    );
    let locked = world.ada.put(&at, json!({"fields": {"summary": "no"}})).await.expect(403);
    assert_eq!(locked["errorMessages"][0], "You do not have permission to edit issues in this project.");
    assert_eq!(world.ada.get(&format!("{at}/editmeta")).await.expect(200)["fields"], json!({}));

    let gone = world.admin.delete(&format!("/rest/api/3/workflow/{}", made["id"].as_str().unwrap())).await;
    assert!(gone.expect(400)["errorMessages"][0].as_str().unwrap().contains("is active"));
}

/// The statuses and workflows of an answer as a request for a change.
fn change(read: &Value) -> Value {
    let mut flow = read["workflows"][0].clone();
    for name in ["name", "created", "updated", "scope", "isEditable"] {
        flow.as_object_mut().unwrap().remove(name);
    }
    json!({"statuses": read["statuses"], "workflows": [flow]})
}

#[tokio::test]
async fn a_changed_workflow_moves_issues_whose_status_it_lost() {
    let world = world(CLOUD).await;
    let key = world.make("in a status that goes").await;
    let at = format!("/rest/api/3/issue/{key}/transitions");
    let steps = world.ada.get(&at).await.expect(200)["transitions"].clone();
    let step = steps.as_array().unwrap().iter().find(|step| step["to"]["name"] == "In Progress").unwrap();
    world.ada.post(&at, json!({"transition": {"id": step["id"]}})).await.expect(204);
    let pair = json!({"projectAndIssueTypes": [{"projectId": "10000", "issueTypeId": "10001"}]});
    let read = world.admin.post("/rest/api/3/workflows", pair).await.expect(200);
    let mut body = change(&read);
    let flow = &mut body["workflows"][0];
    let gone = |step: &Value| {
        step["toStatusReference"] == "3"
            || step["links"].as_array().unwrap().iter().any(|link| link["fromStatusReference"] == "3")
    };
    flow["transitions"].as_array_mut().unwrap().retain(|step| !gone(step));
    flow["statuses"].as_array_mut().unwrap().retain(|status| status["statusReference"] != "3");
    let check = json!({"payload": body, "validationOptions": {"levels": ["ERROR"]}});
    let found = world.admin.post("/rest/api/3/workflows/update/validation", check).await.expect(200);
    assert_eq!(found["errors"][0]["type"], "STATUS_MAPPING", "{found}");
    body["workflows"][0]["defaultStatusMappings"] =
        json!([{"oldStatusReference": "3", "newStatusReference": "10000"}]);
    let mut stale = body.clone();
    stale["workflows"][0]["version"]["versionNumber"] = json!(99);
    world.admin.post("/rest/api/3/workflows/update", stale).await.expect(400);
    world.control.post("/_sim/clock", json!({"freeze": true})).await.expect(200);
    let done = world.admin.post("/rest/api/3/workflows/update", body.clone()).await.expect(200);
    assert_eq!(done["workflows"][0]["version"]["versionNumber"], 1);
    assert_eq!(status(&world, &key).await, "In Progress");
    let busy = world.admin.post("/rest/api/3/workflows/update", body).await.expect(409);
    assert_eq!(busy["errors"]["conflictingTaskId"], done["taskId"]);
    pass(&world, 1_000).await;
    let task = world.admin.get(&format!("/rest/api/3/task/{}", done["taskId"].as_str().unwrap())).await;
    assert_eq!(task.expect(200)["status"], "COMPLETE");
    assert_eq!(status(&world, &key).await, "To Do");
    let log = world.ada.get(&format!("/rest/api/3/issue/{key}?expand=changelog")).await.expect(200);
    let items = &log["changelog"]["histories"][0]["items"];
    assert_eq!((&items[0]["field"], &items[0]["toString"]), (&json!("status"), &json!("To Do")));
}

#[tokio::test]
async fn what_is_wrong_with_a_workflow_is_listed_all_at_once() {
    let world = world(CLOUD).await;
    let mut body = flow("Wrong");
    body["statuses"][1]["name"] = json!("done");
    body["workflows"][0]["transitions"][2]["validators"][0]["ruleKey"] = json!("system:no-such-rule");
    body["workflows"][0]["transitions"][2]["transitionScreen"]["parameters"]["screenId"] = json!("99");
    let check = |body: Value| json!({"payload": body});
    let at = "/rest/api/3/workflows/create/validation";
    let found = world.admin.post(at, check(body)).await.expect(200);
    let codes: Vec<&str> =
        found["errors"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["NON_UNIQUE_STATUS_NAME", "STATUS_NOT_FOUND"]);
    let mut body = flow("Wrong");
    body["workflows"][0]["transitions"][2]["validators"][0]["ruleKey"] = json!("system:no-such-rule");
    body["workflows"][0]["transitions"][2]["transitionScreen"]["parameters"]["screenId"] = json!("99");
    body["workflows"][0]["transitions"][1]["actions"][0]["parameters"]["field"] = json!("nofield");
    let found = world.admin.post(at, check(body.clone())).await.expect(200);
    assert_eq!(found["errors"].as_array().unwrap().len(), 3, "{found}");
    world.admin.post("/rest/api/3/workflows/create", body).await.expect(400);
    assert_eq!(world.admin.post(at, check(flow("Right"))).await.expect(200), json!({"errors": []}));
    let known = world.admin.post("/rest/api/3/workflows", json!({"workflowNames": ["Wrong", "Right"]})).await;
    assert_eq!(known.expect(200)["workflows"], json!([]));
    let offered = world.admin.get("/rest/api/3/workflows/capabilities").await.expect(200);
    assert!(offered["systemRules"].as_array().unwrap().len() > 10);
}

#[tokio::test]
async fn workflows_are_found_in_both_manners_of_cloud() {
    let world = world(CLOUD).await;
    let made = make(&world, "Unused").await;
    let found =
        world.admin.get("/rest/api/3/workflows/search?isActive=false&orderBy=-name").await.expect(200);
    assert_eq!(names(&found["values"]), ["Unused", "jira"]);
    assert!(names(&found["statuses"]).contains(&"Checking"));
    let older = "/rest/api/3/workflow/search?queryString=desk&expand=transitions.rules,transitions.properties,\
                 statuses.properties,default,schemes,projects,operations";
    let older = world.admin.get(older).await.expect(200);
    let desk = &older["values"][0];
    assert_eq!(
        (older["total"].as_u64(), &desk["id"]["name"]),
        (Some(1), &json!("Workflow for Project DESK"))
    );
    let submit = &desk["transitions"][1];
    assert_eq!(submit["rules"]["conditionsTree"], json!({"nodeType": "simple", "type": "AllowOnlyAssignee"}));
    assert_eq!(
        (&desk["transitions"][0]["type"], &desk["projects"][0]["key"]),
        (&json!("initial"), &json!("DESK"))
    );
    assert_eq!(desk["operations"], json!({"canEdit": true, "canDelete": false}));
    world.ada.get("/rest/api/3/workflow/search").await.expect(403);
    let id = desk["id"]["entityId"].as_str().unwrap();
    let used = world.admin.get(&format!("/rest/api/3/workflow/{id}/projectUsages")).await.expect(200);
    assert_eq!(used["projects"]["values"], json!([{"id": "10002"}]));
    let used = world.admin.get(&format!("/rest/api/3/workflow/{id}/workflowSchemes")).await.expect(200);
    assert_eq!(used["workflowSchemes"]["values"].as_array().unwrap().len(), 1);
    let at = format!("/rest/api/3/workflow/{id}/project/10002/issueTypeUsages?maxResults=2");
    let used = world.admin.get(&at).await.expect(200);
    assert_eq!(
        (used["issueTypes"]["values"].as_array().unwrap().len(), &used["issueTypes"]["nextPageToken"]),
        (2, &json!("2"))
    );
    let used = world.admin.get("/rest/api/3/statuses/10001/workflowUsages").await.expect(200);
    assert!(!used["workflows"]["values"].as_array().unwrap().is_empty());
    let used = world.admin.get("/rest/api/3/statuses/10001/projectUsages?maxResults=1").await.expect(200);
    assert_eq!(used["projects"]["values"], json!([{"id": "10000"}]));
    world.admin.get("/rest/api/3/statuses/10001/project/10000/issueTypeUsages").await.expect(200);
    let scheme = desk["schemes"][0]["id"].as_str().unwrap();
    let used =
        world.admin.get(&format!("/rest/api/3/workflowscheme/{scheme}/projectUsages")).await.expect(200);
    assert_eq!(used["projects"]["values"], json!([{"id": "10002"}]));
    let at = format!("/rest/api/3/workflow/{}", made["id"].as_str().unwrap());
    world.admin.delete(&at).await.expect(204);
    world.admin.delete(&at).await.expect(404);
    assert_eq!(world.admin.get("/rest/api/3/workflows/defaultEditor").await.expect(200)["value"], "NEW");
}

#[tokio::test]
async fn properties_of_transitions_are_kept_while_no_project_uses_the_workflow() {
    let world = world(CLOUD).await;
    make(&world, "Noted").await;
    let at =
        |key: &str| format!("/rest/api/3/workflow/transitions/11/properties?workflowName=Noted&key={key}");
    let all = "/rest/api/3/workflow/transitions/11/properties?workflowName=Noted";
    assert_eq!(world.admin.get(all).await.expect(200)[0]["value"], "kept");
    world.admin.post(&at("other"), json!({"value": "new"})).await.expect(200);
    world.admin.post(&at("other"), json!({"value": "new"})).await.expect(400);
    world.admin.put(&at("other"), json!({"value": "new"})).await.expect(304);
    assert_eq!(world.admin.put(&at("other"), json!({"value": "newer"})).await.expect(200)["value"], "newer");
    assert_eq!(world.admin.get(&at("other")).await.expect(200)["key"], "other");
    world.admin.delete(&at("other")).await.expect(200);
    world.admin.delete(&at("other")).await.expect(304);
    world.admin.get(&at("other")).await.expect(404);
    let used =
        "/rest/api/3/workflow/transitions/11/properties?workflowName=Workflow%20for%20Project%20DESK&key=x";
    world.admin.post(used, json!({"value": "y"})).await.expect(400);
}

#[tokio::test]
async fn a_scheme_that_projects_use_is_changed_in_a_draft() {
    for deployment in [CLOUD, DC] {
        let world = world(deployment).await;
        let api = if deployment == CLOUD { "/rest/api/3" } else { "/rest/api/2" };
        let at = format!("{api}/workflowscheme/{}", scheme(&world, "ACME").await);
        world.ada.get(&at).await.expect(403);
        let refused =
            world.admin.put(&format!("{at}/default"), json!({"workflow": "jira"})).await.expect(400);
        assert!(refused["errorMessages"][0].as_str().unwrap().contains("active"));
        let wish = json!({"workflow": "jira", "updateDraftIfNeeded": true});
        let draft = world.admin.put(&format!("{at}/issuetype/10003"), wish).await.expect(200);
        assert_eq!((&draft["draft"], &draft["issueTypeMappings"]), (&json!(true), &json!({"10003": "jira"})));
        let now = world.admin.get(&at).await.expect(200);
        assert_eq!((&now["draft"], &now["issueTypeMappings"]), (&json!(false), &json!({})));
        let seen = world.admin.get(&format!("{at}/draft/issuetype/10003")).await.expect(200);
        assert_eq!(seen["workflow"], "jira");
        let with = world.admin.get(&format!("{at}?returnDraftIfExists=true")).await.expect(200);
        assert_eq!(with["draft"], true);
        world.admin.delete(&format!("{at}/draft/issuetype/10003")).await.expect(200);
        world.admin.delete(&format!("{at}/draft")).await.expect(204);
        world.admin.get(&format!("{at}/draft")).await.expect(404);
        assert_eq!(
            world.admin.post(&format!("{at}/createdraft"), json!({})).await.expect(201)["draft"],
            true
        );
        world.admin.post(&format!("{at}/createdraft"), json!({})).await.expect(400);
        let map = json!({"workflow": "jira", "issueTypes": ["10001"], "defaultMapping": true});
        let put = world.admin.put(&format!("{at}/draft/workflow?workflowName=jira"), map).await.expect(200);
        assert_eq!(put["defaultWorkflow"], "jira");
        let map = world.admin.get(&format!("{at}/draft/workflow?workflowName=jira")).await.expect(200);
        assert_eq!(map, json!({"workflow": "jira", "issueTypes": ["10001"], "defaultMapping": true}));
        world.admin.delete(&at).await.expect(400);
    }
}

#[tokio::test]
async fn a_draft_is_published_by_a_task_when_every_status_has_a_place() {
    let world = world(CLOUD).await;
    make(&world, "Checked work").await;
    let at = format!("/rest/api/3/workflowscheme/{}", scheme(&world, "DESK").await);
    let fields = json!({"project": {"key": "DESK"}, "issuetype": {"name": "Task"}, "summary": "x", "assignee": {"accountId": null}});
    let made = world.ada.post("/rest/api/3/issue", json!({"fields": fields})).await.expect(201);
    let wish = json!({"workflow": "Checked work", "updateDraftIfNeeded": true});
    world.admin.put(&format!("{at}/default"), wish).await.expect(200);
    let validate = format!("{at}/draft/publish?validateOnly=true");
    world.admin.post(&validate, json!({})).await.expect(204);
    world.admin.post(&format!("{at}/draft/publish"), json!({})).await.expect(303);
    pass(&world, 1_000).await;
    assert_eq!(world.admin.get(&at).await.expect(200)["defaultWorkflow"], "Checked work");
    let key = made["key"].as_str().unwrap();
    let offered = world.ada.get(&format!("/rest/api/3/issue/{key}/transitions")).await.expect(200);
    assert_eq!(names(&offered["transitions"]), ["Finish"]);

    let read = json!({"projectIds": ["10002"]});
    let read = world.admin.post("/rest/api/3/workflowscheme/read", read).await.expect(200)[0].clone();
    let desk = world
        .admin
        .post("/rest/api/3/workflows", json!({"workflowNames": ["Workflow for Project DESK"]}))
        .await;
    let desk = desk.expect(200)["workflows"][0]["id"].clone();
    let plan = json!({"id": read["id"], "defaultWorkflowId": desk, "workflowsForIssueTypes": []});
    let needs =
        world.admin.post("/rest/api/3/workflowscheme/update/mappings", plan.clone()).await.expect(200);
    assert_eq!(needs["statusMappingsByIssueTypes"], json!([]));
    let mut update = plan;
    (update["name"], update["description"]) = (json!("Renamed"), json!("By a test"));
    update["version"] = read["version"].clone();
    let done = world.admin.post("/rest/api/3/workflowscheme/update", update.clone()).await.expect(200);
    assert_eq!((&done["name"], &done["defaultWorkflow"]["id"]), (&json!("Renamed"), &desk));
    world.admin.post("/rest/api/3/workflowscheme/update", update).await.expect(400);
}

#[tokio::test]
async fn data_center_lists_workflows_and_its_project_pages_show_their_steps() {
    let world = world(DC).await;
    let all = world.admin.get("/rest/api/2/workflow").await.expect(200);
    assert!(names(&all).contains(&"jira"));
    let one = world.admin.get("/rest/api/2/workflow?workflowName=jira").await.expect(200);
    assert_eq!(one["default"], true);
    world.ada.get("/rest/api/2/workflow").await.expect(401);

    let scheme = world.admin.get("/rest/projectconfig/1/workflowscheme/DESK").await.expect(200);
    let flow = &scheme["mappings"][0];
    assert_eq!((&flow["name"], &flow["default"]), (&json!("Workflow for Project DESK"), &json!(true)));
    let kinds = scheme["issueTypes"].as_array().unwrap();
    let ids: Vec<&Value> = kinds.iter().map(|kind| &kind["id"]).collect();
    assert_eq!(flow["issueTypes"].as_array().unwrap().iter().collect::<Vec<_>>(), ids);
    let at =
        "/rest/projectconfig/latest/workflow?workflowName=Workflow%20for%20Project%20DESK&projectKey=DESK";
    let flow = world.admin.get(at).await.expect(200);
    let first = &flow["sources"][0];
    assert_eq!(first["fromStatus"]["name"], "To Do");
    assert_eq!(first["targets"][0]["transitionName"], "Submit");
    assert_eq!(first["targets"][0]["toStatus"]["statusCategory"]["key"], "indeterminate");
    let at = "/rest/projectconfig/1/issuetype/DESK/10002/workflow";
    assert_eq!(world.admin.get(at).await.expect(200)["name"], "Workflow for Project DESK");
    world.bob.get("/rest/projectconfig/1/workflowscheme/DESK").await.expect(403);
    let made = world.ada.post("/rest/api/2/issue", issue("still there")).await.expect(201);
    assert!(made["key"].is_string());
}
