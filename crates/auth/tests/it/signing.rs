//! The port `Signer` over a vault.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use bowline_auth::{CredentialSigner, Sealer, Secrets};
use bowline_core::connection::SignIn;
use bowline_core::port::{Clock, Seal, SignError, Signer};
use bowline_core::secret::{Purpose, Secret};
use bowline_core::{SignedDuration, Timestamp};
use bytes::Bytes;

use crate::memory::{Folder, Memory, connection, sealer, secret_id, tenant};

struct Hand(Mutex<Timestamp>);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

struct Bench {
    secrets: Arc<Secrets>,
    memory: Arc<Memory>,
    sealer: Arc<Sealer>,
    hand: Arc<Hand>,
    signer: CredentialSigner,
}

impl Bench {
    async fn new() -> Self {
        let memory = Arc::new(Memory::default());
        let sealer = sealer(&memory, &Folder::new()).await;
        let hand = Arc::new(Hand(Mutex::new(Timestamp::UNIX_EPOCH)));
        let secrets =
            Secrets::new(Arc::clone(&memory) as _, Arc::clone(&sealer) as _, Arc::clone(&hand) as _);
        let secrets = Arc::new(secrets);
        let signer = CredentialSigner::new(Arc::clone(&secrets));
        Self { secrets, memory, sealer, hand, signer }
    }

    async fn store(&self, purpose: Purpose, text: &str) {
        let (id, secret) = (secret_id(1), Secret::from(text.to_owned()));
        let sealed = self.sealer.seal(tenant(1), purpose, &id.to_string(), &secret).await.unwrap();
        self.memory.put(tenant(1), id, sealed);
    }

    async fn sign(&self, revision: i64) -> Result<String, SignError> {
        self.sign_for(1, revision).await
    }

    async fn sign_for(&self, number: u32, revision: i64) -> Result<String, SignError> {
        let mut request = http::Request::get("https://jira.example/x").body(Bytes::new()).unwrap();
        let mut connection = connection("https://jira.example", SignIn::PersonalAccessToken);
        (connection.tenant, connection.revision) = (tenant(number), revision);
        self.signer.sign(&connection, &mut request).await?;
        Ok(request.headers()["authorization"].to_str().unwrap().to_owned())
    }
}

#[tokio::test]
async fn the_credential_is_opened_once_a_minute_and_at_every_new_revision() {
    let bench = Bench::new().await;
    bench.store(Purpose::Credential, "one").await;
    assert_eq!(bench.sign(1).await.unwrap(), "Bearer one");
    let reads = bench.memory.reads.load(Ordering::SeqCst);
    assert_eq!(bench.sign(1).await.unwrap(), "Bearer one");
    assert_eq!(bench.memory.reads.load(Ordering::SeqCst), reads);

    bench.store(Purpose::Credential, "two").await;
    assert_eq!(bench.sign(1).await.unwrap(), "Bearer one");
    assert_eq!(bench.sign(2).await.unwrap(), "Bearer two");

    bench.store(Purpose::Credential, "three").await;
    *bench.hand.0.lock().unwrap() += SignedDuration::from_mins(1);
    assert_eq!(bench.sign(2).await.unwrap(), "Bearer three");
}

#[tokio::test]
async fn what_is_missing_or_sealed_for_another_purpose_signs_nothing() {
    let bench = Bench::new().await;
    assert!(matches!(bench.sign(1).await, Err(SignError::Missing)));
    bench.store(Purpose::WebhookSecret, "one").await;
    assert!(matches!(bench.sign(1).await, Err(SignError::Sealed(_))));
    bench.memory.away.store(true, Ordering::SeqCst);
    assert!(matches!(bench.sign(1).await, Err(SignError::Sealed(_))));
}

#[tokio::test]
async fn a_connection_that_names_another_tenants_secret_gets_nothing() {
    let bench = Bench::new().await;
    bench.store(Purpose::Credential, "one").await;
    assert_eq!(bench.sign_for(1, 1).await.unwrap(), "Bearer one");
    assert!(matches!(bench.sign_for(2, 1).await, Err(SignError::Missing)));
}

#[tokio::test]
async fn a_remembered_credential_is_not_handed_out_for_another_purpose() {
    let bench = Bench::new().await;
    bench.store(Purpose::Credential, "one").await;
    let connection = connection("https://jira.example", SignIn::PersonalAccessToken);
    let find = async |purpose| bench.secrets.find(&connection, purpose, secret_id(1)).await;
    assert!(find(Purpose::Credential).await.unwrap().is_some());
    assert!(find(Purpose::WebhookSecret).await.is_err());
}
