//! What is wrong with a descriptor.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use url::{Host, Url};

use super::modules::Kind;
use super::scope::Scope;
use crate::installation::Product;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The site takes it, but not as it may be meant.
    Warning,
    /// The site refuses it, or the app cannot work.
    Error,
}

/// Something wrong with a descriptor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: a JSON pointer (RFC 6901).
    pub pointer: String,
    /// How bad.
    pub level: Level,
    /// What, in words.
    pub message: String,
}

/// The members that a descriptor may have.
const MEMBERS: [&str; 17] = [
    "apiMigrations",
    "apiVersion",
    "authentication",
    "baseUrl",
    "cloudAppMigration",
    "description",
    "enableLicensing",
    "key",
    "lifecycle",
    "links",
    "modules",
    "name",
    "regionBaseUrls",
    "scopes",
    "translations",
    "vendor",
    "version",
];
/// The longest key of an app (“up to 64 characters”).
const LONGEST_KEY: usize = 64;

/// Everything that is wrong with a descriptor for a product; errors are refused by the site.
pub fn check(descriptor: &Value, product: Product) -> Vec<Problem> {
    let mut found = Found(Vec::new());
    let Some(root) = descriptor.as_object() else {
        found.error("", "it is no JSON object");
        return found.0;
    };
    identity(root, &mut found);
    base_url(root, &mut found);
    authentication(root, &mut found);
    scopes(root, &mut found);
    migrations(root, &mut found);
    modules(root, product, &mut found);
    for name in root.keys().filter(|name| !MEMBERS.contains(&name.as_str())) {
        found.warning(&format!("/{name}"), "a descriptor has no such member");
    }
    found.0
}

struct Found(Vec<Problem>);

impl Found {
    fn add(&mut self, level: Level, pointer: &str, message: &str) {
        self.0.push(Problem { pointer: pointer.to_owned(), level, message: message.to_owned() });
    }

    fn error(&mut self, pointer: &str, message: &str) {
        self.add(Level::Error, pointer, message);
    }

    fn warning(&mut self, pointer: &str, message: &str) {
        self.add(Level::Warning, pointer, message);
    }
}

fn identity(root: &Map<String, Value>, found: &mut Found) {
    let is_key = |key: &str| {
        let letters = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._".contains(byte);
        (1..=LONGEST_KEY).contains(&key.len()) && key.as_bytes().iter().all(letters)
    };
    if !root.get("key").and_then(Value::as_str).is_some_and(is_key) {
        found.error("/key", "it is 1 to 64 letters, digits, `-`, `.` or `_`");
    }
    if root.get("name").and_then(Value::as_str).is_none_or(|name| name.trim().is_empty()) {
        found.error("/name", "it is a text that is not empty");
    }
    if let Some(vendor) = root.get("vendor") {
        if vendor["name"].as_str().is_none_or(str::is_empty) {
            found.error("/vendor/name", "it is a text that is not empty");
        }
        if !vendor["url"].as_str().is_some_and(is_web) {
            found.error("/vendor/url", "it is an absolute URL of http or https");
        }
    }
    if root.get("apiVersion").is_some_and(|version| version.as_u64().is_none_or(|version| version == 0)) {
        found.error("/apiVersion", "it is a whole number from 1 on");
    }
    if root.get("enableLicensing").is_some_and(|value| !value.is_boolean()) {
        found.error("/enableLicensing", "it is true or false");
    }
}

fn is_web(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| url.scheme() == "https" || url.scheme() == "http")
}

fn base_url(root: &Map<String, Value>, found: &mut Found) {
    let url = root.get("baseUrl").and_then(Value::as_str).and_then(|text| Url::parse(text).ok());
    let Some(url) = url.filter(|url| (url.scheme() == "https" || is_here(url)) && url.has_host()) else {
        found.error("/baseUrl", "it is an absolute URL of https");
        return;
    };
    if url.scheme() != "https" {
        found.warning("/baseUrl", "it is not encrypted: only a simulator on this machine takes it");
    }
    if url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some()
    {
        found.error("/baseUrl", "it has a query, a fragment or a user");
    }
    if root.get("baseUrl").and_then(Value::as_str).is_some_and(|text| text.ends_with('/')) {
        found
            .warning("/baseUrl", "it ends in a slash, which the audience of tokens then may or may not have");
    }
}

/// Whether it is an address of this machine, spoken to without encryption.
fn is_here(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && is_loopback
}

fn authentication(root: &Map<String, Value>, found: &mut Found) {
    let kind =
        root.get("authentication").and_then(|value| value["type"].as_str()).map(str::to_ascii_lowercase);
    let lifecycle = root.get("lifecycle");
    match kind.as_deref() {
        Some("jwt") if lifecycle.is_none_or(|calls| calls["installed"].as_str().is_none()) => {
            found.error("/lifecycle/installed", "authentication by `jwt` needs it: it brings the secret");
        }
        Some("jwt" | "none") => {}
        _ => found.error("/authentication/type", "it is `jwt` or `none`"),
    }
    for (name, path) in lifecycle.and_then(Value::as_object).into_iter().flatten() {
        let pointer = format!("/lifecycle/{name}");
        if !["installed", "uninstalled", "enabled", "disabled"].contains(&name.as_str()) {
            found.warning(&pointer, "there is no such call");
        }
        if !path.as_str().is_some_and(is_below) {
            found.error(&pointer, "it is a path below the base URL");
        }
    }
}

/// Whether a path stays below the base URL, whatever is put in the place of its variables.
fn is_below(path: &str) -> bool {
    let plain = path.split(['?', '#']).next().unwrap_or_default();
    path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !plain.split('/').any(|segment| segment == ".." || segment == ".")
        && !path.chars().any(|letter| letter.is_whitespace() || letter.is_control())
}

fn scopes(root: &Map<String, Value>, found: &mut Found) {
    let listed = root.get("scopes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut seen = BTreeSet::new();
    for (at, scope) in listed.iter().enumerate() {
        let word = scope.as_str().unwrap_or_default().to_ascii_uppercase();
        let pointer = format!("/scopes/{at}");
        if !Scope::ALL.iter().any(|known| known.word() == word) {
            found.error(&pointer, "there is no such scope");
        } else if !seen.insert(word) {
            found.warning(&pointer, "it stands there twice");
        }
    }
    let has_webhooks = root.get("modules").is_some_and(|modules| !each(&modules["webhooks"]).is_empty());
    let apart = [Scope::ActAsUser, Scope::AccessEmailAddresses].map(Scope::word);
    if has_webhooks && seen.iter().all(|word| apart.contains(&word.as_str())) {
        found.error("/scopes", "webhooks need READ, or a scope that includes it");
    }
}

fn migrations(root: &Map<String, Value>, found: &mut Found) {
    let migrations = root.get("apiMigrations");
    for (name, value) in migrations.and_then(Value::as_object).into_iter().flatten() {
        let pointer = format!("/apiMigrations/{name}");
        if !["signed-install", "context-qsh", "gdpr"].contains(&name.as_str()) {
            found.warning(&pointer, "there is no such migration");
        }
        if !value.is_boolean() {
            found.error(&pointer, "it is true or false");
        }
    }
    for name in ["signed-install", "context-qsh"] {
        if migrations.is_none_or(|migrations| migrations[name] != true) {
            found.warning(
                &format!("/apiMigrations/{name}"),
                "it is not on: tokens come as this crate refuses them",
            );
        }
    }
}

/// The modules of a kind: a list, or the only one.
fn each(value: &Value) -> Vec<(String, &Value)> {
    match value {
        Value::Array(all) => all.iter().enumerate().map(|(at, module)| (format!("/{at}"), module)).collect(),
        Value::Null => Vec::new(),
        one => vec![(String::new(), one)],
    }
}

fn modules(root: &Map<String, Value>, product: Product, found: &mut Found) {
    let mut keys = BTreeSet::new();
    for (name, value) in root.get("modules").and_then(Value::as_object).into_iter().flatten() {
        let pointer = format!("/modules/{name}");
        let Some(kind) = Kind::find(product, name) else {
            found.warning(&pointer, "the product has no such kind of modules");
            continue;
        };
        for (at, module) in each(value) {
            let pointer = format!("{pointer}{at}");
            match module.as_object() {
                Some(module) => one(module, name, kind, &pointer, &mut keys, found),
                None => found.error(&pointer, "a module is an object"),
            }
        }
    }
}

fn one(
    module: &Map<String, Value>,
    name: &str,
    kind: Kind,
    pointer: &str,
    keys: &mut BTreeSet<String>,
    found: &mut Found,
) {
    for member in kind.required().filter(|member| !module.contains_key(*member)) {
        found.error(&format!("{pointer}/{member}"), "it must be there");
    }
    for member in module.keys().filter(|member| !kind.has(member)) {
        found.warning(&format!("{pointer}/{member}"), "this kind of modules has no such member");
    }
    if let Some(key) = module.get("key") {
        let is_key = |key: &&str| {
            !key.is_empty()
                && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        match key.as_str().filter(is_key) {
            None => found.error(&format!("{pointer}/key"), "it is letters, digits, `-` or `_`"),
            Some(key) if !keys.insert(key.to_owned()) => {
                found.error(&format!("{pointer}/key"), "another module has this key");
            }
            Some(_) => {}
        }
    }
    // Links may lead anywhere; what a site calls or frames with a token is below the base URL.
    let leads_anywhere = name == "webItems" || name.ends_with("Actions");
    if let Some(url) = module.get("url").filter(|_| kind.has("url")) {
        let fine = url.as_str().is_some_and(|url| is_below(url) || (leads_anywhere && is_web(url)));
        if !fine {
            found.error(&format!("{pointer}/url"), "it is a path below the base URL");
        }
    }
}
