//! Events as Forge words them (“Jira events”, “Life cycle events”): made out of what the site's webhooks say.

use serde_json::{Value, json};

/// What Forge calls a webhook's event, with its body; `None` for what Forge does not tell.
pub(crate) fn of_webhook(event: &str, body: &[u8], own: bool) -> Option<(&'static str, Value)> {
    let name = named(event)?;
    let said: Value = serde_json::from_slice(body).ok()?;
    let issue = said.get("issue")?;
    let mut event = json!({
        "eventType": name,
        "timestamp": said.get("timestamp").map(ToString::to_string),
        "selfGenerated": own,
        "issue": {"id": issue.get("id"), "key": issue.get("key"), "fields": fields(issue)},
    });
    let members = event.as_object_mut()?;
    let comment = said.get("comment");
    let author = comment.and_then(|comment| comment.get("updateAuthor").or_else(|| comment.get("author")));
    let account = said.get("user").or(author).and_then(|user| user.get("accountId"));
    members.extend(account.map(|account| ("atlassianId".to_owned(), account.clone())));
    members.extend(comment.map(|comment| ("comment".to_owned(), comment.clone())));
    let items = said.get("changelog").and_then(|log| log.get("items"));
    members.extend(items.map(|items| ("changelog".to_owned(), json!({"items": items}))));
    Some((name, event))
}

/// The event of Forge for one of a webhook. A comment that is made or edited is one event.
pub(super) fn named(event: &str) -> Option<&'static str> {
    Some(match event {
        "jira:issue_created" => "avi:jira:created:issue",
        "jira:issue_updated" => "avi:jira:updated:issue",
        "jira:issue_deleted" => "avi:jira:deleted:issue",
        "comment_created" | "comment_updated" => "avi:jira:commented:issue",
        "comment_deleted" => "avi:jira:deleted:comment",
        _ => return None,
    })
}

/// The fields that an event's issue has (“Type reference”).
fn fields(issue: &Value) -> Value {
    let all = issue.get("fields");
    let names = [
        "summary",
        "issuetype",
        "project",
        "creator",
        "reporter",
        "assignee",
        "status",
        "created",
        "updated",
    ];
    let known = names.iter().filter_map(|name| Some(((*name).to_owned(), all?.get(*name)?.clone())));
    Value::Object(known.collect())
}

/// The body of a call to an endpoint.
pub(super) fn enveloped(event: &Value) -> Vec<u8> {
    json!({"payload": event}).to_string().into_bytes()
}

/// The body of a repetition (“Handling retries”).
pub(super) fn again(first: &[u8], number: usize, status: Option<u16>) -> Vec<u8> {
    let Ok(mut body) = serde_json::from_slice::<Value>(first) else { return first.to_vec() };
    let reason = match status {
        None => "TIMEOUT_ERROR",
        Some(401) => "INVALID_FORGE_INVOCATION_TOKEN",
        Some(_) => "INVALID_REMOTE_INVOCATION_ERROR",
    };
    let context = json!({"retryCount": number, "retryReason": reason, "retryData": null});
    if let Some(payload) = body.get_mut("payload").and_then(Value::as_object_mut) {
        payload.insert("retryContext".to_owned(), context);
    }
    body.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repetition_says_which_it_is_and_nothing_else_changes() {
        let first = enveloped(&json!({"eventType": "x"}));
        let body: Value = serde_json::from_slice(&again(&first, 2, Some(401))).unwrap();
        let context =
            json!({"retryCount": 2, "retryReason": "INVALID_FORGE_INVOCATION_TOKEN", "retryData": null});
        assert_eq!(body, json!({"payload": {"eventType": "x", "retryContext": context}}));
    }

    #[test]
    fn an_edit_is_told_as_forge_words_it() {
        let body = json!({
            "timestamp": 5, "webhookEvent": "jira:issue_updated", "user": {"accountId": "who"},
            "issue": {"id": "1", "key": "A-1", "self": "x", "fields": {"summary": "s", "priority": {}, "updated": "u"}},
            "changelog": {"id": "9", "items": [{"field": "summary"}]},
        });
        let (name, event) = of_webhook("jira:issue_updated", body.to_string().as_bytes(), false).unwrap();
        assert_eq!(name, "avi:jira:updated:issue");
        assert_eq!(
            event,
            json!({
                "eventType": name, "timestamp": "5", "selfGenerated": false, "atlassianId": "who",
                "issue": {"id": "1", "key": "A-1", "fields": {"summary": "s", "updated": "u"}},
                "changelog": {"items": [{"field": "summary"}]},
            })
        );
        assert!(of_webhook("worklog_created", b"{}", false).is_none());
    }
}
