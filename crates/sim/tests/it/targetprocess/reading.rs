//! Reading in v1: signing in, pages, fields, filters, settings.

use bowline_sim::targetprocess::Options;
use serde_json::{Value, json};

use super::world;

fn ids(page: &Value) -> Vec<u64> {
    page["Items"].as_array().unwrap().iter().map(|item| item["Id"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn pages_link_to_each_other() {
    let world = world(Options::default()).await;
    let first = world.get("/api/v1/UserStories", &[("include", "[Id]")]).await.expect(200);
    assert_eq!((ids(&first).len(), first.get("Prev").is_none()), (25, true));
    let (mut all, mut page) = (ids(&first), first);
    while let Some(next) = page.get("Next").and_then(Value::as_str) {
        assert!(
            next.contains("/api/v1/UserStories/?") && next.contains("format=json") && !next.contains("token")
        );
        page = world.follow(next).await.expect(200);
        assert!(page["Prev"].is_string());
        all.extend(ids(&page));
    }
    assert_eq!(all.len(), 80);
    all.dedup();
    assert_eq!(all.len(), 80);
    let capped = world.get("/api/v1/Assignables", &[("take", "5000"), ("skip", "100")]).await.expect(200);
    assert!(capped["Prev"].as_str().unwrap().contains("take=100&skip=0"));
    assert_eq!(ids(&capped).len(), 22);
    // The newest comes first.
    let all = world.get("/api/v1/Generals", &[("take", "2000"), ("include", "[Id]")]).await.expect(200);
    assert!(ids(&all).is_sorted_by(|left, right| left > right));
    for wrong in [("take", "x"), ("skip", "-1"), ("innerTake", "1.5")] {
        assert_eq!(world.get("/api/v1/Bugs", &[wrong]).await.status, 400, "{wrong:?}");
    }
}

#[tokio::test]
async fn items_have_the_common_fields_and_references() {
    let world = world(Options::default()).await;
    let id = world.make("Pay").await;
    let item = world.get(&format!("/api/v1/UserStories/{id}"), &[]).await.expect(200);
    assert_eq!(item["ResourceType"].as_str(), Some("UserStory"));
    assert!(item["EntityVersion"].as_u64().is_some_and(|version| version > 100));
    assert_eq!(item["EntityState"]["Name"], "Open");
    assert_eq!(item["EntityType"]["Id"], 4);
    assert_eq!(item["Owner"]["ResourceType"], "GeneralUser");
    assert_eq!(item["Owner"]["Login"], "ada");
    assert_eq!(item["Project"]["Process"], json!({"ResourceType": "Process", "Id": 2}));
    assert_eq!(item["Priority"]["Importance"], 5);
    assert_eq!(item["Description"], Value::Null);
    assert_eq!(item["CustomFields"][0], json!({"Name": "Risk", "Type": "DropDown", "Value": null}));
    let date = item["CreateDate"].as_str().unwrap();
    assert!(date.starts_with("/Date(") && date.ends_with("+0000)/"), "{date}");
    assert!(item.get("Comments").is_none());
    // Ids are global over all kinds of items.
    let general = world.get(&format!("/api/v1/Generals/{id}"), &[]).await.expect(200);
    assert_eq!(
        (general["ResourceType"].as_str(), general["EntityType"]["Name"].as_str()),
        (Some("UserStory"), Some("UserStory"))
    );
    assert_eq!(world.get(&format!("/api/v1/Bugs/{id}"), &[]).await.status, 404);
    assert_eq!(world.get("/api/v1/Assignables/999999", &[]).await.status, 404);
    assert_eq!(world.get("/api/v1/Assignables/x", &[]).await.status, 400);
    assert_eq!(world.get("/api/v1/Nothings", &[]).await.status, 404);
}

#[tokio::test]
async fn fields_are_included_excluded_and_appended() {
    let world = world(Options::default()).await;
    let id = world.make("Pay").await;
    world.post("/api/v1/Tasks", json!({"Name": "a", "UserStory": {"Id": id}})).await.expect(201);
    world.post("/api/v1/Tasks", json!({"Name": "b", "UserStory": {"Id": id}})).await.expect(201);
    let path = format!("/api/v1/UserStories/{id}");
    let include = "[Name,EntityState[Name,NextStates[Name]],Tasks[Name]]";
    let item = world.get(&path, &[("include", include), ("append", "[Tasks-Count]")]).await.expect(200);
    assert_eq!(
        item.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["EntityState", "Id", "Name", "ResourceType", "Tasks", "Tasks-Count"]
    );
    assert_eq!(item["EntityState"]["NextStates"]["Items"][0]["Name"], "Planned");
    assert_eq!(item["Tasks"]["Items"][0]["Name"], "b");
    assert_eq!(item["Tasks-Count"], 2);
    let list = [("where", "Name eq 'Pay'"), ("include", "[Tasks[Name]]"), ("innerTake", "1")];
    let list = world.get("/api/v1/UserStories", &list).await.expect(200);
    assert_eq!(list["Items"][0]["Tasks"]["Items"].as_array().unwrap().len(), 1);
    let short = world.get(&path, &[("exclude", "[Description,CustomFields]")]).await.expect(200);
    assert!(short.get("Description").is_none() && short.get("Name").is_some());
    let tasks = world.get(&format!("{path}/Tasks"), &[("orderByDesc", "Name")]).await.expect(200);
    assert_eq!(tasks["Items"][0]["Name"], "b");
    for wrong in
        [("include", "[Nothing]"), ("include", "Name"), ("append", "[Name-Count]"), ("exclude", "[Nothing]")]
    {
        assert_eq!(world.get(&path, &[wrong]).await.status, 400, "{wrong:?}");
    }
    assert_eq!(world.get(&format!("{path}/Name"), &[]).await.status, 400);
    assert_eq!(world.post(&format!("{path}/Tasks"), json!({"Name": "c"})).await.status, 405);
}

#[tokio::test]
async fn lists_are_filtered_and_sorted() {
    let world = world(Options::default()).await;
    for name in ["Zeta", "Alpha"] {
        world.make(name).await;
    }
    let query = [
        ("where", "(Name in ('Zeta', 'Alpha')) and (EntityState.IsInitial eq true)"),
        ("orderBy", "Name"),
        ("include", "[Name]"),
    ];
    let found = world.get("/api/v1/UserStories", &query).await.expect(200);
    let names: Vec<&str> =
        found["Items"].as_array().unwrap().iter().map(|item| item["Name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Alpha", "Zeta"]);
    let refusal =
        world.get("/api/v1/UserStories", &[("where", "Name eq 'a' or Name eq 'b'")]).await.expect(400);
    assert_eq!(refusal["Status"], "BadRequest");
    assert!(refusal["Message"].as_str().unwrap().contains("'or'"));
    assert_eq!(world.get("/api/v1/UserStories", &[("orderBy", "Name,Id")]).await.status, 400);
}

#[tokio::test]
async fn settings_can_be_read() {
    let world = world(Options::default()).await;
    let count = async |path: &str| {
        let page = world.get(&format!("/api/v1/{path}"), &[("take", "1000")]).await.expect(200);
        page["Items"].as_array().unwrap().len()
    };
    for (path, expected) in [
        ("Projects", 2),
        ("Processes", 1),
        ("EntityStates", 45),
        ("Workflows", 9),
        ("Priorities", 45),
        ("Severities", 5),
        ("Users", 3),
        ("Requesters", 1),
        ("GeneralUsers", 5),
        ("Roles", 3),
        ("EntityTypes", 18),
        ("RelationTypes", 5),
        ("Releases", 2),
        ("Iterations", 4),
        ("CustomFields", 90),
        ("GeneralConversions", 0),
        ("Teams", 2),
        ("TeamIterations", 6),
        ("Milestones", 1),
        ("userstories", 80),
        ("Bugs", 40),
        ("Features", 2),
    ] {
        assert_eq!(count(path).await, expected, "{path}");
    }
    let context = world.get("/api/v1/Context", &[]).await.expect(200);
    assert_eq!(
        (context["LoggedUser"]["Login"].as_str(), context["Processes"]["Items"][0]["Name"].as_str()),
        (Some("ada"), Some("Scrum"))
    );
}
