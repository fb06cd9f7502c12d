//! `renderedFields`: HTML of rich texts, and times, durations and sizes as people read them; null for everything else.

use serde::Serialize;
use serde::ser::Serializer;
use serde_json::{Value, json};

use super::attachment::AttachmentView;
use super::comment::CommentView;
use super::worklog::{WorklogView, aggregate, open};
use super::{Show, put};
use crate::jira::custom::Held;
use crate::jira::date::civil;
use crate::jira::field::Field;
use crate::jira::issue::{Comment, Issue, Text};
use crate::jira::part::{Attachment, Tracking, Worklog};

/// The rendered fields of an issue.
pub(crate) struct Rendered<'a>(pub(crate) Show<'a>, pub(crate) &'a Issue, pub(crate) &'a [Field]);

impl Serialize for Rendered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, issue, fields) = *self;
        let catalog = &show.site.catalog;
        serializer.collect_map(fields.iter().map(|field| (field.id(catalog), field_of(show, issue, *field))))
    }
}

fn field_of(show: Show<'_>, issue: &Issue, field: Field) -> Value {
    let html = |text: &Option<Text>| text.as_ref().map(Text::html);
    let (own, whole) = (issue.parts().tracking, || aggregate(show.site, issue));
    let time = |seconds: Option<u64>| json!(seconds.map(|seconds| show.site.instance.pace.words(seconds)));
    match field {
        Field::Description => json!(html(&issue.description)),
        Field::Environment => json!(html(&issue.environment)),
        Field::Custom(row) => match issue.held(row) {
            Some(Held::Area(text)) => text.html().into(),
            _ => Value::Null,
        },
        Field::Created => readable(issue.created).into(),
        Field::Updated => readable(issue.updated).into(),
        Field::ResolutionDate => json!(issue.resolved.map(readable)),
        Field::DueDate => json!(issue.due.map(|due| due.strftime("%d/%b/%y").to_string())),
        Field::TimeSpent => time(own.spent),
        Field::TimeEstimate => time(own.remaining),
        Field::OriginalEstimate => time(own.original),
        Field::AggregateTimeSpent => time(whole().spent),
        Field::AggregateTimeEstimate => time(whole().remaining),
        Field::AggregateOriginalEstimate => time(whole().original),
        Field::TimeTracking => tracking(show, own),
        Field::Attachment => {
            issue.parts().attachments.iter().map(|attachment| file(show, attachment)).collect()
        }
        Field::Comment => {
            let seen = issue.comments.iter().filter(|comment| show.site.may_read(show.viewer, comment));
            page("comments", seen.map(|comment| remark(show, issue.id, comment)).collect())
        }
        Field::Worklog => {
            page("worklogs", open(show, issue).into_iter().map(|log| work(show, issue.id, log)).collect())
        }
        _ => Value::Null,
    }
}

fn page(name: &str, all: Vec<Value>) -> Value {
    let mut page = json!({"startAt": 0, "maxResults": all.len(), "total": all.len()});
    put(&mut page, name, all);
    page
}

fn tracking(show: Show<'_>, tracking: Tracking) -> Value {
    let mut shown = json!({});
    for (name, seconds) in [
        ("originalEstimate", tracking.original),
        ("remainingEstimate", tracking.remaining),
        ("timeSpent", tracking.spent),
    ] {
        if let Some(seconds) = seconds {
            put(&mut shown, name, show.site.instance.pace.words(seconds));
            put(&mut shown, &format!("{name}Seconds"), seconds);
        }
    }
    shown
}

fn file(show: Show<'_>, attachment: &Attachment) -> Value {
    let mut shown = json!(AttachmentView { show, attachment, alone: false });
    put(&mut shown, "created", readable(attachment.created));
    put(&mut shown, "size", size(attachment.content.length()));
    shown
}

fn remark(show: Show<'_>, issue: u32, comment: &Comment) -> Value {
    let view = CommentView { show, issue, comment, properties: false, rendered: false };
    let mut shown = json!(view);
    put(&mut shown, "body", comment.body.html());
    put(&mut shown, "created", readable(comment.created));
    put(&mut shown, "updated", readable(comment.updated));
    shown
}

fn work(show: Show<'_>, issue: u32, worklog: &Worklog) -> Value {
    let mut shown = json!(WorklogView { show, issue, worklog, properties: false });
    put(&mut shown, "comment", worklog.comment.as_ref().map(Text::html).unwrap_or_default());
    put(&mut shown, "created", readable(worklog.created));
    put(&mut shown, "updated", readable(worklog.updated));
    put(&mut shown, "started", readable(worklog.started));
    put(&mut shown, "timeSpent", show.site.instance.pace.words(worklog.seconds));
    shown
}

fn readable(ms: i64) -> String {
    civil(ms).strftime("%d/%b/%y %-I:%M %p").to_string()
}

/// A size as Jira writes it: a tenth below ten kilobytes, megabytes from one on.
pub(crate) fn size(bytes: u64) -> String {
    const KILO: u64 = 1_024;
    const MEGA: u64 = KILO * KILO;
    if bytes >= MEGA {
        let hundredths = bytes.saturating_mul(100) / MEGA;
        return format!("{}.{:02} MB", hundredths / 100, hundredths % 100);
    }
    let tenths = bytes.saturating_mul(10) / KILO;
    if tenths >= 100 { format!("{} kB", tenths / 10) } else { format!("{}.{} kB", tenths / 10, tenths % 10) }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_written_for_people() {
        assert_eq!(size(19), "0.0 kB");
        assert_eq!(size(1_536), "1.5 kB");
        assert_eq!(size(126_000), "123 kB");
        assert_eq!(size(1_572_864), "1.50 MB");
    }
}
