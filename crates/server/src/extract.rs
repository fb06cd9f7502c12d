//! What handlers take out of a request: a path's parts, a query, a JSON body, part of a list. Whatever does not
//! fit is a problem of the usual shape.
//!
//! A caller's own words are never repeated: a body may hold a secret in the wrong place.

use std::fmt::Display;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use bowline_core::code;
use bowline_core::page::{Page, PageAsk};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::body::{self, Limits};
use crate::problem::Problem;

/// The most rows of one page.
const LARGEST_PAGE: u32 = 1_000;

/// The one part of a path that names something. Text that is no name names nothing.
pub(crate) struct Name(pub(crate) String);

impl FromRequestParts<Arc<App>> for Name {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<App>) -> Result<Self, Problem> {
        let path = axum::extract::Path::<String>::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(name)| Self(name))
            .map_err(|_| Problem::of_status(StatusCode::NOT_FOUND))
    }
}

/// The two parts of a path that name something.
pub(crate) struct Names(pub(crate) String, pub(crate) String);

impl FromRequestParts<Arc<App>> for Names {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<App>) -> Result<Self, Problem> {
        let path = axum::extract::Path::<(String, String)>::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path((first, second))| Self(first, second))
            .map_err(|_| Problem::of_status(StatusCode::NOT_FOUND))
    }
}

/// The query.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<App>> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        query.map(|axum::extract::Query(query)| Self(query)).map_err(|rejection| {
            let why = std::error::Error::source(&rejection).map(ToString::to_string);
            Problem::bad_request(format!("The query does not fit{}.", told(&why.unwrap_or_default())))
        })
    }
}

/// The JSON body.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        if !is_json(&parts.headers) {
            let detail = "The body must be JSON, with `Content-Type: application/json`.";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, code::API_BAD_REQUEST, detail));
        }
        let rooms = [&app.api_room];
        let limits = Limits { size: app.options.api_body, within: app.options.read_within, rooms: &rooms };
        let held = body::read(&parts.headers, body, limits).await?;
        serde_json::from_slice(&held.bytes).map(Self).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            Problem::bad_request(match error.classify() {
                serde_json::error::Category::Data => {
                    format!("The body does not fit at {place}{}.", told(&error.to_string()))
                }
                _ => format!("The body is not JSON at {place}."),
            })
        })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// What a decoder's complaint says about our side of it: the name of a missing field, or what would have fitted.
/// Our own words come last in it, behind whatever it quotes.
fn told(complaint: &impl Display) -> String {
    let complaint = complaint.to_string();
    let complaint = complaint.rsplit_once(" at line ").map_or(complaint.as_str(), |(words, _)| words);
    let missing =
        |words: &str| words.strip_prefix("missing field ").map(|name| format!(": {name} is missing"));
    if let Some(missing) = missing(complaint).or_else(|| missing(complaint.rsplit_once(": ")?.1)) {
        return missing;
    }
    match complaint.rsplit_once(", expected ") {
        Some((_, expected)) => format!(": expected {expected}"),
        None => String::new(),
    }
}

/// Which part of a list: `?after=…&limit=…`, with the list's own filters beside it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    after: Option<String>,
    limit: Option<u32>,
}

impl Part {
    pub(crate) fn ask(self) -> Result<PageAsk, Problem> {
        page_ask(self.after, self.limit)
    }
}

/// Which part of a list, checked.
pub(crate) fn page_ask(after: Option<String>, limit: Option<u32>) -> Result<PageAsk, Problem> {
    let limit = limit.unwrap_or(PageAsk::default().limit);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(Problem::bad_request("`limit` is a number from 1 to 1000."));
    }
    Ok(PageAsk { after, limit })
}

/// Part of a list that is short enough to be read whole, in the order of `key`.
pub(crate) fn page_of<T>(mut all: Vec<T>, ask: &PageAsk, key: impl Fn(&T) -> &str) -> Page<T> {
    all.sort_by(|one, other| key(one).cmp(key(other)));
    if let Some(after) = &ask.after {
        all.retain(|row| key(row) > after.as_str());
    }
    let limit = ask.limit as usize;
    let more = all.len() > limit;
    all.truncate(limit);
    let next = if more { all.last().map(|row| key(row).to_owned()) } else { None };
    Page { items: all, next }
}

/// The same page with its rows told in other words.
pub(crate) fn told_as<T, U>(page: Page<T>, tell: impl FnMut(T) -> U) -> Page<U> {
    Page { items: page.items.into_iter().map(tell).collect(), next: page.next }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only ever decoded")]
    struct Ask {
        name: String,
        side: Option<bowline_core::Side>,
    }

    fn complaint(body: &str) -> String {
        told(&serde_json::from_str::<Ask>(body).unwrap_err())
    }

    #[test]
    fn a_complaint_names_what_is_missing_or_would_have_fitted() {
        assert_eq!(complaint("{}"), ": `name` is missing");
        assert_eq!(complaint(r#"{"name": 1}"#), ": expected a string");
        assert_eq!(complaint(r#"{"name": "x", "side": "up"}"#), ": expected `left` or `right`");
        assert_eq!(complaint(r#"{"nam": "x"}"#), ": expected `name` or `side`");
    }

    proptest! {
        #[test]
        fn a_complaint_never_repeats_what_the_caller_sent(secret in "[a-z]{2,4}, expected [a-z0-9]{12}") {
            for body in [
                format!(r#"{{"name": ["{secret}"]}}"#),
                format!(r#"{{"{secret}": "x"}}"#),
                format!(r#"{{"name": "x", "side": "{secret}"}}"#),
                format!(r#"{{"name": {{"{secret}": 1}}}}"#),
                format!("{secret:?}"),
            ] {
                prop_assert!(!complaint(&body).contains(secret.rsplit(' ').next().unwrap()), "{}", complaint(&body));
            }
        }

        #[test]
        fn pages_of_any_size_put_together_are_the_whole_list(
            rows in prop::collection::btree_set("[a-c]{1,4}", 0..20),
            limit in 1_u32..8,
        ) {
            let all: Vec<String> = rows.into_iter().collect();
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = page_of(all.clone(), &PageAsk { after, limit }, |row| row);
                prop_assert!(page.items.len() <= limit as usize);
                seen.extend(page.items);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            prop_assert_eq!(seen, all);
        }
    }
}
