//! Many callers, two processes, one renewal.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bowline_auth::life::{Life, Shown};
use bowline_auth::{CredentialSigner, Secrets};
use bowline_core::SignedDuration;
use bowline_core::code::AUTH_OTHER_ADDRESS;
use bowline_core::connection::SignIn;
use bowline_core::port::{SignError, Signer as _};
use bytes::Bytes;

use super::land::Land;
use crate::memory::connection;

const LEEWAY: SignedDuration = SignedDuration::from_secs(600);

/// Claims and looks until it is dropped, as the worker does.
async fn work(land: Arc<Land>, life: Arc<Life>) {
    loop {
        if let Some(claim) = land.claim().await {
            life.tend(&claim, land.grant).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_callers_over_two_processes_are_one_renewal() {
    for _ in 0..5 {
        let land = Arc::new(Land::new(LEEWAY).await);
        let lives = [Arc::new(land.life().await), Arc::new(land.life().await)];
        // Both have the old token in memory, and it ends now.
        for life in &lives {
            life.access(land.tenant, land.grant).await.unwrap();
        }
        land.hand.turn(SignedDuration::from_hours(1));
        let workers = lives.clone().map(|life| tokio::spawn(work(land.clone(), life)));
        let callers: Vec<_> = (0..50)
            .map(|index| {
                let (land, life) = (land.clone(), lives[index % 2].clone());
                tokio::spawn(async move { life.access(land.tenant, land.grant).await.unwrap() })
            })
            .collect();
        for caller in callers {
            let access = caller.await.unwrap();
            assert!(matches!(&access.shown, Shown::Bearer(token) if token.expose_text() == "access-2"));
            assert_eq!(access.version, 2);
        }
        assert_eq!(land.provider.asked.load(Ordering::SeqCst), 1);
        workers.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_the_tool_refuses_is_renewed_once_however_many_found_out() {
    let land = Arc::new(Land::new(LEEWAY).await);
    let life = Arc::new(land.life().await);
    assert_eq!(life.access(land.tenant, land.grant).await.unwrap().version, 1);
    // Two renewals are a few seconds apart, whoever asks.
    land.hand.turn(SignedDuration::from_secs(10));
    let worker = tokio::spawn(work(land.clone(), life.clone()));
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let (land, life) = (land.clone(), life.clone());
            tokio::spawn(async move { life.refused(land.tenant, land.grant, 1).await.unwrap().version })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), 2);
    }
    assert_eq!(land.provider.asked.load(Ordering::SeqCst), 1);
    worker.abort();
}

#[tokio::test]
async fn a_token_is_for_one_origin() {
    let land = Land::new(LEEWAY).await;
    let access = land.life().await.access(land.tenant, land.grant).await.unwrap();
    let is_for = |url: &str| access.is_for(&url.parse().unwrap());
    assert!(is_for("https://api.atlassian.com/ex/jira/1/rest") && is_for("https://API.atlassian.com:443/"));
    for other in [
        "https://acme.atlassian.net/rest",
        "http://api.atlassian.com/",
        "https://api.atlassian.com:8443/",
        "https://api.atlassian.com.evil.example/",
        "https://evil.example/api.atlassian.com",
    ] {
        assert!(!is_for(other), "{other}");
    }
}

#[tokio::test]
async fn a_call_to_another_address_goes_out_without_the_token_or_not_at_all() {
    let land = Land::new(LEEWAY).await;
    let secrets = Secrets::new(land.store.clone(), land.sealer().await, land.hand.clone());
    let signer = CredentialSigner::new(Arc::new(secrets)).with_life(Arc::new(land.life().await));
    let mut connection =
        connection("https://api.atlassian.com/ex/jira/1", SignIn::Grant { grant: land.grant });
    connection.tenant = land.tenant;
    let signed = async |url: &str| {
        let mut request = http::Request::get(url).body(Bytes::new()).unwrap();
        (signer.sign(&connection, &mut request).await, request)
    };
    let (outcome, request) = signed("https://api.atlassian.com/ex/jira/1/rest/api/3/myself").await;
    outcome.unwrap();
    assert_eq!(request.headers()["authorization"], "Bearer access-1");
    // Such as an answer may name: a page of a list, a file, where to log in.
    for elsewhere in ["https://evil.example/rest/api/3/myself", "http://api.atlassian.com/ex/jira/1/rest"] {
        let (outcome, request) = signed(elsewhere).await;
        let Err(SignError::NoToken(failure)) = outcome else { panic!("{elsewhere}: {outcome:?}") };
        assert_eq!(failure.code, AUTH_OTHER_ADDRESS, "{elsewhere}");
        assert!(request.headers().is_empty(), "{elsewhere}");
    }
}
