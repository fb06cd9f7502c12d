//! Jira's faces.

mod access;
mod agile;
mod apps;
mod archive;
mod attachments;
mod batches;
mod circles;
mod comments;
mod dashboards;
mod delivery;
mod fields;
mod filters;
mod flows;
mod gradations;
mod hanging;
mod histories;
mod instance;
mod issues;
mod limits;
mod links;
mod malformed;
mod notices;
mod oauth1;
mod oauth2;
mod parents;
mod picker;
mod plans;
mod projects;
mod queries;
mod remarks;
mod remote_links;
mod screens;
mod search;
mod secrecy;
mod sessions;
mod settings;
mod setup;
mod shelves;
mod tokens;
mod watching;
mod webhooks;
mod workflow;
mod worklogs;

use bowline_sim::jira::{Deployment, Options, start};
use bowline_sim::{Running, WebhookTarget};
use serde_json::{Value, json};

use crate::client::{Client, Reply};

pub(crate) const CLOUD: Deployment = Deployment::Cloud;
pub(crate) const DC: Deployment = Deployment::DataCenter;

/// A Jira with its people.
pub(crate) struct World {
    pub(crate) running: Running,
    pub(crate) ada: Client,
    pub(crate) bob: Client,
    pub(crate) admin: Client,
    /// For the control API.
    pub(crate) control: Client,
}

pub(crate) async fn start_with(options: Options) -> World {
    let cloud = options.deployment == CLOUD;
    let running = start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let person = |name: &str| {
        if cloud {
            Client::basic(running.url(), &format!("{name}@example.com"), &format!("token-{name}"))
        } else {
            Client::basic(running.url(), name, name)
        }
    };
    let (ada, bob, admin) = (person("ada"), person("bob"), person("admin"));
    let control = Client::anonymous(running.url());
    World { running, ada, bob, admin, control }
}

/// A Jira with the usual data.
pub(crate) async fn world(deployment: Deployment) -> World {
    start_with(Options { deployment, ..Options::default() }).await
}

/// A Jira with the usual data and a webhook.
pub(crate) async fn hooked(deployment: Deployment, webhook: WebhookTarget) -> World {
    start_with(Options { deployment, webhook: Some(webhook), ..Options::default() }).await
}

/// A webhook target without anything special.
pub(crate) fn target(url: &str) -> WebhookTarget {
    WebhookTarget { url: url.to_owned(), ..WebhookTarget::default() }
}

impl World {
    /// Makes an issue in ACME as Ada; the answer is its key.
    pub(crate) async fn make(&self, summary: &str) -> String {
        let made = self.ada.post("/rest/api/2/issue", issue(summary)).await.expect(201);
        made["key"].as_str().unwrap().to_owned()
    }

    /// One field of an issue.
    pub(crate) async fn field(&self, key: &str, field: &str) -> Value {
        let issue = self.ada.get(&format!("/rest/api/2/issue/{key}")).await.expect(200);
        issue["fields"][field].clone()
    }
}

/// A form with files: name, media type, content.
pub(crate) fn form(files: &[(&str, &str, &[u8])]) -> bytes::Bytes {
    let mut body = Vec::new();
    for (name, media, content) in files {
        let head = format!(
            "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {media}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--limit--\r\n");
    body.into()
}

/// Attaches files to an issue.
pub(crate) async fn attach(who: &Client, key: &str, files: &[(&str, &str, &[u8])]) -> Reply {
    let who = who
        .clone()
        .and("content-type", "multipart/form-data; boundary=limit")
        .and("x-atlassian-token", "no-check");
    let path = format!("/rest/api/2/issue/{key}/attachments");
    who.send(http::Method::POST, &path, form(files)).await.expect("an answer")
}

/// The body that makes an issue in ACME.
pub(crate) fn issue(summary: &str) -> Value {
    json!({"fields": {"project": {"key": "ACME"}, "issuetype": {"name": "Story"}, "summary": summary}})
}
