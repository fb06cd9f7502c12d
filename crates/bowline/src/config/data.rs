//! `[data]`: the folder for what is not in the database.

use std::path::PathBuf;

use serde::Deserialize;

/// The data folder.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Data {
    /// Its path.
    pub(crate) dir: PathBuf,
}

impl Data {
    pub(super) fn show(&self) -> String {
        format!("[data]\ndir = {:?}\n", self.dir)
    }
}
