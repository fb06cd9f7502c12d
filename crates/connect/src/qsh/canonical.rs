//! A canonical request, and the one that the host checks.

use http::Method;
use url::Url;

use super::base::BasePath;
use super::hash::Qsh;
use super::parameters::{By, Parameters};
use super::{Error, path};

/// A request in canonical form: `GET&/path&a=1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical(String);

impl Canonical {
    /// From its parts, in order.
    pub(super) fn of(method: &Method, path: &str, parameters: &Parameters, by: By) -> Self {
        let mut text = String::with_capacity(parameters.size() + path.len() + 64);
        text.extend(method.as_str().chars().map(|letter| letter.to_ascii_uppercase()));
        text.push('&');
        text.push_str(path);
        text.push('&');
        parameters.print(by, &mut text);
        Self(text)
    }

    /// The text that is hashed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its hash.
    pub fn qsh(&self) -> Qsh {
        Qsh::of(&self.0)
    }
}

/// What the host will compute for a request of ours. `url` is the whole URL as it is sent, `base_url` is the site's
/// (`https://acme.atlassian.net/wiki`), whose path is no part of what is hashed.
///
/// A URL of another origin than the site's is refused with [`Error::Outside`]: nothing signed for one host is ever for
/// another.
pub fn outgoing(method: &Method, url: &Url, base_url: &Url) -> Result<Canonical, Error> {
    if !url.has_host() || url.origin() != base_url.origin() {
        return Err(Error::Outside);
    }
    let base = BasePath::of(base_url.as_str())?;
    let path = path::raw(base.strip(url.path())?)?;
    let query = Parameters::parse(url.query().unwrap_or_default())?;
    Ok(Canonical::of(method, &path, &query, By::Encoded))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(url: &str, base: &str) -> Result<String, Error> {
        let (url, base) = (Url::parse(url).unwrap(), Url::parse(base).unwrap());
        outgoing(&Method::GET, &url, &base).map(|canonical| canonical.as_str().to_owned())
    }

    #[test]
    fn the_context_path_is_left_out_and_the_path_stays_raw() {
        let site = "https://acme.atlassian.net/wiki";
        assert_eq!(
            printed("https://acme.atlassian.net/wiki/rest/api/content/1?expand=a,b", site).unwrap(),
            "GET&/rest/api/content/1&expand=a%2Cb"
        );
        assert_eq!(printed("https://acme.atlassian.net/wiki/a%20b", site).unwrap(), "GET&/a%20b&");
        assert_eq!(printed("https://acme.atlassian.net/wikis", site), Err(Error::Outside));
    }

    #[test]
    fn another_host_port_or_scheme_is_refused() {
        let site = "https://acme.atlassian.net";
        for url in ["https://evil.example", "https://acme.atlassian.net:8443", "http://acme.atlassian.net"] {
            assert_eq!(printed(url, site), Err(Error::Outside), "{url}");
        }
        assert_eq!(printed("https://acme.atlassian.net:443/", site).unwrap(), "GET&/&");
    }
}
