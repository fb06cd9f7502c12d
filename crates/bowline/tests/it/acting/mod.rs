//! Several people under one connection: the service account works, and what people who let it write is written as them.
//! The real service against a simulated Data Center and a simulated Cloud, with the tokens of two people.

mod busy;
#[cfg(feature = "crash")]
mod killed;
mod scene;

use serde_json::{Value, json};

use scene::{Face, Scene, acting, said};

const BOTH: [Face; 2] = [Face::Cloud, Face::DataCenter];

/// One comment, by this author, with or without a word about whose it is.
fn only(found: &[(String, String)], author: &str, header: bool) {
    let [(by, body)] = found else { panic!("it stands there {} times: {found:?}", found.len()) };
    assert_eq!((by.as_str(), body.contains("wrote in Targetprocess:")), (author, header), "{body}");
}

/// Who made each change of a kind in Jira through its API.
fn authors(item: &Value, deed: &str) -> Vec<String> {
    let all = item["writes"].as_array().unwrap().iter();
    let ours = all.filter(|write| write["via"] == "api" && write["deed"] == deed);
    ours.map(|write| write["who"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_write_stands_under_their_names_once_and_never_comes_back() {
    for face in BOTH {
        let scene = Scene::new(face, &acting(face, "person")).await;
        scene.lets("ada", "people").await;
        scene.lets("bob", "people").await;
        let listed = scene.delegations().await;
        let people = [0, 1].map(|at| (listed[at]["name"].clone(), listed[at]["acts"].clone()));
        assert_eq!(people, [("Ada Byron", true), ("Bob Kahn", true)].map(|(a, b)| (json!(a), json!(b))));
        // All at once: nobody's tokens serve somebody else.
        let hers = scene.says("ada", "From Ada").await;
        scene.says("bob", "From Bob").await;
        scene.says("admin", "From the robot").await;
        only(&scene.arrived("From Ada").await, "ada", false);
        only(&scene.arrived("From Bob").await, "bob", false);
        only(&scene.arrived("From the robot").await, "admin", true);
        // The other way nobody has consented to anything.
        scene.jira_post("edit", &json!({"as": "ada", "item": scene.issue, "comment": "From Jira"})).await;
        let there = scene.right.until(&scene.story, |item| said(item, "From Jira").len() == 1).await;
        assert!(said(&there, "From Jira")[0].1.contains("Ada Byron wrote in Jira:"), "{there:#}");
        // What stands under her name says nothing about whose it is, after an edit too. Targetprocess does not tell who
        // edited, so it is not changed in her name.
        let (item, edit) =
            (scene.story.parse::<u64>().unwrap(), json!({"id": hers, "body": "<div>Ada again</div>"}));
        scene.right.edit(json!({"as": "ada", "item": item, "edit_comment": edit})).await;
        only(&scene.arrived("Ada again").await, "ada", false);
        scene.rest().await;
        let (left, right) = (scene.in_jira().await, scene.right.item(&scene.story).await);
        assert_eq!(left["comments"].as_array().unwrap().len(), 4, "{face:?}: {left:#}");
        assert_eq!(right["comments"].as_array().unwrap().len(), 4, "{face:?}: {right:#}");
        let mut made = authors(&left, "comment_create");
        made.sort();
        assert_eq!(made, ["ada", "admin", "bob"], "{face:?}");
        assert_eq!(authors(&left, "comment_update"), ["admin"], "{face:?}");
        assert_eq!(scene.findings().await, [""; 0], "{face:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_takes_it_back_is_replaced_by_the_service_account_and_the_connection_is_not_blamed() {
    for face in BOTH {
        let scene = Scene::new(face, &acting(face, "person")).await;
        scene.lets("ada", "people").await;
        scene.lets("bob", "people").await;
        scene.says("bob", "While it lasts").await;
        only(&scene.arrived("While it lasts").await, "bob", false);
        scene.take_back("bob").await;
        scene.says("bob", "After the end").await;
        only(&scene.arrived("After the end").await, "admin", true);
        scene.says("ada", "Ada goes on").await;
        only(&scene.arrived("Ada goes on").await, "ada", false);
        assert_eq!(scene.health().await, "ok", "{face:?}");
        assert_eq!(scene.findings().await, ["auth.person_refused"], "{face:?}");
        let listed = scene.delegations().await;
        assert_eq!((&listed[0]["acts"], &listed[1]["acts"]), (&json!(true), &json!(false)), "{listed:#}");
        assert_eq!(listed[1]["state"], "needs_reauth", "{listed:#}");
        // Words that the service account has carried are changed by it, and say whose they are.
        scene.lets("bob", "people").await;
        scene.says("bob", "Back again").await;
        only(&scene.arrived("Back again").await, "bob", false);
        assert_eq!(scene.findings().await, [""; 0], "{face:?}: he was told of, and it is over");
        scene.rest().await;
        for words in ["While it lasts", "After the end", "Ada goes on", "Back again"] {
            assert_eq!(said(&scene.in_jira().await, words).len(), 1, "{face:?}: {words}");
            let there = scene.right.item(&scene.story).await;
            assert_eq!(said(&there, words).len(), 1, "{face:?}: {words}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_may_not_write_there_is_replaced_for_that_comment_only() {
    for face in BOTH {
        let scene = Scene::new(face, &acting(face, "person")).await;
        scene.lets("ada", "people").await;
        let may = async |allowed: bool| {
            let right = json!({"user": "ada", "project": "ACME", "right": "comment", "allowed": allowed});
            scene.jira_post("settings", &right).await;
        };
        may(false).await;
        scene.says("ada", "Not allowed").await;
        only(&scene.arrived("Not allowed").await, "admin", true);
        scene
            .service
            .until("/api/v1/activity", |page| page.to_string().contains("sync.person_not_allowed"))
            .await;
        assert_eq!(
            (scene.health().await, &scene.delegations().await[0]["acts"]),
            (json!("ok"), &json!(true))
        );
        may(true).await;
        scene.says("ada", "Allowed").await;
        only(&scene.arrived("Allowed").await, "ada", false);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_is_too_narrow_is_told_and_not_tried_again() {
    for (face, scopes) in
        [(Face::Cloud, json!(["read:jira-work", "read:jira-user"])), (Face::DataCenter, json!(["READ"]))]
    {
        let scene = Scene::new(face, &acting(face, "person")).await;
        scene.client("narrow", scopes).await;
        scene.lets("ada", "narrow").await;
        for words in ["First", "Second"] {
            scene.says("ada", words).await;
            only(&scene.arrived(words).await, "admin", true);
        }
        let listed = scene.delegations().await;
        assert_eq!(listed[0]["refused"]["code"], "auth.scope_missing", "{face:?}: {listed:#}");
        assert_eq!((&listed[0]["acts"], &listed[0]["state"]), (&json!(false), &json!("active")));
        assert_eq!(scene.findings().await, ["auth.person_refused"], "{face:?}");
        assert_eq!(scene.health().await, "ok", "{face:?}");
        assert_eq!(authors(&scene.in_jira().await, "comment_create"), ["admin", "admin"], "{face:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_acted_for_unless_the_profile_says_so_and_no_longer_than_they_allow_it() {
    let face = Face::DataCenter;
    let scene = Scene::new(face, &acting(face, "service")).await;
    scene.lets("ada", "people").await;
    scene.says("ada", "Off by default").await;
    only(&scene.arrived("Off by default").await, "admin", true);
    let document = json!({"document": acting(face, "person")});
    scene.service.ok("PUT", "/api/v1/profiles/stories", &document).await;
    let hers = scene.says("ada", "Turned on").await;
    only(&scene.arrived("Turned on").await, "ada", false);
    let grant = scene.delegations().await[0]["grant"].as_str().unwrap().to_owned();
    scene.service.ok("DELETE", "/api/v1/connections/jira/delegations/ada", &Value::Null).await;
    scene.says("ada", "Taken back here").await;
    only(&scene.arrived("Taken back here").await, "admin", true);
    // What stands under her name from before says whose it is, once it is changed without her consent.
    let (item, edit) =
        (scene.story.parse::<u64>().unwrap(), json!({"id": hers, "body": "<div>Changed since</div>"}));
    scene.right.edit(json!({"as": "ada", "item": item, "edit_comment": edit})).await;
    only(&scene.arrived("Changed since").await, "ada", true);
    let grant = scene.service.get(&format!("/api/v1/grants/{grant}")).await;
    assert_eq!((&grant["state"], &grant["acting"]), (&json!("revoked"), &json!([])), "{grant:#}");
}
