//! Delegations over the API: the link, the pages behind it, the list, and taking it back.

use bowline_core::SignedDuration;
use bowline_core::code::AUTH_PERSON_REFUSED;
use bowline_core::commit::{Change, Commit};
use bowline_core::delegation::{Delegate, Delegation};
use bowline_core::grant::{Grant, GrantState};
use bowline_core::port::{Clock as _, Commits as _, Delegations as _, Grants as _};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::layers::certificate;
use crate::house::House;

const OF_CLOUD: &str = "/api/v1/connections/cloud/delegations";
const OF_JIRA: &str = "/api/v1/connections/jira/delegations";

/// The path and query of a new link.
async fn link(house: &House, path: &str, ask: Value) -> String {
    let made = house.call("POST", path).json(ask).send().await.status(201).json();
    made["url"].as_str().unwrap().strip_prefix("http://127.0.0.1:7700").unwrap().to_owned()
}

/// Goes through a link up to the provider; gives the way back, and the browser's cookie.
async fn asked(house: &House, link: &str) -> (String, String) {
    let first = house.call("GET", link).without("authorization").send().await.status(200).text();
    assert!(first.contains("write as you") && !first.contains("takes over"), "{first}");
    let (path, query) = link.split_once('?').unwrap();
    let call = house.call("POST", path).without("authorization");
    let call = call.header("content-type", "application/x-www-form-urlencoded").body(query.to_owned());
    let answer = call.send().await.status(303);
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let at: url::Url = answer.header("location").parse().unwrap();
    let state = at.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    (format!("/authorize/callback?code=c&state={state}"), cookie)
}

/// Goes through a link as whoever the provider knows; gives the last page.
async fn through(house: &House, link: &str) -> String {
    let (back, cookie) = asked(house, link).await;
    house.call("GET", &back).without("authorization").header("cookie", &cookie).send().await.status(303);
    let result = house.call("GET", "/authorize/result").without("authorization").header("cookie", &cookie);
    result.send().await.text().replace("&#x2f;", "/")
}

async fn listed(house: &House, path: &str) -> Vec<Value> {
    house.call("GET", path).send().await.status(200).json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_link_serves_many_and_changes_nothing_of_the_connection() {
    let house = House::new().await;
    house.grant("default").await;
    let connection = || house.call("GET", "/api/v1/connections/cloud").send();
    let before = connection().await.json();
    let link = link(&house, OF_CLOUD, json!({})).await;
    for (account, name) in [("ada", "ada"), ("bob", "bob"), ("ada", "ada")] {
        *house.identity.account.lock().unwrap() = account;
        let page = through(&house, &link).await;
        assert!(
            page.contains(&format!("<b>{name}</b> signed in")) && page.contains("under your name"),
            "{page}"
        );
    }
    let all = listed(&house, OF_CLOUD).await;
    let people: Vec<_> = all.iter().map(|one| one["person"].as_str().unwrap()).collect();
    assert_eq!(people, ["id-ada", "id-bob"]);
    assert!(
        all.iter().all(|one| one["acts"] == true && one["state"] == "active" && one["refused"].is_null())
    );
    assert_eq!(connection().await.json(), before, "it waits for its own consent as before");
    let audit = house.call("GET", "/api/v1/credentials").send().await.status(200).json();
    let hers = audit["items"].as_array().unwrap().iter().find(|one| one["grant"] == all[0]["grant"]).unwrap();
    assert_eq!((&hers["connections"], &hers["acting"]), (&json!([]), &json!(["cloud"])), "{hers:#}");
    house.clock.advance(SignedDuration::from_mins(16));
    house.call("GET", &link).without("authorization").send().await.status(404);
}

#[tokio::test]
async fn a_connection_with_a_stored_secret_needs_a_registration_for_people() {
    let house = House::new().await;
    house.jira("default").await;
    house.tp("default").await;
    let refused = house.call("POST", OF_JIRA).json(json!({})).send().await.status(400);
    assert_eq!(refused.problem(), "api.bad_request");
    house.grant("default").await;
    let ask = json!({"oauth_client": "app"});
    let page = through(&house, &link(&house, OF_JIRA, ask.clone()).await).await;
    assert!(page.contains("<b>ada</b> signed in"), "{page}");
    let tokens = house.call("GET", "/api/v1/connections/jira").send().await.json();
    assert_eq!(tokens["sign_in"]["method"], "api_token");
    // One person, one grant: it serves both connections, and outlives the first that lets go of it.
    through(&house, &link(&house, OF_CLOUD, json!({})).await).await;
    let (there, here) = (listed(&house, OF_CLOUD).await, listed(&house, OF_JIRA).await);
    assert_eq!(there[0]["grant"], here[0]["grant"]);
    let grant = here[0]["grant"].as_str().unwrap().to_owned();
    let state = async || {
        let found = house.store.grant(house.tenant("default").await, grant.parse().unwrap()).await.unwrap();
        found.unwrap().state
    };
    house.call("DELETE", &format!("{OF_JIRA}/id-ada")).send().await.status(204);
    assert_eq!(state().await, GrantState::Active);
    house.call("DELETE", &format!("{OF_JIRA}/id-ada")).send().await.status(404);
    house.call("DELETE", &format!("{OF_CLOUD}/id-ada")).send().await.status(204);
    assert_eq!(state().await, GrantState::Revoked, "nothing uses it any more");
    for (path, ask, status) in [
        ("/api/v1/connections/tp/delegations", ask, 409),
        (OF_JIRA, json!({"oauth_client": "unknown"}), 404),
        (OF_JIRA, json!({"oauth_client": "app", "expires_in": 1}), 400),
        (OF_JIRA, json!({"who": "ada"}), 400),
        ("/api/v1/connections/unknown/delegations", json!({}), 404),
    ] {
        house.call("POST", path).json(ask).send().await.status(status);
    }
}

#[tokio::test]
async fn a_consent_for_another_site_is_no_consent() {
    let house = House::new().await;
    house.grant("default").await;
    *house.identity.sites.lock().unwrap() = vec!["globex", "initech"];
    let page = through(&house, &link(&house, OF_CLOUD, json!({})).await).await;
    assert!(page.contains("globex, initech, not https://acme.example"), "{page}");
    assert!(listed(&house, OF_CLOUD).await.is_empty());
    *house.identity.sites.lock().unwrap() = vec!["globex", "acme"];
    let page = through(&house, &link(&house, OF_CLOUD, json!({})).await).await;
    assert!(page.contains("signed in"), "nobody has to choose: {page}");
}

#[tokio::test]
async fn a_grant_that_is_revoked_takes_what_stood_on_it_along() {
    let house = House::new().await;
    house.grant("default").await;
    through(&house, &link(&house, OF_CLOUD, json!({})).await).await;
    let grant = listed(&house, OF_CLOUD).await[0]["grant"].as_str().unwrap().to_owned();
    let shown = house.call("GET", &format!("/api/v1/grants/{grant}")).send().await.status(200).json();
    assert_eq!((&shown["connections"], &shown["acting"]), (&json!([]), &json!(["cloud"])));
    house.call("DELETE", &format!("/api/v1/grants/{grant}")).send().await.status(204);
    assert!(listed(&house, OF_CLOUD).await.is_empty());
}

#[tokio::test]
async fn when_others_vouch_for_where_a_connection_leads_people_are_asked_anew() {
    let house = House::new().await;
    house.jira("default").await;
    house.grant("default").await;
    through(&house, &link(&house, OF_JIRA, json!({"oauth_client": "app"})).await).await;
    let patch = |change: Value| house.call("PATCH", "/api/v1/connections/jira").json(change).send();
    patch(json!({"secret": "another-token"})).await.status(200);
    let grant = listed(&house, OF_JIRA).await[0]["grant"].as_str().unwrap().to_owned();
    let authorities = &certificate("other")["chain"];
    patch(json!({"authorities": authorities, "secret": "another-token"})).await.status(200);
    assert_eq!(listed(&house, OF_JIRA).await, Vec::<Value>::new());
    let shown = house.call("GET", &format!("/api/v1/grants/{grant}")).send().await.status(200).json();
    assert_eq!((&shown["state"], &shown["acting"]), (&json!("active"), &json!([])), "{shown:#}");
    // Whoever is asked again with these knows by whose word.
    through(&house, &link(&house, OF_JIRA, json!({"oauth_client": "app"})).await).await;
    patch(json!({"authorities": authorities})).await.status(200);
    assert_eq!(listed(&house, OF_JIRA).await.len(), 1, "the same ones");
    patch(json!({"authorities": null})).await.status(200);
    assert_eq!(listed(&house, OF_JIRA).await.len(), 1, "only the machine's");
}

#[tokio::test]
async fn others_who_vouch_for_a_connection_during_a_consent_get_no_tokens() {
    let house = House::new().await;
    house.jira("default").await;
    house.grant("default").await;
    let link = link(&house, OF_JIRA, json!({"oauth_client": "app"})).await;
    let (back, cookie) = asked(&house, &link).await;
    let ((asks, was_asked), (go, goes)) = (oneshot::channel(), oneshot::channel());
    *house.identity.held.lock().unwrap() = Some((asks, goes));
    let change = async {
        was_asked.await.unwrap();
        let change = json!({"authorities": certificate("other")["chain"], "secret": "another-token"});
        house.call("PATCH", "/api/v1/connections/jira").json(change).send().await.status(200);
        go.send(()).unwrap();
    };
    let call = house.call("GET", &back).without("authorization").header("cookie", &cookie).send();
    let (answer, ()) = tokio::join!(call, change);
    answer.status(400);
    assert_eq!(listed(&house, OF_JIRA).await, Vec::<Value>::new());
    assert!(through(&house, &link).await.contains("signed in"), "asked again, by their word");
}

/// What is stored of the one person who lets a connection act.
async fn stored(house: &House, path: &str) -> Delegate {
    let (tenant, shown) = (house.tenant("default").await, listed(house, path).await);
    let grant = shown[0]["grant"].as_str().unwrap().parse().unwrap();
    let on = house.store.delegations_on(tenant, grant).await.unwrap();
    house.store.delegate(tenant, on[0].connection, &on[0].person).await.unwrap().unwrap()
}

async fn write(house: &House, changes: Vec<Change>) {
    let tenant = house.tenant("default").await;
    house.store.commit(Commit { tenant, fence: None, changes, at: house.clock.now() }).await.unwrap();
}

#[tokio::test]
async fn a_new_consent_revives_nothing_that_was_allowed_under_another_name() {
    let house = House::new().await;
    house.grant("default").await;
    let link = link(&house, OF_CLOUD, json!({})).await;
    through(&house, &link).await;
    let before = stored(&house, OF_CLOUD).await.delegation;
    // A login name that is somebody else's by now.
    let refused = Some(before.refusal(&AUTH_PERSON_REFUSED, house.clock.now()));
    let old = Delegation { person: "before".into(), refused, ..before };
    write(&house, vec![Change::PutDelegation(Box::new(old))]).await;
    through(&house, &link).await;
    let all = listed(&house, OF_CLOUD).await;
    let people: Vec<_> = all.iter().map(|one| one["person"].as_str().unwrap()).collect();
    assert_eq!(people, ["id-ada"]);
}

#[tokio::test]
async fn what_was_said_between_two_consents_is_not_published_in_anybodys_name() {
    let house = House::new().await;
    house.grant("default").await;
    let link = link(&house, OF_CLOUD, json!({"expires_in": 86_400})).await;
    through(&house, &link).await;
    let first = stored(&house, OF_CLOUD).await;
    house.clock.advance(SignedDuration::from_mins(5));
    through(&house, &link).await;
    let again = stored(&house, OF_CLOUD).await;
    assert_eq!(again.delegation.since, first.delegation.since, "it went on all the time");
    assert_ne!(again.delegation.consented_at, first.delegation.consented_at);
    let taken_back = Grant { state: GrantState::NeedsReauth, ..again.grant };
    write(&house, vec![Change::PutGrant(Box::new(taken_back))]).await;
    house.clock.advance(SignedDuration::from_mins(5));
    through(&house, &link).await;
    let anew = stored(&house, OF_CLOUD).await.delegation;
    assert_eq!(anew.since, anew.consented_at);
}

#[tokio::test]
async fn what_people_allowed_is_another_tenants_nothing() {
    let house = House::new().await;
    house.grant("default").await;
    house.grant("other").await;
    let link = link(&house, OF_CLOUD, json!({})).await;
    through(&house, &link).await;
    let theirs = house.call("GET", OF_CLOUD).tenant("other").send().await.status(200).json();
    assert_eq!(theirs["items"], json!([]));
    house.call("DELETE", &format!("{OF_CLOUD}/id-ada")).tenant("other").send().await.status(404);
    assert_eq!(listed(&house, OF_CLOUD).await.len(), 1);
    // A link is for one connection, of one tenant.
    let other = house.call("GET", "/api/v1/connections/cloud").tenant("other").send().await.json();
    let (_, query) = link.split_once('?').unwrap();
    let turned = format!("/authorize/{}?{query}", other["id"].as_str().unwrap());
    house.call("GET", &turned).without("authorization").send().await.status(404);
}

#[tokio::test]
async fn what_somebody_gave_to_be_acted_for_signs_no_connection_in() {
    let house = House::new().await;
    house.jira("default").await;
    house.grant("default").await;
    through(&house, &link(&house, OF_CLOUD, json!({})).await).await;
    let grant = listed(&house, OF_CLOUD).await[0]["grant"].as_str().unwrap().to_owned();
    let sign_in = json!({"method": "grant", "grant": grant});
    let make = |name: &str| {
        let (tool, url) = ("jira_cloud", "https://acme.example");
        let ask = json!({"name": name, "tool": tool, "base_url": url, "sign_in": sign_in});
        house.call("POST", "/api/v1/connections").json(ask).send()
    };
    let change = || {
        let ask = json!({"sign_in": sign_in});
        house.call("PATCH", "/api/v1/connections/jira").json(ask).send()
    };
    assert_eq!(change().await.status(409).problem(), "api.conflict");
    assert_eq!(make("more").await.status(409).problem(), "api.conflict");
    let shown = house.call("GET", "/api/v1/connections/jira").send().await.json();
    assert_eq!(shown["sign_in"]["method"], "api_token");
    // The same person signs in for a connection, on the page that says so: then it is a grant like any other.
    let ask = house.call("POST", "/api/v1/connections/cloud/authorize").json(json!({}));
    let serving = ask.send().await.status(201).json()["url"].as_str().unwrap().to_owned();
    let (path, query) = serving.strip_prefix("http://127.0.0.1:7700").unwrap().split_once('?').unwrap();
    let call = house.call("POST", path).without("authorization");
    let call = call.header("content-type", "application/x-www-form-urlencoded").body(query.to_owned());
    let answer = call.send().await.status(303);
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let at: url::Url = answer.header("location").parse().unwrap();
    let state = at.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let back = format!("/authorize/callback?code=c&state={state}");
    house.call("GET", &back).without("authorization").header("cookie", &cookie).send().await.status(303);
    let shown = house.call("GET", "/api/v1/connections/cloud").send().await.json();
    assert_eq!(shown["sign_in"]["grant"], json!(grant), "one person, one grant");
    // A consent to be acted for takes nothing back of what they gave before.
    through(&house, &link(&house, OF_CLOUD, json!({})).await).await;
    make("more").await.status(201);
}
