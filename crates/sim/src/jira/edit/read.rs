//! The `fields` and `update` members of a request.

use serde_json::{Map, Value};

use super::link::{self, Tie};
use super::{Hand, Set, custom, parent, required, unknown, value};
use crate::frame::table::Row;
use crate::jira::catalog::{Kind, Project};
use crate::jira::custom::Shape;
use crate::jira::field::Field;
use crate::jira::issue::Issue;
use crate::jira::refusal::Refusal;
use crate::jira::screen::{Operation, Screen};
use crate::jira::site::Site;

/// Read when everything else has been.
const PARENT: &str = "parent";

/// Where fields are written: that decides which can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Create,
    Edit,
    /// A transition, with its screen if it has one.
    Transition(Option<Row<Screen>>),
}

/// The project and type of the issue that is written, as far as they are known.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    pub(crate) project: Option<Row<Project>>,
    pub(crate) kind: Option<Row<Kind>>,
}

/// What a request wants.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) sets: Vec<Set>,
    /// Bodies of comments to add.
    pub(crate) comments: Vec<Value>,
    /// Bodies of worklogs to add.
    pub(crate) worklogs: Vec<Value>,
    /// Links to make.
    pub(crate) ties: Vec<Tie>,
    /// Every field the request names.
    pub(crate) named: Vec<String>,
}

/// Reads `fields` and `update`; a refusal names every field that is wrong.
pub(crate) fn read(
    site: &Site,
    hand: &Hand<'_>,
    form: Form,
    issue: Option<&Issue>,
    body: &Value,
) -> Result<Draft, Refusal> {
    let (fields, update) = (object(body, "fields")?, object(body, "update")?);
    let place = place(site, hand, issue, fields);
    let (draft, errors) = (Draft::default(), Vec::new());
    let mut reader =
        Reader { site, hand, form, fields: offered(site, form, place), issue, place, draft, errors };
    for (name, value) in fields.into_iter().flatten().filter(|(name, _)| *name != PARENT) {
        reader.field(name, value);
    }
    for (name, operations) in update.into_iter().flatten().filter(|(name, _)| *name != PARENT) {
        let both = fields.is_some_and(|fields| fields.contains_key(name));
        reader.update(name, operations, both);
    }
    let set = |operations: &'_ Value| operations.get(0).and_then(|first| first.get("set")).cloned();
    let updated = update.and_then(|update| update.get(PARENT)).and_then(set);
    reader.parent(fields.and_then(|fields| fields.get(PARENT)).or(updated.as_ref()));
    reader.demand();
    if reader.errors.is_empty() { Ok(reader.draft) } else { Err(Refusal::fields(reader.errors)) }
}

/// The project and type: those of the issue, or those that are asked for.
fn place(site: &Site, hand: &Hand<'_>, issue: Option<&Issue>, fields: Option<&Map<String, Value>>) -> Place {
    let asked = |place: Place, field: Field| {
        let value = fields?.get(field.id(&site.catalog))?;
        value::read(site, hand, place, field, value).ok()
    };
    let mut place = match issue {
        Some(issue) => Place { project: Some(issue.project), kind: Some(issue.kind) },
        None => Place::default(),
    };
    if let (None, Some(Set::Project(row))) = (issue, asked(place, Field::Project)) {
        place.project = Some(row);
    }
    if let Some(Set::Kind(row)) = asked(place, Field::IssueType) {
        place.kind = Some(row);
    }
    place
}

/// The fields of the screen; while the project is not known, those of the first screen there is.
fn offered(site: &Site, form: Form, Place { project, kind }: Place) -> Vec<Field> {
    let catalog = &site.catalog;
    let screen = match form {
        Form::Transition(None) => return Vec::new(),
        Form::Transition(Some(row)) => Some(catalog.screens.get(row)),
        Form::Create => project.map(|project| catalog.screen(project, kind, Operation::Create)),
        Form::Edit => project.map(|project| catalog.screen(project, kind, Operation::Edit)),
    };
    let screen = screen.or_else(|| catalog.screens.iter().next().map(|(_, first)| first));
    let shown = |field: &Field| project.is_none_or(|project| catalog.is_shown(project, kind, *field));
    screen.into_iter().flat_map(Screen::fields).filter(shown).collect()
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
    form: Form,
    /// What is on the screen.
    fields: Vec<Field>,
    issue: Option<&'a Issue>,
    place: Place,
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
        match field {
            Field::Project => self.form == Form::Create,
            // An issue cannot be made without one, whatever the screen shows.
            Field::IssueType if self.form == Form::Create => true,
            Field::Security => {
                let Place { project, kind } = self.place;
                self.fields.contains(&field) && self.site.offers_level(Some(self.hand.by.who), project, kind)
            }
            Field::Custom(row) if self.site.catalog.custom.get(row).shape == Shape::Rank => false,
            _ => self.fields.contains(&field),
        }
    }

    /// A field that the layout demands cannot be emptied.
    fn demand(&mut self) {
        let Place { project: Some(project), kind } = self.place else { return };
        let catalog = &self.site.catalog;
        for field in self.draft.sets.iter().filter(|set| set.clears()).map(Set::field) {
            if catalog.is_required(project, kind, field) {
                self.errors.push((field.id(catalog).to_owned(), required(field.name(catalog))));
            }
        }
    }

    /// What is said of the parent, once the type is known.
    fn parent(&mut self, given: Option<&Value>) {
        if matches!(self.form, Form::Transition(_)) {
            if given.is_some() {
                self.fail(PARENT, unknown(PARENT));
            }
            return;
        }
        if given.is_some() {
            self.draft.named.push(PARENT.to_owned());
            if let Some(text) = self.hand.rejects(PARENT) {
                self.fail(PARENT, text);
                return;
            }
        }
        let child = parent::Child { form: self.form, issue: self.issue, place: self.place };
        match parent::read(self.site, &child, given) {
            Ok(set) => self.draft.sets.extend(set),
            Err((name, text)) => self.fail(name, text),
        }
    }

    fn field(&mut self, name: &str, value: &Value) {
        let Some(field) = self.admit(name) else { return };
        match value::read(self.site, self.hand, self.place, field, value) {
            Ok(set) => self.draft.sets.push(super::agile::complete(self.site, self.issue, set)),
            Err(text) => self.fail(name, text),
        }
    }

    fn update(&mut self, name: &str, operations: &Value, both: bool) {
        if matches!(name, "comment" | "worklog" | "issuelinks") {
            self.bring(name, operations);
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

    /// Operations on what is no value: comments, worklogs and links are added.
    fn bring(&mut self, name: &str, operations: &Value) {
        let field = Field::of(name, &self.site.catalog, self.site.is_cloud());
        let shown = name == "comment" || field.is_some_and(|field| self.fields.contains(&field));
        if !shown || self.hand.rejects(name).is_some() {
            self.fail(name, unknown(name));
            return;
        }
        let operations = operations.as_array().into_iter().flatten().filter_map(Value::as_object).flatten();
        for (verb, value) in operations {
            if verb != "add" {
                self.fail(name, format!("Operation '{verb}' is not supported for the field '{name}' here"));
                continue;
            }
            match name {
                "comment" => self.draft.comments.push(value.clone()),
                "worklog" => self.draft.worklogs.push(value.clone()),
                _ => match link::read(self.site, self.hand.by.who, value) {
                    Ok(tie) => self.draft.ties.push(tie),
                    Err(text) => self.fail(name, text),
                },
            }
        }
    }

    /// One operation on a field, on top of those before it.
    fn operation(&self, field: Field, so_far: Option<Set>, verb: &str, given: &Value) -> Result<Set, String> {
        if verb == "set" || (verb == "edit" && field == Field::TimeTracking) {
            let set = value::read(self.site, self.hand, self.place, field, given)?;
            return Ok(super::agile::complete(self.site, self.issue, set));
        }
        let add = match verb {
            "add" => true,
            "remove" => false,
            other => return Err(format!("Operation '{other}' is not supported for this field")),
        };
        match so_far.or_else(|| self.current(field)) {
            Some(Set::Labels(list)) => Ok(Set::Labels(toggled(list, value::label(given)?, add))),
            Some(Set::Components(list)) => {
                let one = value::component(self.site, self.place.project, given)?;
                Ok(Set::Components(toggled(list, one, add)))
            }
            Some(Set::FixVersions(list)) => {
                let one = value::version(self.site, self.place.project, given)?;
                Ok(Set::FixVersions(toggled(list, one, add)))
            }
            Some(Set::Versions(list)) => {
                let one = value::version(self.site, self.place.project, given)?;
                Ok(Set::Versions(toggled(list, one, add)))
            }
            Some(Set::Custom(row, held)) => {
                Ok(Set::Custom(row, custom::toggled(self.site, self.place, row, (held, given, add))?))
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
            Field::Custom(row) if self.site.catalog.custom.get(row).shape.is_list() => {
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
