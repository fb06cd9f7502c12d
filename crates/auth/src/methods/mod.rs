//! The ways of signing in, one file each: where a credential goes in a request.

mod basic;
mod bearer;
mod connect;
mod query;

use bowline_core::connection::SignIn;
use bowline_core::port::SignError;
use bowline_core::secret::Secret;
use bytes::Bytes;
use http::HeaderValue;
use http::header::AUTHORIZATION;

/// Puts the credential where the method wants it. `Unfit` if no request can carry it there.
pub(crate) fn attach(
    sign_in: &SignIn,
    secret: &Secret,
    request: &mut http::Request<Bytes>,
) -> Result<(), SignError> {
    if secret.expose().is_empty() {
        return Err(SignError::Missing);
    }
    match sign_in {
        SignIn::ApiToken { email: user } | SignIn::Basic { user } => basic::attach(user, secret, request),
        SignIn::PersonalAccessToken => bearer::attach(secret, request),
        SignIn::AccessToken => query::attach(query::PERSONAL, secret, request),
        SignIn::ServiceToken => query::attach(query::SERVICE, secret, request),
        // What these show comes from elsewhere: see `life`, `sessions`, `front` and `connect`.
        SignIn::Grant { .. } | SignIn::Session { .. } | SignIn::InFront | SignIn::Connect { .. } => {
            Err(SignError::Missing)
        }
    }
}

pub(crate) use connect::attach as attach_as_app;

/// Shows an access token.
pub(crate) fn bearer(token: &Secret, request: &mut http::Request<Bytes>) -> Result<(), SignError> {
    bearer::attach(token, request)
}

/// Sets the `Authorization` header, marked so that nothing which prints headers shows it.
pub(crate) fn authorize(value: &[u8], request: &mut http::Request<Bytes>) -> Result<(), SignError> {
    let mut value = HeaderValue::from_bytes(value).map_err(|_| SignError::Unfit)?;
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(sign_in: &SignIn, secret: &str, uri: &str) -> Result<http::Request<Bytes>, SignError> {
        let mut request = http::Request::get(uri).body(Bytes::new()).unwrap();
        attach(sign_in, &Secret::from(secret.to_owned()), &mut request).map(|()| request)
    }

    fn header(sign_in: &SignIn, secret: &str) -> String {
        let request = signed(sign_in, secret, "https://a.example/x?y=1").unwrap();
        let value = &request.headers()[AUTHORIZATION];
        assert!(value.is_sensitive());
        assert_eq!(request.uri(), "https://a.example/x?y=1");
        value.to_str().unwrap().to_owned()
    }

    #[test]
    fn each_method_puts_the_credential_where_its_vendor_looks() {
        let basic = SignIn::Basic { user: "Aladdin".into() };
        assert_eq!(header(&basic, "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "RFC 7617 section 2");
        let basic = SignIn::Basic { user: "test".into() };
        assert_eq!(header(&basic, "123£"), "Basic dGVzdDoxMjPCow==", "RFC 7617 section 2.1");
        let token = SignIn::ApiToken { email: "ada@example.com".into() };
        assert_eq!(header(&token, "token-ada"), "Basic YWRhQGV4YW1wbGUuY29tOnRva2VuLWFkYQ==");
        assert_eq!(header(&SignIn::PersonalAccessToken, "pat-ada"), "Bearer pat-ada");
    }

    #[test]
    fn an_access_token_becomes_the_only_one_in_the_query() {
        for (uri, expected) in [
            ("https://a.example/x", "https://a.example/x?access_token=s%2Fe%2B%26t"),
            ("https://a.example", "https://a.example/?access_token=s%2Fe%2B%26t"),
            ("https://a.example/x?", "https://a.example/x?access_token=s%2Fe%2B%26t"),
            (
                "https://a.example/x?take=5&where=a%20eq%201",
                "https://a.example/x?take=5&where=a%20eq%201&access_token=s%2Fe%2B%26t",
            ),
            (
                "https://a.example/x?access_token=old&take=5",
                "https://a.example/x?take=5&access_token=s%2Fe%2B%26t",
            ),
            ("https://a.example/x?access%5Ftoken=old", "https://a.example/x?access_token=s%2Fe%2B%26t"),
            ("https://a.example/x?access_token", "https://a.example/x?access_token=s%2Fe%2B%26t"),
            (
                "https://a.example/x?my_access_token=1",
                "https://a.example/x?my_access_token=1&access_token=s%2Fe%2B%26t",
            ),
        ] {
            let request = signed(&SignIn::AccessToken, "s/e+&t", uri).unwrap();
            assert_eq!(request.uri().to_string(), expected);
            assert!(request.headers().is_empty());
        }
        let both =
            signed(&SignIn::ServiceToken, "s", "https://a.example/x?access_token=old&token=old&take=5");
        assert_eq!(both.unwrap().uri().to_string(), "https://a.example/x?take=5&token=s");
    }

    #[test]
    fn a_credential_that_fits_no_request_is_refused_without_being_shown() {
        let with_colon = SignIn::Basic { user: "a:b".into() };
        for (sign_in, secret) in [(&with_colon, "x"), (&SignIn::PersonalAccessToken, "line\nbreak")] {
            let error = signed(sign_in, secret, "https://a.example/x").unwrap_err();
            assert!(matches!(error, SignError::Unfit));
            assert!(!format!("{error} {error:?}").contains(secret));
        }
        for sign_in in [with_colon, SignIn::PersonalAccessToken, SignIn::AccessToken] {
            assert!(matches!(signed(&sign_in, "", "https://a.example/x"), Err(SignError::Missing)));
        }
    }
}
