//! People, projects, and what a site has.

use bowline_jira::Assignable;
use futures_util::TryStreamExt as _;

use super::{administered, both, cloud, data_center};

#[tokio::test]
async fn who_is_there() {
    for place in both().await {
        let jira = place.jira();
        let (me, _) = jira.myself().await.unwrap();
        let id = me.id().unwrap().to_owned();
        assert_eq!(jira.user(&id).await.unwrap().display_name.text(), Some("Ada Byron"));
        let found: Vec<_> = jira.search_users("ada").try_collect().await.unwrap();
        assert_eq!(found.len(), 1);
        for assignable in [Assignable::Project("ACME"), Assignable::Issue("ACME-1")] {
            let people: Vec<_> = jira.assignable(assignable, "").try_collect().await.unwrap();
            assert!(people.iter().any(|person| person.id() == Some(&*id)), "{assignable:?}");
        }
    }
}

#[tokio::test]
async fn several_people_and_their_old_names() {
    let place = cloud().await;
    let jira = place.jira();
    let id = jira.myself().await.unwrap().0.id().unwrap().to_owned();
    let people: Vec<_> = jira.users(&[id.clone(), "nobody".to_owned()]).try_collect().await.unwrap();
    assert_eq!(people.len(), 1);
    let moved = jira.migrated_users(&["ada".to_owned()]).await.unwrap();
    assert_eq!(moved[0].account_id.text(), Some(&*id));
}

#[tokio::test]
async fn projects_and_what_they_take() {
    for place in both().await {
        let jira = place.jira();
        assert!(jira.projects().await.unwrap().iter().any(|project| project.key == "ACME"));
        let project = jira.project("ACME").await.unwrap().unwrap();
        assert!(jira.project("NONE").await.unwrap().is_none());
        assert!(!jira.statuses("ACME").await.unwrap().is_empty());
        assert_eq!(jira.permitted("ACME", "EDIT_ISSUES").await.unwrap(), Some(true));
        let types = jira.create_types("ACME").await.unwrap();
        let fields = jira.create_fields("ACME", &types[0].id.to_string()).await.unwrap();
        assert!(fields.iter().any(|field| field.id() == "summary" && field.required));
        if place.is_cloud() {
            let levels = jira.hierarchy(&project.id.get().unwrap().to_string()).await.unwrap();
            assert!(levels.iter().any(|level| level.level == 1), "{levels:?}");
        }
    }
}

#[tokio::test]
async fn what_a_site_has() {
    for place in both().await {
        let jira = place.jira();
        assert!(jira.server_info().await.unwrap().version.text().is_some());
        assert!(jira.fields().await.unwrap().iter().any(|field| field.id == "summary"));
        let types = jira.issue_types().await.unwrap();
        assert_eq!(jira.issue_type(&types[0].id.to_string()).await.unwrap().name, types[0].name);
        assert_eq!(jira.priorities().await.unwrap().len(), 5);
        assert!(!jira.resolutions().await.unwrap().is_empty());
        assert!(!jira.all_statuses().await.unwrap().is_empty());
        if place.is_cloud() {
            let found: Vec<_> = jira.search_fields("story").try_collect().await.unwrap();
            assert!(!found.is_empty());
            assert!(found.iter().all(|field| field.name.to_lowercase().contains("story")), "{found:?}");
        }
    }
}

#[tokio::test]
async fn whose_session_it_is() {
    let place = data_center().await;
    assert_eq!(place.jira().session().await.unwrap().name.text(), Some("ada"));
}

#[tokio::test]
async fn which_workflow_the_issues_of_a_project_follow() {
    for place in administered().await {
        let jira = place.jira();
        let project = jira.project("ACME").await.unwrap().unwrap();
        let scheme = jira.workflow_scheme(&project).await.unwrap().expect("ACME has one");
        let workflows = jira.workflows().await.unwrap();
        for kind in jira.create_types("ACME").await.unwrap() {
            let workflow = scheme.workflow_of(&kind.id.to_string()).unwrap();
            assert!(workflows.iter().any(|known| known.name == workflow), "{workflow}: {workflows:?}");
        }
        let id = scheme.id.get().unwrap().to_string();
        assert_eq!(jira.workflow_scheme_by_id(&id).await.unwrap(), scheme);
        if place.is_cloud() {
            let all: Vec<_> = jira.workflow_schemes().try_collect().await.unwrap();
            assert!(all.contains(&scheme), "{all:?}");
            let hidden = bowline_jira::wire::Project { id: Default::default(), ..project };
            assert_eq!(jira.workflow_scheme(&hidden).await.unwrap(), None);
        }
    }
}

#[tokio::test]
async fn who_does_not_administer_a_jira_is_told_no_workflows() {
    for place in both().await {
        let jira = place.jira();
        let project = jira.project("ACME").await.unwrap().unwrap();
        let refused = jira.workflow_scheme(&project).await.unwrap_err();
        assert!(
            refused.is(http::StatusCode::FORBIDDEN) || refused.is(http::StatusCode::UNAUTHORIZED),
            "{refused:?}"
        );
    }
}
