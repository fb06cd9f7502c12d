//! What can be done to items, comments, assignments and relations, the same for the API and for people.
//!
//! A deed reads a request's body, refuses it whole or does it whole, and announces it to the webhook.

pub(crate) mod apply;
pub(crate) mod assignment;
pub(crate) mod comment;
pub(crate) mod item;
pub(crate) mod read;
pub(crate) mod relation;

use serde_json::Value;

use crate::frame::call::{Call, Person};
use crate::frame::faults::Faults;
use crate::frame::faults::plan::{Normalise, Plan};
use crate::frame::table::{Name, Names};
use crate::targetprocess::item::Via;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::site::By;

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

/// The id a reference names: `{"Id": 5}`; `None` for `null`.
fn reference(member: &str, value: &Value) -> Result<Option<u32>, Refusal> {
    if value.is_null() {
        return Ok(None);
    }
    let id =
        value.as_object().and_then(|object| object.iter().find(|(name, _)| name.eq_ignore_ascii_case("id")));
    let id = id.and_then(|(_, id)| id.as_u64()).and_then(|id| u32::try_from(id).ok());
    id.map(Some).ok_or_else(|| Refusal::bad(format!("{member} must be a reference like {{\"Id\": 1}}.")))
}

/// A reference that must be there.
fn required(member: &str, value: Option<&Value>) -> Result<u32, Refusal> {
    let id = value.map(|value| reference(member, value)).transpose()?.flatten();
    id.ok_or_else(|| Refusal::bad(format!("{member} is required.")))
}

/// A body's members, found in any case.
struct Members<'a>(&'a serde_json::Map<String, Value>);

impl<'a> Members<'a> {
    fn of(body: &'a Value) -> Result<Self, Refusal> {
        body.as_object().map(Self).ok_or_else(|| Refusal::bad("The body must be an object."))
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.iter().find(|(member, _)| member.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn names(&self) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str)
    }

    /// The objects of a nested collection: `{"Items": […]}`.
    fn nested(&self, name: &str) -> Result<&'a [Value], Refusal> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(&[]),
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
