//! Passwords that are sent with every call: the first one goes alone, and one that was refused is not sent again at once.
//!
//! Jira asks an account for a CAPTCHA after three wrong passwords (Atlassian's page "Configuring Jira application options"),
//! so that many calls at once with a wrong one lock it for everybody. Calls wait until one of them was let in. If a
//! password is changed while calls are under way, those have it with them; no more follow.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bowline_core::attribution::{Attribution, Class, Layer};
use bowline_core::code::NET_BUSY;
use bowline_core::connection::{Connection, SignIn};
use bowline_core::failure::{Executed, Failure, Words};
use bowline_core::port::SignError;
use bowline_core::{ConnectionId, SecretId, SignedDuration, TenantId, Timestamp};
use tokio::sync::Notify;

/// For how long a refused password is not sent again: long enough for all that is under way, too short for a person who has
/// mended something to meet it.
const REFUSED: SignedDuration = SignedDuration::from_secs(2);
/// After this the first call is no longer waited for: it broke without an answer.
const UNANSWERED: SignedDuration = SignedDuration::from_secs(35);
/// How long a call waits for the first one; then it is tried again later, with its lease in order.
const WAIT: Duration = Duration::from_secs(5);
/// How many connections are remembered. Above it all are forgotten: each is tried by one call first again.
const CAPACITY: usize = 10_000;

type Key = (TenantId, ConnectionId, SecretId);

/// What is known of each password.
#[derive(Default)]
pub(crate) struct Passwords {
    known: Mutex<HashMap<Key, State>>,
    told: Notify,
}

#[derive(Clone)]
enum State {
    /// A call is under way with it since then.
    Tried(Timestamp),
    /// It was taken.
    Good,
    /// It was refused then.
    Refused(Failure, Timestamp),
}

/// What a call may do.
enum May {
    Go,
    Wait,
    Not(Failure),
}

impl Passwords {
    /// Waits until the password may be sent, or says why it is not sent now.
    pub(crate) async fn enter(&self, connection: &Connection, now: Timestamp) -> Result<(), SignError> {
        let Some(key) = key(connection) else { return Ok(()) };
        let late = || SignError::NoToken(Failure::retry(NET_BUSY, Executed::No));
        let turn = async {
            loop {
                let told = self.told.notified();
                match self.may(key, now) {
                    May::Go => return Ok(()),
                    May::Wait => told.await,
                    May::Not(failure) => return Err(SignError::NoToken(failure)),
                }
            }
        };
        tokio::time::timeout(WAIT, turn).await.unwrap_or_else(|_| Err(late()))
    }

    fn may(&self, key: Key, now: Timestamp) -> May {
        let mut known = self.known();
        if known.len() >= CAPACITY && !known.contains_key(&key) {
            known.clear();
        }
        match known.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(State::Tried(now));
                May::Go
            }
            Entry::Occupied(mut entry) => match entry.get() {
                State::Good => May::Go,
                State::Tried(since) if now.duration_since(*since) < UNANSWERED => May::Wait,
                State::Refused(failure, at) if now.duration_since(*at) < REFUSED => May::Not(failure.clone()),
                State::Tried(_) | State::Refused(..) => {
                    entry.insert(State::Tried(now));
                    May::Go
                }
            },
        }
    }

    /// Takes in what an answer said.
    pub(crate) fn told(&self, connection: &Connection, found: Option<&Attribution>, now: Timestamp) {
        let Some(key) = key(connection) else { return };
        let mut known = self.known();
        match found {
            None => drop(known.insert(key, State::Good)),
            Some(found) if is_refusal(found) => {
                known.insert(key, State::Refused(refusal(found), now));
            }
            // It says nothing about the password: the next call finds out.
            Some(_) if matches!(known.get(&key), Some(State::Tried(_))) => drop(known.remove(&key)),
            Some(_) => {}
        }
        drop(known);
        self.told.notify_waiters();
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Key, State>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Only passwords are counted by Jira; tokens may be sent as often as one likes.
fn key(connection: &Connection) -> Option<Key> {
    let counted = matches!(connection.sign_in, SignIn::Basic { .. });
    counted.then_some((connection.tenant, connection.id, connection.secret))
}

/// What calls are told that are not sent: what the tool said, or at least why they were not.
fn refusal(found: &Attribution) -> Failure {
    let kept_back = "It was refused a moment ago, and is not sent again at once.";
    let words = Words::new(found.told.as_deref().unwrap_or(kept_back));
    Failure::wait(found.code.clone()).with_words(words)
}

fn is_refusal(found: &Attribution) -> bool {
    found.layer == Layer::Application && matches!(found.class, Class::Rejected | Class::Captcha)
}

#[cfg(test)]
mod tests {
    use bowline_core::attribution::Reaction;
    use bowline_core::code::AUTH_REJECTED;
    use bowline_core::connection::{Health, IntakeProof, ToolKind};
    use futures_util::FutureExt as _;

    use super::*;

    fn signed_in(sign_in: SignIn) -> Connection {
        Connection {
            tenant: format!("ten_{:032x}", 1).parse().unwrap(),
            id: format!("con_{:032x}", 1).parse().unwrap(),
            name: "jira".to_owned(),
            tool: ToolKind::JiraDc,
            base_url: "https://jira.example.com".to_owned(),
            browse_url: "https://jira.example.com".to_owned(),
            transport: bowline_core::layers::Transport::default(),
            gateway: None,
            sign_in,
            secret: format!("sec_{:032x}", 1).parse().unwrap(),
            intake: IntakeProof::default(),
            health: Health::Ok,
            identity: None,
            settings: std::collections::BTreeMap::new(),
            revision: 1,
            era: 0,
            created_at: at(0),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn refused() -> Attribution {
        Attribution::new(Layer::Application, Class::Rejected, Reaction::Owner)
    }

    fn basic() -> Connection {
        signed_in(SignIn::Basic { user: "ada".to_owned() })
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_call_goes_alone_and_the_others_follow_when_it_was_let_in() {
        let (passwords, ada) = (Passwords::default(), basic());
        assert!(passwords.enter(&ada, at(0)).now_or_never().unwrap().is_ok());
        let mut second = Box::pin(passwords.enter(&ada, at(0)));
        assert!(second.as_mut().now_or_never().is_none(), "it waits");
        passwords.told(&ada, None, at(1));
        assert!(second.now_or_never().unwrap().is_ok());
        assert!(passwords.enter(&ada, at(1)).now_or_never().unwrap().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waited_for_a_refused_password_is_told_and_sends_nothing() {
        let (passwords, ada) = (Passwords::default(), basic());
        let enter = |second| passwords.enter(&ada, at(second)).now_or_never();
        assert!(enter(0).unwrap().is_ok());
        let mut second = Box::pin(passwords.enter(&ada, at(0)));
        assert!(second.as_mut().now_or_never().is_none());
        passwords.told(&ada, Some(&refused()), at(1));
        let told = second.now_or_never().unwrap().unwrap_err();
        assert!(matches!(told, SignError::NoToken(failure) if failure.code == AUTH_REJECTED));
        assert!(enter(2).unwrap().is_err());
        assert!(enter(3).unwrap().is_ok(), "a person may try again");
        assert!(enter(3).is_none(), "but one at a time");
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_breaks_without_an_answer_does_not_hold_up_the_others_for_ever() {
        let (passwords, ada) = (Passwords::default(), basic());
        let enter = |second| passwords.enter(&ada, at(second)).now_or_never();
        assert!(enter(0).unwrap().is_ok());
        assert!(enter(34).is_none());
        assert!(enter(35).unwrap().is_ok());
        let busy = Attribution::new(Layer::Application, Class::Throttled, Reaction::Later);
        passwords.told(&ada, Some(&busy), at(36));
        assert!(enter(36).unwrap().is_ok(), "an answer about something else lets the next one try");
    }

    #[tokio::test(start_paused = true)]
    async fn another_password_and_what_is_no_password_are_sent_at_once() {
        let (passwords, ada) = (Passwords::default(), basic());
        passwords.told(&ada, Some(&refused()), at(0));
        let other = Connection { secret: format!("sec_{:032x}", 9).parse().unwrap(), ..basic() };
        let token = signed_in(SignIn::PersonalAccessToken);
        for free in [&other, &token, &token] {
            assert!(passwords.enter(free, at(0)).now_or_never().unwrap().is_ok());
        }
    }
}
