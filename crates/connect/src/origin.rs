//! Hosts that can stand in a header and in a frame's rule: letters, digits, dots, dashes, or an address.

use url::{Host, Url};

/// The origin of an `http` or `https` URL whose host is plain. A URL may have a `*` for a host, and a rule that lists it would
/// mean every host.
pub(crate) fn plain(url: &Url) -> Option<String> {
    let is_web = url.scheme() == "https" || url.scheme() == "http";
    let fine = match url.host()? {
        Host::Domain(name) => {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
        }
        Host::Ipv4(_) | Host::Ipv6(_) => true,
    };
    (is_web && fine).then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_plain_or_has_no_origin() {
        let origin = |text: &str| Url::parse(text).ok().and_then(|url| plain(&url));
        assert_eq!(origin("https://wiki.acme.example/a;b?c").as_deref(), Some("https://wiki.acme.example"));
        assert_eq!(origin("http://[::1]:8080/").as_deref(), Some("http://[::1]:8080"));
        for text in [
            "https://*",
            "https://*.atlassian.net",
            "https://a'b.example",
            "https://a;b.example",
            "ftp://a.example",
        ] {
            assert_eq!(origin(text), None, "{text}");
        }
    }
}
