//! Workflows and their schemes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Extra, Id, Member};

/// Which workflow each issue type follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct WorkflowScheme {
    /// Absent for Cloud's default scheme.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub id: Member<Id>,
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub name: Member<String>,
    /// The workflow of every type that is not mapped, by name.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub default_workflow: Member<String>,
    /// By the id of the issue type, the workflow's name.
    #[serde(default)]
    pub issue_type_mappings: BTreeMap<String, String>,
    #[serde(flatten)]
    pub extra: Extra,
}

impl WorkflowScheme {
    /// The name of the workflow that issues of a type follow.
    pub fn workflow_of(&self, type_id: &str) -> Option<&str> {
        self.issue_type_mappings.get(type_id).map(String::as_str).or_else(|| self.default_workflow.text())
    }
}

/// A workflow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the vendor's names")]
pub struct Workflow {
    /// Cloud only.
    #[serde(default, skip_serializing_if = "Member::is_absent")]
    pub id: Member<Id>,
    pub name: String,
    #[serde(flatten)]
    pub extra: Extra,
}

/// Cloud's answer to which schemes projects have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ProjectsWorkflows {
    #[serde(default)]
    pub(crate) values: Vec<ProjectsWorkflow>,
}

/// Projects that have one scheme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProjectsWorkflow {
    pub(crate) workflow_scheme: WorkflowScheme,
}
