//! Fields of items, as they are and as they were.

use super::{Thing, Val};
use crate::targetprocess::item::Item;
use crate::targetprocess::schema::{Kind, Slot};
use crate::targetprocess::site::Site;

impl Site {
    pub(crate) fn of_item<'a>(&'a self, item: &'a Item, slot: Slot) -> Val<'a> {
        let catalog = &self.catalog;
        let user = |person| Val::Thing(Thing::User(person));
        match slot {
            Slot::Id => Val::id(item.id),
            Slot::Name => Val::text(&item.name),
            Slot::Description => Val::maybe(item.description.as_deref()),
            Slot::StartDate => Val::time(item.start),
            Slot::EndDate => Val::time(item.end),
            Slot::PlannedStartDate => Val::time(item.planned_start),
            Slot::PlannedEndDate => Val::time(item.planned_end),
            Slot::CreateDate => Val::Time(item.created),
            Slot::ModifyDate => Val::Time(item.modified),
            Slot::LastStateChangeDate => Val::Time(item.state_changed),
            Slot::LastCommentDate => Val::time(item.commented.map(|(at, _)| at)),
            Slot::LastCommentedUser => item.commented.map_or(Val::Null, |(_, who)| user(who)),
            Slot::Tags => Val::Text(self.tag_text(&item.tags).into()),
            Slot::TagObjects => Val::Things(item.tags.iter().copied().map(Thing::Tag).collect()),
            Slot::NumericPriority => Val::Number(item.rank),
            Slot::EntityVersion => Val::id(item.version),
            Slot::EntityType => Val::thing(catalog.entity_type(item.kind).map(Thing::EntityType)),
            Slot::LastEditor => user(item.editor),
            Slot::Owner => user(item.owner),
            Slot::Creator => user(item.creator),
            Slot::Project => Val::Thing(Thing::Project(item.project)),
            Slot::CustomFields => self.custom(item),
            Slot::InitialEstimate => Val::Decimal(item.estimate),
            Slot::Units => Val::text("pt"),
            Slot::Milestone => Val::thing(item.milestone.map(Thing::Milestone)),
            Slot::Release => Val::thing(item.release.map(Thing::Release)),
            Slot::Iteration => Val::thing(item.iteration.map(Thing::Iteration)),
            Slot::TeamIteration => Val::thing(item.team_iteration.map(Thing::TeamIteration)),
            Slot::Priority => Val::Thing(Thing::Priority(item.priority)),
            Slot::Severity => Val::thing(item.severity.map(Thing::Severity)),
            Slot::EntityState => Val::Thing(Thing::State(item.state)),
            Slot::LastRunStatus => Val::Null,
            _ => self.around_item(item, slot),
        }
    }

    /// Tags as the API writes them: names with commas between them.
    pub(crate) fn tag_text(&self, tags: &[crate::frame::table::Name]) -> String {
        tags.iter().map(|tag| self.tags.get(*tag)).collect::<Vec<_>>().join(", ")
    }

    /// What is computed from, or looked for around, an item.
    fn around_item(&self, item: &Item, slot: Slot) -> Val<'_> {
        let there =
            |id: Option<u32>| Val::thing(id.filter(|id| self.items.get(*id).is_some()).map(Thing::Item));
        match slot {
            Slot::PortfolioEpic => there(item.portfolio),
            Slot::Epic => there(item.epic),
            Slot::Feature => there(item.feature),
            Slot::UserStory => there(item.story),
            Slot::LinkedTestPlan => there(item.test_plan),
            Slot::Effort => Val::Decimal(self.effort(item)),
            Slot::EffortCompleted => Val::Decimal(self.effort(item) * self.done(item)),
            Slot::EffortToDo => Val::Decimal(self.effort(item) * (1.0 - self.done(item))),
            Slot::Progress => Val::Decimal(self.done(item)),
            Slot::TimeSpent => Val::Decimal(self.time_spent(item)),
            Slot::TimeRemain => {
                let last =
                    item.parts.times.iter().filter_map(|id| self.times.get(*id)).max_by_key(|time| time.date);
                Val::Decimal(last.map_or(0.0, |time| time.remain))
            }
            Slot::Team => {
                let first = item.parts.teams.first().and_then(|id| self.team_assignments.get(*id));
                Val::thing(first.map(|one| Thing::Team(one.team)))
            }
            Slot::ResponsibleTeam => Val::thing(item.parts.teams.first().copied().map(Thing::TeamAssignment)),
            _ => self.collection(item, slot).map_or(Val::Null, Val::Things),
        }
    }

    /// The effort in all: the sum of the role efforts if there are any (developer hub, "Set Effort").
    pub(crate) fn effort(&self, item: &Item) -> f64 {
        let mut efforts = item.parts.efforts.iter().filter_map(|id| self.efforts.get(*id)).peekable();
        if efforts.peek().is_none() { item.effort } else { efforts.map(|one| one.effort).sum() }
    }

    fn done(&self, item: &Item) -> f64 {
        if self.catalog.states.get(item.state).last { 1.0 } else { 0.0 }
    }

    /// Time spent on an item; on a user story also that on its tasks (developer hub, "Time Reports").
    fn time_spent(&self, item: &Item) -> f64 {
        let own = |item: &Item| -> f64 {
            item.parts.times.iter().filter_map(|id| self.times.get(*id)).map(|time| time.spent).sum()
        };
        let tasks =
            self.items.iter().filter(|task| item.kind == Kind::UserStory && task.story == Some(item.id));
        own(item) + tasks.filter(|task| task.kind == Kind::Task).map(own).sum::<f64>()
    }

    fn collection(&self, item: &Item, slot: Slot) -> Option<Vec<Thing>> {
        let children = |kind: Kind, parent: fn(&Item) -> Option<u32>| {
            let children =
                self.items.iter().filter(|child| child.kind == kind && parent(child) == Some(item.id));
            let mut children: Vec<Thing> = children.map(|child| Thing::Item(child.id)).collect();
            children.reverse();
            children
        };
        let parts = |ids: &[u32], thing: fn(u32) -> Thing| ids.iter().copied().map(thing).collect::<Vec<_>>();
        Some(match slot {
            Slot::Epics => children(Kind::Epic, |child| child.portfolio),
            Slot::Features => children(Kind::Feature, |child| child.epic),
            Slot::UserStories => children(Kind::UserStory, |child| child.feature),
            Slot::Tasks => children(Kind::Task, |child| child.story),
            Slot::Bugs if item.kind == Kind::Feature => children(Kind::Bug, |child| child.feature),
            Slot::Bugs => children(Kind::Bug, |child| child.story),
            Slot::Comments => item.parts.comments.iter().rev().copied().map(Thing::Comment).collect(),
            Slot::Attachments => parts(&item.parts.attachments, Thing::Attachment),
            Slot::Assignments => parts(&item.parts.assignments, Thing::Assignment),
            Slot::AssignedTeams => parts(&item.parts.teams, Thing::TeamAssignment),
            Slot::RoleEfforts => parts(&item.parts.efforts, Thing::RoleEffort),
            Slot::Times => parts(&item.parts.times, Thing::Time),
            Slot::TestCases => parts(&item.test_cases, Thing::Item),
            Slot::TestPlans => {
                let plans = self.items.iter().filter(|plan| plan.test_cases.contains(&item.id));
                plans.map(|plan| Thing::Item(plan.id)).collect()
            }
            Slot::AssignedUser => {
                let assigned = item.parts.assignments.iter().filter_map(|id| self.assignments.get(*id));
                let mut people: Vec<Thing> = Vec::new();
                for assignment in assigned {
                    if !people.contains(&Thing::User(assignment.user)) {
                        people.push(Thing::User(assignment.user));
                    }
                }
                people
            }
            Slot::History => {
                let records = self.history.iter().filter(|record| record.copy.id == item.id && record.simple);
                records.map(|record| Thing::Simple(record.id)).collect()
            }
            Slot::InboundRelations
            | Slot::OutboundRelations
            | Slot::InboundAssignables
            | Slot::OutboundAssignables => self.related(item.id, slot),
            _ => return None,
        })
    }

    /// The relations of a General, or what is at their other ends.
    pub(super) fn related(&self, id: u32, slot: Slot) -> Vec<Thing> {
        let inbound = matches!(slot, Slot::InboundRelations | Slot::InboundAssignables);
        let relations = self
            .relations
            .iter()
            .filter(|relation| if inbound { relation.slave == id } else { relation.master == id });
        match slot {
            Slot::InboundRelations | Slot::OutboundRelations => {
                relations.map(|relation| Thing::Relation(relation.id)).collect()
            }
            _ => {
                let ends = relations.map(|relation| if inbound { relation.master } else { relation.slave });
                ends.filter_map(|end| self.find(Kind::Assignable, end)).collect()
            }
        }
    }

    /// All custom fields of the item's type, whether or not they hold something.
    fn custom<'a>(&'a self, item: &'a Item) -> Val<'a> {
        let process = self.catalog.projects.get(item.project).process;
        let fields = self
            .catalog
            .custom
            .iter()
            .filter(|(_, field)| field.kind == item.kind && field.process == process);
        Val::Custom(
            fields
                .map(|(row, field)| {
                    let held = item.custom.iter().find(|(kept, _)| *kept == row).map(|(_, held)| held);
                    (&*field.name, field.shape.name(), held)
                })
                .collect(),
        )
    }

    /// A deleted item: its own fields, without what hung on it.
    pub(super) fn of_gone(&self, id: u32, slot: Slot) -> Val<'_> {
        let Some(gone) = self.gone.get(&id) else { return Val::Null };
        match slot {
            Slot::DeleteDate => Val::Time(gone.at),
            Slot::Effort => Val::Decimal(gone.item.effort),
            slot => match self.of_item(&gone.item, slot) {
                Val::Things(_) => Val::Things(Vec::new()),
                other => other,
            },
        }
    }

    /// A record of an item's history.
    pub(super) fn of_record(&self, id: u32, slot: Slot) -> Val<'_> {
        let Some(record) = self.history.get(id) else { return Val::Null };
        let copy = &record.copy;
        match slot {
            Slot::Id => Val::id(record.id),
            Slot::Date => Val::Time(record.from),
            // The record that holds is valid until the year 9999 (developer hub, "What is a historical record?").
            Slot::DateTo => Val::Time(record.to.unwrap_or(253_402_300_740_000)),
            Slot::Modification => Val::text(if record.added { "Add" } else { "Update" }),
            Slot::Modifier => Val::Thing(Thing::User(record.modifier)),
            Slot::Changed(name) => Val::Flag(record.added || record.changed.contains(&name)),
            Slot::Subject => Val::thing(self.items.get(copy.id).map(|item| Thing::Item(item.id))),
            Slot::PreviousRecord => Val::thing(record.before.map(Thing::Full)),
            slot => self.of_item(copy, slot),
        }
    }
}
