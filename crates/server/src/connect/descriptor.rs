//! What the app says of itself: exactly the modules, webhooks and scopes that are used.

use bowline_connect::descriptor::{Builder, Descriptor, Problem, Scope, Webhook};
use bowline_connect::installation::Product;
use bowline_connect::lifecycle::Event;
use serde_json::json;

/// What tells one installation of the app from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What Atlassian knows it by.
    pub key: String,
    /// What people read.
    pub name: String,
    /// Where Atlassian reaches it, without a trailing slash; its path is `/connect`.
    pub base_url: String,
    /// Whether it writes as people of the site: the scope `ACT_AS_USER`.
    pub impersonates: bool,
}

/// What is heard of (developer.atlassian.com/cloud/jira/platform/modules/webhook). With their bodies: an issue's version in
/// one tells an echo of our own write without a call, and a comment's event is understood from nothing else.
const EVENTS: [&str; 6] = [
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_updated",
    "comment_deleted",
];

/// The descriptor, with what is doubtful about it; or what a site would refuse. It reads and writes: nothing is deleted or
/// administered, and nobody is acted for unless the operator wants it.
pub fn describe(facts: &Facts) -> Result<(Descriptor, Vec<Problem>), Vec<Problem>> {
    let mut scopes = vec![Scope::Read, Scope::Write];
    if facts.impersonates {
        scopes.push(Scope::ActAsUser);
    }
    let mut builder = Builder::new(Product::Jira, &facts.key, &facts.name, &facts.base_url)
        .member("description", "Keeps issues in step with other tools.")
        .member("apiVersion", 1)
        .member("enableLicensing", false)
        .scopes(&scopes);
    for event in [Event::Installed, Event::Uninstalled, Event::Enabled, Event::Disabled] {
        builder = builder.lifecycle(event, &format!("/{}", event.word()));
    }
    for event in EVENTS {
        let (event, path) = (event.to_owned(), "/webhook".to_owned());
        builder = builder.webhook(Webhook { event, path, filter: None, without_body: false });
    }
    let panel = json!({
        "key": "issue-panel",
        "name": { "value": facts.name },
        "location": "atl.jira.view.issue.right.context",
        "url": "/page/issue?issue={issue.id}",
    });
    builder.module("webPanels", panel).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(base_url: &str) -> Facts {
        let (key, name, base_url) = ("bowline".to_owned(), "Bowline".to_owned(), base_url.to_owned());
        Facts { key, name, base_url, impersonates: false }
    }

    #[test]
    fn the_descriptor_is_taken_without_a_doubt_and_asks_for_no_more_than_reading_and_writing() {
        let (descriptor, doubts) = describe(&facts("https://sync.acme.example/connect")).unwrap();
        assert_eq!(doubts, []);
        let json = descriptor.json();
        assert_eq!(json["scopes"], json!(["READ", "WRITE"]));
        assert_eq!(json["lifecycle"]["installed"], "/installed");
        assert_eq!(json["modules"]["webhooks"].as_array().unwrap().len(), EVENTS.len());
        assert_eq!(json["apiMigrations"]["signed-install"], true);
    }

    #[test]
    fn acting_for_people_is_asked_for_where_it_is_wanted() {
        let facts = Facts { impersonates: true, ..facts("https://sync.acme.example/connect") };
        let (descriptor, doubts) = describe(&facts).unwrap();
        assert_eq!(
            (&descriptor.json()["scopes"], doubts),
            (&json!(["READ", "WRITE", "ACT_AS_USER"]), Vec::new())
        );
    }

    #[test]
    fn an_address_that_is_not_encrypted_is_for_this_machine_only() {
        assert!(describe(&facts("http://sync.acme.example/connect")).is_err());
        let (_, doubts) = describe(&facts("http://127.0.0.1:7700/connect")).unwrap();
        assert_eq!(doubts.len(), 1);
    }
}
