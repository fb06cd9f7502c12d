//! Sessions of Data Center and Server: a cookie that stands for a password.

use std::collections::HashMap;

use http::header::COOKIE;

use crate::frame::call::{Call, Person};
use crate::frame::random::Random;
use crate::jira::site::Site;

/// The cookie's name.
pub(crate) const COOKIE_NAME: &str = "JSESSIONID";
/// A session nobody uses ends after five hours, as Jira is installed.
const IDLE: i64 = 5 * 3_600_000;
/// More sessions than a test opens; the one unused for longest makes room.
const MOST: usize = 10_000;

#[derive(Clone, Debug)]
struct Session {
    who: Person,
    used: i64,
}

/// All open sessions by the value of their cookie.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sessions {
    open: HashMap<String, Session>,
    made: u64,
}

impl Sessions {
    /// Whose session this is, if it goes on; looking keeps it open.
    pub(crate) fn person(&mut self, id: &str, now: i64) -> Option<Person> {
        let session = self.open.get_mut(id).filter(|session| now - session.used < IDLE)?;
        session.used = now;
        Some(session.who)
    }

    /// Opens a session; the answer is its cookie's value.
    pub(crate) fn start(&mut self, who: Person, seed: u64, now: i64) -> String {
        self.made += 1;
        let mut random = Random::new(seed ^ self.made.rotate_left(24));
        let id = format!("{:016X}{:016X}", random.next(), random.next());
        if self.open.len() >= MOST {
            self.open.retain(|_, session| now - session.used < IDLE);
            let oldest = self.open.iter().min_by_key(|(_, session)| session.used).map(|(id, _)| id.clone());
            if let Some(oldest) = oldest.filter(|_| self.open.len() >= MOST) {
                self.open.remove(&oldest);
            }
        }
        self.open.insert(id.clone(), Session { who, used: now });
        id
    }

    /// Ends a session; whether there was one.
    pub(crate) fn end(&mut self, id: &str) -> bool {
        self.open.remove(id).is_some()
    }

    /// Ends all sessions of somebody.
    pub(crate) fn end_all(&mut self, who: Person) {
        self.open.retain(|_, session| session.who != who);
    }
}

/// The session's cookie of a request.
pub(crate) fn cookie(call: &Call<'_>) -> Option<String> {
    let cookies = call.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value.to_owned())
}

/// Opens a session for somebody who signed in.
pub(crate) fn start(site: &Site, who: Person) -> String {
    site.gate.sessions().start(who, site.seed, site.frame.clock.now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_lasts_as_long_as_it_is_used() {
        let mut sessions = Sessions::default();
        let id = sessions.start(Person(1), 7, 0);
        assert_eq!(sessions.person(&id, IDLE - 1), Some(Person(1)));
        assert_eq!(sessions.person(&id, 2 * IDLE - 2), Some(Person(1)));
        assert_eq!(sessions.person(&id, 3 * IDLE), None);
        assert_ne!(sessions.start(Person(1), 7, 0), id);
    }

    #[test]
    fn the_oldest_session_makes_room() {
        let mut sessions = Sessions::default();
        let first = sessions.start(Person(1), 1, 0);
        for at in 0..MOST as i64 {
            sessions.start(Person(2), 1, at + 1);
        }
        assert_eq!(sessions.person(&first, 5), None);
        assert_eq!(sessions.open.len(), MOST);
    }
}
