//! What holds for every tool: `hold` says what a tool will give back, so it changes nothing the second time.

use bowline_core::connection::ToolKind;
use bowline_core::text::{Doc, html, wiki};
use bowline_core::value::{Choice, Person};
use bowline_core::{FieldName, Timestamp, Value};
use proptest::prelude::*;

use crate::script::{Script, tool};

fn docs() -> impl Strategy<Value = Doc> {
    let plain = "[ -~\\n\\u{e9}\\u{2028}]{0,60}";
    let markup = "([*_{}\\[\\]|#h1. \\na-c-]|\\{code\\}|\\{quote\\}|\\|\\||<b>|</b>|<ul><li>|</li></ul>|<p>|&amp;|https://x.y){0,20}";
    prop_oneof![
        plain.prop_map(|text| Doc::from_plain(&text)),
        markup.prop_map(|text| wiki::parse(&text)),
        markup.prop_map(|text| html::parse(&text)),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        "[ -~\\r\\n\\t\\u{e9}\\u{1F600}]{0,300}".prop_map(Value::Text),
        docs().prop_map(Value::Rich),
        (-1e9..1e9f64).prop_map(Value::Number),
        any::<bool>().prop_map(Value::Bool),
        (0i64..4_000_000_000_000_000)
            .prop_map(|micros| Value::Instant(Timestamp::from_microsecond(micros).unwrap())),
        Just(Value::Date("2026-02-28".parse().unwrap())),
        "[ -~]{0,8}".prop_map(|name| Value::Choice(Choice::named(name))),
        "[ -~]{0,8}".prop_map(|id| Value::Person(Person::of(id))),
    ];
    let set =
        proptest::collection::vec(prop_oneof!["[ ,a-c]{0,4}".prop_map(Value::Text), leaf.clone()], 0..5);
    prop_oneof![3 => leaf, 1 => set.prop_map(Value::Set)]
}

const FIELDS: [&str; 14] = [
    "summary",
    "description",
    "labels",
    "priority",
    "duedate",
    "customfield_1",
    "components",
    "Name",
    "Description",
    "Tags",
    "EntityState",
    "AssignedUser",
    "CustomFields.X",
    "PlannedEndDate",
];

proptest! {
    #[test]
    fn holding_twice_is_holding_once(value in values(), field in proptest::sample::select(&FIELDS[..])) {
        for kind in ToolKind::ALL {
            let tool = tool(kind, &Script::new([]));
            let field = FieldName::from(field);
            let once = tool.hold(&field, &value);
            prop_assert_eq!(&tool.hold(&field, &once), &once, "{} {}", kind, field);
        }
    }

    #[test]
    fn holding_a_comment_twice_is_holding_it_once(doc in docs()) {
        for kind in ToolKind::ALL {
            let tool = tool(kind, &Script::new([]));
            let once = tool.hold_comment(&doc);
            prop_assert_eq!(&tool.hold_comment(&once), &once, "{}", kind);
        }
    }

    #[test]
    fn a_held_title_is_one_line_that_fits(text in "[ -~\\r\\n\\u{1F600}]{0,400}") {
        let script = Script::new([]);
        let Value::Text(summary) = tool(ToolKind::JiraDc, &script).hold(&"summary".into(), &Value::Text(text.clone())) else {
            panic!("a text stays a text");
        };
        prop_assert!(summary.encode_utf16().count() <= 255);
        prop_assert!(!summary.contains(['\r', '\n']));
        prop_assert_eq!(summary.trim(), &summary);
        let Value::Text(name) = tool(ToolKind::Targetprocess, &script).hold(&"Name".into(), &Value::Text(text)) else {
            panic!("a text stays a text");
        };
        prop_assert!(!name.contains(['\r', '\n']));
    }
}
