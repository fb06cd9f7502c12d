//! A token of the app for exactly this request (developer.atlassian.com/cloud/jira/platform/understanding-jwt): Jira Cloud,
//! where a site has installed the app.

use bowline_connect::jose::SharedSecret;
use bowline_connect::token::app_token;
use bowline_core::Failure;
use bowline_core::Timestamp;
use bowline_core::code::AUTH_OTHER_ADDRESS;
use bowline_core::port::SignError;
use bowline_core::secret::Secret;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use url::Url;

/// Signs for the URL as it stands in the request, which has to be below the site's address.
pub(crate) fn attach(
    app_key: &str,
    secret: Secret,
    base_url: &str,
    now: Timestamp,
    request: &mut http::Request<Bytes>,
) -> Result<(), SignError> {
    let secret = SharedSecret::new(secret).map_err(|_| SignError::Unfit)?;
    let elsewhere = || SignError::NoToken(Failure::wait(AUTH_OTHER_ADDRESS));
    let site = Url::parse(base_url).map_err(|_| elsewhere())?;
    let url = Url::parse(&request.uri().to_string()).map_err(|_| elsewhere())?;
    let token = app_token(app_key, &secret, request.method(), &url, &site, now).map_err(|_| elsewhere())?;
    let value = token.authorization().map_err(|_| SignError::Unfit)?;
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(())
}
