//! Who is written to: adding and removing single ones.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::Value;

use super::{EVENTS, administer, body, row};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::input::{self, object, text};
use crate::jira::refusal::Refusal;
use crate::jira::scheme::{Holder, Notice};
use crate::jira::site::Site;

/// How many one request may bring ("Add notifications to notification scheme").
const MOST: usize = 1_000;

pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::Write;
    vec![
        (Method::PUT, "/notificationscheme/{id}/notification", Write(add)),
        (Method::DELETE, "/notificationscheme/{id}/notification/{notification}", Write(delete)),
    ]
}

/// One who is to be written to.
fn holder(site: &Site, one: &Value) -> Result<Holder, Refusal> {
    let kind = text(one, "notificationType").unwrap_or_default();
    let parameter = one.get("parameter").and_then(input::id);
    let named = parameter.as_deref().unwrap_or_default();
    let custom = || site.catalog.customs().any(|(_, custom)| *custom.id == *named);
    let there = match kind {
        "CurrentAssignee" | "Reporter" | "CurrentUser" | "ProjectLead" | "ComponentLead" | "AllWatchers" => {
            true
        }
        "User" => input::person(site, named).is_some(),
        "Group" => site.catalog.group(named).is_some(),
        "ProjectRole" => site.catalog.roles.find(|role| role.id.to_string() == named).is_some(),
        "UserCustomField" | "GroupCustomField" => custom(),
        "EmailAddress" => {
            return Err(Refusal::bad("The notification type 'EmailAddress' is no longer supported."));
        }
        _ => return Err(Refusal::bad(format!("The notification type '{kind}' is not valid."))),
    };
    if !there {
        let said = format!("The parameter '{named}' of the notification type '{kind}' is not valid.");
        return Err(Refusal::bad(said));
    }
    Ok(Holder { kind: kind.into(), parameter: parameter.map(Into::into) })
}

/// The events of a body, and who is to be written to on each.
pub(super) fn read_notices(site: &Site, body: &Value) -> Result<Vec<Notice>, Refusal> {
    let schemes = site.catalog.notification_schemes.iter();
    let ids = schemes.flat_map(|(_, scheme)| &scheme.notices).flat_map(|notice| &notice.to);
    let mut next = ids.map(|(id, _)| id + 1).max().unwrap_or(10_000);
    let (mut notices, mut count) = (Vec::new(), 0);
    for one in body.get("notificationSchemeEvents").and_then(Value::as_array).into_iter().flatten() {
        let event = one.get("event").and_then(|event| input::number(event, "id"));
        let known = |id: &u32| (1..=EVENTS.len()).contains(&usize::try_from(*id).unwrap_or(0));
        let event = event.filter(known).ok_or_else(|| Refusal::bad("The event is missing or unknown."))?;
        let mut to = Vec::new();
        for given in one.get("notifications").and_then(Value::as_array).into_iter().flatten() {
            to.push((next, holder(site, given)?));
            next += 1;
            count += 1;
        }
        notices.push(Notice { event, to });
    }
    if count > MOST {
        return Err(Refusal::bad(format!("No more than {MOST} notifications can be given at once.")));
    }
    Ok(notices)
}

/// `PUT notificationscheme/{id}/notification`
fn add(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, body) = (row(site, call.param("id"))?, object(body(call)?)?);
    let given = read_notices(site, &body)?;
    if given.is_empty() {
        return Err(Refusal::bad("The notificationSchemeEvents are required."));
    }
    let notices = &mut site.catalog.notification_schemes.get_mut(row).notices;
    for new in given {
        match notices.iter_mut().find(|notice| notice.event == new.event) {
            Some(notice) => {
                for (id, holder) in new.to {
                    if notice.to.iter().all(|(_, old)| *old != holder) {
                        notice.to.push((id, holder));
                    }
                }
            }
            None => notices.push(new),
        }
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE notificationscheme/{id}/notification/{notificationId}`
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let row = row(site, call.param("id"))?;
    let wanted = call.param("notification");
    let notices = &mut site.catalog.notification_schemes.get_mut(row).notices;
    let holding = notices.iter_mut().find(|notice| notice.to.iter().any(|(id, _)| id.to_string() == wanted));
    let notice = holding.ok_or_else(|| Refusal::missing("The notification does not exist."))?;
    notice.to.retain(|(id, _)| id.to_string() != wanted);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
