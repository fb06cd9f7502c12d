//! Tenants are kept apart: every port method asked with another tenant's id finds nothing, and every change made
//! with it changes nothing.

use bowline_core::command::CommandState;
use bowline_core::commit::{ApiToken, Change, KeyKind, Loser, WrappedKey};
use bowline_core::connection::Health;
use bowline_core::event::{InboxRow, InboxState};
use bowline_core::finding::{Cause, Occurrence};
use bowline_core::item::Side;
use bowline_core::page::PageAsk;
use bowline_core::port::{Console, Desk, InboxFilter, Registry, ShareFilter, Vault};
use bowline_core::profile::Profile;
use bowline_core::secret::Sealed;
use bowline_core::share::Share;
use bowline_core::work::{Claim, Entity};
use bowline_core::{CommandId, EventId, SecretId, TenantId, TokenId, code};

use crate::backend::on_every_database;
use crate::given::{Given, at, lost};

on_every_database! {
    every_port_method_asked_by_another_tenant_finds_nothing
    every_change_made_by_another_tenant_changes_nothing
}

/// One row of every kind, in tenant `given.tenant`.
struct Everything {
    profile: Profile,
    share: Share,
    delivery: InboxRow,
    command: CommandId,
    finding: Occurrence,
    secret: SecretId,
    token: ApiToken,
    claim: Claim,
}

impl Everything {
    async fn of(given: &Given) -> Self {
        given.write(vec![Change::AddTenant(given.new_tenant("owner"))]).await;
        let claim = given.claimed(&given.item("claimed")).await;
        let profile = given.profile().await;
        let share = given.share(&profile, "1", "2").await;
        let entity = Entity::Share(share.id);
        let delivery = given.new_delivery(profile.left, &entity, "d1");
        let command = given.new_command(&share);
        let cause = Cause::of(code::SYNC_FIELD_REFUSED).about("summary");
        let finding = given.new_occurrence(cause, Some(entity));
        let secret = given.id(SecretId::new);
        let token = ApiToken {
            id: given.id(TokenId::new),
            name: "ci".into(),
            scopes: vec!["admin".into()],
            created_at: at(0),
        };
        let everything = Self {
            command: command.id,
            profile: profile.clone(),
            share: share.clone(),
            delivery: delivery.clone(),
            finding: finding.clone(),
            secret,
            token: token.clone(),
            claim,
        };
        given
            .write(vec![
                Change::AddKey(WrappedKey { kind: KeyKind::Data, version: 1, wrapped: Sealed(vec![1]) }),
                Change::PutSecret { id: secret, sealed: Sealed(vec![2]) },
                Change::AddToken(token),
                Change::AddInbox(Box::new(delivery)),
                Change::AddCommand(Box::new(command)),
                Change::PutPair(Box::new(given.new_pair(&share, Side::Left, "c1", Some("m1")))),
                Change::Raise(Box::new(finding)),
                Change::Note(Box::new(given.new_line(&share))),
                Change::Watermark { connection: profile.left, at: at(1) },
                Change::KeepLoser(Box::new(Loser {
                    id: given.id(EventId::new),
                    share: share.id,
                    field: "summary".into(),
                    side: Side::Left,
                    sealed: Sealed(vec![3]),
                    expires_at: at(1),
                })),
            ])
            .await;
        everything
    }

    /// What every port method of a tenant finds, each as text; an empty list or nothing is left out.
    async fn seen_by(&self, given: &Given, tenant: TenantId) -> Vec<String> {
        let store = &given.store;
        let page = PageAsk::default();
        let mut seen = Vec::new();
        macro_rules! see {
            ($($ask:expr),* $(,)?) => {$(
                let text = format!("{:?}", $ask.await.unwrap());
                if !["None", "[]", "Page { items: [], next: None }"].contains(&text.as_str()) {
                    seen.push(format!("{}: {text}", stringify!($ask)));
                }
            )*};
        }
        see!(
            store.view(tenant, self.share.id),
            store.shares_of(tenant, self.profile.left, &["1".to_owned()]),
            store.share_of_comment(tenant, self.profile.left, "c1"),
            store.pending(tenant, &Entity::Share(self.share.id)),
            store.watermark(tenant, self.profile.left),
            store.profiles_of(tenant, self.profile.left),
            store.connection(tenant, self.profile.left),
            store.connections(tenant),
            store.profile(tenant, self.profile.id),
            store.profiles(tenant),
            store.token(tenant, self.token.id),
            store.tokens(tenant),
            store.keys(tenant, KeyKind::Data),
            store.secret(tenant, self.secret),
            store.shares(tenant, &ShareFilter::default(), &page),
            store.shares(tenant, &ShareFilter { item: Some("ACME-1".into()), ..Default::default() }, &page),
            store.findings(tenant, true, &page),
            store.finding_counts(tenant),
            store.finding(tenant, self.finding.id),
            store.activity(tenant, &page),
            store.inbox(tenant, &InboxFilter::default(), &page),
            store.delivery(tenant, self.delivery.id),
        );
        if store.share_counts(tenant).await.unwrap().iter().any(|(_, count)| *count > 0) {
            seen.push("share_counts".to_owned());
        }
        seen
    }
}

async fn every_port_method_asked_by_another_tenant_finds_nothing(given: Given) {
    let everything = Everything::of(&given).await;
    assert_eq!(everything.seen_by(&given, given.tenant).await.len(), 23, "the owner finds all of it");
    assert_eq!(everything.seen_by(&given, given.other().tenant).await, [""; 0]);
}

async fn every_change_made_by_another_tenant_changes_nothing(given: Given) {
    let everything = Everything::of(&given).await;
    let before = everything.seen_by(&given, given.tenant).await;
    let stranger = given.other();
    let Everything { profile, share, delivery, command, finding, secret, token, claim } = &everything;
    let close = |state| Change::CloseInbox { ids: vec![delivery.id], state, outcome: "theirs".into() };
    let mut stolen = claim.clone();
    stolen.tenant = stranger.tenant;
    for changes in [
        vec![Change::DropSecret(*secret)],
        vec![Change::DropToken(token.id)],
        vec![Change::Health { connection: profile.left, revision: 1, health: Health::Ok, identity: None }],
        vec![close(InboxState::Done)],
        vec![Change::MoveInbox { ids: vec![delivery.id], entity: stranger.item("1") }],
        vec![Change::SettleCommand { id: *command, state: CommandState::Dropped, code: None }],
        vec![Change::Settle { entity: Entity::Share(share.id), except: vec![] }],
        vec![Change::SettleCause { key: finding.cause.key() }],
        vec![Change::SettleFinding(finding.id)],
        vec![Change::DropConnection(profile.left)],
        vec![Change::DropProfile(profile.id)],
        vec![Change::Watermark { connection: profile.left, at: at(99) }],
    ] {
        stranger.write(changes).await;
    }
    assert!(stranger.try_write(vec![Change::Unlink(share.id)]).await.is_err());
    assert!(lost(&stranger.try_write(vec![Change::Ack(stolen.clone())]).await));
    let release = Change::Release { claim: stolen.clone(), due_at: at(0), counted: true };
    assert!(lost(&stranger.try_write(vec![release]).await));
    assert!(bowline_core::port::WorkQueue::renew(&given.store, &stolen, at(99)).await.is_err());
    assert_eq!(everything.seen_by(&given, given.tenant).await, before);
    given.write_under(claim, vec![]).await.unwrap();
}
