//! Settings everybody can read: types, priorities, statuses, resolutions, fields, and the server itself.

use serde::ser::Serialize;
use serde_json::json;

use super::signed_in;
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::jira::Deployment;
use crate::jira::catalog::Category;
use crate::jira::date::Stamp;
use crate::jira::field::Field;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::meta::FieldMeta;
use crate::jira::view::settings::{CategoryView, KindView, PriorityView, ResolutionView, StatusView};
use crate::jira::view::{Show, each};

/// `GET serverInfo`, for anybody.
pub(crate) fn server_info(site: &Site, _: &Call<'_>) -> Result<Answer, Refusal> {
    let (version, numbers, build, kind) = match site.deployment {
        Deployment::Cloud => ("1001.0.0-SNAPSHOT", [1001, 0, 0], 100_290, "Cloud"),
        Deployment::DataCenter => ("10.3.24", [10, 3, 24], 10_030_024, "Data Center"),
        Deployment::Server => ("8.20.30", [8, 20, 30], 820_030, "Server"),
    };
    Ok(Answer::ok(&json!({
        "baseUrl": site.base,
        "version": version,
        "versionNumbers": numbers,
        "deploymentType": kind,
        "buildNumber": build,
        "buildDate": "2026-01-15T00:00:00.000+0000",
        "serverTime": Stamp(site.frame.clock.now()),
        "scmInfo": "0000000000000000000000000000000000000000",
        "serverTitle": "Simulated Jira",
        "defaultLocale": {"locale": "en_US"},
        "serverTimeZone": "UTC",
    })))
}

fn list<'a, T, V: Serialize + 'a>(
    call: &Call<'_>,
    rows: impl Iterator<Item = T>,
    view: impl Fn(&T) -> V,
) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let rows: Vec<T> = rows.collect();
    Ok(Answer::ok(&each(rows.iter(), view)))
}

fn one<T, V: Serialize>(
    call: &Call<'_>,
    what: &str,
    row: Option<T>,
    view: impl Fn(T) -> V,
) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let missing = || Refusal::missing(format!("The {what} with id '{}' does not exist", call.param("id")));
    row.map(|row| Answer::ok(&view(row))).ok_or_else(missing)
}

/// `GET issuetype`
pub(crate) fn kinds(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let show = Show::call(site, call);
    list(call, site.catalog.kinds.iter().map(|(row, _)| row), |row| KindView(show, *row))
}

/// `GET issuetype/{id}`
pub(crate) fn kind(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = site.catalog.kinds.find(|kind| *kind.id == *call.param("id"));
    one(call, "issue type", row, |row| KindView(Show::call(site, call), row))
}

/// `GET priority`
pub(crate) fn priorities(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let show = Show::call(site, call);
    list(call, site.catalog.priorities.iter().map(|(row, _)| row), |row| PriorityView(show, *row, true))
}

/// `GET priority/{id}`
pub(crate) fn priority(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = site.catalog.priorities.find(|priority| *priority.id == *call.param("id"));
    one(call, "priority", row, |row| PriorityView(Show::call(site, call), row, true))
}

/// `GET status`
pub(crate) fn statuses(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let show = Show::call(site, call);
    list(call, site.catalog.statuses.iter().map(|(row, _)| row), |row| StatusView(show, *row))
}

/// `GET status/{idOrName}`
pub(crate) fn status(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let wanted = call.param("id");
    let row = site
        .catalog
        .statuses
        .find(|status| *status.id == *wanted || status.name.eq_ignore_ascii_case(wanted));
    one(call, "status", row, |row| StatusView(Show::call(site, call), row))
}

/// `GET statuscategory`
pub(crate) fn categories(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let show = Show::call(site, call);
    list(call, Category::ALL.into_iter(), |category| CategoryView(show, *category))
}

/// `GET resolution`
pub(crate) fn resolutions(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let show = Show::call(site, call);
    list(call, site.catalog.resolutions.iter().map(|(row, _)| row), |row| ResolutionView(show, *row))
}

/// `GET resolution/{id}`
pub(crate) fn resolution(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = site.catalog.resolutions.find(|resolution| *resolution.id == *call.param("id"));
    one(call, "resolution", row, |row| ResolutionView(Show::call(site, call), row))
}

/// `GET field`
pub(crate) fn fields(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let show = Show::call(site, call);
    let mut fields = Field::all(&site.catalog, site.is_cloud());
    // Data Center has parents, and lists them with the fields of a sub-task's screen only.
    fields.retain(|field| site.is_cloud() || *field != Field::Parent);
    list(call, fields.into_iter(), |field| FieldMeta(show, *field))
}
