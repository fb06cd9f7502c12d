//! `Console`: what people look at. Every list is bounded and goes on where the last page ended.

use async_trait::async_trait;
use bowline_core::activity::Activity;
use bowline_core::event::InboxRow;
use bowline_core::finding::{Finding, FindingState};
use bowline_core::page::{Page, PageAsk};
use bowline_core::port::{Console, InboxFilter, ShareFilter, StoreError};
use bowline_core::share::{Share, ShareState};
use bowline_core::work::Entity;
use bowline_core::{Code, EventId, FindingId, TenantId};

use crate::Store;
use crate::page::{after, page, size};
use crate::stmt::Plan;
use crate::tables::findings::Place;
use crate::tables::shares::Count;
use crate::tables::{activities, findings, inbox, shares};

/// The most entities shown with one finding.
const ENTITIES: u32 = 1_000;

#[async_trait]
impl Console for Store {
    async fn shares(
        &self,
        tenant: TenantId,
        filter: &ShareFilter,
        ask: &PageAsk,
    ) -> Result<Page<Share>, StoreError> {
        let stmt = shares::list(tenant, filter, after(ask)?, size(ask) + 1);
        let rows = self.list(tenant, stmt).await?.all()?;
        Ok(page(rows, ask, |share: &Share| share.id.to_string()))
    }

    async fn share_counts(&self, tenant: TenantId) -> Result<Vec<(ShareState, i64)>, StoreError> {
        let counts: Vec<Count> = self.list(tenant, shares::counts(tenant)).await?.all()?;
        let count = |state| counts.iter().find(|count| count.0 == state).map_or(0, |count| count.1);
        Ok(ShareState::ALL.into_iter().map(|state| (state, count(state))).collect())
    }

    async fn findings(
        &self,
        tenant: TenantId,
        all: bool,
        ask: &PageAsk,
    ) -> Result<Page<Finding>, StoreError> {
        let stmt = findings::list(tenant, all, after(ask)?, size(ask) + 1);
        let rows = self.list(tenant, stmt).await?.all()?;
        Ok(page(rows, ask, |f: &Finding| {
            Place { open: f.state == FindingState::Open, last_at: f.last_at, id: f.id }.print()
        }))
    }

    async fn finding_counts(&self, tenant: TenantId) -> Result<Vec<(Code, i64)>, StoreError> {
        let counts: Vec<findings::Count> = self.list(tenant, findings::counts(tenant)).await?.all()?;
        Ok(counts.into_iter().map(|findings::Count(code, count)| (code, count)).collect())
    }

    async fn finding(
        &self,
        tenant: TenantId,
        id: FindingId,
    ) -> Result<Option<(Finding, Vec<Entity>)>, StoreError> {
        let stmts = vec![findings::get(tenant, id), findings::entities(tenant, id, ENTITIES)];
        let mut replies = self.read(Plan::of(tenant, stmts)).await?.into_iter();
        let Some(finding) = replies.next().unwrap_or_default().first()? else { return Ok(None) };
        Ok(Some((finding, replies.next().unwrap_or_default().all()?)))
    }

    async fn activity(&self, tenant: TenantId, ask: &PageAsk) -> Result<Page<Activity>, StoreError> {
        let rows = self.list(tenant, activities::list(tenant, after(ask)?, size(ask) + 1)).await?.all()?;
        Ok(page(rows, ask, |line: &Activity| line.id.to_string()))
    }

    async fn inbox(
        &self,
        tenant: TenantId,
        filter: &InboxFilter,
        ask: &PageAsk,
    ) -> Result<Page<InboxRow>, StoreError> {
        let stmt = inbox::list(tenant, filter, after(ask)?, size(ask) + 1);
        let rows = self.list(tenant, stmt).await?.all()?;
        Ok(page(rows, ask, |row: &InboxRow| row.id.to_string()))
    }

    async fn delivery(&self, tenant: TenantId, id: EventId) -> Result<Option<InboxRow>, StoreError> {
        self.ask(tenant, inbox::get(tenant, id)).await?.first()
    }
}
