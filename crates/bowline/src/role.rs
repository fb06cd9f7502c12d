//! Which parts of the service one process plays.

use clap::ValueEnum;

/// A part of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Everything.
    All,
    /// API, live page and webhook intake.
    Api,
    /// Webhook intake; the same listener as `api`.
    Intake,
    /// Looks at items.
    Worker,
    /// Regular jobs; in this release part of `worker`.
    Scheduler,
    /// Holds the key-encryption key and wraps and unwraps for the others; plays no other part.
    Encryptor,
}

/// The parts that one process plays.
#[derive(Clone, Debug)]
pub(crate) struct Roles(Vec<Role>);

impl Roles {
    /// Everything.
    pub(crate) fn all() -> Self {
        Self(vec![Role::All])
    }

    /// The roles given; everything if none are.
    pub(crate) fn of(roles: &[Role]) -> Self {
        if roles.is_empty() { Self::all() } else { Self(roles.to_vec()) }
    }

    /// Whether this process is the encryptor; an error if it is to be something else as well.
    pub(crate) fn encryptor(&self) -> Result<bool, &'static str> {
        let encryptor = self.0.contains(&Role::Encryptor);
        if encryptor && self.0.iter().any(|role| *role != Role::Encryptor) {
            return Err("the encryptor is a process of its own: give `--role encryptor` alone");
        }
        Ok(encryptor)
    }

    /// Whether work is done here.
    pub(crate) fn worker(&self) -> bool {
        self.0.iter().any(|role| matches!(role, Role::All | Role::Worker | Role::Scheduler))
    }
}
