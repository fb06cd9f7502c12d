//! `manifest.yml`, generated: Forge Remote, a remote that each customer enters, Connect on Forge.
//!
//! Members and rules are those of Atlassian's own schema (npm `@forge/manifest` 13.7.0, `out/schema`, `out/validators`).

use serde_json::{Map, Value, json};

use super::app_id::AppId;
use super::yaml;
use crate::descriptor::Descriptor;
use crate::installation::Product;

/// The runtime that a manifest must name, though a remote runs no function.
const RUNTIME: &str = "nodejs22.x";
/// The key of the remote.
const REMOTE: &str = "server";

/// Where the server is.
#[derive(Clone, Copy, Debug)]
pub enum Remote<'a> {
    /// At one address, the same for every installation.
    Fixed(&'a str),
    /// Where each customer's administrator says (customer-managed remote, a preview of June 2026). One app, many servers:
    /// such an installation must be tied to its server by a code that the administrator enters, for the token's audience
    /// is the same for all.
    Configurable {
        /// What the administrator is asked for.
        name: &'a str,
        /// Why.
        description: &'a str,
        /// Which hosts are possible, such as `*.example.com`; any if there are none.
        patterns: &'a [&'a str],
    },
}

/// Which tokens Forge sends along. Their scopes are added to the manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// For calls of the app as itself.
    pub system: bool,
    /// For calls in the name of the user of a page.
    pub user: bool,
}

/// A Forge app that is a server of its own.
#[derive(Clone, Debug)]
pub struct RemoteApp<'a> {
    /// The app.
    pub app: &'a AppId,
    /// Where the server is.
    pub remote: Remote<'a>,
    /// Whether the server keeps what people wrote (in-scope end-user data).
    pub stores_user_data: bool,
    /// The product scopes, such as `read:jira-work`.
    pub scopes: &'a [&'a str],
    /// Which tokens come along.
    pub tokens: Tokens,
    /// The events of the product, such as `avi:jira:updated:issue`. Those that the app causes itself are left out.
    pub events: &'a [&'a str],
    /// The path of the server for events.
    pub events_path: &'a str,
    /// The path of the server for the hourly call that brings a fresh system token: there is no other way to one.
    pub hourly_path: &'a str,
    /// More modules, such as a page; with the vendor's members, by kind.
    pub modules: &'a [(&'a str, Value)],
    /// What pages are made of: the key of each and its path in the app's folder.
    pub resources: &'a [(&'a str, &'a str)],
}

/// Why a manifest cannot be generated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Tokens need at least one scope of a product, or Forge makes none that is valid.
    #[error("tokens need a scope of a product")]
    NoProductScope,
    /// A path that does not begin with a slash.
    #[error("`{0}` is no path")]
    Path(String),
    /// An address that is not `https`.
    #[error("`{0}` is no address of https")]
    Address(String),
}

/// A manifest.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest(Value);

impl Manifest {
    /// Of an app with a server of its own.
    pub fn remote(app: &RemoteApp<'_>) -> Result<Self, Error> {
        if (app.tokens.system || app.tokens.user) && app.scopes.is_empty() {
            return Err(Error::NoProductScope);
        }
        for path in [app.events_path, app.hourly_path] {
            if !path.starts_with('/') {
                return Err(Error::Path(path.to_owned()));
            }
        }
        let mut permissions = json!({"scopes": scopes(app)});
        if let Remote::Configurable { .. } = app.remote {
            set(&mut permissions, "external", json!({"configurable": {"enabled": true}}));
        }
        let mut manifest = json!({
            "app": {"id": app.app.as_str(), "runtime": {"name": RUNTIME}},
            "remotes": [remote(app)?],
            "modules": modules(app),
            "permissions": permissions,
        });
        if !app.resources.is_empty() {
            let resource = |(key, path): &(&str, &str)| json!({"key": key, "path": path});
            set(&mut manifest, "resources", app.resources.iter().map(resource).collect::<Vec<_>>());
        }
        Ok(Self(manifest))
    }

    /// Of an app that carries a Connect app as it is. Tenants keep their client keys and secrets; `installed` brings the
    /// Forge installation too. `enabled` and `disabled` are never sent there.
    pub fn connect(app: &AppId, descriptor: &Descriptor, product: Product) -> Result<Self, Error> {
        let json = descriptor.json();
        let text = |name: &str| json[name].as_str().unwrap_or_default();
        let base_url = text("baseUrl");
        if !base_url.starts_with("https://") {
            return Err(Error::Address(base_url.to_owned()));
        }
        let word = match product {
            Product::Jira => "jira",
            Product::Confluence => "confluence",
        };
        let listed = json["scopes"].as_array().map(Vec::as_slice).unwrap_or_default();
        let scope = |scope: &Value| {
            let scope = scope.as_str().unwrap_or_default().to_ascii_lowercase().replace('_', "-");
            format!("{scope}:connect-{word}")
        };
        let scopes: Vec<String> = listed.iter().map(scope).collect();
        let connect = json!({"key": text("key"), "remote": "connect", "authentication": "jwt"});
        Ok(Self(json!({
            "app": {"id": app.as_str(), "connect": connect, "runtime": {"name": RUNTIME}},
            "remotes": [{"key": "connect", "baseUrl": base_url}],
            "connectModules": connect_modules(json, word),
            "permissions": {"scopes": scopes},
        })))
    }

    /// The manifest as JSON.
    pub const fn json(&self) -> &Value {
        &self.0
    }

    /// The manifest as `manifest.yml`.
    pub fn yaml(&self) -> String {
        yaml::print(&self.0)
    }
}

/// Puts a member into an object.
fn set(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value.into());
    }
}

fn scopes(app: &RemoteApp<'_>) -> Vec<String> {
    let mut scopes: Vec<String> = app.scopes.iter().map(|scope| (*scope).to_owned()).collect();
    if app.tokens.system {
        scopes.push("read:app-system-token".to_owned());
    }
    if app.tokens.user {
        scopes.push("read:app-user-token".to_owned());
    }
    scopes.sort();
    scopes.dedup();
    scopes
}

fn remote(app: &RemoteApp<'_>) -> Result<Value, Error> {
    let mut operations = vec!["compute", "fetch"];
    if app.stores_user_data {
        operations.push("storage");
    }
    let mut remote = json!({
        "key": REMOTE,
        "operations": operations,
        "storage": {"inScopeEUD": app.stores_user_data},
    });
    match app.remote {
        Remote::Fixed(url) if url.starts_with("https://") => {
            set(&mut remote, "baseUrl", url.trim_end_matches('/'));
        }
        Remote::Fixed(url) => return Err(Error::Address(url.to_owned())),
        Remote::Configurable { name, description, patterns } => {
            let mut configurable = json!({"name": name, "description": description});
            if !patterns.is_empty() {
                set(&mut configurable, "supportedPatterns", patterns);
            }
            set(&mut remote, "configurable", configurable);
        }
    }
    Ok(remote)
}

fn modules(app: &RemoteApp<'_>) -> Value {
    let endpoint = |key: &str, path: &str, tokens: Tokens| {
        let auth = json!({
            "appSystemToken": {"enabled": tokens.system},
            "appUserToken": {"enabled": tokens.user},
        });
        json!({"key": key, "remote": REMOTE, "route": {"path": path}, "auth": auth})
    };
    // Nobody is signed in when an event is sent, so there is no user's token.
    let system = Tokens { system: app.tokens.system, user: false };
    let mut endpoints =
        vec![endpoint("events", app.events_path, system), endpoint("hourly", app.hourly_path, system)];
    if app.tokens.user {
        endpoints.push(json!({
            "key": "pages", "remote": REMOTE,
            "auth": {"appSystemToken": {"enabled": system.system}, "appUserToken": {"enabled": true}},
        }));
    }
    let lifecycle = ["avi:forge:installed:app", "avi:forge:upgraded:app"];
    let mut triggers = vec![json!({"key": "lifecycle", "endpoint": "events", "events": lifecycle})];
    if !app.events.is_empty() {
        triggers.push(json!({
            "key": "product-events", "endpoint": "events", "events": app.events,
            "filter": {"ignoreSelf": true},
        }));
    }
    let hourly = json!([{"key": "hourly-token", "endpoint": "hourly", "interval": "hour"}]);
    let mut all = json!({"endpoint": endpoints, "trigger": triggers, "scheduledTrigger": hourly});
    for (kind, module) in app.modules {
        match all.get_mut(*kind).and_then(Value::as_array_mut) {
            Some(list) => list.push(module.clone()),
            None => set(&mut all, kind, json!([module])),
        }
    }
    all
}

/// The modules of a descriptor, each kind with the product's name in front, each module with a key.
fn connect_modules(descriptor: &Value, product: &str) -> Value {
    let mut all = Map::new();
    let mut lifecycle = json!({"key": "lifecycle-events"});
    for name in ["installed", "uninstalled"] {
        if let Some(path) = descriptor["lifecycle"].get(name) {
            set(&mut lifecycle, name, path.clone());
        }
    }
    all.insert(format!("{product}:lifecycle"), json!([lifecycle]));
    for (kind, modules) in descriptor["modules"].as_object().into_iter().flatten() {
        let one = [modules.clone()];
        let listed = modules.as_array().map_or(&one[..], Vec::as_slice);
        let keyed = listed.iter().enumerate().map(|(at, module)| {
            let mut module = module.clone();
            if module.get("key").is_none() {
                set(&mut module, "key", format!("{kind}-{}", at + 1).to_ascii_lowercase());
            }
            module
        });
        all.insert(format!("{product}:{kind}"), keyed.collect::<Vec<_>>().into());
    }
    all.into()
}
