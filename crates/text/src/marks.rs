//! How a run of text looks and where it leads.
//!
//! What a mark means is the formats' business; what marks can be on one run together, too (`fit.rs`).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Color, Href};

/// The formatting of a run of text. Default: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Marks {
    /// Bold.
    #[serde(skip_serializing_if = "is_off")]
    pub strong: bool,
    /// Italic.
    #[serde(skip_serializing_if = "is_off")]
    pub em: bool,
    /// Underlined.
    #[serde(skip_serializing_if = "is_off")]
    pub underline: bool,
    /// Struck through.
    #[serde(skip_serializing_if = "is_off")]
    pub strike: bool,
    /// Inline code.
    #[serde(skip_serializing_if = "is_off")]
    pub code: bool,
    /// Below or above the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shift: Option<Shift>,
    /// Colour of the letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
    /// Colour of the ground behind the letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<Color>,
    /// Where a click leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Href>,
    /// ADF marks we do not understand, as they came, at most one of a type, ordered by it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other: Vec<Value>,
}

/// Text moved off the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shift {
    /// Subscript.
    Sub,
    /// Superscript.
    Sup,
}

impl Marks {
    /// Whether there is no formatting at all.
    pub fn is_plain(&self) -> bool {
        let Self { strong, em, underline, strike, code, shift, color, background, link, other } = self;
        let on = *strong || *em || *underline || *strike || *code || shift.is_some() || color.is_some();
        !on && background.is_none() && link.is_none() && other.is_empty()
    }

    /// Whether there is nothing but code, and maybe a link.
    pub(crate) fn is_only_code(&self) -> bool {
        let Self { strong, em, underline, strike, code, shift, color, background, link: _, other } = self;
        let on = *strong || *em || *underline || *strike || shift.is_some() || color.is_some();
        *code && !on && background.is_none() && other.is_empty()
    }

    /// Nothing but a link.
    pub(crate) fn linked(href: Href) -> Self {
        Self { link: Some(href), ..Self::default() }
    }

    /// What both have.
    pub(crate) fn common(&self, with: &Self) -> Self {
        Self {
            strong: self.strong && with.strong,
            em: self.em && with.em,
            underline: self.underline && with.underline,
            strike: self.strike && with.strike,
            code: self.code && with.code,
            shift: self.shift.filter(|shift| with.shift == Some(*shift)),
            color: self.color.filter(|color| with.color == Some(*color)),
            background: self.background.filter(|color| with.background == Some(*color)),
            link: self.link.clone().filter(|link| with.link.as_ref() == Some(link)),
            other: self.other.iter().filter(|mark| with.other.contains(mark)).cloned().collect(),
        }
    }

    /// Whether the other has all that this has.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.is_plain() || self.common(other) == *self
    }

    /// What this has and the other has not. Of colours, links and shifts there is at most one: having any is having it.
    pub(crate) fn without(self, other: &Self) -> Self {
        Self {
            strong: self.strong && !other.strong,
            em: self.em && !other.em,
            underline: self.underline && !other.underline,
            strike: self.strike && !other.strike,
            code: self.code && !other.code,
            shift: self.shift.filter(|_| other.shift.is_none()),
            color: self.color.filter(|_| other.color.is_none()),
            background: self.background.filter(|_| other.background.is_none()),
            link: self.link.filter(|_| other.link.is_none()),
            other: self.other,
        }
    }

    /// Adds a mark we do not understand, keeping one of a type, ordered.
    pub(crate) fn add_other(&mut self, mark: Value) {
        let at = self.other.partition_point(|known| kind(known) < kind(&mark));
        if self.other.get(at).is_none_or(|next| kind(next) != kind(&mark)) {
            self.other.insert(at, mark);
        }
    }

    /// One of a type, ordered.
    pub(crate) fn tidy(&mut self) {
        for mark in std::mem::take(&mut self.other) {
            if kind(&mark).is_some() {
                self.add_other(mark);
            }
        }
    }
}

/// The type of an ADF mark.
pub(crate) fn kind(mark: &Value) -> Option<&str> {
    mark.get("type").and_then(Value::as_str)
}

fn is_off(mark: &bool) -> bool {
    !mark
}
