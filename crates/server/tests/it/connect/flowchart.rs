//! Each branch of the published install flowchart, twice: where installs are signed, and where those of the old scheme are
//! taken. Through the routes and over the database: the status, and the site's row and tenant before and after.

use bowline_connect::installation::{ClientKey, Installations as _, Scheme};
use bowline_connect::jose::SharedSecret;
use bowline_connect::lifecycle::Legacy;
use bowline_core::port::Registry as _;
use serde_json::json;

use crate::house::House;
use crate::house::atlassian::{Site, call};

/// A site whose secret is one letter over and over.
fn site(letter: &str) -> Site {
    Site { secret: letter.repeat(40), ..Site::new("acme") }
}

/// What is kept of the site: state, scheme, the letters of both secrets, and whose tenant it is in.
async fn row(house: &House) -> String {
    let tenants = house.store.tenants().await.unwrap();
    let own: Vec<_> = tenants.iter().filter(|tenant| tenant.name.starts_with("acme-")).collect();
    let key = ClientKey::parse(&site("a").client_key).unwrap();
    let found = house.app_sites.find(&key).await.unwrap();
    let Some(stored) = found else {
        assert_eq!((own.len(), tenants.len()), (0, 2), "a site that is not kept leaves no tenant");
        return "none".to_owned();
    };
    assert_eq!((own.len(), tenants.len()), (1, 3), "a site has one tenant");
    assert_eq!(house.app_sites.tenant(&key).await.unwrap(), Some(own[0].id));
    let letter = |secret: Option<&SharedSecret>| {
        secret.map_or("-".to_owned(), |secret| secret.secret().expose_text()[..1].to_owned())
    };
    let row = stored.installation;
    let before = row.previous.as_ref().map(|previous| &previous.secret);
    format!("{:?} {:?} {}{}", row.state, row.scheme, letter(row.secret.as_ref()), letter(before))
}

/// How a call is signed.
enum With<'a> {
    Nothing,
    Atlassian,
    /// A secret that may be the site's.
    Secret(&'a str),
    /// As Atlassian would, but that one bit of the signature is another.
    Spoiled,
}

/// A call that brings the secret of `letter`.
async fn send(house: &House, event: &str, letter: &str, with: With<'_>) -> u16 {
    let (caller, target) = (site(letter), format!("/connect/{event}"));
    let claims = caller.claims(house, "POST", &target);
    let token = match with {
        With::Nothing => None,
        With::Atlassian => Some(caller.signed_by_atlassian(&claims)),
        With::Secret(letter) => Some(site(letter).signed(&claims)),
        With::Spoiled => Some(spoiled(caller.signed_by_atlassian(&claims))),
    };
    call(house, "POST", &target, token.as_deref()).json(caller.body(event)).answer().await.code
}

fn spoiled(token: String) -> String {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{signed}.{first}{}", &signature[1..])
}

/// The call, what it must be answered, and the rows that there must be before and after.
async fn branch(house: &House, (letter, with): (&str, With<'_>), status: u16, before: &str, after: &str) {
    assert_eq!(row(house).await, before, "before");
    assert_eq!(send(house, "installed", letter, with).await, status);
    assert_eq!(row(house).await, after, "after");
}

const SIGNED: &str = "Enabled Signed a-";
const LEGACY: &str = "Enabled Legacy a-";

mod signed {
    use super::*;

    async fn unknown() -> House {
        House::new().await
    }

    async fn known() -> House {
        let house = House::new().await;
        branch(&house, ("a", With::Atlassian), 204, "none", SIGNED).await;
        house
    }

    #[tokio::test]
    async fn no_token_and_the_site_is_unknown() {
        branch(&unknown().await, ("a", With::Nothing), 401, "none", "none").await;
    }

    #[tokio::test]
    async fn no_token_and_the_site_is_known() {
        branch(&known().await, ("b", With::Nothing), 401, SIGNED, SIGNED).await;
    }

    #[tokio::test]
    async fn a_token_and_the_site_is_unknown() {
        branch(&unknown().await, ("a", With::Atlassian), 204, "none", SIGNED).await;
    }

    #[tokio::test]
    async fn an_invalid_token_and_the_site_is_unknown() {
        branch(&unknown().await, ("a", With::Spoiled), 401, "none", "none").await;
        branch(&unknown().await, ("a", With::Secret("a")), 401, "none", "none").await;
    }

    #[tokio::test]
    async fn an_invalid_token_and_the_site_is_known() {
        let house = known().await;
        branch(&house, ("b", With::Spoiled), 401, SIGNED, SIGNED).await;
        branch(&house, ("b", With::Secret("a")), 401, SIGNED, SIGNED).await;
    }

    #[tokio::test]
    async fn a_valid_token_and_the_site_is_known() {
        branch(&known().await, ("b", With::Atlassian), 204, SIGNED, "Enabled Signed ba").await;
    }

    #[tokio::test]
    async fn a_valid_token_and_the_site_has_removed_the_app() {
        let (house, gone) = (known().await, "Uninstalled Signed --");
        assert_eq!(send(&house, "uninstalled", "a", With::Atlassian).await, 204);
        branch(&house, ("b", With::Nothing), 401, gone, gone).await;
        branch(&house, ("b", With::Secret("a")), 401, gone, gone).await;
        branch(&house, ("b", With::Atlassian), 204, gone, "Enabled Signed b-").await;
    }
}

mod legacy {
    use super::*;

    async fn unknown() -> House {
        House::with_app(Legacy::All, None).await
    }

    async fn known() -> House {
        let house = unknown().await;
        branch(&house, ("a", With::Nothing), 204, "none", LEGACY).await;
        house
    }

    #[tokio::test]
    async fn no_token_and_the_site_is_unknown() {
        branch(&unknown().await, ("a", With::Nothing), 204, "none", LEGACY).await;
    }

    #[tokio::test]
    async fn no_token_and_the_site_is_known() {
        branch(&known().await, ("b", With::Nothing), 403, LEGACY, LEGACY).await;
    }

    #[tokio::test]
    async fn a_token_and_the_site_is_unknown() {
        branch(&unknown().await, ("a", With::Secret("x")), 204, "none", LEGACY).await;
    }

    #[tokio::test]
    async fn an_invalid_token_and_the_site_is_unknown() {
        // Of the scheme that can be checked without knowing the site; a secret's token is the branch above.
        branch(&unknown().await, ("a", With::Spoiled), 401, "none", "none").await;
    }

    #[tokio::test]
    async fn an_invalid_token_and_the_site_is_known() {
        branch(&known().await, ("b", With::Secret("x")), 403, LEGACY, LEGACY).await;
    }

    #[tokio::test]
    async fn a_valid_token_and_the_site_is_known() {
        branch(&known().await, ("b", With::Secret("a")), 204, LEGACY, "Enabled Legacy ba").await;
    }

    #[tokio::test]
    async fn a_valid_token_and_the_site_has_removed_the_app() {
        let (house, gone) = (known().await, "Uninstalled Legacy a-");
        assert_eq!(send(&house, "uninstalled", "a", With::Secret("a")).await, 204);
        branch(&house, ("b", With::Nothing), 403, gone, gone).await;
        branch(&house, ("b", With::Secret("x")), 403, gone, gone).await;
        branch(&house, ("b", With::Secret("a")), 204, gone, "Enabled Legacy b-").await;
    }

    #[tokio::test]
    async fn every_branch_is_closed_for_a_site_that_was_installed_with_a_signed_call() {
        let (house, after) = (known().await, "Enabled Signed b-");
        branch(&house, ("b", With::Atlassian), 204, LEGACY, after).await;
        branch(&house, ("c", With::Nothing), 403, after, after).await;
        branch(&house, ("c", With::Secret("x")), 403, after, after).await;
        branch(&house, ("c", With::Secret("b")), 403, after, after).await;
        branch(&house, ("c", With::Atlassian), 204, after, "Enabled Signed cb").await;
    }

    #[tokio::test]
    async fn of_known_sites_alone_no_first_install_is_taken_and_every_other_branch_is_open() {
        let house = House::with_app(Legacy::KnownTenants, None).await;
        branch(&house, ("a", With::Nothing), 403, "none", "none").await;
        branch(&house, ("a", With::Secret("x")), 403, "none", "none").await;
        was_there_before(&house).await;
        branch(&house, ("b", With::Nothing), 403, LEGACY, LEGACY).await;
        branch(&house, ("b", With::Secret("x")), 403, LEGACY, LEGACY).await;
        branch(&house, ("b", With::Secret("a")), 204, LEGACY, "Enabled Legacy ba").await;
    }

    /// A site that was installed while all were taken.
    async fn was_there_before(house: &House) {
        use bowline_connect::installation::{Change, Installation, Product, State};
        use bowline_core::port::Clock as _;
        use bowline_core::secret::Secret;
        let (acme, at) = (site("a"), house.clock.now());
        let installation = Installation {
            client_key: ClientKey::parse(&acme.client_key).unwrap(),
            product: Product::Jira,
            base_url: acme.base_url,
            display_url: None,
            secret: Some(SharedSecret::new(Secret::from(acme.secret)).unwrap()),
            previous: None,
            state: State::Enabled,
            scheme: Scheme::Legacy,
            oauth_client_id: None,
            forge_installation: None,
            entitlement_id: None,
            installed_at: at,
            changed_at: at,
        };
        house.app_sites.commit(Change { installation, expected: None, used: None }, at).await.unwrap();
    }
}

#[tokio::test]
async fn what_the_flowchart_does_not_draw_changes_nothing_either() {
    let house = House::with_app(Legacy::All, None).await;
    branch(&house, ("a", With::Nothing), 204, "none", LEGACY).await;
    // Another app's key, another site's client key, no secret: each under the site's own token.
    let own = site("a");
    for (member, value, status) in [
        ("key", json!("another.app"), 403),
        ("clientKey", json!("key-of-another"), 403),
        ("sharedSecret", json!("short"), 400),
        ("eventType", json!("enabled"), 400),
    ] {
        let token = own.signed(&own.claims(&house, "POST", "/connect/installed"));
        let mut body = site("b").body("installed");
        body[member] = value;
        let sent = call(&house, "POST", "/connect/installed", Some(&token)).json(body).answer().await;
        assert_eq!((sent.code, row(&house).await.as_str()), (status, LEGACY), "{member}");
    }
}
