//! The way from a caller to a writer or reader: plans are handed over, answers come back.
//!
//! A plan that was handed over is carried out even if its caller goes away. There is no artificial delay: while one
//! transaction waits for the disk the next group gathers here by itself.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bowline_core::port::StoreError;
use tokio::sync::{mpsc, oneshot};

use crate::error::{Fault, FaultKind};
use crate::stmt::{Kind, Outcome, Plan};

/// So many plans wait for a writer at most; whoever comes later waits to hand over.
const WAITING: usize = 1024;

/// So many plans share a transaction at most. At 100 the disk is no longer what limits.
const TOGETHER: usize = 128;

/// One plan on its way.
pub(crate) struct Job {
    plan: Plan,
    answer: oneshot::Sender<Outcome>,
}

/// The callers' end.
pub(crate) struct Queue {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
}

/// The writer's end.
pub(crate) type Jobs = mpsc::Receiver<Job>;

impl Queue {
    pub(crate) fn new() -> (Self, Jobs) {
        let (sender, jobs) = mpsc::channel(WAITING);
        (Self { jobs: Mutex::new(Some(sender)) }, jobs)
    }

    /// Hands a plan over and waits for what came of it.
    pub(crate) async fn carry_out(&self, plan: Plan) -> Outcome {
        let jobs = lock(&self.jobs).clone().ok_or_else(Fault::closed)?;
        let (answer, answered) = oneshot::channel();
        jobs.send(Job { plan, answer }).await.map_err(|_| Fault::closed())?;
        answered.await.map_err(|_| Fault::new(FaultKind::Down, "the writer died"))?
    }

    /// Takes no more plans; the writer ends after the last one.
    pub(crate) fn shut(&self) {
        lock(&self.jobs).take();
    }
}

/// A panic cannot leave any of our state half-changed: nothing is done under these locks but taking and cloning.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The first job and all that wait behind it, as far as one transaction may hold.
pub(crate) fn gather(first: Job, jobs: &mut Jobs) -> Vec<Job> {
    gather_some(first, jobs, TOGETHER)
}

/// The first job and those that wait behind it, so many at most.
pub(crate) fn gather_some(first: Job, jobs: &mut Jobs, most: usize) -> Vec<Job> {
    let mut group = vec![first];
    while group.len() < most
        && let Ok(job) = jobs.try_recv()
    {
        group.push(job);
    }
    group
}

/// Leaves out what nobody waits for any more. Only for reading: what is to be written is written.
pub(crate) fn wanted(mut group: Vec<Job>) -> Vec<Job> {
    group.retain(|job| !job.answer.is_closed());
    group
}

/// Tells all that wait that they wait in vain.
pub(crate) fn fail_all(jobs: &mut Jobs, error: &StoreError) {
    while let Ok(job) = jobs.try_recv() {
        let _ = job.answer.send(Err(error.clone()));
    }
}

/// The plans of a group, and who waits for them.
pub(crate) fn part(mut group: Vec<Job>) -> (Vec<Plan>, Vec<oneshot::Sender<Outcome>>) {
    // Equal tenants side by side: naming one costs PostgreSQL a statement. The order inside a tenant stays. Claims come
    // last, so that they find what the others leave.
    group.sort_by_key(|job| (job.plan.kind == Kind::Claim, job.plan.tenant));
    group.into_iter().map(|job| (job.plan, job.answer)).unzip()
}

/// Tells everybody what came of their plan.
pub(crate) fn answer(waiting: Vec<oneshot::Sender<Outcome>>, outcomes: Vec<Outcome>) {
    for (caller, outcome) in waiting.into_iter().zip(outcomes) {
        // A caller that went away does not want to know.
        let _ = caller.send(outcome);
    }
}
