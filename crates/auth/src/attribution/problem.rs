//! The problem codes of OAuth 1.0a: in `WWW-Authenticate`, in a form body, or in both.
//!
//! The codes are those of the OAuth Problem Reporting extension, which Data Center's application links speak (their
//! provider is built on the library `net.oauth`, whose `OAuth.Problems` lists them with the statuses they come with).

use std::borrow::Cow;

use bowline_core::SignedDuration;
use bowline_core::attribution::{Attribution, Class, Heard, Reaction};
use http::header::{CONTENT_TYPE, DATE};
use jiff::fmt::rfc2822::DateTimeParser;

use super::challenge::Challenges;
use super::shape::{self, prefix};
use super::{Age, Known, Presented, application};
use crate::oauth1::is_form;

/// Which problem the answer names, and what it means.
pub(super) fn read(heard: &Heard<'_>, known: &Known<'_>, challenges: &Challenges<'_>) -> Option<Attribution> {
    if heard.answer.status.is_success() {
        return None;
    }
    let body = form(heard);
    let value = |name: &str| -> Option<Cow<'_, str>> {
        let in_header = challenges.value("oauth", name).map(|text| Cow::Owned(decoded(text)));
        in_header.or_else(|| {
            body.iter().find(|(known, _)| known == name).map(|(_, value)| Cow::Borrowed(&**value))
        })
    };
    let problem = value("oauth_problem")?;
    let tried =
        matches!(known.application, Presented::Signature(Age::Renewed) | Presented::Token(Age::Renewed));
    Some(match &*problem {
        "token_rejected" | "token_revoked" => application(Class::GrantEnded, Reaction::Owner),
        "token_expired" if !tried => application(Class::StaleToken, Reaction::Renew),
        "token_expired" => application(Class::GrantEnded, Reaction::Owner),
        "permission_denied" | "permission_unknown" | "additional_authorization_required" | "token_used" => {
            application(Class::ConsentIncomplete, Reaction::Owner)
        }
        "consumer_key_unknown" | "consumer_key_rejected" => {
            application(Class::AppMisconfigured, Reaction::Operator)
        }
        "consumer_key_refused" | "user_refused" => {
            application(Class::Transient, Reaction::Later).under(bowline_core::code::AUTH_REFUSED_FOR_NOW)
        }
        "timestamp_refused" => skewed(heard, value("oauth_acceptable_timestamps").as_deref(), tried),
        "nonce_used" if !tried => application(Class::NonceUsed, Reaction::SignAnew(SignedDuration::ZERO)),
        "nonce_used" => application(Class::NonceUsed, Reaction::Later),
        "signature_invalid" => application(Class::SignatureInvalid, Reaction::Operator),
        "version_rejected" | "signature_method_rejected" | "parameter_absent" | "parameter_rejected" => {
            let about = value("oauth_parameters_absent").or_else(|| value("oauth_parameters_rejected"));
            let about = about.and_then(|names| shape::names(&names));
            let told = about.map_or_else(
                || format!("It says {problem}."),
                |about| format!("It says {problem}: {about}."),
            );
            application(Class::ProtocolRefused, Reaction::Operator).telling(Some(told))
        }
        // A code that nobody has written down: the status decides.
        _ => return None,
    })
}

/// Our clock is off, or theirs. The offset is learnt from the times they would have taken, else from their clock.
fn skewed(heard: &Heard<'_>, window: Option<&str>, tried: bool) -> Attribution {
    let offset = window.and_then(middle).or_else(|| date(heard)).map(|theirs| theirs - heard.at.as_second());
    let told = offset.filter(|offset| *offset != 0).map(|offset| {
        let direction = if offset > 0 { "behind" } else { "ahead of" };
        format!("This machine's clock is {} seconds {direction} the provider's.", offset.unsigned_abs())
    });
    let reaction = match offset.filter(|_| !tried) {
        Some(offset) => Reaction::SignAnew(SignedDuration::from_secs(offset)),
        None => Reaction::Operator,
    };
    application(Class::ClockSkew, reaction).telling(told)
}

/// The middle of `min-max`, in seconds since 1970.
fn middle(window: &str) -> Option<i64> {
    let (least, most) = window.trim().split_once('-')?;
    let second = |text: &str| text.trim().parse::<u32>().ok().map(i64::from);
    let (least, most) = (second(least)?, second(most)?);
    (least <= most).then(|| least.midpoint(most))
}

fn date(heard: &Heard<'_>) -> Option<i64> {
    let text = heard.answer.headers.get(DATE)?.to_str().ok()?;
    // Some servers get the day of the week wrong, which changes nothing.
    Some(DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()?.as_second())
}

/// The pairs of a form body. Atlassian's provider sends it as plain text.
fn form(heard: &Heard<'_>) -> Vec<(String, String)> {
    let kind = heard.answer.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !(is_form(kind) || kind.is_empty() || kind.trim_start().starts_with("text/plain")) {
        return Vec::new();
    }
    form_urlencoded::parse(prefix(heard.answer).trim_ascii()).into_owned().take(50).collect()
}

/// Values in the header are percent-encoded inside their quotes (RFC 5849 section 3.5.1).
fn decoded(text: &str) -> String {
    let pair = format!("x={}", text.replace(['&', '+'], " "));
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}
