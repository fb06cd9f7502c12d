//! Nobody else is there: no tool, no provider, no worker.

use super::*;

pub(super) struct Silent;

#[async_trait]
impl Outbound for Silent {
    async fn send(&self, _: &Connection, _: OutboundCall) -> Result<OutboundAnswer, Failure> {
        Err(Failure::park(code::NET_UNREACHABLE))
    }
}

#[async_trait]
impl Exchange for Silent {
    async fn exchange(&self, _: ExchangeCall) -> Exchanged {
        Exchanged::Unsent(Failure::park(code::NET_UNREACHABLE))
    }
}

#[async_trait]
impl Bell for Silent {
    async fn ring(&self, _: Lane) {}

    async fn heard(&self) {
        std::future::pending().await
    }
}

#[async_trait]
impl Limits for Silent {
    async fn limits(&self, _: &Connection) -> LimitsLeft {
        LimitsLeft::default()
    }

    fn overall(&self) -> LimitsOverall {
        LimitsOverall::default()
    }
}
