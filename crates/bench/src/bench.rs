//! The course of a measurement: one database after the other, everything afresh for each.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde::Serialize;

use crate::amount::Amount;
use crate::database::{Database, Kind};
use crate::phase::alone::{self, Alone};
use crate::phase::burst::{self, Burst};
use crate::phase::pace::{self, Pace};
use crate::proc::Memory;
use crate::rank::median;
use crate::report::say;
use crate::service::{Service, Setup};
use crate::tool::Tool;
use crate::world::World;
use crate::{Sync, link};

/// Everything measured on one database.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    pub(crate) database: Kind,
    pub(crate) shares: usize,
    /// From process started to ready, in milliseconds: the first start, which makes keys and tables.
    pub(crate) first_start: f64,
    /// The median of later starts.
    pub(crate) start: f64,
    /// Idle: after the first start, after linking, after a later start.
    pub(crate) fresh: Memory,
    pub(crate) linked: Memory,
    pub(crate) restarted: Memory,
    /// After everything.
    pub(crate) worked: Memory,
    pub(crate) alone: Alone,
    pub(crate) pace: Pace,
    pub(crate) bursts: Vec<Burst>,
}

/// Measures on each database that there is.
pub(crate) async fn sync(ask: &Sync, amount: &Amount) -> Result<Vec<Measured>> {
    let folder = Folder::new(&ask.bowline)?;
    let database = Database::sqlite(&folder.0.join("data"));
    let mut measured = vec![measure(ask, amount, database, &folder.0).await.context("on SQLite")?];
    drop(folder);
    if let Some(server) = &ask.postgres {
        let folder = Folder::new(&ask.bowline)?;
        let database = Database::postgres(server).await?;
        let on_postgres = measure(ask, amount, database.clone(), &folder.0).await;
        database.drop().await?;
        measured.push(on_postgres.context("on PostgreSQL")?);
    }
    Ok(measured)
}

async fn measure(ask: &Sync, amount: &Amount, database: Database, folder: &Path) -> Result<Measured> {
    let title = database.kind().title();
    let setup = Setup::new(&ask.bowline, folder, database.url()?)?;
    let log = folder.join("simulators.log");
    let jira = Tool::start(&ask.bowline, &["jira", "--issues", "0"], &log)?;
    let targetprocess = Tool::start(&ask.bowline, &["targetprocess", "--stories", "0", "--bugs", "0"], &log)?;
    say(&format!("{title}: linking {} items", amount.shares));
    let service = Service::start(&setup).await?;
    let first_start = ms(&service);
    tokio::time::sleep(amount.idle_for).await;
    let fresh = service.memory()?;
    let issues = link::stories(&jira, amount.shares).await?;
    link::connect(&service.client, &jira, &targetprocess).await?;
    let pairs = link::share(&service.client, &issues).await?;
    tokio::time::sleep(amount.idle_for).await;
    let linked = service.memory()?;
    let (service, start) = restart(service, &setup, amount.starts).await?;
    let world = Arc::new(World { service, database, jira, targetprocess, pairs });
    tokio::time::sleep(amount.idle_for).await;
    let restarted = world.service.memory()?;
    say(&format!(
        "{title}: {} edits one by one, {} a second for {:?}",
        amount.alone, amount.pace, amount.pace_for
    ));
    let alone = alone::measure(&world, amount.alone).await?;
    let pace = pace::measure(&world, amount).await?;
    let mut bursts = Vec::new();
    for number in 0..amount.rounds {
        say(&format!("{title}: {} edits at once, round {} of {}", amount.shares, number + 1, amount.rounds));
        bursts.push(burst::measure(&world, number, amount.limit_for).await?);
    }
    let worked = world.service.memory()?;
    let World { service, database, .. } = Arc::into_inner(world).context("an edit is still being made")?;
    service.stop().await?;
    Ok(Measured {
        database: database.kind(),
        shares: amount.shares,
        first_start,
        start,
        fresh,
        linked,
        restarted,
        worked,
        alone,
        pace,
        bursts,
    })
}

/// Starts the service so often over its data; gives the last one, and the median of what they took.
async fn restart(mut service: Service, setup: &Setup, starts: usize) -> Result<(Service, f64)> {
    let mut took = Vec::new();
    for _ in 0..starts.max(1) {
        service.stop().await?;
        service = Service::start(setup).await?;
        took.push(ms(&service));
    }
    Ok((service, median(&took)))
}

fn ms(service: &Service) -> f64 {
    service.ready.as_secs_f64() * 1_000.0
}

/// A folder beside the binary, gone at the end. Temporary files may be in memory, which would make every commit cheap.
struct Folder(PathBuf);

impl Folder {
    fn new(binary: &Path) -> Result<Self> {
        let beside = binary.parent().context("the binary is in no folder")?;
        let path = beside.join(format!("bench-{}", std::process::id()));
        std::fs::create_dir_all(path.join("data"))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed lies beside the binary, where builds lie.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
