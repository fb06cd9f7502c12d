//! Whom a site lets nobody act for, for a while: kept in memory, for no row is about them. A restart asks once more.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bowline_core::delegation::Refused;
use bowline_core::{Code, InstallationId, SignedDuration, Timestamp};

/// How long nobody tries again after the first refusal: about as long as it takes somebody to mend it.
const FIRST: SignedDuration = SignedDuration::from_hours(1);
/// At the most, after refusals in a row.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);
/// How many are remembered.
const MOST: usize = 10_000;

/// A person of a site; the site itself without one.
type Key = (InstallationId, Option<String>);

/// What was refused.
#[derive(Default)]
pub(super) struct Refusals(Mutex<HashMap<Key, Refused>>);

impl Refusals {
    /// What is remembered, whether it still holds or not.
    pub(super) fn of(&self, installation: InstallationId, person: Option<&str>) -> Option<Refused> {
        self.all().get(&(installation, person.map(str::to_owned))).cloned()
    }

    /// Whether one holds.
    pub(super) fn hold(&self, installation: InstallationId, person: Option<&str>, now: Timestamp) -> bool {
        self.of(installation, person).and_then(|refused| refused.until).is_some_and(|until| until > now)
    }

    /// Remembers one; says whether it is the first in a row.
    pub(super) fn add(
        &self,
        installation: InstallationId,
        person: Option<&str>,
        (code, now): (Code, Timestamp),
    ) -> bool {
        let mut all = self.all();
        let key = (installation, person.map(str::to_owned));
        if all.len() >= MOST && !all.contains_key(&key) {
            all.retain(|_, refused| refused.until.is_some_and(|until| until > now));
            if all.len() >= MOST {
                // Whoever is not remembered is asked about again.
                return true;
            }
        }
        let times = all.get(&key).map_or(0, |before| before.times).saturating_add(1);
        let alone = FIRST.saturating_mul(1 << times.saturating_sub(1).min(8)).min(LONGEST);
        let until = Some(now.saturating_add(alone).unwrap_or(Timestamp::MAX));
        all.insert(key, Refused { code, at: now, until, times });
        times == 1
    }

    /// It was about something that has passed.
    pub(super) fn forget(&self, installation: InstallationId, person: Option<&str>) {
        self.all().remove(&(installation, person.map(str::to_owned)));
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Key, Refused>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use bowline_core::code::AUTH_PERSON_REFUSED;
    use bowline_core::port::Clock as _;

    use super::*;
    use crate::{SystemClock, SystemEntropy};

    #[test]
    fn a_refusal_holds_longer_each_time_and_is_one_persons() {
        let (refusals, now) = (Refusals::default(), SystemClock.now());
        let site = InstallationId::new(now, &SystemEntropy);
        let add = |now| refusals.add(site, Some("ada"), (AUTH_PERSON_REFUSED, now));
        assert!(add(now));
        assert!(refusals.hold(site, Some("ada"), now) && !refusals.hold(site, Some("bob"), now));
        assert!(!refusals.hold(site, None, now), "nor is it the whole site's");
        let later = now + SignedDuration::from_mins(61);
        assert!(!refusals.hold(site, Some("ada"), later) && !add(later));
        assert!(refusals.hold(site, Some("ada"), later + SignedDuration::from_mins(119)));
        refusals.forget(site, Some("ada"));
        assert_eq!(refusals.of(site, Some("ada")), None);
    }

    #[test]
    fn no_more_are_kept_than_fit_and_what_is_over_makes_room() {
        let (refusals, now) = (Refusals::default(), SystemClock.now());
        let site = InstallationId::new(now, &SystemEntropy);
        for number in 0..=MOST {
            refusals.add(site, Some(&number.to_string()), (AUTH_PERSON_REFUSED, now));
        }
        assert_eq!(refusals.all().len(), MOST);
        let later = now + SignedDuration::from_hours(2);
        refusals.add(site, Some("one more"), (AUTH_PERSON_REFUSED, later));
        assert_eq!(refusals.all().len(), 1);
    }
}
