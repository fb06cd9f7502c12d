//! Documents for property tests.

use bowline_core::value::{Choice, Person};
use bowline_core::{FieldName, Side, Timestamp, Value};
use jiff::civil::Date;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::model::{Defaults, End, People, UserPair};
use super::*;

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Za-z][A-Za-z0-9 ._-]{0,11}", "[^\\s]\\PC{0,8}", "[^\\s].{0,4}"]
}

fn field_name() -> impl Strategy<Value = FieldName> {
    name().prop_map(FieldName::new)
}

fn word<W: Word + std::fmt::Debug>() -> impl Strategy<Value = W> {
    select(W::ALL)
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<i32>().prop_map(f64::from),
        any::<f64>().prop_filter("documents hold finite numbers", |number| number.is_finite()),
    ]
}

fn scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        ".{0,8}".prop_map(Scalar::Text),
        number().prop_map(Scalar::Number),
        any::<bool>().prop_map(Scalar::Bool),
    ]
}

fn sided<T: std::fmt::Debug>(each: impl Strategy<Value = T>) -> impl Strategy<Value = Sided<T>> {
    btree_map(select(&Side::BOTH), each, 0..=2)
}

fn condition() -> impl Strategy<Value = Condition> {
    let test = prop_oneof![
        scalar().prop_map(Test::Is),
        scalar().prop_map(Test::IsNot),
        scalar().prop_map(Test::Contains),
        vec(scalar(), 0..3).prop_map(Test::In),
        any::<bool>().prop_map(Test::Empty),
    ];
    (field_name(), test).prop_map(|(field, test)| Condition { field, test })
}

fn call() -> impl Strategy<Value = Call> {
    let argument =
        prop_oneof![scalar().prop_map(Argument::One), vec(scalar(), 0..3).prop_map(Argument::Many),];
    (name(), option::of(argument)).prop_map(|(name, argument)| Call { name, argument })
}

fn literal() -> impl Strategy<Value = Literal> {
    let single = prop_oneof![
        name().prop_map(Value::Text),
        number().prop_map(Value::Number),
        any::<bool>().prop_map(Value::Bool),
        name().prop_map(|name| Value::Choice(Choice::named(name))),
        name().prop_map(|id| Value::Person(Person::of(id))),
        (-9999_i16..=9999, 1_i8..=12, 1_i8..=28)
            .prop_map(|(year, month, day)| Value::Date(Date::new(year, month, day).unwrap())),
        (-377_705_023_201_i64..=253_402_207_200)
            .prop_map(|second| Value::Instant(Timestamp::from_second(second).unwrap())),
    ];
    let set = vec(single.clone(), 1..3).prop_map(Value::Set);
    prop_oneof![3 => single, 1 => set].prop_map(Literal)
}

fn pairs() -> impl Strategy<Value = Vec<[String; 2]>> {
    vec([".{0,6}", ".{0,6}"], 0..3)
}

fn unmapped() -> impl Strategy<Value = Option<Unmapped>> {
    option::of(prop_oneof![
        word().prop_map(Unmapped::Policy),
        sided(name())
            .prop_filter("a default names a value", |names| !names.is_empty())
            .prop_map(Unmapped::Default),
    ])
}

fn field() -> impl Strategy<Value = Field> {
    let ends = (option::of(field_name()), option::of(field_name()));
    let rules = (option::of(word()), option::of(word()), option::of(call()), vec(call(), 0..3));
    (ends, rules, pairs(), unmapped(), option::of(literal())).prop_map(
        |((left, right), (direction, conflict, compare, transforms), values, unmapped, constant)| Field {
            left,
            right,
            direction,
            conflict,
            compare,
            transforms,
            values,
            unmapped,
            constant,
        },
    )
}

fn state() -> impl Strategy<Value = State> {
    let rules = (option::of(word()), option::of(word()), pairs(), unmapped());
    let avoid = sided(vec(name(), 0..3));
    let supply = sided(btree_map(field_name(), literal(), 0..3));
    (field_name(), field_name(), rules, avoid, supply).prop_map(
        |(left, right, (direction, conflict, values, unmapped), avoid, supply)| State {
            left,
            right,
            direction,
            conflict,
            values,
            unmapped,
            avoid,
            supply,
        },
    )
}

/// Any document that can be written, whether it makes sense or not.
pub(crate) fn documents() -> impl Strategy<Value = Document> {
    let routing = (name(), name(), word(), sided(vec(condition(), 0..3)))
        .prop_map(|(left, right, share, when)| Routing { left, right, share, when });
    let types = (name(), name(), vec(field(), 0..3), option::of(state()))
        .prop_map(|(left, right, fields, state)| TypePair { left, right, fields, state });
    let user = (name(), name()).prop_map(|(left, right)| UserPair { left, right });
    let people = (word(), word(), sided(name())).prop_map(|(acting, unmapped, fallback)| People {
        acting,
        unmapped,
        fallback,
    });
    let defaults = (word(), word()).prop_map(|(conflict, comments)| Defaults { conflict, comments });
    let head = (name(), name(), name(), defaults);
    (head, vec(routing, 0..3), vec(types, 0..3), vec(user, 0..3), people).prop_map(
        |((name, left, right, defaults), routings, types, users, people)| Document {
            schema: schema::CURRENT,
            name,
            left: End { connection: left },
            right: End { connection: right },
            defaults,
            routings,
            types,
            users,
            people,
            lines: Default::default(),
        },
    )
}
