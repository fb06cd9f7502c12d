//! Putting new values into an item.

use super::read::Set;
use crate::frame::table::{Name, Names};
use crate::targetprocess::catalog::Catalog;
use crate::targetprocess::item::Item;

/// Puts a value into the item; the answer is the field's name if that changed anything.
pub(crate) fn apply(
    item: &mut Item,
    set: Set,
    catalog: &Catalog,
    tags: &mut Names,
    at: i64,
) -> Option<&'static str> {
    let (name, changed) = match set {
        Set::Name(text) => ("Name", put(&mut item.name, text)),
        Set::Description(text) => ("Description", put(&mut item.description, text)),
        Set::Project(row) => ("Project", put(&mut item.project, row)),
        Set::State(row) => {
            let changed = put(&mut item.state, row);
            if changed {
                item.state_changed = at;
                item.end = catalog.states.get(row).last.then_some(at);
                if !catalog.states.get(row).initial && item.start.is_none() {
                    item.start = Some(at);
                }
            }
            ("EntityState", changed)
        }
        Set::Priority(row) => ("Priority", put(&mut item.priority, row)),
        Set::Severity(row) => ("Severity", put(&mut item.severity, Some(row))),
        Set::Owner(person) => ("Owner", put(&mut item.owner, person)),
        Set::Portfolio(id) => ("PortfolioEpic", put(&mut item.portfolio, id)),
        Set::Epic(id) => ("Epic", put(&mut item.epic, id)),
        Set::Feature(id) => ("Feature", put(&mut item.feature, id)),
        Set::Story(id) => ("UserStory", put(&mut item.story, id)),
        Set::TestPlan(id) => ("LinkedTestPlan", put(&mut item.test_plan, id)),
        Set::Milestone(row) => ("Milestone", put(&mut item.milestone, row)),
        Set::Release(row) => ("Release", put(&mut item.release, row)),
        Set::Iteration(row) => ("Iteration", put(&mut item.iteration, row)),
        Set::TeamIteration(row) => ("TeamIteration", put(&mut item.team_iteration, row)),
        Set::Effort(number) => ("Effort", put(&mut item.effort, number)),
        Set::Estimate(number) => ("InitialEstimate", put(&mut item.estimate, number)),
        Set::Rank(number) => ("NumericPriority", put(&mut item.rank, number)),
        Set::Start(time) => ("StartDate", put(&mut item.start, time)),
        Set::End(time) => ("EndDate", put(&mut item.end, time)),
        Set::PlannedStart(time) => ("PlannedStartDate", put(&mut item.planned_start, time)),
        Set::PlannedEnd(time) => ("PlannedEndDate", put(&mut item.planned_end, time)),
        Set::Tags(names) => ("Tags", put_tags(&mut item.tags, &names, tags)),
        Set::MoreTags(names) => ("Tags", add_tags(&mut item.tags, &names, tags)),
        Set::Custom(fields) => {
            let mut changed = false;
            for (row, held) in fields {
                let old = item.custom.iter().find(|(kept, _)| *kept == row).map(|(_, held)| held.clone());
                if old != held {
                    changed = true;
                    item.custom.retain(|(kept, _)| *kept != row);
                    item.custom.extend(held.map(|held| (row, held)));
                }
            }
            ("CustomFields", changed)
        }
    };
    changed.then_some(name)
}

/// Puts a value in; whether it is another one.
pub(super) fn put<T: PartialEq>(slot: &mut T, new: T) -> bool {
    let changed = *slot != new;
    *slot = new;
    changed
}

/// Replaces all tags; whether they are others, in whatever order.
pub(super) fn put_tags(kept: &mut Vec<Name>, names: &[String], tags: &mut Names) -> bool {
    let new: Vec<Name> = names.iter().map(|name| tags.intern(name)).collect();
    let same = new.len() == kept.len() && new.iter().all(|tag| kept.contains(tag));
    !same && put(kept, new)
}

fn add_tags(kept: &mut Vec<Name>, names: &[String], tags: &mut Names) -> bool {
    let before = kept.len();
    for name in names {
        let tag = tags.intern(name);
        if !kept.contains(&tag) {
            kept.push(tag);
        }
    }
    kept.len() > before
}
