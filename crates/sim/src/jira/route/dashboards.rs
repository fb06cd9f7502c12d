//! Many of Cloud's dashboards changed at once.

use std::collections::BTreeMap;

use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::{body, share, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::jira::dashboard::Dashboard;
use crate::jira::filter::Share;
use crate::jira::input::{flag, object, person, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// How many dashboards one call may change.
const MOST: usize = 100;

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    vec![(Method::PUT, "/dashboard/bulk/edit", Act::Write(edit))]
}

/// What is to be done to each.
enum Change {
    Owner { to: Person, rename: bool },
    Replace(Vec<Share>),
    Add(Vec<Share>),
    Remove(Vec<Share>),
}

fn read(site: &Site, caller: Person, body: &Value) -> Result<Change, Refusal> {
    let action = text(body, "action").unwrap_or_default();
    if action == "changeOwner" {
        let details = body.get("changeOwnerDetails").unwrap_or(&Value::Null);
        let to = text(details, "newOwner").and_then(|id| person(site, id));
        let to = to.ok_or_else(|| Refusal::bad("The new owner is missing or does not exist."))?;
        return Ok(Change::Owner { to, rename: flag(details, "autofixName").unwrap_or_default() });
    }
    let details = body.get("permissionDetails").unwrap_or(&Value::Null);
    let shares = share::read_all(site, caller, details)?;
    let shares = shares.ok_or_else(|| Refusal::bad("The permissionDetails are required."))?;
    match action {
        "changePermission" => Ok(Change::Replace(shares)),
        "addPermission" => Ok(Change::Add(shares)),
        "removePermission" => Ok(Change::Remove(shares)),
        _ => Err(Refusal::bad(format!("The action '{action}' is not valid."))),
    }
}

/// The dashboard as it is to be, or why it cannot be so.
fn changed(
    site: &Site,
    (caller, any): (Person, bool),
    id: u32,
    change: &Change,
) -> Result<Dashboard, String> {
    let found = site.dashboards.list.iter().find(|dashboard| dashboard.id == id);
    let own = |dashboard: &&Dashboard| dashboard.owner.is_some() && (any || dashboard.owner == Some(caller));
    let mut dashboard = found.filter(own).cloned().ok_or("The dashboard does not exist or is not yours.")?;
    match change {
        Change::Owner { to, rename } => {
            let of_new =
                || site.dashboards.list.iter().filter(|other| other.owner == Some(*to) && other.id != id);
            let taken = |name: &str| of_new().any(|other| other.name == name);
            if taken(&dashboard.name) {
                if !rename {
                    return Err("The new owner has a dashboard with the same name.".to_owned());
                }
                let free = (2..).map(|number: u32| format!("{} ({number})", dashboard.name));
                dashboard.name = free.take(1_000).find(|name| !taken(name)).unwrap_or_default();
            }
            dashboard.owner = Some(*to);
        }
        Change::Replace(shares) => dashboard.shares.clone_from(shares),
        Change::Add(shares) => {
            let new = shares.iter().filter(|share| !known(&dashboard.shares, share)).cloned();
            let new: Vec<Share> = new.collect();
            dashboard.shares.extend(new);
        }
        Change::Remove(shares) => dashboard.shares.retain(|share| !known(shares, share)),
    }
    Ok(dashboard)
}

fn known(shares: &[Share], share: &Share) -> bool {
    shares.iter().any(|other| other.with == share.with && other.edit == share.edit)
}

/// `PUT dashboard/bulk/edit`: 200, and which could not be changed.
fn edit(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let caller = signed_in(call)?;
    let body = object(body(call)?)?;
    let ids = body.get("entityIds").and_then(Value::as_array).filter(|ids| !ids.is_empty());
    let ids = ids.and_then(|ids| ids.iter().map(Value::as_u64).collect::<Option<Vec<u64>>>());
    let ids = ids.ok_or_else(|| Refusal::bad("The entityIds are required."))?;
    if ids.len() > MOST {
        return Err(Refusal::bad(format!("No more than {MOST} dashboards can be changed at once.")));
    }
    let any = flag(&body, "extendAdminPermissions").unwrap_or_default();
    if any && !site.is_admin(Some(caller)) {
        return Err(Refusal::bad("Only administrators can use the permissions of administrators."));
    }
    let change = read(site, caller, &body)?;
    let mut errors: BTreeMap<String, Value> = BTreeMap::new();
    for id in ids {
        match changed(site, (caller, any), u32::try_from(id).unwrap_or(0), &change) {
            Err(said) => {
                errors.insert(id.to_string(), json!({"errorMessages": [said], "errors": {}}));
            }
            Ok(mut dashboard) => {
                for share in dashboard.shares.iter_mut().filter(|share| share.id == 0) {
                    share.id = site.filters.take_share();
                }
                if let Some(place) = site.dashboards.get_mut(dashboard.id) {
                    *place = dashboard;
                }
            }
        }
    }
    let action = text(&body, "action").unwrap_or_default();
    Ok(Answer::ok(&json!({"action": action, "entityErrors": errors})))
}
