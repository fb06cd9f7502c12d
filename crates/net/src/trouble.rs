//! What went wrong with one attempt, in two languages: the [`Failure`] a worker will read if it stays so, and
//! what the pipeline may still do about it ([`Again`]).
//!
//! The table of it: an answer's [`Verdict`], a [`Broken`] exchange, a [`Refusal`] of the guard, a credential
//! that cannot be used. `executed` is `Unknown` only for calls that must not be sent twice without looking.

use std::borrow::Cow;
use std::time::Duration;

use bowline_core::Failure;
use bowline_core::code::{
    AUTH_CERTIFICATE_REFUSED, AUTH_REJECTED, NET_ADDRESS_REFUSED, NET_BUSY, NET_CUT, NET_TIMEOUT, NET_TLS,
    NET_TOO_LARGE, NET_UNREACHABLE, SEAL_CORRUPT, SEAL_KEY_AWAY, STORE_UNAVAILABLE,
};
use bowline_core::failure::{Act, Executed, Words};
use bowline_core::port::{OutboundAnswer, SealError, SignError, StoreError};

use crate::classify::Verdict;
use crate::gate::Stopped;
use crate::guard::Refusal;
use crate::patience::Again;
use crate::reach::Reach;
use crate::wire::Broken;
use crate::wires::Unusable;

/// How long a vendor is left alone that is throttling without saying for how long.
const UNSAID: Duration = Duration::from_secs(5);

/// A failed attempt.
#[derive(Debug)]
pub(crate) struct Trouble {
    /// What the caller gets if nothing more is tried.
    pub(crate) failure: Failure,
    /// What may be tried.
    pub(crate) again: Again,
    /// What is to be left alone, and for how long.
    pub(crate) pause: Option<(Reach, Duration)>,
    /// Whether the vendor may have heard of it, and counted it.
    pub(crate) is_sent: bool,
}

impl Trouble {
    fn new(failure: Failure, again: Again) -> Self {
        Self { failure, again, pause: None, is_sent: true }
    }

    /// The vendor asked to wait.
    fn throttled(after: Duration, reach: Reach, executed: Executed) -> Self {
        let failure = Failure { executed, ..Failure::throttled(after) };
        Self { failure, again: Again::After(after), pause: Some((reach, after)), is_sent: true }
    }

    /// Nothing was sent.
    pub(crate) fn unsent(self) -> Self {
        Self { is_sent: false, ..self }
    }

    fn with_words(mut self, words: Words) -> Self {
        self.failure.words = words;
        self
    }

    /// The trouble an answer means; none if the adapter is to judge it.
    pub(crate) fn of_verdict(verdict: Verdict, answer: &OutboundAnswer, repeatable: bool) -> Option<Self> {
        let trouble = match verdict {
            Verdict::Answer => return None,
            Verdict::Throttled { after, reach } => {
                Self::throttled(after.unwrap_or(UNSAID), reach, Executed::No)
            }
            Verdict::Failing { after: Some(after), .. } => {
                Self::throttled(after, Reach::Account, executed(repeatable))
            }
            Verdict::Failing { code, after: None } => {
                Self::new(Failure::retry(code, executed(repeatable)), Again::Unsure)
            }
            Verdict::Blocked { code, told, answered } => {
                let executed = if answered { executed(repeatable) } else { Executed::No };
                let trouble = Self::new(Failure { executed, ..Failure::wait(code) }, Again::Never);
                return Some(trouble.with_words(words(told.as_deref(), answer)));
            }
        };
        Some(trouble.with_words(words(None, answer)))
    }

    /// The trouble of an exchange that broke.
    pub(crate) fn of_broken(broken: Broken, repeatable: bool) -> Self {
        let executed = executed(repeatable);
        match broken {
            Broken::Unconnected(cause) => {
                Self::new(Failure::retry(NET_UNREACHABLE, Executed::No), Again::Unsent)
                    .with_words(Words::new(cause))
            }
            Broken::Untrusted(cause) => {
                Self::new(Failure::wait(NET_TLS), Again::Never).with_words(Words::new(cause))
            }
            Broken::Unproven(cause) => {
                Self::new(Failure::wait(AUTH_CERTIFICATE_REFUSED), Again::Never).with_words(Words::new(cause))
            }
            Broken::TimedOut => Self::new(Failure::retry(NET_TIMEOUT, executed), Again::Unsure),
            Broken::Cut(cause) => {
                Self::new(Failure::retry(NET_CUT, executed), Again::Unsure).with_words(Words::new(cause))
            }
            Broken::TooLarge => {
                let failure = Failure { executed, ..Failure::park(NET_TOO_LARGE) };
                Self::new(failure, Again::Never)
            }
        }
    }

    /// Every place for calls of the connection was taken for too long.
    pub(crate) fn crowded() -> Self {
        Self::new(Failure::retry(NET_BUSY, Executed::No), Again::Never)
    }

    /// The signer changed where the request goes, or the request cannot be written down.
    pub(crate) fn misdirected() -> Self {
        Self::new(Failure::park(NET_ADDRESS_REFUSED), Again::Never)
    }
}

impl From<Stopped> for Trouble {
    /// The pause stands already, so none is asked for.
    fn from(stopped: Stopped) -> Self {
        let (Stopped::Paused(left) | Stopped::Spent(left)) = stopped;
        Self { pause: None, ..Self::throttled(left, Reach::Account, Executed::No) }
    }
}

impl From<StoreError> for Trouble {
    /// What part of a limit is ours is not known; somebody else may have it.
    fn from(_: StoreError) -> Self {
        Self::new(Failure::retry(STORE_UNAVAILABLE, Executed::No), Again::Never)
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        let failure = Failure::from(refusal);
        let again = if failure.act == Act::Wait { Again::Never } else { Again::Unsent };
        Self::new(failure, again)
    }
}

impl From<Unusable> for Trouble {
    fn from(Unusable: Unusable) -> Self {
        let words = "the stored certificate or authority cannot be used";
        Self::new(Failure::wait(AUTH_CERTIFICATE_REFUSED), Again::Never).with_words(Words::new(words))
    }
}

impl From<SignError> for Trouble {
    fn from(error: SignError) -> Self {
        let failure = match &error {
            SignError::Sealed(SealError::Store(_)) => Failure::retry(STORE_UNAVAILABLE, Executed::No),
            SignError::Sealed(SealError::Away(_)) => Failure::retry(SEAL_KEY_AWAY, Executed::No),
            SignError::Sealed(_) => Failure::wait(SEAL_CORRUPT),
            SignError::Missing | SignError::Unfit => Failure::wait(AUTH_REJECTED),
            SignError::NoToken(failure) => failure.clone(),
        };
        let words = match &error {
            SignError::NoToken(failure) if !failure.words.is_empty() => failure.words.clone(),
            _ => Words::new(error.to_string()),
        };
        Self::new(failure, Again::Never).with_words(words)
    }
}

const fn executed(repeatable: bool) -> Executed {
    if repeatable { Executed::No } else { Executed::Unknown }
}

/// What is known about it, then what the tool says. A page is not the tool's words but somebody's in between, and is
/// left out.
fn words(told: Option<&str>, answer: &OutboundAnswer) -> Words {
    // Words keep 2,000 characters, which are at most so many bytes.
    let start = answer.body.get(..answer.body.len().min(8_000)).unwrap_or_default();
    let said = if answer.is_page() { Cow::Borrowed("") } else { String::from_utf8_lossy(start) };
    Words::new([told.unwrap_or_default(), &said].join(" ").trim())
}

#[cfg(test)]
mod tests {
    use bowline_core::Code;
    use bowline_core::code::{NET_NOT_JSON, NET_SERVER_ERROR, NET_THROTTLED};
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    use super::*;

    const SEVEN: Duration = Duration::from_secs(7);

    fn of(verdict: Verdict, repeatable: bool) -> Trouble {
        let body = Bytes::from_static(b"{\"message\":\"no\"}");
        let answer = OutboundAnswer { status: StatusCode::BAD_GATEWAY, headers: HeaderMap::new(), body };
        Trouble::of_verdict(verdict, &answer, repeatable).unwrap()
    }

    fn row(trouble: &Trouble) -> (Code, Act, Executed, Again, Option<(Reach, Duration)>) {
        let Trouble { failure, again, pause, .. } = trouble;
        (failure.code.clone(), failure.act, failure.executed, *again, *pause)
    }

    #[test]
    fn what_an_answer_asks_of_a_worker() {
        let retry = |after| Act::Retry { after };
        let failing = |after| Verdict::Failing { code: NET_SERVER_ERROR, after };
        let page = Verdict::Blocked { code: NET_NOT_JSON, told: None, answered: true };
        let rejected = Verdict::Blocked { code: AUTH_REJECTED, told: None, answered: false };
        for (verdict, repeatable, expected) in [
            (
                Verdict::Throttled { after: Some(SEVEN), reach: Reach::Subject },
                false,
                (
                    NET_THROTTLED,
                    retry(Some(SEVEN)),
                    Executed::No,
                    Again::After(SEVEN),
                    Some((Reach::Subject, SEVEN)),
                ),
            ),
            (
                Verdict::Throttled { after: None, reach: Reach::Operation },
                true,
                (
                    NET_THROTTLED,
                    retry(Some(UNSAID)),
                    Executed::No,
                    Again::After(UNSAID),
                    Some((Reach::Operation, UNSAID)),
                ),
            ),
            (failing(None), false, (NET_SERVER_ERROR, retry(None), Executed::Unknown, Again::Unsure, None)),
            (failing(None), true, (NET_SERVER_ERROR, retry(None), Executed::No, Again::Unsure, None)),
            (
                failing(Some(SEVEN)),
                false,
                (
                    NET_THROTTLED,
                    retry(Some(SEVEN)),
                    Executed::Unknown,
                    Again::After(SEVEN),
                    Some((Reach::Account, SEVEN)),
                ),
            ),
            (page.clone(), false, (NET_NOT_JSON, Act::Wait, Executed::Unknown, Again::Never, None)),
            (page, true, (NET_NOT_JSON, Act::Wait, Executed::No, Again::Never, None)),
            (rejected, false, (AUTH_REJECTED, Act::Wait, Executed::No, Again::Never, None)),
        ] {
            let trouble = of(verdict.clone(), repeatable);
            assert_eq!(row(&trouble), expected, "{verdict:?}");
            assert_eq!(trouble.failure.words.expose(), "{\"message\":\"no\"}");
        }
    }

    #[test]
    fn what_a_broken_exchange_asks_of_a_worker() {
        let retry = Act::Retry { after: None };
        for (broken, expected) in [
            (
                Broken::Unconnected("refused".into()),
                (NET_UNREACHABLE, retry, Executed::No, Again::Unsent, None),
            ),
            (Broken::Untrusted("expired".into()), (NET_TLS, Act::Wait, Executed::No, Again::Never, None)),
            (
                Broken::Unproven("required".into()),
                (AUTH_CERTIFICATE_REFUSED, Act::Wait, Executed::No, Again::Never, None),
            ),
            (Broken::TimedOut, (NET_TIMEOUT, retry, Executed::Unknown, Again::Unsure, None)),
            (Broken::Cut("reset".into()), (NET_CUT, retry, Executed::Unknown, Again::Unsure, None)),
            (Broken::TooLarge, (NET_TOO_LARGE, Act::Park, Executed::Unknown, Again::Never, None)),
        ] {
            assert_eq!(row(&Trouble::of_broken(broken, false)), expected);
        }
    }

    #[test]
    fn a_page_gives_no_words() {
        let body = Bytes::from_static(b"<html>internal host names</html>");
        let answer = OutboundAnswer { status: StatusCode::BAD_GATEWAY, headers: HeaderMap::new(), body };
        let verdict = Verdict::Failing { code: NET_SERVER_ERROR, after: None };
        assert!(Trouble::of_verdict(verdict, &answer, true).unwrap().failure.words.is_empty());
    }

    #[test]
    fn what_is_known_besides_stands_before_the_tools_words() {
        let said = |told: Option<&str>| {
            let told = told.map(str::to_owned);
            let trouble = of(Verdict::Blocked { code: AUTH_REJECTED, told, answered: false }, true);
            trouble.failure.words.expose().to_owned()
        };
        assert_eq!(said(Some("Sign in at the page.")), "Sign in at the page. {\"message\":\"no\"}");
        assert_eq!(said(None), "{\"message\":\"no\"}");
    }
}
