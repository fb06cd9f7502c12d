//! JQL, built from parts so that no value can change a query's meaning.

use std::fmt;

use jiff::Timestamp;

/// A field or alias that queries use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are JQL's own")]
pub enum Field {
    Created,
    Creator,
    IssueType,
    Key,
    Project,
    Reporter,
    Status,
    Updated,
}

impl Field {
    const fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Creator => "creator",
            Self::IssueType => "issuetype",
            Self::Key => "key",
            Self::Project => "project",
            Self::Reporter => "reporter",
            Self::Status => "status",
            Self::Updated => "updated",
        }
    }
}

/// Which way to sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Smallest or oldest first.
    Up,
    /// Largest or newest first.
    Down,
}

/// A query: conditions that must all hold, and an order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Jql {
    conditions: Vec<String>,
    order: Option<(Field, Sort)>,
}

impl Jql {
    /// A query without conditions.
    pub fn new() -> Self {
        Self::default()
    }

    /// `field = "value"`.
    #[must_use]
    pub fn is(mut self, field: Field, value: &str) -> Self {
        self.conditions.push(format!("{} = {}", field.word(), quote(value)));
        self
    }

    /// `field in ("a", "b")`; no condition if the list is empty.
    #[must_use]
    pub fn is_one_of<S: AsRef<str>>(mut self, field: Field, values: &[S]) -> Self {
        if !values.is_empty() {
            let list: Vec<String> = values.iter().map(|value| quote(value.as_ref())).collect();
            self.conditions.push(format!("{} in ({})", field.word(), list.join(", ")));
        }
        self
    }

    /// `field = currentUser()`.
    #[must_use]
    pub fn is_me(mut self, field: Field) -> Self {
        self.conditions.push(format!("{} = currentUser()", field.word()));
        self
    }

    /// `field >= 1732272000000`: not older than the start of the second of `at`.
    ///
    /// A quoted date would be read in the time zone of the *user*, with minutes as its smallest unit. An unquoted
    /// number is taken as milliseconds since 1970 (Jira documentation, “JQL Date Time Formats”), which no profile
    /// setting can shift; on Cloud this is what airbytehq/airbyte#48395 moved to after losing rows to time zones.
    /// The index keeps whole seconds, so a part of one would only risk missing its own second.
    #[must_use]
    pub fn since(mut self, field: Field, at: Timestamp) -> Self {
        let millis = at.as_second().saturating_mul(1_000);
        self.conditions.push(format!("{} >= {millis}", field.word()));
        self
    }

    /// `ORDER BY field`.
    #[must_use]
    pub fn order_by(mut self, field: Field, sort: Sort) -> Self {
        self.order = Some((field, sort));
        self
    }
}

impl fmt::Display for Jql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.conditions.join(" AND "))?;
        let Some((field, sort)) = self.order else { return Ok(()) };
        let space = if self.conditions.is_empty() { "" } else { " " };
        let way = if sort == Sort::Up { "ASC" } else { "DESC" };
        write!(f, "{space}ORDER BY {} {way}", field.word())
    }
}

/// A JQL string: in double quotes, with the escapes that JQL knows.
fn quote(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for char in value.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other if u32::from(other) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(other))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_query_reads_as_expected() {
        let at = Timestamp::from_millisecond(1_732_272_000_987).unwrap();
        let jql = Jql::new()
            .is_one_of(Field::Project, &["ACME", "WEB"])
            .since(Field::Updated, at)
            .order_by(Field::Updated, Sort::Up);
        assert_eq!(
            jql.to_string(),
            r#"project in ("ACME", "WEB") AND updated >= 1732272000000 ORDER BY updated ASC"#
        );
        assert_eq!(Jql::new().order_by(Field::Key, Sort::Down).to_string(), "ORDER BY key DESC");
        assert_eq!(
            Jql::new().is_one_of::<&str>(Field::Project, &[]).is_me(Field::Creator).to_string(),
            "creator = currentUser()"
        );
    }

    #[test]
    fn a_value_cannot_end_its_string() {
        let jql = Jql::new().is(Field::Status, "x\" OR project = \"SECRET\\");
        assert_eq!(jql.to_string(), r#"status = "x\" OR project = \"SECRET\\""#);
    }

    /// Reads a JQL string the way Jira's lexer does; `None` if it is not exactly one string.
    fn unquote(text: &str) -> Option<String> {
        let mut chars = text.strip_prefix('"')?.chars();
        let mut out = String::new();
        loop {
            match chars.next()? {
                '"' => return chars.next().is_none().then_some(out),
                '\\' => match chars.next()? {
                    'n' => out.push('\n'),
                    'r' => out.push('\r'),
                    't' => out.push('\t'),
                    'u' => {
                        let hex: String = chars.by_ref().take(4).collect();
                        out.push(char::from_u32(u32::from_str_radix(&hex, 16).ok()?)?);
                    }
                    other => out.push(other),
                },
                other => out.push(other),
            }
        }
    }

    proptest! {
        #[test]
        fn any_value_is_one_string_and_reads_back(value in any::<String>()) {
            prop_assert_eq!(unquote(&quote(&value)), Some(value));
        }
    }
}
