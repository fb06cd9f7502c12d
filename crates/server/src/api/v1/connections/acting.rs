//! Whether the connection's own account may do what acting as people leaves to it: to change comments that stand under
//! their names. Asked with `…/test`, where a profile has comments written as people.

use std::collections::BTreeSet;

use bowline_core::Code;
use bowline_core::code::SYNC_EDIT_ALL_MISSING;
use bowline_core::connection::Connection;
use bowline_core::feature::Feature;
use serde::Serialize;

use super::scopes;
use crate::app::App;
use crate::problem::Problem;

/// A permission that the account lacks, while everything else works.
#[derive(Serialize)]
pub(super) struct Lack {
    code: Code,
    title: String,
    remedy: Option<&'static str>,
    /// In which projects.
    projects: Vec<String>,
}

/// What the account lacks; nothing where no profile acts, and where the tool does not tell.
pub(super) async fn lack(app: &App, connection: &Connection) -> Result<Option<Lack>, Problem> {
    let mut asked = BTreeSet::new();
    for (_, side, rules) in scopes::rules_at(app, connection).await? {
        if rules.features(side).contains(&Feature::Act) {
            asked.extend(rules.scopes(side).into_iter().map(str::to_owned));
        }
    }
    let catalogue = app.ports.tools.catalogue(connection);
    let mut projects = Vec::new();
    for project in asked {
        match catalogue.edits_all_comments(&project).await {
            Ok(Some(false)) => projects.push(project),
            Ok(_) => {}
            // That it is not known is no fault of the account, and the next project would not be told either.
            Err(_) => break,
        }
    }
    let code = SYNC_EDIT_ALL_MISSING;
    let remedy = code.find().map(|entry| entry.remedy);
    Ok((!projects.is_empty()).then(|| Lack { title: code.title().to_owned(), remedy, projects, code }))
}
