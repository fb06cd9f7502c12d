//! One line of activity as the API shows it: ids, keys, field names and times; never content.

use bowline_core::activity::{Activity, Deed};
use bowline_core::{Code, EventId, ShareId, Side, Timestamp};
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct Line {
    id: EventId,
    at: Timestamp,
    share: ShareId,
    deed: Deed,
    /// The side it was done to.
    target: Option<Side>,
    left_key: String,
    right_key: String,
    fields: Vec<String>,
    /// From the first hint received to the write read back, in microseconds.
    delay_us: Option<i64>,
    code: Option<Code>,
}

impl From<Activity> for Line {
    fn from(line: Activity) -> Self {
        Self {
            id: line.id,
            at: line.at,
            share: line.share,
            deed: line.deed,
            target: line.target,
            left_key: line.left_key,
            right_key: line.right_key,
            fields: line.fields,
            delay_us: line.delay_us,
            code: line.code,
        }
    }
}
