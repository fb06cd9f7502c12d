//! Percent-encoding as OAuth 1.0a and query strings need it: everything but the unreserved characters.

use std::fmt::Write as _;

/// Appends `bytes`, with everything but the unreserved characters of RFC 3986 as `%XX` in capitals (RFC 5849
/// section 3.6 demands exactly this form).
pub(crate) fn encode(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            out.push(char::from(*byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// The same, as a new text.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    encode(text.as_bytes(), &mut out);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_unreserved_characters_stay() {
        assert_eq!(encoded("aZ09-._~"), "aZ09-._~");
        assert_eq!(encoded("a b+c%/&=\"'()*!\u{fc}"), "a%20b%2Bc%25%2F%26%3D%22%27%28%29%2A%21%C3%BC");
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes_to_itself(text in any::<String>()) {
            let encoded = encoded(&text);
            prop_assert!(encoded.is_ascii());
            let read: Vec<(String, String)> =
                form_urlencoded::parse(format!("x={encoded}").as_bytes()).into_owned().collect();
            prop_assert_eq!(read, [("x".to_owned(), text)]);
        }
    }
}
