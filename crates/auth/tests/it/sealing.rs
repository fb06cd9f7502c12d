//! The port `Seal` over a vault.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bowline_core::Timestamp;
use bowline_core::commit::{Change, Commit, KeyKind};
use bowline_core::port::{Seal, SealError, StoreError};
use bowline_core::secret::{Purpose, Sealed, Secret};

use crate::memory::{Folder, Memory, sealer, tenant};

fn plain() -> Secret {
    Secret::from("the plain text".to_owned())
}

#[tokio::test]
async fn a_value_opens_only_at_its_own_place() {
    let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
    let sealer = sealer(&memory, &folder).await;
    let sealed = sealer.seal(tenant(1), Purpose::Credential, "row-1", &plain()).await.unwrap();
    let opened = sealer.open(tenant(1), Purpose::Credential, "row-1", &sealed).await.unwrap();
    assert_eq!(opened.expose(), plain().expose());

    for (number, purpose, row) in [
        (1, Purpose::Credential, "row-2"),
        (1, Purpose::Credential, ""),
        (1, Purpose::WebhookSecret, "row-1"),
        (1, Purpose::ParkedBody, "row-1"),
        (1, Purpose::VendorWords, "row-1"),
        (1, Purpose::ConflictLoser, "row-1"),
        (2, Purpose::Credential, "row-1"),
    ] {
        let outcome = sealer.open(tenant(number), purpose, row, &sealed).await;
        assert!(matches!(outcome, Err(SealError::Corrupt(_))), "{number} {purpose:?} {row}");
    }
}

#[tokio::test]
async fn damage_and_nonsense_are_refused() {
    let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
    let sealer = sealer(&memory, &folder).await;
    let sealed = sealer.seal(tenant(1), Purpose::Credential, "row", &plain()).await.unwrap();
    let damaged = (0..sealed.0.len()).map(|index| {
        let mut bytes = sealed.0.clone();
        bytes[index] ^= 1;
        bytes
    });
    let cut = (0..sealed.0.len()).map(|length| sealed.0[..length].to_vec());
    for bytes in damaged.chain(cut) {
        let outcome = sealer.open(tenant(1), Purpose::Credential, "row", &Sealed(bytes)).await;
        assert!(matches!(outcome, Err(SealError::Corrupt(_))));
    }
}

#[tokio::test]
async fn keys_are_made_once_and_survive_a_restart() {
    let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
    let first = sealer(&memory, &folder).await;
    let sealed = first.seal(tenant(1), Purpose::Credential, "row", &plain()).await.unwrap();
    let print = first.fingerprinter(tenant(1)).await.unwrap().of(&"summary".into(), b"x");
    assert_eq!(memory.keys.lock().unwrap().len(), 2);

    let reads = memory.reads.load(Ordering::SeqCst);
    first.seal(tenant(1), Purpose::Credential, "row", &plain()).await.unwrap();
    assert_eq!(memory.reads.load(Ordering::SeqCst), reads, "keys are kept opened");

    let second = sealer(&memory, &folder).await;
    assert!(second.open(tenant(1), Purpose::Credential, "row", &sealed).await.is_ok());
    assert_eq!(second.fingerprinter(tenant(1)).await.unwrap().of(&"summary".into(), b"x"), print);
    let other = second.fingerprinter(tenant(2)).await.unwrap().of(&"summary".into(), b"x");
    assert_ne!(other, print, "tenants cannot be compared");
    assert_eq!(memory.keys.lock().unwrap().len(), 4);
}

/// Two processes meet a new tenant at the same time: both must use the keys that were stored first.
#[tokio::test]
async fn whoever_loses_the_race_uses_the_winners_keys() {
    let (folder, winners, memory) = (Folder::new(), Arc::new(Memory::default()), Arc::new(Memory::default()));
    let winner = sealer(&winners, &folder).await;
    let sealed = winner.seal(tenant(1), Purpose::Credential, "row", &plain()).await.unwrap();
    let keys = winners.keys.lock().unwrap().values().cloned().map(Change::AddKey).collect();
    let rival = Commit { tenant: tenant(1), fence: None, changes: keys, at: Timestamp::UNIX_EPOCH };
    *memory.rival.lock().unwrap() = Some(rival);

    let loser = sealer(&memory, &folder).await;
    let own = loser.seal(tenant(1), Purpose::Credential, "row", &plain()).await.unwrap();
    assert!(loser.open(tenant(1), Purpose::Credential, "row", &sealed).await.is_ok());
    assert!(winner.open(tenant(1), Purpose::Credential, "row", &own).await.is_ok());
}

#[tokio::test]
async fn an_unknown_key_is_looked_for_once_more_and_then_refused() {
    let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
    let sealer = sealer(&memory, &folder).await;
    let mut sealed = sealer.seal(tenant(1), Purpose::Credential, "row", &plain()).await.unwrap();
    let reads = memory.reads.load(Ordering::SeqCst);
    sealed.0[4] = 2;
    let outcome = sealer.open(tenant(1), Purpose::Credential, "row", &sealed).await;
    assert!(matches!(outcome, Err(SealError::Corrupt("sealed under an unknown key"))));
    assert_eq!(memory.reads.load(Ordering::SeqCst), reads + 2, "another process may have made it meanwhile");
}

#[tokio::test]
async fn half_of_the_keys_is_damage_and_no_key_is_made_over_it() {
    for lost in [KeyKind::Data, KeyKind::Fingerprint] {
        let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
        sealer(&memory, &folder).await.seal(tenant(1), Purpose::Credential, "row", &plain()).await.unwrap();
        memory.keys.lock().unwrap().retain(|(_, kind, _), _| *kind != lost);
        let outcome =
            sealer(&memory, &folder).await.seal(tenant(1), Purpose::Credential, "row", &plain()).await;
        assert!(matches!(outcome, Err(SealError::NoKey)), "{lost:?}");
        assert_eq!(memory.keys.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_database_that_is_away_is_no_damage() {
    let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
    let sealer = sealer(&memory, &folder).await;
    memory.away.store(true, Ordering::SeqCst);
    let outcome = sealer.seal(tenant(1), Purpose::Credential, "row", &plain()).await;
    assert!(matches!(outcome, Err(SealError::Store(StoreError::Unavailable(_)))));
}
