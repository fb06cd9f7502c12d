//! `ex/jira/{cloudId}`: which credentials it takes, for which sites and operations.

use serde_json::{Value, json};

use super::{DAY, SYNC, World, world};
use crate::client::{Client, Reply};

fn issue(summary: &str) -> Value {
    json!({"fields": {"project": {"key": "ACME"}, "issuetype": {"name": "Story"}, "summary": summary}})
}

#[track_caller]
fn message(reply: Reply, status: u16) -> String {
    reply.expect(status)["message"].as_str().unwrap().to_owned()
}

fn basic(world: &World, name: &str, secret: &str) -> Client {
    Client::basic(world.atlassian.url(), &format!("{name}@example.com"), secret)
}

#[tokio::test]
async fn an_app_works_at_the_sites_it_was_let_into() {
    let world = world().await;
    let ada = world.bearer(&world.tokens("ada", 0, SYNC).await);
    let made = ada.post(&world.via(0, "/rest/api/3/issue"), issue("through the gateway")).await.expect(201);
    let key = made["key"].as_str().unwrap();
    let own = Client::basic(world.atlassian.sites()[0].running().url(), "bob@example.com", "token-bob");
    let seen = own.get(&format!("/rest/api/3/issue/{key}?fields=summary,reporter")).await.expect(200);
    assert_eq!(seen["fields"]["reporter"]["displayName"], "Ada Byron");
    let found =
        ada.get(&world.via(0, "/rest/api/3/search/jql?jql=summary~gateway&fields=summary")).await.expect(200);
    assert_eq!(found["issues"][0]["fields"]["summary"], "through the gateway");
    let elsewhere = ada.get(&world.via(1, "/rest/api/3/myself")).await;
    assert_eq!(message(elsewhere, 403), "The app is not installed on this instance");
    assert_eq!(message(ada.get("/ex/jira/none/rest/api/3/myself").await, 404), "Not Found");
    let site = world.atlassian.sites()[0].running().url();
    let token = world.tokens("ada", 0, SYNC).await["access_token"].as_str().unwrap().to_owned();
    let direct = Client::anonymous(site).with(format!("Bearer {token}"));
    assert_eq!(direct.get("/rest/api/3/myself").await.status, 401, "a site takes no app's token");
    let requests = Client::anonymous(site).get("/_sim/requests").await.expect(200);
    let made = requests["requests"].as_array().unwrap().iter().find(|one| one["method"] == "POST").unwrap();
    assert_eq!((&made["user"], &made["path"]), (&json!("ada"), &json!("/rest/api/3/issue")));
}

#[tokio::test]
async fn scopes_bound_each_operation_and_rights_bound_the_person() {
    let world = world().await;
    let reader = world.bearer(&world.tokens("ada", 0, "read:jira-work").await);
    reader.get(&world.via(0, "/rest/api/3/issue/ACME-1")).await.expect(200);
    reader.get(&world.via(0, "/rest/api/3/serverInfo")).await.expect(200);
    let mismatch = "Unauthorized; scope does not match";
    assert_eq!(message(reader.post(&world.via(0, "/rest/api/3/issue"), issue("x")).await, 401), mismatch);
    assert_eq!(message(reader.get(&world.via(0, "/rest/api/3/myself")).await, 401), mismatch);
    assert_eq!(message(reader.get(&world.via(0, "/rest/agile/1.0/board")).await, 401), mismatch);
    assert_eq!(message(reader.get(&world.via(0, "/_sim/state")).await, 401), mismatch);
    assert_eq!(message(reader.get("/me").await, 401), mismatch);
    let agile = "read:board-scope:jira-software read:project:jira";
    let agile = world.bearer(&world.tokens("bob", 0, agile).await);
    agile.get(&world.via(0, "/rest/agile/1.0/board")).await.expect(200);
    let setup = world.bearer(&world.tokens("admin", 0, "manage:jira-configuration").await);
    setup.post(&world.via(0, "/rest/api/3/group"), json!({"name": "made"})).await.expect(201);
    let ada = world.bearer(&world.tokens("ada", 0, "manage:jira-configuration").await);
    assert_eq!(ada.post(&world.via(0, "/rest/api/3/group"), json!({"name": "x"})).await.status, 403);
}

#[tokio::test]
async fn an_app_registers_webhooks_and_others_do_not_see_them() {
    let world = world().await;
    let scopes = "read:jira-work manage:jira-webhook";
    let ada = world.bearer(&world.tokens("ada", 0, scopes).await);
    let hook = json!({"url": "https://example.com/x", "webhooks": [
        {"jqlFilter": "project = ACME", "events": ["jira:issue_created"]}]});
    let path = world.via(0, "/rest/api/3/webhook");
    let made = ada.post(&path, hook).await.expect(200);
    assert!(made["webhookRegistrationResult"][0]["createdWebhookId"].is_number(), "{made}");
    assert_eq!(ada.get(&path).await.expect(200)["total"], 1);
    world.set(json!({"app": {"id": "other", "secret": "s", "scopes": ["read:jira-work", "manage:jira-webhook"]}})).await;
    let made = json!({"app": "other", "user": "ada", "site": "acme", "scopes": scopes.split(' ').collect::<Vec<_>>()});
    let other = world.set(json!({"families": made})).await;
    assert_eq!(world.bearer(&other["families"][0]).get(&path).await.expect(200)["total"], 0);
    let person = Client::basic(world.atlassian.sites()[0].running().url(), "ada@example.com", "token-ada");
    assert_eq!(person.get("/rest/api/3/webhook").await.status, 403, "people are no apps");
}

#[tokio::test]
async fn scoped_tokens_are_for_the_gateway_and_others_for_the_site() {
    let world = world().await;
    let me = world.via(0, "/rest/api/3/myself");
    let scoped = basic(&world, "ada", "scoped-token-ada");
    assert_eq!(scoped.get(&me).await.expect(200)["emailAddress"], "ada@example.com");
    let site = world.atlassian.sites()[0].running().url();
    let direct = Client::basic(site, "ada@example.com", "scoped-token-ada");
    assert_eq!(direct.get("/rest/api/3/myself").await.status, 401);
    assert_eq!(message(basic(&world, "ada", "token-ada").get(&me).await, 401), "Unauthorized");
    assert_eq!(message(basic(&world, "bob", "scoped-token-ada").get(&me).await, 401), "Unauthorized");
    assert_eq!(message(world.control.get(&me).await, 401), "Unauthorized");
    let info = Client::anonymous(site).get("/_edge/tenant_info").await.expect(200);
    assert_eq!(info["cloudId"], world.cloud(0), "how a client finds the gateway");
    let wanted = json!({"user": "ada", "kind": "scoped", "scopes": ["read:jira-user"], "days": 7});
    let made =
        Client::anonymous(site).post("/_sim/settings", json!({"token": {"make": wanted}})).await.expect(200);
    let week = basic(&world, "ada", made["token"]["secret"].as_str().unwrap());
    week.get(&me).await.expect(200);
    let read = week.get(&world.via(0, "/rest/api/3/issue/ACME-1")).await;
    assert_eq!(message(read, 401), "Unauthorized; scope does not match");
    world.pass(7 * DAY);
    assert_eq!(week.get(&me).await.status, 401);
    assert_eq!(scoped.get(&world.via(1, "/rest/api/3/myself")).await.status, 200);
    world.set(json!({"account": {"user": "ada", "active": false}})).await;
    assert_eq!(message(scoped.get(&me).await, 401), "Unauthorized");
}

#[tokio::test]
async fn a_service_account_mints_its_own_tokens() {
    let world = world().await;
    let body = json!({"grant_type": "client_credentials", "client_id": "bowline-service",
        "client_secret": "secret-bowline-service", "audience": "api.atlassian.com"});
    let tokens = world.token(body.clone()).await.expect(200);
    assert_eq!(tokens["scope"], "read:jira-user read:jira-work write:jira-work manage:jira-webhook");
    let robot = world.bearer(&tokens);
    for site in 0..2 {
        let me = robot.get(&world.via(site, "/rest/api/3/myself")).await.expect(200);
        assert_eq!(me["displayName"], "Sync Robot");
    }
    robot.post(&world.via(1, "/rest/api/3/issue"), issue("by a robot")).await.expect(201);
    assert_eq!(robot.get("/oauth/token/accessible-resources").await.expect(200).as_array().unwrap().len(), 2);
    world.pass(3_600);
    assert_eq!(robot.get("/oauth/token/accessible-resources").await.status, 401);
    world.set(json!({"account": {"user": "robot", "active": false}})).await;
    let tokens = world.token(body).await.expect(200);
    assert_eq!(world.bearer(&tokens).get(&world.via(0, "/rest/api/3/myself")).await.status, 401);
}

#[tokio::test]
async fn a_site_is_renamed_lost_and_given_back() {
    let world = world().await;
    let ada = world.bearer(&world.tokens("ada", 0, SYNC).await);
    let sites = async || ada.get("/oauth/token/accessible-resources").await.expect(200);
    world
        .set(json!({"site": {"site": "acme", "name": "acme-new", "url": "https://acme-new.example.com"}}))
        .await;
    let renamed = sites().await;
    assert_eq!((&renamed[0]["name"], &renamed[0]["id"]), (&json!("acme-new"), &json!(world.cloud(0))));
    assert_eq!(renamed[0]["url"], "https://acme-new.example.com");
    let access = |allowed: bool| json!({"site_access": {"user": "ada", "site": "acme", "allowed": allowed}});
    world.set(access(false)).await;
    assert_eq!(sites().await, json!([]));
    assert_eq!(ada.get(&world.via(0, "/rest/api/3/myself")).await.status, 403);
    world.set(access(true)).await;
    ada.get(&world.via(0, "/rest/api/3/myself")).await.expect(200);
    world.set(json!({"uninstall": {"app": "bowline", "site": world.cloud(0)}})).await;
    assert_eq!(sites().await, json!([]));
    let wrong =
        json!({"match": {"path": "/ex/jira/**"}, "times": 1, "do": {"kind": "status", "status": 503}});
    world.control.post("/_sim/faults", wrong).await.expect(200);
    assert_eq!(ada.get(&world.via(0, "/rest/api/3/myself")).await.status, 503);
}

#[tokio::test]
async fn an_app_is_told_which_names_to_forget_and_which_to_read_anew() {
    let world = world().await;
    let scopes = ["read:me", "report:personal-data"];
    let made = json!({"families": {"app": "bowline", "user": "ada", "site": "acme", "scopes": scopes}});
    let made = world.set(made).await;
    let ada = world.bearer(&made["families"][0]);
    let me = ada.get("/me").await.expect(200)["account_id"].clone();
    let kept = |at: &str| json!({"accountId": me, "updatedAt": at});
    let (past, future) = ("2001-01-01T00:00:00.000Z", "2101-01-01T00:00:00.000Z");
    let report =
        async |accounts: Vec<Value>| ada.post("/app/report-accounts/", json!({"accounts": accounts})).await;
    assert_eq!(report(vec![kept(past), json!({"accountId": "nobody", "updatedAt": past})]).await.status, 204);
    world.set(json!({"profile": {"user": "ada", "changed": true}})).await;
    let told = report(vec![kept(past)]).await;
    assert_eq!(told.headers["cycle-period"], "7");
    assert_eq!(told.expect(200)["accounts"], json!([{"accountId": me, "status": "updated"}]));
    assert_eq!(report(vec![kept(future)]).await.status, 204, "what was read after the change is as it is");
    world.set(json!({"profile": {"user": "ada", "closed": true}})).await;
    assert_eq!(report(vec![kept(future)]).await.expect(200)["accounts"][0]["status"], "closed");
    for bad in [vec![], vec![kept(past); 91], vec![kept("yesterday")], vec![json!({"accountId": me})]] {
        assert_eq!(report(bad).await.status, 400);
    }
    let made = json!({"families": {"app": "bowline", "user": "ada", "site": "acme", "scopes": ["read:me"]}});
    let made = world.set(made).await;
    let without = world.bearer(&made["families"][0]);
    let body = json!({"accounts": [kept(past)]});
    assert_eq!(without.post("/app/report-accounts", body).await.status, 403);
}
