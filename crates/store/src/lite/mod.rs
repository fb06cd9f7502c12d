//! SQLite: one writer, readers beside it, no thread hop where none is needed.
//!
//! In memory there is one connection for everything, used on the caller's own thread: a future of ours is ready
//! when it is first polled, so a simulation that drives thousands of histories stays deterministic and quick. A
//! file has a writer thread that groups commits (`writer`) and a few readers on the blocking pool (`readers`).

mod connect;
mod exec;
mod readers;
mod schema;
mod writer;

use std::path::Path;
use std::sync::Mutex;

use rusqlite::Connection;

use crate::error::{Error, Fault};
use crate::options::Options;
use crate::queue::lock;
use crate::stmt::{Outcome, Plan};

/// An open SQLite database.
pub(crate) enum Lite {
    /// Gone when it is closed, or the last handle dropped.
    Memory(Mutex<Option<Connection>>),
    /// A file with its write-ahead log.
    File { readers: readers::Readers, writer: writer::Writer },
}

impl Lite {
    pub(crate) fn memory() -> Result<Self, Error> {
        let mut connection = connect::memory()?;
        schema::migrate(&mut connection)?;
        Ok(Self::Memory(Mutex::new(Some(connection))))
    }

    pub(crate) fn file(path: &Path, options: &Options) -> Result<Self, Error> {
        let mut connection = connect::writer(path, options.patience)?;
        schema::migrate(&mut connection)?;
        let readers = readers::Readers::open(path, options)?;
        Ok(Self::File { readers, writer: writer::Writer::start(connection)? })
    }

    /// Reads at one moment.
    pub(crate) async fn read(&self, plan: Plan) -> Outcome {
        match self {
            // Nobody else can write while we hold the only connection.
            Self::Memory(connection) => exec::read(open(&lock(connection))?, &plan),
            Self::File { readers, .. } => readers.read(plan).await,
        }
    }

    /// Writes all of the plan or nothing.
    pub(crate) async fn write(&self, plan: Plan) -> Outcome {
        match self {
            Self::Memory(connection) => exec::alone(open(&lock(connection))?, &plan),
            Self::File { writer, .. } => writer.write(plan).await,
        }
    }

    /// Waits for what was handed over to be written, then lets the file go.
    pub(crate) async fn close(&self) {
        match self {
            Self::Memory(connection) => drop(lock(connection).take()),
            Self::File { readers, writer } => {
                readers.close();
                writer.close().await;
            }
        }
    }
}

fn open(connection: &Option<Connection>) -> Result<&Connection, Fault> {
    connection.as_ref().ok_or_else(Fault::closed)
}
