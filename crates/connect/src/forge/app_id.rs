//! The name of a Forge app.

use std::fmt;

use uuid::Uuid;

/// What stands in front of an app's UUID.
const PREFIX: &str = "ari:cloud:ecosystem::app/";

/// An app's name, `ari:cloud:ecosystem::app/<uuid>`: the audience of its tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct AppId(String);

impl AppId {
    /// Takes the whole name, or the UUID alone.
    pub fn parse(text: &str) -> Option<Self> {
        let bare = text.strip_prefix(PREFIX).unwrap_or(text);
        let uuid = Uuid::try_parse(bare).ok().filter(|_| bare.len() == 36)?;
        Some(Self(format!("{PREFIX}{}", uuid.hyphenated())))
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_whole_or_a_uuid() {
        let uuid = "8db33809-1f32-48bb-8c52-5877dab48107";
        let whole = format!("ari:cloud:ecosystem::app/{uuid}");
        assert_eq!(AppId::parse(uuid).unwrap().as_str(), whole);
        assert_eq!(AppId::parse(&whole).unwrap().as_str(), whole);
        for text in ["", "app", "ari:cloud:ecosystem::app/", "8db338091f3248bb8c525877dab48107"] {
            assert_eq!(AppId::parse(text), None, "{text}");
        }
    }
}
