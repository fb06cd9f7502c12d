//! Issues one by one, and what hangs on them.

use bowline_jira::wire::{Member, Property, Worklog};
use bowline_jira::{Edit, IssueAsk, Jira, Jql, NewComment, Search};
use futures_util::TryStreamExt as _;
use serde_json::{Map, Value, json};

use super::{Place, both};

pub(crate) fn story(place: &Place, summary: &str) -> Map<String, Value> {
    let fields = json!({
        "project": {"key": "ACME"}, "issuetype": {"name": "Story"}, "summary": summary,
        "description": place.text("As somebody, I want something."),
    });
    fields.as_object().unwrap().clone()
}

const ASK: IssueAsk<'_> = IssueAsk {
    fields: &["summary", "status", "labels", "issuelinks"],
    properties: &["bowline.x"],
    changelog: true,
};

async fn made(jira: &Jira<'_>, place: &Place, summary: &str) -> String {
    jira.create_issue(&story(place, summary), &[]).await.unwrap().key
}

#[tokio::test]
async fn an_issue_from_its_creation_to_its_end() {
    for place in both().await {
        let jira = place.jira();
        let property = Property { key: "bowline.x".to_owned(), value: json!({"n": 1}) };
        let made = jira.create_issue(&story(&place, "One"), &[property]).await.unwrap();
        let issue = jira.find_issue(&made.key, ASK).await.unwrap().unwrap();
        assert_eq!((issue.field("summary").unwrap(), issue.key.text()), (&json!("One"), Some(&*made.key)));
        assert!(issue.properties.get().unwrap().contains_key("bowline.x"));
        let fields = json!({"summary": "Two"}).as_object().unwrap().clone();
        let verbs = json!({"labels": [{"add": "new"}]}).as_object().unwrap().clone();
        let edit = jira.edit_issue(&made.key, &fields, &verbs).await.unwrap();
        assert_eq!(matches!(edit, Edit::Returned(_)), place.is_cloud());
        let steps = jira.transitions(&made.key).await.unwrap();
        jira.transition(&made.key, &steps[0].id.to_string(), &Map::new()).await.unwrap();
        let history = jira.history(&made.key).await.unwrap();
        let changed: Vec<&str> =
            history.iter().flat_map(|entry| &entry.items).filter_map(|item| item.field.text()).collect();
        assert!(changed.contains(&"summary") && changed.contains(&"status"), "{changed:?}");
        jira.delete_issue(&made.key, true).await.unwrap();
        assert!(jira.find_issue(&made.key, ASK).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn comments_properties_and_times_of_an_issue() {
    for place in both().await {
        let (jira, key) = (place.jira(), made(&place.jira(), &place, "Talked about").await);
        let comment = NewComment { body: place.text("First"), properties: vec![] };
        let comment = jira.create_comment(&key, &comment).await.unwrap();
        let id = comment.id.get().unwrap().to_string();
        jira.edit_comment(&key, &id, &place.text("Second")).await.unwrap();
        let read = jira.comment(&key, &id).await.unwrap().unwrap();
        assert_eq!(read.body.get(), Some(&json!(place.text("Second"))));
        assert_eq!(jira.comments(&key).await.unwrap().len(), 1);
        jira.delete_comment(&key, &id).await.unwrap();
        assert!(jira.comment(&key, &id).await.unwrap().is_none());

        jira.set_property(&key, "bowline.y", &json!([1, null, "ä"])).await.unwrap();
        assert_eq!(jira.property_keys(&key).await.unwrap(), ["bowline.y"]);
        assert_eq!(jira.property(&key, "bowline.y").await.unwrap(), Some(json!([1, null, "ä"])));
        jira.delete_property(&key, "bowline.y").await.unwrap();
        assert_eq!(jira.property(&key, "bowline.y").await.unwrap(), None);

        let worklog = Worklog {
            comment: Member::Is(place.text("Thought")),
            started: Member::Is("2026-03-02T10:00:00.000+0000".to_owned()),
            time_spent_seconds: Member::Is(3_600),
            ..Worklog::default()
        };
        let logged = jira.create_worklog(&key, &worklog).await.unwrap();
        let logs: Vec<Worklog> = jira.worklogs(&key).try_collect().await.unwrap();
        assert_eq!((logs.len(), &logs[0].id), (1, &logged.id));
        let ids = [logged.id.get().unwrap().clone()];
        let by_id = jira.worklogs_by_id(&ids).await.unwrap();
        assert_eq!(by_id[0].time_spent_seconds.get(), Some(&3_600));
        // Jira leaves out the last minute.
        place.control("/_sim/clock", &json!({"advance": "5m"})).await;
        let changed: Vec<_> = jira.changed_worklogs(jiff::Timestamp::UNIX_EPOCH).try_collect().await.unwrap();
        assert!(changed.iter().any(|one| one.worklog_id.to_string() == ids[0].to_string()), "{changed:?}");
        jira.delete_worklog(&key, &ids[0]).await.unwrap();
        place.control("/_sim/clock", &json!({"advance": "5m"})).await;
        let deleted: Vec<_> = jira.deleted_worklogs(jiff::Timestamp::UNIX_EPOCH).try_collect().await.unwrap();
        assert_eq!(deleted.len(), 1);
        assert_eq!(deleted[0].worklog_id.to_string(), ids[0].to_string());
    }
}

#[tokio::test]
async fn links_between_issues() {
    for place in both().await {
        let jira = place.jira();
        let (one, other) = (made(&jira, &place, "One").await, made(&jira, &place, "Other").await);
        let kinds = jira.link_types().await.unwrap();
        let blocks = kinds.iter().find(|kind| kind.name == "Blocks").unwrap();
        assert_eq!((&*blocks.inward, &*blocks.outward), ("is blocked by", "blocks"));
        jira.link("Blocks", &one, &other).await.unwrap();
        let links =
            async || jira.find_issue(&one, ASK).await.unwrap().unwrap().field("issuelinks").unwrap().clone();
        let made = links().await;
        // The one that blocks shows the other as what it blocks.
        assert_eq!(made[0]["outwardIssue"]["key"], other);
        let id = made[0]["id"].as_str().unwrap().to_owned();
        jira.delete_link(&id).await.unwrap();
        assert_eq!(links().await, json!([]));
    }
}

#[tokio::test]
async fn a_search_reads_page_after_page() {
    for place in both().await {
        let jira = place.jira();
        let jql = Jql::new().is(bowline_jira::Field::Project, "ACME");
        let ask = Search { jql: &jql, fields: &["summary"], properties: &[], limit: 30 };
        let found: Vec<_> = jira.search(ask).try_collect().await.unwrap();
        let mut keys: Vec<_> = found.iter().filter_map(|issue| issue.key.text()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert!(keys.len() > 60 && keys.len() == found.len(), "{} of {}", keys.len(), found.len());
    }
}
