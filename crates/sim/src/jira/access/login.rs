//! Passwords of Data Center and Server, and the CAPTCHA that stands before them after too many wrong ones.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::frame::call::Person;
use crate::jira::date::Stamp;
use crate::jira::site::Site;

/// "Maximum authentication attempts allowed" as Jira is installed.
const ATTEMPTS: u32 = 3;

/// What became of a name and a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    In(Person),
    Wrong,
    /// Too many were wrong: the password was not looked at.
    Challenge,
}

/// Everybody's logins.
#[derive(Clone, Debug)]
pub(crate) struct Logins {
    /// How many wrong passwords in a row bring the CAPTCHA; `None` never does.
    pub(crate) attempts: Option<u32>,
    records: HashMap<Person, Record>,
}

impl Default for Logins {
    fn default() -> Self {
        Self { attempts: Some(ATTEMPTS), records: HashMap::new() }
    }
}

#[derive(Clone, Debug, Default)]
struct Record {
    /// Wrong passwords since the last right one.
    row: u32,
    failed: u64,
    good: u64,
    last_failed: Option<i64>,
    last: Option<i64>,
    previous: Option<i64>,
}

impl Logins {
    fn judge(&mut self, who: Person, right: bool, now: i64) -> Verdict {
        let record = self.records.entry(who).or_default();
        if self.attempts.is_some_and(|attempts| record.row >= attempts) {
            record.note_failure(now);
            Verdict::Challenge
        } else if right {
            record.row = 0;
            record.good += 1;
            record.previous = record.last.replace(now);
            Verdict::In(who)
        } else {
            record.row += 1;
            record.note_failure(now);
            Verdict::Wrong
        }
    }

    /// What somebody does by signing in with a browser and solving the CAPTCHA.
    pub(crate) fn forgive(&mut self, who: Person) {
        self.records.entry(who).or_default().row = 0;
    }

    /// `loginInfo` as the session resource shows it.
    pub(crate) fn info(&self, who: Person) -> Value {
        let usual = Record::default();
        let record = self.records.get(&who).unwrap_or(&usual);
        let mut info = json!({"loginCount": record.good, "failedLoginCount": record.failed});
        if let Some(members) = info.as_object_mut() {
            let times = [("lastFailedLoginTime", record.last_failed), ("previousLoginTime", record.previous)];
            for (name, at) in times.into_iter().filter_map(|(name, at)| Some((name, at?))) {
                members.insert(name.to_owned(), json!(Stamp(at)));
            }
        }
        info
    }
}

impl Record {
    fn note_failure(&mut self, now: i64) {
        self.failed += 1;
        self.last_failed = Some(now);
    }
}

/// Whose name and password this is, without trying them: nothing is counted.
pub(crate) fn holder(site: &Site, user: &str, secret: &str) -> Option<Person> {
    let found = site.catalog.person(|account| account.name.eq_ignore_ascii_case(user));
    found.filter(|who| {
        let account = site.catalog.account(*who);
        !account.inactive && account.password() == secret
    })
}

/// Tries a name and a password. Nobody is told whether the name was wrong.
pub(crate) fn password(site: &Site, user: &str, secret: &str) -> Verdict {
    let found = site.catalog.person(|account| account.name.eq_ignore_ascii_case(user));
    let Some(who) = found.filter(|who| !site.catalog.account(*who).inactive) else { return Verdict::Wrong };
    let right = site.catalog.account(who).password() == secret;
    site.gate.logins().judge(who, right, site.frame.clock.now())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Person = Person(1);

    #[test]
    fn after_three_wrong_passwords_the_right_one_is_not_looked_at() {
        let mut logins = Logins::default();
        for at in 0..3 {
            assert_eq!(logins.judge(ADA, false, at), Verdict::Wrong);
        }
        assert_eq!(logins.judge(ADA, true, 3), Verdict::Challenge);
        assert_eq!(logins.judge(Person(2), true, 3), Verdict::In(Person(2)));
        logins.forgive(ADA);
        assert_eq!(logins.judge(ADA, true, 4), Verdict::In(ADA));
        assert_eq!(logins.info(ADA)["failedLoginCount"], 4);
        assert_eq!(logins.info(ADA)["loginCount"], 1);
    }

    #[test]
    fn a_right_password_begins_the_count_anew() {
        let mut logins = Logins::default();
        for at in 0..10 {
            assert_eq!(
                logins.judge(ADA, at % 3 == 2, at),
                [Verdict::Wrong, Verdict::Wrong, Verdict::In(ADA)][at as usize % 3]
            );
        }
        logins.attempts = None;
        for at in 0..10 {
            assert_eq!(logins.judge(ADA, false, at), Verdict::Wrong);
        }
    }
}
