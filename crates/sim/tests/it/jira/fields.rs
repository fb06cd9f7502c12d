//! Custom fields: made, filled, found, offered, and given up again.

use serde_json::{Value, json};

use super::{CLOUD, DC, World, world};
use crate::client::encode;

const KEY: &str = "com.atlassian.jira.plugin.system.customfieldtypes:";

/// Makes a field and puts it on the default screen; the answer is its id.
async fn field(world: &World, name: &str, kind: &str) -> String {
    let body =
        json!({"name": name, "type": format!("{KEY}{kind}"), "searcherKey": format!("{KEY}textsearcher")});
    let made = world.admin.post("/rest/api/2/field", body).await.expect(201);
    let id = made["id"].as_str().unwrap().to_owned();
    let added = world.admin.post(&format!("/rest/api/2/screens/addToDefault/{id}"), json!({})).await;
    assert!([200, 201].contains(&added.status), "{}", added.status);
    id
}

/// Makes options of a field in its only context on Cloud; the answer is the ids.
async fn options(world: &World, field: &str, options: Value) -> Vec<String> {
    let contexts = world.admin.get(&format!("/rest/api/3/field/{field}/context")).await.expect(200);
    let path =
        format!("/rest/api/3/field/{field}/context/{}/option", contexts["values"][0]["id"].as_str().unwrap());
    let made = world.admin.post(&path, json!({"options": options})).await.expect(200);
    made["options"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

async fn set(world: &World, key: &str, field: &str, value: Value) -> u16 {
    let body = json!({"fields": {field: value}});
    world.ada.put(&format!("/rest/api/2/issue/{key}"), body).await.status
}

async fn found(world: &World, jql: &str) -> Vec<String> {
    let cloud = world.ada.get("/rest/api/3/serverInfo").await.status == 200;
    let path = if cloud { "3/search/jql" } else { "2/search" };
    let path = format!("/rest/api/{path}?fields=summary&jql={}", encode(jql));
    let page = world.ada.get(&path).await.expect(200);
    page["issues"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap().to_owned()).collect()
}

/// A kind, a value, a wrong value, a pointer into what is shown, what stands there, and a query that finds it.
type Case = (&'static str, Value, Value, &'static str, Value, String);

/// Kinds that hold texts, numbers and times.
fn plain() -> Vec<Case> {
    let (day, time) = (json!("2026-02-28"), json!("2026-02-28T10:00:00.000+0000"));
    let address = json!("https://a.example/x");
    vec![
        ("textfield", json!("hello world"), json!(5), "", json!("hello world"), "~ hello".into()),
        ("readonlyfield", json!("fixed"), json!([]), "", json!("fixed"), "~ fixed".into()),
        ("url", address.clone(), json!("nowhere"), "", address.clone(), format!("= {address}")),
        ("float", json!(2.5), json!("2"), "", json!(2.5), "> 2".into()),
        ("datepicker", day.clone(), json!("soon"), "", day, "<= 2026-02-28".into()),
        ("datetime", time.clone(), json!(7), "", time, "> \"2026-02-28 09:00\"".into()),
        ("labels", json!(["b", "a"]), json!(["a b"]), "", json!(["a", "b"]), "= B".into()),
    ]
}

/// Kinds that hold things of Jira.
fn things(bob: &Value, id: &str, version: &Value) -> Vec<Case> {
    let (group, kahn) = (json!({"name": "jira-users"}), json!("Bob Kahn"));
    let one = "= \"1.0\"".to_owned();
    vec![
        ("userpicker", bob.clone(), json!("bob"), "/displayName", kahn.clone(), format!("= \"{id}\"")),
        ("multiuserpicker", json!([bob]), bob.clone(), "/0/displayName", kahn, format!("in (\"{id}\")")),
        (
            "grouppicker",
            group.clone(),
            json!({"name": "none"}),
            "/name",
            json!("jira-users"),
            "= jira-users".into(),
        ),
        (
            "multigrouppicker",
            json!([group]),
            json!("x"),
            "/0/name",
            json!("jira-users"),
            "in (jira-users)".into(),
        ),
        ("version", version.clone(), json!({"id": "9"}), "/name", json!("1.0"), one.clone()),
        ("multiversion", json!([version]), json!([{"name": "9"}]), "/0/name", json!("1.0"), one),
        ("project", json!({"key": "OPS"}), json!({"key": "NO"}), "/key", json!("OPS"), "= OPS".into()),
    ]
}

/// Fills a new field, reads and finds what it holds, and empties it again.
async fn walk(world: &World, key: &str, (kind, value, wrong, pointer, shown, jql): Case) {
    let id = field(world, &format!("My {kind}"), kind).await;
    assert_eq!(set(world, key, &id, value).await, 204, "{kind}");
    let held = world.field(key, &id).await;
    assert_eq!(held.pointer(pointer), Some(&shown), "{kind}: {held}");
    assert_eq!(set(world, key, &id, wrong).await, 400, "{kind}");
    let number = id.strip_prefix("customfield_").unwrap();
    assert_eq!(found(world, &format!("\"My {kind}\" {jql}")).await, [key], "{kind}");
    assert_eq!(found(world, &format!("cf[{number}] is not EMPTY")).await, [key], "{kind}");
    assert_eq!(set(world, key, &id, Value::Null).await, 204, "{kind}");
    assert!(found(world, &format!("cf[{number}] is not EMPTY")).await.is_empty(), "{kind}");
}

#[tokio::test]
async fn fields_of_every_usual_kind_are_filled_shown_and_found() {
    let cloud = json!({"accountId": "712020:5f0c0000-0000-4000-8000-000000000003"});
    for (face, bob) in [(CLOUD, cloud), (DC, json!({"name": "bob"}))] {
        let world = world(face).await;
        let key = world.make("everything").await;
        let id = bob.get("accountId").unwrap_or(&bob["name"]).as_str().unwrap().to_owned();
        let acme = world.ada.get("/rest/api/2/project/ACME/versions").await.expect(200);
        for case in plain().into_iter().chain(things(&bob, &id, &json!({"id": acme[0]["id"]}))) {
            walk(&world, &key, case).await;
        }
        let log = world.ada.get(&format!("/rest/api/2/issue/{key}?expand=changelog")).await.expect(200);
        let histories = log["changelog"]["histories"].as_array().unwrap();
        let of = |name: &str| {
            let mut items = histories.iter().flat_map(|change| change["items"].as_array().unwrap());
            items.find(|item| item["field"] == name && item["to"] != Value::Null).cloned()
        };
        assert_eq!(of("My datepicker").unwrap()["toString"], "28/Feb/26");
        assert_eq!(of("My userpicker").unwrap()["toString"], "Bob Kahn");
    }
}

#[tokio::test]
async fn options_are_made_chosen_moved_disabled_and_deleted() {
    let world = world(CLOUD).await;
    let id = field(&world, "Colour", "select").await;
    let ids = options(&world, &id, json!([{"value": "red"}, {"value": "green"}, {"value": "blue"}])).await;
    let key = world.make("colourful").await;
    assert_eq!(set(&world, &key, &id, json!({"value": "green"})).await, 204);
    assert_eq!(found(&world, "Colour = green").await, [key.as_str()]);
    let context = world.admin.get(&format!("/rest/api/3/field/{id}/context")).await.expect(200);
    let path =
        format!("/rest/api/3/field/{id}/context/{}/option", context["values"][0]["id"].as_str().unwrap());
    let twice = world.admin.post(&path, json!({"options": [{"value": "Red"}]})).await;
    assert_eq!(twice.status, 400);
    let moved = json!({"customFieldOptionIds": [ids[2]], "position": "First"});
    assert_eq!(world.admin.put(&format!("{path}/move"), moved).await.status, 204);
    let listed = world.ada.get(&path).await;
    assert_eq!(listed.status, 403);
    let listed = world.admin.get(&path).await.expect(200);
    assert_eq!(listed["values"][0]["value"], "blue");
    let change = json!({"options": [{"id": ids[0], "disabled": true}, {"id": ids[1], "value": "green"}]});
    let changed = world.admin.put(&path, change).await.expect(200);
    assert_eq!(changed["options"].as_array().unwrap().len(), 1, "what stays is not told");
    let path_of = format!("/rest/api/3/issue/{key}");
    let refusal = world.ada.put(&path_of, json!({"fields": {&id: {"value": "red"}}}));
    assert_eq!(refusal.await.expect(400)["errors"][&id], "Option value 'red' is not valid");
    assert_eq!(world.admin.delete(&format!("{path}/{}", ids[1])).await.status, 204);
    assert_eq!(world.field(&key, &id).await, Value::Null);
    let one = world.ada.get(&format!("/rest/api/3/customFieldOption/{}", ids[0])).await.expect(200);
    assert_eq!(one["value"], "red");
    assert_eq!(world.ada.get(&format!("/rest/api/3/customFieldOption/{}", ids[1])).await.status, 404);
}

#[tokio::test]
async fn a_cascade_has_two_steps_and_a_function_to_find_them() {
    let world = world(CLOUD).await;
    let id = field(&world, "Spot", "cascadingselect").await;
    let above = options(&world, &id, json!([{"value": "Europe"}, {"value": "Asia"}])).await;
    let below = json!([{"value": "Berlin", "optionId": above[0]}, {"value": "Rome", "optionId": above[0]}]);
    options(&world, &id, below).await;
    let key = world.make("there").await;
    let berlin = json!({"value": "Europe", "child": {"value": "Berlin"}});
    assert_eq!(set(&world, &key, &id, berlin).await, 204);
    assert_eq!(world.field(&key, &id).await["child"]["value"], "Berlin");
    let other = world.make("here").await;
    assert_eq!(set(&world, &other, &id, json!({"id": above[0]})).await, 204);
    assert_eq!(set(&world, &other, &id, json!({"value": "Asia", "child": {"value": "Rome"}})).await, 400);
    assert_eq!(found(&world, "Spot in cascadeOption(Europe) ORDER BY key").await, [&*key, &*other]);
    assert_eq!(found(&world, "Spot in cascadeOption(Europe, Berlin)").await, [key.as_str()]);
    assert_eq!(found(&world, "Spot in cascadeOption(Europe, \"none\")").await, [other.as_str()]);
    assert_eq!(found(&world, "Spot = Rome").await, Vec::<String>::new());
    let meta = world.ada.get("/rest/api/3/issue/createmeta/ACME/issuetypes/10001?maxResults=200").await;
    let meta = meta.expect(200);
    let offered = meta["fields"].as_array().unwrap().iter().find(|one| one["fieldId"] == id).unwrap();
    assert_eq!(offered["allowedValues"][0]["children"][1]["value"], "Rome");
    assert_eq!(offered["schema"]["type"], "option-with-child");
    let log = world.ada.get(&format!("/rest/api/3/issue/{key}/changelog")).await.expect(200);
    let item = &log["values"][0]["items"][0];
    assert!(item["toString"].as_str().unwrap().starts_with("Parent values: Europe("), "{item}");
}

#[tokio::test]
async fn lists_take_single_things_in_and_out() {
    let world = world(CLOUD).await;
    let boxes = field(&world, "Checks", "multicheckboxes").await;
    options(&world, &boxes, json!([{"value": "one"}, {"value": "two"}, {"value": "three"}])).await;
    let marks = field(&world, "Marks", "labels").await;
    let key = world.make("lists").await;
    let update = async |update: Value| {
        world.ada.put(&format!("/rest/api/2/issue/{key}"), json!({"update": update})).await.status
    };
    assert_eq!(update(json!({&boxes: [{"add": {"value": "three"}}, {"add": {"value": "one"}}]})).await, 204);
    let held = world.field(&key, &boxes).await;
    assert_eq!((held[0]["value"].as_str(), held[1]["value"].as_str()), (Some("one"), Some("three")));
    assert_eq!(update(json!({&boxes: [{"remove": {"value": "one"}}], &marks: [{"add": "x"}]})).await, 204);
    assert_eq!(world.field(&key, &boxes).await.as_array().unwrap().len(), 1);
    assert_eq!(world.field(&key, &marks).await, json!(["x"]));
    assert_eq!(update(json!({&marks: [{"remove": "x"}]})).await, 204);
    assert_eq!(world.field(&key, &marks).await, Value::Null);
}

#[tokio::test]
async fn contexts_say_where_a_field_is_in_force_and_what_it_holds_at_first() {
    let world = world(CLOUD).await;
    let id = field(&world, "Stage", "select").await;
    let path = format!("/rest/api/3/field/{id}/context");
    let twice = world.admin.post(&path, json!({"name": "All"})).await;
    assert_eq!(twice.status, 400, "only one context is global");
    let ops = json!({"name": "Ops", "projectIds": ["10001"], "issueTypeIds": ["10003"]});
    let own = world.admin.post(&path, ops).await.expect(201)["id"].as_str().unwrap().to_owned();
    let alpha = json!({"options": [{"value": "alpha"}]});
    let made = world.admin.post(&format!("{path}/{own}/option"), alpha).await;
    let option = made.expect(200)["options"][0]["id"].as_str().unwrap().to_owned();
    let default = json!({"defaultValues": [{"type": "option.single", "contextId": own, "optionId": option}]});
    assert_eq!(world.admin.put(&format!("{path}/defaultValue"), default).await.status, 204);
    let defaults = world.admin.get(&format!("{path}/defaultValue")).await.expect(200);
    assert_eq!(defaults["values"][0]["optionId"], option);
    let make = async |kind: &str| {
        let body =
            json!({"fields": {"project": {"key": "OPS"}, "issuetype": {"name": kind}, "summary": "x"}});
        let made = world.ada.post("/rest/api/3/issue", body).await.expect(201);
        made["key"].as_str().unwrap().to_owned()
    };
    assert_eq!(world.field(&make("Bug").await, &id).await["value"], "alpha");
    let task = make("Task").await;
    let issue = world.ada.get(&format!("/rest/api/3/issue/{task}")).await.expect(200);
    assert!(issue["fields"].get(&id).is_none(), "the field is not in force for tasks of OPS");
    let refusal = world.ada.put(&format!("/rest/api/3/issue/{task}"), json!({"fields": {&id: null}})).await;
    let said = refusal.expect(400)["errors"][&id].as_str().unwrap().to_owned();
    assert!(said.contains("not on the appropriate screen, or unknown"), "{said}");
    let mapping = json!({"mappings": [{"projectId": "10001", "issueTypeId": "10003"}, {"projectId": "10001", "issueTypeId": "10002"}]});
    let lookup = world.admin.post(&format!("{path}/mapping"), mapping).await;
    assert_eq!(lookup.json()["values"][0]["contextId"], own);
    let kinds = world.admin.get(&format!("{path}/issuetypemapping?contextId={own}")).await.expect(200);
    assert_eq!(kinds["values"][0]["issueTypeId"], "10003");
    let more = json!({"issueTypeIds": ["10002"]});
    assert_eq!(world.admin.put(&format!("{path}/{own}/issuetype"), more).await.status, 204);
    assert_eq!(world.field(&make("Task").await, &id).await["value"], "alpha");
    let out = json!({"projectIds": ["10001"]});
    let last = world.admin.post(&format!("{path}/{own}/project/remove"), out).await;
    assert_eq!(last.status, 400, "it would be a second global context");
    assert_eq!(world.admin.delete(&format!("{path}/{own}")).await.status, 204);
}

#[tokio::test]
async fn a_field_in_the_trash_is_nowhere_until_it_is_restored() {
    let world = world(CLOUD).await;
    let key = world.make("customer").await;
    assert_eq!(set(&world, &key, "customfield_10010", json!("Globex")).await, 204);
    assert_eq!(world.ada.post("/rest/api/3/field/customfield_10010/trash", json!({})).await.status, 403);
    world.admin.post("/rest/api/3/field/customfield_10010/trash", json!({})).await.expect(200);
    assert_eq!(world.field(&key, "customfield_10010").await, Value::Null);
    assert_eq!(set(&world, &key, "customfield_10010", json!("x")).await, 400);
    let query = format!("/rest/api/3/search/jql?jql={}", encode("Customer ~ Globex"));
    assert_eq!(world.ada.get(&query).await.status, 400);
    let trash = world.admin.get("/rest/api/3/field/search/trashed").await.expect(200);
    assert_eq!(trash["values"][0]["name"], "Customer");
    world.admin.post("/rest/api/3/field/customfield_10010/restore", json!({})).await.expect(200);
    assert_eq!(world.field(&key, "customfield_10010").await, "Globex");
    assert_eq!(world.admin.post("/rest/api/3/field/customfield_10104/trash", json!({})).await.status, 400);
    let renamed = json!({"name": "Client", "description": "Who asked for it."});
    assert_eq!(world.admin.put("/rest/api/3/field/customfield_10010", renamed).await.status, 204);
    let found =
        world.ada.get("/rest/api/3/field/search?type=custom&query=client&expand=screensCount,lastUsed");
    let found = found.await.expect(200);
    assert_eq!((found["total"].as_u64(), found["values"][0]["screensCount"].as_u64()), (Some(1), Some(1)));
    assert_eq!(found["values"][0]["lastUsed"]["type"], "TRACKED");
}

#[tokio::test]
async fn data_center_lists_and_deletes_custom_fields() {
    let world = world(DC).await;
    let body = json!({"name": "Only here", "type": format!("{KEY}textfield"), "projectIds": [10001], "issueTypeIds": ["10003"]});
    assert_eq!(world.ada.post("/rest/api/2/field", body.clone()).await.status, 403);
    let made = world.admin.post("/rest/api/2/field", body).await.expect(201);
    let id = made["id"].as_str().unwrap();
    let found = world.admin.get("/rest/api/2/customFields?search=only").await.expect(200);
    let one = &found["values"][0];
    assert_eq!((one["id"].as_str(), one["projectIds"][0].as_u64()), (Some(id), Some(10_001)));
    let wrong = json!({"name": "", "type": "nothing"});
    let refusal = world.admin.post("/rest/api/2/field", wrong).await.expect(400);
    assert!(refusal["errors"]["name"].is_string() && refusal["errors"]["type"].is_string());
    let options =
        world.ada.get("/rest/api/2/customFields/customfield_10012/options?query=maj").await.expect(200);
    assert_eq!(
        (options["total"].as_u64(), options["options"][0]["value"].as_str()),
        (Some(1), Some("Major"))
    );
    let number = options["options"][0]["id"].as_u64().unwrap();
    let option = world.ada.get(&format!("/rest/api/2/customFieldOption/{number}")).await.expect(200);
    assert_eq!((option["id"].as_u64(), option["disabled"].as_bool()), (Some(number), Some(false)));
    let gone = world.admin.delete(&format!("/rest/api/2/customFields?ids={id},customfield_10104")).await;
    let gone = gone.expect(200);
    assert_eq!(gone["deletedCustomFields"], json!([id]));
    assert_eq!(gone["notDeletedCustomFields"]["customfield_10104"], "The custom field is locked.");
    assert_eq!(world.admin.delete(&format!("/rest/api/2/customFields?ids={id}")).await.status, 400);
}
