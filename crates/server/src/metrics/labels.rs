//! The labels of metrics. Every value comes from a short list of ours.

use bowline_core::Side;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use std::fmt::{self, Write as _};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Build {
    pub(super) version: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Answer {
    pub(super) route: String,
    pub(super) method: &'static str,
    pub(super) code: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Route {
    pub(super) route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Received {
    pub(super) source: &'static str,
    pub(super) result: Intake,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Waiting {
    pub(super) lane: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Queue {
    pub(super) queue: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Change {
    pub(super) direction: &'static str,
    pub(super) entity: &'static str,
    pub(super) result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Direction {
    pub(super) direction: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Cause {
    pub(super) cause: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Upstream {
    pub(super) vendor: &'static str,
    pub(super) operation: &'static str,
    pub(super) code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Vendor {
    pub(super) vendor: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Renewal {
    pub(super) outcome: String,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Intake {
    /// There is work now; a delivery that came before counts too.
    Accepted,
    /// It concerns nothing that syncs.
    Ignored,
    /// It was parked.
    Quarantined,
    /// It was not authentic, or its body could not be read.
    Rejected,
    /// There were too many at once.
    Shed,
    /// The database did not answer.
    Failed,
}

impl EncodeLabelValue for Intake {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        encoder.write_str(match self {
            Self::Accepted => "accepted",
            Self::Ignored => "ignored",
            Self::Quarantined => "quarantined",
            Self::Rejected => "rejected",
            Self::Shed => "shed",
            Self::Failed => "failed",
        })
    }
}

/// Which way something went, by the side it was done to.
pub(super) const fn direction(target: Option<Side>) -> &'static str {
    match target {
        Some(Side::Right) => "left_to_right",
        Some(Side::Left) => "right_to_left",
        None => "none",
    }
}
