//! The levels of security schemes.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::super::task;
use super::{administer, bean, body, find, holder, level_view, listed, row, signed_in, wanted};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::input::{self, flag, object, text};
use crate::jira::refusal::Refusal;
use crate::jira::scheme::{Level, Member, SecurityScheme};
use crate::jira::site::Site;
use crate::jira::task::{Piece, Settled};
use crate::jira::view::Show;

pub(super) fn both() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/project/{project}/securitylevel", Read(of_project)),
        (Method::GET, "/securitylevel/{id}", Read(get)),
    ]
}

pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/issuesecurityschemes/level", Read(list)),
        (Method::PUT, "/issuesecurityschemes/level/default", Write(set_defaults)),
        (Method::PUT, "/issuesecurityschemes/{id}/level", Write(add)),
        (Method::PUT, "/issuesecurityschemes/{id}/level/{level}", Write(update)),
        (Method::DELETE, "/issuesecurityschemes/{id}/level/{level}", Write(delete)),
    ]
}

/// Every level with its scheme.
fn all(site: &Site) -> impl Iterator<Item = (&SecurityScheme, &Level)> {
    let schemes = site.catalog.security_schemes.iter();
    schemes.flat_map(|(_, scheme)| scheme.levels.iter().map(move |level| (scheme, level)))
}

/// `GET project/{idOrKey}/securitylevel`: those the caller may give to issues.
fn of_project(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (project, show) = (find(site, call)?, Show::call(site, call));
    let open: Vec<u32> = site.levels_for(call.caller, project).iter().map(|level| level.id).collect();
    let levels = all(site).filter(|(_, level)| open.contains(&level.id));
    let shown: Vec<Value> = levels.map(|(scheme, level)| level_view(show, scheme, level)).collect();
    Ok(Answer::ok(&json!({"levels": shown})))
}

/// `GET securitylevel/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let id = call.param("id");
    let found = all(site).find(|(_, level)| level.id.to_string() == id);
    let missing = || Refusal::missing(format!("The security level with id '{id}' does not exist"));
    let (scheme, level) = found.ok_or_else(missing)?;
    Ok(Answer::ok(&level_view(Show::call(site, call), scheme, level)))
}

/// `GET issuesecurityschemes/level`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (show, only_default) = (Show::call(site, call), call.query.flag("onlyDefault"));
    let found = all(site).filter(|(scheme, level)| {
        wanted(call, &[("id", level.id), ("schemeId", scheme.id)])
            && (!only_default || scheme.default == Some(level.id))
    });
    let shown: Vec<Value> = found.map(|(scheme, level)| level_view(show, scheme, level)).collect();
    Ok(bean(site, call, "issuesecurityschemes/level", &shown))
}

/// `PUT issuesecurityschemes/level/default`; `-1` is none.
fn set_defaults(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let mut changes = Vec::new();
    for one in listed(&body, "defaultValues")? {
        let scheme = row(site, &one.get("issueSecuritySchemeId").and_then(input::id).unwrap_or_default())?;
        let id = one.get("defaultLevelId").and_then(input::id).unwrap_or_default();
        let levels = &site.catalog.security_schemes.get(scheme).levels;
        let known = levels.iter().find(|level| level.id.to_string() == id).map(|level| level.id);
        if known.is_none() && id != "-1" {
            return Err(Refusal::missing(format!("The security level with id '{id}' is not in the scheme.")));
        }
        changes.push((scheme, known));
    }
    if changes.is_empty() {
        return Err(Refusal::bad("The default values are required."));
    }
    for (scheme, default) in changes {
        site.catalog.security_schemes.get_mut(scheme).default = default;
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The next id of a level, and of a member.
pub(super) fn next_ids(site: &Site) -> (u32, u32) {
    let level = all(site).map(|(_, level)| level.id + 1).max().unwrap_or(10_000);
    let members = all(site).flat_map(|(_, level)| &level.members);
    (level, members.map(|member| member.id + 1).max().unwrap_or(10_000))
}

/// The levels of a body with their members, and the id of the one that is the default.
pub(super) fn read_levels(site: &Site, body: &Value) -> Result<(Vec<Level>, Option<u32>), Refusal> {
    let (first, mut member) = next_ids(site);
    let (mut levels, mut default) = (Vec::new(), None);
    for (id, one) in (first..).zip(listed(body, "levels")?) {
        let name = text(one, "name").map(str::trim).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| Refusal::field("name", "The name of a security level is required."))?;
        let mut members = Vec::new();
        for given in listed(one, "members")? {
            members.push(Member { id: member, holder: holder(site, given)? });
            member += 1;
        }
        if flag(one, "isDefault") == Some(true) && default.replace(id).is_some() {
            return Err(Refusal::bad("Only one security level can be the default."));
        }
        let description = text(one, "description").unwrap_or_default().into();
        levels.push(Level { id, name: name.into(), description, members });
    }
    Ok((levels, default))
}

/// `PUT issuesecurityschemes/{id}/level`: more levels.
fn add(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let row = row(site, call.param("id"))?;
    let (levels, default) = read_levels(site, &object(body(call)?)?)?;
    let scheme = site.catalog.security_schemes.get_mut(row);
    let taken = |level: &Level| scheme.levels.iter().any(|old| old.name.eq_ignore_ascii_case(&level.name));
    if levels.is_empty() || levels.iter().any(taken) {
        return Err(Refusal::bad("The levels are missing, or a name is used already."));
    }
    scheme.levels.extend(levels);
    scheme.default = default.or(scheme.default);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The scheme and the level of the path.
pub(super) fn place(site: &Site, call: &Call<'_>) -> Result<(Row<SecurityScheme>, u32), Refusal> {
    let row = row(site, call.param("id"))?;
    let levels = &site.catalog.security_schemes.get(row).levels;
    let found = levels.iter().find(|level| level.id.to_string() == call.param("level"));
    found.map(|level| (row, level.id)).ok_or_else(|| Refusal::missing("The security level does not exist."))
}

/// The level of the path, to change it.
pub(super) fn entry<'a>(site: &'a mut Site, call: &Call<'_>) -> Result<&'a mut Level, Refusal> {
    let (row, id) = place(site, call)?;
    let mut levels = site.catalog.security_schemes.get_mut(row).levels.iter_mut();
    levels.find(|level| level.id == id).ok_or_else(|| Refusal::missing("The security level does not exist."))
}

/// `PUT issuesecurityschemes/{id}/level/{levelId}`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let level = entry(site, call)?;
    if let Some(name) = text(&body, "name").map(str::trim).filter(|name| !name.is_empty()) {
        level.name = name.into();
    }
    if let Some(description) = text(&body, "description") {
        level.description = description.into();
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE issuesecurityschemes/{id}/level/{levelId}`: a task; its issues get the level of `replaceWith`, or none.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let (row, id) = place(site, call)?;
    let levels = &site.catalog.security_schemes.get(row).levels;
    let instead = match call.query.get("replaceWith").filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => {
            let found = levels.iter().find(|level| level.id.to_string() == text && level.id != id);
            Some(found.ok_or_else(|| Refusal::missing("The level to replace with does not exist."))?.id)
        }
    };
    let facts = site.issues.facts().filter(|fact| fact.level == Some(id));
    let issues = facts.map(|fact| (fact.id, instead)).collect();
    let then = Settled::Gone(row, id);
    task::submitted(site, call, "Delete security level", vec![Piece::Relevel { issues, then }])
}
