//! Rich text in the form each tool keeps it. The conversions are `bowline_text`'s.

use bowline_text::{Doc, adf, html, wiki};
use serde_json::Value as Json;

/// How a tool writes rich text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Atlassian Document Format, as JSON.
    Adf,
    /// Jira's wiki markup, as a string.
    Wiki,
    /// HTML, as a string.
    Html,
}

impl Dialect {
    /// Reads what a tool gave. A string where an ADF document is due is plain text (a single-line field that became
    /// a multi-line one); null is an empty document. `None` for what is no text at all: it must not pass for empty.
    pub(crate) fn read(self, found: &Json) -> Option<Doc> {
        match (self, found) {
            (_, Json::Null) => Some(Doc::default()),
            (Self::Wiki, Json::String(text)) => Some(wiki::parse(text)),
            (Self::Html, Json::String(text)) => Some(html::parse(text)),
            (Self::Adf, Json::String(text)) => Some(plain(text)),
            (Self::Adf, found) => adf::parse(found).ok(),
            (Self::Wiki | Self::Html, _) => None,
        }
    }

    /// Prints a document for a tool.
    pub(crate) fn print(self, doc: &Doc) -> Json {
        match self {
            Self::Adf => adf::print(doc),
            Self::Wiki => wiki::print(doc).into(),
            Self::Html => html::print(doc).into(),
        }
    }

    /// The document as the tool will hold it and give it back.
    pub(crate) fn hold(self, doc: &Doc) -> Doc {
        // What was printed here can be read.
        self.read(&self.print(doc)).unwrap_or_default()
    }
}

/// Plain text as a document.
pub(crate) fn plain(text: &str) -> Doc {
    Doc::from_plain(text)
}
