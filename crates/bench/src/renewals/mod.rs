//! The second half of `bowline-bench auth`: how fast the service renews a herd of grants that are all due, at a provider
//! that takes fifty milliseconds for each.
//!
//! The service is the release binary with its own worker, database and HTTP client; only the limit of renewals a second is
//! lifted. Every renewal is journaled before it is sent, and durable before the next look at its grant.

mod endpoint;
mod herd;

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};
use serde::Serialize;
use tokio::time::Instant;

use self::endpoint::Endpoint;
use self::herd::Herd;
use crate::clock::now;
use crate::proc::{self, Memory};
use crate::rank::Delays;
use crate::report::say;
use crate::service::{Service, Setup};

/// How many grants are due, and in a quick run.
const HERD: u32 = 100_000;
const SMALL_HERD: u32 = 1_000;
/// How long the provider takes.
const LATENCY: Duration = Duration::from_millis(50);
/// In how many seconds all are to be renewed.
const WANTED: f64 = 120.0;
/// Without a renewal for so long, it has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// What was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    grants: u32,
    /// From the start of the process to the last renewal, in seconds.
    took: f64,
    /// Renewals a second.
    rate: f64,
    /// How long a grant was due before it was renewed, in milliseconds.
    lag: Delays,
    /// The most requests that were under way at once.
    together: usize,
    /// The service's.
    memory: Memory,
    /// Processor time of the service and of this program, which is the provider, in seconds.
    cpu: [f64; 2],
}

impl Figures {
    /// Whether that is as fast as wanted; a small herd says nothing.
    pub(crate) fn is_enough(&self) -> bool {
        self.grants < HERD || self.took < WANTED
    }

    pub(crate) fn verdict(&self) -> String {
        let Self { grants, took, rate, memory, .. } = self;
        format!(
            "{grants} renewals in {took:.1} s ({rate:.0} a second, {} MB at most)",
            memory.peak / 1_000_000
        )
    }
}

/// Measures, in a folder of its own.
pub(crate) async fn measure(bowline: &Path, folder: &Path, quick: bool) -> Result<Figures> {
    let grants = if quick { SMALL_HERD } else { HERD };
    let store = format!("sqlite:{}", folder.join("bowline.db").display());
    let endpoint = Endpoint::start(LATENCY).await?;
    let setup = Setup::new(bowline, folder, store.clone())?.with("BOWLINE_GRANTS__PER_SECOND", "0");
    Service::start(&setup).await?.stop().await?;
    say(&format!("\n{grants} grants, all due, at a provider that takes {} ms:", LATENCY.as_millis()));
    let herd = Herd::open(&store, &setup.data()).await?;
    herd.fill(&endpoint::url(&endpoint)?, grants).await?;
    herd.close().await;

    let since = now();
    let service = Service::start(&setup).await?;
    let cpu = proc::cpu(std::process::id())?;
    let (mut last, mut moved) = (0, Instant::now());
    while endpoint.counts().renewed < usize::try_from(grants)? {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let renewed = endpoint.counts().renewed;
        if renewed > last {
            (last, moved) = (renewed, Instant::now());
        } else if moved.elapsed() > PATIENCE {
            bail!("only {renewed} of {grants} grants were renewed: {:?}", endpoint.counts());
        }
    }
    let (memory, service_cpu) = (service.memory()?, proc::cpu(service.process())?);
    let own_cpu = proc::cpu(std::process::id())?.saturating_sub(cpu);
    // What is under way ends before the service does.
    service.stop().await?;
    let counts = endpoint.counts();
    if counts.refused > 0 {
        bail!("the provider refused what it was asked: {counts:?}");
    }
    let herd = Herd::open(&store, &setup.data()).await?;
    let lags = herd.renewed(since).await?;
    herd.close().await;
    let took = lags.iter().copied().fold(0.0, f64::max);
    let figures = Figures {
        grants,
        took,
        rate: f64::from(grants) / took,
        lag: Delays::of(&lags.iter().map(|lag| lag * 1e3).collect::<Vec<_>>()),
        together: counts.under_way.1,
        memory,
        cpu: [service_cpu.as_secs_f64(), own_cpu.as_secs_f64()],
    };
    tell(&figures);
    Ok(figures)
}

fn tell(figures: &Figures) {
    let Figures { lag, together, cpu: [service, own], memory, .. } = figures;
    say(&format!("  {}", figures.verdict()));
    say(&format!(
        "  due for {:.1} s (half of them), {:.1} s (95 %), {:.1} s (99 %); at most {together} asked at once",
        lag.p50 / 1e3,
        lag.p95 / 1e3,
        lag.p99 / 1e3,
    ));
    say(&format!(
        "  processor time: the service {service:.1} s, the provider {own:.1} s; memory at the end {} MB",
        memory.now / 1_000_000
    ));
}
