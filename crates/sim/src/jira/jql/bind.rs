//! Turning the names of a query into rows, with Jira's words for those that do not exist.

use super::Query;
use super::order::{Key, Way};
use super::parse::{Clause, Operand, Operator, Parsed, Tree};
use super::test::{Compare, Compared, Node, Texts, Values, Who, Words};
use super::time::Time;
use crate::frame::table::{Row, Table};
use crate::jira::catalog::{Category, Custom, Project, Resolution, Shape};
use crate::jira::site::Site;

type Bound<T> = Result<T, String>;

/// Resolves a query; all errors are found, not only the first.
pub(super) fn bind(site: &Site, parsed: Parsed) -> Result<Query, Vec<String>> {
    let mut errors = Vec::new();
    let node = parsed.tree.map(|tree| Binder { site, errors: &mut errors }.node(tree));
    let mut order = Vec::new();
    for (field, descending) in parsed.order {
        match sort_key(site, &field) {
            Ok(key) => {
                let way = descending.map_or(key.usual_way(), |down| if down { Way::Down } else { Way::Up });
                order.push((key, way));
            }
            Err(text) => errors.push(text),
        }
    }
    if errors.is_empty() { Ok(Query { node, order }) } else { Err(errors) }
}

/// Fields of queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Project,
    Key,
    Kind,
    Status,
    Category,
    Assignee,
    Reporter,
    Creator,
    Labels,
    Priority,
    Resolution,
    Created,
    Updated,
    Resolved,
    Due,
    Summary,
    Description,
    Environment,
    Comment,
    Text,
    Component,
    FixVersion,
    Version,
    Custom(Row<Custom>),
}

fn name(site: &Site, field: &str) -> Bound<Name> {
    let lower = field.to_lowercase();
    Ok(match lower.as_str() {
        "project" => Name::Project,
        "key" | "issuekey" | "id" | "issue" => Name::Key,
        "issuetype" | "type" => Name::Kind,
        "status" => Name::Status,
        "statuscategory" => Name::Category,
        "assignee" => Name::Assignee,
        "reporter" => Name::Reporter,
        "creator" => Name::Creator,
        "labels" => Name::Labels,
        "priority" => Name::Priority,
        "resolution" => Name::Resolution,
        "created" | "createddate" => Name::Created,
        "updated" | "updateddate" => Name::Updated,
        "resolved" | "resolutiondate" => Name::Resolved,
        "due" | "duedate" => Name::Due,
        "summary" => Name::Summary,
        "description" => Name::Description,
        "environment" => Name::Environment,
        "comment" => Name::Comment,
        "text" => Name::Text,
        "component" => Name::Component,
        "fixversion" => Name::FixVersion,
        "affectedversion" => Name::Version,
        _ => {
            let custom = site.catalog.custom.find(|custom| {
                custom.name.eq_ignore_ascii_case(field)
                    || *custom.id == *lower
                    || format!("cf[{}]", custom.number) == lower
            });
            Name::Custom(custom.ok_or_else(|| unknown(field))?)
        }
    })
}

fn unknown(field: &str) -> String {
    format!("Field '{field}' does not exist or you do not have permission to view it.")
}

fn sort_key(site: &Site, field: &str) -> Bound<Key> {
    if field.eq_ignore_ascii_case("id") {
        return Ok(Key::Id);
    }
    Ok(match name(site, field)? {
        Name::Project => Key::Project,
        Name::Key => Key::Number,
        Name::Kind => Key::Kind,
        Name::Status | Name::Category => Key::Status,
        Name::Assignee => Key::Assignee,
        Name::Reporter => Key::Reporter,
        Name::Creator => Key::Creator,
        Name::Priority => Key::Priority,
        Name::Resolution => Key::Resolution,
        Name::Created => Key::Created,
        Name::Updated => Key::Updated,
        Name::Resolved => Key::Resolved,
        Name::Due => Key::Due,
        Name::Summary => Key::Summary,
        Name::Custom(row) => Key::Custom(row),
        _ => return Err(format!("Not able to sort using field '{field}'.")),
    })
}

struct Binder<'a> {
    site: &'a Site,
    errors: &'a mut Vec<String>,
}

impl Binder<'_> {
    fn node(&mut self, tree: Tree) -> Node {
        match tree {
            Tree::All(trees) => Node::All(trees.into_iter().map(|tree| self.node(tree)).collect()),
            Tree::Any(trees) => Node::Any(trees.into_iter().map(|tree| self.node(tree)).collect()),
            Tree::Not(tree) => Node::Not(Box::new(self.node(*tree))),
            Tree::Clause(clause) => clause_node(self.site, &clause).unwrap_or_else(|text| {
                self.errors.push(text);
                Node::Any(Vec::new())
            }),
        }
    }
}

fn clause_node(site: &Site, clause: &Clause) -> Bound<Node> {
    let name = name(site, &clause.field)?;
    let unsupported = || {
        format!(
            "The operator '{}' is not supported by the '{}' field.",
            clause.operator.shown(),
            clause.field
        )
    };
    match clause.operator {
        Operator::Like | Operator::NotLike => {
            let text = texts(site, name).ok_or_else(unsupported)?;
            let Some(Operand::Text(wanted)) = clause.values.first() else { return Err(unsupported()) };
            let words = Words::read(wanted);
            Ok(Node::Says { text, words, negated: clause.operator == Operator::NotLike })
        }
        Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual => {
            let compare = match clause.operator {
                Operator::Less => Compare::Less,
                Operator::LessEqual => Compare::LessEqual,
                Operator::Greater => Compare::Greater,
                _ => Compare::GreaterEqual,
            };
            let what = compared(site, clause, name)?.ok_or_else(unsupported)?;
            Ok(Node::Compare { what, compare })
        }
        Operator::Equal | Operator::NotEqual if is_time(name) && clause.values != [Operand::Empty] => {
            let compare = if clause.operator == Operator::Equal { Compare::Equal } else { Compare::NotEqual };
            let what = compared(site, clause, name)?.ok_or_else(unsupported)?;
            Ok(Node::Compare { what, compare })
        }
        operator => {
            let negated = matches!(operator, Operator::NotEqual | Operator::NotIn | Operator::IsNot);
            Ok(Node::Has { values: values(site, clause, name)?.ok_or_else(unsupported)?, negated })
        }
    }
}

fn is_time(name: Name) -> bool {
    matches!(name, Name::Created | Name::Updated | Name::Resolved | Name::Due)
}

fn texts(site: &Site, name: Name) -> Option<Texts> {
    Some(match name {
        Name::Summary => Texts::Summary,
        Name::Description => Texts::Description,
        Name::Environment => Texts::Environment,
        Name::Comment => Texts::Comment,
        Name::Text => Texts::Text,
        Name::Custom(row) if matches!(site.catalog.custom.get(row).shape, Shape::Text | Shape::Area) => {
            Texts::Custom(row)
        }
        _ => return None,
    })
}

fn compared(site: &Site, clause: &Clause, name: Name) -> Bound<Option<Compared>> {
    let Some(value) = clause.values.first() else { return Ok(None) };
    Ok(Some(match name {
        Name::Created => Compared::Created(time(&clause.field, value)?),
        Name::Updated => Compared::Updated(time(&clause.field, value)?),
        Name::Resolved => Compared::Resolved(time(&clause.field, value)?),
        Name::Due => Compared::Due(time(&clause.field, value)?),
        Name::Priority => {
            let rows = rows(&clause.field, std::slice::from_ref(value), &site.catalog.priorities, |row| {
                (&row.id, &row.name)
            })?;
            match rows.first() {
                Some(Some(row)) => Compared::Priority(*row),
                _ => return Ok(None),
            }
        }
        Name::Key => {
            let id = issue(site, value)?;
            match site.issues.get(id) {
                Some(issue) => Compared::Key(issue.project, issue.number),
                None => return Ok(None),
            }
        }
        Name::Custom(row) if site.catalog.custom.get(row).shape == Shape::Number => {
            match number(&clause.field, value)? {
                Some(number) => Compared::Number(row, number),
                None => return Ok(None),
            }
        }
        _ => return Ok(None),
    }))
}

fn time(field: &str, value: &Operand) -> Bound<Time> {
    match value {
        Operand::Function(function) if function.eq_ignore_ascii_case("now") => Ok(Time::FromNow(0)),
        Operand::Function(function) => Err(no_function(function)),
        Operand::Text(text) => Time::read(text).ok_or_else(|| {
            format!(
                "Date value '{text}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', \
                 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
            )
        }),
        Operand::Empty => Err(format!("The field '{field}' does not support searching for EMPTY values.")),
    }
}

fn no_function(function: &str) -> String {
    format!("Unable to find JQL function '{function}()'.")
}

fn no_value(value: &str, field: &str) -> String {
    format!("The value '{value}' does not exist for the field '{field}'.")
}

fn number(field: &str, value: &Operand) -> Bound<Option<f64>> {
    match value {
        Operand::Empty => Ok(None),
        Operand::Text(text) => {
            let number = text.parse().ok().filter(|number: &f64| number.is_finite());
            number
                .map(Some)
                .ok_or_else(|| format!("Value '{text}' for the '{field}' field is not a valid number."))
        }
        Operand::Function(function) => Err(no_function(function)),
    }
}

/// Rows by id or name, in any case; `EMPTY` is `None`.
fn rows<T>(
    field: &str,
    values: &[Operand],
    table: &Table<T>,
    parts: impl for<'a> Fn(&'a T) -> (&'a Box<str>, &'a Box<str>),
) -> Bound<Vec<Option<Row<T>>>> {
    let row = |value: &Operand| match value {
        Operand::Empty => Ok(None),
        Operand::Function(function) => Err(no_function(function)),
        Operand::Text(text) => {
            let found = table.find(|row| {
                let (id, name) = parts(row);
                name.eq_ignore_ascii_case(text) || **id == **text
            });
            found.map(Some).ok_or_else(|| no_value(text, field))
        }
    };
    values.iter().map(row).collect()
}

/// Rows of a field that is never empty.
fn full<T>(rows: Vec<Option<T>>, field: &str) -> Bound<Vec<T>> {
    let empty = || format!("The field '{field}' does not support searching for EMPTY values.");
    rows.into_iter().map(|row| row.ok_or_else(empty)).collect()
}

fn issue(site: &Site, value: &Operand) -> Bound<u32> {
    match value {
        Operand::Text(text) => site.find(text).ok_or_else(|| {
            if text.parse::<u64>().is_ok() {
                format!("A value with ID '{text}' does not exist for the field 'id'.")
            } else {
                format!("An issue with key '{text}' does not exist for field 'key'.")
            }
        }),
        Operand::Function(function) => Err(no_function(function)),
        Operand::Empty => Err("The field 'key' does not support searching for EMPTY values.".to_owned()),
    }
}

fn people(site: &Site, clause: &Clause) -> Bound<Vec<Who>> {
    let cloud = site.is_cloud();
    let who = |value: &Operand| match value {
        Operand::Empty => Ok(Who::Nobody),
        Operand::Function(function) if function.eq_ignore_ascii_case("currentUser") => Ok(Who::Caller),
        Operand::Function(function) => Err(no_function(function)),
        Operand::Text(text) => {
            let person = site.catalog.person(|account| {
                *account.email == **text
                    || if cloud {
                        *account.account_id == **text
                    } else {
                        *account.name == **text || *account.key == **text
                    }
            });
            person.map(Who::Is).ok_or_else(|| no_value(text, &clause.field))
        }
    };
    clause.values.iter().map(who).collect()
}

fn values(site: &Site, clause: &Clause, name: Name) -> Bound<Option<Values>> {
    let (catalog, field, values) = (&site.catalog, clause.field.as_str(), clause.values.as_slice());
    let only_empty = values == [Operand::Empty];
    Ok(Some(match name {
        Name::Project => Values::Project(projects(site, field, values)?),
        Name::Key => Values::Issue(values.iter().map(|value| issue(site, value)).collect::<Bound<_>>()?),
        Name::Kind => {
            Values::Kind(full(rows(field, values, &catalog.kinds, |row| (&row.id, &row.name))?, field)?)
        }
        Name::Status => {
            Values::Status(full(rows(field, values, &catalog.statuses, |row| (&row.id, &row.name))?, field)?)
        }
        Name::Category => {
            Values::Category(values.iter().map(|value| category(field, value)).collect::<Bound<_>>()?)
        }
        Name::Priority => {
            Values::Priority(rows(field, values, &catalog.priorities, |row| (&row.id, &row.name))?)
        }
        Name::Resolution => Values::Resolution(resolutions(site, field, values)?),
        Name::Assignee => Values::Assignee(people(site, clause)?),
        Name::Reporter => Values::Reporter(people(site, clause)?),
        Name::Creator => Values::Creator(people(site, clause)?),
        Name::Labels => Values::Labels(labels(site, values)?),
        Name::Component => {
            Values::Components(named(field, values, &catalog.components, |row| (row.id, &row.name))?)
        }
        Name::FixVersion => {
            Values::FixVersions(named(field, values, &catalog.versions, |row| (row.id, &row.name))?)
        }
        Name::Version => {
            Values::Versions(named(field, values, &catalog.versions, |row| (row.id, &row.name))?)
        }
        Name::Description if only_empty => Values::Description,
        Name::Environment if only_empty => Values::Environment,
        Name::Due if only_empty => Values::Due,
        Name::Resolved if only_empty => Values::Resolution(vec![None]),
        Name::Custom(row) => match catalog.custom.get(row).shape {
            Shape::Text | Shape::Area if only_empty => Values::Text(row),
            Shape::Text | Shape::Area => return Ok(None),
            Shape::Number => {
                Values::Number(row, values.iter().map(|value| number(field, value)).collect::<Bound<_>>()?)
            }
            Shape::Select | Shape::MultiSelect => {
                Values::Option(row, options(catalog.custom.get(row), field, values)?)
            }
        },
        _ => return Ok(None),
    }))
}

/// Projects by id, key or name.
fn projects(site: &Site, field: &str, values: &[Operand]) -> Bound<Vec<Row<Project>>> {
    let project = |value: &Operand| match value {
        Operand::Text(text) => {
            let named = || site.catalog.projects.find(|project| project.name.eq_ignore_ascii_case(text));
            site.catalog.project(text).or_else(named).ok_or_else(|| no_value(text, field))
        }
        Operand::Function(function) => Err(no_function(function)),
        Operand::Empty => Err(format!("The field '{field}' does not support searching for EMPTY values.")),
    };
    values.iter().map(project).collect()
}

/// Resolutions; `Unresolved` is another word for `EMPTY`.
fn resolutions(site: &Site, field: &str, values: &[Operand]) -> Bound<Vec<Option<Row<Resolution>>>> {
    let unresolved = |value: &Operand| match value {
        Operand::Text(text) if text.eq_ignore_ascii_case("unresolved") => Operand::Empty,
        other => other.clone(),
    };
    let values: Vec<Operand> = values.iter().map(unresolved).collect();
    rows(field, &values, &site.catalog.resolutions, |row| (&row.id, &row.name))
}

fn category(field: &str, value: &Operand) -> Bound<Category> {
    let Operand::Text(text) = value else { return Err(no_value("EMPTY", field)) };
    let fits = |category: &Category| {
        let (id, key, _, name) = category.parts();
        [key, name, &id.to_string()].iter().any(|known| known.eq_ignore_ascii_case(text))
    };
    Category::ALL.into_iter().find(fits).ok_or_else(|| no_value(text, field))
}

/// Labels nobody has ever used match nothing and are no error.
fn labels(site: &Site, values: &[Operand]) -> Bound<Vec<Option<crate::frame::table::Name>>> {
    let mut labels = Vec::new();
    for value in values {
        match value {
            Operand::Empty => labels.push(None),
            Operand::Function(function) => return Err(no_function(function)),
            Operand::Text(text) => labels.extend(site.names.find(text).map(Some)),
        }
    }
    Ok(labels)
}

/// Rows of a project's own table by id or name: every row of that name, in whichever project.
fn named<T>(
    field: &str,
    values: &[Operand],
    table: &Table<T>,
    parts: impl for<'a> Fn(&'a T) -> (u32, &'a Box<str>),
) -> Bound<Vec<Option<Row<T>>>> {
    let mut found = Vec::new();
    for value in values {
        match value {
            Operand::Empty => found.push(None),
            Operand::Function(function) => return Err(no_function(function)),
            Operand::Text(text) => {
                let before = found.len();
                found.extend(table.iter().filter_map(|(row, value)| {
                    let (id, name) = parts(value);
                    (name.eq_ignore_ascii_case(text) || id.to_string() == **text).then_some(Some(row))
                }));
                if found.len() == before {
                    return Err(no_value(text, field));
                }
            }
        }
    }
    Ok(found)
}

fn options(custom: &Custom, field: &str, values: &[Operand]) -> Bound<Vec<Option<u32>>> {
    let option = |value: &Operand| match value {
        Operand::Empty => Ok(None),
        Operand::Function(function) => Err(no_function(function)),
        Operand::Text(text) => {
            let found = custom
                .options
                .iter()
                .find(|(id, name)| name.eq_ignore_ascii_case(text) || id.to_string() == **text);
            found
                .map(|(id, _)| Some(*id))
                .ok_or_else(|| format!("The option '{text}' for field '{field}' does not exist."))
        }
    };
    values.iter().map(option).collect()
}
