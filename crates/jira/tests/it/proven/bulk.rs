//! Many issues in one call; what only Cloud has.

use bowline_jira::wire::Id;
use bowline_jira::{IssueAsk, Jql, NewIssue};
use futures_util::TryStreamExt as _;
use serde_json::json;

use super::issues::story;
use super::{Place, both, cloud};

fn new(place: &Place, summary: &str) -> NewIssue {
    NewIssue { fields: story(place, summary), properties: vec![] }
}

#[tokio::test]
async fn of_many_new_issues_some_may_be_refused() {
    for place in both().await {
        let mut wrong = new(&place, "No such type");
        wrong.fields.insert("issuetype".to_owned(), json!({"name": "Nonsense"}));
        let all = [new(&place, "One"), wrong, new(&place, "Two")];
        let made = place.jira().create_issues(&all).await.unwrap();
        assert_eq!((made.issues.len(), made.errors.len()), (2, 1));
        assert_eq!(made.errors[0].failed_element_number, 1);
    }
}

#[tokio::test]
async fn many_issues_are_read_changed_and_deleted_at_once() {
    let place = cloud().await;
    let jira = place.jira();
    let made = jira.create_issues(&[new(&place, "One"), new(&place, "Two")]).await.unwrap();
    let keys: Vec<String> = made.issues.iter().map(|issue| issue.key.clone()).collect();
    let ask = IssueAsk { fields: &["summary"], properties: &[], changelog: false };
    assert_eq!(jira.bulk_fetch(&keys, ask).await.unwrap().len(), 2);

    let labels = json!({"labelsFields": [{"fieldId": "labels", "labels": [{"name": "many"}], "bulkEditMultiSelectFieldOption": "ADD"}]});
    let task = jira.bulk_edit(&keys, &["labels"], &labels).await.unwrap();
    over(&place, &task.task_id).await;
    let steps = jira.transitions(&keys[0]).await.unwrap();
    let task = jira.bulk_transition(&keys, &steps[0].id.to_string()).await.unwrap();
    over(&place, &task.task_id).await;
    let histories: Vec<_> = jira.histories(&keys, &[]).try_collect().await.unwrap();
    let fields: Vec<&str> = histories
        .iter()
        .flat_map(|one| &one.change_histories)
        .flat_map(|entry| &entry.items)
        .filter_map(|item| item.field.text())
        .collect();
    assert!(fields.contains(&"labels") && fields.contains(&"status"), "{fields:?}");
    let statuses: Vec<_> = jira.histories(&keys, &["status"]).try_collect().await.unwrap();
    let items = statuses.iter().flat_map(|one| &one.change_histories).flat_map(|entry| &entry.items);
    let names: Vec<_> = items.map(|item| item.field.text()).collect();
    assert!(!names.is_empty() && names.iter().all(|name| *name == Some("status")), "{names:?}");

    let task = jira.bulk_delete(&keys).await.unwrap();
    over(&place, &task.task_id).await;
    assert!(jira.bulk_fetch(&keys, ask).await.unwrap().is_empty());
}

/// Looks until it is over, which takes the simulator no time but a look or two.
async fn over(place: &Place, task: &str) {
    for _ in 0..50 {
        let progress = place.jira().progress(task).await.unwrap();
        if progress.is_over() {
            assert_eq!(progress.status, "COMPLETE", "{progress:?}");
            return;
        }
        place.control("/_sim/clock", &json!({"advance": "10s"})).await;
    }
    panic!("{task} does not end");
}

#[tokio::test]
async fn queries_are_taken_apart_matched_and_counted() {
    let place = cloud().await;
    let jira = place.jira();
    let parsed = jira.parse_queries(&["project = ACME".to_owned(), "project = (".to_owned()]).await.unwrap();
    assert!(parsed[0].errors.is_empty() && parsed[0].structure.get().is_some());
    assert!(!parsed[1].errors.is_empty());
    let issue = jira.find_issue("ACME-1", IssueAsk::default()).await.unwrap().unwrap();
    let ids: Vec<Id> = issue.id.get().cloned().into_iter().collect();
    let queries = ["project = ACME".to_owned(), "project = OPS".to_owned()];
    let found = jira.matching(&ids, &queries).await.unwrap();
    assert_eq!((found[0].matched_issues.len(), found[1].matched_issues.len()), (1, 0));
    let jql = Jql::new().is(bowline_jira::Field::Project, "ACME");
    assert!(jira.approximate_count(&jql).await.unwrap() > 60);
}
