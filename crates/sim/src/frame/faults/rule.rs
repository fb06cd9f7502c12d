//! One fault rule as the control API takes and shows it: how often it strikes, and what goes wrong.
//!
//! What it matches is in [`super::matching`]. Counting and drawing is next door in [`super::Faults`]; acting is done where the harm belongs (the door for
//! answers, the delivery for webhooks, the worlds for items).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use super::matching::Match;

/// A fault rule: `{"match":{…},"after":0,"times":1,"probability":1.0,"do":{"kind":…}}`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    /// Given by the simulator; ignored when sent.
    #[serde(default)]
    pub(crate) id: u32,
    /// A word for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// What it applies to; everything when absent.
    #[serde(default, rename = "match")]
    pub(crate) matching: Match,
    /// How many matches pass unharmed first.
    #[serde(default)]
    pub(crate) after: u32,
    /// Of the matches after these only each so manieth is harmed; every one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) every: Option<u32>,
    /// Only matches that come too fast are harmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) over: Option<Over>,
    /// How many matches are harmed; `None` is all of them.
    #[serde(default)]
    pub(crate) times: Option<u32>,
    /// How likely each match is harmed.
    #[serde(default = "always")]
    pub(crate) probability: f64,
    /// What goes wrong.
    #[serde(rename = "do")]
    pub(crate) switch: Switch,
    /// How often it has struck; ignored when sent.
    #[serde(default)]
    pub(crate) struck: u32,
}

fn always() -> f64 {
    1.0
}

/// More than so many matches within a time; those that were harmed do not count.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Over {
    /// How many pass unharmed.
    pub(crate) count: usize,
    /// Within so many milliseconds of the simulator's clock.
    pub(crate) per_ms: i64,
}

/// What goes wrong.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Switch {
    /// Answers this status and does nothing.
    Status {
        /// The HTTP status.
        status: u16,
        /// Seconds for a `Retry-After` header.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u32>,
        /// The body: a text is an HTML page, as proxies send it, anything else JSON; the product's own when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Value>,
        /// More headers.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        headers: BTreeMap<String, String>,
    },
    /// Answers 404 as for something the caller has no right to see, and does nothing.
    Hidden,
    /// Answers 200 with an HTML login page and does nothing.
    LoginPage,
    /// Waits this long (real time) before doing anything.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// Does it, then cuts the connection without an answer.
    DoneThenReset,
    /// Does it, then answers this status.
    DoneThenStatus {
        /// The HTTP status.
        status: u16,
    },
    /// Does it, then keeps the answer back for this long (real time): the caller gives up before.
    DoneThenDelay {
        /// Milliseconds.
        ms: u64,
    },
    /// Sends the answer's body in small pieces with a pause (real time) before each.
    SlowBody {
        /// Milliseconds before each piece.
        ms: u64,
        /// How long a piece is; 16 bytes when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bytes: Option<usize>,
    },
    /// Cuts the connection after this many bytes of the answer's body (half of it when absent).
    CutBody {
        /// Bytes of the body that still arrive.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bytes: Option<usize>,
    },
    /// Refuses some elements of a request that is about several, and does the others.
    PartialBulk {
        /// Which, counted from 0; every second one when empty.
        #[serde(default)]
        fail: Vec<usize>,
        /// The refusal's text; a usual one when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// Refuses a write that names this field.
    RejectField {
        /// The field as the API names it.
        field: String,
        /// The refusal's text; a usual one when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// Stores texts other than they were sent.
    Normalise {
        /// Removes white space at both ends.
        #[serde(default)]
        trim: bool,
        /// Turns line ends into CR LF.
        #[serde(default)]
        crlf: bool,
    },
    /// After the next write to an item, before its answer, a person edits that item (see `POST /_sim/edit`).
    EditBeforeReadback {
        /// The edit; its `item` is filled in.
        edit: Value,
    },
    /// Searches see the world as it was this long ago; direct reads see it as it is.
    StaleIndex {
        /// Milliseconds of the simulator's clock.
        lag_ms: i64,
    },
    /// A webhook is lost.
    HookDrop,
    /// A webhook is sent this many times in all.
    HookDuplicate {
        /// How often it is sent.
        #[serde(default = "twice")]
        copies: u32,
    },
    /// A webhook waits this long (the simulator's clock) before it is sent.
    HookDelay {
        /// Milliseconds.
        ms: i64,
    },
    /// Webhooks are held until this many wait, then sent last first.
    HookReorder {
        /// How many are held.
        #[serde(default = "two")]
        hold: usize,
    },
}

fn twice() -> u32 {
    2
}

fn two() -> usize {
    2
}

impl Switch {
    /// Whether it is about webhooks, not about requests.
    pub(super) fn is_of_hooks(&self) -> bool {
        matches!(
            self,
            Self::HookDrop | Self::HookDuplicate { .. } | Self::HookDelay { .. } | Self::HookReorder { .. }
        )
    }

    /// How often it strikes unless the rule says otherwise.
    pub(super) fn usual_times(&self) -> Option<u32> {
        match self {
            // A person edits once; an edit after every write would never end a read-back.
            Self::EditBeforeReadback { .. } => Some(1),
            _ => None,
        }
    }
}
