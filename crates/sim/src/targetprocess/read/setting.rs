//! Fields of people, workflows and other settings.

use super::{Thing, Val, living};
use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::targetprocess::catalog::{Priority, State};
use crate::targetprocess::schema::Slot;
use crate::targetprocess::site::Site;

impl Site {
    pub(super) fn of_state(&self, row: Row<State>, slot: Slot) -> Val<'_> {
        let state = self.catalog.states.get(row);
        match slot {
            Slot::Id => Val::id(state.id),
            Slot::Name => Val::text(&state.name),
            Slot::IsInitial => Val::Flag(state.initial),
            Slot::IsFinal => Val::Flag(state.last),
            Slot::IsPlanned => Val::Flag(state.planned),
            Slot::IsCommentRequired => Val::Flag(state.comment_required),
            Slot::NumericPriority => Val::Number(state.rank),
            Slot::Workflow => Val::Thing(Thing::Workflow(state.workflow)),
            Slot::Process => Val::Thing(Thing::Process(state.process)),
            Slot::EntityType => Val::thing(self.catalog.entity_type(state.kind).map(Thing::EntityType)),
            Slot::NextStates => Val::Things(state.next.iter().copied().map(Thing::State).collect()),
            _ => Val::Null,
        }
    }

    pub(super) fn of_user(&self, person: Person, slot: Slot) -> Val<'_> {
        let Some(account) = self.catalog.account(person) else { return Val::Null };
        match slot {
            Slot::Kind => Val::text(account.sort.name()),
            Slot::Id => Val::id(account.id),
            Slot::FirstName => Val::text(&account.first),
            Slot::LastName => Val::text(&account.last),
            Slot::FullName | Slot::Name => {
                Val::Text(format!("{} {}", account.first, account.last).trim().to_owned().into())
            }
            Slot::Login => Val::text(&account.login),
            Slot::Email => Val::text(&account.email),
            Slot::CreateDate => Val::Time(account.created),
            Slot::ModifyDate => Val::Time(account.modified),
            Slot::DeleteDate => Val::time(account.deleted),
            Slot::IsActive => Val::Flag(account.active),
            Slot::IsAdministrator => Val::Flag(account.admin),
            Slot::WeeklyAvailableHours => Val::Decimal(account.hours),
            Slot::EntityVersion => Val::id(account.version),
            Slot::Role => Val::thing(account.role.map(Thing::Role)),
            Slot::Assignables => {
                let mut items: Vec<Thing> = Vec::new();
                for assignment in self.assignments.iter().filter(|one| one.user == person) {
                    if items.last() != Some(&Thing::Item(assignment.assignable)) {
                        items.push(Thing::Item(assignment.assignable));
                    }
                }
                Val::Things(items)
            }
            _ => Val::Null,
        }
    }

    /// Settings that are little more than an id and a name.
    pub(super) fn of_setting(&self, thing: Thing, slot: Slot) -> Val<'_> {
        let catalog = &self.catalog;
        let named = |id: u32, name| match slot {
            Slot::Id => Val::id(id),
            Slot::Name => Val::text(name),
            _ => Val::Null,
        };
        match thing {
            Thing::RelationType(row) => {
                named(catalog.relation_types.get(row).id, &catalog.relation_types.get(row).name)
            }
            Thing::Role(row) if slot == Slot::HasEffort => Val::Flag(catalog.roles.get(row).has_effort),
            Thing::Role(row) => named(catalog.roles.get(row).id, &catalog.roles.get(row).name),
            Thing::EntityType(row) => {
                named(catalog.entity_types.get(row).id, catalog.entity_types.get(row).kind.name())
            }
            Thing::Tag(tag) if slot == Slot::Generals => {
                let items = self.items.iter().filter(|item| item.tags.contains(&tag));
                Val::Things(items.map(|item| Thing::Item(item.id)).collect())
            }
            Thing::Tag(tag) => named(tag.number(), self.tags.get(tag)),
            Thing::Process(row) => self.of_process(row, slot),
            Thing::Workflow(row) => {
                let flow = catalog.workflows.get(row);
                match slot {
                    Slot::EntityType => Val::thing(catalog.entity_type(flow.kind).map(Thing::EntityType)),
                    Slot::Process => Val::Thing(Thing::Process(flow.process)),
                    Slot::EntityStates => {
                        let states = catalog.states.iter().filter(|(_, state)| state.workflow == row);
                        Val::Things(states.map(|(row, _)| Thing::State(row)).collect())
                    }
                    _ => named(flow.id, &flow.name),
                }
            }
            Thing::Priority(row) => self.of_priority(catalog.priorities.get(row), slot),
            Thing::Severity(row) => self.of_priority(catalog.severities.get(row), slot),
            Thing::CustomField(row) => {
                let field = catalog.custom.get(row);
                match slot {
                    Slot::FieldType => Val::text(field.shape.name()),
                    Slot::Value if field.options.is_empty() => Val::Null,
                    Slot::Value => Val::Text(field.options.join("\r\n").into()),
                    Slot::EntityType => Val::thing(catalog.entity_type(field.kind).map(Thing::EntityType)),
                    Slot::Process => Val::Thing(Thing::Process(field.process)),
                    _ => named(field.id, &field.name),
                }
            }
            _ => Val::Null,
        }
    }

    fn of_process(&self, row: Row<crate::targetprocess::catalog::Process>, slot: Slot) -> Val<'_> {
        let catalog = &self.catalog;
        match slot {
            Slot::Id => Val::id(catalog.processes.get(row).id),
            Slot::Name => Val::text(&catalog.processes.get(row).name),
            Slot::IsDefault => Val::Flag(row.place() == 0),
            Slot::Workflows => {
                let flows = catalog.workflows.iter().filter(|(_, flow)| flow.process == row);
                Val::Things(flows.map(|(row, _)| Thing::Workflow(row)).collect())
            }
            Slot::EntityStates => {
                let states = catalog.states.iter().filter(|(_, state)| state.process == row);
                Val::Things(states.map(|(row, _)| Thing::State(row)).collect())
            }
            Slot::Projects => {
                let projects = living(&catalog.projects, |project| &project.base);
                let projects = projects.filter(|(_, project)| project.process == row);
                Val::Things(projects.map(|(row, _)| Thing::Project(row)).collect())
            }
            _ => Val::Null,
        }
    }

    fn of_priority<'a>(&'a self, priority: &'a Priority, slot: Slot) -> Val<'a> {
        match slot {
            Slot::Id => Val::id(priority.id),
            Slot::Name => Val::text(&priority.name),
            Slot::Importance => Val::id(priority.importance),
            Slot::IsDefault => Val::Flag(&*priority.name == "Nice To Have" || &*priority.name == "Normal"),
            Slot::EntityType => Val::thing(self.catalog.entity_type(priority.kind).map(Thing::EntityType)),
            _ => Val::Null,
        }
    }
}
