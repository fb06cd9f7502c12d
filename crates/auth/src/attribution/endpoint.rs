//! Answers of a token endpoint (RFC 6749 section 5.2), with what Atlassian does otherwise: 403 where the RFC says 400.

use bowline_core::attribution::{Attribution, Class, Heard, Layer, Reaction};
use bowline_core::code::AUTH_REFUSED_FOR_NOW;
use http::StatusCode;

use super::challenge::Challenges;
use super::shape::{self, OAuthError, Shape};
use super::{Known, application, elsewhere, lacks_scope, layer, refused};

/// What a refusal to give a token means. Only a definite answer of the provider itself ends a grant.
pub(super) fn read(
    heard: &Heard<'_>,
    known: &Known<'_>,
    challenges: &Challenges<'_>,
    shape: &Shape<'_>,
) -> Option<Attribution> {
    let (status, headers) = (heard.answer.status, &heard.answer.headers);
    match (shape, known.gateway) {
        _ if status.is_success() || status.is_redirection() => {
            return heard.json_due.then(|| elsewhere::read(heard, known)).flatten();
        }
        // No token is shown to a token endpoint: only a gateway before it can say so (RFC 6750 section 3.1).
        (_, Some(_)) if lacks_scope(challenges, shape) => {
            return Some(Attribution::new(Layer::Gateway, Class::ScopeMissing, Reaction::Owner));
        }
        (Shape::OAuth(said), Some(shown)) if said.error == "invalid_token" => {
            return Some(refused(Layer::Gateway, shown));
        }
        _ => {}
    }
    let gateway = known.gateway.filter(|_| layer(headers, shape, known) == Layer::Gateway);
    match shape {
        Shape::OAuth(error) => Some(named(error)),
        // Gateways say so with a page of their own as well.
        _ if status == StatusCode::UNAUTHORIZED && gateway.is_some() => {
            gateway.map(|shown| refused(Layer::Gateway, shown))
        }
        _ if status == StatusCode::NOT_FOUND || status == StatusCode::METHOD_NOT_ALLOWED => {
            Some(application(Class::WrongAddress, Reaction::Operator))
        }
        Shape::Page(_) => Some(Attribution::new(Layer::Gateway, Class::Elsewhere, Reaction::Operator)),
        // Any other status may come from behind the gateway, where the refresh token was looked at: nothing is sent twice.
        _ => match gateway.filter(|_| status == StatusCode::FORBIDDEN) {
            Some(shown) => Some(refused(Layer::Gateway, shown)),
            None => Some(application(Class::AppMisconfigured, Reaction::Operator)),
        },
    }
}

fn named(OAuthError { error, error_description }: &OAuthError) -> Attribution {
    let told = || shape::names(error_description).map(|words| format!("It says: {words}."));
    match error.as_str() {
        // An ended refresh token: `invalid_grant` by the RFC, and another code with these words by Atlassian
        // (raycast/extensions issue 11836). Another process may have renewed in the meantime, so look before asking
        // a person.
        "invalid_grant" => application(Class::GrantEnded, Reaction::Probe),
        "unauthorized_client" if error_description.contains("refresh_token is invalid") => {
            application(Class::GrantEnded, Reaction::Probe)
        }
        "invalid_scope" => application(Class::ScopeMissing, Reaction::Operator).telling(told()),
        "temporarily_unavailable" | "server_error" | "slow_down" => {
            application(Class::Transient, Reaction::Later).under(AUTH_REFUSED_FOR_NOW)
        }
        "invalid_request" | "unsupported_grant_type" => {
            application(Class::ProtocolRefused, Reaction::Operator).telling(told())
        }
        // `invalid_client`, `access_denied`, `unauthorized_client` and what nobody has written down: our own id or
        // secret. The grants stay as they are.
        _ => application(Class::AppMisconfigured, Reaction::Operator),
    }
}
