//! Pages of apps in a frame of the host.

use serde_json::{Value, json};

use super::app::{Token, hash};
use super::{World, world};

impl World {
    /// The host page of a module, and what it is made of.
    async fn page(&self, module: &str, query: &str) -> (String, Value) {
        let path = format!("/_sim/connect/page/jira/{}/{module}?{query}", super::KEY);
        let reply = self.site.get(&path).await;
        assert_eq!(reply.status, 200);
        let html = String::from_utf8(reply.body.to_vec()).unwrap();
        let data = html.split_once("id=\"frame\">").unwrap().1.split_once("</script>").unwrap().0;
        let frame = serde_json::from_str(data).unwrap();
        (html, frame)
    }
}

#[tokio::test]
async fn the_address_of_a_frame_is_signed_for_this_page_and_person() {
    let mut world = world().await;
    let entry = world.install("jira").await;
    let (html, frame) = world.page("panel", "issue.key=ACME-1&as=bob").await;
    assert!(html.contains("<title>Panel &lt;1></title>"), "{html}");
    let url = frame["url"].as_str().unwrap();
    let (below, token) = url.strip_prefix(&world.app.base).unwrap().split_once("&jwt=").unwrap();
    assert!(below.starts_with("/page/panel?issue=ACME-1&x=&xdm_e=http%3A%2F%2F127.0.0.1%3A"), "{below}");
    let token = Token::read(token);
    assert!(token.is_of(entry["shared_secret"].as_str().unwrap()));
    let host = world.url().replace(':', "%3A").replace('/', "%2F");
    let canonical = format!(
        "GET&/page/panel&cp=&cv=1001.0.0-SNAPSHOT&issue=ACME-1&lic=none&x=&xdm_c=channel-com.example.app__panel&\
         xdm_deprecated_addon_key_do_not_use=com.example.app&xdm_e={host}"
    );
    assert_eq!(token.claims["qsh"], hash(&canonical));
    assert_eq!(token.claims["sub"], "712020:5f0c0000-0000-4000-8000-000000000003");
    assert_eq!(token.claims["context"]["jira"]["issue"]["key"], "ACME-1");
    assert_eq!(token.claims["context"]["jira"]["project"]["key"], "ACME");
}

#[tokio::test]
async fn a_cacheable_page_has_nothing_in_its_address_and_asks_for_a_token() {
    let mut world = world().await;
    let entry = world.install("jira").await;
    let (_, frame) = world.page("quick", "issue.key=ACME-1").await;
    assert_eq!(frame["url"], format!("{}/page/quick", world.app.base));
    // As the bridge does for `AP.context.getToken`.
    let ask = json!({"product": "jira", "app": super::KEY, "as": "ada", "method": "GET", "context": frame["context"]});
    let made = world.site.post("/_sim/connect/token", ask).await.expect(200);
    let token = Token::read(made["token"].as_str().unwrap());
    assert!(token.is_of(entry["shared_secret"].as_str().unwrap()));
    assert_eq!((&token.claims["qsh"], &token.claims["context"]), (&json!("context-qsh"), &frame["context"]));
}

#[tokio::test]
async fn a_page_calls_the_product_as_whoever_looks_within_the_scopes_of_the_app() {
    let mut world = world().await;
    world.app.set("/scopes", json!(["READ"]));
    world.install("jira").await;
    let (_, frame) = world.page("panel", "as=bob").await;
    let page = world.site.clone().with(format!("Bearer {}", frame["user_token"].as_str().unwrap()));
    assert_eq!(page.get("/rest/api/3/myself").await.expect(200)["displayName"], "Bob Kahn");
    let edit = json!({"fields": {"summary": "x"}});
    assert_eq!(page.put("/rest/api/3/issue/ACME-1", edit).await.status, 403);
}

#[tokio::test]
async fn what_is_not_there_is_not_shown_and_scripts_are_for_every_origin() {
    let mut world = world().await;
    world.install("jira").await;
    for wrong in
        ["jira/com.example.app/nothing", "jira/other/panel", "confluence/com.example.app/panel", "x/y/z"]
    {
        assert_eq!(world.site.get(&format!("/_sim/connect/page/{wrong}")).await.status, 404, "{wrong}");
    }
    for (client, path) in [(&world.site, "/atlassian-connect/all.js"), (&world.identity(), "/all.js")] {
        let script = client.get(path).await;
        assert_eq!(script.status, 200);
        assert!(script.headers["content-type"].to_str().unwrap().starts_with("text/javascript"));
        assert!(!script.headers.contains_key("cross-origin-resource-policy"));
    }
}
