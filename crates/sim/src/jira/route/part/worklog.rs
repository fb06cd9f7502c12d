//! Work logged on an issue.

use axum::routing::MethodFilter as Method;
use http::StatusCode;

use super::super::issue::settle;
use super::super::{page, slice};
use super::{body, enter, property};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::deed::worklog as deed;
use crate::jira::deed::worklog::Adjust;
use crate::jira::edit::Hand;
use crate::jira::issue::Issue;
use crate::jira::part::Worklog;
use crate::jira::refusal::Refusal;
use crate::jira::site::{By, Site};
use crate::jira::view::Show;
use crate::jira::view::worklog::{WorklogView, WorklogsView, open};

pub(super) fn both() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/issue/{issue}/worklog", Read(list)),
        (Method::POST, "/issue/{issue}/worklog", Write(create)),
        (Method::GET, "/issue/{issue}/worklog/{id}", Read(get)),
        (Method::PUT, "/issue/{issue}/worklog/{id}", Write(update)),
        (Method::DELETE, "/issue/{issue}/worklog/{id}", Write(delete)),
    ]
}

/// What only Cloud has.
pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/issue/{issue}/worklog/{id}/properties", Read(property_keys)),
        (Method::GET, "/issue/{issue}/worklog/{id}/properties/{key}", Read(get_property)),
        (Method::PUT, "/issue/{issue}/worklog/{id}/properties/{key}", Write(set_property)),
        (Method::DELETE, "/issue/{issue}/worklog/{id}/properties/{key}", Write(delete_property)),
    ]
}

fn expands(call: &Call<'_>) -> bool {
    call.query.list("expand").iter().any(|name| name == "properties")
}

/// `GET issue/{idOrKey}/worklog`: by pages on Cloud, and between two times; all at once on Data Center.
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    let show = Show::call(site, call);
    let mut all = open(show, issue);
    let (mut start, mut max) = (0, all.len());
    if site.is_cloud() {
        let time = |name: &str| call.query.get(name).and_then(|text| text.trim().parse::<i64>().ok());
        let (after, before) = (time("startedAfter"), time("startedBefore"));
        all.retain(|worklog| {
            after.is_none_or(|after| worklog.started >= after)
                && before.is_none_or(|before| worklog.started < before)
        });
        (start, max) = page(call, 5_000, 5_000);
    }
    let worklogs = slice(&all, (start, max));
    let properties = expands(call);
    Ok(Answer::ok(&WorklogsView {
        show,
        issue: issue.id,
        start,
        max,
        total: all.len(),
        worklogs,
        properties,
    }))
}

/// The worklog the path names, if the caller may read it.
fn find<'a>(site: &Site, call: &Call<'_>, issue: &'a Issue) -> Result<&'a Worklog, Refusal> {
    let named = call.param("id");
    let found = issue.parts().worklogs.iter().find(|worklog| worklog.id.to_string() == named);
    let found = found.filter(|worklog| site.is_open(call.caller, worklog.visibility.as_ref()));
    found.ok_or_else(|| deed::missing(named))
}

fn view<'a>(site: &'a Site, call: &Call<'_>, issue: u32, worklog: &'a Worklog) -> WorklogView<'a> {
    WorklogView { show: Show::call(site, call), issue, worklog, properties: expands(call) }
}

/// `GET issue/{idOrKey}/worklog/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    Ok(Answer::ok(&view(site, call, issue.id, find(site, call, issue)?)))
}

/// Who may not work on this: 400 on Cloud, 403 on Data Center.
fn denied(site: &Site, what: &str) -> Refusal {
    let status = if site.is_cloud() { StatusCode::BAD_REQUEST } else { StatusCode::FORBIDDEN };
    Refusal::new(status, format!("You do not have the permission to {what}."))
}

/// `POST issue/{idOrKey}/worklog`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let entered = enter(site, call)?;
    entered.needs(site, "WORK_ON_ISSUES", || denied(site, "associate a worklog to this issue"))?;
    let hand = Hand::of(call, entered.by);
    let adjust = adjust(site, call, "reduceBy")?;
    let given = deed::read(site, &hand, &body(call)?)?;
    let id = deed::add(site, &hand, entered.id, given, adjust)?;
    settle(site, call, entered.id);
    show(site, call, (entered.id, id), StatusCode::CREATED)
}

fn adjust(site: &Site, call: &Call<'_>, amount: &str) -> Result<Adjust, Refusal> {
    Adjust::read(site.instance.pace, |name| call.query.get(name).map(str::to_owned), amount)
}

/// The issue and worklog of the path, for somebody who has one of two permissions.
fn own(
    site: &Site,
    call: &Call<'_>,
    permissions: (&'static str, &'static str),
    what: &str,
) -> Result<(u32, u32, By), Refusal> {
    let entered = enter(site, call)?;
    let worklog = find(site, call, site.see(call.caller, call.param("issue"))?)?;
    if deed::may(site, entered.by.who, (entered.id, worklog), permissions) {
        return Ok((entered.id, worklog.id, entered.by));
    }
    Err(denied(site, &format!("{what} the worklog with id: {}", worklog.id)))
}

/// `PUT issue/{idOrKey}/worklog/{id}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (issue, id, by) = own(site, call, ("EDIT_OWN_WORKLOGS", "EDIT_ALL_WORKLOGS"), "edit")?;
    let hand = Hand::of(call, by);
    let adjust = adjust(site, call, "")?;
    let given = deed::read(site, &hand, &body(call)?)?;
    deed::edit(site, &hand, (issue, id), given, adjust)?;
    settle(site, call, issue);
    show(site, call, (issue, id), StatusCode::OK)
}

/// `DELETE issue/{idOrKey}/worklog/{id}`
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (issue, id, by) = own(site, call, ("DELETE_OWN_WORKLOGS", "DELETE_ALL_WORKLOGS"), "delete")?;
    let adjust = adjust(site, call, "increaseBy")?;
    deed::delete(site, &Hand::of(call, by), (issue, id), adjust)?;
    settle(site, call, issue);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The worklog as it is now; gone if a person was faster.
fn show(
    site: &Site,
    call: &Call<'_>,
    (issue, id): (u32, u32),
    status: StatusCode,
) -> Result<Answer, Refusal> {
    let issue = site.issues.get(issue).ok_or_else(Refusal::no_issue)?;
    let worklog = issue.parts().worklogs.iter().find(|worklog| worklog.id == id);
    let worklog = worklog.ok_or_else(|| deed::missing(id))?;
    Ok(Answer::json(status, &view(site, call, issue.id, worklog)))
}

/// `GET issue/{idOrKey}/worklog/{id}/properties`
fn property_keys(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    let worklog = find(site, call, issue)?;
    let path = format!("issue/{}/worklog/{}", issue.id, worklog.id);
    Ok(property::keys(site, call, &path, &worklog.properties))
}

/// `GET issue/{idOrKey}/worklog/{id}/properties/{key}`
fn get_property(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    property::get(site, call, &find(site, call, issue)?.properties)
}

/// The worklog of the path, to change its properties.
fn editable<'a>(site: &'a mut Site, call: &Call<'_>) -> Result<&'a mut Worklog, Refusal> {
    let (issue, id, _) = own(site, call, ("EDIT_OWN_WORKLOGS", "EDIT_ALL_WORKLOGS"), "edit").map_err(
        |refusal| match refusal.status {
            StatusCode::BAD_REQUEST => Refusal { status: StatusCode::FORBIDDEN, ..refusal },
            _ => refusal,
        },
    )?;
    let worklogs = site.issues.get_mut(issue).map(|issue| issue.parts_mut().worklogs.iter_mut());
    let found = worklogs.into_iter().flatten().find(|worklog| worklog.id == id);
    found.ok_or_else(|| deed::missing(id))
}

/// `PUT issue/{idOrKey}/worklog/{id}/properties/{key}`
fn set_property(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let given = property::given(site, call)?;
    Ok(property::set(&mut editable(site, call)?.properties, given))
}

/// `DELETE issue/{idOrKey}/worklog/{id}/properties/{key}`
fn delete_property(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let key = call.param("key");
    let name = site.names.find(key);
    property::delete(&mut editable(site, call)?.properties, name, key)
}
