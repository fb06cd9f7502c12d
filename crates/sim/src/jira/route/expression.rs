//! Jira expressions on Cloud: looked at, and evaluated.

use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::{body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::input::{id, object, text};
use crate::jira::issue::Issue;
use crate::jira::jexp::context;
use crate::jira::jexp::parse::parse;
use crate::jira::jexp::run::{Run, STEPS, plain};
use crate::jira::jql::Query;
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::{Show, put};

/// How many issues of a query an expression is told of at most.
const ISSUES: usize = 1_000;
/// How often an evaluation may read from the store ("Restrictions").
const EXPENSIVE: usize = 10;

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::POST, "/expression/analyse", Read(analyse)),
        (Method::POST, "/expression/evaluate", Read(evaluate)),
    ]
}

/// `POST expression/analyse`: `check` is `syntax`, `type` or `complexity`.
fn analyse(_: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let check = call.query.get("check").unwrap_or("syntax");
    if !["syntax", "type", "complexity"].contains(&check) {
        return Err(Refusal::bad("The check is one of syntax, type and complexity."));
    }
    let body = object(body(call)?)?;
    let list = body.get("expressions").and_then(Value::as_array);
    let texts = list.and_then(|list| list.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
    let texts = texts.ok_or_else(|| Refusal::bad("The list of expressions is required."))?;
    let look = |expression: &&str| match parse(expression) {
        Err(fault) => json!({"expression": expression, "valid": false, "errors": [{
            "line": fault.line, "column": fault.column, "message": fault.message, "type": "syntax"}]}),
        Ok(tree) => {
            let mut shown = json!({"expression": expression, "valid": true});
            match check {
                "type" => put(&mut shown, "type", tree.kind()),
                "complexity" => {
                    put(
                        &mut shown,
                        "complexity",
                        json!({"expensiveOperations": tree.expensive().to_string()}),
                    );
                }
                _ => {}
            }
            shown
        }
    };
    Ok(Answer::ok(&json!({"results": texts.iter().map(look).collect::<Vec<Value>>()})))
}

/// Names and what they mean.
type Names = Vec<(String, Value)>;

/// The names an expression can use, and what is to be told of a query's issues.
fn scope(site: &Site, call: &Call<'_>, body: &Value) -> Result<(Names, Option<bool>), Refusal> {
    let (show, asked) = (Show::call(site, call), body.get("context"));
    let mut names = Vec::new();
    let mut add = |name: &str, value: Value| names.push((name.to_owned(), value));
    add("user", call.caller.map_or(Value::Null, |who| context::person(site, who)));
    let named = |name: &str| asked?.get(name).filter(|one| one.is_object());
    let which = |one: &Value| one.get("key").or_else(|| one.get("id")).and_then(id).unwrap_or_default();
    if let Some(one) = named("issue") {
        let issue = site.see(call.caller, &which(one))?;
        add("issue", context::issue(show, issue));
        add("project", context::project(site, issue.project));
    }
    if let Some(one) = named("project") {
        let row = site.catalog.project(&which(one)).filter(|row| site.may(call.caller, *row, Right::Browse));
        let row = row.ok_or_else(|| Refusal::missing("The project was not found or you cannot see it."))?;
        add("project", context::project(site, row));
    }
    for one in asked.and_then(|asked| asked.get("custom")).and_then(Value::as_array).into_iter().flatten() {
        if text(one, "type") == Some("json") {
            add(text(one, "name").unwrap_or("custom"), one.get("value").cloned().unwrap_or_default());
        }
    }
    let Some(jql) = named("issues").and_then(|issues| issues.get("jql")) else { return Ok((names, None)) };
    let query = Query::ask(site, call.caller, text(jql, "query").unwrap_or_default())?;
    let start = text(jql, "nextPageToken").and_then(|token| token.parse().ok()).unwrap_or(0);
    let most = jql.get("maxResults").and_then(Value::as_u64).and_then(|most| usize::try_from(most).ok());
    let most = most.unwrap_or(ISSUES).min(ISSUES);
    let mut found = query.find(site, call.caller, &[]);
    let last = start + most >= found.total();
    let issues: Vec<&Issue> = found.page(start, most);
    names.push(("issues".to_owned(), issues.into_iter().map(|one| context::issue(show, one)).collect()));
    Ok((names, Some(last)))
}

/// `POST expression/evaluate`
fn evaluate(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let body = object(body(call)?)?;
    let expression = text(&body, "expression").ok_or_else(|| Refusal::bad("The expression is required."))?;
    let tree = parse(expression).map_err(|fault| {
        let at = format!("line {}, column {}", fault.line, fault.column);
        Refusal::bad(format!("Parsing failed: \"{expression}\" - {} ({at})", fault.message))
    })?;
    let (names, last) = scope(site, call, &body)?;
    let mut run = Run::new(names);
    let value = run.value(&tree);
    let value =
        value.map_err(|said| Refusal::bad(format!("Evaluation failed: \"{expression}\" - {said}")))?;
    let mut meta = json!({});
    if call.query.list("expand").iter().any(|name| name == "meta.complexity") {
        let part = |value: usize, limit: usize| json!({"value": value, "limit": limit});
        let complexity = json!({
            "steps": part(run.steps, STEPS),
            "expensiveOperations": part(tree.expensive(), EXPENSIVE),
            "beans": part(beans(&value), 1_000),
            "primitiveValues": part(usize::from(!value.is_object() && !value.is_array()), 10_000),
        });
        put(&mut meta, "complexity", complexity);
    }
    if let Some(last) = last {
        put(&mut meta, "issues", json!({"jql": {"isLast": last, "nextPageToken": next(&body, last)}}));
    }
    let mut shown = json!({"value": plain(value)});
    if meta.as_object().is_some_and(|members| !members.is_empty()) {
        put(&mut shown, "meta", meta);
    }
    Ok(Answer::ok(&shown))
}

/// Where the next page of a query's issues begins; empty after the last.
fn next(body: &Value, last: bool) -> String {
    let jql = body.pointer("/context/issues/jql");
    let start =
        jql.and_then(|jql| text(jql, "nextPageToken")).and_then(|token| token.parse().ok()).unwrap_or(0);
    let most = jql.and_then(|jql| jql.get("maxResults")).and_then(Value::as_u64).unwrap_or(0);
    if last { String::new() } else { (start + most).to_string() }
}

/// How many beans are within a value.
fn beans(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().map(beans).sum(),
        Value::Object(members) => {
            usize::from(members.contains_key(context::BEAN)) + members.values().map(beans).sum::<usize>()
        }
        _ => 0,
    }
}
