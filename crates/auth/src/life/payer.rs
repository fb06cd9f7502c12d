//! Whose quota a call spends from: calls of one app are counted together over all sites and tenants that it serves.

use std::sync::PoisonError;

use bowline_core::grant::Provider;
use bowline_core::port::StoreError;
use bowline_core::{GrantId, SignedDuration, TenantId, Timestamp};

use super::Life;

/// How long it is remembered of which app a grant is. It changes only if a registration is given another client id.
const MEMORY: SignedDuration = SignedDuration::from_mins(10);

/// How many grants are remembered.
const CAPACITY: usize = 10_000;

/// The app of a grant, if it is one that has a quota, and until when that is remembered.
pub(super) type Payer = (Option<String>, Timestamp);

impl Life {
    /// The app that calls with a grant are made by, if Atlassian counts what it does.
    pub async fn payer(&self, tenant: TenantId, id: GrantId) -> Result<Option<String>, StoreError> {
        let now = self.now();
        let known = |payers: &std::collections::HashMap<_, Payer>| {
            payers.get(&(tenant, id)).filter(|(_, until)| *until > now).map(|(payer, _)| payer.clone())
        };
        if let Some(payer) = known(&self.payers.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(payer);
        }
        let payer = self.app_of(tenant, id).await?;
        let mut payers = self.payers.lock().unwrap_or_else(PoisonError::into_inner);
        if payers.len() >= CAPACITY {
            payers.clear();
        }
        payers.insert((tenant, id), (payer.clone(), now.saturating_add(MEMORY).unwrap_or(now)));
        Ok(payer)
    }

    async fn app_of(&self, tenant: TenantId, id: GrantId) -> Result<Option<String>, StoreError> {
        let grants = &self.ports.grants;
        let Some(grant) = grants.grant(tenant, id).await? else { return Ok(None) };
        let client = grants.oauth_client(tenant, grant.client).await?;
        // "Points-based quota" is for Forge, Connect and OAuth 2.0 apps (developer.atlassian.com/cloud/jira/platform/rate-limiting).
        let counts = |provider| {
            matches!(provider, Provider::AtlassianCloud | Provider::AtlassianService | Provider::Forge)
        };
        let client = client.filter(|client| counts(client.provider));
        Ok(client.map(|client| match client.provider {
            // The app of this service, which all tenants share.
            Provider::Forge => format!("forge/{}", client.client_id),
            // A tenant's own registration. Whoever writes another's client id into one must not spend, see or stop what is the
            // other's: client ids are no secrets.
            provider => format!("{tenant}/{}/{}", provider.word(), client.client_id),
        }))
    }
}
