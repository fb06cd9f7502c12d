//! Which resources there are of a kind, and in which order.

use super::{Thing, living};
use crate::frame::table::{Name, Row, Table};
use crate::targetprocess::account::Sort;
use crate::targetprocess::catalog::{Base, Span};
use crate::targetprocess::schema::{Kind, Subject};
use crate::targetprocess::site::Site;

/// A kind of span, its table, and how a row is a resource.
type Spans<'a> = (Kind, &'a Table<Span>, fn(Row<Span>) -> Thing);

impl Site {
    /// All resources of a kind in the order lists have them, as a search sees them.
    ///
    /// The vendor lists items and comments newest first (developer hub, "Overview" of v2: "default sorting of collection items
    /// is descending by Id"; v1 does the same), states along their workflow, and settings by id.
    pub(crate) fn all(&self, kind: Kind) -> Vec<Thing> {
        let catalog = &self.catalog;
        match kind {
            Kind::Comment => self.comments.iter().map(|one| Thing::Comment(one.id)).rev_collect(),
            Kind::Attachment => self.attachments.iter().map(|one| Thing::Attachment(one.id)).rev_collect(),
            Kind::Assignment => self.assignments.iter().map(|one| Thing::Assignment(one.id)).collect(),
            Kind::TeamAssignment => {
                self.team_assignments.iter().map(|one| Thing::TeamAssignment(one.id)).collect()
            }
            Kind::RoleEffort => self.efforts.iter().map(|one| Thing::RoleEffort(one.id)).collect(),
            Kind::Relation => self.relations.iter().map(|one| Thing::Relation(one.id)).collect(),
            Kind::Time => self.times.iter().map(|one| Thing::Time(one.id)).rev_collect(),
            Kind::GeneralConversion => self.conversions.iter().map(|one| Thing::Conversion(one.id)).collect(),
            Kind::Tag => self.tags_in_use().map(Thing::Tag).collect(),
            Kind::SimpleHistory(subject) => self.records(subject, true),
            Kind::History(subject) => self.records(subject, false),
            Kind::RelationType => {
                catalog.relation_types.iter().map(|(row, _)| Thing::RelationType(row)).collect()
            }
            Kind::Process => catalog.processes.iter().map(|(row, _)| Thing::Process(row)).collect(),
            Kind::Workflow => catalog.workflows.iter().map(|(row, _)| Thing::Workflow(row)).collect(),
            Kind::EntityState => catalog.states.iter().map(|(row, _)| Thing::State(row)).collect(),
            Kind::Priority => catalog.priorities.iter().map(|(row, _)| Thing::Priority(row)).collect(),
            Kind::Severity => catalog.severities.iter().map(|(row, _)| Thing::Severity(row)).collect(),
            Kind::Role => catalog.roles.iter().map(|(row, _)| Thing::Role(row)).collect(),
            Kind::EntityType => catalog.entity_types.iter().map(|(row, _)| Thing::EntityType(row)).collect(),
            Kind::CustomField => catalog.custom.iter().map(|(row, _)| Thing::CustomField(row)).collect(),
            Kind::User | Kind::Requester | Kind::GeneralUser => self.people(kind).collect(),
            general => self.generals(general),
        }
    }

    /// People of a kind.
    fn people(&self, kind: Kind) -> impl Iterator<Item = Thing> {
        let people = self.catalog.people().filter(move |(_, account)| {
            account.deleted.is_none()
                && match kind {
                    Kind::User => account.sort == Sort::User,
                    Kind::Requester => account.sort == Sort::Requester,
                    _ => true,
                }
        });
        people.map(|(person, _)| Thing::User(person))
    }

    /// Tags that are on something, or were made on purpose.
    pub(crate) fn tags_in_use(&self) -> impl Iterator<Item = Name> {
        self.tags.all().filter(|tag| !self.dead_tags.contains(tag))
    }

    fn records(&self, subject: Subject, simple: bool) -> Vec<Thing> {
        let fits = self
            .history
            .iter()
            .filter(|record| record.copy.kind == subject.kind() && (record.simple || !simple));
        fits.map(|record| if simple { Thing::Simple(record.id) } else { Thing::Full(record.id) }).collect()
    }

    /// Items and other Generals of a kind, newest first.
    fn generals(&self, kind: Kind) -> Vec<Thing> {
        let mut all = self.items_of(kind);
        if kind == Kind::Project || kind == Kind::General {
            all.extend(
                living(&self.catalog.projects, |row| &row.base)
                    .map(|(row, one)| (one.base.id, Thing::Project(row))),
            );
        }
        if kind == Kind::Team || kind == Kind::General {
            all.extend(
                living(&self.catalog.teams, |row| &row.base)
                    .map(|(row, one)| (one.base.id, Thing::Team(row))),
            );
        }
        for (own, table, thing) in self.spans() {
            if kind.takes(own) {
                all.extend(living(table, |row| &row.base).map(|(row, one)| (one.base.id, thing(row))));
            }
        }
        all.sort_unstable_by_key(|(id, _)| std::cmp::Reverse(*id));
        all.into_iter().map(|(_, thing)| thing).collect()
    }

    /// The tables of what has a beginning and an end.
    fn spans(&self) -> [Spans<'_>; 4] {
        let catalog = &self.catalog;
        [
            (Kind::Release, &catalog.releases, Thing::Release),
            (Kind::Iteration, &catalog.iterations, Thing::Iteration),
            (Kind::TeamIteration, &catalog.team_iterations, Thing::TeamIteration),
            (Kind::Milestone, &catalog.milestones, Thing::Milestone),
        ]
    }

    fn items_of(&self, kind: Kind) -> Vec<(u32, Thing)> {
        let (changed, former) = self.stale.seen(self.frame.clock.now(), self.frame.faults.index_lag());
        let current = self.items.iter().filter(|item| kind.takes(item.kind) && !changed.contains(&item.id));
        let mut all: Vec<(u32, Thing)> = current.map(|item| (item.id, Thing::Item(item.id))).collect();
        let former = former.into_iter().filter(|(_, item)| kind.takes(item.kind));
        all.extend(former.map(|(id, _)| (id, Thing::Past(id))));
        all
    }

    /// What was deleted of a kind and can be looked at with `includeDeleted`.
    pub(crate) fn deleted(&self, kind: Kind) -> Vec<Thing> {
        let gone = self.gone.values().filter(|gone| kind.takes(gone.item.kind) && !gone.converted);
        let mut all: Vec<Thing> = gone.map(|gone| Thing::Gone(gone.item.id)).collect();
        let dead = |base: &Base| base.deleted.is_some();
        if kind.takes(Kind::Project) {
            let rows = self.catalog.projects.iter().filter(|(_, one)| dead(&one.base));
            all.extend(rows.map(|(row, _)| Thing::Project(row)));
        }
        if kind.takes(Kind::Team) {
            let rows = self.catalog.teams.iter().filter(|(_, one)| dead(&one.base));
            all.extend(rows.map(|(row, _)| Thing::Team(row)));
        }
        for (own, table, thing) in self.spans() {
            if kind.takes(own) {
                all.extend(table.iter().filter(|(_, one)| dead(&one.base)).map(|(row, _)| thing(row)));
            }
        }
        if kind.takes(Kind::User) {
            let people = self.catalog.people().filter(|(_, account)| account.deleted.is_some());
            all.extend(people.map(|(person, _)| Thing::User(person)));
        }
        all
    }
}

/// Collecting last first.
trait Reversed: Iterator + Sized {
    fn rev_collect(self) -> Vec<Self::Item> {
        let mut all: Vec<_> = self.collect();
        all.reverse();
        all
    }
}

impl<I: Iterator> Reversed for I {}
