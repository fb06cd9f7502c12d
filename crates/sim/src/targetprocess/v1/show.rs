//! v1's JSON, written straight from the store.

use std::cell::Cell;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::include::{Shown, Tree};
use crate::targetprocess::date;
use crate::targetprocess::item::Held;
use crate::targetprocess::read::{Thing, Val};
use crate::targetprocess::schema::{Kind, Shape};
use crate::targetprocess::site::Site;

/// A resource with the fields of a tree.
pub(crate) struct ThingView<'a> {
    pub(crate) site: &'a Site,
    pub(crate) thing: Thing,
    pub(crate) tree: &'a Tree,
    /// How many rows of inner collections may still be shown, in all.
    pub(crate) inner: &'a Cell<usize>,
    /// Whether it stands within another resource.
    pub(crate) reference: bool,
}

impl Serialize for ThingView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let kind = self.site.kind(self.thing);
        let name = if self.reference && kind == Kind::User { "GeneralUser" } else { kind.name() };
        map.serialize_entry("ResourceType", name)?;
        for shown in &self.tree.0 {
            let value = self.site.read(self.thing, shown.field.slot);
            if shown.count {
                let count = if let Val::Things(things) = &value { things.len() } else { 0 };
                map.serialize_entry(&format_args!("{}-Count", shown.field.name), &count)?;
            } else {
                map.serialize_entry(shown.field.name, &ValView { view: self, shown, value })?;
            }
        }
        map.end()
    }
}

struct ValView<'a> {
    view: &'a ThingView<'a>,
    shown: &'a Shown,
    value: Val<'a>,
}

impl ValView<'_> {
    fn inner(&self, thing: Thing) -> ThingView<'_> {
        let ThingView { site, inner, .. } = *self.view;
        ThingView { site, thing, tree: &self.shown.inner, inner, reference: true }
    }
}

impl Serialize for ValView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Val::Null => serializer.serialize_none(),
            Val::Flag(flag) => serializer.serialize_bool(*flag),
            Val::Number(number) => number_to(*number, serializer),
            Val::Text(text) => serializer.serialize_str(text),
            Val::Time(at) => serializer.serialize_str(&date::print(*at)),
            Val::Thing(thing) => self.inner(*thing).serialize(serializer),
            Val::Things(things) => {
                let left = self.view.inner.get();
                let shown = things.len().min(left);
                self.view.inner.set(left - shown);
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("Items", &Things(self, things.get(..shown).unwrap_or_default()))?;
                map.end()
            }
            Val::Custom(fields) => {
                serializer.collect_seq(fields.iter().map(|(name, kind, held)| CustomView(name, kind, *held)))
            }
        }
    }
}

struct Things<'a>(&'a ValView<'a>, &'a [Thing]);

impl Serialize for Things<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.1.iter().map(|thing| self.0.inner(*thing)))
    }
}

struct CustomView<'a>(&'a str, &'static str, Option<&'a Held>);

impl Serialize for CustomView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("Name", self.0)?;
        map.serialize_entry("Type", self.1)?;
        map.serialize_entry("Value", &HeldView(self.2))?;
        map.end()
    }
}

/// A custom field's value.
pub(crate) struct HeldView<'a>(pub(crate) Option<&'a Held>);

impl Serialize for HeldView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            None => serializer.serialize_none(),
            Some(Held::Text(text)) => serializer.serialize_str(text),
            Some(Held::Number(number)) => number_to(*number, serializer),
            Some(Held::Flag(flag)) => serializer.serialize_bool(*flag),
        }
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

/// Whether a field can be shown in v2 without being asked for: everything but collections.
pub(crate) fn is_plain(shape: Shape) -> bool {
    !matches!(shape, Shape::Many(_))
}
