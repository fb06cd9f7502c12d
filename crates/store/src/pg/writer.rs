//! The writers on PostgreSQL: tasks that put all waiting plans into one transaction each (`group`).

use std::sync::Mutex;
use std::time::Duration;

use sqlx::PgPool;
use tokio::task::JoinHandle;

use super::group::Line;
use crate::error::Fault;
use crate::queue::{Jobs, Queue, answer, gather, lock, part};
use crate::stmt::{Kind, Outcome, Plan};

/// The way to the writers. Plans about one entity go to one writer, so they keep their order.
pub(super) struct Writers {
    pool: PgPool,
    queues: Vec<Queue>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Writers {
    pub(super) fn start(pool: &PgPool, width: u32, limit: Duration) -> Self {
        let (mut queues, mut tasks) = (Vec::new(), Vec::new());
        for _ in 0..width.max(1) {
            let (queue, jobs) = Queue::new();
            queues.push(queue);
            tasks.push(tokio::spawn(work(Line::new(pool.clone(), limit), jobs)));
        }
        Self { pool: pool.clone(), queues, tasks: Mutex::new(tasks) }
    }

    pub(super) async fn write(&self, plan: Plan) -> Outcome {
        let way = if let Kind::Commit { way } = plan.kind { way } else { 0 };
        let index = way.checked_rem(self.queues.len() as u64).and_then(|index| usize::try_from(index).ok());
        let queue = index.and_then(|index| self.queues.get(index)).ok_or_else(Fault::closed)?;
        queue.write(plan).await
    }

    /// Takes no more plans, and waits until the last one is written.
    pub(super) async fn close(&self) {
        self.queues.iter().for_each(Queue::shut);
        let tasks = std::mem::take(&mut *lock(&self.tasks));
        for task in tasks {
            // A task that panicked has nothing more to write.
            let _ = task.await;
        }
        self.pool.close().await;
    }
}

async fn work(mut line: Line, mut jobs: Jobs) {
    while let Some(first) = jobs.recv().await {
        let (plans, waiting) = part(gather(first, &mut jobs));
        answer(waiting, line.write(&plans).await);
    }
}
