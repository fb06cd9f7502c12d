//! What can be done to items, to what hangs on them, and to projects, releases, teams and people; the same for the API and for
//! people at the screen.
//!
//! A deed reads a request's body, refuses it whole or does it whole, and announces it to the webhook.

pub(crate) mod account;
pub(crate) mod apply;
pub(crate) mod assignment;
pub(crate) mod attachment;
pub(crate) mod comment;
pub(crate) mod convert;
mod custom;
pub(crate) mod effort;
mod given;
pub(crate) mod item;
mod nested;
pub(crate) mod project;
pub(crate) mod read;
pub(crate) mod relation;
pub(crate) mod removal;
pub(crate) mod span;
pub(crate) mod tag;
pub(crate) mod team;
pub(crate) mod time;

use serde_json::Value;

use crate::frame::call::{Call, Person};
use crate::frame::faults::Faults;
use crate::frame::faults::plan::{Normalise, Plan};
use crate::frame::table::{Name, Names};
use crate::targetprocess::hook;
use crate::targetprocess::item::{Deed, Via};
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::site::{By, Site};

/// No table of settings grows beyond this: a simulator is no place for more, and numbers of rows are small.
const ROWS: u32 = 50_000;

/// Who writes, and with which harm done to it.
#[derive(Clone, Copy)]
pub(crate) struct Hand<'a> {
    pub(crate) by: By,
    pub(crate) normalise: Normalise,
    rejects: Option<(&'a Faults, &'a Plan)>,
}

impl<'a> Hand<'a> {
    /// The hand of whoever calls the API.
    pub(crate) fn of(call: &'a Call<'_>, who: Person) -> Self {
        let rejects = Some((call.faults, call.plan));
        Self { by: By { who, via: Via::Api }, normalise: call.plan.normalise, rejects }
    }

    /// The hand of a person at the screen: no faults.
    pub(crate) fn person(who: Person) -> Self {
        Self { by: By { who, via: Via::Person }, normalise: Normalise::default(), rejects: None }
    }

    /// Refuses a member that a fault rule names.
    fn admit(&self, member: &str) -> Result<(), Refusal> {
        let rejected = self.rejects.and_then(|(faults, plan)| faults.rejects(plan, member));
        match rejected {
            None => Ok(()),
            Some(text) => {
                Err(Refusal::bad(text.unwrap_or_else(|| format!("The value of {member} is not valid."))))
            }
        }
    }
}

/// Names of members, as a write keeps them.
fn named<'a>(names: &mut Names, members: impl Iterator<Item = &'a str>) -> Box<[Name]> {
    members.map(|member| names.intern(member)).collect()
}

/// Notes on an item that something hanging on it changed; `changed` names the item's own fields that move with it.
fn touch(site: &mut Site, hand: &Hand<'_>, item: u32, (deed, part): (Deed, u32), changed: Vec<&'static str>) {
    let write = (deed, part, named(&mut site.names, std::iter::empty()));
    let changed = site.change(item, hand.by, write, |_, _, _, _| changed);
    if let Some((changed, former)) = changed.filter(|(changed, _)| !changed.is_empty()) {
        hook::item(site, item, hand.by.who, "Updated", (&changed, former.as_deref()));
    }
}

/// The id a reference names: `{"Id": 5}`; `None` for `null`.
fn reference(member: &str, value: &Value) -> Result<Option<u32>, Refusal> {
    if value.is_null() {
        return Ok(None);
    }
    let id =
        value.as_object().and_then(|object| object.iter().find(|(name, _)| name.eq_ignore_ascii_case("id")));
    let id = id.and_then(|(_, id)| number_of(id)).and_then(|id| u32::try_from(id).ok());
    id.map(Some).ok_or_else(|| Refusal::bad(format!("{member} must be a reference like {{\"Id\": 1}}.")))
}

/// A whole number, also one in quotes: the vendor's own examples have both (developer hub, "Delete, Unassign").
pub(crate) fn number_of(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A reference that must be there.
fn required(member: &str, value: Option<&Value>) -> Result<u32, Refusal> {
    let id = value.map(|value| reference(member, value)).transpose()?.flatten();
    id.ok_or_else(|| Refusal::bad(format!("{member} is required.")))
}

/// 400 for something a body refers to that is not there.
fn unknown(what: &str, id: u32) -> Refusal {
    Refusal::bad(format!("{what} with Id {id} not found."))
}

/// A body's members, found in any case.
pub(crate) struct Members<'a>(&'a serde_json::Map<String, Value>);

impl<'a> Members<'a> {
    pub(crate) fn of(body: &'a Value) -> Result<Self, Refusal> {
        body.as_object().map(Self).ok_or_else(|| Refusal::bad("The body must be an object."))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.iter().find(|(member, _)| member.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn names(&self) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str)
    }

    /// The objects of a nested collection: `{"Items": […]}`, or the list itself, as the vendor's examples have it as well.
    fn nested(&self, name: &str) -> Result<&'a [Value], Refusal> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(value) => {
                let items = value
                    .as_object()
                    .and_then(|object| Members(object).get("Items"))
                    .and_then(Value::as_array);
                items
                    .map(Vec::as_slice)
                    .ok_or_else(|| Refusal::bad(format!("{name} must be like {{\"Items\": []}}.")))
            }
        }
    }
}
