//! Whole servers that take webhooks, in turns: what one core of each takes in a second, how long an answer takes at a rate that
//! all of them bear, and how much memory each had.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde::Serialize;

use super::load::Load;
use super::sites::Sites;
use super::timing;
use crate::database::Database;
use crate::pin;
use crate::proc;
use crate::program::Program;
use crate::rank::{Delays, median};
use crate::report::say;
use crate::service::{Service, Setup};

/// What is measured with.
pub(super) struct With<'a> {
    pub(super) modules: &'a Path,
    pub(super) script: &'a Path,
    pub(super) bowline: &'a Path,
    pub(super) postgres: Option<&'a str>,
    pub(super) quick: bool,
}

/// How long everything takes.
struct Times {
    warm: Duration,
    rounds: usize,
    turn: Duration,
    steady: Duration,
}

impl Times {
    const fn of(quick: bool) -> Self {
        let (seconds, short) = (Duration::from_secs, Duration::from_millis(500));
        match quick {
            true => Self { warm: short, rounds: 1, turn: short, steady: short },
            // The JavaScript engine compiles for about half a minute: before, it takes half as many.
            false => Self { warm: seconds(60), rounds: 7, turn: seconds(5), steady: seconds(20) },
        }
    }
}

/// A server and what was seen of it. The first is the other framework's, which all are held against.
#[derive(Debug, Serialize)]
struct Seen {
    name: &'static str,
    /// Requests a second, in each round.
    rates: Vec<f64>,
    /// Each of them beside that of the first server in the same round.
    ratios: Vec<f64>,
    /// At the same rate for all.
    delays: Delays,
    /// The most resident memory, in bytes.
    memory: u64,
}

/// What was measured.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    servers: Vec<Seen>,
    /// At how many a second the delays were taken.
    steady: f64,
}

impl Figures {
    pub(super) fn verdict(&self) -> String {
        let each =
            self.servers.iter().skip(1).map(|seen| format!("{} {:.1}", seen.name, median(&seen.ratios)));
        format!("webhooks beside atlassian-connect-express: {}", each.collect::<Vec<_>>().join(", "))
    }
}

/// A server that runs.
struct Server {
    name: &'static str,
    process: u32,
    load: Load,
    seen: Seen,
}

/// Measures; the sites are installed in every server.
pub(super) async fn measure(with: &With<'_>) -> Result<(Figures, timing::Figures)> {
    let folder = std::env::temp_dir().join(format!("bowline-bench-connect-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let measured = in_folder(with, &folder).await;
    let _ = std::fs::remove_dir_all(&folder);
    measured
}

async fn in_folder(with: &With<'_>, folder: &Path) -> Result<(Figures, timing::Figures)> {
    pin::step_aside()?;
    let mut sites = Sites::start(with.bowline, &folder.join("sites.log")).await?;
    let mut services = Vec::new();
    let mut databases = vec![("the service on SQLite", Database::sqlite(&folder.join("sqlite")))];
    if let Some(server) = with.postgres {
        databases.push(("the service on PostgreSQL", Database::postgres(server).await?));
    }
    for (name, database) in &databases {
        let place = folder.join(if name.ends_with("SQLite") { "sqlite" } else { "postgres" });
        services.push((*name, service(with, &place, database, &sites).await?));
    }
    for (_, service) in &services {
        sites.install(service.client.base()).await?;
    }
    let file = sites.write(folder)?;
    let (express, first) = express(with, &file, folder)?;
    let (own, second) = own(&file, folder)?;
    let mut servers = vec![
        server("atlassian-connect-express", express.id(), (&first, "/webhook"), &sites)?,
        server("an app of the crate", own.id(), (&second, "/webhook"), &sites)?,
    ];
    for (name, service) in &services {
        let at = (service.client.base(), "/connect/webhook");
        servers.push(server(name, service.process(), at, &sites)?);
    }
    let figures = turns(&mut servers, &Times::of(with.quick)).await?;
    report(&figures);
    let (_, first) = services.first().context("a service")?;
    let kept = kept(first, &sites).await?;
    say(&format!("  {kept} deliveries are kept of the first site on SQLite, as seen through the API"));
    let refused = timing::measure(address(first.client.base())?, &sites.all, with.quick).await?;
    for (_, service) in services {
        service.stop().await?;
    }
    for (_, database) in databases {
        database.drop().await?;
    }
    Ok((figures, refused))
}

/// The service, which takes in and does nothing else: looking at items is other machines' work.
async fn service(with: &With<'_>, folder: &Path, database: &Database, sites: &Sites) -> Result<Service> {
    std::fs::create_dir_all(folder.join("data"))?;
    let mut setup = Setup::new(with.bowline, folder, database.url()?)?.on_one_core().in_role("intake");
    for (name, value) in sites.settings() {
        setup = setup.with(name, &value);
    }
    Service::start(&setup).await
}

fn express(with: &With<'_>, sites: &Path, folder: &Path) -> Result<(Program, String)> {
    let found = Command::new("which").arg("node").output().context("node is needed")?;
    let node = PathBuf::from(String::from_utf8(found.stdout)?.trim());
    let (script, sites) = (text(with.script)?, text(sites)?);
    let modules = ("NODE_PATH", text(with.modules)?.to_owned());
    listening(pin::start(&node, &[script, sites], &[modules], &folder.join("express.log"))?)
}

fn own(sites: &Path, folder: &Path) -> Result<(Program, String)> {
    let arguments = ["connect-app", "--sites", text(sites)?];
    listening(pin::start(&std::env::current_exe()?, &arguments, &[], &folder.join("own.log"))?)
}

fn listening(mut program: Program) -> Result<(Program, String)> {
    let first = program.first_line()?;
    let url = first["listening"].as_str().context("a server does not say where it listens")?.to_owned();
    Ok((program, url))
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))
}

fn address(url: &str) -> Result<SocketAddr> {
    let place = url.strip_prefix("http://").context("a URL of http")?;
    Ok(place.parse()?)
}

fn server(name: &'static str, process: u32, (url, path): (&str, &str), sites: &Sites) -> Result<Server> {
    let load = Load::new(address(url)?, path, &sites.all)?;
    let seen = Seen { name, rates: Vec::new(), ratios: Vec::new(), delays: Delays::default(), memory: 0 };
    Ok(Server { name, process, load, seen })
}

async fn turns(servers: &mut [Server], times: &Times) -> Result<Figures> {
    say(&format!(
        "\nWebhooks of 12 KB, from 32 connections to one core of each server; warmed up {:?}, then {} rounds of {:?}, in turns; \
         requests a second:",
        times.warm, times.rounds, times.turn
    ));
    for server in servers.iter_mut() {
        server.load.rate(times.warm).await.with_context(|| server.name.to_owned())?;
    }
    for _ in 0..times.rounds {
        let mut first = None;
        for server in servers.iter_mut() {
            let rate = server.load.rate(times.turn).await.with_context(|| server.name.to_owned())?;
            server.seen.rates.push(rate);
            server.seen.ratios.push(rate / *first.get_or_insert(rate));
        }
    }
    let slowest = servers.iter().map(|server| median(&server.seen.rates)).fold(f64::INFINITY, f64::min);
    if !(slowest.is_finite() && slowest > 0.0) {
        bail!("a server takes nothing");
    }
    // Half of what the slowest takes, so that none is ever behind.
    let steady = slowest / 2.0;
    for server in servers.iter_mut() {
        server.seen.delays = server.load.delays(steady, times.steady).await?;
        server.seen.memory = proc::memory(server.process)?.peak;
    }
    let seen = |server: &mut Server| Seen {
        rates: std::mem::take(&mut server.seen.rates),
        ratios: std::mem::take(&mut server.seen.ratios),
        ..server.seen
    };
    Ok(Figures { servers: servers.iter_mut().map(seen).collect(), steady })
}

/// How many deliveries the service has kept of a site, at most a page of them.
async fn kept(service: &Service, sites: &Sites) -> Result<usize> {
    let installs = service.client.get("/api/v1/app/installs").await?;
    let wanted = sites.all.first().map(|site| site.client_key.as_str());
    let row =
        installs["sites"].as_array().into_iter().flatten().find(|row| row["client_key"].as_str() == wanted);
    let tenant = row.and_then(|row| row["tenant"].as_str()).context("the first site is not listed")?;
    let tenants = service.client.get("/api/v1/tenants?limit=1000").await?;
    let mut named = tenants["items"].as_array().into_iter().flatten();
    let tenant = named.find(|one| one["id"] == tenant).and_then(|one| one["name"].as_str());
    let tenant = tenant.context("the first site's tenant is not listed")?;
    let inbox = service.client.in_tenant(tenant).get("/api/v1/inbox?limit=100").await?;
    match inbox["items"].as_array().map_or(0, Vec::len) {
        0 => bail!("the service took webhooks and kept none"),
        kept => Ok(kept),
    }
}

fn report(figures: &Figures) {
    let first = figures.servers.first();
    for seen in &figures.servers {
        let (low, high) = seen
            .ratios
            .iter()
            .fold((f64::INFINITY, 0.0_f64), |(low, high), ratio| (low.min(*ratio), high.max(*ratio)));
        let p99 = first.map_or(0.0, |first| seen.delays.p99 / first.delays.p99);
        #[expect(clippy::cast_precision_loss, reason = "megabytes")]
        let (memory, beside) =
            (seen.memory as f64 / 1e6, first.map_or(0.0, |first| seen.memory as f64 / first.memory as f64));
        say(&format!(
            "  {:26} {:7.0}   {:5.1} × ({low:.1}–{high:.1})   p99 at {:.0} a second {:6.2} ms ({p99:.2} ×)   {memory:6.1} MB ({beside:.2} ×)",
            seen.name,
            median(&seen.rates),
            median(&seen.ratios),
            figures.steady,
            seen.delays.p99,
        ));
    }
}
