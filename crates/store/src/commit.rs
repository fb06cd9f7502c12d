//! A commit as a plan: which statements its changes are, and which writer it goes to.
//!
//! Fences come first, so that a commit whose lease is lost has written nothing when that shows. Whether a share
//! is troubled is reckoned last, because it follows from the findings as the whole commit leaves them.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use bowline_core::commit::{Change, Commit};
use bowline_core::delegation::Delegation;
use bowline_core::port::StoreError;
use bowline_core::work::{Entity, Fence};
use bowline_core::{ConnectionId, ShareId, TenantId, Timestamp, TokenId, trace};

use crate::stmt::{Kind, Plan, Stmt};
use crate::tables::{
    activities, authorizations, commands, comment_pairs, connections, credentials, delegations, directory,
    findings, grants, inbox, installations, kept_names, keys, losers, oauth_clients, profiles, shares,
    shelves, tenants, tokens, used_tokens, watermarks, work,
};

/// The statements of a commit; `None` if it asks for nothing.
pub(crate) fn plan(commit: &Commit) -> Result<Option<Plan>, StoreError> {
    let tenant = commit.tenant;
    if commit.changes.iter().filter_map(owner).any(|owner| owner != tenant) {
        return Err(StoreError::NotFound("tenant"));
    }
    let mut stmts: Vec<Stmt> =
        fences(commit).iter().map(|fence| work::fence(tenant, &fence.entity, fence.epoch)).collect();
    for change in &commit.changes {
        stmts.extend(statements(commit, change));
    }
    let hit: BTreeSet<ShareId> = commit.changes.iter().filter_map(hit_share).collect();
    stmts.extend(hit.into_iter().map(|share| shares::reckon_troubled(tenant, share)));
    let kind = Kind::Commit { way: way(commit) };
    Ok((!stmts.is_empty()).then(|| Plan { tenant: Some(tenant), stmts, kind }))
}

/// On whose account an entity is to be looked at. A look that wants to look again begins anew: a sweep goes on for ever, and
/// no request does.
fn trace_of(commit: &Commit, entity: &Entity) -> Option<String> {
    let is_held = fences(commit).iter().any(|fence| fence.entity == *entity);
    trace::current().filter(|_| !is_held).map(|trace| trace.to_string())
}

/// What the commit must prove: its own fence, and that it holds what it acknowledges or releases.
fn fences(commit: &Commit) -> Vec<Fence> {
    let mut fences: Vec<Fence> = commit.fence.iter().cloned().collect();
    for change in &commit.changes {
        if let Change::Ack(claim) | Change::Release { claim, .. } = change
            && !fences.contains(&claim.fence())
        {
            fences.push(claim.fence());
        }
    }
    fences
}

/// The tenant a change names, where it names one.
fn owner(change: &Change) -> Option<TenantId> {
    Some(match change {
        Change::AddTenant(tenant) => tenant.id,
        Change::PutConnection(connection) => connection.tenant,
        Change::PutCredential(credential) => credential.tenant,
        Change::PutProfile(profile) => profile.tenant,
        Change::PutOauthClient(client) => client.tenant,
        Change::PutGrant(grant) => grant.tenant,
        Change::NoteGrant(event) => event.tenant,
        Change::PutKept(kept) => kept.tenant,
        Change::PutDelegation(delegation)
        | Change::AcceptDelegation(delegation)
        | Change::RefuseDelegation { delegation, .. } => delegation.tenant,
        Change::AddAuthorization(authorization) => authorization.tenant,
        Change::PutInstallation(installation) => installation.tenant,
        Change::AddInbox(row) => row.tenant,
        Change::PutShare(share) => share.tenant,
        Change::PutPair(pair) => pair.tenant,
        Change::AddCommand(command) => command.tenant,
        Change::Ack(claim) | Change::Release { claim, .. } => claim.tenant,
        Change::Note(line) => line.tenant,
        _ => return None,
    })
}

fn hit_share(change: &Change) -> Option<ShareId> {
    match change {
        Change::Raise(occurrence) => match occurrence.entity {
            Some(Entity::Share(share)) => Some(share),
            _ => None,
        },
        Change::Settle { entity: Entity::Share(share), .. } => Some(*share),
        _ => None,
    }
}

/// Commits about one entity go one way, so that they keep their order.
fn way(commit: &Commit) -> u64 {
    let touched = || {
        commit.changes.iter().find_map(|change| match change {
            Change::Touch(touch) => Some(&touch.entity),
            Change::AddInbox(row) => row.entity.as_ref(),
            Change::Ack(claim) | Change::Release { claim, .. } => Some(&claim.entity),
            Change::Settle { entity, .. } => Some(entity),
            _ => None,
        })
    };
    let entity = commit.fence.as_ref().map(|fence| &fence.entity).or_else(touched);
    let mut hasher = DefaultHasher::new();
    (commit.tenant, entity).hash(&mut hasher);
    hasher.finish()
}

fn statements(commit: &Commit, change: &Change) -> Vec<Stmt> {
    let (tenant, at) = (commit.tenant, commit.at);
    match change {
        Change::AddTenant(new) => vec![tenants::add(new)],
        Change::AddKey(key) => vec![keys::add(tenant, key)],
        Change::RewrapKey { key, was } => vec![keys::rewrap(tenant, key, was)],
        Change::DropDataKey { version } => vec![shelves::drop_key(tenant, *version)],
        Change::Reseal { shelf, id, was, sealed } => {
            vec![shelves::reseal(tenant, *shelf, id, was, sealed)]
        }
        Change::PutSecret { .. } | Change::DropSecret(_) => of_secrets(tenant, change),
        Change::PutConnection(_)
        | Change::Health { .. }
        | Change::Outdate { .. }
        | Change::PutCredential(_)
        | Change::DropConnection(_) => of_connections(tenant, change),
        Change::PutOauthClient(_)
        | Change::DropOauthClient(_)
        | Change::PutGrant(_)
        | Change::PutKept(_)
        | Change::DropKept(_)
        | Change::DropGrant(_)
        | Change::NoteGrant(_)
        | Change::AddAuthorization(_)
        | Change::TakeAuthorization(_) => of_grants(tenant, change),
        Change::PutDelegation(_)
        | Change::RenewDelegations { .. }
        | Change::AcceptDelegation(_)
        | Change::RefuseDelegation { .. }
        | Change::DropDelegation { .. }
        | Change::DropDelegations { .. }
        | Change::Unchanged { .. } => of_delegations(tenant, change, at),
        Change::PutInstallation(_) | Change::DropInstallation { .. } | Change::UseToken(_) => {
            of_installations(tenant, change, at)
        }
        Change::PutProfile(profile) => vec![profiles::put(tenant, profile)],
        Change::DropProfile(id) => profiles::drop(tenant, *id),
        Change::PutDirectory { .. } | Change::EndDirectory { .. } => of_directory(tenant, change),
        Change::AddToken(token) => vec![tokens::add(tenant, token)],
        Change::DropToken(id) => drop_token(tenant, *id),
        Change::Watermark { connection, at } => vec![watermarks::put(tenant, *connection, *at)],
        Change::AddInbox(row) => vec![inbox::add(tenant, row)],
        Change::CloseInbox { ids, state, outcome } => vec![inbox::close(tenant, ids, *state, outcome, at)],
        Change::MoveInbox { ids, entity } => vec![inbox::move_to(tenant, ids, entity)],
        Change::PutShare(share) => vec![shares::put(tenant, share)],
        Change::Unlink(id) => vec![shares::unlink(tenant, *id, at)],
        Change::PutPair(pair) => vec![comment_pairs::put(tenant, pair)],
        Change::AddCommand(command) => vec![commands::add(tenant, command)],
        Change::SettleCommand { id, state, code } => {
            vec![commands::settle(tenant, *id, *state, code.as_ref(), at)]
        }
        Change::Touch(touch) => vec![work::touch(tenant, touch, at, trace_of(commit, &touch.entity))],
        Change::Ack(claim) => work::ack(tenant, claim),
        Change::Release { claim, due_at, counted } => vec![work::release(tenant, claim, *due_at, *counted)],
        Change::Raise(occurrence) => findings::raise(tenant, occurrence, at),
        Change::Settle { entity, except } => findings::settle(tenant, entity, except),
        Change::SettleCause { key } => findings::settle_cause(tenant, key),
        Change::SettleFinding(id) => findings::settle_finding(tenant, *id),
        Change::Note(line) => vec![activities::note(tenant, line)],
        Change::KeepLoser(loser) => vec![losers::keep(tenant, loser)],
    }
}

/// The statements of changes that are about sealed values; none for others.
fn of_secrets(tenant: TenantId, change: &Change) -> Vec<Stmt> {
    match change {
        Change::PutSecret { id, sealed } => vec![keys::put_secret(tenant, *id, sealed)],
        Change::DropSecret(id) => vec![keys::drop_secret(tenant, *id)],
        _ => Vec::new(),
    }
}

/// The statements of changes that are about connections; none for others.
fn of_connections(tenant: TenantId, change: &Change) -> Vec<Stmt> {
    match change {
        Change::PutConnection(connection) => vec![connections::put(tenant, connection)],
        Change::Health { connection, revision, health, identity } => {
            vec![connections::health(tenant, (*connection, *revision), health, identity.as_ref())]
        }
        Change::Outdate { connection, era } => vec![connections::outdate(tenant, *connection, *era)],
        Change::PutCredential(credential) => vec![credentials::put(tenant, credential)],
        Change::DropConnection(id) => drop_connection(tenant, *id),
        _ => Vec::new(),
    }
}

/// What stands on a connection goes before it.
fn drop_connection(tenant: TenantId, id: ConnectionId) -> Vec<Stmt> {
    vec![
        credentials::drop(tenant, id),
        delegations::drop_of_connection(tenant, id),
        connections::drop(tenant, id),
        directory::drop_all(tenant, &id.to_string()),
        watermarks::drop(tenant, id),
        work::drop(tenant, &Entity::Sweep(id)),
    ]
}

/// A token, and what it is found by.
fn drop_token(tenant: TenantId, id: TokenId) -> Vec<Stmt> {
    vec![tokens::drop(tenant, id), directory::drop_all(tenant, &id.to_string())]
}

/// The statements of changes that are about grants; none for others.
fn of_grants(tenant: TenantId, change: &Change) -> Vec<Stmt> {
    match change {
        Change::PutOauthClient(client) => vec![oauth_clients::put(tenant, client)],
        Change::DropOauthClient(id) => vec![oauth_clients::drop(tenant, *id)],
        Change::PutGrant(grant) => vec![grants::put(tenant, grant)],
        Change::DropGrant(id) => {
            let mut stmts = vec![delegations::drop_on_grant(tenant, *id), kept_names::drop(tenant, *id)];
            stmts.extend(grants::drop(tenant, *id));
            stmts.push(work::drop(tenant, &Entity::Grant(*id)));
            stmts
        }
        Change::NoteGrant(event) => vec![grants::note(tenant, event)],
        Change::PutKept(kept) => vec![kept_names::put(tenant, kept)],
        Change::DropKept(grant) => vec![kept_names::drop(tenant, *grant)],
        Change::AddAuthorization(authorization) => vec![authorizations::add(tenant, authorization)],
        Change::TakeAuthorization(id) => {
            vec![authorizations::take(tenant, *id), directory::drop_all(tenant, &id.to_string())]
        }
        _ => Vec::new(),
    }
}

/// The statements of changes that are about sites that installed the app; none for others.
fn of_installations(tenant: TenantId, change: &Change, at: Timestamp) -> Vec<Stmt> {
    match change {
        Change::PutInstallation(installation) => vec![installations::put(tenant, installation)],
        Change::DropInstallation { id, revision } => {
            vec![installations::drop(tenant, *id, *revision), directory::drop_all(tenant, &id.to_string())]
        }
        Change::UseToken(used) => vec![used_tokens::put(used, at)],
        _ => Vec::new(),
    }
}

/// The statements of changes that are about keys from outside; none for others.
fn of_directory(tenant: TenantId, change: &Change) -> Vec<Stmt> {
    match change {
        Change::PutDirectory { kind, hash, id, until } => {
            vec![directory::put(tenant, *kind, hash, id, *until)]
        }
        Change::EndDirectory { kind, id, until } => directory::end(tenant, *kind, id, *until),
        _ => Vec::new(),
    }
}

/// The statements of changes that are about delegations, and of what a consent was given for; none for others.
fn of_delegations(tenant: TenantId, change: &Change, at: Timestamp) -> Vec<Stmt> {
    match change {
        Change::PutDelegation(delegation) => {
            let mut stmts = vec![delegations::put(tenant, delegation)];
            if delegation.refused.is_none() {
                stmts.extend(findings::settle_cause(tenant, &delegation.refused_cause().key()));
            }
            stmts
        }
        Change::RenewDelegations { grant, person, anew } => {
            delegations::renew(tenant, *grant, person, (at, *anew)).into()
        }
        Change::AcceptDelegation(delegation) => {
            let mut stmts = vec![delegations::accept(tenant, delegation)];
            stmts.extend(findings::settle_cause(tenant, &delegation.refused_cause().key()));
            stmts
        }
        Change::RefuseDelegation { delegation, code } => {
            vec![delegations::refuse(tenant, delegation, code, at)]
        }
        Change::DropDelegation { connection, person } => {
            let mut stmts = vec![delegations::drop(tenant, *connection, person)];
            stmts.extend(findings::settle_cause(
                tenant,
                &Delegation::refused_cause_of(*connection, person).key(),
            ));
            stmts
        }
        Change::Unchanged { connection, revision } => {
            vec![connections::unchanged(tenant, *connection, *revision)]
        }
        Change::DropDelegations { connection } => vec![delegations::drop_of_connection(tenant, *connection)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use bowline_core::work::{Claim, Lane, Touch};
    use uuid::Uuid;

    use super::*;
    use crate::stmt::Check;

    fn commit(changes: Vec<Change>) -> Commit {
        let tenant = TenantId::from_uuid(Uuid::from_u128(1));
        Commit { tenant, fence: None, changes, at: Timestamp::UNIX_EPOCH }
    }

    fn item(id: &str) -> Entity {
        Entity::Item { connection: ConnectionId::from_uuid(Uuid::from_u128(2)), id: id.to_owned() }
    }

    fn touch(entity: Entity) -> Change {
        Change::Touch(Touch { entity, lane: Lane::Live, due_at: Timestamp::UNIX_EPOCH })
    }

    fn claim(entity: Entity) -> Claim {
        Claim {
            tenant: TenantId::from_uuid(Uuid::from_u128(1)),
            entity,
            lane: Lane::Live,
            epoch: 3,
            touched: 1,
            attempts: 1,
            since: Timestamp::UNIX_EPOCH,
            until: Timestamp::UNIX_EPOCH,
            trace: None,
        }
    }

    fn way_of(commit: &Commit) -> u64 {
        match plan(commit).unwrap().unwrap().kind {
            Kind::Commit { way } => way,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_commit_that_asks_for_nothing_is_no_plan() {
        assert!(plan(&commit(vec![])).unwrap().is_none());
    }

    #[test]
    fn fences_come_before_anything_is_written_and_once_each() {
        let held = claim(item("1"));
        let mut commit =
            commit(vec![touch(item("2")), Change::Ack(held.clone()), Change::Ack(claim(item("3")))]);
        commit.fence = Some(held.fence());
        let stmts = plan(&commit).unwrap().unwrap().stmts;
        let fences = stmts.iter().take_while(|stmt| matches!(stmt.check, Check::Fence)).count();
        assert_eq!(fences, 2);
        assert!(!stmts.iter().skip(fences).any(|stmt| matches!(stmt.check, Check::Fence)));
    }

    #[test]
    fn commits_about_one_entity_go_one_way() {
        let mut fenced = commit(vec![touch(item("other"))]);
        fenced.fence = Some(claim(item("1")).fence());
        let touching = commit(vec![touch(item("1")), touch(item("other"))]);
        let acknowledging = commit(vec![Change::Ack(claim(item("1")))]);
        assert_eq!(way_of(&fenced), way_of(&touching));
        assert_eq!(way_of(&fenced), way_of(&acknowledging));
        assert_ne!(way_of(&fenced), way_of(&commit(vec![touch(item("other"))])));
    }
}
