//! What can go wrong with the files that hold keys and tokens.

use std::io;
use std::path::{Path, PathBuf};

use bowline_core::Code;
use bowline_core::code::{SEAL_KEY_AWAY, SEAL_KEY_MISSING, SEAL_KEY_WRONG};
use bowline_core::port::{SealError, StoreError};

/// Why a key or token file is not usable. Nothing was changed, in the database or on disk.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database holds sealed values, and the file with the key to them is not there.
    #[error("{} is missing; restore it from a backup", .0.display())]
    KeyMissing(PathBuf),
    /// The database needs another key-encryption key than there is.
    #[error("this database was sealed with {wanted}, and what there is is {have}")]
    KeyWrong {
        /// What was found, and where.
        have: String,
        /// The public name of the key that is needed.
        wanted: String,
    },
    /// Something could not be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// There is a file already; it is never overwritten.
    #[error("{} exists already and is never overwritten", .0.display())]
    Exists(PathBuf),
    /// Others than the owner may read the file.
    #[error("{path} can be read by others; make it private with `chmod 600 {path}`", path = .0.display())]
    Exposed(PathBuf),
    /// The file is not what it should be.
    #[error("{} {why}", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it, without quoting it.
        why: &'static str,
    },
    /// The operating system refused.
    #[error("{} cannot be used", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Error {
    /// The entry in the registry of codes, where there is one: what `bowline explain` tells at length.
    pub const fn code(&self) -> Option<Code> {
        match self {
            Self::KeyMissing(_) => Some(SEAL_KEY_MISSING),
            Self::KeyWrong { .. } => Some(SEAL_KEY_WRONG),
            Self::Seal(SealError::Away(_)) => Some(SEAL_KEY_AWAY),
            _ => None,
        }
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::Io { path, source }
    }
}
