//! Jira's own word on the sign-in, which it says in headers whatever the status: a failed sign-in may come as 403, and
//! as 200 to an anonymous visitor.

use bowline_core::attribution::{Attribution, Class, Heard, Reaction};
use http::HeaderMap;
use url::Url;

use super::{Age, Asked, Known, Presented, application, refused};

/// `OK`, `OUT`, `AUTHENTICATED_FAILED` (wrong password), `AUTHENTICATION_DENIED` (CAPTCHA), `AUTHORISATION_FAILED`; on
/// every answer of Data Center, and on failed ones of Cloud.
const LOGIN_REASON: &str = "x-seraph-loginreason";
/// `CAPTCHA_CHALLENGE; login-url=…`
const DENIED_REASON: &str = "x-authentication-denied-reason";
/// Who Data Center takes us for.
const USER_NAME: &str = "x-ausername";
/// The longest address that is shown to a person.
const LONGEST: usize = 500;

/// What the headers say against us. `OUT` and the like count only where the call seemed to succeed.
pub(super) fn read(heard: &Heard<'_>, known: &Known<'_>) -> Option<Attribution> {
    let (status, headers) = (heard.answer.status, &heard.answer.headers);
    let reasons: Vec<&str> =
        words(headers, LOGIN_REASON).flat_map(|line| line.split(',')).map(str::trim).collect();
    let is_challenge = |line: &str| line.trim_start().starts_with("CAPTCHA_CHALLENGE");
    if reasons.contains(&"AUTHENTICATION_DENIED") || words(headers, DENIED_REASON).any(is_challenge) {
        let told = format!("Sign in at {} as this account.", login_page(heard, known));
        Some(application(Class::Captcha, Reaction::Owner).telling(Some(told)))
    } else if reasons.contains(&"AUTHENTICATED_FAILED") {
        Some(refused(super::Layer::Application, known.application))
    } else if !status.is_success() || known.asked == Asked::TokenEndpoint {
        // Tokens are asked for by nobody in particular: Data Center says `anonymous` there, and means no harm.
        None
    } else if reasons.contains(&"AUTHORISATION_FAILED") {
        Some(application(Class::Forbidden, Reaction::Owner))
    } else {
        let somebody_else = reasons.iter().any(|reason| !reason.is_empty() && *reason != "OK");
        let nobody = words(headers, USER_NAME).any(|name| name == "anonymous");
        (somebody_else || nobody).then(|| anonymous(known))
    }
}

/// A token that has ended may be ignored instead of refused.
fn anonymous(known: &Known<'_>) -> Attribution {
    match known.application {
        Presented::Token(Age::Past) => application(Class::StaleToken, Reaction::Renew),
        _ => application(Class::Anonymous, Reaction::Owner),
    }
}

/// Where a person signs in. What the answer names is shown only if it is on a host that was configured: an answer could
/// name a page that collects passwords.
fn login_page(heard: &Heard<'_>, known: &Known<'_>) -> String {
    let named = words(&heard.answer.headers, DENIED_REASON)
        .flat_map(|line| line.split(';'))
        .find_map(|part| part.trim().strip_prefix("login-url="))
        .filter(|text| text.len() <= LONGEST)
        .and_then(|text| Url::parse(text).ok());
    let trusted = named.filter(|named| {
        let plain = matches!(named.scheme(), "http" | "https") && named.username().is_empty();
        let is_host_of =
            |url: &str| Url::parse(url).is_ok_and(|url| url.host().is_some() && url.host() == named.host());
        plain && named.password().is_none() && (is_host_of(known.site) || is_host_of(heard.url))
    });
    trusted.map_or_else(|| known.site.to_owned(), String::from)
}

fn words<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok())
}
