//! v1: `/api/v1/{Collection}[/{id}]`, reading and writing, XML unless JSON is asked for.
//!
//! Names in paths are taken in any case, with or without a slash at the end.

mod body;
mod context;
pub(crate) mod include;
mod list;
mod meta;
pub(crate) mod show;
pub(crate) mod undelete;
mod write;
pub(crate) mod xml;

use axum::routing::MethodFilter as Method;
use http::StatusCode;

use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// The routes below `/api/v1`.
pub(crate) fn routes() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    let both = |path, slashed| [path, slashed];
    let mut routes = Vec::new();
    for path in both("/{collection}", "/{collection}/") {
        routes.push((Method::GET, path, Read(at_collection)));
        routes.push((Method::POST, path, Write(to_collection)));
    }
    for path in both("/{collection}/{id}", "/{collection}/{id}/") {
        routes.push((Method::GET, path, Read(at_resource)));
        routes.push((Method::POST, path, Write(to_resource)));
        routes.push((Method::DELETE, path, Write(off_resource)));
    }
    for path in both("/{collection}/{id}/{inner}", "/{collection}/{id}/{inner}/") {
        routes.push((Method::GET, path, Read(list::inner)));
        routes.push((Method::POST, path, Write(to_inner)));
        routes.push((Method::DELETE, path, Write(write::unlink)));
    }
    routes
}

fn is(call: &Call<'_>, name: &str, value: &str) -> bool {
    call.param(name).eq_ignore_ascii_case(value)
}

fn at_collection(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    if is(call, "collection", "context") {
        return context::context(site, call);
    }
    if is(call, "collection", "authentication") {
        return context::token(site, call);
    }
    list::list(site, call)
}

fn at_resource(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    match (is(call, "collection", "index"), is(call, "id", "meta")) {
        (true, true) => meta::index(site, call),
        (false, true) => meta::one(site, call),
        _ => list::get(site, call),
    }
}

fn to_collection(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    if is(call, "collection", "undelete") {
        return undelete::undelete(site, call, false);
    }
    write::create(site, call)
}

fn to_resource(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    match (is(call, "collection", "undelete"), is(call, "id", "bulk")) {
        (true, true) => undelete::undelete(site, call, true),
        (false, true) => write::bulk(site, call),
        _ => write::update(site, call),
    }
}

fn off_resource(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    if is(call, "id", "bulk") { write::bulk_delete(site, call) } else { write::delete(site, call) }
}

/// Nothing is added to an inner collection: it is sent to the collection itself, with a reference.
fn to_inner(_: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    Err(Refusal::not_allowed(format!("Adding to the inner collection '{}'", call.param("inner"))))
}

/// Who calls: v1 and v2 show nothing to anybody else.
pub(crate) fn signed_in(call: &Call<'_>) -> Result<Person, Refusal> {
    call.caller.ok_or_else(|| Refusal::new(StatusCode::UNAUTHORIZED, "Access is denied."))
}

/// The collection the path names.
fn collection(call: &Call<'_>) -> Result<Kind, Refusal> {
    let name = call.param("collection");
    Kind::of(name)
        .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, format!("Resource '{name}' is not found.")))
}

/// The id the path names.
fn id(call: &Call<'_>, kind: Kind) -> Result<u32, Refusal> {
    let text = call.param("id");
    text.parse().map_err(|_| Refusal::bad(format!("'{text}' is not the Id of a {}.", kind.name())))
}
