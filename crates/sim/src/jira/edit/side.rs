//! Values of custom fields as the change history shows them.
//!
//! What each type puts there is what its `getChangelogValue` and `getChangelogString` give in Jira's source; a type
//! with only the first has no id in the history and shows it as the text.

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::agile::Agile;
use crate::jira::catalog::{Catalog, Version};
use crate::jira::custom::{Custom, Held};
use crate::jira::date::{Stamp, civil};

/// A side of a history item: the id, and the text people see.
pub(crate) type Side = (Option<Box<str>>, Option<Box<str>>);

/// A person in the history: account id on Cloud, key on Data Center, and the display name.
pub(super) fn person(catalog: &Catalog, cloud: bool, person: Person) -> Side {
    let account = catalog.account(person);
    let id = if cloud { &account.account_id } else { &account.key };
    (Some(id.clone()), Some(account.display.clone()))
}

/// A custom field's value.
pub(super) fn held(
    (catalog, agile): (&Catalog, &Agile),
    cloud: bool,
    field: &Custom,
    held: Option<&Held>,
) -> Side {
    let only = |text: String| (None, Some(text.into()));
    let both = |id: String, text: String| (Some(id.into()), Some(text.into()));
    let list = |ids: Vec<String>| format!("[{}]", ids.join(", "));
    let version = |row: &Row<Version>| catalog.versions.get(*row);
    match held {
        None => (None, None),
        Some(Held::Text(text) | Held::Rank(text)) => (None, Some(text.clone())),
        Some(Held::Area(text)) => only(text.wiki().into_owned()),
        Some(Held::Number(number)) => only(number.to_string()),
        Some(Held::Date(date)) => both(date.to_string(), date.strftime("%-d/%b/%y").to_string()),
        Some(Held::Moment(at)) => {
            both(Stamp(*at).to_string(), civil(*at).strftime("%-d/%b/%y %-I:%M %p").to_string())
        }
        Some(Held::Option(id)) => both(id.to_string(), field.value(*id).to_owned()),
        Some(Held::Options(ids)) => {
            let values = ids.iter().map(|id| field.value(*id)).collect::<Vec<_>>().join(",");
            both(list(ids.iter().map(ToString::to_string).collect()), values)
        }
        Some(Held::Cascade(above, below)) => {
            let mut shown = format!("Parent values: {}({above})", field.value(*above));
            if let Some(below) = below {
                shown.push_str(&format!("Level 1 values: {}({below})", field.value(*below)));
            }
            only(shown)
        }
        Some(Held::Person(who)) => person(catalog, cloud, *who),
        Some(Held::People(people)) => {
            let sides = people.iter().map(|who| person(catalog, cloud, *who));
            let (ids, names): (Vec<_>, Vec<_>) = sides
                .map(|(id, name)| (id.unwrap_or_default().to_string(), name.unwrap_or_default()))
                .unzip();
            both(list(ids), names.join(", "))
        }
        Some(Held::Group(row)) => only(catalog.groups.get(*row).name.to_string()),
        Some(Held::Groups(rows)) => {
            only(list(rows.iter().map(|row| catalog.groups.get(*row).name.to_string()).collect()))
        }
        Some(Held::Labels(labels)) => only(labels.join(" ")),
        Some(Held::Version(row)) => both(version(row).id.to_string(), version(row).name.to_string()),
        Some(Held::Versions(rows)) => {
            let names = rows.iter().map(|row| &*version(row).name).collect::<Vec<_>>().join(",");
            both(list(rows.iter().map(|row| version(row).id.to_string()).collect()), names)
        }
        Some(Held::Project(row)) => {
            let project = catalog.projects.get(*row);
            both(project.id.to_string(), project.name.to_string())
        }
        Some(Held::Sprints(ids)) => {
            let numbers = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let names = ids.iter().filter_map(|id| agile.sprints.get(id)).map(|sprint| &*sprint.name);
            both(numbers, names.collect::<Vec<_>>().join(", "))
        }
        Some(Held::Epic(id, key)) => (Some(id.to_string().into()), Some(key.clone())),
    }
}
