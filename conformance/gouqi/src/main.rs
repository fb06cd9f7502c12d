//! Ordinary work with `gouqi`, on Cloud and Data Center: a line for each call, and 1 as exit code if one ends otherwise
//! than it should. What fails against Jira itself stands in `../refusals.json`, as for the other clients.

mod read;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::env::var;
use std::error::Error;
use std::fmt::Debug;
use std::process::ExitCode;

use gouqi::issues::{AddComment, CreateCustomIssue, EditIssue};
use gouqi::{
    CreateIssueLinkInput, Credentials, Jira, SearchApiVersion, SearchOptions, TransitionTriggerOptions,
};
use serde_json::{Value, json};

type Outcome = Result<(), Box<dyn Error>>;

/// Makes calls, and counts those that end otherwise than they should.
struct Calls {
    /// What fails against Jira itself.
    refusals: Vec<Value>,
    failed: Cell<u32>,
}

impl Calls {
    fn read(face: &str) -> Result<Self, Box<dyn Error>> {
        let mut refusals: Vec<Value> = serde_json::from_str(include_str!("../../refusals.json"))?;
        refusals.retain(|one| one["client"] == "gouqi" && one["deployment"] == face);
        Ok(Self { refusals, failed: Cell::new(0) })
    }

    fn fail(&self, name: &str, why: &str) {
        self.failed.set(self.failed.get() + 1);
        println!("  FAILED               {name}: {why}");
    }

    /// Tells how a call ended, and hands on what it gave; its value must satisfy `check`.
    fn told<T: Debug>(&self, name: &str, outcome: gouqi::Result<T>, check: impl Fn(&T) -> bool) -> Option<T> {
        let refusal = self.refusals.iter().find(|one| one["call"] == name);
        match (outcome, refusal) {
            (Ok(_), Some(_)) => self.fail(name, "succeeded, though it does not against Jira"),
            (Ok(value), None) if check(&value) => {
                println!("  ok                   {name}");
                return Some(value);
            }
            (Ok(value), None) => self.fail(name, &format!("answered {value:?}")),
            (Err(error), Some(refusal))
                if refusal["says"].as_str().is_some_and(|says| error.to_string().contains(says)) =>
            {
                println!("  fails, as with Jira  {name}: {}", refusal["reason"].as_str().unwrap_or_default());
            }
            (Err(error), _) => self.fail(name, &error.to_string()),
        }
        None
    }
}

/// The client, with the credentials that are in the README of `crates/sim`. It tells Cloud by Atlassian's host names,
/// so the search of Cloud has to be asked for.
fn client(face: &str) -> Result<Jira, Box<dyn Error>> {
    let is_cloud = face == "cloud";
    let (user, secret) = if is_cloud { ("ada@example.com", "token-ada") } else { ("ada", "ada") };
    let version = if is_cloud { SearchApiVersion::V3 } else { SearchApiVersion::V2 };
    let login = Credentials::Basic(user.to_owned(), secret.to_owned());
    Ok(Jira::with_search_api_version(var("JIRA_URL")?, login, version)?)
}

fn issues(jira: &Jira, calls: &Calls) -> Outcome {
    calls.told("projects", jira.projects().list(), |all| all.iter().any(|one| one.key == "ACME"));
    calls.told("project", jira.projects().get("ACME"), |one| one.name == "Acme");
    calls.told("components", jira.components().list("ACME"), |all| all.len() == 2);
    calls.told("versions", jira.versions().project_versions("ACME"), |all| all.len() == 2);

    let make = |name| {
        let fields =
            json!({"project": {"key": "ACME"}, "issuetype": {"name": "Task"}, "summary": "Made with gouqi"});
        let made = jira.issues().create_from_custom_issue(CreateCustomIssue { fields });
        calls.told(name, made, |made| made.key.starts_with("ACME-")).map(|made| made.key).ok_or("no issue")
    };
    let (key, other) = (make("create")?, make("create another")?);
    let edit = EditIssue { fields: BTreeMap::from([("summary".to_owned(), "Edited")]) };
    calls.told("edit", jira.issues().update(&key, edit), |()| true);
    calls.told("read", jira.issues().get(&key), |issue| issue.summary().as_deref() == Some("Edited"));
    calls.told("comment", jira.issues().comment(&key, AddComment::new("Said with gouqi")), |_| true);
    let steps = calls.told("transitions", jira.transitions(&key).list(), |all| !all.is_empty());
    let step = steps.and_then(|steps| steps.into_iter().next()).ok_or("no transition")?;
    calls.told("transition", jira.transitions(&key).trigger(TransitionTriggerOptions::new(&step.id)), |()| {
        true
    });
    let moved = |issue: &gouqi::Issue| issue.status().is_some_and(|status| status.name == step.to.name);
    calls.told("status after it", jira.issues().get(&key), moved);
    let file = vec![("ten.txt", b"0123456789".to_vec())];
    calls.told("attach", jira.issues().upload_attachment(&key, file), |all| {
        all.iter().all(|one| one.size == 10)
    });
    calls
        .told("link", jira.issue_links().create(CreateIssueLinkInput::new("Blocks", &key, &other)), |_| true);
    calls.told("watchers", jira.issues().get_watchers(&key), |watchers| watchers.watch_count <= 1);
    calls.told("worklogs", jira.issues().get_worklogs(&key), |list| list.worklogs.is_empty());

    searches(jira, calls);
    boards(jira, calls, &key)?;
    calls.told("delete", jira.issues().delete(&key).and_then(|()| jira.issues().delete(&other)), |()| true);
    Ok(())
}

fn searches(jira: &Jira, calls: &Calls) {
    let jql = "project = ACME ORDER BY key";
    let page = SearchOptions::builder().max_results(30).build();
    calls.told("search", jira.search().list(jql, &page), |found| found.issues.len() == 30);
    let all = jira.search().iter(jql, &page).map(|issues| issues.map(|issue| issue.key).collect::<Vec<_>>());
    calls.told("search page by page", all, |keys| {
        let mut different = keys.clone();
        different.sort_unstable();
        different.dedup();
        keys.len() > 80 && different.len() == keys.len()
    });
}

fn boards(jira: &Jira, calls: &Calls, key: &str) -> Outcome {
    let usual = SearchOptions::default();
    let all = jira.boards().iter(&usual).map(|boards| boards.collect::<Vec<_>>());
    let all = calls.told("boards", all, |all| all.iter().any(|board| board.name == "ACME board"));
    let board = all.into_iter().flatten().find(|board| board.name == "ACME board").ok_or("no board")?;
    calls.told("sprints", jira.sprints().list(&board, &usual), |page| page.values.len() >= 3);
    calls.told("issues of the board", jira.issues().list(&board, &usual), |page| !page.issues.is_empty());
    let sprint = jira.sprints().create(board, "With gouqi");
    let sprint = calls.told("create a sprint", sprint, |made| made.state.as_deref() == Some("future"));
    let id = sprint.ok_or("no sprint")?.id;
    calls.told("move into the sprint", jira.sprints().move_issues(id, vec![key.to_owned()]), |_| true);
    calls.told("delete the sprint", jira.sprints().delete(id), |()| true);
    Ok(())
}

fn work() -> Result<bool, Box<dyn Error>> {
    let face = var("JIRA_DEPLOYMENT")?;
    let (jira, calls) = (client(&face)?, Calls::read(&face)?);
    issues(&jira, &calls)?;
    Ok(calls.failed.get() == 0)
}

/// `gouqi read URL` reads and says how fast; without arguments ordinary work is done.
fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [read, url] = arguments.as_slice()
        && read == "read"
    {
        return match read::all(url) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    match work() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("  FAILED               {error}");
            ExitCode::FAILURE
        }
    }
}
