//! Connections with a credential or an address that is wrong.

use serde_json::{Value, json};

use super::{finding, nothing_wrong, problem, remedy};
use crate::house::{Kind, Tool, World, http};

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_credential_is_told_and_the_work_that_waited_is_done_after_the_correction() {
    let world = World::new(Kind::Sqlite, &[]).await;
    let (issue, story) = world.share("left", &world.stories().await[0]).await;
    world.service.settled().await;
    world.cli(&["connection", "update", "jira", "--secret-file", "-"], "token-of-nobody").ok();
    let verdict = world.service.ok("POST", "/api/v1/connections/jira/test", &Value::Null).await;
    assert_eq!((&verdict["ok"], &verdict["code"]), (&json!(false), &json!("auth.rejected")), "{verdict:#}");
    assert_eq!(verdict["remedy"], remedy("auth.rejected"));
    world.cli(&["connection", "test", "jira"], "").exit(3).says(&["auth.rejected", remedy("auth.rejected")]);
    finding(&world.service, "auth.rejected").await;

    // Both sides are edited while nothing can be carried.
    let name = json!({"as": "bob", "item": story.parse::<u64>().unwrap(), "fields": {"Name": "Written while we waited"}});
    world.targetprocess.edit(name).await;
    world.jira.edit(json!({"as": "ada", "item": issue, "comment": "Said while we waited"})).await;
    let wish = json!({"profile": "stories", "side": "left", "item": world.stories().await[1]});
    problem(&world.service.call("POST", "/api/v1/shares", &wish).await.unwrap(), 502, "auth.rejected");

    world.cli(&["connection", "update", "jira", "--secret-file", "-"], "token-admin\n").ok();
    world.jira.until(&issue, |item| item["title"] == "Written while we waited").await;
    world
        .targetprocess
        .until(&story, |item| item["comments"].to_string().contains("Said while we waited"))
        .await;
    nothing_wrong(&world.service).await;
    world.cli(&["connection", "test", "jira"], "").ok();
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_address_is_told_and_the_work_that_waited_is_done_after_the_correction() {
    let world = World::new(Kind::Sqlite, &[]).await;
    let (issue, story) = world.share("left", &world.stories().await[0]).await;
    world.service.settled().await;
    let move_to = async |url: &str| {
        let body = json!({"base_url": url, "secret": "token-admin", "same_site": true});
        world.service.call("PATCH", "/api/v1/connections/targetprocess", &body).await.unwrap()
    };
    problem(&move_to("tp.example").await, 400, "api.bad_request");
    problem(&move_to(&format!("{}?token=x", world.targetprocess.url)).await, 400, "api.bad_request");
    let tested = |code: &str| {
        let said = world.cli(&["--json", "connection", "test", "targetprocess"], "").exit(7);
        let (verdict, error, remedy) = (said.json(), said.error(), json!(remedy(code)));
        assert_eq!(
            (&verdict["ok"], &verdict["code"], &error["code"]),
            (&json!(false), &json!(code), &json!(code))
        );
        assert_eq!((&verdict["remedy"], &error["remedy"]), (&remedy, &remedy));
    };
    let cases = [
        // Nothing listens; another server answers; the address is inside the network and nobody allowed it.
        ("http://127.0.0.1:1", "net.unreachable"),
        (&world.jira.url, "net.wrong_address"),
        ("http://10.1.2.3", "net.address_refused"),
    ];
    for (url, code) in cases {
        assert_eq!(move_to(url).await.status, 200);
        tested(code);
        // What passes by itself is tried again; what needs a person is told to one.
        if code != "net.unreachable" {
            finding(&world.service, code).await;
        }
    }
    assert_eq!(move_to(&world.targetprocess.url).await.status, 200);
    // A sign-in page is in between.
    world.targetprocess.fault(json!({"path": "/api/**"}), json!({"kind": "login_page"}), 1_000).await;
    tested("net.not_json");
    world
        .jira
        .edit(json!({"as": "ada", "item": issue, "fields": {"summary": "Written while we waited"}}))
        .await;
    finding(&world.service, "net.not_json").await;
    world.targetprocess.no_faults().await;
    world.targetprocess.until(&story, |item| item["title"] == "Written while we waited").await;
    nothing_wrong(&world.service).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_captcha_is_told_with_the_page_where_a_person_solves_it() {
    let world = World::bare(Kind::Sqlite, &[]).await;
    let jira = Tool::start(&["jira", "--deployment", "dc", "--issues", "3"]);
    let create = ["connection", "create", "dc", "--tool", "jira_dc", "--url", &jira.url, "--user", "ada"];
    world.cli(&[&create[..], &["--secret-file", "-"]].concat(), "not her password").ok();
    let test = || world.cli(&["connection", "test", "dc"], "").exit(3);
    test().says(&["auth.rejected"]);
    // What is refused is not sent again at once: it is not us who lock the account.
    test().says(&["auth.rejected"]);
    locked(&jira).await;
    again().await;
    let page = format!("Sign in at {}/login.jsp as this account.", jira.url);
    test().says(&["auth.captcha_required", &page, remedy("auth.captcha_required")]);
    world.cli(&["connection", "update", "dc", "--secret-file", "-"], "ada").ok();
    test().says(&["auth.captcha_required", &page]);
    jira.post("settings", &json!({"login": {"reset": "ada"}})).await;
    again().await;
    world.cli(&["connection", "test", "dc"], "").ok();
    world.end().await;
}

/// Longer than a refused password is kept back.
async fn again() {
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
}

/// Somebody guesses Ada's password until Jira wants a person.
async fn locked(jira: &Tool) {
    let url = format!("{}/rest/auth/1/session", jira.url);
    for _ in 0..10 {
        let body = json!({"username": "ada", "password": "guessed"}).to_string();
        let answer = http("POST", &url, &[("content-type", "application/json")], body).await.unwrap();
        if answer.status == 403 {
            return;
        }
    }
    panic!("Jira never wants a person");
}
