//! What a form sent.

use std::collections::BTreeMap;

use axum::body::Bytes;

/// The fields of a form, by name; of several of one name the last.
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads `application/x-www-form-urlencoded`.
    pub(super) fn read(body: &Bytes) -> Self {
        let text = String::from_utf8_lossy(body);
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        });
        Self(pairs.collect())
    }

    /// A field without blanks at its ends; empty when it was not sent.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    /// A field that says something.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// A number, if one was given.
    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, String> {
        let wrong = |text: &str| format!("'{text}' is no number that fits for {}", name.replace('_', " "));
        self.given(name).map(|text| text.parse().map_err(|_| wrong(text))).transpose()
    }
}

/// Undoes the encoding of forms: a plus is a blank, `%XX` a byte. What is no encoding stays as it is.
pub(super) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| after.get(..2)).flatten();
        let escaped = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_decoded_and_what_is_no_encoding_stays() {
        let form = Form::read(&Bytes::from_static(b"a=1+2&b=%C3%BC%3D%26&c=100%&d&e=%zz&n= 7 "));
        assert_eq!((form.get("a"), form.get("b"), form.get("c")), ("1 2", "ü=&", "100%"));
        assert_eq!((form.get("d"), form.get("e"), form.given("x")), ("", "%zz", None));
        assert_eq!((form.number::<u32>("n"), form.number::<u32>("x")), (Ok(Some(7)), Ok(None)));
        assert!(form.number::<u32>("a").is_err());
    }
}
