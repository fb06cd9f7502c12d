//! Options of custom fields: on Cloud by context, on Data Center by field; and one by its id on both.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::context::place;
use super::project::visible;
use super::rows::{administer, ids};
use super::task::submitted;
use super::{bean, body, slice};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::custom::{Choice, Custom, Shape};
use crate::jira::deed;
use crate::jira::input::{flag, id, object, text};
use crate::jira::jql::Query;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::task::Piece;
use crate::jira::view::put;

/// How many options one call may make, and one field may have (both of Cloud's document).
const AT_ONCE: usize = 1_000;
const MOST: usize = 10_000;

pub(crate) fn table() -> Vec<Route<Site>> {
    vec![(Method::GET, "/customFieldOption/{id}", Act::Read(one))]
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/field/{id}/context/{context}/option", Read(list)),
        (Method::POST, "/field/{id}/context/{context}/option", Write(create)),
        (Method::PUT, "/field/{id}/context/{context}/option", Write(update)),
        (Method::PUT, "/field/{id}/context/{context}/option/move", Write(shift)),
        (Method::DELETE, "/field/{id}/context/{context}/option/{option}", Write(delete)),
        (Method::DELETE, "/field/{id}/context/{context}/option/{option}/issue", Write(replace)),
    ]
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    vec![(Method::GET, "/customFields/{id}/options", Act::Read(of_field))]
}

/// An option with those below it, as Data Center shows it.
fn whole(site: &Site, call: &Call<'_>, custom: &Custom, choice: &Choice) -> Value {
    let below = custom.options.iter().filter(|option| option.parent == Some(choice.id));
    let mut shown = json!({
        "self": format!("{}/rest/api/{}/customFieldOption/{}", site.base, call.api, choice.id),
        "id": choice.id,
        "value": choice.value,
        "disabled": choice.disabled,
    });
    if custom.shape == Shape::Cascade {
        put(&mut shown, "childrenIds", below.map(|option| option.id).collect::<Vec<_>>());
    }
    shown
}

/// `GET customFieldOption/{id}`: for whoever sees a project that has the field.
fn one(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let wanted = call.param("id");
    let customs = site.catalog.customs();
    let mut all = customs.flat_map(|(_, custom)| custom.options.iter().map(move |option| (custom, option)));
    let found = all.find(|(_, option)| option.id.to_string() == wanted).filter(|(custom, _)| {
        site.is_admin(call.caller) || visible(site, call).iter().any(|row| custom.applies(*row, None))
    });
    let missing = || Refusal::missing(format!("A custom field option with id '{wanted}' does not exist"));
    let (custom, option) = found.ok_or_else(missing)?;
    if site.is_cloud() {
        let path = format!("{}/rest/api/{}/customFieldOption/{wanted}", site.base, call.api);
        return Ok(Answer::ok(&json!({"self": path, "value": option.value})));
    }
    Ok(Answer::ok(&whole(site, call, custom, option)))
}

/// `GET customFields/{id}/options`: those offered to any of the projects and issue types that are named.
fn of_field(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    super::signed_in(call)?;
    let wanted = call.param("id");
    let fits = |custom: &Custom| *custom.id == *wanted || custom.number.to_string() == wanted;
    let custom = site.catalog.customs().find(|(_, custom)| fits(custom)).map(|(_, custom)| custom);
    let custom = custom.filter(|custom| visible(site, call).iter().any(|row| custom.applies(*row, None)));
    let missing = || Refusal::missing(format!("The custom field with id '{wanted}' does not exist."));
    let custom = custom.ok_or_else(missing)?;
    let (projects, kinds) = (call.query.list("projectIds"), call.query.list("issueTypeIds"));
    let text = call.query.get("query").unwrap_or_default().to_lowercase();
    let catalog = &site.catalog;
    let offered: Vec<u32> = visible(site, call)
        .into_iter()
        .filter(|row| projects.is_empty() || projects.contains(&catalog.projects.get(*row).id.to_string()))
        .flat_map(|row| {
            let kinds: Vec<_> = catalog
                .kinds_of(row)
                .iter()
                .copied()
                .filter(|kind| {
                    kinds.is_empty() || kinds.iter().any(|id| **id == *catalog.kinds.get(*kind).id)
                })
                .collect();
            kinds.into_iter().filter_map(move |kind| custom.context(row, Some(kind)).map(|one| one.id))
        })
        .collect();
    let fits =
        |option: &&Choice| offered.contains(&option.context) && option.value.to_lowercase().contains(&text);
    let all: Vec<Value> =
        custom.options.iter().filter(fits).map(|option| whole(site, call, custom, option)).collect();
    let (max, number) = (call.query.number("maxResults", 100), call.query.number("page", 1).max(1));
    let shown = slice(&all, ((number - 1).saturating_mul(max), max));
    Ok(Answer::ok(&json!({"options": shown, "total": all.len()})))
}

/// The field and the id of its context that the path names, if the field has options.
fn chosen(site: &Site, call: &Call<'_>) -> Result<(Row<Custom>, u32), Refusal> {
    administer(site, call)?;
    let (row, place) = place(site, call)?;
    let custom = site.catalog.custom.get(row);
    if !custom.shape.is_chosen() || custom.shape.is_agile() {
        return Err(Refusal::bad("The custom field does not have options."));
    }
    let context = custom.contexts.get(place).map(|context| context.id).unwrap_or_default();
    Ok((row, context))
}

fn view(choice: &Choice) -> Value {
    let mut shown = json!({"id": choice.id.to_string(), "value": choice.value, "disabled": choice.disabled});
    if let Some(parent) = choice.parent {
        put(&mut shown, "optionId", parent.to_string());
    }
    shown
}

/// `GET field/{id}/context/{contextId}/option`: first those of the first step, then those below.
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (row, context) = chosen(site, call)?;
    let (wanted, only) = (call.query.get("optionId"), call.query.flag("onlyOptions"));
    let mut all: Vec<&Choice> =
        site.catalog.custom.get(row).options.iter().filter(|option| option.context == context).collect();
    all.retain(|option| !only || option.parent.is_none());
    all.retain(|option| {
        let same = |id: u32| wanted.is_none_or(|wanted| id.to_string() == wanted);
        same(option.id) || option.parent.is_some_and(same)
    });
    all.sort_by_key(|option| option.parent.is_some());
    let shown: Vec<Value> = all.into_iter().map(view).collect();
    Ok(bean(site, call, &format!("field/{}/context/{context}/option", call.param("id")), &shown))
}

/// The options of a request.
fn given(body: &Value) -> Result<&[Value], Refusal> {
    let list = body.get("options").and_then(Value::as_array).filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| Refusal::bad("At least one option is required."))?;
    if list.len() > AT_ONCE {
        return Err(Refusal::bad(format!("At most {AT_ONCE} options can be given at once.")));
    }
    Ok(list)
}

/// Why an option cannot have a value: there is none, or it is taken where it would stand.
fn unfit(
    custom: &Custom,
    own: Option<u32>,
    (context, parent): (u32, Option<u32>),
    value: &str,
) -> Option<String> {
    if value.trim().is_empty() || value.chars().count() > 255 {
        return Some("The value of an option must have between 1 and 255 characters.".to_owned());
    }
    let taken = custom
        .offered(context, parent)
        .any(|option| Some(option.id) != own && option.value.eq_ignore_ascii_case(value));
    taken.then(|| format!("The option '{value}' exists already."))
}

/// `POST field/{id}/context/{contextId}/option`
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (row, context) = chosen(site, call)?;
    let body = object(body(call)?)?;
    let mut made: Vec<Choice> = Vec::new();
    let mut custom = site.catalog.custom.get(row).clone();
    for one in given(&body)? {
        let value = text(one, "value").unwrap_or_default();
        let parent = one.get("optionId").and_then(id);
        let parent = match parent {
            None => None,
            Some(_) if custom.shape != Shape::Cascade => {
                return Err(Refusal::bad("Only cascading options can have a parent option."));
            }
            Some(parent) => {
                let found = custom.offered(context, None).find(|option| option.id.to_string() == parent);
                let missing = || Refusal::missing(format!("The option with ID {parent} was not found."));
                Some(found.ok_or_else(missing)?.id)
            }
        };
        if let Some(said) = unfit(&custom, None, (context, parent), value) {
            return Err(Refusal::bad(said));
        }
        if custom.options.len() >= MOST {
            return Err(Refusal::bad(format!("A field can have at most {MOST} options.")));
        }
        let option = Choice {
            id: site.catalog.next_option(),
            value: value.into(),
            parent,
            context,
            disabled: flag(one, "disabled").unwrap_or_default(),
        };
        custom.options.push(option.clone());
        made.push(option);
    }
    *site.catalog.custom.get_mut(row) = custom;
    Ok(Answer::ok(&json!({"options": made.iter().map(view).collect::<Vec<_>>()})))
}

/// `PUT field/{id}/context/{contextId}/option`: all or none; what changes nothing is not told of.
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (row, context) = chosen(site, call)?;
    let body = object(body(call)?)?;
    let (mut custom, mut changed) = (site.catalog.custom.get(row).clone(), Vec::new());
    for one in given(&body)? {
        let wanted = one.get("id").and_then(id).unwrap_or_default();
        let found = custom
            .options
            .iter()
            .position(|option| option.context == context && option.id.to_string() == wanted);
        let missing = || Refusal::missing(format!("The option with ID {wanted} was not found."));
        let place = found.ok_or_else(missing)?;
        let Some(old) = custom.options.get(place).cloned() else { continue };
        let value = text(one, "value").unwrap_or(&old.value);
        if let Some(said) = unfit(&custom, Some(old.id), (context, old.parent), value) {
            return Err(Refusal::bad(said));
        }
        let disabled = flag(one, "disabled").unwrap_or(old.disabled);
        if *value == *old.value && disabled == old.disabled {
            continue;
        }
        let new = Choice { value: value.into(), disabled, ..old };
        let mut shown = view(&new);
        if let Value::Object(members) = &mut shown {
            members.remove("optionId");
        }
        changed.push(shown);
        if let Some(slot) = custom.options.get_mut(place) {
            *slot = new;
        }
    }
    *site.catalog.custom.get_mut(row) = custom;
    Ok(Answer::ok(&json!({"options": changed})))
}

/// `PUT field/{id}/context/{contextId}/option/move`
fn shift(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (row, context) = chosen(site, call)?;
    let body = object(body(call)?)?;
    let wanted = ids(&body, "customFieldOptionIds");
    let options = &site.catalog.custom.get(row).options;
    let find = |wanted: &str| {
        let found =
            options.iter().find(|option| option.context == context && option.id.to_string() == wanted);
        found.cloned().ok_or_else(|| Refusal::missing(format!("The option with ID {wanted} was not found.")))
    };
    let moved = wanted.iter().map(|id| find(id)).collect::<Result<Vec<Choice>, _>>()?;
    let Some(first) = moved.first() else {
        return Err(Refusal::bad("At least one option is required."));
    };
    let level = first.parent;
    if moved.iter().any(|option| option.parent != level) {
        return Err(Refusal::bad("The options must be on the same level."));
    }
    let is_moved = |option: &Choice| moved.iter().any(|one| one.id == option.id);
    let mut rest: Vec<Choice> = options.iter().filter(|option| !is_moved(option)).cloned().collect();
    let at = match (body.get("after").and_then(id), text(&body, "position")) {
        (Some(after), _) => {
            let after = find(&after)?;
            let place = rest.iter().position(|option| option.id == after.id && after.parent == level);
            place
                .map(|place| place + 1)
                .ok_or_else(|| Refusal::bad("The 'after' option is not on the same level."))?
        }
        (None, Some("First")) => 0,
        (None, Some("Last")) => rest.len(),
        _ => return Err(Refusal::bad("Either 'after' or 'position' (First, Last) is required.")),
    };
    rest.splice(at..at, moved);
    site.catalog.custom.get_mut(row).options = rest;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE field/{id}/context/{contextId}/option/{optionId}`: issues keep nothing of it.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (row, context) = chosen(site, call)?;
    let wanted = call.param("option");
    let custom = site.catalog.custom.get(row);
    let found =
        custom.options.iter().find(|option| option.context == context && option.id.to_string() == wanted);
    let gone = found.map(|option| option.id).ok_or_else(|| Refusal::missing("The option was not found."))?;
    if custom.options.iter().any(|option| option.parent == Some(gone)) {
        return Err(Refusal::bad("Options with cascading options cannot be deleted."));
    }
    deed::option::withdraw(site, row, gone, None, None);
    site.catalog.custom.get_mut(row).options.retain(|option| option.id != gone);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE field/{id}/context/{contextId}/option/{optionId}/issue`: a task that takes the option out of the issues a
/// query finds, or puts another in its place.
fn replace(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (row, context) = chosen(site, call)?;
    let options = &site.catalog.custom.get(row).options;
    let find = |wanted: &str| {
        let found = options.iter().find(|one| one.context == context && one.id.to_string() == wanted);
        found.map(|one| one.id).ok_or_else(|| Refusal::missing("The option was not found."))
    };
    let option = find(call.param("option"))?;
    let instead = call.query.get("replaceWith").map(find).transpose()?;
    let query = Query::read(site, call.query.get("jql").unwrap_or_default());
    let query = query?;
    let issues: Vec<u32> = query.all(site, call.caller).into_iter().map(|issue| issue.id).collect();
    let piece = Piece::Withdraw { field: row, option, instead, issues };
    submitted(site, call, "Replace a custom field option", vec![piece])
}
