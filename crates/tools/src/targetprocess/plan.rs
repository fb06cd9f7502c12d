//! What a write sends: values in Targetprocess' JSON, names resolved to ids, and what has to go another way.

use std::collections::BTreeMap;

use bowline_core::command::{Fields, Refusal};
use bowline_core::value::Choice;
use bowline_core::{Failure, FieldName, Value};
use serde_json::{Map, Value as Json, json};

use super::field::{Field, print_custom, print_tags};
use super::tool::TargetprocessTool;
use crate::line::one_line;
use crate::name;
use crate::rich::{Dialect, plain};
use crate::split::{Labels, unfit};

/// A value in Targetprocess' JSON: a member of the item, or an entry of its custom fields.
pub(super) enum Printed {
    Member(String, Json),
    Custom(Json),
}

/// What is to be written, sorted by how.
pub(super) struct Plan {
    /// What goes into the item itself.
    pub(super) printed: BTreeMap<FieldName, Printed>,
    /// The assigned person, who is a resource of its own.
    pub(super) assign: Option<(FieldName, Value)>,
    /// What cannot be sent at all.
    pub(super) refused: Vec<Refusal>,
}

impl Plan {
    /// The body of a request with some of the fields.
    pub(super) fn body<'a>(&self, chosen: impl Iterator<Item = &'a FieldName>) -> Map<String, Json> {
        let mut body = Map::new();
        let mut custom = Vec::new();
        for printed in chosen.filter_map(|field| self.printed.get(field)) {
            match printed {
                Printed::Member(name, value) => drop(body.insert(name.clone(), value.clone())),
                Printed::Custom(entry) => custom.push(entry.clone()),
            }
        }
        if !custom.is_empty() {
            body.insert("CustomFields".to_owned(), Json::Array(custom));
        }
        body
    }

    /// What a sentence of the tool calls the fields: custom fields go by their bare names.
    pub(super) fn labels(&self) -> Labels {
        let label = |field: &FieldName| match Field::of(field.as_str()) {
            Field::Custom(name) => name.to_owned(),
            _ => field.as_str().to_owned(),
        };
        self.printed.keys().map(|field| (field.clone(), label(field))).collect()
    }
}

impl TargetprocessTool {
    /// Sorts the fields of a write.
    pub(super) async fn plan(&self, kind: &str, fields: &Fields) -> Result<Plan, Failure> {
        let mut plan = Plan { printed: BTreeMap::new(), assign: None, refused: Vec::new() };
        for (name, value) in fields {
            let field = Field::of(name.as_str());
            if field == Field::Person {
                plan.assign = Some((name.clone(), value.clone()));
                continue;
            }
            match self.print(kind, field, value).await? {
                Ok(printed) => drop(plan.printed.insert(name.clone(), printed)),
                Err(reason) => plan.refused.push(unfit(name, &reason)),
            }
        }
        Ok(plan)
    }

    /// Prints a value for a field; or says, for a person, why it cannot.
    async fn print(
        &self,
        kind: &str,
        field: Field<'_>,
        value: &Value,
    ) -> Result<Result<Printed, String>, Failure> {
        Ok(match (field, value) {
            (Field::Name, Value::Text(text)) => Ok(member("Name", one_line(text))),
            (Field::Description, Value::Rich(doc)) => Ok(member("Description", Dialect::Html.print(doc))),
            (Field::Description, Value::Text(text)) => {
                Ok(member("Description", Dialect::Html.print(&plain(text))))
            }
            (Field::Description, Value::Null) => Ok(member("Description", Json::Null)),
            (Field::Tags, Value::Set(values)) => print_tags(values).map(|tags| member("Tags", tags)),
            (Field::Tags, Value::Null) => Ok(member("Tags", "")),
            (Field::Priority, Value::Choice(choice)) => self.print_priority(kind, choice).await?,
            (Field::Effort, Value::Number(effort)) if effort.is_finite() => {
                self.print_effort(*effort).await?
            }
            (Field::Day(name), Value::Date(day)) => Ok(member(name, day.to_string())),
            (Field::Day(name), Value::Null) => Ok(member(name, Json::Null)),
            (Field::Custom(name), _) => {
                print_custom(value).map(|value| Printed::Custom(json!({ "Name": name, "Value": value })))
            }
            (Field::State, _) => Err("the state changes by a workflow step only".to_owned()),
            (Field::Reference(_) | Field::Unknown, _) => Err("Bowline does not write this field".to_owned()),
            (_, other) => Err(format!("the field cannot hold {}", other.kind())),
        })
    }

    async fn print_priority(&self, kind: &str, wanted: &Choice) -> Result<Result<Printed, String>, Failure> {
        let known = self.priorities(kind).await?;
        let found = known.iter().find(|known| name::same(&known.name, &wanted.name));
        let found = found.and_then(|known| known.id.as_deref()?.parse::<u64>().ok());
        let names: Vec<&str> = known.iter().map(|known| known.name.as_str()).collect();
        let missing = || format!("there is no priority `{}`; there are: {}", wanted.name, names.join(", "));
        Ok(found.ok_or_else(missing).map(|id| member("Priority", json!({ "Id": id }))))
    }

    /// The total is computed from the efforts of all roles; ours is the connection's role.
    async fn print_effort(&self, effort: f64) -> Result<Result<Printed, String>, Failure> {
        let role = self.role().await?.ok_or_else(|| format!("there is no role named `{}`", self.role_name()));
        let items = |role| json!({ "Items": [{ "Role": { "Id": role }, "Effort": effort }] });
        Ok(role.map(|role| member("RoleEfforts", items(role))))
    }
}

fn member(name: &str, value: impl Into<Json>) -> Printed {
    Printed::Member(name.to_owned(), value.into())
}
