//! What operators see of installs: a log line for each call, and the latest refusals with everything that was compared.
//! Whoever called has been told a status and nothing else.
//!
//! Refusals are kept in memory, few of them: anybody can cause them. Those of lifecycle calls are kept apart from all others,
//! so that a page's stale token never pushes an install out.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bowline_connect::lifecycle::{Event, Outcome};
use bowline_connect::token::Refusal;
use bowline_connect::verify::Unverified;
use bowline_connect::web::Watcher;
use bowline_core::Timestamp;
use bowline_core::port::Clock;
use serde::Serialize;

use super::tally::Tally;

/// How many refusals of a kind are kept.
const KEPT: usize = 100;
/// How much of any text in one, in characters: what callers send may be long.
const LONGEST: usize = 2_000;

/// A call that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Refused {
    /// When.
    pub(crate) at: Timestamp,
    /// The lifecycle call, or the path of another route.
    pub(crate) call: String,
    /// What was answered.
    pub(crate) status: u16,
    /// Why, in words.
    pub(crate) reason: String,
    /// What a claim had to be: the base URL as we know it.
    pub(crate) expected: Option<String>,
    /// What it was.
    pub(crate) found: Vec<String>,
    /// The hash that the token has.
    pub(crate) claimed_hash: Option<String>,
    /// Every canonical form of the request as it arrived here, one of which should have that hash.
    pub(crate) canonical: Vec<String>,
}

/// Hears of calls.
pub(crate) struct Watch {
    clock: Arc<dyn Clock>,
    tally: Mutex<Tally>,
    lifecycle: Mutex<VecDeque<Refused>>,
    others: Mutex<VecDeque<Refused>>,
}

impl Watch {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, tally: Mutex::default(), lifecycle: Mutex::default(), others: Mutex::default() }
    }

    /// The latest refusals, newest first.
    pub(crate) fn refusals(&self) -> Vec<Refused> {
        let read = |kept: &Mutex<VecDeque<Refused>>| -> Vec<Refused> {
            kept.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
        };
        let mut all = [read(&self.lifecycle), read(&self.others)].concat();
        all.sort_by_key(|refused| std::cmp::Reverse(refused.at));
        all
    }

    /// Why a call of Forge was refused. Those that Forge did not send are told apart by their status.
    pub(crate) fn forge(&self, path: &str, status: u16, why: &dyn std::fmt::Display) {
        let refused = self.refused(path, status, why, None);
        let Refused { call, reason, .. } = &refused;
        tracing::warn!(?call, status, ?reason, "a call of Forge is refused");
        let known = if status == 401 { &self.others } else { &self.lifecycle };
        self.keep(known, refused);
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says how many refusals of a minute that is over have no line of their own.
    fn tell_of_untold(&self) {
        if let Some(count) = self.tally().begun_anew(self.clock.now()) {
            tracing::warn!(count, "more lifecycle calls of sites were refused than are told one by one");
        }
    }

    fn keep(&self, kept: &Mutex<VecDeque<Refused>>, refused: Refused) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.truncate(KEPT - 1);
        kept.push_front(refused);
    }

    fn refused(
        &self,
        call: &str,
        status: u16,
        why: &dyn std::fmt::Display,
        refusal: Option<&Refusal>,
    ) -> Refused {
        let mut refused = Refused {
            at: self.clock.now(),
            call: cut(call),
            status,
            reason: cut(&why.to_string()),
            expected: None,
            found: Vec::new(),
            claimed_hash: None,
            canonical: Vec::new(),
        };
        match refusal {
            Some(Refusal::Audience { expected, found }) => {
                refused.expected = Some(expected.clone());
                refused.found = found.iter().take(10).map(|text| cut(text)).collect();
            }
            Some(Refusal::Hash { claim, forms }) => {
                "its hash is none of the request's: compare the canonical forms with the sender's"
                    .clone_into(&mut refused.reason);
                refused.claimed_hash = Some(cut(claim));
                refused.canonical = forms.iter().map(|text| cut(text)).collect();
            }
            _ => {}
        }
        refused
    }
}

impl Watcher for Watch {
    fn lifecycle(&self, event: Event, outcome: &Outcome) {
        self.tell_of_untold();
        let (call, status) = (event.word(), outcome.status().as_u16());
        let (why, refusal): (&dyn std::fmt::Display, _) = match outcome {
            Outcome::Done(done) => {
                let (site, changed) = (done.client_key.as_str(), &done.changed);
                return tracing::info!(call, site, ?changed, "a site's lifecycle call is done");
            }
            Outcome::Refused(refusal) => (refusal, Some(refusal)),
            Outcome::Forbidden(forbidden) => (forbidden, None),
            Outcome::Malformed(words) => (words, None),
            Outcome::Away(words) => (words, None),
            Outcome::Failed(error) => (error, None),
        };
        let refused = self.refused(call, status, why, refusal);
        if self.tally().tells(self.clock.now()) {
            // The canonical forms have the query in them, and stay out of the log; the API shows them.
            let Refused { reason, expected, found, claimed_hash, .. } = &refused;
            tracing::warn!(
                call,
                status,
                ?reason,
                ?expected,
                ?found,
                ?claimed_hash,
                "a site's lifecycle call is refused"
            );
        }
        self.keep(&self.lifecycle, refused);
    }

    fn unverified(&self, path: &str, why: &Unverified) {
        let (status, refusal) = match why {
            Unverified::Refused(refusal) => (401, Some(refusal)),
            Unverified::Away(_) | Unverified::Store(_) => (503, None),
        };
        let refused = self.refused(path, status, why, refusal);
        let Refused { call, reason, .. } = &refused;
        tracing::debug!(?call, status, ?reason, "a site's call is refused");
        self.keep(&self.others, refused);
    }
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Still;
    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
    }

    #[test]
    fn refusals_are_few_short_and_apart_by_kind() {
        let watch = Watch::new(Arc::new(Still));
        let forms = vec!["GET&/x&a".repeat(1_000)];
        let hash = Refusal::Hash { claim: "c".repeat(9_000), forms };
        watch.lifecycle(Event::Installed, &Outcome::Refused(hash));
        for _ in 0..3 * KEPT {
            watch.unverified("/connect/page/issue", &Unverified::Refused(Refusal::Missing));
        }
        let all = watch.refusals();
        assert_eq!(all.len(), KEPT + 1);
        let install = all.iter().find(|refused| refused.call == "installed").unwrap();
        assert_eq!((install.status, install.canonical[0].len()), (401, LONGEST));
        assert_eq!(install.claimed_hash.as_ref().unwrap().len(), LONGEST);
    }

    #[test]
    fn a_flood_of_refusals_pushes_no_line_out_of_the_list_and_fills_no_log() {
        let watch = Watch::new(Arc::new(Still));
        for _ in 0..1_000 {
            watch.lifecycle(Event::Installed, &Outcome::Refused(Refusal::Missing));
        }
        assert_eq!(watch.refusals().len(), KEPT);
        assert!(!watch.tally().tells(Timestamp::UNIX_EPOCH), "a thousand lines");
    }

    #[test]
    fn an_audience_is_shown_beside_what_it_had_to_be() {
        let watch = Watch::new(Arc::new(Still));
        let expected = "https://sync.acme.example/connect".to_owned();
        let found = vec!["https://inside.acme.example/connect".to_owned()];
        let refusal = Refusal::Audience { expected: expected.clone(), found: found.clone() };
        watch.lifecycle(Event::Installed, &Outcome::Refused(refusal));
        let refused = watch.refusals().remove(0);
        assert_eq!((refused.expected, refused.found), (Some(expected), found));
    }
}
