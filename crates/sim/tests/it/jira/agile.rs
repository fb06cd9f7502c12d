//! Boards, sprints, epics and ranks.

use serde_json::{Value, json};

use super::{CLOUD, DC, World, hooked, target, world};
use crate::receiver::Receiver;

pub(super) const AGILE: &str = "/rest/agile/1.0";
const SPRINT: &str = "customfield_10104";

pub(super) async fn sprint(world: &World, name: &str) -> u64 {
    let body = json!({"name": name, "originBoardId": 1});
    world.ada.post(&format!("{AGILE}/sprint"), body).await.expect(201)["id"].as_u64().unwrap()
}

pub(super) async fn epic(world: &World, name: &str) -> String {
    let fields = json!({
        "project": {"key": "ACME"}, "issuetype": {"name": "Epic"}, "summary": name, "customfield_10102": name,
    });
    let made = world.ada.post("/rest/api/2/issue", json!({"fields": fields})).await.expect(201);
    made["key"].as_str().unwrap().to_owned()
}

pub(super) fn keys(page: &Value) -> Vec<String> {
    page["issues"].as_array().unwrap().iter().map(|issue| issue["key"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn boards_are_listed_in_pages_and_by_type_name_and_project() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let all = world.ada.get(&format!("{AGILE}/board")).await.expect(200);
        assert_eq!((all["total"].as_u64(), all["isLast"].as_bool()), (Some(2), Some(true)));
        let page = world.ada.get(&format!("{AGILE}/board?startAt=1&maxResults=1")).await.expect(200);
        assert_eq!(page["values"][0]["name"], "OPS board");
        for query in ["type=scrum", "name=acme", "projectKeyOrId=ACME"] {
            let found = world.ada.get(&format!("{AGILE}/board?{query}")).await.expect(200);
            assert_eq!(found["values"].as_array().unwrap().len(), 1, "{query}");
            assert_eq!(found["values"][0]["type"], "scrum");
        }
        world.ada.get(&format!("{AGILE}/board?projectKeyOrId=NONE")).await.expect(400);
        world.control.get(&format!("{AGILE}/board")).await.expect(401);
        let latest = world.ada.get("/rest/agile/latest/board/1").await.expect(200);
        assert_eq!(latest["location"].is_object(), face == CLOUD);
    }
}

#[tokio::test]
async fn a_board_is_made_from_a_filter_and_deleted_by_its_owner() {
    let world = world(DC).await;
    let body = json!({"name": "Mine", "type": "scrum", "filterId": 10_000});
    let made = world.ada.post(&format!("{AGILE}/board"), body.clone()).await.expect(201);
    let path = format!("{AGILE}/board/{}", made["id"]);
    let settings = world.ada.get(&format!("{path}/configuration")).await.expect(200);
    assert_eq!(settings["filter"]["id"], "10000");
    assert_eq!(settings["estimation"]["field"]["fieldId"], "customfield_10011");
    assert_eq!(settings["columnConfig"]["columns"][0]["name"], "To Do");
    let own =
        world.bob.post("/rest/api/2/filter", json!({"name": "Own", "jql": "type = Bug"})).await.expect(200);
    let private = json!({"name": "Peek", "type": "scrum", "filterId": own["id"]});
    world.ada.post(&format!("{AGILE}/board"), private.clone()).await.expect(400);
    world.bob.post(&format!("{AGILE}/board"), private).await.expect(201);
    world.bob.delete(&path).await.expect(403);
    world.ada.delete(&path).await.expect(204);
    world.ada.get(&path).await.expect(404);
    for (name, wrong) in [("name", json!("")), ("type", json!("odd")), ("filterId", json!(999_999))] {
        let mut body = body.clone();
        body[name] = wrong;
        world.ada.post(&format!("{AGILE}/board"), body).await.expect(400);
    }
}

#[tokio::test]
async fn a_sprint_goes_from_future_to_active_to_closed_and_no_other_way() {
    let world = world(DC).await;
    let path = format!("{AGILE}/sprint/{}", sprint(&world, "  Next  ").await);
    let made = world.ada.get(&path).await.expect(200);
    assert_eq!((made["name"].as_str(), made["state"].as_str()), (Some("Next"), Some("future")));
    world.ada.post(&path, json!({"state": "active"})).await.expect(400);
    world.ada.post(&path, json!({"state": "closed"})).await.expect(400);
    let dates = json!({
        "state": "active", "startDate": "2026-01-01T10:00:00.000+02:00", "endDate": "2026-01-15T10:00:00.000+0200",
    });
    let active = world.ada.post(&path, dates).await.expect(200);
    assert_eq!(active["startDate"], "2026-01-01T08:00:00.000Z");
    assert!(active["activatedDate"].is_string());
    world.ada.post(&path, json!({"state": "future"})).await.expect(400);
    let closed = world.ada.post(&path, json!({"state": "closed"})).await.expect(200);
    assert!(closed["completeDate"].is_string());
    world.ada.post(&path, json!({"name": "Too late"})).await.expect(400);
    world.ada.delete(&path).await.expect(400);
}

#[tokio::test]
async fn a_full_update_of_a_sprint_forgets_what_it_does_not_name() {
    let world = world(CLOUD).await;
    let path = format!("{AGILE}/sprint/{}", sprint(&world, "One").await);
    let named = json!({"goal": "Ship", "startDate": "2026-01-01", "endDate": "2026-01-05"});
    let partial = world.ada.post(&path, named).await.expect(200);
    assert_eq!((partial["goal"].as_str(), partial["name"].as_str()), (Some("Ship"), Some("One")));
    world.ada.put(&path, json!({"name": "Two"})).await.expect(400);
    let full = world.ada.put(&path, json!({"name": "Two", "state": "future"})).await.expect(200);
    assert_eq!(full["name"], "Two");
    assert!(full.get("startDate").is_none() && full.get("goal").is_none(), "{full}");
    for wrong in [json!({"startDate": "soon"}), json!({"endDate": 5}), json!({"name": " "}), json!("x")] {
        world.ada.post(&path, wrong).await.expect(400);
    }
    let reversed = json!({"startDate": "2026-02-01", "endDate": "2026-01-01"});
    world.ada.post(&path, reversed).await.expect(400);
}

#[tokio::test]
async fn issues_move_into_a_sprint_and_back_and_each_face_shows_it_its_own_way() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let (id, key) = (sprint(&world, "Next").await, world.make("to plan").await);
        let moved = json!({"issues": [key]});
        world.ada.post(&format!("{AGILE}/sprint/{id}/issue"), moved.clone()).await.expect(204);
        let value = world.field(&key, SPRINT).await;
        if face == CLOUD {
            assert_eq!(value[0]["id"], id);
            assert_eq!(value[0]["state"], "future");
        } else {
            let text = value[0].as_str().unwrap();
            assert!(text.contains(&format!("[id={id},rapidViewId=1,state=FUTURE,name=Next,")), "{text}");
        }
        let listed = world.ada.get(&format!("{AGILE}/sprint/{id}/issue?fields=sprint")).await.expect(200);
        assert_eq!(
            (keys(&listed), &listed["issues"][0]["fields"]["sprint"]["id"]),
            (vec![key.clone()], &json!(id))
        );
        let waiting = |page: Value| keys(&page).contains(&key);
        let path = format!("{AGILE}/board/1/backlog?maxResults=1000&fields=summary");
        assert!(!waiting(world.ada.get(&path).await.expect(200)));
        world.ada.post(&format!("{AGILE}/backlog/issue"), moved).await.expect(204);
        assert!(waiting(world.ada.get(&path).await.expect(200)));
        assert_eq!(world.field(&key, SPRINT).await, Value::Null);
        world
            .ada
            .post(&format!("{AGILE}/sprint/{id}/issue"), json!({"issues": ["ACME-99999"]}))
            .await
            .expect(404);
        world.ada.post(&format!("{AGILE}/sprint/{id}/issue"), json!({"issues": []})).await.expect(400);
    }
}

#[tokio::test]
async fn the_sprint_field_can_be_written_and_closed_sprints_stay_with_an_issue() {
    let world = world(DC).await;
    let key = world.make("planned").await;
    let path = format!("/rest/api/2/issue/{key}");
    world.ada.put(&path, json!({"fields": {SPRINT: 1}})).await.expect(400);
    world.ada.put(&path, json!({"fields": {SPRINT: 2}})).await.expect(204);
    world.ada.post(&format!("{AGILE}/sprint/2"), json!({"state": "closed"})).await.expect(200);
    world.ada.put(&path, json!({"fields": {SPRINT: "3"}})).await.expect(204);
    let seen = world.ada.get(&format!("{AGILE}/issue/{key}")).await.expect(200);
    assert_eq!(seen["fields"]["sprint"]["id"], 3);
    assert_eq!(seen["fields"]["closedSprints"][0]["id"], 2);
    world.ada.put(&path, json!({"fields": {SPRINT: null}})).await.expect(204);
    assert_eq!(world.field(&key, SPRINT).await.as_array().unwrap().len(), 1);
    world.ada.put(&path, json!({"fields": {"customfield_10105": "0|zzzzzz:"}})).await.expect(400);
}

#[tokio::test]
async fn deleting_a_sprint_takes_it_out_of_its_issues() {
    let world = world(CLOUD).await;
    let (id, key) = (sprint(&world, "Gone").await, world.make("left behind").await);
    world.ada.post(&format!("{AGILE}/sprint/{id}/issue"), json!({"issues": [key]})).await.expect(204);
    world.ada.delete(&format!("{AGILE}/sprint/{id}")).await.expect(204);
    world.ada.get(&format!("{AGILE}/sprint/{id}")).await.expect(404);
    assert_eq!(world.field(&key, SPRINT).await, Value::Null);
}

#[tokio::test]
async fn sprints_swap_their_places() {
    let world = world(DC).await;
    let (one, two) = (sprint(&world, "One").await, sprint(&world, "Two").await);
    let names = async || {
        let page = world.ada.get(&format!("{AGILE}/board/1/sprint?state=future")).await.expect(200);
        page["values"]
            .as_array()
            .unwrap()
            .iter()
            .map(|sprint| sprint["id"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(names().await, [3, one, two]);
    world.ada.post(&format!("{AGILE}/sprint/{one}/swap"), json!({"sprintToSwapWith": two})).await.expect(204);
    assert_eq!(names().await, [3, two, one]);
    world.ada.post(&format!("{AGILE}/sprint/{one}/swap"), json!({"sprintToSwapWith": 999})).await.expect(404);
    world.ada.get(&format!("{AGILE}/board/2/sprint")).await.expect(400);
}

#[tokio::test]
async fn an_issue_is_in_one_epic_at_a_time() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let (first, second, key) =
            (epic(&world, "First").await, epic(&world, "Second").await, world.make("a").await);
        for name in [&first, &second] {
            let body = json!({"issues": [key]});
            world.ada.post(&format!("{AGILE}/epic/{name}/issue"), body).await.expect(204);
        }
        assert_eq!(world.field(&key, "customfield_10100").await, json!(second));
        let of = async |name: &str| {
            keys(
                &world
                    .ada
                    .get(&format!("{AGILE}/epic/{name}/issue?fields=epic&maxResults=1000"))
                    .await
                    .expect(200),
            )
        };
        assert_eq!((of(&first).await, of(&second).await), (vec![], vec![key.clone()]));
        let on_board = world.ada.get(&format!("{AGILE}/board/1/epic?done=false")).await.expect(200);
        assert_eq!(on_board["values"][1]["name"], "Second");
        world.ada.post(&format!("{AGILE}/epic/none/issue"), json!({"issues": [key]})).await.expect(204);
        assert!(of("none").await.contains(&key));
        world.ada.get(&format!("{AGILE}/epic/{key}")).await.expect(404);
        world.ada.post(&format!("{AGILE}/epic/{first}/issue"), json!({"issues": [second]})).await.expect(400);
    }
}

#[tokio::test]
async fn an_epic_is_renamed_coloured_and_closed() {
    let world = world(DC).await;
    let path = format!("{AGILE}/epic/{}", epic(&world, "First").await);
    let body = json!({"name": "Renamed", "color": {"key": "color_4"}, "done": true});
    let shown = world.ada.post(&path, body).await.expect(200);
    assert_eq!((shown["name"].as_str(), shown["done"].as_bool()), (Some("Renamed"), Some(true)));
    assert_eq!((shown["summary"].as_str(), shown["color"]["key"].as_str()), (Some("First"), Some("color_4")));
    world.ada.post(&path, json!({"color": {"key": "red"}})).await.expect(400);
}

#[tokio::test]
async fn ranking_moves_issues_before_and_after_others() {
    let world = world(DC).await;
    let mut made = Vec::new();
    for name in ["a", "b", "c"] {
        made.push(world.make(name).await);
    }
    let [a, b, c] = &made[..] else { panic!("three issues") };
    let order = async || {
        let page =
            world.ada.get(&format!("{AGILE}/board/1/issue?maxResults=1000&fields=summary")).await.expect(200);
        let mut keys = keys(&page);
        keys.retain(|key| made.contains(key));
        keys
    };
    assert_eq!(order().await, made);
    let rank = async |body: Value| world.ada.put(&format!("{AGILE}/issue/rank"), body).await.status;
    assert_eq!(rank(json!({"issues": [c], "rankBeforeIssue": a, "rankCustomFieldId": 10_105})).await, 204);
    assert_eq!(order().await, [c.clone(), a.clone(), b.clone()]);
    assert_eq!(rank(json!({"issues": [c, a], "rankAfterIssue": b})).await, 204);
    assert_eq!(order().await, [b.clone(), c.clone(), a.clone()]);
    let last = world.make("d").await;
    assert!(
        world.field(&last, "customfield_10105").await.as_str()
            > world.field(a, "customfield_10105").await.as_str()
    );
    assert_eq!(rank(json!({"issues": [c]})).await, 400);
    assert_eq!(rank(json!({"issues": [c], "rankBeforeIssue": c})).await, 400);
    assert_eq!(rank(json!({"issues": [c], "rankBeforeIssue": a, "rankCustomFieldId": 7})).await, 400);
}

#[tokio::test]
async fn an_estimate_is_read_and_written_through_a_board() {
    let world = world(CLOUD).await;
    let path = format!("{AGILE}/issue/{}/estimation", world.make("a").await);
    world.ada.get(&path).await.expect(400);
    world.ada.get(&format!("{path}?boardId=99")).await.expect(404);
    let written = world.ada.put(&format!("{path}?boardId=1"), json!({"value": "8"})).await.expect(200);
    assert_eq!(written, json!({"fieldId": "customfield_10011", "value": "8.0"}));
    world.ada.put(&format!("{path}?boardId=1"), json!({"value": "many"})).await.expect(400);
}

#[tokio::test]
async fn boards_and_sprints_keep_properties() {
    let world = world(DC).await;
    for thing in ["board/1", "sprint/2"] {
        let path = format!("{AGILE}/{thing}/properties");
        world.ada.put(&format!("{path}/seen"), json!({"at": 1})).await.expect(201);
        assert_eq!(world.ada.put(&format!("{path}/seen"), json!({"at": 2})).await.status, 200);
        assert_eq!(world.ada.get(&format!("{path}/seen")).await.expect(200)["value"]["at"], 2);
        assert_eq!(world.ada.get(&path).await.expect(200)["keys"][0]["key"], "seen");
        world.ada.delete(&format!("{path}/seen")).await.expect(204);
        world.ada.get(&format!("{path}/seen")).await.expect(404);
    }
}

#[tokio::test]
async fn a_board_knows_its_projects_versions_and_quick_filters() {
    let world = world(CLOUD).await;
    let get = async |what: &str| world.ada.get(&format!("{AGILE}/board/1/{what}")).await;
    assert_eq!(get("project").await.expect(200)["values"][0]["key"], "ACME");
    let versions = get("version?released=false").await.expect(200);
    assert_eq!(versions["values"][0]["name"], "2.0");
    let quick = get("quickfilter").await.expect(200);
    let id = quick["values"][1]["id"].as_u64().unwrap();
    assert_eq!(get(&format!("quickfilter/{id}")).await.expect(200)["name"], "Recently Updated");
    get("quickfilter/99").await.expect(404);
    get("issue?jql=nonsense%20%3D").await.expect(400);
}

#[tokio::test]
async fn sprints_and_boards_are_told_to_webhooks() {
    let mut receiver = Receiver::start().await;
    let world = hooked(DC, target(&receiver.url)).await;
    let path = format!("{AGILE}/sprint/{}", sprint(&world, "Told").await);
    let dates = json!({"state": "active", "startDate": "2026-01-01", "endDate": "2026-01-15"});
    world.ada.post(&path, dates).await.expect(200);
    world.ada.post(&path, json!({"state": "closed"})).await.expect(200);
    let body = json!({"name": "Mine", "type": "kanban", "filterId": 10_000});
    world.ada.post(&format!("{AGILE}/board"), body).await.expect(201);
    let mut told = Vec::new();
    for _ in 0..5 {
        told.push(receiver.next().await);
    }
    let events: Vec<&str> = told.iter().map(|hook| hook.event()).collect();
    assert_eq!(
        events,
        ["sprint_created", "sprint_started", "sprint_updated", "sprint_closed", "board_created"]
    );
    assert_eq!(told[0].body["sprint"]["originBoardId"], 1);
    assert_eq!(told[2].body["oldValue"]["state"], "future");
}
