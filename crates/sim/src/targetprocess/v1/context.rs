//! The context: the site, who calls, and what there is (developer hub, "Context"); and the token for whoever asks.

use http::StatusCode;
use serde_json::{Value, json};

use super::list::Asked;
use super::signed_in;
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::targetprocess::access;
use crate::targetprocess::account::Sort;
use crate::targetprocess::catalog::{Process, Project, Team};
use crate::targetprocess::deed::account::administrates;
use crate::targetprocess::read::Thing;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// `GET Context`, for all projects, for those named, or for those of the entities named.
pub(super) fn context(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (who, asked) = (signed_in(call)?, Asked::of(site, call)?);
    let catalog = &site.catalog;
    let wanted = projects(site, call)?;
    let living = catalog.projects.iter().filter(|(_, project)| project.base.deleted.is_none());
    let chosen: Vec<(Row<Project>, &Project)> =
        living.filter(|(row, _)| wanted.as_ref().is_none_or(|wanted| wanted.contains(row))).collect();
    let projects = chosen.iter().map(|(_, project)| {
        let process = catalog.processes.get(project.process);
        json!({
            "Id": project.base.id, "Name": project.base.name,
            "Process": {"Id": process.id, "Name": process.name}, "Program": null,
        })
    });
    let used = catalog
        .processes
        .iter()
        .filter(|(row, _)| wanted.is_none() || chosen.iter().any(|(_, project)| project.process == *row));
    let acid: u64 = chosen.iter().fold(0x5183_C75C, |acid, (_, project)| {
        acid.wrapping_mul(0x0100_0000_01B3) ^ u64::from(project.base.id)
    });
    let account = catalog.account(who);
    asked.value(
        StatusCode::OK,
        "Context",
        &json!({
            "Acid": format!("{acid:032X}"),
            "Edition": "Pro",
            "Version": "3.30.0.0",
            "AppContext": {"ProjectContext": {"No": false}, "TeamContext": {"No": false}},
            "LoggedUser": account.map(|account| json!({
                "Id": account.id, "FirstName": account.first, "LastName": account.last, "Login": account.login,
                "Email": account.email, "IsActive": account.active, "IsAdministrator": account.admin,
            })),
            "Culture": {
                "Name": "en-US", "TimePattern": "g:i A", "ShortDateFormat": "M/d/yyyy",
                "LongDateFormat": "dddd, MMMM dd, yyyy", "DecimalSeparator": ".",
            },
            "SelectedProjects": {"Items": projects.collect::<Vec<_>>()},
            "SelectedTeams": {"Items": teams(site, call)?},
            "Processes": {"Items": used.map(|(row, one)| process(site, row, one)).collect::<Vec<_>>()},
        }),
    )
}

/// The projects the query names; all when it names none.
fn projects(site: &Site, call: &Call<'_>) -> Result<Option<Vec<Row<Project>>>, Refusal> {
    let mut rows = Vec::new();
    let (ids, projects) = (numbers(call, "ids")?, numbers(call, "projectIds")?);
    if ids.is_none() && projects.is_none() {
        return Ok(None);
    }
    for id in ids.into_iter().flatten() {
        rows.extend(match site.find(Kind::General, id) {
            Some(Thing::Item(id)) => site.items.get(id).map(|item| item.project),
            Some(Thing::Project(row)) => Some(row),
            _ => None,
        });
    }
    for id in projects.into_iter().flatten() {
        rows.extend(site.catalog.projects.find(|project| project.base.id == id));
    }
    Ok(Some(rows))
}

/// Numbers with commas between them; `*` is all, as if nothing was named.
fn numbers(call: &Call<'_>, name: &str) -> Result<Option<Vec<u32>>, Refusal> {
    let named = call.query.list(name);
    if named.is_empty() || named.iter().any(|one| one == "*") {
        return Ok(None);
    }
    let wrong = |text: &str| Refusal::bad(format!("'{text}' is not a valid value of '{name}'."));
    named.iter().map(|text| text.parse().map_err(|_| wrong(text))).collect::<Result<Vec<u32>, _>>().map(Some)
}

fn teams(site: &Site, call: &Call<'_>) -> Result<Vec<Value>, Refusal> {
    let wanted = numbers(call, "teamIds")?;
    let fits = |team: &Team| {
        team.base.deleted.is_none() && wanted.as_ref().is_none_or(|wanted| wanted.contains(&team.base.id))
    };
    let teams = site.catalog.teams.iter().filter(|(_, team)| fits(team));
    Ok(teams.map(|(_, team)| json!({"Id": team.base.id, "Name": team.base.name})).collect())
}

fn process(site: &Site, row: Row<Process>, process: &Process) -> Value {
    let custom = site.catalog.custom.iter().filter(|(_, field)| field.process == row).map(|(_, field)| {
        json!({
            "Id": field.id, "Name": field.name, "EntityKind": field.kind.name(), "Type": field.shape.name(),
            "Required": false, "Listed": false,
        })
    });
    let practices = [
        json!({"Name": "Planning", "EffortPoints": "Point", "IsStoryEffortEqualsSumTasksEffort": false}),
        json!({"Name": "Time Tracking", "IsCloseAssignableIfZeroTimeRemaining": false, "IsTimeDescriptionRequired": true}),
        json!({"Name": "Bug Tracking"}),
        json!({"Name": "Requirements"}),
        json!({"Name": "Test Cases"}),
        json!({"Name": "Help Desk"}),
        json!({"Name": "Iterations"}),
    ];
    json!({
        "Id": process.id,
        "Name": process.name,
        "Terms": {"Items": []},
        "Practices": {"Items": practices},
        "CustomFields": {"Items": custom.collect::<Vec<_>>()},
    })
}

/// `GET Authentication`: the service token of whoever asks. Administrators may ask for anybody's, and for that of `System`.
pub(super) fn token(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (who, asked) = (signed_in(call)?, Asked::of(site, call)?);
    let person = match call.query.get("login").filter(|login| !login.trim().is_empty()) {
        None => who,
        Some(login) => {
            administrates(site, who)?;
            let found = site.catalog.person(|account| {
                account.login.eq_ignore_ascii_case(login)
                    && account.sort != Sort::Requester
                    && account.deleted.is_none()
            });
            found
                .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, format!("User '{login}' is not found.")))?
        }
    };
    let token = site.catalog.account(person).map(access::token_of);
    asked.value(StatusCode::OK, "Authentication", &json!({"Token": token}))
}
