//! Names of people at Atlassian's cloud: reported in time, read anew or erased as Atlassian says.
//!
//! Atlassian's "User privacy guide for app developers" (developer.atlassian.com/cloud/jira/platform/user-privacy-developer-guide):
//! an app that keeps personal data asks `report-accounts` about each account, with the time at which the data was read, 90 accounts a
//! call at most, once in every cycle of seven days; the answer names accounts that are `closed` (erase) and `updated` (read anew or
//! erase), and is empty (204) if there are none. What we keep is the display name of whoever consented, with their grant and
//! with the connections that sign in by it. A name about which nobody could be asked in time is erased as well: without the scope
//! `report:personal-data` no name is kept for longer than a cycle.

mod ask;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use bowline_core::commit::{Change, Commit};
use bowline_core::connection::{Connection, Identity, SignIn};
use bowline_core::failure::Failure;
use bowline_core::grant::{Grant, GrantEvent, GrantEventKind, Provider};
use bowline_core::kept::Kept;
use bowline_core::page::PageAsk;
use bowline_core::port::{Clock, Commits, Entropy, Grants, KeptNames, Outbound, Registry, StoreError};
use bowline_core::{Code, EventId, GrantId, SignedDuration, TenantId, Timestamp};

use ask::Status;

/// What a token needs so that Atlassian may be asked by it.
pub const SCOPE: &str = "report:personal-data";

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// How many days a cycle has, unless an answer says otherwise (`Cycle-Period`).
const CYCLE: i64 = 7;
/// How many accounts a call may name.
const MOST: usize = 90;
/// How many grants are read at once.
const PAGE: u32 = 500;

/// What reporting needs from the world.
#[derive(Clone)]
pub struct Ports {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// For ids of events.
    pub entropy: Arc<dyn Entropy>,
    /// Reads connections.
    pub registry: Arc<dyn Registry>,
    /// Reads grants.
    pub grants: Arc<dyn Grants>,
    /// Reads what is known of names.
    pub names: Arc<dyn KeptNames>,
    /// Writes.
    pub commits: Arc<dyn Commits>,
    /// Calls Atlassian.
    pub outbound: Arc<dyn Outbound>,
}

/// Reports names.
pub struct Reporter {
    ports: Ports,
    /// Where Atlassian's API gateway is.
    cloud_api: String,
}

/// What a pass came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reported {
    /// About how many accounts Atlassian was asked.
    pub asked: usize,
    /// How many names were read anew.
    pub renewed: usize,
    /// How many were erased.
    pub erased: usize,
    /// Why Atlassian could not be asked, for each tenant of which a name is due.
    pub failed: Vec<(TenantId, Code)>,
}

/// A name that is kept.
struct Name {
    grant: Grant,
    who: Identity,
    kept: Kept,
    /// Whether Atlassian was never asked about it.
    new: bool,
}

impl Reporter {
    /// A reporter over one database. `cloud_api` is where Atlassian's API gateway is.
    pub fn new(ports: Ports, cloud_api: &str) -> Self {
        Self { ports, cloud_api: cloud_api.trim_end_matches('/').to_owned() }
    }

    /// Looks at the names of every tenant once. What goes wrong with one tenant keeps no other from being looked at.
    pub async fn pass(&self) -> Result<Reported, StoreError> {
        let mut reported = Reported::default();
        let mut unread = None;
        for tenant in self.ports.registry.tenants().await? {
            if let Err(error) = self.look(tenant.id, &mut reported).await {
                unread = unread.or(Some(error));
            }
        }
        unread.map_or(Ok(reported), Err)
    }

    async fn look(&self, tenant: TenantId, reported: &mut Reported) -> Result<(), StoreError> {
        let now = self.ports.clock.now();
        let mut due = self.names(tenant).await?;
        due.retain(|name| name.new || name.kept.report_at <= now);
        // One that was kept before anybody looked after it has a day in which a report may work.
        for name in due.iter_mut().filter(|name| name.new) {
            name.kept.erase_at = name.kept.erase_at.max(later(now, DAY));
        }
        if due.is_empty() {
            return Ok(());
        }
        let connections = self.ports.registry.connections(tenant).await?;
        let Some(by) = self.caller(tenant, &connections).await? else {
            return self.unasked(due, &connections, reported).await;
        };
        for some in chunks(due) {
            match self.report(&by, &some).await {
                Ok((found, days)) => {
                    reported.asked += found_of(&some);
                    self.settle(some, (&found, days), (&by, &connections), reported).await?;
                }
                Err(failure) => {
                    reported.failed.push((tenant, failure.code));
                    self.unasked(some, &connections, reported).await?;
                }
            }
        }
        Ok(())
    }

    /// The names that are kept of a tenant's people.
    async fn names(&self, tenant: TenantId) -> Result<Vec<Name>, StoreError> {
        let clients = self.ports.grants.oauth_clients(tenant).await?;
        let cloud = clients.iter().filter(|client| client.provider == Provider::AtlassianCloud);
        let cloud: HashSet<_> = cloud.map(|client| client.id).collect();
        if cloud.is_empty() {
            return Ok(Vec::new());
        }
        let known = self.ports.names.kept_names(tenant).await?;
        let known: BTreeMap<GrantId, Kept> = known.into_iter().map(|kept| (kept.grant, kept)).collect();
        let (mut names, mut ask) = (Vec::new(), PageAsk { after: None, limit: PAGE });
        loop {
            let page = self.ports.grants.grants(tenant, &ask).await?;
            let of_cloud = page.items.into_iter().filter(|grant| cloud.contains(&grant.client));
            names.extend(of_cloud.filter_map(|grant| name(grant, &known)));
            match page.next {
                Some(next) => ask.after = Some(next),
                None => return Ok(names),
            }
        }
    }

    /// A connection whose grant lets Atlassian be asked: about everybody, whoever gave it ("Any app can report on valid account
    /// ids", community.developer.atlassian.com/t/68901).
    async fn caller(
        &self,
        tenant: TenantId,
        connections: &[Connection],
    ) -> Result<Option<Connection>, StoreError> {
        for connection in connections {
            let SignIn::Grant { grant } = connection.sign_in else { continue };
            let grant = self.ports.grants.grant(tenant, grant).await?;
            let may = |grant: &Grant| grant.state.serves() && grant.scopes.iter().any(|scope| scope == SCOPE);
            if grant.as_ref().is_some_and(may) {
                return Ok(Some(connection.clone()));
            }
        }
        Ok(None)
    }

    /// Does as Atlassian said, account by account: what is stored of one does not depend on another.
    async fn settle(
        &self,
        names: Vec<Name>,
        (found, days): (&BTreeMap<String, Status>, i64),
        (by, connections): (&Connection, &[Connection]),
        reported: &mut Reported,
    ) -> Result<(), StoreError> {
        let now = self.ports.clock.now();
        for name in names {
            let status = found.get(&name.who.id).copied();
            let (new, known_at) = match status {
                None => (None, name.kept.known_at),
                Some(Status::Closed) => (Some(name.who.id.clone()), now),
                Some(Status::Updated) => match self.read(by, &name.who.id).await {
                    Ok(read) => (Some(read.unwrap_or_else(|| name.who.id.clone())), now),
                    // The next pass asks again, and is told again.
                    Err(_) => continue,
                },
            };
            // A day before the cycle ends, so that one failure does not cost the name.
            let report_at = later(now, SignedDuration::from_hours(24 * (days - 1).max(1)));
            let kept = Kept { known_at, report_at, erase_at: later(report_at, DAY), ..name.kept.clone() };
            self.write(name, new, Some(kept), connections, reported).await?;
        }
        Ok(())
    }

    /// Erases what nobody could ask about in time.
    async fn unasked(
        &self,
        names: Vec<Name>,
        connections: &[Connection],
        reported: &mut Reported,
    ) -> Result<(), StoreError> {
        let now = self.ports.clock.now();
        for name in names {
            let over = name.kept.erase_at <= now;
            let (erased, kept) = (over.then(|| name.who.id.clone()), name.new.then(|| name.kept.clone()));
            if erased.is_some() || kept.is_some() {
                self.write(name, erased, kept, connections, reported).await?;
            }
        }
        Ok(())
    }

    /// Stores a name in place of the one that is kept, wherever that is, and says so in the grant's history. The account id in its
    /// place is no name. Nothing is stored if the grant or a connection has changed meanwhile: the next pass sees what it is.
    async fn write(
        &self,
        name: Name,
        new: Option<String>,
        kept: Option<Kept>,
        connections: &[Connection],
        reported: &mut Reported,
    ) -> Result<(), StoreError> {
        let (at, tenant, Name { grant, who, .. }) = (self.ports.clock.now(), name.grant.tenant, name);
        let mut changes: Vec<Change> = kept.map(|kept| Change::PutKept(Box::new(kept))).into_iter().collect();
        let new = new.filter(|new| *new != who.name);
        if let Some(new) = &new {
            let erased = *new == who.id;
            let known = Some(Identity { id: who.id.clone(), name: new.clone() });
            let of_them = connections.iter().filter(|one| {
                matches!(one.sign_in, SignIn::Grant { grant: of } if of == grant.id)
                    && one.identity.as_ref().is_some_and(|identity| identity.id == who.id)
            });
            changes.extend(of_them.map(|one| {
                Change::PutConnection(Box::new(Connection { identity: known.clone(), ..one.clone() }))
            }));
            let kind = if erased { GrantEventKind::NameErased } else { GrantEventKind::NameRenewed };
            let id = EventId::new(at, self.ports.entropy.as_ref());
            let (state, code, words) = (grant.state, None, None);
            let event = GrantEvent { tenant, id, grant: grant.id, kind, state, code, words, at };
            changes.push(Change::NoteGrant(Box::new(event)));
            if erased {
                changes.push(Change::DropKept(grant.id));
            }
            changes.push(Change::PutGrant(Box::new(Grant { subject: known, ..grant })));
        }
        match self.ports.commits.commit(Commit { tenant, fence: None, changes, at }).await {
            Ok(()) => match new {
                Some(new) if new == who.id => reported.erased += 1,
                Some(_) => reported.renewed += 1,
                None => {}
            },
            Err(StoreError::Conflict(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn report(
        &self,
        by: &Connection,
        names: &[Name],
    ) -> Result<(BTreeMap<String, Status>, i64), Failure> {
        let accounts: BTreeMap<&str, Timestamp> =
            names.iter().map(|name| (name.who.id.as_str(), name.kept.known_at)).collect();
        ask::report(self.ports.outbound.as_ref(), (by, &self.cloud_api), &accounts).await
    }

    async fn read(&self, by: &Connection, account: &str) -> Result<Option<String>, Failure> {
        ask::name_of(self.ports.outbound.as_ref(), by, account).await
    }
}

/// The name that is kept with a grant; `None` if there is none.
fn name(grant: Grant, known: &BTreeMap<GrantId, Kept>) -> Option<Name> {
    let who = grant.subject.clone().filter(|who| who.name != who.id)?;
    // Each consent tells the name anew.
    let read_at = grant.consented_at.unwrap_or(grant.created_at);
    let found = known.get(&grant.id).filter(|kept| kept.known_at >= read_at).cloned();
    let new = found.is_none();
    let kept = found.unwrap_or_else(|| Kept {
        tenant: grant.tenant,
        grant: grant.id,
        known_at: read_at,
        report_at: read_at,
        erase_at: later(read_at, SignedDuration::from_hours(24 * CYCLE)),
    });
    Some(Name { grant, who, kept, new })
}

fn later(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

/// So many names that a call may ask about them.
fn chunks(mut names: Vec<Name>) -> Vec<Vec<Name>> {
    let mut all = Vec::new();
    while !names.is_empty() {
        let rest = names.split_off(names.len().min(MOST));
        all.push(std::mem::replace(&mut names, rest));
    }
    all
}

fn found_of(names: &[Name]) -> usize {
    names.iter().map(|name| name.who.id.as_str()).collect::<HashSet<_>>().len()
}
