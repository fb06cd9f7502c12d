//! Creating, changing and deleting items.

use serde_json::{Value, json};

use super::apply::apply;
use super::read::{Set, read};
use super::{Hand, Members, assignment, comment, named};
use crate::frame::table::Row;
use crate::targetprocess::catalog::{Catalog, Project, State};
use crate::targetprocess::hook;
use crate::targetprocess::item::{Deed, Item, Write};
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// Creates the item a body describes, and what is nested in it; the answer is its id.
pub(crate) fn create(site: &mut Site, hand: &Hand<'_>, kind: Kind, body: &Value) -> Result<u32, Refusal> {
    let members = Members::of(body)?;
    let story = members.get("UserStory").filter(|_| kind == Kind::Task);
    let parent = story.map(|value| super::reference("UserStory", value)).transpose()?.flatten();
    let inherited = parent.and_then(|id| site.items.get(id)).map(|story| story.project);
    let sets = read(site, hand, kind, inherited, body)?;
    let project =
        sets.iter().find_map(|set| if let Set::Project(row) = set { Some(*row) } else { None }).or(inherited);
    let mut missing = Vec::new();
    if !sets.iter().any(|set| matches!(set, Set::Name(_))) {
        missing.push("Name is required.");
    }
    if kind == Kind::Task && parent.is_none() {
        missing.push("UserStory is required.");
    } else if project.is_none() {
        missing.push("Project is required.");
    }
    let Some(project) = project.filter(|_| missing.is_empty()) else {
        return Err(Refusal::bad(missing.join(" ")));
    };
    let comments: Vec<comment::Given> = members
        .nested("Comments")?
        .iter()
        .map(|body| comment::read(site, hand, body))
        .collect::<Result<_, _>>()?;
    let mut item = blank(site, hand, kind, project)?;
    let created = item.created;
    for set in sets {
        apply(&mut item, set, &site.catalog, &mut site.tags, created);
    }
    let fields = named(&mut site.names, members.names());
    item.writes.push(Write {
        at: item.created,
        who: hand.by.who,
        via: hand.by.via,
        deed: Deed::Create,
        part: 0,
        fields,
    });
    let id = site.add(item);
    hook::item(site, id, hand.by.who, "Created", &[]);
    for given in comments {
        comment::add(site, hand, id, given)?;
    }
    add_nested(site, hand, id, &members)?;
    Ok(id)
}

/// Makes the tasks and assignments nested in an item's body.
fn add_nested(site: &mut Site, hand: &Hand<'_>, id: u32, members: &Members<'_>) -> Result<(), Refusal> {
    for task in members.nested("Tasks")? {
        let mut task = task.clone();
        if let Some(members) = task.as_object_mut() {
            members.insert("UserStory".to_owned(), json!({"Id": id}));
        }
        create(site, hand, Kind::Task, &task)?;
    }
    for assigned in members.nested("Assignments")? {
        assignment::add(site, hand, id, assigned)?;
    }
    Ok(())
}

fn blank(site: &Site, hand: &Hand<'_>, kind: Kind, project: Row<Project>) -> Result<Item, Refusal> {
    let (catalog, now) = (&site.catalog, site.frame.clock.now());
    let process = catalog.projects.get(project).process;
    let state = catalog.states_of(process, kind).find(|(_, state)| state.initial).map(|(row, _)| row);
    let usual = |name: &'static str| {
        move |priority: &crate::targetprocess::catalog::Priority| {
            priority.kind == kind && &*priority.name == name
        }
    };
    let priority = catalog.priorities.find(usual("Nice To Have"));
    let (Some(state), Some(priority)) = (state, priority) else {
        return Err(Refusal::bad(format!("The project's process has no {}.", kind.name())));
    };
    let who = hand.by.who;
    let id = site.items.next_id();
    Ok(Item {
        id,
        kind,
        project,
        state,
        priority,
        severity: catalog.severities.find(usual("Normal")),
        name: "".into(),
        description: None,
        owner: who,
        creator: who,
        editor: who,
        epic: None,
        feature: None,
        story: None,
        release: None,
        iteration: None,
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
        version: 1,
        custom: Vec::new(),
        comments: Vec::new(),
        assignments: Vec::new(),
        writes: Vec::new(),
    })
}

/// Changes an item as a body says; what is nested in it is made.
pub(crate) fn update(site: &mut Site, hand: &Hand<'_>, id: u32, body: &Value) -> Result<(), Refusal> {
    let item = site.items.get(id).ok_or_else(|| Refusal::missing("General", id))?;
    let members = Members::of(body)?;
    let sets = read(site, hand, item.kind, Some(item.project), body)?;
    let comments: Vec<comment::Given> = members
        .nested("Comments")?
        .iter()
        .map(|body| comment::read(site, hand, body))
        .collect::<Result<_, _>>()?;
    if let Some(to) = sets.iter().find_map(|set| if let Set::State(row) = set { Some(*row) } else { None }) {
        let commented = !comments.is_empty() || item.commented.is_some_and(|(at, _)| at > item.state_changed);
        may_move(&site.catalog, item.state, to, commented)?;
    }
    for given in comments {
        comment::add(site, hand, id, given)?;
    }
    put(site, hand, id, sets, members.names());
    add_nested(site, hand, id, &members)
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

fn put<'a>(site: &mut Site, hand: &Hand<'_>, id: u32, sets: Vec<Set>, names: impl Iterator<Item = &'a str>) {
    let write = (Deed::Update, 0, named(&mut site.names, names));
    let changed = site.change(id, hand.by, write, |item, catalog, tags, at| {
        sets.into_iter().filter_map(|set| apply(item, set, catalog, tags, at)).collect()
    });
    if let Some(changed) = changed.filter(|changed| !changed.is_empty()) {
        hook::item(site, id, hand.by.who, "Updated", &changed);
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

/// Deletes an item with everything on it.
pub(crate) fn delete(site: &mut Site, hand: &Hand<'_>, id: u32) -> Result<(), Refusal> {
    let item = site.remove(id, hand.by.who).ok_or_else(|| Refusal::missing("General", id))?;
    hook::deleted(site, &item, hand.by.who);
    Ok(())
}
