//! The issues of a fresh simulator, drawn from the seed.

use super::{ADA, ADMIN, BOB};
use crate::frame::random::Random;
use crate::frame::table::Row;
use crate::jira::catalog::{Category, Project, Status};
use crate::jira::custom::{Held, Shape};
use crate::jira::issue::{Comment, Deed, Issue, Text, Via, Write};
use crate::jira::site::Site;

/// How far apart issues were created.
const APART: i64 = 90 * 60_000;

const THINGS: &[&str] = &[
    "Login page",
    "Price list",
    "Export",
    "Search index",
    "Invoice mail",
    "Stock report",
    "Order form",
    "Voucher",
    "Address book",
    "Report builder",
    "Mobile menu",
    "Audit log",
    "Image upload",
    "Newsletter",
    "Tax table",
];
const TROUBLES: &[&str] = &[
    "is slow with many entries",
    "shows the wrong total",
    "forgets the last filter",
    "fails on umlauts",
    "needs a keyboard shortcut",
    "should remember the customer",
    "times out at night",
    "ignores the time zone",
    "has no empty state",
    "must be accessible",
    "loses the second page",
    "should send a copy to the owner",
];
const LABELS: &[&str] = &["backend", "frontend", "regression", "customer", "quick-win", "security"];
const REMARKS: &[&str] = &[
    "Seen again this morning.",
    "I can take this next week.",
    "The customer *confirmed* the fix.",
    "Could not reproduce it on staging.",
    "See the list:\n* first\n* second",
];
const POINTS: &[f64] = &[1.0, 2.0, 3.0, 5.0, 8.0];

/// Adds issues, the newest of which was created an hour and a half ago; two of three are in the first project.
pub(crate) fn add(site: &mut Site, count: usize, seed: u64) {
    let mut random = Random::new(seed);
    let projects: Vec<Row<Project>> = site.catalog.projects.iter().map(|(row, _)| row).collect();
    let now = site.frame.clock.now();
    for number in 0..count {
        let age = i64::try_from(count - number).unwrap_or(i64::MAX / APART) * APART;
        let project = projects.get(usize::from(number % 3 == 2));
        let issue =
            project.and_then(|project| draw(site, &mut random, *project, now.saturating_sub(age).max(0)));
        if let Some(issue) = issue {
            site.issues.add(issue);
        }
    }
}

/// One issue; `None` only for a catalogue without types or priorities.
fn draw(site: &mut Site, random: &mut Random, project: Row<Project>, created: i64) -> Option<Issue> {
    let catalog = &site.catalog;
    let reporter = *random.pick(&[ADMIN, ADA, BOB])?;
    let (thing, trouble) = (*random.pick(THINGS)?, *random.pick(TROUBLES)?);
    let described =
        format!("The *{thing}* {trouble}.\n\n* Where: {}\n* Since: last release", random.pick(LABELS)?);
    let status = status(site, random, project)?;
    let done = catalog.statuses.get(status).category == Category::Done;
    let resolution = catalog.resolutions.iter().next().map(|(row, _)| row).filter(|_| done);
    let usual = catalog.kinds.iter().filter(|(_, kind)| kind.level == 0);
    let kinds: Vec<_> = usual.map(|(row, _)| row).collect();
    let priorities: Vec<_> = catalog.priorities.iter().map(|(row, _)| row).collect();
    let (kind, priority) = (*random.pick(&kinds)?, *random.pick(&priorities)?);
    let updated = created + i64::try_from(random.below(80 * 60_000)).ok()?;
    let assignee = *random.pick(&[None, Some(ADA), Some(BOB)])?;
    let mut labels: Vec<&str> = (0..random.below(3)).filter_map(|_| random.pick(LABELS).copied()).collect();
    labels.sort_unstable();
    labels.dedup();
    let points =
        site.catalog.custom.find(|custom| custom.shape == Shape::Number).filter(|_| random.chance(0.5));
    let points = points.zip(random.pick(POINTS)).map(|(row, points)| (row, Held::Number(*points)));
    Some(Issue {
        id: site.issues.next_id(),
        project,
        number: site.issues.next_number(project),
        kind,
        status,
        priority,
        resolution,
        assignee,
        reporter,
        creator: reporter,
        created,
        updated,
        resolved: resolution.map(|_| updated),
        category_changed: updated,
        due: None,
        summary: format!("{thing} {trouble}").into(),
        description: Some(Text::Wiki(described.into())),
        environment: None,
        labels: labels.iter().map(|label| site.names.intern(label)).collect(),
        components: Vec::new(),
        fix_versions: Vec::new(),
        versions: Vec::new(),
        custom: points.into_iter().collect(),
        comments: (0..random.below(3))
            .filter_map(|_| remark(&mut site.next_comment, random, updated))
            .collect(),
        properties: Vec::new(),
        watchers: [reporter].into(),
        more: None,
        history: Vec::new(),
        writes: vec![Write {
            at: created,
            who: reporter,
            via: Via::Person,
            deed: Deed::Create,
            part: 0,
            fields: Box::default(),
        }],
    })
}

/// A status that the project's workflow can reach.
fn status(site: &Site, random: &mut Random, project: Row<Project>) -> Option<Row<Status>> {
    let catalog = &site.catalog;
    let scheme = catalog.workflow_schemes.get(catalog.projects.get(project).workflows);
    let workflow = catalog.workflows.get(scheme.plan.default);
    let mut reachable: Vec<Row<Status>> = workflow.transitions.iter().map(|step| step.to).collect();
    reachable.sort_unstable();
    reachable.dedup();
    random.pick(&reachable).copied()
}

fn remark(next: &mut u32, random: &mut Random, at: i64) -> Option<Comment> {
    let author = *random.pick(&[ADA, BOB])?;
    let (id, body) = (*next, Text::Wiki((*random.pick(REMARKS)?).into()));
    *next += 1;
    Some(Comment {
        id,
        author,
        editor: author,
        body,
        created: at,
        updated: at,
        visibility: None,
        properties: Vec::new(),
    })
}
