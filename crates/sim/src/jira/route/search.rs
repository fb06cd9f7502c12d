//! Searching: by offset on Data Center, by token on Cloud, where the old way is gone.

use std::hash::{DefaultHasher, Hash, Hasher};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, StatusCode};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use super::{body, strings};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::jira::issue::Issue;
use crate::jira::jql::{Found, Query};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::fields::select;
use crate::jira::view::issue::{IssueView, Names, Schemas, Wanted};
use crate::jira::view::{Show, each};

/// Data Center's cap on one page (`jira.search.views.default.max`).
const OFFSET_CAP: usize = 1_000;
/// Cloud's cap on a page of whole issues, and on one of ids only.
const TOKEN_CAP: (usize, usize) = (100, 5_000);

/// How many issues `reconcileIssues` takes (Cloud API, "Search for issues using JQL enhanced search").
const RECONCILE_LIMIT: usize = 50;

/// A search's parameters, from the query of a GET or the body of a POST.
struct Asked {
    parameters: Value,
}

impl Asked {
    fn of(call: &Call<'_>) -> Result<Self, Refusal> {
        if call.method == Method::POST.as_str() {
            let parameters = body(call)?;
            return if parameters.is_object() || parameters.is_null() {
                Ok(Self { parameters })
            } else {
                Err(Refusal::bad("The search must be an object."))
            };
        }
        let query = &call.query;
        Ok(Self {
            parameters: json!({
                "jql": query.get("jql"),
                "startAt": query.number("startAt", 0),
                "maxResults": query.get("maxResults").and_then(|text| text.trim().parse::<i64>().ok()).unwrap_or(50),
                "validateQuery": query.get("validateQuery"),
                "fields": query.list("fields"),
                "expand": query.list("expand"),
                "properties": query.list("properties"),
                "nextPageToken": query.get("nextPageToken"),
                "reconcileIssues": query.list("reconcileIssues"),
            }),
        })
    }

    fn jql(&self) -> &str {
        self.parameters.get("jql").and_then(Value::as_str).unwrap_or_default()
    }

    fn flag(&self, name: &str) -> Option<bool> {
        match self.parameters.get(name)? {
            Value::Bool(flag) => Some(*flag),
            // Older clients send words in place of flags: `strict`, `warn`, `none`.
            Value::String(word) => Some(!matches!(word.to_lowercase().as_str(), "false" | "none" | "warn")),
            _ => None,
        }
    }

    /// How many issues are wanted at most.
    fn most(&self, usual: usize) -> Result<usize, Refusal> {
        match self.parameters.get("maxResults").and_then(Value::as_i64) {
            // Any negative number asks for as many as there may be.
            Some(negative) if negative < 0 => Ok(usize::MAX),
            _ => Ok(self.number("maxResults", usual)),
        }
    }

    fn number(&self, name: &str, usual: usize) -> usize {
        let number = self.parameters.get(name).and_then(Value::as_u64);
        number.and_then(|number| usize::try_from(number).ok()).unwrap_or(usual)
    }

    /// The issues that Cloud's search must show as they are, though its index lags behind.
    fn reconciled(&self) -> Result<Vec<u32>, Refusal> {
        let ids = strings(&self.parameters, "reconcileIssues");
        if ids.len() > RECONCILE_LIMIT {
            return Err(Refusal::bad(format!("No more than {RECONCILE_LIMIT} issues can be reconciled.")));
        }
        let ids: Result<Vec<u32>, _> = ids.iter().map(|id| id.parse()).collect();
        ids.map_err(|_| Refusal::bad("reconcileIssues takes the ids of issues."))
    }

    fn wanted(&self, site: &Site, usual: &[&str]) -> Wanted {
        Wanted {
            fields: if usual.is_empty() && strings(&self.parameters, "fields").is_empty() {
                Vec::new()
            } else {
                select(site, &strings(&self.parameters, "fields"), usual)
            },
            expand: strings(&self.parameters, "expand"),
            properties: strings(&self.parameters, "properties"),
            keyed: strings(&self.parameters, "fields").iter().any(|name| name == "key"),
        }
    }
}

/// Data Center: `GET` and `POST search`.
pub(crate) fn by_offset(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let asked = Asked::of(call)?;
    // Whoever did not sign in is not told what does not exist: it finds nothing.
    let strict = asked.flag("validateQuery") != Some(false) && call.caller.is_some();
    let (query, warnings) = if strict {
        (Query::ask(site, call.caller, asked.jql())?, Vec::new())
    } else {
        Query::lenient(site, call.caller, asked.jql())?
    };
    let mut found = query.find(site, call.caller, &[]);
    let page = (asked.number("startAt", 0), asked.most(50)?.min(OFFSET_CAP));
    let issues = found.page(page.0, page.1);
    let wanted = asked.wanted(site, &["*navigable"]);
    let show = Show::call(site, call);
    Ok(Answer::ok(&Offset { show, issues, total: found.total(), page, wanted, warnings }))
}

struct Offset<'a> {
    show: Show<'a>,
    issues: Vec<&'a Issue>,
    total: usize,
    page: (usize, usize),
    wanted: Wanted,
    warnings: Vec<String>,
}

impl Serialize for Offset<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let plain = self.wanted.within_list();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("expand", "schema,names")?;
        map.serialize_entry("startAt", &self.page.0)?;
        map.serialize_entry("maxResults", &self.page.1)?;
        map.serialize_entry("total", &self.total)?;
        map.serialize_entry(
            "issues",
            &each(self.issues.iter(), |issue| IssueView(self.show, issue, &plain)),
        )?;
        if !self.warnings.is_empty() {
            map.serialize_entry("warningMessages", &self.warnings)?;
        }
        described(&mut map, self.show, &self.wanted)?;
        map.end()
    }
}

/// Names and schemas of the shown fields stand beside the issues, when they were asked for.
fn described<M: SerializeMap>(map: &mut M, show: Show<'_>, wanted: &Wanted) -> Result<(), M::Error> {
    if wanted.expands("names") {
        map.serialize_entry("names", &Names(show, &wanted.fields))?;
    }
    if wanted.expands("schema") {
        map.serialize_entry("schema", &Schemas(show, &wanted.fields))?;
    }
    Ok(())
}

/// Cloud: `GET` and `POST search`, shut down in 2025 (CHANGE-2046).
pub(crate) fn gone(_: &Site, _: &Call<'_>) -> Result<Answer, Refusal> {
    Err(Refusal::new(
        StatusCode::GONE,
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. \
         A full migration guide is available at https://developer.atlassian.com/changelog/#CHANGE-2046",
    ))
}

/// Cloud searches nothing without a condition.
pub(super) fn unbounded() -> Refusal {
    Refusal::bad("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
}

/// Cloud: `GET` and `POST search/jql`.
pub(crate) fn by_token(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let asked = Asked::of(call)?;
    let query = match call.caller {
        Some(_) => Query::ask(site, call.caller, asked.jql())?,
        None => Query::lenient(site, None, asked.jql())?.0,
    };
    if !query.is_bounded() {
        return Err(unbounded());
    }
    let wanted = asked.wanted(site, &[]);
    let cap = if wanted.is_bare() { TOKEN_CAP.1 } else { TOKEN_CAP.0 };
    let max = asked.number("maxResults", 50).clamp(1, cap);
    let fresh = asked.reconciled()?;
    let mut found = query.find(site, call.caller, &fresh);
    let start = match asked.parameters.get("nextPageToken").and_then(Value::as_str) {
        None | Some("") => 0,
        Some(token) => Cursor::read(token, asked.jql())?.start(&found),
    };
    let issues = found.page(start, max);
    let end = start + issues.len();
    let next = issues
        .last()
        .filter(|_| end < found.total())
        .map(|last| Cursor { end, last: last.id }.print(asked.jql()));
    Ok(Answer::ok(&Token { show: Show::call(site, call), issues, next, wanted }))
}

struct Token<'a> {
    show: Show<'a>,
    issues: Vec<&'a Issue>,
    next: Option<String>,
    wanted: Wanted,
}

impl Serialize for Token<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let plain = self.wanted.within_list();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(
            "issues",
            &each(self.issues.iter(), |issue| IssueView(self.show, issue, &plain)),
        )?;
        if let Some(next) = &self.next {
            map.serialize_entry("nextPageToken", next)?;
        }
        map.serialize_entry("isLast", &self.next.is_none())?;
        described(&mut map, self.show, &self.wanted)?;
        map.end()
    }
}

/// Where a page ended: by place, and by the issue that was last there.
struct Cursor {
    end: usize,
    last: u32,
}

impl Cursor {
    fn print(&self, jql: &str) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}.{}.{:x}", self.end, self.last, fingerprint(jql)))
    }

    fn read(token: &str, jql: &str) -> Result<Self, Refusal> {
        let invalid = || Refusal::bad("The provided next page token is invalid or expired.");
        let text = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let text = text.ok_or_else(invalid)?;
        let mut parts = text.split('.');
        let mut number = || parts.next().and_then(|part| part.parse().ok()).ok_or_else(invalid);
        let (end, last) = (number()?, u32::try_from(number()?).map_err(|_| invalid())?);
        if parts.next() != Some(&format!("{:x}", fingerprint(jql))) {
            return Err(invalid());
        }
        Ok(Self { end, last })
    }

    /// The next page's start. Issues that left the result, or moved behind, make it come earlier, so that none of
    /// those that stayed is skipped.
    fn start(&self, found: &Found<'_>) -> usize {
        let after = found.rank(self.last).map_or(self.end, |place| place + 1);
        after.min(self.end)
    }
}

fn fingerprint(jql: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    jql.hash(&mut hasher);
    hasher.finish()
}
