//! Sessions of people who look at the page: one-time links that open them, and the cookie that keeps them.
//!
//! All in memory: a restart ends them, and a new link takes one command.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bowline_auth::intake::hook_token;
use bowline_core::port::Entropy;
use bowline_core::secret::Secret;
use bowline_core::{SignedDuration, Timestamp};
use http::HeaderMap;
use http::header::COOKIE;
use subtle::ConstantTimeEq;

/// The cookie. No `__Host-` prefix: browsers demand TLS for it, and the page is served on loopback without.
const COOKIE_NAME: &str = "bowline_session";

/// How long a link may be opened.
const LINK_LIFE: SignedDuration = SignedDuration::from_mins(15);

/// How long a session lasts: a working day.
const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(12);

/// So many links and so many sessions are remembered at most; the oldest go first.
const MOST: usize = 100;

/// Who may come in.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    links: Mutex<Vec<Pass>>,
    open: Mutex<Vec<Pass>>,
}

/// A token and until when it is good.
#[derive(Debug)]
struct Pass {
    token: Secret,
    until: Timestamp,
}

impl Sessions {
    /// A new link's token, and until when it may be opened.
    pub(crate) fn invite(&self, now: Timestamp, entropy: &dyn Entropy) -> (Secret, Timestamp) {
        issue(&self.links, now, LINK_LIFE, entropy)
    }

    /// Uses up a link and opens a session: the value of its cookie. `None` for a link that is unknown, used or
    /// too old.
    pub(crate) fn redeem(&self, token: &str, now: Timestamp, entropy: &dyn Entropy) -> Option<Secret> {
        let mut links = lock(&self.links);
        let at = links.iter().position(|link| link.is(token, now))?;
        links.remove(at);
        drop(links);
        Some(issue(&self.open, now, SESSION_LIFE, entropy).0)
    }

    /// Whether a request belongs to an open session.
    pub(crate) fn knows(&self, headers: &HeaderMap, now: Timestamp) -> bool {
        cookies(headers).any(|token| lock(&self.open).iter().any(|session| session.is(token, now)))
    }
}

/// The `Set-Cookie` that keeps a session.
pub(crate) fn cookie(token: &Secret, https: bool) -> String {
    let secure = if https { "; Secure" } else { "" };
    let (token, age) = (token.expose_text(), SESSION_LIFE.as_secs());
    format!("{COOKIE_NAME}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}")
}

impl Pass {
    /// Compares in constant time, every time.
    fn is(&self, token: &str, now: Timestamp) -> bool {
        bool::from(self.token.expose().ct_eq(token.as_bytes())) && self.until > now
    }
}

fn issue(
    passes: &Mutex<Vec<Pass>>,
    now: Timestamp,
    life: SignedDuration,
    entropy: &dyn Entropy,
) -> (Secret, Timestamp) {
    let token = hook_token(entropy);
    let until = now.saturating_add(life).unwrap_or(now);
    let mut passes = lock(passes);
    passes.retain(|pass| pass.until > now);
    if passes.len() >= MOST {
        passes.remove(0);
    }
    passes.push(Pass { token: token.clone(), until });
    (token, until)
}

/// A panic elsewhere cannot leave the list half changed.
fn lock(passes: &Mutex<Vec<Pass>>) -> MutexGuard<'_, Vec<Pass>> {
    passes.lock().unwrap_or_else(PoisonError::into_inner)
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(|pair| {
        pair.trim().split_once('=').and_then(|(name, value)| (name == COOKIE_NAME).then_some(value))
    })
}

#[cfg(test)]
mod tests {
    use bowline_auth::SystemEntropy;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn headers(token: &Secret) -> HeaderMap {
        let cookie = format!("other=1; {COOKIE_NAME}={}", token.expose_text());
        HeaderMap::from_iter([(COOKIE, cookie.parse().unwrap())])
    }

    #[test]
    fn a_link_opens_one_session_once() {
        let sessions = Sessions::default();
        let (link, _) = sessions.invite(NOW, &SystemEntropy);
        let session = sessions.redeem(link.expose_text(), NOW, &SystemEntropy).unwrap();
        assert!(sessions.redeem(link.expose_text(), NOW, &SystemEntropy).is_none());
        assert!(sessions.knows(&headers(&session), NOW));
        assert!(!sessions.knows(&headers(&link), NOW), "a link is no session");
        assert!(!sessions.knows(&HeaderMap::new(), NOW));
    }

    #[test]
    fn links_and_sessions_end() {
        let sessions = Sessions::default();
        let (link, until) = sessions.invite(NOW, &SystemEntropy);
        assert!(sessions.redeem(link.expose_text(), until, &SystemEntropy).is_none());
        let (link, _) = sessions.invite(NOW, &SystemEntropy);
        let session = sessions.redeem(link.expose_text(), NOW, &SystemEntropy).unwrap();
        let later = NOW.checked_add(SESSION_LIFE).unwrap();
        assert!(!sessions.knows(&headers(&session), later));
    }

    #[test]
    fn the_oldest_session_makes_room() {
        let sessions = Sessions::default();
        let open = || {
            let (link, _) = sessions.invite(NOW, &SystemEntropy);
            sessions.redeem(link.expose_text(), NOW, &SystemEntropy).unwrap()
        };
        let first = open();
        let mut last = open();
        for _ in 1..MOST {
            last = open();
        }
        assert!(!sessions.knows(&headers(&first), NOW));
        assert!(sessions.knows(&headers(&last), NOW));
    }
}
