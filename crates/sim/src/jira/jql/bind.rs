//! Turning a query's clauses into conditions, with Jira's words for what cannot be asked.

use super::function;
use super::name::{self, Name};
use super::order::{Key, Way};
use super::part;
use super::past::{Kept, Past, Was, When};
use super::property::{Asks, Test};
use super::test::{Compare, Compared, Node, Texts};
use super::tree::{Clause, Operand, Operator, Parsed, Predicate, Tree};
use super::value::{Asked, Bound};
use super::words::Words;
use super::{Query, parse};
use crate::frame::call::Person;
use crate::jira::custom::Shape;
use crate::jira::site::Site;

/// How deeply filters may name filters.
const FILTER_DEPTH: usize = 10;

/// Resolves a query for somebody. All errors are found, not only the first; what they are about matches nothing.
pub(super) fn bind(site: &Site, viewer: Option<Person>, parsed: &Parsed) -> (Query, Vec<String>) {
    let mut binder = Binder { site, viewer, errors: Vec::new(), depth: 0 };
    let node = parsed.tree.as_ref().map(|tree| binder.node(tree));
    let mut order = Vec::new();
    for sort in &parsed.order {
        match sort_key(site, &sort.field) {
            Ok(key) => {
                let usual = key.usual_way();
                let way = sort.descending.map_or(usual, |down| if down { Way::Down } else { Way::Up });
                order.push((key, way));
            }
            Err(text) => binder.errors.push(text),
        }
    }
    (Query { node, order }, binder.errors)
}

fn sort_key(site: &Site, field: &super::tree::Field) -> Bound<Key> {
    if field.property.is_none() && field.name.eq_ignore_ascii_case("id") {
        return Ok(Key::Id);
    }
    Ok(match name::find(site, field)? {
        Name::Project => Key::Project,
        Name::Key => Key::Number,
        Name::Kind => Key::Kind,
        Name::Status | Name::Category => Key::Status,
        Name::Assignee => Key::Assignee,
        Name::Reporter => Key::Reporter,
        Name::Creator => Key::Creator,
        Name::Priority => Key::Priority,
        Name::Resolution => Key::Resolution,
        Name::Level => Key::Level,
        Name::Created => Key::Created,
        Name::Updated => Key::Updated,
        Name::Resolved => Key::Resolved,
        Name::CategoryChanged => Key::CategoryChanged,
        Name::Due => Key::Due,
        Name::Summary => Key::Summary,
        Name::Description => Key::Description,
        Name::Environment => Key::Environment,
        Name::Labels => Key::Labels,
        Name::Component => Key::Component,
        Name::FixVersion => Key::FixVersion,
        Name::Version => Key::Version,
        Name::Custom(row) => Key::Custom(row),
        Name::Part(part) if part.is_ordered() => Key::Part(part),
        Name::Part(_) | Name::Comment | Name::Text | Name::Filter | Name::Division | Name::Property(..) => {
            return Err(format!("Field '{}' does not support sorting.", field.shown()));
        }
    })
}

struct Binder<'a> {
    site: &'a Site,
    viewer: Option<Person>,
    errors: Vec<String>,
    /// How many filters this one is within.
    depth: usize,
}

impl Binder<'_> {
    fn node(&mut self, tree: &Tree) -> Node {
        match tree {
            Tree::All(trees) => {
                let mut nodes: Vec<Node> = trees.iter().map(|tree| self.node(tree)).collect();
                nodes.sort_by_key(Node::cost);
                Node::All(nodes)
            }
            Tree::Any(trees) => Node::Any(trees.iter().map(|tree| self.node(tree)).collect()),
            Tree::Not(tree) => Node::Not(Box::new(self.node(tree))),
            Tree::Clause(clause) => self.clause(clause).unwrap_or_else(|text| {
                self.errors.push(text);
                Node::Any(Vec::new())
            }),
        }
    }

    fn clause(&mut self, clause: &Clause) -> Bound<Node> {
        let (site, operator, shown) = (self.site, clause.operator, clause.field.shown());
        let name = name::find(site, &clause.field)?;
        let asked = Asked { site, viewer: self.viewer, field: &shown, list: operator.takes_list() };
        if operator.is_past() {
            return past(asked, &name, clause);
        }
        let unsupported =
            || format!("The operator '{}' is not supported by the '{shown}' field.", operator.shown());
        if !name::takes(site, &name).has(operator) {
            return Err(unsupported());
        }
        let operand = clause.operand.as_ref().ok_or_else(unsupported)?;
        fits(operator, operand, &shown)?;
        if let Name::Property(key, path) = &name {
            return property(asked, operator, operand, (key, path)).map(Node::Property);
        }
        if let Name::Part(part) = name {
            return part::bind(asked, part, operator, operand, compare(operator)).map(Node::Part);
        }
        if name == Name::Filter {
            return self.filter(asked, operator, operand);
        }
        let values = operand.values();
        match operator {
            Operator::Like | Operator::NotLike => {
                let text = texts(&name).ok_or_else(unsupported)?;
                let Operand::Text(wanted) = operand else { return Err(unsupported()) };
                let words = Words::read(wanted, &shown)?;
                Ok(Node::Says { text, words, negated: operator.is_negated() })
            }
            _ if compares(site, &name, operator, values) => {
                let what = compared(asked, &name, values)?.ok_or_else(unsupported)?;
                Ok(Node::Compare { what, compare: compare(operator) })
            }
            _ if is_time(site, &name) && values.len() > 1 => {
                let single = |value| compared(asked, &name, std::slice::from_ref(value));
                let mut nodes = Vec::new();
                for value in values {
                    let what = single(value)?.ok_or_else(unsupported)?;
                    nodes.push(Node::Compare { what, compare: Compare::Equal });
                }
                let any = Node::Any(nodes);
                Ok(if operator.is_negated() { Node::Not(Box::new(any)) } else { any })
            }
            _ => {
                let values = asked.set(&name, values)?.ok_or_else(unsupported)?;
                Ok(Node::Has { values, negated: operator.is_negated() })
            }
        }
    }

    /// `filter = 10000`: that filter's conditions, as if they stood here.
    fn filter(&mut self, asked: Asked<'_>, operator: Operator, operand: &Operand) -> Bound<Node> {
        if self.depth >= FILTER_DEPTH {
            return Err(format!("The field '{}' contains a cyclical filter reference.", asked.field));
        }
        let mut nodes = Vec::new();
        for value in operand.values() {
            let Operand::Text(text) = value else { return Err(asked.missing(&value.to_string())) };
            let jql =
                self.site.filters.named(self.site, self.viewer, text).ok_or_else(|| asked.missing(text))?;
            let parsed = parse::parse(jql)?;
            self.depth += 1;
            let node = parsed.tree.as_ref().map(|tree| Box::new(self.node(tree)));
            self.depth -= 1;
            nodes.push(Node::Filter(node));
        }
        let any = Node::Any(nodes);
        Ok(if operator.is_negated() { Node::Not(Box::new(any)) } else { any })
    }
}

/// Refuses a list where one value is wanted, one where a list is, and anything but EMPTY after `is`.
fn fits(operator: Operator, operand: &Operand, field: &str) -> Bound<()> {
    let list = match operand {
        Operand::List(_) => true,
        Operand::Function(name, _) => function::is_list(name),
        _ => false,
    };
    let sign = operator.shown();
    match operator {
        Operator::Is | Operator::IsNot if *operand != Operand::Empty => {
            Err(format!("The operator '{sign}' only supports EMPTY and NULL as operand."))
        }
        _ if operator.takes_list() && !list => Err(format!(
            "Operator '{sign}' does not support the non-list value '{operand}' for field '{field}'."
        )),
        _ if !operator.takes_list() && list => {
            Err(format!("Operator '{sign}' does not support the list value '{operand}' for field '{field}'."))
        }
        _ => Ok(()),
    }
}

fn is_time(site: &Site, name: &Name) -> bool {
    match name {
        Name::Created | Name::Updated | Name::Resolved | Name::Due | Name::CategoryChanged => true,
        Name::Custom(row) => matches!(site.catalog.custom.get(*row).shape, Shape::Date | Shape::Moment),
        _ => false,
    }
}

/// Whether a clause compares a value rather than looking it up in a set.
fn compares(site: &Site, name: &Name, operator: Operator, values: &[Operand]) -> bool {
    match operator {
        Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual => true,
        Operator::Equal | Operator::NotEqual => is_time(site, name) && values != [Operand::Empty],
        _ => is_time(site, name) && values.len() == 1 && values != [Operand::Empty],
    }
}

fn compare(operator: Operator) -> Compare {
    match operator {
        Operator::NotEqual | Operator::NotIn => Compare::NotEqual,
        Operator::Less => Compare::Less,
        Operator::LessEqual => Compare::LessEqual,
        Operator::Greater => Compare::Greater,
        Operator::GreaterEqual => Compare::GreaterEqual,
        _ => Compare::Equal,
    }
}

fn texts(name: &Name) -> Option<Texts> {
    Some(match name {
        Name::Summary => Texts::Summary,
        Name::Description => Texts::Description,
        Name::Environment => Texts::Environment,
        Name::Comment => Texts::Comment,
        Name::Text => Texts::Text,
        Name::Custom(row) => Texts::Custom(*row),
        _ => return None,
    })
}

fn compared(asked: Asked<'_>, name: &Name, values: &[Operand]) -> Bound<Option<Compared>> {
    let Some(value) = values.first() else { return Ok(None) };
    let site = asked.site;
    Ok(Some(match name {
        Name::Created => Compared::Created(asked.time(value)?),
        Name::Updated => Compared::Updated(asked.time(value)?),
        Name::Resolved => Compared::Resolved(asked.time(value)?),
        Name::CategoryChanged => Compared::CategoryChanged(asked.time(value)?),
        Name::Due => Compared::Due(asked.time(value)?),
        Name::Priority => match asked.set(name, values)? {
            Some(super::test::Values::Priority(rows)) => match rows.first() {
                Some(Some(row)) => Compared::Priority(*row),
                _ => return Ok(None),
            },
            _ => return Ok(None),
        },
        Name::Resolution => match asked.resolutions(values)?.first() {
            Some(Some(row)) => Compared::Resolution(*row),
            _ => return Ok(None),
        },
        Name::Key => match asked.issues(values)?.first() {
            Some(Some(id)) => match site.issues.get(*id) {
                Some(issue) => Compared::Key(issue.project, issue.number),
                None => return Ok(None),
            },
            _ => return Ok(None),
        },
        Name::FixVersion => Compared::FixVersions(asked.versions(values)?.into_iter().flatten().collect()),
        Name::Version => Compared::Versions(asked.versions(values)?.into_iter().flatten().collect()),
        Name::Custom(row) => match site.catalog.custom.get(*row).shape {
            Shape::Number => match asked.number(value)? {
                Some(number) => Compared::Number(*row, number),
                None => return Ok(None),
            },
            Shape::Date => Compared::Day(*row, asked.time(value)?),
            Shape::Moment => Compared::Moment(*row, asked.time(value)?),
            _ => return Ok(None),
        },
        _ => return Ok(None),
    }))
}

fn property(
    asked: Asked<'_>,
    operator: Operator,
    operand: &Operand,
    (key, path): (&str, &str),
) -> Bound<Test> {
    let text = |value: &Operand| match value {
        Operand::Text(text) => Ok(Some(text.clone())),
        Operand::Empty => Ok(None),
        Operand::Function(name, arguments) if name.eq_ignore_ascii_case("currentUser") => {
            let people = asked.called(name, arguments).people()?;
            let id = |person: &Person| asked.site.catalog.account(*person).account_id.to_string();
            Ok(Some(people.first().map(id).unwrap_or_default()))
        }
        Operand::Function(..) => {
            asked.time(value).map(|time| Some(time.instant(asked.site.frame.clock.now()).to_string()))
        }
        Operand::List(_) => Err(asked.missing(&value.to_string())),
    };
    let asks = match operator {
        Operator::Like | Operator::NotLike => {
            let wanted = text(operand)?.unwrap_or_default();
            Asks::Says(Words::read(&wanted, asked.field)?, operator.is_negated())
        }
        Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual => {
            Asks::Compared(compare(operator), text(operand)?.unwrap_or_default())
        }
        Operator::IsNot => Asks::OneOf(vec![None], true),
        _ => {
            let set = operand.values().iter().map(text).collect::<Bound<Vec<_>>>()?;
            Asks::OneOf(set, operator.is_negated())
        }
    };
    Ok(Test { key: key.to_owned(), path: path.to_owned(), asks })
}

/// A clause about the past.
fn past(asked: Asked<'_>, name: &Name, clause: &Clause) -> Bound<Node> {
    let field = match name {
        Name::Assignee => Kept::Assignee,
        Name::FixVersion => Kept::FixVersion,
        Name::Priority => Kept::Priority,
        Name::Reporter => Kept::Reporter,
        Name::Resolution => Kept::Resolution,
        Name::Status => Kept::Status,
        _ => return Err(format!("History searches do not support the '{}' field.", asked.field)),
    };
    let mut when = When::default();
    for Predicate { word, operand } in &clause.predicates {
        let changed = clause.operator == Operator::Changed;
        match *word {
            "after" => when.after = Some(asked.time(operand)?),
            "before" => when.before = Some(asked.time(operand)?),
            "on" => when.on = Some(asked.time(operand)?),
            "during" => match operand.values() {
                [from, to] => when.within = Some((asked.time(from)?, asked.time(to)?)),
                _ => return Err("The 'DURING' predicate expects a list of two dates.".to_owned()),
            },
            "by" => when.by = Some(asked.people(operand.values())?.into_iter().flatten().collect()),
            "from" if changed => when.from = Some(was(asked, field, operand.values())?),
            "to" if changed => when.to = Some(was(asked, field, operand.values())?),
            other => {
                return Err(format!(
                    "The '{}' operator does not support the '{}' predicate.",
                    clause.operator.shown(),
                    other.to_uppercase()
                ));
            }
        }
    }
    if let Some(operand) = &clause.operand {
        let list = Operator::takes_list(clause.operator);
        if list || matches!(operand, Operand::List(_)) {
            fits(clause.operator, operand, asked.field)?;
        }
    }
    let wanted = clause.operand.as_ref().map(|operand| was(asked, field, operand.values())).transpose()?;
    Ok(Node::Past(Past { field, was: wanted, negated: clause.operator.is_negated(), when }))
}

/// Values of the past: looked up if they exist, else by the name the history may know.
fn was(asked: Asked<'_>, field: Kept, values: &[Operand]) -> Bound<Vec<Was>> {
    let (site, catalog) = (asked.site, &asked.site.catalog);
    let mut found = Vec::new();
    let account = |person: Person| {
        let account = catalog.account(person);
        let id = if site.is_cloud() { &account.account_id } else { &account.key };
        Was::Is { id: Some(id.to_string()), name: account.display.to_string() }
    };
    for value in values {
        match (value, field) {
            (Operand::Empty, _) => found.push(Was::Empty),
            (Operand::Text(text), Kept::Resolution) if text.eq_ignore_ascii_case("unresolved") => {
                found.push(Was::Empty);
            }
            (_, Kept::Assignee | Kept::Reporter) => {
                let people = asked.people(std::slice::from_ref(value))?;
                found.extend(people.into_iter().flatten().map(account));
            }
            (Operand::Function(..), Kept::FixVersion) => {
                for row in asked.versions(std::slice::from_ref(value))?.into_iter().flatten() {
                    let version = catalog.versions.get(row);
                    found.push(Was::Is { id: Some(version.id.to_string()), name: version.name.to_string() });
                }
            }
            (Operand::Text(text), _) => found.push(Was::Is { id: id(site, field, text), name: text.clone() }),
            (Operand::Function(name, arguments), _) => return Err(asked.called(name, arguments).misplaced()),
            (Operand::List(_), _) => return Err(asked.missing(&value.to_string())),
        }
    }
    for was in &found {
        if let Was::Is { id: None, name } = was
            && !known(site, name)
        {
            return Err(asked.missing(name));
        }
    }
    Ok(found)
}

/// The id of a value by id or name.
fn id(site: &Site, field: Kept, text: &str) -> Option<String> {
    let catalog = &site.catalog;
    let fits = |id: &str, name: &str| id == text || name.eq_ignore_ascii_case(text);
    match field {
        Kept::Status => {
            let row = catalog.statuses.find(|row| fits(&row.id, &row.name))?;
            Some(catalog.statuses.get(row).id.to_string())
        }
        Kept::Priority => {
            let row = catalog.priorities.find(|row| fits(&row.id, &row.name))?;
            Some(catalog.priorities.get(row).id.to_string())
        }
        Kept::Resolution => {
            let row = catalog.resolutions.find(|row| fits(&row.id, &row.name))?;
            Some(catalog.resolutions.get(row).id.to_string())
        }
        Kept::FixVersion => {
            let row = catalog.versions.find(|row| fits(&row.id.to_string(), &row.name))?;
            Some(catalog.versions.get(row).id.to_string())
        }
        Kept::Assignee | Kept::Reporter => None,
    }
}

/// Whether any history names a value that no longer exists.
fn known(site: &Site, name: &str) -> bool {
    let same = |text: &Option<Box<str>>| text.as_deref().is_some_and(|text| text.eq_ignore_ascii_case(name));
    site.issues.iter().any(|issue| {
        let mut items = issue.history.iter().flat_map(|change| change.items.iter());
        items.any(|item| same(&item.from_text) || same(&item.to_text))
    })
}
