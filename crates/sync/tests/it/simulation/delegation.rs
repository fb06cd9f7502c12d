//! What one person of a history allows: the left connection may write as Bob.

use bowline_core::code::AUTH_REJECTED;
use bowline_core::commit::Change;
use bowline_core::connection::{Connection, Identity};
use bowline_core::delegation::{Delegation, Refused};
use bowline_core::grant::{Grant, GrantState, OauthClient, Provider};
use bowline_core::id::{GrantId, OauthClientId, SecretId};
use bowline_core::{SignedDuration, Timestamp};

use super::dice::Dice;

/// Bob's consent, with the registration and the grant that it stands on.
pub(crate) fn of_bob(connection: &Connection, at: Timestamp, dice: &Dice) -> Vec<Change> {
    let client = OauthClient {
        tenant: connection.tenant,
        id: OauthClientId::new(at, dice),
        name: "app".into(),
        provider: Provider::AtlassianCloud,
        issuer: "https://auth.example".into(),
        api_url: None,
        client_id: "app".into(),
        secret: SecretId::new(at, dice),
        scopes: Vec::new(),
        revision: 0,
        created_at: at,
    };
    let grant = grant(&client, at, dice);
    let delegation = Delegation {
        tenant: connection.tenant,
        connection: connection.id,
        person: "bob".into(),
        grant: grant.id,
        site: connection.browse_url.clone(),
        base_url: None,
        since: at,
        consented_at: at,
        refused: Some(passed(at)),
    };
    vec![
        Change::PutOauthClient(Box::new(client)),
        Change::PutGrant(Box::new(grant)),
        Change::PutDelegation(Box::new(delegation)),
    ]
}

/// Long ago his tokens were refused for a while.
fn passed(at: Timestamp) -> Refused {
    let ago = |hours| at - SignedDuration::from_hours(hours);
    Refused { code: AUTH_REJECTED, at: ago(9), until: Some(ago(5)), times: 1 }
}

fn grant(client: &OauthClient, at: Timestamp, dice: &Dice) -> Grant {
    Grant {
        tenant: client.tenant,
        id: GrantId::new(at, dice),
        client: client.id,
        subject: Some(Identity { id: "bob".into(), name: "Bob".into() }),
        redirect_uri: None,
        scopes: Vec::new(),
        state: GrantState::Active,
        reason: None,
        words: None,
        since: at,
        secret: Some(SecretId::new(at, dice)),
        version: 1,
        consented_at: Some(at),
        rotated_at: None,
        used_at: None,
        access_until: at.checked_add(SignedDuration::from_hours(1)).ok(),
        idle_until: None,
        ends_at: None,
        attempt: None,
        fails: 0,
        retry_at: None,
        warned: None,
        personal: false,
        revision: 0,
        created_at: at,
    }
}
