//! Links between issues.

use serde::{Deserialize, Serialize};

use super::{Extra, Id};

/// A kind of link, with its words for both directions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct LinkType {
    pub id: Id,
    pub name: String,
    pub inward: String,
    pub outward: String,
    #[serde(flatten)]
    pub extra: Extra,
}
