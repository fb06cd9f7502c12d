//! Cloud's structured search for people: `is assignee of PROJ AND [location].city is "Sydney"`.

use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::{page, signed_in, sized};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::jira::issue::Issue;
use crate::jira::keep::Owner;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::Show;
use crate::jira::view::person::PersonView;

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/user/search/query", Read(people)),
        (Method::GET, "/user/search/query/key", Read(keys)),
    ]
}

/// What somebody is to be of issues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Assignee,
    Reporter,
    Watcher,
    Voter,
    Commenter,
    Transitioner,
}

impl Part {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "assignee" => Self::Assignee,
            "reporter" => Self::Reporter,
            "watcher" => Self::Watcher,
            "voter" => Self::Voter,
            "commenter" => Self::Commenter,
            "transitioner" => Self::Transitioner,
            _ => return None,
        })
    }

    fn is(self, site: &Site, issue: &Issue, person: Person) -> bool {
        match self {
            Self::Assignee => issue.assignee == Some(person),
            Self::Reporter => issue.reporter == person,
            Self::Watcher => issue.watchers.contains(&person),
            Self::Voter => issue.parts().voters.contains(&person),
            Self::Commenter => issue.comments.iter().any(|comment| comment.author == person),
            Self::Transitioner => {
                let status = site.names.find("status");
                let moved = |change: &&crate::jira::issue::Change| {
                    change.items.iter().any(|item| Some(item.id) == status)
                };
                issue.history.iter().filter(moved).any(|change| change.author == person)
            }
        }
    }
}

/// A statement: a part of some issues, or a user property that has a value.
enum Statement {
    Of(Part, Vec<u32>),
    Has(String, Vec<String>, String),
}

impl Statement {
    fn holds(&self, site: &Site, person: Person) -> bool {
        match self {
            Self::Of(part, ids) => {
                let mut issues = ids.iter().filter_map(|id| site.issues.get(*id));
                issues.any(|issue| part.is(site, issue, person))
            }
            Self::Has(key, path, wanted) => {
                let value = site.keep.properties.get(&(Owner::Person(person), key.clone()));
                let found = path.iter().try_fold(value, |value, name| Some(value?.get(name))).flatten();
                found.is_some_and(|found| {
                    found.as_str().map_or_else(|| found.to_string(), str::to_owned) == *wanted
                })
            }
        }
    }
}

/// Cuts a query at a word that stands alone, outside quotes and brackets.
fn cut<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let (mut parts, mut start, mut quoted, mut depth) = (Vec::new(), 0, false, 0_i32);
    let lower = text.to_ascii_lowercase();
    let mark = format!(" {word} ");
    for (at, one) in text.char_indices() {
        match one {
            '"' => quoted = !quoted,
            '(' | '[' if !quoted => depth += 1,
            ')' | ']' if !quoted => depth -= 1,
            ' ' if !quoted
                && depth == 0
                && at >= start
                && lower.get(at..).is_some_and(|rest| rest.starts_with(&mark)) =>
            {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at + mark.len();
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

fn wrong(text: &str) -> Refusal {
    Refusal::bad(format!("The query could not be parsed at \"{text}\"."))
}

/// Reads one statement; issues that the caller does not see are none.
fn statement(site: &Site, call: &Call<'_>, text: &str) -> Result<Statement, Refusal> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("is ") {
        let (part, of) = rest.split_once(" of ").ok_or_else(|| wrong(text))?;
        let part = Part::parse(part.trim()).ok_or_else(|| wrong(text))?;
        let of = of.trim();
        let list = of.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let mut ids = Vec::new();
        for name in list.unwrap_or(of).split(',').map(str::trim) {
            match (list.is_none(), site.catalog.project_by_key(name)) {
                (true, Some(row)) => {
                    let all = site.issues.iter().filter(|issue| issue.project == row);
                    ids.extend(all.filter(|issue| site.sees(call.caller, issue)).map(|issue| issue.id));
                }
                _ => {
                    let issue = site.see(call.caller, name);
                    ids.push(
                        issue.map_err(|_| Refusal::bad(format!("The issue '{name}' was not found.")))?.id,
                    );
                }
            }
        }
        return Ok(Statement::Of(part, ids));
    }
    let (key, rest) =
        text.strip_prefix('[').and_then(|rest| rest.split_once(']')).ok_or_else(|| wrong(text))?;
    let (path, value) = rest.split_once(" is ").ok_or_else(|| wrong(text))?;
    let path = path.trim().trim_start_matches('.').split('.').map(str::to_owned).collect();
    Ok(Statement::Has(key.to_owned(), path, value.trim().trim_matches('"').to_owned()))
}

/// The people who match: `AND` binds tighter than `OR`.
fn found(site: &Site, call: &Call<'_>) -> Result<Vec<Person>, Refusal> {
    signed_in(call)?;
    let query = call.query.get("query").map(str::trim).filter(|query| !query.is_empty());
    let query = query.ok_or_else(|| Refusal::bad("The query is required."))?;
    let mut any = Vec::new();
    for group in cut(query, "or") {
        let all = cut(group, "and").into_iter().map(|text| statement(site, call, text));
        any.push(all.collect::<Result<Vec<_>, _>>()?);
    }
    let fits = |person: &Person| any.iter().any(|all| all.iter().all(|one| one.holds(site, *person)));
    Ok(site.catalog.people().map(|(person, _)| person).filter(fits).collect())
}

/// `GET user/search/query`
fn people(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let show = Show::call(site, call);
    let found = found(site, call)?.into_iter();
    let all = found.map(|person| serde_json::to_value(PersonView(show, person)).unwrap_or_default());
    Ok(sized(site, call, "user/search/query", &all.collect::<Vec<Value>>(), page(call, 100, 1_000)))
}

/// `GET user/search/query/key`
fn keys(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let found = found(site, call)?.into_iter().map(|person| site.catalog.account(person));
    let all = found.map(|account| json!({"accountId": account.account_id, "key": account.key}));
    Ok(sized(site, call, "user/search/query/key", &all.collect::<Vec<Value>>(), page(call, 100, 1_000)))
}
