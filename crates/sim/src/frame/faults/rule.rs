//! One fault rule as the control API takes and shows it: what it matches, how often, and what goes wrong.
//!
//! Counting and drawing is next door in [`super::Faults`]; acting is done where the harm belongs (the door for
//! answers, the delivery for webhooks, the worlds for items).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::frame::glob;

/// A fault rule: `{"match":{…},"after":0,"times":1,"probability":1.0,"do":{"kind":…}}`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    /// Given by the simulator; ignored when sent.
    #[serde(default)]
    pub(crate) id: u32,
    /// What it applies to; everything when absent.
    #[serde(default, rename = "match")]
    pub(crate) matching: Match,
    /// How many matches pass unharmed first.
    #[serde(default)]
    pub(crate) after: u32,
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

/// What a rule applies to. Absent members match everything; `*` and `**` as in [`glob`].
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Match {
    /// An HTTP method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    /// A path without its query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// A webhook's event name (Jira) or `ResourceType.Modification` (Targetprocess).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) event: Option<String>,
    /// An item's id or key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) item: Option<String>,
}

impl Match {
    pub(super) fn takes_request(&self, method: &str, path: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.path.as_deref().is_none_or(|pattern| glob::matches(pattern, path))
    }

    pub(super) fn takes_event(&self, event: &str) -> bool {
        self.event.as_deref().is_none_or(|pattern| glob::matches(pattern, event))
    }

    pub(super) fn takes_item(&self, names: &[&str]) -> bool {
        self.item.as_deref().is_none_or(|wanted| names.contains(&wanted))
    }
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
        #[serde(default)]
        retry_after: Option<u32>,
    },
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
    /// Cuts the connection after this many bytes of the answer's body (half of it when absent).
    CutBody {
        /// Bytes of the body that still arrive.
        #[serde(default)]
        bytes: Option<usize>,
    },
    /// Refuses a write that names this field.
    RejectField {
        /// The field as the API names it.
        field: String,
        /// The refusal's text; a usual one when absent.
        #[serde(default)]
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
    /// How often it strikes unless the rule says otherwise.
    pub(super) fn usual_times(&self) -> Option<u32> {
        match self {
            // A person edits once; an edit after every write would never end a read-back.
            Self::EditBeforeReadback { .. } => Some(1),
            _ => None,
        }
    }
}
