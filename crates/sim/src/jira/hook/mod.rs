//! Jira's webhooks: which are registered, and who is told of what.
//!
//! The bodies are in [`body`], what apps register in [`dynamic`]; sending, retries and faults are `frame::delivery`'s.

pub(crate) mod agile;
pub(crate) mod body;
pub(crate) mod dynamic;
pub(crate) mod part;
pub(crate) mod setup;
pub(crate) mod subset;

use aws_lc_rs::hmac;
use bytes::Bytes;
use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

use crate::connect::{self, Product};
use crate::forge;
use crate::frame::call::{Call, Person};
use crate::frame::delivery::pace::Flow;
use crate::frame::delivery::{Outgoing, Retry, Sign};
use crate::frame::random::Random;
use crate::jira::app;
use crate::jira::issue::{Comment, Issue};
use crate::jira::jql::Query;
use crate::jira::site::{Done, Site};

/// The events of issues and comments that a webhook of the start options gets. Those about issues' properties have to
/// be asked for.
pub(crate) const EVENTS: &[&str] = &[
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "jira:worklog_updated",
    "comment_created",
    "comment_updated",
    "comment_deleted",
];

/// Names a delivery, the same over retries.
pub(crate) const IDENTIFIER: HeaderName = HeaderName::from_static("x-atlassian-webhook-identifier");
const RETRY: HeaderName = HeaderName::from_static("x-atlassian-webhook-retry");
const FLOW: HeaderName = HeaderName::from_static("x-atlassian-webhook-flow");
const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature");

/// What the causing call wants to find again ("Webhooks", developer.atlassian.com/cloud/jira/platform/webhooks).
const TRACE: HeaderName = HeaderName::from_static("x-atlassian-webhook-trace");

/// A webhook that an administrator registered.
#[derive(Clone)]
pub(crate) struct Hook {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) url: String,
    /// Cloud, and Data Center from version 10 on.
    pub(crate) secret: Option<String>,
    pub(crate) events: Vec<String>,
    /// The filter as it was written, and read; issues and comments that do not match are not announced.
    pub(crate) jql: String,
    pub(crate) query: Query,
    pub(crate) exclude_body: bool,
    pub(crate) enabled: bool,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) updater: Person,
}

/// What there is to tell of an issue.
pub(crate) enum News {
    IssueCreated,
    IssueUpdated {
        event: &'static str,
        done: Done,
    },
    /// Work was logged, or what was logged was changed: an event of its own in place of `jira:issue_updated`.
    Worked {
        event: &'static str,
        done: Done,
    },
    CommentCreated(Comment),
    CommentUpdated(Comment),
    CommentDeleted(Comment),
}

/// What happened, as webhooks are chosen and addressed by.
struct Happening<'a> {
    event: &'a str,
    who: Person,
    /// The thing's id and name, as fault rules match it.
    item: Vec<String>,
    flow: Flow,
    /// What `{…}` in a webhook's URL stands for.
    words: Vec<(&'static str, String)>,
    /// The issue it is about; filters hold back nothing else.
    issue: Option<&'a Issue>,
    /// The ids of the fields that changed.
    fields: Vec<&'a str>,
    /// The issue property that changed.
    property: Option<&'a str>,
}

impl<'a> Happening<'a> {
    /// Something about an issue.
    fn of(site: &Site, issue: &'a Issue, who: Person, event: &'a str) -> Self {
        let project = site.catalog.projects.get(issue.project);
        let words = vec![
            ("issue.id", issue.id.to_string()),
            ("issue.key", site.key(issue)),
            ("project.id", project.id.to_string()),
            ("project.key", project.key.to_string()),
        ];
        let item = vec![issue.id.to_string(), site.key(issue)];
        let (flow, fields, property) = (Flow::Primary, Vec::new(), None);
        Self { event, who, item, flow, words, issue: Some(issue), fields, property }
    }
}

/// Tells every webhook that wants to know. Data Center tells of a comment twice.
pub(crate) fn announce(site: &Site, id: u32, who: Person, news: &News) {
    let Some(issue) = site.issues.get(id).filter(|_| listens(site)) else { return };
    let (event, second) = match news {
        News::IssueCreated => ("jira:issue_created", None),
        News::IssueUpdated { .. } => ("jira:issue_updated", None),
        News::Worked { .. } => ("jira:worklog_updated", None),
        News::CommentCreated(_) => ("comment_created", Some("issue_commented")),
        News::CommentUpdated(_) => ("comment_updated", Some("issue_comment_edited")),
        News::CommentDeleted(_) => ("comment_deleted", Some("issue_comment_deleted")),
    };
    let mut happening = Happening::of(site, issue, who, event);
    if let News::IssueUpdated { done, .. } = news {
        happening.fields = done.items.iter().map(|item| site.names.get(item.id)).collect();
    }
    tell(site, &happening, || match news {
        News::IssueCreated => body::issue(site, issue, who, event, Some("issue_created"), None),
        News::IssueUpdated { event: kind, done } | News::Worked { event: kind, done } => {
            body::issue(site, issue, who, event, Some(kind), Some(done))
        }
        News::CommentCreated(comment) | News::CommentUpdated(comment) | News::CommentDeleted(comment) => {
            body::comment(site, issue, who, event, comment)
        }
    });
    let Some(kind) = second.filter(|_| !site.is_cloud()) else { return };
    tell(site, &Happening::of(site, issue, who, "jira:issue_updated"), || {
        let comment = match news {
            News::CommentCreated(comment) | News::CommentUpdated(comment) => Some(comment),
            _ => None,
        };
        body::commented(site, issue, who, kind, comment)
    });
}

/// Tells of an issue that is gone already. On Cloud what was on it goes by the other flow.
pub(crate) fn announce_deleted(site: &Site, issue: &Issue, who: Person) {
    let event = "jira:issue_deleted";
    let happening = Happening::of(site, issue, who, event);
    tell(site, &happening, || body::issue(site, issue, who, event, None, None));
    for comment in issue.comments.iter().filter(|_| site.is_cloud()) {
        let event = "comment_deleted";
        let fallout = Happening { event, flow: Flow::Secondary, ..Happening::of(site, issue, who, event) };
        tell(site, &fallout, || body::comment(site, issue, who, event, comment));
    }
    part::dependents(site, who, issue);
}

/// Tells of an issue's property that was set (with its value) or taken away. Only Cloud does.
pub(crate) fn announce_property(site: &Site, id: u32, who: Person, key: &str, value: Option<&str>) {
    let Some(issue) = site.issues.get(id).filter(|_| site.is_cloud() && listens(site)) else { return };
    let event = if value.is_some() { "issue_property_set" } else { "issue_property_deleted" };
    let happening = Happening { property: Some(key), ..Happening::of(site, issue, who, event) };
    tell(site, &happening, || body::property(site, issue, who, event, (key, value)));
}

/// Whether anybody wants to be told anything.
fn listens(site: &Site) -> bool {
    !site.hooks.is_empty()
        || !site.dynamic.is_empty()
        || !site.forge.is_empty()
        || connect::hook::listens(site, Product::Jira)
}

fn tell(site: &Site, happening: &Happening<'_>, body: impl Fn() -> Vec<u8>) {
    let viewer = site.catalog.person(|account| account.admin);
    let mut made: Option<Bytes> = None;
    let mut whole = || made.get_or_insert_with(|| body().into()).clone();
    for hook in &site.hooks {
        let wanted = hook.enabled && hook.events.iter().any(|wanted| wanted == happening.event);
        let fits = |issue: &Issue| hook.query.matches(site, issue, viewer);
        if !wanted || !happening.issue.is_none_or(fits) {
            continue;
        }
        let body = if hook.exclude_body { Bytes::new() } else { whole() };
        let whose = Whose { secret: hook.secret.as_deref(), ..Whose::default() };
        push(site, happening, address(site, &hook.url, happening), (body, whose));
    }
    for (hook, ids) in dynamic::wanting(site, happening) {
        let body = dynamic::marked(&whole(), &ids);
        let url = address(site, &hook.url, happening);
        let sign = connect::hook::dynamic(site, &hook.app, &url, happening.who);
        push(site, happening, url, (body, Whose { app: Some(hook.app.clone()), sign, secret: None }));
    }
    for (app, hook) in connect::hook::wanting(site, (happening.event, happening.issue, happening.property)) {
        let body = if hook.exclude_body { Bytes::new() } else { whole() };
        let sign = connect::hook::signature(site, Product::Jira, app, happening.who);
        let url = address(site, &connect::hook::url(app, hook), happening);
        push(
            site,
            happening,
            url,
            (body, Whose { app: Some(app.descriptor.key.clone()), sign, secret: None }),
        );
    }
    tell_forge(site, happening, whole);
}

/// Tells Forge apps, each in Forge's own words.
fn tell_forge(site: &Site, happening: &Happening<'_>, mut whole: impl FnMut() -> Bytes) {
    for listener in forge::hook::wanting(site, happening.event, happening.who) {
        let event = forge::event::of_webhook(happening.event, &whole(), listener.is_own(happening.who));
        if let Some((name, body)) = event {
            site.frame.delivery.push(listener.outgoing(site, name, happening.item.clone(), &body));
        }
    }
}

/// Whose a webhook is, and how it proves where it comes from.
#[derive(Default)]
struct Whose<'a> {
    secret: Option<&'a str>,
    app: Option<String>,
    sign: Option<Sign>,
}

fn push(site: &Site, happening: &Happening<'_>, url: String, (body, whose): (Bytes, Whose<'_>)) {
    site.frame.delivery.push(Outgoing {
        url,
        event: happening.event.to_owned(),
        item: happening.item.clone(),
        headers: headers(site, happening.flow, whose.secret, &body),
        retry: site.is_cloud().then(|| retries(site)),
        flow: happening.flow,
        body,
        app: whose.app,
        sign: whose.sign,
        again: None,
    });
}

/// The URL with its variables filled in (`{issue.key}`; before Data Center 10 `${issue.key}`). Data Center says in
/// the query who did it ("Managing webhooks": user_id and user_key are added to the URL).
fn address(site: &Site, url: &str, happening: &Happening<'_>) -> String {
    let mut url = url.to_owned();
    if url.contains('{') {
        for (name, value) in &happening.words {
            url = url.replace(&format!("${{{name}}}"), value).replace(&format!("{{{name}}}"), value);
        }
    }
    if site.is_cloud() {
        return url;
    }
    let (account, join) = (site.catalog.account(happening.who), if url.contains('?') { '&' } else { '?' });
    format!("{url}{join}user_id={}&user_key={}", account.name, account.key)
}

/// Cloud's headers: an identifier that stays over retries, the flow, what the causing call wanted to find, and a
/// signature when there is a secret. Data Center has the last of these only, from version 10 on.
fn headers(site: &Site, flow: Flow, secret: Option<&str>, body: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut insert = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    if let Some(secret) = secret {
        insert(SIGNATURE, &signature(secret, body));
    }
    if site.is_cloud() {
        let number = site.deliveries.take();
        let mut random = Random::new(site.seed ^ number.rotate_left(32));
        insert(IDENTIFIER, &format!("{:016x}{:016x}", random.next(), random.next()));
        insert(FLOW, if flow == Flow::Primary { "Primary" } else { "Secondary" });
        if let Some(trace) = &*site.trace.lock() {
            insert(TRACE, trace);
        }
    }
    headers
}

/// Remembers what an app wants to find in the webhooks its call causes: up to 1,024 printable characters.
pub(crate) fn note_trace(site: &Site, call: &Call<'_>) {
    if call.method == "GET" || !site.is_cloud() {
        return;
    }
    let wanted = call.headers.get(TRACE).and_then(|value| value.to_str().ok());
    let fits = |trace: &&str| trace.len() <= 1_024 && app::of(site, call).is_some();
    *site.trace.lock() = wanted.filter(fits).map(str::to_owned);
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
    Retry { waits: (0..5).map(wait).collect(), header: Some(RETRY), always: false }
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
