//! The functions of lists, texts and maps.

use std::cmp::Ordering;

use serde_json::Value;

use super::Tree;
use super::run::{Outcome, Run, kind, number, order, text, truth};

/// The items of a list; none of what is no list.
pub(super) fn items(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Calls a function of a value.
pub(super) fn call(run: &mut Run, of: &Value, name: &str, arguments: &[Tree]) -> Outcome {
    let unknown = || format!("Unrecognized property of `{}`: \"{name}\" ('{name}')", kind(of));
    let found = match of {
        Value::Array(list) => match arguments {
            [function @ Tree::Lambda(..), rest @ ..] => over(run, list, name, (function, rest))?,
            _ => {
                let given = values(run, arguments)?;
                plain_list(list, name, &given)
            }
        },
        Value::String(own) => {
            let given = values(run, arguments)?;
            string(own, name, &given)
        }
        Value::Object(members) => {
            let given = values(run, arguments)?;
            match (name, given.as_slice()) {
                ("get", [key]) => Some(members.get(&text(key)).cloned().unwrap_or_default()),
                ("entries", []) => Some(
                    members
                        .iter()
                        .map(|(key, value)| Value::from(vec![key.as_str().into(), value.clone()]))
                        .collect(),
                ),
                ("set", [key, value]) => {
                    let mut changed = members.clone();
                    changed.insert(text(key), value.clone());
                    Some(Value::Object(changed))
                }
                _ => None,
            }
        }
        Value::Number(_) | Value::Bool(_) if name == "toString" => Some(text(of).into()),
        _ => None,
    };
    found.ok_or_else(unknown)
}

fn values(run: &mut Run, arguments: &[Tree]) -> Result<Vec<Value>, String> {
    arguments.iter().map(|tree| run.value(tree)).collect()
}

/// Functions that take a function; `None` for those that there are not.
fn over(
    run: &mut Run,
    list: &[Value],
    name: &str,
    (function, rest): (&Tree, &[Tree]),
) -> Result<Option<Value>, String> {
    let each = |run: &mut Run| -> Result<Vec<Value>, String> {
        let given = list.iter().enumerate();
        given.map(|(at, one)| run.apply(function, &[one.clone(), number(at as f64)])).collect()
    };
    Ok(Some(match name {
        "map" => Value::Array(each(run)?),
        "flatMap" => flat(each(run)?),
        "filter" => {
            let kept = each(run)?;
            list.iter().zip(kept).filter(|(_, kept)| truth(kept)).map(|(one, _)| one.clone()).collect()
        }
        "find" => {
            let kept = each(run)?;
            list.iter()
                .zip(kept)
                .find(|(_, kept)| truth(kept))
                .map(|(one, _)| one.clone())
                .unwrap_or_default()
        }
        "some" => each(run)?.iter().any(truth).into(),
        "every" => each(run)?.iter().all(truth).into(),
        "reduce" => {
            let mut rest = values(run, rest)?.into_iter();
            let (mut sum, from) = match (rest.next(), list.first()) {
                (Some(first), _) => (first, 0),
                (None, Some(first)) => (first.clone(), 1),
                (None, None) => {
                    return Err("An empty list without an initial value cannot be reduced.".to_owned());
                }
            };
            for one in list.iter().skip(from) {
                sum = run.apply(function, &[sum, one.clone()])?;
            }
            sum
        }
        "sort" => {
            let mut sorted: Vec<Value> = Vec::with_capacity(list.len());
            for one in list {
                let mut place = sorted.len();
                while let Some(before) = place.checked_sub(1).and_then(|at| sorted.get(at)) {
                    let compared = run.apply(function, &[before.clone(), one.clone()])?;
                    if compared.as_f64().is_none_or(|number| number <= 0.0) {
                        break;
                    }
                    place -= 1;
                }
                sorted.insert(place, one.clone());
            }
            Value::Array(sorted)
        }
        _ => return Ok(None),
    }))
}

fn flat(list: Vec<Value>) -> Value {
    let parts = list.into_iter().flat_map(|one| match one {
        Value::Array(inner) => inner,
        other => vec![other],
    });
    parts.collect()
}

/// A place in a list, from the end when negative.
fn place(value: Option<&Value>, length: usize, usual: usize) -> usize {
    let Some(at) = value.and_then(Value::as_f64) else { return usual };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the list before")]
    let found =
        if at < 0.0 { (length as f64 + at).max(0.0) as usize } else { at.min(length as f64) as usize };
    found
}

fn plain_list(list: &[Value], name: &str, given: &[Value]) -> Option<Value> {
    Some(match (name, given) {
        ("includes", [one]) => list.contains(one).into(),
        ("indexOf", [one]) => {
            number(list.iter().position(|item| item == one).map_or(-1.0, |place| place as f64))
        }
        ("join", [between]) => list.iter().map(text).collect::<Vec<_>>().join(&text(between)).into(),
        ("flatten", []) => flat(list.to_vec()),
        ("concat", [other]) => list.iter().chain(items(other)).cloned().collect(),
        ("sort", []) => {
            let mut sorted = list.to_vec();
            sorted.sort_by(|left, right| order(left, right).unwrap_or(Ordering::Equal));
            Value::Array(sorted)
        }
        ("slice", [] | [_] | [_, _]) => {
            let (from, to) =
                (place(given.first(), list.len(), 0), place(given.get(1), list.len(), list.len()));
            list.get(from..to.max(from)).unwrap_or_default().iter().cloned().collect()
        }
        _ => return None,
    })
}

fn string(own: &str, name: &str, given: &[Value]) -> Option<Value> {
    Some(match (name, given) {
        ("trim", []) => own.trim().into(),
        ("toLowerCase", []) => own.to_lowercase().into(),
        ("toUpperCase", []) => own.to_uppercase().into(),
        ("toString", []) => own.into(),
        ("includes", [one]) => own.contains(&text(one)).into(),
        ("startsWith", [one]) => own.starts_with(&text(one)).into(),
        ("endsWith", [one]) => own.ends_with(&text(one)).into(),
        ("indexOf", [one]) => {
            let found = own.find(&text(one)).and_then(|at| own.get(..at));
            number(found.map_or(-1.0, |before| before.chars().count() as f64))
        }
        ("split", [between]) => own.split(&text(between)).map(Value::from).collect(),
        ("replace", [from, to]) => own.replacen(&text(from), &text(to), 1).into(),
        ("slice" | "substring", [_] | [_, _]) => {
            let letters: Vec<char> = own.chars().collect();
            let (from, to) =
                (place(given.first(), letters.len(), 0), place(given.get(1), letters.len(), letters.len()));
            letters.get(from..to.max(from)).unwrap_or_default().iter().collect::<String>().into()
        }
        _ => return None,
    })
}
