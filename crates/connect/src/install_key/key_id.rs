//! The name of a key, checked before it goes into a URL.

use std::fmt;

/// The longest name.
const LONGEST: usize = 200;

/// Which names are looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyNames {
    /// Names without a slash. Install keys seen so far are UUIDs.
    #[default]
    Segment,
    /// Names with slashes too. The host keeps the keys of many services of Atlassian and its partners under `service/key`, and
    /// nothing in a token ties such a key to installs: take it only if install keys are known to have such names.
    Path,
}

/// A key's name that is safe in a path: letters, digits, `.`, `_`, `-`, perhaps `/` between them, no `..` and no `//`.
/// Frameworks that put the name into the URL unchecked could be made to ask for any path of any host.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

impl KeyId {
    /// Checks a name from a token.
    pub fn parse(text: &str, names: KeyNames) -> Option<Self> {
        let bytes = text.as_bytes();
        let letters = |byte: &u8| {
            byte.is_ascii_alphanumeric()
                || b"._-".contains(byte)
                || (*byte == b'/' && names == KeyNames::Path)
        };
        let fine = (1..=LONGEST).contains(&bytes.len())
            && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
            && bytes.iter().all(letters)
            && text.split('/').all(|segment| {
                segment.starts_with(|first: char| first.is_ascii_alphanumeric()) && !segment.contains("..")
            });
        fine.then(|| Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    #[test]
    fn names_of_keys_pass_and_ways_out_do_not() {
        for text in ["71a5e0ce-8c23-4b36-b1ce-4f1d1d4c5a1e", "micros/app/key-1.v2", "a"] {
            assert!(KeyId::parse(text, KeyNames::Path).is_some(), "{text}");
        }
        assert_eq!(KeyId::parse("micros/app/key-1.v2", KeyNames::Segment), None);
        assert!(KeyId::parse("71a5e0ce-8c23-4b36-b1ce-4f1d1d4c5a1e", KeyNames::Segment).is_some());
        let long = "a".repeat(201);
        for text in [
            "", "/a", "../a", "a/../b", "a//b", "a/", "a/.", "x?y", "x#y", "x%2e", "a b", "a\\b", "@a",
            "a:b", "..", ".a", "a/.b", "a/-b", "\u{e9}", "a\n", "a..b", &long,
        ] {
            assert_eq!(KeyId::parse(text, KeyNames::Path), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_passes_stays_below_the_host(text in "[a-zA-Z0-9._/%?#@:\\\\-]{1,20}") {
            if let Some(kid) = KeyId::parse(&text, KeyNames::Path) {
                let joined = format!("https://keys.example/{}", kid.as_str());
                let url = Url::parse(&joined).unwrap();
                prop_assert_eq!(url.as_str(), joined);
            }
        }
    }
}
