//! The writer of a SQLite file: a thread that puts all waiting plans into one transaction.

use std::sync::Mutex;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::exec;
use crate::error::{Error, Fault, FaultKind};
use crate::queue::{Jobs, Queue, answer, gather, lock, part};
use crate::stmt::{Outcome, Plan};

/// The way to the writer thread.
pub(crate) struct Writer {
    queue: Queue,
    ended: Mutex<Option<oneshot::Receiver<()>>>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Self, Error> {
        let (queue, jobs) = Queue::new();
        let (end, ended) = oneshot::channel();
        std::thread::Builder::new()
            .name("bowline-sqlite".to_owned())
            .spawn(move || {
                work(&connection, jobs);
                drop(connection);
                // Nobody may be waiting for the end.
                let _ = end.send(());
            })
            .map_err(|error| Fault::new(FaultKind::Down, format!("no thread for the writer: {error}")))?;
        Ok(Self { queue, ended: Mutex::new(Some(ended)) })
    }

    pub(super) async fn write(&self, plan: Plan) -> Outcome {
        self.queue.carry_out(plan).await
    }

    /// Takes no more plans, and waits until the last one is written and the file is let go.
    pub(super) async fn close(&self) {
        self.queue.shut();
        let ended = lock(&self.ended).take();
        if let Some(ended) = ended {
            // An error says that the thread is gone already.
            let _ = ended.await;
        }
    }
}

fn work(connection: &Connection, mut jobs: Jobs) {
    while let Some(first) = jobs.blocking_recv() {
        let (plans, waiting) = part(gather(first, &mut jobs));
        answer(waiting, exec::group(connection, &plans));
    }
}
