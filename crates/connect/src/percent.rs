//! Percent-encoding as RFC 3986 has it: everything but the unreserved characters, in capitals.

use std::fmt::Write as _;

/// Appends `text`, with every byte outside the unreserved characters (RFC 3986 section 2.3) as `%XX`.
pub(crate) fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// The same, as a new text.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    encode(text, &mut out);
    out
}

/// Why a text cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// A `%` that two hexadecimal digits do not follow.
    Escape,
    /// The bytes are not UTF-8.
    Utf8,
}

/// Decodes `%XX`; where `plus` is set a `+` is a space, as in forms. Java's decoder, which the host uses, refuses a
/// broken escape too; for bytes that are not UTF-8 it puts a replacement character, and we refuse: two texts that
/// differ must never come to the same.
pub(crate) fn decode(text: &str, plus: bool) -> Result<String, Broken> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let high = bytes.next().and_then(digit).ok_or(Broken::Escape)?;
                let low = bytes.next().and_then(digit).ok_or(Broken::Escape)?;
                high << 4 | low
            }
            b'+' if plus => b' ',
            byte => byte,
        });
    }
    String::from_utf8(out).map_err(|_| Broken::Utf8)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_unreserved_characters_stay() {
        assert_eq!(encoded("aZ09-._~"), "aZ09-._~");
        assert_eq!(encoded("a b+!'()*"), "a%20b%2B%21%27%28%29%2A");
        assert_eq!(encoded("\u{e9}\u{1f600}"), "%C3%A9%F0%9F%98%80");
    }

    #[test]
    fn a_broken_escape_and_foreign_bytes_are_refused() {
        for text in ["%", "%2", "a%zz", "%+1", "%-1"] {
            assert_eq!(decode(text, true), Err(Broken::Escape), "{text}");
        }
        assert_eq!(decode("%ff", true), Err(Broken::Utf8));
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes_to_itself(text in any::<String>(), plus: bool) {
            prop_assert_eq!(decode(&encoded(&text), plus), Ok(text));
        }
    }
}
