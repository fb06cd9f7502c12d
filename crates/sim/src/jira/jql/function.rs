//! The functions of queries: which there are, and what those that name people, versions and issues give.

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::{Component, Kind, Project, Version};
use crate::jira::circle::Actor;
use crate::jira::custom::{Choice, Custom};
use crate::jira::site::{Right, Site};

use super::pick::Pick;
use super::time::Time;

/// A function as `jql/autocompletedata` tells of it.
pub(crate) struct Known {
    pub(crate) name: &'static str,
    /// How its arguments look in suggestions.
    pub(crate) arguments: &'static str,
    pub(crate) list: bool,
    pub(crate) holds: &'static str,
}

const fn known(name: &'static str, arguments: &'static str, list: bool, holds: &'static str) -> Known {
    Known { name, arguments, list, holds }
}

const DATE: &str = "java.util.Date";
const USER: &str = "com.atlassian.jira.user.ApplicationUser";
const VERSION: &str = "com.atlassian.jira.project.version.Version";
const ISSUE: &str = "com.atlassian.jira.issue.Issue";
const KIND: &str = "com.atlassian.jira.issue.issuetype.IssueType";
const SPRINT: &str = "com.atlassian.greenhopper.service.sprint.Sprint";
const PROJECT: &str = "com.atlassian.jira.project.Project";

/// All functions by name.
pub(crate) static KNOWN: &[Known] = &[
    known("cascadeOption", "\"\"", true, "com.atlassian.jira.issue.customfields.option.Option"),
    known("closedSprints", "", true, SPRINT),
    known("componentsLeadByUser", "", true, "com.atlassian.jira.bc.project.component.ProjectComponent"),
    known("currentUser", "", false, USER),
    known("earliestUnreleasedVersion", "project", false, VERSION),
    known("endOfDay", "", false, DATE),
    known("endOfMonth", "", false, DATE),
    known("endOfWeek", "", false, DATE),
    known("endOfYear", "", false, DATE),
    known("futureSprints", "", true, SPRINT),
    known("issueHistory", "", true, ISSUE),
    known("latestReleasedVersion", "project", false, VERSION),
    known("linkedIssues", "\"\"", true, ISSUE),
    known("membersOf", "\"\"", true, USER),
    known("now", "", false, DATE),
    known("openSprints", "", true, SPRINT),
    known("projectsLeadByUser", "", true, PROJECT),
    known("projectsWhereUserHasPermission", "\"\"", true, PROJECT),
    known("projectsWhereUserHasRole", "\"\"", true, PROJECT),
    known("releasedVersions", "", true, VERSION),
    known("standardIssueTypes", "", true, KIND),
    known("startOfDay", "", false, DATE),
    known("startOfMonth", "", false, DATE),
    known("startOfWeek", "", false, DATE),
    known("startOfYear", "", false, DATE),
    known("subtaskIssueTypes", "", true, KIND),
    known("unreleasedVersions", "", true, VERSION),
    known("updatedBy", "\"\"", true, ISSUE),
    known("votedIssues", "", true, ISSUE),
    known("watchedIssues", "", true, ISSUE),
];

/// A call of a function, for whom, and for which field.
#[derive(Clone, Copy)]
pub(super) struct Called<'a> {
    pub(super) site: &'a Site,
    pub(super) viewer: Option<Person>,
    pub(super) field: &'a str,
    pub(super) name: &'a str,
    pub(super) arguments: &'a [String],
}

/// Whether a function gives several values.
pub(super) fn is_list(name: &str) -> bool {
    KNOWN.iter().any(|known| known.list && known.name.eq_ignore_ascii_case(name))
}

impl Called<'_> {
    /// Whether it is the function of this name.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Why it cannot stand here: there is none of that name, or it gives something else.
    pub(super) fn misplaced(&self) -> String {
        if KNOWN.iter().any(|known| self.is(known.name)) {
            format!(
                "A value provided by the function '{}' is invalid for the field '{}'.",
                self.name, self.field
            )
        } else {
            format!("Unable to find JQL function '{}()'.", self.name)
        }
    }

    /// Refuses another number of arguments.
    pub(super) fn takes(&self, least: usize, most: usize) -> Result<(), String> {
        let (name, count) = (self.name, self.arguments.len());
        if (least..=most).contains(&count) {
            return Ok(());
        }
        Err(match (least == most, count < least) {
            (true, _) => format!("Function '{name}' expected '{least}' arguments but received '{count}'."),
            (_, true) => {
                format!("Function '{name}' expected at least '{least}' arguments but received '{count}'.")
            }
            (_, false) => {
                format!(
                    "Function '{name}' expected between '{least}' and '{most}' arguments but received '{count}'."
                )
            }
        })
    }

    fn argument(&self, place: usize) -> Option<&str> {
        self.arguments.get(place).map(String::as_str)
    }

    /// The people of `currentUser()` and `membersOf()`.
    pub(super) fn people(&self) -> Result<Vec<Person>, String> {
        if self.is("currentUser") {
            self.takes(0, 0)?;
            return Ok(self.viewer.into_iter().collect());
        }
        if !self.is("membersOf") {
            return Err(self.misplaced());
        }
        self.takes(1, 1)?;
        let group = self.argument(0).unwrap_or_default();
        let catalog = &self.site.catalog;
        let row = catalog.group(group).ok_or_else(|| {
            format!(
                "Function '{}' can not generate a list of usernames for group '{group}'; the group does not exist.",
                self.name
            )
        })?;
        let people = catalog.people().map(|(person, _)| person);
        Ok(people.filter(|person| catalog.acts(Actor::Group(row), *person)).collect())
    }

    /// A person by any of the names a query may use.
    fn person(&self, text: &str) -> Result<Person, String> {
        super::value::person(self.site, text).ok_or_else(|| {
            format!("Function '{}' can not generate a list; the user '{text}' does not exist.", self.name)
        })
    }

    fn project(&self, text: &str) -> Result<Row<Project>, String> {
        let catalog = &self.site.catalog;
        let named = || catalog.projects.find(|project| project.name.eq_ignore_ascii_case(text));
        let found = catalog.project(text).or_else(named);
        found.filter(|row| self.site.may(self.viewer, *row, Right::Browse)).ok_or_else(|| {
            format!("Could not resolve the project '{text}' provided to function '{}'.", self.name)
        })
    }

    /// The projects of the functions about projects.
    pub(super) fn projects(&self) -> Result<Vec<Row<Project>>, String> {
        let (site, catalog) = (self.site, &self.site.catalog);
        let kept = |keeps: &dyn Fn(Row<Project>, Person) -> bool, who: Option<Person>| {
            let rows = catalog.projects.iter().map(|(row, _)| row);
            rows.filter(|row| who.is_some_and(|who| keeps(*row, who))).collect()
        };
        if self.is("projectsLeadByUser") {
            self.takes(0, 1)?;
            let leader = self.argument(0).map(|text| self.person(text)).transpose()?.or(self.viewer);
            return Ok(kept(&|row, who| catalog.projects.get(row).lead == who, leader));
        }
        let named = self.argument(0).unwrap_or_default();
        if self.is("projectsWhereUserHasPermission") {
            self.takes(1, 1)?;
            let permission = named.to_uppercase().replace(' ', "_");
            return Ok(kept(&|row, who| site.granted(who, row, &permission), self.viewer));
        }
        if !self.is("projectsWhereUserHasRole") {
            return Err(self.misplaced());
        }
        self.takes(1, 1)?;
        let role = catalog.roles.find(|role| role.name.eq_ignore_ascii_case(named));
        let role = role.ok_or_else(|| format!("The role '{named}' does not exist."))?;
        Ok(kept(&|row, who| catalog.has_role(row, role, who), self.viewer))
    }

    /// The components of `componentsLeadByUser()`.
    pub(super) fn components(&self) -> Result<Vec<Row<Component>>, String> {
        if !self.is("componentsLeadByUser") {
            return Err(self.misplaced());
        }
        self.takes(0, 1)?;
        let leader = self.argument(0).map(|text| self.person(text)).transpose()?.or(self.viewer);
        let components = self.site.catalog.components.iter();
        let led = components.filter(|(_, component)| leader.is_some() && component.lead == leader);
        Ok(led.map(|(row, _)| row).collect())
    }

    /// The issue types of the functions about them.
    pub(super) fn kinds(&self) -> Result<Vec<Row<Kind>>, String> {
        let subtasks = self.is("subtaskIssueTypes");
        if !subtasks && !self.is("standardIssueTypes") {
            return Err(self.misplaced());
        }
        self.takes(0, 0)?;
        let kinds = self.site.catalog.kinds.iter();
        Ok(kinds.filter(|(_, kind)| kind.is_subtask() == subtasks).map(|(row, _)| row).collect())
    }

    /// `cascadeOption(above, below)`: the second may be left out, or be `"none"`.
    pub(super) fn cascade(&self, field: &Custom) -> Result<Pick, String> {
        if !self.is("cascadeOption") {
            return Err(self.misplaced());
        }
        self.takes(1, 2)?;
        let missing = |text: &str| {
            format!(
                "The option '{text}' in function '{}' for field '{}' does not exist.",
                self.name, self.field
            )
        };
        let named = |parent: Option<u32>, text: &str| {
            let fits = |option: &&Choice| {
                option.parent == parent
                    && (option.value.eq_ignore_ascii_case(text) || option.id.to_string() == text)
            };
            field.options.iter().find(fits).map(|option| option.id).ok_or_else(|| missing(text))
        };
        let above = named(None, self.argument(0).unwrap_or_default())?;
        Ok(match self.argument(1) {
            None => Pick::Option(above),
            Some(text) if text.eq_ignore_ascii_case("none") => Pick::Cascade(above, None),
            Some(text) => Pick::Cascade(above, Some(named(Some(above), text)?)),
        })
    }

    /// The versions of the functions about releases.
    pub(super) fn versions(&self) -> Result<Vec<Row<Version>>, String> {
        let (released, single) = match self.name.to_lowercase().as_str() {
            "releasedversions" => (true, false),
            "unreleasedversions" => (false, false),
            "latestreleasedversion" => (true, true),
            "earliestunreleasedversion" => (false, true),
            _ => return Err(self.misplaced()),
        };
        if single {
            self.takes(1, 1)?;
        }
        let projects = self.arguments.iter().map(|text| self.project(text)).collect::<Result<Vec<_>, _>>()?;
        let versions = self.site.catalog.versions.iter();
        let mut found: Vec<Row<Version>> = versions
            .filter(|(_, version)| {
                version.released == released
                    && !version.archived
                    && (projects.is_empty() || projects.contains(&version.project))
            })
            .map(|(row, _)| row)
            .collect();
        found.sort_by_key(|row| self.site.catalog.versions.get(*row).order);
        if single {
            let kept = if released { found.pop() } else { found.first().copied() };
            found = kept.into_iter().collect();
        }
        Ok(found)
    }

    /// The issues of the functions about issues.
    pub(super) fn issues(&self) -> Result<Vec<u32>, String> {
        if let Some(found) = self.hanging() {
            return found;
        }
        if !self.is("updatedBy") {
            return Err(self.misplaced());
        }
        self.takes(1, 3)?;
        let who = self.person(self.argument(0).unwrap_or_default())?;
        let now = self.site.frame.clock.now();
        let time = |place: usize, usual: i64| match self.argument(place) {
            None => Ok(usual),
            Some(text) => Time::read(text)
                .map(|time| time.instant(now))
                .ok_or_else(|| format!("Date '{text}' provided to function '{}' is invalid.", self.name)),
        };
        let (from, to) = (time(1, i64::MIN)?, time(2, i64::MAX)?);
        let by = |author: Person, at: i64| author == who && (from..=to).contains(&at);
        let issues = self.site.issues.iter().filter(|issue| {
            by(issue.creator, issue.created)
                || issue.history.iter().any(|change| by(change.author, change.at))
                || issue.comments.iter().any(|comment| by(comment.editor, comment.updated))
        });
        Ok(issues.map(|issue| issue.id).collect())
    }
}
