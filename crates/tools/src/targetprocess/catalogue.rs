//! What there is in a Targetprocess besides items.

use std::sync::Arc;

use async_trait::async_trait;
use bowline_core::code::AUTH_ANONYMOUS;
use bowline_core::connection::Identity;
use bowline_core::item::Locator;
use bowline_core::port::{Asker, Catalogue, FieldKind, FieldSchema, TypeSchema};
use bowline_core::value::Choice;
use bowline_core::{Failure, FieldName};
use serde_json::Value as Json;

use super::assignment::person;
use super::kind::{KINDS, spelled};
use super::list::Project;
use super::query::{Query, id, literal};
use super::read::{checked, unknown};
use super::refusal::failure;
use super::tool::TargetprocessTool;
use crate::probe;

#[async_trait]
impl Catalogue for TargetprocessTool {
    async fn probe(&self, asker: Asker) -> Result<Identity, Failure> {
        let answer = self.site().asked_by(asker).logged_user().await;
        let user = answer.map_err(|error| probe::refused(failure(error)))?;
        let person = person(&user).ok_or_else(|| Failure::wait(AUTH_ANONYMOUS))?;
        Ok(Identity { id: person.id, name: person.name })
    }

    async fn scopes(&self) -> Result<Vec<String>, Failure> {
        Ok(self.projects().await?.iter().map(|project| project.name.clone()).collect())
    }

    /// Every project may hold every type; a process only hides some of them.
    async fn kinds(&self, scope: &str) -> Result<Vec<String>, Failure> {
        self.project(scope).await?;
        Ok(KINDS.iter().map(|(kind, _)| (*kind).to_owned()).collect())
    }

    async fn schema(&self, scope: &str, kind: &str) -> Result<Arc<TypeSchema>, Failure> {
        let key = (scope.to_owned(), kind.to_owned());
        self.schemas.get(key, self.learn(scope, kind)).await
    }

    async fn exemplar(&self, scope: &str, kind: &str, state: &str) -> Result<Option<Locator>, Failure> {
        checked(kind)?;
        let project = self.project(scope).await?;
        let states = self.states(&project, kind).await?;
        let state =
            states.iter().find(|known| known.name == state).and_then(|known| id(known.id.as_deref()?));
        let Some(state) = state else { return Ok(None) };
        let filter = format!("project.id == {} and entityState.id == {state}", project.id);
        let query = Query::all(kind).filter(&filter).select(&["id"]).part(0, 1);
        let found = self.site().find("targetprocess.item.exemplar", query).await.map_err(failure)?;
        let found = found.and_then(|found| found.get("id")?.as_u64());
        Ok(found.map(|number| self.locator(kind, number, scope)))
    }

    /// Targetprocess has no sign-in for people, so nothing of ours stands under their names.
    async fn edits_all_comments(&self, _: &str) -> Result<Option<bool>, Failure> {
        Ok(None)
    }

    async fn item_of_comment(&self, comment: &str) -> Result<Option<String>, Failure> {
        let Some(number) = id(comment) else { return Ok(None) };
        let query = Query::one("Comment", number).select(&["id", "general:{general.id}"]);
        let found = self.site().find("targetprocess.comment.item", query).await.map_err(failure)?;
        Ok(found.and_then(|found| found.get("general")?.get("id")?.as_u64()).map(|item| item.to_string()))
    }
}

impl TargetprocessTool {
    async fn learn(&self, scope: &str, kind: &str) -> Result<TypeSchema, Failure> {
        let kind = spelled(kind).ok_or_else(|| unknown(kind))?;
        let project = self.project(scope).await?;
        let states = self.states(&project, kind).await?.as_ref().clone();
        let priorities = self.priorities(kind).await?.as_ref().clone();
        let mut fields = own_fields(kind, &states, priorities);
        fields.extend(self.custom_fields(&project, kind).await?);
        let (scope, kind) = (project.name, kind.to_owned());
        Ok(TypeSchema { scope, kind, fields, states })
    }

    /// The custom fields of a type in a project's process. Fields without a process are everywhere.
    async fn custom_fields(&self, project: &Project, kind: &str) -> Result<Vec<FieldSchema>, Failure> {
        let Some(kind) = literal(kind) else { return Ok(Vec::new()) };
        // Without a selection all simple fields come: which there are differs by release.
        let query = Query::all("CustomField").filter(&format!("entityType.name == {kind}"));
        let rows =
            self.site().all("targetprocess.field.list", query.order_by("id")).await.map_err(failure)?;
        let here = |row: &&Json| {
            let process = row.get("process").and_then(|process| process.get("id")?.as_u64());
            process.is_none() || process == project.process
        };
        Ok(rows.iter().filter(here).filter_map(custom_field).collect())
    }
}

fn custom_field(row: &Json) -> Option<FieldSchema> {
    let label = row.get("name")?.as_str()?;
    let options = row.get("value").and_then(Json::as_str).unwrap_or_default();
    let kind = match row.get("fieldType").and_then(Json::as_str)? {
        "RichText" => FieldKind::Rich,
        "Number" | "Money" => FieldKind::Number,
        "CheckBox" => FieldKind::Bool,
        "Date" => FieldKind::Date,
        "DropDown" | "Entity" => FieldKind::Choice,
        "MultipleSelectionList" => FieldKind::Choices,
        _ => FieldKind::Text,
    };
    let listed = matches!(kind, FieldKind::Choice | FieldKind::Choices);
    let allowed = options.split(['\n', '\r']).map(str::trim).filter(|option| listed && !option.is_empty());
    Some(FieldSchema {
        name: FieldName::new(format!("CustomFields.{label}")),
        label: label.to_owned(),
        kind,
        required: row.get("required").and_then(Json::as_bool).unwrap_or(false),
        defaulted: false,
        allowed: allowed.map(Choice::named).collect(),
    })
}

/// The fields that every item of a type has.
fn own_fields(kind: &str, states: &[Choice], priorities: Vec<Choice>) -> Vec<FieldSchema> {
    let field = |name: &str, kind: FieldKind, allowed: Vec<Choice>| FieldSchema {
        name: FieldName::new(name),
        label: name.to_owned(),
        kind,
        required: false,
        defaulted: matches!(name, "Priority" | "EntityState"),
        allowed,
    };
    let mut fields = vec![
        FieldSchema { required: true, ..field("Name", FieldKind::Text, Vec::new()) },
        field("Description", FieldKind::Rich, Vec::new()),
        field("Priority", FieldKind::Choice, priorities),
        field("EntityState", FieldKind::State, states.to_vec()),
        field("Tags", FieldKind::Labels, Vec::new()),
        field("AssignedUser", FieldKind::Person, Vec::new()),
        field("Effort", FieldKind::Number, Vec::new()),
        field("PlannedStartDate", FieldKind::Date, Vec::new()),
        field("PlannedEndDate", FieldKind::Date, Vec::new()),
        field("Release", FieldKind::Choice, Vec::new()),
    ];
    if matches!(kind, "UserStory" | "Bug") {
        fields.push(field("Feature", FieldKind::Choice, Vec::new()));
    }
    if kind == "Task" {
        // Bowline cannot fill it yet: the check of a profile says so before anything is created.
        fields.push(FieldSchema { required: true, ..field("UserStory", FieldKind::Choice, Vec::new()) });
    }
    fields
}
