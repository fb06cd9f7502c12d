//! Under which names the page answers: loopback ones and the host of the public URL.
//!
//! A name that an attacker owns may be made to point here (DNS rebinding); a browser would then let the attacker's
//! script read the page. The `Host` header tells which name the browser believes in.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bowline_core::code;
use http::header::HOST;
use http::uri::Authority;
use http::{HeaderMap, StatusCode, Uri};

use crate::app::App;
use crate::problem::Problem;

/// Lets a request for the page through if its host is one of ours.
pub(crate) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if is_ours(&app.options.public_url, request.headers()) {
        return next.run(request).await;
    }
    let detail =
        "The page does not answer under this host name. Use the public URL, or correct `server.public_url`.";
    Problem::new(StatusCode::MISDIRECTED_REQUEST, code::API_BAD_REQUEST, detail).into_response()
}

fn is_ours(public_url: &str, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let Some(host) = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()) else { return false };
    let public: Option<Uri> = public_url.parse().ok();
    let public = public.as_ref().and_then(Uri::host);
    ["localhost", "127.0.0.1", "[::1]"]
        .into_iter()
        .chain(public)
        .any(|ours| host.host().eq_ignore_ascii_case(ours))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_and_the_public_host_are_ours() {
        let ours = |host: &str| {
            let headers = HeaderMap::from_iter([(HOST, host.parse().unwrap())]);
            is_ours("https://bowline.example.com", &headers)
        };
        for host in
            ["localhost:7700", "127.0.0.1", "[::1]:7700", "bowline.example.com", "BOWLINE.example.com:443"]
        {
            assert!(ours(host), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "example.com", ""] {
            assert!(!ours(host), "{host}");
        }
        assert!(!is_ours("https://bowline.example.com", &HeaderMap::new()));
    }
}
