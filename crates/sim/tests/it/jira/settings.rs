//! Settings, projects, people, create screens, permissions.

use serde_json::{Value, json};

use super::{CLOUD, DC, world};

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn each_face_says_what_it_is() {
    for (deployment, kind) in
        [(CLOUD, "Cloud"), (DC, "Data Center"), (bowline_sim::jira::Deployment::Server, "Server")]
    {
        let world = world(deployment).await;
        let info = world.control.get("/rest/api/latest/serverInfo").await.expect(200);
        assert_eq!(info["deploymentType"], kind);
        assert_eq!(info["baseUrl"], world.running.url());
    }
}

#[tokio::test]
async fn version_three_is_cloud_only() {
    assert_eq!(world(CLOUD).await.ada.get("/rest/api/3/issue/ACME-1").await.status, 200);
    assert_eq!(world(DC).await.ada.get("/rest/api/3/issue/ACME-1").await.status, 404);
}

#[tokio::test]
async fn unknown_paths_methods_and_bodies_are_told_apart() {
    let world = world(DC).await;
    assert_eq!(world.ada.get("/rest/api/2/nothing").await.status, 404);
    assert_eq!(world.ada.delete("/rest/api/2/myself").await.status, 405);
    let broken =
        world.ada.send(http::Method::POST, "/rest/api/2/issue", "{\"fields\":".into()).await.unwrap();
    assert_eq!(broken.status, 400);
    assert!(broken.json()["errorMessages"][0].as_str().unwrap().contains("JSON"));
}

#[tokio::test]
async fn settings_are_listed_with_ids() {
    let world = world(CLOUD).await;
    let get = async |path: &str| world.ada.get(&format!("/rest/api/3/{path}")).await.expect(200);
    assert_eq!(names(&get("issuetype").await), ["Story", "Task", "Bug", "Sub-task", "Epic"]);
    assert_eq!(names(&get("priority").await), ["Highest", "High", "Medium", "Low", "Lowest"]);
    assert_eq!(names(&get("status").await), ["To Do", "In Progress", "In Review", "Done"]);
    assert_eq!(names(&get("resolution").await), ["Done", "Won't Do", "Duplicate"]);
    assert_eq!(get("status/In%20Review").await["statusCategory"]["key"], "indeterminate");
    assert_eq!(get("priority/3").await["name"], "Medium");
    assert_eq!(world.ada.get("/rest/api/3/priority/99").await.status, 404);
    let fields = get("field").await;
    let points = fields.as_array().unwrap().iter().find(|field| field["name"] == "Story Points").unwrap();
    assert_eq!(points["id"], "customfield_10011");
    assert_eq!(points["schema"]["type"], "number");
    assert!(names(&fields).contains(&"Status Category Changed"));
}

#[tokio::test]
async fn projects_come_in_an_array_and_on_cloud_in_pages() {
    let cloud = world(CLOUD).await;
    let first = cloud.ada.get("/rest/api/3/project/search?maxResults=1").await.expect(200);
    assert_eq!((first["total"].as_u64(), first["isLast"].as_bool()), (Some(3), Some(false)));
    let path = first["nextPage"].as_str().unwrap().strip_prefix(cloud.running.url()).unwrap();
    let second = cloud.ada.get(path).await.expect(200);
    assert_eq!(
        (second["values"][0]["key"].as_str(), second["isLast"].as_bool()),
        (Some("DESK"), Some(false))
    );
    let dc = world(DC).await;
    assert_eq!(dc.ada.get("/rest/api/2/project/search").await.status, 404);
    assert_eq!(
        names(&dc.ada.get("/rest/api/2/project").await.expect(200)),
        ["Acme", "Operations", "Release Desk"]
    );
    let acme = dc.ada.get("/rest/api/2/project/ACME").await.expect(200);
    assert_eq!(names(&acme["issueTypes"]), ["Story", "Task", "Bug", "Sub-task", "Epic"]);
    assert_eq!(acme["lead"]["name"], "ada");
}

#[tokio::test]
async fn statuses_follow_the_projects_workflow() {
    let world = world(DC).await;
    let acme = world.ada.get("/rest/api/2/project/ACME/statuses").await.expect(200);
    assert_eq!(names(&acme), ["Story", "Task", "Bug", "Sub-task", "Epic"]);
    assert_eq!(names(&acme[0]["statuses"]), ["To Do", "In Progress", "In Review", "Done"]);
    let ops = world.ada.get("/rest/api/2/project/OPS/statuses").await.expect(200);
    assert_eq!(names(&ops[0]["statuses"]), ["To Do", "In Progress", "Done"]);
}

#[tokio::test]
async fn create_screens_have_each_faces_own_envelope() {
    let cloud = world(CLOUD).await;
    let kinds = cloud.ada.get("/rest/api/3/issue/createmeta/ACME/issuetypes").await.expect(200);
    assert_eq!((names(&kinds["issueTypes"]).len(), kinds["values"].is_null()), (5, true));
    let fields = cloud.ada.get("/rest/api/3/issue/createmeta/ACME/issuetypes/10001").await.expect(200);
    let required = |fields: &Value| -> Vec<String> {
        let fields = fields.as_array().unwrap().iter().filter(|field| field["required"] == true);
        fields.map(|field| field["fieldId"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(required(&fields["fields"]), ["summary", "issuetype", "project"]);
    let dc = world(DC).await;
    let kinds = dc.ada.get("/rest/api/2/issue/createmeta/ACME/issuetypes").await.expect(200);
    assert_eq!((names(&kinds["values"]).len(), kinds["isLast"].as_bool()), (5, Some(true)));
    let fields =
        dc.ada.get("/rest/api/2/issue/createmeta/ACME/issuetypes/10001?maxResults=4").await.expect(200);
    assert_eq!((fields["values"].as_array().unwrap().len(), fields["isLast"].as_bool()), (4, Some(false)));
    assert_eq!(dc.ada.get("/rest/api/2/issue/createmeta/NONE/issuetypes").await.status, 404);
    assert_eq!(dc.ada.get("/rest/api/2/issue/createmeta/ACME/issuetypes/1").await.status, 404);
}

#[tokio::test]
async fn people_are_found_by_each_faces_names() {
    let cloud = world(CLOUD).await;
    let found = cloud.ada.get("/rest/api/3/user/search?query=bob").await.expect(200);
    assert_eq!((found.as_array().unwrap().len(), found[0]["displayName"].as_str()), (1, Some("Bob Kahn")));
    assert!(found[0].get("name").is_none() && found[0].get("key").is_none());
    let id = found[0]["accountId"].as_str().unwrap();
    let bob = cloud.ada.get(&format!("/rest/api/3/user?accountId={id}")).await.expect(200);
    assert_eq!((&bob["displayName"], bob["groups"]["size"].as_u64()), (&found[0]["displayName"], Some(2)));
    assert_eq!(cloud.ada.get("/rest/api/3/user?accountId=none").await.status, 404);
    assert_eq!(cloud.ada.get("/rest/api/3/user/search").await.status, 400);
    let dc = world(DC).await;
    let everybody = dc.ada.get("/rest/api/2/user/search?username=.").await.expect(200);
    assert_eq!(everybody.as_array().unwrap().len(), 3);
    assert!(everybody[0].get("accountId").is_none());
    assert_eq!(dc.ada.get("/rest/api/2/user?key=JIRAUSER10102").await.expect(200)["name"], "bob");
    let assignable =
        dc.ada.get("/rest/api/2/user/assignable/search?project=ACME&username=ad").await.expect(200);
    let assignable: Vec<&str> =
        assignable.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(assignable, ["admin", "ada"]);
    assert_eq!(dc.ada.get("/rest/api/2/user/assignable/search").await.status, 400);
}

#[tokio::test]
async fn cloud_cuts_lists_of_people_into_pages_before_it_looks_who_is_meant_and_data_center_after() {
    for (options, api) in [(CLOUD, 3), (DC, 2)] {
        let world = world(options).await;
        let list = async |query: &str| -> Vec<String> {
            let path = format!("/rest/api/{api}/user/assignable/search?project=ACME{query}");
            let found = world.ada.get(&path).await.expect(200);
            found
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["displayName"].as_str().unwrap().to_owned())
                .collect()
        };
        let all = list("").await;
        assert!(all.len() > 2, "{all:?}");
        // The second of them may not edit any more, and so not be given an issue.
        let login = all[1].split(' ').next().unwrap().to_lowercase();
        let right = json!({"user": login, "project": "ACME", "right": "edit", "allowed": false});
        world.control.post("/_sim/settings", right).await.expect(200);
        let left: Vec<String> = all.iter().filter(|name| *name != &all[1]).cloned().collect();
        assert_eq!(list("").await, left);
        let mut pages = Vec::new();
        for start in 0..all.len() {
            pages.push(list(&format!("&startAt={start}&maxResults=1")).await);
        }
        let one = |name: &String| vec![name.clone()];
        let expected: Vec<Vec<String>> = match api {
            3 => all.iter().map(|name| if *name == all[1] { vec![] } else { one(name) }).collect(),
            _ => left.iter().map(one).chain([vec![]]).collect(),
        };
        assert_eq!(pages, expected);
    }
}

#[tokio::test]
async fn cloud_wants_permissions_named() {
    let world = world(CLOUD).await;
    assert_eq!(world.ada.get("/rest/api/3/mypermissions").await.status, 400);
    assert_eq!(world.ada.get("/rest/api/3/mypermissions?permissions=FLY").await.status, 400);
    let mine =
        world.ada.get("/rest/api/3/mypermissions?permissions=ADMINISTER,BROWSE_PROJECTS").await.expect(200);
    assert_eq!(mine["permissions"].as_object().unwrap().len(), 2);
    assert_eq!(mine["permissions"]["ADMINISTER"]["havePermission"], json!(false));
    let admin = world.admin.get("/rest/api/3/mypermissions?permissions=ADMINISTER").await.expect(200);
    assert_eq!(admin["permissions"]["ADMINISTER"]["havePermission"], json!(true));
}
