//! Members of a request's body: a text, a number that may come as a text, a flag, a person.

use serde_json::Value;

use crate::frame::call::Person;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// A text; `None` when absent, null or something else.
pub(crate) fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str)
}

/// A text or number as text: ids come as either.
pub(crate) fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The number under a name, also when it is written as a text.
pub(crate) fn number(body: &Value, name: &str) -> Option<u32> {
    body.get(name).and_then(id)?.parse().ok()
}

/// A flag; `None` when absent or something else.
pub(crate) fn flag(body: &Value, name: &str) -> Option<bool> {
    body.get(name).and_then(Value::as_bool)
}

/// An object, or 400: what is neither an object nor nothing was no request.
pub(crate) fn object(body: Value) -> Result<Value, Refusal> {
    match body {
        Value::Object(_) => Ok(body),
        _ => Err(Refusal::bad("Invalid request payload. Refer to the REST API documentation and try again.")),
    }
}

/// The person a text names: an account id on Cloud, a name or key on Data Center.
pub(crate) fn person(site: &Site, named: &str) -> Option<Person> {
    site.catalog.person(|account| {
        if site.is_cloud() {
            *account.account_id == *named
        } else {
            account.name.eq_ignore_ascii_case(named) || *account.key == *named
        }
    })
}
