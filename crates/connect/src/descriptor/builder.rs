//! Building a descriptor.

use serde_json::{Map, Value, json};

use super::check::{Level, Problem, check};
use super::scope::Scope;
use crate::installation::Product;
use crate::lifecycle::Event;

/// A descriptor that the site will take.
#[derive(Clone, Debug, PartialEq)]
pub struct Descriptor(Value);

impl Descriptor {
    /// The type to serve it as.
    pub const CONTENT_TYPE: &'static str = "application/json; charset=utf-8";

    /// The descriptor as JSON.
    pub const fn json(&self) -> &Value {
        &self.0
    }
}

/// A webhook of the app (developer.atlassian.com/cloud/jira/platform/modules/webhook).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The event, such as `jira:issue_updated` or `page_updated`.
    pub event: String,
    /// The path below the base URL; it may have variables, such as `{issue.key}`.
    pub path: String,
    /// Which issues, as JQL; all of them if there is none.
    pub filter: Option<String>,
    /// Whether the body stays away. A body is covered by no signature and is a hint at best.
    pub without_body: bool,
}

/// Puts a descriptor together. Signed installs and hashed context tokens, which this crate needs, are on.
#[derive(Clone, Debug)]
pub struct Builder {
    product: Product,
    root: Map<String, Value>,
    lifecycle: Map<String, Value>,
    scopes: Vec<Scope>,
    modules: Map<String, Value>,
}

impl Builder {
    /// An app of this key and name, which is reached below `base_url`.
    pub fn new(product: Product, key: &str, name: &str, base_url: &str) -> Self {
        let mut root = Map::new();
        root.insert("key".to_owned(), key.into());
        root.insert("name".to_owned(), name.into());
        root.insert("baseUrl".to_owned(), base_url.trim_end_matches('/').into());
        root.insert("authentication".to_owned(), json!({"type": "jwt"}));
        root.insert(
            "apiMigrations".to_owned(),
            json!({"signed-install": true, "context-qsh": true, "gdpr": true}),
        );
        Self { product, root, lifecycle: Map::new(), scopes: Vec::new(), modules: Map::new() }
    }

    /// Any other member: `description`, `vendor`, `links`, `apiVersion`, `enableLicensing`.
    #[must_use]
    pub fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.root.insert(name.to_owned(), value.into());
        self
    }

    /// Where a lifecycle call goes, as a path below the base URL.
    #[must_use]
    pub fn lifecycle(mut self, event: Event, path: &str) -> Self {
        self.lifecycle.insert(event.word().to_owned(), path.into());
        self
    }

    /// What the app may do.
    #[must_use]
    pub fn scopes(mut self, scopes: &[Scope]) -> Self {
        self.scopes.extend(scopes);
        self
    }

    /// A webhook.
    #[must_use]
    pub fn webhook(self, webhook: Webhook) -> Self {
        let Webhook { event, path, filter, without_body } = webhook;
        let mut module = json!({"event": event, "url": path, "excludeBody": without_body});
        if let (Some(filter), Some(module)) = (filter, module.as_object_mut()) {
            module.insert("filter".to_owned(), filter.into());
        }
        self.module("webhooks", module)
    }

    /// A module of any kind, such as `webPanels` or `generalPages`, with the vendor's members.
    #[must_use]
    pub fn module(mut self, kind: &str, module: Value) -> Self {
        match self.modules.get_mut(kind).and_then(Value::as_array_mut) {
            Some(all) => all.push(module),
            None => _ = self.modules.insert(kind.to_owned(), Value::Array(vec![module])),
        }
        self
    }

    /// The descriptor, with what is doubtful about it; or what the site would refuse.
    pub fn build(mut self) -> Result<(Descriptor, Vec<Problem>), Vec<Problem>> {
        self.scopes.sort_unstable();
        self.scopes.dedup();
        let words: Vec<&str> = self.scopes.iter().map(|scope| scope.word()).collect();
        self.root.insert("scopes".to_owned(), words.into());
        self.root.insert("lifecycle".to_owned(), self.lifecycle.into());
        self.root.insert("modules".to_owned(), self.modules.into());
        let descriptor = Value::Object(self.root);
        let problems = check(&descriptor, self.product);
        match problems.iter().any(|problem| problem.level == Level::Error) {
            true => Err(problems),
            false => Ok((Descriptor(descriptor), problems)),
        }
    }
}
