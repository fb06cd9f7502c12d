//! Pages of long lists: bounded, resumable, stable while rows are added.

use serde::{Deserialize, Serialize};

/// Which part of a list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PageAsk {
    /// Where the last page ended; `None` for the first page.
    pub after: Option<String>,
    /// At most so many, 1 to 1,000.
    pub limit: u32,
}

impl Default for PageAsk {
    fn default() -> Self {
        Self { after: None, limit: 50 }
    }
}

/// Part of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What to pass as `after` for the next page; `None` at the end.
    pub next: Option<String>,
}
