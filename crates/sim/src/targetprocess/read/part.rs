//! Fields of what hangs on items.

use super::{Thing, Val};
use crate::targetprocess::schema::{Kind, Slot};
use crate::targetprocess::site::Site;

impl Site {
    /// The General with this id, whatever it is.
    fn general_thing(&self, id: u32) -> Val<'_> {
        Val::thing(self.find(Kind::General, id))
    }

    pub(super) fn of_comment(&self, id: u32, slot: Slot) -> Val<'_> {
        let Some(comment) = self.comments.get(id) else { return Val::Null };
        match slot {
            Slot::Id => Val::id(comment.id),
            Slot::Description => Val::text(&comment.description),
            Slot::ParentId => comment.parent.map_or(Val::Null, Val::id),
            Slot::CreateDate => Val::Time(comment.created),
            Slot::DescriptionModifyDate => Val::Time(comment.edited),
            Slot::IsPrivate => Val::Flag(comment.private),
            Slot::IsPinned => Val::Flag(comment.pinned),
            Slot::EntityVersion => Val::id(comment.version),
            Slot::General => self.general_thing(comment.general),
            Slot::Owner => Val::Thing(Thing::User(comment.owner)),
            _ => Val::Null,
        }
    }

    pub(super) fn of_attachment(&self, id: u32, slot: Slot) -> Val<'_> {
        let Some(file) = self.attachments.get(id) else { return Val::Null };
        let uri = |page: &str| Val::Text(format!("{}/{page}?AttachmentID={id}", self.base).into());
        match slot {
            Slot::Id => Val::id(file.id),
            Slot::Name => Val::text(&file.name),
            Slot::Description => Val::maybe(file.description.as_deref()),
            Slot::Date => Val::Time(file.created),
            Slot::UniqueFileName => Val::Text(format!("{id}_{}", file.name).into()),
            Slot::MimeType => Val::text(&file.media),
            Slot::Size => Val::Number(file.content.length() as f64),
            Slot::Uri => uri("Attachment.aspx"),
            Slot::ThumbnailUri if file.is_picture() => uri("Thumbnail.ashx"),
            Slot::General => self.general_thing(file.general),
            Slot::Owner => Val::Thing(Thing::User(file.owner)),
            _ => Val::Null,
        }
    }

    pub(super) fn of_assignment(&self, id: u32, slot: Slot) -> Val<'_> {
        let Some(assignment) = self.assignments.get(id) else { return Val::Null };
        match slot {
            Slot::Id => Val::id(assignment.id),
            Slot::Assignable => Val::Thing(Thing::Item(assignment.assignable)),
            Slot::GeneralUser => Val::Thing(Thing::User(assignment.user)),
            Slot::Role => Val::Thing(Thing::Role(assignment.role)),
            _ => Val::Null,
        }
    }

    pub(super) fn of_team_assignment(&self, id: u32, slot: Slot) -> Val<'_> {
        let Some(assignment) = self.team_assignments.get(id) else { return Val::Null };
        match slot {
            Slot::Id => Val::id(assignment.id),
            Slot::StartDate => Val::time(assignment.start),
            Slot::EndDate => Val::time(assignment.end),
            Slot::Team => Val::Thing(Thing::Team(assignment.team)),
            Slot::Assignable => Val::Thing(Thing::Item(assignment.assignable)),
            Slot::EntityState => {
                let item = self.items.get(assignment.assignable);
                Val::thing(assignment.state.or(item.map(|item| item.state)).map(Thing::State))
            }
            _ => Val::Null,
        }
    }

    pub(super) fn of_effort(&self, id: u32, slot: Slot) -> Val<'_> {
        let Some(effort) = self.efforts.get(id) else { return Val::Null };
        let item = self.items.get(effort.assignable);
        let done = item.is_some_and(|item| self.catalog.states.get(item.state).last);
        let done = if done { 1.0 } else { 0.0 };
        let mine = |role: Option<_>| role == Some(effort.role);
        let times = item.map(|item| item.parts.times.as_slice()).unwrap_or_default();
        let mut times = times.iter().filter_map(|id| self.times.get(*id)).filter(|time| mine(time.role));
        match slot {
            Slot::Id => Val::id(effort.id),
            Slot::InitialEstimate => Val::Decimal(effort.estimate),
            Slot::Effort => Val::Decimal(effort.effort),
            Slot::EffortCompleted => Val::Decimal(effort.effort * done),
            Slot::EffortToDo => Val::Decimal(effort.effort * (1.0 - done)),
            Slot::TimeSpent => Val::Decimal(times.map(|time| time.spent).sum()),
            Slot::TimeRemain => Val::Decimal(times.next_back().map_or(0.0, |time| time.remain)),
            Slot::Assignable => Val::Thing(Thing::Item(effort.assignable)),
            Slot::Role => Val::Thing(Thing::Role(effort.role)),
            _ => Val::Null,
        }
    }

    pub(super) fn of_relation(&self, id: u32, slot: Slot) -> Val<'_> {
        let Some(relation) = self.relations.get(id) else { return Val::Null };
        match slot {
            Slot::Id => Val::id(relation.id),
            Slot::Master => self.general_thing(relation.master),
            Slot::Slave => self.general_thing(relation.slave),
            Slot::MasterAs(kind) => Val::thing(self.find(kind, relation.master)),
            Slot::SlaveAs(kind) => Val::thing(self.find(kind, relation.slave)),
            Slot::RelationType => Val::Thing(Thing::RelationType(relation.kind)),
            _ => Val::Null,
        }
    }

    pub(super) fn of_time(&self, id: u32, slot: Slot) -> Val<'_> {
        let Some(time) = self.times.get(id) else { return Val::Null };
        match slot {
            Slot::Id => Val::id(time.id),
            Slot::Description => Val::maybe(time.description.as_deref()),
            Slot::Spent => Val::Decimal(time.spent),
            Slot::Remain => Val::Decimal(time.remain),
            Slot::Date => Val::Time(time.date),
            Slot::CreateDate => Val::Time(time.created),
            Slot::IsEstimation => Val::Flag(time.estimation),
            Slot::Project => Val::Thing(Thing::Project(time.project)),
            Slot::User => Val::Thing(Thing::User(time.user)),
            Slot::Role => Val::thing(time.role.map(Thing::Role)),
            Slot::Assignable => Val::thing(time.assignable.and_then(|id| self.find(Kind::Assignable, id))),
            Slot::AssignableAs(kind) => Val::thing(time.assignable.and_then(|id| self.find(kind, id))),
            _ => Val::Null,
        }
    }

    pub(super) fn of_conversion(&self, id: u32, slot: Slot) -> Val<'_> {
        let Some(conversion) = self.conversions.get(id) else { return Val::Null };
        match slot {
            Slot::Id => Val::id(conversion.id),
            Slot::FromGeneralId => Val::id(conversion.from),
            Slot::FromGeneralType => {
                Val::thing(self.catalog.entity_type(conversion.from_kind).map(Thing::EntityType))
            }
            Slot::ActualGeneral => self.general_thing(conversion.to),
            _ => Val::Null,
        }
    }
}
