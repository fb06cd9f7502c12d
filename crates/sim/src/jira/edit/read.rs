//! The `fields` and `update` members of a request.

use serde_json::{Map, Value};

use super::{Hand, Set, unknown, value};
use crate::frame::table::Row;
use crate::jira::catalog::{Project, Shape};
use crate::jira::field::Field;
use crate::jira::issue::{Held, Issue};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// Where fields are written: that decides which can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Screen {
    Create,
    Edit,
    /// A transition's screen, which has the resolution and nothing else.
    Transition,
    /// A transition without a screen.
    None,
}

/// What a request wants.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) sets: Vec<Set>,
    /// Bodies of comments to add.
    pub(crate) comments: Vec<Value>,
    /// Every field the request names.
    pub(crate) named: Vec<String>,
}

/// Reads `fields` and `update`; a refusal names every field that is wrong.
pub(crate) fn read(
    site: &Site,
    hand: &Hand<'_>,
    screen: Screen,
    issue: Option<&Issue>,
    body: &Value,
) -> Result<Draft, Refusal> {
    let (fields, update) = (object(body, "fields")?, object(body, "update")?);
    let project = match issue {
        Some(issue) => Some(issue.project),
        None => fields.and_then(|fields| fields.get("project")).and_then(|value| {
            match value::read(site, hand, None, Field::Project, value) {
                Ok(Set::Project(row)) => Some(row),
                _ => None,
            }
        }),
    };
    let mut reader =
        Reader { site, hand, screen, issue, project, draft: Draft::default(), errors: Vec::new() };
    for (name, value) in fields.into_iter().flatten() {
        reader.field(name, value);
    }
    for (name, operations) in update.into_iter().flatten() {
        let both = fields.is_some_and(|fields| fields.contains_key(name));
        reader.update(name, operations, both);
    }
    if reader.errors.is_empty() { Ok(reader.draft) } else { Err(Refusal::fields(reader.errors)) }
}

fn object<'a>(body: &'a Value, name: &str) -> Result<Option<&'a Map<String, Value>>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(members)) => Ok(Some(members)),
        Some(_) => {
            Err(Refusal::bad(format!("Can not deserialize instance of '{name}': an object is expected.")))
        }
    }
}

struct Reader<'a> {
    site: &'a Site,
    hand: &'a Hand<'a>,
    screen: Screen,
    issue: Option<&'a Issue>,
    project: Option<Row<Project>>,
    draft: Draft,
    errors: Vec<(String, String)>,
}

impl Reader<'_> {
    fn fail(&mut self, name: &str, text: String) {
        self.errors.push((name.to_owned(), text));
    }

    /// The field with this name, if this screen has it.
    fn admit(&mut self, name: &str) -> Option<Field> {
        self.draft.named.push(name.to_owned());
        if let Some(text) = self.hand.rejects(name) {
            self.fail(name, text);
            return None;
        }
        let field =
            Field::of(name, &self.site.catalog, self.site.is_cloud()).filter(|field| self.has(*field));
        if field.is_none() {
            self.fail(name, unknown(name));
        }
        field
    }

    fn has(&self, field: Field) -> bool {
        match self.screen {
            Screen::None => false,
            Screen::Transition => field == Field::Resolution,
            Screen::Create | Screen::Edit => match field {
                Field::Project => self.screen == Screen::Create,
                Field::Custom(row) => self.site.catalog.custom.get(row).shape != Shape::Rank,
                Field::IssueType
                | Field::Summary
                | Field::Description
                | Field::Environment
                | Field::Priority
                | Field::Assignee
                | Field::Reporter
                | Field::Labels
                | Field::Components
                | Field::FixVersions
                | Field::Versions
                | Field::DueDate => true,
                _ => false,
            },
        }
    }

    fn field(&mut self, name: &str, value: &Value) {
        let Some(field) = self.admit(name) else { return };
        match value::read(self.site, self.hand, self.project, field, value) {
            Ok(set) => self.draft.sets.push(super::agile::complete(self.site, self.issue, set)),
            Err(text) => self.fail(name, text),
        }
    }

    fn update(&mut self, name: &str, operations: &Value, both: bool) {
        if name == "comment" {
            self.comments(operations);
            return;
        }
        let Some(field) = self.admit(name) else { return };
        if both {
            self.fail(name, format!("Field '{name}' cannot appear in both 'fields' and 'update'"));
            return;
        }
        let Some(operations) = operations.as_array() else {
            self.fail(name, "data was not an array".to_owned());
            return;
        };
        let mut set = None;
        for (verb, value) in operations.iter().filter_map(Value::as_object).flatten() {
            match self.operation(field, set.take(), verb, value) {
                Ok(next) => set = Some(next),
                Err(text) => return self.fail(name, text),
            }
        }
        self.draft.sets.extend(set);
    }

    fn comments(&mut self, operations: &Value) {
        for (verb, value) in
            operations.as_array().into_iter().flatten().filter_map(Value::as_object).flatten()
        {
            if verb == "add" {
                self.draft.comments.push(value.clone());
            } else {
                self.fail("comment", format!("Operation '{verb}' is not supported for comments here"));
            }
        }
    }

    /// One operation on a field, on top of those before it.
    fn operation(&self, field: Field, so_far: Option<Set>, verb: &str, given: &Value) -> Result<Set, String> {
        if verb == "set" {
            let set = value::read(self.site, self.hand, self.project, field, given)?;
            return Ok(super::agile::complete(self.site, self.issue, set));
        }
        let add = match verb {
            "add" => true,
            "remove" => false,
            other => return Err(format!("Operation '{other}' is not supported for this field")),
        };
        let catalog = &self.site.catalog;
        match so_far.or_else(|| self.current(field)) {
            Some(Set::Labels(list)) => Ok(Set::Labels(toggled(list, value::label(given)?, add))),
            Some(Set::Components(list)) => {
                let one = value::component(self.site, self.project, given)?;
                Ok(Set::Components(toggled(list, one, add)))
            }
            Some(Set::FixVersions(list)) => {
                let one = value::version(self.site, self.project, given)?;
                Ok(Set::FixVersions(toggled(list, one, add)))
            }
            Some(Set::Versions(list)) => {
                let one = value::version(self.site, self.project, given)?;
                Ok(Set::Versions(toggled(list, one, add)))
            }
            Some(Set::Custom(row, held)) => {
                let ids = if let Some(Held::Options(ids)) = held { ids } else { Vec::new() };
                let mut ids = toggled(ids, value::option(catalog.custom.get(row), given)?, add);
                ids.sort_unstable();
                Ok(Set::Custom(row, (!ids.is_empty()).then_some(Held::Options(ids))))
            }
            _ => Err(format!("Operation '{verb}' is not supported for this field")),
        }
    }

    /// What a list field holds now; `None` for fields that are no lists.
    fn current(&self, field: Field) -> Option<Set> {
        let issue = self.issue;
        Some(match field {
            Field::Labels => {
                let labels = issue.map(|issue| issue.labels.as_slice()).unwrap_or_default();
                Set::Labels(labels.iter().map(|label| self.site.names.get(*label).to_owned()).collect())
            }
            Field::Components => {
                Set::Components(issue.map(|issue| issue.components.clone()).unwrap_or_default())
            }
            Field::FixVersions => {
                Set::FixVersions(issue.map(|issue| issue.fix_versions.clone()).unwrap_or_default())
            }
            Field::Versions => Set::Versions(issue.map(|issue| issue.versions.clone()).unwrap_or_default()),
            Field::Custom(row) if self.site.catalog.custom.get(row).shape == Shape::MultiSelect => {
                Set::Custom(row, issue.and_then(|issue| issue.held(row)).cloned())
            }
            _ => return None,
        })
    }
}

fn toggled<T: PartialEq>(mut list: Vec<T>, one: T, add: bool) -> Vec<T> {
    list.retain(|kept| *kept != one);
    if add {
        list.push(one);
    }
    list
}
