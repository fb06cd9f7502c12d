//! The address under which the provider knows itself, where that is not the one we connect to.
//!
//! A provider computes the signature over the address that it believes to have. Behind a gateway or a reverse proxy
//! that is another scheme, host, port or path than the caller's (Atlassian's guide to troubleshooting OAuth names it
//! as the first cause of `signature_invalid`).

use http::Uri;
use http::uri::PathAndQuery;

use super::base;
use super::error::Error;

/// What stands for the connected base URL when signing.
#[derive(Clone, Debug)]
pub struct SeenAs {
    /// Scheme, host and port we connect to, as the base string has them, without its path.
    connect: String,
    /// The path below which everything is that we ask for, without a slash at its end.
    connect_path: String,
    sign: Uri,
}

impl SeenAs {
    /// Calls below `connect_base_url` are signed as if they went below `sign_base_url`.
    pub fn new(connect_base_url: &str, sign_base_url: &str) -> Result<Self, Error> {
        let parse = |text: &str| -> Result<Uri, Error> {
            let url: Uri = text.parse().map_err(|_| Error::Url("a base URL cannot be read"))?;
            match url.query() {
                None => Ok(url),
                Some(_) => Err(Error::Url("a base URL has no query")),
            }
        };
        let (connect, sign) = (parse(connect_base_url)?, parse(sign_base_url)?);
        base::address(&sign)?;
        let connect_path = connect.path().trim_end_matches('/').to_owned();
        Ok(Self { connect: origin(&connect)?, connect_path, sign })
    }

    /// The address that is signed for a call to `url`; refused if that is not below the connected base URL.
    pub(super) fn of(&self, url: &Uri) -> Result<Uri, Error> {
        let elsewhere = Error::Url("it is not below the base URL that is connected to");
        let below = url.path().strip_prefix(self.connect_path.as_str());
        let below = below.filter(|rest| rest.is_empty() || rest.starts_with('/')).ok_or(elsewhere.clone())?;
        if origin(url)? != self.connect {
            return Err(elsewhere);
        }
        let path = format!("{}{below}", self.sign.path().trim_end_matches('/'));
        let whole = match url.query() {
            Some(query) => format!("{path}?{query}"),
            None => path,
        };
        let whole = if whole.starts_with('/') { whole } else { format!("/{whole}") };
        let mut parts = self.sign.clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::try_from(whole).map_err(|_| elsewhere.clone())?);
        Uri::from_parts(parts).map_err(|_| elsewhere)
    }
}

/// Scheme, host and port as the base string has them.
fn origin(url: &Uri) -> Result<String, Error> {
    let mut address = base::address(url)?;
    let path = if url.path().is_empty() { 1 } else { url.path().len() };
    address.truncate(address.len().saturating_sub(path));
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(connect: &str, sign: &str, url: &str) -> Result<String, Error> {
        let seen = SeenAs::new(connect, sign)?.of(&url.parse().unwrap())?;
        Ok(seen.to_string())
    }

    #[test]
    fn the_base_is_replaced_and_the_rest_is_kept() {
        let (gateway, jira) = ("https://gateway.example:8443/ex/jira", "http://jira.internal:8080/jira/");
        for (url, expected) in [
            (
                "https://GATEWAY.example:8443/ex/jira/rest/x?a=%20b",
                "http://jira.internal:8080/jira/rest/x?a=%20b",
            ),
            ("https://gateway.example:8443/ex/jira", "http://jira.internal:8080/jira"),
            ("https://gateway.example:8443/ex/jira?x", "http://jira.internal:8080/jira?x"),
        ] {
            assert_eq!(seen(gateway, jira, url).unwrap(), expected);
        }
        let root = seen("https://a.example/", "https://b.example", "https://a.example:443?x=1").unwrap();
        assert_eq!(root, "https://b.example/?x=1");
        assert_eq!(
            seen("http://[::1]:80/a", "https://b.example/c", "http://[0::1]/a/d").unwrap(),
            "https://b.example/c/d"
        );
    }

    #[test]
    fn a_call_that_goes_elsewhere_is_refused() {
        let (gateway, jira) = ("https://gateway.example/ex/jira", "http://jira.internal");
        for url in [
            "https://gateway.example/ex/jiraffe/x",
            "https://gateway.example/ex",
            "http://gateway.example/ex/jira/x",
            "https://gateway.example:444/ex/jira/x",
            "https://other.example/ex/jira/x",
        ] {
            assert!(seen(gateway, jira, url).is_err(), "{url}");
        }
        for (connect, sign) in [("/x", jira), (gateway, "jira"), (gateway, "http://a.example/?x"), ("", "")] {
            assert!(SeenAs::new(connect, sign).is_err(), "{connect} {sign}");
        }
    }
}
