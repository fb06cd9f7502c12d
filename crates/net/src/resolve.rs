//! Host names to addresses, asked for at most once in half a minute.
//!
//! The operating system's resolver blocks a thread for as long as it likes, and a thread cannot be taken
//! back. So one name never holds more than one: everybody who asks meanwhile waits for the same answer, and a
//! slow name server of one customer costs the others nothing. All names together hold no more than [`AT_ONCE`]; the
//! rest wait their turn. What an address may be used for is the guard's business.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bowline_core::port::Clock;
use bowline_core::{SignedDuration, Timestamp};
use tokio::sync::{Semaphore, watch};

/// How long an answer is used again. Vendors' names live for a minute; half of it keeps a moved site reachable.
const MEMORY: SignedDuration = SignedDuration::from_secs(30);

/// How many names are remembered; above it the finished ones are forgotten.
const CAPACITY: usize = 4_096;

/// How many names are looked up at once. Each holds a thread, and the runtime has 512 for everything that blocks.
const AT_ONCE: usize = 32;

/// Turns a host name into addresses. A seam: tests plant answers here.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// All addresses of a host name, in the order of preference.
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The operating system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

type Answer = Result<Arc<[IpAddr]>, Arc<io::Error>>;

/// A resolver's answers, shared by everybody who asks for the same name at the same time or soon after.
pub(crate) struct Names {
    resolver: Arc<dyn Resolver>,
    clock: Arc<dyn Clock>,
    known: Mutex<HashMap<String, Known>>,
    turns: Arc<Semaphore>,
}

/// One name: the answer, once there is one, and when it was asked for.
struct Known {
    answer: watch::Receiver<Option<Answer>>,
    since: Timestamp,
}

impl Known {
    /// Whether to wait for this answer or use it; a failed lookup is tried anew by the next who asks.
    fn is_useful(&self, now: Timestamp) -> bool {
        match &*self.answer.borrow() {
            None => self.is_pending(),
            Some(Ok(_)) => now.duration_since(self.since) < MEMORY,
            Some(Err(_)) => false,
        }
    }

    fn is_pending(&self) -> bool {
        self.answer.has_changed().is_ok()
    }
}

impl Names {
    pub(crate) fn new(resolver: Arc<dyn Resolver>, clock: Arc<dyn Clock>) -> Self {
        Self { resolver, clock, known: Mutex::default(), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// The addresses of a host name. Dropping this future does not stop the lookup: others may wait for it.
    pub(crate) async fn lookup(&self, host: &str) -> Answer {
        let mut answer = self.shared(host);
        match answer.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(answer)) => answer.clone(),
            _ => Err(Arc::new(io::Error::other("the lookup ended without an answer"))),
        }
    }

    fn shared(&self, host: &str) -> watch::Receiver<Option<Answer>> {
        let now = self.clock.now();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = known.get(host).filter(|entry| entry.is_useful(now)) {
            return entry.answer.clone();
        }
        if known.len() >= CAPACITY {
            known.retain(|_, entry| entry.is_pending());
        }
        let answer = self.start(host.to_owned());
        known.insert(host.to_owned(), Known { answer: answer.clone(), since: now });
        answer
    }

    /// Runs a lookup in a task of its own, so that it ends even if nobody waits for it any more.
    fn start(&self, host: String) -> watch::Receiver<Option<Answer>> {
        let (resolver, turns) = (Arc::clone(&self.resolver), Arc::clone(&self.turns));
        let (said, answer) = watch::channel(None);
        tokio::spawn(async move {
            // Nobody ever closes it.
            let _turn = turns.acquire().await;
            let addresses = resolver.lookup(&host).await;
            said.send_replace(Some(addresses.map(Into::into).map_err(Arc::new)));
        });
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::FutureExt;
    use tokio::sync::Notify;

    use super::*;

    struct Frozen;
    impl Clock for Frozen {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
    }

    /// Answers each lookup when told to; every second one fails.
    #[derive(Default)]
    struct Slow {
        lookups: AtomicUsize,
        go: Notify,
    }

    #[async_trait]
    impl Resolver for Slow {
        async fn lookup(&self, _: &str) -> io::Result<Vec<IpAddr>> {
            let number = self.lookups.fetch_add(1, Ordering::SeqCst);
            self.go.notified().await;
            if number % 2 == 1 { Err(io::Error::other("no")) } else { Ok(vec![[8, 8, 8, 8].into()]) }
        }
    }

    fn slow() -> (Arc<Slow>, Names) {
        let slow = Arc::<Slow>::default();
        (Arc::clone(&slow), Names::new(slow, Arc::new(Frozen)))
    }

    #[tokio::test]
    async fn one_name_is_looked_up_once_however_many_ask_and_give_up() {
        let (slow, names) = slow();
        for _ in 0..3 {
            assert!(names.lookup("jira.example").now_or_never().is_none());
            tokio::task::yield_now().await;
        }
        slow.go.notify_one();
        assert_eq!(names.lookup("jira.example").await.unwrap().len(), 1);
        assert_eq!(slow.lookups.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn no_more_names_are_looked_up_at_once_than_there_are_turns() {
        let (slow, names) = slow();
        let all = AT_ONCE + 9;
        let answers: Vec<_> = (0..all).map(|number| names.shared(&format!("{number}.example"))).collect();
        let pass = async || {
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
        };
        pass().await;
        assert_eq!(slow.lookups.load(Ordering::SeqCst), AT_ONCE);
        for mut answer in answers {
            slow.go.notify_waiters();
            pass().await;
            answer.wait_for(Option::is_some).await.unwrap();
        }
        assert_eq!(slow.lookups.load(Ordering::SeqCst), all, "the rest had its turn");
    }

    #[tokio::test]
    async fn a_failure_is_not_remembered() {
        let (slow, names) = slow();
        for good in [true, false, true] {
            slow.go.notify_one();
            let host = if good { "good.example" } else { "bad.example" };
            assert_eq!(names.lookup(host).await.is_ok(), good);
        }
        slow.go.notify_one();
        assert!(names.lookup("bad.example").await.is_ok());
        assert_eq!(slow.lookups.load(Ordering::SeqCst), 3, "good.example was remembered");
    }
}
