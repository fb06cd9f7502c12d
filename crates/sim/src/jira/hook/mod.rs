//! Jira's webhooks: which are registered, and who is told of what.
//!
//! The bodies are in [`body`]; sending, retries and faults are `frame::delivery`'s.

pub(crate) mod agile;
pub(crate) mod body;
pub(crate) mod setup;

use aws_lc_rs::hmac;
use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use crate::frame::call::Person;
use crate::frame::delivery::{Outgoing, Retry};
use crate::frame::random::Random;
use crate::jira::issue::{Comment, Issue};
use crate::jira::jql::Query;
use crate::jira::site::{Done, Site};

/// Every event this simulator knows; a webhook of the start options gets all of them.
pub(crate) const EVENTS: &[&str] = &[
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_updated",
    "comment_deleted",
];

const IDENTIFIER: HeaderName = HeaderName::from_static("x-atlassian-webhook-identifier");
const RETRY: HeaderName = HeaderName::from_static("x-atlassian-webhook-retry");
const FLOW: HeaderName = HeaderName::from_static("x-atlassian-webhook-flow");
const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature");

/// A registered webhook.
#[derive(Clone)]
pub(crate) struct Hook {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) url: String,
    /// Cloud only.
    pub(crate) secret: Option<String>,
    pub(crate) events: Vec<String>,
    /// The filter as it was written, and read; issues and comments that do not match are not announced.
    pub(crate) jql: String,
    pub(crate) query: Query,
    pub(crate) exclude_body: bool,
    pub(crate) enabled: bool,
    pub(crate) updated: i64,
    pub(crate) updater: Person,
}

/// What there is to tell of an issue.
pub(crate) enum News {
    IssueCreated,
    IssueUpdated { event: &'static str, done: Done },
    CommentCreated(Comment),
    CommentUpdated(Comment),
    CommentDeleted(Comment),
}

/// Tells every webhook that wants to know. Data Center tells of a comment twice.
pub(crate) fn announce(site: &Site, id: u32, who: Person, news: &News) {
    let Some(issue) = site.issues.get(id).filter(|_| !site.hooks.is_empty()) else { return };
    let (event, second) = match news {
        News::IssueCreated => ("jira:issue_created", None),
        News::IssueUpdated { .. } => ("jira:issue_updated", None),
        News::CommentCreated(_) => ("comment_created", Some("issue_commented")),
        News::CommentUpdated(_) => ("comment_updated", Some("issue_comment_edited")),
        News::CommentDeleted(_) => ("comment_deleted", Some("issue_comment_deleted")),
    };
    tell(site, issue, who, event, || match news {
        News::IssueCreated => body::issue(site, issue, who, event, Some("issue_created"), None),
        News::IssueUpdated { event: kind, done } => {
            body::issue(site, issue, who, event, Some(kind), Some(done))
        }
        News::CommentCreated(comment) | News::CommentUpdated(comment) | News::CommentDeleted(comment) => {
            body::comment(site, issue, who, event, comment)
        }
    });
    let Some(kind) = second.filter(|_| !site.is_cloud()) else { return };
    tell(site, issue, who, "jira:issue_updated", || {
        let comment = match news {
            News::CommentCreated(comment) | News::CommentUpdated(comment) => Some(comment),
            _ => None,
        };
        body::commented(site, issue, who, kind, comment)
    });
}

/// Tells of an issue that is gone already.
pub(crate) fn announce_deleted(site: &Site, issue: &Issue, who: Person) {
    let event = "jira:issue_deleted";
    tell(site, issue, who, event, || body::issue(site, issue, who, event, None, None));
}

fn tell(site: &Site, issue: &Issue, who: Person, event: &str, body: impl Fn() -> Vec<u8>) {
    let viewer = site.catalog.person(|account| account.admin);
    let mut made: Option<bytes::Bytes> = None;
    for hook in
        site.hooks.iter().filter(|hook| hook.enabled && hook.events.iter().any(|wanted| wanted == event))
    {
        if !hook.query.matches(site, issue, viewer) {
            continue;
        }
        let body = if hook.exclude_body {
            bytes::Bytes::new()
        } else {
            made.get_or_insert_with(|| body().into()).clone()
        };
        site.frame.delivery.push(Outgoing {
            url: address(site, hook, who),
            event: event.to_owned(),
            item: vec![issue.id.to_string(), site.key(issue)],
            headers: headers(site, hook, &body),
            retry: site.is_cloud().then(|| retries(site)),
            body,
        });
    }
}

/// Data Center says in the query who did it ("Managing webhooks": user_id and user_key are added to the URL).
fn address(site: &Site, hook: &Hook, who: Person) -> String {
    if site.is_cloud() {
        return hook.url.clone();
    }
    let (account, join) = (site.catalog.account(who), if hook.url.contains('?') { '&' } else { '?' });
    format!("{}{join}user_id={}&user_key={}", hook.url, account.name, account.key)
}

/// Cloud's headers: an identifier that stays over retries, the flow, and a signature when there is a secret.
fn headers(site: &Site, hook: &Hook, body: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if !site.is_cloud() {
        return headers;
    }
    let number = site.deliveries.take();
    let mut random = Random::new(site.seed ^ number.rotate_left(32));
    let identifier = format!("{:016x}{:016x}", random.next(), random.next());
    let mut insert = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    insert(IDENTIFIER, &identifier);
    insert(FLOW, "Primary");
    if let Some(secret) = &hook.secret {
        insert(SIGNATURE, &signature(secret, body));
    }
    headers
}

/// `sha256=` and the HMAC of the raw body in hexadecimal.
fn signature(secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let hex: String = hmac::sign(&key, body).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

/// Five retries (Cloud's webhook page), each after the wait of the options or 5 to 15 random minutes.
fn retries(site: &Site) -> Retry {
    let number = site.deliveries.get();
    let mut random = Random::new(site.seed ^ !number);
    let wait = |_| site.retry_wait.unwrap_or_else(|| 300_000 + random.below(600_000) as i64);
    Retry { waits: (0..5).map(wait).collect(), header: RETRY }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_the_published_hmac() {
        // RFC 4231, test case 2.
        assert_eq!(
            signature("Jefe", b"what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
