//! Refusals in Jira's shape: `{"errorMessages": […], "errors": {field: text}}`.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::frame::answer::Answer;

/// Why Jira does not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) messages: Vec<String>,
    /// Texts by field id, in the order they were found.
    pub(crate) errors: Vec<(String, String)>,
}

impl Refusal {
    /// A status and one message.
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, messages: vec![message.into()], errors: Vec::new() }
    }

    /// 400 and one message.
    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 400 for one field.
    pub(crate) fn field(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self::fields(vec![(field.into(), text.into())])
    }

    /// 400 for several fields.
    pub(crate) fn fields(errors: Vec<(String, String)>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, messages: Vec::new(), errors }
    }

    /// 404 and one message.
    pub(crate) fn missing(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 404 for an issue: it does not exist and it may not be seen are the same answer.
    pub(crate) fn no_issue() -> Self {
        Self::missing("Issue does not exist or you do not have permission to see it.")
    }

    /// 404 for whatever is at a path: what may not be seen is said not to exist, in the words for its kind.
    pub(crate) fn unseen(path: &str) -> Self {
        let mut parts = path.split('/').skip_while(|part| !["issue", "project", "filter"].contains(part));
        match (parts.next(), parts.next()) {
            (Some("project"), Some(key)) => {
                Self::missing(format!("No project could be found with key '{key}'."))
            }
            (Some("filter"), _) => Self::missing(
                "The selected filter is not available to you, perhaps it has been deleted or had its permissions changed.",
            ),
            _ => Self::no_issue(),
        }
    }

    /// 401 for somebody who did not sign in.
    pub(crate) fn anonymous() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "You are not authenticated. Authentication required to perform this operation.",
        )
    }

    /// 403 and one message.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// 400 for a body that is not JSON.
    pub(crate) fn not_json(_: serde_json::Error) -> Self {
        Self::bad("There was an error parsing JSON. Check that your request body is valid.")
    }

    /// The body as JSON.
    pub(crate) fn body(&self) -> Value {
        let errors = self.errors.iter().map(|(field, text)| (field.clone(), Value::from(text.as_str())));
        json!({"errorMessages": self.messages, "errors": errors.collect::<Map<_, _>>()})
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self::json(refusal.status, &refusal.body())
    }
}
