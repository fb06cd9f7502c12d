//! The streaming service: v2's language over all entities of a type, without pages (developer hub, "Result": Streaming).
//!
//! Rows come by id and are written as they are found; between two pieces the site may change. Only access tokens and Basic
//! are taken, and only ten streams at once.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde::ser::{Serialize, SerializeMap, Serializer};
use tokio::sync::OwnedSemaphorePermit;

use super::entity;
use super::show::{Item, OutView, Show};
use crate::frame::answer::Answer;
use crate::frame::call::{Person, Query};
use crate::frame::world::{House, Signed};
use crate::targetprocess::access;
use crate::targetprocess::date::Style;
use crate::targetprocess::format;
use crate::targetprocess::query::eval::{Out, Run};
use crate::targetprocess::query::{Condition, Projection};
use crate::targetprocess::read::Thing;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::{Kind, Slot};
use crate::targetprocess::site::Site;

/// Where the service is.
const PATH: &str = "/svc/tp-apiv2-streaming-service/stream/{entity}";
/// How many rows are looked at in one piece.
const PIECE: usize = 200;

/// The service's routes.
pub(crate) fn router(house: &Arc<House<Site>>) -> Router {
    let slashed = format!("{PATH}/");
    Router::new().route(PATH, get(answer)).route(&slashed, get(answer)).with_state(house.clone())
}

async fn answer(
    State(house): State<Arc<House<Site>>>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let (head, _) = request.into_parts();
    match house.read(|site| open(site, &name, &head)) {
        Ok((reading, login)) => send(house.clone(), reading, login),
        Err(refusal) => refusal.into_response(),
    }
}

/// A stream that is being read.
struct Reading {
    kind: Kind,
    ids: std::vec::IntoIter<u32>,
    conditions: [Condition; 2],
    projection: Option<Projection>,
    style: Style,
    /// Whether the beginning was sent, whether a row was, and whether the end was.
    sent: (bool, bool, bool),
    _place: OwnedSemaphorePermit,
}

fn open(site: &Site, name: &str, head: &Parts) -> Result<(Reading, String), Answer> {
    let query = Query::of(&head.uri);
    let who = admit(site, &head.headers, &query)?;
    let kind = entity(name)?;
    let where_ = Condition::v2(site, kind, query.get("where")).map_err(Refusal::bad)?;
    let filter = Condition::board(site, kind, query.get("filter"), who).map_err(Refusal::bad)?;
    let select = query.get("select").filter(|text| !text.trim().is_empty());
    let projection = select.map(|text| Projection::v2(site, kind, text)).transpose().map_err(Refusal::bad)?;
    let busy = || {
        Refusal::new(StatusCode::TOO_MANY_REQUESTS, "There are too many streams for this account already.")
    };
    let place = site.streams.clone().try_acquire_owned().map_err(|_| busy())?;
    let id = |thing: Thing| site.read(thing, Slot::Id).number().map(|id| id as u32);
    let mut ids: Vec<u32> = site.all(kind).into_iter().filter_map(id).collect();
    ids.sort_unstable();
    let style = format::style(&query)?;
    let conditions = [where_, filter];
    let (ids, sent) = (ids.into_iter(), (false, false, false));
    let reading = Reading { kind, ids, conditions, projection, style, sent, _place: place };
    Ok((reading, site.catalog.login(who).to_owned()))
}

/// Who calls. The service knows neither service tokens nor sessions.
fn admit(site: &Site, headers: &HeaderMap, query: &Query) -> Result<Person, Answer> {
    let known = query.get("access_token").is_some() || headers.contains_key(http::header::AUTHORIZATION);
    let person = if known { access::admit(site, headers, query)? } else { None };
    Ok(person.ok_or_else(|| Refusal::new(StatusCode::UNAUTHORIZED, "Access is denied."))?)
}

fn send(house: Arc<House<Site>>, reading: Reading, login: String) -> Response {
    let pieces = stream::unfold((house, reading), |(house, mut reading)| async move {
        let piece = house.read(|site| reading.piece(site))?;
        let piece = piece.map(Bytes::from).map_err(std::io::Error::other);
        Some((piece, (house, reading)))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.extensions_mut().insert(Signed(login));
    response
}

impl Reading {
    /// The next piece of the answer; `None` after the last. An error cuts the answer off: it has begun already.
    fn piece(&mut self, site: &Site) -> Option<Result<Vec<u8>, String>> {
        if self.sent.2 {
            return None;
        }
        let mut piece = Vec::new();
        if !std::mem::replace(&mut self.sent.0, true) {
            piece.extend_from_slice(b"{\"items\":[");
        }
        let ids: Vec<u32> = self.ids.by_ref().take(PIECE).collect();
        let Self { conditions, projection, style, sent, kind, .. } = self;
        let run = Run::new(site);
        for thing in ids.iter().filter_map(|id| site.find(*kind, *id)) {
            if !conditions.iter().all(|condition| condition.takes(&run, thing)) {
                continue;
            }
            if std::mem::replace(&mut sent.1, true) {
                piece.push(b',');
            }
            let show = Show { site, style: *style };
            let row = Row { item: Item { show, run: &run, thing, projection: projection.as_ref() } };
            if let Err(error) = serde_json::to_writer(&mut piece, &row) {
                sent.2 = true;
                return Some(Err(error.to_string()));
            }
        }
        if let Err(why) = run.finish() {
            sent.2 = true;
            return Some(Err(why));
        }
        if ids.len() < PIECE {
            sent.2 = true;
            piece.extend_from_slice(b"]}");
        }
        Some(Ok(piece))
    }
}

/// A row with its id.
struct Row<'a> {
    item: Item<'a>,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Item { show, run, thing, projection } = self.item;
        let id = show.site.read(thing, Slot::Id).number().unwrap_or_default() as u32;
        let out = match projection {
            Some(projection) => projection.of(run, thing),
            None => Out::thing(thing),
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("__id", &id)?;
        match &out {
            Out::Object(members) => {
                for (name, out) in members.iter().filter(|(_, out)| !out.is_null()) {
                    map.serialize_entry(name, &OutView(show, out))?;
                }
            }
            Out::Val(crate::targetprocess::read::Val::Thing(thing)) => {
                super::show::reference(&mut map, show, *thing)?
            }
            single => map.serialize_entry("value", &OutView(show, single))?,
        }
        map.end()
    }
}
