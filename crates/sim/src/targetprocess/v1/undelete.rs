//! Bringing back what was deleted (developer hub, "Undelete API"): `POST Undelete`, `POST Undelete/bulk`, and the older
//! `/api/deletedItems/v1/{projects|users}`.

use http::StatusCode;
use serde_json::{Value, json};

use super::list::Asked;
use super::signed_in;
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::targetprocess::deed::{Hand, Members, account, number_of, removal};
use crate::targetprocess::format;
use crate::targetprocess::read::{Thing, Val};
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::{Kind, Slot};
use crate::targetprocess::site::Site;

/// How many resources one request may bring back.
const LIMIT: usize = 500;

fn named(body: &Value) -> Result<(Kind, u32), Refusal> {
    let members = Members::of(body)?;
    let name = members
        .get("EntityType")
        .and_then(Value::as_str)
        .ok_or_else(|| Refusal::bad("EntityType is required."))?;
    let id = members.get("Id").and_then(number_of).and_then(|id| u32::try_from(id).ok());
    let id = id.ok_or_else(|| Refusal::bad("Id is required and must be a number."))?;
    let kind = Kind::of(name).ok_or_else(|| Refusal::bad(format!("EntityType '{name}' is not known.")))?;
    Ok((kind, id))
}

/// `POST Undelete` and, with an array, `POST Undelete/bulk`: all or as many as come before one that is refused.
pub(super) fn undelete(site: &mut Site, call: &Call<'_>, bulk: bool) -> Result<Answer, Refusal> {
    let hand = Hand::of(call, signed_in(call)?);
    account::administrates(site, hand.by.who)?;
    Asked::of(site, call)?;
    let body = call.json().map_err(|_| Refusal::unreadable("JSON"))?;
    if !bulk {
        let (kind, id) = named(&body)?;
        removal::undelete(site, &hand, kind, id)?;
        let back = json!({"ResourceType": kind.name(), "Id": id});
        return Asked::of(site, call)?.value(StatusCode::OK, kind.name(), &back);
    }
    let list = body.as_array().ok_or_else(|| Refusal::bad("The body must be an array."))?;
    if list.len() > LIMIT {
        return Err(Refusal::bad(format!("No more than {LIMIT} resources can be brought back at once.")));
    }
    let wanted: Vec<(Kind, u32)> = list.iter().map(named).collect::<Result<_, _>>()?;
    let mut back = Vec::new();
    for (kind, id) in wanted {
        removal::undelete(site, &hand, kind, id)?;
        back.push(json!({"ResourceType": kind.name(), "Id": id}));
    }
    Asked::of(site, call)?.value(StatusCode::OK, "Items", &json!({"Items": back}))
}

/// The kind a path of the older API names.
fn old(call: &Call<'_>) -> Result<Kind, Refusal> {
    let name = call.param("kind");
    let found = Kind::of(name).filter(|kind| matches!(kind, Kind::Project | Kind::User));
    found.ok_or_else(|| {
        Refusal::new(StatusCode::NOT_FOUND, format!("Deleted items of '{name}' are not kept here."))
    })
}

/// `GET /api/deletedItems/v1/{projects|users}`
pub(crate) fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    account::administrates(site, signed_in(call)?)?;
    let kind = old(call)?;
    let shown = site.deleted(kind).into_iter().filter(|thing| site.kind(*thing) == kind).map(|thing| {
        let name = if matches!(thing, Thing::User(_)) { Slot::FullName } else { Slot::Name };
        let name =
            if let Val::Text(name) = site.read(thing, name) { name.into_owned() } else { String::new() };
        let id = site.read(thing, Slot::Id).number().unwrap_or_default();
        json!({"resourceType": kind.name(), "id": id as u32, "name": name})
    });
    format::answer(call, StatusCode::OK, &shown.collect::<Vec<_>>())
}

/// `POST /api/deletedItems/v1/{projects|users}/{id}/restore`
pub(crate) fn restore(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let hand = Hand::of(call, signed_in(call)?);
    let (kind, text) = (old(call)?, call.param("id"));
    let id = text.parse().map_err(|_| Refusal::bad(format!("'{text}' is not an Id.")))?;
    removal::undelete(site, &hand, kind, id)?;
    format::answer(call, StatusCode::OK, &json!({"resourceType": kind.name(), "id": id}))
}
