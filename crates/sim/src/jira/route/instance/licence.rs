//! Which applications are licensed, and for whom.

use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::{administer, body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::circle::{ADMINISTRATORS, Group};
use crate::jira::refusal::Refusal;
use crate::jira::route::strings;
use crate::jira::site::Site;
use crate::jira::view::Show;
use crate::jira::view::person::group;

/// The only application there is.
const KEY: &str = "jira-software";

pub(super) fn both() -> Vec<Route<Site>> {
    use Act::Read;
    vec![(Method::GET, "/applicationrole", Read(roles)), (Method::GET, "/applicationrole/{key}", Read(role))]
}

pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/instance/license", Read(licence)),
        (Method::GET, "/license/approximateLicenseCount", Read(count)),
        (Method::GET, "/license/approximateLicenseCount/product/{key}", Read(count_of)),
    ]
}

pub(super) fn data_center() -> Vec<Route<Site>> {
    vec![(Method::PUT, "/applicationrole/{key}", Act::Write(set_role))]
}

/// The groups whose members may use it; the administrators, when somebody took all of them away.
fn groups(site: &Site) -> Vec<Row<Group>> {
    let chosen = &site.instance.application;
    let named = |name: &str| site.catalog.group(name);
    if chosen.is_empty() {
        return ["jira-software-users", ADMINISTRATORS].into_iter().filter_map(named).collect();
    }
    chosen.iter().filter_map(|name| named(name)).collect()
}

/// How many people have a seat.
fn seats(site: &Site) -> usize {
    let groups = groups(site);
    let inside =
        |person: Person| groups.iter().any(|row| site.catalog.groups.get(*row).members.contains(&person));
    site.catalog.people().filter(|(person, account)| !account.inactive && inside(*person)).count()
}

fn view(site: &Site, call: &Call<'_>) -> Value {
    let groups = groups(site);
    let names: Vec<_> = groups.iter().map(|row| &site.catalog.groups.get(*row).name).collect();
    let first: Vec<_> = names.iter().take(1).collect();
    let mut shown = json!({
        "key": KEY,
        "name": "Jira Software",
        "groups": names,
        "defaultGroups": first,
        "selectedByDefault": true,
        "defined": true,
        "numberOfSeats": -1,
        "remainingSeats": -1,
        "userCount": seats(site),
        "userCountDescription": "users",
        "hasUnlimitedSeats": true,
        "platform": false,
    });
    if let (true, Some(members)) = (site.is_cloud(), shown.as_object_mut()) {
        let show = Show::call(site, call);
        let details: Vec<Value> = groups.iter().map(|row| group(show, *row)).collect();
        members.insert("defaultGroupsDetails".to_owned(), json!(details.iter().take(1).collect::<Vec<_>>()));
        members.insert("groupDetails".to_owned(), json!(details));
    }
    shown
}

/// `GET applicationrole`
fn roles(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    Ok(Answer::ok(&[view(site, call)]))
}

fn known(call: &Call<'_>) -> Result<(), Refusal> {
    let key = call.param("key");
    if key == KEY {
        return Ok(());
    }
    Err(Refusal::missing(format!("No application role found with key '{key}'.")))
}

/// `GET applicationrole/{key}`
fn role(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    known(call)?;
    Ok(Answer::ok(&view(site, call)))
}

/// `PUT applicationrole/{key}` of Data Center: other groups use it from now on.
fn set_role(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    known(call)?;
    let names = strings(&body(call)?, "groups");
    if let Some(unknown) = names.iter().find(|name| site.catalog.group(name).is_none()) {
        return Err(Refusal::bad(format!("The group '{unknown}' does not exist.")));
    }
    site.instance.application = names;
    Ok(Answer::ok(&view(site, call)))
}

/// `GET instance/license`
fn licence(_: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    Ok(Answer::ok(&json!({"applications": [{"id": KEY, "plan": "PAID"}]})))
}

/// `GET license/approximateLicenseCount`
fn count(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    Ok(Answer::ok(&json!({"key": "license.totalApproximateUserCount", "value": seats(site).to_string()})))
}

/// `GET license/approximateLicenseCount/product/{key}`
fn count_of(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let key = call.param("key");
    let count = if key == KEY { seats(site) } else { 0 };
    let name = format!("license.{key}.approximateUserCount");
    Ok(Answer::ok(&json!({"key": name, "value": count.to_string()})))
}
