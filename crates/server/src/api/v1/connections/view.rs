//! A connection as the API shows it: everything but secrets and what stands for them.

use std::collections::BTreeMap;

use bowline_core::connection::{Connection, Health, Identity, SignIn, ToolKind};
use bowline_core::{ConnectionId, Timestamp};
use serde::Serialize;

use super::layers::{GatewayView, TransportView};

#[derive(Serialize)]
pub(crate) struct View {
    id: ConnectionId,
    name: String,
    tool: ToolKind,
    base_url: String,
    browse_url: String,
    transport: TransportView,
    gateway: Option<GatewayView>,
    sign_in: SignIn,
    health: Health,
    identity: Option<Identity>,
    intake: Intake,
    settings: BTreeMap<String, String>,
    revision: i64,
    created_at: Timestamp,
}

/// What deliveries have to prove beside the token in the path.
#[derive(Serialize)]
struct Intake {
    /// Whether their bodies must be signed.
    signed: bool,
    /// The header that must hold a token.
    header: Option<String>,
}

impl From<Connection> for View {
    fn from(connection: Connection) -> Self {
        let transport = TransportView::of(&connection);
        Self {
            id: connection.id,
            name: connection.name,
            tool: connection.tool,
            base_url: connection.base_url,
            browse_url: connection.browse_url,
            transport,
            gateway: connection.gateway.map(GatewayView::from),
            sign_in: connection.sign_in,
            health: connection.health,
            identity: connection.identity,
            intake: Intake { signed: connection.intake.hmac.is_some(), header: connection.intake.header },
            settings: connection.settings,
            revision: connection.revision,
            created_at: connection.created_at,
        }
    }
}
