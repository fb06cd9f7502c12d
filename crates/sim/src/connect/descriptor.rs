//! Reading a descriptor, `atlassian-connect.json`, and saying what is wrong with one.
//!
//! Rules are those of "App descriptor" (developer.atlassian.com/cloud/jira/platform/app-descriptor). `http` is allowed here,
//! and every port, so that an app on the same machine can be installed.

use serde_json::Value;

use super::scope;

/// The longest key of an app.
const LONGEST_KEY: usize = 64;
/// The lifecycle calls there are.
pub(crate) const LIFECYCLE: [&str; 4] = ["installed", "uninstalled", "enabled", "disabled"];

/// A webhook module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Webhook {
    pub(crate) event: String,
    pub(crate) url: String,
    /// JQL; empty for none.
    pub(crate) filter: String,
    pub(crate) exclude_body: bool,
    /// Only these issue properties; all when empty.
    pub(crate) property_keys: Vec<String>,
}

/// A module that is a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// What kind of module: `generalPages`.
    pub(crate) kind: String,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) url: String,
    /// Whether the frame's address has nothing in its query.
    pub(crate) cacheable: bool,
}

/// A descriptor whose rules hold.
#[derive(Clone, Debug)]
pub(crate) struct Descriptor {
    pub(crate) json: Value,
    pub(crate) key: String,
    pub(crate) name: String,
    /// Without a slash at its end.
    pub(crate) base_url: String,
    pub(crate) scopes: Vec<String>,
    /// Whether calls carry a token: `authentication.type` is `jwt`.
    pub(crate) signed: bool,
    pub(crate) webhooks: Vec<Webhook>,
    pub(crate) pages: Vec<Page>,
}

impl Descriptor {
    /// Reads one; the error lists everything that is wrong, each with where it stands.
    pub(crate) fn read(json: Value) -> Result<Self, Vec<String>> {
        let mut wrong = Vec::new();
        let (key, base_url) = (text(&json, "/key"), text(&json, "/baseUrl").trim_end_matches('/'));
        let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_');
        if key.is_empty() || key.len() > LONGEST_KEY || !key.chars().all(plain) {
            wrong.push("/key: 1 to 64 letters, digits, dots, hyphens and underscores".to_owned());
        }
        if !is_absolute(base_url) {
            wrong.push("/baseUrl: an absolute URL without query".to_owned());
        }
        let kind = text(&json, "/authentication/type");
        if !["jwt", "none"].contains(&kind) {
            wrong.push("/authentication/type: `jwt` or `none`".to_owned());
        }
        check_lifecycle(&json, kind, &mut wrong);
        let scopes = texts(&json, "/scopes");
        let unknown = scopes.iter().find(|own| !scope::ALL.contains(&own.as_str()));
        wrong.extend(unknown.map(|unknown| format!("/scopes: there is no scope `{unknown}`")));
        let (webhooks, pages) = (read_webhooks(&json, &mut wrong), read_pages(&json, &mut wrong));
        if !webhooks.is_empty() && !scope::has(&scopes, "READ") {
            wrong.push("/modules/webhooks: webhooks need the scope READ".to_owned());
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Self {
            key: key.to_owned(),
            name: Some(text(&json, "/name")).filter(|name| !name.is_empty()).unwrap_or(key).to_owned(),
            base_url: base_url.to_owned(),
            scopes,
            signed: kind == "jwt",
            webhooks,
            pages,
            json,
        })
    }

    /// Where a lifecycle call goes, below the base URL; `None` if the app does not want it.
    pub(crate) fn lifecycle(&self, event: &str) -> Option<&str> {
        self.json.pointer("/lifecycle")?.get(event)?.as_str()
    }

    /// The module of a page.
    pub(crate) fn page(&self, key: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.key == key)
    }
}

fn text<'a>(json: &'a Value, pointer: &str) -> &'a str {
    json.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn texts(json: &Value, pointer: &str) -> Vec<String> {
    let list = json.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn is_absolute(url: &str) -> bool {
    let uri: Option<http::Uri> = url.parse().ok();
    uri.is_some_and(|uri| {
        let web = matches!(uri.scheme_str(), Some("http" | "https"));
        web && uri.authority().is_some() && uri.query().is_none()
    })
}

fn check_lifecycle(json: &Value, kind: &str, wrong: &mut Vec<String>) {
    for (name, url) in json.pointer("/lifecycle").and_then(Value::as_object).into_iter().flatten() {
        if !LIFECYCLE.contains(&name.as_str()) {
            wrong.push(format!("/lifecycle/{name}: there is no such call"));
        } else if !url.as_str().is_some_and(|url| url.starts_with('/')) {
            wrong.push(format!("/lifecycle/{name}: a path that begins with a slash"));
        }
    }
    if kind == "jwt" && text(json, "/lifecycle/installed").is_empty() {
        wrong.push("/lifecycle/installed: `jwt` needs it, to hand the secret over".to_owned());
    }
}

fn read_webhooks(json: &Value, wrong: &mut Vec<String>) -> Vec<Webhook> {
    let list = json.pointer("/modules/webhooks").and_then(Value::as_array).into_iter().flatten();
    let read = |(at, one): (usize, &Value)| {
        let (event, url) = (text(one, "/event"), text(one, "/url"));
        if event.is_empty() || !url.starts_with('/') {
            wrong.push(format!("/modules/webhooks/{at}: an event, and a url that begins with a slash"));
        }
        Webhook {
            event: event.to_owned(),
            url: url.to_owned(),
            filter: text(one, "/filter").to_owned(),
            exclude_body: one.get("excludeBody").and_then(Value::as_bool).unwrap_or(false),
            property_keys: texts(one, "/propertyKeys"),
        }
    };
    list.enumerate().map(read).collect()
}

/// Every module with a key and a URL is a page; most kinds are lists, `configurePage` and the like are one.
fn read_pages(json: &Value, wrong: &mut Vec<String>) -> Vec<Page> {
    let (mut pages, none) = (Vec::<Page>::new(), Vec::new());
    let modules = json.pointer("/modules").and_then(Value::as_object).into_iter().flatten();
    for (kind, module) in modules.filter(|(kind, _)| *kind != "webhooks") {
        let list = module.as_array().unwrap_or(&none).iter();
        for one in list.chain(Some(module).filter(|module| module.is_object())) {
            let (key, url) = (text(one, "/key"), text(one, "/url"));
            if key.is_empty() || url.is_empty() {
                continue;
            }
            if pages.iter().any(|page| page.key == key) {
                wrong.push(format!("/modules/{kind}: the key `{key}` is there twice"));
            }
            let cacheable = one.get("cacheable").and_then(Value::as_bool).unwrap_or(false);
            let name = Some(text(one, "/name/value")).filter(|name| !name.is_empty()).unwrap_or(key);
            let [kind, key, name, url] = [kind, key, name, url].map(str::to_owned);
            pages.push(Page { kind, key, name, url, cacheable });
        }
    }
    pages
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn whole() -> Value {
        json!({
            "key": "an.app", "name": "An app", "baseUrl": "http://127.0.0.1:3000/connect/",
            "authentication": {"type": "jwt"}, "lifecycle": {"installed": "/installed"}, "scopes": ["READ"],
            "modules": {
                "webhooks": [{"event": "jira:issue_updated", "url": "/hook", "filter": "project = ACME"}],
                "generalPages": [{"key": "panel", "name": {"value": "Panel"}, "url": "/page/panel?id={issue.id}"}],
                "configurePage": {"key": "set", "url": "/set", "cacheable": true},
            },
        })
    }

    #[test]
    fn webhooks_and_pages_are_found() {
        let descriptor = Descriptor::read(whole()).unwrap();
        assert_eq!(descriptor.base_url, "http://127.0.0.1:3000/connect");
        assert_eq!(descriptor.webhooks[0].filter, "project = ACME");
        assert_eq!(descriptor.page("panel").unwrap().name, "Panel");
        assert!(descriptor.page("set").unwrap().cacheable);
        assert_eq!(descriptor.lifecycle("installed"), Some("/installed"));
        assert_eq!(descriptor.lifecycle("enabled"), None);
    }

    #[test]
    fn everything_that_is_wrong_is_told_with_its_place() {
        for (pointer, value, place) in [
            ("/key", json!("a b"), "/key"),
            ("/baseUrl", json!("/relative"), "/baseUrl"),
            ("/authentication/type", json!("oauth"), "/authentication/type"),
            ("/lifecycle/installed", json!("installed"), "/lifecycle/installed"),
            ("/lifecycle", json!({}), "/lifecycle/installed"),
            ("/scopes", json!(["READ", "EVERYTHING"]), "/scopes"),
            ("/scopes", json!(["ACT_AS_USER"]), "/modules/webhooks"),
            ("/modules/webhooks/0/url", json!("http://elsewhere/hook"), "/modules/webhooks/0"),
            ("/modules/configurePage/key", json!("panel"), "/modules/"),
        ] {
            let mut json = whole();
            *json.pointer_mut(pointer).unwrap() = value;
            let wrong = Descriptor::read(json).unwrap_err();
            assert_eq!(wrong.len(), 1, "{wrong:?}");
            assert!(wrong[0].starts_with(place), "{wrong:?}");
        }
        assert!(Descriptor::read(json!([])).unwrap_err().len() >= 3);
    }
}
