//! What belongs to a version elsewhere: related work on Cloud, remote links on Data Center.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::{body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::random::Random;
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::Version;
use crate::jira::input::{object, text};
use crate::jira::keep::Related;
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::put;

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/version/{id}/relatedwork", Read(list)),
        (Method::POST, "/version/{id}/relatedwork", Write(create)),
        (Method::PUT, "/version/{id}/relatedwork", Write(update)),
        (Method::DELETE, "/version/{id}/relatedwork/{work}", Write(delete)),
    ]
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/version/remotelink", Read(everywhere)),
        (Method::GET, "/version/{id}/remotelink", Read(links)),
        (Method::POST, "/version/{id}/remotelink", Write(link)),
        (Method::DELETE, "/version/{id}/remotelink", Write(unlink_all)),
        (Method::GET, "/version/{id}/remotelink/{global}", Read(one_link)),
        (Method::POST, "/version/{id}/remotelink/{global}", Write(link)),
        (Method::DELETE, "/version/{id}/remotelink/{global}", Write(unlink)),
    ]
}

/// The version of the path, if the caller may see its project.
fn version(site: &Site, call: &Call<'_>) -> Result<Row<Version>, Refusal> {
    let id = call.param("id");
    let found = site.catalog.versions.find(|version| version.id.to_string() == id);
    let seen =
        |row: &Row<Version>| site.may(call.caller, site.catalog.versions.get(*row).project, Right::Browse);
    found.filter(seen).ok_or_else(|| Refusal::missing(format!("Could not find version for id '{id}'")))
}

/// Its id, for somebody who may resolve and edit issues of the project.
fn writable(site: &Site, call: &Call<'_>) -> Result<u32, Refusal> {
    signed_in(call)?;
    let version = site.catalog.versions.get(version(site, call)?);
    let may = |permission| site.allows(call.caller, version.project, permission);
    if may("RESOLVE_ISSUES") && may("EDIT_ISSUES") {
        return Ok(version.id);
    }
    Err(Refusal::forbidden("You must have the permissions to resolve and edit issues of this project."))
}

fn view(work: &Related) -> Value {
    let mut shown = json!({"relatedWorkId": work.id, "category": work.category, "title": work.title});
    if let Some(url) = &work.url {
        put(&mut shown, "url", url.as_str());
    }
    shown
}

/// `GET version/{id}/relatedwork`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let id = site.catalog.versions.get(version(site, call)?).id;
    let all = site.keep.related.get(&id).into_iter().flatten();
    Ok(Answer::ok(&all.map(view).collect::<Vec<_>>()))
}

fn read(body: &Value, id: String) -> Result<Related, Refusal> {
    let category = text(body, "category").filter(|text| !text.trim().is_empty());
    let category =
        category.ok_or_else(|| Refusal::field("category", "The category is required."))?.to_owned();
    let url = text(body, "url").map(str::to_owned);
    if url.as_ref().is_some_and(|url| !url.contains("://")) {
        return Err(Refusal::field("url", "The URL is not valid."));
    }
    Ok(Related { id, category, title: text(body, "title").unwrap_or_default().to_owned(), url })
}

/// `POST version/{id}/relatedwork`: it gets an id.
fn create(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let id = writable(site, call)?;
    site.keep.next_related += 1;
    let mut random = Random::new(site.seed ^ u64::from(site.keep.next_related).rotate_left(32));
    let (high, low) = (random.next(), random.next());
    let uuid = format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    );
    let work = read(&object(body(call)?)?, uuid)?;
    let shown = view(&work);
    site.keep.related.entry(id).or_default().push(work);
    Ok(Answer::json(StatusCode::CREATED, &shown))
}

fn unknown() -> Refusal {
    Refusal::missing("The related work does not exist.")
}

/// `PUT version/{id}/relatedwork`
fn update(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let id = writable(site, call)?;
    let body = object(body(call)?)?;
    let work = read(&body, text(&body, "relatedWorkId").unwrap_or_default().to_owned())?;
    let shown = view(&work);
    let mut known = site.keep.related.entry(id).or_default().iter_mut();
    let place = known.find(|known| known.id == work.id).ok_or_else(unknown)?;
    *place = work;
    Ok(Answer::ok(&shown))
}

/// `DELETE version/{id}/relatedwork/{relatedWorkId}`
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let id = writable(site, call)?;
    let known = site.keep.related.entry(id).or_default();
    let before = known.len();
    known.retain(|work| work.id != call.param("work"));
    if known.len() == before { Err(unknown()) } else { Ok(Answer::empty(StatusCode::NO_CONTENT)) }
}

fn link_view(site: &Site, call: &Call<'_>, ((version, global), link): (&(u32, String), &Value)) -> Value {
    let path = format!("{}/rest/api/{}/version/{version}/remotelink/{global}", site.base, call.api);
    json!({"self": path, "name": global, "link": link.to_string()})
}

/// `GET version/remotelink`: of all versions the caller sees, by `globalId`.
fn everywhere(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let wanted = call.query.get("globalId").unwrap_or_default();
    let seen = |id: u32| {
        let row = site.catalog.versions.find(|version| version.id == id);
        row.is_some_and(|row| site.may(call.caller, site.catalog.versions.get(row).project, Right::Browse))
    };
    let found = site.keep.remotes.iter().filter(|((id, global), _)| global == wanted && seen(*id));
    Ok(Answer::ok(&json!({"links": found.map(|one| link_view(site, call, one)).collect::<Vec<_>>()})))
}

/// `GET version/{id}/remotelink`
fn links(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let id = site.catalog.versions.get(version(site, call)?).id;
    let own = site.keep.remotes.iter().filter(|((own, _), _)| *own == id);
    Ok(Answer::ok(&json!({"links": own.map(|one| link_view(site, call, one)).collect::<Vec<_>>()})))
}

fn no_link() -> Refusal {
    Refusal::missing("The remote version link does not exist.")
}

/// `GET version/{id}/remotelink/{globalId}`
fn one_link(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let key = (site.catalog.versions.get(version(site, call)?).id, call.param("global").to_owned());
    let found = site.keep.remotes.get_key_value(&key).ok_or_else(no_link)?;
    Ok(Answer::ok(&link_view(site, call, found)))
}

/// `POST version/{id}/remotelink[/{globalId}]`: the body is kept as it is; what the other system calls it comes from the
/// path, the body, or is made up.
fn link(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let id = writable(site, call)?;
    let body = object(body(call)?)?;
    let given = Some(call.param("global")).filter(|global| !global.is_empty());
    site.keep.next_related += 1;
    let made = format!("generated-{}", site.keep.next_related);
    let global = given.or(text(&body, "globalId")).map_or(made, str::to_owned);
    let path = format!("{}/rest/api/{}/version/{id}/remotelink/{global}", site.base, call.api);
    site.keep.remotes.insert((id, global), body);
    Ok(Answer::empty(StatusCode::CREATED).header(http::header::LOCATION, &path))
}

/// `DELETE version/{id}/remotelink`
fn unlink_all(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let id = writable(site, call)?;
    site.keep.remotes.retain(|(own, _), _| *own != id);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE version/{id}/remotelink/{globalId}`
fn unlink(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let id = writable(site, call)?;
    let gone = site.keep.remotes.remove(&(id, call.param("global").to_owned()));
    gone.map(|_| Answer::empty(StatusCode::NO_CONTENT)).ok_or_else(no_link)
}
