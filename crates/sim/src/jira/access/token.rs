//! Secrets that stand for a person: Cloud's API tokens, with scopes or without, and Data Center's personal ones.
//!
//! Everybody has one from the start, `token-NAME` or `pat-NAME`. Others are made by `rest/pat` and by the control API,
//! which also ends them. Nothing here is a secret, so secrets are kept as they are.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::frame::call::Person;
use crate::frame::random::Random;
use crate::jira::site::Site;

/// A day in milliseconds.
pub(crate) const DAY: i64 = 86_400_000;

/// What a secret is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Cloud, without scopes: for the site, with the e-mail address.
    Api,
    /// Cloud, with scopes: for the gateway only (CLOUD-12617, jira.atlassian.com).
    Scoped,
    /// Cloud, of a service account: always scoped.
    Service,
    /// Data Center, as a bearer.
    Personal,
}

/// A secret that was made.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) id: u32,
    pub(crate) who: Person,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) secret: String,
    /// What it may be used for; read by the gateway.
    pub(crate) scopes: Vec<String>,
    pub(crate) created: i64,
    pub(crate) expires: Option<i64>,
    pub(crate) used: Option<i64>,
}

/// A secret to be made.
pub(crate) struct Wanted {
    pub(crate) who: Person,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) expires: Option<i64>,
    /// Drawn when `None`.
    pub(crate) secret: Option<String>,
}

/// What a secret is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Of(Person),
    /// Right, but not here.
    Elsewhere,
    /// Unknown, over or revoked.
    None,
}

/// All secrets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens {
    made: Vec<Token>,
    ever: u32,
    /// Those from the start that were ended.
    ended: HashMap<String, i64>,
}

impl Tokens {
    /// Makes a secret; the answer shows it for the only time.
    pub(crate) fn make(&mut self, wanted: Wanted, seed: u64, now: i64) -> Token {
        self.ever += 1;
        let id = self.ever;
        let drawn = || draw(wanted.kind, id, &mut Random::new(seed ^ u64::from(id).rotate_left(40)));
        let token = Token {
            id,
            who: wanted.who,
            kind: wanted.kind,
            name: wanted.name,
            secret: wanted.secret.unwrap_or_else(drawn),
            scopes: wanted.scopes,
            created: now,
            expires: wanted.expires,
            used: None,
        };
        self.made.push(token.clone());
        token
    }

    /// Somebody's personal tokens, those that are over among them.
    pub(crate) fn personal(&self, who: Person) -> impl Iterator<Item = &Token> {
        self.made.iter().filter(move |token| token.who == who && token.kind == Kind::Personal)
    }

    /// Ends one of somebody's personal tokens; whether there was one.
    pub(crate) fn remove(&mut self, who: Person, id: u32) -> bool {
        let before = self.made.len();
        self.made.retain(|token| token.id != id || token.who != who || token.kind != Kind::Personal);
        self.made.len() < before
    }

    /// Ends a secret at an instant; whether it is one (`ready` says which ones are there from the start).
    pub(crate) fn end(&mut self, secret: &str, at: i64, ready: bool) -> bool {
        if let Some(token) = self.made.iter_mut().find(|token| token.secret == secret) {
            token.expires = Some(at);
            return true;
        }
        if ready {
            self.ended.insert(secret.to_owned(), at);
        }
        ready
    }

    /// What a secret is good for on the site, as one of these kinds.
    fn look(&mut self, secret: &str, now: i64, here: Kind) -> Use {
        let live = |token: &&mut Token| token.secret == secret && token.expires.is_none_or(|end| now < end);
        match self.made.iter_mut().find(live) {
            Some(token) if token.kind == here => {
                token.used = Some(now);
                Use::Of(token.who)
            }
            Some(_) => Use::Elsewhere,
            None => Use::None,
        }
    }

    fn is_over(&self, secret: &str, now: i64) -> bool {
        self.ended.get(secret).is_some_and(|end| *end <= now)
    }
}

/// The texts that real ones look like: `ATATT3x` of people, `ATSTT3x` of service accounts, and a checksum behind
/// (Nango, `providers.yaml`); on Data Center the id and random bytes in Base64.
fn draw(kind: Kind, id: u32, random: &mut Random) -> String {
    let prefix = match kind {
        Kind::Personal => {
            return STANDARD.encode(format!(
                "{:012}:{:020X}",
                random.below(1 << 30) + id as usize,
                random.next()
            ));
        }
        Kind::Service => "ATSTT3x",
        Kind::Api | Kind::Scoped => "ATATT3x",
    };
    let body: String = (0..8).map(|_| format!("{:016x}", random.next())).collect();
    format!("{prefix}FfGF0{body}={:08X}", random.next() >> 32)
}

/// Whose `token-NAME` or `pat-NAME` this is, ended or not.
fn ready(site: &Site, secret: &str) -> Option<Person> {
    let prefix = if site.is_cloud() { "token-" } else { "pat-" };
    let name = secret.strip_prefix(prefix)?;
    site.catalog.person(|account| *account.name == *name)
}

/// What a secret is good for here.
pub(crate) fn find(site: &Site, secret: &str) -> Use {
    let (now, kind) = (site.frame.clock.now(), if site.is_cloud() { Kind::Api } else { Kind::Personal });
    let mut tokens = site.gate.tokens();
    match ready(site, secret).filter(|_| !tokens.is_over(secret, now)) {
        Some(person) => Use::Of(person),
        None => tokens.look(secret, now, kind),
    }
}

/// Whose scoped token this is, and what it may be used for: what the gateway asks.
pub(crate) fn scoped(site: &Site, email: &str, secret: &str) -> Option<(Person, Vec<String>)> {
    let now = site.frame.clock.now();
    let fits = |token: &&mut Token| {
        let is_scoped = matches!(token.kind, Kind::Scoped | Kind::Service);
        is_scoped && token.secret == secret && token.expires.is_none_or(|end| now < end)
    };
    let mut tokens = site.gate.tokens();
    let token = tokens.made.iter_mut().find(fits)?;
    let account = site.catalog.account(token.who);
    let is_theirs =
        account.email.eq_ignore_ascii_case(email) && !account.inactive && !site.gate.tokens_disabled;
    is_theirs.then(|| {
        token.used = Some(now);
        (token.who, token.scopes.clone())
    })
}

/// Ends a secret at an instant; whether there is such a one.
pub(crate) fn end(site: &Site, secret: &str, at: i64) -> bool {
    let ready = ready(site, secret).is_some();
    site.gate.tokens().end(secret, at, ready)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Person = Person(1);

    fn wanted(kind: Kind, expires: Option<i64>) -> Wanted {
        Wanted { who: ADA, kind, name: "x".to_owned(), scopes: Vec::new(), expires, secret: None }
    }

    #[test]
    fn a_token_is_good_until_it_ends() {
        let mut tokens = Tokens::default();
        let token = tokens.make(wanted(Kind::Personal, Some(100)), 1, 0);
        assert_eq!(tokens.look(&token.secret, 99, Kind::Personal), Use::Of(ADA));
        assert_eq!(tokens.look(&token.secret, 100, Kind::Personal), Use::None);
        assert_eq!(tokens.personal(ADA).next().and_then(|token| token.used), Some(99));
        assert!(!tokens.remove(Person(2), token.id) && tokens.remove(ADA, token.id));
        assert_eq!(tokens.look(&token.secret, 0, Kind::Personal), Use::None);
    }

    #[test]
    fn a_scoped_token_is_right_but_not_here() {
        let mut tokens = Tokens::default();
        for kind in [Kind::Scoped, Kind::Service] {
            let token = tokens.make(wanted(kind, None), 1, 0);
            assert_eq!(tokens.look(&token.secret, 0, Kind::Api), Use::Elsewhere);
            assert!(tokens.end(&token.secret, 5, false));
            assert_eq!(tokens.look(&token.secret, 5, Kind::Api), Use::None);
        }
    }

    #[test]
    fn no_two_secrets_are_alike() {
        let mut tokens = Tokens::default();
        let made: std::collections::HashSet<String> =
            [Kind::Api, Kind::Scoped, Kind::Service, Kind::Personal]
                .into_iter()
                .flat_map(|kind| [kind; 25])
                .map(|kind| tokens.make(wanted(kind, None), 9, 0).secret)
                .collect();
        assert_eq!(made.len(), 100);
        assert_eq!(made.iter().filter(|secret| secret.starts_with("ATATT3x")).count(), 50);
        assert_eq!(made.iter().filter(|secret| secret.starts_with("ATSTT3x")).count(), 25);
    }
}
