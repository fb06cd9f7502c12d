//! Reading a profile document for a tenant: what can be told without asking any tool.

use bowline_core::connection::Connection;
use bowline_core::{Side, code};
use bowline_mapping::{Document, Problem as Fault, Problems, Rules};
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::caller::Caller;
use crate::problem::Problem;

/// A document on its way in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    pub(super) document: String,
}

/// A document that fits together, with the tenant's connections that it names.
pub(super) struct Reading {
    pub(super) name: String,
    pub(super) rules: Rules,
    pub(super) left: Connection,
    pub(super) right: Connection,
}

/// Why a document cannot be used.
pub(super) enum Unusable {
    /// These have to be corrected in it.
    Faults(Vec<Fault>),
    /// The database did not answer.
    Other(Problem),
}

impl From<Problems> for Unusable {
    fn from(problems: Problems) -> Self {
        Self::Faults(problems.0)
    }
}

impl From<Unusable> for Problem {
    fn from(unusable: Unusable) -> Self {
        match unusable {
            Unusable::Faults(faults) => {
                let detail =
                    "The document has mistakes; `problems` names each with its line and what to write.";
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, code::MAPPING_INVALID, detail)
                    .with("problems", faults)
            }
            Unusable::Other(problem) => problem,
        }
    }
}

/// Reads a document, compiles its rules and finds its connections.
pub(super) async fn read(app: &App, caller: &Caller, text: &str) -> Result<Reading, Unusable> {
    let document = Document::parse(text)?;
    let name = document.name().to_owned();
    let rules = Rules::new(document)?;
    let known = app.ports.registry.connections(caller.tenant).await;
    let known = known.map_err(|error| Unusable::Other(error.into()))?;
    let find = |side| {
        let named = match side {
            Side::Left => rules.left_connection(),
            Side::Right => rules.right_connection(),
        };
        let found = known.iter().find(|connection| connection.name == named).cloned();
        found.ok_or_else(|| unknown_connection(text, side, named, &known))
    };
    match (find(Side::Left), find(Side::Right)) {
        (Ok(left), Ok(right)) => Ok(Reading { name, rules, left, right }),
        (left, right) => Err(Unusable::Faults([left.err(), right.err()].into_iter().flatten().collect())),
    }
}

fn unknown_connection(text: &str, side: Side, named: &str, known: &[Connection]) -> Fault {
    let names: Vec<String> = known.iter().map(|connection| format!("`{}`", connection.name)).collect();
    let fix = match names.as_slice() {
        [] => "Make the connection first.".to_owned(),
        names => format!("Write one of {}, or make the connection first.", names.join(", ")),
    };
    Fault {
        pointer: format!("/{side}/connection"),
        line: line_of(text, side, named),
        message: format!("There is no connection `{named}`."),
        fix,
    }
}

/// The line that names a side's connection: the first such line for the left, the last for the right.
fn line_of(text: &str, side: Side, named: &str) -> Option<usize> {
    let mut lines =
        text.lines().zip(1..).filter(|(line, _)| line.contains("connection") && line.contains(named));
    let found = match side {
        Side::Left => lines.next(),
        Side::Right => lines.last(),
    };
    found.map(|(_, number)| number)
}
