//! Percent-encoding as RFC 3986 has it: everything but the unreserved characters, in capitals.

use std::borrow::Cow;
use std::cmp::Ordering;

use memchr::memchr2;

/// How many bytes do not stand for themselves.
const ESCAPED: u8 = 190;

/// The place of each byte in the order of encoded texts: an escape comes before what stands for itself.
const PLACES: [u8; 256] = places();

const fn places() -> [u8; 256] {
    let (mut places, mut escaped, mut plain, mut byte) = ([0; 256], 0, ESCAPED, 0);
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, clippy::indexing_slicing, reason = "it is below 256")]
        if is_unreserved(byte as u8) {
            places[byte] = plain;
            plain = plain.wrapping_add(1);
        } else {
            places[byte] = escaped;
            escaped += 1;
        }
        byte += 1;
    }
    places
}

/// Whether a byte stands for itself: the unreserved characters (RFC 3986 section 2.3).
const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Whether a text is its own encoded form.
pub(crate) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| place(byte) >= ESCAPED)
}

/// Appends `text`, with every byte outside the unreserved characters as `%XX`.
pub(crate) fn encode(text: &str, out: &mut String) {
    if is_plain(text) {
        return out.push_str(text);
    }
    let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'A' - 10 + value });
    for byte in text.bytes() {
        if is_unreserved(byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(digit(byte >> 4));
            out.push(digit(byte & 15));
        }
    }
}

/// The same, as a new text.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    encode(text, &mut out);
    out
}

/// The order of two texts in their encoded forms, without making those.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    a.bytes().map(place).cmp(b.bytes().map(place))
}

/// The beginning of a text as a number: of two that differ, the lesser belongs to the text that is the lesser by
/// [`compare`].
pub(crate) fn rank(text: &str) -> u64 {
    let mut first = [0; 8];
    for (slot, byte) in first.iter_mut().zip(text.bytes()) {
        *slot = place(byte);
    }
    u64::from_be_bytes(first)
}

fn place(byte: u8) -> u8 {
    PLACES.get(usize::from(byte)).copied().unwrap_or_default()
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
pub(crate) fn decode(text: &str, plus: bool) -> Result<Cow<'_, str>, Broken> {
    if memchr2(b'%', if plus { b'+' } else { b'%' }, text.as_bytes()).is_none() {
        return Ok(Cow::Borrowed(text));
    }
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
    String::from_utf8(out).map(Cow::Owned).map_err(|_| Broken::Utf8)
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

    /// Texts that have much in common.
    const ODD: &str = "(aaaaaa|)[a-b\0!~\\[\u{e9}\u{1f600}]{0,4}";

    proptest! {
        #[test]
        fn the_order_is_that_of_the_encoded_forms(a in ODD, b in ODD) {
            prop_assert_eq!(compare(&a, &b), encoded(&a).cmp(&encoded(&b)));
            prop_assert!(rank(&a) == rank(&b) || rank(&a).cmp(&rank(&b)) == compare(&a, &b));
        }

        #[test]
        fn what_is_encoded_decodes_to_itself(text in any::<String>(), plus: bool) {
            let encoded = encoded(&text);
            prop_assert_eq!(decode(&encoded, plus).unwrap(), text.as_str());
            prop_assert_eq!(is_plain(&text), encoded == text);
        }
    }
}
