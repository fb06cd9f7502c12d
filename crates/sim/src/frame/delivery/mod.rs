//! Sends webhooks: with the vendor's retries, at the [`pace`] that was asked for, and with the harm of fault rules.
//!
//! A world hands over a finished [`Outgoing`] while its lock is held, so webhooks are queued in the order of the
//! writes that caused them. One task sends ([`run`]); what an attempt came to is noted in the [`Recorder`]. Bodies and
//! headers are made by the worlds.

pub(crate) mod pace;
pub(crate) mod run;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::HeaderName;
use tokio::sync::mpsc;

use self::pace::{Flow, Pace};
use crate::frame::clock::Clock;
use crate::frame::faults::Faults;
use crate::frame::locked::{Counter, Locked};
use crate::frame::random::Random;
use crate::frame::recorder::{Attempt, Fate, Recorder};

/// A webhook ready to be sent.
#[derive(Debug)]
pub(crate) struct Outgoing {
    /// Where it goes.
    pub(crate) url: String,
    /// The event's name, as fault rules match it.
    pub(crate) event: String,
    /// The item's id and key, as fault rules match it.
    pub(crate) item: Vec<String>,
    /// Headers beside the content type.
    pub(crate) headers: HeaderMap,
    /// The JSON body.
    pub(crate) body: Bytes,
    /// How it is retried; `None` is fire and forget.
    pub(crate) retry: Option<Retry>,
    /// Which way it goes.
    pub(crate) flow: Flow,
    /// Whose it is, to find those that failed for good.
    pub(crate) app: Option<String>,
    /// What makes the `Authorization` of each attempt.
    pub(crate) sign: Option<Sign>,
    /// What makes the body of a repetition, where that says that it is one.
    pub(crate) again: Option<Again>,
}

/// Makes the body of a repetition out of the first one, its number and the status that asked for it; none if there was no
/// answer.
pub(crate) type Again = fn(&[u8], usize, Option<u16>) -> Vec<u8>;

/// Makes an attempt's `Authorization` of its URL and the time: a token may live shorter than the wait before a retry.
#[derive(Clone)]
pub(crate) struct Sign(Arc<Signing>);

type Signing = dyn Fn(&str, i64) -> String + Send + Sync;

impl Sign {
    pub(crate) fn new(sign: impl Fn(&str, i64) -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(sign))
    }

    /// The header's value at an instant.
    fn value(&self, url: &str, now: i64) -> String {
        (self.0)(url, now)
    }
}

impl std::fmt::Debug for Sign {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Sign")
    }
}

/// A vendor's retries.
#[derive(Clone, Debug)]
pub(crate) struct Retry {
    /// Waits before each retry, in milliseconds of the simulator's clock; there are as many retries as waits.
    pub(crate) waits: Vec<i64>,
    /// The header that carries the number of the retry, absent the first time; none where the body does.
    pub(crate) header: Option<HeaderName>,
    /// Whether everything but a success asks for another attempt.
    pub(crate) always: bool,
}

impl Retry {
    /// Whether an answer asks for another attempt: the statuses of Atlassian's webhook page ("Retry policy").
    fn wants(&self, status: u16) -> bool {
        self.always || matches!(status, 408 | 409 | 425 | 429 | 500..=599)
    }
}

/// One attempt that is due some time. Earlier ones come first, and of those due together the one queued first.
struct Job {
    record: u64,
    outgoing: Arc<Outgoing>,
    attempt: usize,
    /// What the attempt before was answered.
    last: Option<u16>,
    due: i64,
    place: u64,
    /// The era it was made in.
    era: u64,
}

impl Job {
    fn rank(&self) -> (i64, u64) {
        (self.due, self.place)
    }
}

impl PartialEq for Job {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Job {}

impl PartialOrd for Job {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Job {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

/// The way out for webhooks.
pub(crate) struct Delivery {
    queue: mpsc::UnboundedSender<Job>,
    held: Mutex<Vec<Job>>,
    blocked: AtomicBool,
    /// Ends when a snapshot is restored: what was made in an earlier one tells of a world that is not.
    era: AtomicU64,
    pace: Locked<Pace>,
    random: Locked<Random>,
    places: Counter,
    clock: Arc<Clock>,
    faults: Arc<Faults>,
    recorder: Arc<Recorder>,
}

impl Delivery {
    /// The way out, and the other end of its queue for [`run`]; `timeout` is how long a receiver may take.
    pub(crate) fn new(
        clock: Arc<Clock>,
        faults: Arc<Faults>,
        recorder: Arc<Recorder>,
        (seed, timeout): (u64, Duration),
    ) -> (Arc<Self>, Waiting) {
        let (queue, waiting) = mpsc::unbounded_channel();
        let delivery = Self {
            queue,
            held: Mutex::default(),
            blocked: AtomicBool::new(false),
            era: AtomicU64::new(0),
            pace: Locked::new(Pace::orderly(timeout)),
            random: Locked::new(Random::new(!seed)),
            places: Counter::default(),
            clock,
            faults,
            recorder,
        };
        (Arc::new(delivery), Waiting(waiting))
    }

    /// How webhooks are sent.
    pub(crate) fn pace(&self) -> Pace {
        *self.pace.lock()
    }

    /// Sends webhooks as a snapshot says.
    pub(crate) fn put_pace(&self, pace: Pace) {
        *self.pace.lock() = pace;
    }

    /// Changes how webhooks are sent.
    pub(crate) fn set_pace(&self, change: pace::Change) {
        let mut pace = self.pace.lock();
        *pace = change.apply(*pace);
    }

    /// Sends no webhook that is larger.
    pub(crate) fn cap(&self, max_bytes: usize) {
        self.pace.lock().max_bytes = Some(max_bytes);
    }

    /// Swallows all webhooks from now on, or lets them pass again.
    pub(crate) fn block(&self, blocked: bool) {
        self.blocked.store(blocked, Ordering::Release);
    }

    /// Whether webhooks are swallowed.
    pub(crate) fn is_blocked(&self) -> bool {
        self.blocked.load(Ordering::Acquire)
    }

    /// Queues a webhook, as far as blocking and the fault rules let it.
    pub(crate) fn push(&self, outgoing: Outgoing) {
        let now = self.clock.now();
        let names: Vec<&str> = outgoing.item.iter().map(String::as_str).collect();
        let plan = self.faults.hook(now, &outgoing.event, &names);
        let (outgoing, pace) = (Arc::new(outgoing), self.pace());
        let large = pace.max_bytes.is_some_and(|most| outgoing.body.len() > most);
        if self.is_blocked() || plan.drop || large {
            let fate = if plan.drop { Fate::Dropped } else { Fate::Swallowed };
            self.recorder.webhook(now, if large { Fate::TooLarge } else { fate }, outgoing);
            return;
        }
        let late = usize::try_from(pace.late_ms.of(outgoing.flow)).unwrap_or(0);
        for _ in 0..plan.copies {
            let fate = if plan.hold.is_some() { Fate::Held } else { Fate::Queued };
            let record = self.recorder.webhook(now, fate, outgoing.clone());
            let late = if late > 0 { self.random.lock().below(late + 1) as i64 } else { 0 };
            let due = now.saturating_add(plan.delay_ms).saturating_add(late);
            let job = self.job(record, outgoing.clone(), due);
            match plan.hold {
                Some(hold) => self.hold(job, hold),
                None => self.queue(job),
            }
        }
    }

    /// Sends one that was recorded once more, past blocking and fault rules.
    pub(crate) fn again(&self, outgoing: Arc<Outgoing>) -> u64 {
        let now = self.clock.now();
        let record = self.recorder.webhook(now, Fate::Queued, outgoing.clone());
        self.queue(self.job(record, outgoing, now));
        record
    }

    fn job(&self, record: u64, outgoing: Arc<Outgoing>, due: i64) -> Job {
        Job { record, outgoing, attempt: 0, last: None, due, place: self.places.take(), era: self.era() }
    }

    /// Lets everything held back go, last first.
    pub(crate) fn release(&self) {
        let held = std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner));
        for job in held.into_iter().rev() {
            self.recorder.fate(job.record, Fate::Queued, None);
            // Their due times are over or alike: the place says who goes first.
            self.queue(Job { due: job.due.max(self.clock.now()), place: self.places.take(), ..job });
        }
    }

    /// Sends nothing of what waits now, neither first attempts nor repeats; how many webhooks that were. One that is
    /// being sent at this moment arrives.
    pub(crate) fn discard(&self) -> usize {
        self.era.fetch_add(1, Ordering::AcqRel);
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.recorder.discard()
    }

    fn era(&self) -> u64 {
        self.era.load(Ordering::Acquire)
    }

    fn hold(&self, job: Job, hold: usize) {
        let full = {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.push(job);
            held.len() >= hold
        };
        if full {
            self.release();
        }
    }

    fn queue(&self, job: Job) {
        // The receiver is gone only when the simulator has stopped; nobody is left to tell.
        drop(self.queue.send(job));
    }

    /// Notes the end of an attempt and queues the next one if there is to be one.
    fn settle(&self, job: Job, result: Result<u16, String>) {
        let at = self.clock.now();
        let good = result.as_ref().is_ok_and(|status| (200..300).contains(status));
        let lost = good && job.attempt == 0 && self.random.lock().chance(self.pace().twice);
        let wants = |retry: &Retry| result.as_ref().map_or(true, |status| retry.wants(*status));
        let retry = job.outgoing.retry.as_ref().filter(|retry| lost || (!good && wants(retry)));
        let last = result.as_ref().ok().copied();
        let wait = retry.and_then(|retry| retry.waits.get(job.attempt));
        let wait = wait.filter(|_| job.era == self.era());
        let attempt = match result {
            Ok(status) => Attempt { at, status: Some(status), error: None },
            Err(error) => Attempt { at, status: None, error: Some(error) },
        };
        if let Some(wait) = wait {
            self.recorder.fate(job.record, Fate::Queued, Some(attempt));
            let due = at.saturating_add(*wait);
            self.queue(Job { attempt: job.attempt + 1, last, due, place: self.places.take(), ..job });
            return;
        }
        if retry.is_some() && !good {
            self.recorder.failure(at, job.outgoing.clone());
        }
        let fate = if good { Fate::Delivered } else { Fate::Failed };
        self.recorder.fate(job.record, fate, Some(attempt));
    }
}

/// The queue's other end.
pub(crate) struct Waiting(mpsc::UnboundedReceiver<Job>);
