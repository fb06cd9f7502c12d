//! What a row's document says: everything of an installation but its secrets.

use bowline_connect::installation::{ClientKey, Installation, Previous, Product, Scheme, State, StoreError};
use bowline_core::Timestamp;
use bowline_core::installation;
use serde::{Deserialize, Serialize};

use super::secrets::Opened;

/// The document. Members are never renamed: rows of older releases have to be read.
#[derive(Serialize, Deserialize)]
struct Document {
    product: Product,
    base_url: String,
    display_url: Option<String>,
    state: State,
    scheme: Scheme,
    oauth_client_id: Option<String>,
    forge_installation: Option<String>,
    entitlement_id: Option<String>,
    installed_at: Timestamp,
    changed_at: Timestamp,
    /// When the present secret took the place of the one before, as long as that is kept.
    replaced_at: Option<Timestamp>,
}

/// The document of nobody: as long as most.
const NOBODYS: &str = r#"{"product":"jira","base_url":"https://nobody-at-all.atlassian.net","display_url":null,"state":"enabled","scheme":"signed","oauth_client_id":"eyJhbGciOiJub2JvZHkgYXQgYWxsIn0","forge_installation":null,"entitlement_id":null,"installed_at":"2026-01-01T00:00:00.000001Z","changed_at":"2026-01-01T00:00:00.000001Z","replaced_at":null}"#;

/// Reads it, which takes as long as reading another.
pub(super) fn read_nobodys() -> Result<(), StoreError> {
    parse_text(NOBODYS).map(|_| ())
}

fn parse(row: &installation::Installation) -> Result<Document, StoreError> {
    parse_text(&row.document)
}

fn parse_text(text: &str) -> Result<Document, StoreError> {
    let unreadable = |_| StoreError("the document of an installation cannot be read".to_owned());
    serde_json::from_str(text).map_err(unreadable)
}

fn print(document: &Document) -> Result<String, StoreError> {
    let unfit = |_| StoreError("the document of an installation cannot be written".to_owned());
    serde_json::to_string(document).map_err(unfit)
}

/// The document of an installation.
pub(super) fn write(it: &Installation) -> Result<String, StoreError> {
    print(&Document {
        product: it.product,
        base_url: it.base_url.clone(),
        display_url: it.display_url.clone(),
        state: it.state,
        scheme: it.scheme,
        oauth_client_id: it.oauth_client_id.clone(),
        forge_installation: it.forge_installation.clone(),
        entitlement_id: it.entitlement_id.clone(),
        installed_at: it.installed_at,
        changed_at: it.changed_at,
        replaced_at: it.previous.as_ref().map(|previous| previous.since),
    })
}

/// The document of a row once its replaced secret is wiped.
pub(super) fn without_previous(row: &installation::Installation) -> Result<String, StoreError> {
    print(&Document { replaced_at: None, ..parse(row)? })
}

/// The installation of a row and what was opened of it.
pub(super) fn read(
    row: &installation::Installation,
    Opened { secret, previous }: Opened,
) -> Result<Installation, StoreError> {
    let it = parse(row)?;
    let client_key = ClientKey::parse(&row.client_key)
        .ok_or_else(|| StoreError("the client key of an installation cannot be read".to_owned()))?;
    let previous = previous.zip(row.previous).map(|(secret, replaced)| Previous {
        secret,
        since: it.replaced_at.unwrap_or(it.changed_at),
        until: replaced.until,
    });
    Ok(Installation {
        client_key,
        product: it.product,
        base_url: it.base_url,
        display_url: it.display_url,
        secret,
        previous,
        state: it.state,
        scheme: it.scheme,
        oauth_client_id: it.oauth_client_id,
        forge_installation: it.forge_installation,
        entitlement_id: it.entitlement_id,
        installed_at: it.installed_at,
        changed_at: it.changed_at,
    })
}
