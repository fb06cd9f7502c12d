//! Queries of API v2 and paths of API v1.
//!
//! An expression is code (.NET expressions). Its strings have no escape that the vendor documents, so none of them
//! holds a text from outside: names are resolved to numeric ids first, and the few literals left are checked here.

use std::fmt::Write as _;

/// A literal in double quotes; `None` if a character could end it or mean something else.
pub(crate) fn literal(text: &str) -> Option<String> {
    let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | ':' | '.');
    text.chars().all(plain).then(|| format!("\"{text}\""))
}

/// A numeric id; `None` if it is not one.
pub(crate) fn id(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// One query of API v2.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    path: String,
    asked: bool,
}

impl Query {
    /// A query over all entities of a type. `kind` is a fixed word of ours or a checked one ([`super::kind`]).
    pub(crate) fn all(kind: &str) -> Self {
        Self { path: format!("/api/v2/{kind}"), asked: false }
    }

    /// A query for one entity.
    pub(crate) fn one(kind: &str, id: u64) -> Self {
        Self { path: format!("/api/v2/{kind}/{id}"), asked: false }
    }

    /// Which entities.
    pub(crate) fn filter(self, expression: &str) -> Self {
        self.ask("where", &format!("({expression})"))
    }

    /// What of them.
    pub(crate) fn select(self, members: &[&str]) -> Self {
        self.ask("select", &format!("{{{}}}", members.join(",")))
    }

    /// In which order.
    pub(crate) fn order_by(self, expression: &str) -> Self {
        self.ask("orderBy", expression)
    }

    /// Which part of the result.
    pub(crate) fn part(self, skip: usize, take: usize) -> Self {
        self.ask("take", &take.to_string()).ask("skip", &skip.to_string())
    }

    /// The path and query to call.
    pub(crate) fn finish(self) -> String {
        self.path
    }

    fn ask(mut self, name: &str, value: &str) -> Self {
        self.path.push(if self.asked { '&' } else { '?' });
        self.asked = true;
        self.path.push_str(name);
        self.path.push('=');
        encode(value, &mut self.path);
        self
    }
}

/// Where to read in API v1, and what: `/api/v1/UserStories/7?format=json&include=[…]`.
pub(crate) fn read_path(collection: &str, id: u64, read: &str) -> String {
    let mut path = format!("/api/v1/{collection}/{id}?format=json&include=");
    encode(&format!("[{read}]"), &mut path);
    path
}

/// Where to write in API v1, with what to read back: `/api/v1/UserStories/7?resultFormat=json&resultInclude=[…]`.
pub(crate) fn write_path(collection: &str, id: Option<u64>, read: &str) -> String {
    let id = id.map(|id| format!("/{id}")).unwrap_or_default();
    let mut path = format!("/api/v1/{collection}{id}?resultFormat=json&resultInclude=");
    encode(&format!("[{read}]"), &mut path);
    path
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
    fn a_query_reads_as_expected() {
        let query =
            Query::all("Bug").filter("id == 1").select(&["id", "name"]).order_by("id").part(0, 10).finish();
        let expected =
            "/api/v2/Bug?where=%28id%20%3D%3D%201%29&select=%7Bid%2Cname%7D&orderBy=id&take=10&skip=0";
        assert_eq!(query, expected);
        let path = write_path("Bugs", Some(7), "Id,Project[Id]");
        assert_eq!(path, "/api/v1/Bugs/7?resultFormat=json&resultInclude=%5BId%2CProject%5BId%5D%5D");
    }

    #[test]
    fn only_plain_numbers_are_ids() {
        assert_eq!(id("42"), Some(42));
        for odd in ["", "+1", "-1", "1 or 1==1", "1e3", "18446744073709551616"] {
            assert_eq!(id(odd), None, "{odd}");
        }
    }

    proptest! {
        #[test]
        fn a_literal_cannot_end_early(text in any::<String>()) {
            if let Some(quoted) = literal(&text) {
                prop_assert_eq!(quoted.matches('"').count(), 2);
                prop_assert!(!quoted.contains(['\\', '\'', ' ', ')']));
            }
        }

        #[test]
        fn an_expression_stays_one_parameter(text in any::<String>()) {
            let path = Query::all("Bug").filter(&text).select(&["id"]).finish();
            prop_assert_eq!(path.matches('&').count(), 1);
            prop_assert!(path.parse::<http::uri::PathAndQuery>().is_ok());
        }
    }
}
