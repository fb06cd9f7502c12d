//! Those who carry plans out: tasks with a connection each, which take what waits and do it in one transaction.
//!
//! Commits under a claim have writers of their own. They hold the rows of their entities, and deliveries wait for such
//! rows. Apart, two transactions wait for each other only where a look touches an entity that a delivery touches in the
//! same moment; PostgreSQL ends one of the two, and it is tried again.
//!
//! Lists have a reader of their own, and each its own transaction: nobody who wants a few rows waits for them.

use std::sync::{Arc, Mutex};

use tokio::sync::Mutex as Turn;
use tokio::task::JoinHandle;

use super::connect::Place;
use super::line::{Line, Use};
use crate::error::Fault;
use crate::queue::{Jobs, Queue, answer, fail_all, gather, gather_some, lock, part, wanted};
use crate::stmt::{Kind, Outcome, Plan};

/// Readers take fewer plans at once than writers: nothing is saved by waiting for the slowest of a crowd.
const READ_TOGETHER: usize = 16;

/// The way to the tasks.
pub(super) struct Crew {
    reads: Queue,
    /// Reads of many rows.
    lists: Queue,
    /// Commits under a claim.
    held: Vec<Queue>,
    /// All other writing.
    free: Vec<Queue>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Crew {
    pub(super) fn start(place: &Place, readers: u32, writers: u32) -> Self {
        let mut tasks = Vec::new();
        let mut read_by = |count: u32, together: usize| {
            let (queue, jobs) = Queue::new();
            let jobs = Arc::new(Turn::new(jobs));
            let start =
                |_| tokio::spawn(read(Line::new(place.clone(), Use::Reading), Arc::clone(&jobs), together));
            tasks.extend((0..count).map(start));
            queue
        };
        let reads = read_by(readers.saturating_sub(1).max(1), READ_TOGETHER);
        let lists = read_by(1, 1);
        let mut queues = || {
            let start = |_| {
                let (queue, jobs) = Queue::new();
                tasks.push(tokio::spawn(write(Line::new(place.clone(), Use::Writing), jobs)));
                queue
            };
            (0..writers.div_ceil(2).max(1)).map(start).collect::<Vec<_>>()
        };
        let (held, free) = (queues(), queues());
        Self { reads, lists, held, free, tasks: Mutex::new(tasks) }
    }

    pub(super) async fn read(&self, plan: Plan) -> Outcome {
        let queue = if plan.kind == Kind::List { &self.lists } else { &self.reads };
        queue.carry_out(plan).await
    }

    /// Plans about one entity go to one writer, so they keep their order.
    pub(super) async fn write(&self, plan: Plan) -> Outcome {
        let queues = if plan.is_fenced() || plan.kind == Kind::Claim { &self.held } else { &self.free };
        let way = if let Kind::Commit { way } = plan.kind { way } else { 0 };
        let index = way.checked_rem(queues.len() as u64).and_then(|index| usize::try_from(index).ok());
        let queue = index.and_then(|index| queues.get(index)).ok_or_else(Fault::closed)?;
        queue.carry_out(plan).await
    }

    /// Takes no more plans, and waits until the last one is carried out.
    pub(super) async fn close(&self) {
        self.held.iter().chain(&self.free).chain([&self.reads, &self.lists]).for_each(Queue::shut);
        let tasks = std::mem::take(&mut *lock(&self.tasks));
        for task in tasks {
            // A task that panicked has nothing more to do.
            let _ = task.await;
        }
    }
}

async fn write(mut line: Line, mut jobs: Jobs) {
    while let Some(first) = jobs.recv().await {
        let (plans, waiting) = part(gather(first, &mut jobs));
        answer(waiting, line.carry_out(&plans).await);
    }
    line.close().await;
}

async fn read(mut line: Line, jobs: Arc<Turn<Jobs>>, together: usize) {
    loop {
        let group = {
            let mut jobs = jobs.lock().await;
            let Some(first) = jobs.recv().await else { break };
            gather_some(first, &mut jobs, together)
        };
        let (plans, waiting) = part(wanted(group));
        let outcomes = line.carry_out(&plans).await;
        let down = match outcomes.last() {
            Some(Err(error)) if line.is_cut() => Some(error.clone()),
            _ => None,
        };
        answer(waiting, outcomes);
        if let Some(error) = down {
            fail_all(&mut *jobs.lock().await, &error);
        }
    }
    line.close().await;
}
