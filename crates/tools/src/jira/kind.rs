//! What Jira's fields hold.
//!
//! System fields are known by name. For custom fields the site's field list tells: the schema's type, and the last
//! part of the custom type's name (`…:textarea`). Custom types of apps that this release does not know can be read
//! as far as their JSON speaks for itself, and are never written.

use std::collections::BTreeMap;

use bowline_core::FieldName;
use bowline_core::port::FieldKind;
use bowline_jira::wire::{Field, JsonType};

use crate::split::Labels;

/// What a field holds, and how its JSON looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One trimmed line: the summary.
    Line,
    /// A string.
    Text,
    /// Formatted text: ADF on Cloud, wiki markup on Data Center.
    Rich,
    /// A number.
    Number,
    /// `2026-01-31`.
    Date,
    /// `2026-01-31T10:00:00.000+0000`.
    Instant,
    /// `{"name": …}` out of a list.
    Named,
    /// `{"value": …}` out of the options of a custom field.
    Option,
    /// The workflow state; only a step changes it.
    Status,
    /// A person.
    Person,
    /// An array of strings without spaces.
    Labels,
    /// An array of [`Kind::Named`].
    NamedSet,
    /// An array of [`Kind::Option`].
    OptionSet,
    /// An array of people.
    People,
    /// Anything else.
    Other,
}

impl Kind {
    /// The kind of a system field.
    pub(crate) fn of_system(name: &str) -> Option<Self> {
        Some(match name {
            "summary" => Self::Line,
            "description" | "environment" => Self::Rich,
            "status" => Self::Status,
            "priority" | "issuetype" | "resolution" => Self::Named,
            "components" | "fixVersions" | "versions" => Self::NamedSet,
            "labels" => Self::Labels,
            "assignee" | "reporter" | "creator" => Self::Person,
            "duedate" => Self::Date,
            "created" | "updated" | "resolutiondate" => Self::Instant,
            _ => return None,
        })
    }

    /// The kind that a schema describes.
    pub(crate) fn of_schema(schema: &JsonType) -> Self {
        let custom = schema.custom.as_deref().and_then(|name| name.rsplit(':').next());
        match (schema.kind.as_str(), schema.items.as_deref(), custom) {
            (_, _, None) if schema.system.as_deref().and_then(Self::of_system).is_some() => {
                schema.system.as_deref().and_then(Self::of_system).unwrap_or(Self::Other)
            }
            ("string", _, Some("textarea")) => Self::Rich,
            ("string", _, _) => Self::Text,
            ("number", _, _) => Self::Number,
            ("date", _, _) => Self::Date,
            ("datetime", _, _) => Self::Instant,
            ("option", _, _) => Self::Option,
            ("user", _, _) => Self::Person,
            ("priority" | "resolution" | "version" | "component" | "group", _, _) => Self::Named,
            ("array", Some("string"), None | Some("labels")) => Self::Labels,
            ("array", Some("option"), _) => Self::OptionSet,
            ("array", Some("version" | "component" | "group"), _) => Self::NamedSet,
            ("array", Some("user"), _) => Self::People,
            _ => Self::Other,
        }
    }

    /// The word that profiles and people use for it.
    pub(crate) const fn word(self) -> FieldKind {
        match self {
            Self::Line | Self::Text | Self::Other => FieldKind::Text,
            Self::Rich => FieldKind::Rich,
            Self::Number => FieldKind::Number,
            Self::Date => FieldKind::Date,
            Self::Instant => FieldKind::Instant,
            Self::Named | Self::Option => FieldKind::Choice,
            Self::Status => FieldKind::State,
            Self::Person => FieldKind::Person,
            Self::Labels => FieldKind::Labels,
            Self::NamedSet | Self::OptionSet => FieldKind::Choices,
            Self::People => FieldKind::People,
        }
    }
}

/// The fields of a site.
#[derive(Default)]
pub(crate) struct FieldList {
    kinds: BTreeMap<FieldName, Kind>,
    labels: Labels,
}

impl FieldList {
    /// Made from the site's answer.
    pub(crate) fn new(fields: Vec<Field>) -> Self {
        let mut list = Self::default();
        for field in fields {
            let name = FieldName::new(field.id);
            let known = Kind::of_system(name.as_str());
            let kind = known.or_else(|| field.schema.get().map(Kind::of_schema)).unwrap_or(Kind::Other);
            list.kinds.insert(name.clone(), kind);
            list.labels.insert(name, field.name);
        }
        list
    }

    /// What a field holds.
    pub(crate) fn kind(&self, field: &FieldName) -> Kind {
        Kind::of_system(field.as_str()).or_else(|| self.kinds.get(field).copied()).unwrap_or(Kind::Other)
    }

    /// What people call the fields.
    pub(crate) fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The field that a history entry means: by id where it has one (Cloud), else by its name.
    pub(crate) fn named(&self, id: Option<&str>, label: Option<&str>) -> Option<FieldName> {
        if let Some(id) = id {
            return Some(FieldName::new(id));
        }
        let label = label?;
        if Kind::of_system(label).is_some() {
            return Some(FieldName::new(label));
        }
        // Data Center's history says `Component` and `Fix Version` for lists that it calls otherwise elsewhere.
        match label {
            "Component" => return Some(FieldName::new("components")),
            "Fix Version" => return Some(FieldName::new("fixVersions")),
            "Version" => return Some(FieldName::new("versions")),
            _ => {}
        }
        self.labels.iter().find(|(_, known)| *known == label).map(|(name, _)| name.clone())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn list() -> FieldList {
        let fields = json!([
            {"id": "summary", "name": "Summary", "schema": {"type": "string", "system": "summary"}},
            {"id": "labels", "name": "Labels", "schema": {"type": "array", "items": "string", "system": "labels"}},
            {"id": "customfield_1", "name": "Notes", "schema": {"type": "string", "custom": "com.x:textarea"}},
            {"id": "customfield_2", "name": "Ref", "schema": {"type": "string", "custom": "com.x:textfield"}},
            {"id": "customfield_3", "name": "Points", "schema": {"type": "number", "custom": "com.x:float"}},
            {"id": "customfield_4", "name": "Risk", "schema": {"type": "option", "custom": "com.x:select"}},
            {"id": "customfield_5", "name": "Areas", "schema": {"type": "array", "items": "option", "custom": "com.x:multiselect"}},
            {"id": "customfield_6", "name": "Tester", "schema": {"type": "user", "custom": "com.x:userpicker"}},
            {"id": "customfield_7", "name": "Start", "schema": {"type": "date", "custom": "com.x:datepicker"}},
            {"id": "customfield_8", "name": "At", "schema": {"type": "datetime", "custom": "com.x:datetime"}},
            {"id": "customfield_9", "name": "Tags", "schema": {"type": "array", "items": "string", "custom": "com.x:labels"}},
            {"id": "customfield_10", "name": "Sprint", "schema": {"type": "array", "items": "json", "custom": "com.gh:gh-sprint"}},
            {"id": "thumbnail", "name": "Images"},
        ]);
        FieldList::new(serde_json::from_value(fields).unwrap())
    }

    #[test]
    fn custom_fields_are_known_by_their_schema() {
        let kinds = (1..=10).map(|n| list().kind(&FieldName::new(format!("customfield_{n}"))));
        let expected = [
            Kind::Rich,
            Kind::Text,
            Kind::Number,
            Kind::Option,
            Kind::OptionSet,
            Kind::Person,
            Kind::Date,
            Kind::Instant,
            Kind::Labels,
            Kind::Other,
        ];
        assert!(kinds.eq(expected));
        assert_eq!(list().kind(&"thumbnail".into()), Kind::Other);
        assert_eq!(list().kind(&"labels".into()), Kind::Labels);
    }

    #[test]
    fn history_entries_are_matched_by_id_then_by_name() {
        let list = list();
        assert_eq!(list.named(Some("customfield_3"), Some("x")), Some("customfield_3".into()));
        assert_eq!(list.named(None, Some("Fix Version")), Some("fixVersions".into()));
        assert_eq!(list.named(None, Some("status")), Some("status".into()));
        assert_eq!(list.named(None, Some("Risk")), Some("customfield_4".into()));
        assert_eq!(list.named(None, Some("nothing")), None);
    }
}
