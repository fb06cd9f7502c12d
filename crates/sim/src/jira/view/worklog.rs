//! Logged work, and what it makes of an issue's estimates.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::comment::{PropertyView, TextView, VisibilityView};
use super::person::PersonView;
use super::{Show, each, object};
use crate::jira::date::Stamp;
use crate::jira::issue::Issue;
use crate::jira::part::{Tracking, Worklog};
use crate::jira::site::Site;
use crate::jira::span::Pace;

/// How many worklogs stand in an issue's own field.
const WITHIN: usize = 20;

/// One worklog.
#[derive(Clone, Copy)]
pub(crate) struct WorklogView<'a> {
    pub(crate) show: Show<'a>,
    pub(crate) issue: u32,
    pub(crate) worklog: &'a Worklog,
    /// Whether its properties are wanted.
    pub(crate) properties: bool,
}

impl Serialize for WorklogView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { show, issue, worklog, properties } = *self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(
            "self",
            &format_args!("{}/rest/api/{}/issue/{issue}/worklog/{}", show.site.base, show.api, worklog.id),
        )?;
        map.serialize_entry("author", &PersonView(show, worklog.author))?;
        map.serialize_entry("updateAuthor", &PersonView(show, worklog.editor))?;
        match &worklog.comment {
            Some(comment) => map.serialize_entry("comment", &TextView(show, comment))?,
            // A document cannot be empty, a text can.
            None if show.adf => {}
            None => map.serialize_entry("comment", "")?,
        }
        map.serialize_entry("created", &Stamp(worklog.created))?;
        map.serialize_entry("updated", &Stamp(worklog.updated))?;
        if let Some(visibility) = &worklog.visibility {
            map.serialize_entry("visibility", &VisibilityView(visibility.kind, &visibility.value))?;
        }
        map.serialize_entry("started", &Stamp(worklog.started))?;
        map.serialize_entry("timeSpent", &show.site.instance.pace.print(worklog.seconds))?;
        map.serialize_entry("timeSpentSeconds", &worklog.seconds)?;
        map.serialize_entry("id", &format_args!("{}", worklog.id))?;
        map.serialize_entry("issueId", &format_args!("{issue}"))?;
        if properties {
            let listed = each(worklog.properties.iter(), |(key, value)| PropertyView(show, *key, value));
            map.serialize_entry("properties", &listed)?;
        }
        map.end()
    }
}

/// A page of worklogs.
pub(crate) struct WorklogsView<'a> {
    pub(crate) show: Show<'a>,
    pub(crate) issue: u32,
    pub(crate) start: usize,
    pub(crate) max: usize,
    pub(crate) total: usize,
    pub(crate) worklogs: &'a [&'a Worklog],
    pub(crate) properties: bool,
}

impl Serialize for WorklogsView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { show, issue, properties, .. } = *self;
        object!(serializer, {
            "startAt": self.start,
            "maxResults": self.max,
            "total": self.total,
            "worklogs": each(self.worklogs.iter(), |worklog| WorklogView { show, issue, worklog, properties }),
        })
    }
}

/// The worklogs of an issue that the viewer may read, by when the work began.
pub(crate) fn open<'a>(show: Show<'_>, issue: &'a Issue) -> Vec<&'a Worklog> {
    let all = issue.parts().worklogs.iter();
    all.filter(|worklog| show.site.is_open(show.viewer, worklog.visibility.as_ref())).collect()
}

/// The worklog field of an issue: the first twenty.
pub(crate) struct WorklogField<'a>(pub(crate) Show<'a>, pub(crate) &'a Issue);

impl Serialize for WorklogField<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, issue) = *self;
        let all = open(show, issue);
        let worklogs = all.get(..all.len().min(WITHIN)).unwrap_or_default();
        let total = all.len();
        WorklogsView { show, issue: issue.id, start: 0, max: WITHIN, total, worklogs, properties: false }
            .serialize(serializer)
    }
}

/// The time tracking field: what is not known is not there.
pub(crate) struct TrackingView(pub(crate) Pace, pub(crate) Tracking);

impl Serialize for TrackingView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Tracking { original, remaining, spent } = self.1;
        let mut map = serializer.serialize_map(None)?;
        let all = [
            ("originalEstimate", "originalEstimateSeconds", original),
            ("remainingEstimate", "remainingEstimateSeconds", remaining),
            ("timeSpent", "timeSpentSeconds", spent),
        ];
        for (name, _, seconds) in all {
            if let Some(seconds) = seconds {
                map.serialize_entry(name, &self.0.print(seconds))?;
            }
        }
        for (_, name, seconds) in all {
            if let Some(seconds) = seconds {
                map.serialize_entry(name, &seconds)?;
            }
        }
        map.end()
    }
}

/// How much of an issue is done.
pub(crate) struct ProgressView(pub(crate) Tracking);

impl Serialize for ProgressView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Tracking { remaining, spent, .. } = self.0;
        let progress = spent.unwrap_or(0);
        let total = progress.saturating_add(remaining.unwrap_or(0));
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("progress", &progress)?;
        map.serialize_entry("total", &total)?;
        if total > 0 {
            map.serialize_entry("percent", &percent(progress, total))?;
        }
        map.end()
    }
}

/// How many per cent of the original estimate were spent; -1 without an estimate.
pub(crate) fn ratio(tracking: Tracking) -> i64 {
    match tracking.original {
        Some(original) if original > 0 => {
            i64::try_from(percent(tracking.spent.unwrap_or(0), original)).unwrap_or(i64::MAX)
        }
        _ => -1,
    }
}

fn percent(part: u64, whole: u64) -> u64 {
    part.saturating_mul(100) / whole.max(1)
}

/// The tracking of an issue and its sub-tasks together.
pub(crate) fn aggregate(site: &Site, issue: &Issue) -> Tracking {
    let parts = issue.parts();
    let children = parts.children.iter().filter_map(|id| site.issues.get(*id));
    children.fold(parts.tracking, |sum, child| sum.and(child.parts().tracking))
}
