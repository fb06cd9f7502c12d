//! The absolute URL of a call: the connection's base URL and, below it, the adapter's path. Never another
//! place.
//!
//! Paths may be put together from what a vendor said, so a path that climbs out of the base (`/../`, `//host`,
//! a backslash) is refused instead of tidied: on a shared gateway the neighbour's site is one `..` away.

use bowline_core::Failure;
use bowline_core::code::NET_ADDRESS_REFUSED;
use bowline_core::failure::Words;
use reqwest::Url;

/// The URL of `path` below `base`. Refuses other schemes than http and https, user names in the base, and paths
/// that would lead anywhere else than below it.
pub(crate) fn url(base: &str, path: &str) -> Result<Url, Failure> {
    let root = root(base).ok_or_else(|| {
        let words = "the base URL must be http or https, with a host, without user name, query or fragment";
        Failure::wait(NET_ADDRESS_REFUSED).with_words(Words::new(words))
    })?;
    below(&root, path).ok_or_else(|| {
        Failure::park(NET_ADDRESS_REFUSED).with_words(Words::new("the path leads out of the base URL"))
    })
}

fn root(base: &str) -> Option<Url> {
    let url = Url::parse(base).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    plain.then_some(url)
}

fn below(root: &Url, path: &str) -> Option<Url> {
    let floor = root.as_str().trim_end_matches('/');
    let url = Url::parse(&format!("{floor}{path}")).ok()?;
    let inside = path.starts_with('/')
        && same_origin(&url, root)
        && url.fragment().is_none()
        && url.path().starts_with(&format!("{}/", root.path().trim_end_matches('/')))
        && !climbs(path);
    inside.then_some(url)
}

/// Whether a path names a place by way of another (`/a/../b`, `/a/./b`), in whatever form a URL parser folds that: then
/// a piece that came from outside would choose what the call is.
fn climbs(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    path.split('/').any(|segment| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    })
}

/// Whether two URLs name the same scheme, host and port.
pub(crate) fn same_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host_str() == other.host_str()
        && one.port_or_known_default() == other.port_or_known_default()
}

#[cfg(test)]
mod tests {
    use bowline_core::failure::Act;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_path_goes_below_the_base() {
        for (base, path, expected) in [
            ("https://a.example", "/rest/api/2/myself", "https://a.example/rest/api/2/myself"),
            ("https://a.example/", "/x?y=1", "https://a.example/x?y=1"),
            ("https://a.example/jira", "/rest?q=a%20b", "https://a.example/jira/rest?q=a%20b"),
            ("http://0x7f.1:8080", "/x", "http://127.0.0.1:8080/x"),
        ] {
            assert_eq!(url(base, path).unwrap().as_str(), expected);
        }
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_parked() {
        let base = "https://gateway.example/ex/jira/site-a";
        for path in [
            "x",
            "",
            "@evil.example/",
            "/../site-b/x",
            "/%2e%2e/site-b/x",
            "/a/../../site-b",
            "/rest/api/3/issue/ACME-1/properties/..",
            "/rest/api/3/issue/ACME-1/comment/%2E%2e?x",
            "/rest/./x",
            "\\..\\site-b",
            "/x#y",
        ] {
            assert_eq!(url(base, path).unwrap_err().act, Act::Park, "{path}");
        }
    }

    #[test]
    fn a_base_that_is_not_a_plain_web_address_waits_for_a_person() {
        for base in [
            "ftp://a.example",
            "file:///etc",
            "https://u:p@a.example",
            "https://a.example?x",
            "nonsense",
            "https://",
        ] {
            assert_eq!(url(base, "/x").unwrap_err().act, Act::Wait, "{base}");
        }
    }

    proptest! {
        #[test]
        fn no_path_leads_to_another_host_or_out_of_the_base(path in "[/\\\\.@:?#%a-z0-9 \t\n]{0,30}") {
            if let Ok(url) = url("https://a.example/jira", &path) {
                prop_assert_eq!(url.host_str(), Some("a.example"));
                prop_assert!(url.path().starts_with("/jira/"));
            }
        }
    }
}
