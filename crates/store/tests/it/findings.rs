//! Findings: one row per cause, open while it hits something.

use bowline_core::commit::Change;
use bowline_core::finding::{Cause, Finding, FindingState};
use bowline_core::page::PageAsk;
use bowline_core::port::{Commits, Console, Desk};
use bowline_core::secret::Sealed;
use bowline_core::share::Share;
use bowline_core::work::Entity;
use bowline_core::{ConnectionId, code};
use futures_util::future::join_all;

use crate::backend::on_every_database;
use crate::given::{Given, at};

on_every_database! {
    a_finding_comes_back_as_it_was_raised
    the_same_cause_is_one_finding_however_often_and_whatever_it_hits
    settling_an_entity_resolves_what_hits_nothing_any_more
    causes_that_are_named_still_hit_the_entity
    a_finding_about_a_connection_stays_open_until_its_cause_is_settled
    a_resolved_finding_opens_again
    open_findings_are_counted_by_what_happened
    a_person_settles_a_finding_whatever_it_hits
    a_share_is_troubled_exactly_while_a_finding_hits_it
    a_worker_that_stores_an_older_picture_does_not_hide_the_trouble
    trouble_raised_before_the_share_is_stored_shows
    raising_one_cause_many_times_at_once_counts_right
}

async fn only(given: &Given) -> Finding {
    let page = given.store.findings(given.tenant, true, &PageAsk::default()).await.unwrap();
    assert_eq!(page.items.len(), 1, "one finding");
    page.items.into_iter().next().unwrap()
}

fn raise(given: &Given, cause: &Cause, entity: &Entity) -> Change {
    Change::Raise(Box::new(given.new_occurrence(cause.clone(), Some(entity.clone()))))
}

fn settle(entity: &Entity, except: &[&Cause]) -> Change {
    Change::Settle { entity: entity.clone(), except: except.iter().map(|cause| cause.key()).collect() }
}

async fn entities(given: &Given, finding: &Finding) -> Vec<Entity> {
    given.store.finding(given.tenant, finding.id).await.unwrap().unwrap().1
}

async fn troubled(given: &Given, share: &Share) -> bool {
    given.store.view(given.tenant, share.id).await.unwrap().unwrap().share.troubled
}

async fn a_finding_comes_back_as_it_was_raised(given: Given) {
    let profile = given.profile().await;
    let cause = Cause::of(code::SYNC_FIELD_REFUSED).at(profile.left).under(profile.id).about("summary");
    let occurrence = given.new_occurrence(cause.clone(), Some(given.item("1")));
    given.write(vec![Change::Raise(Box::new(occurrence.clone()))]).await;
    let finding = only(&given).await;
    let expected = Finding {
        tenant: given.tenant,
        id: occurrence.id,
        cause,
        state: FindingState::Open,
        open: 1,
        seen: 1,
        words: occurrence.words,
        first_at: at(0),
        last_at: at(0),
    };
    assert_eq!(finding, expected);
    assert_eq!(entities(&given, &finding).await, [given.item("1")]);
}

async fn the_same_cause_is_one_finding_however_often_and_whatever_it_hits(given: Given) {
    let cause = Cause::of(code::SYNC_FIELD_REFUSED).about("summary");
    given.write(vec![raise(&given, &cause, &given.item("1")), raise(&given, &cause, &given.item("2"))]).await;
    let mut again = given.new_occurrence(cause.clone(), Some(given.item("1")));
    again.words = Some(Sealed(vec![5]));
    let mut commit = given.commit(vec![Change::Raise(Box::new(again.clone()))]);
    commit.at = at(9);
    given.store.commit(commit).await.unwrap();
    let finding = only(&given).await;
    assert_eq!((finding.open, finding.seen), (2, 3));
    assert_eq!((finding.first_at, finding.last_at), (at(0), at(9)));
    assert_eq!(finding.words, Some(Sealed(vec![5])), "the last words");
    again.words = None;
    given.write(vec![Change::Raise(Box::new(again))]).await;
    assert_eq!(only(&given).await.words, Some(Sealed(vec![5])), "what has none takes none away");
    assert_eq!(entities(&given, &finding).await, [given.item("1"), given.item("2")]);
}

async fn settling_an_entity_resolves_what_hits_nothing_any_more(given: Given) {
    let cause = Cause::of(code::SYNC_FIELD_REFUSED);
    let (one, two) = (given.item("1"), given.item("2"));
    given.write(vec![raise(&given, &cause, &one), raise(&given, &cause, &two)]).await;
    given.write(vec![settle(&one, &[])]).await;
    let finding = only(&given).await;
    assert_eq!((finding.open, finding.state), (1, FindingState::Open));
    given.write(vec![settle(&one, &[])]).await;
    assert_eq!(only(&given).await.open, 1, "it was free already");
    given.write(vec![settle(&two, &[])]).await;
    let finding = only(&given).await;
    assert_eq!((finding.open, finding.state), (0, FindingState::Resolved));
    assert_eq!(entities(&given, &finding).await, []);
}

async fn causes_that_are_named_still_hit_the_entity(given: Given) {
    let entity = given.item("1");
    let causes = ["a", "a|b", "b"].map(|field| Cause::of(code::SYNC_FIELD_REFUSED).about(field));
    given.write(causes.iter().map(|cause| raise(&given, cause, &entity)).collect()).await;
    given.write(vec![settle(&entity, &[&causes[0], &causes[2]])]).await;
    let open = given.store.findings(given.tenant, false, &PageAsk::default()).await.unwrap().items;
    let mut subjects: Vec<_> = open.into_iter().map(|finding| finding.cause.subject.unwrap()).collect();
    subjects.sort();
    assert_eq!(subjects, ["a", "b"]);
}

async fn a_finding_about_a_connection_stays_open_until_its_cause_is_settled(given: Given) {
    let cause = Cause::of(code::AUTH_REJECTED).at(given.id(ConnectionId::new));
    given.write(vec![Change::Raise(Box::new(given.new_occurrence(cause.clone(), None)))]).await;
    given.write(vec![raise(&given, &cause, &given.item("1")), settle(&given.item("1"), &[])]).await;
    let finding = only(&given).await;
    assert_eq!((finding.open, finding.state), (0, FindingState::Open));
    given.write(vec![Change::SettleCause { key: cause.key() }]).await;
    assert_eq!(only(&given).await.state, FindingState::Resolved);
}

async fn open_findings_are_counted_by_what_happened(given: Given) {
    let refused = Cause::of(code::SYNC_FIELD_REFUSED);
    let dropped = Cause::of(code::SYNC_DROPPED_WRITE);
    let (one, two) = (refused.clone().about("one"), refused.about("two"));
    let entity = given.item("1");
    given.write(vec![raise(&given, &one, &entity), raise(&given, &two, &entity)]).await;
    given.write(vec![raise(&given, &dropped, &given.item("2"))]).await;
    let counts = async || given.store.finding_counts(given.tenant).await.unwrap();
    assert_eq!(counts().await, [(code::SYNC_DROPPED_WRITE, 1), (code::SYNC_FIELD_REFUSED, 2)]);
    given.write(vec![settle(&entity, &[&two]), settle(&given.item("2"), &[])]).await;
    assert_eq!(counts().await, [(code::SYNC_FIELD_REFUSED, 1)]);
}

async fn a_resolved_finding_opens_again(given: Given) {
    let cause = Cause::of(code::SYNC_FIELD_REFUSED);
    let entity = given.item("1");
    given.write(vec![raise(&given, &cause, &entity), settle(&entity, &[])]).await;
    let before = only(&given).await;
    given.write(vec![raise(&given, &cause, &entity)]).await;
    let after = only(&given).await;
    assert_eq!((after.id, after.state, after.open, after.seen), (before.id, FindingState::Open, 1, 2));
}

async fn a_person_settles_a_finding_whatever_it_hits(given: Given) {
    let profile = given.profile().await;
    let (one, two) = (given.share(&profile, "1", "1").await, given.share(&profile, "2", "2").await);
    let settled = given.new_occurrence(Cause::of(code::SYNC_FIELD_REFUSED), Some(Entity::Share(one.id)));
    let (id, cause) = (settled.id, settled.cause.clone());
    let other = Cause::of(code::SYNC_OSCILLATION);
    given
        .write(vec![
            Change::Raise(Box::new(settled)),
            raise(&given, &cause, &Entity::Share(two.id)),
            raise(&given, &other, &Entity::Share(two.id)),
        ])
        .await;
    given.write(vec![Change::SettleFinding(id)]).await;
    let (finding, hit) = given.store.finding(given.tenant, id).await.unwrap().unwrap();
    assert_eq!((finding.state, finding.open, hit.len()), (FindingState::Resolved, 0, 0));
    assert!(!troubled(&given, &one).await);
    assert!(troubled(&given, &two).await, "another finding still hits it");
}

async fn a_share_is_troubled_exactly_while_a_finding_hits_it(given: Given) {
    let profile = given.profile().await;
    let share = given.share(&profile, "1", "2").await;
    let entity = Entity::Share(share.id);
    let (one, two) = (Cause::of(code::SYNC_FIELD_REFUSED), Cause::of(code::SYNC_OSCILLATION));
    given.write(vec![raise(&given, &one, &entity), raise(&given, &two, &entity)]).await;
    assert!(troubled(&given, &share).await);
    given.write(vec![settle(&entity, &[&one])]).await;
    assert!(troubled(&given, &share).await);
    given.write(vec![settle(&entity, &[])]).await;
    assert!(!troubled(&given, &share).await);
    given.write(vec![settle(&entity, &[]), raise(&given, &one, &entity)]).await;
    assert!(troubled(&given, &share).await);
    given.write(vec![raise(&given, &one, &entity), settle(&entity, &[])]).await;
    assert!(!troubled(&given, &share).await);
}

async fn a_worker_that_stores_an_older_picture_does_not_hide_the_trouble(given: Given) {
    let profile = given.profile().await;
    let picture = given.share(&profile, "1", "2").await;
    let cause = Cause::of(code::SYNC_FIELD_REFUSED);
    let put = Change::PutShare(Box::new(picture.clone()));
    given.write(vec![raise(&given, &cause, &Entity::Share(picture.id)), put.clone()]).await;
    assert!(troubled(&given, &picture).await);
    given.write(vec![put]).await;
    assert!(troubled(&given, &picture).await);
}

async fn trouble_raised_before_the_share_is_stored_shows(given: Given) {
    let profile = given.profile().await;
    let share = given.new_share(&profile, "1", "2");
    let cause = Cause::of(code::SYNC_CREATE_REFUSED);
    let put = Change::PutShare(Box::new(share.clone()));
    given.write(vec![raise(&given, &cause, &Entity::Share(share.id)), put]).await;
    assert!(troubled(&given, &share).await);
}

async fn raising_one_cause_many_times_at_once_counts_right(given: Given) {
    let cause = Cause::of(code::SYNC_FIELD_REFUSED);
    let items: Vec<_> = (0..15).map(|n| given.item(&n.to_string())).collect();
    join_all((0..60).map(|n| given.write(vec![raise(&given, &cause, &items[n % 15])]))).await;
    let finding = only(&given).await;
    assert_eq!((finding.open, finding.seen), (15, 60));
    join_all(items.iter().map(|item| given.write(vec![settle(item, &[])]))).await;
    let finding = only(&given).await;
    assert_eq!((finding.open, finding.state), (0, FindingState::Resolved));
}
