//! `[log]`: what is logged, and how.

use serde::Deserialize;

/// What is logged, and how.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Log {
    /// A level, or a filter by module.
    pub(crate) level: String,
    /// For people or for programs.
    pub(crate) format: Format,
}

/// For people or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// One readable line each.
    Text,
    /// One JSON object each.
    Json,
}

impl Log {
    pub(super) fn show(&self) -> String {
        let format = if self.format == Format::Text { "text" } else { "json" };
        format!("[log]\nlevel = {:?}\nformat = \"{format}\"\n", self.level)
    }
}
