//! Reading workflows as Cloud's newer resources take them, and saying what is wrong with them.
//!
//! Everything is done to a copy of the site, which is kept when nothing is wrong and thrown away otherwise. The codes
//! of problems but for the names' are this simulator's own: Atlassian lists none.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::wire::{INITIAL, SCREEN};
use crate::frame::random::Random;
use crate::frame::table::Row;
use crate::jira::catalog::{Catalog, Category, Status};
use crate::jira::field::Field;
use crate::jira::input::{id, text};
use crate::jira::rule::{Conditions, KNOWN, Purpose, Rule};
use crate::jira::screen::Screen;
use crate::jira::workflow::{Notes, Transition, Workflow};

/// What is wrong with a request.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    code: &'static str,
    kind: &'static str,
    pub(super) message: String,
    /// Which part of the request: a member of `elementReference` and its value.
    at: Option<(&'static str, String)>,
}

impl Problem {
    pub(super) fn view(&self) -> Value {
        let at = self.at.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())));
        json!({
            "code": self.code,
            "elementReference": at.collect::<serde_json::Map<_, _>>(),
            "level": "ERROR",
            "message": self.message,
            "type": self.kind,
        })
    }
}

/// A request that is read into a copy of the settings.
pub(super) struct Reader {
    pub(super) catalog: Catalog,
    pub(super) problems: Vec<Problem>,
    statuses: BTreeMap<String, Row<Status>>,
    random: Random,
}

fn list<'a>(body: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    body.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn notes(body: &Value) -> Notes {
    let members = body.get("properties").and_then(Value::as_object).into_iter().flatten();
    members.filter_map(|(name, value)| Some((name.as_str().into(), value.as_str()?.into()))).collect()
}

impl Reader {
    /// Reads the statuses first: workflows refer to them.
    pub(super) fn new(catalog: Catalog, body: &Value, now: i64) -> Self {
        let random = Random::new(now.unsigned_abs());
        let mut reader = Self { catalog, problems: Vec::new(), statuses: BTreeMap::new(), random };
        if body.get("scope").and_then(|scope| text(scope, "type")) == Some("PROJECT") {
            reader.object(("SCOPE_NOT_SUPPORTED", "SCOPE"), "Only global workflows can be made here.", None);
        }
        for one in list(body, "statuses") {
            reader.status(one);
        }
        reader
    }

    pub(super) fn object(
        &mut self,
        (code, kind): (&'static str, &'static str),
        message: impl Into<String>,
        at: Option<(&'static str, &str)>,
    ) {
        let at = at.map(|(name, value)| (name, value.to_owned()));
        self.problems.push(Problem { code, kind, message: message.into(), at });
    }

    /// The status that is referred to.
    pub(super) fn referred(&mut self, reference: &str) -> Option<Row<Status>> {
        let row = self.statuses.get(reference).copied();
        if row.is_none() {
            let message = format!("There is no status with the reference '{reference}'.");
            self.object(("STATUS_NOT_FOUND", "STATUS"), message, Some(("statusReference", reference)));
        }
        row
    }

    /// A status: one that is there when it has an id, else a new one.
    fn status(&mut self, one: &Value) {
        let reference = text(one, "statusReference").unwrap_or_default();
        let at = Some(("statusReference", reference));
        let name = text(one, "name").map(str::trim).unwrap_or_default();
        let own = one.get("id").and_then(id).map(|id| self.catalog.statuses.find(|status| *status.id == *id));
        let taken = self.catalog.statuses.find(|status| status.name.eq_ignore_ascii_case(name));
        let Some(category) = text(one, "statusCategory").and_then(Category::by_word) else {
            return self.object(
                ("INVALID_STATUS_CATEGORY", "STATUS"),
                "The status category is not valid.",
                at,
            );
        };
        if reference.is_empty() || name.is_empty() || name.chars().count() > 60 {
            let message = "The status needs a reference, and a name of at most 60 characters.";
            return self.object(("INVALID_STATUS_NAME", "STATUS"), message, at);
        }
        if taken.is_some_and(|row| own.flatten() != Some(row)) {
            let message = "The name of the status must be unique.";
            return self.object(("NON_UNIQUE_STATUS_NAME", "STATUS"), message, at);
        }
        let described = text(one, "description").unwrap_or_default();
        let row = match own {
            Some(None) => {
                let message = "There is no status with this ID.";
                return self.object(("STATUS_NOT_FOUND", "STATUS"), message, at);
            }
            Some(Some(row)) => {
                let status = self.catalog.statuses.get_mut(row);
                (status.name, status.category) = (name.into(), category);
                if one.get("description").is_some() {
                    status.description = described.into();
                }
                row
            }
            None => {
                let id = (10_100 + self.catalog.statuses.ever()).to_string().into();
                let (name, description) = (name.into(), described.into());
                self.catalog.statuses.add(Status { id, name, description, category })
            }
        };
        self.statuses.insert(reference.to_owned(), row);
    }

    /// What a workflow is to be: everything but its name and what is counted.
    pub(super) fn workflow(&mut self, one: &Value) -> Option<Workflow> {
        let mut layouts = Vec::new();
        for layout in list(one, "statuses") {
            let row = self.referred(text(layout, "statusReference").unwrap_or_default())?;
            layouts.push((row, notes(layout)));
        }
        let (first, rest): (Vec<&Value>, Vec<&Value>) =
            list(one, "transitions").partition(|step| text(step, "type") == Some("INITIAL"));
        let [initial] = first.as_slice() else {
            let message = "A workflow has exactly one initial transition.";
            self.object(("INITIAL_TRANSITION", "WORKFLOW"), message, None);
            return None;
        };
        let bare = ["validators", "actions"].into_iter().all(|name| list(initial, name).next().is_none());
        if !bare {
            let message = "No rule is available for the initial transition.";
            self.object(("RULE_NOT_AVAILABLE", "RULE"), message, Some(("transitionId", "1")));
        }
        let start = self.referred(text(initial, "toStatusReference").unwrap_or_default())?;
        let mut steps: Vec<Transition> = Vec::new();
        for step in rest {
            let next = steps.iter().map(|step| step.id).max().unwrap_or(INITIAL) + 10;
            let step = self.step(step, next)?;
            if step.id == INITIAL || steps.iter().any(|own| own.id == step.id) {
                let (message, id) = ("The ID of the transition must be unique.", step.id.to_string());
                self.object(("NON_UNIQUE_TRANSITION_ID", "TRANSITION"), message, Some(("transitionId", &id)));
            }
            steps.push(step);
        }
        let mut workflow = Workflow::new(self.catalog.workflows.ever() + 1, "", start, steps);
        workflow.description = text(one, "description").unwrap_or_default().into();
        workflow.others = layouts.iter().map(|(row, _)| *row).collect();
        let strange = workflow.statuses().iter().any(|row| !workflow.others.contains(row));
        if strange {
            let message = "A transition uses a status that the workflow does not have.";
            self.object(("STATUS_NOT_IN_WORKFLOW", "WORKFLOW"), message, None);
        }
        workflow.notes = layouts.into_iter().filter(|(_, notes)| !notes.is_empty()).collect();
        Some(workflow)
    }

    fn step(&mut self, one: &Value, next: u32) -> Option<Transition> {
        let given = one.get("id").and_then(id).filter(|id| !id.is_empty());
        let number = given.as_ref().map_or(Some(next), |id| id.parse().ok());
        let at = Some(("transitionId", given.as_deref().unwrap_or_default()));
        let (name, links) = (text(one, "name").map(str::trim).unwrap_or_default(), list(one, "links"));
        let from: Vec<&str> = links.filter_map(|link| text(link, "fromStatusReference")).collect();
        let wrong = match (number, text(one, "type")) {
            (None, _) => Some("The ID of the transition must be a number."),
            _ if name.is_empty() || name.chars().count() > 60 => {
                Some("The transition needs a name of at most 60 characters.")
            }
            (_, Some("GLOBAL")) if from.is_empty() => None,
            (_, Some("DIRECTED")) if !from.is_empty() => None,
            (_, Some("GLOBAL" | "DIRECTED")) => {
                Some("Directed transitions have links, global ones have none.")
            }
            _ => Some("The type of the transition is not valid."),
        };
        if let Some(wrong) = wrong {
            self.object(("INVALID_TRANSITION", "TRANSITION"), wrong, at);
            return None;
        }
        let from = from.into_iter().map(|one| self.referred(one)).collect::<Option<Vec<_>>>()?;
        let to = self.referred(text(one, "toStatusReference").unwrap_or_default())?;
        let group = one.get("conditions").filter(|group| !group.is_null());
        Some(Transition {
            description: text(one, "description").unwrap_or_default().into(),
            screen: self.screen(one.get("transitionScreen").filter(|screen| !screen.is_null())),
            conditions: group.map(|group| self.conditions(group)).unwrap_or_default(),
            validators: self.rules(one, "validators", Purpose::Validator),
            actions: self.rules(one, "actions", Purpose::Function),
            properties: notes(one),
            ..Transition::plain(number?, name, from, to)
        })
    }

    fn screen(&mut self, rule: Option<&Value>) -> Option<Row<Screen>> {
        let rule = rule?;
        let wanted =
            rule.get("parameters").and_then(|all| all.get("screenId")).and_then(id).unwrap_or_default();
        let row = self.catalog.screens.find(|screen| screen.id.to_string() == wanted);
        if row.is_none() || text(rule, "ruleKey") != Some(SCREEN) {
            let message = format!("There is no screen with the ID '{wanted}'.");
            self.object(("SCREEN_NOT_FOUND", "RULE"), message, None);
        }
        row
    }

    fn conditions(&mut self, group: &Value) -> Conditions {
        Conditions {
            any: text(group, "operation") == Some("ANY"),
            rules: self.rules(group, "conditions", Purpose::Condition),
            groups: list(group, "conditionGroups").map(|group| self.conditions(group)).collect(),
        }
    }

    fn rules(&mut self, body: &Value, name: &str, purpose: Purpose) -> Vec<Rule> {
        list(body, name).filter_map(|rule| self.rule(rule, purpose)).collect()
    }

    fn rule(&mut self, one: &Value, purpose: Purpose) -> Option<Rule> {
        let key = text(one, "ruleKey").unwrap_or_default();
        let id = one.get("id").and_then(id).filter(|id| !id.is_empty());
        let at = id.as_deref().map(|id| ("ruleId", id));
        if !KNOWN.iter().any(|known| known.0 == key && known.1 == purpose) {
            let message = format!("The rule '{key}' is not available here.");
            self.object(("RULE_NOT_AVAILABLE", "RULE"), message, at);
            return None;
        }
        let given = one.get("parameters").and_then(Value::as_object).into_iter().flatten();
        let parameters =
            given.filter_map(|(name, value)| Some((name.as_str().into(), value.as_str()?.into()))).collect();
        let fresh = || format!("b4d6cbdc-59f5-4e98-8647-{:012x}", self.random.next() >> 16);
        let rule = Rule { id: id.clone().unwrap_or_else(fresh).into(), key: key.into(), parameters };
        let unknown = |id: &&str| Field::of(id, &self.catalog, true).is_none();
        let fields = ["fieldId", "fieldsRequired", "field", "sourceFieldKey", "targetFieldKey"];
        let unknown = fields.iter().flat_map(|name| rule.list(name)).find(unknown);
        if let Some(field) = unknown {
            let message = format!("There is no field with the ID '{field}'.");
            self.object(("FIELD_NOT_FOUND", "RULE"), message, at);
        }
        Some(rule)
    }
}
