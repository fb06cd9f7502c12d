//! What hangs on an issue: watchers, votes, links, logged work, files.

mod archive;
pub(crate) mod attachment;
mod comments;
pub(crate) mod content;
pub(crate) mod crowd;
mod entries;
mod excess;
mod histories;
mod hours;
pub(crate) mod link;
pub(crate) mod link_type;
mod notify;
mod picker;
mod properties;
mod property;
pub(crate) mod remote;
mod subtask;
mod vault;
pub(crate) mod worklog;
pub(crate) mod worklogs;

use super::{body, signed_in};
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::Route;
use crate::jira::catalog::Project;
use crate::jira::issue::Via;
use crate::jira::refusal::Refusal;
use crate::jira::site::{By, Site};

/// What both faces have.
pub(crate) fn both() -> Vec<Route<Site>> {
    [
        attachment::both(),
        comments::both(),
        crowd::both(),
        entries::both(),
        link::both(),
        link_type::both(),
        notify::both(),
        picker::both(),
        remote::both(),
        worklog::both(),
        worklogs::both(),
    ]
    .concat()
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    [
        archive::cloud(),
        comments::cloud(),
        content::cloud(),
        crowd::cloud(),
        excess::cloud(),
        histories::cloud(),
        hours::cloud(),
        properties::cloud(),
        vault::cloud(),
        worklog::cloud(),
    ]
    .concat()
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    [archive::data_center(), comments::data_center(), subtask::data_center()].concat()
}

/// An issue somebody who signed in may see, to change something about it.
struct Entered {
    id: u32,
    project: Row<Project>,
    by: By,
}

impl Entered {
    /// Refuses whoever lacks a permission in the issue's project.
    fn needs(
        &self,
        site: &Site,
        permission: &'static str,
        refusal: impl FnOnce() -> Refusal,
    ) -> Result<(), Refusal> {
        if site.allows(Some(self.by.who), self.project, permission) { Ok(()) } else { Err(refusal()) }
    }
}

fn enter(site: &Site, call: &Call<'_>) -> Result<Entered, Refusal> {
    let who = signed_in(call)?;
    let issue = site.see(call.caller, call.param("issue"))?;
    site.stored(issue.id)?;
    Ok(Entered { id: issue.id, project: issue.project, by: By { who, via: Via::Api } })
}
