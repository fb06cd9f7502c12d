//! Stores with a flaw: the conformance suite finds each, and the lifecycle copes with a row that changes under it.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use async_trait::async_trait;
use bowline_connect::installation::{
    Change, ClientKey, Committed, Installation, Installations, MemoryInstallations, Revision, StoreError,
    Stored, UsedToken, conformance,
};
use bowline_connect::lifecycle::{Event, Legacy};
use http::StatusCode;
use jiff::Timestamp;

use super::world::{World, block_on};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    TokensForgotten,
    BodiesIgnored,
    NumbersIgnored,
    TokenUsedUpByRefusal,
    PreviousLost,
    ByAddress,
    NothingWiped,
    EverythingWiped,
    UseForgotten,
    PageUnbounded,
    RowsRaced,
    TokensRaced,
    Stale(usize),
}

struct Flawed {
    inner: MemoryInstallations,
    flaw: Flaw,
    commits: AtomicUsize,
    /// How many tokens were looked at.
    tokens: AtomicUsize,
}

impl Flawed {
    fn new(flaw: Flaw) -> Self {
        Self {
            inner: MemoryInstallations::default(),
            flaw,
            commits: AtomicUsize::new(0),
            tokens: AtomicUsize::new(0),
        }
    }

    async fn current(&self, client_key: &ClientKey) -> Result<Option<Revision>, StoreError> {
        Ok(self.inner.find(client_key).await?.map(|stored| stored.revision))
    }
}

#[async_trait]
impl Installations for Flawed {
    async fn find(&self, client_key: &ClientKey) -> Result<Option<Stored>, StoreError> {
        if self.flaw == Flaw::ByAddress {
            let all = self.inner.list(None, 100).await?;
            let of_its_address = all.iter().rfind(|row| row.base_url == "https://acme.atlassian.net/wiki");
            return match of_its_address {
                Some(row) => self.inner.find(&row.client_key).await,
                None => Ok(None),
            };
        }
        self.inner.find(client_key).await
    }

    async fn commit(&self, mut change: Change, now: Timestamp) -> Result<Committed, StoreError> {
        let number = self.commits.fetch_add(1, Ordering::Relaxed);
        match self.flaw {
            Flaw::TokensForgotten => change.used = None,
            Flaw::BodiesIgnored => change.used = change.used.map(|used| UsedToken { body: [0; 32], ..used }),
            Flaw::NumbersIgnored => change.expected = self.current(&change.installation.client_key).await?,
            // Looks, lets others in, and writes without looking again.
            Flaw::RowsRaced => {
                let is_expected = self.current(&change.installation.client_key).await? == change.expected;
                pause().await;
                if is_expected {
                    change.expected = self.current(&change.installation.client_key).await?;
                }
            }
            Flaw::PreviousLost => change.installation.previous = None,
            Flaw::TokenUsedUpByRefusal => {
                let used = change.used;
                let committed = self.inner.commit(change.clone(), now).await?;
                if committed == Committed::Stale {
                    let expected = self.current(&change.installation.client_key).await?;
                    let found = self.inner.find(&change.installation.client_key).await?;
                    if let Some(Stored { installation, .. }) = found {
                        let installation = Arc::unwrap_or_clone(installation);
                        self.inner.commit(Change { installation, expected, used }, now).await?;
                    }
                }
                return Ok(committed);
            }
            Flaw::Stale(times) if number < times => return Ok(Committed::Stale),
            _ => {}
        }
        self.inner.commit(change, now).await
    }

    async fn use_token(&self, mut used: UsedToken, now: Timestamp) -> Result<Committed, StoreError> {
        if self.flaw == Flaw::UseForgotten {
            used.until = now;
        }
        if self.flaw == Flaw::TokensRaced {
            let number = self.tokens.fetch_add(1, Ordering::Relaxed);
            pause().await;
            if self.tokens.load(Ordering::Relaxed) > number + 1 {
                return Ok(Committed::Done);
            }
        }
        self.inner.use_token(used, now).await
    }

    async fn list(&self, after: Option<&ClientKey>, limit: usize) -> Result<Vec<Installation>, StoreError> {
        let limit = if self.flaw == Flaw::PageUnbounded { 1_000 } else { limit };
        self.inner.list(after, limit).await
    }

    async fn wipe(&self, now: Timestamp) -> Result<usize, StoreError> {
        match self.flaw {
            Flaw::NothingWiped => Ok(0),
            Flaw::EverythingWiped => {
                let wiped = self.inner.wipe(now).await?;
                self.inner.wipe(Timestamp::MAX).await?;
                Ok(wiped)
            }
            _ => self.inner.wipe(now).await,
        }
    }
}

/// Lets others in once.
pub(crate) async fn pause() {
    let mut is_first = true;
    poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

#[test]
fn the_conformance_suite_finds_every_planted_flaw() {
    let broken = |flaw| block_on(conformance::check(&Flawed::new(flaw))).map_err(|broken| broken.to_string());
    assert_eq!(broken(Flaw::None), Ok(()));
    for (flaw, rule) in [
        (Flaw::TokensForgotten, "a token with the same body is a repetition"),
        (Flaw::BodiesIgnored, "a token with another body is a replay"),
        (Flaw::NumbersIgnored, "a row that is not there has no number"),
        (Flaw::TokenUsedUpByRefusal, "the token of a refused change was not used up"),
        (Flaw::PreviousLost, "a row comes back as it was given"),
        (Flaw::UseForgotten, "a token that was used up without a row is a repetition"),
        (Flaw::EverythingWiped, "a secret stays until its time"),
        (Flaw::NothingWiped, "wiping says how much it did"),
        (Flaw::PageUnbounded, "a page begins behind its client key and ends at its limit"),
        (Flaw::RowsRaced, "of two first rows at once one is taken"),
        (Flaw::TokensRaced, "of two bodies of a token at once one is a replay"),
        (Flaw::Stale(1), "a first row is taken"),
    ] {
        assert_eq!(broken(flaw), Err(rule.to_owned()), "{flaw:?}");
    }
    // Where it shows first depends on what is there already.
    assert!(broken(Flaw::ByAddress).is_err());
}

#[test]
fn a_row_that_changes_under_a_call_is_looked_at_again_but_not_for_ever() {
    for (times, status) in [(3, StatusCode::NO_CONTENT), (4, StatusCode::SERVICE_UNAVAILABLE)] {
        let world = World::over(Legacy::Off, Arc::new(Flawed::new(Flaw::Stale(times))));
        assert_eq!(world.call(&world.signed(Event::Installed, "site", "a")).status(), status, "{times}");
        let row = world.row("site");
        assert_eq!(row == "none", status == StatusCode::SERVICE_UNAVAILABLE, "{row}");
    }
}
