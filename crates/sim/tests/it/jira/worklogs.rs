//! Logged work, the estimates that follow it, and the feeds of what was changed.

use serde_json::{Value, json};

use super::{CLOUD, DC, issue, world};

#[tokio::test]
async fn work_is_logged_changed_and_taken_back_and_estimates_follow() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let key = world.make("one").await;
        let base = format!("/rest/api/2/issue/{key}/worklog");
        let made = world
            .ada
            .post(
                &base,
                json!({"timeSpent": "3h", "comment": "*hard*", "started": "2026-01-17T12:34:00.000+0100"}),
            )
            .await
            .expect(201);
        assert_eq!((&made["timeSpent"], &made["timeSpentSeconds"]), (&json!("3h"), &json!(10_800)));
        assert_eq!(made["started"], "2026-01-17T11:34:00.000+0000");
        assert_eq!(made["comment"], "*hard*");
        assert_eq!(
            world.field(&key, "timetracking").await,
            json!({
                "remainingEstimate": "0m", "timeSpent": "3h", "remainingEstimateSeconds": 0, "timeSpentSeconds": 10_800,
            })
        );
        let path = format!("{base}/{}", made["id"].as_str().unwrap());
        assert_eq!(world.bob.get(&path).await.expect(200), made);
        let edited = world.ada.put(&path, json!({"timeSpent": "2h"})).await.expect(200);
        assert_eq!((&edited["timeSpent"], &edited["comment"]), (&json!("2h"), &json!("*hard*")));
        let tracking = world.field(&key, "timetracking").await;
        assert_eq!((&tracking["remainingEstimate"], &tracking["timeSpent"]), (&json!("1h"), &json!("2h")));
        assert_eq!(
            world.field(&key, "progress").await,
            json!({"progress": 7_200, "total": 10_800, "percent": 66})
        );
        let field = world.field(&key, "worklog").await;
        assert_eq!((&field["total"], &field["worklogs"][0]["id"]), (&json!(1), &made["id"]));
        assert_eq!(
            world.bob.put(&path, json!({"timeSpent": "1h"})).await.status,
            if face == CLOUD { 400 } else { 403 }
        );
        assert_eq!(
            world.admin.put(&path, json!({"comment": "easy"})).await.expect(200)["updateAuthor"]["displayName"],
            "Alex Admin"
        );
        assert_eq!(world.ada.delete(&path).await.status, 204);
        assert_eq!(world.field(&key, "timetracking").await["remainingEstimate"], "3h");
        let gone = world.ada.get(&path).await.expect(404);
        assert!(gone["errorMessages"][0].as_str().unwrap().starts_with("Cannot find worklog with id"));
        assert_eq!(world.ada.delete(&path).await.status, 404);
    }
}

#[tokio::test]
async fn histories_of_logged_work_are_those_of_each_face() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let key = world.make("one").await;
        let made = world
            .ada
            .post(&format!("/rest/api/2/issue/{key}/worklog"), json!({"timeSpentSeconds": 3_600}))
            .await
            .expect(201);
        let shown = world.ada.get(&format!("/rest/api/2/issue/{key}?expand=changelog")).await.expect(200);
        let items = &shown["changelog"]["histories"][0]["items"];
        let (gone, come) =
            if face == CLOUD { (Value::Null, made["id"].clone()) } else { (made["id"].clone(), Value::Null) };
        assert_eq!(
            items[0],
            json!({"field": "WorklogId", "fieldtype": "jira", "from": gone, "fromString": gone, "to": come, "toString": come})
        );
        assert_eq!((&items[1]["field"], &items[1]["to"]), (&json!("timeestimate"), &json!("0")));
        assert_eq!((&items[2]["field"], &items[2]["to"]), (&json!("timespent"), &json!("3600")));
    }
}

#[tokio::test]
async fn the_remaining_estimate_is_adjusted_as_asked() {
    let world = world(DC).await;
    let mut body = issue("one");
    body["fields"]["timetracking"] = json!({"originalEstimate": "1d 2h"});
    let key = world.ada.post("/rest/api/2/issue", body).await.expect(201)["key"].as_str().unwrap().to_owned();
    let base = format!("/rest/api/2/issue/{key}/worklog");
    let hour = json!({"timeSpent": "1h"});
    let mut last = Value::Null;
    for (query, remaining) in [
        ("", "1d 1h"),
        ("?adjustEstimate=leave", "1d 1h"),
        ("?adjustEstimate=new&newEstimate=5h%2010m", "5h 10m"),
        ("?adjustEstimate=manual&reduceBy=2h", "3h 10m"),
    ] {
        last = world.ada.post(&format!("{base}{query}"), hour.clone()).await.expect(201);
        assert_eq!(world.field(&key, "timetracking").await["remainingEstimate"], remaining, "{query}");
    }
    assert_eq!(world.field(&key, "timespent").await, 14_400);
    assert_eq!(world.field(&key, "workratio").await, 40);
    assert_eq!(world.field(&key, "timeoriginalestimate").await, 36_000);
    for (query, field, said) in [
        ("?adjustEstimate=new", "newEstimate", "Value is required when adjustEstimate is new"),
        ("?adjustEstimate=manual", "reduceBy", "A value is required for manual estimate adjustment"),
        ("?adjustEstimate=new&newEstimate=soon", "newEstimate", "Invalid new estimate entered."),
    ] {
        assert_eq!(
            world.ada.post(&format!("{base}{query}"), hour.clone()).await.expect(400)["errors"][field],
            said
        );
    }
    let path = format!("{base}/{}", last["id"].as_str().unwrap());
    let manual =
        world.ada.put(&format!("{path}?adjustEstimate=manual&reduceBy=1h"), hour.clone()).await.expect(400);
    assert!(manual["errors"]["adjustEstimate"].is_string());
    assert_eq!(world.ada.delete(&format!("{path}?adjustEstimate=manual&increaseBy=1h")).await.status, 204);
    assert_eq!(world.field(&key, "timetracking").await["remainingEstimate"], "4h 10m");
    let edit = json!({"fields": {"timetracking": {"remainingEstimate": "2h"}}});
    assert_eq!(world.ada.put(&format!("/rest/api/2/issue/{key}"), edit).await.status, 204);
    assert_eq!(world.field(&key, "timetracking").await["originalEstimate"], "1d 2h");
    assert_eq!(world.field(&key, "timeestimate").await, 7_200);
    let wrong = json!({"update": {"timetracking": [{"edit": {"originalEstimate": "x"}}]}});
    let refused = world.ada.put(&format!("/rest/api/2/issue/{key}"), wrong).await.expect(400);
    assert_eq!(refused["errors"]["timetracking"], "The original estimate specified is not valid.");
}

#[tokio::test]
async fn worklogs_that_say_nothing_are_refused() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    let base = format!("/rest/api/3/issue/{key}/worklog");
    for (body, said) in [
        (json!({}), "You must indicate the time spent working."),
        (json!({"timeSpentSeconds": 30}), "You must indicate the time spent working."),
        (json!({"timeSpent": "two hours"}), "Invalid time duration entered."),
        (json!({"timeSpent": 5}), "Invalid time duration entered."),
        (json!({"timeSpentSeconds": -1}), "Invalid time duration entered."),
    ] {
        let refused = world.ada.post(&base, body).await.expect(400);
        assert_eq!(refused["errors"]["timeLogged"], said);
        assert_eq!(refused["errorMessages"][0], "Worklog must not be null.");
    }
    for wrong in [
        json!([]),
        json!({"timeSpent": "1h", "comment": "no document"}),
        json!({"timeSpent": "1h", "started": "yesterday"}),
        json!({"timeSpent": "1h", "visibility": {"type": "role", "value": "Nobody"}}),
    ] {
        assert_eq!(world.ada.post(&base, wrong.clone()).await.status, 400, "{wrong}");
    }
    assert_eq!(world.control.post(&base, json!({"timeSpent": "1h"})).await.status, 401);
    assert_eq!(
        world.ada.post("/rest/api/3/issue/ACME-99999/worklog", json!({"timeSpent": "1h"})).await.status,
        404
    );
    assert_eq!(world.ada.get(&format!("{base}/abc")).await.status, 404);
    let log = world.ada.get(&base).await.expect(200);
    assert_eq!((&log["total"], &log["maxResults"]), (&json!(0), &json!(5_000)));
}

#[tokio::test]
async fn restricted_work_is_for_members_and_documents_stay_documents() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    let base = format!("/rest/api/3/issue/{key}/worklog");
    let text = json!({"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "hi"}]}]});
    let made = world.admin.post(&base, json!({"timeSpent": "1h", "comment": text, "visibility": {"type": "role", "value": "Administrators"}})).await.expect(201);
    assert_eq!(made["comment"], text);
    assert_eq!(made["visibility"], json!({"type": "role", "value": "Administrators"}));
    assert_eq!(world.ada.get(&format!("{base}/{}", made["id"].as_str().unwrap())).await.status, 404);
    assert_eq!(world.ada.get(&base).await.expect(200)["total"], 0);
    assert_eq!(world.field(&key, "worklog").await["total"], 0);
    let bare = world.ada.post(&base, json!({"timeSpent": "1h"})).await.expect(201);
    assert!(bare.get("comment").is_none());
    let later = world.ada.get(&format!("{base}?startedAfter=99999999999999")).await.expect(200);
    assert_eq!(later["total"], 0);
}

#[tokio::test]
async fn properties_of_worklogs_are_kept() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    let base = format!("/rest/api/3/issue/{key}/worklog");
    let body = json!({"timeSpent": "1h", "properties": [{"key": "a", "value": 1}]});
    let made = world.ada.post(&format!("{base}?expand=properties"), body).await.expect(201);
    assert_eq!(made["properties"], json!([{"key": "a", "value": 1}]));
    let path = format!("{base}/{}/properties", made["id"].as_str().unwrap());
    assert_eq!(world.ada.put(&format!("{path}/b"), json!({"x": 1})).await.status, 201);
    assert_eq!(world.ada.put(&format!("{path}/b"), json!({"x": 2})).await.status, 200);
    assert_eq!(world.ada.get(&path).await.expect(200)["keys"].as_array().unwrap().len(), 2);
    assert_eq!(world.bob.get(&format!("{path}/b")).await.expect(200)["value"], json!({"x": 2}));
    assert_eq!(world.bob.put(&format!("{path}/b"), json!(1)).await.status, 403);
    assert_eq!(world.ada.delete(&format!("{path}/b")).await.status, 204);
    assert_eq!(world.ada.delete(&format!("{path}/b")).await.status, 404);
    assert_eq!(world.ada.get(&format!("{path}/b")).await.status, 404);
}

#[tokio::test]
async fn the_feeds_tell_what_was_changed_and_deleted_once_a_minute_has_passed() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let key = world.make("one").await;
        let base = format!("/rest/api/2/issue/{key}/worklog");
        let mut ids = Vec::new();
        for _ in 0..3 {
            let made = world.ada.post(&base, json!({"timeSpent": "1h"})).await.expect(201);
            ids.push(made["id"].as_str().unwrap().parse::<u64>().unwrap());
        }
        world.ada.delete(&format!("{base}/{}", ids[1])).await;
        let fresh = world.ada.get("/rest/api/2/worklog/updated").await.expect(200);
        assert_eq!((&fresh["values"], &fresh["lastPage"]), (&json!([]), &json!(true)));
        world.control.post("/_sim/clock", json!({"advance_ms": 61_000})).await.expect(200);
        let told = |page: &Value| -> Vec<u64> {
            page["values"].as_array().unwrap().iter().map(|one| one["worklogId"].as_u64().unwrap()).collect()
        };
        let updated = world.ada.get("/rest/api/2/worklog/updated?since=0").await.expect(200);
        assert_eq!(told(&updated), [ids[0], ids[2]]);
        let deleted = world.ada.get("/rest/api/2/worklog/deleted").await.expect(200);
        assert_eq!(told(&deleted), [ids[1]]);
        let until = updated["until"].as_i64().unwrap();
        let later =
            world.ada.get(&format!("/rest/api/2/worklog/updated?since={}", until + 1)).await.expect(200);
        assert_eq!(later["values"], json!([]));
        let list =
            world.ada.post("/rest/api/2/worklog/list", json!({"ids": [ids[0], ids[1], 5]})).await.expect(200);
        assert_eq!((list.as_array().unwrap().len(), &list[0]["timeSpent"]), (1, &json!("1h")));
        assert_eq!(world.ada.post("/rest/api/2/worklog/list", json!({"ids": []})).await.status, 400);
        assert_eq!(world.ada.post("/rest/api/2/worklog/list", json!({"ids": ["x"]})).await.status, 400);
        assert_eq!(world.control.get("/rest/api/2/worklog/updated").await.status, 401);
    }
}

#[tokio::test]
async fn work_comes_along_with_an_edit_and_is_rendered_for_people() {
    let world = world(DC).await;
    let mut body = issue("one");
    body["update"] = json!({"worklog": [{"add": {"timeSpent": "50m", "comment": "hello", "adjustEstimate": "new", "newEstimate": "4h"}}]});
    let key = world.ada.post("/rest/api/2/issue", body).await.expect(201)["key"].as_str().unwrap().to_owned();
    assert_eq!(world.field(&key, "timetracking").await["remainingEstimate"], "4h");
    let edit = json!({"update": {"worklog": [{"add": {"timeSpent": "10m"}}]}});
    assert_eq!(world.ada.put(&format!("/rest/api/2/issue/{key}"), edit).await.status, 204);
    assert_eq!(world.field(&key, "worklog").await["total"], 2);
    let wrong = json!({"update": {"worklog": [{"add": {"timeSpent": "x"}}]}});
    assert_eq!(world.ada.put(&format!("/rest/api/2/issue/{key}"), wrong).await.status, 400);
    super::attach(&world.ada, &key, &[("a.txt", "text/plain", b"hello")]).await.expect(200);
    let shown = world.ada.get(&format!("/rest/api/2/issue/{key}?expand=renderedFields")).await.expect(200);
    let rendered = &shown["renderedFields"];
    assert_eq!(rendered["timespent"], "1 hour");
    assert_eq!(rendered["worklog"]["worklogs"][0]["timeSpent"], "50 minutes");
    assert!(rendered["worklog"]["worklogs"][0]["comment"].as_str().unwrap().contains("hello"));
    assert_eq!(rendered["attachment"][0]["size"], "0.0 kB");
    assert_eq!(rendered["timetracking"]["remainingEstimate"], "3 hours, 50 minutes");
}
