//! Content properties, kept in a Confluence that counts versions as the real one does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bowline_connect::client::{Client, Content, Error, Identity, LARGEST_PROPERTY, UserTokens};
use bowline_connect::exchange::{Exchange, ExchangeCall};
use bowline_connect::installation::{ClientKey, Installation, Product, Scheme, State};
use bowline_core::port::{Clock, Exchanged, OutboundAnswer};
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use super::world::{Watch, now, secret};

const SITE: &str = "https://acme.atlassian.net/wiki";

/// A Confluence with one page, `7`, and its properties by id.
#[derive(Default)]
struct Confluence {
    properties: Mutex<BTreeMap<String, Value>>,
    seen: Mutex<Vec<String>>,
    /// Whether somebody else writes between every look and every change.
    is_busy: bool,
}

impl Confluence {
    fn answer(&self, call: &ExchangeCall) -> (StatusCode, Value) {
        let path = call.url.strip_prefix(SITE).unwrap();
        self.seen.lock().unwrap().push(format!("{} {path}", call.method));
        assert!(call.headers[AUTHORIZATION].to_str().unwrap().starts_with("JWT "));
        let Some(rest) = path.strip_prefix("/api/v2/pages/7/properties") else {
            return (StatusCode::NOT_FOUND, Value::Null);
        };
        let mut all = self.properties.lock().unwrap();
        let body = || serde_json::from_slice::<Value>(call.body.expose()).unwrap();
        if call.method == Method::GET {
            let key = rest.strip_prefix("?key=").unwrap();
            // A key that only begins alike is in the answer too: the client must look.
            let found: Vec<Value> =
                all.values().filter(|one| one["key"].as_str().unwrap().starts_with(key)).cloned().collect();
            return (StatusCode::OK, json!({"results": found, "_links": {}}));
        }
        if call.method == Method::POST {
            let id = (all.len() + 100).to_string();
            let one =
                json!({"id": id, "key": body()["key"], "value": body()["value"], "version": {"number": 1}});
            all.insert(id, one.clone());
            return (StatusCode::OK, one);
        }
        let id = rest.strip_prefix('/').unwrap();
        if call.method == Method::DELETE {
            return (
                if all.remove(id).is_some() { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND },
                Value::Null,
            );
        }
        let one = all.get_mut(id).unwrap();
        let next = one["version"]["number"].as_u64().unwrap() + 1 + u64::from(self.is_busy);
        if body()["version"]["number"] != next || body()["key"] != one["key"] {
            return (StatusCode::CONFLICT, Value::Null);
        }
        (one["value"], one["version"]["number"]) = (body()["value"].clone(), next.into());
        (StatusCode::OK, one.clone())
    }
}

#[async_trait]
impl Exchange for Confluence {
    async fn exchange(&self, call: ExchangeCall) -> Exchanged {
        let (status, body) = self.answer(&call);
        Exchanged::Answer(OutboundAnswer {
            status,
            headers: HeaderMap::new(),
            body: Bytes::from(body.to_string()),
        })
    }
}

struct Place {
    confluence: Arc<Confluence>,
    client: Client,
    installation: Installation,
}

fn place(is_busy: bool) -> Place {
    let confluence = Arc::new(Confluence { is_busy, ..Confluence::default() });
    let watch = Arc::new(Watch::at(1_700_000_000));
    let users =
        UserTokens::new(Arc::clone(&confluence) as _, Arc::clone(&watch) as _, "https://users.example");
    let client = Client::new(Arc::clone(&confluence) as _, Arc::clone(&watch) as _, "my.app", users).unwrap();
    let installation = Installation {
        client_key: ClientKey::parse("site").unwrap(),
        product: Product::Confluence,
        base_url: SITE.to_owned(),
        display_url: None,
        secret: Some(secret("a")),
        previous: None,
        state: State::Enabled,
        scheme: Scheme::Signed,
        oauth_client_id: None,
        forge_installation: None,
        entitlement_id: None,
        installed_at: watch.now(),
        changed_at: watch.now(),
    };
    Place { confluence, client, installation }
}

impl Place {
    fn find(&self, content: Content<'_>, key: &str) -> Result<Option<(Value, u64)>, Error> {
        let found = now(self.client.find_content_property(&self.installation, Identity::App, content, key))?;
        Ok(found.map(|one| (one.value, one.version)))
    }

    fn put(&self, content: Content<'_>, key: &str, value: &Value) -> Result<(), Error> {
        now(self.client.put_content_property(&self.installation, Identity::App, content, key, value))
    }

    fn delete(&self, content: Content<'_>, key: &str) -> Result<(), Error> {
        now(self.client.delete_content_property(&self.installation, Identity::App, content, key))
    }
}

#[test]
fn a_property_is_made_changed_under_its_number_and_removed() {
    let place = place(false);
    let page = Content::Page("7");
    assert_eq!(place.find(page, "state").unwrap(), None);
    place.put(page, "state-2", &json!("another")).unwrap();
    place.put(page, "state", &json!({"a": 1})).unwrap();
    assert_eq!(place.find(page, "state").unwrap(), Some((json!({"a": 1}), 1)));
    place.put(page, "state", &json!([2])).unwrap();
    assert_eq!(place.find(page, "state").unwrap(), Some((json!([2]), 2)));
    place.delete(page, "state").unwrap();
    assert_eq!(place.find(page, "state").unwrap(), None);
    assert_eq!(place.find(page, "state-2").unwrap(), Some((json!("another"), 1)), "the other stays");
    place.delete(page, "state").unwrap();
    let seen = place.confluence.seen.lock().unwrap();
    assert_eq!(seen[1..3], ["GET /api/v2/pages/7/properties?key=state-2", "POST /api/v2/pages/7/properties"]);
}

#[test]
fn what_somebody_else_wrote_meanwhile_is_not_overwritten() {
    let place = place(true);
    place.put(Content::Page("7"), "state", &json!(1)).unwrap();
    let refused = place.put(Content::Page("7"), "state", &json!(2)).unwrap_err();
    assert!(matches!(refused, Error::Refused(StatusCode::CONFLICT)));
    assert_eq!(place.find(Content::Page("7"), "state").unwrap(), Some((json!(1), 1)));
}

#[test]
fn every_kind_of_content_has_its_path_and_none_reaches_another() {
    let place = place(false);
    for (content, path) in [
        (Content::Page("8"), "pages/8"),
        (Content::BlogPost("8"), "blogposts/8"),
        (Content::Attachment("att8"), "attachments/att8"),
        (Content::Comment("8"), "comments/8"),
        (Content::Custom("8"), "custom-content/8"),
    ] {
        assert_eq!(place.find(content, "a b").unwrap(), None);
        let asked = place.confluence.seen.lock().unwrap().pop().unwrap();
        assert_eq!(asked, format!("GET /api/v2/{path}/properties?key=a%20b"));
    }
    for id in ["", ".", "..", "7/properties", "7\\8"] {
        assert!(matches!(place.find(Content::Page(id), "a"), Err(Error::Unfit(_))), "{id}");
    }
    for key in ["", &"k".repeat(256)] {
        assert!(matches!(place.find(Content::Page("7"), key), Err(Error::Unfit(_))), "{key}");
    }
    let large = json!("x".repeat(LARGEST_PROPERTY));
    assert!(matches!(place.put(Content::Page("7"), "a", &large), Err(Error::Unfit(_))));
    let jira = Installation { product: Product::Jira, ..place.installation.clone() };
    let refused = now(place.client.find_content_property(&jira, Identity::App, Content::Page("7"), "a"));
    assert!(matches!(refused, Err(Error::Unfit(_))));
    assert!(place.confluence.seen.lock().unwrap().is_empty());
}
