//! v2: `/api/v2/{entity}[/{id}]`, reading only. Names in camelCase, nulls left out.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::targetprocess::date;
use crate::targetprocess::query::bind::camel;
use crate::targetprocess::query::eval::Out;
use crate::targetprocess::query::{Condition, Order, Projection};
use crate::targetprocess::read::{Thing, Val};
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;
use crate::targetprocess::v1::list::link;
use crate::targetprocess::v1::show::{HeldView, is_plain, number_to};
use crate::targetprocess::v1::signed_in;

/// How many rows a page has unless told, and at most.
const TAKE: (usize, usize) = (25, 1_000);

/// The routes below `/api/v2`.
pub(crate) fn routes() -> Vec<Route<Site>> {
    vec![
        (Method::GET, "/{entity}", Act::Read(list)),
        (Method::GET, "/{entity}/", Act::Read(list)),
        (Method::GET, "/{entity}/{id}", Act::Read(get)),
    ]
}

fn entity(call: &Call<'_>) -> Result<Kind, Refusal> {
    let name = call.param("entity");
    Kind::of(name, true)
        .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, format!("Entity '{name}' is not found.")))
}

/// `GET {entity}`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let kind = entity(call)?;
    page(site, call, kind, site.all(kind))
}

/// `GET {entity}/{id}`: a page with the one resource.
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let kind = entity(call)?;
    let id = call.param("id");
    let number = id.parse().map_err(|_| Refusal::bad(format!("'{id}' is not an id.")))?;
    let thing = site.find(kind, number).ok_or_else(|| Refusal::missing(kind.name(), id))?;
    page(site, call, kind, vec![thing])
}

fn page(site: &Site, call: &Call<'_>, kind: Kind, mut things: Vec<Thing>) -> Result<Answer, Refusal> {
    let query = &call.query;
    if let Some(name) =
        ["result", "filter", "includeDeleted"].into_iter().find(|name| query.get(name).is_some())
    {
        return Err(Refusal::bad(format!("The parameter '{name}' is not understood by this simulator.")));
    }
    let condition = Condition::v2(kind, query.get("where")).map_err(Refusal::bad)?;
    let order = Order::v2(kind, query.get("orderBy")).map_err(Refusal::bad)?;
    let projection =
        query.get("select").map(|text| Projection::v2(kind, text)).transpose().map_err(Refusal::bad)?;
    things.retain(|thing| condition.takes(site, *thing));
    order.sort(site, &mut things);
    let (take, skip) = (query.number("take", TAKE.0).min(TAKE.1), query.number("skip", 0));
    let end = skip.saturating_add(take).min(things.len());
    let shown = things.get(skip.min(end)..end).unwrap_or_default();
    let next = (end < things.len() && take > 0).then(|| link(site, call, take, end));
    let show = Show { site, iso: query.flag("isoDate") };
    Ok(Answer::ok(&Page { show, shown, projection: projection.as_ref(), next }))
}

#[derive(Clone, Copy)]
struct Show<'a> {
    site: &'a Site,
    /// Dates as ISO 8601.
    iso: bool,
}

struct Page<'a> {
    show: Show<'a>,
    shown: &'a [Thing],
    projection: Option<&'a Projection>,
    next: Option<String>,
}

impl Serialize for Page<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(next) = &self.next {
            map.serialize_entry("next", next)?;
        }
        map.serialize_entry("items", &Items(self))?;
        map.end()
    }
}

struct Items<'a>(&'a Page<'a>);

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Page { show, shown, projection, .. } = self.0;
        match projection {
            Some(projection) => serializer
                .collect_seq(shown.iter().map(|thing| OutView(*show, projection.of(show.site, *thing)))),
            None => serializer.collect_seq(shown.iter().map(|thing| Whole(*show, *thing))),
        }
    }
}

/// A resource without a projection: everything but collections.
struct Whole<'a>(Show<'a>, Thing);

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, thing) = *self;
        let kind = show.site.kind(thing);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("resourceType", kind.name())?;
        for field in kind.fields().filter(|field| is_plain(field.shape)) {
            let value = show.site.read(thing, field.slot);
            if value != Val::Null {
                map.serialize_entry(&camel(field.name), &OutView(show, Out::Val(value)))?;
            }
        }
        map.end()
    }
}

struct OutView<'a>(Show<'a>, Out<'a>);

impl Serialize for OutView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, out) = self;
        match out {
            Out::Val(value) => ValView(*show, value).serialize(serializer),
            Out::List(list) => serializer.collect_seq(list.iter().map(|out| OutView(*show, out.clone()))),
            Out::Object(members) => {
                let there = members.iter().filter(|(_, out)| !matches!(out, Out::Val(Val::Null)));
                serializer.collect_map(there.map(|(name, out)| (name, OutView(*show, out.clone()))))
            }
        }
    }
}

struct ValView<'a>(Show<'a>, &'a Val<'a>);

impl Serialize for ValView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, value) = *self;
        match value {
            Val::Null => serializer.serialize_none(),
            Val::Flag(flag) => serializer.serialize_bool(*flag),
            Val::Number(number) => number_to(*number, serializer),
            Val::Text(text) => serializer.serialize_str(text),
            Val::Time(at) => {
                serializer.serialize_str(&if show.iso { date::iso(*at) } else { date::print(*at) })
            }
            Val::Thing(thing) => Reference(show, *thing).serialize(serializer),
            Val::Things(things) => serializer.collect_seq(things.iter().map(|thing| Reference(show, *thing))),
            Val::Custom(fields) => serializer.collect_seq(fields.iter().map(CustomView)),
        }
    }
}

/// What a reference shows: its type and the plain ones of its short fields.
struct Reference<'a>(Show<'a>, Thing);

impl Serialize for Reference<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, thing) = *self;
        let kind = show.site.kind(thing);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("resourceType", kind.name())?;
        for field in kind.short().iter().filter_map(|name| kind.field(name)) {
            let value = show.site.read(thing, field.slot);
            if !matches!(value, Val::Null | Val::Thing(_)) {
                map.serialize_entry(&camel(field.name), &ValView(show, &value))?;
            }
        }
        map.end()
    }
}

struct CustomView<'a>(&'a (&'a str, &'static str, Option<&'a crate::targetprocess::item::Held>));

impl Serialize for CustomView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (name, kind, held) = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", name)?;
        map.serialize_entry("type", kind)?;
        if held.is_some() {
            map.serialize_entry("value", &HeldView(*held))?;
        }
        map.end()
    }
}
