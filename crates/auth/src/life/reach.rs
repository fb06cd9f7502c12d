//! Whether a consent still reaches the site that a connection is about.
//!
//! A person who loses a site, or an app that is taken off it, is refused by Atlassian's gateway with 403 or 404, as is a call
//! that only this person may not make. What the consent reaches is told by `accessible-resources` ("OAuth 2.0 (3LO) apps").

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bowline_core::connection::Connection;
use bowline_core::grant::Provider;
use bowline_core::{GrantId, SignedDuration, TenantId, Timestamp};

use super::Life;

/// For how long it is not asked again. A refusal that is about an item must not cost a call each time.
const ASKED: SignedDuration = SignedDuration::from_mins(1);
/// How many grants are remembered. Above it all are forgotten.
const CAPACITY: usize = 10_000;

/// A grant and a site.
type Key = (TenantId, GrantId, String);

/// Which sites were reached, and when that was found out. That one is out of reach is not remembered: somebody is mending it.
#[derive(Default)]
pub(super) struct Reached(Mutex<HashMap<Key, Timestamp>>);

impl Reached {
    fn lately(&self, key: &Key, now: Timestamp) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).is_some_and(|at| now.duration_since(*at) < ASKED)
    }

    fn keep(&self, key: Key, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= CAPACITY {
            known.clear();
        }
        known.insert(key, now);
    }
}

impl Life {
    /// Who gave the consent, if it does not reach the site of the connection any more. `None` if it does, if the connection
    /// is not at Atlassian's gateway, and if it cannot be found out.
    pub(crate) async fn lost(&self, connection: &Connection, grant: GrantId) -> Option<String> {
        let gateway = format!("{}/ex/jira/", self.options.cloud_api);
        let site = connection.base_url.strip_prefix(&gateway)?.to_owned();
        let (key, now) = ((connection.tenant, grant, site.clone()), self.now());
        if self.reached.lately(&key, now) {
            return None;
        }
        let grant = self.grant(connection.tenant, grant).await.ok()?;
        let client = self.ports.grants.oauth_client(grant.tenant, grant.client).await.ok()??;
        if !matches!(client.provider, Provider::AtlassianCloud | Provider::AtlassianService) {
            return None;
        }
        let tokens = self.tokens(&grant).await.ok()??;
        let sites = self.sites(&client, &tokens).await.ok()?;
        if sites.iter().any(|known| known.id == site) {
            self.reached.keep(key, now);
            return None;
        }
        Some(grant.subject.map_or_else(|| "The account".to_owned(), |who| who.name))
    }
}
