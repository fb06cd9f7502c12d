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

    /// Whether work is done here.
    pub(crate) fn worker(&self) -> bool {
        self.0.iter().any(|role| matches!(role, Role::All | Role::Worker | Role::Scheduler))
    }
}
