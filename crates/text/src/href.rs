//! Where a link leads.
//!
//! A [`Href`] is safe and printable by construction, so no printer has to think about it: no script, no white
//! space, no character that would end a link in wiki markup or an attribute in HTML.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Longest address kept, in bytes; longer ones are dropped and their text stays.
///
/// Browsers and Jira go further, but an address is repeated on every run of its link: this bounds the growth.
const MAX_LEN: usize = 2048;

/// An address: absolute, or relative to the tool it came from. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Href(Arc<str>);

impl Href {
    /// The address as it can be kept, or nothing if it is empty, longer than 2048 bytes or a script.
    ///
    /// White space, quotes, angle and curly brackets, `|` and `\` are percent-encoded. Square brackets stay, since
    /// IPv6 hosts need them, and `^`, with which wiki markup names an attachment.
    pub fn parse(address: &str) -> Option<Self> {
        let mut kept = String::with_capacity(address.len().min(MAX_LEN));
        for letter in address.trim().chars().filter(|letter| !letter.is_control()) {
            match letter {
                '"' | '<' | '>' | '\\' | '`' | '{' | '|' | '}' => encode(letter, &mut kept),
                _ if letter.is_whitespace() => encode(letter, &mut kept),
                _ => kept.push(letter),
            }
            if kept.len() > MAX_LEN {
                return None;
            }
        }
        let scheme = scheme(&kept).unwrap_or_default().to_ascii_lowercase();
        let script = matches!(scheme.as_str(), "javascript" | "vbscript" | "data");
        (!kept.is_empty() && !script).then(|| Self(kept.into()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a web page may lead there: `http`, `https`, `mailto`, or relative.
    pub(crate) fn is_web(&self) -> bool {
        scheme(self.as_str()).is_none_or(|scheme| {
            ["http", "https", "mailto"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
        })
    }

    /// Whether it leads to the same place from everywhere on the web.
    pub(crate) fn is_absolute(&self) -> bool {
        scheme(self.as_str())
            .is_some_and(|scheme| ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)))
    }

    /// Whether there are square brackets in it.
    pub(crate) fn has_brackets(&self) -> bool {
        self.0.contains(['[', ']'])
    }

    /// The address with square brackets encoded, which end a link in wiki markup.
    pub(crate) fn without_brackets(&self) -> Option<Self> {
        if !self.has_brackets() {
            return Some(self.clone());
        }
        Self::parse(&self.0.replace('[', "%5B").replace(']', "%5D"))
    }
}

/// What stands before the first colon, unless a slash, `?` or `#` comes first: then the address is relative.
fn scheme(address: &str) -> Option<&str> {
    let end = address.find([':', '/', '?', '#'])?;
    let (scheme, rest) = address.split_at_checked(end)?;
    rest.starts_with(':').then_some(scheme)
}

fn encode(letter: char, out: &mut String) {
    let mut bytes = [0; 4];
    for byte in letter.encode_utf8(&mut bytes).bytes() {
        out.push_str(&format!("%{byte:02X}"));
    }
}

impl From<Href> for String {
    fn from(href: Href) -> Self {
        href.0.as_ref().to_owned()
    }
}

impl TryFrom<String> for Href {
    type Error = &'static str;

    fn try_from(address: String) -> Result<Self, Self::Error> {
        Self::parse(&address).ok_or("not an address a link may have")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_no_address_however_they_are_dressed() {
        for bad in [
            "javascript:alert(1)",
            " JaVaScRiPt:x",
            "java\nscript:x",
            "\u{1}data:text/html,x",
            "vbscript:x",
            " ",
        ] {
            assert_eq!(Href::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn characters_that_would_end_the_link_are_encoded() {
        let href = Href::parse("https://x.y/a b|c\"d").unwrap();
        assert_eq!(href.as_str(), "https://x.y/a%20b%7Cc%22d");
        assert_eq!(Href::parse(href.as_str()), Some(href));
    }

    #[test]
    fn a_colon_in_a_path_is_not_a_scheme() {
        assert!(Href::parse("/browse/A:B").unwrap().is_web());
        assert!(Href::parse("mailto:a@b.c").unwrap().is_web());
        assert!(!Href::parse("ftp://x").unwrap().is_web());
    }
}
