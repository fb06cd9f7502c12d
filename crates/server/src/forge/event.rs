//! `POST /forge/events`: what happened in the product, and to the app. The token is signed and the body is not, so it is a
//! hint like any other delivery: durable before it is answered, then looked into.
//!
//! Forge repeats what it got no success for, up to four times, a minute apart, and gives events no name of their own. A
//! repetition says the same of the same instant; all that differs is `retryContext`.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use bowline_auth::intake::delivery_hash;
use bowline_core::event::Delivery;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Map, Value};

use super::Held;
use crate::hooks::{self, DELIVERY, Way};
use crate::problem::Problem;

pub(super) async fn take(State(held): State<Held>, request: Request) -> Response {
    let taken = match held.taken("/forge/events", request.headers()).await {
        Ok(taken) => taken,
        Err(problem) => return problem.into_response(),
    };
    match held.forge.sites.connection(&taken.installation).await {
        Ok(Some(connection)) => {
            let way = Way::Forge(taken.installation.as_str().to_owned());
            hooks::take_of(&held.app, &connection, request, way).await
        }
        // An installation without Jira, or a connection that a person has dropped.
        Ok(None) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => Problem::from(error).into_response(),
    }
}

/// An event as a delivery: out of its envelope, and with a name where it says when it happened. What is not to be understood
/// stays as it is, and is kept for a person.
pub(crate) fn delivery(installation: &str, body: &Bytes) -> Delivery {
    let mut headers = HeaderMap::new();
    let Some(mut event) = serde_json::from_slice(body).ok().and_then(out_of_envelope) else {
        return Delivery { headers, body: body.clone() };
    };
    event.remove("retryContext");
    let text = Value::Object(event.clone()).to_string();
    if event.get("timestamp").is_some_and(|at| at.is_string() || at.is_number()) {
        let name = format!("forge-{}", delivery_hash(format!("{installation} {text}").as_bytes()));
        headers.extend(HeaderValue::try_from(name).ok().map(|name| (DELIVERY, name)));
    }
    Delivery { headers, body: text.into() }
}

/// The event itself: the documentation shows it as `payload`, and of functions it is known as a member `event`.
fn out_of_envelope(body: Value) -> Option<Map<String, Value>> {
    let Value::Object(mut members) = body else { return None };
    if members.contains_key("eventType") {
        return Some(members);
    }
    let inner = ["payload", "event"].into_iter().find_map(|name| match members.remove(name) {
        Some(Value::Object(inner)) => Some(inner),
        other => {
            members.extend(other.map(|other| (name.to_owned(), other)));
            None
        }
    });
    Some(inner.unwrap_or(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> (Option<String>, String) {
        let delivery = delivery("installation", &Bytes::from(body.to_owned()));
        let name = delivery.headers.get(DELIVERY).map(|name| name.to_str().unwrap().to_owned());
        (name, String::from_utf8(delivery.body.to_vec()).unwrap())
    }

    #[test]
    fn a_repetition_has_the_name_of_what_it_repeats() {
        let (first, body) = read(r#"{"payload":{"eventType":"a","timestamp":"1"}}"#);
        assert_eq!(body, r#"{"eventType":"a","timestamp":"1"}"#);
        let (again, same) = read(
            r#"{"payload":{"timestamp":"1","eventType":"a","retryContext":{"retryCount":2,"retryData":null}}}"#,
        );
        assert_eq!((&again, &same), (&first, &body));
        let (later, _) = read(r#"{"payload":{"eventType":"a","timestamp":"2"}}"#);
        assert!(first.is_some() && later.is_some() && later != first);
        let elsewhere = delivery("other", &Bytes::from_static(br#"{"eventType":"a","timestamp":"1"}"#));
        assert_ne!(elsewhere.headers.get(DELIVERY).unwrap().to_str().unwrap(), first.unwrap());
    }

    #[test]
    fn an_event_is_taken_out_of_one_envelope_and_no_more() {
        let event = r#"{"event":{"a":1},"eventType":"a"}"#;
        assert_eq!(read(&format!(r#"{{"payload":{event}}}"#)), (None, event.to_owned()));
        assert_eq!(read(event), (None, event.to_owned()));
        assert_eq!(read(r#"{"eventType":"a","timestamp":null}"#).0, None);
    }

    #[test]
    fn what_says_no_time_has_no_name_and_what_is_no_event_stays_as_it_is() {
        assert_eq!(
            read(r#"{"event":{"eventType":"a"},"context":{}}"#),
            (None, r#"{"eventType":"a"}"#.to_owned())
        );
        for text in ["", "[1]", "nonsense", "\"payload\""] {
            assert_eq!(read(text), (None, text.to_owned()));
        }
    }
}
