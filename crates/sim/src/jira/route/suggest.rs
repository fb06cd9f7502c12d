//! What can be typed into a query: fields, functions, reserved words, and values that begin so.

use axum::routing::MethodFilter as Method;
use serde_json::{Value, json};

use super::signed_in;
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::Category;
use crate::jira::custom::Shape;
use crate::jira::jql::function;
use crate::jira::jql::name::{self, KNOWN, Name, Takes};
use crate::jira::jql::part::Part;
use crate::jira::jql::tree::Field;
use crate::jira::jql::word::{RESERVED, quote};
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};

/// How many suggestions there are at most.
const MOST: usize = 15;

/// What both faces have.
pub(crate) fn both() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/jql/autocompletedata", Read(data)),
        (Method::GET, "/jql/autocompletedata/suggestions", Read(suggestions)),
    ]
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    vec![(Method::POST, "/jql/autocompletedata", Act::Read(data))]
}

/// `GET` and `POST jql/autocompletedata`
fn data(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let word = |flag: bool| if flag { "true" } else { "false" };
    let field =
        |value: &str, display: &str, takes: Takes, holds: &str, orderable: bool, id: Option<String>| {
            let mut shown = json!({
                "value": quote(value),
                "displayName": display,
                "orderable": word(orderable),
                "searchable": "true",
                "auto": word(!matches!(takes, Takes::Words | Takes::OnlyWords)),
                "operators": takes.shown(),
                "types": [holds],
            });
            if let (Some(id), Some(members)) = (id, shown.as_object_mut()) {
                members.insert("cfid".to_owned(), json!(id));
            }
            shown
        };
    let mut fields: Vec<Value> = Vec::new();
    for known in KNOWN {
        let value = known.words.first().copied().unwrap_or_default();
        fields.push(field(value, value, known.takes, known.holds, known.orderable, None));
    }
    for (row, custom) in site.catalog.customs() {
        let holds = match custom.shape {
            Shape::Number => "java.lang.Number",
            Shape::Date | Shape::Moment => "java.util.Date",
            Shape::Person | Shape::People => "com.atlassian.jira.user.ApplicationUser",
            Shape::Version | Shape::Versions => "com.atlassian.jira.project.version.Version",
            Shape::Project => "com.atlassian.jira.project.Project",
            Shape::Labels => "com.atlassian.jira.issue.label.Label",
            shape if shape.is_chosen() => "com.atlassian.jira.issue.customfields.option.Option",
            _ => "java.lang.String",
        };
        let (number, takes) = (format!("cf[{}]", custom.number), name::takes(site, &Name::Custom(row)));
        let display = format!("{} - {number}", custom.name);
        fields.push(field(&custom.name, &display, takes, holds, true, Some(number)));
    }
    let functions = function::KNOWN.iter().map(|known| {
        let value = format!("{}({})", known.name, known.arguments);
        let mut shown = json!({"value": value, "displayName": value, "types": [known.holds]});
        if let (true, Some(members)) = (known.list, shown.as_object_mut()) {
            members.insert("isList".to_owned(), json!("true"));
        }
        shown
    });
    let functions: Vec<Value> = functions.collect();
    let body =
        json!({"visibleFieldNames": fields, "visibleFunctionNames": functions, "jqlReservedWords": RESERVED});
    Ok(Answer::ok(&body))
}

/// `GET jql/autocompletedata/suggestions`
fn suggestions(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let query = &call.query;
    let Some(field) = query.get("fieldName").filter(|name| !name.is_empty()) else {
        return Err(Refusal::bad("The fieldName query parameter was not provided."));
    };
    let name = name::find(site, &Field { name: field.trim_matches('"').to_owned(), property: None });
    let by = query.get("predicateName").is_some_and(|word| word.eq_ignore_ascii_case("by"));
    let typed = query.get("predicateValue").or(query.get("fieldValue")).unwrap_or_default().to_lowercase();
    let values = match (name, by) {
        (Err(_), _) => Vec::new(),
        (Ok(_), true) => people(site),
        (Ok(name), false) => values(site, call, &name),
    };
    let fits = |(value, shown): &(String, String)| {
        value.to_lowercase().starts_with(&typed) || shown.to_lowercase().starts_with(&typed)
    };
    let results: Vec<Value> = values
        .into_iter()
        .filter(fits)
        .take(MOST)
        .map(|(value, shown)| json!({"value": quote(&value), "displayName": marked(&shown, &typed)}))
        .collect();
    Ok(Answer::ok(&json!({"results": results})))
}

/// The part that was typed, in bold, as HTML.
fn marked(shown: &str, typed: &str) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    match shown.get(..typed.len()).zip(shown.get(typed.len()..)) {
        Some((start, rest)) if !typed.is_empty() && start.to_lowercase() == typed => {
            format!("<b>{}</b>{}", escape(start), escape(rest))
        }
        _ => escape(shown),
    }
}

fn people(site: &Site) -> Vec<(String, String)> {
    let cloud = site.is_cloud();
    let of = site.catalog.people().map(|(_, account)| {
        let id = if cloud { &account.account_id } else { &account.name };
        (id.to_string(), format!("{} - {}", account.display, account.email))
    });
    of.collect()
}

/// A field's values, each with how it is shown.
fn values(site: &Site, call: &Call<'_>, name: &Name) -> Vec<(String, String)> {
    let catalog = &site.catalog;
    let twice = |text: &str| (text.to_owned(), text.to_owned());
    let mut found: Vec<(String, String)> = match name {
        Name::Project => {
            let seen = catalog.projects.iter().filter(|(row, _)| site.may(call.caller, *row, Right::Browse));
            seen.map(|(_, project)| (project.key.to_string(), format!("{} ({})", project.name, project.key)))
                .collect()
        }
        Name::Kind => catalog.kinds.iter().map(|(_, row)| twice(&row.name)).collect(),
        Name::Status => catalog.statuses.iter().map(|(_, row)| twice(&row.name)).collect(),
        Name::Category => Category::ALL.iter().map(|category| twice(category.parts().3)).collect(),
        Name::Priority => return catalog.priorities.iter().map(|(_, row)| twice(&row.name)).collect(),
        Name::Resolution => {
            let rows = catalog.resolutions.iter().map(|(_, row)| twice(&row.name));
            rows.chain([twice("Unresolved")]).collect()
        }
        Name::Level => {
            let schemes = catalog.security_schemes.iter();
            schemes.flat_map(|(_, scheme)| &scheme.levels).map(|level| twice(&level.name)).collect()
        }
        Name::Assignee | Name::Reporter | Name::Creator => people(site),
        Name::Part(Part::Watcher | Part::Voter | Part::Worker) => people(site),
        Name::Part(Part::LinkType) => {
            let kinds = catalog.link_types.iter().filter(|(_, kind)| !kind.system);
            kinds
                .flat_map(|(_, kind)| [&kind.name, &kind.inward, &kind.outward])
                .map(|word| twice(word))
                .collect()
        }
        Name::Component => catalog.components.iter().map(|(_, row)| twice(&row.name)).collect(),
        Name::FixVersion | Name::Version => {
            catalog.versions.iter().map(|(_, row)| twice(&row.name)).collect()
        }
        Name::Filter => {
            let seen = site.filters.list.iter().filter(|filter| filter.is_visible(site, call.caller));
            seen.map(|filter| twice(&filter.name)).collect()
        }
        Name::Labels => {
            let seen = site.issues.iter().filter(|issue| site.sees(call.caller, issue));
            let mut labels: Vec<_> = seen.flat_map(|issue| issue.labels.iter().copied()).collect();
            labels.sort_unstable();
            labels.dedup();
            labels.into_iter().map(|label| twice(site.names.get(label))).collect()
        }
        Name::Custom(row) => match catalog.custom.get(*row).shape {
            Shape::Person | Shape::People => people(site),
            _ => catalog.custom.get(*row).options.iter().map(|option| twice(&option.value)).collect(),
        },
        _ => Vec::new(),
    };
    found.sort_by_key(|(_, shown)| shown.to_lowercase());
    found.dedup();
    found
}
