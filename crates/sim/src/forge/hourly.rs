//! The scheduled trigger of an hour: every installation is called once an hour by the simulator's clock, counted from its
//! install ("Scheduled triggers": the first run may be at any time of the interval, and intervals are not exact).
//!
//! A clock that is moved on by many hours makes one call and not many: a scheduler that was away does not catch up.

use std::sync::Arc;

use tokio::task::{JoinHandle, JoinSet};

use super::Forge;
use super::control;
use crate::atlassian::world::Identity;
use crate::frame::world::House;

/// An hour, in milliseconds.
pub(super) const HOUR: i64 = 3_600_000;

/// What calls; dropping it ends that, with the calls under way.
#[derive(Debug)]
pub(crate) struct Hourly(JoinHandle<()>);

impl Drop for Hourly {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Hourly {
    pub(crate) fn start(house: Arc<House<Identity>>) -> Self {
        Self(tokio::spawn(run(house)))
    }
}

impl Forge {
    /// When the next installation is due.
    fn next_hourly(&self) -> Option<i64> {
        let live = self.installs.iter().filter(|install| !install.gone && self.hourly);
        live.map(|install| install.hourly_at).min()
    }

    /// The app and the site of each installation that is due now; their next time is an hour later.
    fn due(&mut self, now: i64) -> Vec<(String, u16)> {
        if !self.hourly {
            return Vec::new();
        }
        let due = self.installs.iter_mut().filter(|install| !install.gone && install.hourly_at <= now);
        due.map(|install| {
            install.hourly_at = now + HOUR;
            (install.app.clone(), install.site)
        })
        .collect()
    }
}

async fn run(house: Arc<House<Identity>>) {
    let changed = house.read(|identity| Arc::clone(&identity.forge.changed));
    loop {
        let changing = changed.notified();
        let Some(at) = house.read(|identity| identity.forge.next_hourly()) else {
            changing.await;
            continue;
        };
        tokio::select! {
            () = house.frame.clock.sleep_until(at) => call(&house).await,
            () = changing => {}
        }
    }
}

/// All that are due at once, as Forge does; waits for them, so that a remote that is slow is not called twice at a time.
async fn call(house: &Arc<House<Identity>>) {
    let now = house.frame.clock.now();
    let due = house.write(|identity| {
        let due = identity.forge.due(now);
        let named = |(app, site): (String, u16)| {
            identity.signs.get(usize::from(site)).map(|sign| (app, sign.name.clone()))
        };
        due.into_iter().filter_map(named).collect::<Vec<_>>()
    });
    let mut calls = JoinSet::new();
    for (app, site) in due {
        let house = Arc::clone(house);
        calls.spawn(async move { control::hourly(&house, app, site).await });
    }
    while calls.join_next().await.is_some() {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::install::Install;
    use crate::frame::call::Person;

    fn install(site: u16, hourly_at: i64, gone: bool) -> Install {
        let (id, app) = (format!("i{site}"), "a".to_owned());
        Install { id, app, site, person: Person(0), gone, hourly_at }
    }

    #[test]
    fn each_is_due_once_an_hour_however_far_the_clock_was_moved() {
        let mut forge = Forge {
            installs: vec![install(0, 100, false), install(1, 200, false), install(2, 50, true)],
            ..Forge::default()
        };
        assert_eq!(forge.next_hourly(), Some(100), "one that is gone does not count");
        assert_eq!(forge.due(99), []);
        assert_eq!(forge.due(100), [("a".to_owned(), 0)]);
        assert_eq!(forge.next_hourly(), Some(200));
        let later = 10 * HOUR;
        assert_eq!(forge.due(later).len(), 2);
        assert_eq!((forge.due(later).len(), forge.next_hourly()), (0, Some(11 * HOUR)));
        forge.hourly = false;
        assert_eq!((forge.due(i64::MAX - HOUR).len(), forge.next_hourly()), (0, None));
    }
}
