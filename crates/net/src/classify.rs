//! What an answer means: one pure function from status, headers and body to a [`Verdict`].
//!
//! It knows what holds for every tool, and the headers with which Jira tells about sign-in. What a 404 or a
//! 400 means is the adapter's business: such answers are handed over. What is done about a verdict is the
//! pipeline's.

use std::time::Duration;

use bowline_core::code::{
    AUTH_ANONYMOUS, AUTH_CAPTCHA_REQUIRED, AUTH_FORBIDDEN, AUTH_REJECTED, NET_NOT_JSON, NET_SERVER_ERROR,
    NET_TIMEOUT,
};
use bowline_core::port::OutboundAnswer;
use bowline_core::{Code, Timestamp};
use http::StatusCode;
use http::header::{CONTENT_TYPE, LOCATION};
use reqwest::Url;

use crate::retry_after::retry_after;
use crate::target::same_origin;

/// Jira's word on the sign-in, on every answer of Data Center and on failed ones of Cloud: `OK`, `OUT`,
/// `AUTHENTICATED_FAILED` (wrong password), `AUTHENTICATION_DENIED` (CAPTCHA), `AUTHORISATION_FAILED`.
const LOGIN_REASON: &str = "x-seraph-loginreason";

/// What an answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The adapter judges it.
    Answer,
    /// The tool did not carry the call out and asks to wait.
    Throttled {
        /// For how long, if it said so.
        after: Option<Duration>,
    },
    /// The tool failed; the call may have been carried out.
    Failing {
        /// How.
        code: Code,
        /// How long to wait, if it said so.
        after: Option<Duration>,
    },
    /// A person has to act before calls make sense.
    Blocked {
        /// Why.
        code: Code,
        /// Whether the tool may have carried the call out all the same.
        answered: bool,
    },
}

/// The meaning of an answer to a call to `url`. `json_due` is whether the call asked for JSON: an attachment
/// may well be an HTML page or a redirect to another host.
pub(crate) fn classify(answer: &OutboundAnswer, url: &Url, json_due: bool, now: Timestamp) -> Verdict {
    let status = answer.status;
    if let Some(code) = sign_in(answer) {
        return Verdict::Blocked { code, answered: !status.is_client_error() };
    }
    match status {
        StatusCode::UNAUTHORIZED => Verdict::Blocked { code: AUTH_REJECTED, answered: false },
        StatusCode::TOO_MANY_REQUESTS => Verdict::Throttled { after: retry_after(&answer.headers, now) },
        StatusCode::REQUEST_TIMEOUT => Verdict::Failing { code: NET_TIMEOUT, after: None },
        _ if status.is_server_error() => {
            Verdict::Failing { code: NET_SERVER_ERROR, after: retry_after(&answer.headers, now) }
        }
        _ if json_due && from_elsewhere(answer, url) => {
            Verdict::Blocked { code: NET_NOT_JSON, answered: true }
        }
        _ => Verdict::Answer,
    }
}

/// What Jira's sign-in headers say against us, whatever the status: a failed sign-in may come as 403, and as
/// 200 to an anonymous visitor. `OUT` and the like count only where the call seemed to succeed.
fn sign_in(answer: &OutboundAnswer) -> Option<Code> {
    let reasons = answer.headers.get_all(LOGIN_REASON).iter().filter_map(|value| value.to_str().ok());
    let reasons: Vec<&str> = reasons.flat_map(|line| line.split(',')).map(str::trim).collect();
    if reasons.contains(&"AUTHENTICATION_DENIED") {
        Some(AUTH_CAPTCHA_REQUIRED)
    } else if reasons.contains(&"AUTHENTICATED_FAILED") {
        Some(AUTH_REJECTED)
    } else if !answer.status.is_success() {
        None
    } else if reasons.contains(&"AUTHORISATION_FAILED") {
        Some(AUTH_FORBIDDEN)
    } else {
        reasons.iter().any(|reason| !reason.is_empty() && *reason != "OK").then_some(AUTH_ANONYMOUS)
    }
}

/// Whether something in between answered instead of the tool: a page, or the way to a sign-in page.
fn from_elsewhere(answer: &OutboundAnswer, url: &Url) -> bool {
    if answer.status.is_redirection() {
        is_html(answer) || leads_away(answer, url)
    } else {
        answer.status.is_success() && is_html(answer)
    }
}

fn leads_away(answer: &OutboundAnswer, url: &Url) -> bool {
    let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
    location.is_some_and(|location| match url.join(location) {
        Ok(there) => !same_origin(&there, url) || there.path().to_ascii_lowercase().contains("login"),
        Err(_) => true,
    })
}

/// Whether the body is an HTML page, by its declared type or, where none is declared, by its first characters.
pub(crate) fn is_html(answer: &OutboundAnswer) -> bool {
    let begins = |text: &[u8], with: &str| {
        text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()))
    };
    let body = answer.body.trim_ascii_start();
    match answer.headers.get(CONTENT_TYPE) {
        Some(kind) => {
            let kind = kind.as_bytes();
            !body.is_empty() && (begins(kind, "text/html") || begins(kind, "application/xhtml"))
        }
        None => begins(body, "<!doctype html") || begins(body, "<html"),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::*;

    fn verdict(
        status: u16,
        headers: &[(&'static str, &'static str)],
        body: &'static str,
        json_due: bool,
    ) -> Verdict {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let status = StatusCode::from_u16(status).unwrap();
        let answer = OutboundAnswer { status, headers: map, body: Bytes::from_static(body.as_bytes()) };
        let url = Url::parse("https://jira.example/rest/api/2/issue/1").unwrap();
        classify(&answer, &url, json_due, Timestamp::UNIX_EPOCH)
    }

    const SERAPH: &str = "x-seraph-loginreason";
    const HTML: (&str, &str) = ("content-type", "text/html; charset=utf-8");
    const JSON: (&str, &str) = ("content-type", "application/json");
    const PAGE: &str = "<html>please sign in</html>";

    fn blocked(code: Code, answered: bool) -> Verdict {
        Verdict::Blocked { code, answered }
    }

    fn failing(after: Option<u64>) -> Verdict {
        Verdict::Failing { code: NET_SERVER_ERROR, after: after.map(Duration::from_secs) }
    }

    #[test]
    fn answers_of_the_tool_are_handed_to_the_adapter() {
        for (status, headers, body) in [
            (200, &[JSON][..], "{}"),
            (200, &[JSON, (SERAPH, "OK")], "{}"),
            (200, &[JSON, ("retry-after", "0")], "{}"),
            (201, &[JSON], "{}"),
            (204, &[], ""),
            (204, &[HTML], ""),
            (200, &[], "<item/>"),
            (304, &[], ""),
            (301, &[("location", "/rest/api/2/issue/2")], ""),
            (400, &[JSON], "{}"),
            (403, &[JSON], "{}"),
            (403, &[HTML], PAGE),
            (404, &[HTML], PAGE),
            (404, &[(SERAPH, "OUT")], ""),
            (403, &[(SERAPH, "AUTHORISATION_FAILED")], ""),
            (409, &[], ""),
            (422, &[], ""),
        ] {
            assert_eq!(verdict(status, headers, body, true), Verdict::Answer, "{status} {headers:?}");
        }
    }

    #[test]
    fn sign_in_trouble_is_seen_whatever_the_status() {
        for (status, headers, expected) in [
            (401, &[JSON][..], blocked(AUTH_REJECTED, false)),
            (401, &[HTML], blocked(AUTH_REJECTED, false)),
            (401, &[(SERAPH, "AUTHENTICATED_FAILED")], blocked(AUTH_REJECTED, false)),
            (403, &[(SERAPH, "AUTHENTICATED_FAILED")], blocked(AUTH_REJECTED, false)),
            (200, &[(SERAPH, "AUTHENTICATED_FAILED")], blocked(AUTH_REJECTED, true)),
            (200, &[(SERAPH, "OK, AUTHENTICATED_FAILED")], blocked(AUTH_REJECTED, true)),
            (200, &[(SERAPH, "OK"), (SERAPH, "AUTHENTICATED_FAILED")], blocked(AUTH_REJECTED, true)),
            (403, &[(SERAPH, "AUTHENTICATION_DENIED")], blocked(AUTH_CAPTCHA_REQUIRED, false)),
            (401, &[(SERAPH, "AUTHENTICATION_DENIED")], blocked(AUTH_CAPTCHA_REQUIRED, false)),
            (
                403,
                &[
                    (SERAPH, "AUTHENTICATION_DENIED"),
                    (
                        "x-authentication-denied-reason",
                        "CAPTCHA_CHALLENGE; login-url=https://jira.example/login.jsp",
                    ),
                ],
                blocked(AUTH_CAPTCHA_REQUIRED, false),
            ),
            (200, &[(SERAPH, "AUTHORISATION_FAILED")], blocked(AUTH_FORBIDDEN, true)),
            (200, &[(SERAPH, "OUT")], blocked(AUTH_ANONYMOUS, true)),
        ] {
            assert_eq!(verdict(status, headers, PAGE, true), expected, "{status} {headers:?}");
        }
    }

    #[test]
    fn something_in_between_is_told_from_the_tool() {
        for (status, headers, body) in [
            (200, &[HTML][..], PAGE),
            (200, &[("content-type", "TEXT/HTML")], PAGE),
            (200, &[("content-type", "application/xhtml+xml")], PAGE),
            (200, &[], "\n <!DOCTYPE HTML><p>"),
            (302, &[HTML, ("location", "/x")], PAGE),
            (302, &[("location", "https://sso.example/saml")], ""),
            (301, &[("location", "http://jira.example/rest/api/2/issue/1")], ""),
            (302, &[("location", "/login.jsp?os_destination=x")], ""),
            (302, &[("location", "https://[bad")], ""),
        ] {
            assert_eq!(
                verdict(status, headers, body, true),
                blocked(NET_NOT_JSON, true),
                "{status} {headers:?}"
            );
            assert_eq!(
                verdict(status, headers, body, false),
                Verdict::Answer,
                "an attachment: {status} {headers:?}"
            );
        }
    }

    #[test]
    fn waiting_and_failing_carry_the_wanted_time() {
        let throttled = |after: Option<u64>| Verdict::Throttled { after: after.map(Duration::from_secs) };
        for (status, headers, expected) in [
            (429, &[][..], throttled(None)),
            (429, &[("retry-after", "7")], throttled(Some(7))),
            (429, &[("retry-after", "0")], throttled(None)),
            (429, &[HTML, ("retry-after", "7")], throttled(Some(7))),
            (500, &[JSON], failing(None)),
            (502, &[HTML], failing(None)),
            (503, &[HTML, ("retry-after", "30")], failing(Some(30))),
            (504, &[], failing(None)),
            (599, &[], failing(None)),
            (408, &[], Verdict::Failing { code: NET_TIMEOUT, after: None }),
        ] {
            assert_eq!(verdict(status, headers, PAGE, true), expected, "{status} {headers:?}");
        }
    }
}
