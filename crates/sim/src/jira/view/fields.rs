//! The `fields` object of an issue, and which fields are wanted in it.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::attachment::AttachmentView;
use super::comment::{CommentsView, TextView};
use super::crowd::{Crowd, CrowdView};
use super::held::HeldView;
use super::link::{IssueRef, SubtasksView, links};
use super::person::PersonView;
use super::settings::{
    ComponentView, KindView, LevelView, PriorityView, ProjectView, ResolutionView, StatusView, VersionView,
};
use super::worklog::{ProgressView, TrackingView, WorklogField, aggregate, ratio};
use super::{Show, each, object};
use crate::jira::custom::Shape;
use crate::jira::date::Stamp;
use crate::jira::field::Field;
use crate::jira::issue::Issue;
use crate::jira::site::Site;

/// Which fields are wanted.
pub(crate) fn select(site: &Site, wanted: &[String], usual: &[&str]) -> Vec<Field> {
    let (catalog, cloud) = (&site.catalog, site.is_cloud());
    let usual = usual.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let wanted = if wanted.is_empty() { &usual } else { wanted };
    let only_minus = wanted.iter().all(|name| name.starts_with('-'));
    let mut fields = if only_minus { Field::all(catalog, cloud) } else { Vec::new() };
    for name in wanted {
        match name.as_str() {
            "*all" => fields = Field::all(catalog, cloud),
            "*navigable" => {
                fields = Field::all(catalog, cloud);
                fields.retain(|field| field.is_navigable());
            }
            name => match (name.strip_prefix('-'), Field::of(name.trim_start_matches('-'), catalog, cloud)) {
                (Some(_), Some(field)) => fields.retain(|kept| *kept != field),
                (None, Some(field)) if !fields.contains(&field) => fields.push(field),
                _ => {}
            },
        }
    }
    fields
}

/// The fields of an issue.
pub(crate) struct FieldsView<'a>(pub(crate) Show<'a>, pub(crate) &'a Issue, pub(crate) &'a [Field]);

impl Serialize for FieldsView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, issue, fields) = *self;
        let mut map = serializer.serialize_map(None)?;
        for field in fields {
            let custom = matches!(field, Field::Custom(_));
            if custom && !show.site.catalog.is_shown(issue.project, Some(issue.kind), *field) {
                continue;
            }
            if *field == Field::Security && !show.site.is_cloud() && issue.parts().security.is_none() {
                continue;
            }
            // Unlike every other field, a parent that is not there is not shown as null.
            if *field == Field::Parent && parent(show, issue).is_none() {
                continue;
            }
            map.serialize_entry(field.id(&show.site.catalog), &FieldView(show, issue, *field))?;
        }
        map.end()
    }
}

/// One field's value.
struct FieldView<'a>(Show<'a>, &'a Issue, Field);

impl Serialize for FieldView<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(show, issue, field) = *self;
        match field {
            Field::IssueType => KindView(show, issue.kind).serialize(to),
            Field::Project => ProjectView(show, issue.project).serialize(to),
            Field::Resolution => issue.resolution.map(|row| ResolutionView(show, row)).serialize(to),
            Field::Priority => PriorityView(show, issue.priority, false).serialize(to),
            Field::Status => StatusView(show, issue.status).serialize(to),
            Field::Assignee => issue.assignee.map(|person| PersonView(show, person)).serialize(to),
            Field::Reporter => PersonView(show, issue.reporter).serialize(to),
            Field::Creator => PersonView(show, issue.creator).serialize(to),
            Field::Created => Stamp(issue.created).serialize(to),
            Field::Updated => Stamp(issue.updated).serialize(to),
            Field::CategoryChanged => Stamp(issue.category_changed).serialize(to),
            Field::ResolutionDate => issue.resolved.map(Stamp).serialize(to),
            Field::DueDate => issue.due.map(|date| date.to_string()).serialize(to),
            Field::Summary => issue.summary.serialize(to),
            Field::Description => issue.description.as_ref().map(|text| TextView(show, text)).serialize(to),
            Field::Environment => issue.environment.as_ref().map(|text| TextView(show, text)).serialize(to),
            Field::Labels => each(issue.labels.iter(), |label| show.site.names.get(*label)).serialize(to),
            Field::Components => each(issue.components.iter(), |row| ComponentView(show, *row)).serialize(to),
            Field::FixVersions => {
                each(issue.fix_versions.iter(), |row| VersionView(show, *row)).serialize(to)
            }
            Field::Versions => each(issue.versions.iter(), |row| VersionView(show, *row)).serialize(to),
            Field::Comment => CommentsView(show, issue).serialize(to),
            Field::Custom(row) => match issue.held(row) {
                None if show.site.catalog.custom.get(row).shape == Shape::Rank => {
                    issue.rank(&show.site.catalog).serialize(to)
                }
                None => to.serialize_none(),
                Some(held) => HeldView(show, row, held).serialize(to),
            },
            _ => self.hanging(to),
        }
    }
}

impl FieldView<'_> {
    /// What hangs on the issue, and fields that this simulator does not fill.
    fn hanging<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(show, issue, field) = *self;
        let parts = issue.parts();
        let (own, whole) = (parts.tracking, || aggregate(show.site, issue));
        let crowd = |crowd| CrowdView { show, issue, crowd, names: None };
        match field {
            Field::IssueLinks => each(links(show, issue).iter(), |link| link).serialize(to),
            Field::Attachment => {
                let view = |attachment| AttachmentView { show, attachment, alone: false };
                each(parts.attachments.iter(), view).serialize(to)
            }
            Field::Subtasks => SubtasksView(show, issue).serialize(to),
            Field::Parent => parent(show, issue).map(|parent| IssueRef(show, parent)).serialize(to),
            Field::Watches => crowd(Crowd::Watchers).serialize(to),
            Field::Votes => crowd(Crowd::Voters).serialize(to),
            Field::Worklog => WorklogField(show, issue).serialize(to),
            Field::TimeTracking => TrackingView(show.site.instance.pace, own).serialize(to),
            Field::TimeSpent => own.spent.serialize(to),
            Field::TimeEstimate => own.remaining.serialize(to),
            Field::OriginalEstimate => own.original.serialize(to),
            Field::AggregateTimeSpent => whole().spent.serialize(to),
            Field::AggregateTimeEstimate => whole().remaining.serialize(to),
            Field::AggregateOriginalEstimate => whole().original.serialize(to),
            Field::Progress => ProgressView(own).serialize(to),
            Field::AggregateProgress => ProgressView(whole()).serialize(to),
            Field::WorkRatio => ratio(own).serialize(to),
            Field::LastViewed => {
                let seen = show.viewer.and_then(|viewer| show.site.parts.seen_at(viewer, issue.id));
                seen.map(Stamp).serialize(to)
            }
            Field::Security => {
                let level = parts.security.and_then(|id| show.site.catalog.level(id));
                level.map(|level| LevelView(show, level)).serialize(to)
            }
            Field::IssueRestriction => object!(to, {"issuerestrictions": Nothing, "shouldDisplay": false}),
            _ => to.serialize_none(),
        }
    }
}

/// The issue above, if the viewer sees it: of a sub-task, and on Cloud the epic of any other issue.
fn parent<'a>(show: Show<'a>, issue: &Issue) -> Option<&'a Issue> {
    let site = show.site;
    let epic = || site.is_cloud().then(|| issue.epic(&site.catalog)).flatten();
    let above = site.issues.get(issue.parts().parent.or_else(epic)?)?;
    show.sees(above).then_some(above)
}

/// `{}`.
struct Nothing;

impl Serialize for Nothing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_map(Some(0))?.end()
    }
}
