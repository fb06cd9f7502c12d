//! Who may use an application, on Data Center; and what may leave it, on Cloud.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::{administer, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::circle::Group;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// The group whose members have a seat.
const GROUP: &str = "jira-software-users";

pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::Read;
    vec![(Method::GET, "/data-policy", Read(policy)), (Method::GET, "/data-policy/project", Read(policies))]
}

pub(super) fn data_center() -> Vec<Route<Site>> {
    use Act::Write;
    vec![
        (Method::POST, "/user/application", Write(seat)),
        (Method::DELETE, "/user/application", Write(unseat)),
    ]
}

/// `GET data-policy`: nothing is held back from apps.
fn policy(_: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    Ok(Answer::ok(&json!({"anyContentBlocked": false})))
}

/// `GET data-policy/project`: of the projects in `ids`.
fn policies(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let ids = call.query.list("ids");
    let all = ids.iter().filter_map(|id| site.catalog.project(id)).map(|row| {
        let policy = json!({"anyContentBlocked": false});
        json!({"id": site.catalog.projects.get(row).id, "dataPolicy": policy})
    });
    Ok(Answer::ok(&json!({"projectDataPolicies": all.collect::<Vec<Value>>()})))
}

/// The person and the group of a request about an application.
fn named(site: &Site, call: &Call<'_>) -> Result<(Person, Row<Group>), Refusal> {
    administer(site, call)?;
    if call.query.get("applicationKey") != Some("jira-software") {
        return Err(Refusal::bad("There is no application with this key."));
    }
    let name = call.query.get("username").unwrap_or_default();
    let person = site.catalog.person(|account| account.name.eq_ignore_ascii_case(name));
    let person = person.ok_or_else(|| Refusal::bad(format!("The user named '{name}' does not exist")))?;
    let group = site.catalog.group(GROUP).ok_or_else(|| Refusal::bad("The application has no group."))?;
    Ok((person, group))
}

/// `POST user/application`
fn seat(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (person, group) = named(site, call)?;
    site.catalog.join(group, person);
    Ok(Answer::empty(StatusCode::OK))
}

/// `DELETE user/application`
fn unseat(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (person, group) = named(site, call)?;
    site.catalog.leave(group, person);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
