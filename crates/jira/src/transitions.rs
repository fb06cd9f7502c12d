//! Workflow transitions.

use http::Method;
use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::site::Jira;
use crate::wire::{Transition, Transitions};

impl Jira<'_> {
    /// The ways out of an issue's present state, with the fields of their screens: the only way to learn what a
    /// transition demands.
    pub async fn transitions(&self, id_or_key: &str) -> Result<Vec<Transition>, Error> {
        let path = self.api().issue(id_or_key).then("transitions");
        let found: Transitions =
            self.get("jira.transition.list", path.ask("expand", "transitions.fields")).await?;
        Ok(found.transitions)
    }

    /// Takes a transition. Jira answers nothing; a field that its screen lacks is refused with 400.
    pub async fn transition(
        &self,
        id_or_key: &str,
        id: &str,
        fields: &Map<String, Value>,
    ) -> Result<(), Error> {
        let path = self.api().issue(id_or_key).then("transitions");
        let mut body = json!({ "transition": { "id": id } });
        if let (false, Some(members)) = (fields.is_empty(), body.as_object_mut()) {
            members.insert("fields".to_owned(), Value::Object(fields.clone()));
        }
        self.change("jira.transition.do", Method::POST, path, &body).await?;
        Ok(())
    }
}
