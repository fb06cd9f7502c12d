//! From the consent page to the first tokens, and what stands in the way.

use serde_json::json;

use super::{BACK, SYNC, ask, with, world};
use crate::browser::{Browser, Place};
use crate::client::encode;

#[tokio::test]
async fn somebody_picks_an_account_and_a_site_and_the_app_acts_for_them() {
    let world = world().await;
    let back = world.consent("bob", 1, SYNC).await;
    assert!(back.outside().starts_with(BACK));
    assert_eq!(back.value("state").as_deref(), Some("a&b"));
    let body = with(json!({
        "grant_type": "authorization_code", "code": back.value("code").unwrap(), "redirect_uri": BACK,
    }));
    let tokens = world.token(body.clone()).await.expect(200);
    assert_eq!(tokens["expires_in"], 3600);
    assert_eq!(tokens["scope"], SYNC);
    assert_eq!(world.token(body).await.expect(403)["error"], "invalid_grant", "a code is used once");
    let bob = world.bearer(&tokens);
    let me = bob.get("/me").await.expect(200);
    assert_eq!((&me["email"], &me["account_type"]), (&json!("bob@example.com"), &json!("atlassian")));
    let sites = bob.get("/oauth/token/accessible-resources").await.expect(200);
    assert_eq!(sites.as_array().unwrap().len(), 1, "{sites}");
    assert_eq!((&sites[0]["id"], &sites[0]["name"]), (&json!(world.cloud(1)), &json!("globex")));
    assert_eq!(sites[0]["url"], world.atlassian.sites()[1].running().url());
    assert_eq!(sites[0]["scopes"], json!(["read:jira-user", "read:jira-work", "write:jira-work"]));
    let myself = bob.get(&world.via(1, "/rest/api/3/myself")).await.expect(200);
    assert_eq!(myself["accountId"], me["account_id"]);
}

#[tokio::test]
async fn the_page_offers_those_who_can_sign_in_and_says_what_is_asked() {
    let world = world().await;
    world.set(json!({"account": {"user": "ada", "active": false}})).await;
    let mut browser = Browser::new(world.atlassian.url());
    let page = browser.open(&ask("&scope=read%3Ajira-work&login_hint=bob%40example.com")).await;
    let text = page.page();
    assert!(
        text.contains("read:jira-work") && text.contains("bob@example.com") && text.contains("globex"),
        "{text}"
    );
    assert!(!text.contains("ada@example.com") && !text.contains("robot@"), "{text}");
    assert!(text.contains("id=\"account-bob\" checked"), "{text}");
    let shut_out = [("account", "ada"), ("site", world.cloud(0)), ("decision", "accept")];
    assert!(browser.submit(&page, &shut_out).await.page().contains("Nobody can sign in"));
    world.set(json!({"site_access": {"user": "bob", "site": "acme", "allowed": false}})).await;
    let shut = [("account", "bob"), ("site", world.cloud(0)), ("decision", "accept")];
    assert!(browser.submit(&page, &shut).await.page().contains("no access"));
    let nowhere = [("account", "bob"), ("decision", "accept")];
    assert!(browser.submit(&page, &nowhere).await.page().contains("Choose a site"));
    let page = browser.open(&ask("&scope=read%3Ame")).await;
    assert!(!page.page().contains("globex"), "a profile is at no site");
}

#[tokio::test]
async fn refusals_lead_back_with_an_error_and_wrong_requests_lead_nowhere() {
    let world = world().await;
    let mut browser = Browser::new(world.atlassian.url());
    for (request, error) in [
        (ask("&scope=READ"), "invalid_scope"),
        (ask(""), "invalid_scope"),
        (ask("&scope=read:me").replace("audience=api.atlassian.com&", ""), "invalid_request"),
        (ask("&scope=read:me").replace("=code", "=token"), "unsupported_response_type"),
    ] {
        let back = browser.open(&request).await;
        assert_eq!(
            (back.value("error").as_deref(), back.value("state").as_deref()),
            (Some(error), Some("a&b"))
        );
    }
    let page = browser.open(&ask("&scope=read:me")).await;
    let back = browser.submit(&page, &[("account", "ada"), ("decision", "cancel")]).await;
    assert_eq!(back.value("error").as_deref(), Some("access_denied"));
    let stranger = ask("&scope=read:me").replace("client_id=bowline", "client_id=stranger");
    let elsewhere = ask("&scope=read:me").replace(&encode(BACK), &encode("https://attacker.example/"));
    let service = ask("&scope=read:me").replace("client_id=bowline", "client_id=bowline-service");
    for wrong in [stranger, elsewhere, service] {
        let Place::Page(_, reply) = browser.open(&wrong).await else { panic!("sent away: {wrong}") };
        assert_eq!(reply.status, 400);
    }
}

#[tokio::test]
async fn the_token_endpoint_takes_json_and_forms_and_blames_by_name() {
    let world = world().await;
    let code = world.consent("ada", 0, SYNC).await.value("code").unwrap();
    let exchange = |redirect: &str| {
        with(json!({"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}))
    };
    let mut wrong = exchange(BACK);
    wrong["client_secret"] = json!("no");
    assert_eq!(world.token(wrong).await.expect(401)["error"], "access_denied");
    assert_eq!(world.token(exchange("http://127.0.0.1:9/other")).await.expect(403)["error"], "invalid_grant");
    assert_eq!(world.token(json!({})).await.expect(400)["error"], "invalid_request");
    assert_eq!(world.token(json!([])).await.expect(400)["error"], "invalid_request");
    let password = with(json!({"grant_type": "password"}));
    assert_eq!(world.token(password).await.expect(403)["error"], "unsupported_grant_type");
    let own = with(json!({"grant_type": "client_credentials"}));
    assert_eq!(world.token(own).await.expect(403)["error"], "unauthorized_client");
    let form = "grant_type=client_credentials&client_id=bowline-service&client_secret=secret-bowline-service";
    let minted = world.form(form).await.expect(200);
    assert_eq!((&minted["token_type"], minted.get("refresh_token")), (&json!("Bearer"), None));
    world.set(json!({"rules": {"token_type": false}})).await;
    assert_eq!(world.form(form).await.expect(200).get("token_type"), None);
}

#[tokio::test]
async fn a_code_has_its_time_and_a_verifier_counts_once_it_is_switched_on() {
    let world = world().await;
    let code = world.consent("ada", 0, SYNC).await.value("code").unwrap();
    world.pass(300);
    let body = with(json!({"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}));
    assert_eq!(world.token(body).await.expect(403)["error"], "invalid_grant");
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let request = ask(&format!("&scope=read:me&code_challenge={challenge}&code_challenge_method=S256"));
    for (pkce, verifier, status) in [
        ("ignored", None, 200),
        ("checked", None, 403),
        ("checked", Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), 200),
    ] {
        world.set(json!({"rules": {"pkce": pkce}})).await;
        let mut browser = Browser::new(world.atlassian.url());
        let page = browser.open(&request).await;
        let back = browser.submit(&page, &[("account", "ada"), ("decision", "accept")]).await;
        let code = back.value("code").unwrap();
        let mut body = with(json!({"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}));
        if let Some(verifier) = verifier {
            body["code_verifier"] = json!(verifier);
        }
        let answer = world.token(body).await;
        assert_eq!(answer.status, status, "{pkce}");
        if status == 200 {
            assert_eq!(answer.json().get("refresh_token"), None, "nobody asked for offline_access");
        }
    }
}

#[tokio::test]
async fn sites_add_up_or_are_chosen_anew_and_the_latest_scopes_count() {
    let world = world().await;
    let first = world.tokens("ada", 0, SYNC).await;
    let second = world.tokens("ada", 1, "offline_access read:jira-work").await;
    let sites = world.bearer(&second).get("/oauth/token/accessible-resources").await.expect(200);
    assert_eq!(sites.as_array().unwrap().len(), 2);
    assert_eq!(world.refresh(&first).await.expect(200)["scope"], "offline_access read:jira-work");
    world.set(json!({"app": {"id": "bowline", "level": "resource"}})).await;
    let third = world.tokens("ada", 1, SYNC).await;
    let sites = world.bearer(&third).get("/oauth/token/accessible-resources").await.expect(200);
    assert_eq!((sites.as_array().unwrap().len(), &sites[0]["name"]), (1, &json!("globex")));
    let app =
        json!({"id": "two", "secret": "s", "scopes": ["read:jira-work", "read:confluence-space.summary"]});
    world.set(json!({"app": app})).await;
    let made = json!({"families": {"app": "two", "user": "ada", "site": "acme",
        "scopes": ["read:jira-work", "read:confluence-space.summary"]}});
    let made = world.set(made).await;
    let twice = world.bearer(&made["families"][0]).get("/oauth/token/accessible-resources").await.expect(200);
    assert_eq!(twice[0]["id"], twice[1]["id"], "one site, two products");
    assert_eq!(twice[1]["scopes"], json!(["read:confluence-space.summary"]));
}
