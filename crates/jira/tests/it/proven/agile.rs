//! Boards, sprints and epics.

use bowline_jira::NewSprint;
use bowline_jira::wire::Issue;
use futures_util::TryStreamExt as _;
use serde_json::json;

use super::both;

#[tokio::test]
async fn a_sprint_is_made_begun_filled_and_read() {
    for place in both().await {
        let jira = place.jira();
        let boards: Vec<_> = jira.boards().try_collect().await.unwrap();
        let board = boards.iter().find(|board| board.kind.text() == Some("scrum")).unwrap().id.to_string();
        let projects: Vec<_> = jira.board_projects(&board).try_collect().await.unwrap();
        assert_eq!(projects[0].key, "ACME");
        let dates = Some(("2026-03-02T09:00:00.000Z", "2026-03-16T09:00:00.000Z"));
        let ask = NewSprint { board: &board, name: "Mine", goal: Some("All of it"), dates };
        let id = jira.create_sprint(&ask).await.unwrap().id.to_string();
        assert_eq!(jira.sprint(&id).await.unwrap().state.text(), Some("future"));
        let name = json!({"name": "Ours"}).as_object().unwrap().clone();
        assert_eq!(jira.edit_sprint(&id, &name).await.unwrap().name, "Ours");
        let all: Vec<_> = jira.sprints(&board).try_collect().await.unwrap();
        assert!(all.iter().any(|sprint| sprint.id.to_string() == id));
        let keys: Vec<String> = (1..=60).map(|number| format!("ACME-{number}")).collect();
        jira.move_to_sprint(&id, &keys).await.unwrap();
        let inside: Vec<Issue> = jira.sprint_issues(&id, &["summary"]).try_collect().await.unwrap();
        assert_eq!(inside.len(), keys.len());
    }
}

#[tokio::test]
async fn epics_and_what_belongs_to_none() {
    for place in both().await {
        let jira = place.jira();
        let name = if place.is_cloud() { json!({}) } else { json!({"customfield_10102": "Epic"}) };
        let mut fields =
            json!({"project": {"key": "ACME"}, "issuetype": {"name": "Epic"}, "summary": "An epic"});
        fields.as_object_mut().unwrap().extend(name.as_object().unwrap().clone());
        let epic = jira.create_issue(fields.as_object().unwrap(), &[]).await.unwrap().key;
        assert_eq!(jira.epic(&epic).await.unwrap().key.text(), Some(&*epic));
        // An epic is the parent of what belongs to it on Cloud, and what its link names on Data Center.
        let link = if place.is_cloud() {
            json!({"parent": {"key": epic}})
        } else {
            json!({"customfield_10100": epic})
        };
        let mut fields =
            json!({"project": {"key": "ACME"}, "issuetype": {"name": "Story"}, "summary": "Inside"});
        fields.as_object_mut().unwrap().extend(link.as_object().unwrap().clone());
        let story = jira.create_issue(fields.as_object().unwrap(), &[]).await.unwrap().key;
        let inside: Vec<Issue> = jira.epic_issues(Some(&epic), &["summary"]).try_collect().await.unwrap();
        assert_eq!(inside.iter().filter_map(|issue| issue.key.text()).collect::<Vec<_>>(), [story]);
        let without: Vec<Issue> = jira.epic_issues(None, &["summary"]).try_collect().await.unwrap();
        assert!(without.len() > 50, "{}", without.len());
    }
}
