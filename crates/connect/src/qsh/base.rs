//! The path of a base URL: what is in front of every path that is hashed, and not hashed itself.

use url::Url;

use super::Error;

/// The path of an app's or a site's base URL, without a slash at its end; empty for a URL without a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BasePath(String);

impl BasePath {
    /// Of an absolute URL: `/wiki` of `https://acme.atlassian.net/wiki/`.
    pub fn of(url: &str) -> Result<Self, Error> {
        let url = Url::parse(url).map_err(|_| Error::Url)?;
        if !url.has_host() {
            return Err(Error::Url);
        }
        Ok(Self(url.path().trim_end_matches('/').to_owned()))
    }

    /// Takes the base off a raw path, at the boundary of a segment only: `/base` is no base of `/basement`.
    pub(super) fn strip<'a>(&self, path: &'a str) -> Result<&'a str, Error> {
        let rest = path.strip_prefix(self.0.as_str()).ok_or(Error::Outside)?;
        if rest.is_empty() || rest.starts_with('/') { Ok(rest) } else { Err(Error::Outside) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_ends_where_a_segment_ends() {
        let base = BasePath::of("https://example.com/base/").unwrap();
        assert_eq!(base.strip("/base/page"), Ok("/page"));
        assert_eq!(base.strip("/base"), Ok(""));
        assert_eq!(base.strip("/basement"), Err(Error::Outside));
        assert_eq!(base.strip("/other"), Err(Error::Outside));
        assert_eq!(BasePath::of("https://example.com").unwrap().strip("/page"), Ok("/page"));
        assert_eq!(BasePath::of("mailto:ada@example.com"), Err(Error::Url));
        assert_eq!(BasePath::of("/base"), Err(Error::Url));
    }
}
