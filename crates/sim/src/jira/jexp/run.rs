//! Evaluating an expression.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::method::{call, items};
use super::{Tree, context::BEAN};

/// How many steps an evaluation may take ("Jira expressions", "Restrictions": 10,000).
pub(crate) const STEPS: usize = 10_000;
/// How long a list or text may become.
const LONGEST: usize = 100_000;

pub(super) type Outcome = Result<Value, String>;

/// An evaluation under way: what names mean, the innermost last, and how many steps were taken.
pub(crate) struct Run {
    scope: Vec<(String, Value)>,
    pub(crate) steps: usize,
}

/// A number; a whole one without a fraction.
pub(crate) fn number(number: f64) -> Value {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "only whole numbers that fit are turned into integers"
    )]
    if number.fract() == 0.0 && number.abs() < 9e15 {
        return Value::from(number as i64);
    }
    Value::from(number)
}

/// Whether a value counts as true.
pub(super) fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// A value as text, as `+` joins it.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Which of two comes first; `None` for what cannot be compared.
pub(super) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

fn same(left: &Value, right: &Value) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.total_cmp(&right).is_eq(),
        _ => left == right,
    }
}

impl Run {
    pub(crate) fn new(scope: Vec<(String, Value)>) -> Self {
        Self { scope, steps: 0 }
    }

    /// The value of an expression, or why it has none.
    pub(crate) fn value(&mut self, tree: &Tree) -> Outcome {
        self.steps += 1;
        if self.steps > STEPS {
            return Err(format!("The expression is too complex: it takes more than {STEPS} steps."));
        }
        match tree {
            Tree::Literal(value) => Ok(value.clone()),
            Tree::Name(name) => {
                let found = self.scope.iter().rev().find(|(known, _)| known == name);
                found.map(|(_, value)| value.clone()).ok_or_else(|| format!("Unknown variable: \"{name}\""))
            }
            Tree::List(trees) => {
                trees.iter().map(|tree| self.value(tree)).collect::<Result<_, _>>().map(Value::Array)
            }
            Tree::Map(members) => {
                let read = members.iter().map(|(key, tree)| Ok((key.clone(), self.value(tree)?)));
                read.collect::<Result<Map<_, _>, String>>().map(Value::Object)
            }
            Tree::Member(of, name, maybe) => {
                let of = self.value(of)?;
                if of.is_null() && *maybe { Ok(Value::Null) } else { member(&of, name) }
            }
            Tree::Index(of, at) => {
                let (of, at) = (self.value(of)?, self.value(at)?);
                index(&of, &at)
            }
            Tree::Call(of, name, arguments) => {
                let of = self.value(of)?;
                call(self, &of, name, arguments)
            }
            Tree::Lambda(..) => Err("A function can only be an argument.".to_owned()),
            Tree::Unary('!', tree) => Ok(Value::Bool(!truth(&self.value(tree)?))),
            Tree::Unary(_, tree) => {
                let value = self.value(tree)?;
                let found =
                    value.as_f64().ok_or_else(|| format!("'-' cannot be applied to {}", kind(&value)))?;
                Ok(number(-found))
            }
            Tree::Binary(sign, left, right) => self.binary(sign, left, right),
            Tree::Choice(test, yes, no) => {
                let chosen = if truth(&self.value(test)?) { yes } else { no };
                self.value(chosen)
            }
            Tree::Let(name, value, rest) => {
                let value = self.value(value)?;
                self.within(&[(name, value)], |run| run.value(rest))
            }
        }
    }

    /// Evaluates while names mean something.
    fn within<T>(&mut self, names: &[(&String, Value)], act: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.scope.len();
        self.scope.extend(names.iter().map(|(name, value)| ((*name).clone(), value.clone())));
        let done = act(self);
        self.scope.truncate(before);
        done
    }

    /// Calls a function that is an argument.
    pub(super) fn apply(&mut self, function: &Tree, given: &[Value]) -> Outcome {
        let Tree::Lambda(names, body) = function else { return Err("A function is expected.".to_owned()) };
        let named: Vec<_> = names.iter().zip(given.iter().cloned()).collect();
        self.within(&named, |run| run.value(body))
    }

    fn binary(&mut self, sign: &str, left: &Tree, right: &Tree) -> Outcome {
        let left = self.value(left)?;
        match sign {
            "&&" if !truth(&left) => return Ok(left),
            "||" if truth(&left) => return Ok(left),
            "??" if !left.is_null() => return Ok(left),
            "&&" | "||" | "??" => return self.value(right),
            _ => {}
        }
        let right = self.value(right)?;
        let wrong = || format!("'{sign}' cannot be applied to {} and {}", kind(&left), kind(&right));
        match sign {
            "==" => return Ok(same(&left, &right).into()),
            "!=" => return Ok((!same(&left, &right)).into()),
            "<" | "<=" | ">" | ">=" => {
                let order = order(&left, &right).ok_or_else(wrong)?;
                return Ok(match sign {
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    ">" => order.is_gt(),
                    _ => order.is_ge(),
                }
                .into());
            }
            "+" if left.is_string() || right.is_string() => {
                let joined = text(&left) + &text(&right);
                return if joined.len() > LONGEST {
                    Err("The text is too long.".to_owned())
                } else {
                    Ok(joined.into())
                };
            }
            _ => {}
        }
        let (one, other) = left.as_f64().zip(right.as_f64()).ok_or_else(wrong)?;
        Ok(number(match sign {
            "+" => one + other,
            "-" => one - other,
            "*" => one * other,
            "/" if other == 0.0 => return Err("Division by zero".to_owned()),
            "/" => one / other,
            _ if other == 0.0 => return Err("Division by zero".to_owned()),
            _ => one % other,
        }))
    }
}

/// What a value is, in words.
pub(super) fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "Boolean".to_owned(),
        Value::Number(_) => "Number".to_owned(),
        Value::String(_) => "String".to_owned(),
        Value::Array(_) => "List".to_owned(),
        Value::Object(members) => members.get(BEAN).map_or_else(|| "Map".to_owned(), text),
    }
}

fn member(of: &Value, name: &str) -> Outcome {
    let unknown = || format!("Unrecognized property of `{}`: \"{name}\" ('{name}')", kind(of));
    match of {
        Value::Null => Err(format!("Cannot read property \"{name}\" of null")),
        Value::Array(list) if name == "length" => Ok(number(list.len() as f64)),
        Value::String(text) if name == "length" => Ok(number(text.chars().count() as f64)),
        // Fields that hold nothing, and keys that are not there, are null; a bean's properties are known.
        Value::Object(members) => match members.get(name) {
            Some(value) => Ok(value.clone()),
            None if !members.contains_key(BEAN) || name.starts_with("customfield_") => Ok(Value::Null),
            None => Err(unknown()),
        },
        _ => Err(unknown()),
    }
}

fn index(of: &Value, at: &Value) -> Outcome {
    match (of, at) {
        (Value::Object(_), Value::String(name)) => member(of, name),
        (Value::Array(_), Value::Number(_)) => {
            let place = at.as_u64().and_then(|place| usize::try_from(place).ok());
            Ok(place.and_then(|place| items(of).get(place)).cloned().unwrap_or_default())
        }
        _ => Err(format!("{} cannot be indexed by {}", kind(of), kind(at))),
    }
}

/// A value as it is answered: without the marks that beans carry.
pub(crate) fn plain(value: Value) -> Value {
    match value {
        Value::Array(list) => list.into_iter().map(plain).collect(),
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(name, _)| name != BEAN);
            Value::Object(kept.map(|(name, value)| (name, plain(value))).collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::parse::parse;
    use super::*;

    fn eval(text: &str) -> Outcome {
        let issue = json!({BEAN: "Issue", "key": "A-1", "labels": ["x", "yy"], "points": 3});
        let tree = parse(text).map_err(|fault| fault.message)?;
        Run::new(vec![("issue".to_owned(), issue)]).value(&tree).map(plain)
    }

    #[test]
    fn expressions_are_evaluated_as_in_the_documentation() {
        for (text, value) in [
            ("1 + 2 * 3", json!(7)),
            ("(1 + 2) * 3 - 10 / 4", json!(6.5)),
            ("'a' + 1 + true", json!("a1true")),
            ("issue.key == \"A-1\" && !(2 > 3)", json!(true)),
            ("issue.labels.map(label => label.length)", json!([1, 2])),
            ("issue.labels.filter(l => l.includes('y')).length > 0 ? 'yes' : 'no'", json!("yes")),
            ("issue.labels.reduce((sum, l) => sum + l.length, 0)", json!(3)),
            ("issue.customfield_10010 || 'none'", json!("none")),
            ("issue.customfield_10010?.name ?? issue.points", json!(3)),
            ("let n = issue.points; { double: n * 2, 'list': [n] }", json!({"double": 6, "list": [3]})),
            ("[3, 1, 2].sort((a, b) => a - b).slice(0, 2).join(',')", json!("1,2")),
            ("' A b '.trim().toLowerCase().split(' ')", json!(["a", "b"])),
            ("issue.labels[1]", json!("yy")),
            ("[[1], [2]].flatMap(one => one).some(one => one == 2)", json!(true)),
        ] {
            assert_eq!(eval(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_evaluated_is_told() {
        for (text, said) in [
            ("issue.nope", "Unrecognized property of `Issue`: \"nope\" ('nope')"),
            ("nobody", "Unknown variable: \"nobody\""),
            ("null.x", "Cannot read property \"x\" of null"),
            ("1 - 'a'", "'-' cannot be applied to Number and String"),
            ("1 / 0", "Division by zero"),
            ("issue.key.fly()", "Unrecognized property of `String`: \"fly\" ('fly')"),
            ("1 +", "unexpected end of the expression"),
        ] {
            assert_eq!(eval(text), Err(said.to_owned()), "{text}");
        }
        let deep = "(".repeat(500) + "1" + &")".repeat(500);
        assert_eq!(eval(&deep), Err("the expression is nested too deeply".to_owned()));
        let list = format!("[{}]", vec!["1"; 150].join(","));
        let long = format!("{list}.map(a => {list}.map(b => a + b))");
        assert!(eval(&long).unwrap_err().contains("too complex"));
        assert_eq!(parse("1 +\n  * 2").unwrap_err().line, 2);
    }
}
