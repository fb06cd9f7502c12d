//! Identifiers: strings in most answers, numbers in some (`project_created`, `issuelink_created`).

use std::fmt;

use serde::{Deserialize, Serialize};

/// An identifier, kept in the form it was found in; compare it as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Id {
    /// `10013`
    Number(i64),
    /// `"10013"`
    Text(String),
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}
