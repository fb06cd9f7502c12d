//! The part of JQL that filters of dynamic webhooks may use, with Jira's words for the rest.
//!
//! Fields `issueKey`, `project`, `issuetype`, `status`, `assignee`, `reporter`, `issue.property` and the epic label's
//! `cf[id]`; operators `=`, `!=`, `in`, `not in` (Atlassian's document, `WebhookDetails.jqlFilter`). The words are
//! those of its example, "The clause watchCount is unsupported", and of an answer people met, "Operator is not is
//! unsupported" (QuackbackIO/quackback issue 352).

use crate::jira::custom::Shape;
use crate::jira::jql::tree::{Field, Operator, Parsed, Tree};
use crate::jira::site::Site;

/// Field names that may be used, and the other names they go by.
const FIELDS: &[&str] =
    &["assignee", "id", "issue", "issuekey", "issuetype", "key", "project", "reporter", "status", "type"];
const OPERATORS: &[Operator] = &[Operator::Equal, Operator::NotEqual, Operator::In, Operator::NotIn];

/// What of a filter cannot be used; nothing when all can.
pub(crate) fn errors(site: &Site, parsed: &Parsed) -> Vec<String> {
    let mut errors = Vec::new();
    if let Some(tree) = &parsed.tree {
        look(site, tree, &mut errors);
    }
    if !parsed.order.is_empty() {
        errors.push("The clause ORDER BY is unsupported".to_owned());
    }
    errors
}

fn look(site: &Site, tree: &Tree, errors: &mut Vec<String>) {
    match tree {
        Tree::All(trees) | Tree::Any(trees) => trees.iter().for_each(|tree| look(site, tree, errors)),
        Tree::Not(tree) => look(site, tree, errors),
        Tree::Clause(clause) => {
            if !is_supported(site, &clause.field) {
                errors.push(format!("The clause {} is unsupported", clause.field.shown()));
            } else if !OPERATORS.contains(&clause.operator) {
                errors.push(format!("Operator {} is unsupported", clause.operator.shown()));
            }
        }
    }
}

fn is_supported(site: &Site, field: &Field) -> bool {
    let name = field.name.to_ascii_lowercase();
    if field.property.is_some() {
        return name == "issue.property";
    }
    let label = || {
        let row = site.catalog.field_of(Shape::EpicName)?;
        Some(format!("cf[{}]", site.catalog.custom.get(row).number))
    };
    FIELDS.contains(&&*name) || label().is_some_and(|label| label == name)
}
