//! Shares and lines of activity, with links to both items.
//!
//! A line of activity knows the keys of its items and no addresses; those are its share's, which is read once for
//! each stream and remembered.

use std::collections::HashMap;

use bowline_core::activity::Activity;
use bowline_core::port::StoreError;
use bowline_core::share::Share;
use bowline_core::{ShareId, Side, TenantId, Timestamp};
use serde::Serialize;

use super::{Names, web};
use crate::app::App;
use crate::live::words::{self, Sign};

/// So many shares are remembered at most.
const MOST: usize = 1_000;

/// Where the ends of shares can be opened.
#[derive(Debug, Default)]
pub(in crate::live) struct Links(HashMap<ShareId, [Key; 2]>);

/// What an item is called, and where it can be opened.
#[derive(Clone, Debug, Default, Serialize)]
struct Key {
    key: Option<String>,
    url: Option<String>,
    tool: Option<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct ShareRow {
    id: String,
    left: Key,
    right: Key,
    profile: Option<String>,
    state: Sign,
    reason: Option<String>,
    at: Timestamp,
}

#[derive(Debug, Serialize)]
pub(super) struct LineRow {
    id: String,
    at: Timestamp,
    deed: Sign,
    left: Key,
    right: Key,
    arrow: &'static str,
    way: &'static str,
    fields: Vec<String>,
    delay: Option<String>,
    code: Option<String>,
}

impl Links {
    /// Learns from shares that were read anyway, and reads those of lines that are not known yet.
    pub(super) async fn learn(
        &mut self,
        (app, tenant): (&App, TenantId),
        names: &Names<'_>,
        shares: &[Share],
        lines: &[Activity],
    ) -> Result<(), StoreError> {
        if self.0.len() > MOST {
            self.0.clear();
        }
        self.0.extend(shares.iter().map(|share| (share.id, keys(share, names))));
        for line in lines {
            // A share whose other end did not exist yet when it was read may have it by now.
            let whole = self.0.get(&line.share).is_some_and(|keys| keys.iter().all(|key| key.key.is_some()));
            if !whole && let Some(found) = app.ports.desk.view(tenant, line.share).await? {
                self.0.insert(line.share, keys(&found.share, names));
            }
        }
        Ok(())
    }

    pub(super) fn line_row(&self, line: Activity) -> LineRow {
        let [mut left, mut right] = self.0.get(&line.share).cloned().unwrap_or_default();
        // The keys as they were then, if they were known then.
        left.key = Some(line.left_key).filter(|key| !key.is_empty()).or(left.key);
        right.key = Some(line.right_key).filter(|key| !key.is_empty()).or(right.key);
        let (arrow, way) = match line.target {
            Some(Side::Right) => ("→", "to"),
            Some(Side::Left) => ("←", "from"),
            None => ("–", "with"),
        };
        LineRow {
            id: line.id.to_string(),
            at: line.at,
            deed: words::deed(line.deed),
            left,
            right,
            arrow,
            way,
            fields: line.fields,
            delay: line.delay_us.map(words::delay),
            code: line.code.map(|code| code.title().to_owned()),
        }
    }
}

impl Names<'_> {
    pub(super) fn share_row(&self, share: &Share) -> ShareRow {
        let [left, right] = keys(share, self);
        ShareRow {
            id: share.id.to_string(),
            left,
            right,
            profile: self.profile(share.profile).map(str::to_owned),
            state: words::share(share.state),
            reason: share.reason.as_ref().map(|code| code.title().to_owned()),
            at: share.updated_at,
        }
    }
}

fn keys(share: &Share, names: &Names<'_>) -> [Key; 2] {
    Side::BOTH.map(|side| {
        let at = share.end(side).at.as_ref();
        Key {
            key: at.map(|at| at.key.clone()),
            url: at.and_then(|at| web(&at.url)),
            tool: names.connection(share.connection(side)).map(|connection| connection.tool.title()),
        }
    })
}
