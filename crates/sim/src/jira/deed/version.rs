//! Making, changing, ordering, merging and removing versions.

use jiff::civil::Date;
use serde_json::Value;

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::{Project, Version};
use crate::jira::edit::Set;
use crate::jira::hook::{self, News};
use crate::jira::input::{flag, text};
use crate::jira::issue::{Deed, Via};
use crate::jira::refusal::Refusal;
use crate::jira::site::{By, Site};
use crate::jira::view::project::versions;

/// Jira's limit on a version's name.
const NAME: usize = 255;

/// Makes the version a body describes.
pub(crate) fn create(
    site: &mut Site,
    who: Person,
    project: Row<Project>,
    body: &Value,
) -> Result<Row<Version>, Refusal> {
    let id = 10_200 + site.catalog.versions.ever();
    let last = versions(&site.catalog, project).last().map(|row| site.catalog.versions.get(*row).order);
    let mut version = Version {
        id,
        project,
        name: "".into(),
        description: "".into(),
        released: false,
        archived: false,
        start: None,
        release: None,
        order: last.map_or(0, |last| last + 1),
    };
    if text(body, "name").is_none() {
        return Err(Refusal::field("name", "The version name cannot be empty."));
    }
    change(site, None, &mut version, body)?;
    let row = site.catalog.versions.add(version);
    hook::setup::version(site, who, "jira:version_created", row, None);
    Ok(row)
}

/// Changes what a body names; a release or its withdrawal is an event of its own.
pub(crate) fn update(site: &mut Site, who: Person, row: Row<Version>, body: &Value) -> Result<(), Refusal> {
    let mut version = site.catalog.versions.get(row).clone();
    let before = version.released;
    change(site, Some(row), &mut version, body)?;
    let into = text(body, "moveUnfixedIssuesTo").map(|to| by_path(site, to)).transpose()?;
    let released = version.released;
    *site.catalog.versions.get_mut(row) = version;
    if let Some(into) = into.filter(|_| released) {
        replace(site, who, row, Replace { fix: Some(into), affected: None, open_only: true });
    }
    let event = match (before, released) {
        (false, true) => "jira:version_released",
        (true, false) => "jira:version_unreleased",
        _ => "jira:version_updated",
    };
    hook::setup::version(site, who, event, row, None);
    Ok(())
}

/// The version at the end of an address, as `moveUnfixedIssuesTo` gives it.
fn by_path(site: &Site, path: &str) -> Result<Row<Version>, Refusal> {
    let id = path.rsplit('/').next().unwrap_or_default();
    let found = site.catalog.versions.find(|version| version.id.to_string() == id);
    found
        .ok_or_else(|| Refusal::field("moveUnfixedIssuesTo", "The version to move issues to does not exist."))
}

fn change(
    site: &Site,
    own: Option<Row<Version>>,
    version: &mut Version,
    body: &Value,
) -> Result<(), Refusal> {
    if let Some(name) = text(body, "name") {
        let same = |other: &Version| {
            other.project == version.project && other.name.eq_ignore_ascii_case(name.trim())
        };
        let said = if name.trim().is_empty() {
            Some("The version name cannot be empty.".to_owned())
        } else if name.chars().count() > NAME {
            Some(format!("The version name must not exceed {NAME} characters in length."))
        } else if site.catalog.versions.find(same).is_some_and(|row| Some(row) != own) {
            Some("A version with this name already exists in this project.".to_owned())
        } else {
            None
        };
        if let Some(said) = said {
            return Err(Refusal::field("name", said));
        }
        version.name = name.trim().into();
    }
    if let Some(description) = text(body, "description") {
        version.description = description.into();
    }
    version.archived = flag(body, "archived").unwrap_or(version.archived);
    version.released = flag(body, "released").unwrap_or(version.released);
    version.start = day(body, "startDate", "userStartDate", version.start)?;
    version.release = day(body, "releaseDate", "userReleaseDate", version.release)?;
    if version.start.zip(version.release).is_some_and(|(start, release)| start > release) {
        let said = "The start date must be before the release date.";
        return Err(Refusal::field("startDate", said));
    }
    Ok(())
}

fn day(body: &Value, name: &str, user: &str, old: Option<Date>) -> Result<Option<Date>, Refusal> {
    let wrong =
        |name: &str| Refusal::field(name, "The date is not valid. Enter it in the format 'yyyy-MM-dd'.");
    if let Some(given) = text(body, user) {
        return Date::strptime("%d/%b/%y", given)
            .or_else(|_| Date::strptime("%d/%b/%Y", given))
            .map(Some)
            .map_err(|_| wrong(user));
    }
    match body.get(name) {
        None => Ok(old),
        Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => {
            text.get(..10).unwrap_or(text).parse().map(Some).map_err(|_| wrong(name))
        }
        Some(_) => Err(wrong(name)),
    }
}

/// Which version takes a version's place; `None` takes it away only.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Replace {
    pub(crate) fix: Option<Row<Version>>,
    pub(crate) affected: Option<Row<Version>>,
    /// Only in issues that are not resolved, and only as a fix version.
    pub(crate) open_only: bool,
}

/// Puts other versions in a version's place in all issues, with history and webhooks.
pub(crate) fn replace(site: &mut Site, who: Person, old: Row<Version>, by: Replace) {
    let issues: Vec<u32> = site
        .issues
        .iter()
        .filter(|issue| issue.fix_versions.contains(&old) || issue.versions.contains(&old))
        .filter(|issue| !by.open_only || issue.resolution.is_none())
        .map(|issue| issue.id)
        .collect();
    for id in issues {
        let hand = By { who, via: Via::Api };
        let done = site.change(id, hand, (Deed::Update, 0, Box::default()), false, |issue, desk| {
            let fix = swapped(&issue.fix_versions, old, by.fix);
            let mut items = desk.apply(issue, Set::FixVersions(fix));
            if !by.open_only {
                let affected = swapped(&issue.versions, old, by.affected);
                items.extend(desk.apply(issue, Set::Versions(affected)));
            }
            items
        });
        if let Some(done) = done.filter(|done| done.change != 0) {
            hook::announce(site, id, who, &News::IssueUpdated { event: "issue_updated", done });
        }
    }
}

fn swapped(rows: &[Row<Version>], old: Row<Version>, new: Option<Row<Version>>) -> Vec<Row<Version>> {
    let mut rows: Vec<_> = rows.iter().copied().filter(|row| *row != old || new.is_some()).collect();
    for row in &mut rows {
        *row = new.filter(|_| *row == old).unwrap_or(*row);
    }
    let mut seen = Vec::new();
    rows.retain(|row| {
        !seen.contains(row) && {
            seen.push(*row);
            true
        }
    });
    rows
}

/// Removes a version after others took its place.
pub(crate) fn remove(site: &mut Site, who: Person, row: Row<Version>, by: Replace) {
    replace(site, who, row, by);
    hook::setup::version(site, who, "jira:version_deleted", row, by.fix.or(by.affected));
    site.catalog.versions.strike(row);
}

/// Puts all issues of one version into another and removes the first.
pub(crate) fn merge(site: &mut Site, who: Person, row: Row<Version>, into: Row<Version>) {
    replace(site, who, row, Replace { fix: Some(into), affected: Some(into), open_only: false });
    hook::setup::version(site, who, "jira:version_merged", row, Some(into));
    site.catalog.versions.strike(row);
}

/// Moves a version within its project's order: after another, or `First`, `Last`, `Earlier`, `Later`.
pub(crate) fn shift(site: &mut Site, who: Person, row: Row<Version>, body: &Value) -> Result<(), Refusal> {
    let project = site.catalog.versions.get(row).project;
    let mut order = versions(&site.catalog, project);
    let at = order.iter().position(|one| *one == row).unwrap_or_default();
    order.retain(|one| *one != row);
    let place = match (text(body, "after"), text(body, "position")) {
        (Some(after), _) => {
            let after = by_path(site, after)?;
            let found = order.iter().position(|one| *one == after);
            found
                .map(|place| place + 1)
                .ok_or_else(|| Refusal::bad("The versions are not of the same project."))?
        }
        (None, Some("First")) => 0,
        (None, Some("Last")) => order.len(),
        (None, Some("Earlier")) => at.saturating_sub(1),
        (None, Some("Later")) => (at + 1).min(order.len()),
        _ => return Err(Refusal::bad("Either 'after' or 'position' has to be specified.")),
    };
    order.insert(place, row);
    for (number, one) in (0..).zip(order) {
        site.catalog.versions.get_mut(one).order = number;
    }
    hook::setup::version(site, who, "jira:version_moved", row, None);
    Ok(())
}
