//! Bearer: Jira Data Center with a personal access token (8.14 and later; it is not accepted as a password).

use bowline_core::port::SignError;
use bowline_core::secret::Secret;
use bytes::Bytes;
use zeroize::Zeroizing;

pub(super) fn attach(secret: &Secret, request: &mut http::Request<Bytes>) -> Result<(), SignError> {
    let value = Zeroizing::new([b"Bearer ", secret.expose()].concat());
    super::authorize(&value, request)
}
