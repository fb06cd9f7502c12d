//! Creating an issue.

use serde_json::Value;

use super::along::Along;
use super::{named, parent, property};
use crate::jira::edit::apply::Desk;
use crate::jira::edit::read::{Draft, Form, read};
use crate::jira::edit::{Hand, Set, required};
use crate::jira::field::Field;
use crate::jira::hook::{self, News};
use crate::jira::issue::{Change, Deed, Issue, Write};
use crate::jira::refusal::Refusal;
use crate::jira::screen::Operation;
use crate::jira::site::{Right, Site};

/// Creates the issue a body describes (`fields`, `update`, `properties`); the answer is its id.
pub(crate) fn create(site: &mut Site, hand: &Hand<'_>, body: &Value) -> Result<u32, Refusal> {
    let mut draft = read(site, hand, Form::Create, None, body)?;
    let properties = property::read_list(body)?;
    let along = Along::read(site, hand, &draft)?;
    let mut issue = blank(site, hand, &draft)?;
    if !site.may(Some(hand.by.who), issue.project, Right::Create) {
        return Err(Refusal::field(
            "project",
            "You do not have permission to create issues in this project.",
        ));
    }
    complete(site, &issue, &mut draft)?;
    if !draft.sets.iter().any(|set| matches!(set, Set::Assignee(_))) {
        let components = draft.sets.iter().find_map(|set| match set {
            Set::Components(rows) => Some(rows.as_slice()),
            _ => None,
        });
        issue.assignee = site.catalog.assignee(issue.project, components.unwrap_or_default());
    }
    if !draft.sets.iter().any(|set| matches!(set, Set::Security(_)))
        && let Some(level) = level(site, &issue, &draft)
    {
        issue.parts_mut().security = Some(level);
    }
    let id = issue.id;
    let fields = named(&mut site.names, &draft.named);
    let cloud = site.is_cloud();
    let now = issue.created;
    let mut desk = Desk { catalog: &site.catalog, agile: &site.agile, names: &mut site.names, cloud, now };
    let mut assigned = Vec::new();
    for set in draft.sets {
        let is_assignee = matches!(set, Set::Assignee(_));
        let items = desk.apply(&mut issue, set);
        if is_assignee {
            assigned = items;
        }
    }
    for (key, value) in properties {
        issue.properties.push((site.names.intern(&key), value));
    }
    let who = hand.by.who;
    issue.writes.push(Write { at: now, who, via: hand.by.via, deed: Deed::Create, part: 0, fields });
    // Cloud notes an assignee given at creation in the history; Data Center does not.
    if cloud && !assigned.is_empty() {
        issue.history.push(Change { id: site.next_change, at: now, author: who, items: assigned.into() });
        site.next_change += 1;
    }
    site.add(issue);
    hook::announce(site, id, who, &News::IssueCreated);
    parent::settle(site, hand.by, id, None);
    along.add(site, hand, id)?;
    Ok(id)
}

/// The security level of a new issue that names none: a sub-task has its parent's, others the scheme's.
fn level(site: &Site, issue: &Issue, draft: &Draft) -> Option<u32> {
    let parent = draft.sets.iter().find_map(|set| match set {
        Set::Parent { to: (id, _), .. } => Some(*id),
        _ => None,
    });
    match parent.filter(|_| site.catalog.kinds.get(issue.kind).is_subtask()) {
        Some(parent) => site.issues.get(parent)?.parts().security,
        None => site.catalog.usual_level(issue.project),
    }
}

/// Adds the defaults of the screen's fields that the request does not name; what must be given then is demanded.
fn complete(site: &Site, issue: &Issue, draft: &mut Draft) -> Result<(), Refusal> {
    let (catalog, project, kind) = (&site.catalog, issue.project, Some(issue.kind));
    let mut errors = Vec::new();
    for field in catalog.on_screen(project, kind, Operation::Create) {
        let set = draft.sets.iter().find(|set| set.field() == field);
        if let (None, Field::Custom(row)) = (set, field)
            && let custom = catalog.custom.get(row)
            && let Some(context) = custom.context(project, kind)
            && let Some(default) = context.usual(custom.shape, issue.created)
        {
            draft.sets.push(Set::Custom(row, Some(default)));
        } else if set.is_none_or(Set::clears)
            && !matches!(field, Field::Priority | Field::Reporter)
            && catalog.is_required(project, kind, field)
        {
            errors.push((field.id(catalog).to_owned(), required(field.name(catalog))));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::fields(errors)) }
}

/// The issue as it is before its fields are set, once it is clear that all required ones are there.
fn blank(site: &Site, hand: &Hand<'_>, draft: &Draft) -> Result<Issue, Refusal> {
    let (mut project, mut kind, mut summary) = (None, None, false);
    for set in &draft.sets {
        match set {
            Set::Project(row) => project = Some(*row),
            Set::Kind(row) => kind = Some(*row),
            Set::Summary(_) => summary = true,
            _ => {}
        }
    }
    let mut errors = Vec::new();
    if project.is_none() {
        errors.push(("project".to_owned(), "Specify a valid project ID or key".to_owned()));
    }
    if kind.is_none() {
        errors.push(("issuetype".to_owned(), "Specify an issue type".to_owned()));
    }
    if !summary {
        errors.push(("summary".to_owned(), "You must specify a summary of the issue.".to_owned()));
    }
    let (Some(project), Some(kind), true) = (project, kind, summary) else {
        return Err(Refusal::fields(errors));
    };
    let (now, catalog) = (site.frame.clock.now(), &site.catalog);
    let Some(priority) = catalog.usual_priority(project) else {
        return Err(Refusal::bad("The project's scheme has no priorities."));
    };
    Ok(Issue {
        id: site.issues.next_id(),
        project,
        number: site.issues.next_number(project),
        kind,
        status: catalog.workflow_of(project, kind).start,
        priority,
        resolution: None,
        assignee: None,
        reporter: hand.by.who,
        creator: hand.by.who,
        created: now,
        updated: now,
        resolved: None,
        category_changed: now,
        due: None,
        summary: "".into(),
        description: None,
        environment: None,
        labels: Vec::new(),
        components: Vec::new(),
        fix_versions: Vec::new(),
        versions: Vec::new(),
        custom: Vec::new(),
        comments: Vec::new(),
        properties: Vec::new(),
        watchers: [hand.by.who].into(),
        more: None,
        history: Vec::new(),
        writes: Vec::new(),
    })
}
