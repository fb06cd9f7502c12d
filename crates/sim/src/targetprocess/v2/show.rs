//! v2's JSON, written straight from the store.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::targetprocess::custom::Held;
use crate::targetprocess::date::{self, Style};
use crate::targetprocess::query::Projection;
use crate::targetprocess::query::bind::camel;
use crate::targetprocess::query::eval::{Out, Run};
use crate::targetprocess::read::{Thing, Val};
use crate::targetprocess::schema::{Shape, Slot};
use crate::targetprocess::site::Site;
use crate::targetprocess::v1::show::{decimal_to, entity_name, number_to};

#[derive(Clone, Copy)]
pub(super) struct Show<'a> {
    pub(super) site: &'a Site,
    pub(super) style: Style,
}

impl Show<'_> {
    fn date(&self, at: i64) -> String {
        date::print(at, self.site.switches.offset, self.style)
    }
}

pub(super) struct Page<'a> {
    pub(super) next: Option<String>,
    pub(super) prev: Option<String>,
    pub(super) items: Items<'a>,
}

impl Serialize for Page<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(next) = &self.next {
            map.serialize_entry("next", next)?;
        }
        if let Some(prev) = &self.prev {
            map.serialize_entry("prev", prev)?;
        }
        map.serialize_entry("items", &self.items)?;
        map.end()
    }
}

/// Resources one after the other, projected or as references.
pub(super) struct Items<'a> {
    pub(super) show: Show<'a>,
    pub(super) run: &'a Run<'a>,
    pub(super) shown: &'a [Thing],
    pub(super) projection: Option<&'a Projection>,
}

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.shown.iter().map(|thing| Item {
            show: self.show,
            run: self.run,
            thing: *thing,
            projection: self.projection,
        }))
    }
}

/// One resource of a list.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) show: Show<'a>,
    pub(super) run: &'a Run<'a>,
    pub(super) thing: Thing,
    pub(super) projection: Option<&'a Projection>,
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.projection {
            Some(projection) => {
                OutView(self.show, &projection.of(self.run, self.thing)).serialize(serializer)
            }
            None => Reference(self.show, self.thing).serialize(serializer),
        }
    }
}

/// What an expression gave.
pub(super) struct OutView<'a>(pub(super) Show<'a>, pub(super) &'a Out<'a>);

impl Serialize for OutView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, out) = *self;
        match out {
            Out::Val(value) => ValView(show, value).serialize(serializer),
            Out::Span(span) => serializer.serialize_str(&clock(*span)),
            Out::Field(name, kind, held) => CustomView(show, name, kind, *held).serialize(serializer),
            Out::List(list) => serializer.collect_seq(list.iter().map(|out| OutView(show, out))),
            Out::Object(members) => {
                let there = members.iter().filter(|(_, out)| !matches!(out, Out::Val(Val::Null)));
                serializer.collect_map(there.map(|(name, out)| (name, OutView(show, out))))
            }
        }
    }
}

/// A time span as .NET writes it: `1.02:03:04`.
fn clock(span: i64) -> String {
    let (sign, seconds) = (if span < 0 { "-" } else { "" }, span.unsigned_abs() / 1_000);
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let days = if days > 0 { format!("{days}.") } else { String::new() };
    format!("{sign}{days}{:02}:{:02}:{:02}", rest / 3_600, rest / 60 % 60, rest % 60)
}

struct ValView<'a>(Show<'a>, &'a Val<'a>);

impl Serialize for ValView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, value) = *self;
        match value {
            Val::Null => serializer.serialize_none(),
            Val::Flag(flag) => serializer.serialize_bool(*flag),
            Val::Number(number) => number_to(*number, serializer),
            Val::Decimal(number) => decimal_to(*number, serializer),
            Val::Text(text) => serializer.serialize_str(text),
            Val::Time(at) => serializer.serialize_str(&show.date(*at)),
            Val::Thing(thing) => Reference(show, *thing).serialize(serializer),
            Val::Things(things) => serializer.collect_seq(things.iter().map(|thing| Reference(show, *thing))),
            Val::Custom(fields) => serializer
                .collect_seq(fields.iter().map(|(name, kind, held)| CustomView(show, name, kind, *held))),
            Val::Held(held) => HeldView(show, held, "uri").serialize(serializer),
        }
    }
}

/// What a reference shows: its type and the plain ones of its short fields.
struct Reference<'a>(Show<'a>, Thing);

impl Serialize for Reference<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        reference(&mut map, self.0, self.1)?;
        map.end()
    }
}

/// The members of a reference.
pub(super) fn reference<M: SerializeMap>(map: &mut M, show: Show<'_>, thing: Thing) -> Result<(), M::Error> {
    let kind = show.site.kind(thing);
    map.serialize_entry("resourceType", kind.name())?;
    for field in kind.short().iter().filter_map(|name| kind.field(name)) {
        let value = show.site.read(thing, field.slot);
        if !matches!(value, Val::Null | Val::Thing(_)) {
            map.serialize_entry(&camel(field.name), &ValView(show, &value))?;
        }
    }
    if kind.short() == ["Id"] { plain(map, show, thing) } else { Ok(()) }
}

/// The texts, numbers and dates of something that has no name to go by.
fn plain<M: SerializeMap>(map: &mut M, show: Show<'_>, thing: Thing) -> Result<(), M::Error> {
    for field in show.site.kind(thing).fields() {
        let is_plain = !matches!(field.shape, Shape::One(_) | Shape::Many(_) | Shape::Custom);
        if !is_plain || field.hidden || field.slot == Slot::Id {
            continue;
        }
        let value = show.site.read(thing, field.slot);
        if value != Val::Null {
            map.serialize_entry(&camel(field.name), &ValView(show, &value))?;
        }
    }
    Ok(())
}

/// A custom field with its name and type; a value that is absent is null here (developer hub, "Working with Custom Fields").
struct CustomView<'a>(Show<'a>, &'a str, &'static str, Option<&'a Held>);

impl Serialize for CustomView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("name", self.1)?;
        map.serialize_entry("type", self.2)?;
        map.serialize_entry("value", &self.3.map(|held| HeldView(self.0, held, "url")))?;
        map.end()
    }
}

/// A custom field's value; the last is what the address of a link is called.
struct HeldView<'a>(Show<'a>, &'a Held, &'static str);

impl Serialize for HeldView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, held, address) = *self;
        match held {
            Held::Link { url, label } => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry(address, url)?;
                if let Some(label) = label {
                    map.serialize_entry("label", label)?;
                }
                map.end()
            }
            Held::Entity(id, kind) => {
                let mut map = serializer.serialize_map(Some(3))?;
                map.serialize_entry("id", id)?;
                if let Some(name) = entity_name(show.site, *id, *kind) {
                    map.serialize_entry("name", &name)?;
                }
                map.serialize_entry("kind", kind.name())?;
                map.end()
            }
            plain => ValView(show, &Val::held(plain)).serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn spans_are_days_and_a_clock() {
        assert_eq!(clock(93_784_000), "1.02:03:04");
        assert_eq!(clock(-61_000), "-00:01:01");
    }
}
