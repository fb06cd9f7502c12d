//! What a client may spend: Cloud's three limiters, and Data Center's bucket for each user. All are off at first.
//!
//! [`check`] refuses before anything is done, [`dress`] tells in the headers of every answer what is left. The
//! headers are those of "Rate limiting" (developer.atlassian.com/cloud/jira/platform/rate-limiting) and of "Adjusting
//! your code for rate limiting" (confluence.atlassian.com/adminjiraserver). Who is an app is in [`super::app`].

pub(crate) mod bucket;
pub(crate) mod burst;
pub(crate) mod change;
mod node;
pub(crate) mod points;
mod writes;

use std::collections::HashMap;

use http::StatusCode;
use http::header::{HeaderName, RETRY_AFTER};
use serde_json::json;

use self::bucket::{Bucket, Size, seconds};
use self::burst::Buckets;
use self::points::Account;
use self::writes::Writes;
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::locked::Locked;
use crate::jira::app;
use crate::jira::date::brief;
use crate::jira::site::Site;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
const NEAR: HeaderName = HeaderName::from_static("x-ratelimit-nearlimit");
const REASON: HeaderName = HeaderName::from_static("ratelimit-reason");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");
const BETA_POLICY: HeaderName = HeaderName::from_static("beta-ratelimit-policy");
const BETA_LEFT: HeaderName = HeaderName::from_static("beta-ratelimit");
const BETA_RETRY_AFTER: HeaderName = HeaderName::from_static("beta-retry-after");

/// Which limits are on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Limits {
    pub(crate) points: Option<points::Rule>,
    pub(crate) burst: Option<burst::Rule>,
    /// Whether writes to one issue are counted.
    pub(crate) writes: bool,
    /// The bucket of each user of Data Center.
    pub(crate) bucket: Option<Size>,
    counts: Locked<Counts>,
}

/// What was spent.
#[derive(Clone, Debug, Default)]
struct Counts {
    /// Points by the app's key.
    apps: HashMap<String, Account>,
    buckets: Buckets,
    writes: Writes,
    people: HashMap<Person, Bucket>,
}

impl Limits {
    /// All that the product has, with the documented numbers.
    pub(crate) fn documented(cloud: bool) -> Self {
        if cloud {
            let (points, burst) = (Some(points::Rule::default()), Some(burst::Rule::default()));
            return Self { points, burst, writes: true, ..Self::default() };
        }
        Self { bucket: Some(node::USUAL), ..Self::default() }
    }

    /// Whether any limit is on.
    pub(crate) fn are_on(&self) -> bool {
        self.points.is_some() || self.burst.is_some() || self.writes || self.bucket.is_some()
    }
}

/// Refuses a call that is one too many.
pub(crate) fn check(site: &Site, call: &Call<'_>) -> Result<(), Answer> {
    let limits = &site.limits;
    if !limits.are_on() {
        return Ok(());
    }
    let (now, mut counts) = (site.frame.clock.now(), limits.counts.lock());
    if let Some(size) = limits.bucket {
        return node::check(&mut counts.people, call, size, now);
    }
    if let (Some(rule), Some(app)) = (limits.points.filter(|rule| !rule.beta), app::of(site, call)) {
        let quota = rule.quota(users(site));
        if counts.apps.entry(app.key.clone()).or_default().spent(now) >= quota {
            let refused = refused(rule.pool.reason(), quota, points::to_reset(now), now);
            return Err(refused.header(NEAR, "true"));
        }
    }
    let issue = limits.writes.then(|| written(site, call)).flatten();
    if let Some(full) = issue.and_then(|issue| counts.writes.full(issue, now)) {
        return Err(refused("jira-per-issue-on-write", full.limit as u64, full.wait, now));
    }
    if let Some(rule) = limits.burst {
        let size = rule.size(call);
        let bucket = counts.buckets.of(call, size, now);
        let wait = bucket.wait(size, now);
        if wait > 0 {
            let wait = wait.saturating_mul(1_000);
            return Err(refused("jira-burst-based", size.fill.into(), wait, now));
        }
        bucket.take();
    }
    if let Some(issue) = issue {
        counts.writes.note(issue, now);
    }
    Ok(())
}

/// How many users a quota grows with.
fn users(site: &Site) -> u64 {
    site.catalog.people().filter(|(_, account)| !account.inactive).count() as u64
}

/// The issue a call writes to, if it exists.
fn written(site: &Site, call: &Call<'_>) -> Option<u32> {
    let writes = call.method != "GET" && !call.param("issue").is_empty();
    writes.then(|| site.find(call.param("issue"))).flatten()
}

/// Cloud's refusal. The words are those that people report (raycast/extensions issue 29015).
fn refused(reason: &str, limit: u64, wait: i64, now: i64) -> Answer {
    let wait = seconds(wait);
    let words = "The request has been rate-limited. Please try again later.";
    let body = json!({"errorMessages": [words], "errors": {}, "status": 429});
    Answer::json(StatusCode::TOO_MANY_REQUESTS, &body)
        .header(RETRY_AFTER, &wait.to_string())
        .header(LIMIT, &limit.to_string())
        .header(REMAINING, "0")
        .header(RESET, &brief(now.saturating_add(wait.saturating_mul(1_000))))
        .header(REASON, reason)
}

/// Charges an app for the answer, and tells in the headers what is left.
pub(crate) fn dress(site: &Site, call: &Call<'_>, answer: Answer) -> Answer {
    let limits = &site.limits;
    if !limits.are_on() {
        return answer;
    }
    let (now, mut counts) = (site.frame.clock.now(), limits.counts.lock());
    if let Some(size) = limits.bucket {
        return node::dress(&mut counts.people, call, size, (now, answer));
    }
    let refused = answer.headers.iter().any(|(name, _)| *name == REASON);
    let (mut told, mut beta) = (Told::default(), Told::default());
    let mut answer = answer;
    if let (Some(rule), Some(app)) = (limits.points, app::of(site, call)) {
        let account = counts.apps.entry(app.key.clone()).or_default();
        if !refused {
            account.spend(points::cost(call, &answer), now);
        }
        let (quota, reset) = (rule.quota(users(site)), seconds(points::to_reset(now)));
        let left = quota.saturating_sub(account.spent(now));
        let near = left.saturating_mul(5) < quota;
        let to = if rule.beta { &mut beta } else { &mut told };
        to.add(rule.pool.policy(), (quota, 3_600), near.then_some(left), reset);
        if rule.beta && left == 0 {
            answer = answer.header(BETA_RETRY_AFTER, &reset.to_string());
        }
        if near && !refused && !rule.beta {
            answer = answer.header(NEAR, "true");
        }
    }
    if let Some(rule) = limits.burst {
        let size = rule.size(call);
        let left = counts.buckets.of(call, size, now).left(size, now);
        if !refused {
            answer = answer.header(LIMIT, &size.fill.to_string()).header(REMAINING, &left.to_string());
        }
        told.add("jira-burst-based", (size.fill.into(), 1), Some(left.into()), 1);
    }
    beta.put(told.put(answer, POLICY, LEFT), BETA_POLICY, BETA_LEFT)
}

/// The entries of the structured headers.
#[derive(Default)]
struct Told {
    policies: Vec<String>,
    left: Vec<String>,
}

impl Told {
    /// A quota, its window in seconds, what is left of it (when it is worth telling), and seconds to its reset.
    fn add(&mut self, policy: &str, (quota, window): (u64, u32), left: Option<u64>, reset: i64) {
        self.policies.push(format!("\"{policy}\";q={quota};w={window}"));
        let left = left.map(|left| format!(";r={left}")).unwrap_or_default();
        self.left.push(format!("\"{policy}\"{left};t={reset}"));
    }

    fn put(&self, answer: Answer, policy: HeaderName, left: HeaderName) -> Answer {
        if self.policies.is_empty() {
            return answer;
        }
        answer.header(policy, &self.policies.join(",")).header(left, &self.left.join(","))
    }
}
