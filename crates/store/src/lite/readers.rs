//! The readers of a SQLite file: connections that wait for nobody.
//!
//! What a worker or the intake reads are a few rows by an index, in less time than it takes to wake another thread and
//! to be woken by it: they are read where they are asked for. Lists go to the blocking pool.

use std::path::Path;
use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{connect, exec};
use crate::error::{Fault, FaultKind};
use crate::options::Options;
use crate::queue::lock;
use crate::stmt::{Kind, Outcome, Plan};

/// The connections, and a permit for each of them.
pub(crate) struct Readers {
    permits: Arc<Semaphore>,
    free: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    pub(super) fn open(path: &Path, options: &Options) -> Result<Self, Fault> {
        let count = options.readers.max(1);
        let free: Vec<_> =
            (0..count).map(|_| connect::reader(path, options.patience)).collect::<Result<_, _>>()?;
        Ok(Self { permits: Arc::new(Semaphore::new(free.len())), free: Arc::new(Mutex::new(free)) })
    }

    pub(super) async fn read(&self, plan: Plan) -> Outcome {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| Fault::closed())?;
        let free = Arc::clone(&self.free);
        let list = plan.kind == Kind::List;
        let job = move || {
            let _permit = permit;
            let connection = lock(&free).pop().ok_or_else(Fault::closed)?;
            let outcome = exec::read(&connection, &plan);
            lock(&free).push(connection);
            outcome
        };
        if !list {
            return job();
        }
        let died = |_| Fault::new(FaultKind::Down, "a reader died");
        tokio::task::spawn_blocking(job).await.map_err(died)?
    }

    pub(super) fn close(&self) {
        self.permits.close();
        lock(&self.free).clear();
    }
}
