//! What stands in a line and is no text: people, pictures, statuses, days, emoji.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::marks::Marks;
use crate::tree::Inline;
use crate::{Color, Href};

/// A person who is spoken to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// Who, in the words of the tool the text came from.
    pub user: Handle,
    /// The name to show, without `@`, if the format gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// How a tool names a person in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handle {
    /// An opaque account id, as on Jira Cloud.
    Account(String),
    /// A login name, as on Jira Data Center.
    Login(String),
}

impl Handle {
    /// The id or login itself.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Account(id) | Self::Login(id) => id,
        }
    }
}

impl Mention {
    /// What a reader sees: `@` and the name, or the id where no name is known.
    pub fn visible(&self) -> String {
        format!("@{}", self.name.as_deref().unwrap_or(self.user.as_str()))
    }
}

/// A picture that has an address. Pictures without one (files attached in a tool) are opaque.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Where it is.
    pub src: Href,
    /// The words that stand for it; may be none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alt: String,
    /// Where a click on it leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Href>,
}

impl Image {
    /// What a reader without pictures sees: the words for it, or its address.
    pub fn visible(&self) -> &str {
        if self.alt.trim().is_empty() { self.src.as_str() } else { &self.alt }
    }

    /// A link on the words for it, to where it leads or else to where it is.
    pub(crate) fn into_link(self) -> Inline {
        let href = self.link.clone().unwrap_or_else(|| self.src.clone());
        Inline::marked(self.visible(), Marks { link: Some(href), ..Marks::default() })
    }
}

/// A status, as a word on a coloured ground.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The word.
    pub text: String,
    /// The ground.
    pub tone: Tone,
}

/// The ground of a status: ADF's names for it (`status` in the published schema), or a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Grey.
    Neutral,
    /// Purple.
    Purple,
    /// Blue.
    Blue,
    /// Red.
    Red,
    /// Yellow.
    Yellow,
    /// Green.
    Green,
    /// Another one.
    Other(Color),
}

const TONES: [(&str, Tone); 6] = [
    ("neutral", Tone::Neutral),
    ("purple", Tone::Purple),
    ("blue", Tone::Blue),
    ("red", Tone::Red),
    ("yellow", Tone::Yellow),
    ("green", Tone::Green),
];

impl Tone {
    /// Reads a name or `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let named = TONES.iter().find(|(name, _)| *name == text).map(|(_, tone)| *tone);
        named.or_else(|| text.starts_with('#').then(|| Color::parse(text).map(Self::Other)).flatten())
    }
}

impl fmt::Display for Tone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, TONES.iter().find(|(_, tone)| tone == self)) {
            (Self::Other(color), _) => write!(out, "{color}"),
            (_, named) => out.write_str(named.map_or("neutral", |(name, _)| name)),
        }
    }
}

/// An emoji.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emoji {
    /// Its name between colons, as Atlassian's products write it: `:smile:`.
    pub name: String,
    /// The characters that show it, if there are such.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// What Atlassian's products know it by, if the format told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl Emoji {
    /// What a reader sees: its characters, or its name.
    pub fn visible(&self) -> &str {
        if self.text.trim().is_empty() { &self.name } else { &self.text }
    }
}

/// A day, from year 1 to 9999, printed as `2026-11-23`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day {
    /// Days since 1970-01-01.
    since: i64,
}

/// Days from 0000-03-01 to 1970-01-01. A cycle of 400 years that starts on 1 March has the leap day last.
const EPOCH: i64 = 719_468;

impl Day {
    /// The day so many days after 1970-01-01.
    pub fn since_epoch(days: i64) -> Option<Self> {
        (-719_162..=2_932_896).contains(&days).then_some(Self { since: days })
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i64 {
        self.since
    }

    /// Reads `2026-11-23`; a day that does not exist is none.
    pub fn parse(text: &str) -> Option<Self> {
        let digits =
            |part: &str| part.bytes().all(|digit| digit.is_ascii_digit()).then(|| part.parse().ok())?;
        let (year, rest) = text.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        if (year.len(), month.len(), day.len()) != (4, 2, 2) {
            return None;
        }
        let (year, month, day): (i64, i64, i64) = (digits(year)?, digits(month)?, digits(day)?);
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * month + 2) / 5 + day - 1;
        let since = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH;
        // A month that is too short has given another day.
        Self::since_epoch(since).filter(|found| found.to_string() == text)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.since + EPOCH;
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let (month, turn) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        write!(out, "{:04}-{month:02}-{day:02}", year + era * 400 + turn)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a day")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_and_read_back() {
        for (days, shown) in [
            (0, "1970-01-01"),
            (11_016, "2000-02-29"),
            (20_415, "2025-11-23"),
            (-1, "1969-12-31"),
            (-719_162, "0001-01-01"),
            (2_932_896, "9999-12-31"),
        ] {
            let day = Day::since_epoch(days).unwrap();
            assert_eq!(day.to_string(), shown);
            assert_eq!(Day::parse(shown), Some(day));
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "2025-02-29",
            "2025-13-01",
            "2025-00-10",
            "0000-01-01",
            "2025-1-1",
            "+025-01-01",
            "2025-01-01T",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
        assert_eq!(Day::since_epoch(2_932_897), None);
    }
}
