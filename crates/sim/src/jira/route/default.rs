//! Defaults of custom fields on Cloud, by context.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::field::find;
use super::rows::administer;
use super::{bean, body};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::custom::{Context, Custom, Held, Shape};
use crate::jira::date;
use crate::jira::edit::read::Place;
use crate::jira::edit::{Hand, custom};
use crate::jira::input::{flag, id, object};
use crate::jira::issue::Via;
use crate::jira::refusal::Refusal;
use crate::jira::site::{By, Site};
use crate::jira::view::put;

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    vec![
        (Method::GET, "/field/{id}/context/defaultValue", Act::Read(list)),
        (Method::PUT, "/field/{id}/context/defaultValue", Act::Write(set)),
    ]
}

/// How a default of a shape is called, and the member that has its value.
fn words(shape: Shape) -> Option<(&'static str, &'static str)> {
    Some(match shape {
        Shape::Text => ("textfield", "text"),
        Shape::Area => ("textarea", "text"),
        Shape::ReadOnly => ("readonly", "text"),
        Shape::Url => ("url", "url"),
        Shape::Number => ("float", "number"),
        Shape::Date => ("datepicker", "date"),
        Shape::Moment => ("datetimepicker", "dateTime"),
        Shape::Select | Shape::Radio => ("option.single", "optionId"),
        Shape::MultiSelect | Shape::Checkboxes => ("option.multiple", "optionIds"),
        Shape::Cascade => ("option.cascading", "optionId"),
        Shape::Person => ("single.user.select", "accountId"),
        Shape::People => ("multi.user.select", "accountIds"),
        Shape::Group => ("grouppicker.single", "groupId"),
        Shape::Groups => ("grouppicker.multiple", "groupIds"),
        Shape::Labels => ("labels", "labels"),
        Shape::Version => ("version.single", "versionId"),
        Shape::Versions => ("version.multiple", "versionIds"),
        Shape::Project => ("project", "projectId"),
        _ => return None,
    })
}

/// A value as the defaults have it: ids, not things.
fn plain(site: &Site, held: &Held) -> Value {
    let catalog = &site.catalog;
    let texts = |ids: &[u32]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    match held {
        Held::Text(text) | Held::Rank(text) => json!(text),
        Held::Area(text) => json!(text.wiki()),
        Held::Number(number) => json!(number),
        Held::Date(date) => json!(date.to_string()),
        Held::Moment(at) => json!(date::Stamp(*at).to_string()),
        Held::Option(id) | Held::Cascade(id, _) | Held::Epic(id, _) => json!(id.to_string()),
        Held::Options(ids) | Held::Sprints(ids) => json!(texts(ids)),
        Held::Person(who) => json!(catalog.account(*who).account_id),
        Held::People(people) => people.iter().map(|who| &*catalog.account(*who).account_id).collect(),
        Held::Group(row) => json!(catalog.groups.get(*row).id),
        Held::Groups(rows) => rows.iter().map(|row| &*catalog.groups.get(*row).id).collect(),
        Held::Labels(labels) => json!(labels),
        Held::Version(row) => json!(catalog.versions.get(*row).id.to_string()),
        Held::Versions(rows) => rows.iter().map(|row| catalog.versions.get(*row).id.to_string()).collect(),
        Held::Project(row) => json!(catalog.projects.get(*row).id.to_string()),
    }
}

fn view(site: &Site, shape: Shape, context: &Context) -> Option<Value> {
    let (kind, member) = words(shape)?;
    let mut shown = json!({"type": kind, "contextId": context.id.to_string()});
    match &context.default {
        Some(held) => put(&mut shown, member, plain(site, held)),
        None if context.current => put(&mut shown, "useCurrent", true),
        None => return None,
    }
    match (&context.default, shape) {
        (Some(Held::Cascade(_, Some(below))), _) => {
            put(&mut shown, "cascadingOptionId", below.to_string());
        }
        (_, Shape::Person) => put(&mut shown, "userFilter", json!({"enabled": false})),
        _ => {}
    }
    Some(shown)
}

/// `GET field/{id}/context/defaultValue`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (custom, ids) = (site.catalog.custom.get(find(site, call)?), call.query.list("contextId"));
    let contexts = custom.contexts.iter();
    let asked = contexts.filter(|one| ids.is_empty() || ids.contains(&one.id.to_string()));
    let all: Vec<Value> = asked.filter_map(|one| view(site, custom.shape, one)).collect();
    Ok(bean(site, call, &format!("field/{}/context/defaultValue", custom.id), &all))
}

/// The value of a default, put the way in which issues are given theirs.
fn given(custom: &Custom, body: &Value) -> Value {
    let Some((_, member)) = words(custom.shape) else { return Value::Null };
    let value = body.get(member).cloned().unwrap_or_default();
    let of = |name: &str, value: &Value| if value.is_null() { Value::Null } else { json!({name: value}) };
    let each = |name: &str| match &value {
        Value::Array(list) => list.iter().map(|one| of(name, one)).collect(),
        other => other.clone(),
    };
    match custom.shape {
        Shape::Cascade => {
            let mut above = of("id", &value);
            if let Some(below) = body.get("cascadingOptionId").and_then(id) {
                put(&mut above, "child", json!({"id": below}));
            }
            above
        }
        Shape::Select | Shape::Radio | Shape::Version | Shape::Project => of("id", &value),
        Shape::MultiSelect | Shape::Checkboxes | Shape::Versions => each("id"),
        Shape::Person => of("accountId", &value),
        Shape::People => each("accountId"),
        Shape::Group => of("groupId", &value),
        Shape::Groups => each("groupId"),
        _ => value,
    }
}

/// `PUT field/{id}/context/defaultValue`: all or none.
fn set(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = administer(site, call)?;
    let (row, body) = (find(site, call)?, object(body(call)?)?);
    let mut field = site.catalog.custom.get(row).clone();
    let list = body.get("defaultValues").and_then(Value::as_array).filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| Refusal::bad("At least one default value is required."))?;
    // Defaults of texts are plain, so they are read as version 2 reads them.
    let mut hand = Hand::of(call, By { who, via: Via::Api });
    hand.adf = false;
    for one in list {
        let kind = one.get("type").and_then(Value::as_str).unwrap_or_default();
        if words(field.shape).is_none_or(|(own, _)| own != kind) {
            return Err(Refusal::bad(format!(
                "The default value type '{kind}' does not fit the custom field."
            )));
        }
        let wanted = one.get("contextId").and_then(id).unwrap_or_default();
        let missing = || Refusal::missing("The custom field context was not found.");
        let place = field.contexts.iter().position(|context| context.id.to_string() == wanted);
        let place = place.ok_or_else(missing)?;
        let context = field.contexts.get(place).ok_or_else(missing)?;
        let at = Place { project: context.projects.first().copied(), kind: context.kinds.first().copied() };
        let default = custom::read(site, &hand, at, row, &given(&field, one)).map_err(Refusal::bad)?;
        let current = flag(one, "useCurrent").unwrap_or_default();
        if let Some(context) = field.contexts.get_mut(place) {
            context.default = default.filter(|_| !current);
            context.current = current;
        }
    }
    *site.catalog.custom.get_mut(row) = field;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
