//! What is done in a tool, in the kinds that its permissions tell apart.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// A kind of thing that is done in a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// Items are found and read, with what there is to know of projects, types and fields.
    Read,
    /// Items are made.
    Create,
    /// Fields are written.
    Edit,
    /// Items are taken from state to state.
    Move,
    /// Comments are read.
    ReadComments,
    /// Comments are written.
    WriteComments,
    /// Comments are written as the people who wrote them: it is asked whether the account may change such ones.
    Act,
}

impl Feature {
    /// All of them: what two-way sync does.
    pub const ALL: [Self; 7] = [
        Self::Read,
        Self::Create,
        Self::Edit,
        Self::Move,
        Self::ReadComments,
        Self::WriteComments,
        Self::Act,
    ];

    /// The word used in documents and tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Edit => "edit",
            Self::Move => "move",
            Self::ReadComments => "read_comments",
            Self::WriteComments => "write_comments",
            Self::Act => "act",
        }
    }

    /// Whether the tool is another one afterwards.
    pub const fn writes(self) -> bool {
        !matches!(self, Self::Read | Self::ReadComments | Self::Act)
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Feature {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|feature| feature.word() == text);
        found.ok_or_else(|| format!("`{text}` is no feature"))
    }
}
