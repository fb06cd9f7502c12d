//! The figures of a tenant, for the API, its event stream and the live page.

use std::collections::BTreeMap;

use bowline_core::activity::Activity;
use bowline_core::connection::{Connection, Health, Identity, ToolKind};
use bowline_core::page::PageAsk;
use bowline_core::port::{StoreError, WorkDepth};
use bowline_core::{ConnectionId, TenantId};
use serde::Serialize;

use crate::app::App;

/// So many of the newest lines tell the recent delay.
const LINES: u32 = 200;

/// A tenant at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Figures {
    /// How many shares are in each state.
    pub(crate) shares: BTreeMap<&'static str, i64>,
    pub(crate) connections: Vec<Standing>,
    /// How many findings are open, counted up to a thousand.
    pub(crate) findings_open: usize,
    pub(crate) delay: Delay,
    /// How much waits over all tenants; only for callers with `system:read`.
    pub(crate) work: Option<WorkDepth>,
}

/// How a connection stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Standing {
    id: ConnectionId,
    name: String,
    tool: ToolKind,
    health: Health,
    identity: Option<Identity>,
}

/// From the first hint to the write read back, over the newest lines that carried something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Delay {
    pub(crate) p50_us: Option<i64>,
    pub(crate) p95_us: Option<i64>,
    pub(crate) samples: usize,
}

impl Delay {
    /// Nearest-rank percentiles.
    pub(crate) fn of(lines: &[Activity]) -> Self {
        let mut delays: Vec<i64> = lines.iter().filter_map(|line| line.delay_us).collect();
        delays.sort_unstable();
        let rank = |percent: usize| (delays.len() * percent).div_ceil(100).checked_sub(1);
        let at = |percent| rank(percent).and_then(|index| delays.get(index).copied());
        Self { p50_us: at(50), p95_us: at(95), samples: delays.len() }
    }
}

impl From<Connection> for Standing {
    fn from(connection: Connection) -> Self {
        Self {
            id: connection.id,
            name: connection.name,
            tool: connection.tool,
            health: connection.health,
            identity: connection.identity,
        }
    }
}

/// Reads a tenant's figures; with `work`, also how much waits over all tenants.
pub(crate) async fn read(app: &App, tenant: TenantId, work: bool) -> Result<Figures, StoreError> {
    let (console, registry) = (&app.ports.console, &app.ports.registry);
    let page = |limit| PageAsk { after: None, limit };
    let counts = console.share_counts(tenant).await?;
    let connections = registry.connections(tenant).await?;
    let depth = if work { Some(app.ports.work.depth(app.ports.clock.now()).await?) } else { None };
    Ok(Figures {
        shares: counts.into_iter().map(|(state, count)| (state.word(), count)).collect(),
        connections: connections.into_iter().map(Standing::from).collect(),
        findings_open: console.findings(tenant, false, &page(1_000)).await?.items.len(),
        delay: Delay::of(&console.activity(tenant, &page(LINES)).await?.items),
        work: depth,
    })
}

#[cfg(test)]
mod tests {
    use bowline_core::activity::Deed;
    use bowline_core::{EventId, ShareId, Timestamp};
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn line(delay_us: Option<i64>) -> Activity {
        Activity {
            tenant: TenantId::from_uuid(Uuid::nil()),
            id: EventId::from_uuid(Uuid::nil()),
            share: ShareId::from_uuid(Uuid::nil()),
            deed: Deed::Synced,
            target: None,
            left_key: String::new(),
            right_key: String::new(),
            fields: Vec::new(),
            delay_us,
            code: None,
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn without_lines_there_is_no_delay() {
        assert_eq!(Delay::of(&[]), Delay::default());
        assert_eq!(Delay::of(&[line(None)]), Delay::default());
    }

    proptest! {
        #[test]
        fn at_least_that_share_of_lines_was_as_fast(delays in prop::collection::vec(0_i64..1_000, 1..60)) {
            let lines: Vec<Activity> = delays.iter().map(|delay| line(Some(*delay))).collect();
            let told = Delay::of(&lines);
            for (percent, value) in [(50, told.p50_us), (95, told.p95_us)] {
                let value = value.unwrap();
                let within = delays.iter().filter(|delay| **delay <= value).count();
                let below = delays.iter().filter(|delay| **delay < value).count();
                prop_assert!(within * 100 >= delays.len() * percent);
                prop_assert!(below * 100 < delays.len() * percent);
            }
        }
    }
}
