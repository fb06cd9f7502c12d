//! Ordinary work with `gouqi`, on Cloud and Data Center: a line for each call, and 1 as exit code if one ends otherwise
//! than it should. None of these calls is refused by Jira, so there is nothing of it in `../refusals.json`.

use std::collections::BTreeMap;
use std::env::var;
use std::fmt::Debug;
use std::process::ExitCode;

use gouqi::issues::{AddComment, CreateCustomIssue, EditIssue};
use gouqi::{
    CreateIssueLinkInput, Credentials, Jira, SearchApiVersion, SearchOptions, TransitionTriggerOptions,
};
use serde_json::json;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Tells how a call ended, and hands on what it gave.
fn told<T: Debug>(name: &str, outcome: gouqi::Result<T>, check: impl Fn(&T) -> bool) -> Result<T, String> {
    let value = outcome.map_err(|error| format!("{name}: {error}"))?;
    if !check(&value) {
        return Err(format!("{name}: answered {value:?}"));
    }
    println!("  ok                   {name}");
    Ok(value)
}

/// The client, with the credentials that are in the README of `crates/sim`. It tells Cloud by Atlassian's host names,
/// so the search of Cloud has to be asked for.
fn client(is_cloud: bool) -> Result<Jira, Box<dyn std::error::Error>> {
    let (user, secret) = if is_cloud { ("ada@example.com", "token-ada") } else { ("ada", "ada") };
    let version = if is_cloud { SearchApiVersion::V3 } else { SearchApiVersion::V2 };
    let login = Credentials::Basic(user.to_owned(), secret.to_owned());
    Ok(Jira::with_search_api_version(var("JIRA_URL")?, login, version)?)
}

fn work(jira: &Jira) -> Outcome {
    told("projects", jira.projects().list(), |all| all.iter().any(|one| one.key == "ACME"))?;
    told("project", jira.projects().get("ACME"), |one| one.name == "Acme")?;
    told("components", jira.components().list("ACME"), |all| all.len() == 2)?;
    told("versions", jira.versions().project_versions("ACME"), |all| all.len() == 2)?;

    let make = || {
        let fields =
            json!({"project": {"key": "ACME"}, "issuetype": {"name": "Task"}, "summary": "Made with gouqi"});
        jira.issues().create_from_custom_issue(CreateCustomIssue { fields })
    };
    let key = told("create", make(), |made| made.key.starts_with("ACME-"))?.key;
    let other = told("create another", make(), |made| made.key.starts_with("ACME-"))?.key;
    let edit = EditIssue { fields: BTreeMap::from([("summary".to_owned(), "Edited")]) };
    told("edit", jira.issues().update(&key, edit), |()| true)?;
    told("read", jira.issues().get(&key), |issue| issue.summary().as_deref() == Some("Edited"))?;
    told("comment", jira.issues().comment(&key, AddComment::new("Said with gouqi")), |_| true)?;
    let steps = told("transitions", jira.transitions(&key).list(), |all| !all.is_empty())?;
    let step = steps.first().ok_or("no transition")?;
    told("transition", jira.transitions(&key).trigger(TransitionTriggerOptions::new(&step.id)), |()| true)?;
    let moved = |issue: &gouqi::Issue| issue.status().is_some_and(|status| status.name == step.to.name);
    told("status after it", jira.issues().get(&key), moved)?;
    let file = vec![("ten.txt", b"0123456789".to_vec())];
    told("attach", jira.issues().upload_attachment(&key, file), |all| all.iter().all(|one| one.size == 10))?;
    told("link", jira.issue_links().create(CreateIssueLinkInput::new("Blocks", &key, &other)), |_| true)?;
    told("watchers", jira.issues().get_watchers(&key), |watchers| watchers.watch_count <= 1)?;
    told("worklogs", jira.issues().get_worklogs(&key), |list| list.worklogs.is_empty())?;

    searches(jira)?;
    boards(jira, &key)?;
    told("delete", jira.issues().delete(&key).and_then(|()| jira.issues().delete(&other)), |()| true)?;
    Ok(())
}

fn searches(jira: &Jira) -> Outcome {
    let jql = "project = ACME ORDER BY key";
    let page = SearchOptions::builder().max_results(30).build();
    told("search", jira.search().list(jql, &page), |found| found.issues.len() == 30)?;
    let all = jira.search().iter(jql, &page).map(|issues| issues.map(|issue| issue.key).collect::<Vec<_>>());
    told("search page by page", all, |keys| {
        let mut different = keys.clone();
        different.sort_unstable();
        different.dedup();
        keys.len() > 80 && different.len() == keys.len()
    })?;
    Ok(())
}

fn boards(jira: &Jira, key: &str) -> Outcome {
    let usual = SearchOptions::default();
    let all = jira.boards().iter(&usual).map(|boards| boards.collect::<Vec<_>>());
    let all = told("boards", all, |all| all.iter().any(|board| board.name == "ACME board"))?;
    let board = all.into_iter().find(|board| board.name == "ACME board").ok_or("no board")?;
    told("sprints", jira.sprints().list(&board, &usual), |page| page.values.len() >= 3)?;
    told("issues of the board", jira.issues().list(&board, &usual), |page| !page.issues.is_empty())?;
    let sprint = jira.sprints().create(board, "With gouqi");
    let id = told("create a sprint", sprint, |made| made.state.as_deref() == Some("future"))?.id;
    told("move into the sprint", jira.sprints().move_issues(id, vec![key.to_owned()]), |_| true)?;
    told("delete the sprint", jira.sprints().delete(id), |()| true)?;
    Ok(())
}

fn main() -> ExitCode {
    let is_cloud = var("JIRA_DEPLOYMENT").is_ok_and(|face| face == "cloud");
    match client(is_cloud).and_then(|jira| work(&jira)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("  FAILED               {error}");
            ExitCode::FAILURE
        }
    }
}
