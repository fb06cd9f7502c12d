//! Issue security schemes: read on both faces, made, changed and given to projects on Cloud.
//!
//! Data Center has them changed on its pages only, and given to projects with the rest of a project.

mod assign;
mod level;
mod member;
mod scheme;

use serde_json::{Value, json};

use super::project::find;
use super::rows::administer;
use super::{bean, body, signed_in};
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::Route;
use crate::jira::input;
use crate::jira::input::text;
use crate::jira::refusal::Refusal;
use crate::jira::scheme::{Holder, Level, SecurityScheme};
use crate::jira::site::Site;
use crate::jira::view::{Show, put};

/// How many levels and members one request may bring.
const MOST: usize = 100;

/// What both faces have.
pub(crate) fn both() -> Vec<Route<Site>> {
    [scheme::both(), level::both()].concat()
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    [scheme::cloud(), level::cloud(), member::cloud(), assign::cloud()].concat()
}

/// A scheme by the id in the path.
fn row(site: &Site, id: &str) -> Result<Row<SecurityScheme>, Refusal> {
    let found = site.catalog.security_schemes.find(|scheme| scheme.id.to_string() == id);
    found.ok_or_else(|| Refusal::missing("The issue security scheme does not exist."))
}

/// A level of a scheme as the API shows it.
fn level_view(show: Show<'_>, scheme: &SecurityScheme, level: &Level) -> Value {
    let mut shown = json!({
        "self": format!("{}/rest/api/{}/securitylevel/{}", show.site.base, show.api, level.id),
        "id": level.id.to_string(),
        "name": level.name,
        "description": level.description,
    });
    if show.site.is_cloud() {
        put(&mut shown, "isDefault", scheme.default == Some(level.id));
        put(&mut shown, "issueSecuritySchemeId", scheme.id.to_string());
    }
    shown
}

/// A member of a request.
fn holder(site: &Site, body: &Value) -> Result<Holder, Refusal> {
    let given = text(body, "type").unwrap_or_default();
    let kinds = [
        "anyone",
        "applicationRole",
        "projectLead",
        "reporter",
        "assignee",
        "user",
        "group",
        "projectRole",
        "userCustomField",
        "groupCustomField",
    ];
    let kind = kinds.into_iter().find(|kind| kind.eq_ignore_ascii_case(given));
    let kind = kind.ok_or_else(|| Refusal::bad(format!("The member type '{given}' is not valid.")))?;
    let parameter = body.get("parameter").and_then(input::id);
    let named = parameter.as_deref().unwrap_or_default();
    let there = match kind {
        "user" => input::person(site, named).is_some(),
        "group" => site.catalog.group(named).is_some(),
        "projectRole" => site.catalog.roles.find(|role| role.id.to_string() == named).is_some(),
        "userCustomField" | "groupCustomField" => {
            site.catalog.customs().any(|(_, custom)| *custom.id == *named)
        }
        _ => true,
    };
    if !there {
        return Err(Refusal::bad(format!(
            "The parameter '{named}' of the member type '{kind}' is not valid."
        )));
    }
    Ok(Holder { kind: kind.into(), parameter: parameter.map(Into::into) })
}

/// The objects under a name in a body; none when there is no such list.
fn listed<'a>(body: &'a Value, name: &str) -> Result<&'a [Value], Refusal> {
    let list = body.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if list.len() > MOST {
        return Err(Refusal::bad(format!("No more than {MOST} {name} can be given at once.")));
    }
    Ok(list)
}

/// Whether an id is asked for: in every list that names some.
fn wanted(call: &Call<'_>, names: &[(&str, u32)]) -> bool {
    let asked: Vec<_> = names.iter().map(|(name, id)| (call.query.list(name), *id)).collect();
    let any = asked.iter().any(|(list, _)| !list.is_empty());
    // Filtering is inclusive: one list that names it is enough.
    !any || asked.iter().any(|(list, id)| list.contains(&id.to_string()))
}
