//! Reading any field of any resource, for showing as for filtering.
//!
//! Which resources there are is here; lists of them are made in [`list`], their fields read in [`item`], [`general`], [`part`] and [`setting`].

mod general;
mod item;
mod list;
mod part;
mod setting;

use std::borrow::Cow;

use crate::frame::call::Person;
use crate::frame::table::{Name, Row, Table};
use crate::targetprocess::account::Sort;
use crate::targetprocess::catalog::{
    Base, EntityType, Priority, Process, Project, RelationType, Role, Span, State, Team, Workflow,
};
use crate::targetprocess::custom::{CustomField, Held};
use crate::targetprocess::item::Item;
use crate::targetprocess::schema::{Kind, Slot, Subject};
use crate::targetprocess::site::Site;

/// One resource.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Thing {
    Item(u32),
    /// An item as a search index that lags behind still has it.
    Past(u32),
    /// A deleted item.
    Gone(u32),
    Comment(u32),
    Attachment(u32),
    Assignment(u32),
    TeamAssignment(u32),
    RoleEffort(u32),
    Relation(u32),
    Time(u32),
    Conversion(u32),
    /// A record of the simple history.
    Simple(u32),
    /// A record of the full history.
    Full(u32),
    Tag(Name),
    RelationType(Row<RelationType>),
    Project(Row<Project>),
    Process(Row<Process>),
    Workflow(Row<Workflow>),
    Release(Row<Span>),
    Iteration(Row<Span>),
    TeamIteration(Row<Span>),
    Milestone(Row<Span>),
    Team(Row<Team>),
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
    /// A number shown with four digits after the point.
    Decimal(f64),
    Text(Cow<'a, str>),
    /// Milliseconds since 1970.
    Time(i64),
    Thing(Thing),
    Things(Vec<Thing>),
    /// Name, type and value of custom fields.
    Custom(Vec<(&'a str, &'static str, Option<&'a Held>)>),
    /// The value of one custom field that no other variant can hold: a link or a reference.
    Held(&'a Held),
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

    fn maybe(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::text)
    }

    /// A custom field's value.
    pub(crate) fn held(held: &'a Held) -> Self {
        match held {
            Held::Text(text) => Self::text(text),
            Held::Number(number) => Self::Number(*number),
            Held::Flag(flag) => Self::Flag(*flag),
            Held::Time(at) => Self::Time(*at),
            Held::Link { .. } | Held::Entity(..) => Self::Held(held),
        }
    }

    /// The number, however it is shown.
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) | Self::Decimal(number) => Some(*number),
            _ => None,
        }
    }
}

/// The rows of a table that nobody deleted.
fn living<T>(table: &Table<T>, base: fn(&T) -> &Base) -> impl Iterator<Item = (Row<T>, &T)> {
    table.iter().filter(move |(_, row)| base(row).deleted.is_none())
}

impl Site {
    /// The resource of a kind with this id, as it is.
    pub(crate) fn find(&self, kind: Kind, id: u32) -> Option<Thing> {
        if let Some(item) = self.items.get(id) {
            if kind.takes(item.kind) {
                return Some(Thing::Item(id));
            }
            if kind.takes(Kind::UserStory) {
                return None;
            }
        }
        match kind {
            Kind::Comment => self.comments.get(id).map(|_| Thing::Comment(id)),
            Kind::Attachment => self.attachments.get(id).map(|_| Thing::Attachment(id)),
            Kind::Assignment => self.assignments.get(id).map(|_| Thing::Assignment(id)),
            Kind::TeamAssignment => self.team_assignments.get(id).map(|_| Thing::TeamAssignment(id)),
            Kind::RoleEffort => self.efforts.get(id).map(|_| Thing::RoleEffort(id)),
            Kind::Relation => self.relations.get(id).map(|_| Thing::Relation(id)),
            Kind::Time => self.times.get(id).map(|_| Thing::Time(id)),
            Kind::GeneralConversion => self.conversions.get(id).map(|_| Thing::Conversion(id)),
            Kind::SimpleHistory(subject) => {
                self.record_of(subject, id).filter(|record| record.simple).map(|_| Thing::Simple(id))
            }
            Kind::History(subject) => self.record_of(subject, id).map(|_| Thing::Full(id)),
            // Items were looked at above.
            kind if kind.is_item() || kind == Kind::Assignable => None,
            _ => self.all(kind).into_iter().find(|thing| self.read(*thing, Slot::Id) == Val::id(id)),
        }
    }

    fn record_of(&self, subject: Subject, id: u32) -> Option<&crate::targetprocess::part::Record> {
        self.history.get(id).filter(|record| record.copy.kind == subject.kind())
    }

    /// The resource's own kind.
    pub(crate) fn kind(&self, thing: Thing) -> Kind {
        match thing {
            Thing::Item(_) | Thing::Past(_) | Thing::Gone(_) => {
                self.item(thing).map_or(Kind::General, |item| item.kind)
            }
            Thing::Comment(_) => Kind::Comment,
            Thing::Attachment(_) => Kind::Attachment,
            Thing::Assignment(_) => Kind::Assignment,
            Thing::TeamAssignment(_) => Kind::TeamAssignment,
            Thing::RoleEffort(_) => Kind::RoleEffort,
            Thing::Relation(_) => Kind::Relation,
            Thing::Time(_) => Kind::Time,
            Thing::Conversion(_) => Kind::GeneralConversion,
            Thing::Simple(id) => self.past(id).map_or(Kind::General, Kind::SimpleHistory),
            Thing::Full(id) => self.past(id).map_or(Kind::General, Kind::History),
            Thing::Tag(_) => Kind::Tag,
            Thing::RelationType(_) => Kind::RelationType,
            Thing::Project(_) => Kind::Project,
            Thing::Process(_) => Kind::Process,
            Thing::Workflow(_) => Kind::Workflow,
            Thing::Release(_) => Kind::Release,
            Thing::Iteration(_) => Kind::Iteration,
            Thing::TeamIteration(_) => Kind::TeamIteration,
            Thing::Milestone(_) => Kind::Milestone,
            Thing::Team(_) => Kind::Team,
            Thing::State(_) => Kind::EntityState,
            Thing::Priority(_) => Kind::Priority,
            Thing::Severity(_) => Kind::Severity,
            Thing::User(person) => {
                self.catalog.account(person).map_or(Kind::GeneralUser, |account| match account.sort {
                    Sort::User => Kind::User,
                    Sort::Requester => Kind::Requester,
                    Sort::System => Kind::GeneralUser,
                })
            }
            Thing::Role(_) => Kind::Role,
            Thing::EntityType(_) => Kind::EntityType,
            Thing::CustomField(_) => Kind::CustomField,
        }
    }

    fn past(&self, id: u32) -> Option<Subject> {
        self.history.get(id).and_then(|record| Subject::of(record.copy.kind))
    }

    fn item(&self, thing: Thing) -> Option<&Item> {
        match thing {
            Thing::Item(id) => self.items.get(id),
            Thing::Past(id) => {
                let (_, former) = self.stale.seen(self.frame.clock.now(), self.frame.faults.index_lag());
                former.into_iter().find(|(former, _)| *former == id).map(|(_, item)| item)
            }
            Thing::Gone(id) => self.gone.get(&id).map(|gone| &*gone.item),
            _ => None,
        }
    }

    /// One field of a resource; null where the resource has no such field.
    pub(crate) fn read(&self, thing: Thing, slot: Slot) -> Val<'_> {
        match thing {
            Thing::Item(_) | Thing::Past(_) => {
                self.item(thing).map_or(Val::Null, |item| self.of_item(item, slot))
            }
            Thing::Gone(id) => self.of_gone(id, slot),
            Thing::Comment(id) => self.of_comment(id, slot),
            Thing::Attachment(id) => self.of_attachment(id, slot),
            Thing::Assignment(id) => self.of_assignment(id, slot),
            Thing::TeamAssignment(id) => self.of_team_assignment(id, slot),
            Thing::RoleEffort(id) => self.of_effort(id, slot),
            Thing::Relation(id) => self.of_relation(id, slot),
            Thing::Time(id) => self.of_time(id, slot),
            Thing::Conversion(id) => self.of_conversion(id, slot),
            Thing::Simple(id) | Thing::Full(id) => self.of_record(id, slot),
            Thing::Project(row) => self.of_project(row, slot),
            Thing::Release(row)
            | Thing::Iteration(row)
            | Thing::TeamIteration(row)
            | Thing::Milestone(row) => self.of_span(thing, row, slot),
            Thing::Team(row) => self.of_team(row, slot),
            Thing::State(row) => self.of_state(row, slot),
            Thing::User(person) => self.of_user(person, slot),
            _ => self.of_setting(thing, slot),
        }
    }

    /// What every General but an item has, if the thing is one.
    pub(crate) fn base(&self, thing: Thing) -> Option<&Base> {
        let catalog = &self.catalog;
        Some(match thing {
            Thing::Project(row) => &catalog.projects.get(row).base,
            Thing::Release(row) => &catalog.releases.get(row).base,
            Thing::Iteration(row) => &catalog.iterations.get(row).base,
            Thing::TeamIteration(row) => &catalog.team_iterations.get(row).base,
            Thing::Milestone(row) => &catalog.milestones.get(row).base,
            Thing::Team(row) => &catalog.teams.get(row).base,
            _ => return None,
        })
    }

    /// The same, to change it.
    pub(crate) fn base_mut(&mut self, thing: Thing) -> Option<&mut Base> {
        let catalog = &mut self.catalog;
        Some(match thing {
            Thing::Project(row) => &mut catalog.projects.get_mut(row).base,
            Thing::Release(row) => &mut catalog.releases.get_mut(row).base,
            Thing::Iteration(row) => &mut catalog.iterations.get_mut(row).base,
            Thing::TeamIteration(row) => &mut catalog.team_iterations.get_mut(row).base,
            Thing::Milestone(row) => &mut catalog.milestones.get_mut(row).base,
            Thing::Team(row) => &mut catalog.teams.get_mut(row).base,
            _ => return None,
        })
    }
}
