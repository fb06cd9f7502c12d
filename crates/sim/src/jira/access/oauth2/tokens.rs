//! Codes, access tokens and refresh tokens of Data Center's provider, and the requests that wait for consent.

use std::collections::HashMap;

use crate::frame::call::Person;
use crate::frame::oauth::{Challenge, draw};
use crate::frame::random::Random;
use crate::jira::access::oauth2::Rules;
use crate::jira::access::oauth2::scope::Scope;

/// How long somebody may look at the page before they consent.
const PATIENCE: i64 = 600_000;
/// How many of a kind are kept before those that are over are swept out.
const MANY: usize = 10_000;

/// What a client asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) client: String,
    pub(crate) redirect: String,
    pub(crate) scope: Scope,
    pub(crate) state: Option<String>,
    pub(crate) challenge: Option<Challenge>,
}

/// What an access token gives.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) client: String,
    pub(crate) who: Person,
    pub(crate) scope: Scope,
    pub(crate) service: bool,
    /// Everything that came of one consent has one number.
    pub(crate) grant: u64,
    ends: i64,
}

/// What a refresh token stands for.
#[derive(Clone, Debug)]
pub(crate) struct Renewal {
    pub(crate) client: String,
    pub(crate) redirect: String,
    who: Person,
    scope: Scope,
    grant: u64,
    ends: i64,
    /// When it was used.
    used: Option<i64>,
}

/// A new pair; the second is missing for service accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
}

/// All of them by their text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens {
    waiting: HashMap<String, (Asked, i64)>,
    codes: HashMap<String, (Asked, Person, i64)>,
    access: HashMap<String, Held>,
    renewals: HashMap<String, Renewal>,
    drawn: u64,
}

impl Tokens {
    fn text(&mut self, seed: u64) -> String {
        self.drawn += 1;
        draw(&mut Random::new(seed ^ self.drawn.rotate_left(32) ^ 0x6f61_7574_6832), 43)
    }

    /// Keeps what was asked until somebody decides; the answer is what the page carries.
    pub(crate) fn wait(&mut self, asked: Asked, seed: u64, now: i64) -> String {
        self.waiting.retain(|_, (_, since)| now - *since < PATIENCE);
        let ticket = self.text(seed);
        self.waiting.insert(ticket.clone(), (asked, now));
        ticket
    }

    /// What is being decided.
    pub(crate) fn waiting(&self, ticket: &str, now: i64) -> Option<&Asked> {
        self.waiting.get(ticket).filter(|(_, since)| now - since < PATIENCE).map(|(asked, _)| asked)
    }

    /// Takes it out: it was decided.
    pub(crate) fn decide(&mut self, ticket: &str) {
        self.waiting.remove(ticket);
    }

    /// A code for somebody's consent.
    pub(crate) fn code(&mut self, asked: Asked, who: Person, seed: u64, now: i64) -> String {
        let code = self.text(seed);
        self.codes.insert(code.clone(), (asked, who, now));
        code
    }

    /// What a code stands for, once and for so long as codes live.
    pub(crate) fn redeem(&mut self, code: &str, now: i64, rules: Rules) -> Option<(Asked, Person)> {
        self.codes.retain(|_, (_, _, since)| now - *since <= rules.code);
        self.codes.remove(code).map(|(asked, who, _)| (asked, who))
    }

    /// The first pair after a consent.
    pub(crate) fn begin(&mut self, asked: &Asked, who: Person, seed: u64, at: (i64, Rules)) -> Pair {
        let renewal = Renewal {
            client: asked.client.clone(),
            redirect: asked.redirect.clone(),
            who,
            scope: asked.scope,
            grant: self.drawn + 1,
            ends: 0,
            used: None,
        };
        self.pair(renewal, seed, at)
    }

    /// An access token of a service account.
    pub(crate) fn serve(&mut self, client: &str, who: Person, scope: Scope, at: (u64, i64, Rules)) -> Pair {
        let (seed, now, rules) = at;
        let access = self.text(seed);
        let (client, grant) = (client.to_owned(), self.drawn);
        let ends = now.saturating_add(rules.access);
        self.access.insert(access.clone(), Held { client, who, scope, service: true, grant, ends });
        Pair { access, refresh: None }
    }

    fn pair(&mut self, renewal: Renewal, seed: u64, (now, rules): (i64, Rules)) -> Pair {
        self.sweep(now);
        let (access, refresh) = (self.text(seed), self.text(seed));
        let Renewal { client, who, scope, grant, .. } = renewal.clone();
        let ends = now.saturating_add(rules.access);
        self.access.insert(access.clone(), Held { client, who, scope, service: false, grant, ends });
        let ends = now.saturating_add(rules.refresh);
        self.renewals.insert(refresh.clone(), Renewal { ends, used: None, ..renewal });
        Pair { access, refresh: Some(refresh) }
    }

    /// What a refresh token stands for, if it is not over.
    pub(crate) fn renewal(&self, refresh: &str, now: i64) -> Option<&Renewal> {
        self.renewals.get(refresh).filter(|renewal| now < renewal.ends)
    }

    /// A new pair for a refresh token; none if it was used before and the leeway, usually none, is over.
    pub(crate) fn renew(&mut self, refresh: &str, seed: u64, (now, rules): (i64, Rules)) -> Option<Pair> {
        let renewal = self.renewals.get_mut(refresh).filter(|renewal| now < renewal.ends)?;
        let again = renewal.used.is_some_and(|used| now - used >= rules.leeway);
        let renewal = if again {
            renewal.clone()
        } else {
            Renewal { used: renewal.used.or(Some(now)), ..renewal.clone() }
        };
        if again {
            if rules.reuse_ends {
                self.end(|grant, _, _| grant == renewal.grant);
            }
            return None;
        }
        self.renewals.insert(refresh.to_owned(), renewal.clone());
        Some(self.pair(renewal, seed, (now, rules)))
    }

    /// What an access token gives, if it is not over.
    pub(crate) fn access(&self, token: &str, now: i64) -> Option<&Held> {
        self.access.get(token).filter(|held| now < held.ends)
    }

    /// Ends everything that somebody gave to a client; how many tokens that were.
    pub(crate) fn revoke(&mut self, client: Option<&str>, who: Option<Person>) -> usize {
        let before = self.access.len() + self.renewals.len();
        let fits = |own: &str, person: Person| {
            client.is_none_or(|client| client == own) && who.is_none_or(|who| who == person)
        };
        self.end(|_, own, person| fits(own, person));
        self.codes.retain(|_, (asked, person, _)| !fits(&asked.client, *person));
        before - self.access.len() - self.renewals.len()
    }

    fn end(&mut self, ends: impl Fn(u64, &str, Person) -> bool) {
        self.access.retain(|_, held| !ends(held.grant, &held.client, held.who));
        self.renewals.retain(|_, renewal| !ends(renewal.grant, &renewal.client, renewal.who));
    }

    fn sweep(&mut self, now: i64) {
        if self.access.len() > MANY {
            self.access.retain(|_, held| now < held.ends);
        }
        if self.renewals.len() > MANY {
            self.renewals.retain(|_, renewal| now < renewal.ends && renewal.used.is_none());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Person = Person(1);

    fn begun() -> (Tokens, Pair) {
        let mut tokens = Tokens::default();
        let asked = Asked {
            client: "c".to_owned(),
            redirect: "http://a/b".to_owned(),
            scope: Scope::Read,
            state: None,
            challenge: None,
        };
        let code = tokens.code(asked, ADA, 1, 0);
        let (asked, who) = tokens.redeem(&code, 10_000, Rules::default()).unwrap();
        assert!(tokens.redeem(&code, 10_000, Rules::default()).is_none(), "a code is used once");
        let pair = tokens.begin(&asked, who, 1, (0, Rules::default()));
        (tokens, pair)
    }

    #[test]
    fn a_used_refresh_token_is_worth_nothing_at_once() {
        let (mut tokens, first) = begun();
        let (rules, refresh) = (Rules::default(), first.refresh.unwrap());
        let second = tokens.renew(&refresh, 1, (5, rules)).unwrap();
        assert_eq!(tokens.renew(&refresh, 1, (5, rules)), None);
        assert!(
            tokens.renew(&second.refresh.unwrap(), 1, (6, rules)).is_some(),
            "its successor is not touched"
        );
        assert!(
            tokens.access(&first.access, 3_599_999).is_some()
                && tokens.access(&first.access, 3_600_000).is_none()
        );
    }

    #[test]
    fn leeway_and_the_end_of_everything_are_switches() {
        let (mut tokens, first) = begun();
        let (rules, refresh) =
            (Rules { leeway: 100, reuse_ends: true, ..Rules::default() }, first.refresh.unwrap());
        let second = tokens.renew(&refresh, 1, (5, rules)).unwrap();
        assert!(tokens.renew(&refresh, 1, (104, rules)).is_some());
        assert_eq!(tokens.renew(&refresh, 1, (105, rules)), None);
        assert_eq!(tokens.renew(&second.refresh.unwrap(), 1, (106, rules)), None);
        assert!(tokens.access(&second.access, 106).is_none());
    }

    #[test]
    fn a_code_and_a_refresh_token_have_their_time() {
        let (mut tokens, first) = begun();
        let asked = Asked {
            client: "c".to_owned(),
            redirect: String::new(),
            scope: Scope::Read,
            state: None,
            challenge: None,
        };
        let code = tokens.code(asked, ADA, 1, 0);
        assert!(tokens.redeem(&code, 10_001, Rules::default()).is_none());
        let refresh = first.refresh.unwrap();
        let end = Rules::default().refresh;
        assert!(tokens.renewal(&refresh, end - 1).is_some() && tokens.renewal(&refresh, end).is_none());
        assert_eq!(tokens.revoke(Some("other"), None), 0);
        assert_eq!(tokens.revoke(Some("c"), Some(ADA)), 2);
    }
}
