//! The way through a workflow to a wanted state.
//!
//! Jira tells the ways out of an issue's present status only, so the graph is learnt: from the item itself, from
//! other items that are in other states now, and remembered for half an hour. The search is breadth-first and
//! pure; asking the tool is the caller's business.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bowline_core::item::{Phase, Step};
use bowline_core::{FieldName, SignedDuration, Timestamp};

/// At most so many steps to a state (`specs/sync.md` 1.3).
pub(crate) const MAX_HOPS: usize = 5;

/// How long a learnt edge is believed.
const BELIEVED: SignedDuration = SignedDuration::from_mins(30);

/// The states of one workflow and the steps between them, as far as they are known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    states: BTreeMap<String, Known>,
}

#[derive(Clone, Debug)]
struct Known {
    steps: Vec<Step>,
    at: Timestamp,
}

/// What is wanted and allowed.
#[derive(Clone, Copy)]
pub(crate) struct Quest<'a> {
    /// The state the item is in, by name.
    pub(crate) from: &'a str,
    /// The state it should reach, by name.
    pub(crate) wanted: &'a str,
    /// States never to pass through, by name.
    pub(crate) avoid: &'a [String],
    /// States that could not be asked about this time, by name: nothing is known of the ways out of them.
    pub(crate) unasked: &'a [String],
    /// Whether a field that a step demands can be filled in.
    pub(crate) can_supply: &'a (dyn Fn(&FieldName) -> bool + Sync),
}

impl Quest<'_> {
    /// Whether a step may be part of the way.
    fn takes(&self, step: &Step) -> bool {
        let avoided = || self.avoid.iter().any(|name| same(name, &step.to_name));
        step.required.iter().all(|field| (self.can_supply)(field)) && (self.is_wanted(step) || !avoided())
    }

    fn is_wanted(&self, step: &Step) -> bool {
        same(&step.to_name, self.wanted)
    }

    /// Of some steps the one that is the whole way; one that demands no fields, if there is a choice.
    pub(crate) fn straight(&self, steps: &[Step]) -> Option<Step> {
        let there = steps.iter().filter(|step| self.is_wanted(step) && self.takes(step));
        there.min_by_key(|step| step.required.len()).cloned()
    }
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Take this step: the first of a known way.
    Take(Step),
    /// Ask the tool for the steps out of these states first, nearest first: a way may lead through them.
    Learn(Vec<String>),
    /// No way is known, but this step leads towards a state nobody knows the ways out of: one may go on from there.
    Try(Step),
    /// There is no way.
    None,
}

fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

impl Graph {
    /// Remembers the steps out of a state.
    pub(crate) fn learn(&mut self, state: &str, steps: Vec<Step>, now: Timestamp) {
        self.states.insert(key(state), Known { steps, at: now });
    }

    /// Forgets the steps out of a state: one of them was refused.
    pub(crate) fn forget(&mut self, state: &str) {
        self.states.remove(&key(state));
    }

    /// The steps out of a state, if they were learnt lately.
    fn steps(&self, state: &str, now: Timestamp) -> Option<&[Step]> {
        let known = self.states.get(&key(state))?;
        (now.duration_since(known.at) <= BELIEVED).then_some(known.steps.as_slice())
    }

    /// The first step of the shortest way; among equally short ones, one that demands no fields.
    pub(crate) fn next(&self, quest: &Quest<'_>, now: Timestamp) -> Next {
        let mut seen = BTreeSet::from([key(quest.from)]);
        let mut ahead: VecDeque<(String, Option<Step>, usize)> = VecDeque::from([(key(quest.from), None, 0)]);
        let mut dark = Vec::new();
        let mut nearer = None;
        while let Some((state, first, hops)) = ahead.pop_front() {
            let Some(steps) = self.steps(&state, now) else {
                if !quest.unasked.contains(&state) {
                    dark.push(state);
                }
                continue;
            };
            let mut steps: Vec<&Step> = steps.iter().filter(|step| quest.takes(step)).collect();
            steps.sort_by_key(|step| step.required.len());
            for step in steps {
                let first = first.clone().unwrap_or_else(|| step.clone());
                if quest.is_wanted(step) {
                    return Next::Take(first);
                }
                if hops + 1 < MAX_HOPS && seen.insert(key(&step.to_name)) {
                    if nearer.is_none() && self.may_lead_on(step, now) {
                        nearer = Some(first.clone());
                    }
                    ahead.push_back((key(&step.to_name), Some(first), hops + 1));
                }
            }
        }
        match (dark.is_empty(), nearer) {
            (false, _) => Next::Learn(dark),
            (true, Some(step)) => Next::Try(step),
            (true, None) => Next::None,
        }
    }

    /// Whether a step leads to a state that nothing is known about and that work passes through: there may be a
    /// way on from there.
    fn may_lead_on(&self, step: &Step, now: Timestamp) -> bool {
        step.phase == Phase::Underway && self.steps(&step.to_name, now).is_some_and(<[Step]>::is_empty)
    }

    /// Marks a state as having no known ways out, after the tool had no item in it to ask about.
    pub(crate) fn learn_nothing(&mut self, state: &str, now: Timestamp) {
        // What is no longer believed must give way, or the same would be asked for ever.
        if self.steps(state, now).is_none() {
            self.learn(state, Vec::new(), now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(id: &str, to: &str, phase: Phase, required: &[&str]) -> Step {
        Step {
            id: id.into(),
            to_id: to.into(),
            to_name: to.into(),
            phase,
            required: required.iter().map(|name| FieldName::new(*name)).collect(),
            accepted: Vec::new(),
        }
    }

    fn now() -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn quest<'a>(from: &'a str, wanted: &'a str, avoid: &'a [String]) -> Quest<'a> {
        Quest { from, wanted, avoid, unasked: &[], can_supply: &|field| field.as_str() == "resolution" }
    }

    fn line() -> Graph {
        let mut graph = Graph::default();
        graph.learn("To Do", vec![step("11", "In Progress", Phase::Underway, &[])], now());
        graph.learn(
            "In Progress",
            vec![step("21", "In Review", Phase::Underway, &[]), step("22", "To Do", Phase::New, &[])],
            now(),
        );
        graph.learn("In Review", vec![step("31", "Done", Phase::Done, &["resolution"])], now());
        graph
    }

    #[test]
    fn the_first_step_of_a_way_over_several_states_is_found() {
        assert_eq!(
            line().next(&quest("to do", "Done", &[]), now()),
            Next::Take(step("11", "In Progress", Phase::Underway, &[]))
        );
    }

    #[test]
    fn a_state_to_avoid_is_never_passed_through_but_may_be_the_goal() {
        let avoid = ["In Review".to_owned()];
        assert_eq!(line().next(&quest("In Progress", "Done", &avoid), now()), Next::None);
        assert!(matches!(line().next(&quest("In Progress", "In Review", &avoid), now()), Next::Take(_)));
    }

    #[test]
    fn a_step_whose_fields_cannot_be_filled_in_is_not_taken() {
        let graph = line();
        let quest = Quest { can_supply: &|_| false, ..quest("In Review", "Done", &[]) };
        assert_eq!(graph.next(&quest, now()), Next::None);
    }

    #[test]
    fn unknown_states_are_asked_about_before_anything_is_tried() {
        let mut graph = Graph::default();
        graph.learn("To Do", vec![step("11", "In Progress", Phase::Underway, &[])], now());
        let ask = quest("To Do", "Done", &[]);
        assert_eq!(graph.next(&ask, now()), Next::Learn(vec!["in progress".into()]));
        graph.learn_nothing("in progress", now());
        assert_eq!(graph.next(&ask, now()), Next::Try(step("11", "In Progress", Phase::Underway, &[])));
    }

    #[test]
    fn what_was_learnt_half_an_hour_ago_is_asked_again() {
        let later = now() + SignedDuration::from_mins(31);
        assert!(matches!(line().next(&quest("To Do", "Done", &[]), later), Next::Learn(_)));
    }

    #[test]
    fn a_state_that_could_not_be_asked_about_this_time_is_asked_about_the_next() {
        let mut graph = Graph::default();
        graph.learn("To Do", vec![step("11", "In Progress", Phase::Underway, &[])], now());
        let unasked = ["in progress".to_owned()];
        let ask = Quest { unasked: &unasked, ..quest("To Do", "Done", &[]) };
        assert_eq!(graph.next(&ask, now()), Next::None);
        assert_eq!(graph.next(&quest("To Do", "Done", &[]), now()), Next::Learn(unasked.to_vec()));
    }

    #[test]
    fn what_cannot_be_asked_again_is_known_to_be_unknown() {
        let (mut graph, later) = (line(), now() + SignedDuration::from_mins(31));
        graph.learn("To Do", vec![step("11", "In Progress", Phase::Underway, &[])], later);
        let ask = quest("To Do", "Done", &[]);
        assert_eq!(graph.next(&ask, later), Next::Learn(vec!["in progress".into()]));
        graph.learn_nothing("In Progress", later);
        assert_eq!(graph.next(&ask, later), Next::Try(step("11", "In Progress", Phase::Underway, &[])));
    }

    #[test]
    fn of_steps_straight_to_the_goal_one_that_demands_nothing_is_taken() {
        let steps = [
            step("1", "In Review", Phase::Underway, &[]),
            step("2", "Done", Phase::Done, &["resolution"]),
            step("3", "done", Phase::Done, &[]),
        ];
        assert_eq!(quest("To Do", "Done", &[]).straight(&steps), Some(steps[2].clone()));
        assert_eq!(quest("To Do", "Closed", &[]).straight(&steps), None);
        let hard = [step("2", "Done", Phase::Done, &["signature"])];
        assert_eq!(quest("To Do", "Done", &[]).straight(&hard), None);
    }

    #[test]
    fn ways_longer_than_five_steps_are_not_taken() {
        let mut graph = Graph::default();
        for n in 0..7 {
            graph.learn(&n.to_string(), vec![step("s", &(n + 1).to_string(), Phase::New, &[])], now());
        }
        assert!(matches!(graph.next(&quest("2", "7", &[]), now()), Next::Take(_)));
        assert_eq!(graph.next(&quest("1", "7", &[]), now()), Next::None);
    }
}
