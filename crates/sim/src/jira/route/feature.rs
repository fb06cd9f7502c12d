//! Features of Cloud's projects, and the address their mails come from.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::body;
use super::project::{find, keeper};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::Project;
use crate::jira::input::{object, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// Features of software projects: key, name, what it is, and whether it cannot be turned off.
const KNOWN: &[(&str, &str, &str, bool)] = &[
    ("jsw.classic.roadmap", "Roadmap", "Create and manage epics over time.", true),
    ("jsw.classic.backlog", "Backlog", "Plan and prioritize work in a space of its own.", true),
    ("jsw.classic.board", "Board", "See what everybody works on.", true),
    ("jsw.classic.reports", "Reports", "See how work went.", true),
    ("jsw.classic.releases", "Releases", "Bundle work into versions.", false),
    ("jsw.classic.components", "Components", "Divide work by parts of the product.", false),
    ("jsw.classic.code", "Code", "See the code that belongs to work.", false),
    ("jsw.classic.pages", "Pages", "See the pages that belong to the project.", false),
];

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/project/{project}/features", Read(list)),
        (Method::PUT, "/project/{project}/features/{feature}", Write(set)),
        (Method::GET, "/project/{project}/email", Read(email)),
        (Method::PUT, "/project/{project}/email", Write(set_email)),
    ]
}

fn view(site: &Site, row: Row<Project>) -> Answer {
    let project = site.catalog.projects.get(row);
    let is_off = |key: &str| site.instance.features_off.contains(&(project.id, key.to_owned()));
    let features =
        KNOWN.iter().filter(|_| &*project.genre == "software").map(|(key, name, about, locked)| {
            json!({
                "projectId": project.id,
                "feature": key,
                "state": if is_off(key) { "DISABLED" } else { "ENABLED" },
                "toggleLocked": locked,
                "prerequisites": [],
                "localisedName": name,
                "localisedDescription": about,
                "imageUri": format!("{}/images/features/{key}.svg", site.base),
            })
        });
    Answer::ok(&json!({"features": features.collect::<Vec<Value>>()}))
}

/// `GET project/{idOrKey}/features`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(view(site, find(site, call)?))
}

/// `PUT project/{idOrKey}/features/{featureKey}`
fn set(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = find(site, call)?;
    keeper(site, call, row)?;
    let key = call.param("feature");
    let known = KNOWN.iter().find(|known| known.0 == key);
    let known = known.ok_or_else(|| Refusal::missing(format!("The feature '{key}' does not exist.")))?;
    let body = object(body(call)?)?;
    let on = match text(&body, "state") {
        Some("ENABLED") => true,
        Some("DISABLED") if known.3 => {
            return Err(Refusal::bad(format!("The feature '{}' cannot be turned off.", known.1)));
        }
        Some("DISABLED") => false,
        _ => return Err(Refusal::bad("The state of a feature is ENABLED or DISABLED.")),
    };
    let entry = (site.catalog.projects.get(row).id, key.to_owned());
    if on {
        site.instance.features_off.remove(&entry);
    } else {
        site.instance.features_off.insert(entry);
    }
    Ok(view(site, row))
}

/// `GET project/{id}/email`
fn email(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let project = site.catalog.projects.get(find(site, call)?);
    let own = site.instance.senders.get(&project.id);
    let address = own.map_or("jira@example.com", String::as_str);
    Ok(Answer::ok(&json!({"emailAddress": address, "emailAddressStatus": []})))
}

/// `PUT project/{id}/email`: the usual one again, if the text is empty.
fn set_email(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = find(site, call)?;
    keeper(site, call, row)?;
    let id = site.catalog.projects.get(row).id;
    let body = object(body(call)?)?;
    match text(&body, "emailAddress").map(str::trim) {
        Some("") => {
            site.instance.senders.remove(&id);
        }
        Some(address)
            if address.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')) =>
        {
            site.instance.senders.insert(id, address.to_owned());
        }
        _ => return Err(Refusal::bad("The email address is not valid.")),
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
