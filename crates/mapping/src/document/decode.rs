//! From the tree to the model, table by table.

use std::collections::BTreeMap;

use bowline_core::{FieldName, Value};

use crate::nearest;
use crate::problem::{Lines, Problems, quoted};

use super::Literal;
use super::literal::KINDS;
use super::model::{
    Argument, Call, Condition, Defaults, Document, End, Field, People, Routing, Scalar, Sided, State, Test,
    TypePair, Unmapped, UserPair,
};
use super::reader::{Place, Reader, Table};
use super::schema::CURRENT;
use super::tree::{Node, Tree};

/// The document that a tree of the current version holds.
pub(super) fn document(node: &Node, lines: Lines) -> Result<Document, Problems> {
    let mut reader = Reader::new(&lines);
    let top = reader.table(&Place { pointer: String::new(), tree: &node.tree }, "");
    let end = |reader: &mut Reader<'_>, side: &str| {
        let place = reader.get(&top, side, "{ connection = \"…\" }");
        let table = place.map(|place| reader.table(&place, "[left]"));
        End { connection: table.map(|table| reader.get_name(&table, "connection")).unwrap_or_default() }
    };
    let document = Document {
        schema: CURRENT,
        name: reader.get_name(&top, "name"),
        left: end(&mut reader, "left"),
        right: end(&mut reader, "right"),
        defaults: top.find("defaults").map(|place| defaults(&mut reader, &place)).unwrap_or_default(),
        routings: list(&mut reader, &top, "routing", routing),
        types: list(&mut reader, &top, "type", type_pair),
        users: list(&mut reader, &top, "user", user_pair),
        people: top.find("people").map(|place| people(&mut reader, &place)).unwrap_or_default(),
        lines: Lines::default(),
    };
    let problems = reader.report.into_problems();
    if problems.is_empty() { Ok(Document { lines, ..document }) } else { Err(Problems(problems)) }
}

/// The entries of a list; none if the key is not there.
fn list<T>(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    key: &str,
    mut read: impl FnMut(&mut Reader<'_>, &Place<'_>) -> T,
) -> Vec<T> {
    let places = table.find(key).map(|place| reader.list(&place)).unwrap_or_default();
    places.iter().map(|place| read(reader, place)).collect()
}

fn defaults(reader: &mut Reader<'_>, place: &Place<'_>) -> Defaults {
    let table = reader.table(place, "[defaults]");
    Defaults {
        conflict: table.find("conflict").and_then(|place| reader.word(&place)).unwrap_or_default(),
        comments: table.find("comments").and_then(|place| reader.word(&place)).unwrap_or_default(),
    }
}

fn routing(reader: &mut Reader<'_>, place: &Place<'_>) -> Routing {
    let table = reader.table(place, "[[routing]]");
    let conditions = |reader: &mut Reader<'_>, place: &Place<'_>| {
        let places = reader.list(place);
        places.iter().filter_map(|place| condition(reader, place)).collect()
    };
    Routing {
        left: reader.get_name(&table, "left"),
        right: reader.get_name(&table, "right"),
        share: table.find("share").and_then(|place| reader.word(&place)).unwrap_or_default(),
        when: table.find("when").map(|place| reader.sided(&place, conditions)).unwrap_or_default(),
    }
}

fn condition(reader: &mut Reader<'_>, place: &Place<'_>) -> Option<Condition> {
    let table = reader.table(place, "condition");
    let field = FieldName::new(reader.get_name(&table, "field"));
    let mut tests = Vec::new();
    for (key, place) in table.places() {
        tests.push(match key {
            "is" => Test::Is(reader.scalar(&place)),
            "is_not" => Test::IsNot(reader.scalar(&place)),
            "contains" => Test::Contains(reader.scalar(&place)),
            "in" => Test::In(reader.list(&place).iter().map(|place| reader.scalar(place)).collect()),
            "empty" => Test::Empty(reader.bool(&place)),
            _ => continue,
        });
    }
    let test = tests.pop();
    if test.is_none() || !tests.is_empty() {
        let message = "A condition has a field and exactly one test.";
        let fix = "Give one of `is`, `is_not`, `contains`, `in`, `empty`; more conditions are more entries of the list.";
        reader.report.add(&place.pointer, message, fix);
    }
    test.map(|test| Condition { field, test })
}

fn type_pair(reader: &mut Reader<'_>, place: &Place<'_>) -> TypePair {
    let table = reader.table(place, "[[type]]");
    TypePair {
        left: reader.get_name(&table, "left"),
        right: reader.get_name(&table, "right"),
        fields: list(reader, &table, "field", field),
        state: table.find("state").map(|place| state(reader, &place)),
    }
}

fn field(reader: &mut Reader<'_>, place: &Place<'_>) -> Field {
    let table = reader.table(place, "[[type.field]]");
    let name =
        |reader: &mut Reader<'_>, key| table.find(key).map(|place| FieldName::new(reader.name(&place)));
    Field {
        left: name(reader, "left"),
        right: name(reader, "right"),
        direction: table.find("direction").and_then(|place| reader.word(&place)),
        conflict: table.find("conflict").and_then(|place| reader.word(&place)),
        compare: table.find("compare").map(|place| call(reader, &place)),
        transforms: list(reader, &table, "transform", call),
        values: list(reader, &table, "values", value_pair),
        unmapped: table.find("unmapped").and_then(|place| unmapped(reader, &place)),
        constant: table.find("constant").map(|place| literal(reader, &place, text)),
    }
}

fn state(reader: &mut Reader<'_>, place: &Place<'_>) -> State {
    let table = reader.table(place, "[type.state]");
    let names = |reader: &mut Reader<'_>, place: &Place<'_>| {
        let places = reader.list(place);
        places.iter().map(|place| reader.name(place)).collect()
    };
    let supplies = |reader: &mut Reader<'_>, place: &Place<'_>| {
        let table = reader.free_table(place);
        let supply = |(key, place)| (FieldName::new(key), literal(reader, &place, choice));
        table.places().map(supply).collect::<BTreeMap<_, _>>()
    };
    State {
        left: FieldName::new(reader.get_name(&table, "left")),
        right: FieldName::new(reader.get_name(&table, "right")),
        direction: table.find("direction").and_then(|place| reader.word(&place)),
        conflict: table.find("conflict").and_then(|place| reader.word(&place)),
        values: list(reader, &table, "values", value_pair),
        unmapped: table.find("unmapped").and_then(|place| unmapped(reader, &place)),
        avoid: table.find("avoid").map(|place| reader.sided(&place, names)).unwrap_or_default(),
        supply: table.find("supply").map(|place| reader.sided(&place, supplies)).unwrap_or_default(),
    }
}

fn user_pair(reader: &mut Reader<'_>, place: &Place<'_>) -> UserPair {
    let table = reader.table(place, "[[user]]");
    UserPair { left: reader.get_name(&table, "left"), right: reader.get_name(&table, "right") }
}

fn people(reader: &mut Reader<'_>, place: &Place<'_>) -> People {
    let table = reader.table(place, "[people]");
    People {
        acting: table.find("acting").and_then(|place| reader.word(&place)).unwrap_or_default(),
        unmapped: table.find("unmapped").and_then(|place| reader.word(&place)).unwrap_or_default(),
        fallback: table
            .find("fallback")
            .map(|place| reader.sided(&place, |reader, place| reader.name(place)))
            .unwrap_or_default(),
    }
}

/// A pair of a value map; a blank name stands for an empty field.
fn value_pair(reader: &mut Reader<'_>, place: &Place<'_>) -> [String; 2] {
    let names = reader.list(place);
    if let [left, right] = names.as_slice() {
        return [reader.text(left), reader.text(right)];
    }
    if matches!(place.tree, Tree::List(_)) {
        let message = "An entry of `values` is a pair of names, left and right.";
        reader.report.add(&place.pointer, message, "Write `[\"left name\", \"right name\"]`.");
    }
    Default::default()
}

fn unmapped(reader: &mut Reader<'_>, place: &Place<'_>) -> Option<Unmapped> {
    if !matches!(place.tree, Tree::Table(_)) {
        return reader.word(place).map(Unmapped::Policy);
    }
    let names: Sided<String> = reader.sided(place, |reader, place| reader.name(place));
    if names.is_empty() {
        let message = "The default value is missing.";
        reader.report.add(
            &place.pointer,
            message,
            "Write `{ left = \"…\", right = \"…\" }`, or one of the two.",
        );
    }
    Some(Unmapped::Default(names))
}

/// A transform or comparator: its name, or a table of its name and its argument.
fn call(reader: &mut Reader<'_>, place: &Place<'_>) -> Call {
    let name = match place.tree {
        Tree::Table(_) => {
            let table = reader.free_table(place);
            let mut places = table.places();
            if let (Some((name, place)), None) = (places.next(), places.next()) {
                return Call { name: name.to_owned(), argument: Some(argument(reader, &place)) };
            }
            String::new()
        }
        Tree::Text(name) => name.clone(),
        _ => String::new(),
    };
    if name.is_empty() {
        reader.expected(
            "a name, or a table of one name and its argument",
            "`\"name\"` or `{ name = … }`",
            place,
        );
    }
    Call { name, argument: None }
}

fn argument(reader: &mut Reader<'_>, place: &Place<'_>) -> Argument {
    match place.tree {
        Tree::List(_) => {
            let places = reader.list(place);
            Argument::Many(places.iter().map(|place| reader.scalar(place)).collect())
        }
        _ => Argument::One(reader.scalar(place)),
    }
}

const fn text(text: String) -> Value {
    Value::Text(text)
}

fn choice(text: String) -> Value {
    Value::Choice(bowline_core::value::Choice::named(text))
}

/// A fixed value; `bare` says what a text without a kind means here.
fn literal(reader: &mut Reader<'_>, place: &Place<'_>, bare: fn(String) -> Value) -> Literal {
    match place.tree {
        Tree::Text(_) => Literal(bare(reader.name(place))),
        Tree::List(_) => {
            let places = reader.list(place);
            if places.is_empty() {
                reader.report.add(
                    &place.pointer,
                    "The list of values is empty.",
                    "Name a value, or remove the key.",
                );
            }
            Literal(Value::Set(places.iter().map(|place| literal(reader, place, bare).0).collect()))
        }
        Tree::Table(_) => kinded(reader, place),
        _ => Literal(match reader.scalar(place) {
            Scalar::Text(text) => bare(text),
            Scalar::Number(number) => Value::Number(number),
            Scalar::Bool(bool) => Value::Bool(bool),
        }),
    }
}

/// A fixed value with its kind: `{ choice = "High" }`.
fn kinded(reader: &mut Reader<'_>, place: &Place<'_>) -> Literal {
    let nothing = Literal(Value::Null);
    let table = reader.free_table(place);
    let mut places = table.places();
    let (Some((kind, inner)), None) = (places.next(), places.next()) else {
        reader.expected("a value, or a table of one kind and its value", "`{ choice = \"…\" }`", place);
        return nothing;
    };
    if !KINDS.contains(&kind) {
        let message = format!("There is no kind of value called `{kind}`.");
        reader.report.add(&inner.pointer, message, nearest::instead(kind, &KINDS));
        return nothing;
    }
    let text = reader.name(&inner);
    Literal::of_kind(kind, text.clone()).unwrap_or_else(|example| {
        let message = format!("{} is no {kind}.", quoted([text.as_str()]));
        reader.report.add(&inner.pointer, message, format!("Write it as `{example}`."));
        nothing
    })
}
