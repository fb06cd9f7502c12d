//! Installs of the scheme before October 2021: what each setting takes.

use bowline_connect::lifecycle::Legacy;

use crate::house::House;
use crate::house::atlassian::{Site, call};

/// An install without a token, or signed with a secret.
async fn install(house: &House, site: &Site, with: Option<&Site>) -> u16 {
    let token = with.map(|with| with.signed(&site.claims(house, "POST", "/connect/installed")));
    let call = call(house, "POST", "/connect/installed", token.as_deref());
    call.json(site.body("installed")).answer().await.code
}

#[tokio::test]
async fn by_default_no_install_is_taken_that_atlassian_did_not_sign() {
    let house = House::new().await;
    let site = Site::new("acme");
    assert_eq!(install(&house, &site, None).await, 401);
    assert_eq!(install(&house, &site, Some(&site)).await, 401);
    site.lifecycle(&house, "installed").await.status(204);
    assert_eq!(install(&house, &site, Some(&site)).await, 401);
}

#[tokio::test]
async fn where_known_sites_are_taken_a_new_one_is_not() {
    let house = House::with_app(Legacy::KnownTenants, None).await;
    let site = Site::new("acme");
    assert_eq!(install(&house, &site, None).await, 403);
    assert_eq!(install(&house, &site, Some(&site)).await, 403);
    site.lifecycle(&house, "installed").await.status(204);
    assert_eq!(
        install(&house, &site, Some(&site)).await,
        403,
        "a signed install was the last of the old ones"
    );
}

#[tokio::test]
async fn where_all_are_taken_the_published_flow_chart_holds_until_a_signed_install() {
    let house = House::with_app(Legacy::All, None).await;
    let site = Site::new("acme");
    assert_eq!(install(&house, &site, None).await, 204, "no token, and nobody knows the site");
    assert_eq!(install(&house, &site, None).await, 403, "no token, and the site is known");
    let next = Site { secret: "n".repeat(40), ..site.clone() };
    let guessing = Site { secret: "g".repeat(40), ..site.clone() };
    assert_eq!(install(&house, &next, Some(&guessing)).await, 403);
    assert_eq!(install(&house, &next, Some(&site)).await, 204, "signed with the secret before");
    assert_eq!(install(&house, &site, Some(&site)).await, 403, "that secret is not the present one");
    next.lifecycle(&house, "installed").await.status(204);
    assert_eq!(install(&house, &site, Some(&next)).await, 403);
    let other = Site::new("other");
    assert_eq!(install(&house, &other, Some(&other)).await, 204, "a token that nobody can check");
}
