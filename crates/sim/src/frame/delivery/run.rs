//! The task that sends webhooks: who is due, who may go, and what became of it.
//!
//! Webhooks to one host go through a lane (two, by flow, if several go at once). Order is by due time, then by the
//! order of the writes, so that a clock that is moved far lets them go in the same order every time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bowline_net::plain::Plain;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use tokio::task::JoinSet;

use super::{Delivery, Flow, Job, Waiting};

/// Real time that a receiver gets beyond the simulator's clock: a test that moves the clock while an answer is under
/// way does not mean that the receiver was slow.
const GRACE: Duration = Duration::from_millis(500);

/// A host, and a flow if it has a lane of its own.
type Key = (String, Flow);
type Result = std::result::Result<u16, String>;

#[derive(Default)]
struct Lane {
    ready: VecDeque<Job>,
    under_way: usize,
}

struct Out {
    delivery: Arc<Delivery>,
    client: Plain,
    /// What is not due yet, or was not looked at.
    later: BinaryHeap<Reverse<Job>>,
    lanes: HashMap<Key, Lane>,
    sending: JoinSet<(Key, Job, Result)>,
}

/// Sends what is queued until the task is aborted.
pub(crate) async fn run(delivery: Arc<Delivery>, waiting: Waiting, client: Plain) {
    let (mut queue, clock) = (waiting.0, delivery.clock.clone());
    let (later, lanes, sending) = (BinaryHeap::new(), HashMap::new(), JoinSet::new());
    let mut out = Out { delivery, client, later, lanes, sending };
    loop {
        out.start();
        let next = out.later.peek().map(|Reverse(job)| job.due);
        tokio::select! {
            job = queue.recv() => match job {
                Some(job) => out.later.push(Reverse(job)),
                None => return,
            },
            Some(done) = out.sending.join_next() => {
                // A task that sends neither panics nor is aborted alone.
                if let Ok((key, job, result)) = done {
                    if let Some(lane) = out.lanes.get_mut(&key) {
                        lane.under_way = lane.under_way.saturating_sub(1);
                    }
                    out.delivery.settle(job, result);
                }
            }
            () = clock.sleep_until(next.unwrap_or(i64::MAX)), if next.is_some() => {}
        }
    }
}

impl Out {
    /// Sends what is due, as far as the lanes are free.
    fn start(&mut self) {
        let (now, pace, era) = (self.delivery.clock.now(), self.delivery.pace(), self.delivery.era());
        while let Some(Reverse(job)) = self.later.peek() {
            if job.due > now {
                break;
            }
            let flow = pace.at_once.map_or(Flow::Primary, |_| job.outgoing.flow);
            let key = (host(&job.outgoing.url).to_owned(), flow);
            if let Some(Reverse(job)) = self.later.pop() {
                self.lanes.entry(key).or_default().ready.push_back(job);
            }
        }
        for (key, lane) in &mut self.lanes {
            let width = pace.at_once.map_or(1, |each| each.of(key.1).max(1));
            while lane.under_way < width {
                let Some(job) = lane.ready.pop_front() else { break };
                if job.era != era {
                    continue;
                }
                lane.under_way += 1;
                let (key, client, delivery) = (key.clone(), self.client.clone(), self.delivery.clone());
                self.sending.spawn(async move {
                    let result = send(&delivery, &client, &job, pace.timeout_ms).await;
                    (key, job, result)
                });
            }
        }
        self.lanes.retain(|_, lane| lane.under_way > 0 || !lane.ready.is_empty());
    }
}

/// Host and port of a URL.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

async fn send(delivery: &Delivery, client: &Plain, job: &Job, timeout_ms: i64) -> Result {
    let outgoing = &job.outgoing;
    let body = match outgoing.again.filter(|_| job.attempt > 0) {
        Some(again) => again(&outgoing.body, job.attempt, job.last).into(),
        None => outgoing.body.clone(),
    };
    let mut request = http::Request::post(&outgoing.url)
        .body(body)
        .map_err(|_| "the target's URL is not valid".to_owned())?;
    let headers = request.headers_mut();
    headers.extend(outgoing.headers.clone());
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=UTF-8"));
    let signed = outgoing.sign.as_ref().map(|sign| sign.value(&outgoing.url, delivery.clock.now()));
    if let Some(value) = signed.and_then(|value| HeaderValue::from_str(&value).ok()) {
        headers.insert(AUTHORIZATION, value);
    }
    let header = outgoing.retry.as_ref().and_then(|retry| retry.header.clone());
    if let Some(header) = header.filter(|_| job.attempt > 0) {
        headers.insert(header, HeaderValue::from(job.attempt));
    }
    let deadline = delivery.clock.now().saturating_add(timeout_ms);
    let late = async {
        delivery.clock.sleep_until(deadline).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        answer = client.send(request) => {
            answer.map(|answer| answer.status().as_u16()).map_err(|error| error.to_string())
        }
        () = late => Err("no answer in time".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn lanes_are_for_hosts() {
        assert_eq!(host("http://127.0.0.1:80/hook?a=b"), "127.0.0.1:80");
        assert_eq!(host("https://example.com?x"), "example.com");
        assert_eq!(host("nonsense"), "nonsense");
    }
}
