//! What stands between us and the tool: the client certificate for the handshake, and the header for the gateway. Both
//! are independent of how the connection signs in to the tool.

use bowline_core::Failure;
use bowline_core::code::{AUTH_GATEWAY_NO_TOKEN, AUTH_OTHER_ADDRESS};
use bowline_core::connection::Connection;
use bowline_core::failure::Words;
use bowline_core::layers::GatewayProof;
use bowline_core::port::{Handshake, SignError};
use bowline_core::secret::{Purpose, Secret};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use url::Url;
use zeroize::Zeroizing;

use crate::life::{Life, NoAccess, Shown};
use crate::renewing;
use crate::secrets::Secrets;

/// Headers that belong to the connection itself, to HTTP, or to every call of ours, so that no gateway can have one (RFC 9110 section 7.6.1).
const TAKEN: [&str; 15] = [
    "accept",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// The header that a gateway is shown something in; `None` if it cannot be one. `Authorization` only where the tool
/// itself wants none.
pub fn gateway_header(name: &str, leaves_authorization: bool) -> Option<String> {
    let name = HeaderName::try_from(name).ok()?;
    let free = !TAKEN.contains(&name.as_str()) && (name != AUTHORIZATION || leaves_authorization);
    free.then(|| name.to_string())
}

/// What the connection is made with; `None` if nothing is its own.
pub(crate) async fn handshake(
    secrets: &Secrets,
    connection: &Connection,
) -> Result<Option<Handshake>, SignError> {
    let transport = &connection.transport;
    if transport.is_plain() {
        return Ok(None);
    }
    let certificate = match &transport.certificate {
        Some(certificate) => {
            let id = certificate.secret;
            let pem = secrets.find(connection, Purpose::ClientCertificate, id).await;
            Some((id, pem.map_err(SignError::Sealed)?.ok_or(SignError::Missing)?))
        }
        None => None,
    };
    Ok(Some(Handshake { tenant: connection.tenant, certificate, authorities: transport.authorities.clone() }))
}

/// Shows the gateway what it wants to see, if there is one.
pub(crate) async fn pass(
    secrets: &Secrets,
    life: Option<&Life>,
    connection: &Connection,
    url: &Uri,
    headers: &mut HeaderMap,
) -> Result<(), SignError> {
    let Some(gateway) = &connection.gateway else { return Ok(()) };
    let value = match gateway.proof {
        GatewayProof::Key { secret } => {
            // It was given for that place.
            if !same_origin(&connection.base_url, &url.to_string()) {
                return Err(SignError::NoToken(Failure::wait(AUTH_OTHER_ADDRESS)));
            }
            let key = secrets.find(connection, Purpose::GatewayKey, secret).await;
            Zeroizing::new(key.map_err(SignError::Sealed)?.ok_or(SignError::Missing)?.expose().to_vec())
        }
        GatewayProof::Token { grant } => {
            let life = life.ok_or(SignError::Missing)?;
            let access = life.access(connection.tenant, grant).await;
            let access = access.map_err(|error| SignError::NoToken(no_token(error)))?;
            if !access.is_for(url) {
                return Err(SignError::NoToken(Failure::wait(AUTH_OTHER_ADDRESS)));
            }
            let Shown::Bearer(token) = &access.shown else { return Err(SignError::Unfit) };
            bearer(token)
        }
    };
    let name = HeaderName::try_from(gateway.header.as_str()).map_err(|_| SignError::Unfit)?;
    let mut value = HeaderValue::from_bytes(&value).map_err(|_| SignError::Unfit)?;
    value.set_sensitive(true);
    if headers.contains_key(&name) {
        // The tool's own credential is there: neither may take the other's place.
        return Err(SignError::Unfit);
    }
    headers.insert(name, value);
    Ok(())
}

/// Whether two addresses have scheme, host and port in common.
pub(crate) fn same_origin(one: &str, other: &str) -> bool {
    let origin = |url: &str| Url::parse(url).ok().map(|url| url.origin());
    origin(one).is_some_and(|one| Some(one) == origin(other))
}

fn bearer(token: &Secret) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([b"Bearer ", token.expose()].concat())
}

/// The gateway's token could not be got: its layer is named, and what was wrong with it are the words.
pub(crate) fn no_token(error: NoAccess) -> Failure {
    let failure = renewing::failure(error);
    let words = Words::new(format!("{} ({})", failure.code.title(), failure.code));
    match failure.code.as_str().starts_with("auth.") {
        true => Failure { code: AUTH_GATEWAY_NO_TOKEN, words, ..failure },
        false => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_has_a_header_of_its_own() {
        assert_eq!(gateway_header("X-API-Key", false).as_deref(), Some("x-api-key"));
        assert_eq!(gateway_header("Proxy-Authorization", false).as_deref(), Some("proxy-authorization"));
        assert_eq!(gateway_header("Authorization", true).as_deref(), Some("authorization"));
        for bad in
            ["Authorization", "Host", "cookie", "Content-Length", "a b", "", "x\r\ny", "Transfer-Encoding"]
        {
            assert_eq!(gateway_header(bad, false), None, "{bad}");
        }
    }
}
