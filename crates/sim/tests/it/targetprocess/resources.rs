//! Everything that is neither an item nor a comment: projects, plans, teams, efforts, times, people, tags, tests.

use bowline_sim::targetprocess::Options;
use serde_json::{Value, json};

use super::world;

#[tokio::test]
async fn projects_and_plans_are_made_and_changed() {
    let world = world(Options::default()).await;
    let project = world.post("/api/v1/Projects", json!({"Name": "New shop"})).await.expect(201);
    let id = project["Id"].as_u64().unwrap();
    assert_eq!((project["Abbreviation"].as_str(), project["IsActive"].as_bool()), (Some("NS"), Some(true)));
    let (start, end) = ("2027-01-01", "2027-02-01");
    let make = async |kind: &str, body: Value| {
        world.post(&format!("/api/v1/{kind}"), body).await.expect(201)["Id"].clone()
    };
    let release =
        make("Releases", json!({"Name": "R", "Project": {"Id": id}, "StartDate": start, "EndDate": end}))
            .await;
    let iteration = json!({
        "Name": "I", "StartDate": start, "EndDate": end, "Project": {"Id": id}, "Release": {"Id": release},
    });
    let iteration = make("Iterations", iteration).await;
    let team =
        make("Teams", json!({"Name": "T", "EmojiIcon": "cat", "Projects": {"Items": [{"Id": id}]}})).await;
    let sprint = json!({"Name": "S", "StartDate": start, "EndDate": end, "Team": {"Id": team}});
    let sprint = make("TeamIterations", sprint).await;
    let milestone = make("Milestones", json!({"Name": "M", "Date": end})).await;
    let story = make(
        "UserStories",
        json!({
            "Name": "one", "Project": {"Id": id}, "Release": {"Id": release}, "Iteration": {"Id": iteration},
            "TeamIteration": {"Id": sprint}, "Milestone": {"Id": milestone},
        }),
    )
    .await;
    let shown = world.get(&format!("/api/v1/UserStories/{story}"), &[]).await.expect(200);
    for (name, title) in [("Release", "R"), ("Iteration", "I"), ("TeamIteration", "S"), ("Milestone", "M")] {
        assert_eq!(shown[name]["Name"], title, "{name}");
    }
    let stories = world.get(&format!("/api/v1/Releases/{release}/UserStories"), &[]).await.expect(200);
    assert_eq!(stories["Items"][0]["Id"], story);
    let moved = world
        .post(&format!("/api/v1/Releases/{release}"), json!({"EndDate": "2027-03-01"}))
        .await
        .expect(200);
    assert_eq!(moved["EndDate"], "/Date(1803859200000+0000)/");
    // Ids are one row for all of them.
    let general = world.get(&format!("/api/v1/Generals/{release}"), &[]).await.expect(200);
    assert_eq!(general["EntityType"]["Name"], "Release");
    for (kind, wrong) in [
        ("Projects", json!({})),
        ("Projects", json!({"Name": "x", "Process": {"Id": 99}})),
        ("Releases", json!({"Name": "R"})),
        ("Releases", json!({"Name": "R", "Project": {"Id": id}, "StartDate": end, "EndDate": start})),
        ("Iterations", json!({"Name": "I", "Project": {"Id": id}})),
        ("TeamIterations", json!({"Name": "S", "StartDate": start, "EndDate": end})),
        ("Milestones", json!({"Name": "M"})),
        ("Teams", json!({"Name": "T", "Projects": {"Items": [{"Id": 5}]}})),
        ("Teams", json!({"Name": "T", "Nothing": 1})),
    ] {
        assert_eq!(world.post(&format!("/api/v1/{kind}"), wrong.clone()).await.status, 400, "{kind} {wrong}");
    }
    assert_eq!(world.delete(&format!("/api/v1/Releases/{release}")).await.status, 200);
    assert_eq!(world.get(&format!("/api/v1/Releases/{release}"), &[]).await.status, 404);
}

#[tokio::test]
async fn plans_say_whether_they_are_of_now() {
    let world = world(Options::default()).await;
    let names = async |filter: &str| -> Vec<String> {
        let query = [("where", filter), ("orderBy", "Id"), ("include", "[Name]")];
        let page = world.get("/api/v1/TeamIterations", &query).await.expect(200);
        page["Items"].as_array().unwrap().iter().map(|one| one["Name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("IsCurrent eq 'true' and Team.Name eq 'Owls'").await, ["Team Sprint 2"]);
    assert_eq!(names("IsNext eq 'true' and Team.Id eq 300").await, ["Team Sprint 3"]);
    assert_eq!(names("IsPrevious eq true").await, ["Team Sprint 1", "Team Sprint 1"]);
    let query = [("where", "(it.inPast(1))"), ("select", "name")];
    let past = world.get("/api/v2/TeamIteration", &query).await.expect(200);
    assert_eq!(past["items"], json!(["Team Sprint 1", "Team Sprint 1"]));
}

#[tokio::test]
async fn teams_are_assigned_with_a_state_of_their_own() {
    let world = world(Options::default()).await;
    let id = world.make("one").await;
    let planned = world.state("Planned").await["EntityState"].clone();
    let body = json!({"Assignable": {"Id": id}, "Team": {"Id": 300}, "EntityState": planned});
    let assigned = world.post("/api/v1/TeamAssignments", body).await.expect(201);
    assert_eq!(
        (assigned["Team"]["EmojiIcon"].as_str(), &assigned["EntityState"]["Name"]),
        (Some("eagle"), &json!("Planned"))
    );
    let path = format!("/api/v1/UserStories/{id}");
    let nested = json!({"AssignedTeams": {"Items": [{"Team": {"Id": 310}}]}});
    world.post(&path, nested).await.expect(200);
    let shown = world
        .get(&path, &[("include", "[Team,ResponsibleTeam,AssignedTeams[Team,EntityState]]")])
        .await
        .expect(200);
    // The field Team is deprecated and names the first.
    assert_eq!(shown["Team"]["Name"], "Falcons");
    assert_eq!(shown["ResponsibleTeam"]["Id"], assigned["Id"]);
    assert_eq!(shown["AssignedTeams"]["Items"][1]["EntityState"]["Name"], "Open");
    let changed = world.post(&path, json!({"Team": {"Id": 310}})).await.expect(200);
    assert_eq!(changed["Team"]["Name"], "Owls");
    assert_eq!(world.post(&path, json!({"Team": null})).await.expect(200)["Team"], Value::Null);
    for wrong in [
        json!({"Assignable": {"Id": id}}),
        json!({"Team": {"Id": 300}}),
        json!({"Assignable": {"Id": id}, "Team": {"Id": 7}}),
        json!({"Assignable": {"Id": id}, "Team": {"Id": 300}, "EntityState": {"Id": 41}}),
    ] {
        assert_eq!(world.post("/api/v1/TeamAssignments", wrong.clone()).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn efforts_add_up_and_times_are_kept() {
    let world = world(Options::default()).await;
    let id = world.make("one").await;
    let path = format!("/api/v1/UserStories/{id}");
    let effort =
        |role: u32, hours: f64| json!({"Assignable": {"Id": id}, "Role": {"Id": role}, "Effort": hours});
    let first = world.post("/api/v1/RoleEfforts", effort(1, 5.0)).await.expect(201);
    world.post("/api/v1/RoleEfforts", effort(8, 2.5)).await.expect(201);
    let total = async || world.get(&path, &[]).await.expect(200)["Effort"].as_f64();
    assert_eq!(total().await, Some(7.5));
    world.post(&format!("/api/v1/RoleEfforts/{}", first["Id"]), json!({"Effort": 1})).await.expect(200);
    assert_eq!(total().await, Some(3.5));
    let spent = json!({
        "Assignable": {"Id": id}, "Description": "worked", "Spent": 2, "Remain": 1.5, "Date": "2027-01-05", "User": {"Id": 3},
    });
    let time = world.post("/api/v1/Times", spent).await.expect(201);
    assert_eq!(
        (time["Role"]["Name"].as_str(), time["Project"]["Id"].as_u64()),
        (Some("QA Engineer"), Some(100))
    );
    let shown = world.get(&path, &[("include", "[TimeSpent,TimeRemain,Times[Spent]]")]).await.expect(200);
    assert_eq!((shown["TimeSpent"].as_f64(), shown["TimeRemain"].as_f64()), (Some(2.0), Some(1.5)));
    let found = world.get("/api/v1/Times", &[("where", &format!("UserStory.Id eq {id}"))]).await.expect(200);
    assert_eq!(found["Items"].as_array().unwrap().len(), 1);
    world.delete(&format!("/api/v1/Times/{}", time["Id"])).await.expect(200);
    assert_eq!(world.get(&path, &[]).await.expect(200)["TimeSpent"].as_f64(), Some(0.0));
    for (kind, wrong) in [
        ("RoleEfforts", json!({"Role": {"Id": 1}, "Effort": 1})),
        ("RoleEfforts", json!({"Assignable": {"Id": id}, "Role": {"Id": 1}})),
        ("Times", json!({"Description": "x"})),
        ("Times", json!({"Project": {"Id": 100}})),
        ("Times", json!({"Project": {"Id": 100}, "Description": "x", "Spent": -1})),
    ] {
        assert_eq!(world.post(&format!("/api/v1/{kind}"), wrong.clone()).await.status, 400, "{kind} {wrong}");
    }
}

#[tokio::test]
async fn people_are_made_by_administrators() {
    let world = world(Options::default()).await;
    let carl = json!({
        "Email": "carl@example.com", "Login": "carl", "Password": "secret", "FirstName": "Carl", "LastName": "Cox",
        "Role": {"Id": 8},
    });
    assert_eq!(world.post("/api/v1/Users", carl.clone()).await.status, 403);
    let made = world.rule("/api/v1/Users", carl.clone()).await.expect(201);
    assert_eq!((made["FullName"].as_str(), made.get("Password")), (Some("Carl Cox"), None));
    assert_eq!(world.rule("/api/v1/Users", carl.clone()).await.status, 400);
    for missing in ["Email", "Login", "Password", "FirstName", "LastName"] {
        let mut body = carl.clone();
        body["Login"] = json!("other");
        body.as_object_mut().unwrap().remove(missing);
        assert_eq!(world.rule("/api/v1/Users", body).await.status, 400, "{missing}");
    }
    assert_eq!(
        world.control().get("/api/v1/Users/LoggedUser?access_token=token-carl&format=json").await.status,
        200
    );
    assert_eq!(world.get("/api/v1/Users", &[("include", "[Password]")]).await.status, 400);
    assert_eq!(world.get("/api/v1/Users", &[("where", "Password eq 'x'")]).await.status, 400);
    // Everybody may change themselves, but not what they may do.
    world.post("/api/v1/Users/2", json!({"FirstName": "Augusta"})).await.expect(200);
    assert_eq!(world.post("/api/v1/Users/2", json!({"IsAdministrator": true})).await.status, 403);
    assert_eq!(world.post("/api/v1/Users/3", json!({"FirstName": "Robert"})).await.status, 403);
}

#[tokio::test]
async fn tags_are_resources_and_go_away_everywhere() {
    let world = world(Options::default()).await;
    let id = world.make("one").await;
    let path = format!("/api/v1/UserStories/{id}");
    world.post(&path, json!({"Tags": "fresh, stale"})).await.expect(200);
    let tag = world.get("/api/v1/Tags", &[("where", "Name eq 'stale'")]).await.expect(200)["Items"][0]["Id"]
        .clone();
    let on = world.get(&format!("/api/v1/Tags/{tag}/Generals"), &[]).await.expect(200);
    assert_eq!(on["Items"][0]["Id"], id);
    world.delete(&format!("/api/v1/Tags/{tag}")).await.expect(200);
    assert_eq!(world.get(&path, &[]).await.expect(200)["Tags"], "fresh");
    assert_eq!(world.get(&format!("/api/v1/Tags/{tag}"), &[]).await.status, 404);
    let made = world.post("/api/v1/Tags", json!({"Name": "stale"})).await.expect(201);
    assert_eq!(made["Id"], tag);
    assert_eq!(world.post("/api/v1/Tags", json!({"Name": "stale"})).await.status, 400);
    assert_eq!(world.post("/api/v1/Tags", json!({"Name": "a,b"})).await.status, 400);
    let added = json!({"TagObjects": {"Items": [{"Id": tag}]}});
    assert_eq!(world.post(&path, added).await.expect(200)["Tags"], "fresh, stale");
}

#[tokio::test]
async fn test_cases_are_linked_to_plans_and_unlinked() {
    let world = world(Options::default()).await;
    let plan = json!({"Name": "plan", "Project": {"Id": 100}, "TestCases": {"Items": [{"Name": "a"}, {"Name": "b"}]}});
    let plan = world.post("/api/v1/TestPlans", plan).await.expect(201)["Id"].as_u64().unwrap();
    let cases = world.get(&format!("/api/v1/TestPlans/{plan}/TestCases"), &[]).await.expect(200);
    let case = cases["Items"][0]["Id"].as_u64().unwrap();
    assert_eq!(cases["Items"].as_array().unwrap().len(), 2);
    let unlink = async |path: &str, ids: &str| {
        let path = format!("/api/v1/{path}?access_token=token-ada&format=json&childrenIds={ids}");
        world.control().delete(&path).await.status
    };
    assert_eq!(unlink(&format!("TestPlans/{plan}/TestCases"), &case.to_string()).await, 200);
    let left = world.get(&format!("/api/v1/TestPlans/{plan}/TestCases"), &[]).await.expect(200);
    assert_eq!(left["Items"].as_array().unwrap().len(), 1);
    assert_eq!(world.get(&format!("/api/v1/TestCases/{case}"), &[]).await.status, 200);
    assert_eq!(unlink(&format!("TestPlans/{plan}/TestCases"), "").await, 400);
    assert_eq!(unlink(&format!("TestPlans/{plan}/TestCases"), "x").await, 400);
    assert_eq!(unlink(&format!("TestCases/{case}/TestPlans"), "999999").await, 404);
    assert_eq!(unlink(&format!("TestPlans/{plan}/Comments"), "5").await, 405);
}

#[tokio::test]
async fn custom_fields_of_every_kind_are_written_and_read() {
    let world = world(Options::default()).await;
    let id = world.make("one").await;
    let path = format!("/api/v1/UserStories/{id}");
    let fields = json!([
        {"Name": "Due Date", "Value": "2027-03-19"},
        {"Name": "Related Release", "Value": {"Id": 200, "Kind": "Release"}},
        {"Name": "External Doc", "Value": {"Url": "http://d", "Label": "Doc"}},
        {"Name": "Cost", "Value": 12.5},
        {"Name": "Billable", "Value": true},
    ]);
    let shown = world.post(&path, json!({"CustomFields": fields})).await.expect(200);
    let value = |name: &str| {
        let fields = shown["CustomFields"].as_array().unwrap();
        fields.iter().find(|field| field["Name"] == name).unwrap()["Value"].clone()
    };
    assert_eq!(value("Due Date"), "/Date(1805414400000+0000)/");
    assert_eq!(value("Related Release"), json!({"Id": 200, "Kind": "Release", "Name": "Release 1"}));
    assert_eq!(value("External Doc"), json!({"Url": "http://d", "Label": "Doc"}));
    let select = "{due:dueDate.Date,relatedRelease.name,externalDoc,cost,billable}";
    let filter = format!("(id={id} and cost>12 and billable=true and relatedRelease.id=200)");
    let found = world
        .get("/api/v2/userstory", &[("where", &filter), ("select", select), ("isoDate", "1")])
        .await
        .expect(200);
    assert_eq!(
        found["items"],
        json!([{
            "due": "2027-03-19T00:00:00", "name": "Release 1", "externalDoc": {"uri": "http://d", "label": "Doc"},
            "cost": 12.5, "billable": true,
        }])
    );
    for wrong in [
        json!({"Name": "Due Date", "Value": "soon"}),
        json!({"Name": "Related Release", "Value": {"Id": 5, "Kind": "Release"}}),
        json!({"Name": "Related Release", "Value": {"Id": 200, "Kind": "Nothing"}}),
        json!({"Name": "Cost", "Value": "much"}),
        json!({"Name": "Billable", "Value": "perhaps"}),
        json!({"Name": "External Doc", "Value": {"Label": "Doc"}}),
        json!({"Value": 5}),
    ] {
        assert_eq!(world.post(&path, json!({"CustomFields": [wrong.clone()]})).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn resources_describe_themselves() {
    let world = world(Options::default()).await;
    let index = world.get("/api/v1/Index/meta", &[]).await.expect(200);
    let names: Vec<&str> =
        index["Items"].as_array().unwrap().iter().map(|one| one["Name"].as_str().unwrap()).collect();
    assert!(names.contains(&"UserStory") && names.contains(&"BugHistory"));
    let story = world.get("/api/v1/userstories/meta", &[]).await.expect(200);
    let values = &story["ResourceMetadataPropertiesDescription"]["ResourceMetadataPropertiesResourceValuesDescription"]
        ["Items"];
    let name = values.as_array().unwrap().iter().find(|field| field["Name"] == "Name").unwrap();
    assert_eq!((name["IsRequired"].as_bool(), name["CanSet"].as_bool()), (Some(true), Some(true)));
    let xml = world.control().get("/api/v1/Bugs/meta?access_token=token-ada").await;
    let xml = String::from_utf8(xml.body.to_vec()).unwrap();
    assert!(xml.contains("<ResourceReferenceMetadataDescription CanGet=\"true\" CanSet=\"true\""), "{xml}");
    let context = world.get("/api/v1/Context/", &[("ids", "1000")]).await.expect(200);
    assert_eq!(context["SelectedProjects"]["Items"].as_array().unwrap().len(), 1);
    assert_eq!(world.get("/api/v1/Context", &[("ids", "x")]).await.status, 400);
}
