//! v1's JSON, written straight from the store.

use std::cell::Cell;

use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::include::{Shown, Sum, Tree, Way};
use crate::targetprocess::custom::Held;
use crate::targetprocess::date::{self, Style};
use crate::targetprocess::query::eval::{Out, compare};
use crate::targetprocess::read::{Thing, Val};
use crate::targetprocess::schema::{Kind, Shape, Slot};
use crate::targetprocess::site::Site;

/// How resources are shown.
#[derive(Clone, Copy)]
pub(crate) struct Show<'a> {
    pub(crate) site: &'a Site,
    pub(crate) style: Style,
    /// How many rows of inner collections may still be shown, in all.
    pub(crate) inner: &'a Cell<usize>,
}

impl Show<'_> {
    /// A date as it is shown.
    pub(crate) fn date(&self, at: i64) -> String {
        date::print(at, self.site.switches.offset, self.style)
    }
}

/// A resource with the fields of a tree.
pub(crate) struct ThingView<'a> {
    pub(crate) show: Show<'a>,
    pub(crate) thing: Thing,
    pub(crate) tree: &'a Tree,
    /// The kind that is named: a reference goes by what its field may hold, not by what it does hold.
    pub(crate) kind: Kind,
}

impl Serialize for ThingView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("ResourceType", self.kind.name())?;
        for shown in &self.tree.0 {
            let value = value(self.show.site, self.thing, shown);
            map.serialize_entry(&shown.name(), &ValView { show: self.show, shown, value })?;
        }
        map.end()
    }
}

/// What a field of a resource holds, or what is computed over it.
pub(super) fn value<'a>(site: &'a Site, thing: Thing, shown: &Shown) -> Val<'a> {
    let value = site.read(thing, shown.field.slot);
    let Some(Sum { way, of }) = shown.sum else { return value };
    let things = if let Val::Things(things) = value { things } else { Vec::new() };
    let Some(of) = of.filter(|_| way != Way::Count) else { return Val::Number(things.len() as f64) };
    let values =
        things.into_iter().map(|thing| site.read(thing, of.slot)).filter(|value| *value != Val::Null);
    let values: Vec<Val<'_>> = values.collect();
    let order =
        |left: &Val<'_>, right: &Val<'_>| compare(site, &Out::Val(left.clone()), &Out::Val(right.clone()));
    let sum = || values.iter().filter_map(Val::number).sum::<f64>();
    match way {
        // Of nothing there is neither a sum nor anything else: the vendor shows null.
        _ if values.is_empty() => Val::Null,
        Way::Min => values.into_iter().min_by(order).unwrap_or(Val::Null),
        Way::Max => values.into_iter().max_by(order).unwrap_or(Val::Null),
        Way::Sum => Val::Decimal(sum()),
        _ => Val::Decimal(sum() / values.len() as f64),
    }
}

struct ValView<'a> {
    show: Show<'a>,
    shown: &'a Shown,
    value: Val<'a>,
}

impl ValView<'_> {
    fn inner(&self, thing: Thing) -> ThingView<'_> {
        ThingView {
            show: self.show,
            thing,
            tree: &self.shown.inner,
            kind: declared(self.show.site, self.shown, thing),
        }
    }
}

/// The kind a reference goes by.
pub(super) fn declared(site: &Site, shown: &Shown, thing: Thing) -> Kind {
    match shown.field.shape {
        Shape::One(kind) | Shape::Many(kind) => kind,
        _ => site.kind(thing),
    }
}

impl Serialize for ValView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Val::Null => serializer.serialize_none(),
            Val::Flag(flag) => serializer.serialize_bool(*flag),
            Val::Number(number) => number_to(*number, serializer),
            Val::Decimal(number) => decimal_to(*number, serializer),
            Val::Text(text) => serializer.serialize_str(text),
            Val::Time(at) => serializer.serialize_str(&self.show.date(*at)),
            Val::Thing(thing) => self.inner(*thing).serialize(serializer),
            Val::Things(things) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("Items", &Things(self, allowed(self.show.inner, things)))?;
                map.end()
            }
            Val::Custom(fields) => serializer.collect_seq(
                fields.iter().map(|(name, kind, held)| CustomView(self.show, name, kind, *held)),
            ),
            Val::Held(held) => HeldView(self.show, Some(held)).serialize(serializer),
        }
    }
}

/// The rows of an inner collection that may still be shown.
pub(super) fn allowed<'a>(left: &Cell<usize>, things: &'a [Thing]) -> &'a [Thing] {
    let shown = things.len().min(left.get());
    left.set(left.get() - shown);
    things.get(..shown).unwrap_or_default()
}

struct Things<'a>(&'a ValView<'a>, &'a [Thing]);

impl Serialize for Things<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.1.iter().map(|thing| self.0.inner(*thing)))
    }
}

struct CustomView<'a>(Show<'a>, &'a str, &'static str, Option<&'a Held>);

impl Serialize for CustomView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("Name", self.1)?;
        map.serialize_entry("Type", self.2)?;
        map.serialize_entry("Value", &HeldView(self.0, self.3))?;
        map.end()
    }
}

/// A custom field's value.
pub(crate) struct HeldView<'a>(pub(crate) Show<'a>, pub(crate) Option<&'a Held>);

impl Serialize for HeldView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.1 {
            None => serializer.serialize_none(),
            Some(Held::Text(text)) => serializer.serialize_str(text),
            Some(Held::Number(number)) => number_to(*number, serializer),
            Some(Held::Flag(flag)) => serializer.serialize_bool(*flag),
            Some(Held::Time(at)) => serializer.serialize_str(&self.0.date(*at)),
            Some(Held::Link { url, label }) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("Url", url)?;
                map.serialize_entry("Label", label)?;
                map.end()
            }
            Some(Held::Entity(id, kind)) => {
                let mut map = serializer.serialize_map(Some(3))?;
                map.serialize_entry("Id", id)?;
                map.serialize_entry("Kind", kind.name())?;
                map.serialize_entry("Name", &entity_name(self.0.site, *id, *kind))?;
                map.end()
            }
        }
    }
}

/// The name of the entity a custom field refers to; none if it is gone.
pub(crate) fn entity_name(site: &Site, id: u32, kind: Kind) -> Option<String> {
    match site.find(kind, id).map(|thing| site.read(thing, Slot::Name)) {
        Some(Val::Text(name)) => Some(name.into_owned()),
        _ => None,
    }
}

/// A number as it is shown: whole ones without a fraction.
pub(crate) fn number_to<S: Serializer>(number: f64, serializer: S) -> Result<S::Ok, S::Error> {
    // Doubles count exactly up to 2⁵³.
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        serializer.serialize_i64(number as i64)
    } else {
        serializer.serialize_f64(number)
    }
}

/// A number with four digits after the point, as the vendor writes efforts and times.
pub(crate) fn decimal_to<S: Serializer>(number: f64, serializer: S) -> Result<S::Ok, S::Error> {
    if !number.is_finite() {
        return serializer.serialize_none();
    }
    RawValue::from_string(format!("{number:.4}")).map_err(S::Error::custom)?.serialize(serializer)
}
