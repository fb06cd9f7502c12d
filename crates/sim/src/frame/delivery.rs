//! Sends webhooks: in order, with the vendor's retries, and with the harm the fault rules ask for.
//!
//! A world hands over a finished [`Outgoing`] while its lock is held, so webhooks are queued in the order of the
//! writes that caused them. One task sends; what an attempt came to is noted in the [`Recorder`]. Bodies and headers
//! are made by the worlds.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bowline_net::plain::Plain;
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::frame::clock::Clock;
use crate::frame::faults::Faults;
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
}

/// A vendor's retries.
#[derive(Clone, Debug)]
pub(crate) struct Retry {
    /// Waits before each retry, in milliseconds of the simulator's clock; there are as many retries as waits.
    pub(crate) waits: Vec<i64>,
    /// The header that carries the number of the retry, absent the first time.
    pub(crate) header: HeaderName,
}

impl Retry {
    /// Whether an answer asks for another attempt: the statuses of Atlassian's webhook page ("Retry policy").
    fn wants(status: u16) -> bool {
        matches!(status, 408 | 409 | 425 | 429 | 500..=599)
    }
}

struct Job {
    record: u64,
    outgoing: Arc<Outgoing>,
    attempt: usize,
    due: i64,
    /// The era it was made in.
    era: u64,
}

/// The way out for webhooks.
pub(crate) struct Delivery {
    queue: mpsc::UnboundedSender<Job>,
    held: Mutex<Vec<Job>>,
    blocked: AtomicBool,
    /// Ends when a snapshot is restored: what was made in an earlier one tells of a world that is not.
    era: AtomicU64,
    clock: Arc<Clock>,
    faults: Arc<Faults>,
    recorder: Arc<Recorder>,
}

impl Delivery {
    /// The way out, and the other end of its queue for [`run`].
    pub(crate) fn new(
        clock: Arc<Clock>,
        faults: Arc<Faults>,
        recorder: Arc<Recorder>,
    ) -> (Arc<Self>, Waiting) {
        let (queue, waiting) = mpsc::unbounded_channel();
        let (held, blocked, era) = (Mutex::default(), AtomicBool::new(false), AtomicU64::new(0));
        (Arc::new(Self { queue, held, blocked, era, clock, faults, recorder }), Waiting(waiting))
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
        let outgoing = Arc::new(outgoing);
        if self.is_blocked() || plan.drop {
            let fate = if plan.drop { Fate::Dropped } else { Fate::Swallowed };
            self.recorder.webhook(now, fate, outgoing);
            return;
        }
        for _ in 0..plan.copies {
            let fate = if plan.hold.is_some() { Fate::Held } else { Fate::Queued };
            let record = self.recorder.webhook(now, fate, outgoing.clone());
            let due = now.saturating_add(plan.delay_ms);
            let job = Job { record, outgoing: outgoing.clone(), attempt: 0, due, era: self.era() };
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
        self.queue(Job { record, outgoing, attempt: 0, due: now, era: self.era() });
        record
    }

    /// Lets everything held back go, last first.
    pub(crate) fn release(&self) {
        let held = std::mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner));
        for job in held.into_iter().rev() {
            self.recorder.fate(job.record, Fate::Queued, None);
            self.queue(job);
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
        let again = result.as_ref().map_or(true, |status| Retry::wants(*status));
        let wait =
            job.outgoing.retry.as_ref().and_then(|retry| retry.waits.get(job.attempt)).filter(|_| again);
        let attempt = match result {
            Ok(status) => Attempt { at, status: Some(status), error: None },
            Err(error) => Attempt { at, status: None, error: Some(error) },
        };
        match wait {
            Some(wait) if !good && job.era == self.era() => {
                self.recorder.fate(job.record, Fate::Queued, Some(attempt));
                let due = at.saturating_add(*wait);
                self.queue(Job { attempt: job.attempt + 1, due, ..job });
            }
            _ => {
                let fate = if good { Fate::Delivered } else { Fate::Failed };
                self.recorder.fate(job.record, fate, Some(attempt));
            }
        }
    }
}

/// The queue's other end.
pub(crate) struct Waiting(mpsc::UnboundedReceiver<Job>);

/// Sends what is queued, one after the other, until the task is aborted.
pub(crate) async fn run(delivery: Arc<Delivery>, waiting: Waiting, client: Plain) {
    let (mut queue, mut sleepers) = (waiting.0, JoinSet::new());
    while let Some(job) = queue.recv().await {
        while sleepers.try_join_next().is_some() {}
        if job.era != delivery.era() {
            continue;
        }
        if job.due > delivery.clock.now() {
            let delivery = delivery.clone();
            sleepers.spawn(async move {
                delivery.clock.sleep_until(job.due).await;
                delivery.queue(job);
            });
            continue;
        }
        let result = send(&client, &job).await;
        delivery.settle(job, result);
    }
}

async fn send(client: &Plain, job: &Job) -> Result<u16, String> {
    let outgoing = &job.outgoing;
    let mut request = http::Request::post(&outgoing.url)
        .body(outgoing.body.clone())
        .map_err(|_| "the target's URL is not valid".to_owned())?;
    let headers = request.headers_mut();
    headers.extend(outgoing.headers.clone());
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=UTF-8"));
    if let Some(retry) = &outgoing.retry
        && job.attempt > 0
    {
        headers.insert(retry.header.clone(), HeaderValue::from(job.attempt));
    }
    let answer = client.send(request).await.map_err(|error| error.to_string())?;
    Ok(answer.status().as_u16())
}
