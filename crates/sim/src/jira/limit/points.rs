//! Cloud's points: what an app's calls cost, and how many points it has until the next full hour of UTC.
//!
//! Numbers and names are those of "Rate limiting" (developer.atlassian.com/cloud/jira/platform/rate-limiting, 2026):
//! one point for each call, one more for each core object read, two for each user, group, role or permission;
//! writes cost one. Only apps pay: calls with somebody's API token do not.

use serde::Deserialize;
use serde_json::Value;

use crate::frame::answer::Answer;
use crate::frame::call::Call;

const HOUR: i64 = 3_600_000;

/// Whose points: those of the app everywhere (tier 1), or those it has on this site (tier 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Pool {
    #[default]
    Global,
    Tenant,
}

impl Pool {
    /// The policy's name in the structured headers.
    pub(crate) fn policy(self) -> &'static str {
        match self {
            Self::Global => "global-app-quota",
            Self::Tenant => "tenant-app-quota",
        }
    }

    /// What `RateLimit-Reason` says when there are none left.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Global => "jira-quota-global-based",
            Self::Tenant => "jira-quota-tenant-based",
        }
    }
}

/// What the site's owner pays for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Edition {
    Free,
    #[default]
    Standard,
    Premium,
    Enterprise,
}

/// How points are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Counted and told in headers that begin with `Beta-`, as before 2026-03-02; nobody is refused.
    pub(crate) beta: bool,
    pub(crate) pool: Pool,
    pub(crate) edition: Edition,
    /// In place of Atlassian's number.
    pub(crate) quota: Option<u64>,
}

impl Rule {
    /// The points of an hour, on a site with so many users.
    pub(crate) fn quota(self, users: u64) -> u64 {
        let tenant = |base: u64, each: u64| (base + each * users).min(500_000);
        self.quota.unwrap_or(match (self.pool, self.edition) {
            (Pool::Global, _) | (_, Edition::Free) => 65_000,
            (_, Edition::Standard) => tenant(100_000, 10),
            (_, Edition::Premium) => tenant(130_000, 20),
            (_, Edition::Enterprise) => tenant(150_000, 30),
        })
    }
}

/// What an app has spent in an hour of UTC.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Account {
    hour: i64,
    spent: u64,
}

impl Account {
    /// What was spent this hour.
    pub(crate) fn spent(&mut self, now: i64) -> u64 {
        if self.hour != now.div_euclid(HOUR) {
            *self = Self { hour: now.div_euclid(HOUR), spent: 0 };
        }
        self.spent
    }

    /// Spends points.
    pub(crate) fn spend(&mut self, points: u64, now: i64) {
        self.spent = self.spent(now).saturating_add(points);
    }
}

/// Milliseconds until the next full hour.
pub(crate) fn to_reset(now: i64) -> i64 {
    HOUR - now.rem_euclid(HOUR)
}

/// POSTs that read.
const READS: &[&str] = &[
    "/changelog/bulkfetch",
    "/expression/evaluate",
    "/issue/bulkfetch",
    "/permissions/check",
    "/permissions/project",
    "/search/jql",
    "/worklog/list",
];
/// The first segments of paths that read users, groups, roles or permissions.
const IDENTITY: &[&str] = &[
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
/// And of those that read issues, projects, dashboards or attachments.
const CORE: &[&str] = &[
    "attachment",
    "backlog",
    "board",
    "changelog",
    "dashboard",
    "epic",
    "issue",
    "project",
    "search",
    "sprint",
];
/// Where lists are kept within an answer.
const LISTS: &[&str] = &[
    "comments",
    "dashboards",
    "issueChangeLogs",
    "issues",
    "permissionSchemes",
    "permissions",
    "projects",
    "users",
    "values",
    "worklogs",
];

/// What a call cost, now that its answer is known.
pub(crate) fn cost(call: &Call<'_>, answer: &Answer) -> u64 {
    let reads = call.method == "GET" || (call.method == "POST" && READS.contains(&call.route));
    let first = call.route.trim_start_matches('/').split('/').next().unwrap_or_default();
    // `project/{p}/role` reads roles, whatever it stands below.
    let identity = IDENTITY.contains(&first) || call.route.split('/').any(|part| part == "role");
    let each = if identity { 2 } else { 1 };
    if !reads || !answer.status.is_success() || !(identity || CORE.contains(&first)) {
        return 1;
    }
    1 + each * objects(&answer.body)
}

/// How many objects a body shows.
fn objects(body: &[u8]) -> u64 {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    match serde_json::from_slice(body) {
        Ok(Value::Array(list)) => count(list.len()),
        Ok(Value::Object(members)) => {
            let list = LISTS.iter().find_map(|name| match members.get(*name)? {
                Value::Array(list) => Some(list.len()),
                Value::Object(map) if *name == "permissions" => Some(map.len()),
                _ => None,
            });
            list.map_or(1, count)
        }
        // An attachment's own bytes.
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_are_atlassians() {
        let tenant = |edition, users| Rule { pool: Pool::Tenant, edition, ..Rule::default() }.quota(users);
        assert_eq!(Rule::default().quota(15_000), 65_000);
        assert_eq!(tenant(Edition::Free, 10), 65_000);
        assert_eq!(tenant(Edition::Standard, 2_000), 120_000);
        assert_eq!(tenant(Edition::Premium, 100), 132_000);
        assert_eq!(tenant(Edition::Enterprise, 15_000), 500_000);
    }

    #[test]
    fn an_account_is_whole_again_at_the_full_hour() {
        let mut account = Account::default();
        account.spend(7, 2 * HOUR + 1);
        assert_eq!((account.spent(3 * HOUR - 1), to_reset(3 * HOUR - 1)), (7, 1));
        assert_eq!((account.spent(3 * HOUR), to_reset(3 * HOUR)), (0, HOUR));
    }

    #[test]
    fn objects_are_counted_where_lists_are() {
        assert_eq!(objects(br#"{"issues": [1, 2, 3], "isLast": true}"#), 3);
        assert_eq!(objects(br#"[{}, {}]"#), 2);
        assert_eq!(objects(br#"{"key": "A-1"}"#), 1);
        assert_eq!(objects(br#"{"permissions": {"A": {}, "B": {}}}"#), 2);
        assert_eq!(objects(b"\x89PNG"), 1);
    }
}
