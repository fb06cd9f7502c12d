//! The workflow state of an item, seen as steps to take: which one is next, what it needs, what it leads to.

use std::sync::PoisonError;

use bowline_core::command::Fields;
use bowline_core::item::{Locator, Step};
use bowline_core::port::Ask;
use bowline_core::value::Choice;
use bowline_core::{FieldName, Item, Side, Value};
use bowline_mapping::TypeMapping;

use crate::decide::Push;
use crate::engine::WorkflowKey;
use crate::look::Look;
use crate::outcome::{OnSide, Stop};
use crate::path::{Next, Quest};

/// Asks about at most so many other states before giving up on a way.
const LESSONS: usize = 6;

/// What a search for the way came to.
pub(crate) enum Way {
    /// The next step.
    Take(Step),
    /// There is no way.
    None,
    /// The item is not in the state it was in when it was read, so that what was decided is out of date; or not all
    /// could be asked about. The next look finds more.
    Moved,
}

/// The next step towards the wanted state.
///
/// The item itself is always asked. Other states are asked about through items that are in them now.
pub(crate) async fn next(
    look: &Look<'_>,
    mapping: &TypeMapping,
    side: Side,
    item: &Item,
    push: &Push,
) -> Result<Way, Stop> {
    let (from, wanted) = (state_name(item.value(&push.field)), state_name(&push.value));
    let key = workflow(look, side, item);
    let can_supply = |field: &FieldName| mapping.supply(side, field).is_some();
    let quest = Quest { from, wanted, avoid: mapping.avoid(side), unasked: &[], can_supply: &can_supply };
    let steps = look.far(side).tool.steps(&item.at).await.on(side)?;
    // That one is right wherever the item is by now.
    if let Some(step) = quest.straight(&steps) {
        return Ok(Way::Take(step));
    }
    // They may be the steps out of the state it went to meanwhile. Whoever believed them of this one would find no way
    // for other items, too.
    if !is_still(look, side, &item.at, push, from).await? {
        return Ok(Way::Moved);
    }
    learn(look, &key, from, Some(steps));
    let (mut lessons, mut unasked) = (0, Vec::new());
    loop {
        match ask(look, &key, &Quest { unasked: &unasked, ..quest }) {
            Next::Take(step) | Next::Try(step) => return Ok(Way::Take(step)),
            Next::None => {
                // It may have gone to where there is one while others were asked.
                let is_still = is_still(look, side, &item.at, push, from).await?;
                return Ok(if is_still && unasked.is_empty() { Way::None } else { Way::Moved });
            }
            Next::Learn(states) => {
                for state in states {
                    lessons += 1;
                    let lesson = if lessons > LESSONS {
                        Lesson::None
                    } else {
                        lesson(look, side, item, push, &state).await?
                    };
                    match lesson {
                        Lesson::Steps(steps) => learn(look, &key, &state, Some(steps)),
                        Lesson::Nobody => learn(look, &key, &state, None),
                        Lesson::None => unasked.push(state),
                    }
                }
            }
        }
    }
}

/// What was learnt about a state.
enum Lesson {
    /// The steps out of it.
    Steps(Vec<Step>),
    /// No item is in it that could be asked.
    Nobody,
    /// Nothing.
    None,
}

/// The ways out of a state, told by some item that is in it now. One that went on between the search and the answer
/// tells of another state: nothing was learnt then.
async fn lesson(look: &Look<'_>, side: Side, item: &Item, push: &Push, state: &str) -> Result<Lesson, Stop> {
    let far = look.far(side);
    let exemplar = far.catalogue.exemplar(&item.at.scope, &item.at.kind, state).await.on(side)?;
    let Some(at) = exemplar else { return Ok(Lesson::Nobody) };
    let steps = far.tool.steps(&at).await.on(side)?;
    Ok(if is_still(look, side, &at, push, state).await? { Lesson::Steps(steps) } else { Lesson::None })
}

/// Whether an item is in a state now.
async fn is_still(look: &Look<'_>, side: Side, at: &Locator, push: &Push, state: &str) -> Result<bool, Stop> {
    let fields = vec![push.field.clone()];
    let ask = Ask { id: at.id.clone(), kind: Some(at.kind.clone()), fields, history: false };
    let now = look.far(side).tool.find(&ask).await.on(side)?;
    let same = |now: &str| now.trim().to_lowercase() == state.trim().to_lowercase();
    Ok(now.is_some_and(|now| same(state_name(now.value(&push.field)))))
}

fn ask(look: &Look<'_>, key: &WorkflowKey, quest: &Quest<'_>) -> Next {
    let workflows = look.engine.workflows.lock().unwrap_or_else(PoisonError::into_inner);
    workflows.get(key).map_or(Next::None, |graph| graph.next(quest, look.engine.now()))
}

fn learn(look: &Look<'_>, key: &WorkflowKey, state: &str, steps: Option<Vec<Step>>) {
    let mut workflows = look.engine.workflows.lock().unwrap_or_else(PoisonError::into_inner);
    let graph = workflows.entry(key.clone()).or_default();
    match steps {
        Some(steps) => graph.learn(state, steps, look.engine.now()),
        None => graph.learn_nothing(state, look.engine.now()),
    }
}

/// Forgets what was learnt about the item's state: a step out of it was refused.
pub(crate) fn forget(look: &Look<'_>, side: Side, item: &Item, push: &Push) {
    let mut workflows = look.engine.workflows.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(graph) = workflows.get_mut(&workflow(look, side, item)) {
        graph.forget(state_name(item.value(&push.field)));
    }
}

fn workflow(look: &Look<'_>, side: Side, item: &Item) -> WorkflowKey {
    (look.view.share.connection(side), item.at.scope.clone(), item.at.kind.clone())
}

/// Whether a step leads to the wanted state.
pub(crate) fn is_wanted(step: &Step, push: &Push) -> bool {
    step.to_name.trim().to_lowercase() == state_name(&push.value).trim().to_lowercase()
}

/// The write that one step amounts to. A step on the way puts the target into a state that is not the source's:
/// the base remembers the target there, beside a source that counts as moved, so that the rest of the way is
/// still to go wherever the source is by then.
pub(crate) fn leg(look: &Look<'_>, mapping: &TypeMapping, target: Side, push: &Push, step: &Step) -> Push {
    let Some(field) = mapping.state().filter(|_| !is_wanted(step, push)) else { return push.clone() };
    let value = Value::Choice(Choice { id: Some(step.to_id.clone()), name: step.to_name.clone() });
    let there = look.prints.of(&push.field, &field.normal(&value));
    let pair = push.now.clone().never(target.other()).with(target, there);
    Push { value, pair, ..push.clone() }
}

/// What the profile fills in where a step's screen demands it.
pub(crate) fn supplied(mapping: &TypeMapping, side: Side, step: &Step) -> Fields {
    let wanted = step.required.iter().chain(&step.accepted);
    wanted
        .filter_map(|field| mapping.supply(side, field).map(|value| (field.clone(), value.clone())))
        .collect()
}

fn state_name(value: &Value) -> &str {
    match value {
        Value::Choice(choice) => &choice.name,
        Value::Text(name) => name,
        _ => "",
    }
}
