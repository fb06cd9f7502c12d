//! The control API.

use bowline_sim::jira::Options;
use serde_json::{Value, json};

use crate::jira::{CLOUD, DC, hooked, issue, start_with, target, world};
use crate::receiver::Receiver;
use crate::targetprocess;

#[tokio::test]
async fn the_guide_names_every_route() {
    let world = world(CLOUD).await;
    let guide = world.control.get("/_sim/").await.expect(200);
    let routes: Vec<&str> =
        guide["routes"].as_array().unwrap().iter().map(|one| one["route"].as_str().unwrap()).collect();
    assert_eq!(world.control.get("/_sim").await.expect(200), guide);
    for route in routes {
        let (method, path) = route.split_once(' ').unwrap();
        let path = path.replace("{id}", "ACME-1").replace("{name}", "start");
        let method: http::Method = method.parse().unwrap();
        let answer = world.control.send(method, &path, "{}".into()).await.unwrap();
        // Each is there; the empty body is refused by most.
        assert!(
            ![404, 405].contains(&answer.status) || path.contains("faults/"),
            "{route}: {}",
            answer.status
        );
    }
}

#[tokio::test]
async fn the_state_counts_and_names_the_settings() {
    let world = start_with(Options { issues: 7, ..Options::default() }).await;
    let state = world.control.get("/_sim/state").await.expect(200);
    assert_eq!((state["product"].as_str(), state["deployment"].as_str()), (Some("jira"), Some("cloud")));
    assert_eq!((state["counts"]["items"].as_u64(), state["hooks"].as_array().unwrap().len()), (Some(7), 0));
    let tp = targetprocess::world(bowline_sim::targetprocess::Options::default()).await;
    let state = tp.control().get("/_sim/state").await.expect(200);
    assert_eq!(
        (state["product"].as_str(), state["counts"]["items"].as_u64()),
        (Some("targetprocess"), Some(122))
    );
}

#[tokio::test]
async fn one_seed_gives_one_set_of_data() {
    let titles = async |seed: u64| -> Vec<String> {
        let world = start_with(Options { seed, issues: 20, ..Options::default() }).await;
        let items = world.control.get("/_sim/items").await.expect(200);
        items["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| format!("{} {}", item["key"], item["title"]))
            .collect()
    };
    assert_eq!(titles(1).await, titles(1).await);
    assert_ne!(titles(1).await, titles(2).await);
}

#[tokio::test]
async fn the_clock_is_set_moved_and_stopped() {
    let world = world(DC).await;
    let clock = async |change: Value| world.control.post("/_sim/clock", change).await.expect(200);
    clock(json!({"freeze": true})).await;
    let shown = clock(json!({"set": 1_900_000_000_000_i64})).await;
    assert_eq!((&shown["now"], &shown["frozen"]), (&json!(1_900_000_000_000_i64), &json!(true)));
    assert_eq!(shown["time"], "2030-03-17T17:46:40.000Z");
    assert_eq!(clock(json!({"set": "2030-03-17T18:46:40+01:00"})).await["now"], shown["now"]);
    let key = world.make("one").await;
    assert_eq!(world.field(&key, "created").await, "2030-03-17T17:46:40.000+0000");
    clock(json!({"advance_ms": 1_000})).await;
    world.ada.put(&format!("/rest/api/2/issue/{key}"), json!({"fields": {"summary": "two"}})).await;
    assert_eq!(world.field(&key, "updated").await, "2030-03-17T17:46:41.000+0000");
    // Two changes within one millisecond still have two times.
    world.ada.put(&format!("/rest/api/2/issue/{key}"), json!({"fields": {"summary": "three"}})).await;
    assert_eq!(world.field(&key, "updated").await, "2030-03-17T17:46:41.001+0000");
    let looked = world.control.get("/_sim/clock").await.expect(200);
    assert_eq!(looked["now"], 1_900_000_001_000_i64);
    for wrong in [
        json!({"jump": 1}),
        json!({"set": "tomorrow"}),
        json!({"advance": "a while"}),
        json!({"speed": -1}),
        json!({"reset": false}),
    ] {
        assert_eq!(world.control.post("/_sim/clock", wrong.clone()).await.status, 400, "{wrong}");
    }
    let real = clock(json!({"reset": true})).await;
    assert!(real["now"].as_i64().unwrap() < 1_900_000_000_000 && real["frozen"] == false);
}

#[tokio::test]
async fn a_fast_clock_brings_tomorrows_webhook_at_once() {
    let mut receiver = Receiver::start().await;
    let world = hooked(CLOUD, target(&receiver.url)).await;
    let rule = json!({"do": {"kind": "hook_delay", "ms": 86_400_000}});
    world.control.post("/_sim/faults", rule).await.expect(200);
    world.make("late").await;
    assert_eq!(
        world.control.post("/_sim/clock", json!({"speed": 90_000})).await.expect(200)["speed"],
        90_000.0
    );
    assert_eq!(receiver.next().await.body["issue"]["fields"]["summary"], "late");
}

#[tokio::test]
async fn what_was_said_in_a_request_can_be_read_without_its_secrets() {
    let world = world(DC).await;
    let sent = json!({"username": "ada", "password": "ada"});
    world.control.post("/rest/auth/1/session", sent).await.expect(200);
    world.ada.get("/rest/api/2/issue/ACME-1").await.expect(200);
    let login = world.control.get("/_sim/requests/1").await.expect(200);
    assert_eq!(login["asked"]["body"], json!({"username": "ada", "password": "***"}));
    assert_eq!(login["answered"]["headers"]["set-cookie"], "***");
    let read = world.control.get("/_sim/requests/2").await.expect(200);
    assert_eq!(read["asked"]["headers"]["authorization"], "***");
    assert_eq!(read["answered"]["body"]["key"], "ACME-1");
    assert_eq!(world.control.get("/_sim/requests/3").await.status, 404);
}

#[tokio::test]
async fn people_projects_and_items_are_shown_by_pages() {
    let world = world(CLOUD).await;
    let about = world.control.get("/_sim/about").await.expect(200);
    assert_eq!(
        (about["title"].as_str(), about["people"][1]["name"].as_str()),
        (Some("Jira Cloud"), Some("ada"))
    );
    assert_eq!(
        (about["projects"][1]["key"].as_str(), about["projects"][1]["items"].as_u64()),
        (Some("OPS"), Some(40))
    );
    let page = world.control.get("/_sim/items?start=1&max=2").await.expect(200);
    let keys = |page: &Value| -> Vec<String> {
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["key"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!((keys(&page), page["total"].as_u64()), (vec!["ACME-80".into(), "ACME-79".into()], Some(120)));
    let made = world.make("A very special thing").await;
    let found = world.control.get("/_sim/items?q=SPECIAL+thing").await.expect(200);
    assert_eq!((keys(&found), found["total"].as_u64()), (vec![made], Some(1)));
    let tp = targetprocess::world(bowline_sim::targetprocess::Options::default()).await;
    let about = tp.control().get("/_sim/about").await.expect(200);
    assert_eq!(
        (about["title"].as_str(), about["people"][2]["name"].as_str()),
        (Some("Targetprocess"), Some("bob"))
    );
    assert_eq!(tp.control().get("/_sim/items?max=5").await.expect(200)["total"], 122);
}

#[tokio::test]
async fn requests_are_recorded_without_secrets_and_control_calls_are_not() {
    let tp = targetprocess::world(bowline_sim::targetprocess::Options::default()).await;
    tp.get("/api/v1/Projects", &[]).await.expect(200);
    tp.get("/api/v1/Bugs/999999", &[]).await.expect(404);
    let requests = tp.control().get("/_sim/requests").await.expect(200);
    let list = requests["requests"].as_array().unwrap();
    assert_eq!(list.len(), 2);
    assert_eq!(
        (list[0]["method"].as_str(), list[0]["path"].as_str()),
        (Some("GET"), Some("/api/v1/Projects"))
    );
    assert_eq!(list[0]["query"], "access_token=***&format=json");
    assert_eq!((list[0]["user"].as_str(), list[1]["status"].as_u64()), (Some("ada"), Some(404)));
    let later = tp.control().get("/_sim/requests?since=1").await.expect(200);
    assert_eq!(later["requests"], json!([list[1]]));
    tp.control().delete("/_sim/requests").await.expect(200);
    assert_eq!(tp.control().get("/_sim/requests").await.expect(200)["requests"], json!([]));
}

#[tokio::test]
async fn a_person_edits_a_jira_issue_and_webhooks_tell_of_it() {
    let mut receiver = Receiver::start().await;
    let world = hooked(DC, target(&receiver.url)).await;
    let edit = async |edit: Value| world.control.post("/_sim/edit", edit).await;
    let made = edit(json!({"as": "bob", "create": issue("made by a person")["fields"]})).await.expect(200);
    let key = made["key"].as_str().unwrap();
    assert_eq!(receiver.next().await.body["user"]["name"], "bob");
    let change = json!({
        "as": "ada", "item": key, "fields": {"summary": "changed"}, "update": {"labels": [{"add": "x"}]},
        "state": "Done", "comment": "finished *it*",
    });
    let edited = edit(change).await.expect(200);
    let item = world.control.get(&format!("/_sim/item/{key}")).await.expect(200);
    assert_eq!(
        (item["title"].as_str(), item["state"].as_str(), item["resolution"].as_str()),
        (Some("changed"), Some("Done"), Some("Done"))
    );
    assert_eq!((&item["labels"], &item["comments"][0]["id"]), (&json!(["x"]), &edited["comment"]));
    assert_eq!(item["comments"][0]["body"], json!({"markup": "wiki", "source": "finished *it*"}));
    let deeds: Vec<&str> =
        item["writes"].as_array().unwrap().iter().map(|write| write["deed"].as_str().unwrap()).collect();
    assert_eq!(deeds, ["create", "update", "transition", "transition", "transition", "comment_create"]);
    assert!(item["writes"].as_array().unwrap().iter().all(|write| write["via"] == "person"));
    let comment = edited["comment"].clone();
    edit(json!({"as": "ada", "item": key, "edit_comment": {"id": comment, "body": "more"}}))
        .await
        .expect(200);
    edit(json!({"as": "ada", "item": key, "delete_comment": comment})).await.expect(200);
    edit(json!({"as": "ada", "item": key, "delete": true})).await.expect(200);
    assert_eq!(world.control.get(&format!("/_sim/item/{key}")).await.status, 404);
    let items = world.control.get("/_sim/items").await.expect(200);
    assert_eq!(items["deleted"][0]["key"], key);
    for wrong in [
        json!({}),
        json!({"as": "carl", "item": "ACME-1"}),
        json!({"as": "ada", "item": "ACME-9999"}),
        json!({"as": "ada", "item": "ACME-1", "state": "Nowhere"}),
        json!({"as": "ada", "item": "ACME-1", "fields": {"foo": 1}}),
        json!({"as": "ada", "item": "ACME-1", "colour": 1}),
    ] {
        assert!(edit(wrong).await.expect(400)["error"].is_string());
    }
}

#[tokio::test]
async fn a_person_edits_a_targetprocess_item() {
    let tp = targetprocess::world(bowline_sim::targetprocess::Options::default()).await;
    let edit = async |edit: Value| tp.control().post("/_sim/edit", edit).await;
    let create = json!({"ResourceType": "Bug", "Name": "Crash", "Project": {"Id": 101}});
    let id = edit(json!({"as": "bob", "create": create})).await.expect(200)["id"].clone();
    let change = json!({
        "as": "ada", "item": id, "fields": {"Name": "Big crash"}, "state": "Done", "comment": "<div>done</div>", "assign": "bob",
    });
    edit(change).await.expect(200);
    let item = tp.control().get(&format!("/_sim/item/{}", id.as_str().unwrap())).await.expect(200);
    assert_eq!((item["title"].as_str(), item["state"].as_str()), (Some("Big crash"), Some("Done")));
    assert_eq!(
        (item["assignments"][0]["user"].as_str(), item["comments"][0]["author"].as_str()),
        (Some("bob"), Some("ada"))
    );
    edit(json!({"as": "ada", "item": id, "unassign": "bob", "delete_comment": item["comments"][0]["id"]}))
        .await
        .expect(200);
    edit(json!({"as": "ada", "item": id, "delete": true})).await.expect(200);
    assert_eq!(tp.control().get("/_sim/items").await.expect(200)["deleted"][0]["id"], id);
    assert_eq!(edit(json!({"as": "ada", "item": id, "fields": {"Name": "x"}})).await.status, 400);
}

#[tokio::test]
async fn writes_by_the_api_are_counted_with_who_and_what() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    let path = format!("/rest/api/3/issue/{key}");
    for _ in 0..2 {
        world.bob.put(&path, json!({"fields": {"summary": "same"}})).await;
    }
    world.bob.put(&format!("{path}/properties/bowline"), json!({"share": "shr_1"})).await;
    let item = world.control.get(&format!("/_sim/item/{key}")).await.expect(200);
    let writes = item["writes"].as_array().unwrap();
    let shown: Vec<(&str, &str, &str)> = writes
        .iter()
        .map(|write| {
            (write["who"].as_str().unwrap(), write["via"].as_str().unwrap(), write["deed"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("ada", "api", "create"),
            ("bob", "api", "update"),
            ("bob", "api", "update"),
            ("bob", "api", "property_set")
        ]
    );
    assert_eq!(writes[1]["fields"], json!(["summary"]));
    assert_eq!(item["history"].as_array().unwrap().len(), 1);
    assert_eq!(item["marker"], json!({"key": "bowline", "value": {"share": "shr_1"}}));
    let items = world.control.get("/_sim/items").await.expect(200);
    let listed = items["items"].as_array().unwrap().iter().find(|item| item["key"] == key.as_str()).unwrap();
    assert_eq!(listed["marker"], item["marker"]);
}

#[tokio::test]
async fn the_target_is_changed_at_run_time() {
    let (mut first, mut second) = (Receiver::start().await, Receiver::start().await);
    let world = hooked(CLOUD, target(&first.url)).await;
    world.make("one").await;
    first.next().await;
    let change =
        json!({"url": second.url, "secret": "s", "jql": "project = OPS", "events": ["jira:issue_created"]});
    world.control.post("/_sim/hook-target", change).await.expect(200);
    world.make("two").await;
    let mut ops = issue("three");
    ops["fields"]["project"]["key"] = "OPS".into();
    world.ada.post("/rest/api/2/issue", ops).await.expect(201);
    let got = second.next().await;
    assert_eq!(got.body["issue"]["fields"]["summary"], "three");
    assert!(got.header("x-hub-signature").is_some());
    world.control.post("/_sim/hook-target", json!({"url": null})).await.expect(200);
    world.make("four").await;
    assert_eq!(world.control.get("/_sim/webhooks").await.expect(200)["last"], 2);
    assert_eq!(world.control.post("/_sim/hook-target", json!({"uri": "x"})).await.status, 400);
    let unreadable = json!({"url": second.url, "jql": "colour = red"});
    let refused = world.control.post("/_sim/hook-target", unreadable).await.expect(400);
    assert!(refused["error"].as_str().unwrap().contains("'colour'"));
}

#[tokio::test]
async fn blocked_webhooks_are_swallowed_and_can_be_sent_later() {
    let mut receiver = Receiver::start().await;
    let world = hooked(CLOUD, target(&receiver.url)).await;
    world.control.post("/_sim/hooks", json!({"blocked": true})).await.expect(200);
    world.make("one").await;
    let sent = world.control.get("/_sim/webhooks").await.expect(200);
    assert_eq!(
        (sent["webhooks"][0]["fate"].as_str(), &sent["webhooks"][0]["attempts"]),
        (Some("swallowed"), &json!([]))
    );
    world.control.post("/_sim/hooks", json!({"blocked": false})).await.expect(200);
    world.make("two").await;
    assert_eq!(receiver.next().await.body["issue"]["fields"]["summary"], "two");
    let again = world.control.post("/_sim/webhooks/redeliver", json!({"ids": [1]})).await.expect(200);
    assert_eq!(again["ids"], json!([3]));
    assert_eq!(receiver.next().await.body["issue"]["fields"]["summary"], "one");
    world.control.post("/_sim/webhooks/redeliver", json!({"since": 1})).await.expect(200);
    assert_eq!(receiver.next().await.body["issue"]["fields"]["summary"], "two");
    assert_eq!(world.control.post("/_sim/webhooks/redeliver", json!({"ids": [99]})).await.status, 404);
}

#[tokio::test]
async fn a_stopped_simulator_no_longer_listens() {
    let world = world(DC).await;
    let address = world.running.address();
    assert_eq!(world.ada.get("/rest/api/2/myself").await.status, 200);
    world.running.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    let again = bowline_sim::jira::start(Options::default(), address).await.unwrap();
    assert_eq!(again.address(), address);
    let taken = bowline_sim::jira::start(Options::default(), address).await.unwrap_err();
    assert!(matches!(taken, bowline_sim::Error::Bind { .. }));
}

#[tokio::test]
async fn a_simulator_starts_at_the_time_and_with_the_webhook_it_is_told() {
    let now = Some(1_900_000_000_000);
    let world = start_with(Options { now, frozen: true, ..Options::default() }).await;
    let clock = world.control.get("/_sim/clock").await.expect(200);
    assert_eq!((clock["now"].as_i64(), clock["frozen"].as_bool()), (now, Some(true)));
    assert_eq!(world.running.about().people.len(), 3);
    // The newest issue is an hour and a half old.
    let newest = world.control.get("/_sim/item/ACME-80").await.expect(200);
    assert_eq!(newest["created"], 1_900_000_000_000_i64 - 2 * 90 * 60_000);
    let webhook =
        bowline_sim::WebhookTarget { jql: Some("project =".to_owned()), ..target("http://127.0.0.1:1") };
    let refused = bowline_sim::jira::start(
        Options { webhook: Some(webhook), ..Options::default() },
        "127.0.0.1:0".parse().unwrap(),
    )
    .await
    .unwrap_err();
    assert!(matches!(refused, bowline_sim::Error::Filter(_)), "{refused}");
}

#[tokio::test]
async fn what_is_on_or_off_is_turned_over_by_the_change_it_names() {
    let world = world(DC).await;
    let toggles = async || world.control.get("/_sim/settings").await.expect(200)["toggles"].clone();
    let before = toggles().await;
    for toggle in before.as_array().unwrap() {
        world.control.post("/_sim/settings", toggle["change"].clone()).await.expect(200);
    }
    for (before, after) in before.as_array().unwrap().iter().zip(toggles().await.as_array().unwrap()) {
        assert_eq!((&before["label"], before["on"] == false), (&after["label"], after["on"] == true));
    }
    assert_eq!(world.control.get("/rest/api/2/project/ACME").await.status, 200);
}
