//! How webhooks are sent: in order or several at once, at once or late, once or twice, and how large they may be.
//!
//! In order and at once is the default, so that a test knows what comes next. What Atlassian does is in
//! [`Pace::as_in_life`], from "Webhooks" (developer.atlassian.com/cloud/jira/platform/webhooks).

use std::time::Duration;

use serde::Deserialize;

/// Which of the two flows a webhook goes by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Flow {
    /// What somebody did.
    #[default]
    Primary,
    /// What followed from it: the comments of a deleted issue.
    Secondary,
}

/// One value for each flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Each<T> {
    primary: T,
    secondary: T,
}

impl<T: Copy> Each<T> {
    /// The value of a flow.
    pub(crate) fn of(self, flow: Flow) -> T {
        match flow {
            Flow::Primary => self.primary,
            Flow::Secondary => self.secondary,
        }
    }
}

/// How webhooks are sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// How many are under way to one host; one after the other, whatever their flow, when `None`.
    pub(crate) at_once: Option<Each<usize>>,
    /// How late each may be, by the simulator's clock.
    pub(crate) late_ms: Each<i64>,
    /// How probably one that was answered well is sent again, because the answer was lost.
    pub(crate) twice: f64,
    /// How long the receiver may take, by the simulator's clock.
    pub(crate) timeout_ms: i64,
    /// Larger ones are not sent.
    pub(crate) max_bytes: Option<usize>,
}

impl Pace {
    /// In order, at once, once.
    pub(super) fn orderly(timeout: Duration) -> Self {
        Self {
            at_once: None,
            late_ms: Each { primary: 0, secondary: 0 },
            twice: 0.0,
            timeout_ms: i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX),
            max_bytes: None,
        }
    }

    /// Twenty and ten at once for each host; Atlassian's goals are 30 seconds and 15 minutes.
    fn as_in_life(self) -> Self {
        Self {
            at_once: Some(Each { primary: 20, secondary: 10 }),
            late_ms: Each { primary: 30_000, secondary: 900_000 },
            ..self
        }
    }
}

/// A change of it: `true` is as in life, `false` in order; of single members what is not named stays.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Change {
    AsInLife(bool),
    Some(Members),
}

/// Single members.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Members {
    #[serde(default)]
    at_once: Option<Each<usize>>,
    #[serde(default)]
    late_ms: Option<Each<i64>>,
    #[serde(default)]
    twice: Option<f64>,
    #[serde(default)]
    timeout_ms: Option<i64>,
    #[serde(default)]
    max_bytes: Option<usize>,
}

impl Change {
    pub(super) fn apply(self, pace: Pace) -> Pace {
        match self {
            Self::AsInLife(true) => pace.as_in_life(),
            Self::AsInLife(false) => {
                let orderly = Pace::orderly(Duration::ZERO);
                Pace { timeout_ms: pace.timeout_ms, max_bytes: pace.max_bytes, ..orderly }
            }
            Self::Some(members) => Pace {
                at_once: members.at_once.or(pace.at_once),
                late_ms: members.late_ms.unwrap_or(pace.late_ms),
                twice: members.twice.unwrap_or(pace.twice),
                timeout_ms: members.timeout_ms.unwrap_or(pace.timeout_ms),
                max_bytes: members.max_bytes.or(pace.max_bytes),
            },
        }
    }
}
