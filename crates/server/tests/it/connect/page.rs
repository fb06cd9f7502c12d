//! The panel's page and its files.

use super::installed;
use crate::house::atlassian::call;

#[tokio::test]
async fn the_panel_is_framed_by_its_site_alone_and_sets_no_cookie() {
    let (house, site) = installed().await;
    let answer = site.bound(&house, "GET", "/connect/page/issue?issue=10001").answer().await.status(200);
    let policy = answer.header("content-security-policy");
    assert!(policy.ends_with("frame-ancestors https://acme.atlassian.net"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(answer.headers.get("set-cookie").is_none() && answer.headers.get("x-frame-options").is_none());
    let page = answer.text();
    let first = page.find("<script").unwrap();
    assert!(page[first..].starts_with("<script src=\"https://connect-cdn.atl-paas.net/all.js\">"), "{page}");
    for file in ["panel.js", "panel.css"] {
        assert!(page.contains(&format!("\"../assets/{file}\"")), "{page}");
        call(&house, "GET", &format!("/connect/assets/{file}"), None).answer().await.status(200);
    }
}

#[tokio::test]
async fn a_page_needs_a_token_of_its_own_address() {
    let (house, site) = installed().await;
    let path = "/connect/page/issue?issue=10001";
    call(&house, "GET", path, None).answer().await.status(401);
    site.context(&house, "GET", path, "ada").answer().await.status(401);
    let other = site.signed(&site.claims(&house, "GET", "/connect/page/issue?issue=10002"));
    call(&house, "GET", path, Some(&other)).answer().await.status(401);
}
