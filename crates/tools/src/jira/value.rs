//! Jira's JSON to canonical values and back. The only place that knows how a field's value looks.

use bowline_core::Value;
use bowline_core::text::Doc;
use bowline_core::value::{Choice, Person};
use bowline_jira::wire::User;
use bowline_jira::{Deployment, time};
use serde_json::{Value as Json, json};

use super::kind::Kind;
use crate::line::one_line;
use crate::rich::{self, Dialect};

/// Jira refuses a longer summary or label. It counts as Java does, in UTF-16 units.
const LINE: usize = 255;

/// Which of Jira's faces is spoken to.
#[derive(Clone, Copy)]
pub(crate) struct Face(pub(crate) Deployment);

impl Face {
    /// How rich text looks there.
    pub(crate) const fn dialect(self) -> Dialect {
        match self.0 {
            Deployment::Cloud => Dialect::Adf,
            Deployment::DataCenter => Dialect::Wiki,
        }
    }

    /// The member that identifies a person there.
    const fn person_id(self) -> &'static str {
        match self.0 {
            Deployment::Cloud => "accountId",
            Deployment::DataCenter => "name",
        }
    }

    /// Reads a field. What is not of the expected shape is read as far as it speaks for itself; `None` if it does not.
    pub(crate) fn read(self, kind: Kind, found: &Json) -> Option<Value> {
        if found.is_null() {
            return Some(empty(kind));
        }
        self.read_typed(kind, found).or_else(|| guess(found))
    }

    fn read_typed(self, kind: Kind, found: &Json) -> Option<Value> {
        Some(match kind {
            Kind::Line | Kind::Text => text(found.as_str()?),
            Kind::Rich => {
                let doc = self.dialect().read(found)?;
                if doc.is_empty() { Value::Null } else { Value::Rich(doc) }
            }
            Kind::Number => Value::Number(found.as_f64()?),
            Kind::Date => Value::Date(found.as_str()?.parse().ok()?),
            Kind::Instant => Value::Instant(time::parse(found.as_str()?)?),
            Kind::Named | Kind::Option | Kind::Status => Value::Choice(choice(found)?),
            Kind::Person => Value::Person(person(found)?),
            Kind::Labels => Value::Set(labels(found.as_array()?.iter().filter_map(Json::as_str))),
            Kind::NamedSet | Kind::OptionSet => set(found, |one| choice(one).map(Value::Choice))?,
            Kind::People => set(found, |one| person(one).map(Value::Person))?,
            Kind::Other => return None,
        })
    }

    /// Prints a value for a field; or says, for a person, why it cannot.
    pub(crate) fn print(self, kind: Kind, value: &Value) -> Result<Json, String> {
        Ok(match (kind, value) {
            (Kind::Status, _) => return Err("the status changes by a workflow step only".to_owned()),
            (Kind::Other, _) => return Err("Bowline cannot write fields of this type".to_owned()),
            (Kind::Labels | Kind::NamedSet | Kind::OptionSet | Kind::People, Value::Null) => json!([]),
            (_, Value::Null) => Json::Null,
            (Kind::Line, Value::Text(text)) => summary(text).into(),
            (Kind::Text, Value::Text(text)) => text.clone().into(),
            (Kind::Rich, Value::Rich(doc)) => self.dialect().print(doc),
            (Kind::Rich, Value::Text(text)) => self.dialect().print(&rich::plain(text)),
            (Kind::Number, Value::Number(number)) if number.is_finite() => json!(number),
            (Kind::Date, Value::Date(date)) => date.to_string().into(),
            (Kind::Instant, Value::Instant(at)) => time::print(*at).into(),
            (Kind::Named, Value::Choice(choice)) => named("name", choice),
            (Kind::Option, Value::Choice(choice)) => named("value", choice),
            (Kind::Person, Value::Person(person)) => json!({ self.person_id(): person.id }),
            (Kind::Labels, Value::Set(values)) => print_set(values, label)?,
            (Kind::NamedSet, Value::Set(values)) => print_set(values, |one| element("name", one))?,
            (Kind::OptionSet, Value::Set(values)) => print_set(values, |one| element("value", one))?,
            (Kind::People, Value::Set(values)) => print_set(values, |one| match one {
                Value::Person(person) => Ok(json!({ self.person_id(): person.id })),
                other => Err(format!("{} is not a person", other.kind())),
            })?,
            (_, other) => return Err(format!("the field cannot hold {}", other.kind())),
        })
    }

    /// The value as Jira will hold it and give it back. Nothing here asks the site, so a custom field is taken to be
    /// what its value says.
    pub(crate) fn hold(self, field: &str, value: &Value) -> Value {
        match (Kind::of_system(field), value) {
            (Some(Kind::Line), Value::Text(text)) => Value::Text(summary(text)),
            (Some(Kind::Rich), Value::Text(text)) => self.hold_rich(&rich::plain(text)),
            (Some(Kind::Labels | Kind::NamedSet), value) if value.is_empty() => Value::Set(Vec::new()),
            (Some(Kind::Labels), Value::Set(values)) => {
                let texts = values.iter().filter_map(|value| {
                    if let Value::Text(text) = value { Some(text.as_str()) } else { None }
                });
                Value::Set(labels(texts))
            }
            (_, Value::Rich(doc)) => self.hold_rich(doc),
            (_, Value::Text(held)) => text(held),
            (_, Value::Instant(at)) => {
                let millis = jiff::Timestamp::from_millisecond(at.as_millisecond());
                Value::Instant(millis.unwrap_or(*at))
            }
            (_, Value::Set(values)) => Value::Set(unique(values.clone())),
            (_, other) => other.clone(),
        }
    }

    fn hold_rich(self, doc: &Doc) -> Value {
        let held = self.dialect().hold(doc);
        if held.is_empty() { Value::Null } else { Value::Rich(held) }
    }
}

/// What an empty field of a kind reads as.
pub(crate) fn empty(kind: Kind) -> Value {
    match kind {
        Kind::Labels | Kind::NamedSet | Kind::OptionSet | Kind::People => Value::Set(Vec::new()),
        _ => Value::Null,
    }
}

/// A person as Jira tells them.
pub(crate) fn person_of(user: &User) -> Option<Person> {
    let name = user.display_name.text().unwrap_or_default();
    Some(Person { id: user.id()?.to_owned(), name: name.to_owned() })
}

fn person(found: &Json) -> Option<Person> {
    person_of(&serde_json::from_value(found.clone()).ok()?)
}

fn choice(found: &Json) -> Option<Choice> {
    let name = found.get("name").or_else(|| found.get("value"))?.as_str()?;
    let id = found.get("id").map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
    Some(Choice { id, name: name.to_owned() })
}

/// Reads JSON of an unknown kind as far as it speaks for itself.
fn guess(found: &Json) -> Option<Value> {
    Some(match found {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => Value::Number(number.as_f64()?),
        Json::String(held) => text(held),
        Json::Array(_) => set(found, guess)?,
        Json::Object(_) => {
            return person(found).map(Value::Person).or_else(|| choice(found).map(Value::Choice));
        }
    })
}

fn set(found: &Json, read: impl Fn(&Json) -> Option<Value>) -> Option<Value> {
    // An element that cannot be read would count as taken out.
    Some(Value::Set(unique(found.as_array()?.iter().map(read).collect::<Option<_>>()?)))
}

fn text(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { Value::Text(text.to_owned()) }
}

/// Labels in the order Jira gives them.
fn labels<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<Value> {
    let mut all: Vec<&str> = texts.collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(|text| Value::Text(text.to_owned())).collect()
}

fn unique(values: Vec<Value>) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::with_capacity(values.len());
    for value in values {
        if !all.contains(&value) {
            all.push(value);
        }
    }
    all
}

/// By name wherever there is one: a name is what profiles map, and an id could be the other tool's.
fn named(member: &str, choice: &Choice) -> Json {
    match &choice.id {
        Some(id) if choice.name.is_empty() => json!({ "id": id }),
        _ => json!({ member: choice.name }),
    }
}

fn element(member: &str, value: &Value) -> Result<Json, String> {
    match value {
        Value::Choice(choice) => Ok(named(member, choice)),
        Value::Text(name) => Ok(json!({ member: name })),
        other => Err(format!("{} is not one of a list", other.kind())),
    }
}

fn label(value: &Value) -> Result<Json, String> {
    let Value::Text(text) = value else { return Err(format!("{} is not a label", value.kind())) };
    if text.is_empty() || text.contains(char::is_whitespace) {
        return Err(format!("the label `{text}` is empty or has a space in it; Jira takes neither"));
    }
    if text.encode_utf16().count() > LINE {
        return Err(format!("a label is longer than {LINE} characters"));
    }
    Ok(text.clone().into())
}

fn print_set(values: &[Value], print: impl Fn(&Value) -> Result<Json, String>) -> Result<Json, String> {
    values.iter().map(print).collect::<Result<Vec<_>, _>>().map(Json::Array)
}

/// A summary as Jira keeps it: one line, not too long.
fn summary(text: &str) -> String {
    let mut room = LINE;
    let line = one_line(text);
    let cut = line.chars().take_while(|char| {
        let fits = char.len_utf16() <= room;
        room = room.saturating_sub(char.len_utf16());
        fits
    });
    cut.collect::<String>().trim_end().to_owned()
}
