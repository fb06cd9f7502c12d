//! Reading in v1: collections, single resources, inner collections.

use std::cell::Cell;

use http::StatusCode;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::include::Tree;
use super::show::{Show, ThingView};
use super::xml::Xml;
use super::{collection, id, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::targetprocess::date::Style;
use crate::targetprocess::format::{self, Format};
use crate::targetprocess::query::eval::Run;
use crate::targetprocess::query::{Condition, Order};
use crate::targetprocess::read::{Thing, Val};
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::{Kind, Shape};
use crate::targetprocess::site::Site;

/// How many rows a page has unless told, and at most; more is taken for the most (developer hub, "Paging").
const TAKE: (usize, usize) = (25, 1_000);
/// How many rows of inner collections are shown in all, unless told, and at most.
const INNER_TAKE: (usize, usize) = (25, 1_000);

/// How a request wants its answer.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a, 'b> {
    pub(super) site: &'a Site,
    pub(super) call: &'a Call<'b>,
    format: Format,
    style: Style,
}

impl<'a, 'b> Asked<'a, 'b> {
    pub(super) fn of(site: &'a Site, call: &'a Call<'b>) -> Result<Self, Refusal> {
        let format = Format::of(call)?;
        let style = match format {
            Format::Xml => Style::Plain,
            Format::Json => format::style(&call.query)?,
        };
        Ok(Self { site, call, format, style })
    }

    /// How many rows of inner collections it wants.
    pub(super) fn inner(&self) -> Result<Cell<usize>, Refusal> {
        format::count(&self.call.query, "innerTake", INNER_TAKE.0)
            .map(|take| Cell::new(take.min(INNER_TAKE.1)))
    }

    /// One resource with the fields of a tree.
    pub(super) fn single(&self, status: StatusCode, thing: Thing, tree: &Tree) -> Result<Answer, Refusal> {
        let inner = self.inner()?;
        let show = Show { site: self.site, style: self.style, inner: &inner };
        let kind = self.site.kind(thing);
        if self.format == Format::Json {
            return format::answer(self.call, status, &ThingView { show, thing, tree, kind });
        }
        let mut xml = Xml::default();
        xml.thing(show, thing, (kind.name(), kind), tree);
        Ok(format::xml(status, xml.finish()))
    }

    /// Resources one after the other, with links to the pages around.
    pub(super) fn many(
        &self,
        kind: Kind,
        (shown, tree): (&[Thing], &Tree),
        (prev, next): (Option<&str>, Option<&str>),
    ) -> Result<Answer, Refusal> {
        let inner = self.inner()?;
        let show = Show { site: self.site, style: self.style, inner: &inner };
        if self.format == Format::Json {
            let items = Items { show, shown, tree };
            return format::answer(self.call, StatusCode::OK, &Page { prev, next, items });
        }
        let mut xml = Xml::default();
        xml.page(show, kind, [("Prev", prev), ("Next", next)], (shown, tree));
        Ok(format::xml(StatusCode::OK, xml.finish()))
    }

    /// JSON as it stands, or the same as XML below an element with this name.
    pub(super) fn value(
        &self,
        status: StatusCode,
        name: &str,
        value: &serde_json::Value,
    ) -> Result<Answer, Refusal> {
        match self.format {
            Format::Json => format::answer(self.call, status, value),
            Format::Xml => Ok(format::xml(status, super::xml::of_json(name, value))),
        }
    }
}

/// The tree the query asks for.
fn tree(kind: Kind, call: &Call<'_>) -> Result<Tree, Refusal> {
    let query = &call.query;
    Tree::read(kind, query.get("include"), query.get("exclude"), query.get("append")).map_err(Refusal::bad)
}

/// `GET {collection}`
pub(super) fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let kind = collection(call)?;
    page(site, call, (kind, kind.plural()), site.all(kind))
}

/// `GET {collection}/{id}/{inner}`
pub(super) fn inner(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let kind = collection(call)?;
    let id = id(call, kind)?;
    let thing = site.find(kind, id).ok_or_else(|| Refusal::missing(kind.name(), id))?;
    let (own, name) = (site.kind(thing), call.param("inner"));
    let missing =
        || Refusal::new(StatusCode::NOT_FOUND, format!("Field '{name}' is not found on '{}'.", own.name()));
    let field = own.field(name).ok_or_else(missing)?;
    match (field.shape, site.read(thing, field.slot)) {
        (Shape::Many(inner), Val::Things(things)) => {
            let path = format!("{}/{id}/{}", kind.plural(), field.name);
            page(site, call, (inner, &path), things)
        }
        _ => Err(Refusal::bad(format!("'{}' is not a collection.", field.name))),
    }
}

fn page(
    site: &Site,
    call: &Call<'_>,
    (kind, path): (Kind, &str),
    mut things: Vec<Thing>,
) -> Result<Answer, Refusal> {
    let (query, asked) = (&call.query, Asked::of(site, call)?);
    let tree = tree(kind, call)?;
    let condition = Condition::v1(site, kind, query.get("where")).map_err(Refusal::bad)?;
    let order =
        Order::v1(site, kind, query.get("orderBy"), query.get("orderByDesc")).map_err(Refusal::bad)?;
    let take = format::count(query, "take", TAKE.0)?.min(TAKE.1);
    let skip = format::count(query, "skip", 0)?;
    let run = Run::new(site);
    things.retain(|thing| condition.takes(&run, *thing));
    order.sort(&run, &mut things);
    run.finish().map_err(Refusal::bad)?;
    let end = skip.saturating_add(take).min(things.len());
    let shown = things.get(skip.min(end)..end).unwrap_or_default();
    let link = |take: usize, skip: usize| link(&asked, path, take, skip);
    // The page before a page that begins within the first is only as long as what is before it.
    let prev = (skip > 0 && take > 0).then(|| link(take.min(skip), skip.saturating_sub(take)));
    let next = (end < things.len() && take > 0).then(|| link(take, end));
    asked.many(kind, (shown, &tree), (prev.as_deref(), next.as_deref()))
}

/// The same request for another page, without the token: whoever follows a link has to sign in anew.
fn link(asked: &Asked<'_, '_>, path: &str, take: usize, skip: usize) -> String {
    let dropped = ["take", "skip", "token", "access_token", "callback"];
    let kept = asked.call.raw_query.split('&').filter(|part| {
        let name = part.split('=').next().unwrap_or_default();
        !part.is_empty() && !dropped.iter().any(|dropped| dropped.eq_ignore_ascii_case(name))
    });
    let mut parts: Vec<String> = kept.map(str::to_owned).collect();
    if asked.format == Format::Json && asked.call.query.get("format").is_none() {
        parts.insert(0, "format=json".to_owned());
    }
    parts.push(format!("take={take}"));
    parts.push(format!("skip={skip}"));
    format!("{}/api/v1/{path}/?{}", asked.site.base, parts.join("&"))
}

struct Page<'a> {
    prev: Option<&'a str>,
    next: Option<&'a str>,
    items: Items<'a>,
}

impl Serialize for Page<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(prev) = self.prev {
            map.serialize_entry("Prev", prev)?;
        }
        if let Some(next) = self.next {
            map.serialize_entry("Next", next)?;
        }
        map.serialize_entry("Items", &self.items)?;
        map.end()
    }
}

/// Resources one after the other.
struct Items<'a> {
    show: Show<'a>,
    shown: &'a [Thing],
    tree: &'a Tree,
}

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { show, tree, .. } = *self;
        let one = |thing: &Thing| ThingView { show, thing: *thing, tree, kind: show.site.kind(*thing) };
        serializer.collect_seq(self.shown.iter().map(one))
    }
}

/// `GET {collection}/{id}`; `Users/LoggedUser` is who calls.
pub(super) fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    let (kind, asked) = (collection(call)?, Asked::of(site, call)?);
    if kind == Kind::User && call.param("id").eq_ignore_ascii_case("LoggedUser") {
        return asked.single(StatusCode::OK, Thing::User(who), &tree(kind, call)?);
    }
    let id = id(call, kind)?;
    let thing = site.find(kind, id).ok_or_else(|| Refusal::missing(kind.name(), id))?;
    asked.single(StatusCode::OK, thing, &tree(kind, call)?)
}
