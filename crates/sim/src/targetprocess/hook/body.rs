//! What webhooks say: the ready rule's few facts, the plugin's entities, and the data a template can name.

use serde_json::{Map, Value, json};

use super::{Event, Subject};
use crate::targetprocess::custom::Held;
use crate::targetprocess::date;
use crate::targetprocess::read::{Thing, Val};
use crate::targetprocess::schema::{Kind, Shape, Slot};
use crate::targetprocess::site::Site;

/// The id of an entity.
pub(super) fn id_of(site: &Site, thing: Thing) -> u32 {
    site.read(thing, Slot::Id).number().unwrap_or_default() as u32
}

/// The body of the rule that is shipped with the product. Comments, assignments and the like have no version of their own
/// there.
pub(super) fn rule(site: &Site, event: &Event<'_>) -> Value {
    let (version, modified) = match event.subject {
        Subject::Item(item, _) => (Some(item.version), Some(item.modified)),
        Subject::Thing(thing) => (
            site.read(thing, Slot::EntityVersion).number().map(|version| version as u32),
            if let Val::Time(at) = site.read(thing, Slot::ModifyDate) { Some(at) } else { None },
        ),
        Subject::Part(_) => (None, None),
    };
    let mut body = json!({
        "account": site.base,
        "resourceType": event.kind.name(),
        "resourceId": event.id,
        "modification": event.modification,
        "changedFields": event.changed,
        "author": {"id": site.catalog.account(event.who).map(|account| account.id)},
        "entityVersion": version,
        "modifyDate": date::universal(modified.unwrap_or_else(|| site.frame.clock.now())),
    });
    if let (Subject::Part(Some(item)), Some(members), true) =
        (event.subject, body.as_object_mut(), site.switches.general_in_hooks)
    {
        members.insert("general".to_owned(), json!({"id": item.id, "type": item.kind.name()}));
    }
    body
}

/// The body the plugin posts when it has no template: the entity now and before.
pub(super) fn plugin(site: &Site, event: &Event<'_>) -> Value {
    let (now, before) = sides(site, event);
    json!({
        "Entity": now,
        "OldEntity": before,
        "ChangedFields": event.changed,
        "Author": author(site, event),
        "Modification": event.modification,
    })
}

/// The entity as it is and as it was.
fn sides(site: &Site, event: &Event<'_>) -> (Value, Value) {
    match event.subject {
        Subject::Item(item, former) => (
            entity(site, event, &|slot| site.of_item(item, slot)),
            former.map_or(Value::Null, |former| entity(site, event, &|slot| site.of_item(former, slot))),
        ),
        Subject::Thing(thing) => (entity(site, event, &|slot| site.read(thing, slot)), Value::Null),
        Subject::Part(item) => match site.find(event.kind, event.id) {
            Some(thing) => (entity(site, event, &|slot| site.read(thing, slot)), Value::Null),
            None => (gone(event, item.map(|item| item.id)), Value::Null),
        },
    }
}

fn gone(event: &Event<'_>, general: Option<u32>) -> Value {
    json!({"ResourceType": event.kind.name(), "Id": event.id, "General": general.map(|id| json!({"Id": id}))})
}

fn author(site: &Site, event: &Event<'_>) -> Value {
    let account = site.catalog.account(event.who);
    json!(account.map(|account| json!({
        "ResourceType": "User", "Id": account.id, "Name": format!("{} {}", account.first, account.last),
        "Login": account.login, "Email": account.email,
    })))
}

/// The fields of an entity: references with id and name only, no collections, custom fields by their names.
fn entity<'a>(site: &'a Site, event: &Event<'_>, read: &dyn Fn(Slot) -> Val<'a>) -> Value {
    let mut members = Map::new();
    members.insert("ResourceType".to_owned(), json!(event.kind.name()));
    for field in event.kind.fields().filter(|field| !field.hidden && !matches!(field.shape, Shape::Many(_))) {
        match read(field.slot) {
            Val::Custom(fields) => members.extend(fields.into_iter().map(|(name, _, held)| {
                (name.to_owned(), held.map_or(Value::Null, |held| custom(site, held)))
            })),
            value => {
                members.insert(field.name.to_owned(), shown(site, &value));
            }
        }
    }
    members.into()
}

/// A field's value in a webhook.
fn shown(site: &Site, value: &Val<'_>) -> Value {
    match value {
        Val::Flag(flag) => json!(flag),
        Val::Number(number) | Val::Decimal(number) => short(*number),
        Val::Text(text) => json!(text),
        Val::Time(at) => json!(date::universal(*at)),
        Val::Thing(thing) => {
            let name = match site.read(*thing, Slot::Name) {
                Val::Text(name) => Some(name.into_owned()),
                _ => None,
            };
            json!({"ResourceType": site.kind(*thing).name(), "Id": id_of(site, *thing), "Name": name})
        }
        Val::Held(held) => custom(site, held),
        Val::Null | Val::Things(_) | Val::Custom(_) => Value::Null,
    }
}

fn short(number: f64) -> Value {
    // Doubles count exactly up to 2⁵³.
    if number.fract() == 0.0 && number.abs() < 9e15 { json!(number as i64) } else { json!(number) }
}

fn custom(site: &Site, held: &Held) -> Value {
    match held {
        Held::Link { url, label } => json!({"Url": url, "Label": label}),
        Held::Entity(id, kind) => json!({"Id": id, "Kind": kind.name()}),
        plain => shown(site, &Val::held(plain)),
    }
}

/// What a template can name.
pub(super) struct Data<'a> {
    site: &'a Site,
    /// `Current`, `Previous` and the other arguments of a rule.
    arguments: Map<String, Value>,
    /// The entity itself, for what lies behind its references.
    thing: Option<Thing>,
}

impl<'a> Data<'a> {
    pub(super) fn of(site: &'a Site, event: &Event<'_>) -> Self {
        let (now, before) = sides(site, event);
        let mut arguments = Map::new();
        let uri = format!("{}/entity/{}", site.base, event.id);
        for (name, value) in [
            ("Current", now),
            ("Previous", before),
            ("ChangedFields", json!(event.changed)),
            ("Modification", json!(event.modification)),
            ("ResourceId", json!(event.id)),
            ("ResourceType", json!(event.kind.name())),
            ("Author", author(site, event)),
            ("Account", json!(site.base)),
            ("EntityUri", json!(uri)),
        ] {
            arguments.insert(name.to_owned(), value);
        }
        let thing = match event.subject {
            Subject::Item(item, _) => site.find(Kind::General, item.id),
            Subject::Thing(thing) => Some(thing),
            Subject::Part(_) => site.find(event.kind, event.id),
        };
        Self { site, arguments, thing }
    }

    /// What a path leads to: an argument, a field of the entity, or a field of what one refers to; null when nothing.
    pub(super) fn get(&self, path: &[String]) -> Value {
        let Some((first, rest)) = path.split_first() else { return Value::Null };
        let argument = self.arguments.iter().find(|(name, _)| name.eq_ignore_ascii_case(first));
        if let Some((_, value)) = argument {
            return inside(value, rest);
        }
        let current = self.arguments.get("Current").unwrap_or(&Value::Null);
        match inside(current, path) {
            Value::Null => self.behind(path),
            found => found,
        }
    }

    /// Follows references from the entity.
    fn behind(&self, path: &[String]) -> Value {
        let (Some(mut thing), Some((last, way))) = (self.thing, path.split_last()) else {
            return Value::Null;
        };
        let value = |thing, name: &str| {
            let field = self.site.kind(thing).field(name).filter(|field| field.slot != Slot::Password);
            field.map_or(Val::Null, |field| self.site.read(thing, field.slot))
        };
        for name in way {
            match value(thing, name) {
                Val::Thing(next) => thing = next,
                _ => return Value::Null,
            }
        }
        shown(self.site, &value(thing, last))
    }
}

/// A member of a member of a value, by names in any case.
fn inside(value: &Value, path: &[String]) -> Value {
    let found = path.iter().try_fold(value, |value, name| {
        value
            .as_object()?
            .iter()
            .find(|(member, _)| member.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    });
    found.cloned().unwrap_or(Value::Null)
}
