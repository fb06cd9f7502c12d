//! A query as a tree of objects, the way `jql/parse` shows it.

use serde_json::{Value, json};

use crate::jira::jql::tree::{Clause, Field, Operand, Parsed, Tree};
use crate::jira::jql::word::quote;

/// A whole query.
pub(crate) fn structure(parsed: &Parsed) -> Value {
    let mut shown = serde_json::Map::new();
    if let Some(tree) = &parsed.tree {
        shown.insert("where".to_owned(), condition(tree));
    }
    if !parsed.order.is_empty() {
        let keys = parsed.order.iter().map(|sort| match sort.descending {
            None => json!({"field": field(&sort.field)}),
            Some(down) => {
                json!({"field": field(&sort.field), "direction": if down { "desc" } else { "asc" }})
            }
        });
        shown.insert("orderBy".to_owned(), json!({"fields": keys.collect::<Vec<_>>()}));
    }
    Value::Object(shown)
}

fn condition(tree: &Tree) -> Value {
    let several = |word: &str, trees: &[Tree]| json!({"operator": word, "clauses": trees.iter().map(condition).collect::<Vec<_>>()});
    match tree {
        Tree::All(trees) => several("and", trees),
        Tree::Any(trees) => several("or", trees),
        Tree::Not(tree) => several("not", std::slice::from_ref(tree)),
        Tree::Clause(one) => clause(one),
    }
}

fn clause(clause: &Clause) -> Value {
    let mut shown = json!({"field": field(&clause.field), "operator": clause.operator.shown()});
    if let Some(members) = shown.as_object_mut() {
        if let Some(given) = &clause.operand {
            members.insert("operand".to_owned(), operand(given));
        }
        if clause.operator.is_past() {
            let predicates = clause.predicates.iter();
            let predicates =
                predicates.map(|one| json!({"operator": one.word, "operand": operand(&one.operand)}));
            members.insert("predicates".to_owned(), predicates.collect());
        }
    }
    shown
}

fn field(field: &Field) -> Value {
    let mut shown = json!({"name": field.shown(), "encodedName": field.to_string()});
    if let (Some((key, path)), Some(members)) = (&field.property, shown.as_object_mut()) {
        members.insert("property".to_owned(), json!([{"entity": "issue", "key": key, "path": path}]));
    }
    shown
}

fn operand(given: &Operand) -> Value {
    let encoded = given.to_string();
    match given {
        Operand::Text(text) => json!({"value": text, "encodedValue": quote(text)}),
        Operand::Empty => json!({"keyword": "empty"}),
        Operand::Function(name, arguments) => {
            json!({"function": name, "arguments": arguments, "encodedOperand": encoded})
        }
        Operand::List(values) => {
            json!({"values": values.iter().map(operand).collect::<Vec<_>>(), "encodedOperand": encoded})
        }
    }
}
