//! The fault rules in force: which of them strike a given request, item, search or webhook.
//!
//! Rules are tried in the order they were added; each that matches is counted, whether or not another one already
//! struck. With no rules nothing is locked. The rules' own shapes are in [`rule`].

pub(crate) mod matching;
pub(crate) mod plan;
pub(crate) mod rule;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use self::matching::Facts;
use self::plan::{HookPlan, Plan, Spoilt};
use self::rule::{Rule, Switch};
use crate::frame::random::Random;

/// The rules in force.
#[derive(Debug)]
pub(crate) struct Faults {
    state: Mutex<State>,
    any: AtomicBool,
    /// Whether a rule asks who calls, or what the body says: finding out costs something.
    asks_caller: AtomicBool,
    asks_body: AtomicBool,
    lag_ms: AtomicI64,
}

/// All rules, with how far each has counted: what a snapshot keeps of them.
#[derive(Clone, Debug)]
pub(crate) struct State {
    rules: Vec<Counted>,
    next_id: u32,
    random: Random,
}

#[derive(Clone, Debug)]
struct Counted {
    rule: Rule,
    seen: u32,
    /// When the latest matches were that passed, for rules that strike what comes too fast.
    passed: VecDeque<i64>,
}

impl Counted {
    /// Counts a match and says whether it is harmed.
    fn strikes(&mut self, now: i64, random: &mut Random) -> bool {
        self.seen = self.seen.saturating_add(1);
        let times = self.rule.times.or(self.rule.switch.usual_times());
        let nth = self.seen.checked_sub(self.rule.after).filter(|nth| *nth > 0);
        let due = nth.is_some_and(|nth| nth.is_multiple_of(self.rule.every.unwrap_or(1).max(1)))
            && times.is_none_or(|times| self.rule.struck < times)
            && self.is_too_fast(now);
        let strikes = due && random.chance(self.rule.probability);
        if strikes {
            self.rule.struck += 1;
        } else if self.rule.over.is_some() {
            self.passed.push_back(now);
        }
        strikes
    }

    /// Whether as many matches as may have passed lately.
    fn is_too_fast(&mut self, now: i64) -> bool {
        let Some(over) = self.rule.over else { return true };
        // A clock that was moved back has nothing behind it.
        self.passed.retain(|at| *at <= now && *at > now.saturating_sub(over.per_ms));
        self.passed.len() >= over.count
    }
}

impl Faults {
    /// No rules yet; probabilities are drawn from `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        let state = State { rules: Vec::new(), next_id: 1, random: Random::new(seed) };
        let no = || AtomicBool::new(false);
        let lag_ms = AtomicI64::new(0);
        Self { state: Mutex::new(state), any: no(), asks_caller: no(), asks_body: no(), lag_ms }
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
            state.rules.push(Counted { rule, seen: 0, passed: VecDeque::new() });
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

    /// Whether any rule asks who calls.
    pub(crate) fn asks_caller(&self) -> bool {
        self.asks_caller.load(Ordering::Acquire)
    }

    /// Whether any rule asks what the body says.
    pub(crate) fn asks_body(&self) -> bool {
        self.asks_body.load(Ordering::Acquire)
    }

    /// What happens to this request.
    pub(crate) fn plan(&self, facts: &Facts<'_>) -> Plan {
        let mut plan = Plan { at: facts.now, ..Plan::default() };
        if !self.any.load(Ordering::Acquire) {
            return plan;
        }
        let mut state = self.state();
        let State { rules, random, .. } = &mut *state;
        for counted in rules.iter_mut().filter(|counted| counted.rule.matching.takes_request(facts)) {
            let id = counted.rule.id;
            match &counted.rule.switch {
                // These are counted when what they harm comes up.
                Switch::RejectField { field, message } => {
                    plan.rejects.push((id, field.clone(), message.clone()));
                }
                Switch::EditBeforeReadback { .. } => plan.edits.push(id),
                Switch::PartialBulk { .. } => plan.bulks.push(id),
                Switch::StaleIndex { .. } => {}
                switch if switch.is_of_hooks() => {}
                switch => {
                    let switch = switch.clone();
                    if counted.strikes(facts.now, random) {
                        plan.add(&switch);
                    }
                }
            }
        }
        plan
    }

    /// Whether a write that names `field` is refused, and with which text of the rule's own.
    pub(crate) fn rejects(&self, plan: &Plan, field: &str) -> Option<Option<String>> {
        let (id, _, message) =
            plan.rejects.iter().find(|(_, rejected, _)| rejected.eq_ignore_ascii_case(field))?;
        self.strike(plan, *id).then(|| message.clone())
    }

    /// The edit a person makes right after this write to the item with these names.
    pub(crate) fn edit_after(&self, plan: &Plan, names: &[&str]) -> Option<Value> {
        plan.edits.iter().find_map(|id| {
            let edit = self.state().rules.iter().find_map(|counted| match &counted.rule.switch {
                Switch::EditBeforeReadback { edit }
                    if counted.rule.id == *id && counted.rule.matching.takes_item(names) =>
                {
                    Some(edit.clone())
                }
                _ => None,
            })?;
            self.strike(plan, *id).then_some(edit)
        })
    }

    /// Which elements of this request about several are refused.
    pub(crate) fn spoils(&self, plan: &Plan) -> Spoilt {
        let spoilt = plan.bulks.iter().find_map(|id| {
            let spoilt = self.state().rules.iter().find_map(|counted| match &counted.rule.switch {
                Switch::PartialBulk { fail, message } if counted.rule.id == *id => {
                    Some(Spoilt::new(fail.clone(), message.clone()))
                }
                _ => None,
            })?;
            self.strike(plan, *id).then_some(spoilt)
        });
        spoilt.unwrap_or_default()
    }

    /// Counts a match of one rule and says whether it is harmed.
    fn strike(&self, plan: &Plan, id: u32) -> bool {
        let mut state = self.state();
        let State { rules, random, .. } = &mut *state;
        let counted = rules.iter_mut().find(|counted| counted.rule.id == id);
        counted.is_some_and(|counted| counted.strikes(plan.at, random))
    }

    /// The rules and how far they have counted.
    pub(crate) fn save(&self) -> State {
        self.state().clone()
    }

    /// Goes back to rules that were saved. Ids of rules made since are not given again.
    pub(crate) fn resume(&self, saved: State) {
        let mut state = self.state();
        let next_id = state.next_id.max(saved.next_id);
        *state = State { next_id, ..saved };
        self.refresh(&state);
    }

    /// How far behind searches are, in milliseconds.
    pub(crate) fn index_lag(&self) -> i64 {
        self.lag_ms.load(Ordering::Acquire)
    }

    /// What happens to a webhook.
    pub(crate) fn hook(&self, now: i64, event: &str, names: &[&str]) -> HookPlan {
        let mut plan = HookPlan::default();
        if !self.any.load(Ordering::Acquire) {
            return plan;
        }
        let mut state = self.state();
        let State { rules, random, .. } = &mut *state;
        for counted in rules.iter_mut() {
            let matching = &counted.rule.matching;
            let matches = counted.rule.switch.is_of_hooks()
                && matching.takes_event(event)
                && matching.takes_item(names);
            if !matches || !counted.strikes(now, random) {
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
        let any = |asks: &dyn Fn(&Rule) -> bool| state.rules.iter().any(|counted| asks(&counted.rule));
        self.any.store(!state.rules.is_empty(), Ordering::Release);
        self.asks_caller.store(any(&|rule| rule.matching.caller.is_some()), Ordering::Release);
        self.asks_body.store(any(&|rule| !rule.matching.body.is_empty()), Ordering::Release);
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
