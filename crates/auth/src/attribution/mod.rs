//! Whom an answer blames: one pure function from an answer, and what the caller knows, to an [`Attribution`].
//!
//! It reads in order: Jira's own sign-in headers, the problem codes of OAuth 1.0a, certificates and proxies, then
//! status and body. `net` asks it about every answer through the port `Signer` and turns what it says into retries,
//! pauses and failures; no other code decides what a 401 means. Exchanges that break without an answer are `net`'s
//! alone, and what a 404 or a 400 of the tool means is the adapter's.

mod challenge;
mod elsewhere;
mod endpoint;
mod problem;
mod seraph;
mod shape;
#[cfg(test)]
mod tests;

pub use bowline_core::attribution::{Attribution, Class, Heard, Layer, Reaction};
use bowline_core::code::NET_TIMEOUT;
use http::{HeaderMap, StatusCode};

use challenge::Challenges;
use shape::Shape;

/// Headers that only Jira sets, or Atlassian's cloud: an answer without any of them may come from a gateway in front.
/// `X-AREQUESTID` is on every answer of Data Center, `Atl-Traceid` and `X-AAccountId` on Cloud's.
const MARKS: [&str; 6] = [
    "x-arequestid",
    "x-ausername",
    "x-seraph-loginreason",
    "x-authentication-denied-reason",
    "x-aaccountid",
    "atl-traceid",
];

/// What a layer was shown, as far as it matters for what can be done when it refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// A password, an API token, a personal access token, a key: it is good until somebody ends it.
    Fixed,
    /// An access token that ends by itself and can be renewed.
    Token(Age),
    /// A signature of OAuth 1.0a with an access token.
    Signature(Age),
}

/// How old an access token is when the answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// It should still be good.
    Fresh,
    /// The end that its provider named has passed.
    Past,
    /// It was renewed, or the request signed again, because of this very call: that is not tried twice.
    Renewed,
}

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The tool's API.
    Api,
    /// The provider's token endpoint: getting or renewing a token.
    TokenEndpoint,
}

/// What the caller knows beyond the answer.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What was asked.
    pub asked: Asked,
    /// What the tool was shown.
    pub application: Presented,
    /// What a gateway in front of it was shown, if there is one.
    pub gateway: Option<Presented>,
    /// Where people sign in with a browser; its host is trusted, and that of the URL that was called.
    pub site: &'a str,
}

/// Whom the answer blames; `None` if the way in is in order.
pub fn attribute(heard: &Heard<'_>, known: &Known<'_>) -> Option<Attribution> {
    let (status, headers) = (heard.answer.status, &heard.answer.headers);
    if let Some(found) = seraph::read(heard, known) {
        return Some(found);
    }
    let (challenges, shape) = (Challenges::of(headers), Shape::of(heard.answer));
    if let Some(found) = problem::read(heard, known, &challenges) {
        return Some(found);
    }
    if let Some(found) = transport(heard, &shape) {
        return Some(found);
    }
    if let Some(found) = passing(status, layer(headers, &shape, known)) {
        return Some(found);
    }
    if known.asked == Asked::TokenEndpoint {
        return endpoint::read(heard, known, &challenges, &shape);
    }
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if lacks_scope(&challenges, &shape) => {
            let scope = challenges.value("bearer", "scope").and_then(shape::names);
            let told = scope.map(|scope| format!("It asks for the scope {scope}."));
            let layer = layer(headers, &shape, known);
            Some(Attribution::new(layer, Class::ScopeMissing, Reaction::Owner).telling(told))
        }
        StatusCode::UNAUTHORIZED if layer(headers, &shape, known) == Layer::Gateway => {
            known.gateway.map(|shown| refused(Layer::Gateway, shown))
        }
        StatusCode::UNAUTHORIZED => Some(refused(Layer::Application, known.application)),
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => hidden(status, headers, &shape, known),
        _ => elsewhere::read(heard, known),
    }
}

/// What a 401 means, by what was shown.
fn refused(layer: Layer, shown: Presented) -> Attribution {
    match shown {
        Presented::Token(Age::Fresh | Age::Past) => {
            Attribution::new(layer, Class::StaleToken, Reaction::Renew)
        }
        Presented::Token(Age::Renewed) => Attribution::new(layer, Class::Rejected, Reaction::Probe),
        Presented::Fixed | Presented::Signature(_) => {
            Attribution::new(layer, Class::Rejected, Reaction::Owner)
        }
    }
}

/// What a 403 or 404 means: most are about the item, and the adapter's. Atlassian's gateway has been seen to answer an
/// ended token so (n8n-io/n8n pull request 37776), and gateways in front refuse an unknown key with 403.
fn hidden(
    status: StatusCode,
    headers: &HeaderMap,
    shape: &Shape<'_>,
    known: &Known<'_>,
) -> Option<Attribution> {
    match known.gateway.filter(|_| layer(headers, shape, known) == Layer::Gateway) {
        Some(shown) if status == StatusCode::FORBIDDEN || shown == Presented::Token(Age::Past) => {
            Some(refused(Layer::Gateway, shown))
        }
        Some(_) => None,
        None => (known.application == Presented::Token(Age::Past))
            .then(|| application(Class::StaleToken, Reaction::Renew)),
    }
}

/// Answers that pass by themselves and say nothing about a credential.
fn passing(status: StatusCode, layer: Layer) -> Option<Attribution> {
    let of = |class| Attribution::new(layer, class, Reaction::Later);
    match status {
        StatusCode::TOO_MANY_REQUESTS => Some(of(Class::Throttled)),
        StatusCode::REQUEST_TIMEOUT => Some(of(Class::Transient).under(NET_TIMEOUT)),
        _ if status.is_server_error() => Some(of(Class::Transient)),
        _ => None,
    }
}

/// A client certificate or a proxy in the way. nginx answers 400 with a page of its own (`ngx_http_error_495_page` and
/// `_496_page` of its source; the numbers stay inside unless a page is configured for them).
fn transport(heard: &Heard<'_>, shape: &Shape<'_>) -> Option<Attribution> {
    let of = |class| Some(Attribution::new(Layer::Transport, class, Reaction::Owner));
    match heard.answer.status.as_u16() {
        407 => of(Class::Proxy),
        495 | 496 => of(Class::Certificate),
        400 if shape.has_words(&["No required SSL certificate was sent", "The SSL certificate error"]) => {
            of(Class::Certificate)
        }
        _ => None,
    }
}

/// Which of gateway and application an answer comes from, if there is a gateway at all.
fn layer(headers: &HeaderMap, shape: &Shape<'_>, known: &Known<'_>) -> Layer {
    let is_marked = is_marked(headers) || matches!(shape, Shape::Jira);
    if known.gateway.is_some() && !is_marked { Layer::Gateway } else { Layer::Application }
}

/// Whether an answer has headers that only the tool sets.
pub(crate) fn is_marked(headers: &HeaderMap) -> bool {
    MARKS.iter().any(|mark| headers.contains_key(*mark))
}

/// Whether the token is good but too narrow: RFC 6750 section 3.1, or the words of Atlassian's gateway, which says it
/// with 401.
fn lacks_scope(challenges: &Challenges<'_>, shape: &Shape<'_>) -> bool {
    challenges.value("bearer", "error").is_some_and(|error| error == "insufficient_scope")
        || matches!(shape, Shape::Gateway { message } if message.contains("scope does not match"))
}

fn application(class: Class, reaction: Reaction) -> Attribution {
    Attribution::new(Layer::Application, class, reaction)
}
