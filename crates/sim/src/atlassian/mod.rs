//! A simulated Atlassian: the identity provider and API gateway of the Cloud, and several Jira sites behind it.
//!
//! Start one with [`start`]: one address plays `auth.atlassian.com` and `api.atlassian.com`, and each site is a simulated
//! Jira Cloud with an address of its own. All of them have one clock. [`token`] and [`family`] are what OAuth 2.0 (3LO)
//! is made of here, [`scope`] knows what each operation asks for, `route` is what is served.

mod app;
mod change;
mod family;
pub(crate) mod route;
pub(crate) mod scope;
mod shown;
mod site;
pub(crate) mod token;
pub(crate) mod world;

use std::net::SocketAddr;
use std::sync::Arc;

use crate::Error;
use crate::atlassian::site::Door;
use crate::atlassian::world::{Account, Identity};
use crate::confluence::wiki::Wiki;
use crate::connect::host::Hosts;
use crate::connect::office::Office;
use crate::forge;
use crate::frame::call::Person;
use crate::frame::clock::{Clock, Start, VirtualClock};
use crate::frame::serve::{self, Opened, Running, Setup};
use crate::frame::world::routes;
use crate::jira::access::token::{Kind, Wanted};
use crate::jira::site::Site;
use crate::jira::{self, Shared};

/// The service account, by its login name here.
const ROBOT: &str = "robot";

/// What `scoped-token-NAME` may be used for.
const SCOPED: [&str; 5] =
    ["read:jira-user", "read:jira-work", "write:jira-work", "manage:jira-project", "manage:jira-webhook"];

/// A site.
#[derive(Clone, Debug)]
pub struct SiteOptions {
    /// What it is called: `acme` of `acme.atlassian.net`.
    pub name: String,
    /// Where it listens; port 0 picks a free one.
    pub address: SocketAddr,
    /// The base URL its links name; `http://` and the listening address when `None`.
    pub base_url: Option<String>,
}

/// How a simulated Atlassian starts.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The base URL its pages and tokens name; `http://` and the listening address when `None`.
    pub base_url: Option<String>,
    /// The sites; `acme` and `globex`, on the same machine's address, when empty.
    pub sites: Vec<SiteOptions>,
    /// Draws tokens, cloud ids and the sites' issues; 0 is as good as any.
    pub seed: u64,
    /// How many issues each site has at the start; none when 0.
    pub issues: usize,
    /// What the clock of all of them shows at the start, in milliseconds since 1970; real time when `None`.
    pub now: Option<i64>,
    /// Whether it stands still from the start.
    pub frozen: bool,
    /// Names the control APIs answer to, beside addresses, `localhost`, names without a dot and the base URLs'.
    pub hosts: Vec<String>,
}

/// A site that is being served.
#[derive(Debug)]
pub struct RunningSite {
    name: String,
    cloud_id: String,
    running: Running,
}

impl RunningSite {
    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the gateway calls it.
    #[must_use]
    pub fn cloud_id(&self) -> &str {
        &self.cloud_id
    }

    /// The site's own address, and who is there.
    #[must_use]
    pub fn running(&self) -> &Running {
        &self.running
    }
}

/// A simulated Atlassian that is being served. Dropping it ends it, with its sites, at once.
#[derive(Debug)]
pub struct Atlassian {
    running: Running,
    sites: Vec<RunningSite>,
    /// Forge's scheduled calls, as long as the rest is there.
    _hourly: forge::hourly::Hourly,
}

impl Atlassian {
    /// The address of identity provider and gateway, and who is there.
    #[must_use]
    pub fn running(&self) -> &Running {
        &self.running
    }

    /// The URL that stands for `https://auth.atlassian.com` and `https://api.atlassian.com`.
    #[must_use]
    pub fn url(&self) -> &str {
        self.running.url()
    }

    /// The sites, in the order of the options.
    #[must_use]
    pub fn sites(&self) -> &[RunningSite] {
        &self.sites
    }

    /// The one clock of all of them.
    #[must_use]
    pub fn clock(&self) -> VirtualClock {
        self.running.clock()
    }

    /// Takes no more connections and lets running answers finish for at most two seconds each.
    pub async fn stop(self) {
        self.running.stop().await;
        for site in self.sites {
            site.running.stop().await;
        }
    }
}

/// Starts a simulated Atlassian that listens on `address` (port 0 picks a free one), and its sites.
pub async fn start(options: Options, address: SocketAddr) -> Result<Atlassian, Error> {
    let clock = Arc::new(Clock::default());
    let begin = Start { at: options.now, frozen: options.frozen };
    begin.apply(&clock);
    let sites = if options.sites.is_empty() { usual(address) } else { options.sites.clone() };
    let (mut doors, mut running) = (Vec::new(), Vec::new());
    let office = Arc::new(Office::new()?);
    for (number, site) in sites.into_iter().enumerate() {
        let opened = open(&options, number, &site, (&clock, &office)).await?;
        let Opened { running: own, house, router } = opened;
        let cloud_id = house.read(jira::route::tenant::cloud_id);
        let (url, name) = (own.url().to_owned(), site.name);
        doors.push(Door { name: name.clone(), cloud_id: cloud_id.clone(), url, house, router });
        running.push(RunningSite { name, cloud_id, running: own });
    }
    let people = doors.first().map(|door| door.house.read(accounts)).unwrap_or_default();
    let robot = people.iter().position(|account| account.service);
    let robot = robot.and_then(|at| u16::try_from(at).ok()).map_or(Person(0), Person);
    let setup = Setup {
        address,
        base_url: options.base_url,
        context: String::new(),
        seed: options.seed,
        hosts: options.hosts,
        clock: begin,
        shared: Some(clock),
        hook_timeout: jira::HOOK_TIMEOUT,
        client: Some(office.hooks.clone()),
    };
    let make = |frame, base| {
        Ok(Identity::new(frame, base, options.seed, (people, app::ready(robot)), (doors.into(), office)))
    };
    let opened = serve::open(setup, make, |house| {
        routes(house, "", "", route::table())
            .merge(route::gateway::router(house))
            .merge(forge::control::router(house))
    })
    .await?;
    let hourly = forge::hourly::Hourly::start(opened.house);
    Ok(Atlassian { running: opened.running, sites: running, _hourly: hourly })
}

/// The ready-made sites; ports follow the gateway's unless that is free to choose.
fn usual(address: SocketAddr) -> Vec<SiteOptions> {
    let site = |(number, name): (u16, &str)| {
        let port = if address.port() == 0 { 0 } else { address.port().saturating_add(number) };
        let address = SocketAddr::new(address.ip(), port);
        SiteOptions { name: name.to_owned(), address, base_url: None }
    };
    [(1, "acme"), (2, "globex")].map(site).into()
}

async fn open(
    options: &Options,
    number: usize,
    site: &SiteOptions,
    (clock, office): (&Arc<Clock>, &Arc<Office>),
) -> Result<Opened<Site>, Error> {
    let own = jira::Options {
        base_url: site.base_url.clone(),
        seed: options.seed.wrapping_add(number as u64),
        issues: options.issues,
        now: options.now,
        frozen: options.frozen,
        hosts: options.hosts.clone(),
        ..jira::Options::default()
    };
    let shared = Shared { clock: Some(clock.clone()), prepare, office: Some(office.clone()) };
    jira::open(own, site.address, shared).await
}

/// The service account, and everybody's scoped token.
fn prepare(site: &mut Site) {
    site.connect = Hosts::begin(site.seed);
    site.wiki = Wiki::begin(site.frame.clock.now());
    let number = site.catalog.people.len();
    let Ok(index) = u16::try_from(number) else { return };
    site.catalog.people.push(jira::catalog::Account {
        name: ROBOT.into(),
        key: format!("JIRAUSER{}", 10_100 + number).into(),
        account_id: format!("712020:5f0c0000-0000-4000-8000-{:012}", number + 1).into(),
        email: format!("{ROBOT}@serviceaccount.atlassian.com").into(),
        display: "Sync Robot".into(),
        avatar: 10_100 + u32::from(index),
        ..jira::catalog::Account::default()
    });
    for group in ["jira-software-users", "jira-users"] {
        if let Some(row) = site.catalog.group(group) {
            site.catalog.join(row, Person(index));
        }
    }
    let people: Vec<(Person, String)> =
        site.catalog.people().map(|(person, account)| (person, account.name.to_string())).collect();
    let now = site.frame.clock.now();
    for (who, name) in people {
        let kind = if name == ROBOT { Kind::Service } else { Kind::Scoped };
        let wanted = Wanted {
            who,
            kind,
            secret: Some(format!("scoped-token-{name}")),
            name: "ready-made".to_owned(),
            scopes: SCOPED.map(str::to_owned).into(),
            expires: None,
        };
        site.gate.tokens().make(wanted, site.seed, now);
    }
}

/// The people of a site, as identity provider.
fn accounts(site: &Site) -> Vec<Account> {
    let account = |(_, own): (Person, &jira::catalog::Account)| Account {
        name: own.name.to_string(),
        display: own.display.to_string(),
        email: own.email.to_string(),
        id: own.account_id.to_string(),
        active: !own.inactive,
        service: *own.name == *ROBOT,
    };
    site.catalog.people().map(account).collect()
}
