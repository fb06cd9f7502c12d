//! Cloud's burst limit: requests a second for each endpoint and method, shared by everybody who calls the site.
//!
//! The numbers are those of "Rate limiting" (developer.atlassian.com/cloud/jira/platform/rate-limiting, "Burst API
//! Rate Limit Thresholds"). How much more than a second's requests a bucket holds is not published.

use std::collections::HashMap;

use super::bucket::{Bucket, Size};
use crate::frame::call::Call;

/// The endpoints with a rate of their own: method, path below the version, requests a second.
const OWN: &[(&str, &str, u32)] = &[
    ("GET", "/attachment/content/{id}", 300),
    ("GET", "/attachment/thumbnail/{id}", 200),
    ("GET", "/component", 200),
    ("GET", "/issue/{issue}", 150),
    ("GET", "/issue/{issue}/changelog", 200),
    ("GET", "/issuesecurityschemes/{id}", 200),
    ("GET", "/issuetype/{id}/properties", 200),
    ("GET", "/issuetype/{id}/properties/{key}", 300),
    ("GET", "/project/{project}/role/{id}", 200),
    ("GET", "/user", 150),
    ("GET", "/user/email", 200),
    ("POST", "/expression/evaluate", 150),
    ("POST", "/permissionscheme/{id}/permission", 100),
    ("POST", "/search/approximate-count", 150),
    ("PUT", "/component/{id}", 500),
];

/// How bursts are limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Requests a second for every endpoint and method, in place of Atlassian's numbers.
    pub(crate) rate: Option<u32>,
    /// How many seconds' requests a bucket holds.
    pub(crate) buffer: u32,
}

impl Default for Rule {
    fn default() -> Self {
        Self { rate: None, buffer: 1 }
    }
}

impl Rule {
    /// The bucket of a call's endpoint.
    pub(crate) fn size(self, call: &Call<'_>) -> Size {
        let fill = self.rate.unwrap_or_else(|| rate(call.method, family(call.path), call.route));
        Size { capacity: fill.saturating_mul(self.buffer), fill, interval_seconds: 1 }
    }
}

/// Which API a path belongs to: `api`, `agile`, `webhooks` and the like.
fn family(path: &str) -> &str {
    path.trim_start_matches("/rest/").split('/').next().unwrap_or_default()
}

fn rate(method: &str, family: &str, route: &str) -> u32 {
    let own = OWN
        .iter()
        .filter(|_| family == "api")
        .find(|(verb, path, _)| *verb == method && shape(path).eq(shape(route)));
    own.map_or(if matches!(method, "PUT" | "DELETE") { 50 } else { 100 }, |(_, _, rate)| *rate)
}

/// A route's segments; parameters are called differently here and there.
fn shape(route: &str) -> impl Iterator<Item = &str> {
    route.split('/').map(|part| if part.starts_with('{') { "{}" } else { part })
}

/// One bucket for each endpoint and method; versions of the API share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buckets(HashMap<(String, String, &'static str), Bucket>);

impl Buckets {
    /// The bucket of a call's endpoint, filled up to now.
    pub(crate) fn of(&mut self, call: &Call<'_>, size: Size, now: i64) -> &mut Bucket {
        let key = (call.method.to_owned(), family(call.path).to_owned(), call.route);
        let bucket = self.0.entry(key).or_insert_with(|| Bucket::full(size, now));
        bucket.left(size, now);
        bucket
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_atlassians() {
        for (method, family, route, expected) in [
            ("GET", "api", "/issue/{issue}", 150),
            ("GET", "agile", "/issue/{issue}", 100),
            ("PUT", "api", "/issue/{issue}", 50),
            ("DELETE", "api", "/issue/{issue}", 50),
            ("POST", "api", "/issue", 100),
            ("GET", "api", "/issue/{issue}/changelog", 200),
            ("GET", "api", "/issuetype/{kind}/properties/{name}", 300),
            ("GET", "api", "/user", 150),
            ("GET", "api", "/user/search", 100),
            ("POST", "api", "/search/approximate-count", 150),
            ("PUT", "api", "/component/{id}", 500),
        ] {
            assert_eq!(rate(method, family, route), expected, "{method} {route}");
        }
        assert_eq!((family("/rest/agile/1.0/board"), family("/_edge/tenant_info")), ("agile", ""));
    }
}
