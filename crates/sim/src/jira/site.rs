//! A whole simulated Jira: settings, issues, webhooks, and the rules of looking at and changing them.
//!
//! Every change of an issue goes through [`Site::change`], which keeps time order, history and the stale search
//! index right. Parsing of requests is in `edit`, showing in `view`, webhooks in `hook`.

use std::collections::HashSet;
use std::sync::Arc;

use crate::confluence::wiki::Wiki;
use crate::frame::call::Person;
use crate::frame::locked::{Counter, Locked};
use crate::frame::stale::Stale;
use crate::frame::table::{Name, Names, Row};
use crate::frame::world::Frame;
use crate::jira::agile::Agile;
use crate::jira::app::App;
use crate::jira::catalog::{Catalog, Project};
use crate::jira::circle::{Actor, Cast};
use crate::jira::dashboard::Dashboards;
use crate::jira::edit::apply::Desk;
use crate::jira::filter::Filters;
use crate::jira::hook::{Hook, dynamic::Dynamic};
use crate::jira::input;
use crate::jira::instance::Instance;
use crate::jira::issue::{Change, Comment, Deed, Issue, Issues, Item, Via, Visibility, Write};
use crate::jira::keep::Keep;
use crate::jira::limit::Limits;
use crate::jira::part::Register;
use crate::jira::refusal::Refusal;
use crate::jira::scheme::Holder;
use crate::jira::task::Tasks;
use crate::jira::{Deployment, access::Gate};

/// What a person may do in a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Right {
    Browse,
    Create,
    Edit,
    Transition,
    Comment,
    Delete,
}

impl Right {
    /// All of them.
    pub(crate) const ALL: [Self; 6] =
        [Self::Browse, Self::Create, Self::Edit, Self::Transition, Self::Comment, Self::Delete];

    /// The control API's word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Browse => "browse",
            Self::Create => "create",
            Self::Edit => "edit",
            Self::Transition => "transition",
            Self::Comment => "comment",
            Self::Delete => "delete",
        }
    }

    /// The permission behind it.
    pub(crate) fn permission(self) -> &'static str {
        match self {
            Self::Browse => "BROWSE_PROJECTS",
            Self::Create => "CREATE_ISSUES",
            Self::Edit => "EDIT_ISSUES",
            Self::Transition => "TRANSITION_ISSUES",
            Self::Comment => "ADD_COMMENTS",
            Self::Delete => "DELETE_ISSUES",
        }
    }
}

/// Who changes something, and by which way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct By {
    pub(crate) who: Person,
    pub(crate) via: Via,
}

/// A change that was made, for the webhooks about it.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    /// The change's id in the history; zero when no field changed.
    pub(crate) change: u32,
    pub(crate) at: i64,
    pub(crate) items: Box<[Item]>,
}

/// A deleted issue, for oracles.
#[derive(Clone, Debug)]
pub(crate) struct Gone {
    pub(crate) id: u32,
    pub(crate) key: String,
    pub(crate) at: i64,
    pub(crate) who: Person,
}

/// A simulated Jira. A copy of it is a snapshot: issues are shared until one changes.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) frame: Frame,
    pub(crate) deployment: Deployment,
    /// The base URL without a slash at its end.
    pub(crate) base: String,
    pub(crate) catalog: Catalog,
    pub(crate) names: Names,
    pub(crate) issues: Issues,
    pub(crate) agile: Agile,
    pub(crate) parts: Register,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) next_hook: u32,
    pub(crate) next_comment: u32,
    pub(crate) next_change: u32,
    pub(crate) denied: HashSet<(Person, Row<Project>, Right)>,
    pub(crate) gone: Vec<Gone>,
    pub(crate) keep: Keep,
    pub(crate) instance: Instance,
    pub(crate) filters: Filters,
    pub(crate) dashboards: Dashboards,
    pub(crate) seed: u64,
    /// How many webhooks were made: each draws its own random numbers.
    pub(crate) deliveries: Counter,
    /// Milliseconds before each retry of a webhook; Atlassian's own waits when `None`.
    pub(crate) retry_wait: Option<i64>,
    /// Who may come in, and by which way.
    pub(crate) gate: Gate,
    /// Who calls as an app.
    pub(crate) apps: Vec<App>,
    /// What apps registered to be told.
    pub(crate) dynamic: Vec<Dynamic>,
    /// What the call that is carried out wants to find in its webhooks.
    pub(crate) trace: Locked<Option<String>>,
    pub(crate) limits: Limits,
    pub(crate) tasks: Tasks,
    /// What only a site of a simulated Atlassian has: Connect apps, a Confluence, and Forge apps that want to be told.
    pub(crate) connect: crate::connect::host::Hosts,
    pub(crate) wiki: Wiki,
    pub(crate) forge: Vec<crate::forge::hook::Listener>,
    stale: Stale<Issue>,
}

impl Site {
    /// A Jira with settings and no issues.
    pub(crate) fn new(frame: Frame, deployment: Deployment, base: String, catalog: Catalog) -> Self {
        Self {
            frame,
            deployment,
            base,
            catalog,
            names: Names::default(),
            issues: Issues::default(),
            agile: Agile::default(),
            parts: Register::new(deployment == Deployment::Cloud),
            hooks: Vec::new(),
            next_hook: 1,
            next_comment: 10_000,
            next_change: 10_000,
            denied: HashSet::new(),
            gone: Vec::new(),
            keep: Keep::default(),
            instance: Instance::default(),
            filters: Filters::default(),
            dashboards: Dashboards::default(),
            seed: 0,
            deliveries: Counter::default(),
            retry_wait: None,
            gate: Gate::default(),
            apps: Vec::new(),
            dynamic: Vec::new(),
            trace: Locked::default(),
            limits: Limits::default(),
            tasks: Tasks::default(),
            connect: Default::default(),
            wiki: Wiki::default(),
            forge: Default::default(),
            stale: Stale::default(),
        }
    }

    /// Whether this is the Cloud face.
    pub(crate) fn is_cloud(&self) -> bool {
        self.deployment == Deployment::Cloud
    }

    /// An issue's key.
    pub(crate) fn key(&self, issue: &Issue) -> String {
        format!("{}-{}", self.catalog.projects.get(issue.project).key, issue.number)
    }

    /// Whether somebody has a right in a project; nobody without an account has any but to look at public projects.
    pub(crate) fn may(&self, caller: Option<Person>, project: Row<Project>, right: Right) -> bool {
        if right != Right::Browse && self.catalog.projects.get(project).archived {
            return false;
        }
        let Some(person) = caller else { return right == Right::Browse && self.is_public(project) };
        let taken = !self.denied.is_empty()
            && (self.denied.contains(&(person, project, right))
                || self.denied.contains(&(person, project, Right::Browse)));
        !taken && self.granted(person, project, right.permission())
    }

    /// Whether a project may be browsed without an account: its permission scheme says so, or the control API.
    fn is_public(&self, project: Row<Project>) -> bool {
        let scheme = self.catalog.permission_schemes.get(self.catalog.projects.get(project).permissions);
        let mut grants = scheme.grants.iter().filter(|grant| *grant.holder.kind == *"anyone");
        self.gate.public.contains(&project)
            || grants.any(|grant| *grant.permission == *Right::Browse.permission())
    }

    /// Whether the project's permission scheme gives somebody a permission.
    pub(crate) fn granted(&self, person: Person, project: Row<Project>, permission: &str) -> bool {
        let own = self.catalog.projects.get(project);
        let scheme = self.catalog.permission_schemes.get(own.permissions);
        let mut grants = scheme.grants.iter().filter(|grant| *grant.permission == *permission);
        grants.any(|grant| self.covers(&grant.holder, person, project))
    }

    /// Whether somebody is among the holders of a grant. Those an issue names (its reporter, its assignee) count as
    /// held, as they do in Jira when no issue is looked at.
    pub(crate) fn covers(&self, holder: &Holder, person: Person, project: Row<Project>) -> bool {
        let catalog = &self.catalog;
        let named = holder.parameter.as_deref().unwrap_or_default();
        match &*holder.kind {
            "anyone" | "reporter" | "assignee" => true,
            "applicationRole" => !catalog.account(person).inactive,
            "projectLead" => catalog.projects.get(project).lead == person,
            "user" => input::person(self, named) == Some(person),
            "group" => catalog.group(named).is_some_and(|row| catalog.acts(Actor::Group(row), person)),
            "projectRole" => {
                let role = catalog.roles.find(|role| role.id.to_string() == named);
                role.is_some_and(|role| catalog.has_role(project, role, person))
            }
            _ => false,
        }
    }

    /// Whether somebody administers this Jira.
    pub(crate) fn is_admin(&self, caller: Option<Person>) -> bool {
        caller.is_some_and(|person| self.catalog.account(person).admin)
    }

    /// The id of the issue with this id or key, whoever asks.
    pub(crate) fn find(&self, id_or_key: &str) -> Option<u32> {
        if let Ok(id) = id_or_key.parse::<u32>() {
            return self.issues.get(id).map(|issue| issue.id);
        }
        let (project, number) = id_or_key.rsplit_once('-')?;
        let project = self.catalog.project_by_key(project)?;
        let id = self.issues.by_number(project, number.parse().ok()?)?;
        self.issues.get(id).map(|issue| issue.id)
    }

    /// The issue with this id or key, if the caller may see it.
    pub(crate) fn see(&self, caller: Option<Person>, id_or_key: &str) -> Result<&Issue, Refusal> {
        let issue = self.find(id_or_key).and_then(|id| self.issues.get(id));
        issue.filter(|issue| self.sees(caller, issue)).ok_or_else(Refusal::no_issue)
    }

    /// Whether its workflow lets an issue be edited in the status it has.
    pub(crate) fn is_editable(&self, issue: &Issue) -> bool {
        self.catalog.workflow_of(issue.project, issue.kind).is_editable(issue.status)
    }

    /// Refuses to change what is in the archive.
    pub(crate) fn stored(&self, issue: u32) -> Result<(), Refusal> {
        let place = self.issues.get(issue).map(|issue| self.catalog.projects.get(issue.project));
        if self.parts.archived.contains(&issue) || place.is_some_and(|project| project.archived) {
            return Err(Refusal::forbidden("The issue is archived and cannot be changed."));
        }
        Ok(())
    }

    /// Who changes something through the API, if the issue with this id or key may be changed so.
    pub(crate) fn enter(
        &self,
        caller: Option<Person>,
        id_or_key: &str,
        right: Right,
    ) -> Result<(u32, By), Refusal> {
        let who = caller.ok_or_else(Refusal::anonymous)?;
        let issue = self.see(caller, id_or_key)?;
        self.stored(issue.id)?;
        let locked = right == Right::Edit && !self.is_editable(issue);
        if locked || !self.may(caller, issue.project, right) {
            let what = match right {
                Right::Delete => "delete",
                Right::Comment => "comment on",
                _ => "edit",
            };
            return Err(Refusal::forbidden(format!(
                "You do not have permission to {what} issues in this project."
            )));
        }
        Ok((issue.id, By { who, via: Via::Api }))
    }

    /// Changes an issue: `apply` says which items of its history changed.
    ///
    /// `updated` moves, strictly, if anything did or `touch` is set (a comment changes no field but the time).
    pub(crate) fn change(
        &mut self,
        id: u32,
        by: By,
        write: (Deed, u32, Box<[Name]>),
        touch: bool,
        apply: impl FnOnce(&mut Issue, &mut Desk<'_>) -> Vec<Item>,
    ) -> Option<Done> {
        let now = self.frame.clock.now();
        self.keep_former(now, id);
        let cloud = self.is_cloud();
        let issue = self.issues.get_mut(id)?;
        let mut desk =
            Desk { catalog: &self.catalog, agile: &self.agile, names: &mut self.names, cloud, now };
        let items: Box<[Item]> = apply(issue, &mut desk).into();
        let (deed, part, fields) = write;
        let at = if touch || !items.is_empty() { now.max(issue.updated + 1) } else { now };
        issue.writes.push(Write { at, who: by.who, via: by.via, deed, part, fields });
        let mut change = 0;
        if touch || !items.is_empty() {
            issue.updated = at;
        }
        if !items.is_empty() {
            change = self.next_change;
            self.next_change += 1;
            issue.history.push(Change { id: change, at, author: by.who, items: items.clone() });
        }
        Some(Done { change, at, items })
    }

    /// Adds a new issue.
    pub(crate) fn add(&mut self, issue: Issue) {
        self.stale.keep(issue.created, self.frame.faults.index_lag(), issue.id, || None);
        self.issues.add(issue);
    }

    /// Whether somebody may read a comment: everybody but for those restricted to a role or group.
    pub(crate) fn may_read(&self, reader: Option<Person>, comment: &Comment) -> bool {
        self.is_open(reader, comment.visibility.as_ref())
    }

    /// Whether something that may be restricted to a role or group is open to somebody.
    pub(crate) fn is_open(&self, reader: Option<Person>, visibility: Option<&Visibility>) -> bool {
        visibility.is_none_or(|visibility| self.is_member(reader, &visibility.value))
    }

    /// Whether somebody has a permission in a project; nobody without an account has any.
    pub(crate) fn allows(
        &self,
        caller: Option<Person>,
        project: Row<Project>,
        permission: &'static str,
    ) -> bool {
        caller.is_some_and(|person| self.granted(person, project, permission))
    }

    /// Whether somebody is in a group, or has a role in some project; administrators are in all.
    pub(crate) fn is_member(&self, person: Option<Person>, circle: &str) -> bool {
        let Some(person) = person else { return false };
        let catalog = &self.catalog;
        let group = catalog.group(circle).is_some_and(|row| catalog.acts(Actor::Group(row), person));
        let role =
            |cast: &Cast| *catalog.roles.get(cast.role).name == *circle && catalog.acts(cast.actor, person);
        group || self.is_admin(Some(person)) || catalog.cast.iter().any(role)
    }

    /// Whether there is a group or role with this name.
    pub(crate) fn is_circle(&self, circle: &str) -> bool {
        self.catalog.group(circle).is_some()
            || self.catalog.roles.find(|role| *role.name == *circle).is_some()
    }

    /// Takes an issue out for good.
    pub(crate) fn remove(&mut self, id: u32, who: Person) -> Option<Arc<Issue>> {
        let at = self.frame.clock.now();
        self.keep_former(at, id);
        let issue = self.issues.remove(id)?;
        self.parts.archived.remove(&id);
        self.gone.push(Gone { id, key: self.key(&issue), at, who });
        Some(issue)
    }

    /// Remembers an issue as it is before a change.
    fn keep_former(&mut self, now: i64, id: u32) {
        let Self { stale, issues, frame, .. } = self;
        stale.keep(now, frame.faults.index_lag(), id, || issues.share(id));
    }

    /// The issues as a search sees them: as they were, while a `stale_index` rule is in force, but for `fresh` ones.
    pub(crate) fn indexed(&self, fresh: &[u32]) -> impl Iterator<Item = &Issue> {
        let (mut changed, mut former) =
            self.stale.seen(self.frame.clock.now(), self.frame.faults.index_lag());
        changed.retain(|id| !fresh.contains(id));
        former.retain(|(id, _)| !fresh.contains(id));
        let current = self.issues.iter().filter(move |issue| !changed.contains(&issue.id));
        current.chain(former.into_iter().map(|(_, issue)| issue))
    }
}
