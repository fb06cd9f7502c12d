//! Taking an option of a custom field out of issues.

use crate::frame::table::Row;
use crate::jira::custom::{Custom, Held};
use crate::jira::issue::Issue;
use crate::jira::site::Site;

/// Takes an option out of the issues that have it, or puts another in its place; the answer is which issues changed.
/// Jira does this below the history: nothing tells of it.
/// `among` names the only ones that may change.
pub(crate) fn withdraw(
    site: &mut Site,
    field: Row<Custom>,
    gone: u32,
    instead: Option<u32>,
    among: Option<&[u32]>,
) -> Vec<u32> {
    let has = |issue: &&Issue| {
        issue.held(field).is_some_and(|held| names(held, gone))
            && among.is_none_or(|ids| ids.contains(&issue.id))
    };
    let ids: Vec<u32> = site.issues.iter().filter(has).map(|issue| issue.id).collect();
    for id in &ids {
        let Some(issue) = site.issues.get_mut(*id) else { continue };
        let held = issue.held(field).cloned().and_then(|held| replaced(held, gone, instead));
        issue.custom.retain(|(row, _)| *row != field);
        issue.custom.extend(held.map(|held| (field, held)));
    }
    ids
}

/// Whether a value is, or has, an option.
fn names(held: &Held, option: u32) -> bool {
    match held {
        Held::Option(id) => *id == option,
        Held::Options(ids) => ids.contains(&option),
        Held::Cascade(above, below) => *above == option || *below == Some(option),
        _ => false,
    }
}

fn replaced(held: Held, gone: u32, instead: Option<u32>) -> Option<Held> {
    match held {
        Held::Options(mut ids) => {
            ids.retain(|id| *id != gone);
            ids.extend(instead);
            ids.dedup();
            (!ids.is_empty()).then_some(Held::Options(ids))
        }
        Held::Cascade(above, Some(below)) if below == gone => Some(Held::Cascade(above, instead)),
        Held::Cascade(..) => instead.map(|id| Held::Cascade(id, None)),
        _ => instead.map(Held::Option),
    }
}
