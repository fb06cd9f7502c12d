//! Keeps pages of the internet out of the control API.
//!
//! A browser on the developer's machine can be told by any page it shows to call `127.0.0.1`. Such a page cannot read
//! the answers of another origin, but it could make changes, so changes are refused unless they come from the
//! simulator's own page or from a program: `Sec-Fetch-Site` (Fetch Metadata) must be `same-origin` or `none`, and an
//! `Origin` must be ours. A page whose own name is pointed at `127.0.0.1` (DNS rebinding) *is* of our origin as far as
//! the browser can tell; it is known by its name in `Host`. So the control API answers to addresses, to `localhost`, to
//! names without a dot (containers), to the name in the base URL, and to names allowed by the options.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, HeaderName, HeaderValue, ORIGIN, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, Method, StatusCode, Uri};

use super::wrong;
use crate::frame::world::{House, World};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Names the control API answers to beside those it always does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hosts {
    /// The authority of the base URL, as an origin names it.
    base: Option<String>,
    names: Vec<String>,
}

impl Hosts {
    /// The base URL's own, and those allowed.
    pub(crate) fn new(base: &str, names: Vec<String>) -> Self {
        let uri = base.parse::<Uri>().ok();
        let base = uri.and_then(|uri| uri.authority().map(|own| own.as_str().to_ascii_lowercase()));
        Self { base, names: names.into_iter().map(|name| name.to_ascii_lowercase()).collect() }
    }

    /// Why a request is kept out; `None` if it is not.
    fn objection(&self, method: &Method, headers: &HeaderMap) -> Option<String> {
        let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or("?"));
        let host = text(HOST).map(str::to_ascii_lowercase);
        if let Some(host) = host.as_deref().filter(|host| !self.answers_to(name_of(host))) {
            let name = name_of(host);
            return Some(format!(
                "the control API does not answer to the name '{name}': call it by its address, or allow the name \
                 when starting the simulator (--allow-host {name})"
            ));
        }
        if method.is_safe() {
            return None;
        }
        let foreign = "a page of another origin may not change anything here";
        if text(SITE).is_some_and(|site| !["same-origin", "none"].contains(&site)) {
            return Some(foreign.to_owned());
        }
        let origin = text(ORIGIN)?.to_ascii_lowercase();
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        let is_own = authority.is_some() && [host.as_deref(), self.base.as_deref()].contains(&authority);
        (!is_own).then(|| foreign.to_owned())
    }

    fn answers_to(&self, name: &str) -> bool {
        let address = name.trim_start_matches('[').trim_end_matches(']');
        address.parse::<IpAddr>().is_ok()
            || !name.contains('.')
            || name.ends_with(".localhost")
            || self.base.as_deref().map(name_of) == Some(name)
            || self.names.iter().any(|own| own == name)
    }
}

/// An authority without its port.
fn name_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        // The colons of an IPv6 address stand within brackets.
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => authority,
    }
}

/// Lets a request to the control API through, or not.
pub(crate) async fn pass<W: World>(
    State(house): State<Arc<House<W>>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match house.hosts.objection(request.method(), request.headers()) {
        Some(why) => wrong(StatusCode::FORBIDDEN, why).into_response(),
        None => {
            let changes = !request.method().is_safe();
            let response = next.run(request).await;
            if changes {
                // Whoever watches the page sees it.
                house.frame.recorder.note();
            }
            response
        }
    };
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(POLICY, HeaderValue::from_static("same-origin"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(method: Method, given: &[(&str, &str)]) -> bool {
        let hosts = Hosts::new("https://jira.example.com/", vec!["sim.test".to_owned()]);
        let headers = given.iter().map(|(name, value)| {
            (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
        });
        hosts.objection(&method, &headers.collect()).is_none()
    }

    #[test]
    fn it_answers_to_addresses_and_known_names_only() {
        for (host, answers) in [
            ("127.0.0.1:8081", true),
            ("[::1]:8081", true),
            ("[::1]", true),
            ("192.168.1.7", true),
            ("localhost:8081", true),
            ("LOCALHOST", true),
            ("jira.localhost:80", true),
            ("jira-sim:8081", true),
            ("jira.example.com", true),
            ("jira.example.com:8443", true),
            ("sim.test:8081", true),
            ("rebound.attacker.example:8081", false),
            ("127.0.0.1.attacker.example", false),
            ("example.com", false),
        ] {
            assert_eq!(passes(Method::GET, &[("host", host)]), answers, "{host}");
            assert_eq!(passes(Method::POST, &[("host", host)]), answers, "{host}");
        }
    }

    #[test]
    fn changes_come_from_programs_and_from_its_own_page_only() {
        let host = ("host", "127.0.0.1:8081");
        for (others, passes_change) in [
            (vec![], true),
            (vec![("origin", "http://127.0.0.1:8081"), ("sec-fetch-site", "same-origin")], true),
            (vec![("origin", "https://jira.example.com")], true),
            (vec![("origin", "https://attacker.example")], false),
            (vec![("origin", "http://127.0.0.1:9000")], false),
            (vec![("origin", "null")], false),
            (vec![("sec-fetch-site", "cross-site")], false),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("sec-fetch-site", "none")], true),
            (vec![("origin", "http://127.0.0.1:8081"), ("sec-fetch-site", "cross-site")], false),
        ] {
            let given: Vec<_> = std::iter::once(host).chain(others).collect();
            assert_eq!(passes(Method::POST, &given), passes_change, "{given:?}");
            assert_eq!(passes(Method::DELETE, &given), passes_change, "{given:?}");
            assert!(passes(Method::GET, &given), "{given:?}");
        }
    }
}
