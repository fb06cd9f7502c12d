//! What holds for every transform of the registry, and what each does.

use proptest::prelude::*;
use proptest::sample::select;

use crate::compare::Comparator;
use crate::samples::{any_value, call, choice, text, values};

use super::*;

fn stage(written: &str) -> Stage {
    Stage::new(&call(written)).unwrap_or_else(|(message, fix)| panic!("{message} {fix}"))
}

/// A transform of the registry as its example has it, and a value that it takes.
fn taken() -> impl Strategy<Value = (Stage, Shape, Value)> {
    let pairs: Vec<(&str, Shape)> = REGISTRY
        .iter()
        .flat_map(|transform| {
            let takes = move |shape: &Shape| transform.gives(*shape).is_some();
            Shape::all().filter(takes).map(|shape| (transform.example, shape))
        })
        .collect();
    select(pairs)
        .prop_flat_map(|(example, shape)| values(shape).prop_map(move |value| (stage(example), shape, value)))
}

fn normal(value: &Value) -> Vec<u8> {
    Comparator::ByKind.normal(value)
}

proptest! {
    #[test]
    fn what_it_says_it_gives_it_gives((stage, shape, value) in taken()) {
        let given = stage.forth(&value);
        prop_assume!(given != Err(Unfit::Value));
        let given = given.unwrap();
        if let Some(found) = Shape::of(&given) {
            prop_assert_eq!(Some(found), stage.transform.gives(shape));
        }
    }

    #[test]
    fn the_way_there_and_back_and_there_is_the_way_there((stage, _, value) in taken()) {
        prop_assume!(stage.transform.has_inverse);
        let Ok(there) = stage.forth(&value) else { return Ok(()) };
        let back = stage.back(&there).expect("what went there comes back");
        prop_assert_eq!(normal(&stage.forth(&back).unwrap()), normal(&there), "back: {:?}", back);
    }

    #[test]
    fn no_value_makes_it_panic(transform in select(REGISTRY), value in any_value()) {
        let stage = stage(transform.example);
        let (there, back) = (stage.forth(&value), stage.back(&value));
        if value.is_empty() {
            prop_assert_eq!((there, back), (Ok(Value::Null), Ok(Value::Null)));
        }
    }
}

#[test]
fn names_are_unique_sorted_and_used_in_their_examples() {
    for pair in REGISTRY.windows(2) {
        assert!(pair[0].name < pair[1].name, "{} and {}", pair[0].name, pair[1].name);
    }
    for transform in REGISTRY {
        assert_eq!(stage(transform.example).transform.name, transform.name);
        assert!(transform.doc.ends_with('.') && !transform.forms().is_empty(), "{}", transform.name);
    }
}

#[test]
fn each_does_what_it_says() {
    let set = |names: &[&str]| Value::Set(names.iter().map(|name| text(name)).collect());
    let day = Value::Date("2026-11-22".parse().unwrap());
    let noon = Value::Instant("2026-11-22T12:00:00Z".parse().unwrap());
    let midnight = Value::Instant("2026-11-22T00:00:00Z".parse().unwrap());
    for (written, left, right) in [
        ("'trim'", text(" a "), text("a")),
        ("{ clamp = 4 }", text("abcd"), text("abcd")),
        ("{ clamp = 4 }", text("abcde"), text("abc…")),
        ("{ clamp = 4 }", text("ab𝄞𝄞"), text("ab…")),
        ("{ clamp = 1 }", text("abc"), text("…")),
        ("{ prefix = 'J ' }", text("a"), text("J a")),
        ("{ suffix = '!' }", text("a"), text("a!")),
        ("{ case = 'upper' }", text("äb"), text("ÄB")),
        ("{ case = 'lower' }", text("ÄB"), text("äb")),
        ("'label_spaces'", set(&["aˍb", "c"]), set(&["a b", "c"])),
        ("{ label_spaces = 'right' }", set(&["a b"]), set(&["aˍb"])),
        ("{ join = ', ' }", set(&["b", "a"]), text("a, b")),
        ("{ join = ' ' }", set(&["b", "a c"]), text("a b c")),
        ("{ split = ', ' }", text("b,a , b"), set(&["a", "b"])),
        ("{ scale = 3600 }", Value::Number(0.1), Value::Number(360.0)),
        ("'yes_no'", Value::Bool(true), choice("Yes")),
        ("{ yes_no = ['Ja', 'Nein'] }", Value::Bool(false), choice("Nein")),
        ("'first'", set(&["b", "a"]), text("a")),
        ("'name'", choice("High"), text("High")),
        ("'name'", text("High"), choice("High")),
        ("'day'", noon, day.clone()),
        ("'day'", day, midnight),
    ] {
        assert_eq!(stage(written).forth(&left), Ok(right), "{written}");
    }
    let doc = bowline_core::text::Doc::from_plain("a");
    assert_eq!(stage("'plain'").forth(&Value::Rich(doc.clone())), Ok(text("a")));
    assert_eq!(stage("'rich'").forth(&text("a")), Ok(Value::Rich(doc)));
}

#[test]
fn the_way_back_undoes_the_way_there() {
    for (written, right, left) in [
        ("{ prefix = 'J ' }", text("J a"), text("a")),
        ("{ prefix = 'J ' }", text("a"), text("a")),
        ("{ suffix = '!' }", text("a!"), text("a")),
        ("'label_spaces'", text("a b"), text("aˍb")),
        ("{ scale = 3600 }", Value::Number(1.0), Value::Number(2.777_777_777_777_78e-4)),
        ("'yes_no'", choice(" yes"), Value::Bool(true)),
        ("'first'", choice("A"), Value::Set(vec![choice("A")])),
    ] {
        assert_eq!(stage(written).back(&right), Ok(left), "{written}");
    }
    assert_eq!(stage("'yes_no'").back(&choice("Perhaps")), Err(Unfit::Value));
    assert_eq!(stage("'yes_no'").back(&text("Yes")), Err(Unfit::Kind));
    assert_eq!(stage("{ scale = 1e300 }").forth(&Value::Number(1e300)), Err(Unfit::Value));
}

#[test]
fn an_argument_that_does_not_fit_is_refused_with_one_that_does() {
    for written in [
        "{ trim = 1 }",
        "'clamp'",
        "{ clamp = 0 }",
        "{ clamp = 1.5 }",
        "{ clamp = 'a' }",
        "'prefix'",
        "{ suffix = '' }",
        "{ case = 'title' }",
        "{ label_spaces = 'both' }",
        "'join'",
        "{ split = 1 }",
        "{ scale = 0 }",
        "{ yes_no = 'Yes' }",
        "{ yes_no = ['Yes'] }",
        "{ yes_no = ['Yes', 'YES'] }",
        "{ first = 1 }",
        "{ day = 'UTC' }",
    ] {
        let (message, fix) = Stage::new(&call(written)).expect_err(written);
        assert!(message.contains("does not fit") && fix.starts_with("Write it as"), "{message} {fix}");
    }
    let (message, fix) = Stage::new(&call("'trimm'")).expect_err("unknown");
    assert_eq!((message.as_str(), fix.as_str()), ("There is no transform `trimm`.", "Write `trim`."));
}
