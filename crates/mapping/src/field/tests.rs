//! What single mappings do, in the cases that people meet.

use bowline_core::code;
use bowline_core::value::Choice;

use crate::people::People;
use crate::rules::Rules;
use crate::samples::{choice, person, rules, text};

use super::*;

/// A profile with one field mapping, `l` to `r`.
fn profile(entries: &str) -> Rules {
    rules(&format!("[[type.field]]\nleft = 'l'\nright = 'r'\n{entries}\n"))
}

fn parts(rules: &Rules) -> (&FieldMapping, &People) {
    (&rules.types()[0].fields()[0], rules.people())
}

#[track_caller]
fn carry(rules: &Rules, to: Side, value: &Value, current: &Value) -> Carried {
    let (field, people) = parts(rules);
    field.carry(to, value, current, people)
}

fn set(names: &[&str]) -> Value {
    Value::Set(names.iter().map(|name| text(name)).collect())
}

fn choices(names: &[&str]) -> Value {
    Value::Set(names.iter().map(|name| choice(name)).collect())
}

fn held(code: Code, subject: &str) -> Carried {
    Carried::Hold { code, subject: subject.to_owned() }
}

const PRIORITIES: &str = "values = [['Highest', 'Must Have'], ['High', 'Must Have'], ['Medium', 'Great']]";

#[test]
fn a_value_map_is_read_both_ways() {
    let rules = profile(PRIORITIES);
    let to = |side, name: &str| carry(&rules, side, &choice(name), &Value::Null);
    assert_eq!(to(Side::Right, "high"), Carried::Value(choice("Must Have")));
    assert_eq!(to(Side::Left, "Must Have"), Carried::Value(choice("Highest")), "of several the first");
    assert_eq!(to(Side::Left, "great "), Carried::Value(choice("Medium")));
}

#[test]
fn the_present_value_stays_if_it_has_the_same_counterpart() {
    let rules = profile(PRIORITIES);
    let high = Value::Choice(Choice { id: Some("2".into()), name: "High".into() });
    assert_eq!(carry(&rules, Side::Left, &choice("Must Have"), &high), Carried::Value(high.clone()));
    assert_eq!(carry(&rules, Side::Left, &choice("Great"), &high), Carried::Value(choice("Medium")));
    let (field, people) = parts(&rules);
    assert!(field.agrees(&high, &choice("Must Have"), people));
    assert!(!field.agrees(&high, &choice("Great"), people));
}

#[test]
fn names_that_cross_stay_where_they_are() {
    let rules = profile("values = [['A', 'X'], ['A', 'Y'], ['B', 'X'], ['B', 'Y']]");
    for (left, right) in [("A", "X"), ("A", "Y"), ("B", "X"), ("B", "Y")] {
        let (left, right) = (choice(left), choice(right));
        assert_eq!(carry(&rules, Side::Left, &right, &left), Carried::Value(left.clone()));
        assert_eq!(carry(&rules, Side::Right, &left, &right), Carried::Value(right));
    }
}

#[test]
fn a_value_without_a_pair_follows_the_policy() {
    let with = |policy: &str| profile(&format!("{PRIORITIES}\nunmapped = {policy}"));
    let low = |rules: &Rules| carry(rules, Side::Right, &choice("Low"), &Value::Null);
    assert_eq!(low(&profile(PRIORITIES)), held(code::MAPPING_UNMAPPED_VALUE, "Low"));
    assert_eq!(low(&with("'hold'")), held(code::MAPPING_UNMAPPED_VALUE, "Low"));
    assert_eq!(low(&with("'skip'")), Carried::Skip);
    assert_eq!(low(&with("'pass'")), Carried::Value(choice("Low")));
    let default = with("{ left = 'Medium', right = 'Great' }");
    assert_eq!(low(&default), Carried::Value(choice("Great")));
    assert_eq!(carry(&default, Side::Left, &choice("Great"), &choice("Low")), Carried::Value(choice("Low")));
    let one_sided = with("{ left = 'Medium' }");
    assert_eq!(low(&one_sided), held(code::MAPPING_UNMAPPED_VALUE, "Low"));
}

#[test]
fn the_content_of_a_text_is_never_a_subject() {
    let rules = profile("values = [['a', 'b']]");
    assert_eq!(
        carry(&rules, Side::Right, &text("secret"), &Value::Null),
        held(code::MAPPING_UNMAPPED_VALUE, "text")
    );
    let named = profile("transform = ['name']\nvalues = [['a', 'b']]");
    assert_eq!(
        carry(&named, Side::Right, &text("secret"), &Value::Null),
        held(code::MAPPING_UNMAPPED_VALUE, "text")
    );
    let scaled = profile("transform = [{ scale = 2 }]");
    assert_eq!(
        carry(&scaled, Side::Right, &text("secret"), &Value::Null),
        held(code::MAPPING_WRONG_KIND, "text")
    );
}

#[test]
fn nothing_is_carried_as_nothing_unless_it_is_mapped() {
    let plain = profile(PRIORITIES);
    assert_eq!(carry(&plain, Side::Right, &Value::Null, &choice("Great")), Carried::Value(Value::Null));
    let named = profile("values = [['', 'Not set'], ['High', 'Great']]");
    assert_eq!(carry(&named, Side::Right, &Value::Null, &Value::Null), Carried::Value(choice("Not set")));
    assert_eq!(carry(&named, Side::Left, &choice("Not set"), &choice("High")), Carried::Value(Value::Null));
    let blank = profile("values = [['None', ' ']]");
    assert_eq!(carry(&blank, Side::Right, &choice("None"), &choice("x")), Carried::Value(Value::Null));
}

#[test]
fn an_option_is_carried_by_name_and_never_by_id() {
    let rules = profile("");
    let low = Value::Choice(Choice { id: Some("4".into()), name: "Low".into() });
    assert_eq!(carry(&rules, Side::Right, &low, &Value::Null), Carried::Value(choice("Low")));
}

#[test]
fn a_cut_text_does_not_cut_the_one_it_came_from() {
    let rules = profile("transform = [{ clamp = 5 }]");
    let (long, short) = (text("abcdefgh"), text("abcd…"));
    assert_eq!(carry(&rules, Side::Right, &long, &text("old")), Carried::Value(short.clone()));
    assert_eq!(carry(&rules, Side::Left, &short, &long), Carried::Value(long.clone()));
    assert_eq!(carry(&rules, Side::Left, &text("new"), &long), Carried::Value(text("new")));
}

#[test]
fn white_space_that_does_not_count_is_not_carried() {
    let carried = |entries: &str| carry(&profile(entries), Side::Right, &text("a \r\nb\r\n"), &Value::Null);
    assert_eq!(carried(""), Carried::Value(text("a\nb")));
    assert_eq!(carried("compare = 'exact'"), Carried::Value(text("a \r\nb\r\n")));
}

#[test]
fn a_kind_that_the_field_never_had_is_held() {
    let rules = profile("");
    let wrong = held(code::MAPPING_WRONG_KIND, "text");
    assert_eq!(carry(&rules, Side::Right, &text("a"), &Value::Number(1.0)), wrong);
    assert_eq!(carry(&rules, Side::Right, &text("a"), &set(&["b"])), wrong);
    assert_eq!(carry(&rules, Side::Right, &set(&["a"]), &choices(&["b"])), wrong);
    assert_eq!(carry(&rules, Side::Right, &set(&["a"]), &text("b")), held(code::MAPPING_WRONG_KIND, "set"));
}

#[test]
fn a_transform_without_a_way_back_leads_one_way() {
    let rules = profile("transform = [{ case = 'upper' }]\ndirection = 'left_to_right'");
    assert_eq!(carry(&rules, Side::Right, &text("a"), &Value::Null), Carried::Value(text("A")));
    let back = carry(&rules, Side::Left, &text("A"), &Value::Null);
    assert!(matches!(back, Carried::Hold { code, .. } if code == code::MAPPING_WRONG_KIND));
}

#[test]
fn in_one_direction_the_target_must_be_what_arrives_there() {
    let one_way = profile("transform = [{ prefix = 'J ' }]\ndirection = 'left_to_right'");
    let (field, people) = parts(&one_way);
    assert!(!field.agrees(&text("a"), &text("a"), people), "the prefix is missing");
    let both = profile("transform = [{ prefix = 'J ' }]");
    let (field, people) = parts(&both);
    assert!(field.agrees(&text("a"), &text("a"), people), "the right one would become the left one");
}

#[test]
fn pairs_name_what_the_transforms_have_made() {
    let rules = profile("transform = ['first']\nvalues = [['a', 'x'], ['b', 'x']]");
    assert_eq!(carry(&rules, Side::Right, &set(&["b", "c"]), &Value::Null), Carried::Value(text("x")));
    assert_eq!(carry(&rules, Side::Left, &text("x"), &set(&["b"])), Carried::Value(set(&["b"])));
    assert_eq!(carry(&rules, Side::Left, &text("x"), &Value::Null), Carried::Value(set(&["a"])));
}

#[test]
fn people_are_carried_by_the_user_mapping() {
    let users = "[[user]]\nleft = 'ada'\nright = '2'\n[[user]]\nleft = 'ada-admin'\nright = '2'\n";
    let with = |people: &str| profile(&format!("{users}[people]\n{people}"));
    let zed = |rules: &Rules| carry(rules, Side::Right, &person("zed"), &person("2"));
    let leave = with("");
    assert_eq!(carry(&leave, Side::Right, &person("ada-admin"), &Value::Null), Carried::Value(person("2")));
    assert_eq!(carry(&leave, Side::Left, &person("2"), &Value::Null), Carried::Value(person("ada")));
    assert_eq!(
        carry(&leave, Side::Left, &person("2"), &person("ada-admin")),
        Carried::Value(person("ada-admin"))
    );
    assert_eq!(zed(&leave), Carried::Skip);
    assert_eq!(zed(&with("unmapped = 'clear'")), Carried::Value(Value::Null));
    assert_eq!(zed(&with("unmapped = 'hold'")), held(code::MAPPING_UNMAPPED_PERSON, "zed"));
    let fallback = with("unmapped = 'fallback'\nfallback = { right = '9' }");
    assert_eq!(zed(&fallback), Carried::Value(person("9")));
    assert_eq!(carry(&fallback, Side::Left, &person("9"), &person("zed")), Carried::Value(person("zed")));
    assert_eq!(carry(&fallback, Side::Left, &person("9"), &person("ada")), Carried::Skip);
}

#[test]
fn elements_without_a_counterpart_stay_on_their_side() {
    let rules = profile(&format!("{PRIORITIES}\nunmapped = 'skip'"));
    let (left, right) = (choices(&["High", "private"]), choices(&["own"]));
    let carried = carry(&rules, Side::Right, &left, &right);
    assert_eq!(carried, Carried::Value(choices(&["own", "Must Have"])));
    assert_eq!(carry(&rules, Side::Right, &Value::Null, &right), Carried::Value(right.clone()));
    let (field, people) = parts(&rules);
    assert!(field.agrees(&left, &choices(&["own", "Must Have"]), people));
    assert!(!field.agrees(&left, &right, people));
}

#[test]
fn an_element_that_is_held_holds_the_set_and_is_no_agreement() {
    let rules = profile(PRIORITIES);
    let (left, right) = (choices(&["High", "odd"]), choices(&["Must Have"]));
    assert_eq!(carry(&rules, Side::Right, &left, &right), held(code::MAPPING_UNMAPPED_VALUE, "odd"));
    let (field, people) = parts(&rules);
    assert!(!field.agrees(&left, &right, people));
}

#[test]
fn a_constant_is_what_arrives_whatever_is_there() {
    let rules = rules("[[type.field]]\nright = 'Origin'\nconstant = 'jira'\n");
    let (field, people) = parts(&rules);
    assert_eq!((field.label(), field.field(Side::Left)), ("Origin", None));
    assert!(field.carries(Side::Right, true) && !field.carries(Side::Right, false));
    assert!(!field.carries(Side::Left, true));
    assert_eq!(field.carry(Side::Right, &Value::Null, &text("x"), people), Carried::Value(text("jira")));
    assert!(field.agrees(&Value::Null, &text("jira"), people));
    assert!(!field.agrees(&Value::Null, &text("x"), people));
}

#[test]
fn directions_say_what_is_carried_and_when() {
    let carries = |direction: &str| {
        let rules = profile(&format!("direction = '{direction}'"));
        let field = parts(&rules).0;
        [(Side::Left, false), (Side::Left, true), (Side::Right, false), (Side::Right, true)]
            .map(|(to, creating)| field.carries(to, creating))
    };
    assert_eq!(carries("both"), [true, true, true, true]);
    assert_eq!(carries("left_to_right"), [false, false, true, true]);
    assert_eq!(carries("right_to_left"), [true, true, false, false]);
    assert_eq!(carries("create_only_left_to_right"), [false, false, false, true]);
    assert_eq!(carries("create_only_right_to_left"), [false, true, false, false]);
}

#[test]
fn the_key_depends_on_names_alone() {
    let key = |entries: &str| parts(&profile(entries)).0.key();
    assert_eq!(key(""), key("direction = 'left_to_right'\ntransform = ['trim']"));
    let moved = rules("[[type.field]]\nleft = 'x'\nright = 'y'\n[[type.field]]\nleft = 'l'\nright = 'r'\n");
    assert_eq!(moved.types()[0].fields()[1].key(), key(""));
    assert_ne!(moved.types()[0].fields()[0].key(), key(""));
}

#[test]
fn elements_are_sorted_and_a_merged_field_without_a_value_has_none() {
    let plain = profile("");
    let (field, _) = parts(&plain);
    let elements = field.elements(&set(&["b", "a", "b ", ""])).unwrap();
    assert_eq!(elements.iter().map(|(_, value)| value).collect::<Vec<_>>(), [&text("a"), &text("b")]);
    assert_eq!(field.elements(&Value::Null), None);
    assert_eq!(field.elements(&text("a")), None);
    let merged = profile("conflict = 'merge'");
    assert_eq!(parts(&merged).0.elements(&Value::Null), Some(vec![]));
}

#[test]
fn a_merge_adds_what_was_added_and_removes_what_was_removed() {
    let rules = profile("conflict = 'merge'\ntransform = ['label_spaces']");
    let (field, people) = parts(&rules);
    let base = [set(&["old", "goneˍleft", "gone"]), set(&["old", "gone left", "gone"])];
    let now = [set(&["old", "gone", "newˍleft"]), set(&["old", "gone left", "new right"])];
    let was = |side: Side, normal: &[u8]| {
        let elements = field.elements(&base[usize::from(side == Side::Right)]).unwrap();
        elements.iter().any(|(known, _)| known == normal)
    };
    let left = field.merge(Side::Left, &now[0], &now[1], &was, people);
    let right = field.merge(Side::Right, &now[1], &now[0], &was, people);
    assert_eq!(left, Carried::Value(set(&["old", "newˍleft", "newˍright"])));
    assert_eq!(right, Carried::Value(set(&["old", "new right", "new left"])));
}

#[test]
fn a_merge_takes_a_field_without_a_value_for_an_empty_set_and_holds_anything_else() {
    let rules = profile("conflict = 'merge'");
    let (field, people) = parts(&rules);
    let never = |_: Side, _: &[u8]| false;
    let merge = |mine: &Value, theirs: &Value| field.merge(Side::Left, mine, theirs, &never, people);
    assert_eq!(merge(&Value::Null, &set(&["a"])), Carried::Value(set(&["a"])));
    assert_eq!(merge(&set(&["a"]), &text("b")), held(code::MAPPING_WRONG_KIND, "text"));
}

#[test]
fn a_state_is_held_under_its_own_code() {
    let rules = rules("[type.state]\nleft = 'status'\nright = 'EntityState'\nvalues = [['To Do', 'Open']]\n");
    let state = rules.types()[0].state().unwrap();
    assert!(state.is_state() && state.label() == "status → EntityState");
    assert_eq!(
        state.carry(Side::Right, &choice("Done"), &choice("Open"), rules.people()),
        held(code::MAPPING_UNMAPPED_STATE, "Done")
    );
}
