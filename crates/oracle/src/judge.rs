//! The judgement: is an answer one that the documents allow?

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use anyhow::{Result, bail};
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::document::{Documents, Place};
use crate::schema;
use crate::transcript::Answer;

/// How many different deviations are shown.
const SHOWN: usize = 60;

/// Judges answers and remembers what was wrong.
pub(crate) struct Judge {
    documents: Documents,
    /// Compiled schemas by operation and status.
    validators: BTreeMap<(Place, String), Validator>,
    /// How often each deviation was seen, and one path that it was seen at.
    deviations: BTreeMap<String, (usize, String)>,
    judged: usize,
}

impl Judge {
    pub(crate) fn new(documents: Documents) -> Self {
        Self { documents, validators: BTreeMap::new(), deviations: BTreeMap::new(), judged: 0 }
    }

    /// Judges one answer.
    pub(crate) fn judge(&mut self, answer: &Answer) {
        if matches!(answer.face.as_str(), "targetprocess" | "atlassian") || answer.path.starts_with("/_sim") {
            return;
        }
        self.judged += 1;
        for wrong in self.deviations_of(answer) {
            let seen = self.deviations.entry(wrong).or_insert_with(|| (0, answer.path.clone()));
            seen.0 += 1;
        }
    }

    fn deviations_of(&mut self, answer: &Answer) -> Vec<String> {
        if is_oauth_problem(answer) {
            return Vec::new();
        }
        if answer.status >= 500 && !self.documents.overlay.fails(&answer.path, answer.status) {
            return vec![format!("{} {}: status {}", answer.method, answer.path, answer.status)];
        }
        let Some(place) = self.documents.find(&answer.face, &answer.method, &answer.path) else {
            return self.undocumented(answer);
        };
        let title = format!(
            "{} ({}): {} {}: {}",
            self.documents.name(&place),
            answer.face,
            answer.method,
            place.template,
            answer.status
        );
        let status = answer.status.to_string();
        let Some(responses) = self.documents.responses(&place) else { return Vec::new() };
        let declared =
            [status.as_str(), "default"].into_iter().find(|status| responses.contains_key(*status));
        let Some(declared) = declared else {
            return self.undeclared(answer).into_iter().map(|words| format!("{title}: {words}")).collect();
        };
        let content = responses.get(declared).and_then(|response| response.get("content")).cloned();
        match self.content(&place, declared, &content.unwrap_or_default(), answer) {
            Ok(wrong) => wrong.into_iter().map(|words| format!("{title}: {words}")).collect(),
            Err(error) => vec![format!("{title}: the document cannot be used: {error:#}")],
        }
    }

    /// A path that is in no document: known as such, or refused as unknown.
    fn undocumented(&self, answer: &Answer) -> Vec<String> {
        let known = self.documents.overlay.undocumented.iter().any(|family| {
            answer.path.starts_with(&family.prefix)
                && (family.faces.is_empty() || family.faces.contains(&answer.face))
        });
        if known || matches!(answer.status, 401 | 404 | 405 | 410) {
            return Vec::new();
        }
        vec![format!(
            "{}: {} {} is in no document ({})",
            answer.face, answer.method, answer.path, answer.status
        )]
    }

    /// A status that the operation does not name.
    fn undeclared(&self, answer: &Answer) -> Vec<String> {
        if !self.documents.overlay.undeclared.statuses.contains(&answer.status) {
            return vec!["the status is not declared".to_owned()];
        }
        match &answer.body {
            Some(body) if !is_refusal(body) => vec![format!("not the shape of a refusal: {body}")],
            _ => Vec::new(),
        }
    }

    fn content(
        &mut self,
        place: &Place,
        status: &str,
        content: &Value,
        answer: &Answer,
    ) -> Result<Vec<String>> {
        if answer.status == 204 {
            // Whatever a document declares, HTTP allows no body here (RFC 9110, 15.3.5).
            return Ok(if answer.length == 0 { Vec::new() } else { vec!["204 with a body".to_owned()] });
        }
        let Some(kinds) = content.as_object().filter(|kinds| !kinds.is_empty()) else {
            let refusal = answer.status >= 400 || answer.length == 0;
            return Ok(if refusal { Vec::new() } else { vec!["a body where none is declared".to_owned()] });
        };
        let Some(schema) = kinds.get("application/json").and_then(|json| json.get("schema")) else {
            // A document that declares no schema for a refusal leaves only its common shape to check.
            return Ok(match &answer.body {
                Some(body) if answer.status >= 400 && !is_refusal(body) => {
                    vec![format!("not the shape of a refusal: {body}")]
                }
                _ => Vec::new(),
            });
        };
        // Where several media are declared, another than JSON may come.
        let media = answer.media.as_deref().and_then(|media| media.split(';').next()).unwrap_or_default();
        if answer.body.is_none() && media != "application/json" && kinds.contains_key(media.trim()) {
            return Ok(Vec::new());
        }
        // A body that is not there says as much as `null`, and is allowed where that is.
        let nothing =
            (answer.length == 0 && answer.status < 400 && allows_nothing(schema)).then_some(&Value::Null);
        let Some(body) = answer.body.as_ref().or(nothing) else {
            // Refusals often have no body, or the page of a proxy in front.
            let told = answer.media.as_deref().unwrap_or("nothing");
            return Ok(if answer.status >= 400 {
                Vec::new()
            } else {
                vec![format!("JSON is declared, {told} came")]
            });
        };
        let key = (place.clone(), status.to_owned());
        let validator = match self.validators.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let whole = schema::whole(schema, self.documents.components(place)?);
                new.insert(jsonschema::draft202012::new(&whole).map_err(|error| anyhow::anyhow!("{error}"))?)
            }
        };
        Ok(validator.iter_errors(body).map(|error| told(&error, body)).collect())
    }

    /// What came of it all.
    pub(crate) fn verdict(self, read: usize) -> Result<String> {
        if self.judged == 0 {
            bail!("no transcript holds an answer of a simulated Jira");
        }
        let repairs = self.documents.overlay.repairs.len();
        if self.deviations.is_empty() {
            return Ok(format!("{} of {read} answers judged, none deviates; {repairs} repairs", self.judged));
        }
        let mut lines: Vec<String> = self
            .deviations
            .iter()
            .take(SHOWN)
            .map(|(wrong, (count, path))| format!("  {count} × {wrong}\n        at {path}"))
            .collect();
        if self.deviations.len() > SHOWN {
            lines.push(format!("  and {} more", self.deviations.len() - SHOWN));
        }
        bail!("{} deviations in {} answers:\n{}", self.deviations.len(), self.judged, lines.join("\n"))
    }
}

/// What is wrong and where, without the numbers of list entries, so that the same defect is told once.
fn told(error: &jsonschema::ValidationError<'_>, body: &Value) -> String {
    let pointer = error.instance_path().to_string();
    let place: Vec<&str> = pointer
        .split('/')
        .map(
            |part| {
                if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) { "*" } else { part }
            },
        )
        .collect();
    let mut words = error.to_string();
    // The library quotes the value; what it is suffices, so that the same defect has the same words.
    let kind = match body.pointer(&pointer) {
        Some(Value::Object(_)) => "an object",
        Some(Value::Array(_)) => "a list",
        Some(Value::String(_)) => "a text",
        Some(Value::Number(_)) => "a number",
        _ => "",
    };
    if let Some(value) = body.pointer(&pointer).filter(|_| !kind.is_empty()) {
        words = words.replace(&value.to_string(), kind);
    }
    let words: String = words.chars().take(300).collect();
    format!("{}: {words}", place.join("/"))
}

/// Whether a schema says nothing at all, or that there may be nothing.
fn allows_nothing(schema: &Value) -> bool {
    let null = |kinds: &Value| kinds.as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"));
    schema.as_object().is_some_and(serde_json::Map::is_empty) || schema.get("type").is_some_and(null)
}

/// What stands before the API where a call is signed with OAuth 1.0a: a form, with statuses of its own (503 among them).
fn is_oauth_problem(answer: &Answer) -> bool {
    let media = answer.media.as_deref().unwrap_or_default();
    answer.status >= 400 && media.starts_with("application/x-www-form-urlencoded")
}

/// The shapes in which Jira and the servers in front of it refuse.
fn is_refusal(body: &Value) -> bool {
    let any = json!(["errorMessages", "errors", "message", "error", "code"]);
    let names = any.as_array().into_iter().flatten().filter_map(Value::as_str);
    body.is_object() && names.into_iter().any(|name| body.get(name).is_some())
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
