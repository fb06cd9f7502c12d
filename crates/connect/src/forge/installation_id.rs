//! The name of an installation of a Forge app.

use std::fmt;

/// The longest name, in bytes. `ari:cloud:ecosystem::installation/` with a UUID has 70.
const LONGEST: usize = 255;

/// Forge's name for an installation, `ari:cloud:ecosystem::installation/…`. Opaque; a reinstall brings another.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstallationId(String);

impl InstallationId {
    /// Takes 1 to 255 bytes without control characters.
    pub fn parse(text: &str) -> Option<Self> {
        let fine = (1..=LONGEST).contains(&text.len()) && !text.chars().any(char::is_control);
        fine.then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for InstallationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_opaque_but_not_anything() {
        let id = InstallationId::parse("ari:cloud:ecosystem::installation/0a3a7799").unwrap();
        assert_eq!(format!("{id:?}"), "\"ari:cloud:ecosystem::installation/0a3a7799\"");
        assert!(InstallationId::parse(&"a".repeat(255)).is_some());
        for text in ["", "a\nb", "a\0", &"a".repeat(256)] {
            assert_eq!(InstallationId::parse(text), None, "{text:?}");
        }
    }
}
