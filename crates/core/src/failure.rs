//! What a failure asks of whoever met it. Workers look at nothing else.

use std::fmt;
use std::time::Duration;

use crate::code::Code;

/// Words of a vendor or of a person's data about a failure.
///
/// They may quote an item, so they are kept out of logs and error texts: `Debug` and `Display` show their length
/// only, and they are stored sealed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Words(String);

impl Words {
    /// Keeps at most 2,000 characters.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(text.as_ref().chars().take(2_000).collect())
    }

    /// The words, for a seal or for a person who may see the item.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({} bytes)", self.0.len())
    }
}

/// What to do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Try again; not before so long, if the vendor said so.
    Retry {
        /// The vendor's own waiting time.
        after: Option<Duration>,
    },
    /// Wait until a person has done something about the connection.
    Wait,
    /// Set it aside: trying again changes nothing.
    Park,
}

/// Whether a call that failed may have been carried out all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Executed {
    /// It was refused or never arrived.
    No,
    /// Nobody knows: look before sending it again.
    Unknown,
}

/// A failed call, in words that decide.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{code}")]
pub struct Failure {
    /// What to do.
    pub act: Act,
    /// Whether it may have been carried out.
    pub executed: Executed,
    /// What it was, from the registry of codes.
    pub code: Code,
    /// The vendor's own words, if there were any.
    pub words: Words,
}

impl Failure {
    /// A failure that passes: try again at the usual intervals.
    pub fn retry(code: Code, executed: Executed) -> Self {
        Self { act: Act::Retry { after: None }, executed, code, words: Words::default() }
    }

    /// The vendor asked to wait.
    pub fn throttled(after: Duration) -> Self {
        Self {
            act: Act::Retry { after: Some(after) },
            executed: Executed::No,
            code: crate::code::NET_THROTTLED,
            words: Words::default(),
        }
    }

    /// A person has to act on the connection.
    pub fn wait(code: Code) -> Self {
        Self { act: Act::Wait, executed: Executed::No, code, words: Words::default() }
    }

    /// Trying again changes nothing.
    pub fn park(code: Code) -> Self {
        Self { act: Act::Park, executed: Executed::No, code, words: Words::default() }
    }

    /// The same, with the vendor's words.
    #[must_use]
    pub fn with_words(mut self, words: Words) -> Self {
        self.words = words;
        self
    }
}
