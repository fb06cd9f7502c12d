//! Calls to a site: what leaves, for whom it is signed, and what is never sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use bowline_connect::client::{
    Client, Error, Grant, HostCall, Identity, LARGEST_PROPERTY, Property, UserTokens,
};
use bowline_connect::descriptor::Scope;
use bowline_connect::exchange::{Exchange, ExchangeCall};
use bowline_connect::install_key::Region;
use bowline_connect::installation::{ClientKey, Installation, Product, Scheme, State};
use bowline_connect::jose::Compact;
use bowline_core::port::{Clock, Exchanged, OutboundAnswer};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use super::world::{Watch, now, secret};

const SITE: &str = "https://acme.atlassian.net/wiki";

/// Atlassian, as far as these calls go: properties by path, user tokens by assertion. Every request is checked.
struct Atlassian {
    properties: Mutex<BTreeMap<String, Value>>,
    seen: Mutex<Vec<String>>,
    grants: Mutex<usize>,
    answer: Mutex<Option<(StatusCode, &'static str)>>,
}

impl Atlassian {
    fn token(&self, call: &ExchangeCall) -> (StatusCode, String) {
        let form: BTreeMap<String, String> =
            url::form_urlencoded::parse(call.body.expose()).into_owned().collect();
        assert_eq!(form["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
        let assertion = Compact::parse(&form["assertion"]).unwrap();
        let claims: Value = serde_json::from_slice(assertion.verify_hs256(&secret("a")).unwrap()).unwrap();
        let expected = json!({
            "iss": "urn:atlassian:connect:clientid:client",
            "sub": "urn:atlassian:connect:useraccountid:ada",
            "tnt": SITE,
            "aud": Region::Production.authorization_server(),
            "iat": claims["iat"].as_i64().unwrap(),
            "exp": claims["iat"].as_i64().unwrap() + 60,
        });
        if claims != expected {
            return (StatusCode::BAD_REQUEST, json!({"error": "invalid_grant"}).to_string());
        }
        let mut grants = self.grants.lock().unwrap();
        *grants += 1;
        let scope = form.get("scope").cloned().unwrap_or_default();
        let token = json!({"access_token": format!("token-{grants}-{scope}"), "expires_in": 900, "token_type": "Bearer"});
        (StatusCode::OK, token.to_string())
    }

    /// As the app: the token is of the app, for three minutes, for exactly this request.
    fn check_app(call: &ExchangeCall, token: &str) {
        let compact = Compact::parse(token).unwrap();
        let claims: Value = serde_json::from_slice(compact.verify_hs256(&secret("a")).unwrap()).unwrap();
        let below = call.url.strip_prefix(SITE).unwrap();
        let (path, query) = below.split_once('?').unwrap_or((below, ""));
        let canonical = format!("{}&{path}&{query}", call.method);
        let hash: String =
            digest(&SHA256, canonical.as_bytes()).as_ref().iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!((claims["iss"].as_str(), claims["qsh"].as_str()), (Some("my.app"), Some(hash.as_str())));
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 180);
    }

    fn property(&self, call: &ExchangeCall) -> (StatusCode, String) {
        let mut properties = self.properties.lock().unwrap();
        let path = call.url.strip_prefix(SITE).unwrap().to_owned();
        if call.method == Method::PUT {
            let value = serde_json::from_slice(call.body.expose()).unwrap();
            let before = properties.insert(path, value);
            return (if before.is_some() { StatusCode::OK } else { StatusCode::CREATED }, String::new());
        }
        let found = properties.get(&path).cloned();
        match found {
            None => (StatusCode::NOT_FOUND, "{}".to_owned()),
            Some(_) if call.method == Method::DELETE => {
                properties.remove(&path);
                (StatusCode::NO_CONTENT, String::new())
            }
            Some(value) => (StatusCode::OK, json!({"key": "k", "value": value}).to_string()),
        }
    }
}

#[async_trait]
impl Exchange for Atlassian {
    async fn exchange(&self, call: ExchangeCall) -> Exchanged {
        let header =
            |name: &str| call.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let authorization = header("authorization").to_owned();
        let who = match authorization.split_once(' ') {
            Some(("JWT", token)) => {
                Self::check_app(&call, token);
                "app"
            }
            Some(("Bearer", token)) => token,
            _ => "",
        };
        if !who.is_empty() {
            assert!(call.headers["authorization"].is_sensitive());
            assert!(header("user-agent").contains("my.app"), "{}", header("user-agent"));
        }
        self.seen.lock().unwrap().push(format!("{} {} {who}", call.method, call.url));
        let (status, body) = match *self.answer.lock().unwrap() {
            Some((status, body)) => (status, body.to_owned()),
            None if call.url.ends_with("/oauth2/token") => self.token(&call),
            None => self.property(&call),
        };
        Exchanged::Answer(OutboundAnswer { status, headers: HeaderMap::new(), body: Bytes::from(body) })
    }
}

struct Place {
    atlassian: Arc<Atlassian>,
    watch: Arc<Watch>,
    client: Client,
    installation: Installation,
}

fn place() -> Place {
    let atlassian = Arc::new(Atlassian {
        properties: Mutex::default(),
        seen: Mutex::default(),
        grants: Mutex::default(),
        answer: Mutex::default(),
    });
    let watch = Arc::new(Watch::at(1_700_000_000));
    let clock = || Arc::clone(&watch) as Arc<dyn Clock>;
    let server = Region::Production.authorization_server();
    let users = UserTokens::new(Arc::clone(&atlassian) as _, clock(), server);
    let client = Client::new(Arc::clone(&atlassian) as _, clock(), "my.app", users).unwrap();
    let installation = Installation {
        client_key: ClientKey::parse("site").unwrap(),
        product: Product::Confluence,
        base_url: SITE.to_owned(),
        display_url: None,
        secret: Some(secret("a")),
        previous: None,
        state: State::Enabled,
        scheme: Scheme::Signed,
        oauth_client_id: Some("client".to_owned()),
        forge_installation: None,
        entitlement_id: None,
        installed_at: watch.now(),
        changed_at: watch.now(),
    };
    Place { atlassian, watch, client, installation }
}

const ADA: Identity<'static> = Identity::User(Grant { account_id: "ada", scopes: &[] });

impl Place {
    fn send(&self, identity: Identity<'_>, call: HostCall<'_>) -> Result<StatusCode, Error> {
        now(self.client.send(&self.installation, identity, call)).map(|answer| answer.status)
    }

    fn get(&self, identity: Identity<'_>, path: &str) -> Result<StatusCode, Error> {
        self.send(identity, HostCall::get(path, "test"))
    }

    fn seen(&self) -> Vec<String> {
        std::mem::take(&mut *self.atlassian.seen.lock().unwrap())
    }
}

#[test]
fn a_property_is_kept_as_the_app_and_read_as_a_user() {
    let place = place();
    let property = Property::Issue("ACME-7", "link state");
    let value = json!({"linked": true});
    let find = |identity| now(place.client.find_property(&place.installation, identity, property)).unwrap();
    assert_eq!(find(Identity::App), None);
    now(place.client.put_property(&place.installation, Identity::App, property, &value)).unwrap();
    now(place.client.put_property(&place.installation, Identity::App, property, &value)).unwrap();
    assert_eq!(find(Identity::App), Some(value.clone()));
    assert_eq!(find(ADA), Some(value));
    now(place.client.delete_property(&place.installation, Identity::App, property)).unwrap();
    now(place.client.delete_property(&place.installation, Identity::App, property)).unwrap();
    assert_eq!(find(Identity::App), None);
    let url = format!("{SITE}/rest/api/3/issue/ACME-7/properties/link%20state");
    let seen = place.seen();
    assert!(
        seen.contains(&format!("PUT {url} app")) && seen.contains(&format!("GET {url} token-1-")),
        "{seen:?}"
    );
}

#[test]
fn every_kind_of_property_has_its_path_and_none_reaches_another() {
    let place = place();
    for (property, path) in [
        (Property::Issue("7", "p"), "/rest/api/3/issue/7/properties/p"),
        (Property::Comment("7", "p"), "/rest/api/3/comment/7/properties/p"),
        (Property::Project("ACME", "p"), "/rest/api/3/project/ACME/properties/p"),
        (Property::DashboardItem("1", "2", "p"), "/rest/api/3/dashboard/1/items/2/properties/p"),
        (Property::User("ada:1", "p"), "/rest/api/3/user/properties/p?accountId=ada%3A1"),
        (Property::App("p?x#y"), "/rest/atlassian-connect/1/addons/my.app/properties/p%3Fx%23y"),
    ] {
        now(place.client.find_property(&place.installation, Identity::App, property)).unwrap();
        assert_eq!(place.seen(), [format!("GET {SITE}{path} app")]);
    }
    let long = "p".repeat(256);
    for property in [
        Property::Issue("..", "p"),
        Property::Issue("", "p"),
        Property::Issue("7/../8", "p"),
        Property::Issue("7", "a/b"),
        Property::Issue("7", "a\\b"),
        Property::Issue("7", ""),
        Property::Issue("7", &long),
        Property::App("."),
    ] {
        let refused = now(place.client.find_property(&place.installation, Identity::App, property));
        assert!(matches!(refused, Err(Error::Unfit(_))), "{property:?}");
    }
    let large = json!("x".repeat(LARGEST_PROPERTY - 1));
    let put = now(place.client.put_property(&place.installation, Identity::App, Property::App("p"), &large));
    assert!(matches!(put, Err(Error::Unfit(_))));
    assert_eq!(place.seen(), Vec::<String>::new());
}

#[test]
fn a_user_token_is_asked_for_once_for_the_same_scopes_and_again_when_it_ends() {
    let place = place();
    let grant = |scopes: &'static [Scope]| Identity::User(Grant { account_id: "ada", scopes });
    for (scopes, token) in [
        (&[Scope::Write, Scope::Read][..], "token-1-READ WRITE"),
        (&[Scope::Read, Scope::Write, Scope::Read][..], "token-1-READ WRITE"),
        (&[][..], "token-2-"),
    ] {
        place.get(grant(scopes), "/x").unwrap();
        assert_eq!(place.seen().last().unwrap(), &format!("GET {SITE}/x {token}"));
    }
    place.watch.pass(894);
    place.get(grant(&[]), "/x").unwrap();
    assert_eq!(*place.atlassian.grants.lock().unwrap(), 2);
    place.watch.pass(1);
    place.get(grant(&[]), "/x").unwrap();
    assert_eq!(*place.atlassian.grants.lock().unwrap(), 3);
}

#[test]
fn no_token_for_a_user_is_an_error_with_the_servers_code_and_nothing_else_of_it() {
    let place = place();
    let eve = Identity::User(Grant { account_id: "eve", scopes: &[] });
    let refused = place.get(eve, "/x");
    assert!(
        matches!(&refused, Err(Error::NoUserToken { status: StatusCode::BAD_REQUEST, code }) if code == "invalid_grant")
    );
    *place.atlassian.answer.lock().unwrap() =
        Some((StatusCode::UNAUTHORIZED, r#"{"error":"Bad assertion eyJ"}"#));
    let refused = place.get(eve, "/x");
    assert!(matches!(&refused, Err(Error::NoUserToken { code, .. }) if code.is_empty()));
    *place.atlassian.answer.lock().unwrap() = Some((StatusCode::OK, "{}"));
    assert!(matches!(place.get(eve, "/x"), Err(Error::Answer(_))));
    let unnamed = Installation { oauth_client_id: None, ..place.installation.clone() };
    let refused = now(place.client.send(&unnamed, eve, HostCall::get("/x", "test")));
    assert!(matches!(refused, Err(Error::NoClientId)));
}

#[test]
fn a_path_that_leaves_the_site_is_not_called() {
    let place = place();
    for path in ["/../x", "/a/../../x", "x", "", "@evil.example/x", ":8443/x", ".evil.example/x", "\\x"] {
        for identity in [Identity::App, ADA] {
            let refused = place.get(identity, path);
            assert!(matches!(refused, Err(Error::Url(_) | Error::Unfit(_))), "{path} {refused:?}");
        }
    }
    // Behind a slash it is a path of the site, whatever it looks like.
    place.get(Identity::App, "//evil.example/x").unwrap();
    assert_eq!(place.seen(), [format!("GET {SITE}//evil.example/x app")]);
}

#[test]
fn nothing_is_followed_and_nothing_is_sent_for_a_site_that_is_gone() {
    let place = place();
    *place.atlassian.answer.lock().unwrap() = Some((StatusCode::FOUND, ""));
    assert!(matches!(place.get(Identity::App, "/x"), Err(Error::Moved(StatusCode::FOUND))));
    assert_eq!(place.seen().len(), 1);
    let gone = Installation { state: State::Uninstalled, ..place.installation.clone() };
    let bare = Installation { secret: None, ..place.installation.clone() };
    for installation in [gone, bare] {
        for identity in [Identity::App, ADA] {
            let refused = now(place.client.send(&installation, identity, HostCall::get("/x", "test")));
            assert!(matches!(refused, Err(Error::NotInstalled)), "{identity:?}");
        }
    }
    let body = HostCall { body: b"{}".to_vec(), ..HostCall::get("/x", "test") };
    assert!(!format!("{body:?}").contains("{}"));
    assert!(matches!(place.send(Identity::App, body), Err(Error::Unfit(_))));
    assert_eq!(place.seen(), Vec::<String>::new());
}
