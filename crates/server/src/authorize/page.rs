//! The pages of a sign-in: what they say, and the headers around them.

use axum::response::{IntoResponse, Response};
use bowline_auth::life::{Finished, NoConsent, Site};
use bowline_core::Code;
use bowline_core::code::AUTH_CONSENT_INCOMPLETE;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;

use crate::app::App;
use crate::live::html;
use crate::problem::Problem;

/// What a page says.
#[derive(Clone, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum Page {
    /// The first: whose sign-in is wanted, and a button.
    Start {
        connection: String,
        place: String,
        provider: &'static str,
        invitation: String,
        again: Option<String>,
        /// Whether the connection is to write as whoever signs in.
        acting: bool,
    },
    /// The last: who signed in.
    Connected { connection: String, who: String, place: String },
    /// The last, where somebody lets the connection write as them.
    Delegated { connection: String, who: String, place: String },
    /// One of several sites.
    Choose { token: String, sites: Vec<Choice> },
    /// What went wrong, and what to do.
    Failed { title: String, why: String, next: String },
}

/// A site to choose.
#[derive(Clone, Serialize)]
pub(crate) struct Choice {
    id: String,
    name: String,
    url: String,
}

#[derive(Serialize)]
struct Whole<'a> {
    instance: &'a str,
    page: &'a Page,
}

/// Answers with a page. Where its form leads is not limited on the page that sends people to a provider: browsers hold a
/// whole chain of redirects against that limit, and a provider sends people on to a sign-in page of its own choice.
pub(super) fn answer(app: &App, status: StatusCode, page: &Page) -> Response {
    let Some(body) = html("authorize", Whole { instance: &app.options.instance, page }) else {
        return Problem::defect().into_response();
    };
    let forms = if matches!(page, Page::Start { .. }) { "" } else { "form-action 'self'; " };
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; {forms}frame-ancestors 'none'"
    );
    let mut response = (status, body).into_response();
    let headers: [(HeaderName, &str); 4] = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, &policy),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The page of a sign-in that came to its end, or nearly.
pub(super) fn finished(finished: Finished) -> Page {
    match finished {
        Finished::Connected { connection, who, site } => {
            Page::Connected { connection, who: who.name, place: site }
        }
        Finished::Delegated { connection, who, site } => {
            Page::Delegated { connection, who: who.name, place: site }
        }
        Finished::Choose { token, sites } => {
            let choice = |site: Site| Choice { id: site.id, name: site.name, url: site.url };
            Page::Choose {
                token: token.expose_text().to_owned(),
                sites: sites.into_iter().map(choice).collect(),
            }
        }
    }
}

/// The page of one that did not.
pub(super) fn failed(error: &NoConsent) -> (StatusCode, Page) {
    let page = |status, title: &str, why: String, next: &str| {
        (status, Page::Failed { title: title.to_owned(), why, next: next.to_owned() })
    };
    match error {
        NoConsent::Unknown => page(
            StatusCode::BAD_REQUEST,
            "This sign-in cannot be finished",
            "It was finished before, began more than ten minutes ago, or began in another browser."
                .to_owned(),
            "Open the link that you were given once more, in this browser, and go through it without a break.",
        ),
        NoConsent::Refused(said) => page(
            StatusCode::FORBIDDEN,
            "The access was not allowed",
            format!("The answer was: {said}"),
            "If that was a mistake, open the link once more and allow the access.",
        ),
        NoConsent::NotAsked(said) => page(
            StatusCode::BAD_GATEWAY,
            "The sign-in could not be begun there",
            format!("The answer was: {said}"),
            "Try the link again in a few minutes. If the answer stays the same, the registration there is not right: ask \
             whoever runs this service to check its callback address and its scopes.",
        ),
        NoConsent::NoTokens(code, words) => {
            let (title, remedy) = told(code);
            let why = match words {
                Some(words) => format!("{title}. It said: {words}"),
                None => title,
            };
            page(StatusCode::BAD_GATEWAY, "The sign-in could not be completed", why, &remedy)
        }
        NoConsent::OtherAccount { was, is } => page(
            StatusCode::CONFLICT,
            "Somebody else signed in",
            format!("{is} signed in, but this connection belongs to {was}. Nothing was changed."),
            "Sign out of Jira and open the link again as the right person; or tick the box on the first page to \
             hand the connection over.",
        ),
        NoConsent::NoSite(what) => page(
            StatusCode::CONFLICT,
            "The right Jira was not reached",
            format!("The account reaches {what}. Nothing was changed."),
            "Sign in as somebody who may use that Jira, and choose it on the provider's page.",
        ),
        NoConsent::NoPerson => page(
            StatusCode::CONFLICT,
            "Nobody has to sign in",
            "This connection proves itself without a person.".to_owned(),
            "Close this page.",
        ),
        NoConsent::Sealed(_) => page(
            StatusCode::SERVICE_UNAVAILABLE,
            "Not now",
            "Bowline could not store the sign-in.".to_owned(),
            "Open the link again in a minute.",
        ),
    }
}

fn told(code: &Code) -> (String, String) {
    if *code == AUTH_CONSENT_INCOMPLETE {
        let title = "The provider did not take what this browser brought from it: most likely that took too long, or it was used before";
        return (title.to_owned(), "Open the link again, and go through it without a break.".to_owned());
    }
    let remedy = code.find().map_or("Open the link again in a minute.", |entry| entry.remedy);
    (code.title().to_owned(), remedy.to_owned())
}
