//! Creating and changing items.

use serde_json::Value;

use super::apply::apply;
use super::nested::Nested;
use super::read::{Set, Sets, read};
use super::{Hand, Members, named, team};
use crate::frame::table::Row;
use crate::targetprocess::catalog::{Catalog, Priority, Project, State};
use crate::targetprocess::hook;
use crate::targetprocess::item::{Deed, Item, Parts, Write};
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// An item that can be made without anything going wrong.
#[derive(Debug)]
pub(crate) struct Draft {
    kind: Kind,
    project: Row<Project>,
    state: Row<State>,
    priority: Row<Priority>,
    severity: Option<Row<Priority>>,
    sets: Sets,
    nested: Nested,
    names: Vec<String>,
}

impl Draft {
    /// Reads the body of an item that does not exist yet. A nested one has its parent's project unless it names another.
    pub(super) fn read(
        site: &Site,
        hand: &Hand<'_>,
        kind: Kind,
        (inherited, nested): (Option<Row<Project>>, bool),
        body: &Value,
    ) -> Result<Self, Refusal> {
        let members = Members::of(body)?;
        let story = members.get("UserStory").filter(|_| kind == Kind::Task);
        let parent = story.map(|value| super::reference("UserStory", value)).transpose()?.flatten();
        let story = parent.and_then(|id| site.items.get(id)).map(|story| story.project);
        let inherited = inherited.or(story);
        let sets = read(site, hand, kind, inherited, body)?;
        let project = sets.project().or(inherited);
        let mut missing = Vec::new();
        if !sets.fields.iter().any(|set| matches!(set, Set::Name(_))) {
            missing.push("Name is required.");
        }
        if kind == Kind::Task && parent.is_none() && !nested {
            missing.push("UserStory is required.");
        } else if project.is_none() {
            missing.push("Project is required.");
        }
        let Some(project) = project.filter(|_| missing.is_empty()) else {
            return Err(Refusal::bad(missing.join(" ")));
        };
        let catalog = &site.catalog;
        let process = catalog.projects.get(project).process;
        let state = catalog.states_of(process, kind).find(|(_, state)| state.initial).map(|(row, _)| row);
        let usual =
            |name: &'static str| move |priority: &Priority| priority.kind == kind && &*priority.name == name;
        let priority = catalog.priorities.find(usual("Nice To Have"));
        let (Some(state), Some(priority)) = (state, priority) else {
            return Err(Refusal::bad(format!("The project's process has no {}.", kind.name())));
        };
        let names = members.names().map(str::to_owned).collect();
        let nested = Nested::read(site, hand, (kind, project), &members)?;
        let severity = catalog.severities.find(usual("Normal"));
        Ok(Self { kind, project, state, priority, severity, sets, nested, names })
    }
}

/// Creates the item a body describes, and what is nested in it; the answer is its id.
pub(crate) fn create(site: &mut Site, hand: &Hand<'_>, kind: Kind, body: &Value) -> Result<u32, Refusal> {
    let draft = Draft::read(site, hand, kind, (None, false), body)?;
    Ok(make(site, hand, draft, None))
}

/// Makes an item, below another one perhaps; the answer is its id.
pub(super) fn make(site: &mut Site, hand: &Hand<'_>, draft: Draft, parent: Option<u32>) -> u32 {
    let mut item = blank(site, hand, &draft);
    let created = item.created;
    if let Some(parent) = parent.and_then(|id| site.items.get(id)) {
        put_below(&mut item, (parent.kind, parent.id));
    }
    let Draft { sets, nested, names, kind, .. } = draft;
    for set in sets.fields {
        apply(&mut item, set, &site.catalog, &mut site.tags, created);
    }
    for tag in &item.tags {
        site.dead_tags.remove(tag);
    }
    let fields = named(&mut site.names, names.iter().map(String::as_str));
    item.writes.push(Write {
        at: item.created,
        who: hand.by.who,
        via: hand.by.via,
        deed: Deed::Create,
        part: 0,
        fields,
    });
    let id = site.add(item);
    hook::item(site, id, hand.by.who, "Created", (&[], None));
    if let (Kind::TestCase, Some(plan)) = (kind, parent) {
        adopt(site, hand, plan, (kind, id));
    }
    if let Some(Some(row)) = sets.team {
        team::be_responsible(site, hand, id, Some(row));
    }
    nested.make(site, hand, id);
    id
}

fn blank(site: &mut Site, hand: &Hand<'_>, draft: &Draft) -> Item {
    let (now, version) = (site.frame.clock.now(), site.next_version());
    let who = hand.by.who;
    let id = site.items.next_id();
    Item {
        id,
        kind: draft.kind,
        project: draft.project,
        state: draft.state,
        priority: draft.priority,
        severity: draft.severity,
        name: "".into(),
        description: None,
        owner: who,
        creator: who,
        editor: who,
        portfolio: None,
        epic: None,
        feature: None,
        story: None,
        test_plan: None,
        test_cases: Vec::new(),
        milestone: None,
        release: None,
        iteration: None,
        team_iteration: None,
        effort: 0.0,
        estimate: 0.0,
        rank: f64::from(id),
        start: None,
        end: None,
        planned_start: None,
        planned_end: None,
        created: now,
        modified: now,
        state_changed: now,
        commented: None,
        tags: Vec::new(),
        version,
        custom: Vec::new(),
        parts: Parts::default(),
        writes: Vec::new(),
    }
}

/// Puts an item below a parent; the answer is the name of the field that changed.
fn put_below(item: &mut Item, (kind, parent): (Kind, u32)) -> Option<&'static str> {
    let (name, field) = match kind {
        Kind::PortfolioEpic => ("PortfolioEpic", &mut item.portfolio),
        Kind::Epic => ("Epic", &mut item.epic),
        Kind::Feature => ("Feature", &mut item.feature),
        Kind::UserStory => ("UserStory", &mut item.story),
        _ => return None,
    };
    super::apply::put(field, Some(parent)).then_some(name)
}

/// Puts an item that exists below another one.
pub(super) fn adopt(site: &mut Site, hand: &Hand<'_>, parent: u32, (kind, child): (Kind, u32)) {
    let Some(above) = site.items.get(parent).map(|parent| parent.kind) else { return };
    let write = |site: &mut Site| (Deed::Update, 0, named(&mut site.names, std::iter::once(above.name())));
    let (id, link) = match kind {
        Kind::TestCase => (parent, Some(child)),
        Kind::TestPlan => (child, Some(parent)),
        _ => (child, None),
    };
    let write = write(site);
    let changed = site.change(id, hand.by, write, |item, _, _, _| match link {
        Some(case) if item.test_cases.contains(&case) => Vec::new(),
        Some(case) => {
            item.test_cases.push(case);
            vec!["TestCases"]
        }
        None => put_below(item, (above, parent)).into_iter().collect(),
    });
    if let Some((changed, former)) = changed.filter(|(changed, _)| !changed.is_empty()) {
        hook::item(site, id, hand.by.who, "Updated", (&changed, former.as_deref()));
    }
}

/// Takes test cases out of test plans: pairs of a plan and a case. All plans must be there.
pub(crate) fn unlink(site: &mut Site, hand: &Hand<'_>, pairs: &[(u32, u32)]) -> Result<(), Refusal> {
    for (plan, _) in pairs {
        let known = site.items.get(*plan).filter(|item| item.kind == Kind::TestPlan);
        known.ok_or_else(|| Refusal::missing("TestPlan", plan))?;
    }
    for (plan, case) in pairs {
        let write = (Deed::Update, 0, named(&mut site.names, std::iter::once("TestCases")));
        let changed = site.change(*plan, hand.by, write, |item, _, _, _| {
            let before = item.test_cases.len();
            item.test_cases.retain(|kept| kept != case);
            if item.test_cases.len() < before { vec!["TestCases"] } else { Vec::new() }
        });
        if let Some((changed, former)) = changed.filter(|(changed, _)| !changed.is_empty()) {
            hook::item(site, *plan, hand.by.who, "Updated", (&changed, former.as_deref()));
        }
    }
    Ok(())
}

/// Changes an item as a body says; what is nested in it is made.
pub(crate) fn update(site: &mut Site, hand: &Hand<'_>, id: u32, body: &Value) -> Result<(), Refusal> {
    let item = site.items.get(id).ok_or_else(|| Refusal::missing("General", id))?;
    let members = Members::of(body)?;
    let sets = read(site, hand, item.kind, Some(item.project), body)?;
    let project = sets.project().unwrap_or(item.project);
    let mut nested = if super::nested::is_nested(body) {
        Nested::read(site, hand, (item.kind, project), &members)?
    } else {
        Nested::default()
    };
    if let Some(to) = sets.state() {
        let commented =
            !nested.comments.is_empty() || item.commented.is_some_and(|(at, _)| at > item.state_changed);
        may_move(&site.catalog, item.state, to, commented)?;
    }
    // A comment that a state demands comes before the state.
    for given in std::mem::take(&mut nested.comments) {
        super::comment::add(site, hand, id, given);
    }
    put(site, hand, id, sets.fields, members.names());
    if let Some(team) = sets.team {
        team::be_responsible(site, hand, id, team);
    }
    nested.make(site, hand, id);
    Ok(())
}

/// Whether an item may go from one state to another.
fn may_move(catalog: &Catalog, from: Row<State>, to: Row<State>, commented: bool) -> Result<(), Refusal> {
    let (old, new) = (catalog.states.get(from), catalog.states.get(to));
    if from == to {
        return Ok(());
    }
    if !old.next.contains(&to) {
        return Err(Refusal::bad(format!(
            "It is not possible to change state from '{}' to '{}'.",
            old.name, new.name
        )));
    }
    if new.comment_required && !commented {
        return Err(Refusal::bad(format!("A comment is required to move to the state '{}'.", new.name)));
    }
    Ok(())
}

fn put<'a>(
    site: &mut Site,
    hand: &Hand<'_>,
    id: u32,
    mut sets: Vec<Set>,
    names: impl Iterator<Item = &'a str>,
) {
    let write = (Deed::Update, 0, named(&mut site.names, names));
    let mut spread = None;
    if site.items.get(id).is_some_and(|item| !item.parts.efforts.is_empty()) {
        let total =
            sets.iter().find_map(|set| if let Set::Effort(total) = set { Some(*total) } else { None });
        sets.retain(|set| !matches!(set, Set::Effort(_)));
        spread = total.filter(|total| super::effort::spread(site, id, *total)).map(|_| "Effort");
    }
    let moves = sets.iter().any(|set| matches!(set, Set::State(_)));
    let changed = site.change(id, hand.by, write, |item, catalog, tags, at| {
        let changed = sets.into_iter().filter_map(|set| apply(item, set, catalog, tags, at));
        changed.chain(spread).collect()
    });
    if moves {
        team::follow(site, id);
    }
    if let Some((changed, former)) = changed.filter(|(changed, _)| !changed.is_empty()) {
        hook::item(site, id, hand.by.who, "Updated", (&changed, former.as_deref()));
    }
}

/// Walks an item to the state with this name as a person would, state by state.
pub(crate) fn walk(site: &mut Site, hand: &Hand<'_>, id: u32, state: &str) -> Result<(), String> {
    let item = site.items.get(id).ok_or("there is no such item")?;
    let process = site.catalog.projects.get(item.project).process;
    let target =
        site.catalog.states_of(process, item.kind).find(|(_, found)| found.name.eq_ignore_ascii_case(state));
    let (target, _) = target.ok_or_else(|| format!("there is no state '{state}'"))?;
    let steps = site.catalog.path(item.state, target).ok_or_else(|| format!("no way leads to '{state}'"))?;
    for step in steps {
        put(site, hand, id, vec![Set::State(step)], std::iter::once("EntityState"));
    }
    Ok(())
}
