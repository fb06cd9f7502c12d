//! Connections to PostgreSQL: how they are opened and what each is told first.

use std::net::IpAddr;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::line::Use;
use super::roles;
use super::session::Session;
use super::tls::{Tls, tls};
use super::url;
use crate::error::{Error, Fault, FaultKind};
use crate::options::Options;

/// A server may take so long to let us in, however little patience there is otherwise: it may have to start a process
/// and to look a password up.
const ENTRY: Duration = Duration::from_secs(5);

/// How long to wait before a server that could not be reached is tried again.
const PAUSE: Duration = Duration::from_millis(100);

/// Where connections go, and how.
#[derive(Clone)]
pub(super) struct Place {
    config: Config,
    tls: Tls,
    patience: Duration,
}

impl Place {
    pub(super) fn of(url: &str, patience: Duration) -> Result<Self, Error> {
        let (mut config, wanted) = url::parse(url)?;
        // Encryption that is only preferred protects nothing that does not leave the machine, and costs 80 ms at
        // each connection. Whoever wants it there says `sslmode=require`.
        if config.get_ssl_mode() == SslMode::Prefer && stays_here(&config) {
            config.ssl_mode(SslMode::Disable);
        }
        if config.get_application_name().is_none() {
            config.application_name("bowline");
        }
        // For each address; all of them are tried.
        config.connect_timeout(patience.max(ENTRY));
        Ok(Self { tls: tls(&wanted)?, config, patience })
    }

    /// One connection, in the role of whoever logged in and without limits; says what is wrong.
    pub(super) async fn login(&self) -> Result<Session, Fault> {
        let opened = timeout(self.entry(), self.config.connect(self.tls.clone())).await;
        match opened {
            Ok(opened) => {
                opened.map(|(client, connection)| Session::new(client, connection)).map_err(Fault::from)
            }
            Err(_) => Err(Fault::silent()),
        }
    }

    /// One connection that serves: it waits no longer than it should and acts as the serving role.
    pub(super) async fn serving(&self, purpose: Use) -> Result<Session, Fault> {
        // A pooler lets us in by itself and may have no server to pass the first statement to.
        timeout(self.entry(), self.told(purpose)).await.unwrap_or_else(|_| Err(Fault::silent()))
    }

    /// How long it may take until a connection serves, wherever the database is.
    fn entry(&self) -> Duration {
        let places = self.config.get_hosts().len().max(self.config.get_hostaddrs().len()).max(1);
        self.patience.max(ENTRY).saturating_mul(u32::try_from(places).unwrap_or(u32::MAX))
    }

    /// A login, told how to serve.
    async fn told(&self, purpose: Use) -> Result<Session, Fault> {
        let mut session = self.login().await?;
        let millis = self.patience.as_millis();
        let limits = format!(
            "SET lock_timeout = {millis}; SET statement_timeout = {}; \
             SET idle_in_transaction_session_timeout = {}; SET ROLE {}",
            millis.saturating_mul(6),
            millis.saturating_mul(12),
            roles::APP
        );
        session.execute(&limits).await?;
        // Everything is read by an index. A plan that was made while a table was nearly empty would otherwise go on
        // reading the whole of it until the server has counted its rows.
        session.execute("SET enable_seqscan = off").await?;
        if purpose == Use::Writing {
            // A transaction says that it writes. What is sent behind a `BEGIN` that failed is none, and must fail too.
            session.execute("SET default_transaction_read_only = on").await?;
            // What is written is found in the same way whatever the arguments are. Left to itself PostgreSQL plans some
            // of these statements anew each time, which takes longer than carrying them out. Lists are not like that:
            // how far one reaches decides how it is best read.
            session.execute("SET plan_cache_mode = force_generic_plan").await?;
        }
        Ok(session)
    }

    /// The same from a server that may just be starting: tried until the patience ends.
    pub(super) async fn patiently(&self, purpose: Use) -> Result<Session, Fault> {
        let until = Instant::now() + self.patience;
        loop {
            match self.serving(purpose).await {
                Err(fault)
                    if matches!(fault.kind, FaultKind::Broken | FaultKind::Ended)
                        && Instant::now() + PAUSE < until =>
                {
                    sleep(PAUSE).await;
                }
                Err(fault) => return Err(fault.down()),
                session => return session,
            }
        }
    }

    /// How long one transaction or read may take. Only a server that is out of reach takes longer: one that answers
    /// gives up by itself before (`statement_timeout`), and then it is known what came of it.
    pub(super) const fn limit(&self) -> Duration {
        self.patience.saturating_mul(7)
    }
}

/// One such place, for a migration: another process may be at it, so it has no limits of its own.
pub(super) async fn login(options: &Options, url: &str) -> Result<Session, Error> {
    Ok(Place::of(url, options.patience)?.login().await?)
}

/// Whether nothing leaves the machine. What `hostaddr` names is where the driver goes, whatever the host is called.
fn stays_here(config: &Config) -> bool {
    let (hosts, addresses) = (config.get_hosts(), config.get_hostaddrs());
    !hosts.is_empty() && hosts.iter().all(is_near) && addresses.iter().all(IpAddr::is_loopback)
}

fn is_near(host: &Host) -> bool {
    match host {
        Host::Tcp(host) => {
            let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
            host == "localhost" || address.is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_that_is_only_preferred_is_left_out_on_the_same_machine_alone() {
        let mode = |url| Place::of(url, Duration::from_secs(1)).unwrap().config.get_ssl_mode();
        for url in ["postgres://app@127.0.0.1/b", "postgres://app@localhost/b", "postgres://app@[::1]:5432/b"]
        {
            assert_eq!(mode(url), SslMode::Disable, "{url}");
        }
        for url in [
            "postgres://app@db/b",
            "postgres://app@/b?hostaddr=10.0.0.5",
            "postgres://app@localhost/b?hostaddr=10.0.0.5",
        ] {
            assert_eq!(mode(url), SslMode::Prefer, "{url}");
        }
        assert_eq!(mode("postgres://app@127.0.0.1/b?sslmode=require"), SslMode::Require);
    }
}
