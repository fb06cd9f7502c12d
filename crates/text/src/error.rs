//! What can be wrong with a text.

/// Why a text could not be read. Wiki markup and HTML have no wrong texts; ADF has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The JSON is not an object with `"type": "doc"`. Whatever is odd *inside* a document is tolerated.
    #[error("not an ADF document: expected an object with type \"doc\"")]
    NotADocument,
}
