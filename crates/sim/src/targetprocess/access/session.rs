//! Sessions: a cookie that stands for a password. The vendor's pages give one out to whoever logs in; its name is this
//! simulator's own.

use std::collections::HashMap;

use http::HeaderMap;
use http::header::COOKIE;

use crate::frame::call::Person;
use crate::frame::random::Random;

/// The cookie's name.
pub(crate) const NAME: &str = "TpSession";
/// A session ends after two weeks.
const LIFE: i64 = 14 * 86_400_000;
/// More sessions than a test opens; the oldest makes room.
const MOST: usize = 10_000;

#[derive(Clone, Copy, Debug)]
struct Session {
    who: Person,
    since: i64,
}

/// All open sessions by the value of their cookie.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sessions {
    open: HashMap<String, Session>,
    made: u64,
}

impl Sessions {
    /// Whose session this is, if it goes on.
    pub(crate) fn person(&self, id: &str, now: i64) -> Option<Person> {
        self.open.get(id).filter(|session| now - session.since < LIFE).map(|session| session.who)
    }

    /// Opens a session; the answer is its cookie's value.
    pub(crate) fn start(&mut self, who: Person, now: i64) -> String {
        self.made += 1;
        let mut random = Random::new(self.made.rotate_left(32) ^ now.unsigned_abs());
        let id = format!("{:016X}{:016X}", random.next(), random.next());
        if self.open.len() >= MOST {
            let oldest = self.open.iter().min_by_key(|(_, session)| session.since).map(|(id, _)| id.clone());
            oldest.map(|oldest| self.open.remove(&oldest));
        }
        self.open.insert(id.clone(), Session { who, since: now });
        id
    }

    /// Ends a session.
    pub(crate) fn end(&mut self, id: &str) {
        self.open.remove(id);
    }
}

/// The session a request names.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == NAME).map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_by_itself_or_when_told() {
        let mut sessions = Sessions::default();
        let (one, two) = (sessions.start(Person(1), 0), sessions.start(Person(2), 0));
        assert_ne!(one, two);
        assert_eq!(sessions.person(&one, LIFE - 1), Some(Person(1)));
        assert_eq!(sessions.person(&one, LIFE), None);
        sessions.end(&two);
        assert_eq!(sessions.person(&two, 1), None);
    }
}
