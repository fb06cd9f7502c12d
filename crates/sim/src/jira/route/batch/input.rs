//! `editedFieldsInput` of a bulk edit, put the way in which one issue is edited.
//!
//! The names of the lists say what the fields hold; a field comes by its id within them.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::jira::field::Field;
use crate::jira::input::{id, text};
use crate::jira::site::Site;

/// A bulk edit.
pub(super) struct Edit {
    /// The ids of the fields it changes.
    pub(super) fields: Vec<String>,
    /// The body of an edit of one issue; `status` beside it is a status to go to.
    pub(super) body: Value,
}

/// Reads all lists; the error says what is wrong.
pub(super) fn read(site: &Site, input: &Value) -> Result<Edit, String> {
    let lists = input.as_object().ok_or("The editedFieldsInput must be an object.")?;
    let mut reader = Reader { site, names: Vec::new(), fields: Map::new(), update: Map::new(), status: None };
    for (list, value) in lists {
        let entries = match value {
            Value::Array(entries) => entries.iter().collect(),
            Value::Null => Vec::new(),
            other => vec![other],
        };
        for entry in entries {
            reader.entry(list, entry)?;
        }
    }
    let mut body = json!({"fields": reader.fields, "update": reader.update});
    if let (Some(status), Some(members)) = (reader.status, body.as_object_mut()) {
        members.insert("status".to_owned(), status.into());
    }
    Ok(Edit { fields: reader.names, body })
}

struct Reader<'a> {
    site: &'a Site,
    names: Vec<String>,
    fields: Map<String, Value>,
    update: Map<String, Value>,
    status: Option<String>,
}

impl Reader<'_> {
    fn entry(&mut self, list: &str, entry: &Value) -> Result<(), String> {
        if let Some((field, value)) = alone(list, entry) {
            match field {
                "status" => self.status = value.as_str().map(str::to_owned),
                _ => self.set(field.to_owned(), value),
            }
            self.names.push(field.to_owned());
            return Ok(());
        }
        let field = text(entry, "fieldId").unwrap_or_default().to_owned();
        if Field::of(&field, &self.site.catalog, true).is_none() {
            return Err(format!("The field '{field}' does not exist."));
        }
        self.names.push(field.clone());
        if let Some((list, name)) = added(list) {
            let values = entry.get(list).and_then(Value::as_array).into_iter().flatten();
            let values: Vec<Value> = values.filter_map(|one| value_of(one, name)).collect();
            return self.several(field, text(entry, "bulkEditMultiSelectFieldOption"), values);
        }
        let value = single(list, entry)?;
        self.set(field, value);
        Ok(())
    }

    /// Sets a field; estimates come one by one and are one field.
    fn set(&mut self, field: String, value: Value) {
        if let (Some(Value::Object(old)), Value::Object(new)) = (self.fields.get_mut(&field), &value)
            && field == "timetracking"
        {
            old.extend(new.clone());
            return;
        }
        self.fields.insert(field, value);
    }

    fn several(&mut self, field: String, option: Option<&str>, values: Vec<Value>) -> Result<(), String> {
        let each = |verb: &str| values.iter().map(|value| json!({verb: value})).collect::<Value>();
        match option {
            Some("ADD") => self.update.insert(field, each("add")),
            Some("REMOVE") => self.update.insert(field, each("remove")),
            Some("REPLACE") => self.fields.insert(field, values.into()),
            Some("REMOVE_ALL") => self.fields.insert(field, json!([])),
            _ => {
                return Err(format!("A bulkEditMultiSelectFieldOption is required for the field '{field}'."));
            }
        };
        Ok(())
    }
}

/// Members that are one field each, without an id of their own.
fn alone(list: &str, entry: &Value) -> Option<(&'static str, Value)> {
    Some(match list {
        "issueType" => ("issuetype", json!({"id": entry.get("issueTypeId").and_then(id)})),
        "priority" => ("priority", json!({"id": entry.get("priorityId").and_then(id)})),
        "status" => ("status", json!(entry.get("statusId").and_then(id))),
        "originalEstimateField" => {
            ("timetracking", json!({"originalEstimate": text(entry, "originalEstimateField")}))
        }
        "timeTrackingField" => ("timetracking", json!({"remainingEstimate": text(entry, "timeRemaining")})),
        _ => return None,
    })
}

/// Lists whose values can be added and removed: where the values are, and what names one.
fn added(list: &str) -> Option<(&'static str, &'static str)> {
    Some(match list {
        "labelsFields" => ("labels", "name"),
        "multipleVersionPickerFields" => ("versions", "versionId"),
        "multiselectComponents" => ("components", "componentId"),
        _ => return None,
    })
}

fn value_of(one: &Value, name: &str) -> Option<Value> {
    let value = one.get(name).and_then(id)?;
    Some(if name == "name" { value.into() } else { json!({"id": value}) })
}

/// A field that gets one value, or all of its values.
fn single(list: &str, entry: &Value) -> Result<Value, String> {
    let of = |name: &str, inner: &str, shown: &str| {
        let given = entry.get(name).and_then(|one| one.get(inner)).and_then(id);
        given.map_or(Value::Null, |given| json!({shown: given}))
    };
    let each = |name: &str, inner: &str, shown: &str| {
        let values = entry.get(name).and_then(Value::as_array).into_iter().flatten();
        let values = values.filter_map(|one| one.get(inner).and_then(id));
        values.map(|given| json!({shown: given})).collect::<Value>()
    };
    Ok(match list {
        "cascadingSelectFields" => {
            let mut above = of("parentOptionValue", "optionId", "id");
            let below = of("childOptionValue", "optionId", "id");
            if let Some(members) = above.as_object_mut().filter(|_| !below.is_null()) {
                members.insert("child".to_owned(), below);
            }
            above
        }
        "clearableNumberFields" => entry.get("value").cloned().unwrap_or_default(),
        "colorFields" => entry.pointer("/color/name").cloned().unwrap_or_default(),
        "datePickerFields" => day(entry.pointer("/date/formattedDate").and_then(Value::as_str))?,
        "dateTimePickerFields" => {
            match entry.pointer("/dateTime/formattedDateTime").and_then(Value::as_str) {
                None | Some("") => Value::Null,
                Some(time) => time.into(),
            }
        }
        "multipleGroupPickerFields" => each("groups", "groupName", "name"),
        "multipleSelectClearableUserPickerFields" => each("users", "accountId", "accountId"),
        "multipleSelectFields" => each("options", "optionId", "id"),
        "richTextFields" => entry.pointer("/richText/adfValue").cloned().unwrap_or_default(),
        "singleGroupPickerFields" => of("group", "groupName", "name"),
        "singleLineTextFields" => entry.get("text").cloned().unwrap_or_default(),
        "singleSelectClearableUserPickerFields" => of("user", "accountId", "accountId"),
        "singleSelectFields" => of("option", "optionId", "id"),
        "singleVersionPickerFields" => of("version", "versionId", "id"),
        "urlFields" => entry.get("url").cloned().unwrap_or_default(),
        other => return Err(format!("The editedFieldsInput member '{other}' is not known.")),
    })
}

/// A day as `d/mmm/yy`, as `dd-mm-yyyy` (both named by the document), or as everywhere else.
fn day(text: Option<&str>) -> Result<Value, String> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(Value::Null) };
    let read = |format| Date::strptime(format, text).ok();
    let day = text.parse().ok().or_else(|| read("%d/%b/%y")).or_else(|| read("%d-%m-%Y"));
    day.map(|day: Date| day.to_string().into()).ok_or_else(|| format!("The date '{text}' is not valid."))
}
