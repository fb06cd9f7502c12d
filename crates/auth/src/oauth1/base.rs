//! The signature base string: what is signed (RFC 5849 section 3.4.1).

use std::net::Ipv6Addr;

use http::Uri;

use super::error::Error;
use crate::percent::{encode, encoded};

/// The base string of a request to `url`, with all its decoded parameters but the signature.
pub(super) fn string(method: &http::Method, url: &Uri, parameters: &[(&str, &str)]) -> Result<String, Error> {
    let mut out = encoded(&method.as_str().to_ascii_uppercase());
    out.push('&');
    encode(address(url)?.as_bytes(), &mut out);
    out.push('&');
    encode(normalized(parameters).as_bytes(), &mut out);
    Ok(out)
}

/// The base string URI (section 3.4.1.2): scheme and host in small letters, a port only where it is not the scheme's
/// own, the path as it is sent; neither query nor fragment, nor a user name.
///
/// The path is taken raw, with whatever escapes it has, and encoded once with the whole. An IPv6 address is brought
/// into the form in which URL libraries write the `Host` header, whatever was configured: hexadecimal and compressed.
pub(super) fn address(url: &Uri) -> Result<String, Error> {
    let scheme = url.scheme_str().unwrap_or_default().to_ascii_lowercase();
    let usual = match scheme.as_str() {
        "http" => 80,
        "https" => 443,
        _ => return Err(Error::Url("it must begin with http:// or https://")),
    };
    let host = url.host().filter(|host| !host.is_empty()).ok_or(Error::Url("it has no host"))?;
    let port = port(url, host)?.filter(|port| *port != usual);
    let (host, path) = (self::host(host), if url.path().is_empty() { "/" } else { url.path() });
    Ok(match port {
        Some(port) => format!("{scheme}://{host}:{port}{path}"),
        None => format!("{scheme}://{host}{path}"),
    })
}

/// The port that the URL names. The parser of URLs lets ones pass that are no port and then says that there is none.
fn port(url: &Uri, host: &str) -> Result<Option<u16>, Error> {
    let authority = url.authority().map(http::uri::Authority::as_str).unwrap_or_default();
    let after_user = authority.rsplit('@').next().unwrap_or_default();
    match after_user.get(host.len()..).unwrap_or_default() {
        "" | ":" => Ok(None),
        _ => match url.port_u16() {
            Some(port) if port > 0 => Ok(Some(port)),
            _ => Err(Error::Url("its port is not a number between 1 and 65535")),
        },
    }
}

fn host(host: &str) -> String {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    match bare.and_then(|bare| bare.parse::<Ipv6Addr>().ok()) {
        Some(ip) => match ip.segments() {
            // The standard library prints these with the IPv4 part in decimals, the URL Standard does not.
            [0, 0, 0, 0, 0, 0xffff, high, low] => format!("[::ffff:{high:x}:{low:x}]"),
            _ => format!("[{ip}]"),
        },
        None => host.to_ascii_lowercase(),
    }
}

/// All parameters in one line, in the order of their encoded names, then values (section 3.4.1.3.2).
fn normalized(parameters: &[(&str, &str)]) -> String {
    let mut pairs: Vec<(String, String)> =
        parameters.iter().map(|(name, value)| (encoded(name), encoded(value))).collect();
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(url: &str) -> Result<String, Error> {
        address(&url.parse().unwrap())
    }

    #[test]
    fn the_examples_of_section_3_4_1_2_reproduce() {
        assert_eq!(of("http://EXAMPLE.COM:80/r%20v/X?id=123").unwrap(), "http://example.com/r%20v/X");
        assert_eq!(of("https://www.example.net:8080/?q=1").unwrap(), "https://www.example.net:8080/");
    }

    #[test]
    fn the_example_of_section_3_4_1_3_2_reproduces() {
        let parameters = [
            ("b5", "=%3D"),
            ("a3", "a"),
            ("c@", ""),
            ("a2", "r b"),
            ("oauth_consumer_key", "9djdj82h48djs9d2"),
            ("oauth_token", "kkk9d7dh3k39sjv7"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131201"),
            ("oauth_nonce", "7d8f3e4a"),
            ("c2", ""),
            ("a3", "2 q"),
        ];
        assert_eq!(
            normalized(&parameters),
            "a2=r%20b&a3=2%20q&a3=a&b5=%3D%253D&c%40=&c2=&oauth_consumer_key=9djdj82h48djs9d2\
             &oauth_nonce=7d8f3e4a&oauth_signature_method=HMAC-SHA1&oauth_timestamp=137131201\
             &oauth_token=kkk9d7dh3k39sjv7"
        );
    }

    #[test]
    fn an_address_is_written_as_the_host_header_and_the_request_line_have_it() {
        for (url, expected) in [
            ("https://a.example", "https://a.example/"),
            ("HTTPS://A.example:443", "https://a.example/"),
            ("https://a.example:80/", "https://a.example:80/"),
            ("http://a.example:443/x", "http://a.example:443/x"),
            ("http://a.example:/x", "http://a.example/x"),
            ("http://a.example:0080/x", "http://a.example/x"),
            ("http://ada:secret@a.example:8080/x", "http://a.example:8080/x"),
            ("http://a.example/%7Ea/%c3%bc//;v=1/../b?x", "http://a.example/%7Ea/%c3%bc//;v=1/../b"),
            ("http://a.example/\u{fc}", "http://a.example/\u{fc}"),
            ("http://[2001:DB8::1]/x", "http://[2001:db8::1]/x"),
            ("http://[2001:0db8:0:0:0:0:0:1]:8080/", "http://[2001:db8::1]:8080/"),
            ("http://[::FFFF:192.0.2.1]:80/", "http://[::ffff:c000:201]/"),
            ("http://[fe80::1%25eth0]/", "http://[fe80::1%25eth0]/"),
        ] {
            assert_eq!(of(url).unwrap(), expected, "{url}");
        }
    }

    #[test]
    fn an_address_that_is_not_one_is_refused() {
        for url in ["/x", "a.example", "ftp://a.example/", "http://a.example:65536/", "http://a.example:0/"] {
            assert!(matches!(of(url), Err(Error::Url(_))), "{url}");
        }
    }

    #[test]
    fn names_are_sorted_as_encoded_bytes() {
        // `~` stays and comes last, a space becomes `%20` and comes first.
        assert_eq!(normalized(&[("~", "1"), ("a", "2"), ("-", "3"), (" ", "4")]), "%20=4&-=3&a=2&~=1");
    }

    proptest! {
        #[test]
        fn the_order_of_the_parameters_does_not_matter(
            pairs in prop::collection::vec(("[a-c %&=+\u{fc}]{0,3}", "[a-c %&=+\u{fc}]{0,3}"), 0..8)
        ) {
            let mut list: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let forward = normalized(&list);
            list.reverse();
            prop_assert_eq!(&forward, &normalized(&list));
            list.sort_unstable();
            prop_assert_eq!(&forward, &normalized(&list));
        }

        #[test]
        fn any_url_that_parses_has_an_address_or_an_error(url in "(http|https|ws)?(://)?\\PC{0,30}") {
            if let Ok(address) = url.parse::<Uri>().map_err(|_| Error::Url("")).and_then(|url| address(&url)) {
                prop_assert!(address.starts_with("http"));
                prop_assert!(!address.contains('?'));
            }
        }
    }
}
