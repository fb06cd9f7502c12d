//! v2: `/api/v2/{entity}[/{id}]` and `/api/history/v2/{entity}`, reading only. Names in camelCase, nulls left out.
//!
//! The streaming service, which takes the same language, is in [`stream`].

mod show;
pub(crate) mod stream;

use axum::routing::MethodFilter as Method;
use http::StatusCode;

use self::show::{Items, OutView, Page, Show};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::targetprocess::format;
use crate::targetprocess::query::eval::Run;
use crate::targetprocess::query::{Condition, Order, Projection, Summary};
use crate::targetprocess::read::Thing;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::{Kind, Subject};
use crate::targetprocess::site::Site;
use crate::targetprocess::v1::signed_in;

/// How many rows a page has unless told, and at most (developer hub, "Result").
const TAKE: (usize, usize) = (25, 1_000);

/// The routes below `/api/v2`.
pub(crate) fn routes() -> Vec<Route<Site>> {
    let mut routes = Vec::new();
    for (method, act) in [(Method::GET, Act::Read(list)), (Method::POST, Act::Read(posted))] {
        routes.push((method, "/{entity}", act));
        routes.push((method, "/{entity}/", act));
    }
    routes.push((Method::GET, "/{entity}/{id}", Act::Read(get)));
    routes.push((Method::GET, "/{entity}/{id}/", Act::Read(get)));
    routes
}

/// The routes below `/api/history/v2`. The vendor's own list has one with two slashes.
pub(crate) fn history_routes() -> Vec<Route<Site>> {
    ["/{entity}", "/{entity}/", "//{entity}"].map(|path| (Method::GET, path, Act::Read(history))).into()
}

/// The kind a path names.
fn entity(name: &str) -> Result<Kind, Refusal> {
    Kind::of(name)
        .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, format!("Entity '{name}' is not found.")))
}

fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let kind = entity(call.param("entity"))?;
    let mut things = site.all(kind);
    if flag(call, "includeDeleted") {
        things.extend(site.deleted(kind));
    }
    page(site, call, kind, things)
}

/// v2 only reads, but lists of deleted entities are documented with POST (developer hub, "Undelete API").
fn posted(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    if call.query.get("includeDeleted").is_none() {
        return Err(Refusal::not_allowed("Writing with API v2"));
    }
    list(site, call)
}

/// `GET {entity}/{id}`: a page with the one resource.
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let (kind, id) = (entity(call.param("entity"))?, call.param("id"));
    let number = id.parse().map_err(|_| Refusal::bad(format!("'{id}' is not an id.")))?;
    let mut found = site.find(kind, number);
    if found.is_none() && flag(call, "includeDeleted") {
        let same = |thing: &Thing| {
            site.read(*thing, crate::targetprocess::schema::Slot::Id).number() == Some(f64::from(number))
        };
        found = site.deleted(kind).into_iter().find(same);
    }
    page(site, call, kind, vec![found.ok_or_else(|| Refusal::missing(kind.name(), id))?])
}

/// `GET /api/history/v2/{entity}`: the full history of a kind of item.
fn history(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let name = call.param("entity");
    let kind = Subject::of(entity(name)?).map(Kind::History);
    let none = || Refusal::new(StatusCode::NOT_FOUND, format!("'{name}' has no history here."));
    let kind = kind.ok_or_else(none)?;
    page(site, call, kind, site.all(kind))
}

/// A flag in the query: there without a value is on.
fn flag(call: &Call<'_>, name: &str) -> bool {
    call.query.get(name).is_some_and(|text| !matches!(text.to_lowercase().as_str(), "0" | "false"))
}

fn page(site: &Site, call: &Call<'_>, kind: Kind, mut things: Vec<Thing>) -> Result<Answer, Refusal> {
    let (query, who) = (&call.query, signed_in(call)?);
    let condition = Condition::v2(site, kind, query.get("where")).map_err(Refusal::bad)?;
    let filter = Condition::board(site, kind, query.get("filter"), who).map_err(Refusal::bad)?;
    let order =
        Order::v2(site, kind, query.get("orderBy"), query.get("orderByDesc")).map_err(Refusal::bad)?;
    let select = query.get("select").filter(|text| !text.trim().is_empty());
    let projection = select.map(|text| Projection::v2(site, kind, text)).transpose().map_err(Refusal::bad)?;
    let result = query.get("result").filter(|text| !text.trim().is_empty());
    let summary = result.map(|text| Summary::v2(site, kind, text)).transpose().map_err(Refusal::bad)?;
    let take = format::count(query, "take", TAKE.0)?.min(TAKE.1);
    let skip = format::count(query, "skip", 0)?;
    let show = Show { site, style: format::style(query)? };
    let run = Run::new(site);
    things.retain(|thing| condition.takes(&run, *thing) && filter.takes(&run, *thing));
    if let Some(summary) = &summary {
        let out = summary.of(&run, things);
        run.finish().map_err(Refusal::bad)?;
        return format::answer(call, StatusCode::OK, &OutView(show, &out));
    }
    order.sort(&run, &mut things);
    let end = skip.saturating_add(take).min(things.len());
    let shown = things.get(skip.min(end)..end).unwrap_or_default();
    let next = (end < things.len() && take > 0).then(|| link(site, call, take, end));
    let prev = (skip > 0 && take > 0).then(|| link(site, call, take.min(skip), skip.saturating_sub(take)));
    let items = Items { show, run: &run, shown, projection: projection.as_ref() };
    let answer = format::answer(call, StatusCode::OK, &Page { next, prev, items })?;
    run.finish().map_err(Refusal::bad)?;
    Ok(answer)
}

/// The same request for another page, without the token.
fn link(site: &Site, call: &Call<'_>, take: usize, skip: usize) -> String {
    let dropped = ["take", "skip", "token", "access_token", "callback", "where"];
    let kept = call.raw_query.split('&').filter(|part| {
        let name = part.split('=').next().unwrap_or_default();
        !part.is_empty() && !dropped.iter().any(|dropped| dropped.eq_ignore_ascii_case(name))
    });
    let whole = |part: &&str| part.split('=').next().is_some_and(|name| name.eq_ignore_ascii_case("where"));
    // A link has `where=` even when the request had none, as in the vendor's examples.
    let condition = call.raw_query.split('&').find(whole).unwrap_or("where=");
    let mut parts = vec![condition.to_owned()];
    parts.extend(kept.map(str::to_owned));
    parts.push(format!("take={take}"));
    parts.push(format!("skip={skip}"));
    format!("{}{}?{}", site.base, call.path, parts.join("&"))
}
