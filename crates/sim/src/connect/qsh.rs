//! The query string hash, from the host's side.
//!
//! Written from the published rules ("Understanding JWT", developer.atlassian.com) and from what the host is known to do:
//! it hashes the *decoded* path when it signs and the *raw* one when it checks an app's token, so the two differ for
//! paths with escapes. Parameters are sorted by their encoded names, the values of one name before they are encoded.

use std::fmt::Write as _;

use aws_lc_rs::digest;

/// What a token says in place of a hash if it belongs to a page and not to one URL.
pub(crate) const CONTEXT: &str = "context-qsh";

/// The hash of a request that the host sends: `path` is below the app's base URL, as it stands in the URL.
pub(crate) fn sent(method: &str, path: &str, query: &str) -> String {
    hash(&canonical(method, &decoded(path), query))
}

/// The hash of a request that an app made: `path` as it arrived, without the context path of the product.
pub(crate) fn received(method: &str, path: &str, query: &str) -> String {
    hash(&canonical(method, path, query))
}

fn hash(canonical: &str) -> String {
    let digest = digest::digest(&digest::SHA256, canonical.as_bytes());
    hex(digest.as_ref())
}

/// Bytes in small hexadecimal letters.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// `METHOD&path&query`.
fn canonical(method: &str, path: &str, query: &str) -> String {
    let path = match path.strip_suffix('/').unwrap_or(path) {
        "" => "/".to_owned(),
        path if path.starts_with('/') => path.replace('&', "%26"),
        path => format!("/{}", path.replace('&', "%26")),
    };
    format!("{}&{path}&{}", method.to_ascii_uppercase(), parameters(query))
}

fn parameters(query: &str) -> String {
    let mut named: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name.is_empty() || name == "jwt" {
            continue;
        }
        let name = encoded(&name);
        match named.iter_mut().find(|(own, _)| *own == name) {
            Some((_, values)) => values.push(value.into_owned()),
            None => named.push((name, vec![value.into_owned()])),
        }
    }
    // What is encoded is ASCII, where Java's order of texts and Rust's are one.
    named.sort();
    let parts = named.into_iter().map(|(name, mut values)| {
        values.sort_by(|left, right| left.encode_utf16().cmp(right.encode_utf16()));
        let values: Vec<String> = values.iter().map(|value| encoded(value)).collect();
        format!("{name}={}", values.join(","))
    });
    parts.collect::<Vec<_>>().join("&")
}

/// Percent-encoded by RFC 3986: only what it calls unreserved stays.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// Without escapes; what is none stays as it is.
fn decoded(path: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), path.as_bytes());
    while let Some((first, behind)) = rest.split_first() {
        let escape = behind.get(..2).filter(|_| *first == b'%').and_then(|two| std::str::from_utf8(two).ok());
        match escape.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_example_is_hashed_as_documented() {
        // "Understanding JWT", section "Creating a query string hash", with the hash that the page gives.
        let query = "zee_last=param&repeated=parameter%201&first=param&repeated=parameter%202";
        assert_eq!(
            canonical("GET", "/path/to/service", query),
            "GET&/path/to/service&first=param&repeated=parameter%201,parameter%202&zee_last=param"
        );
    }

    #[test]
    fn names_are_sorted_as_encoded_and_values_as_they_are() {
        assert_eq!(parameters("a%5B0%5D=1&a-b=2&jwt=x&=none&flag"), "a%5B0%5D=1&a-b=2&flag=");
        // `~` is kept and above every letter; a comma in a value is encoded, the one between values is not.
        assert_eq!(parameters("v=~&v=b,c&v=a+d"), "v=a%20d,b%2Cc,~");
        // By UTF-16 the first is smaller, by UTF-8 the second.
        assert_eq!(parameters("v=%EF%BD%81&v=%F0%9F%98%80"), "v=%F0%9F%98%80,%EF%BD%81");
        assert_eq!(parameters(""), "");
    }

    #[test]
    fn the_path_is_decoded_where_the_host_signs_and_raw_where_it_checks() {
        assert_eq!(sent("post", "/a%20b/", ""), hash("POST&/a b&"));
        assert_eq!(received("post", "/a%20b/", ""), hash("POST&/a%20b&"));
        assert_eq!(sent("GET", "/a&b%26c%zz", ""), hash("GET&/a%26b%26c%zz&"));
        assert_eq!(sent("GET", "", ""), hash("GET&/&"));
    }
}
