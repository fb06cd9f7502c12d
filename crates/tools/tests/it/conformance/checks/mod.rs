//! The checks. Each gets a place of its own and says in its name what must hold.

mod marks;
mod reads;
mod writes;

use bowline_core::item::Item;
use bowline_core::port::MarkerAsk;
use bowline_core::text::Doc;
use bowline_core::value::{Choice, Person};
use bowline_core::{ShareId, SignedDuration, Value};

use super::place::{Place, marker};

pub(super) use self::marks::*;
pub(super) use self::reads::*;
pub(super) use self::writes::*;

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn rich(text: &str) -> Value {
    Value::Rich(Doc::from_plain(text))
}

fn labels(all: &[&str]) -> Value {
    Value::Set(all.iter().map(|label| text(label)).collect())
}

/// A value without what only one side knows: ids of choices, names of people.
fn bare(value: &Value) -> Value {
    match value {
        Value::Choice(choice) => Value::Choice(Choice::named(&choice.name)),
        Value::Person(person) => Value::Person(Person::of(&person.id)),
        Value::Set(all) => Value::Set(all.iter().map(bare).collect()),
        Value::Rich(doc) => Value::Rich(doc.clone().normal()),
        other => other.clone(),
    }
}

async fn made(place: &Place, title: &str) -> Item {
    place.create(title, marker(1)).await.unwrap().item.unwrap()
}

async fn marked(place: &Place, share: ShareId) -> Option<Item> {
    let since = place.now().await - SignedDuration::from_mins(1);
    let (scope, kind) = (place.words.scope.to_owned(), place.words.kind.to_owned());
    let ask = MarkerAsk { scope, kind, marker: share, since, fields: place.read() };
    place.fresh().marked(&ask).await.unwrap()
}
