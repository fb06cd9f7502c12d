//! Basic (RFC 7617): Jira Cloud with e-mail and API token, Jira Data Center and Targetprocess with user and
//! password.
//!
//! Sent unasked: Jira allows anonymous calls, so there is no challenge to wait for (Atlassian's page on basic
//! authentication for Jira Server).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bowline_core::port::SignError;
use bowline_core::secret::Secret;
use bytes::Bytes;
use zeroize::Zeroizing;

pub(super) fn attach(
    user: &str,
    secret: &Secret,
    request: &mut http::Request<Bytes>,
) -> Result<(), SignError> {
    // The first colon ends the user name, so a user name with a colon would change the password.
    if user.contains(':') {
        return Err(SignError::Unfit);
    }
    let pair = Zeroizing::new([user.as_bytes(), b":", secret.expose()].concat());
    let mut value = Zeroizing::new(String::from("Basic "));
    STANDARD.encode_string(&*pair, &mut value);
    super::authorize(value.as_bytes(), request)
}
