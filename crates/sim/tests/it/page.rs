//! The page for browsers: what it shows, what its forms do, and what it keeps out.

use bowline_sim::targetprocess::Options as Tp;
use http::Method;
use serde_json::{Value, json};

use crate::client::{Client, Reply, encode};
use crate::jira::{CLOUD, DC, World, world};
use crate::targetprocess;

const TABS: [&str; 5] = ["", "/items", "/setup", "/faults", "/clock"];

async fn page(control: &Client, path: &str) -> String {
    let answer = control.get(&format!("/_sim/page{path}")).await;
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    assert_eq!(answer.status, 200, "{path}: {text}");
    text
}

/// Sends a form of the page.
async fn send(control: &Client, fields: &[(&str, &str)]) -> Reply {
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let form = control.clone().and("content-type", "application/x-www-form-urlencoded");
    form.send(Method::POST, "/_sim/page", body.join("&").into()).await.unwrap()
}

/// Sends a form that is carried out; the answer leads back.
async fn done(world: &World, fields: &[(&str, &str)]) {
    let answer = send(&world.control, fields).await;
    assert_eq!(answer.status, 303, "{}", String::from_utf8_lossy(&answer.body));
    let back = fields.iter().find(|(name, _)| *name == "back").map_or("", |(_, value)| value);
    assert_eq!(answer.headers["location"].to_str().unwrap(), format!("page/{back}").trim_end_matches('/'));
}

#[tokio::test]
async fn browsers_get_the_page_and_programs_the_list() {
    let world = world(CLOUD).await;
    for (accept, html) in [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
        ("application/json", false),
        ("application/json, text/html", false),
        ("*/*", false),
    ] {
        for path in ["/_sim", "/_sim/"] {
            let answer = world.control.clone().and("accept", accept).get(path).await;
            let media = answer.headers["content-type"].to_str().unwrap().to_owned();
            assert_eq!((answer.status, media.starts_with("text/html")), (200, html), "{accept}");
            assert_eq!(answer.headers["vary"], "Accept");
        }
    }
    assert!(world.control.get("/_sim/").await.expect(200)["routes"].is_array());
    assert_eq!(world.control.get("/_sim/page/").await.headers["location"], "../page");
    assert_eq!(world.control.get("/_sim/page/nothing").await.status, 404);
    assert_eq!(world.control.get("/_sim/page/items/ACME-9999").await.status, 404);
}

#[tokio::test]
async fn every_page_is_whole_in_itself() {
    let jira = world(DC).await;
    let tp = targetprocess::world(Tp::default()).await;
    for control in [&jira.control, tp.control()] {
        for tab in TABS {
            let answer = control.get(&format!("/_sim/page{tab}")).await;
            let policy = answer.headers["content-security-policy"].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
            assert_eq!(answer.headers["x-content-type-options"], "nosniff");
            let text = String::from_utf8(answer.body.to_vec()).unwrap();
            assert!(!text.contains(" src=") && !text.contains("@import") && !text.contains("url("), "{tab}");
            let links = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
            for link in links {
                let link = link.replace("&#x2f;", "/");
                let own = link.starts_with("page") || link.starts_with("../page") || link.starts_with('#');
                assert!(own || link.starts_with("data:"), "{tab}: {link}");
            }
        }
    }
    let text = page(tp.control(), "").await;
    assert!(text.contains("Targetprocess <span class=\"badge\">simulated</span>"));
}

#[tokio::test]
async fn what_people_wrote_is_shown_as_text() {
    let world = world(CLOUD).await;
    let evil = "<script>alert(1)</script> \"'&";
    let key = world.make(evil).await;
    let comment = json!({"as": "ada", "item": key, "comment": evil, "update": {"labels": [{"add": "<b>"}]}});
    world.control.post("/_sim/edit", comment).await.expect(200);
    world.control.post("/_sim/faults", json!({"name": evil, "do": {"kind": "hidden"}})).await.expect(200);
    let path = format!("/rest/api/3/{}?q={}", encode(evil), encode(evil));
    world.ada.get(&path).await;
    world
        .control
        .post("/_sim/hook-target", json!({"url": "http://x/<script>alert(1)</script>"}))
        .await
        .expect(200);
    let item = format!("/items/{key}");
    let search = format!("/items?q={}", encode(evil));
    for path in TABS.into_iter().chain([item.as_str(), search.as_str(), "/requests/1", "/requests/2"]) {
        let text = page(&world.control, path).await;
        assert_eq!(text.matches("<script>").count(), 1, "{path}");
        assert!(!text.contains("<script>alert") && !text.contains("<b>&quot;"), "{path}");
    }
    for path in [item.as_str(), "/items"] {
        assert!(
            page(&world.control, path).await.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;"),
            "{path}"
        );
    }
    let wrong = send(&world.control, &[("to", evil), ("back", "\"><script>")]).await;
    assert_eq!(wrong.status, 400);
    assert_eq!(String::from_utf8(wrong.body.to_vec()).unwrap().matches("<script>").count(), 1);
}

#[tokio::test]
async fn items_are_made_edited_and_deleted_as_a_person() {
    let world = world(CLOUD).await;
    let make = [
        ("to", "create"),
        ("back", "items"),
        ("as", "ada"),
        ("project", "OPS"),
        ("kind", "Bug"),
        ("title", "Made here"),
    ];
    done(&world, &make).await;
    let found = world.control.get("/_sim/items?q=made+here").await.expect(200);
    let (key, id) = (found["items"][0]["key"].as_str().unwrap(), found["items"][0]["id"].as_str().unwrap());
    assert!(key.starts_with("OPS-"));
    let back = format!("items/{key}");
    let edit = [
        ("to", "edit"),
        ("back", &back),
        ("item", id),
        ("as", "bob"),
        ("title", "Ünd + more"),
        ("state", "Done"),
        ("comment", "a\nb"),
    ];
    done(&world, &edit).await;
    let item = world.control.get(&format!("/_sim/item/{key}")).await.expect(200);
    assert_eq!((item["title"].as_str(), item["state"].as_str()), (Some("Ünd + more"), Some("Done")));
    assert_eq!(
        (item["comments"][0]["author"].as_str(), item["comments"][0]["body"]["source"].as_str()),
        (Some("bob"), Some("a\nb"))
    );
    assert!(page(&world.control, &format!("/{back}")).await.contains("Ünd + more"));
    done(&world, &[("to", "delete"), ("back", "items"), ("item", id), ("as", "admin")]).await;
    assert_eq!(world.control.get(&format!("/_sim/page/{back}")).await.status, 404);
    let refused =
        send(&world.control, &[("to", "edit"), ("item", "ACME-1"), ("as", "ada"), ("state", "Nowhere")])
            .await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn a_targetprocess_item_is_made_and_edited_as_a_person() {
    let tp = targetprocess::world(Tp::default()).await;
    let make = [("to", "create"), ("as", "ada"), ("project", "101"), ("kind", "Bug"), ("title", "Made here")];
    assert_eq!(send(tp.control(), &make).await.status, 303);
    let found = tp.control().get("/_sim/items?q=made+here").await.expect(200);
    let id = found["items"][0]["id"].as_str().unwrap();
    let edit = [
        ("to", "edit"),
        ("item", id),
        ("as", "bob"),
        ("title", "Edited"),
        ("state", "Done"),
        ("comment", "x"),
    ];
    assert_eq!(send(tp.control(), &edit).await.status, 303);
    let text = page(tp.control(), &format!("/items/{id}")).await;
    assert!(text.contains("Edited") && text.contains("<option>In Testing</option>"));
    let settings = tp.control().get("/_sim/settings").await.expect(200);
    let change = settings["toggles"][0]["change"].to_string();
    assert_eq!(send(tp.control(), &[("to", "setting"), ("body", &change)]).await.status, 303);
    assert_eq!(tp.control().get("/_sim/state").await.expect(200)["settings"]["comment_required"], true);
}

#[tokio::test]
async fn every_ready_made_fault_is_one_button() {
    let world = world(DC).await;
    let text = page(&world.control, "/faults").await;
    let buttons = text.split("name=\"body\" value=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let rules: Vec<String> = buttons
        .map(|rule| {
            rule.replace("&quot;", "\"")
                .replace("&#x2f;", "/")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&#x27;", "'")
        })
        .collect();
    assert!(rules.len() > 15);
    for rule in &rules {
        done(&world, &[("to", "fault"), ("back", "faults"), ("body", rule)]).await;
    }
    let faults = world.control.get("/_sim/faults").await.expect(200);
    assert_eq!(faults["faults"].as_array().unwrap().len(), rules.len());
    assert!(page(&world.control, "/faults").await.contains("faults in force"));
    done(&world, &[("to", "unfault"), ("back", "faults"), ("body", "1")]).await;
    done(&world, &[("to", "mend"), ("back", "faults"), ("body", "")]).await;
    assert_eq!(world.control.get("/_sim/faults").await.expect(200)["faults"], json!([]));
    let form = [
        ("to", "fault-form"),
        ("back", "faults"),
        ("kind", "status"),
        ("status", "418"),
        ("path", "/rest/**"),
        ("caller", "bob"),
        ("times", "1"),
    ];
    done(&world, &form).await;
    assert_eq!(world.ada.get("/rest/api/2/myself").await.status, 200);
    assert_eq!(world.bob.get("/rest/api/2/myself").await.status, 418);
    assert_eq!(world.bob.get("/rest/api/2/myself").await.status, 200);
    let wrong = send(&world.control, &[("to", "fault"), ("body", "{\"do\": {\"kind\": \"explode\"}}")]).await;
    assert!(wrong.status == 400 && String::from_utf8_lossy(&wrong.body).contains("explode"));
}

#[tokio::test]
async fn clock_and_snapshots_are_turned_from_the_page() {
    let world = world(CLOUD).await;
    done(&world, &[("to", "clock"), ("back", "clock"), ("body", "{\"freeze\": true}")]).await;
    done(&world, &[("to", "set"), ("back", "clock"), ("at", "2026-03-29T00:59:00Z")]).await;
    done(&world, &[("to", "snapshot"), ("back", "clock"), ("name", "here")]).await;
    done(&world, &[("to", "advance"), ("back", "clock"), ("period", "2d 6h")]).await;
    done(&world, &[("to", "speed"), ("back", "clock"), ("speed", "60")]).await;
    let clock = world.control.get("/_sim/clock").await.expect(200);
    assert_eq!(
        (clock["time"].as_str(), clock["speed"].as_f64()),
        (Some("2026-03-31T06:59:00.000Z"), Some(60.0))
    );
    world.make("gone soon").await;
    assert!(page(&world.control, "/clock").await.contains("here"));
    done(&world, &[("to", "restore"), ("back", "clock"), ("body", "here")]).await;
    let state = world.control.get("/_sim/state").await.expect(200);
    assert_eq!(
        (state["clock"]["time"].as_str(), state["counts"]["items"].as_u64()),
        (Some("2026-03-29T00:59:00.000Z"), Some(120))
    );
    done(&world, &[("to", "unsnapshot"), ("back", "clock"), ("body", "here")]).await;
    for wrong in [
        [("to", "restore"), ("body", "here")],
        [("to", "unsnapshot"), ("body", "start")],
        [("to", "snapshot"), ("name", "a b")],
        [("to", "set"), ("at", "later")],
        [("to", "speed"), ("speed", "fast")],
        [("to", "clock"), ("body", "")],
    ] {
        assert_eq!(send(&world.control, &wrong).await.status, 400, "{wrong:?}");
    }
}

#[tokio::test]
async fn webhooks_are_aimed_blocked_and_sent_again_from_the_page() {
    let mut receiver = crate::receiver::Receiver::start().await;
    let world = world(CLOUD).await;
    assert!(page(&world.control, "").await.contains("Nobody listens"));
    done(
        &world,
        &[("to", "target"), ("back", "setup"), ("url", &receiver.url), ("secret", "s"), ("jql", "")],
    )
    .await;
    assert!(page(&world.control, "/setup").await.contains("signed"));
    world.make("told").await;
    receiver.next().await;
    let told = page(&world.control, "/webhooks/1").await;
    assert!(told.contains("jira:issue_created") && told.contains("x-hub-signature"));
    done(&world, &[("to", "again"), ("back", ""), ("body", "1")]).await;
    receiver.next().await;
    done(&world, &[("to", "block"), ("back", ""), ("body", "true")]).await;
    assert!(page(&world.control, "").await.contains("webhooks blocked"));
    done(&world, &[("to", "block"), ("back", ""), ("body", "false")]).await;
    done(&world, &[("to", "release"), ("back", ""), ("body", "")]).await;
    done(&world, &[("to", "target"), ("back", "setup"), ("url", "")]).await;
    assert_eq!(world.control.get("/_sim/state").await.expect(200)["hooks"], json!([]));
    done(&world, &[("to", "forget"), ("back", ""), ("body", "")]).await;
    assert_eq!(world.control.get("/_sim/requests").await.expect(200)["requests"], json!([]));
}

#[tokio::test]
async fn rights_and_settings_are_changed_from_the_page() {
    let world = world(CLOUD).await;
    let deny = [("to", "deny"), ("back", "setup"), ("user", "ada"), ("right", "browse"), ("project", "ACME")];
    done(&world, &deny).await;
    assert_eq!(world.ada.get("/rest/api/3/issue/ACME-1").await.status, 404);
    assert!(page(&world.control, "/setup").await.contains("ada may not browse in ACME"));
    let about = world.control.get("/_sim/about").await.expect(200);
    assert_eq!(about["denied"], json!([["ada", "ACME", "browse"]]));
    let allow = json!({"user": "ada", "project": "ACME", "right": "browse", "allowed": true}).to_string();
    done(&world, &[("to", "setting"), ("back", "setup"), ("body", &allow)]).await;
    assert_eq!(world.ada.get("/rest/api/3/issue/ACME-1").await.status, 200);
}

#[tokio::test]
async fn a_foreign_page_cannot_send_a_form() {
    let world = world(CLOUD).await;
    let fields = [("to", "block"), ("body", "true")];
    for (name, value) in
        [("origin", "https://attacker.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
    {
        assert_eq!(send(&world.control.clone().and(name, value), &fields).await.status, 403);
    }
    assert_eq!(world.control.get("/_sim/state").await.expect(200)["sent"]["blocked"], false);
}

#[tokio::test]
async fn whoever_watches_is_told_of_everything_that_changes() {
    let world = world(CLOUD).await;
    let version = async || -> Value { world.control.get("/_sim/page/version").await.expect(200) };
    let before = version().await;
    let watcher = world.control.clone();
    let path = format!("/_sim/page/version?since={before}");
    let news = tokio::spawn(async move { watcher.get(&path).await.expect(200) });
    world.ada.get("/rest/api/3/myself").await;
    assert_ne!(news.await.unwrap(), before);
    let before = version().await;
    world.control.post("/_sim/clock", json!({"advance": "1h"})).await.expect(200);
    assert_ne!(version().await, before);
}
