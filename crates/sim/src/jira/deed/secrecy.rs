//! Giving issues other security levels because something around them changed: their parent, scheme or project.

use crate::frame::table::Row;
use crate::jira::catalog::Project;
use crate::jira::edit::Set;
use crate::jira::hook::{self, News};
use crate::jira::issue::Deed;
use crate::jira::refusal::Refusal;
use crate::jira::scheme::SecurityScheme;
use crate::jira::site::{By, Site};
use crate::jira::task::Settled;

/// Gives an issue a level, and tells of it.
fn give(site: &mut Site, by: By, id: u32, level: Option<u32>) {
    let write = (Deed::Update, 0, Box::default());
    let done = site.change(id, by, write, false, |issue, desk| desk.apply(issue, Set::Security(level)));
    if let Some(done) = done.filter(|done| done.change != 0) {
        hook::announce(site, id, by.who, &News::IssueUpdated { event: "issue_updated", done });
    }
}

/// Gives the sub-tasks of an issue its level.
pub(crate) fn spread(site: &mut Site, by: By, id: u32) {
    let Some(issue) = site.issues.get(id) else { return };
    let (level, children) = (issue.parts().security, issue.parts().children.clone());
    children.into_iter().for_each(|child| give(site, by, child, level));
}

/// Gives many issues their levels, and then the schemes what was asked for.
pub(crate) fn relevel(site: &mut Site, by: By, issues: &[(u32, Option<u32>)], then: &Settled) {
    match then {
        Settled::Scheme(project, scheme) => site.catalog.projects.get_mut(*project).security = *scheme,
        Settled::Gone(scheme, level) => {
            // Taken out last, so that the history can still name it.
            issues.iter().for_each(|(id, to)| give(site, by, *id, *to));
            let scheme = site.catalog.security_schemes.get_mut(*scheme);
            scheme.levels.retain(|known| known.id != *level);
            scheme.default = scheme.default.filter(|default| default != level);
            return;
        }
    }
    issues.iter().for_each(|(id, to)| give(site, by, *id, *to));
}

/// Takes the levels off a project's issues that its scheme does not have.
pub(crate) fn realign(site: &mut Site, by: By, project: Row<Project>) {
    let known: Vec<u32> = site.catalog.levels_of(project).iter().map(|level| level.id).collect();
    let facts = site.issues.facts().filter(|fact| fact.project == project);
    let lost: Vec<u32> = facts
        .filter(|fact| fact.level.is_some_and(|level| !known.contains(&level)))
        .map(|fact| fact.id)
        .collect();
    lost.into_iter().for_each(|id| give(site, by, id, None));
}

/// The issues of a project and the levels they get when it has another scheme: as they are mapped, or none where the
/// scheme lacks theirs.
pub(crate) fn mapped(
    site: &Site,
    project: Row<Project>,
    scheme: Option<Row<SecurityScheme>>,
    maps: &[(u32, Option<u32>)],
) -> Result<Vec<(u32, Option<u32>)>, Refusal> {
    let levels = scheme.map(|row| site.catalog.security_schemes.get(row).levels.as_slice());
    let known = |id: u32| levels.unwrap_or_default().iter().any(|level| level.id == id);
    if maps.iter().filter_map(|(_, to)| *to).any(|to| !known(to)) {
        return Err(Refusal::bad("A new security level is not in the security scheme."));
    }
    let mut found = Vec::new();
    for fact in site.issues.facts().filter(|fact| fact.project == project) {
        let Some(level) = fact.level else { continue };
        match maps.iter().find(|(from, _)| *from == level) {
            Some((_, to)) => found.push((fact.id, *to)),
            None if known(level) => {}
            None => found.push((fact.id, None)),
        }
    }
    Ok(found)
}
