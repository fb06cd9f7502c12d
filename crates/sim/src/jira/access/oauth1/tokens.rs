//! Request tokens and access tokens of OAuth 1.0a, with the times of Atlassian's own provider.

use std::collections::{BTreeSet, HashMap};

use crate::frame::call::Person;
use crate::frame::oauth::draw;
use crate::frame::random::Random;

/// Times in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// Of a request token.
    pub(crate) request: i64,
    /// Of an access token: five years.
    pub(crate) access: i64,
    /// Of the session by which an access token is renewed: thirty days more.
    pub(crate) session: i64,
    /// How far a timestamp may be from the clock (`SimpleOAuthValidator` of net.oauth).
    pub(crate) window: i64,
}

impl Default for Rules {
    fn default() -> Self {
        Self { request: 600_000, access: 157_680_000_000, session: 160_272_000_000, window: 300_000 }
    }
}

/// What became of a request token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Open,
    Allowed(Person),
    Denied,
}

/// What a token is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Request {
        /// `None` for out of band.
        callback: Option<String>,
        verdict: Verdict,
        verifier: String,
    },
    Access {
        who: Person,
        handle: String,
        session_ends: i64,
    },
}

/// A token that was given out.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) consumer: String,
    pub(crate) secret: String,
    pub(crate) kind: Kind,
    pub(crate) ends: i64,
}

/// All of them by their text, and what was signed lately.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens {
    given: HashMap<String, Token>,
    nonces: BTreeSet<(i64, String)>,
    drawn: u64,
}

impl Tokens {
    fn text(&mut self, seed: u64, length: usize) -> String {
        self.drawn += 1;
        draw(&mut Random::new(seed ^ self.drawn.rotate_left(32) ^ 0x6f61_7574_6831), length)
    }

    pub(crate) fn get(&self, token: &str) -> Option<&Token> {
        self.given.get(token)
    }

    /// A request token; the answer is its text and its secret.
    pub(crate) fn request(
        &mut self,
        consumer: &str,
        callback: Option<String>,
        at: (u64, i64, Rules),
    ) -> (String, String) {
        let (seed, now, rules) = at;
        self.given.retain(|_, token| now < token.ends || matches!(token.kind, Kind::Access { .. }));
        let (text, secret, verifier) = (self.text(seed, 32), self.text(seed, 32), self.text(seed, 6));
        let kind = Kind::Request { callback, verdict: Verdict::Open, verifier };
        let consumer = consumer.to_owned();
        let token = Token { consumer, secret: secret.clone(), kind, ends: now.saturating_add(rules.request) };
        self.given.insert(text.clone(), token);
        (text, secret)
    }

    /// Notes what somebody decided; the answer is the callback and the verifier of what was not decided before.
    pub(crate) fn decide(
        &mut self,
        token: &str,
        decided: Verdict,
        now: i64,
    ) -> Option<(Option<String>, String)> {
        let token = self.given.get_mut(token).filter(|token| now < token.ends)?;
        match &mut token.kind {
            Kind::Request { callback, verdict, verifier } if *verdict == Verdict::Open => {
                *verdict = decided;
                Some((callback.clone(), verifier.clone()))
            }
            _ => None,
        }
    }

    /// An access token in place of another token, which is worth nothing from then on.
    pub(crate) fn follow(
        &mut self,
        former: &str,
        who: Person,
        at: (u64, i64, Rules),
    ) -> Option<(String, Token)> {
        let (seed, now, rules) = at;
        let former = self.given.remove(former)?;
        let (text, secret, handle) = (self.text(seed, 32), self.text(seed, 32), self.text(seed, 32));
        let kind = Kind::Access { who, handle, session_ends: now.saturating_add(rules.session) };
        let token = Token { consumer: former.consumer, secret, kind, ends: now.saturating_add(rules.access) };
        self.given.insert(text.clone(), token.clone());
        Some((text, token))
    }

    /// Notes a nonce; whether it is new within the window.
    pub(crate) fn is_new(&mut self, stamp: i64, nonce: String, oldest: i64) -> bool {
        self.nonces = self.nonces.split_off(&(oldest, String::new()));
        self.nonces.insert((stamp, nonce))
    }

    /// Takes back what somebody gave to a consumer; how many tokens that were.
    pub(crate) fn revoke(&mut self, consumer: Option<&str>, who: Option<Person>) -> usize {
        let before = self.given.len();
        self.given.retain(|_, token| {
            let theirs = match token.kind {
                Kind::Access { who: own, .. } => who.is_none_or(|who| who == own),
                Kind::Request { .. } => who.is_none(),
            };
            !theirs || consumer.is_some_and(|consumer| consumer != token.consumer)
        });
        before - self.given.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_counts_once_within_the_window() {
        let mut tokens = Tokens::default();
        assert!(tokens.is_new(100, "n".to_owned(), 0));
        assert!(!tokens.is_new(100, "n".to_owned(), 0) && tokens.is_new(101, "n".to_owned(), 0));
        assert!(!tokens.is_new(100, "n".to_owned(), 100), "as long as its time is in the window");
        assert!(tokens.is_new(200, "n".to_owned(), 102));
        assert_eq!(tokens.nonces.len(), 1, "what is too old to come again is forgotten");
    }
}
