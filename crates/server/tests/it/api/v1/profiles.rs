//! Profiles over the API.

use bowline_core::commit::Change;
use bowline_core::port::{Desk, Registry, WorkQueue};
use bowline_core::{Failure, code};
use serde_json::json;

use crate::house::{DOCUMENT, House, document};

#[tokio::test]
async fn a_profile_is_stored_with_its_document_and_both_connections_are_swept() {
    let house = House::new().await;
    let made = house.profile("default").await;
    assert_eq!(
        (&made["name"], &made["state"], &made["revision"]),
        (&json!("stories"), &json!("active"), &json!(1))
    );
    assert_eq!(made["document"], DOCUMENT);
    let by_id = format!("/api/v1/profiles/{}", made["id"].as_str().unwrap());
    assert_eq!(house.call("GET", &by_id).send().await.status(200).json(), made);
    assert_eq!(house.call("GET", "/api/v1/profiles/stories").send().await.status(200).json(), made);
    let listed = house.call("GET", "/api/v1/profiles").send().await.status(200);
    assert!(!listed.text().contains("schema = 1"), "a list is without documents");
    assert_eq!(house.store.depth(bowline_core::Timestamp::MAX).await.unwrap().due, 2);
}

#[tokio::test]
async fn a_document_may_be_json_and_a_profile_may_start_paused() {
    let house = House::new().await;
    house.jira("default").await;
    house.tp("default").await;
    let text = json!({
        "schema": 1, "name": "bugs", "left": { "connection": "jira" }, "right": { "connection": "tp" },
        "routing": [{ "left": "ACME", "right": "WEB" }],
        "type": [{ "left": "Bug", "right": "Bug", "field": [{ "left": "summary", "right": "Name" }] }],
    });
    let ask = json!({ "document": text.to_string(), "state": "paused" });
    let made = house.call("POST", "/api/v1/profiles").json(ask).send().await.status(201).json();
    assert_eq!((&made["name"], &made["state"]), (&json!("bugs"), &json!("paused")));
}

#[tokio::test]
async fn mistakes_are_named_with_line_and_fix() {
    let house = House::new().await;
    house.jira("default").await;
    let text = DOCUMENT.replace("right = \"Name\"", "rihgt = \"Name\"");
    for path in ["/api/v1/profiles", "/api/v1/profiles/check"] {
        let answer = house.call("POST", path).json(json!({ "document": text })).send().await.json();
        let problem = &answer["problems"][0];
        assert_eq!(problem["line"], 15, "{answer}");
        assert_eq!(problem["pointer"], "/type/0/field/0/rihgt");
        assert!(problem["fix"].as_str().unwrap().contains("right"), "{problem}");
    }
    let ask = json!({ "document": DOCUMENT });
    let answer = house.call("POST", "/api/v1/profiles").json(ask).send().await.status(422);
    assert_eq!(answer.problem(), "mapping.invalid");
    let problem = &answer.json()["problems"][0];
    assert_eq!((&problem["pointer"], &problem["line"]), (&json!("/right/connection"), &json!(6)));
    assert!(problem["fix"].as_str().unwrap().contains("`jira`"), "{problem}");
}

#[tokio::test]
async fn a_check_compares_with_the_tools_and_stores_nothing() {
    let house = House::new().await;
    house.jira("default").await;
    house.tp("default").await;
    let check =
        |text: String| house.call("POST", "/api/v1/profiles/check").json(json!({ "document": text })).send();
    let good = check(DOCUMENT.to_owned()).await.status(200).json();
    assert_eq!(good, json!({ "ok": true, "name": "stories", "problems": [], "unchecked": [] }));

    let wrong = check(DOCUMENT.replace("\"ACME\"", "\"ACNE\"")).await.status(200).json();
    assert_eq!(wrong["ok"], false);
    assert!(wrong["problems"][0]["fix"].as_str().unwrap().contains("ACME"), "{wrong}");

    house.tools.probe_fails(Some(Failure::wait(code::AUTH_REJECTED)));
    let silent = check(DOCUMENT.to_owned()).await.status(200).json();
    assert_eq!(silent["ok"], false);
    assert_eq!(silent["unchecked"][0]["code"], "auth.rejected");
    let listed = house.call("GET", "/api/v1/profiles").send().await.status(200).json();
    assert_eq!(listed["items"], json!([]));
}

#[tokio::test]
async fn a_replaced_document_is_a_new_revision_and_what_was_held_back_is_looked_at() {
    let house = House::new().await;
    let profile = house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    house.finding(house.tenant("default").await, &profile, &share).await;
    house.finish_work().await;
    let text = document("user stories");
    let ask = json!({ "document": text });
    let path = "/api/v1/profiles/stories";
    let replaced = house.call("PUT", path).json(ask).send().await.status(200).json();
    assert_eq!((&replaced["name"], &replaced["revision"]), (&json!("user stories"), &json!(2)));
    assert_eq!(replaced["id"], profile["id"]);
    house.call("GET", "/api/v1/profiles/user%20stories").send().await.status(200);
    house.call("GET", path).send().await.status(404);
    let looked_at: Vec<String> =
        house.finish_work().await.iter().map(|claim| claim.entity.to_string()).collect();
    assert_eq!(looked_at.len(), 3, "both sweeps and the share: {looked_at:?}");
    assert!(looked_at.contains(&format!("share/{}", share["id"].as_str().unwrap())));
}

#[tokio::test]
async fn a_profile_with_shares_keeps_its_connections() {
    let house = House::new().await;
    house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    let swapped =
        DOCUMENT.replace("\"jira\"", "\"x\"").replace("\"tp\"", "\"jira\"").replace("\"x\"", "\"tp\"");
    let put = || house.call("PUT", "/api/v1/profiles/stories").json(json!({ "document": swapped })).send();
    assert_eq!(put().await.status(409).problem(), "api.conflict");
    house.call("DELETE", "/api/v1/profiles/stories").send().await.status(409);
    let unlink = format!("/api/v1/shares/{}/unlink", share["id"].as_str().unwrap());
    house.call("POST", &unlink).send().await.status(200);
    put().await.status(200);
    house.call("DELETE", "/api/v1/profiles/stories").send().await.status(204);
}

#[tokio::test]
async fn a_name_is_taken_once() {
    let house = House::new().await;
    house.profile("default").await;
    let again = json!({ "document": DOCUMENT });
    house.call("POST", "/api/v1/profiles").json(again).send().await.status(409);
    let other = json!({ "document": document("other") });
    house.call("POST", "/api/v1/profiles").json(other).send().await.status(201);
    let renamed = json!({ "document": DOCUMENT });
    house.call("PUT", "/api/v1/profiles/other").json(renamed).send().await.status(409);
}

#[tokio::test]
async fn a_profile_pauses_and_resumes() {
    let house = House::new().await;
    let made = house.profile("default").await;
    let tenant = house.tenant("default").await;
    let left = made["left"].as_str().unwrap().parse().unwrap();
    let paused = house.call("POST", "/api/v1/profiles/stories/pause").send().await.status(200).json();
    assert_eq!((&paused["state"], &paused["revision"]), (&json!("paused"), &json!(2)));
    assert!(house.store.profiles_of(tenant, left).await.unwrap().is_empty());
    house.call("POST", "/api/v1/profiles/stories/pause").send().await.status(200);
    let resumed = house.call("POST", "/api/v1/profiles/stories/resume").send().await.status(200).json();
    assert_eq!(
        (&resumed["state"], &resumed["revision"]),
        (&json!("active"), &json!(3)),
        "pausing twice is once"
    );
    assert_eq!(house.store.profiles_of(tenant, left).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_change_from_what_is_no_longer_there_is_refused() {
    let house = House::new().await;
    house.profile("default").await;
    let tenant = house.tenant("default").await;
    for (method, path) in [("PUT", "/api/v1/profiles/stories"), ("POST", "/api/v1/profiles/stories/pause")] {
        let mut other = house.store.profiles(tenant).await.unwrap().remove(0);
        let revision = other.revision;
        other.document = document("stories").replace("ACME", "OTHER");
        house.commits.before_the_next(tenant, vec![Change::PutProfile(Box::new(other.clone()))]);
        let mut call = house.call(method, path);
        if method == "PUT" {
            call = call.json(json!({ "document": DOCUMENT }));
        }
        assert_eq!(call.send().await.status(409).problem(), "api.conflict");
        other.revision = revision + 1;
        assert_eq!(house.store.profiles(tenant).await.unwrap(), [other]);
    }
}

#[tokio::test]
async fn bodies_that_hold_no_document_are_refused() {
    let house = House::new().await;
    house.profile("default").await;
    for (method, path) in [
        ("POST", "/api/v1/profiles"),
        ("POST", "/api/v1/profiles/check"),
        ("PUT", "/api/v1/profiles/stories"),
    ] {
        for body in ["", "{", "[]", "{}", r#"{"document": 1}"#, r#"{"document": "", "more": 1}"#, "\u{0}"] {
            let call = house.call(method, path).header("content-type", "application/json").body(body);
            assert_eq!(call.send().await.status(400).problem(), "api.bad_request", "{method} {path} {body}");
        }
        let call = house.call(method, path).header("content-type", "application/toml").body(DOCUMENT);
        call.send().await.status(415);
    }
}
