//! The decision for one field, case by case: who is written, with what, and what becomes the base.

use std::collections::BTreeMap;

use bowline_core::item::{Locator, Version};
use bowline_core::{FieldName, Item, Side, Timestamp, Value, code};
use bowline_mapping::{Document, Rules};
use bowline_sync::Laws;
use bowline_sync::base::Base;
use bowline_sync::decide::{Means, Plan, Sight, decide};

use crate::simulation::FakeSeal;

/// A pair of items with one mapped field, and what is known of it.
struct Scene {
    conflict: &'static str,
    base: Base,
}

/// What one side says; `None` if the tool does not tell.
type Told = Option<&'static str>;

impl Scene {
    fn new(conflict: &'static str) -> Self {
        Self { conflict, base: Base::default() }
    }

    /// The same after both sides said this and were in sync.
    fn in_sync(mut self, words: &'static str) -> Self {
        self.base = self.look(Some(words), Some(words)).base;
        self
    }

    fn look(&self, left: Told, right: Told) -> Plan {
        self.look_at((left, 1), (right, 1))
    }

    fn look_at(&self, (left, left_at): (Told, i64), (right, right_at): (Told, i64)) -> Plan {
        let document = format!(
            "schema = 1\nname = \"one\"\n[left]\nconnection = \"l\"\n[right]\nconnection = \"r\"\n\
             [[routing]]\nleft = \"L\"\nright = \"R\"\n[[type]]\nleft = \"Story\"\nright = \"UserStory\"\n\
             [[type.field]]\nleft = \"memo\"\nright = \"Memo\"\nconflict = \"{}\"\n",
            self.conflict
        );
        let rules = Rules::new(Document::parse(&document).unwrap()).unwrap();
        let sight = Sight {
            mapping: rules.type_between("Story", "UserStory").unwrap(),
            people: rules.people(),
            left: &item("Story", "memo", left, left_at),
            right: &item("UserStory", "Memo", right, right_at),
            base: &self.base,
            first: None,
            creating: false,
            revision: 1,
            forced: false,
            minute: 0,
        };
        let hold = |_: Side, _: &FieldName, value: &Value| value.clone();
        decide(&sight, &Means { hold: &hold, prints: &FakeSeal, laws: Laws::default() })
    }
}

fn item(kind: &str, field: &str, told: Told, changed_at: i64) -> Item {
    let at = Timestamp::from_second(changed_at).unwrap();
    let value = |words: &str| if words.is_empty() { Value::Null } else { Value::Text(words.to_owned()) };
    Item {
        at: Locator {
            id: "1".into(),
            kind: kind.into(),
            key: "K-1".into(),
            scope: "L".into(),
            url: String::new(),
        },
        version: Version(changed_at),
        updated_at: at,
        fields: told.map(|words| (FieldName::new(field), value(words))).into_iter().collect(),
        changed_at: BTreeMap::from([(FieldName::new(field), at)]),
        marker: None,
    }
}

/// What is written, as `side=words`.
fn writes(plan: &Plan) -> Vec<String> {
    let words = |value: &Value| match value {
        Value::Text(words) => words.clone(),
        _ => String::new(),
    };
    let left = plan.left.iter().map(|push| format!("left={}", words(&push.value)));
    left.chain(plan.right.iter().map(|push| format!("right={}", words(&push.value)))).collect()
}

const NOTHING: [&str; 0] = [];

#[test]
fn what_one_side_changed_is_written_to_the_other() {
    let scene = Scene::new("left").in_sync("a");
    assert_eq!(writes(&scene.look(Some("b"), Some("a"))), ["right=b"]);
    assert_eq!(
        writes(&scene.look(Some("a"), Some("b"))),
        ["left=b"],
        "whoever wins conflicts: there is none"
    );
    assert_eq!(writes(&scene.look(Some("a"), Some("a"))), NOTHING);
    assert_eq!(writes(&scene.look(Some(""), Some("a"))), ["right="], "emptied by a person");
}

#[test]
fn what_both_sides_changed_is_decided_by_the_rule() {
    let plan = Scene::new("right").in_sync("a").look(Some("b"), Some("c"));
    assert_eq!((writes(&plan), plan.clashes.len()), (vec!["left=c".to_owned()], 1));
    let scene = Scene::new("newest").in_sync("a");
    assert_eq!(writes(&scene.look_at((Some("b"), 2), (Some("c"), 1))), ["right=b"]);
    assert_eq!(writes(&scene.look_at((Some("b"), 1), (Some("c"), 2))), ["left=c"]);
    let plan = Scene::new("manual").in_sync("a").look(Some("b"), Some("c"));
    assert_eq!((writes(&plan), plan.hitches[0].code.clone()), (vec![], code::SYNC_CONFLICT_MANUAL));
}

#[test]
fn the_same_change_on_both_sides_is_no_conflict() {
    let scene = Scene::new("left").in_sync("a");
    let plan = scene.look(Some("b"), Some("b"));
    assert_eq!((writes(&plan), plan.clashes.len()), (vec![], 0));
    let later = Scene { base: plan.base, ..Scene::new("left") };
    assert_eq!(writes(&later.look(Some("b"), Some("c"))), ["left=c"], "what they agreed on is the base now");
}

#[test]
fn a_field_that_was_never_compared_is_filled_where_it_is_empty_and_never_emptied() {
    let scene = Scene::new("left");
    assert_eq!(writes(&scene.look(Some(""), Some("a year of work"))), ["left=a year of work"]);
    assert_eq!(writes(&scene.look(Some("a"), Some(""))), ["right=a"]);
    let plan = scene.look(Some("a"), Some("b"));
    assert_eq!((writes(&plan), plan.clashes.len()), (vec!["right=a".to_owned()], 1), "and the loser is kept");
}

#[test]
fn a_field_that_a_tool_does_not_tell_is_no_empty_field() {
    for (left, right) in [(None, Some("a")), (Some("b"), None), (None, None)] {
        let plan = Scene::new("left").in_sync("a").look(left, right);
        assert_eq!(writes(&plan), NOTHING);
        assert_eq!(plan.hitches[0].code, code::SYNC_FIELD_MISSING);
        let later = Scene { base: plan.base, ..Scene::new("left") };
        assert_eq!(writes(&later.look(Some("a"), Some("a"))), NOTHING, "the base was kept");
        assert_eq!(writes(&later.look(Some("a"), Some("c"))), ["left=c"]);
    }
}
