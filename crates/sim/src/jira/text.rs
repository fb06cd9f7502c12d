//! Rich texts in the format somebody asks for, made from the format somebody wrote.
//!
//! Who reads in the format that was written gets exactly what was written. All conversion is `bowline_text`'s.

use std::borrow::Cow;

use bowline_text::{Doc, adf, html, wiki};
use serde_json::Value;

use crate::jira::issue::Text;

impl Text {
    /// An Atlassian document; the reason if it is none.
    pub(crate) fn document(document: &Value) -> Result<Self, String> {
        adf::parse(document).map_err(|error| error.to_string())?;
        Ok(Self::Adf(document.to_string().into()))
    }

    /// The text as wiki markup.
    pub(crate) fn wiki(&self) -> Cow<'_, str> {
        match self {
            Self::Wiki(source) => Cow::Borrowed(source),
            Self::Adf(_) => Cow::Owned(wiki::print(&self.tree())),
        }
    }

    /// The text as an Atlassian document in JSON.
    pub(crate) fn adf(&self) -> Cow<'_, str> {
        match self {
            Self::Adf(source) => Cow::Borrowed(source),
            Self::Wiki(_) => Cow::Owned(adf::to_string(&self.tree())),
        }
    }

    /// The text as HTML.
    pub(crate) fn html(&self) -> String {
        html::print(&self.tree())
    }

    /// Whether one text in place of the other is no change: equal, or the same words written in another format.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Wiki(left), Self::Wiki(right)) | (Self::Adf(left), Self::Adf(right)) => left == right,
            (left, right) => left.wiki() == right.wiki(),
        }
    }

    fn tree(&self) -> Doc {
        match self {
            Self::Wiki(source) => wiki::parse(source),
            // Only documents that could be parsed are kept, so the empty one is never shown.
            Self::Adf(source) => adf::from_str(source).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reader_in_the_format_that_was_written_gets_what_was_written() {
        let wiki = Text::Wiki("h1. A\n*b*   {noformat}x{noformat}".into());
        assert_eq!(wiki.wiki(), "h1. A\n*b*   {noformat}x{noformat}");
        let source = json!({"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": []}]});
        let adf = Text::document(&source).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&adf.adf()).unwrap(), source);
    }

    #[test]
    fn other_readers_get_it_converted() {
        let text = Text::Wiki("*b*".into());
        let document: Value = serde_json::from_str(&text.adf()).unwrap();
        let strong = json!({"type": "text", "text": "b", "marks": [{"type": "strong"}]});
        assert_eq!(document["content"][0]["content"][0], strong);
        let back = Text::document(&document).unwrap();
        assert_eq!(back.wiki(), "*b*");
        assert!(back.same(&text));
        assert!(text.html().contains("<strong>b</strong>") || text.html().contains("<b>b</b>"));
    }

    #[test]
    fn a_change_that_wiki_markup_cannot_show_is_a_change() {
        let panel = |kind: &str| {
            let inner = json!([{"type": "paragraph", "content": [{"type": "text", "text": "x"}]}]);
            let panel = json!([{"type": "panel", "attrs": {"panelType": kind}, "content": inner}]);
            Text::document(&json!({"type": "doc", "version": 1, "content": panel})).unwrap()
        };
        assert!(panel("info").same(&panel("info")));
        assert!(!panel("info").same(&panel("note")));
    }

    #[test]
    fn what_is_no_document_is_refused() {
        assert!(Text::document(&json!({"type": "paragraph"})).is_err());
        assert!(Text::document(&json!("text")).is_err());
    }
}
