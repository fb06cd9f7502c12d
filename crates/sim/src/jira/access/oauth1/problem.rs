//! What an OAuth 1.0a provider says of a request it does not take: the codes of the problem reporting extension, with the
//! statuses of `net.oauth`, the library that Jira's own provider is made with.

use http::StatusCode;
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};

use super::message::encode;
use crate::frame::answer::Answer;
use crate::jira::site::Site;

/// A problem, with what else is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    details: Vec<(&'static str, String)>,
}

/// A problem without details.
pub(crate) fn problem(code: &'static str) -> Problem {
    Problem { code, details: Vec::new() }
}

impl Problem {
    /// The same problem with one thing more told.
    pub(crate) fn telling(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self.code {
            "version_rejected"
            | "parameter_absent"
            | "parameter_rejected"
            | "timestamp_refused"
            | "signature_method_rejected" => StatusCode::BAD_REQUEST,
            "user_refused" | "consumer_key_refused" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::UNAUTHORIZED,
        }
    }

    /// The challenge in the header, and the same as a form.
    pub(crate) fn answer(&self, site: &Site) -> Answer {
        let told = || {
            std::iter::once(("oauth_problem", self.code)).chain(self.details.iter().map(|(n, v)| (*n, &**v)))
        };
        let header = told().map(|(name, value)| format!(", {name}=\"{}\"", encode(value)));
        let challenge = format!("OAuth realm=\"{}\"{}", encode(&site.base), header.collect::<String>());
        let body: Vec<String> = told().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let answer = Answer { body: body.join("&").into(), ..Answer::empty(self.status()) };
        answer
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded;charset=UTF-8")
            .header(WWW_AUTHENTICATE, &challenge)
    }
}
