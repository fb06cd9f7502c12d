//! What there is in a Jira besides issues.

use std::sync::Arc;

use async_trait::async_trait;
use bowline_core::code::{AUTH_ANONYMOUS, TOOL_UNKNOWN_PROJECT, TOOL_UNKNOWN_TYPE};
use bowline_core::connection::Identity;
use bowline_core::failure::Words;
use bowline_core::item::Locator;
use bowline_core::port::{Asker, Catalogue, FieldKind, FieldSchema, TypeSchema};
use bowline_core::value::Choice;
use bowline_core::{Failure, FieldName};
use bowline_jira::wire::{FieldMeta, IssueType, IssueTypeStatuses};
use bowline_jira::{Error, Field, Jql, Search, Sort};
use http::StatusCode;
use serde_json::Value as Json;

use super::kind::Kind;
use super::read::ALWAYS;
use super::refusal::failure;
use super::tool::JiraTool;
use crate::{name, probe};

/// Jira's key of the permission to change everybody's comments (Atlassian's page “Permissions for company-managed
/// projects”; the same in Data Center).
const EDIT_ALL_COMMENTS: &str = "EDIT_ALL_COMMENTS";

#[async_trait]
impl Catalogue for JiraTool {
    async fn probe(&self, asker: Asker) -> Result<Identity, Failure> {
        let answer = self.jira().asked_by(asker).myself().await;
        let (user, headers) = answer.map_err(|error| probe::refused(failure(error)))?;
        let ignored = headers.get("x-ausername").is_some_and(|name| name.as_bytes() == b"anonymous");
        let id = user.id().filter(|_| !ignored).ok_or_else(|| Failure::wait(AUTH_ANONYMOUS))?;
        Ok(Identity { id: id.to_owned(), name: user.display_name.text().unwrap_or(id).to_owned() })
    }

    async fn scopes(&self) -> Result<Vec<String>, Failure> {
        self.project_keys().await
    }

    async fn kinds(&self, scope: &str) -> Result<Vec<String>, Failure> {
        Ok(self.types(&scope.to_uppercase()).await?.0.iter().map(|kind| kind.name.clone()).collect())
    }

    async fn schema(&self, scope: &str, kind: &str) -> Result<Arc<TypeSchema>, Failure> {
        // A key is in capitals (Atlassian's page “Edit a project's details”), and Jira's paths take it in no other way.
        let scope = &scope.to_uppercase();
        let found = self.of_name(scope, kind).await?;
        let metas = self.screen(scope, &found.id.to_string()).await?;
        let learn = async { self.jira().statuses(scope).await.map_err(failure) };
        let statuses = self.statuses.get(scope.clone(), learn).await?;
        let states = states(&statuses, &found);
        let fields = metas.iter().filter_map(field).chain([status_field(&states)]).collect();
        let kind = found.name.clone();
        Ok(Arc::new(TypeSchema { scope: scope.clone(), kind, fields, states }))
    }

    async fn exemplar(&self, scope: &str, kind: &str, state: &str) -> Result<Option<Locator>, Failure> {
        let jql = Jql::new()
            .is(Field::Project, scope)
            .is(Field::IssueType, kind)
            .is(Field::Status, state)
            .order_by(Field::Updated, Sort::Down);
        let search = Search { jql: &jql, fields: &ALWAYS, properties: &[], limit: 1 };
        let page = self.jira().search_page(search, None).await.map_err(failure)?;
        Ok(page.issues.first().and_then(|issue| self.locator(issue)))
    }

    async fn edits_all_comments(&self, scope: &str) -> Result<Option<bool>, Failure> {
        let scope = scope.to_uppercase();
        self.jira().permitted(&scope, EDIT_ALL_COMMENTS).await.map_err(failure)
    }

    /// Jira has no way from a comment to its issue, and needs none: its deliveries always name the issue.
    async fn item_of_comment(&self, _comment: &str) -> Result<Option<String>, Failure> {
        Ok(None)
    }
}

impl JiraTool {
    /// The types of a project, and whether they were asked for just now.
    async fn types(&self, scope: &str) -> Result<(Arc<Vec<IssueType>>, bool), Failure> {
        let unknown = |error| match error {
            Error::Refused { status: StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST, refusal, .. } => {
                Failure::park(TOOL_UNKNOWN_PROJECT).with_words(Words::new(refusal.words()))
            }
            other => failure(other),
        };
        let learn = async { self.jira().create_types(scope).await.map_err(unknown) };
        self.types.ask(scope.to_owned(), learn).await
    }

    /// The type of a name. One that is not among those that are remembered is asked for: somebody may have made it just now,
    /// because we said that it is missing.
    async fn of_name(&self, scope: &str, kind: &str) -> Result<IssueType, Failure> {
        loop {
            let (types, fresh) = self.types(scope).await?;
            match types.iter().find(|known| name::same(&known.name, kind)) {
                Some(found) => return Ok(found.clone()),
                None if fresh => return Err(Failure::park(TOOL_UNKNOWN_TYPE).with_words(Words::new(kind))),
                None => self.types.forget_one(&scope.to_owned()),
            }
        }
    }

    async fn screen(&self, scope: &str, kind: &str) -> Result<Arc<Vec<FieldMeta>>, Failure> {
        let learn = async { self.jira().create_fields(scope, kind).await.map_err(failure) };
        self.screens.get((scope.to_owned(), kind.to_owned()), learn).await
    }
}

fn states(statuses: &[IssueTypeStatuses], kind: &IssueType) -> Vec<Choice> {
    let of_kind = statuses.iter().find(|known| known.id.to_string() == kind.id.to_string());
    let all = of_kind.map(|known| known.statuses.as_slice()).unwrap_or_default();
    all.iter().map(|status| Choice { id: Some(status.id.to_string()), name: status.name.clone() }).collect()
}

/// A field of the create screen. Project and type are given by every create; fields that Bowline cannot write are
/// told only where the screen demands them, so that a profile that cannot work is found out beforehand.
fn field(meta: &FieldMeta) -> Option<FieldSchema> {
    let name = meta.id();
    let kind = Kind::of_system(name).unwrap_or_else(|| Kind::of_schema(&meta.schema));
    let useless = kind == Kind::Other && (!meta.required || meta.has_default_value);
    if matches!(name, "project" | "issuetype") || useless {
        return None;
    }
    Some(FieldSchema {
        name: FieldName::new(name),
        label: meta.name.clone(),
        kind: kind.word(),
        required: meta.required,
        defaulted: meta.has_default_value,
        allowed: meta.allowed_values.iter().filter_map(allowed).collect(),
    })
}

fn allowed(value: &Json) -> Option<Choice> {
    let name = value.get("name").or_else(|| value.get("value"))?.as_str()?;
    let id = value.get("id").and_then(Json::as_str).map(str::to_owned);
    Some(Choice { id, name: name.to_owned() })
}

/// The status is on no create screen, but profiles map it.
fn status_field(states: &[Choice]) -> FieldSchema {
    FieldSchema {
        name: FieldName::new("status"),
        label: "Status".to_owned(),
        kind: FieldKind::State,
        required: false,
        defaulted: true,
        allowed: states.to_vec(),
    }
}
