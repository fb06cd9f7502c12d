//! The query parameters `access_token` and `token`: Targetprocess with a personal access token or a service token (its
//! developer guide, “Authentication”). The only credentials that travel in a URL, which is why no URL of ours is ever
//! logged whole.

use bowline_core::port::SignError;
use bowline_core::secret::Secret;
use bytes::Bytes;
use http::Uri;
use zeroize::Zeroizing;

use crate::percent;

/// A personal access token.
pub(super) const PERSONAL: &str = "access_token";
/// A service token.
pub(super) const SERVICE: &str = "token";

pub(super) fn attach(
    name: &'static str,
    secret: &Secret,
    request: &mut http::Request<Bytes>,
) -> Result<(), SignError> {
    let uri = request.uri();
    let kept = uri
        .query()
        .into_iter()
        .flat_map(|query| query.split('&'))
        .filter(|pair| !pair.is_empty() && ![PERSONAL, SERVICE].iter().any(|name| is(name, pair)));
    let mut path = Zeroizing::new(format!("{}?", uri.path()));
    for pair in kept {
        path.push_str(pair);
        path.push('&');
    }
    path.push_str(name);
    path.push('=');
    percent::encode(secret.expose(), &mut path);

    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path.parse().map_err(|_| SignError::Unfit)?);
    *request.uri_mut() = Uri::from_parts(parts).map_err(|_| SignError::Unfit)?;
    Ok(())
}

/// Whether a `name=value` has this name; the underscore may be percent-encoded, which means the same.
fn is(name: &str, pair: &str) -> bool {
    let named = pair.split('=').next().unwrap_or_default();
    named.replace("%5F", "_").replace("%5f", "_") == name
}
