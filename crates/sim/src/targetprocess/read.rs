//! Reading any field of any resource, for showing as for filtering.

use std::borrow::Cow;

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::targetprocess::catalog::{
    CustomField, EntityType, Priority, Process, Project, RelationType, Role, Span, State,
};
use crate::targetprocess::item::{Held, Item};
use crate::targetprocess::schema::{Kind, Slot};
use crate::targetprocess::site::Site;

/// One resource.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Thing {
    Item(u32),
    /// An item as a search index that lags behind still has it.
    Past(u32),
    Comment(u32),
    Assignment(u32),
    Relation(u32),
    RelationType(Row<RelationType>),
    Project(Row<Project>),
    Process(Row<Process>),
    Release(Row<Span>),
    Iteration(Row<Span>),
    State(Row<State>),
    Priority(Row<Priority>),
    Severity(Row<Priority>),
    User(Person),
    Role(Row<Role>),
    EntityType(Row<EntityType>),
    CustomField(Row<CustomField>),
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Val<'a> {
    Null,
    Flag(bool),
    Number(f64),
    Text(Cow<'a, str>),
    /// Milliseconds since 1970.
    Time(i64),
    Thing(Thing),
    Things(Vec<Thing>),
    /// Name, type and value of custom fields.
    Custom(Vec<(&'a str, &'static str, Option<&'a Held>)>),
}

impl<'a> Val<'a> {
    fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    fn id(id: u32) -> Self {
        Self::Number(f64::from(id))
    }

    fn time(at: Option<i64>) -> Self {
        at.map_or(Self::Null, Self::Time)
    }

    fn thing(thing: Option<Thing>) -> Self {
        thing.map_or(Self::Null, Self::Thing)
    }
}

impl Site {
    /// All resources of a kind by id, as a search sees them.
    pub(crate) fn all(&self, kind: Kind) -> Vec<Thing> {
        let catalog = &self.catalog;
        match kind {
            Kind::Comment => self.comments.iter().map(|comment| Thing::Comment(comment.id)).collect(),
            Kind::Assignment => self.assignments.iter().map(|one| Thing::Assignment(one.id)).collect(),
            Kind::Relation => self.relations.iter().map(|one| Thing::Relation(one.id)).collect(),
            Kind::RelationType => {
                catalog.relation_types.iter().map(|(row, _)| Thing::RelationType(row)).collect()
            }
            Kind::Project => catalog.projects.iter().map(|(row, _)| Thing::Project(row)).collect(),
            Kind::Process => catalog.processes.iter().map(|(row, _)| Thing::Process(row)).collect(),
            Kind::Release => catalog.releases.iter().map(|(row, _)| Thing::Release(row)).collect(),
            Kind::Iteration => catalog.iterations.iter().map(|(row, _)| Thing::Iteration(row)).collect(),
            Kind::EntityState => catalog.states.iter().map(|(row, _)| Thing::State(row)).collect(),
            Kind::Priority => catalog.priorities.iter().map(|(row, _)| Thing::Priority(row)).collect(),
            Kind::Severity => catalog.severities.iter().map(|(row, _)| Thing::Severity(row)).collect(),
            Kind::User => catalog.people().map(|(person, _)| Thing::User(person)).collect(),
            Kind::Role => catalog.roles.iter().map(|(row, _)| Thing::Role(row)).collect(),
            Kind::EntityType => catalog.entity_types.iter().map(|(row, _)| Thing::EntityType(row)).collect(),
            Kind::CustomField => catalog.custom.iter().map(|(row, _)| Thing::CustomField(row)).collect(),
            Kind::Team | Kind::TeamIteration | Kind::GeneralConversion => Vec::new(),
            _ => self.items_of(kind),
        }
    }

    fn items_of(&self, kind: Kind) -> Vec<Thing> {
        let (changed, former) = self.stale.seen(self.frame.clock.now(), self.frame.faults.index_lag());
        let current = self.items.iter().filter(|item| kind.takes(item.kind) && !changed.contains(&item.id));
        let mut all: Vec<(u32, Thing)> = current.map(|item| (item.id, Thing::Item(item.id))).collect();
        let former = former.into_iter().filter(|(_, item)| kind.takes(item.kind));
        all.extend(former.map(|(id, _)| (id, Thing::Past(id))));
        all.sort_unstable_by_key(|(id, _)| *id);
        all.into_iter().map(|(_, thing)| thing).collect()
    }

    /// The resource of a kind with this id, as it is.
    pub(crate) fn find(&self, kind: Kind, id: u32) -> Option<Thing> {
        if kind.is_item() {
            return self.items.get(id).filter(|item| kind.takes(item.kind)).map(|item| Thing::Item(item.id));
        }
        match kind {
            Kind::Comment => self.comments.get(id).map(|_| Thing::Comment(id)),
            Kind::Assignment => self.assignments.get(id).map(|_| Thing::Assignment(id)),
            Kind::Relation => self.relations.get(id).map(|_| Thing::Relation(id)),
            _ => self.all(kind).into_iter().find(|thing| self.read(*thing, Slot::Id) == Val::id(id)),
        }
    }

    /// The resource's own kind.
    pub(crate) fn kind(&self, thing: Thing) -> Kind {
        match thing {
            Thing::Item(_) | Thing::Past(_) => self.item(thing).map_or(Kind::General, |item| item.kind),
            Thing::Comment(_) => Kind::Comment,
            Thing::Assignment(_) => Kind::Assignment,
            Thing::Relation(_) => Kind::Relation,
            Thing::RelationType(_) => Kind::RelationType,
            Thing::Project(_) => Kind::Project,
            Thing::Process(_) => Kind::Process,
            Thing::Release(_) => Kind::Release,
            Thing::Iteration(_) => Kind::Iteration,
            Thing::State(_) => Kind::EntityState,
            Thing::Priority(_) => Kind::Priority,
            Thing::Severity(_) => Kind::Severity,
            Thing::User(_) => Kind::User,
            Thing::Role(_) => Kind::Role,
            Thing::EntityType(_) => Kind::EntityType,
            Thing::CustomField(_) => Kind::CustomField,
        }
    }

    fn item(&self, thing: Thing) -> Option<&Item> {
        match thing {
            Thing::Item(id) => self.items.get(id),
            Thing::Past(id) => {
                let (_, former) = self.stale.seen(self.frame.clock.now(), self.frame.faults.index_lag());
                former.into_iter().find(|(former, _)| *former == id).map(|(_, item)| item)
            }
            _ => None,
        }
    }

    /// One field of a resource; null where the resource has no such field.
    pub(crate) fn read(&self, thing: Thing, slot: Slot) -> Val<'_> {
        match thing {
            Thing::Item(_) | Thing::Past(_) => {
                self.item(thing).map_or(Val::Null, |item| self.of_item(item, slot))
            }
            Thing::Comment(id) => self.of_comment(id, slot),
            Thing::Assignment(id) => self.of_assignment(id, slot),
            Thing::Relation(id) => self.of_relation(id, slot),
            Thing::Project(row) => self.of_project(row, slot),
            Thing::State(row) => self.of_state(row, slot),
            Thing::User(person) => self.of_user(person, slot),
            _ => self.of_setting(thing, slot),
        }
    }

    fn of_item<'a>(&'a self, item: &'a Item, slot: Slot) -> Val<'a> {
        let catalog = &self.catalog;
        let user = |person| Val::Thing(Thing::User(person));
        let parent =
            |id: Option<u32>| Val::thing(id.filter(|id| self.items.get(*id).is_some()).map(Thing::Item));
        let done = if catalog.states.get(item.state).last { 1.0 } else { 0.0 };
        match slot {
            Slot::Id => Val::id(item.id),
            Slot::Name => Val::text(&item.name),
            Slot::Description => item.description.as_deref().map_or(Val::Null, Val::text),
            Slot::StartDate => Val::time(item.start),
            Slot::EndDate => Val::time(item.end),
            Slot::PlannedStartDate => Val::time(item.planned_start),
            Slot::PlannedEndDate => Val::time(item.planned_end),
            Slot::CreateDate => Val::Time(item.created),
            Slot::ModifyDate => Val::Time(item.modified),
            Slot::LastStateChangeDate => Val::Time(item.state_changed),
            Slot::LastCommentDate => Val::time(item.commented.map(|(at, _)| at)),
            Slot::LastCommentedUser => item.commented.map_or(Val::Null, |(_, who)| user(who)),
            Slot::Tags => Val::Text(
                item.tags.iter().map(|tag| self.tags.get(*tag)).collect::<Vec<_>>().join(", ").into(),
            ),
            Slot::NumericPriority => Val::Number(item.rank),
            Slot::EntityVersion => Val::id(item.version),
            Slot::EntityType => Val::thing(catalog.entity_type(item.kind).map(Thing::EntityType)),
            Slot::LastEditor => user(item.editor),
            Slot::Owner => user(item.owner),
            Slot::Creator => user(item.creator),
            Slot::Project => Val::Thing(Thing::Project(item.project)),
            Slot::CustomFields => self.custom(item),
            Slot::Effort => Val::Number(item.effort),
            Slot::EffortCompleted => Val::Number(item.effort * done),
            Slot::EffortToDo => Val::Number(item.effort * (1.0 - done)),
            Slot::Progress => Val::Number(done),
            Slot::TimeSpent | Slot::TimeRemain => Val::Number(0.0),
            Slot::InitialEstimate => Val::Number(item.estimate),
            Slot::Units => Val::text("pt"),
            Slot::Release => Val::thing(item.release.map(Thing::Release)),
            Slot::Iteration => Val::thing(item.iteration.map(Thing::Iteration)),
            Slot::Priority => Val::Thing(Thing::Priority(item.priority)),
            Slot::Severity => Val::thing(item.severity.map(Thing::Severity)),
            Slot::EntityState => Val::Thing(Thing::State(item.state)),
            Slot::Epic => parent(item.epic),
            Slot::Feature => parent(item.feature),
            Slot::UserStory => parent(item.story),
            Slot::Comments => Val::Things(item.comments.iter().copied().map(Thing::Comment).collect()),
            Slot::Assignments => {
                Val::Things(item.assignments.iter().copied().map(Thing::Assignment).collect())
            }
            _ => self.around_item(item, slot),
        }
    }

    /// Collections that are looked for: children, relations, assigned people.
    fn around_item(&self, item: &Item, slot: Slot) -> Val<'_> {
        let children = |kind: Kind, parent: fn(&Item) -> Option<u32>| {
            let children =
                self.items.iter().filter(|child| child.kind == kind && parent(child) == Some(item.id));
            Val::Things(children.map(|child| Thing::Item(child.id)).collect())
        };
        match slot {
            Slot::Features => children(Kind::Feature, |child| child.epic),
            Slot::UserStories => children(Kind::UserStory, |child| child.feature),
            Slot::Tasks => children(Kind::Task, |child| child.story),
            Slot::Bugs if item.kind == Kind::Feature => children(Kind::Bug, |child| child.feature),
            Slot::Bugs => children(Kind::Bug, |child| child.story),
            Slot::InboundRelations => {
                let relations = self.relations.iter().filter(|relation| relation.slave == item.id);
                Val::Things(relations.map(|relation| Thing::Relation(relation.id)).collect())
            }
            Slot::OutboundRelations => {
                let relations = self.relations.iter().filter(|relation| relation.master == item.id);
                Val::Things(relations.map(|relation| Thing::Relation(relation.id)).collect())
            }
            Slot::AssignedUser => {
                let assigned = item.assignments.iter().filter_map(|id| self.assignments.get(*id));
                let mut people: Vec<Thing> =
                    assigned.map(|assignment| Thing::User(assignment.user)).collect();
                people.dedup();
                Val::Things(people)
            }
            _ => Val::Null,
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

    fn of_comment(&self, id: u32, slot: Slot) -> Val<'_> {
        let Some(comment) = self.comments.get(id) else { return Val::Null };
        match slot {
            Slot::Id => Val::id(comment.id),
            Slot::Description => Val::text(&comment.description),
            Slot::ParentId => comment.parent.map_or(Val::Null, Val::id),
            Slot::CreateDate => Val::Time(comment.created),
            Slot::DescriptionModifyDate => Val::time(comment.edited),
            Slot::IsPrivate => Val::Flag(comment.private),
            Slot::IsPinned => Val::Flag(comment.pinned),
            Slot::General => Val::Thing(Thing::Item(comment.general)),
            Slot::Owner => Val::Thing(Thing::User(comment.owner)),
            _ => Val::Null,
        }
    }

    fn of_assignment(&self, id: u32, slot: Slot) -> Val<'_> {
        let Some(assignment) = self.assignments.get(id) else { return Val::Null };
        match slot {
            Slot::Id => Val::id(assignment.id),
            Slot::Assignable => Val::Thing(Thing::Item(assignment.assignable)),
            Slot::GeneralUser => Val::Thing(Thing::User(assignment.user)),
            Slot::Role => Val::Thing(Thing::Role(assignment.role)),
            _ => Val::Null,
        }
    }

    fn of_relation(&self, id: u32, slot: Slot) -> Val<'_> {
        let Some(relation) = self.relations.get(id) else { return Val::Null };
        match slot {
            Slot::Id => Val::id(relation.id),
            Slot::Master => Val::Thing(Thing::Item(relation.master)),
            Slot::Slave => Val::Thing(Thing::Item(relation.slave)),
            Slot::RelationType => Val::Thing(Thing::RelationType(relation.kind)),
            _ => Val::Null,
        }
    }

    fn of_project(&self, row: Row<Project>, slot: Slot) -> Val<'_> {
        let project = self.catalog.projects.get(row);
        match slot {
            Slot::Id => Val::id(project.id),
            Slot::Name => Val::text(&project.name),
            Slot::Abbreviation => Val::text(&project.short),
            Slot::CreateDate => Val::Time(project.created),
            Slot::IsActive => Val::Flag(true),
            Slot::EntityType => Val::thing(self.catalog.entity_type(Kind::Project).map(Thing::EntityType)),
            Slot::Owner => Val::Thing(Thing::User(project.owner)),
            Slot::Process => Val::Thing(Thing::Process(project.process)),
            _ => Val::Null,
        }
    }

    fn of_state(&self, row: Row<State>, slot: Slot) -> Val<'_> {
        let state = self.catalog.states.get(row);
        match slot {
            Slot::Id => Val::id(state.id),
            Slot::Name => Val::text(&state.name),
            Slot::IsInitial => Val::Flag(state.initial),
            Slot::IsFinal => Val::Flag(state.last),
            Slot::IsPlanned => Val::Flag(state.planned),
            Slot::IsCommentRequired => Val::Flag(state.comment_required),
            Slot::NumericPriority => Val::Number(state.rank),
            Slot::Process => Val::Thing(Thing::Process(state.process)),
            Slot::EntityType => Val::thing(self.catalog.entity_type(state.kind).map(Thing::EntityType)),
            Slot::NextStates => Val::Things(state.next.iter().copied().map(Thing::State).collect()),
            _ => Val::Null,
        }
    }

    fn of_user(&self, person: Person, slot: Slot) -> Val<'_> {
        let Some(account) = self.catalog.account(person) else { return Val::Null };
        match slot {
            Slot::Id => Val::id(account.id),
            Slot::FirstName => Val::text(&account.first),
            Slot::LastName => Val::text(&account.last),
            Slot::FullName | Slot::Name => Val::Text(format!("{} {}", account.first, account.last).into()),
            Slot::Login => Val::text(&account.login),
            Slot::Email => Val::text(&account.email),
            Slot::IsActive => Val::Flag(true),
            Slot::IsAdministrator => Val::Flag(account.admin),
            Slot::Role => Val::Thing(Thing::Role(account.role)),
            _ => Val::Null,
        }
    }

    /// Settings that are little more than an id and a name.
    fn of_setting(&self, thing: Thing, slot: Slot) -> Val<'_> {
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
            Thing::Role(row) => named(catalog.roles.get(row).id, &catalog.roles.get(row).name),
            Thing::EntityType(row) => {
                named(catalog.entity_types.get(row).id, catalog.entity_types.get(row).kind.name())
            }
            Thing::Process(row) if slot == Slot::IsDefault => Val::Flag(row.place() == 0),
            Thing::Process(row) => named(catalog.processes.get(row).id, &catalog.processes.get(row).name),
            Thing::Release(row) => self.of_span(catalog.releases.get(row), slot),
            Thing::Iteration(row) => self.of_span(catalog.iterations.get(row), slot),
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

    fn of_span<'a>(&'a self, span: &'a Span, slot: Slot) -> Val<'a> {
        match slot {
            Slot::Id => Val::id(span.id),
            Slot::Name => Val::text(&span.name),
            Slot::StartDate => Val::Time(span.start),
            Slot::EndDate => Val::Time(span.end),
            Slot::Project => Val::Thing(Thing::Project(span.project)),
            Slot::Release => Val::thing(span.release.map(Thing::Release)),
            _ => Val::Null,
        }
    }

    fn of_priority<'a>(&'a self, priority: &'a Priority, slot: Slot) -> Val<'a> {
        match slot {
            Slot::Id => Val::id(priority.id),
            Slot::Name => Val::text(&priority.name),
            Slot::Importance => Val::id(priority.importance),
            Slot::IsDefault => Val::Flag(&*priority.name == "Average" || &*priority.name == "Normal"),
            Slot::EntityType => Val::thing(self.catalog.entity_type(priority.kind).map(Thing::EntityType)),
            _ => Val::Null,
        }
    }
}
