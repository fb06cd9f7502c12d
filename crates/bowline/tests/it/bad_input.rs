//! Wrong input, wrong proofs and wrong settings: each is told with a code and what to do, and after it is corrected
//! the work goes on.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bowline_core::code;
use serde_json::{Value, json};

use crate::house::{Answer, Hook, Kind, PROFILE, Service, World, http};

/// No regular sweep comes in between: what is found was found because of the wrong input.
const NO_SWEEP: (&str, &str) = ("BOWLINE_SYNC__SWEEP_EVERY", "1h");

/// The remedy that goes with a code, which is what every telling of it must say.
#[track_caller]
fn remedy(code: &str) -> &'static str {
    code::REGISTRY.iter().find(|entry| entry.code == code).expect("a registered code").remedy
}

/// Insists on a problem document of this status and code, with a detail and the code's remedy.
#[track_caller]
fn problem(answer: &Answer, status: u16, code: &str) {
    let body = &answer.body;
    assert_eq!(
        (answer.status, &body["status"], &body["code"]),
        (status, &json!(status), &json!(code)),
        "{body:#}"
    );
    assert_eq!(body["remedy"], remedy(code), "{body:#}");
    assert!(body["detail"].as_str().is_some_and(|detail| detail.ends_with('.')), "{body:#}");
}

/// Waits for the open finding of a code.
async fn finding(service: &Service, code: &str) -> Value {
    let of_code = |page: &Value| {
        let items = page["items"].as_array().unwrap();
        items.iter().find(|finding| finding["code"] == code).cloned()
    };
    let page = service.until("/api/v1/findings", |page| of_code(page).is_some()).await;
    let finding = of_code(&page).unwrap();
    assert_eq!(finding["remedy"], remedy(code), "{finding:#}");
    finding
}

/// Waits until nothing is wrong.
async fn nothing_wrong(service: &Service) {
    service.until("/api/v1/findings", |page| page["items"] == json!([])).await;
}

fn document(from: &str, to: &str) -> Value {
    assert!(PROFILE.contains(from));
    json!({"document": PROFILE.replacen(from, to, 1)})
}

/// The line of the demo's profile that holds these words.
fn line(words: &str) -> usize {
    PROFILE.lines().position(|line| line.contains(words)).unwrap() + 1
}

/// A profile that names something on the right that is not there: the check says where, a finding says what, and
/// once it is corrected the item that waited is made.
async fn named_wrongly(right: &str, wrong: &str, pointer: &str, code: &str) {
    let world = World::bare(Kind::Sqlite, &[NO_SWEEP]).await;
    let document = document(&format!("right = \"{right}\""), &format!("right = \"{wrong}\""));
    let verdict = world.service.ok("POST", "/api/v1/profiles/check", &document).await;
    let told = &verdict["problems"][0];
    assert_eq!((&verdict["ok"], &told["pointer"]), (&json!(false), &json!(pointer)), "{verdict:#}");
    assert_eq!(told["line"], line(&format!("right = \"{right}\"")), "{verdict:#}");
    assert!(
        told["message"].as_str().unwrap().contains(wrong) && told["fix"].as_str().unwrap().contains(right),
        "{verdict:#}"
    );

    world.service.ok("POST", "/api/v1/profiles", &document).await;
    let wish = json!({"profile": "stories", "side": "left", "item": world.stories().await[0]});
    let share = world.service.ok("POST", "/api/v1/shares", &wish).await;
    finding(&world.service, code).await;
    let said = world.cli(&["errors", "list"], "").ok();
    assert!(said.out.contains(code) && said.out.contains(remedy(code)), "{said:#?}");

    world.service.ok("PUT", "/api/v1/profiles/stories", &json!({"document": PROFILE})).await;
    world.active(share["id"].as_str().unwrap()).await;
    nothing_wrong(&world.service).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_does_not_exist_is_told_and_the_item_is_made_after_the_correction() {
    named_wrongly("Web Shop", "Web Shpo", "/routing/0/right", "tool.unknown_project").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_does_not_exist_is_told_and_the_item_is_made_after_the_correction() {
    named_wrongly("UserStory", "UserTale", "/type/0/right", "tool.unknown_type").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_profile_is_refused_with_line_place_and_fix_and_nothing_of_it_is_stored() {
    let world = World::bare(Kind::Sqlite, &[]).await;
    let conflict = line("conflict = \"merge\"");
    let cases = [
        (document("conflict = \"merge\"", "conflict = \"merg\""), conflict, "merge"),
        (document("conflict = \"merge\"", "conflicts = \"merge\""), conflict, "conflict"),
        (document("conflict = \"merge\"", "conflict = "), conflict, ""),
        (document("connection = \"jira\"", "connection = \"jria\""), line("connection = \"jira\""), "jira"),
        (json!({"document": "{\"schema\": 1,"}), 1, ""),
    ];
    for (document, line, fix) in cases {
        for (method, path) in [("POST", "/api/v1/profiles"), ("POST", "/api/v1/profiles/check")] {
            let answer = world.service.call(method, path, &document).await.unwrap();
            if path == "/api/v1/profiles" {
                problem(&answer, 422, "mapping.invalid");
            }
            let told = &answer.body["problems"][0];
            assert_eq!(told["line"], line, "{answer:#?}");
            assert!(told["message"] != "" && told["fix"].as_str().unwrap().contains(fix), "{answer:#?}");
        }
        let said = world.cli(&["profile", "create", "-"], document["document"].as_str().unwrap()).exit(1);
        said.says(&["mapping.invalid", &format!("line {line}"), fix, remedy("mapping.invalid")]);
    }
    let answer = world.service.call("POST", "/api/v1/profiles", &json!({"dokument": PROFILE})).await.unwrap();
    problem(&answer, 400, "api.bad_request");
    assert_eq!(world.service.get("/api/v1/profiles").await["items"], json!([]));
    world.cli(&["profile", "create", "-"], PROFILE).ok();
    world.share("left", &world.stories().await[0]).await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_proofs_are_refused_alike_and_leave_nothing_behind() {
    let world = World::new(Kind::Sqlite, &[NO_SWEEP]).await;
    world.service.settled().await;
    let inbox = world.service.get("/api/v1/inbox").await;
    let body = r#"{"webhookEvent":"jira:issue_updated","issue":{"id":"10001"}}"#;
    let jira = Hook::of(&world.service, &world.jira_hook);
    let targetprocess = Hook::of(&world.service, &world.targetprocess_hook);
    let (other, wrong) = ("A".repeat(43), Some("wrong".to_owned()));
    let wrong_header = targetprocess.header.clone().map(|(name, _)| (name, "wrong".to_owned()));
    let cases = [
        ("wrong secret", Hook { secret: wrong, ..jira.clone() }),
        ("no signature", Hook { secret: None, ..jira.clone() }),
        ("wrong token in the path", Hook { url: jira.url.replace(jira.token(), &other), ..jira.clone() }),
        (
            "another connection",
            Hook { url: jira.url.replace(jira.connection(), targetprocess.connection()), ..jira },
        ),
        ("wrong header", Hook { header: wrong_header, ..targetprocess.clone() }),
        ("no header", Hook { header: None, ..targetprocess }),
    ];
    let mut answers = Vec::new();
    for (name, hook) in cases {
        let answer = hook.post(body, &[]).await.unwrap();
        assert_eq!(answer.status, 401, "{name}");
        problem(&answer, 401, "api.unauthorized");
        answers.push(answer.body);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
    for bearer in ["", "Bearer x", "Bearer bwl_x", &format!("Bearer bwl_{other}"), "Basic YTpi"] {
        let headers = [("authorization", bearer)];
        let answer =
            http("GET", &format!("{}/api/v1/shares", world.service.url), &headers, "").await.unwrap();
        problem(&answer, 401, "api.unauthorized");
    }
    assert_eq!(world.service.get("/api/v1/inbox").await, inbox);
    assert_eq!(world.service.get("/api/v1/findings").await["items"], json!([]));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_sender_with_a_wrong_secret_told_is_found_by_the_sweep_and_later_by_the_right_one() {
    let world = World::new(Kind::Sqlite, &[]).await;
    let (issue, story) = world.share("left", &world.stories().await[0]).await;
    let target = json!({"url": world.jira_hook["url"], "secret": "wrong"});
    world.jira.post("hook-target", &target).await;
    world
        .jira
        .edit(json!({"as": "ada", "item": issue, "fields": {"summary": "Told with a wrong secret"}}))
        .await;
    world.targetprocess.until(&story, |item| item["title"] == "Told with a wrong secret").await;
    let sent = world.jira.get("webhooks?since=0&wait_ms=5000").await;
    let last = sent["webhooks"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["fate"], &last["attempts"][0]["status"]), (&json!("failed"), &json!(401)), "{last:#}");

    world.cli(&["connection", "update", "jira", "--webhook-secret-file", "-"], "wrong\n").ok();
    world
        .jira
        .edit(json!({"as": "ada", "item": issue, "fields": {"summary": "Told with the right one"}}))
        .await;
    world.targetprocess.until(&story, |item| item["title"] == "Told with the right one").await;
    let path = format!("webhooks?since={}&wait_ms=5000", last["id"]);
    let sent = world.jira.get(&path).await;
    assert_eq!(sent["webhooks"][0]["attempts"][0]["status"], 204, "{sent:#}");
    world.end().await;
}

/// Posts something that tells nothing, while an edit goes untold: the edit must be carried all the same.
async fn swept_after(world: &World, body: Vec<u8>, status: u16) -> Answer {
    let (issue, story) = world.share("left", &world.stories().await[0]).await;
    world.service.settled().await;
    world.jira.post("hooks", &json!({"blocked": true})).await;
    world.jira.edit(json!({"as": "ada", "item": issue, "fields": {"summary": "Told by nobody"}})).await;
    let answer = Hook::of(&world.service, &world.jira_hook).post(body, &[]).await.expect("an answer");
    assert_eq!(answer.status, status, "{answer:?}");
    world.targetprocess.until(&story, |item| item["title"] == "Told by nobody").await;
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_30_megabytes_is_refused_told_and_made_up_for_by_a_sweep() {
    let world = World::new(Kind::Sqlite, &[NO_SWEEP]).await;
    let large = vec![b' '; 30 << 20];
    let answer = swept_after(&world, large.clone(), 413).await;
    problem(&answer, 413, "intake.too_large");
    let found = finding(&world.service, "intake.too_large").await;
    let id = found["id"].as_str().unwrap();
    world.cli(&["errors", "resolve", id], "").ok();
    nothing_wrong(&world.service).await;

    let bearer = format!("Bearer {}", world.service.token());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let answer = http("POST", &format!("{}/api/v1/profiles", world.service.url), &headers, large).await;
    problem(&answer.expect("an answer"), 413, "api.too_large");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_utf_8_is_parked_whole_told_and_made_up_for_by_a_sweep() {
    let world = World::new(Kind::Sqlite, &[NO_SWEEP]).await;
    let body =
        b"{\"webhookEvent\":\"jira:issue_updated\",\"issue\":{\"id\":\"10001\",\"x\":\"\xff\xfe\"}}".to_vec();
    swept_after(&world, body.clone(), 204).await;
    finding(&world.service, "intake.unreadable").await;
    let parked = world.service.get("/api/v1/inbox?state=parked").await;
    let [parked] = parked["items"].as_array().unwrap().as_slice() else { panic!("{parked:#}") };
    assert_eq!(parked["outcome"], "not UTF-8");
    let whole = world.service.get(&format!("/api/v1/inbox/{}", parked["id"].as_str().unwrap())).await;
    assert_eq!(
        STANDARD.decode(whole["body"]["base64"].as_str().unwrap()).unwrap(),
        body,
        "nothing of it is lost"
    );
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_an_unknown_kind_is_told_and_looks_at_its_issue_if_it_names_one() {
    let world = World::new(Kind::Sqlite, &[NO_SWEEP]).await;
    let (issue, story) = world.share("left", &world.stories().await[0]).await;
    let hook = Hook::of(&world.service, &world.jira_hook);
    let nothing = json!({"webhookEvent": "jira:galaxy_created"});
    assert_eq!(hook.post(nothing.to_string(), &[]).await.unwrap().status, 204);
    let found = finding(&world.service, "intake.unknown_event").await;
    assert_eq!(found["subject"], "jira:galaxy_created");
    let ignored = world.service.get("/api/v1/inbox?state=ignored").await;
    let ignored = ignored["items"].as_array().unwrap();
    let galaxy = ignored.iter().find(|row| row["event"] == "jira:galaxy_created").unwrap();
    assert_eq!(galaxy["outcome"], "an event of an unknown kind, about no item");

    world.service.settled().await;
    world.jira.post("hooks", &json!({"blocked": true})).await;
    world.jira.edit(json!({"as": "ada", "item": issue, "fields": {"summary": "Blessed"}})).await;
    let id = world.jira.item(&issue).await["id"].clone();
    let blessed = json!({"webhookEvent": "jira:issue_blessed", "issue": {"id": id}});
    assert_eq!(hook.post(blessed.to_string(), &[]).await.unwrap().status, 204);
    world.targetprocess.until(&story, |item| item["title"] == "Blessed").await;
    world.end().await;
}

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
async fn an_item_that_cannot_be_shared_is_refused_with_the_reason_and_can_be_once_the_profile_takes_it() {
    let world = World::new(Kind::Sqlite, &[]).await;
    let all = world.jira.get("items").await;
    let find = |kind: &str, project: &str| {
        let mut items = all["items"].as_array().unwrap().iter();
        let fits = |item: &&Value| item["type"] == kind && item["key"].as_str().unwrap().starts_with(project);
        items.find(fits).unwrap()["key"].as_str().unwrap().to_owned()
    };
    let (elsewhere, bug) = (find("Story", "OPS-"), find("Bug", "ACME-"));
    let share = async |item: &str, profile: &str| {
        let wish = json!({"profile": profile, "side": "left", "item": item});
        world.service.call("POST", "/api/v1/shares", &wish).await.unwrap()
    };
    let (taken, _) = world.share("left", &world.stories().await[0]).await;
    let cases = [
        (elsewhere.as_str(), "stories", 422, "sync.not_routed", 1),
        (bug.as_str(), "stories", 422, "sync.no_type_mapping", 1),
        ("ACME-999999", "stories", 422, "tool.not_found", 1),
        (taken.as_str(), "stories", 409, "sync.already_shared", 5),
        (taken.as_str(), "storeis", 404, "api.not_found", 4),
    ];
    for (item, profile, status, code, exit) in cases {
        problem(&share(item, profile).await, status, code);
        let said = world.cli(&["share", "create", "--profile", profile, "--left", item], "").exit(exit);
        said.says(&[code, remedy(code)]);
    }
    let reasons = share(&elsewhere, "stories").await.body["reasons"].clone();
    assert!(reasons[0].as_str().unwrap().contains("OPS"), "{reasons:#}");

    let wider =
        document("[[routing]]", "[[routing]]\nleft = \"OPS\"\nright = \"Back Office\"\n\n[[routing]]");
    world.service.ok("PUT", "/api/v1/profiles/stories", &wider).await;
    world.share("left", &elsewhere).await;
    nothing_wrong(&world.service).await;
    world.end().await;
}
