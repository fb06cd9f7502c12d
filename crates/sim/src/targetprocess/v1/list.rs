//! Reading in v1: collections, single resources, inner collections, the context.

use std::cell::Cell;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::json;

use super::include::Tree;
use super::show::ThingView;
use super::{collection, id, json_only, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::targetprocess::query::{Condition, Order};
use crate::targetprocess::read::{Thing, Val};
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::{Kind, Shape};
use crate::targetprocess::site::Site;

/// How many rows a page has unless told, and at most; more is taken for the most (REST v1, "Paging").
const TAKE: (usize, usize) = (25, 1_000);
/// How many rows of inner collections are shown in all, unless told.
const INNER_TAKE: usize = 25;

/// The tree the query asks for.
pub(super) fn tree(kind: Kind, call: &Call<'_>) -> Result<Tree, Refusal> {
    let query = &call.query;
    Tree::read(kind, query.get("include"), query.get("exclude"), query.get("append")).map_err(Refusal::bad)
}

/// `GET {collection}`
pub(crate) fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    json_only(call)?;
    let kind = collection(call)?;
    page(site, call, kind, site.all(kind))
}

/// `GET {collection}/{id}/{inner}`
pub(crate) fn inner(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    json_only(call)?;
    let kind = collection(call)?;
    let id = id(call, kind)?;
    let thing = site.find(kind, id).ok_or_else(|| Refusal::missing(kind.name(), id))?;
    let own = site.kind(thing);
    match own.field(call.param("inner")) {
        Some(field) => match (field.shape, site.read(thing, field.slot)) {
            (Shape::Many(inner), Val::Things(things)) => page(site, call, inner, things),
            _ => Err(Refusal::bad(format!("'{}' is not a collection.", field.name))),
        },
        None => {
            Err(Refusal::bad(format!("Field '{}' is not found on '{}'.", call.param("inner"), own.name())))
        }
    }
}

fn page(site: &Site, call: &Call<'_>, kind: Kind, mut things: Vec<Thing>) -> Result<Answer, Refusal> {
    let query = &call.query;
    let tree = tree(kind, call)?;
    let condition = Condition::v1(kind, query.get("where")).map_err(Refusal::bad)?;
    let order = Order::v1(kind, query.get("orderBy"), query.get("orderByDesc")).map_err(Refusal::bad)?;
    things.retain(|thing| condition.takes(site, *thing));
    order.sort(site, &mut things);
    let (take, skip) = (query.number("take", TAKE.0).min(TAKE.1), query.number("skip", 0));
    let end = skip.saturating_add(take).min(things.len());
    let shown = things.get(skip.min(end)..end).unwrap_or_default();
    let inner = Cell::new(query.number("innerTake", INNER_TAKE));
    let link = |skip: usize| link(site, call, take, skip);
    Ok(Answer::ok(&Page {
        prev: (skip > 0).then(|| link(skip.saturating_sub(take))),
        next: (end < things.len() && take > 0).then(|| link(end)),
        items: Items { site, shown, tree: &tree, inner: &inner },
    }))
}

/// The same request for another page; the query is kept as it came, a token in it as well.
pub(crate) fn link(site: &Site, call: &Call<'_>, take: usize, skip: usize) -> String {
    let kept = call.raw_query.split('&').filter(|part| {
        let name = part.split('=').next().unwrap_or_default();
        !part.is_empty() && !name.eq_ignore_ascii_case("take") && !name.eq_ignore_ascii_case("skip")
    });
    let mut parts: Vec<String> = kept.map(str::to_owned).collect();
    parts.push(format!("take={take}"));
    parts.push(format!("skip={skip}"));
    format!("{}{}?{}", site.base, call.path, parts.join("&"))
}

struct Page<'a> {
    prev: Option<String>,
    next: Option<String>,
    items: Items<'a>,
}

impl Serialize for Page<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(prev) = &self.prev {
            map.serialize_entry("Prev", prev)?;
        }
        if let Some(next) = &self.next {
            map.serialize_entry("Next", next)?;
        }
        map.serialize_entry("Items", &self.items)?;
        map.end()
    }
}

/// Resources one after the other.
pub(super) struct Items<'a> {
    pub(super) site: &'a Site,
    pub(super) shown: &'a [Thing],
    pub(super) tree: &'a Tree,
    pub(super) inner: &'a Cell<usize>,
}

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { site, tree, inner, .. } = *self;
        serializer.collect_seq(self.shown.iter().map(|thing| ThingView {
            site,
            thing: *thing,
            tree,
            inner,
            reference: false,
        }))
    }
}

/// One resource with the fields of a tree.
pub(super) fn single(site: &Site, thing: Thing, tree: &Tree) -> Answer {
    let inner = Cell::new(INNER_TAKE);
    Answer::ok(&ThingView { site, thing, tree, inner: &inner, reference: false })
}

/// `GET {collection}/{id}`; `Users/LoggedUser` is who calls.
pub(crate) fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = signed_in(call)?;
    json_only(call)?;
    let kind = collection(call)?;
    if kind == Kind::User && call.param("id").eq_ignore_ascii_case("LoggedUser") {
        return Ok(single(site, Thing::User(who), &tree(kind, call)?));
    }
    let id = id(call, kind)?;
    let thing = site.find(kind, id).ok_or_else(|| Refusal::missing(kind.name(), id))?;
    Ok(single(site, thing, &tree(kind, call)?))
}

/// `GET Context`: the site, who calls, and what there is.
pub(crate) fn context(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let Person(number) = signed_in(call)?;
    json_only(call)?;
    let account = site.catalog.account(Person(number));
    let processes = site
        .catalog
        .processes
        .iter()
        .map(|(_, process)| json!({"ResourceType": "Process", "Id": process.id, "Name": process.name}));
    let projects = site.catalog.projects.iter().map(|(_, project)| {
        json!({"ResourceType": "Project", "Id": project.id, "Name": project.name, "Abbreviation": project.short})
    });
    Ok(Answer::ok(&json!({
        "ResourceType": "Context",
        "Acid": "0",
        "Edition": "Pro",
        "Version": "3.30.0.0",
        "Culture": {"Name": "en-US", "TimePattern": "g:i A", "ShortDateFormat": "M/d/yyyy", "DecimalSeparator": "."},
        "LoggedUser": account.map(|account| json!({
            "ResourceType": "User", "Id": account.id, "FirstName": account.first, "LastName": account.last,
            "Login": account.login, "Email": account.email, "IsAdministrator": account.admin,
        })),
        "Processes": {"Items": processes.collect::<Vec<_>>()},
        "SelectedProjects": {"Items": projects.collect::<Vec<_>>()},
    })))
}
