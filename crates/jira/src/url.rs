//! Paths and queries: every piece that comes from outside is percent-encoded, so that none can change the call.

use std::fmt::Write as _;

/// A path with its query, built piece by piece.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    text: String,
    asked: bool,
    /// The issue that the call is about.
    subject: Option<String>,
}

impl Path {
    /// Starts with a fixed path.
    pub(crate) fn new(fixed: impl Into<String>) -> Self {
        Self { text: fixed.into(), asked: false, subject: None }
    }

    /// Adds a fixed piece.
    pub(crate) fn then(mut self, fixed: &str) -> Self {
        self.text.push('/');
        self.text.push_str(fixed);
        self
    }

    /// Adds a piece that comes from outside: a key, an id.
    pub(crate) fn piece(mut self, piece: &str) -> Self {
        self.text.push('/');
        encode(piece, &mut self.text);
        self
    }

    /// Adds an issue by id or key, and remembers that the call is about it.
    pub(crate) fn issue(self, id_or_key: &str) -> Self {
        let path = self.then("issue").piece(id_or_key);
        Self { subject: Some(id_or_key.to_owned()), ..path }
    }

    /// Adds a query parameter.
    pub(crate) fn ask(mut self, name: &str, value: &str) -> Self {
        self.text.push(if self.asked { '&' } else { '?' });
        self.asked = true;
        self.text.push_str(name);
        self.text.push('=');
        encode(value, &mut self.text);
        self
    }

    /// Adds a list as one comma-separated parameter; nothing if it is empty.
    pub(crate) fn ask_list<S: AsRef<str>>(self, name: &str, values: &[S]) -> Self {
        if values.is_empty() {
            return self;
        }
        let joined: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
        self.ask(name, &joined.join(","))
    }

    /// The finished text, and the issue that the call is about.
    pub(crate) fn finish(self) -> (String, Option<String>) {
        (self.text, self.subject)
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986 section 2.3.
fn encode(raw: &str, out: &mut String) {
    for byte in raw.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pieces_and_parameters_are_encoded() {
        let path = Path::new("/rest/api/3").issue("A/../B?x=1").ask_list("fields", &["a", "b&c"]);
        let (text, subject) = path.finish();
        assert_eq!(text, "/rest/api/3/issue/A%2F..%2FB%3Fx%3D1?fields=a%2Cb%26c");
        assert_eq!(subject.as_deref(), Some("A/../B?x=1"));
    }

    proptest! {
        #[test]
        fn a_piece_never_breaks_out(piece in ".*") {
            let (path, _) = Path::new("/x").piece(&piece).ask("q", &piece).finish();
            prop_assert_eq!(path.matches('/').count(), 2);
            prop_assert_eq!(path.matches('?').count(), 1);
            prop_assert_eq!(path.matches(['&', '#', ' ']).count(), 0);
            prop_assert!(path.parse::<http::uri::PathAndQuery>().is_ok());
        }
    }
}
