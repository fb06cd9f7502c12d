//! The workflow: ways out of a state, and taking one.

use bowline_core::code::TOOL_NOT_FOUND;
use bowline_core::command::{Fields, Written};
use bowline_core::item::{Locator, Phase, Step};
use bowline_core::{Failure, FieldName, Value};
use serde_json::{Map, Value as Json, json};

use super::query::Query;
use super::read::{checked, include};
use super::refusal::{failure, write_failure};
use super::tool::{TargetprocessTool, item_id};
use crate::rich::plain;
use crate::split::after_write;

/// What a state that demands a comment calls for, as a field of the step.
const COMMENT: &str = "Comment";

impl TargetprocessTool {
    /// The states that may follow an item's present one.
    pub(super) async fn ways_out(&self, at: &Locator) -> Result<Vec<Step>, Failure> {
        checked(&at.kind)?;
        let states = "states:entityState.nextStates.select({id,name,isInitial,isFinal,isCommentRequired})";
        let query = Query::one(&at.kind, item_id(&at.id)?).select(&["id", states]);
        let found = self.site().find("targetprocess.step.list", query).await.map_err(failure)?;
        let found = found.ok_or_else(|| Failure::park(TOOL_NOT_FOUND))?;
        let states = found.get("states").map(|states| states.get("items").unwrap_or(states));
        Ok(states.and_then(Json::as_array).into_iter().flatten().filter_map(step).collect())
    }

    /// Takes a step; the answer is the read-back. A demanded comment goes first: without it the step is refused, and
    /// a comment without its step does no harm.
    pub(super) async fn step(
        &self,
        at: &Locator,
        step: &Step,
        fields: &Fields,
        read: &[FieldName],
    ) -> Result<Written, Failure> {
        let collection = checked(&at.kind)?;
        let comment = fields.get(&FieldName::new(COMMENT)).filter(|value| !value.is_empty());
        if let Some(comment) = comment.filter(|_| step.accepted.iter().any(|field| field.as_str() == COMMENT))
        {
            let doc = match comment {
                Value::Rich(doc) => doc.clone(),
                Value::Text(text) => plain(text),
                other => plain(other.kind()),
            };
            self.comment(at, &doc).await?;
        }
        let body = Map::from_iter([("EntityState".to_owned(), json!({ "Id": item_id(&step.id)? }))]);
        let target = (collection, Some(item_id(&at.id)?));
        let written = self.site().write("targetprocess.step.take", target, &include(read), body).await;
        let item = self.item(&at.kind, &written.map_err(write_failure)?, read).map_err(after_write)?;
        Ok(Written { item: Some(item), ..Written::default() })
    }
}

fn step(state: &Json) -> Option<Step> {
    let flag = |name: &str| state.get(name).and_then(Json::as_bool).unwrap_or(false);
    let id = state.get("id")?.as_u64()?.to_string();
    let demanded = if flag("isCommentRequired") { vec![FieldName::new(COMMENT)] } else { Vec::new() };
    Some(Step {
        to_id: id.clone(),
        id,
        to_name: state.get("name")?.as_str()?.to_owned(),
        phase: match (flag("isFinal"), flag("isInitial")) {
            (true, _) => Phase::Done,
            (false, true) => Phase::New,
            (false, false) => Phase::Underway,
        },
        accepted: demanded.clone(),
        required: demanded,
    })
}
