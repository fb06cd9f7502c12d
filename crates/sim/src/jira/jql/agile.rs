//! What queries ask of boards' own fields: sprints by id, name or stage, and the epic an issue belongs to.

use super::function::Called;
use super::pick::Pick;
use super::tree::Operand;
use super::value::{Asked, Bound};
use crate::jira::agile::{Sprint, Stage};

/// The functions about sprints, and the stage each is about (Jira Software's page on JQL functions).
const STAGES: [(&str, Stage); 3] =
    [("closedSprints", Stage::Closed), ("futureSprints", Stage::Future), ("openSprints", Stage::Active)];

impl<'a> Asked<'a> {
    /// Sprints: a number is an id, or else a name as any text; several sprints may have one name.
    pub(super) fn sprints(self, values: &'a [Operand]) -> Bound<Vec<Option<Pick>>> {
        let all = || self.site.agile.sprints.values();
        let picks = |found: Vec<&Sprint>| found.into_iter().map(|sprint| Pick::Sprint(sprint.id)).collect();
        let text = |text: &'a str| {
            let by_id: Vec<&Sprint> = all().filter(|sprint| sprint.id.to_string() == text).collect();
            let named = all().filter(|sprint| sprint.name.eq_ignore_ascii_case(text));
            let found = if by_id.is_empty() { named.collect() } else { by_id };
            if found.is_empty() {
                let kind = if text.bytes().all(|byte| byte.is_ascii_digit()) { "id" } else { "name" };
                return Err(format!(
                    "Sprint with {kind} '{text}' does not exist or you do not have permission to view it."
                ));
            }
            Ok(picks(found))
        };
        let function = |called: Called<'a>| {
            let stage = STAGES.iter().find(|(name, _)| called.is(name)).map(|(_, stage)| *stage);
            let stage = stage.ok_or_else(|| called.misplaced())?;
            called.takes(0, 0)?;
            Ok(picks(all().filter(|sprint| sprint.stage == stage).collect()))
        };
        self.each(values, text, function)
    }
}
