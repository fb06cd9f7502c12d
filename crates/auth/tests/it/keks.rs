//! What every kind of key-encryption key must do: open what it wrapped, for the same key of the same tenant, and
//! nothing else; and refuse to start over a database that needs another.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use bowline_auth::kek::{Exchange, Kek, Program, Remote, message, passphrase, rsa};
use bowline_auth::{Error, SystemEntropy, keyfile};
use bowline_core::code::{SEAL_KEY_AWAY, SEAL_KEY_WRONG};
use bowline_core::commit::{KeyKind, WrappedKey};
use bowline_core::port::{Seal as _, SealError};
use bowline_core::secret::{Purpose, Secret};

use crate::memory::{Folder, Memory, ring, sealer_with, tenant};

/// Answers as the encryptor does.
pub(crate) struct Encryptor(pub(crate) Arc<dyn Kek>);

#[async_trait]
impl Exchange for Encryptor {
    fn who(&self) -> &str {
        "the encryptor of the test"
    }
    async fn exchange(&self, line: &Secret) -> Result<Secret, SealError> {
        Ok(message::answer(self.0.as_ref(), line.expose()).await)
    }
}

/// A program that wraps by turning bits around and notices nothing: what is bound to the place is bound by us.
struct Careless(u8);

#[async_trait]
impl Exchange for Careless {
    fn who(&self) -> &str {
        "the program of the test"
    }
    async fn exchange(&self, line: &Secret) -> Result<Secret, SealError> {
        use base64::Engine as _;
        let turned = |bytes: &[u8]| {
            let bytes: Vec<u8> = bytes.iter().map(|byte| byte ^ self.0).collect();
            base64::engine::general_purpose::STANDARD.encode(bytes)
        };
        let answer = match message::Ask::parse(line.expose()).unwrap() {
            message::Ask::Describe => format!("{{\"id\":\"careless-{}\"}}\n", self.0),
            message::Ask::Wrap { key, .. } => format!("{{\"wrapped\":\"{}\"}}\n", turned(key.expose())),
            message::Ask::Unwrap { wrapped, .. } => format!("{{\"key\":\"{}\"}}\n", turned(&wrapped)),
            message::Ask::OpenCms { .. } => "{\"error\":\"I know no CMS\"}\n".to_owned(),
        };
        Ok(Secret::from(answer))
    }
}

/// One of each kind; `number` tells two of a kind apart.
pub(crate) async fn every_kind(folder: &Folder, number: u8) -> Vec<Arc<dyn Kek>> {
    let file = |name: &str| folder.file(&format!("{name}-{number}"));
    fs::write(file("phrase"), format!("correct horse battery {number}")).unwrap();
    fs::set_permissions(file("phrase"), fs::Permissions::from_mode(0o600)).unwrap();
    let key: Arc<dyn Kek> = Arc::new(keyfile::create(&file("key"), &SystemEntropy).unwrap());
    let rsa: Arc<dyn Kek> = Arc::new(rsa::create(&file("rsa"), &SystemEntropy).unwrap());
    let phrase: Arc<dyn Kek> = Arc::new(passphrase::create(&file("phrase"), &SystemEntropy).unwrap());
    let far: Arc<dyn Kek> = Arc::new(rsa::create(&file("far"), &SystemEntropy).unwrap());
    let encryptor: Arc<dyn Kek> = Arc::new(Remote::open(Encryptor(far)).await.unwrap());
    let program: Arc<dyn Kek> = Arc::new(Program::open(Careless(number)).await.unwrap());
    vec![key, rsa, phrase, encryptor, program]
}

fn plain() -> Secret {
    Secret::from("the plain text".to_owned())
}

#[tokio::test]
async fn a_wrapping_opens_for_its_context_alone_and_no_bit_of_it_may_change() {
    let folder = Folder::new();
    let (mine, others) = (every_kind(&folder, 1).await, every_kind(&folder, 2).await);
    for (kek, other) in mine.iter().zip(&others) {
        let key = Secret::new(vec![9; 32]);
        let wrapped = kek.wrap("ten_1/data/1", &key).await.unwrap();
        assert_eq!(kek.unwrap("ten_1/data/1", &wrapped).await.unwrap().expose(), key.expose());
        let place = kek.place();
        for context in ["ten_2/data/1", "ten_1/data/2", "ten_1/fingerprint/1", ""] {
            assert!(kek.unwrap(context, &wrapped).await.is_err(), "{place} opens for {context}");
        }
        assert!(other.unwrap("ten_1/data/1", &wrapped).await.is_err(), "{place} opens with another key");
        for index in 0..wrapped.len() {
            let mut changed = wrapped.clone();
            changed[index] ^= 1 << (index % 8);
            assert!(
                kek.unwrap("ten_1/data/1", &changed).await.is_err(),
                "{place} opens with byte {index} changed"
            );
            assert!(kek.unwrap("ten_1/data/1", &wrapped[..index]).await.is_err(), "{place} cut at {index}");
        }
    }
}

#[tokio::test]
async fn a_row_of_a_key_opens_at_its_place_alone_whatever_wrapped_it() {
    let folder = Folder::new();
    for kek in every_kind(&folder, 1).await {
        let place = kek.place().to_owned();
        let memory = Arc::new(Memory::default());
        let keyring = ring(&memory, kek, Vec::new()).await.unwrap();
        let sealer = sealer_with(&memory, &keyring);
        for number in [1, 2] {
            sealer.seal(tenant(number), Purpose::Credential, "row", &plain()).await.unwrap();
        }
        let rows = memory.keys.lock().unwrap().clone();
        let put = |owner, kind, version, row: &WrappedKey| {
            let memory = Arc::new(Memory::default());
            let mut keys = rows.clone();
            keys.insert((owner, kind, version), WrappedKey { kind, version, wrapped: row.wrapped.clone() });
            *memory.keys.lock().unwrap() = keys;
            *memory.check.lock().unwrap() = None;
            memory
        };
        let opens = async |memory: Arc<Memory>| {
            let sealer = sealer_with(&memory, &keyring);
            sealer.seal(tenant(1), Purpose::Credential, "row", &plain()).await.is_ok()
        };
        let data = &rows[&(tenant(1), KeyKind::Data, 1)];
        let others = &rows[&(tenant(2), KeyKind::Data, 1)];
        assert!(opens(put(tenant(1), KeyKind::Data, 1, data)).await, "{place}: as it was");
        assert!(!opens(put(tenant(1), KeyKind::Data, 1, others)).await, "{place}: another tenant's");
        assert!(!opens(put(tenant(1), KeyKind::Fingerprint, 1, data)).await, "{place}: of another kind");
        assert!(!opens(put(tenant(1), KeyKind::Data, 2, data)).await, "{place}: of another version");
        for index in 0..data.wrapped.0.len() {
            let mut changed = data.clone();
            changed.wrapped.0[index] ^= 0x10;
            assert!(!opens(put(tenant(1), KeyKind::Data, 1, &changed)).await, "{place}: byte {index}");
        }
    }
}

#[tokio::test]
async fn another_key_of_any_kind_is_refused_at_the_start_and_nothing_changes() {
    let folder = Folder::new();
    let (mine, others) = (every_kind(&folder, 1).await, every_kind(&folder, 2).await);
    for kek in &mine {
        let memory = Arc::new(Memory::default());
        ring(&memory, Arc::clone(kek), Vec::new()).await.unwrap();
        let (check, writes) = (memory.check.lock().unwrap().clone(), memory.writes.load(Ordering::SeqCst));
        ring(&memory, Arc::clone(kek), Vec::new()).await.expect("the same key opens it again");
        for wrong in others.iter().chain(mine.iter().filter(|other| other.id() != kek.id())) {
            let error = ring(&memory, Arc::clone(wrong), Vec::new()).await.err().unwrap();
            assert_eq!(error.code(), Some(SEAL_KEY_WRONG), "{error}");
            let words = error.to_string();
            assert!(words.contains(kek.id()) && words.contains(wrong.place()), "{words}");
        }
        assert_eq!(*memory.check.lock().unwrap(), check);
        assert_eq!(memory.writes.load(Ordering::SeqCst), writes);
    }
}

#[tokio::test]
async fn a_key_under_a_false_name_is_refused() {
    let memory = Arc::new(Memory::default());
    ring(&memory, Arc::new(Program::open(Careless(1)).await.unwrap()), Vec::new()).await.unwrap();
    /// Says it is the other.
    struct Liar;
    #[async_trait]
    impl Exchange for Liar {
        fn who(&self) -> &str {
            "the liar"
        }
        async fn exchange(&self, line: &Secret) -> Result<Secret, SealError> {
            match message::Ask::parse(line.expose()).unwrap() {
                message::Ask::Describe => Careless(1).exchange(line).await,
                _ => Careless(2).exchange(line).await,
            }
        }
    }
    let liar = Arc::new(Program::open(Liar).await.unwrap());
    let error = ring(&memory, liar, Vec::new()).await.err().unwrap();
    assert_eq!(error.code(), Some(SEAL_KEY_WRONG));
}

#[tokio::test]
async fn a_holder_that_is_away_is_no_wrong_key() {
    struct Away;
    #[async_trait]
    impl Exchange for Away {
        fn who(&self) -> &str {
            "nobody"
        }
        async fn exchange(&self, line: &Secret) -> Result<Secret, SealError> {
            match message::Ask::parse(line.expose()).unwrap() {
                message::Ask::Describe => Careless(1).exchange(line).await,
                _ => Err(SealError::Away("nobody answers".into())),
            }
        }
    }
    let memory = Arc::new(Memory::default());
    ring(&memory, Arc::new(Program::open(Careless(1)).await.unwrap()), Vec::new()).await.unwrap();
    let error = ring(&memory, Arc::new(Program::open(Away).await.unwrap()), Vec::new()).await.err().unwrap();
    assert!(matches!(error, Error::Seal(SealError::Away(_))), "{error}");
    assert_eq!(error.code(), Some(SEAL_KEY_AWAY));
}

#[tokio::test]
async fn a_key_is_unwrapped_once_however_many_ask_for_it() {
    /// Counts what it is asked.
    struct Counting(Encryptor, Arc<std::sync::atomic::AtomicUsize>);
    #[async_trait]
    impl Exchange for Counting {
        fn who(&self) -> &str {
            "the counting encryptor"
        }
        async fn exchange(&self, line: &Secret) -> Result<Secret, SealError> {
            if matches!(message::Ask::parse(line.expose()), Some(message::Ask::Unwrap { .. })) {
                self.1.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
            }
            self.0.exchange(line).await
        }
    }
    let (folder, memory) = (Folder::new(), Arc::new(Memory::default()));
    let count = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let kek: Arc<dyn Kek> = Arc::new(keyfile::create(&folder.file("key"), &SystemEntropy).unwrap());
    let far = Counting(Encryptor(kek), Arc::clone(&count));
    let keyring = ring(&memory, Arc::new(Remote::open(far).await.unwrap()), Vec::new()).await.unwrap();
    let sealer = sealer_with(&memory, &keyring);
    count.store(0, Ordering::SeqCst);
    let seal = async |number| {
        let sealed = sealer.seal(tenant(number), Purpose::Credential, "row", &plain()).await.unwrap();
        sealer.open(tenant(number), Purpose::Credential, "row", &sealed).await.unwrap();
        sealer.fingerprinter(tenant(number)).await.unwrap();
    };
    futures_util::future::join_all((0..60).map(|call| seal(call % 3))).await;
    assert_eq!(
        count.load(Ordering::SeqCst),
        3 * 2,
        "a data key and a fingerprint key for each of three tenants"
    );
}
