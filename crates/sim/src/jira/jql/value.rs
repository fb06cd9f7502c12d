//! Turning the values of a clause into rows, with Jira's words for those that do not exist.

use super::function::Called;
use super::name::Name;
use super::pick::Pick;
use super::test::{Role, Values};
use super::time::Time;
use super::tree::Operand;
use crate::frame::call::Person;
use crate::frame::table::{Row, Table};
use crate::jira::catalog::{Category, Kind, Project, Resolution, Version};
use crate::jira::custom::{Custom, Shape};
use crate::jira::site::{Right, Site};

pub(super) type Bound<T> = Result<T, String>;

/// A clause's field, and for whom its values are looked up.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) site: &'a Site,
    pub(super) viewer: Option<Person>,
    /// The field as it was written.
    pub(super) field: &'a str,
    /// Whether several values were asked for: Cloud then passes over issues that do not exist.
    pub(super) list: bool,
}

/// A person by account id on Cloud, by name or key elsewhere, by address everywhere.
pub(super) fn person(site: &Site, text: &str) -> Option<Person> {
    let cloud = site.is_cloud();
    site.catalog.person(|account| {
        *account.email == *text
            || if cloud {
                *account.account_id == *text
            } else {
                account.name.eq_ignore_ascii_case(text) || *account.key == *text
            }
    })
}

fn picks<T>(values: Vec<Option<T>>, pick: impl Fn(T) -> Pick) -> Vec<Option<Pick>> {
    values.into_iter().map(|value| value.map(&pick)).collect()
}

impl<'a> Asked<'a> {
    pub(super) fn called(self, name: &'a str, arguments: &'a [String]) -> Called<'a> {
        Called { site: self.site, viewer: self.viewer, field: self.field, name, arguments }
    }

    pub(super) fn missing(self, value: &str) -> String {
        format!("The value '{value}' does not exist for the field '{}'.", self.field)
    }

    fn no_empty(self) -> String {
        format!("The field '{}' does not support searching for EMPTY values.", self.field)
    }

    /// What a clause asks for, or `None` if it cannot be asked.
    pub(super) fn set(self, name: &Name, values: &'a [Operand]) -> Bound<Option<Values>> {
        let (catalog, only_empty) = (&self.site.catalog, values == [Operand::Empty]);
        Ok(Some(match name {
            // No issue is without a project, but it can be asked: `project is not EMPTY` is how people ask for all
            // (QuackbackIO/quackback issue 352).
            Name::Project => Values::Project(self.projects(values)?.into_iter().flatten().collect()),
            Name::Key => Values::Issue(self.full(self.issues(values)?)?),
            Name::Kind => Values::Kind(self.full(self.kinds(values)?)?),
            Name::Division => Values::Division(self.named(
                values,
                &catalog.divisions,
                |row| (row.id, &row.name),
                |called| Err(called.misplaced()),
            )?),
            Name::Status => {
                Values::Status(self.full(self.rows(values, &catalog.statuses, |row| (&row.id, &row.name))?)?)
            }
            Name::Category => Values::Category(self.full(self.categories(values)?)?),
            Name::Priority => {
                Values::Priority(self.rows(values, &catalog.priorities, |row| (&row.id, &row.name))?)
            }
            Name::Resolution => Values::Resolution(self.resolutions(values)?),
            Name::Level => Values::Level(self.levels(values)?),
            Name::Assignee => Values::Person(Role::Assignee, self.people(values)?),
            Name::Reporter => Values::Person(Role::Reporter, self.people(values)?),
            Name::Creator => Values::Person(Role::Creator, self.people(values)?),
            Name::Labels => Values::Labels(self.labels(values)?),
            Name::Component => Values::Components(self.named(
                values,
                &catalog.components,
                |row| (row.id, &row.name),
                |called| called.components(),
            )?),
            Name::FixVersion => Values::FixVersions(self.versions(values)?),
            Name::Version => Values::Versions(self.versions(values)?),
            Name::Description if only_empty => Values::Description,
            Name::Environment if only_empty => Values::Environment,
            Name::Due if only_empty => Values::Due,
            Name::Resolved if only_empty => Values::Resolution(vec![None]),
            Name::Custom(row) => return self.custom(*row, values),
            _ => return Ok(None),
        }))
    }

    fn custom(self, row: Row<Custom>, values: &'a [Operand]) -> Bound<Option<Values>> {
        let (custom, none) =
            (self.site.catalog.custom.get(row), |called: Called<'a>| Err(called.misplaced()));
        let picks = match custom.shape {
            Shape::Number => {
                let numbers = values.iter().map(|value| self.number(value)).collect::<Bound<_>>()?;
                return Ok(Some(Values::Number(row, numbers)));
            }
            Shape::Cascade => self.each(
                values,
                |text| Ok(vec![Pick::Option(self.option(custom, text)?)]),
                |called| Ok(vec![called.cascade(custom)?]),
            )?,
            shape if shape.is_chosen() => {
                self.each(values, |text| Ok(vec![Pick::Option(self.option(custom, text)?)]), none)?
            }
            Shape::Person | Shape::People => picks(self.people(values)?, Pick::Person),
            Shape::Version | Shape::Versions => picks(self.versions(values)?, Pick::Version),
            Shape::Project => picks(self.projects(values)?, Pick::Project),
            Shape::Sprint => self.sprints(values)?,
            Shape::EpicLink => picks(self.issues(values)?, Pick::Epic),
            Shape::Group | Shape::Groups => self.each(
                values,
                |text| {
                    let row = self.site.catalog.group(text).ok_or_else(|| self.missing(text))?;
                    Ok(vec![Pick::Group(row)])
                },
                none,
            )?,
            Shape::Labels | Shape::Url => {
                self.each(values, |text| Ok(vec![Pick::Word(text.into())]), none)?
            }
            _ if values == [Operand::Empty] => return Ok(Some(Values::Text(row))),
            _ => return Ok(None),
        };
        Ok(Some(Values::Custom(row, picks)))
    }

    /// An option by its value or id.
    fn option(self, custom: &Custom, text: &str) -> Bound<u32> {
        let mut options = custom.options.iter();
        let found =
            options.find(|option| option.value.eq_ignore_ascii_case(text) || option.id.to_string() == text);
        found
            .map(|option| option.id)
            .ok_or_else(|| format!("The option '{text}' for field '{}' does not exist.", self.field))
    }

    /// Values one by one: texts are looked up, functions give several, `EMPTY` is `None`.
    pub(super) fn each<T>(
        self,
        values: &'a [Operand],
        text: impl Fn(&'a str) -> Bound<Vec<T>>,
        function: impl Fn(Called<'a>) -> Bound<Vec<T>>,
    ) -> Bound<Vec<Option<T>>> {
        let mut found = Vec::new();
        for value in values {
            match value {
                Operand::Empty => found.push(None),
                Operand::Text(one) => found.extend(text(one)?.into_iter().map(Some)),
                Operand::Function(name, arguments) => {
                    found.extend(function(self.called(name, arguments))?.into_iter().map(Some));
                }
                Operand::List(values) => {
                    for value in values {
                        match value {
                            Operand::Empty => found.push(None),
                            Operand::Text(one) => found.extend(text(one)?.into_iter().map(Some)),
                            _ => return Err(self.missing(&value.to_string())),
                        }
                    }
                }
            }
        }
        Ok(found)
    }

    /// Values of a field that is never empty.
    fn full<T>(self, values: Vec<Option<T>>) -> Bound<Vec<T>> {
        values.into_iter().map(|value| value.ok_or_else(|| self.no_empty())).collect()
    }

    /// Issue types by id or name, or of the functions about them.
    fn kinds(self, values: &'a [Operand]) -> Bound<Vec<Option<Row<Kind>>>> {
        let mut found = Vec::new();
        for value in values {
            if let Operand::Function(name, arguments) = value {
                found.extend(self.called(name, arguments).kinds()?.into_iter().map(Some));
            } else {
                let kinds = &self.site.catalog.kinds;
                found.extend(self.rows(std::slice::from_ref(value), kinds, |row| (&row.id, &row.name))?);
            }
        }
        Ok(found)
    }

    /// Rows by id or name, in any case.
    fn rows<T>(
        self,
        values: &'a [Operand],
        table: &Table<T>,
        parts: impl for<'b> Fn(&'b T) -> (&'b Box<str>, &'b Box<str>),
    ) -> Bound<Vec<Option<Row<T>>>> {
        let text = |text: &str| {
            let rows =
                table.iter().filter(|(_, row)| parts(row).1.eq_ignore_ascii_case(text)).map(|(row, _)| row);
            let mut found: Vec<Row<T>> = rows.collect();
            if found.is_empty() {
                found.extend(table.find(|row| **parts(row).0 == *text));
            }
            if found.is_empty() { Err(self.missing(text)) } else { Ok(found) }
        };
        self.each(values, text, |called| Err(called.misplaced()))
    }

    /// Rows of a project's own table by id or name: every row of that name, in whichever project.
    fn named<T>(
        self,
        values: &'a [Operand],
        table: &Table<T>,
        parts: impl for<'b> Fn(&'b T) -> (u32, &'b Box<str>),
        function: impl Fn(Called<'a>) -> Bound<Vec<Row<T>>>,
    ) -> Bound<Vec<Option<Row<T>>>> {
        let text = |text: &str| {
            let id = text.parse::<u32>().ok();
            let fits = |value: &T| {
                let (own, name) = parts(value);
                name.eq_ignore_ascii_case(text) || Some(own) == id
            };
            let found: Vec<_> = table.iter().filter(|(_, value)| fits(value)).map(|(row, _)| row).collect();
            if found.is_empty() { Err(self.missing(text)) } else { Ok(found) }
        };
        self.each(values, text, function)
    }

    /// Versions by id or name, or of the functions about releases.
    pub(super) fn versions(self, values: &'a [Operand]) -> Bound<Vec<Option<Row<Version>>>> {
        self.named(values, &self.site.catalog.versions, |row| (row.id, &row.name), |called| called.versions())
    }

    /// Projects by id, key or name, if they may be seen.
    fn projects(self, values: &'a [Operand]) -> Bound<Vec<Option<Row<Project>>>> {
        let text = |text: &str| {
            let catalog = &self.site.catalog;
            let named = || catalog.projects.find(|project| project.name.eq_ignore_ascii_case(text));
            let found = catalog.project(text).or_else(named);
            let seen = found.filter(|row| self.site.may(self.viewer, *row, Right::Browse));
            seen.map(|row| vec![row]).ok_or_else(|| self.missing(text))
        };
        self.each(values, text, |called| called.projects())
    }

    /// Issues by id or key, if they may be seen.
    pub(super) fn issues(self, values: &'a [Operand]) -> Bound<Vec<Option<u32>>> {
        let cloud = self.site.is_cloud();
        let text = |text: &str| {
            if let Ok(issue) = self.site.see(self.viewer, text) {
                return Ok(vec![issue.id]);
            }
            match (cloud, self.list) {
                (true, true) => Ok(Vec::new()),
                (true, false) => {
                    Err("Issue does not exist or you do not have permission to see it.".to_owned())
                }
                _ if text.parse::<u64>().is_ok() => {
                    Err(format!("A value with ID '{text}' does not exist for the field '{}'.", self.field))
                }
                _ => Err(format!("An issue with key '{text}' does not exist for field '{}'.", self.field)),
            }
        };
        self.each(values, text, |called| called.issues())
    }

    /// Resolutions; `Unresolved` is another word for `EMPTY`.
    pub(super) fn resolutions(self, values: &'a [Operand]) -> Bound<Vec<Option<Row<Resolution>>>> {
        let empty = |value: &&Operand| matches!(value, Operand::Text(text) if text.eq_ignore_ascii_case("unresolved"));
        let mut found = Vec::new();
        for value in values {
            if empty(&value) {
                found.push(None);
            } else {
                let rows = &self.site.catalog.resolutions;
                found.extend(self.rows(std::slice::from_ref(value), rows, |row| (&row.id, &row.name))?);
            }
        }
        Ok(found)
    }

    /// Security levels by name, in whichever scheme, or by id.
    fn levels(self, values: &'a [Operand]) -> Bound<Vec<Option<u32>>> {
        let text = |text: &str| {
            let all = || {
                let schemes = self.site.catalog.security_schemes.iter();
                schemes.flat_map(|(_, scheme)| &scheme.levels)
            };
            let mut found: Vec<u32> =
                all().filter(|level| level.name.eq_ignore_ascii_case(text)).map(|level| level.id).collect();
            if found.is_empty() {
                found.extend(all().map(|level| level.id).find(|id| id.to_string() == text));
            }
            if found.is_empty() { Err(self.missing(text)) } else { Ok(found) }
        };
        self.each(values, text, |called| Err(called.misplaced()))
    }

    fn categories(self, values: &'a [Operand]) -> Bound<Vec<Option<Category>>> {
        let text = |text: &str| {
            let fits = |category: &Category| {
                let (id, key, _, name) = category.parts();
                [key, name, &id.to_string()].iter().any(|known| known.eq_ignore_ascii_case(text))
            };
            let found = Category::ALL.into_iter().find(fits);
            found.map(|category| vec![category]).ok_or_else(|| self.missing(text))
        };
        self.each(values, text, |called| Err(called.misplaced()))
    }

    /// People by name, or of the functions about people.
    pub(super) fn people(self, values: &'a [Operand]) -> Bound<Vec<Option<Person>>> {
        let text =
            |text: &str| person(self.site, text).map(|found| vec![found]).ok_or_else(|| self.missing(text));
        self.each(values, text, |called| called.people())
    }

    /// Labels nobody has ever used match nothing and are no error.
    fn labels(self, values: &'a [Operand]) -> Bound<Vec<Option<crate::frame::table::Name>>> {
        let text = |text: &str| Ok(self.site.names.find(text).into_iter().collect());
        self.each(values, text, |called| Err(called.misplaced()))
    }

    /// A number; `EMPTY` is `None`.
    pub(super) fn number(self, value: &'a Operand) -> Bound<Option<f64>> {
        let text = |text: &str| {
            let number = text.parse().ok().filter(|number: &f64| number.is_finite());
            let wrong = || format!("Value '{text}' for the '{}' field is not a valid number.", self.field);
            number.map(|number| vec![number]).ok_or_else(wrong)
        };
        let found = self.each(std::slice::from_ref(value), text, |called| Err(called.misplaced()))?;
        Ok(found.into_iter().next().flatten())
    }

    /// A time: absolute, relative or of a function.
    pub(super) fn time(self, value: &'a Operand) -> Bound<Time> {
        match value {
            Operand::Function(name, arguments) => Time::function(name, arguments)
                .unwrap_or_else(|| Err(self.called(name, arguments).misplaced())),
            Operand::Text(text) => Time::read(text).ok_or_else(|| {
                format!(
                    "Date value '{text}' for field '{}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', \
                     'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
                    self.field
                )
            }),
            _ => Err(self.no_empty()),
        }
    }
}
