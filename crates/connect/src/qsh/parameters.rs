//! The third part of a canonical request: parameters, decoded, ordered and encoded again.

use std::cmp::Ordering;

use super::Error;
use crate::percent;

/// The parameters of a query or of a form, decoded, in the order they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parameters(Vec<(String, String)>);

/// By what the names are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// By their encoded form: the host, and the frameworks of Atlassian that are written in Java.
    Encoded,
    /// As they are: npm `atlassian-jwt`.
    Raw,
}

impl Parameters {
    /// Reads `application/x-www-form-urlencoded` text. A parameter without `=` has an empty value; one without a name
    /// does not count, as with the host.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let mut parameters = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (percent::decode(name, true)?, percent::decode(value, true)?);
            if !name.is_empty() {
                parameters.push((name, value));
            }
        }
        Ok(Self(parameters))
    }

    /// The values of a name.
    pub(super) fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `a=1,2&b=3`: names in order, the values of one name in order and joined by commas. The token itself, the
    /// parameter `jwt`, is left out.
    pub(super) fn print(&self, by: By) -> String {
        let mut pairs: Vec<(&str, String, &str)> = self
            .0
            .iter()
            .filter(|(name, _)| name != "jwt")
            .map(|(name, value)| (name.as_str(), percent::encoded(name), value.as_str()))
            .collect();
        pairs.sort_by(|a, b| {
            let names = match by {
                By::Encoded => a.1.cmp(&b.1),
                By::Raw => utf16(a.0, b.0),
            };
            names.then_with(|| utf16(a.2, b.2))
        });
        let mut out = String::new();
        let mut last = None;
        for (name, encoded, value) in &pairs {
            if last == Some(name) {
                out.push(',');
            } else {
                out.push_str(if last.is_some() { "&" } else { "" });
                out.push_str(encoded);
                out.push('=');
            }
            percent::encode(value, &mut out);
            last = Some(name);
        }
        out
    }
}

/// Texts in the order of Java and JavaScript: by UTF-16 units. It differs from Rust's where a character beyond U+FFFF
/// meets one from U+E000 on.
fn utf16(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str, by: By) -> String {
        Parameters::parse(text).unwrap().print(by)
    }

    #[test]
    fn names_and_values_are_ordered_and_grouped() {
        assert_eq!(printed("b=1&a=2&a=10&a=1", By::Encoded), "a=1,10,2&b=1");
        assert_eq!(printed("b&=x&&a=%2B+%20", By::Encoded), "a=%2B%20%20&b=");
        assert_eq!(printed("", By::Encoded), "");
    }

    #[test]
    fn the_token_is_not_part_of_what_it_signs() {
        assert_eq!(printed("a=1&jwt=x&%6Awt=y", By::Encoded), "a=1");
        assert_eq!(printed("JWT=x&jwt_=y&ajwt=z", By::Encoded), "JWT=x&ajwt=z&jwt_=y");
    }

    #[test]
    fn a_parameter_that_a_script_would_take_for_its_own_counts() {
        assert_eq!(printed("__proto__=1&a=2", By::Encoded), "__proto__=1&a=2");
    }

    #[test]
    fn encoded_and_raw_names_are_ordered_differently() {
        assert_eq!(printed("a[]=1&a0=2", By::Encoded), "a%5B%5D=1&a0=2");
        assert_eq!(printed("a[]=1&a0=2", By::Raw), "a0=2&a%5B%5D=1");
    }

    #[test]
    fn values_beyond_the_first_plane_come_before_those_at_its_end() {
        assert_eq!(printed("a=\u{ffee}&a=\u{1f600}", By::Encoded), "a=%F0%9F%98%80,%EF%BF%AE");
    }
}
