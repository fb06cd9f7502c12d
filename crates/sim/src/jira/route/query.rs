//! What the API says about queries themselves: reading, matching, cleaning and counting them.
//!
//! What can be typed into one is [`super::suggest`]'s.

use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::{body, signed_in, strings};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::jira::jql::name::{self, Name};
use crate::jira::jql::tree::{Field, Operand, Tree};
use crate::jira::jql::{Query, parse};
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::query::structure;

/// The longest account id (Cloud API, `accountId` of "User").
const LONGEST_ACCOUNT: usize = 128;

/// Cloud only.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::POST, "/jql/parse", Read(parsed)),
        (Method::POST, "/jql/match", Read(matched)),
        (Method::POST, "/jql/sanitize", Read(sanitized)),
        (Method::POST, "/jql/pdcleaner", Read(cleaned)),
        (Method::POST, "/search/approximate-count", Read(counted)),
    ]
}

/// The texts under a name, of which there must be some.
fn queries(body: &Value, name: &str) -> Result<Vec<String>, Refusal> {
    match body.get(name).and_then(Value::as_array) {
        Some(list) if !list.is_empty() => Ok(strings(body, name)),
        _ => Err(Refusal::bad(format!("The list of '{name}' must not be empty."))),
    }
}

/// `POST jql/parse`: `validation` is `strict` (no structure when something is wrong), `warn` or `none`.
fn parsed(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let validation = call.query.get("validation").unwrap_or("strict").to_lowercase();
    if !["strict", "warn", "none"].contains(&validation.as_str()) {
        return Err(Refusal::bad(format!("'{validation}' is not a valid validation mode.")));
    }
    let read = |query: String| match parse::parse(&query) {
        Err(error) => json!({"query": query, "errors": [error]}),
        Ok(parsed) => {
            let errors =
                if validation == "none" { Vec::new() } else { Query::bind(site, call.caller, &parsed).1 };
            match (errors.is_empty(), validation.as_str()) {
                (true, _) => json!({"query": query, "structure": structure(&parsed)}),
                (false, "warn") => {
                    json!({"query": query, "structure": structure(&parsed), "warnings": errors})
                }
                _ => json!({"query": query, "errors": errors}),
            }
        }
    };
    let found: Vec<Value> = queries(&body(call)?, "queries")?.into_iter().map(read).collect();
    Ok(Answer::ok(&json!({"queries": found})))
}

/// `POST jql/match`: which of some issues match each of some queries.
fn matched(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = body(call)?;
    let ids: Option<Vec<u64>> = body
        .get("issueIds")
        .and_then(Value::as_array)
        .map(|ids| ids.iter().filter_map(Value::as_u64).collect());
    let ids = ids.ok_or_else(|| Refusal::bad("The list of 'issueIds' must be given."))?;
    let seen = |id: &u64| {
        let issue = site.issues.get(u32::try_from(*id).ok()?)?;
        site.sees(call.caller, issue).then_some(issue)
    };
    let matches = |jql: String| match Query::ask(site, call.caller, &jql) {
        Err(refusal) => json!({"matchedIssues": [], "errors": refusal.messages}),
        Ok(query) => {
            let found = ids.iter().filter_map(seen).filter(|issue| query.matches(site, issue, call.caller));
            json!({"matchedIssues": found.map(|issue| issue.id).collect::<Vec<_>>(), "errors": []})
        }
    };
    let found: Vec<Value> = queries(&body, "jqls")?.into_iter().map(matches).collect();
    Ok(Answer::ok(&json!({"matches": found})))
}

/// `POST search/approximate-count`
fn counted(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let body = body(call)?;
    let jql = body.get("jql").and_then(Value::as_str).unwrap_or_default();
    let query = match call.caller {
        Some(_) => Query::ask(site, call.caller, jql)?,
        None => Query::lenient(site, None, jql)?.0,
    };
    if !query.is_bounded() {
        return Err(super::search::unbounded());
    }
    Ok(Answer::ok(&json!({"count": query.find(site, call.caller, &[]).total()})))
}

/// Hands every value of a condition to `change`, with its field.
fn change(tree: &mut Tree, change_one: &mut dyn FnMut(&Field, &mut String)) {
    fn values(field: &Field, operand: &mut Operand, change_one: &mut dyn FnMut(&Field, &mut String)) {
        match operand {
            Operand::Text(text) => change_one(field, text),
            Operand::List(list) => list.iter_mut().for_each(|value| values(field, value, change_one)),
            Operand::Function(..) | Operand::Empty => {}
        }
    }
    match tree {
        Tree::All(trees) | Tree::Any(trees) => trees.iter_mut().for_each(|tree| change(tree, change_one)),
        Tree::Not(tree) => change(tree, change_one),
        Tree::Clause(clause) => {
            if let Some(operand) = &mut clause.operand {
                values(&clause.field, operand, change_one);
            }
        }
    }
}

/// `POST jql/sanitize`: what a person may not see is named by its id. For administrators.
fn sanitized(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    if !site.is_admin(call.caller) {
        return Err(Refusal::forbidden("Only Jira administrators can sanitize queries."));
    }
    let body = body(call)?;
    let list = body.get("queries").and_then(Value::as_array).filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| Refusal::bad("The list of 'queries' must not be empty."))?;
    let account = |one: &Value| one.get("accountId").and_then(Value::as_str).unwrap_or_default().len();
    if list.iter().any(|one| account(one) > LONGEST_ACCOUNT) {
        return Err(Refusal::bad(format!("An account id has at most {LONGEST_ACCOUNT} characters.")));
    }
    let sanitize = |one: &Value| {
        let query = one.get("query").and_then(Value::as_str).unwrap_or_default();
        let account = one.get("accountId").and_then(Value::as_str);
        let mut shown = json!({"initialQuery": query});
        let person = account.and_then(|id| site.catalog.person(|account| *account.account_id == *id));
        let outcome = match (account, person) {
            (Some(id), None) => Err(Refusal::bad(format!("The user with account id '{id}' does not exist."))),
            _ => parse::parse(query).map_err(Refusal::bad).map(|mut parsed| {
                if let Some(tree) = &mut parsed.tree {
                    change(tree, &mut |field, text| hide(site, person, field, text));
                }
                parsed.to_string()
            }),
        };
        if let Some(members) = shown.as_object_mut() {
            if let Some(id) = account {
                members.insert("accountId".to_owned(), json!(id));
            }
            match outcome {
                Ok(clean) => members.insert("sanitizedQuery".to_owned(), json!(clean)),
                Err(refusal) => members.insert("errors".to_owned(), refusal.body()),
            };
        }
        shown
    };
    Ok(Answer::ok(&json!({"queries": list.iter().map(sanitize).collect::<Vec<_>>()})))
}

/// Puts an id in place of a project's or an issue's name that somebody may not see.
fn hide(site: &Site, person: Option<Person>, field: &Field, text: &mut String) {
    let catalog = &site.catalog;
    match name::find(site, field) {
        Ok(Name::Project) => {
            let named = || catalog.projects.find(|project| project.name.eq_ignore_ascii_case(text));
            if let Some(row) = catalog.project(text).or_else(named)
                && !site.may(person, row, Right::Browse)
            {
                *text = catalog.projects.get(row).id.to_string();
            }
        }
        Ok(Name::Key) => {
            if let (Err(_), Some(id)) = (site.see(person, text), site.find(text)) {
                *text = id.to_string();
            }
        }
        _ => {}
    }
}

/// `POST jql/pdcleaner`: names and keys of people become account ids.
fn cleaned(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let (mut clean, mut unknown) = (Vec::new(), Vec::new());
    for original in queries(&body(call)?, "queryStrings")? {
        let mut parsed = parse::parse(&original).map_err(Refusal::bad)?;
        let mut lost = false;
        if let Some(tree) = &mut parsed.tree {
            change(tree, &mut |field, text| {
                if !matches!(name::find(site, field), Ok(Name::Assignee | Name::Reporter | Name::Creator)) {
                    return;
                }
                let found = site.catalog.person(|account| {
                    [&account.account_id, &account.name, &account.key].iter().any(|known| ***known == *text)
                });
                match found {
                    Some(person) => *text = site.catalog.account(person).account_id.to_string(),
                    None => {
                        lost = true;
                        "unknown".clone_into(text);
                    }
                }
            });
        }
        let converted = parsed.to_string();
        if lost {
            unknown.push(json!({"originalQuery": original, "convertedQuery": converted}));
        } else {
            clean.push(converted);
        }
    }
    Ok(Answer::ok(&json!({"queryStrings": clean, "queriesWithUnknownUsers": unknown})))
}
