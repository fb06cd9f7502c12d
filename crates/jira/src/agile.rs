//! Boards, sprints and epics (Jira Software, `/rest/agile/1.0`; the same on both products).

use http::Method;
use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::paged::Paged;
use crate::site::{Jira, read};
use crate::url::Path;
use crate::wire::{Board, Epic, Issue, Project, Sprint};

/// How many issues fit into one move ("Move issues to sprint": at most 50).
const MOST_MOVED: usize = 50;

/// A sprint to make.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewSprint<'a> {
    /// Its board.
    pub board: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What it is for.
    pub goal: Option<&'a str>,
    /// When it is to begin and to end, in ISO 8601.
    pub dates: Option<(&'a str, &'a str)>,
}

fn agile() -> Path {
    Path::new("/rest/agile/1.0")
}

fn sprint(id: &str) -> Path {
    agile().then("sprint").piece(id)
}

impl<'a> Jira<'a> {
    /// All boards that the account can see.
    pub fn boards(&self) -> Paged<'a, Board> {
        self.paged("jira.board.list", agile().then("board"))
    }

    /// The projects of a board.
    pub fn board_projects(&self, board: &str) -> Paged<'a, Project> {
        self.paged("jira.board.projects", agile().then("board").piece(board).then("project"))
    }

    /// The sprints of a board. Boards without sprints refuse.
    pub fn sprints(&self, board: &str) -> Paged<'a, Sprint> {
        self.paged("jira.board.sprints", agile().then("board").piece(board).then("sprint"))
    }

    /// Reads a sprint.
    pub async fn sprint(&self, id: &str) -> Result<Sprint, Error> {
        self.get("jira.sprint.get", sprint(id)).await
    }

    /// Makes a sprint that has not begun.
    pub async fn create_sprint(&self, sprint: &NewSprint<'_>) -> Result<Sprint, Error> {
        let board: Value = sprint.board.parse::<u64>().map_or_else(|_| sprint.board.into(), Value::from);
        let mut body =
            Map::from_iter([("name".to_owned(), sprint.name.into()), ("originBoardId".to_owned(), board)]);
        body.extend(sprint.goal.map(|goal| ("goal".to_owned(), goal.into())));
        if let Some((start, end)) = sprint.dates {
            body.extend([("startDate".to_owned(), start.into()), ("endDate".to_owned(), end.into())]);
        }
        let path = agile().then("sprint");
        let answer = self.change("jira.sprint.create", Method::POST, path, &body.into()).await?;
        read("jira.sprint.create", &answer)
    }

    /// Changes what is named of a sprint: its name, goal, dates, or `state`.
    pub async fn edit_sprint(&self, id: &str, members: &Map<String, Value>) -> Result<Sprint, Error> {
        let body = Value::from(members.clone());
        let answer = self.change("jira.sprint.edit", Method::POST, sprint(id), &body).await?;
        read("jira.sprint.edit", &answer)
    }

    /// The issues of a sprint. (Cloud marks this as deprecated; a search for `sprint = 7` finds the same.)
    pub fn sprint_issues(&self, id: &str, fields: &[&str]) -> Paged<'a, Issue> {
        self.paged("jira.sprint.issues", sprint(id).then("issue").ask_list("fields", fields))
    }

    /// Moves issues into a sprint, fifty a call. After an error those of earlier calls are in it.
    pub async fn move_to_sprint(&self, id: &str, ids_or_keys: &[String]) -> Result<(), Error> {
        for some in ids_or_keys.chunks(MOST_MOVED) {
            let (path, body) = (sprint(id).then("issue"), json!({ "issues": some }));
            self.change("jira.sprint.move", Method::POST, path, &body).await?;
        }
        Ok(())
    }

    /// Reads an epic.
    pub async fn epic(&self, id_or_key: &str) -> Result<Epic, Error> {
        self.get("jira.epic.get", agile().then("epic").piece(id_or_key)).await
    }

    /// The issues of an epic; those without one, if none is named.
    pub fn epic_issues(&self, id_or_key: Option<&str>, fields: &[&str]) -> Paged<'a, Issue> {
        let epic = agile().then("epic");
        let epic = match id_or_key {
            Some(epic_key) => epic.piece(epic_key),
            None => epic.then("none"),
        };
        self.paged("jira.epic.issues", epic.then("issue").ask_list("fields", fields))
    }
}
