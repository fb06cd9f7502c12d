//! The end of a browser sign-in: the grant is stored, and the connection is served by it.

use bowline_core::commit::{Change, Commit, DirectoryKind};
use bowline_core::connection::{Connection, Health, Identity, SignIn};
use bowline_core::finding::Cause;
use bowline_core::grant::{Authorization, Grant, GrantEventKind, GrantState, OauthClient, Provider};
use bowline_core::layers::GatewayProof;
use bowline_core::port::{SealError, StoreError};
use bowline_core::work::{Entity, Lane, Touch};
use bowline_core::{ConnectionId, GrantId, SignedDuration, TenantId, Timestamp};

use super::consent::{Finished, Kept, NoConsent};
use super::tokens::Given;
use super::who::Site;
use super::{Life, row as rows};
use crate::token;

/// How often a consent is stored anew because the row has changed meanwhile.
pub(super) const TRIES: u32 = 4;

/// How long after a consent its grant is looked at first: before any token of a usual life is to be renewed.
const FIRST: SignedDuration = SignedDuration::from_mins(10);

/// What was consented to.
struct Consent {
    /// The row that asked.
    asked: Grant,
    client: OauthClient,
    who: Identity,
    given: Given,
    sites: Vec<Site>,
    site: Option<Site>,
}

impl Life {
    /// Stores what was consented to. One person has one grant for one of our registrations: if there is one, it is the
    /// one that lives on, and every connection that calls with it does.
    pub(super) async fn settle(
        &self,
        row: Authorization,
        asked: Grant,
        client: OauthClient,
        given: Given,
        anybody: bool,
    ) -> Result<Finished, NoConsent> {
        let cloud = client.provider == Provider::AtlassianCloud;
        let sites = if cloud { self.sites(&client, &given.tokens).await? } else { Vec::new() };
        if cloud && sites.is_empty() {
            return Err(NoConsent::NoSite("no Jira site".to_owned()));
        }
        let connection = self.connection(&row).await?;
        let site = if cloud { self.pick(&connection, &sites)? } else { None };
        let who = self.whoami(&client, &given.tokens, site.as_ref().or(sites.first()), &connection).await?;
        let who = who.account;
        if let Some(was) = asked.subject.as_ref().filter(|was| was.id != who.id && !anybody) {
            return Err(NoConsent::OtherAccount { was: was.name.clone(), is: who.name });
        }
        let consent = Consent { asked, client, who, given, sites, site };
        for _ in 0..TRIES {
            match self.store(&row, &consent).await {
                // A renewal was under way: the row it leaves is read again.
                Err(NoConsent::Sealed(SealError::Store(StoreError::Conflict(_)))) => {}
                done => return done,
            }
        }
        self.store(&row, &consent).await
    }

    async fn store(&self, row: &Authorization, consent: &Consent) -> Result<Finished, NoConsent> {
        let Consent { asked, client, who, given, sites, site } = consent;
        let same = self.ports.grants.grant_of(row.tenant, client.id, &who.id).await?;
        let handed_over = asked.subject.as_ref().is_some_and(|was| was.id != who.id);
        let before = match same {
            Some(same) => same,
            // The grant of the one before may serve other connections, which nobody has handed over.
            None if handed_over => self.pending(client),
            None => self.grant(row.tenant, asked.id).await?,
        };
        let (id, old) = (self.new_row(), before.secret);
        let consented = self.consented(before, client, who, row, given);
        let grant = Grant { secret: Some(id), personal: false, ..consented };
        let sealed = self.sealed(grant.tenant, id, &given.tokens).await?;
        let mut changes = vec![Change::PutSecret { id, sealed }];
        changes.extend(old.map(Change::DropSecret));
        changes.extend(self.welcomed(&grant));
        let row = Authorization { grant: grant.id, ..row.clone() };
        if site.is_none() && !sites.is_empty() {
            return self.ask_which(&row, &grant, (asked.id, sites.clone()), changes).await;
        }
        self.serve(&row, (&grant, asked.id), who.clone(), site.clone(), changes).await
    }

    /// The row after a consent.
    pub(super) fn consented(
        &self,
        before: Grant,
        client: &OauthClient,
        who: &Identity,
        row: &Authorization,
        given: &Given,
    ) -> Grant {
        let now = self.now();
        let terms = self.options.terms(client.provider);
        // What the last consent said of its end is over with it.
        let before = Grant { ends_at: None, scopes: client.scopes.clone(), ..before };
        let grant = rows::renewed(before, given, &terms, now);
        Grant {
            subject: Some(who.clone()),
            redirect_uri: Some(row.redirect_uri.clone()),
            since: now,
            consented_at: Some(now),
            ends_at: grant.ends_at.or_else(|| now.saturating_add(terms.life?).ok()),
            warned: None,
            ..grant
        }
    }

    pub(super) fn welcomed(&self, grant: &Grant) -> Vec<Change> {
        let at = self.now();
        let entity = Entity::Grant(grant.id);
        vec![
            Change::PutGrant(Box::new(grant.clone())),
            self.noted(grant, GrantEventKind::Consented, None, None, at),
            Change::Settle { entity: entity.clone(), except: Vec::new() },
            // When it is due next is found out by the first look: by then it has been called with, if it is used at all.
            Change::Touch(Touch {
                entity,
                lane: Lane::Renewal,
                due_at: at.saturating_add(FIRST).unwrap_or(at),
            }),
        ]
    }

    pub(super) async fn connection(&self, row: &Authorization) -> Result<Connection, NoConsent> {
        let connection = self.ports.registry.connection(row.tenant, row.connection).await?;
        Ok(connection.ok_or(StoreError::NotFound("connection"))?)
    }

    /// The site of the connection, if it is one of these; the only one, if the connection names none; `None` if
    /// somebody has to choose. A connection that had a site keeps it, or the sign-in was with the wrong account.
    fn pick(&self, connection: &Connection, sites: &[Site]) -> Result<Option<Site>, NoConsent> {
        if let Some(site) = self.own_site(connection, sites) {
            return Ok(Some(site.clone()));
        }
        let had = connection.base_url.starts_with(&format!("{}/ex/jira/", self.options.cloud_api));
        match sites {
            _ if had => Err(elsewhere(connection, sites)),
            [only] => Ok(Some(only.clone())),
            _ => Ok(None),
        }
    }

    /// The site of the connection, if it is one of these.
    pub(super) fn own_site<'a>(&self, connection: &Connection, sites: &'a [Site]) -> Option<&'a Site> {
        sites.iter().find(|site| {
            self.site_api(site) == connection.base_url
                || site.url.trim_end_matches('/') == connection.browse_url
        })
    }

    async fn ask_which(
        &self,
        row: &Authorization,
        grant: &Grant,
        (asked, sites): (GrantId, Vec<Site>),
        mut changes: Vec<Change>,
    ) -> Result<Finished, NoConsent> {
        let token = token::draw("", self.ports.entropy.as_ref());
        let (id, until) = self.fresh();
        let kept = Kept { sites: sites.clone(), asked: Some(asked), ..Kept::default() };
        let sealed = self.seal_kept(row.tenant, id, &kept).await?;
        let row = Authorization { id, until, sealed, grant: grant.id, ..row.clone() };
        let mut commit = self.beginning(row, token.expose_text());
        changes.append(&mut commit.changes);
        commit.changes = changes;
        self.ports.commits.commit(commit).await?;
        Ok(Finished::Choose { token, sites })
    }

    /// Stores `changes`, and that the connection calls with the grant from now on.
    pub(super) async fn serve(
        &self,
        row: &Authorization,
        (grant, asked): (&Grant, GrantId),
        who: Identity,
        site: Option<Site>,
        changes: Vec<Change>,
    ) -> Result<Finished, NoConsent> {
        let mut connection = self.connection(row).await?;
        let now = connection.sign_in == SignIn::Grant { grant: asked };
        if !(now || connection.sign_in == SignIn::Grant { grant: grant.id }) {
            // It was given another way to sign in meanwhile.
            return Err(NoConsent::Unknown);
        }
        connection.sign_in = SignIn::Grant { grant: grant.id };
        let over = match &connection.health {
            Health::NeedsAttention { code } => Some(Cause::of(code.clone()).at(connection.id).key()),
            Health::Unknown | Health::Ok => None,
        };
        connection.health = Health::Unknown;
        connection.identity = Some(who.clone());
        let mut all = changes;
        if let Some(site) = &site {
            connection.base_url = self.site_api(site);
            // What another gateway wanted to see is nothing for Atlassian's.
            if let Some(GatewayProof::Key { secret }) = connection.gateway.take().map(|gateway| gateway.proof)
            {
                all.push(Change::DropSecret(secret));
            }
            connection.browse_url = site.url.trim_end_matches('/').to_owned();
        }
        let (name, place) = (connection.name.clone(), connection.browse_url.clone());
        let at = self.now();
        let sweep = Touch { entity: Entity::Sweep(connection.id), lane: Lane::Sweep, due_at: at };
        all.extend(over.map(|key| Change::SettleCause { key }));
        all.extend(self.let_go_of(row.tenant, asked, grant.id, connection.id).await?);
        // The link has done what it was for.
        let (kind, id) = (DirectoryKind::Invitation, connection.id.to_string());
        all.push(Change::EndDirectory { kind, id, until: at });
        all.extend([Change::PutConnection(Box::new(connection)), Change::Touch(sweep)]);
        let commit = Commit { tenant: row.tenant, fence: None, changes: all, at };
        self.ports.commits.commit(commit).await?;
        self.forget(row, grant.id);
        self.ports.bell.ring(Lane::Renewal).await;
        Ok(Finished::Connected { connection: name, who, site: place })
    }

    /// A grant that nobody had consented to goes when its connection goes on with another, unless others wait for it.
    async fn let_go_of(
        &self,
        tenant: TenantId,
        asked: GrantId,
        taken: GrantId,
        by: ConnectionId,
    ) -> Result<Option<Change>, NoConsent> {
        if asked == taken {
            return Ok(None);
        }
        let Some(grant) = self.ports.grants.grant(tenant, asked).await? else { return Ok(None) };
        let served = self.served(&grant).await?;
        let alone = served.iter().all(|connection| connection.id == by);
        Ok((alone && grant.state == GrantState::Pending).then_some(Change::DropGrant(asked)))
    }

    pub(super) fn forget(&self, row: &Authorization, grant: GrantId) {
        self.shelf().remove(&(row.tenant, grant));
        self.tended.notify_waiters();
    }

    /// A grant that nobody has consented to yet, or that needs nobody: the row to begin with.
    pub fn pending(&self, client: &OauthClient) -> Grant {
        let now: Timestamp = self.now();
        let state = if client.provider.asks_a_person() { GrantState::Pending } else { GrantState::Active };
        Grant {
            tenant: client.tenant,
            id: GrantId::new(now, self.ports.entropy.as_ref()),
            client: client.id,
            subject: None,
            redirect_uri: None,
            scopes: client.scopes.clone(),
            state,
            reason: None,
            words: None,
            since: now,
            secret: None,
            version: 0,
            consented_at: None,
            rotated_at: None,
            used_at: None,
            access_until: None,
            idle_until: None,
            ends_at: None,
            attempt: None,
            fails: 0,
            retry_at: None,
            warned: None,
            personal: false,
            revision: 0,
            created_at: now,
        }
    }
}

/// The consent reaches other sites than the connection's.
pub(super) fn elsewhere(connection: &Connection, sites: &[Site]) -> NoConsent {
    let names: Vec<&str> = sites.iter().map(|site| site.name.as_str()).collect();
    NoConsent::NoSite(format!("{}, not {}", names.join(", "), connection.browse_url))
}
