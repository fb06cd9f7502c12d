//! Data Center's limit: a bucket of requests for each user, which an administrator turns on.
//!
//! Five headers tell about it on every answer to a request with credentials of its own; what comes with a session's
//! cookie looks like a person at a screen and is not counted (Atlassian's knowledge base, 1108486797).

use std::collections::HashMap;

use http::StatusCode;
use http::header::{ACCEPT, AUTHORIZATION, HeaderName, RETRY_AFTER};
use serde_json::json;

use super::bucket::{Bucket, Size};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};

const FILL: HeaderName = HeaderName::from_static("x-ratelimit-fillrate");
const INTERVAL: HeaderName = HeaderName::from_static("x-ratelimit-interval-seconds");

/// Jira publishes no numbers of its own; these are the first ones that Bitbucket's administrators find.
pub(super) const USUAL: Size = Size { capacity: 60, fill: 5, interval_seconds: 1 };

/// What Tomcat shows to those who did not ask for JSON (ahungry/org-jira issue 365).
const PAGE: &str = "<!doctype html><html lang=\"en\"><head><title>HTTP Status 429 – Too Many Requests</title></head>\
    <body><h1>HTTP Status 429 – Too Many Requests</h1><hr class=\"line\" /><p><b>Type</b> Status Report</p>\
    <p><b>Message</b> Rate limit exceeded.</p></body></html>";

/// Whose bucket a call takes from.
fn whose(call: &Call<'_>) -> Option<Person> {
    call.caller.filter(|_| call.headers.contains_key(AUTHORIZATION))
}

pub(super) fn check(
    people: &mut HashMap<Person, Bucket>,
    call: &Call<'_>,
    size: Size,
    now: i64,
) -> Result<(), Answer> {
    let Some(person) = whose(call) else { return Ok(()) };
    let bucket = people.entry(person).or_insert_with(|| Bucket::full(size, now));
    if bucket.left(size, now) > 0 {
        bucket.take();
        return Ok(());
    }
    let asked = call.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let status = StatusCode::TOO_MANY_REQUESTS;
    Err(if asked.contains("json") {
        Answer::json(status, &json!({"message": "Rate limit exceeded."}))
    } else {
        Answer::html(status, PAGE)
    })
}

pub(super) fn dress(
    people: &mut HashMap<Person, Bucket>,
    call: &Call<'_>,
    size: Size,
    (now, answer): (i64, Answer),
) -> Answer {
    let Some(person) = whose(call) else { return answer };
    let bucket = people.entry(person).or_insert_with(|| Bucket::full(size, now));
    let left = bucket.left(size, now);
    answer
        .header(super::LIMIT, &size.capacity.to_string())
        .header(super::REMAINING, &left.to_string())
        .header(FILL, &size.fill.to_string())
        .header(INTERVAL, &size.interval_seconds.max(1).to_string())
        .header(RETRY_AFTER, &bucket.wait(size, now).to_string())
}
