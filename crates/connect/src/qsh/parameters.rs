//! The third part of a canonical request: parameters, decoded, ordered and encoded again.

use std::borrow::Cow;
use std::cmp::Ordering;

use memchr::{memchr, memchr2};

use super::Error;
use crate::percent;

/// The parameters of a query or of a form, decoded. Names and values stand one behind the other in one text; the pairs are
/// in the order of the encoded names, and of the values of one name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    text: String,
    pairs: Vec<Pair>,
    /// Whether each name is its own encoded form, as nearly always: then both orders are one.
    is_plain: bool,
}

/// Where a parameter's name begins in the text, where its value does, and where that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pair {
    /// The beginning of the encoded name, which tells most of them apart.
    rank: u64,
    name: usize,
    value: usize,
    end: usize,
}

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
        let mut parameters =
            Self { text: String::with_capacity(text.len()), pairs: Vec::with_capacity(16), is_plain: true };
        let mut rest = text;
        while let Some(read) = read_pair(&mut rest) {
            let (name, value) = match read.is_escaped {
                true => (percent::decode(read.name, true)?, percent::decode(read.value, true)?),
                false => (Cow::Borrowed(read.name), Cow::Borrowed(read.value)),
            };
            if !name.is_empty() {
                parameters.push(&name, &value);
            }
        }
        let mut pairs = std::mem::take(&mut parameters.pairs);
        pairs.sort_by(|a, b| parameters.compare(a, b, By::Encoded));
        Ok(Self { pairs, ..parameters })
    }

    fn push(&mut self, name: &str, value: &str) {
        self.is_plain &= percent::is_plain(name);
        let begin = self.text.len();
        self.text.push_str(name);
        self.text.push_str(value);
        self.pairs.push(Pair {
            rank: percent::rank(name),
            name: begin,
            value: begin + name.len(),
            end: self.text.len(),
        });
    }

    fn name(&self, pair: &Pair) -> &str {
        self.text.get(pair.name..pair.value).unwrap_or_default()
    }

    fn value(&self, pair: &Pair) -> &str {
        self.text.get(pair.value..pair.end).unwrap_or_default()
    }

    /// The values of a name.
    pub(super) fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |pair| self.name(pair) == name).map(|pair| self.value(pair))
    }

    /// How many bytes names and values have together.
    pub(super) const fn size(&self) -> usize {
        self.text.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Whether the two orders differ.
    pub(super) fn are_ambiguous(&self) -> bool {
        !self.is_plain && !self.pairs.is_sorted_by(|a, b| self.compare(a, b, By::Raw).is_le())
    }

    fn compare(&self, a: &Pair, b: &Pair, by: By) -> Ordering {
        let names = match by {
            By::Encoded if a.rank != b.rank => return a.rank.cmp(&b.rank),
            By::Encoded => percent::compare(self.name(a), self.name(b)),
            By::Raw => utf16(self.name(a), self.name(b)),
        };
        names.then_with(|| utf16(self.value(a), self.value(b)))
    }

    /// `a=1,2&b=3`: names in order, the values of one name in order and joined by commas. The token itself, the parameter
    /// `jwt`, is left out.
    pub(super) fn print(&self, by: By, out: &mut String) {
        if by == By::Encoded || !self.are_ambiguous() {
            return self.print_pairs(&self.pairs, out);
        }
        let mut pairs = self.pairs.clone();
        pairs.sort_by(|a, b| self.compare(a, b, by));
        self.print_pairs(&pairs, out);
    }

    fn print_pairs(&self, pairs: &[Pair], out: &mut String) {
        let mut last = None;
        for pair in pairs {
            let name = self.name(pair);
            if name == "jwt" {
                continue;
            }
            if last == Some(name) {
                out.push(',');
            } else {
                out.push_str(if last.is_some() { "&" } else { "" });
                percent::encode(name, out);
                out.push('=');
            }
            percent::encode(self.value(pair), out);
            last = Some(name);
        }
    }
}

/// A parameter as it stands in a query.
struct Read<'a> {
    name: &'a str,
    value: &'a str,
    /// Whether anything in it has to be decoded.
    is_escaped: bool,
}

/// Takes the next parameter off; `None` at the end.
fn read_pair<'a>(rest: &mut &'a str) -> Option<Read<'a>> {
    if rest.is_empty() {
        return None;
    }
    let (pair, behind) = rest.split_at_checked(memchr(b'&', rest.as_bytes()).unwrap_or(rest.len()))?;
    *rest = behind.get(1..).unwrap_or_default();
    let (name, value) = pair.split_at_checked(memchr(b'=', pair.as_bytes()).unwrap_or(pair.len()))?;
    let is_escaped = memchr2(b'%', b'+', pair.as_bytes()).is_some();
    Some(Read { name, value: value.get(1..).unwrap_or_default(), is_escaped })
}

/// Texts in the order of Java and JavaScript: by UTF-16 units. It differs from Rust's where a character beyond U+FFFF
/// meets one from U+E000 on.
fn utf16(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        return a.cmp(b);
    }
    a.encode_utf16().cmp(b.encode_utf16())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str, by: By) -> String {
        let parameters = Parameters::parse(text).unwrap();
        let mut out = String::new();
        parameters.print(by, &mut out);
        out
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
