//! Values and small documents for tests.

use bowline_core::text::Doc;
use bowline_core::value::{Choice, Person};
use bowline_core::{Timestamp, Value};
use jiff::civil::Date;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::document::{Call, Document};
use crate::rules::Rules;
use crate::shape::{Kind, Shape};

/// What every document starts with.
pub(crate) const HEAD: &str = "schema = 1\nname = \"n\"\n[left]\nconnection = \"l\"\n[right]\nconnection = \"r\"\n\
                               [[routing]]\nleft = \"ACME\"\nright = \"Web Shop\"\n";

/// A document with one type mapping, `Story` to `UserStory`, and `rest` in it and after it.
pub(crate) fn document(rest: &str) -> String {
    format!("{HEAD}[[type]]\nleft = \"Story\"\nright = \"UserStory\"\n{rest}")
}

/// The rules of [`document`].
#[track_caller]
pub(crate) fn rules(rest: &str) -> Rules {
    let parsed = Document::parse(&document(rest)).and_then(Rules::new);
    parsed.unwrap_or_else(|problems| panic!("{problems}"))
}

/// A transform or comparator as a document writes it.
pub(crate) fn call(written: &str) -> Call {
    let text = document(&format!("[[type.field]]\nleft = \"a\"\nright = \"b\"\ntransform = [{written}]\n"));
    Document::parse(&text).unwrap().types[0].fields[0].transforms[0].clone()
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(crate) fn choice(name: &str) -> Value {
    Value::Choice(Choice::named(name))
}

pub(crate) fn person(id: &str) -> Value {
    Value::Person(Person::of(id))
}

/// A text in the document tree, with formatting where the tree has any.
fn docs() -> impl Strategy<Value = Doc> {
    "[ a-zA-Z0-9äß…\n]{0,30}".prop_map(|text| Doc::from_plain(&text))
}

/// Texts with what makes texts hard: line ends, white space at the ends, letters outside the first plane.
pub(crate) fn texts() -> impl Strategy<Value = String> {
    prop_oneof!["[ a-cA-C,ˍß\r\n\t]{0,12}", "\\PC{0,20}", ".{0,20}", "[a-c𝄞]{0,300}"]
}

/// Few names, so that they meet.
pub(crate) fn names() -> impl Strategy<Value = String> {
    select(vec!["High", "HIGH", "high ", "Low", "Medium", "Ω", "ω", "x y", "none"]).prop_map(str::to_owned)
}

fn one(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Text => texts().prop_map(Value::Text).boxed(),
        Kind::Rich => docs().prop_map(Value::Rich).boxed(),
        Kind::Number => prop_oneof![
            any::<i16>().prop_map(f64::from),
            (-1e6..1e6),
            any::<f64>().prop_filter("tools have no infinite numbers", |number| number.is_finite()),
            Just(-0.0),
        ]
        .prop_map(Value::Number)
        .boxed(),
        Kind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Kind::Date => (1_i16..=9998, 1_i8..=12, 1_i8..=28)
            .prop_map(|(year, month, day)| Value::Date(Date::new(year, month, day).unwrap()))
            .boxed(),
        Kind::Instant => (-62_000_000_000_000_000_i64..=250_000_000_000_000_000)
            .prop_map(|micros| Value::Instant(Timestamp::from_microsecond(micros).unwrap()))
            .boxed(),
        Kind::Choice => (names(), proptest::option::of("[0-9]"))
            .prop_map(|(name, id)| Value::Choice(Choice { id, name }))
            .boxed(),
        Kind::Person => {
            ("[a-e]", "[A-Z]{0,2}").prop_map(|(id, name)| Value::Person(Person { id, name })).boxed()
        }
    }
}

/// Values of a shape; now and then nothing at all.
pub(crate) fn values(shape: Shape) -> BoxedStrategy<Value> {
    if shape.many {
        return vec(one(shape.kind), 0..5).prop_map(Value::Set).boxed();
    }
    prop_oneof![9 => one(shape.kind), 1 => Just(Value::Null)].boxed()
}

/// Values of any shape.
pub(crate) fn any_value() -> impl Strategy<Value = Value> {
    select(Shape::all().collect::<Vec<_>>()).prop_flat_map(values)
}
