//! The fault rules in force: which of them strike a given request, item, search or webhook.
//!
//! Rules are tried in the order they were added; each that matches is counted, whether or not another one already
//! struck. With no rules nothing is locked. The rules' own shapes are in [`rule`].

pub(crate) mod rule;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use self::rule::{Rule, Switch};
use crate::frame::random::Random;

/// What happens to one request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// Real milliseconds to wait first.
    pub(crate) delay_ms: u64,
    /// Answered in place of doing anything.
    pub(crate) instead: Option<Instead>,
    /// What happens to the answer once it is formed.
    pub(crate) after: Option<After>,
    /// How texts are changed when stored.
    pub(crate) normalise: Normalise,
    /// Fields that may be refused: rule, field, text.
    rejects: Vec<(u32, String, Option<String>)>,
}

/// An answer in place of the real one.
#[derive(Clone, Debug)]
pub(crate) enum Instead {
    /// A bare status, with seconds for `Retry-After`.
    Status(u16, Option<u32>),
    /// 200 and an HTML login page.
    LoginPage,
}

/// Harm to the answer of something that was done.
#[derive(Clone, Copy, Debug)]
pub(crate) enum After {
    /// The connection is cut before the first byte.
    Reset,
    /// Another status without the body.
    Status(u16),
    /// The connection is cut after these bytes of the body; half of it when `None`.
    Cut(Option<usize>),
}

/// How texts are changed when stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Normalise {
    /// Removes white space at both ends.
    pub(crate) trim: bool,
    /// Turns line ends into CR LF.
    pub(crate) crlf: bool,
}

impl Normalise {
    /// The text as it is stored.
    pub(crate) fn apply(self, text: String) -> String {
        let text = if self.trim { text.trim().to_owned() } else { text };
        if self.crlf { text.replace("\r\n", "\n").replace('\n', "\r\n") } else { text }
    }
}

/// What happens to one webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HookPlan {
    /// It is lost.
    pub(crate) drop: bool,
    /// How often it is sent.
    pub(crate) copies: u32,
    /// Milliseconds of the simulator's clock before it is sent.
    pub(crate) delay_ms: i64,
    /// It waits until this many are held.
    pub(crate) hold: Option<usize>,
}

impl Default for HookPlan {
    fn default() -> Self {
        Self { drop: false, copies: 1, delay_ms: 0, hold: None }
    }
}

/// The rules in force.
#[derive(Debug)]
pub(crate) struct Faults {
    state: Mutex<State>,
    any: AtomicBool,
    lag_ms: AtomicI64,
}

#[derive(Debug)]
struct State {
    rules: Vec<Counted>,
    next_id: u32,
    random: Random,
}

#[derive(Debug)]
struct Counted {
    rule: Rule,
    seen: u32,
}

impl Counted {
    /// Counts a match and says whether it is harmed.
    fn strikes(&mut self, random: &mut Random) -> bool {
        self.seen = self.seen.saturating_add(1);
        let times = self.rule.times.or(self.rule.switch.usual_times());
        let due = self.seen > self.rule.after && times.is_none_or(|times| self.rule.struck < times);
        let strikes = due && random.chance(self.rule.probability);
        if strikes {
            self.rule.struck += 1;
        }
        strikes
    }
}

impl Faults {
    /// No rules yet; probabilities are drawn from `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        let state = State { rules: Vec::new(), next_id: 1, random: Random::new(seed) };
        Self { state: Mutex::new(state), any: AtomicBool::new(false), lag_ms: AtomicI64::new(0) }
    }

    /// The rules with their counts.
    pub(crate) fn list(&self) -> Vec<Rule> {
        self.state().rules.iter().map(|counted| counted.rule.clone()).collect()
    }

    /// Adds rules, after removing all others if `replace`.
    pub(crate) fn put(&self, rules: Vec<Rule>, replace: bool) {
        let mut state = self.state();
        if replace {
            state.rules.clear();
        }
        for mut rule in rules {
            rule.id = state.next_id;
            rule.struck = 0;
            state.next_id += 1;
            state.rules.push(Counted { rule, seen: 0 });
        }
        self.refresh(&state);
    }

    /// Removes one rule, or all; false when there is no such rule.
    pub(crate) fn remove(&self, id: Option<u32>) -> bool {
        let mut state = self.state();
        let before = state.rules.len();
        state.rules.retain(|counted| id.is_some_and(|id| counted.rule.id != id));
        self.refresh(&state);
        id.is_none() || state.rules.len() < before
    }

    /// What happens to this request.
    pub(crate) fn plan(&self, method: &str, path: &str) -> Plan {
        let mut plan = Plan::default();
        if !self.any.load(Ordering::Acquire) {
            return plan;
        }
        let mut state = self.state();
        let State { rules, random, .. } = &mut *state;
        for counted in rules.iter_mut().filter(|counted| counted.rule.matching.takes_request(method, path)) {
            if let Switch::RejectField { field, message } = &counted.rule.switch {
                plan.rejects.push((counted.rule.id, field.clone(), message.clone()));
                continue;
            }
            let strikes = match &counted.rule.switch {
                Switch::Status { .. }
                | Switch::LoginPage
                | Switch::Delay { .. }
                | Switch::DoneThenReset
                | Switch::DoneThenStatus { .. }
                | Switch::CutBody { .. }
                | Switch::Normalise { .. } => counted.strikes(random),
                _ => false,
            };
            if strikes {
                plan.add(&counted.rule.switch);
            }
        }
        plan
    }

    /// Whether a write that names `field` is refused, and with which text of the rule's own.
    pub(crate) fn rejects(&self, plan: &Plan, field: &str) -> Option<Option<String>> {
        let (id, _, message) =
            plan.rejects.iter().find(|(_, rejected, _)| rejected.eq_ignore_ascii_case(field))?;
        let mut state = self.state();
        let State { rules, random, .. } = &mut *state;
        let counted = rules.iter_mut().find(|counted| counted.rule.id == *id)?;
        counted.strikes(random).then(|| message.clone())
    }

    /// The edit a person makes right after this write to the item with these names.
    pub(crate) fn edit_after(&self, method: &str, path: &str, names: &[&str]) -> Option<Value> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let mut state = self.state();
        let State { rules, random, .. } = &mut *state;
        rules.iter_mut().find_map(|counted| {
            let Switch::EditBeforeReadback { edit } = &counted.rule.switch else { return None };
            let matching = &counted.rule.matching;
            let edit =
                (matching.takes_request(method, path) && matching.takes_item(names)).then(|| edit.clone())?;
            counted.strikes(random).then_some(edit)
        })
    }

    /// How far behind searches are, in milliseconds.
    pub(crate) fn index_lag(&self) -> i64 {
        self.lag_ms.load(Ordering::Acquire)
    }

    /// What happens to a webhook.
    pub(crate) fn hook(&self, event: &str, names: &[&str]) -> HookPlan {
        let mut plan = HookPlan::default();
        if !self.any.load(Ordering::Acquire) {
            return plan;
        }
        let mut state = self.state();
        let State { rules, random, .. } = &mut *state;
        for counted in rules.iter_mut() {
            let matching = &counted.rule.matching;
            let harm = matches!(
                counted.rule.switch,
                Switch::HookDrop
                    | Switch::HookDuplicate { .. }
                    | Switch::HookDelay { .. }
                    | Switch::HookReorder { .. }
            );
            if !harm
                || !matching.takes_event(event)
                || !matching.takes_item(names)
                || !counted.strikes(random)
            {
                continue;
            }
            match &counted.rule.switch {
                Switch::HookDrop => plan.drop = true,
                Switch::HookDuplicate { copies } => plan.copies = (*copies).max(1),
                Switch::HookDelay { ms } => plan.delay_ms = *ms,
                Switch::HookReorder { hold } => plan.hold = Some(*hold),
                _ => {}
            }
        }
        plan
    }

    fn refresh(&self, state: &State) {
        self.any.store(!state.rules.is_empty(), Ordering::Release);
        let lag = state.rules.iter().find_map(|counted| match counted.rule.switch {
            Switch::StaleIndex { lag_ms } => Some(lag_ms),
            _ => None,
        });
        self.lag_ms.store(lag.unwrap_or(0), Ordering::Release);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Plan {
    fn add(&mut self, switch: &Switch) {
        match switch {
            Switch::Status { status, retry_after } => {
                self.instead = Some(Instead::Status(*status, *retry_after))
            }
            Switch::LoginPage => self.instead = Some(Instead::LoginPage),
            Switch::Delay { ms } => self.delay_ms = self.delay_ms.saturating_add(*ms),
            Switch::DoneThenReset => self.after = Some(After::Reset),
            Switch::DoneThenStatus { status } => self.after = Some(After::Status(*status)),
            Switch::CutBody { bytes } => self.after = Some(After::Cut(*bytes)),
            Switch::Normalise { trim, crlf } => {
                self.normalise.trim |= trim;
                self.normalise.crlf |= crlf;
            }
            _ => {}
        }
    }
}
