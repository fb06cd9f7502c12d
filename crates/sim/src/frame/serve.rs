//! Starting and stopping a simulator: the listener, and the tasks that serve, send webhooks and do what becomes due.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::{Router, middleware};
use bowline_net::plain::Plain;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::Error;
use crate::frame::clock::{Clock, Start, VirtualClock};
use crate::frame::control;
use crate::frame::control::guard::Hosts;
use crate::frame::cut::{Cut, Cutting};
use crate::frame::delivery::{Delivery, run};
use crate::frame::door;
use crate::frame::faults::Faults;
use crate::frame::recorder::Recorder;
use crate::frame::shown::About;
use crate::frame::world::{Frame, House, World};

/// How long a stopping simulator waits for answers that are still being sent.
const PATIENCE: Duration = Duration::from_secs(2);

/// A simulator that is being served. Dropping it ends it at once; [`Running::stop`] lets answers finish.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    url: String,
    about: About,
    clock: Arc<Clock>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
    sender: JoinHandle<()>,
    worker: JoinHandle<()>,
}

impl Running {
    /// The address it listens on, with the real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL its answers name, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Who is there, how they sign in, and which projects there are: as it was when the simulator started.
    #[must_use]
    pub fn about(&self) -> &About {
        &self.about
    }

    /// Its clock, which a test turns.
    #[must_use]
    pub fn clock(&self) -> VirtualClock {
        VirtualClock::of(self.clock.clone())
    }

    /// Takes no more connections, lets running answers finish for at most two seconds, sends no more webhooks.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // The server may have ended by itself; then there is nobody to tell.
            let _ = stop.send(());
        }
        drop(tokio::time::timeout(PATIENCE, &mut self.server).await);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.abort();
        self.sender.abort();
        self.worker.abort();
    }
}

/// What a simulator needs to be served, beside its world.
pub(crate) struct Setup {
    pub(crate) address: SocketAddr,
    pub(crate) base_url: Option<String>,
    /// The path everything is below: empty, or a slash and a name.
    pub(crate) context: String,
    pub(crate) seed: u64,
    /// Names the control API answers to beside those it always does.
    pub(crate) hosts: Vec<String>,
    /// Where its clock begins.
    pub(crate) clock: Start,
    /// The clock it has in common with others; its own when `None`.
    pub(crate) shared: Option<Arc<Clock>>,
    /// How long a webhook's receiver may take to answer.
    pub(crate) hook_timeout: Duration,
    /// What sends webhooks, with that time, if others have it in common; its own when `None`.
    pub(crate) client: Option<Plain>,
}

/// A simulator that is being served, and what others in this process reach it by.
pub(crate) struct Opened<W> {
    pub(crate) running: Running,
    pub(crate) house: Arc<House<W>>,
    /// All that it serves, without the context path.
    pub(crate) router: Router,
}

/// Binds, makes the world (it wants to know its base URL), and serves it in tasks of its own.
pub(crate) async fn open<W: World>(
    setup: Setup,
    make: impl FnOnce(Frame, String) -> Result<W, Error>,
    vendor: impl FnOnce(&Arc<House<W>>) -> Router,
) -> Result<Opened<W>, Error> {
    let bind = |source| Error::Bind { address: setup.address, source };
    let context = context(&setup.context)?;
    let listener = TcpListener::bind(setup.address).await.map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;
    let url = setup.base_url.map_or_else(
        || format!("http://{}{context}", reachable(address)),
        |url| url.trim_end_matches('/').to_owned(),
    );

    let client = setup.client.map_or_else(|| Plain::new(setup.hook_timeout), Ok)?;
    let (clock, faults, recorder) =
        (setup.shared.unwrap_or_default(), Arc::new(Faults::new(setup.seed)), Arc::new(Recorder::default()));
    let (delivery, waiting) =
        Delivery::new(clock.clone(), faults.clone(), recorder.clone(), (setup.seed, setup.hook_timeout));
    setup.clock.apply(&clock);
    let frame = Frame { clock: clock.clone(), faults, recorder, delivery: delivery.clone() };
    let hosts = Hosts::new(&url, setup.hosts);
    let house = Arc::new(House::new(make(frame.clone(), url.clone())?, frame, hosts));
    let about = house.read(|world| world.about());

    let worker = tokio::spawn({
        let house = house.clone();
        async move { house.keep_up().await }
    });
    let router = vendor(&house)
        .layer(middleware::from_fn_with_state(house.clone(), door::pass::<W>))
        .merge(control::router(house.clone()));
    let whole = router.clone();
    let router = if context.is_empty() { router } else { Router::new().nest(&context, router) };
    let (stop, stopped) = oneshot::channel::<()>();
    let service = router.into_make_service_with_connect_info::<Cut>();
    let serving = axum::serve(Cutting(listener), service).with_graceful_shutdown(async move {
        // A dropped handle counts as a wish to stop.
        drop(stopped.await);
    });
    let server = tokio::spawn(async move {
        // `axum::serve` returns only after the graceful end; its error type is for the future.
        drop(serving.await);
    });
    let sender = tokio::spawn(run::run(delivery, waiting, client));
    let running = Running { address, url, about, clock, stop: Some(stop), server, sender, worker };
    Ok(Opened { running, house, router: whole })
}

/// An address that can be called: for one that stands for all of this machine's, its own.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip: IpAddr = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// A context path as servers take it: no slash at its end, and plain characters only.
fn context(given: &str) -> Result<String, Error> {
    let path = given.trim_matches('/');
    let plain = |one: char| one.is_ascii_alphanumeric() || matches!(one, '/' | '-' | '_' | '.');
    if !path.chars().all(plain) || path.contains("//") {
        return Err(Error::Context(given.to_owned()));
    }
    Ok(if path.is_empty() { String::new() } else { format!("/{path}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_all_addresses_is_called_by_one() {
        for (given, called) in
            [("0.0.0.0:80", "127.0.0.1:80"), ("[::]:80", "[::1]:80"), ("192.168.1.7:80", "192.168.1.7:80")]
        {
            assert_eq!(reachable(given.parse().unwrap()).to_string(), called);
        }
    }

    #[test]
    fn a_context_path_begins_with_a_slash_and_does_not_end_with_one() {
        for (given, read) in
            [("", ""), ("/", ""), ("jira", "/jira"), ("/jira/", "/jira"), ("/a/b-1", "/a/b-1")]
        {
            assert_eq!(context(given).unwrap(), read);
        }
        for wrong in ["/{x}", "/a b", "/*rest", "/a//b", "/ü"] {
            assert!(context(wrong).is_err(), "{wrong}");
        }
    }
}
