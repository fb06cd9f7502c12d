//! Dynamic webhooks: what apps register for themselves (`rest/api/3/webhook`), for thirty days at a time.
//!
//! Facts are from Atlassian's document of that resource and from "Webhooks"
//! (developer.atlassian.com/cloud/jira/platform/webhooks): an app is called once, however many of its webhooks match,
//! and told which by `matchedWebhookIds`.

use bytes::Bytes;

use super::Happening;
use crate::frame::call::Person;
use crate::jira::app::{App, Kind};
use crate::jira::jql::Query;
use crate::jira::site::Site;

/// How long a webhook lives unless it is refreshed.
pub(crate) const LIFE: i64 = 30 * 86_400_000;
/// How many webhooks a Connect app may have, and an OAuth app for each user.
const MOST: (usize, usize) = (100, 5);

/// The events an app can ask for.
pub(crate) const EVENTS: &[&str] = &[
    "jira:issue_created",
    "jira:issue_updated",
    "jira:issue_deleted",
    "comment_created",
    "comment_updated",
    "comment_deleted",
    "issue_property_set",
    "issue_property_deleted",
    "sprint_created",
    "sprint_updated",
    "sprint_closed",
    "sprint_deleted",
    "sprint_started",
    "jira:version_released",
    "jira:version_unreleased",
    "jira:version_created",
    "jira:version_moved",
    "jira:version_updated",
    "jira:version_merged",
    "jira:version_deleted",
];

/// A webhook of an app.
#[derive(Clone)]
pub(crate) struct Dynamic {
    pub(crate) id: u32,
    /// The app's key.
    pub(crate) app: String,
    /// Who registered it; an OAuth app sees what they see.
    pub(crate) user: Person,
    pub(crate) url: String,
    pub(crate) events: Vec<String>,
    pub(crate) jql: String,
    pub(crate) query: Query,
    /// Only changes of these fields; of all when `None`.
    pub(crate) fields: Option<Vec<String>>,
    /// Only these issue properties; all when `None`.
    pub(crate) properties: Option<Vec<String>>,
    pub(crate) expires: i64,
}

impl Dynamic {
    /// Whether it is this app's, called by this person: a Connect app has its webhooks in common.
    pub(crate) fn belongs(&self, app: &App, who: Person) -> bool {
        self.app == app.key && (app.kind == Kind::Connect || self.user == who)
    }

    fn wants(&self, site: &Site, happening: &Happening<'_>) -> bool {
        let Some(app) = site.apps.iter().find(|app| app.key == self.app) else { return false };
        if app.owner.is_some_and(|owner| owner != self.user)
            || self.expires <= site.frame.clock.now()
            || !self.events.iter().any(|event| event == happening.event)
        {
            return false;
        }
        let named =
            |fields: &Vec<String>| happening.fields.iter().any(|id| fields.iter().any(|one| one == id));
        if happening.event == "jira:issue_updated" && !self.fields.as_ref().is_none_or(named) {
            return false;
        }
        let listed = |keys: &Vec<String>| keys.iter().any(|key| Some(&**key) == happening.property);
        if happening.property.is_some() && !self.properties.as_ref().is_none_or(listed) {
            return false;
        }
        happening.issue.is_none_or(|issue| {
            let seen = app.kind == Kind::Connect || site.sees(Some(self.user), issue);
            seen && self.query.matches(site, issue, Some(self.user))
        })
    }
}

/// The webhooks an app still has, for this caller.
pub(crate) fn of<'a>(site: &'a Site, app: &'a App, who: Person) -> impl Iterator<Item = &'a Dynamic> {
    let now = site.frame.clock.now();
    site.dynamic.iter().filter(move |hook| hook.expires > now && hook.belongs(app, who))
}

/// Whether a caller may have so many.
pub(crate) fn is_room(app: &App, wanted: usize) -> bool {
    wanted <= if app.kind == Kind::Connect { MOST.0 } else { MOST.1 }
}

/// Who is told: one webhook for each app (and user) that is called, with the ids of all that matched.
pub(super) fn wanting<'a>(site: &'a Site, happening: &Happening<'_>) -> Vec<(&'a Dynamic, Vec<u32>)> {
    let mut told: Vec<(&Dynamic, Vec<u32>)> = Vec::new();
    for hook in site.dynamic.iter().filter(|hook| hook.wants(site, happening)) {
        match told
            .iter_mut()
            .find(|(other, _)| other.app == hook.app && other.user == hook.user && other.url == hook.url)
        {
            Some((_, ids)) => ids.push(hook.id),
            None => told.push((hook, vec![hook.id])),
        }
    }
    told
}

/// A body with the ids of the webhooks that matched.
pub(super) fn marked(body: &[u8], ids: &[u32]) -> Bytes {
    let ids: Vec<String> = ids.iter().map(u32::to_string).collect();
    let mut marked = body.strip_suffix(b"}").unwrap_or(body).to_vec();
    marked.extend_from_slice(format!(",\"matchedWebhookIds\":[{}]}}", ids.join(",")).as_bytes());
    marked.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_a_member_of_the_body() {
        let marked = marked(br#"{"webhookEvent":"x","user":{}}"#, &[1, 20]);
        let body: serde_json::Value = serde_json::from_slice(&marked).unwrap();
        assert_eq!(body, serde_json::json!({"webhookEvent": "x", "user": {}, "matchedWebhookIds": [1, 20]}));
    }

    #[test]
    fn connect_apps_have_a_hundred_and_others_five() {
        let app = |kind| App { key: "a".to_owned(), kind, people: Vec::new(), base_url: None, owner: None };
        assert!(is_room(&app(Kind::Connect), 100) && !is_room(&app(Kind::Connect), 101));
        assert!(is_room(&app(Kind::Oauth), 5) && !is_room(&app(Kind::Oauth), 6));
    }
}
