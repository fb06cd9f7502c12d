//! Which features of Jira are on, and how time is counted.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::{administer, body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::input::{object, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::span::{Format, Pace, Unit};

/// The key of the only way of tracking time there is.
const PROVIDER: &str = "JIRA";

pub(super) fn both() -> Vec<Route<Site>> {
    vec![(Method::GET, "/configuration", Act::Read(get))]
}

pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/configuration/timetracking", Read(provider)),
        (Method::PUT, "/configuration/timetracking", Read(choose)),
        (Method::GET, "/configuration/timetracking/list", Read(providers)),
        (Method::GET, "/configuration/timetracking/options", Read(options)),
        (Method::PUT, "/configuration/timetracking/options", Write(set_options)),
    ]
}

pub(super) fn data_center() -> Vec<Route<Site>> {
    vec![(Method::PUT, "/settings/baseUrl", Act::Write(set_base))]
}

/// How time is counted.
fn pace(pace: Pace) -> Value {
    json!({
        "workingHoursPerDay": pace.hours,
        "workingDaysPerWeek": pace.days,
        "timeFormat": pace.format.word(),
        "defaultUnit": pace.unit.word(),
    })
}

/// `GET configuration`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    Ok(Answer::ok(&json!({
        "votingEnabled": true,
        "watchingEnabled": true,
        "unassignedIssuesAllowed": true,
        "subTasksEnabled": true,
        "issueLinkingEnabled": true,
        "timeTrackingEnabled": true,
        "attachmentsEnabled": site.parts.upload.enabled,
        "timeTrackingConfiguration": pace(site.instance.pace),
    })))
}

fn jira(site: &Site) -> Value {
    json!({
        "key": PROVIDER,
        "name": "JIRA provided time tracking",
        "url": format!("{}/secure/admin/TimeTrackingAdmin.jspa", site.base),
    })
}

/// `GET configuration/timetracking`
fn provider(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    Ok(Answer::ok(&jira(site)))
}

/// `PUT configuration/timetracking`: there is only one to choose.
fn choose(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    if text(&body, "key") != Some(PROVIDER) {
        return Err(Refusal::bad("There is no time tracking provider with this key."));
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `GET configuration/timetracking/list`
fn providers(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    Ok(Answer::ok(&[jira(site)]))
}

/// `GET configuration/timetracking/options`
fn options(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    Ok(Answer::ok(&pace(site.instance.pace)))
}

/// `PUT configuration/timetracking/options`: durations are read and written so from now on.
fn set_options(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let number = |name: &str, most: f64| {
        let found = body.get(name).and_then(Value::as_f64).filter(|number| *number > 0.0 && *number <= most);
        found.ok_or_else(|| Refusal::field(name, format!("A number above 0 and up to {most} is required.")))
    };
    let (hours, days) = (number("workingHoursPerDay", 24.0)?, number("workingDaysPerWeek", 7.0)?);
    let format = text(&body, "timeFormat").and_then(Format::parse);
    let format =
        format.ok_or_else(|| Refusal::field("timeFormat", "One of pretty, days and hours is required."))?;
    let unit = text(&body, "defaultUnit").and_then(Unit::parse);
    let unit =
        unit.ok_or_else(|| Refusal::field("defaultUnit", "One of minute, hour, day and week is required."))?;
    site.instance.pace = Pace { hours, days, format, unit };
    Ok(Answer::ok(&pace(site.instance.pace)))
}

/// `PUT settings/baseUrl` of Data Center: where Jira's links lead from now on. The body is the address, as it is or as JSON.
fn set_base(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let given = match body(call) {
        Ok(Value::String(text)) => text,
        _ => String::from_utf8_lossy(&call.body).into_owned(),
    };
    let url = given.trim().trim_end_matches('/').to_owned();
    let named = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    if named.is_none_or(|host| host.is_empty() || host.contains(char::is_whitespace)) {
        return Err(Refusal::bad("The base URL must be an absolute http or https URL."));
    }
    site.base = url;
    Ok(Answer::empty(StatusCode::OK))
}
