//! `[keys]`: the key file.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The key file.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Keys {
    file: String,
}

impl Keys {
    /// Its path; in the data folder if none is set.
    pub(crate) fn path(&self, data: &Path) -> PathBuf {
        if self.file.is_empty() { data.join("keys").join("bowline.key") } else { PathBuf::from(&self.file) }
    }

    pub(super) fn show(&self) -> String {
        format!("[keys]\nfile = {:?}\n", self.file)
    }
}
