//! The shapes in which a few operations of Cloud refuse, otherwise than all the others (the responses of Cloud's
//! document), whoever refuses: the operation itself, or what comes before it.

use serde_json::{Value, json};

use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::jira::site::Site;

/// Puts a refusal into the shape of its operation.
pub(crate) fn of(site: &Site, call: &Call<'_>, answer: Answer) -> Answer {
    let plain = answer.status.is_client_error() && site.is_cloud();
    let Some(shape) = own(call.route).filter(|_| plain) else { return answer };
    let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else { return answer };
    let Some(messages) = body.get("errorMessages").and_then(Value::as_array) else { return answer };
    let errors = body.get("errors").and_then(Value::as_object).into_iter().flatten().map(|(_, text)| text);
    let texts: Vec<&str> = messages.iter().chain(errors).filter_map(Value::as_str).collect();
    let shaped = Answer::json(answer.status, &shape(&texts));
    Answer { headers: answer.headers, ..shaped }
}

type Shape = fn(&[&str]) -> Value;

fn own(route: &str) -> Option<Shape> {
    if route.starts_with("/bulk/") {
        return Some(|texts| json!({"errors": [{"message": texts.join(" ")}]}));
    }
    match route {
        "/jql/pdcleaner" => Some(|texts| json!(texts.join(" "))),
        "/task/{id}/cancel" => Some(|texts| json!(texts)),
        _ => None,
    }
}
