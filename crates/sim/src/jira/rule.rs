//! Rules of transitions: who may take one, what must hold when it is taken, what it does besides.
//!
//! A rule is kept as Cloud's workflow API writes it: a key and texts by name. The keys and their parameters are those
//! of the description of `GET workflows/capabilities`; Data Center's own rules do the same under other names.

use std::collections::BTreeMap;

use crate::frame::call::Person;
use crate::jira::circle::Actor;
use crate::jira::custom::Held;
use crate::jira::field::Field;
use crate::jira::issue::Issue;
use crate::jira::site::Site;

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) id: Box<str>,
    pub(crate) key: Box<str>,
    pub(crate) parameters: BTreeMap<Box<str>, Box<str>>,
}

/// What rules are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Condition,
    Validator,
    Function,
}

/// A rule that can be used: key, purpose, name and description.
pub(crate) struct Known(
    pub(crate) &'static str,
    pub(crate) Purpose,
    pub(crate) &'static str,
    pub(crate) &'static str,
);

pub(crate) const RESTRICT: &str = "system:restrict-issue-transition";
pub(crate) const CHECK_FIELD: &str = "system:check-field-value";
pub(crate) const BEEN: &str = "system:previous-status-condition";
pub(crate) const CHILDREN: &str = "system:parent-or-child-blocking-condition";
pub(crate) const DUTIES: &str = "system:separation-of-duties";
pub(crate) const NOBODY: &str = "system:restrict-from-all-users";
pub(crate) const VALIDATE: &str = "system:validate-field-value";
pub(crate) const PERMISSION: &str = "system:check-permission-validator";
pub(crate) const HAS_BEEN: &str = "system:previous-status-validator";
pub(crate) const PARENT: &str = "system:parent-or-child-blocking-validator";
pub(crate) const ASSIGN: &str = "system:change-assignee";
pub(crate) const UPDATE: &str = "system:update-field";
pub(crate) const COPY: &str = "system:copy-value-from-other-field";

/// All rules this simulator heeds.
pub(crate) static KNOWN: &[Known] = &[
    Known(
        RESTRICT,
        Purpose::Condition,
        "Restrict who can move an issue",
        "By account, role, group or permission.",
    ),
    Known(
        CHECK_FIELD,
        Purpose::Condition,
        "Restrict to when a field is a specific value",
        "Compares a field.",
    ),
    Known(BEEN, Purpose::Condition, "Restrict based on the status of an issue", "Looks at statuses before."),
    Known(
        CHILDREN,
        Purpose::Condition,
        "Restrict based on the status of subtasks",
        "All must be in a status.",
    ),
    Known(DUTIES, Purpose::Condition, "Restrict from the same user", "Not who took another transition."),
    Known(NOBODY, Purpose::Condition, "Restrict from all users", "Optionally from the API as well."),
    Known(VALIDATE, Purpose::Validator, "Validate a field", "A field is there, has changed or compares."),
    Known(PERMISSION, Purpose::Validator, "Validate people have a permission", "In the project."),
    Known(HAS_BEEN, Purpose::Validator, "Validate that an issue has been through a status", "Before."),
    Known(PARENT, Purpose::Validator, "Validate based on the status of the parent", "It is in a status."),
    Known(ASSIGN, Purpose::Function, "Assign an issue", "To somebody, or nobody."),
    Known(UPDATE, Purpose::Function, "Update an issue field", "Replaces its value or adds to it."),
    Known(COPY, Purpose::Function, "Copy the value of one field to another", "Of the issue or its parent."),
];

impl Rule {
    /// A rule with its parameters.
    pub(crate) fn new(id: &str, key: &str, parameters: &[(&str, &str)]) -> Self {
        let parameters = parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Self { id: id.into(), key: key.into(), parameters }
    }

    /// A parameter; empty when it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", |value| value)
    }

    /// A parameter that lists things.
    pub(crate) fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.get(name).split(',').map(str::trim).filter(|part| !part.is_empty())
    }

    fn flag(&self, name: &str) -> bool {
        self.get(name) == "true"
    }

    /// Whether somebody may take the transition, as far as this rule says.
    fn admits(&self, site: &Site, who: Person, issue: &Issue) -> bool {
        match &*self.key {
            RESTRICT => self.restricts(site, who, issue),
            CHECK_FIELD => self.compares(site, issue),
            BEEN => self.has_been(site, issue) != self.flag("not"),
            CHILDREN => self.statuses(site, issue.parts().children.iter().copied()),
            DUTIES => !self.has_taken(site, who, issue),
            NOBODY => self.get("restrictMode") != "usersAndAPI",
            _ => true,
        }
    }

    /// Any of the named suffices; who is named in a field that denies may not.
    fn restricts(&self, site: &Site, who: Person, issue: &Issue) -> bool {
        let catalog = &site.catalog;
        let held = |id: &str| match Field::of(id, catalog, true)? {
            Field::Custom(row) => issue.held(row),
            _ => None,
        };
        let named = |id: &str| match held(id) {
            Some(Held::Person(person)) => *person == who,
            Some(Held::People(people)) => people.contains(&who),
            Some(Held::Group(group)) => catalog.acts(Actor::Group(*group), who),
            Some(Held::Groups(groups)) => groups.iter().any(|group| catalog.acts(Actor::Group(*group), who)),
            _ => false,
        };
        if self.list("denyUserCustomFields").any(named) {
            return false;
        }
        let account = |id: &str| match id {
            "allow-assignee" => issue.assignee == Some(who),
            "allow-reporter" => issue.reporter == who,
            id => *catalog.account(who).account_id == *id,
        };
        let role = |id: &str| {
            let role = catalog.roles.find(|role| role.id.to_string() == id);
            role.is_some_and(|role| catalog.has_role(issue.project, role, who))
        };
        let group = |id: &str| catalog.group(id).is_some_and(|group| catalog.acts(Actor::Group(group), who));
        let names = [
            "accountIds",
            "roleIds",
            "groupIds",
            "permissionKeys",
            "groupCustomFields",
            "allowUserCustomFields",
        ];
        names.iter().all(|name| self.get(name).is_empty())
            || self.list("accountIds").any(account)
            || self.list("roleIds").any(role)
            || self.list("groupIds").any(group)
            || self.list("permissionKeys").any(|key| site.granted(who, issue.project, key))
            || self.list("groupCustomFields").chain(self.list("allowUserCustomFields")).any(named)
    }

    /// Compares a field with a list of values.
    fn compares(&self, site: &Site, issue: &Issue) -> bool {
        let Some(field) = Field::of(self.get("fieldId"), &site.catalog, true) else { return true };
        let wanted: Vec<String> = serde_json::from_str(self.get("fieldValue")).unwrap_or_default();
        let held = texts(site, issue, field, self.get("comparisonType") == "OPTIONID");
        let first = held.first().map(String::as_str).unwrap_or_default();
        let against = wanted.first().map(String::as_str).unwrap_or_default();
        let order = if self.get("comparisonType") == "NUMBER" {
            let number = |text: &str| text.parse::<f64>().ok();
            number(first).zip(number(against)).and_then(|(one, other)| one.partial_cmp(&other))
        } else {
            Some(first.cmp(against))
        };
        let any = wanted.iter().any(|value| held.contains(value));
        match self.get("comparator") {
            "=" => any,
            "!=" => !any,
            ">" => order.is_some_and(std::cmp::Ordering::is_gt),
            ">=" => order.is_some_and(std::cmp::Ordering::is_ge),
            "<" => order.is_some_and(std::cmp::Ordering::is_lt),
            "<=" => order.is_some_and(std::cmp::Ordering::is_le),
            _ => true,
        }
    }

    /// Whether the issue has been in one of the statuses before.
    fn has_been(&self, site: &Site, issue: &Issue) -> bool {
        let field = site.names.find("status");
        let items = issue.history.iter().rev().flat_map(|change| change.items.iter());
        let mut former = items.filter(|item| Some(item.id) == field).filter_map(|item| item.from.as_deref());
        let wanted = |id: &str| self.list("previousStatusIds").any(|wanted| wanted == id);
        let current =
            self.flag("includeCurrentStatus") && wanted(&site.catalog.statuses.get(issue.status).id);
        current
            || if self.flag("mostRecentStatusOnly") {
                former.next().is_some_and(wanted)
            } else {
                former.any(wanted)
            }
    }

    /// Whether all of some issues are in one of the statuses.
    fn statuses(&self, site: &Site, mut ids: impl Iterator<Item = u32>) -> bool {
        ids.all(|id| {
            let status = site.issues.get(id).map(|issue| &site.catalog.statuses.get(issue.status).id);
            status.is_none_or(|status| self.list("statusIds").any(|wanted| wanted == &**status))
        })
    }

    /// Whether somebody took the transition from the one status to the other before.
    fn has_taken(&self, site: &Site, who: Person, issue: &Issue) -> bool {
        let field = site.names.find("status");
        let same = |wanted: &str, id: &Option<Box<str>>| wanted.is_empty() || id.as_deref() == Some(wanted);
        let (from, to) = (self.get("fromStatusId"), self.get("toStatusId"));
        let own = issue.history.iter().filter(|change| change.author == who);
        let mut items = own.flat_map(|change| change.items.iter()).filter(|item| Some(item.id) == field);
        items.any(|item| same(from, &item.from) && same(to, &item.to))
    }

    /// What is wrong when somebody takes the transition, but for what fields must hold; see `deed::transition`.
    pub(crate) fn objects(&self, site: &Site, who: Person, issue: &Issue) -> Option<String> {
        let name = |id: &str| {
            let row = site.catalog.statuses.find(|status| *status.id == *id);
            row.map_or_else(|| id.to_owned(), |row| site.catalog.statuses.get(row).name.to_string())
        };
        match &*self.key {
            PERMISSION if !site.granted(who, issue.project, self.get("permissionKey")) => Some(format!(
                "You do not have the permission '{}' in this project.",
                self.get("permissionKey")
            )),
            HAS_BEEN if !self.has_been(site, issue) => {
                let names: Vec<String> = self.list("previousStatusIds").map(name).collect();
                Some(format!("The issue has not been in the status '{}' before.", names.join(", ")))
            }
            PARENT if !self.statuses(site, issue.parts().parent.into_iter()) => {
                let names: Vec<String> = self.list("statusIds").map(name).collect();
                Some(format!("The parent of the issue must be in the status '{}'.", names.join(", ")))
            }
            _ => None,
        }
    }
}

/// Conditions in groups: of each group all must hold, or any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Conditions {
    pub(crate) any: bool,
    pub(crate) rules: Vec<Rule>,
    pub(crate) groups: Vec<Conditions>,
}

impl Conditions {
    /// One rule.
    pub(crate) fn one(rule: Rule) -> Self {
        Self { rules: vec![rule], ..Self::default() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.groups.iter().all(Self::is_empty)
    }

    /// Whether somebody may take the transition.
    pub(crate) fn admit(&self, site: &Site, who: Option<Person>, issue: &Issue) -> bool {
        if self.is_empty() {
            return true;
        }
        let Some(person) = who else { return false };
        let rule = |rule: &Rule| rule.admits(site, person, issue);
        let groups = || self.groups.iter().filter(|group| !group.is_empty());
        if self.any {
            self.rules.iter().any(rule) || groups().any(|group| group.admit(site, who, issue))
        } else {
            self.rules.iter().all(rule) && groups().all(|group| group.admit(site, who, issue))
        }
    }
}

/// What a field holds, as texts: names of things, or ids of options.
pub(crate) fn texts(site: &Site, issue: &Issue, field: Field, ids: bool) -> Vec<String> {
    let catalog = &site.catalog;
    let one = |text: &str| vec![text.to_owned()];
    match field {
        Field::Summary => one(&issue.summary),
        Field::Description => issue.description.iter().map(|text| text.wiki().into_owned()).collect(),
        Field::Environment => issue.environment.iter().map(|text| text.wiki().into_owned()).collect(),
        Field::Priority => one(&catalog.priorities.get(issue.priority).name),
        Field::Resolution => {
            issue.resolution.iter().map(|row| catalog.resolutions.get(*row).name.to_string()).collect()
        }
        Field::Assignee => {
            issue.assignee.iter().map(|who| catalog.account(*who).account_id.to_string()).collect()
        }
        Field::Reporter => one(&catalog.account(issue.reporter).account_id),
        Field::Labels => issue.labels.iter().map(|label| site.names.get(*label).to_owned()).collect(),
        Field::Components => {
            issue.components.iter().map(|row| catalog.components.get(*row).name.to_string()).collect()
        }
        Field::FixVersions => {
            issue.fix_versions.iter().map(|row| catalog.versions.get(*row).name.to_string()).collect()
        }
        Field::Versions => {
            issue.versions.iter().map(|row| catalog.versions.get(*row).name.to_string()).collect()
        }
        Field::DueDate => issue.due.iter().map(ToString::to_string).collect(),
        Field::Custom(row) => {
            let option = |id: &u32| {
                if ids { id.to_string() } else { catalog.custom.get(row).value(*id).to_owned() }
            };
            match issue.held(row) {
                Some(Held::Text(text)) => one(text),
                Some(Held::Area(text)) => one(&text.wiki()),
                Some(Held::Number(number)) => one(&number.to_string()),
                Some(Held::Date(day)) => one(&day.to_string()),
                Some(Held::Moment(at)) => one(&crate::jira::date::Stamp(*at).to_string()),
                Some(Held::Option(id)) => vec![option(id)],
                Some(Held::Options(list)) => list.iter().map(option).collect(),
                Some(Held::Cascade(above, below)) => {
                    std::iter::once(above).chain(below.iter()).map(option).collect()
                }
                Some(Held::Labels(labels)) => labels.iter().map(ToString::to_string).collect(),
                Some(Held::Person(who)) => one(&catalog.account(*who).account_id),
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}
