//! What can be wrong with a text.

/// Why a text could not be read. Wiki markup, HTML and Markdown have no wrong texts; ADF has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The JSON is not an object with `"type": "doc"`. Whatever is odd *inside* a document is tolerated.
    #[error("not an ADF document: expected an object with type \"doc\"")]
    NotADocument,
    /// It is not JSON, or JSON that nests too deep.
    #[error("not JSON: it breaks at line {line}, column {column}")]
    NotJson {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
}
