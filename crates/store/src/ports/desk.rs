//! `Desk`: what a worker reads.

use std::collections::BTreeSet;

use async_trait::async_trait;
use bowline_core::event::InboxRow;
use bowline_core::port::{Desk, ShareView, StoreError};
use bowline_core::profile::Profile;
use bowline_core::share::Share;
use bowline_core::work::Entity;
use bowline_core::{ConnectionId, ShareId, Side, TenantId, Timestamp};

use crate::Store;
use crate::stmt::Plan;
use crate::tables::{commands, comment_pairs, connections, inbox, profiles, shares, watermarks};

#[async_trait]
impl Desk for Store {
    async fn view(&self, tenant: TenantId, share: ShareId) -> Result<Option<ShareView>, StoreError> {
        let stmts = vec![
            shares::get(tenant, share),
            inbox::pending(tenant, &Entity::Share(share)),
            commands::sending(tenant, share),
            comment_pairs::of_share(tenant, share),
            profiles::of_share(tenant, share),
            connections::of_share(tenant, share, Side::Left),
            connections::of_share(tenant, share, Side::Right),
        ];
        let mut replies = self.read(Plan::of(tenant, stmts)).await?.into_iter();
        let mut reply = || replies.next().unwrap_or_default();
        let Some(share) = reply().first()? else { return Ok(None) };
        Ok(Some(ShareView {
            share,
            inbox: reply().all()?,
            sending: reply().all()?,
            pairs: reply().all()?,
            profile: reply().first()?,
            connections: (reply().first()?, reply().first()?),
        }))
    }

    async fn shares_of(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        items: &[String],
    ) -> Result<Vec<Share>, StoreError> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let replies = self.read(Plan::of(tenant, shares::of_items(tenant, connection, items))).await?;
        let mut found: Vec<Share> = Vec::new();
        for reply in replies {
            found.extend(reply.all()?);
        }
        let mut met = BTreeSet::new();
        found.retain(|share| met.insert(share.id));
        found.sort_by_key(|share| share.id);
        Ok(found)
    }

    async fn share_of_comment(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
        comment: &str,
    ) -> Result<Option<ShareId>, StoreError> {
        self.ask(tenant, comment_pairs::shares_of(tenant, connection, comment)).await?.first()
    }

    async fn pending(&self, tenant: TenantId, entity: &Entity) -> Result<Vec<InboxRow>, StoreError> {
        self.ask(tenant, inbox::pending(tenant, entity)).await?.all()
    }

    async fn watermark(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.ask(tenant, watermarks::get(tenant, connection)).await?.first()
    }

    async fn profiles_of(
        &self,
        tenant: TenantId,
        connection: ConnectionId,
    ) -> Result<Vec<Profile>, StoreError> {
        self.ask(tenant, profiles::active_of(tenant, connection)).await?.all()
    }
}
