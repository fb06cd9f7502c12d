//! What can go wrong in a call, and what Jira says about it.

use std::collections::BTreeMap;
use std::fmt;

use bowline_core::Failure;
use http::StatusCode;
use serde_json::Value;

/// Why a call brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It failed on the way, or Jira could not answer: the failure says what to do.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// Jira understood and refused: any 4xx that the sender of calls does not judge itself.
    #[error("Jira refused {operation} with {status}")]
    Refused {
        /// The call.
        operation: &'static str,
        /// Its status.
        status: StatusCode,
        /// What Jira said.
        refusal: Refusal,
    },
    /// Jira accepted, but the answer is not of the documented shape. Nothing of it is quoted: it may hold content.
    #[error("the answer to {operation} is not understood (line {line}, column {column})")]
    Unreadable {
        /// The call.
        operation: &'static str,
        /// Where reading stopped.
        line: usize,
        /// Where reading stopped.
        column: usize,
    },
    /// What came is not the file: it has another length than Jira told.
    #[error("the answer to {operation} has {length} bytes, the file {size}")]
    OtherLength {
        /// The call.
        operation: &'static str,
        /// Bytes of the answer.
        length: u64,
        /// Bytes of the file.
        size: u64,
    },
    /// A list goes on for longer than any list does; what was read of it may be the same over and over.
    #[error("the pages of {operation} do not end")]
    Endless {
        /// The call.
        operation: &'static str,
    },
}

impl Error {
    /// Whether Jira answered with this status.
    pub fn is(&self, wanted: StatusCode) -> bool {
        matches!(self, Self::Refused { status, .. } if *status == wanted)
    }
}

/// What Jira said when it refused. May quote an item, so `Debug` shows counts and field names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Refusal {
    /// Sentences that name no field (`errorMessages`, a gateway's `message`, or an error page's plain text).
    pub messages: Vec<String>,
    /// Sentences by field id (`errors`).
    pub fields: BTreeMap<String, String>,
}

impl Refusal {
    /// Reads an error body, whatever its content type claims: `{"errorMessages":[…],"errors":{…}}`, the gateway's
    /// `{"code":401,"message":"…"}`, or text. An HTML page says nothing useful and is left out.
    pub fn parse(body: &[u8]) -> Self {
        match serde_json::from_slice::<Value>(body) {
            Ok(Value::Object(members)) => Self::from_members(&members),
            Ok(Value::String(text)) => Self::from_text(&text),
            Ok(_) => Self::default(),
            Err(_) => Self::from_text(&String::from_utf8_lossy(body)),
        }
    }

    /// All that was said, in one text.
    pub fn words(&self) -> String {
        let fields = self.fields.iter().map(|(field, said)| format!("{field}: {said}"));
        self.messages.iter().cloned().chain(fields).collect::<Vec<_>>().join("\n")
    }

    fn from_members(members: &serde_json::Map<String, Value>) -> Self {
        let mut refusal = Self::default();
        match members.get("errorMessages") {
            Some(Value::Array(list)) => refusal.messages.extend(list.iter().map(said)),
            Some(Value::String(text)) => refusal.messages.push(text.clone()),
            _ => {}
        }
        if let Some(Value::Object(errors)) = members.get("errors") {
            refusal.fields.extend(errors.iter().map(|(field, text)| (field.clone(), said(text))));
        }
        if refusal == Self::default() {
            // Gateways, and a few endpoints, have a single member instead.
            let lone =
                ["message", "errorMessage", "error"].into_iter().find_map(|name| members.get(name)?.as_str());
            refusal.messages.extend(lone.map(str::to_owned));
        }
        refusal
    }

    fn from_text(text: &str) -> Self {
        let text = text.trim();
        let page = text.is_empty() || text.starts_with('<');
        Self { messages: if page { Vec::new() } else { vec![text.to_owned()] }, fields: BTreeMap::new() }
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<&String> = self.fields.keys().collect();
        f.debug_struct("Refusal").field("messages", &self.messages.len()).field("fields", &fields).finish()
    }
}

fn said(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_errors_and_sentences_are_kept_apart() {
        let body =
            br#"{"errorMessages":["No."],"errors":{"summary":"Too long.","labels":["a","b"]},"status":400}"#;
        let refusal = Refusal::parse(body);
        assert_eq!(refusal.messages, ["No."]);
        assert_eq!(refusal.fields["summary"], "Too long.");
        assert_eq!(refusal.words(), "No.\nlabels: [\"a\",\"b\"]\nsummary: Too long.");
    }

    #[test]
    fn a_gateway_error_and_plain_text_are_read_and_a_page_is_not() {
        assert_eq!(Refusal::parse(br#"{"code":401,"message":"Unauthorized"}"#).messages, ["Unauthorized"]);
        assert_eq!(Refusal::parse(b" Issue does not exist ").messages, ["Issue does not exist"]);
        assert_eq!(Refusal::parse(b"<html><body>Log in</body></html>"), Refusal::default());
        assert_eq!(Refusal::parse(b"\xff\xfe[]").messages.len(), 1);
        assert_eq!(Refusal::parse(b"[1,2]"), Refusal::default());
    }

    #[test]
    fn debug_does_not_quote_what_jira_said() {
        let refusal = Refusal::parse(br#"{"errors":{"summary":"Secret title is too long"}}"#);
        assert!(!format!("{refusal:?}").contains("Secret"));
        assert!(format!("{refusal:?}").contains("summary"));
    }
}
