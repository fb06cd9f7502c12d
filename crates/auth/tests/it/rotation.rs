//! Turning keys over: everything opens before, during and after, whoever dies in between.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bowline_auth::KekState;
use bowline_core::Timestamp;
use bowline_core::code::SEAL_KEY_WRONG;
use bowline_core::commit::{Change, Commit, KeyKind};
use bowline_core::port::{Commits as _, Seal as _, SealError};
use bowline_core::secret::{Purpose, Secret, Shelf};
use tokio::sync::watch;

use crate::keks::every_kind;
use crate::memory::{Folder, Memory, ring, secret_id, tenant};
use crate::turner::{Process, VALUES, key, tenants};

#[tokio::test]
async fn a_new_data_key_takes_over_and_the_old_one_stays_until_nothing_needs_it() {
    let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
    tenants(&memory, 2);
    let process = Process::start(&memory, &key(&folder, "key"), &[]).await;
    let (mine, other) = (tenant(1), tenant(2));
    process.fill(mine).await;
    process.fill(other).await;
    let prints = (process.print(mine).await, process.print(other).await);
    let plan = process.rotation.plan_data(&process.owners()[0]).await.unwrap();
    assert_eq!((plan.from, plan.to, plan.values), (1, 2, VALUES as i64));
    assert_eq!(memory.keys.lock().unwrap().len(), 4, "planning makes nothing");

    process.rotation.rotate_data(&process.owners()[0]).await.unwrap();
    assert_eq!(process.read(mine).await, BTreeMap::from([(1, VALUES)]), "nothing has to happen at once");
    let done = process.rotation.pass().await.unwrap();
    assert_eq!((done.resealed, done.dropped), (VALUES as u64, 0));
    assert_eq!(process.read(mine).await, BTreeMap::from([(2, VALUES)]));
    assert_eq!(process.read(other).await, BTreeMap::from([(1, VALUES)]));
    assert!(process.rotation.pass().await.unwrap().is_idle(), "the old key is kept for an hour");

    process.clock.0.store(3_601, Ordering::SeqCst);
    assert_eq!(process.rotation.pass().await.unwrap().dropped, 1);
    let keys: Vec<_> = memory.keys.lock().unwrap().keys().copied().collect();
    assert!(!keys.contains(&(mine, KeyKind::Data, 1)) && keys.contains(&(other, KeyKind::Data, 1)));
    let again = Process::start(&memory, &key(&folder, "key"), &[]).await;
    assert_eq!(again.read(mine).await, BTreeMap::from([(2, VALUES)]));
    assert_eq!(
        (again.print(mine).await, again.print(other).await),
        prints,
        "fingerprint keys are never rotated"
    );
    assert!(
        keys.contains(&(mine, KeyKind::Fingerprint, 1)) && !keys.contains(&(mine, KeyKind::Fingerprint, 2))
    );
}

/// Another process that has not noticed the new key seals under the old one for a while. Nothing of that is lost.
#[tokio::test]
async fn what_a_process_seals_under_the_old_key_meanwhile_is_found() {
    let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
    tenants(&memory, 1);
    let (turner, late) = (
        Process::start(&memory, &key(&folder, "key"), &[]).await,
        Process::start(&memory, &key(&folder, "key"), &[]).await,
    );
    turner.fill(tenant(1)).await;
    late.read(tenant(1)).await;
    turner.rotation.rotate_data(&turner.owners()[0]).await.unwrap();
    turner.until_idle().await;
    late.fill(tenant(1)).await;
    assert_eq!(turner.read(tenant(1)).await, BTreeMap::from([(1, VALUES)]));
    // Its hour is over and it counts: it is sealed anew, and only then dropped.
    turner.clock.0.store(7_200, Ordering::SeqCst);
    let done = turner.rotation.pass().await.unwrap();
    assert_eq!((done.resealed, done.dropped), (VALUES as u64, 1));
    assert_eq!(
        late.read(tenant(1)).await,
        BTreeMap::from([(2, VALUES)]),
        "the late one looks for a key it has not"
    );
    late.clock.0.store(301, Ordering::SeqCst);
    late.fill(tenant(1)).await;
    assert_eq!(
        late.read(tenant(1)).await,
        BTreeMap::from([(2, VALUES)]),
        "and seals under it after five minutes"
    );
}

/// The database takes so many writes and no more, for every number there is.
#[tokio::test]
async fn killed_after_any_write_of_a_data_key_rotation_nothing_is_lost() {
    let folder = Folder::new();
    for writes in 0.. {
        let memory = Arc::new(Memory::default());
        tenants(&memory, 2);
        let process = Process::start(&memory, &key(&folder, "key"), &[]).await;
        for owner in process.owners() {
            process.fill(owner.id).await;
        }
        let print = process.print(tenant(1)).await;
        let turn = async || -> Result<(), SealError> {
            for owner in process.owners() {
                process.rotation.rotate_data(&owner).await?;
            }
            while !process.rotation.pass().await?.is_idle() {}
            process.clock.0.store(3_601, Ordering::SeqCst);
            while !process.rotation.pass().await?.is_idle() {}
            Ok(())
        };
        *memory.last.lock().unwrap() = Some(memory.writes.load(Ordering::SeqCst) + writes);
        let ended = turn().await.is_ok();
        *memory.last.lock().unwrap() = None;
        let restarted = Process::start(&memory, &key(&folder, "key"), &[]).await;
        for owner in restarted.owners() {
            assert_eq!(
                restarted.read(owner.id).await.values().sum::<usize>(),
                VALUES,
                "after {writes} writes"
            );
        }
        restarted.until_idle().await;
        restarted.read(tenant(1)).await;
        assert_eq!(restarted.print(tenant(1)).await, print);
        if ended {
            // Two new keys, two tenants' values (five shelves each), two old keys.
            assert_eq!(writes, 2 + 2 * 5 + 2);
            return;
        }
    }
}

#[tokio::test]
async fn killed_after_any_write_of_a_change_of_the_wrapping_nothing_is_lost() {
    let folder = Folder::new();
    let (old, new) = (key(&folder, "old"), key(&folder, "new"));
    for writes in 0.. {
        let memory = Arc::new(Memory::default());
        tenants(&memory, 3);
        let before = Process::start(&memory, &old, &[]).await;
        for owner in before.owners() {
            before.fill(owner.id).await;
        }
        let process = Process::start(&memory, &new, std::slice::from_ref(&old)).await;
        let turn = async || -> Result<(), SealError> {
            process.rotation.begin_wrapping().await?;
            while !process.rotation.pass().await?.is_idle() {}
            Ok(())
        };
        *memory.last.lock().unwrap() = Some(memory.writes.load(Ordering::SeqCst) + writes);
        let ended = turn().await.is_ok();
        *memory.last.lock().unwrap() = None;
        let restarted = Process::start(&memory, &new, std::slice::from_ref(&old)).await;
        for owner in restarted.owners() {
            assert_eq!(
                restarted.read(owner.id).await.values().sum::<usize>(),
                VALUES,
                "after {writes} writes"
            );
        }
        restarted.rotation.begin_wrapping().await.unwrap();
        restarted.until_idle().await;
        let alone = Process::start(&memory, &new, &[]).await;
        for owner in alone.owners() {
            alone.read(owner.id).await;
        }
        if ended {
            // The word that it begins, two keys of three tenants, the word that it ended.
            assert_eq!(writes, 1 + 3 * 2 + 1);
            return;
        }
    }
}

#[tokio::test]
async fn the_wrapping_changes_from_and_to_every_kind() {
    let folder = Folder::new();
    let kinds = every_kind(&folder, 1).await;
    let memory = Arc::new(Memory::default());
    tenants(&memory, 2);
    let mut before = Arc::clone(kinds.last().unwrap());
    let first = Process::start(&memory, &before, &[]).await;
    for owner in first.owners() {
        first.fill(owner.id).await;
    }
    for next in &kinds {
        let process = Process::start(&memory, next, std::slice::from_ref(&before)).await;
        if next.id() != before.id() {
            assert_eq!(process.states().await, [KekState::Next, KekState::Active]);
            assert!(
                process.rotation.pass().await.unwrap().is_idle(),
                "nothing happens before it is asked for"
            );
            assert!(process.rotation.begin_wrapping().await.unwrap());
            assert!(!process.rotation.begin_wrapping().await.unwrap(), "once");
            assert_eq!(process.states().await, [KekState::Active, KekState::Leaving]);
            // Until it has ended, each of them alone is refused.
            for alone in [next, &before] {
                let error = ring(&memory, Arc::clone(alone), Vec::new()).await.err().unwrap();
                assert_eq!(error.code(), Some(SEAL_KEY_WRONG), "{error}");
            }
            let done = process.rotation.pass().await.unwrap();
            assert_eq!((done.rewrapped, done.finished), (4, false));
            assert!(process.rotation.pass().await.unwrap().finished);
            assert_eq!(process.states().await, [KekState::Active, KekState::Unneeded]);
            let error = ring(&memory, Arc::clone(&before), Vec::new()).await.err().unwrap();
            assert_eq!(error.code(), Some(SEAL_KEY_WRONG), "the old one opens nothing any more");
        }
        let alone = Process::start(&memory, next, &[]).await;
        for owner in alone.owners() {
            assert_eq!(alone.read(owner.id).await, BTreeMap::from([(1, VALUES)]));
        }
        before = Arc::clone(next);
    }
}

#[expect(clippy::too_many_lines, reason = "one story of three who work at once")]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rotation_under_load_loses_nothing() {
    let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
    tenants(&memory, 3);
    let (old, new) = (key(&folder, "old"), key(&folder, "new"));
    let turner = Process::start(&memory, &new, std::slice::from_ref(&old)).await;
    for owner in turner.owners() {
        turner.fill(owner.id).await;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let written = Arc::new(Mutex::new(BTreeMap::new()));
    let (mut people, mut seen) = (Vec::new(), Vec::new());
    for number in 0..4_u32 {
        let process = Process::start(&memory, &new, std::slice::from_ref(&old)).await;
        let (stop, written) = (Arc::clone(&stop), Arc::clone(&written));
        let turns = watch::Sender::new(0_u32);
        seen.push(turns.subscribe());
        people.push(tokio::spawn(async move {
            let mut turn = 0_u32;
            while !stop.load(Ordering::SeqCst) {
                turn += 1;
                let (owner, id) = (tenant(1 + turn % 3), secret_id(1_000 + number * 100 + turn % 7));
                let plain = format!("{owner} {id} {:?}", Purpose::Credential);
                let sealed = process
                    .sealer
                    .seal(owner, Purpose::Credential, &id.to_string(), &Secret::from(plain))
                    .await
                    .unwrap();
                let changes = vec![Change::PutSecret { id, sealed }];
                process
                    .memory
                    .commit(Commit { tenant: owner, fence: None, changes, at: Timestamp::UNIX_EPOCH })
                    .await
                    .unwrap();
                written.lock().unwrap().insert((owner, id), ());
                process.read(owner).await;
                turns.send_replace(turn);
                tokio::task::yield_now().await;
            }
        }));
    }
    turner.rotation.begin_wrapping().await.unwrap();
    for round in 1..=5 {
        for owner in turner.owners() {
            turner.rotation.rotate_data(&owner).await.unwrap();
        }
        // Those who write do not wait, so an idle pass may never come; the last rounds are done when they are gone.
        for _ in 0..3 {
            let done = turner.rotation.pass().await.unwrap();
            assert_eq!(done.problems, [""; 0], "round {round}");
        }
        // Load, not luck: each person writes and reads all in each round; one who panicked ends the wait with an error.
        for turns in &mut seen {
            turns.wait_for(|turns| *turns >= 3 * round).await.unwrap();
        }
    }
    stop.store(true, Ordering::SeqCst);
    for person in people {
        person.await.unwrap();
    }
    turner.until_idle().await;
    let alone = Process::start(&memory, &new, &[]).await;
    for owner in alone.owners() {
        assert_eq!(alone.read(owner.id).await.keys().copied().collect::<Vec<_>>(), [6]);
        let stored = memory.all(owner.id);
        for (_, id) in written.lock().unwrap().keys().filter(|(tenant, _)| *tenant == owner.id) {
            assert!(stored.iter().any(|(_, row)| row.id == id.to_string()), "{id} is gone");
        }
    }
}

#[tokio::test]
async fn a_check_finds_each_value_that_was_changed_or_moved() {
    let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
    tenants(&memory, 2);
    let process = Process::start(&memory, &key(&folder, "key"), &[]).await;
    process.fill(tenant(1)).await;
    process.fill(tenant(2)).await;
    let owners = process.owners();
    let good = process.rotation.verify(&owners).await.unwrap();
    assert_eq!((good.keys, good.values, good.failed), (4, 2 * VALUES as u64, 0));
    let rows = memory.shelves.lock().unwrap().clone();
    let at = |owner, shelf| {
        let mut all = rows.iter().filter(move |((tenant, on, _), _)| *tenant == owner && *on == shelf);
        let (key, (bound, sealed)) = all.next().unwrap();
        (key.clone(), bound.clone(), sealed.clone(), all.next().unwrap().1.1.clone())
    };
    let (place, bound, sealed, of_another_row) = at(tenant(1), Shelf::ParkedBodies);
    let of_another_shelf = at(tenant(1), Shelf::ConflictLosers).2;
    let of_another_tenant = at(tenant(2), Shelf::ParkedBodies).2;
    let mut flipped = sealed.clone();
    flipped.0[20] ^= 1;
    for (what, wrong) in [
        ("another row", of_another_row),
        ("another column", of_another_shelf),
        ("another tenant", of_another_tenant),
        ("a flipped bit", flipped),
    ] {
        memory.shelves.lock().unwrap().insert(place.clone(), (bound.clone(), wrong));
        let verdict = process.rotation.verify(&owners).await.unwrap();
        assert_eq!((verdict.failed, verdict.broken.len()), (1, 1), "{what}");
        assert_eq!(
            (verdict.broken[0].tenant.as_str(), &verdict.broken[0].what),
            ("tenant-1", &format!("parked_bodies {}", place.2))
        );
        // Turning keys over leaves it where it is, says so, keeps its key, and goes on with the others.
        process.rotation.rotate_data(&owners[0]).await.unwrap();
        process.clock.0.fetch_add(3_601, Ordering::SeqCst);
        let done = process.rotation.pass().await.unwrap();
        assert!(done.problems.len() == 1 && done.problems[0].contains(&place.2), "{what}: {done:?}");
        memory.shelves.lock().unwrap().insert(place.clone(), (bound.clone(), sealed.clone()));
    }
    process.until_idle().await;
    process.read(tenant(1)).await;
    let list = process.rotation.list(&owners).await.unwrap();
    let newest = list.tenants[0].keys.iter().find(|key| key.version == 5).unwrap();
    assert_eq!(
        (newest.kind, newest.values, newest.kek.as_str()),
        ("data", VALUES as i64, list.wrapping[0].id.as_str())
    );
    assert_eq!(process.states().await, [KekState::Active]);
}
