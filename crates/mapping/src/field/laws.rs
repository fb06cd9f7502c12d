//! The laws of carrying and merging, for mappings of every sort and for values made at random.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::people::People;
use crate::rules::Rules;
use crate::samples::{choice, names, person, rules, text, values};
use crate::shape::{Kind, Shape};
use crate::transforms;

use super::way::Way;
use super::*;

/// What a mapping says besides its two fields, and what the left field holds.
#[derive(Clone, Debug)]
struct Sample {
    entries: String,
    left: Shape,
}

fn sample(entries: &str, left: Shape) -> Sample {
    Sample { entries: entries.to_owned(), left }
}

/// Value maps at random: one to one, several to one, crossing, with and without a name for nothing.
fn value_maps() -> impl Strategy<Value = Sample> {
    let name = || select(vec!["High", "Low", "Medium", "Ω", "x y", ""]);
    let pairs = prop::collection::btree_set((name(), name()), 1..6);
    let unmapped = select(vec![
        "'hold'",
        "'skip'",
        "'pass'",
        "{ left = 'Low', right = 'High' }",
        "{ right = 'Medium' }",
    ]);
    let shape = select(vec![Kind::Choice.one(), Kind::Choice.many(), Kind::Text.one(), Kind::Text.many()]);
    (pairs, unmapped, shape).prop_map(|(pairs, unmapped, left)| {
        let pairs: Vec<String> = pairs.iter().map(|(left, right)| format!("['{left}', '{right}']")).collect();
        sample(&format!("values = [{}]\nunmapped = {unmapped}\n", pairs.join(", ")), left)
    })
}

/// Every transform with a way back, and each with a second one after it.
fn transformed() -> impl Strategy<Value = Sample> {
    let mut samples = Vec::new();
    let both_ways = || transforms::REGISTRY.iter().filter(|transform| transform.has_inverse);
    for first in both_ways() {
        for shape in Shape::all() {
            let Some(given) = first.gives(shape) else { continue };
            samples.push(sample(&format!("transform = [{}]\n", first.example), shape));
            for second in both_ways().filter(|second| second.gives(given).is_some()) {
                let entries = format!("transform = [{}, {}]\n", first.example, second.example);
                samples.push(sample(&entries, shape));
            }
        }
    }
    select(samples)
}

fn plain() -> impl Strategy<Value = Sample> {
    select(Shape::all().collect::<Vec<_>>()).prop_map(|shape| sample("", shape))
}

/// A mapping that is carried both ways, in a profile with some of the people mapped, two of them to one.
fn mappings() -> impl Strategy<Value = (Rules, Shape, Shape)> {
    let samples = prop_oneof![2 => plain(), 4 => transformed(), 6 => value_maps()];
    let people = select(vec![
        "unmapped = 'leave'",
        "unmapped = 'clear'",
        "unmapped = 'hold'",
        "unmapped = 'fallback'\nfallback = { left = 'a', right = 'c' }",
        "unmapped = 'fallback'\nfallback = { right = 'z' }",
    ]);
    (samples, people).prop_map(|(sample, people)| {
        let Sample { entries, left } = sample;
        let users = [("a", "b"), ("b", "b"), ("c", "c"), ("d", "a")];
        let users =
            users.map(|(left, right)| format!("[[user]]\nleft = '{left}'\nright = '{right}'\n")).concat();
        let text = format!("[[type.field]]\nleft = 'l'\nright = 'r'\n{entries}{users}[people]\n{people}\n");
        let rules = rules(&text);
        let stages = &parts(&rules).0.stages;
        let right = stages.iter().fold(left, |shape, stage| stage.transform.gives(shape).expect("it fits"));
        (rules, left, right)
    })
}

/// A mapping, and a value of its left field.
fn cases() -> impl Strategy<Value = (Rules, Value)> {
    mappings().prop_flat_map(|(rules, left, _)| (Just(rules), few(left)))
}

/// Values that meet each other often, of kinds that can be elements; any values of other kinds.
fn few(shape: Shape) -> BoxedStrategy<Value> {
    let one = match shape.kind {
        Kind::Text => names().prop_map(|name| text(&name)).boxed(),
        Kind::Choice => names().prop_map(|name| choice(&name)).boxed(),
        Kind::Person => "[a-e]".prop_map(|id| person(&id)).boxed(),
        _ => return values(shape),
    };
    let met = if shape.many { vec(one, 0..5).prop_map(Value::Set).boxed() } else { one };
    prop_oneof![3 => met, 1 => values(shape)].boxed()
}

fn parts(rules: &Rules) -> (&FieldMapping, &People) {
    (&rules.types()[0].fields()[0], rules.people())
}

fn carried(field: &FieldMapping, to: Side, value: &Value, current: &Value, people: &People) -> Option<Value> {
    match field.carry(to, value, current, people) {
        Carried::Value(value) => Some(value),
        Carried::Skip | Carried::Hold { .. } => None,
    }
}

fn is_held(field: &FieldMapping, side: Side, set: &Value, people: &People) -> bool {
    let elements = field.elements_of(side, set, people);
    elements.iter().any(|element| matches!(element.way, Way::Hold(..)))
}

/// Whether both sides hold the same, as far as a mapping names what they hold.
fn agree(field: &FieldMapping, left: &Value, right: &Value, people: &People) -> bool {
    let held = is_held(field, Side::Left, left, people) || is_held(field, Side::Right, right, people);
    held || field.agrees(left, right, people)
}

/// The normal forms of a set's elements.
fn normals(field: &FieldMapping, value: &Value) -> BTreeSet<Vec<u8>> {
    field.elements(value).unwrap_or_default().into_iter().map(|(normal, _)| normal).collect()
}

fn thorough() -> ProptestConfig {
    ProptestConfig { cases: 1000, max_global_rejects: 100_000, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(thorough())]

    #[test]
    fn a_value_agrees_with_what_it_becomes((rules, left) in cases()) {
        let (field, people) = parts(&rules);
        if let Some(right) = carried(field, Side::Right, &left, &Value::Null, people) {
            prop_assert!(field.agrees(&left, &right, people), "{:?}", right);
        }
    }

    #[test]
    fn no_loss_travels_back((rules, left) in cases()) {
        let (field, people) = parts(&rules);
        prop_assume!(!left.is_empty());
        if let Some(right) = carried(field, Side::Right, &left, &Value::Null, people) {
            let back = carried(field, Side::Left, &right, &left, people);
            prop_assert_eq!(back.map(|back| field.normal(&back)), Some(field.normal(&left)), "{:?}", right);
        }
    }

    #[test]
    fn carrying_again_changes_nothing(
        (rules, left, current) in mappings()
            .prop_flat_map(|(rules, left, right)| (Just(rules), few(left), few(right))),
    ) {
        let (field, people) = parts(&rules);
        let Some(right) = carried(field, Side::Right, &left, &current, people) else { return Ok(()) };
        let again = carried(field, Side::Right, &left, &right, people);
        prop_assert_eq!(again.map(|again| field.normal(&again)), Some(field.normal(&right)));
        if !is_held(field, Side::Right, &right, people) {
            prop_assert!(field.agrees(&left, &right, people), "{:?}", right);
        }
    }

    #[test]
    fn what_agrees_is_not_written(
        (rules, left, right) in mappings().prop_flat_map(|(rules, left, right)| {
            let rights = few(right);
            (Just(rules), few(left), rights)
        }).prop_map(|(rules, left, current)| {
            let (field, people) = parts(&rules);
            let right = carried(field, Side::Right, &left, &current, people).unwrap_or(current);
            (rules, left, right)
        }),
    ) {
        let (field, people) = parts(&rules);
        prop_assume!(field.agrees(&left, &right, people));
        for (to, value, current) in [(Side::Right, &left, &right), (Side::Left, &right, &left)] {
            if current.is_empty() {
                continue;
            }
            let carried = carried(field, to, value, current, people);
            prop_assert_eq!(carried.map(|carried| field.normal(&carried)), Some(field.normal(current)), "{}", to);
        }
    }
}

/// Both sets as they were when last in sync, and as they are after edits on either side; left, then right.
#[derive(Clone, Debug)]
struct Edited {
    rules: Rules,
    base: [Value; 2],
    now: [Value; 2],
}

impl Edited {
    fn merge(&self, side: Side) -> Carried {
        let (field, people) = parts(&self.rules);
        let bases = self.base.each_ref().map(|base| normals(field, base));
        let was = |side: Side, normal: &[u8]| at(&bases, side).contains(normal);
        field.merge(side, at(&self.now, side), at(&self.now, side.other()), &was, people)
    }

    /// Both results; `None` if something new on one side cannot be carried, so that a person must help first.
    fn merged(&self) -> Option<[Value; 2]> {
        match (self.merge(Side::Left), self.merge(Side::Right)) {
            (Carried::Value(left), Carried::Value(right)) => Some([left, right]),
            _ => None,
        }
    }
}

fn at<T>(pair: &[T; 2], side: Side) -> &T {
    &pair[usize::from(side == Side::Right)]
}

/// Sets in sync, of which some elements are taken out and others put in on each side.
fn edited() -> impl Strategy<Value = Edited> {
    let sets = mappings().prop_filter("only sets are merged, element by element", |(rules, left, right)| {
        left.many && right.many && parts(rules).0.is_elementwise()
    });
    let edits = |shape| (vec(any::<bool>(), 10), few(shape));
    sets.prop_flat_map(move |(rules, left, right)| {
        (Just(rules), few(left), few(right), edits(left), edits(right))
    })
    .prop_filter_map(
        "what cannot be carried was never in sync",
        |(rules, left, own, on_left, on_right)| {
            let (field, people) = parts(&rules);
            let right = carried(field, Side::Right, &left, &own, people)?;
            let now = [edit(&left, on_left), edit(&right, on_right)];
            field.agrees(&left, &right, people).then_some(Edited { now, base: [left, right], rules })
        },
    )
}

fn edit(set: &Value, (stays, added): (Vec<bool>, Value)) -> Value {
    let (Value::Set(values), Value::Set(added)) = (set, added) else { panic!("sets are edited") };
    let kept = values.iter().zip(stays).filter(|(_, stays)| *stays).map(|(value, _)| value.clone());
    Value::Set(kept.chain(added).collect())
}

proptest! {
    #![proptest_config(thorough())]

    #[test]
    fn both_sides_merge_to_the_same(edited in edited()) {
        let (field, people) = parts(&edited.rules);
        let Some([left, right]) = edited.merged() else { return Ok(()) };
        prop_assert!(agree(field, &left, &right, people), "{left:?} and {right:?}");
    }

    #[test]
    fn merging_what_was_merged_changes_nothing(edited in edited()) {
        let (field, _) = parts(&edited.rules);
        let Some(merged) = edited.merged() else { return Ok(()) };
        let again = Edited { now: merged.clone(), ..edited.clone() }.merged().expect("all of it was carried before");
        for side in Side::BOTH {
            prop_assert_eq!(field.normal(at(&again, side)), field.normal(at(&merged, side)), "{}", side);
        }
    }

    #[test]
    fn every_add_is_kept_on_its_side_and_arrives_on_the_other(edited in edited()) {
        let (field, people) = parts(&edited.rules);
        let Some(merged) = edited.merged() else { return Ok(()) };
        for side in Side::BOTH {
            let before = normals(field, at(&edited.base, side));
            let there = field.elements_of(side.other(), at(&merged, side.other()), people);
            for element in field.elements_of(side, at(&edited.now, side), people) {
                if before.contains(&element.normal) {
                    continue;
                }
                prop_assert!(normals(field, at(&merged, side)).contains(&element.normal), "{:?}", element.value);
                let arrived = there.iter().any(|other| field.is_match(&element, other, people));
                prop_assert!(arrived || element.is_private(), "{:?}", element.value);
            }
        }
    }

    #[test]
    fn every_remove_is_honoured_unless_the_same_was_added_anew(edited in edited()) {
        let (field, people) = parts(&edited.rules);
        let Some(merged) = edited.merged() else { return Ok(()) };
        for side in Side::BOTH {
            let base = normals(field, at(&edited.base, side));
            let now = normals(field, at(&edited.now, side));
            let new_there = field.elements_of(side.other(), at(&edited.now, side.other()), people);
            let was_there = normals(field, at(&edited.base, side.other()));
            for element in field.elements_of(side, at(&edited.base, side), people) {
                let is_removed = base.contains(&element.normal) && !now.contains(&element.normal);
                let is_added_anew = new_there.iter().any(|other| {
                    !was_there.contains(&other.normal) && field.is_match(&element, other, people)
                });
                let is_back = normals(field, at(&merged, side)).contains(&element.normal);
                prop_assert!(!is_removed || is_added_anew || !is_back, "{:?}", element.value);
            }
        }
    }

    #[test]
    fn what_one_side_alone_changed_is_what_both_get(edited in edited()) {
        let (field, people) = parts(&edited.rules);
        let alone = Edited { now: [edited.now[0].clone(), edited.base[1].clone()], ..edited.clone() };
        let Some([left, right]) = alone.merged() else { return Ok(()) };
        prop_assert_eq!(field.normal(&left), field.normal(&alone.now[0]));
        prop_assert!(agree(field, &left, &right, people), "{left:?} and {right:?}");
    }
}
