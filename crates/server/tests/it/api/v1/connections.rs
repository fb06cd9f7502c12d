//! Connections over the API.

use bowline_auth::SystemEntropy;
use bowline_core::commit::Change;
use bowline_core::connection::Health;
use bowline_core::failure::Words;
use bowline_core::finding::{Cause, Occurrence};
use bowline_core::port::{Clock, Registry, Vault};
use bowline_core::secret::Purpose;
use bowline_core::{Failure, FindingId, SignedDuration, code};
use serde_json::{Value, json};

use crate::house::{DOCUMENT, House};

fn ask() -> Value {
    json!({
        "name": "jira", "tool": "jira_dc", "base_url": "https://jira.example/jira/",
        "sign_in": { "method": "personal_access_token" }, "secret": "pat-of-jira",
        "settings": { "assignment_role": "Owner" },
    })
}

#[tokio::test]
async fn a_new_jira_cloud_connection_shows_its_webhook_address_and_secret_once() {
    let house = House::new().await;
    let made = house.jira("default").await;
    assert_eq!(made["base_url"], "https://acme.example");
    assert_eq!(made["browse_url"], "https://acme.example");
    assert_eq!(made["health"], json!({ "state": "unknown" }));
    assert_eq!(made["intake"], json!({ "signed": true, "header": null }));
    let (url, secret) = (&made["webhook"]["url"], &made["webhook"]["secret"]);
    let id = made["id"].as_str().unwrap();
    assert!(url.as_str().unwrap().starts_with(&format!("http://127.0.0.1:7700/hooks/{id}/")));
    assert!(secret.as_str().unwrap().len() > 40);
    for path in
        [format!("/api/v1/connections/{id}"), "/api/v1/connections".into(), "/api/v1/connections/jira".into()]
    {
        let shown = house.call("GET", &path).send().await.status(200).text();
        assert!(shown.contains(id));
        for hidden in ["api-token-of-jira", secret.as_str().unwrap(), url.as_str().unwrap(), "hash"] {
            assert!(!shown.contains(hidden), "{hidden}");
        }
    }
    assert_eq!(house.bell.rings(), 1, "the sweep of a new connection is rung for");
}

#[tokio::test]
async fn a_header_is_demanded_and_its_token_made_here_if_none_is_given() {
    let house = House::new().await;
    let mut one = ask();
    one["header"] = json!({ "name": "X-Hook-Token" });
    let made = house.call("POST", "/api/v1/connections").json(one).send().await.status(201).json();
    assert_eq!(made["intake"], json!({ "signed": false, "header": "x-hook-token" }));
    assert!(made["webhook"]["header"]["token"].as_str().unwrap().len() > 40);
    let mut other = ask();
    other["name"] = json!("jira-2");
    other["header"] = json!({ "name": "X-Hook-Token", "token": "chosen-by-the-operator" });
    let made = house.call("POST", "/api/v1/connections").json(other).send().await.status(201);
    assert!(!made.text().contains("chosen-by-the-operator"));
}

#[tokio::test]
async fn a_name_is_taken_once() {
    let house = House::new().await;
    house.call("POST", "/api/v1/connections").json(ask()).send().await.status(201);
    let again = house.call("POST", "/api/v1/connections").json(ask()).send().await.status(409);
    assert_eq!(again.problem(), "api.conflict");
}

#[tokio::test]
async fn what_cannot_be_a_connection_is_refused() {
    let house = House::new().await;
    let wrong = [
        ("name", json!("a b")),
        ("name", json!(7)),
        ("tool", json!("trello")),
        ("base_url", json!("https://user:password@jira.example")),
        ("base_url", json!("file:///etc/passwd")),
        ("browse_url", json!("javascript:alert(1)")),
        ("sign_in", json!({ "method": "api_token", "email": "bot@acme.example" })),
        ("sign_in", json!({ "method": "basic", "user": "a:b" })),
        ("sign_in", json!({ "method": "kerberos" })),
        ("secret", json!("")),
        ("secret", json!("two\nlines")),
        ("webhook_secret", json!("")),
        ("header", json!({ "name": "not a header" })),
        ("header", json!({ "name": "x-hook", "token": "" })),
        ("settings", json!({ "x".repeat(61): "y" })),
        ("surprise", json!(true)),
    ];
    for (field, value) in wrong {
        let mut ask = ask();
        ask[field] = value;
        let answer = house.call("POST", "/api/v1/connections").json(ask).send().await.status(400);
        assert_eq!(answer.problem(), "api.bad_request", "{field}");
    }
    let mut signed = ask();
    (signed["tool"], signed["webhook_secret"]) = (json!("targetprocess"), json!("x"));
    signed["sign_in"] = json!({ "method": "access_token" });
    house.call("POST", "/api/v1/connections").json(signed).send().await.status(400);
}

#[tokio::test]
async fn an_update_changes_what_is_given_and_makes_health_unknown_again() {
    let house = House::new().await;
    house.jira("default").await;
    house.call("POST", "/api/v1/connections/jira/test").send().await.status(200);
    let patch =
        json!({ "base_url": "https://new.example/", "secret": "another-token", "settings": { "a": "b" } });
    let changed = house.call("PATCH", "/api/v1/connections/jira").json(patch).send().await.status(200).json();
    assert_eq!(changed["base_url"], "https://new.example");
    assert_eq!(changed["browse_url"], "https://new.example", "it was the same before");
    assert_eq!(changed["settings"], json!({ "a": "b" }));
    assert_eq!(changed["health"], json!({ "state": "unknown" }));
    assert!(changed["identity"].is_null());
    assert_eq!(changed["revision"], 2);
    assert_eq!(changed["sign_in"]["email"], "bot@acme.example");

    let patch = json!({ "browse_url": "https://people.example", "header": { "name": "x-hook" } });
    let changed = house.call("PATCH", "/api/v1/connections/jira").json(patch).send().await.status(200).json();
    assert_eq!(
        (&changed["base_url"], &changed["browse_url"]),
        (&json!("https://new.example"), &json!("https://people.example"))
    );
    assert!(changed["header"]["token"].is_string());
}

#[tokio::test]
async fn a_stored_secret_never_goes_to_another_origin() {
    let house = House::new().await;
    house.jira("default").await;
    let patch = |body: Value| house.call("PATCH", "/api/v1/connections/jira").json(body).send();
    for url in ["https://evil.example", "http://acme.example", "https://acme.example:8443"] {
        let refused = patch(json!({ "base_url": url })).await.status(400);
        assert!(refused.text().contains("`secret`"), "{}", refused.text());
        let method = json!({ "method": "api_token", "email": "eve@evil.example" });
        patch(json!({ "base_url": url, "sign_in": method })).await.status(400);
    }
    patch(json!({ "base_url": "https://ACME.example:443/jira" })).await.status(200);
    patch(json!({ "base_url": "https://evil.example", "secret": "entered anew" })).await.status(200);
}

#[tokio::test]
async fn a_new_secret_is_a_new_row_and_the_old_one_goes() {
    let house = House::new().await;
    house.jira("default").await;
    let tenant = house.tenant("default").await;
    let stored = async || house.store.connections(tenant).await.unwrap().remove(0);
    let before = stored().await;
    let body = json!({ "secret": "another" });
    house.call("PATCH", "/api/v1/connections/jira").json(body).send().await.status(200);
    let after = stored().await;
    assert_ne!(before.secret, after.secret);
    let find = async |id| Vault::secret(&house.store, tenant, id).await.unwrap();
    assert!(find(before.secret).await.is_none() && find(after.secret).await.is_some());
    let secret = house.secrets.find(&after, Purpose::Credential, after.secret).await.unwrap();
    assert_eq!(secret.unwrap().expose_text(), "another");
}

#[tokio::test]
async fn another_site_is_refused_while_shares_tie_items_of_this_one() {
    let house = House::new().await;
    house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    let patch = |name: &str, mut body: Value, same_site: bool| {
        body["secret"] = json!("another");
        if same_site {
            body["same_site"] = json!(true);
        }
        house.call("PATCH", &format!("/api/v1/connections/{name}")).json(body).send()
    };
    for name in ["jira", "tp"] {
        let there = json!({ "base_url": "https://elsewhere.example" });
        let refused = patch(name, there.clone(), false).await.status(409);
        assert!(refused.text().contains("same_site"), "{}", refused.text());
        patch(name, there, true).await.status(200);
        patch(name, json!({ "base_url": "https://elsewhere.example/path" }), false).await.status(200);
    }
    let unlink = format!("/api/v1/shares/{}/unlink", share["id"].as_str().unwrap());
    house.call("POST", &unlink).send().await.status(200);
    patch("jira", json!({ "base_url": "https://third.example" }), false).await.status(200);
}

#[tokio::test]
async fn of_two_changes_at_once_one_is_told_to_look_again() {
    let house = House::new().await;
    let made = house.jira("default").await;
    let (tenant, id) = (house.tenant("default").await, House::connection_id(&made));
    // Somebody else changes it between this request's read and its write.
    let mut other = house.store.connection(tenant, id).await.unwrap().unwrap();
    other.browse_url = "https://other.example".to_owned();
    house.commits.before_the_next(tenant, vec![Change::PutConnection(Box::new(other))]);
    let patch = json!({ "settings": { "a": "b" } });
    let refused =
        house.call("PATCH", "/api/v1/connections/jira").json(patch.clone()).send().await.status(409);
    assert_eq!(refused.problem(), "api.conflict");
    let shown = house.call("GET", "/api/v1/connections/jira").send().await.json();
    assert_eq!((&shown["browse_url"], &shown["revision"]), (&json!("https://other.example"), &json!(2)));
    house.commits.before_the_next(tenant, vec![Change::DropConnection(id)]);
    house.call("PATCH", "/api/v1/connections/jira").json(patch).send().await.status(409);
    house.call("GET", "/api/v1/connections/jira").send().await.status(404);
}

#[tokio::test]
async fn of_two_rotations_at_once_only_one_makes_an_address() {
    let house = House::new().await;
    let made = house.tp("default").await;
    let (tenant, id) = (house.tenant("default").await, House::connection_id(&made));
    let other = house.store.connection(tenant, id).await.unwrap().unwrap();
    house.commits.before_the_next(tenant, vec![Change::PutConnection(Box::new(other))]);
    house.call("POST", "/api/v1/connections/tp/rotate-hook?overlap_hours=0").send().await.status(409);
    let body = crate::house::STORY_UPDATED;
    let first = house.call("POST", &House::hook(&made)).without("authorization").body(body);
    first.send().await.status(204);
}

#[tokio::test]
async fn an_update_that_does_not_fit_changes_nothing() {
    let house = House::new().await;
    house.jira("default").await;
    for patch in [
        json!({ "name": "other" }),
        json!({ "base_url": "nowhere" }),
        json!({ "sign_in": { "method": "access_token" } }),
        json!({ "secret": "two\nlines" }),
        json!({ "settings": { "x": 1 } }),
    ] {
        house.call("PATCH", "/api/v1/connections/jira").json(patch).send().await.status(400);
    }
    let shown = house.call("GET", "/api/v1/connections/jira").send().await.status(200).json();
    assert_eq!(shown["revision"], 1);
}

#[tokio::test]
async fn a_webhook_address_outlives_an_update_and_a_rotation_for_a_day() {
    let house = House::new().await;
    let tp = house.tp("default").await;
    let deliver = |path: String| {
        let body = crate::house::STORY_UPDATED;
        house.call("POST", &path).without("authorization").body(body).send()
    };
    let first = House::hook(&tp);
    house.call("PATCH", "/api/v1/connections/tp").json(json!({ "settings": {} })).send().await.status(200);
    deliver(first.clone()).await.status(204);

    let rotate =
        |query: &str| house.call("POST", &format!("/api/v1/connections/tp/rotate-hook{query}")).send();
    let rotated = rotate("").await.status(200).json();
    let second = House::hook(&rotated);
    assert!(rotated["old_until"].as_str().unwrap().starts_with("2026-11-23T10:00:00"));
    house.clock.advance(SignedDuration::from_hours(23));
    deliver(first.clone()).await.status(204);
    house.clock.advance(SignedDuration::from_hours(1));
    deliver(first.clone()).await.status(401);
    deliver(second.clone()).await.status(204);

    let third = House::hook(&rotate("?overlap_hours=0").await.status(200).json());
    deliver(second).await.status(401);
    deliver(third.clone()).await.status(204);
    // Of several rotations in a row only the last address is still accepted beside the new one.
    let fourth = House::hook(&rotate("").await.status(200).json());
    let fifth = House::hook(&rotate("").await.status(200).json());
    deliver(third).await.status(401);
    deliver(fourth).await.status(204);
    deliver(fifth).await.status(204);

    rotate("?overlap_hours=745").await.status(400);
    rotate("?overlap_hours=soon").await.status(400);
    rotate("?hours=1").await.status(400);
}

#[tokio::test]
async fn a_test_says_who_we_are_and_remembers_it() {
    let house = House::new().await;
    house.jira("default").await;
    let verdict = house.call("POST", "/api/v1/connections/jira/test").send().await.status(200).json();
    assert_eq!(verdict, json!({ "ok": true, "identity": { "id": "bot-1", "name": "Sync Bot" } }));
    let shown = house.call("GET", "/api/v1/connections/jira").send().await.status(200).json();
    assert_eq!(shown["health"], json!({ "state": "ok" }));
    assert_eq!(shown["identity"]["name"], "Sync Bot");
}

#[tokio::test]
async fn a_test_says_where_comments_under_peoples_names_could_not_be_changed() {
    let house = House::new().await;
    let test = || house.call("POST", "/api/v1/connections/jira/test").send();
    house.profile("default").await;
    house.tools.edits_all_comments("ACME", Ok(Some(false)));
    assert!(test().await.status(200).json()["lacks"].is_null(), "no profile acts");
    let document = format!(
        "{DOCUMENT}[[routing]]\nleft = \"OPS\"\nright = \"WEB\"\n[[user]]\nleft = \"a\"\nright = \"b\"\n\
         [people]\nacting = \"person\"\n[defaults]\ncomments = \"both\"\n"
    );
    let change = json!({ "document": document });
    house.call("PUT", "/api/v1/profiles/stories").json(change).send().await.status(200);
    let verdict = test().await.status(200).json();
    assert_eq!((&verdict["ok"], &verdict["lacks"]["code"]), (&json!(true), &json!("sync.edit_all_missing")));
    assert_eq!(verdict["lacks"]["projects"], json!(["ACME"]));
    assert!(verdict["lacks"]["remedy"].as_str().unwrap().contains("Edit all comments"), "{verdict:#}");
    let shown = house.call("GET", "/api/v1/connections/jira").send().await.json();
    assert_eq!(shown["health"], json!({ "state": "ok" }), "everything else works");
    // What is not told is not guessed.
    for said in [Ok(None), Ok(Some(true)), Err(Failure::wait(code::AUTH_SCOPE_MISSING))] {
        house.tools.edits_all_comments("ACME", said);
        assert!(test().await.status(200).json()["lacks"].is_null());
    }
}

#[tokio::test]
async fn a_test_that_fails_says_what_to_do_and_shows_the_tools_words_to_those_who_may_see_them() {
    let house = House::new().await;
    house.jira("default").await;
    let words = "Basic authentication failed for bot@acme.example";
    house.tools.probe_fails(Some(Failure::wait(code::AUTH_REJECTED).with_words(Words::new(words))));
    let verdict = house.call("POST", "/api/v1/connections/jira/test").send().await.status(200).json();
    assert_eq!((&verdict["ok"], &verdict["code"]), (&json!(false), &json!("auth.rejected")));
    assert_eq!(verdict["words"], words);
    assert!(verdict["remedy"].as_str().unwrap().contains("new credential"));
    let shown = house.call("GET", "/api/v1/connections/jira").send().await.json();
    assert_eq!(shown["health"], json!({ "state": "needs_attention", "code": "auth.rejected" }));

    let token = house.token("default", &["connections:write"]).await;
    let test = house.call("POST", "/api/v1/connections/jira/test").token(&token).send().await.status(200);
    assert!(test.json()["words"].is_null());

    house.tools.probe_fails(Some(Failure::throttled(std::time::Duration::from_secs(9))));
    house.call("POST", "/api/v1/connections/jira/test").send().await.status(200);
    let shown = house.call("GET", "/api/v1/connections/jira").send().await.json();
    assert_eq!(shown["health"]["code"], "auth.rejected", "what passes by itself is no reason to judge anew");
}

#[tokio::test]
async fn seeing_to_a_connection_settles_what_was_found_about_it() {
    let house = House::new().await;
    let made = house.jira("default").await;
    let (tenant, id) = (house.tenant("default").await, House::connection_id(&made));
    let cause = Cause::of(code::AUTH_REJECTED).at(id);
    let found = |finding| Occurrence { id: finding, cause: cause.clone(), entity: None, words: None };
    for (see_to, revision) in [("PATCH", 1), ("POST", 2)] {
        let finding = FindingId::new(house.clock.now(), &SystemEntropy);
        let health = Health::NeedsAttention { code: code::AUTH_REJECTED };
        house
            .write(
                tenant,
                vec![
                    Change::Raise(Box::new(found(finding))),
                    Change::Health { connection: id, revision, health, identity: None },
                ],
            )
            .await;
        let open = || async {
            house.call("GET", "/api/v1/findings").send().await.json()["items"].as_array().unwrap().len()
        };
        assert_eq!(open().await, 1);
        match see_to {
            "PATCH" => {
                house.call("PATCH", "/api/v1/connections/jira").json(json!({ "secret": "new" })).send().await
            }
            _ => house.call("POST", "/api/v1/connections/jira/test").send().await,
        }
        .status(200);
        assert_eq!(open().await, 0, "{see_to}");
    }
}

#[tokio::test]
async fn a_connection_goes_with_its_secrets_unless_a_profile_uses_it() {
    let house = House::new().await;
    house.profile("default").await;
    let refused = house.call("DELETE", "/api/v1/connections/jira").send().await.status(409);
    assert_eq!(refused.problem(), "api.conflict");
    let tenant = house.tenant("default").await;
    let stored = house.store.connections(tenant).await.unwrap();
    let jira = stored.iter().find(|connection| connection.name == "jira").unwrap();

    house.call("DELETE", "/api/v1/profiles/stories").send().await.status(204);
    house.call("DELETE", "/api/v1/connections/jira").send().await.status(204);
    house.call("GET", "/api/v1/connections/jira").send().await.status(404);
    for secret in [Some(jira.secret), jira.intake.hmac].into_iter().flatten() {
        assert!(Vault::secret(&house.store, tenant, secret).await.unwrap().is_none());
    }
}
