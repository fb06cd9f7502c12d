//! The assigned person. Assignments are a resource of their own: one for each person and role, appended by POST and
//! taken away by DELETE, never replaced.

use bowline_core::command::Refusal;
use bowline_core::value::Person;
use bowline_core::{Failure, FieldName, Value};
use serde_json::{Map, Value as Json, json};

use super::field::Field;
use super::query::id;
use super::read::checked;
use super::refusal::{Error, failure, write_failure};
use super::tool::TargetprocessTool;
use crate::split::unfit;

/// The person who has a role in an item: the one assigned first, if there are several.
pub(crate) fn assigned(item: &Json, role: &str) -> Option<Person> {
    let first = assignments(item, role).into_iter().min_by_key(|(assignment, _)| *assignment);
    first.map(|(_, person)| person)
}

/// The assignments of an item with a role.
fn assignments(item: &Json, role: &str) -> Vec<(u64, Person)> {
    let all = item.get("assignments").and_then(|all| all.get("items")?.as_array());
    let with_role = |row: &Json| {
        (row.get("role")?.get("name")?.as_str()? == role).then_some(())?;
        Some((row.get("id")?.as_u64()?, person(row.get("generalUser")?)?))
    };
    all.into_iter().flatten().filter_map(with_role).collect()
}

/// A person as Targetprocess tells them.
pub(crate) fn person(found: &Json) -> Option<Person> {
    let part = |name: &str| found.get(name).and_then(Json::as_str).unwrap_or_default();
    let name = format!("{} {}", part("firstName"), part("lastName")).trim().to_owned();
    Some(Person { id: found.get("id")?.as_u64()?.to_string(), name })
}

impl TargetprocessTool {
    /// Makes one person the only one assigned with the connection's role, or nobody. People with other roles stay.
    pub(super) async fn assign(
        &self,
        kind: &str,
        item: u64,
        field: &FieldName,
        value: &Value,
    ) -> Result<Option<Refusal>, Failure> {
        let wanted = match value {
            Value::Null => None,
            Value::Person(person) => match id(&person.id) {
                Some(user) => Some((user, person)),
                None => return Ok(Some(unfit(field, "the person has no Targetprocess id"))),
            },
            other => return Ok(Some(unfit(field, &format!("the field cannot hold {}", other.kind())))),
        };
        let include = Field::Person.include().unwrap_or_default();
        let target = (checked(kind)?, item);
        let found = self.site().get("targetprocess.assignment.list", target, &format!("Id,{include}")).await;
        let found = found.map_err(failure)?;
        let now = found.map(|found| assignments(&found, self.role_name())).unwrap_or_default();
        // First the new one: if anything fails in between, nobody is missing who was there.
        if let Some((user, person)) = wanted
            && now.iter().all(|(_, now)| now.id != person.id)
            && let Some(refusal) = self.append(item, user, field).await?
        {
            return Ok(Some(refusal));
        }
        for (assignment, person) in &now {
            if wanted.is_none_or(|(_, wanted)| wanted.id != person.id) {
                let gone =
                    self.site().delete("targetprocess.assignment.delete", "Assignments", *assignment).await;
                gone.map_err(write_failure)?;
            }
        }
        Ok(None)
    }

    async fn append(&self, item: u64, user: u64, field: &FieldName) -> Result<Option<Refusal>, Failure> {
        let Some(role) = self.role().await? else {
            return Ok(Some(unfit(field, &format!("there is no role named `{}`", self.role_name()))));
        };
        let body = Map::from_iter([
            ("Assignable".to_owned(), json!({ "Id": item })),
            ("GeneralUser".to_owned(), json!({ "Id": user })),
            ("Role".to_owned(), json!({ "Id": role })),
        ]);
        match self.site().write("targetprocess.assignment.create", ("Assignments", None), "Id", body).await {
            Ok(_) => Ok(None),
            Err(Error::Refused(status, said)) if status.is_client_error() => Ok(Some(unfit(field, &said))),
            Err(error) => Err(write_failure(error)),
        }
    }
}
