//! Which form an answer has: XML unless JSON is asked for, JSON in a function's parentheses, dates in one of three styles.

use http::StatusCode;
use http::header::{ACCEPT, CONTENT_TYPE};
use serde::Serialize;

use crate::frame::answer::Answer;
use crate::frame::call::{Call, Query};
use crate::targetprocess::date::Style;
use crate::targetprocess::refusal::Refusal;

/// The form of an answer of v1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Xml,
    Json,
}

impl Format {
    /// What a request asks for: `resultFormat`, `format`, the `Accept` header, or XML (developer hub, "Response formats").
    pub(crate) fn of(call: &Call<'_>) -> Result<Self, Refusal> {
        let named = call.query.get("resultFormat").or_else(|| call.query.get("format"));
        match named {
            Some(name) if name.eq_ignore_ascii_case("json") => Ok(Self::Json),
            Some(name) if name.eq_ignore_ascii_case("xml") => Ok(Self::Xml),
            Some(name) => {
                Err(Refusal::bad(format!("Format '{name}' is not supported: there are xml and json.")))
            }
            None if call.query.get("callback").is_some() => Ok(Self::Json),
            None => {
                let accept =
                    call.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
                let asks = |media: &str| {
                    accept.split(',').any(|part| part.split(';').next().unwrap_or_default().trim() == media)
                };
                let json = asks("application/json") || asks("text/json") || asks("text/javascript");
                Ok(if json { Self::Json } else { Self::Xml })
            }
        }
    }
}

/// How dates are written: `dateFormat=iso`, `isoDate`, or Microsoft's way.
pub(crate) fn style(query: &Query) -> Result<Style, Refusal> {
    let iso = query.get("isoDate").is_some_and(|text| !matches!(text.to_lowercase().as_str(), "0" | "false"));
    match query.get("dateFormat").map(str::to_lowercase).as_deref() {
        Some("iso") => Ok(Style::Iso),
        Some("ms") => Ok(Style::Microsoft),
        Some(other) => {
            Err(Refusal::bad(format!("Date format '{other}' is not supported: there are ms and iso.")))
        }
        None if iso => Ok(Style::Plain),
        None => Ok(Style::Microsoft),
    }
}

/// A JSON body as it stands.
pub(crate) fn json(status: StatusCode, body: impl Into<bytes::Bytes>) -> Answer {
    sent(status, "application/json", body)
}

/// An XML document as it stands.
pub(crate) fn xml(status: StatusCode, body: String) -> Answer {
    sent(status, "application/xml; charset=utf-8", body)
}

fn sent(status: StatusCode, media: &str, body: impl Into<bytes::Bytes>) -> Answer {
    let mut answer = Answer::empty(status).header(CONTENT_TYPE, media);
    answer.body = body.into();
    answer
}

/// A JSON answer as the request wants it: pretty, in a function's parentheses, or plain.
pub(crate) fn answer(call: &Call<'_>, status: StatusCode, body: &impl Serialize) -> Result<Answer, Refusal> {
    let pretty = call.query.get("prettify").is_some_and(|text| !text.eq_ignore_ascii_case("false"));
    let text = if pretty { serde_json::to_string_pretty(body) } else { serde_json::to_string(body) };
    let text = text.map_err(|error| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    match call.query.get("callback") {
        None => Ok(json(status, text)),
        Some(name) if is_function(name) => {
            Ok(sent(status, "application/javascript; charset=utf-8", format!("{name}({text});")))
        }
        Some(name) => Err(Refusal::bad(format!("'{name}' is not the name of a function."))),
    }
}

/// Whether a text can stand before parentheses without being anything else than a function's name.
fn is_function(name: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$'))
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$'))
    };
    name.len() <= 100 && name.split('.').all(part)
}

/// A number in the query that counts something; `usual` when it is absent or empty.
pub(crate) fn count(query: &Query, name: &str, usual: usize) -> Result<usize, Refusal> {
    match query.get(name).map(str::trim).filter(|text| !text.is_empty()) {
        None => Ok(usual),
        // More digits than a number has are more rows than there are.
        Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok(text.parse().unwrap_or(usize::MAX))
        }
        Some(text) => Err(Refusal::bad(format!("'{text}' is not a valid value of '{name}'."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_functions_are_called_back() {
        for name in ["parse", "jQuery1_2", "a.b.$c", "_"] {
            assert!(is_function(name), "{name}");
        }
        for name in ["", "a b", "a(", "1a", "a..b", "alert(1)//", "<script>"] {
            assert!(!is_function(name), "{name}");
        }
    }
}
