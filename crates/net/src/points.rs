//! What a call costs in Jira Cloud's points, before it is made and after.
//!
//! "Rate limiting" (developer.atlassian.com/cloud/jira/platform/rate-limiting, "Points-based quota"): one point for each call, one
//! more for each core object that it reads (issue, project, …), two more for each user, group, role or permission; writes cost one.
//! Before the call the most that it may cost is put aside, by the size of the page it asks for; its answer tells the objects.

use std::fmt;

use bowline_core::port::{OutboundAnswer, OutboundCall};
use http::Method;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// How many objects are shown where nothing says how many: Jira's usual page.
const PAGE: u32 = 50;

/// No page that Jira serves is larger (`search/jql` has 5,000 if only ids are asked for).
const LARGEST: u32 = 5_000;

/// POSTs that read.
const READS: [&str; 8] = [
    "changelog/bulkfetch",
    "expression/evaluate",
    "expression/eval",
    "issue/bulkfetch",
    "permissions/check",
    "permissions/project",
    "search/jql",
    "worklog/list",
];

/// First segments of paths below `/rest/api/3/` that read users, groups, roles or permissions.
const PEOPLE: [&str; 10] = [
    "group",
    "groups",
    "groupuserpicker",
    "mypermissions",
    "myself",
    "permissions",
    "permissionscheme",
    "role",
    "user",
    "users",
];

/// First segments of paths that read core objects; what is in neither list reads nothing that counts.
const CORE: [&str; 12] = [
    "attachment",
    "backlog",
    "board",
    "changelog",
    "comment",
    "dashboard",
    "epic",
    "issue",
    "project",
    "search",
    "sprint",
    "worklog",
];

/// Where lists stand in answers.
const LISTS: [&str; 11] = [
    "comments",
    "dashboards",
    "issueChangeLogs",
    "issueTypes",
    "issues",
    "permissionSchemes",
    "permissions",
    "projects",
    "users",
    "values",
    "worklogs",
];

/// What one object costs, and how many the call may read; `None` if it reads none.
fn reads(call: &OutboundCall) -> Option<(u32, u32)> {
    let (path, query) = call.path.split_once('?').unwrap_or((&call.path, ""));
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    // `rest/api/3/issue/…`, `rest/agile/1.0/board/…`
    let rest = segments.get(3..).unwrap_or_default();
    let first = *rest.first()?;
    let tail = rest.get(..2).map(|two| two.join("/")).unwrap_or_default();
    let is_read =
        call.method == Method::GET || (call.method == Method::POST && READS.contains(&tail.as_str()));
    let people = PEOPLE.contains(&first) || rest.contains(&"role");
    let counts = is_read && (people || CORE.contains(&first));
    counts.then(|| (if people { 2 } else { 1 }, most(call, rest, query)))
}

/// How many objects the call may read at the most.
fn most(call: &OutboundCall, rest: &[&str], query: &str) -> u32 {
    let asked = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| *name == "maxResults")
        .and_then(|(_, value)| value.parse().ok());
    let body = if call.method == Method::POST { Body::read(&call.body) } else { Body::default() };
    let asked = asked.or(body.max_results).or(body.ids);
    // `issue/ACME-1` is one object; `issue/ACME-1/comment`, `search/jql`, `project/search` are lists.
    let one = rest.len() == 2
        && !rest.contains(&"search")
        && !rest.contains(&"jql")
        && !rest.contains(&"bulkfetch");
    let one = one || rest == ["myself"];
    asked.unwrap_or(if one { 1 } else { PAGE }).min(LARGEST)
}

/// The most that a call may cost.
pub(crate) fn before(call: &OutboundCall) -> u32 {
    reads(call).map_or(1, |(each, most)| 1 + each * most)
}

/// What a call cost, as its answer tells.
pub(crate) fn after(call: &OutboundCall, answer: &OutboundAnswer) -> u32 {
    match reads(call) {
        Some((each, _)) if answer.status.is_success() => 1 + each * objects(&answer.body),
        _ => 1,
    }
}

/// What of a body says how much is asked for.
#[derive(Default, Deserialize)]
struct Asked {
    #[serde(rename = "maxResults")]
    max_results: Option<u32>,
    #[serde(rename = "issueIdsOrKeys")]
    issues: Option<Count>,
    #[serde(rename = "ids")]
    ids: Option<Count>,
}

#[derive(Default)]
struct Body {
    max_results: Option<u32>,
    ids: Option<u32>,
}

impl Body {
    fn read(bytes: &[u8]) -> Self {
        let asked: Asked = serde_json::from_slice(bytes).unwrap_or_default();
        Self { max_results: asked.max_results, ids: asked.issues.or(asked.ids).map(|Count(count)| count) }
    }
}

/// How many objects an answer shows. Nothing of it is kept.
fn objects(body: &[u8]) -> u32 {
    // What is no JSON is one object: a file's own bytes.
    serde_json::from_slice(body).map_or(1, |Count(count)| count)
}

/// How many there are: elements of a list, or of the first known list in an object, or one.
struct Count(u32);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Counting { lists: true })
    }
}

struct Counting {
    lists: bool,
}

impl<'de> Visitor<'de> for Counting {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Count, A::Error> {
        let mut count: u32 = 0;
        while list.next_element::<IgnoredAny>()?.is_some() {
            count = count.saturating_add(1);
        }
        Ok(Count(count))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Count, A::Error> {
        let (mut members, mut found) = (0_u32, None);
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            members = members.saturating_add(1);
            if self.lists && LISTS.contains(&name.as_ref()) {
                let Members(Count(count)) = map.next_value()?;
                found = found.max(Some(count));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Count(if self.lists { found.unwrap_or(1) } else { members }))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Count, E> {
        Ok(Count(1))
    }
    fn visit_i64<E>(self, _: i64) -> Result<Count, E> {
        Ok(Count(1))
    }
    fn visit_u64<E>(self, _: u64) -> Result<Count, E> {
        Ok(Count(1))
    }
    fn visit_f64<E>(self, _: f64) -> Result<Count, E> {
        Ok(Count(1))
    }
    fn visit_str<E>(self, _: &str) -> Result<Count, E> {
        Ok(Count(1))
    }
    fn visit_unit<E>(self) -> Result<Count, E> {
        Ok(Count(0))
    }
}

/// How many members a list or an object has: `permissions` is an object of them.
struct Members(Count);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Counting { lists: false }).map(Members)
    }
}

#[cfg(test)]
mod tests;
