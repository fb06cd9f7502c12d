//! What came in and what went out: two bounded rings that the control API shows.
//!
//! Requests are kept with tokens taken out of the query, the latest of them with what was said on both sides as well;
//! webhooks are kept with their bodies, so that one can be sent again. The oldest entries fall out first.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::HeaderMap;
use serde::Serialize;
use tokio::sync::Notify;

use crate::frame::delivery::Outgoing;
use crate::frame::locked::Counter;

/// How many requests are remembered.
const REQUESTS: usize = 2_000;
/// How many webhooks are remembered; a Jira body is 5 to 30 KB.
const WEBHOOKS: usize = 500;
/// Of how many requests everything said is remembered.
const EXCHANGES: usize = 200;
/// How much of a body is remembered.
const LONGEST: usize = 64 * 1024;

/// A request that came in.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Request {
    pub(crate) id: u64,
    /// The simulator's clock.
    pub(crate) at: i64,
    pub(crate) method: String,
    pub(crate) path: String,
    /// The query with the values of tokens replaced.
    pub(crate) query: String,
    /// The status answered, or that would have been answered.
    pub(crate) status: u16,
    /// Whose credentials came with it.
    pub(crate) user: Option<String>,
    /// What the fault rules did to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<&'static str>,
}

/// What was said in a request and its answer. Bodies are cut at [`LONGEST`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Exchange {
    pub(crate) asked: HeaderMap,
    /// Empty for a request that no route took.
    pub(crate) body: Bytes,
    pub(crate) answered: HeaderMap,
    /// Empty for an answer that is sent piece by piece.
    pub(crate) answer: Bytes,
}

/// The beginning of a body, which does not keep the rest of it in memory.
pub(crate) fn beginning(body: &Bytes) -> Bytes {
    match body.get(..LONGEST) {
        Some(beginning) if body.len() > LONGEST => Bytes::copy_from_slice(beginning),
        _ => body.clone(),
    }
}

/// How far a webhook has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fate {
    /// Waits to be sent, again perhaps.
    Queued,
    /// Held back by a `hook_reorder` rule.
    Held,
    /// Answered with a success.
    Delivered,
    /// Not answered with a success, and not sent again.
    Failed,
    /// Lost by a `hook_drop` rule.
    Dropped,
    /// Swallowed because webhooks are blocked.
    Swallowed,
    /// Larger than the vendor sends.
    TooLarge,
    /// Was waiting when a snapshot was restored.
    Discarded,
}

impl Fate {
    /// Whether it may still be sent.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Held)
    }
}

/// One attempt at sending.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Attempt {
    pub(crate) at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
}

/// A webhook that was, or should have been, sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) id: u64,
    pub(crate) at: i64,
    pub(crate) fate: Fate,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) outgoing: Arc<Outgoing>,
}

/// A webhook that was given up after its last retry, and when.
pub(crate) type Failure = (i64, Arc<Outgoing>);

/// All rings.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    requests: Mutex<Ring<Request>>,
    exchanges: Mutex<VecDeque<(u64, Exchange)>>,
    webhooks: Mutex<Ring<Sent>>,
    failures: Mutex<Ring<Failure>>,
    /// Rung whenever a webhook is made or gets further.
    settled: Notify,
    /// How often anything was noted, and the bell for it.
    version: Counter,
    noted: Notify,
}

#[derive(Debug)]
struct Ring<T> {
    entries: VecDeque<T>,
    total: u64,
}

impl<T> Default for Ring<T> {
    fn default() -> Self {
        Self { entries: VecDeque::new(), total: 0 }
    }
}

impl<T> Ring<T> {
    /// Ids count from 1 and never repeat.
    fn push(&mut self, limit: usize, entry: impl FnOnce(u64) -> T) -> u64 {
        self.total += 1;
        if self.entries.len() >= limit {
            self.entries.pop_front();
        }
        self.entries.push_back(entry(self.total));
        self.total
    }

    fn get_mut(&mut self, id: u64) -> Option<&mut T> {
        let behind = usize::try_from(self.total.checked_sub(id)?).ok()?;
        let index = self.entries.len().checked_sub(behind + 1)?;
        self.entries.get_mut(index)
    }
}

impl Recorder {
    /// Remembers a request; its id is filled in.
    pub(crate) fn request(&self, request: Request, exchange: Exchange) {
        let id = lock(&self.requests).push(REQUESTS, |id| Request { id, ..request });
        let mut exchanges = lock(&self.exchanges);
        if exchanges.len() >= EXCHANGES {
            exchanges.pop_front();
        }
        exchanges.push_back((id, exchange));
        drop(exchanges);
        self.note();
    }

    /// One request, and what was said if it is among the latest.
    pub(crate) fn exchange(&self, id: u64) -> Option<(Request, Option<Exchange>)> {
        let request = lock(&self.requests).get_mut(id).cloned()?;
        let exchanges = lock(&self.exchanges);
        let said = exchanges.iter().find(|(of, _)| *of == id).map(|(_, exchange)| exchange.clone());
        Some((request, said))
    }

    /// How often anything was noted so far.
    pub(crate) fn version(&self) -> u64 {
        self.version.get()
    }

    /// Waits until anything was noted since that version.
    pub(crate) async fn changed(&self, version: u64) {
        let noted = self.noted.notified();
        if self.version() == version {
            noted.await;
        }
    }

    /// Says that something here, or what is shown beside it, is not as it was.
    pub(crate) fn note(&self) {
        self.version.take();
        self.noted.notify_waiters();
    }

    /// The requests after the one with this id, oldest first.
    pub(crate) fn requests(&self, since: u64) -> Vec<Request> {
        lock(&self.requests).entries.iter().filter(|request| request.id > since).cloned().collect()
    }

    /// Forgets all requests; their ids go on counting.
    pub(crate) fn forget_requests(&self) {
        lock(&self.requests).entries.clear();
        lock(&self.exchanges).clear();
        self.note();
    }

    /// How many requests came in and how many webhooks were made, ever.
    pub(crate) fn totals(&self) -> (u64, u64) {
        (lock(&self.requests).total, lock(&self.webhooks).total)
    }

    /// Remembers a webhook and gives it an id.
    pub(crate) fn webhook(&self, at: i64, fate: Fate, outgoing: Arc<Outgoing>) -> u64 {
        let id =
            lock(&self.webhooks).push(WEBHOOKS, |id| Sent { id, at, fate, attempts: Vec::new(), outgoing });
        self.ring();
        id
    }

    fn ring(&self) {
        self.settled.notify_waiters();
        self.note();
    }

    /// Notes what became of a webhook.
    pub(crate) fn fate(&self, id: u64, fate: Fate, attempt: Option<Attempt>) {
        if let Some(sent) = lock(&self.webhooks).get_mut(id) {
            sent.fate = fate;
            sent.attempts.extend(attempt);
        }
        self.ring();
    }

    /// Notes that everything that waits will not be sent any more; how many that were.
    pub(crate) fn discard(&self) -> usize {
        let mut discarded = 0;
        for sent in lock(&self.webhooks).entries.iter_mut().filter(|sent| sent.fate.is_open()) {
            sent.fate = Fate::Discarded;
            discarded += 1;
        }
        self.ring();
        discarded
    }

    /// Notes a webhook that was given up.
    pub(crate) fn failure(&self, at: i64, outgoing: Arc<Outgoing>) {
        lock(&self.failures).push(WEBHOOKS, |_| (at, outgoing));
    }

    /// An app's webhooks that were given up after an instant, oldest first.
    pub(crate) fn failures(&self, app: &str, after: i64) -> Vec<Failure> {
        let failures = lock(&self.failures);
        let of = failures.entries.iter().filter(|(at, one)| *at > after && one.app.as_deref() == Some(app));
        of.cloned().collect()
    }

    /// The webhooks after the one with this id, oldest first.
    pub(crate) fn webhooks(&self, since: u64) -> Vec<Sent> {
        lock(&self.webhooks).entries.iter().filter(|sent| sent.id > since).cloned().collect()
    }

    /// The webhook with this id, if it is remembered.
    pub(crate) fn find_webhook(&self, id: u64) -> Option<Sent> {
        lock(&self.webhooks).get_mut(id).cloned()
    }

    /// Waits until a webhook after the one with this id reached its end.
    pub(crate) async fn wait(&self, since: u64) {
        loop {
            let settled = self.settled.notified();
            let done =
                lock(&self.webhooks).entries.iter().any(|sent| sent.id > since && !sent.fate.is_open());
            if done {
                return;
            }
            settled.await;
        }
    }
}

fn lock<T>(ring: &Mutex<T>) -> MutexGuard<'_, T> {
    ring.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A query with the values of tokens replaced.
pub(crate) fn redact(query: &str) -> String {
    let parts = query.split('&').map(|part| match part.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}=***"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("&")
}

/// Whether something of this name must not be shown.
pub(crate) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["token", "password", "secret", "jwt"].iter().any(|word| name.contains(word)) && name != "nextpagetoken"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str) -> Request {
        let (method, query) = ("GET".to_owned(), String::new());
        Request { id: 0, at: 0, method, path: path.to_owned(), query, status: 200, user: None, fault: None }
    }

    #[test]
    fn the_oldest_requests_fall_out_and_ids_go_on() {
        let recorder = Recorder::default();
        (0..REQUESTS + 3).for_each(|n| recorder.request(request(&n.to_string()), Exchange::default()));
        let kept = recorder.requests(0);
        assert_eq!(kept.len(), REQUESTS);
        assert_eq!((kept[0].id, kept[0].path.as_str()), (4, "3"));
        assert_eq!(recorder.requests(REQUESTS as u64 + 2).len(), 1);
        let said = |id| recorder.exchange(id).map(|(_, said)| said.is_some());
        assert_eq!((said(3), said(4), said(REQUESTS as u64)), (None, Some(false), Some(true)));
        recorder.forget_requests();
        assert!(recorder.requests(0).is_empty());
        assert_eq!(recorder.totals(), (REQUESTS as u64 + 3, 0));
    }

    #[test]
    fn an_entry_that_fell_out_is_not_mistaken_for_another() {
        let mut ring = Ring::default();
        (0..5).for_each(|_| {
            ring.push(3, |id| id);
        });
        assert_eq!(ring.get_mut(2), None);
        assert_eq!(ring.get_mut(3).copied(), Some(3));
        assert_eq!(ring.get_mut(5).copied(), Some(5));
        assert_eq!(ring.get_mut(6), None);
    }

    #[test]
    fn what_waits_is_discarded_and_what_was_sent_is_not() {
        let recorder = Recorder::default();
        let outgoing = Arc::new(Outgoing {
            url: String::new(),
            event: "x".to_owned(),
            item: Vec::new(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            retry: None,
            flow: Default::default(),
            app: None,
            sign: None,
            again: None,
        });
        for fate in [Fate::Queued, Fate::Delivered, Fate::Held] {
            recorder.webhook(0, fate, outgoing.clone());
        }
        assert_eq!((recorder.discard(), recorder.discard()), (2, 0));
        let fates: Vec<Fate> = recorder.webhooks(0).iter().map(|sent| sent.fate).collect();
        assert_eq!(fates, [Fate::Discarded, Fate::Delivered, Fate::Discarded]);
    }

    #[test]
    fn tokens_are_taken_out_of_queries() {
        assert_eq!(redact("access_token=abc&take=5&Token=x"), "access_token=***&take=5&Token=***");
        assert_eq!(redact("nextPageToken=7&jql=a"), "nextPageToken=7&jql=a");
        assert_eq!(redact(""), "");
    }
}
