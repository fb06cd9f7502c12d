//! What holds for every normal form, and what each comparator takes for equal.

use bowline_core::text::Doc;
use bowline_core::value::{Choice, Person};
use proptest::prelude::*;
use proptest::sample::select;

use crate::samples::{any_value, call, choice, person, text, texts, values};
use crate::shape::Kind;

use super::*;

fn comparator(written: &str) -> Comparator {
    Comparator::new(&call(written)).unwrap_or_else(|(message, fix)| panic!("{message} {fix}"))
}

fn comparators() -> impl Strategy<Value = Comparator> {
    let mut all: Vec<Comparator> = REGISTRY.iter().map(|entry| comparator(entry.example)).collect();
    all.push(Comparator::ByKind);
    select(all)
}

proptest! {
    #[test]
    fn what_is_empty_has_no_bytes_and_nothing_else_has_none(comparator in comparators(), value in any_value()) {
        let is_nothing = match &value {
            Value::Set(values) => values.iter().all(Value::is_empty),
            value => value.is_empty(),
        };
        prop_assert_eq!(comparator.normal(&value).is_empty(), is_nothing);
    }

    #[test]
    fn the_order_and_the_repeats_of_a_set_do_not_count(
        comparator in comparators(),
        (sorted, mixed) in select(&Kind::ALL[..]).prop_flat_map(|kind| values(kind.many())).prop_flat_map(|set| {
            let Value::Set(values) = set.clone() else { unreachable!("a set was asked for") };
            let twice = [values.clone(), values].concat();
            (Just(set), Just(twice).prop_shuffle().prop_map(Value::Set))
        }),
    ) {
        prop_assert_eq!(comparator.normal(&sorted), comparator.normal(&mixed));
    }

    #[test]
    fn a_normal_text_is_its_own_normal_text(
        name in select(vec!["\"exact\"", "\"text\"", "\"text_ignoring_case\"", "\"words\""]),
        written in texts(),
    ) {
        let comparator = comparator(name);
        let normal = comparator.normal(&text(&written));
        if let [b't', rest @ ..] = normal.as_slice() {
            let again = String::from_utf8(rest.to_vec()).unwrap();
            prop_assert_eq!(comparator.normal(&text(&again)), normal);
        }
    }

    #[test]
    fn line_ends_and_white_space_at_the_end_of_lines_do_not_count(
        name in select(vec!["\"text\"", "\"text_ignoring_case\"", "\"words\""]),
        lines in prop::collection::vec("[ a-cß]{0,6}", 0..5),
        ends in prop::collection::vec(select(vec!["\n", " \n", "\r\n", "\t\r\n"]), 5),
    ) {
        let mixed: String = lines.iter().zip(ends).map(|(line, end)| format!("{line}{end}")).collect();
        for comparator in [comparator(name), Comparator::ByKind] {
            prop_assert_eq!(comparator.normal(&text(&lines.join("\n"))), comparator.normal(&text(&mixed)));
        }
    }

    #[test]
    fn different_words_have_different_bytes(a in "[a-c ]{0,4}", b in "[a-c ]{0,4}") {
        let same = a.trim() == b.trim() && (a.trim().is_empty() || a == b);
        let bytes = |written: &str| Comparator::Exact.normal(&text(written));
        prop_assert_eq!(bytes(&a) == bytes(&b), same);
    }

    #[test]
    fn sets_of_different_words_have_different_bytes(
        a in prop::collection::btree_set("[ab]{1,3}", 0..4),
        b in prop::collection::btree_set("[ab]{1,3}", 0..4),
    ) {
        let set = |words: &std::collections::BTreeSet<String>| Value::Set(words.iter().map(|word| text(word)).collect());
        prop_assert_eq!(Comparator::ByKind.normal(&set(&a)) == Comparator::ByKind.normal(&set(&b)), a == b);
    }
}

#[track_caller]
fn compare(comparator: Comparator, a: &Value, b: &Value) -> bool {
    comparator.normal(a) == comparator.normal(b)
}

#[test]
fn by_default_the_kind_decides() {
    let same = |a: &Value, b: &Value| compare(Comparator::ByKind, a, b);
    let at = |written: &str| Value::Instant(written.parse().unwrap());
    assert!(same(&text("a \r\nb\r\n\r\n"), &text("a\nb")));
    assert!(!same(&text(" a"), &text("a")), "white space in front is meant");
    assert!(!same(&text("a"), &text("A")));
    assert!(same(&choice(" to do"), &Value::Choice(Choice { id: Some("7".into()), name: "To Do".into() })));
    assert!(same(&Value::Person(Person { id: "7".into(), name: "Ada".into() }), &person("7")));
    assert!(!same(&person("a"), &person("A")), "ids of people are exact");
    assert!(same(&Value::Number(0.0), &Value::Number(-0.0)));
    assert!(!same(&Value::Number(0.1 + 0.2), &Value::Number(0.3)));
    assert!(same(&at("2026-11-22T10:00:00.9Z"), &at("2026-11-22T10:00:00Z")));
    assert!(!same(&at("1969-12-31T23:59:59.9Z"), &at("1970-01-01T00:00:00.1Z")));
    assert!(!same(&Value::Bool(false), &Value::Null));
    for empty in [text(" \n"), Value::Rich(Doc::default()), Value::Set(vec![]), Value::Set(vec![text("")])] {
        assert!(same(&empty, &Value::Null), "{empty:?}");
    }
}

#[test]
fn each_comparator_takes_for_equal_what_it_says() {
    let at = |written: &str| Value::Instant(written.parse().unwrap());
    let rich = |written: &str| Value::Rich(Doc::from_plain(written));
    for (written, a, b, same) in [
        ("'exact'", text("a\r\n"), text("a\n"), false),
        ("'exact'", choice("Low"), choice("low"), false),
        ("'text'", text("a \r\n"), text("a"), true),
        ("'text'", rich("a"), text("a"), true),
        ("'text'", choice("Low"), choice("low"), false),
        ("'text_ignoring_case'", text("Straße "), text("STRASSE"), true),
        ("'text_ignoring_case'", text("a\n b"), text("a\nb"), false),
        ("'words'", text("a  b\n c"), text("a b c"), true),
        ("'words'", text("a b"), text("A b"), false),
        ("'number'", Value::Number(1.0), Value::Number(1.001), false),
        ("{ number = 0.01 }", Value::Number(1.0), Value::Number(1.001), true),
        ("{ number = 0.01 }", Value::Number(-0.001), Value::Number(0.0), true),
        ("{ number = 0.01 }", Value::Number(1.0), Value::Number(1.01), false),
        ("'date'", at("2026-11-22T10:00:00Z"), at("2026-11-22T23:00:00Z"), true),
        ("'date'", at("2026-11-22T10:00:00Z"), Value::Date("2026-11-22".parse().unwrap()), true),
        ("'instant'", at("2026-11-22T10:00:00.9Z"), at("2026-11-22T10:00:00Z"), true),
        ("{ instant = 'millisecond' }", at("2026-11-22T10:00:00.9Z"), at("2026-11-22T10:00:00Z"), false),
        ("{ instant = 'minute' }", at("2026-11-22T10:00:59Z"), at("2026-11-22T10:00:00Z"), true),
        ("{ instant = 'hour' }", at("2026-11-22T10:00:59Z"), at("2026-11-22T11:00:00Z"), false),
    ] {
        assert_eq!(compare(comparator(written), &a, &b), same, "{written}: {a:?} and {b:?}");
    }
}

#[test]
fn the_registry_names_what_can_be_written() {
    for entry in REGISTRY {
        assert_eq!(call(entry.example).name, entry.name);
        assert_ne!(comparator(entry.example), Comparator::ByKind);
    }
}

#[test]
fn an_unknown_comparator_or_argument_is_refused_with_one_that_would_do() {
    for (written, message, fix) in [
        ("'txt'", "no comparator `txt`", "Write `text`."),
        ("{ text = 1 }", "`text` takes no argument", "Write `\"text\"`."),
        ("{ number = 0 }", "a number above zero", "{ number = 0.01 }"),
        ("{ number = -1 }", "a number above zero", "{ number = 0.01 }"),
        ("{ instant = 'year' }", "`minute` or `hour`", "{ instant = \"minute\" }"),
        ("{ instant = 5 }", "`minute` or `hour`", "{ instant = \"minute\" }"),
    ] {
        let (found, way_out) = Comparator::new(&call(written)).expect_err(written);
        assert!(found.contains(message) && way_out.contains(fix), "{found} {way_out}");
    }
}
