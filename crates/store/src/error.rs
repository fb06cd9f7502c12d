//! Why a store does not open, and what is told about a database's refusal.
//!
//! Nothing here can hold a password, a row or a parameter: databases like to quote all three, so their errors are
//! reduced to a [`Fault`] where they enter.

use std::fmt;
use std::sync::Arc;

use bowline_core::port::StoreError;
use bowline_core::{Code, code};

/// Why a store does not open.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The URL names no database that this build can use. The URL itself is not shown: it may hold a password.
    #[error("the database URL is not usable: {0}")]
    BadUrl(&'static str),
    /// The database belongs to a newer release: its schema has a migration this release does not know.
    #[error("the database has migration {found}, but this release knows only {known}")]
    TooNew {
        /// The newest migration in the database.
        found: i64,
        /// The newest migration of this release.
        known: i64,
    },
    /// Row-level security would not hold; every reason is one sentence.
    #[error("tenants are not kept apart: {}", .0.join("; "))]
    Unguarded(Vec<String>),
    /// The database cannot be reached, or refused.
    #[error("the database does not answer: {0}")]
    Unavailable(#[source] Fault),
}

impl Error {
    /// The code to look up with `bowline explain`.
    pub fn code(&self) -> Code {
        match self {
            Self::TooNew { .. } => code::STORE_TOO_NEW,
            Self::BadUrl(_) => code::CONFIG_BAD_VALUE,
            Self::Unguarded(_) => Code::stored("store.unguarded".to_owned()),
            Self::Unavailable(_) => code::STORE_UNAVAILABLE,
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Unavailable(fault)
    }
}

/// What a database said, without anything it quoted.
#[derive(Clone, Debug)]
pub struct Fault {
    text: String,
    pub(crate) kind: FaultKind,
    /// Whether the database said so itself: then what it was asked for is not done.
    told: bool,
}

/// What a database's refusal means for the plan that met it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// A unique rule stands in the way.
    Unique,
    /// A reference points nowhere, or still points here.
    Foreign,
    /// Two transactions met; the same thing again may work.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "SQLite has one writer"))]
    Collision,
    /// The connection is gone, without a word.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "SQLite has no connection to lose"))]
    Broken,
    /// The server says that it ends the session: nothing of its transaction is durable.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "SQLite has no connection to lose"))]
    Ended,
    /// Somebody else held what was needed for too long; what needs something else may go through.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "SQLite has one writer"))]
    Stalled,
    /// The database cannot do anything now: locked by somebody, full, out of reach.
    Down,
    /// Anything else: something about what was asked.
    Other,
}

impl Fault {
    pub(crate) fn new(kind: FaultKind, text: impl Into<String>) -> Self {
        Self { text: text.into(), kind, told: false }
    }

    /// Whether the database refused, and not something on the way to it.
    #[cfg(feature = "postgres")]
    pub(crate) const fn is_told(&self) -> bool {
        self.told
    }

    /// Nothing was heard for so long that nothing more is expected.
    #[cfg(feature = "postgres")]
    pub(crate) fn silent() -> Self {
        Self::new(FaultKind::Down, "the database did not answer in time")
    }

    /// The same, and nothing can be done about it now.
    #[cfg(feature = "postgres")]
    pub(crate) fn down(mut self) -> Self {
        self.kind = FaultKind::Down;
        self
    }

    /// The store itself is shut.
    pub(crate) fn closed() -> Self {
        Self::new(FaultKind::Down, "the store was closed")
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Fault {}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        Self::Unavailable(Arc::new(fault))
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{ErrorCode, ffi};
        let rusqlite::Error::SqliteFailure(failure, _) = &error else {
            // The other variants are about our own use of the library; none of them quotes a value.
            return Self::new(FaultKind::Other, error.to_string());
        };
        let kind = match failure.extended_code {
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => FaultKind::Unique,
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => FaultKind::Foreign,
            _ => match failure.code {
                ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig => {
                    FaultKind::Other
                }
                // Busy, full, unreadable, out of memory: it would meet any plan.
                _ => FaultKind::Down,
            },
        };
        Self::new(kind, format!("SQLite {}: {failure}", failure.extended_code))
    }
}

#[cfg(feature = "postgres")]
impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(told) = error.as_db_error() {
            return Self { told: true, ..Self::from_postgres(told.code().code(), told.message()) };
        }
        if error.is_closed() {
            return Self::new(FaultKind::Broken, "connection: closed");
        }
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            if inner.is::<rustls::Error>() {
                return Self::new(FaultKind::Other, "TLS could not be agreed on");
            }
            if let Some(io) = inner.downcast_ref::<std::io::Error>() {
                // An error of TLS is wrapped in one of input and output.
                let tls = io.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
                let text = if tls {
                    "TLS could not be agreed on".to_owned()
                } else {
                    format!("connection: {}", io.kind())
                };
                return Self::new(if tls { FaultKind::Other } else { FaultKind::Broken }, text);
            }
            cause = inner.source();
        }
        // The driver's other errors are about a value, the settings, or words it did not expect; it may quote them.
        Self::new(
            FaultKind::Other,
            "the driver could not read or write a value, or does not understand the server",
        )
    }
}

#[cfg(feature = "postgres")]
impl Fault {
    /// Keeps the SQLSTATE and the primary message; detail, hint and context quote rows and parameters.
    fn from_postgres(state: &str, message: &str) -> Self {
        let kind = match state {
            "23505" => FaultKind::Unique,
            "23503" => FaultKind::Foreign,
            "40001" | "40P01" => FaultKind::Collision,
            // The server is told to stop, or this session is.
            "57P01" | "57P02" | "57P03" => FaultKind::Ended,
            // Waited too long for a lock, or for the statement.
            "55P03" | "57014" => FaultKind::Stalled,
            // Out of connections, memory or disk.
            state if state.starts_with("53") => FaultKind::Down,
            _ => FaultKind::Other,
        };
        // Class 22 (bad data) and 23 (constraints) messages may quote a value; the state says enough.
        if state.starts_with("22") || state.starts_with("23") {
            return Self::new(kind, format!("PostgreSQL {state}"));
        }
        Self::new(kind, format!("PostgreSQL {state}: {}", message))
    }
}
