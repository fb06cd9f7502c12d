//! The workflow: ways out of a state, and taking one.

use bowline_core::command::{Fields, Refusal, Written};
use bowline_core::item::{Locator, Phase, Step};
use bowline_core::{Failure, FieldName};
use bowline_jira::wire::{Status, Transition};
use serde_json::Map;

use super::refusal::{failure, write_failure};
use super::tool::JiraTool;

impl JiraTool {
    /// The ways out of an issue's present state. Transitions are edges: their ids differ by state, so they are
    /// recognised by where they lead.
    pub(super) async fn ways_out(&self, at: &Locator) -> Result<Vec<Step>, Failure> {
        let transitions = self.jira().transitions(&at.id).await.map_err(failure)?;
        Ok(transitions.into_iter().filter(|way| way.is_available != Some(false)).map(step).collect())
    }

    /// Takes a step and reads back. Fields that its screen lacks are left out: Jira would refuse the step for them.
    pub(super) async fn step(
        &self,
        at: &Locator,
        step: &Step,
        fields: &Fields,
        read: &[FieldName],
    ) -> Result<Written, Failure> {
        let wanted: Vec<FieldName> = fields.keys().cloned().collect();
        let list = self.field_list(&wanted).await?;
        let mut sent = Map::new();
        let mut refused: Vec<Refusal> = Vec::new();
        for (field, value) in fields.iter().filter(|(field, _)| step.accepted.contains(field)) {
            match self.face.print(list.kind(field), value) {
                Ok(printed) => drop(sent.insert(field.as_str().to_owned(), printed)),
                Err(reason) => refused.push(crate::split::unfit(field, &reason)),
            }
        }
        self.jira().transition(&at.id, &step.id, &sent).await.map_err(write_failure)?;
        let item = self.read_back(&at.id, read).await?;
        Ok(Written { item: Some(item), refused, ..Written::default() })
    }
}

fn step(way: Transition) -> Step {
    let required = way.fields.iter().filter(|(_, meta)| meta.required && !meta.has_default_value);
    Step {
        id: way.id.to_string(),
        to_id: way.to.id.to_string(),
        phase: phase(&way.to),
        required: required.map(|(field, _)| FieldName::new(field)).collect(),
        accepted: way.fields.keys().map(FieldName::new).collect(),
        to_name: way.to.name,
    }
}

fn phase(status: &Status) -> Phase {
    match status.status_category.get().map(|category| category.key.as_str()) {
        Some("done") => Phase::Done,
        Some("indeterminate") => Phase::Underway,
        _ => Phase::New,
    }
}
