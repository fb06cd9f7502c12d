//! Which project has which security scheme.

use axum::routing::MethodFilter as Method;
use serde_json::json;

use super::super::{rows, task};
use super::{administer, bean, body, listed, row, wanted};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::deed::secrecy::mapped;
use crate::jira::input::{id, number, object};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::task::{Piece, Settled};

pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/issuesecurityschemes/project", Read(list)),
        (Method::PUT, "/issuesecurityschemes/project", Write(assign)),
    ]
}

/// `GET issuesecurityschemes/project`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let users = site.catalog.projects.iter().filter_map(|(_, project)| {
        let scheme = site.catalog.security_schemes.get(project.security?);
        wanted(call, &[("issueSecuritySchemeId", scheme.id), ("projectId", project.id)]).then(
            || json!({"issueSecuritySchemeId": scheme.id.to_string(), "projectId": project.id.to_string()}),
        )
    });
    Ok(bean(site, call, "issuesecurityschemes/project", &users.collect::<Vec<_>>()))
}

/// `PUT issuesecurityschemes/project`: a task; the scheme `null` or `-1` is none. Levels can be mapped to those of the new
/// scheme.
fn assign(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let given = |name: &str| body.get(name).and_then(id);
    let project = given("projectId").ok_or_else(|| Refusal::bad("The projectId is required."))?;
    let project = rows::project(site, &project)?;
    let scheme = match given("schemeId") {
        None if body.get("schemeId").is_none() => return Err(Refusal::bad("The schemeId is required.")),
        None => None,
        Some(text) if text == "-1" => None,
        Some(text) => Some(row(site, &text)?),
    };
    let mut maps = Vec::new();
    for one in listed(&body, "oldToNewSecurityLevelMappings")? {
        let from = number(one, "oldLevelId").ok_or_else(|| Refusal::bad("The oldLevelId is required."))?;
        let to = match one.get("newLevelId").and_then(id).as_deref() {
            Some("-1") => None,
            Some(text) => Some(text.parse().map_err(|_| Refusal::bad("The newLevelId is not valid."))?),
            None => return Err(Refusal::bad("The newLevelId is required.")),
        };
        maps.push((from, to));
    }
    let issues = mapped(site, project, scheme, &maps)?;
    let then = Settled::Scheme(project, scheme);
    let title = "Associate an issue security scheme with a project";
    let pieces: Vec<Piece> = vec![Piece::Relevel { issues, then }];
    task::submitted(site, call, title, pieces)
}
