//! How a command ends: with an exit code that scripts can tell apart, a cause and a next step.

use std::fmt;
use std::process::ExitCode;

use serde_json::{Value, json};

/// What an exit code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It failed.
    Failure = 1,
    /// The command line is wrong, or `doctor` found something.
    Usage = 2,
    /// Not signed in, or not allowed.
    Auth = 3,
    /// No such thing.
    NotFound = 4,
    /// Something stands in the way.
    Conflict = 5,
    /// Told to wait.
    RateLimited = 6,
    /// The service does not answer.
    Unavailable = 7,
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) exit: Exit,
    pub(crate) code: Option<String>,
    pub(crate) message: String,
    pub(crate) remedy: Option<String>,
}

/// What commands give back.
pub(crate) type Done = Result<(), Failed>;

impl Failed {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, code: None, message: message.into(), remedy: None }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// The same, with what to do next.
    #[must_use]
    pub(crate) fn next(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// As JSON, for `--json`.
    pub(crate) fn to_json(&self) -> Value {
        json!({"error": {"code": self.code, "message": self.message, "remedy": self.remedy, "exit": self.exit as u8}})
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.exit as u8)
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        if let Some(code) = &self.code {
            write!(f, " [{code}]")?;
        }
        match &self.remedy {
            Some(remedy) => write!(f, "\n  next: {remedy}"),
            None => Ok(()),
        }
    }
}

impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Self {
        let mut failed = Self::new(Exit::Failure, format!("{error:#}"));
        // Of the keys that the start needs, the registry of codes says more.
        let keys = error.chain().find_map(|cause| cause.downcast_ref::<bowline_auth::Error>());
        if let Some(code) = keys.and_then(bowline_auth::Error::code) {
            failed.code = Some(code.as_str().to_owned());
            failed.remedy = code.find().map(|entry| entry.remedy.to_owned());
        }
        failed
    }
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Self::new(Exit::Failure, error.to_string())
    }
}
