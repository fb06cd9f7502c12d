//! What a Jira webhook points at. Pure; the wire types are `bowline_jira::webhook`.
//!
//! A hint may close older work unread (`version`, `edited_at`), so it carries them only where they are known to
//! describe the state *after* the event. They do not for a deletion, nor for a comment: Data Center sends the
//! issue's `updated` from before the comment was written.

use bowline_core::event::{About, Delivery, Hint, Unreadable};
use bowline_core::item::Version;
use bowline_core::port::Hints;
use bowline_jira::time;
use bowline_jira::webhook::{self, Body, Topic};
use bowline_jira::wire::{Comment, Id, Issue, Member, User};

/// Reads the deliveries of Jira Cloud and of Jira Data Center: one reader survives both.
pub(crate) struct JiraHints;

impl Hints for JiraHints {
    fn hint(&self, delivery: &Delivery) -> Result<Hint, Unreadable> {
        let body = webhook::parse(&delivery.body).map_err(|bad| unreadable(&bad.to_string()))?;
        // Forge's events name themselves elsewhere, and have the same members otherwise.
        let event = body.webhook_event.text().or_else(|| body.event_type.text());
        let event = event.filter(|event| !event.is_empty());
        let event = event.ok_or_else(|| unreadable("no webhookEvent"))?.to_owned();
        let identifier = delivery.headers.get("x-atlassian-webhook-identifier");
        let topic = Topic::of(&event);
        let (about, version) = about(topic, &body)?;
        Ok(Hint {
            event,
            delivery: identifier.and_then(|value| value.to_str().ok()).map(str::to_owned),
            about,
            version,
            actor: actor(topic, &body),
        })
    }
}

fn about(topic: Option<Topic>, body: &Body) -> Result<(About, Option<Version>), Unreadable> {
    match topic {
        Some(Topic::Issue) => updated_issue(body),
        Some(Topic::IssueDeleted) => Ok((item(issue(body)?)?, None)),
        Some(Topic::Comment) => comment(body, edited_at(body)),
        // Its last edit is older than its deletion: with that time the delivery would be closed as known.
        Some(Topic::CommentDeleted) => comment(body, None),
        Some(known) => {
            let elsewhere =
                || About::Elsewhere { reason: format!("it is about {known}, which no profile syncs") };
            Ok((attached_to(body).unwrap_or_else(elsewhere), None))
        }
        None => Ok((attached_to(body).unwrap_or(About::Unknown), None)),
    }
}

/// `jira:issue_created` and `jira:issue_updated`. Data Center tells comments this way too, and a deleted comment by
/// a body with neither comment nor changelog.
fn updated_issue(body: &Body) -> Result<(About, Option<Version>), Unreadable> {
    let issue = issue(body)?;
    let changed =
        body.changelog.get().is_some_and(|log| log.items.get().is_some_and(|items| !items.is_empty()));
    let kind = body.issue_event_type_name.text().unwrap_or_default();
    // Forge tells of comments by events of their own, so that what it says of an issue is about the issue.
    let created = body.webhook_event.text() == Some("jira:issue_created") || body.event_type.text().is_some();
    let only_comment = body.comment.get().is_some() || kind.contains("comment");
    if !changed && !created && (only_comment || kind.is_empty()) {
        let id = body.comment.get().and_then(|comment| text(&comment.id));
        let item = text(&issue.id).ok_or_else(|| unreadable("an issue without an id"))?;
        return Ok((About::Comment { id, item: Some(item), edited_at: edited_at(body) }, None));
    }
    let version = issue.updated().map(|at| Version(at.as_millisecond()));
    Ok((item(issue)?, version))
}

/// `comment_*`. Cloud sends a short issue along; Data Center sends none, so its id is read out of the comment's
/// own address.
fn comment(body: &Body, edited_at: Option<jiff::Timestamp>) -> Result<(About, Option<Version>), Unreadable> {
    let comment = body.comment.get().ok_or_else(|| unreadable("a comment event without a comment"))?;
    let told = body.issue.get().and_then(|issue| text(&issue.id));
    let item = told.or_else(|| comment.issue_id().map(str::to_owned));
    let id = text(&comment.id);
    if id.is_none() && item.is_none() {
        return Err(unreadable("a comment without an id"));
    }
    Ok((About::Comment { id, item, edited_at }, None))
}

/// The issue that something else belongs to: named in full, or by its id alone.
fn attached_to(body: &Body) -> Option<About> {
    if let Some(about) = body.issue.get().and_then(|issue| item(issue).ok()) {
        return Some(about);
    }
    let worklog = || body.worklog.get().and_then(webhook::Worklog::issue);
    let link = || {
        body.issue_link
            .get()
            .and_then(|link| text(&link.source_issue_id).or(text(&link.destination_issue_id)))
    };
    let id = worklog().or_else(link)?;
    Some(About::Item { id, kind: None, scope: None })
}

fn item(issue: &Issue) -> Result<About, Unreadable> {
    Ok(About::Item {
        id: text(&issue.id).ok_or_else(|| unreadable("an issue without an id"))?,
        kind: issue.type_name().map(str::to_owned),
        scope: issue.project_key().map(str::to_owned),
    })
}

fn issue(body: &Body) -> Result<&Issue, Unreadable> {
    body.issue.get().ok_or_else(|| unreadable("an issue event without an issue"))
}

fn edited_at(body: &Body) -> Option<jiff::Timestamp> {
    time::parse(body.comment.get()?.updated.text()?)
}

/// Whose doing it was. Comment events on Cloud have no `user`, but a comment tells who touched it last, unless it was
/// deleted. In `user_*` the user is what the event is about.
fn actor(topic: Option<Topic>, body: &Body) -> Option<String> {
    if topic == Some(Topic::User) {
        return None;
    }
    let of_comment = |comment: &Comment| id_of(comment.update_author.get().or(comment.author.get()));
    let comment = || body.comment.get().filter(|_| topic != Some(Topic::CommentDeleted)).and_then(of_comment);
    let worklog = || id_of(body.worklog.get()?.update_author.get());
    let attachment = || id_of(body.attachment.get()?.author.get());
    let by_forge = || body.atlassian_id.text().map(str::to_owned);
    id_of(body.user.get()).or_else(by_forge).or_else(comment).or_else(worklog).or_else(attachment)
}

fn id_of(user: Option<&User>) -> Option<String> {
    user?.id().map(str::to_owned)
}

fn text(id: &Member<Id>) -> Option<String> {
    id.get().map(ToString::to_string).filter(|id| !id.is_empty())
}

fn unreadable(reason: &str) -> Unreadable {
    Unreadable { reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn read(body: impl Into<Bytes>) -> Result<Hint, Unreadable> {
        JiraHints.hint(&Delivery { headers: HeaderMap::new(), body: body.into() })
    }

    fn about_of(body: &Value) -> About {
        read(body.to_string()).unwrap().about
    }

    #[test]
    fn the_delivery_id_is_the_vendors_identifier() {
        let headers = HeaderMap::from_iter([(
            "x-atlassian-webhook-identifier".parse::<http::HeaderName>().unwrap(),
            "abc-1".parse().unwrap(),
        )]);
        let body = Bytes::from_static(br#"{"webhookEvent":"user_created"}"#);
        let hint = JiraHints.hint(&Delivery { headers, body }).unwrap();
        assert_eq!(hint.delivery.as_deref(), Some("abc-1"));
    }

    #[test]
    fn forges_events_point_where_webhooks_do() {
        let issue = json!({"id": "7", "key": "A-7", "fields": {"updated": "2020-01-01T00:00:00.000+0000", "project": {"key": "A"}}});
        let event = |name: &str, more: Value| {
            let mut event = json!({"eventType": name, "timestamp": "1577836800000", "atlassianId": "who", "issue": issue});
            event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            read(event.to_string()).unwrap()
        };
        for name in ["avi:jira:created:issue", "avi:jira:updated:issue"] {
            let hint = event(name, json!({}));
            let about = About::Item { id: "7".to_owned(), kind: None, scope: Some("A".to_owned()) };
            assert_eq!((hint.about, hint.actor.as_deref()), (about, Some("who")), "{name}");
            assert_eq!(hint.version, Some(Version(1_577_836_800_000)));
        }
        assert_eq!(event("avi:jira:deleted:issue", json!({})).version, None);
        let comment = json!({"comment": {"id": "9", "updated": "2020-01-01T00:00:01.000+0000"}});
        let told = event("avi:jira:commented:issue", comment.clone());
        let (id, item) = (Some("9".to_owned()), Some("7".to_owned()));
        let edited_at = time::parse("2020-01-01T00:00:01.000+0000");
        assert_eq!(told.about, About::Comment { id: id.clone(), item: item.clone(), edited_at });
        let told = event("avi:jira:deleted:comment", comment);
        assert_eq!(told.about, About::Comment { id, item, edited_at: None });
        let of_the_app = read(r#"{"eventType":"avi:forge:installed:app","id":"x"}"#).unwrap();
        assert!(matches!(of_the_app.about, About::Elsewhere { .. }));
    }

    #[test]
    fn an_unknown_event_points_at_its_issue_or_nowhere() {
        let with = json!({"webhookEvent": "jira:issue_blessed", "issue": {"id": 10013, "key": "A-1"}});
        assert_eq!(about_of(&with), About::Item { id: "10013".to_owned(), kind: None, scope: None });
        assert_eq!(about_of(&json!({"webhookEvent": "galaxy_created"})), About::Unknown);
    }

    #[test]
    fn an_update_without_changelog_comment_or_event_type_is_a_deleted_comment() {
        let body = json!({"webhookEvent": "jira:issue_updated", "issue": {"id": "7", "fields": {"updated": "2020-01-01T00:00:00.000+0000"}}});
        assert_eq!(about_of(&body), About::Comment { id: None, item: Some("7".to_owned()), edited_at: None });
        let mut empty = body.clone();
        empty["changelog"] = json!({"items": []});
        assert_eq!(about_of(&empty), about_of(&body));
        let mut typed = body;
        typed["issue_event_type_name"] = json!("issue_generic");
        let hint = read(typed.to_string()).unwrap();
        assert_eq!(hint.about, About::Item { id: "7".to_owned(), kind: None, scope: None });
        assert_eq!(hint.version, Some(Version(1_577_836_800_000)));
    }

    #[test]
    fn a_change_told_with_a_comment_is_about_the_issue() {
        let body = json!({
            "webhookEvent": "jira:issue_updated",
            "issue": {"id": "7", "fields": {"updated": "2020-01-01T00:00:00.000+0000"}},
            "changelog": {"items": [{"field": "status"}]},
            "comment": {"id": "1"},
        });
        assert!(matches!(about_of(&body), About::Item { .. }));
    }

    #[test]
    fn what_cannot_be_read_is_refused_without_a_quote() {
        let cases: [(&[u8], &str); 7] = [
            (b"\xff", "not UTF-8"),
            (b"{\"secret", "not JSON at line 1, column 8"),
            (b"[]", "JSON, but not the shape of a Jira webhook"),
            (b"{}", "no webhookEvent"),
            (br#"{"webhookEvent":"jira:issue_updated"}"#, "an issue event without an issue"),
            (
                br#"{"webhookEvent":"jira:issue_created","issue":{"key":"SECRET-1"}}"#,
                "an issue without an id",
            ),
            (br#"{"webhookEvent":"comment_created","comment":{}}"#, "a comment without an id"),
        ];
        for (body, reason) in cases {
            assert_eq!(read(body).unwrap_err().reason, reason);
        }
    }

    /// Any JSON, with the members that matter likely to be there and of any shape.
    fn bodies() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
            proptest::sample::select(
                &["jira:issue_updated", "comment_deleted", "worklog_created", "10013"][..]
            )
            .prop_map(Value::from),
        ];
        let name = proptest::sample::select(
            &[
                "webhookEvent",
                "issue",
                "id",
                "fields",
                "updated",
                "comment",
                "self",
                "user",
                "accountId",
                "name",
                "changelog",
                "items",
                "issueLink",
                "sourceIssueId",
                "worklog",
                "issueId",
                "project",
                "key",
                "x",
            ][..],
        );
        leaf.prop_recursive(4, 40, 6, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::hash_map(name.clone(), inner, 0..6).prop_map(|members| {
                    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(body);
        }

        #[test]
        fn no_json_makes_it_panic(mut body in bodies(), event in "(jira:)?[a-z_]{0,20}") {
            let _ = read(body.to_string());
            if let Some(members) = body.as_object_mut() {
                members.insert("webhookEvent".to_owned(), event.into());
                if let Ok(hint) = read(body.to_string()) {
                    let looks = !matches!(hint.about, About::Item { ref id, .. } if id.is_empty());
                    prop_assert!(looks, "an item without an id");
                }
            }
        }
    }
}
