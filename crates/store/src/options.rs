//! Which database to open, and how widely. Plain values: reading them from a file is the binary's business.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::Error;

/// Which database, and how many connections to it.
#[derive(Clone)]
pub struct Options {
    /// `sqlite::memory:`, `sqlite:PATH` (also `sqlite://PATH`), or `postgres://USER:PASSWORD@HOST/DATABASE`.
    pub url: String,
    /// PostgreSQL: another login, allowed to make roles and tables, for migrations alone.
    pub migrate_url: Option<String>,
    /// How many connections read at once; the in-memory database has one for everything.
    pub readers: u32,
    /// PostgreSQL: how many connections write at once, half of them under claims; at least one of each. The fewer
    /// they are, the more commits share a transaction. SQLite has one writer.
    pub writers: u32,
    /// How long a caller waits for a free connection or for another's lock before it is told `Unavailable`.
    pub patience: Duration,
}

impl Options {
    /// A database with the usual widths.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), migrate_url: None, readers: 3, writers: 2, patience: Duration::from_secs(5) }
    }
}

/// Never shows a URL: it may hold a password.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("url", &Place::of(&self.url))
            .field("migrate_url", &self.migrate_url.as_ref().map(|_| "…"))
            .field("readers", &self.readers)
            .field("writers", &self.writers)
            .field("patience", &self.patience)
            .finish()
    }
}

/// What a URL points at.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Memory,
    File(PathBuf),
    Postgres,
}

impl Place {
    pub(crate) fn of(url: &str) -> Result<Self, Error> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres);
        }
        let Some(rest) = url.strip_prefix("sqlite:") else {
            return Err(Error::BadUrl("it starts neither with `sqlite:` nor with `postgres://`"));
        };
        match rest.strip_prefix("//").unwrap_or(rest) {
            ":memory:" => Ok(Self::Memory),
            "" => Err(Error::BadUrl("`sqlite:` is not followed by a path")),
            path => Ok(Self::File(PathBuf::from(path))),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn urls_are_told_apart() {
        for (url, place) in [
            ("sqlite::memory:", Place::Memory),
            ("sqlite:/var/lib/bowline/db", Place::File("/var/lib/bowline/db".into())),
            ("sqlite:///var/lib/bowline/db", Place::File("/var/lib/bowline/db".into())),
            ("sqlite:db", Place::File("db".into())),
            ("postgres://a@b/c", Place::Postgres),
            ("postgresql://a@b/c", Place::Postgres),
        ] {
            assert_eq!(Place::of(url).unwrap(), place, "{url}");
        }
        for url in ["", "sqlite:", "mysql://a@b/c", "/var/lib/bowline/db"] {
            assert!(matches!(Place::of(url), Err(Error::BadUrl(_))), "{url}");
        }
    }

    proptest! {
        #[test]
        fn neither_debug_nor_an_error_shows_the_password(password in "[a-zA-Z0-9]{12,20}") {
            let mut options = Options::new(format!("postgres://app:{password}@db/bowline"));
            options.migrate_url = Some(format!("postgres://owner:{password}@db/bowline"));
            let shown = format!("{options:?}");
            prop_assert!(!shown.contains(&password));
            let error = Place::of(&format!("mysql://app:{password}@db/bowline")).unwrap_err();
            let shown = format!("{error} {error:?}");
            prop_assert!(!shown.contains(&password));
        }
    }
}
