//! The `fields` object of an issue, and which fields are wanted in it.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::comment::{CommentsView, TextView};
use super::held::HeldView;
use super::person::PersonView;
use super::settings::{
    ComponentView, KindView, PriorityView, ProjectView, ResolutionView, StatusView, VersionView,
};
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
            _ => self.constant(to),
        }
    }
}

impl FieldView<'_> {
    /// Fields that this simulator does not fill: what an issue without them shows.
    fn constant<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(show, issue, field) = *self;
        let (site, key) = (show.site, show.site.key(issue));
        let link = |what: &str| format!("{}/rest/api/{}/issue/{key}/{what}", site.base, show.api);
        match field {
            Field::WorkRatio => (-1).serialize(to),
            Field::IssueLinks | Field::Attachment | Field::Subtasks => to.collect_seq([(); 0]),
            Field::TimeTracking => to.collect_map([((), ()); 0]),
            Field::IssueRestriction => object!(to, {"issuerestrictions": Nothing, "shouldDisplay": false}),
            Field::Watches => object!(to, {"self": link("watchers"), "watchCount": 0, "isWatching": false}),
            Field::Votes => object!(to, {"self": link("votes"), "votes": 0, "hasVoted": false}),
            Field::Progress | Field::AggregateProgress => object!(to, {"progress": 0, "total": 0}),
            Field::Worklog => object!(to, {"startAt": 0, "maxResults": 20, "total": 0, "worklogs": [(); 0]}),
            _ => to.serialize_none(),
        }
    }
}

/// `{}`.
struct Nothing;

impl Serialize for Nothing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_map(Some(0))?.end()
    }
}
