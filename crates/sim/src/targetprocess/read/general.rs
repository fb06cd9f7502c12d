//! Fields of projects, releases, iterations, milestones and teams.

use super::{Thing, Val, living};
use crate::frame::table::Row;
use crate::targetprocess::catalog::{Base, Project, Span, Team};
use crate::targetprocess::item::Item;
use crate::targetprocess::schema::{Kind, Slot};
use crate::targetprocess::site::Site;

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

impl Site {
    /// What all of them have.
    fn of_base<'a>(&'a self, base: &'a Base, kind: Kind, slot: Slot) -> Val<'a> {
        let user = |person| Val::Thing(Thing::User(person));
        match slot {
            Slot::Id => Val::id(base.id),
            Slot::Name => Val::text(&base.name),
            Slot::Description => Val::maybe(base.description.as_deref()),
            Slot::StartDate => Val::time(base.start),
            Slot::EndDate => Val::time(base.end),
            Slot::CreateDate => Val::Time(base.created),
            Slot::ModifyDate => Val::Time(base.modified),
            Slot::DeleteDate => Val::time(base.deleted),
            Slot::LastCommentDate => Val::time(base.commented.map(|(at, _)| at)),
            Slot::LastCommentedUser => base.commented.map_or(Val::Null, |(_, who)| user(who)),
            Slot::Tags => Val::Text(self.tag_text(&base.tags).into()),
            Slot::TagObjects => Val::Things(base.tags.iter().copied().map(Thing::Tag).collect()),
            Slot::NumericPriority => Val::id(base.id),
            Slot::EntityVersion => Val::id(base.version),
            Slot::EntityType => Val::thing(self.catalog.entity_type(kind).map(Thing::EntityType)),
            Slot::LastEditor => user(base.editor),
            Slot::Owner | Slot::Creator => user(base.owner),
            Slot::Comments => Val::Things(base.comments.iter().rev().copied().map(Thing::Comment).collect()),
            Slot::Attachments => {
                Val::Things(base.attachments.iter().copied().map(Thing::Attachment).collect())
            }
            Slot::CustomFields => Val::Custom(Vec::new()),
            Slot::InboundRelations | Slot::OutboundRelations => Val::Things(self.related(base.id, slot)),
            _ => Val::Null,
        }
    }

    /// The items for which something holds; effort and progress over them.
    fn of_items(&self, slot: Slot, inside: impl Fn(&Item) -> bool) -> Option<Val<'_>> {
        let items = |kind: Kind| {
            let items = self.items.iter().filter(|item| kind.takes(item.kind) && inside(item));
            items.map(|item| Thing::Item(item.id)).collect::<Vec<_>>()
        };
        let sum = |done: Option<bool>| {
            let items = self.items.iter().filter(|item| {
                item.kind != Kind::Task
                    && inside(item)
                    && done.is_none_or(|done| self.catalog.states.get(item.state).last == done)
            });
            items.map(|item| self.effort(item)).sum::<f64>()
        };
        Some(match slot {
            Slot::Epics => Val::Things(items(Kind::Epic)),
            Slot::Features => Val::Things(items(Kind::Feature)),
            Slot::UserStories => Val::Things(items(Kind::UserStory)),
            Slot::Tasks => Val::Things(items(Kind::Task)),
            Slot::Bugs => Val::Things(items(Kind::Bug)),
            Slot::Requests => Val::Things(items(Kind::Request)),
            Slot::Assignables => Val::Things(items(Kind::Assignable)),
            Slot::Effort => Val::Decimal(sum(None)),
            Slot::EffortCompleted => Val::Decimal(sum(Some(true))),
            Slot::EffortToDo => Val::Decimal(sum(Some(false))),
            Slot::Progress => {
                let all = sum(None);
                Val::Decimal(if all > 0.0 { sum(Some(true)) / all } else { 0.0 })
            }
            _ => return None,
        })
    }

    pub(super) fn of_project(&self, row: Row<Project>, slot: Slot) -> Val<'_> {
        let (catalog, project) = (&self.catalog, self.catalog.projects.get(row));
        let within = |span: &Span| span.project == Some(row);
        match slot {
            // A project is in no project.
            Slot::Project => Val::Null,
            Slot::Abbreviation => Val::text(&project.short),
            Slot::Color => Val::maybe(project.color.as_deref()),
            Slot::IsActive => Val::Flag(project.active),
            Slot::Process => Val::Thing(Thing::Process(project.process)),
            Slot::Releases => {
                let spans = living(&catalog.releases, |span| &span.base).filter(|(_, span)| within(span));
                Val::Things(spans.map(|(row, _)| Thing::Release(row)).collect())
            }
            Slot::Iterations => {
                let spans = living(&catalog.iterations, |span| &span.base).filter(|(_, span)| within(span));
                Val::Things(spans.map(|(row, _)| Thing::Iteration(row)).collect())
            }
            Slot::Teams => {
                let teams = living(&catalog.teams, |team| &team.base)
                    .filter(|(_, team)| team.projects.contains(&row));
                Val::Things(teams.map(|(row, _)| Thing::Team(row)).collect())
            }
            slot => match self.of_items(slot, |item| item.project == row) {
                Some(value) => value,
                None => self.of_base(&project.base, Kind::Project, slot),
            },
        }
    }

    pub(super) fn of_span(&self, thing: Thing, row: Row<Span>, slot: Slot) -> Val<'_> {
        let catalog = &self.catalog;
        let (table, kind) = match thing {
            Thing::Release(_) => (&catalog.releases, Kind::Release),
            Thing::Iteration(_) => (&catalog.iterations, Kind::Iteration),
            Thing::TeamIteration(_) => (&catalog.team_iterations, Kind::TeamIteration),
            _ => (&catalog.milestones, Kind::Milestone),
        };
        let span = table.get(row);
        match slot {
            Slot::Project => Val::thing(span.project.map(Thing::Project)),
            Slot::Projects => Val::Things(span.project.map(Thing::Project).into_iter().collect()),
            Slot::Release => Val::thing(span.release.map(Thing::Release)),
            Slot::Team => Val::thing(span.team.map(Thing::Team)),
            Slot::Velocity => Val::Decimal(span.velocity),
            Slot::Duration => {
                let days = span.base.start.zip(span.base.end).map(|(start, end)| (end - start) / DAY);
                days.map_or(Val::Null, |days| Val::Number(days as f64))
            }
            Slot::IsCurrent | Slot::IsNext | Slot::IsPrevious => Val::Flag(self.in_time(&span.base, slot)),
            Slot::Iterations => {
                let spans = living(&catalog.iterations, |span| &span.base);
                let spans = spans.filter(|(_, span)| span.release == Some(row));
                Val::Things(spans.map(|(row, _)| Thing::Iteration(row)).collect())
            }
            Slot::Generals => {
                let items = self.items.iter().filter(|item| item.milestone == Some(row));
                Val::Things(items.map(|item| Thing::Item(item.id)).collect())
            }
            slot => {
                let inside = |item: &Item| match kind {
                    Kind::Release => item.release == Some(row),
                    Kind::Iteration => item.iteration == Some(row),
                    Kind::TeamIteration => item.team_iteration == Some(row),
                    _ => item.milestone == Some(row),
                };
                match self.of_items(slot, inside) {
                    Some(value) => value,
                    None => self.of_base(&span.base, kind, slot),
                }
            }
        }
    }

    /// Whether a span lies around, after or before the present (developer hub, "Filtering by Releases…").
    fn in_time(&self, base: &Base, slot: Slot) -> bool {
        let now = self.frame.clock.now();
        let (start, end) = (base.start.unwrap_or(i64::MAX), base.end.unwrap_or(i64::MAX));
        match slot {
            Slot::IsCurrent => start <= now && now < end,
            Slot::IsNext => start > now,
            _ => end <= now,
        }
    }

    pub(super) fn of_team(&self, row: Row<Team>, slot: Slot) -> Val<'_> {
        let (catalog, team) = (&self.catalog, self.catalog.teams.get(row));
        match slot {
            Slot::EmojiIcon => Val::maybe(team.emoji.as_deref()),
            Slot::IsActive => Val::Flag(team.active),
            Slot::Projects => Val::Things(team.projects.iter().copied().map(Thing::Project).collect()),
            Slot::TeamIterations => {
                let spans = living(&catalog.team_iterations, |span| &span.base);
                let spans = spans.filter(|(_, span)| span.team == Some(row));
                Val::Things(spans.map(|(row, _)| Thing::TeamIteration(row)).collect())
            }
            Slot::Assignables => {
                let assigned = self.team_assignments.iter().filter(|one| one.team == row);
                Val::Things(assigned.map(|one| Thing::Item(one.assignable)).collect())
            }
            slot => self.of_base(&team.base, Kind::Team, slot),
        }
    }
}
