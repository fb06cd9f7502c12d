//! Logging work, and what that does to an issue's estimates.

use serde_json::Value;

use super::{comment, property};
use crate::frame::call::Person;
use crate::jira::date::instant;
use crate::jira::edit::Hand;
use crate::jira::edit::Side;
use crate::jira::edit::apply::Desk;
use crate::jira::edit::value::rich;
use crate::jira::field::Field;
use crate::jira::hook::{self, News};
use crate::jira::issue::{Deed, Item, Properties, Text, Visibility};
use crate::jira::part::{Numbered, Tracking, Worklog};
use crate::jira::refusal::Refusal;
use crate::jira::site::{Done, Site};
use crate::jira::span::Pace;

/// A worklog's members as a request gives them; `None` is not given.
pub(crate) struct Given {
    seconds: Option<u64>,
    comment: Option<Option<Text>>,
    started: Option<i64>,
    visibility: Option<Option<Visibility>>,
    properties: Vec<(String, Box<serde_json::value::RawValue>)>,
}

/// What becomes of the remaining estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Adjust {
    /// It goes down by what was worked, and up by what was not.
    Auto,
    Leave,
    New(u64),
    /// By so much: down when work is logged, up when it is taken back.
    Manual(u64),
}

impl Adjust {
    /// Reads `adjustEstimate` and what belongs to it; `amount` is the name of the amount of a manual adjustment, empty
    /// where there is none.
    pub(crate) fn read(
        pace: Pace,
        member: impl Fn(&str) -> Option<String>,
        amount: &str,
    ) -> Result<Self, Refusal> {
        let duration = |name: &str, missing: &str, wrong: &str| match member(name) {
            None => Err(Refusal::field(name, missing)),
            Some(text) => pace.parse(&text).ok_or_else(|| Refusal::field(name, wrong)),
        };
        match member("adjustEstimate").as_deref() {
            None | Some("auto" | "") => Ok(Self::Auto),
            Some("leave") => Ok(Self::Leave),
            Some("new") => {
                let missing = "Value is required when adjustEstimate is new";
                Ok(Self::New(duration("newEstimate", missing, "Invalid new estimate entered.")?))
            }
            Some("manual") if amount.is_empty() => Err(Refusal::field(
                "adjustEstimate",
                "Manual adjustment of remaining estimate not allowed when editing a worklog",
            )),
            Some("manual") => {
                let missing = "A value is required for manual estimate adjustment";
                Ok(Self::Manual(duration(amount, missing, "Invalid time duration entered.")?))
            }
            Some(other) => {
                Err(Refusal::field("adjustEstimate", format!("'{other}' is no way to adjust an estimate.")))
            }
        }
    }

    /// Counts work that was `before` and is `after`, in seconds.
    pub(super) fn apply(self, tracking: &mut Tracking, before: u64, after: u64) {
        let spent = tracking.spent.unwrap_or(0);
        tracking.spent = Some(spent.saturating_sub(before).saturating_add(after));
        let remaining = tracking.remaining.unwrap_or(0);
        tracking.remaining = match self {
            Self::Auto => Some(remaining.saturating_add(before).saturating_sub(after)),
            Self::Leave => tracking.remaining,
            Self::New(seconds) => Some(seconds),
            Self::Manual(seconds) if after > 0 => Some(remaining.saturating_sub(seconds)),
            Self::Manual(seconds) => Some(remaining.saturating_add(seconds)),
        };
    }
}

/// Reads a worklog's body.
pub(crate) fn read(site: &Site, hand: &Hand<'_>, body: &Value) -> Result<Given, Refusal> {
    if !body.is_object() {
        return Err(Refusal::bad("Worklog must not be null."));
    }
    if let Some(text) = hand.rejects("worklog") {
        return Err(Refusal::field("worklog", text));
    }
    let wrong = |name: &str, text: &str| Refusal { messages: Vec::new(), ..Refusal::field(name, text) };
    let logged = |text: &str| Refusal {
        messages: vec!["Worklog must not be null.".to_owned()],
        ..Refusal::field("timeLogged", text)
    };
    let seconds = match (body.get("timeSpentSeconds"), body.get("timeSpent")) {
        (None | Some(Value::Null), None | Some(Value::Null)) => None,
        (None | Some(Value::Null), Some(Value::String(text))) => {
            Some(site.instance.pace.parse(text).ok_or_else(|| logged("Invalid time duration entered."))?)
        }
        (Some(seconds), _) => Some(seconds.as_u64().ok_or_else(|| logged("Invalid time duration entered."))?),
        _ => return Err(logged("Invalid time duration entered.")),
    };
    // Jira keeps whole minutes, and takes less than one for none.
    if seconds.is_some_and(|seconds| seconds < 60) {
        return Err(logged("You must indicate the time spent working."));
    }
    let started = match body.get("started") {
        None | Some(Value::Null) => None,
        Some(value) => {
            let text = value.as_str().unwrap_or_default();
            let at = Some(text).filter(|text| text.contains('T')).and_then(instant);
            Some(at.ok_or_else(|| wrong("started", &format!("Error parsing time: {text}")))?)
        }
    };
    let text = body.get("comment").map(|value| rich(hand, value)).transpose();
    let visibility =
        body.get("visibility").map(|value| comment::visibility(site, hand, value)).transpose()?;
    Ok(Given {
        seconds,
        comment: text.map_err(|text| Refusal::field("comment", text))?,
        started,
        visibility,
        properties: property::read_list(body)?,
    })
}

/// Logs work; the answer is the worklog's id.
pub(crate) fn add(
    site: &mut Site,
    hand: &Hand<'_>,
    issue: u32,
    given: Given,
    adjust: Adjust,
) -> Result<u32, Refusal> {
    let Some(seconds) = given.seconds else {
        return Err(Refusal {
            messages: vec!["Worklog must not be null.".to_owned()],
            ..Refusal::field("timeLogged", "You must indicate the time spent working.")
        });
    };
    let (id, who) = (site.parts.number(Numbered::Worklog), hand.by.who);
    let properties: Properties =
        given.properties.into_iter().map(|(key, value)| (site.names.intern(&key), value)).collect();
    let write = (Deed::WorklogCreate, id, Box::default());
    let done = site.change(issue, hand.by, write, false, |issue, desk| {
        let now = desk.now.max(issue.updated + 1);
        let parts = issue.parts_mut();
        parts.worklogs.push(Worklog {
            id,
            author: who,
            editor: who,
            comment: given.comment.flatten(),
            created: now,
            updated: now,
            started: given.started.unwrap_or(now),
            seconds,
            visibility: given.visibility.flatten(),
            properties,
        });
        let before = parts.tracking;
        adjust.apply(&mut parts.tracking, 0, seconds);
        items(desk, (None, Some(id)), before, parts.tracking)
    });
    site.parts.worklogs.insert(id, issue);
    tell(site, (issue, who), ("worklog_created", "issue_work_logged"), id, done)?;
    Ok(id)
}

/// Changes a worklog that is there.
pub(crate) fn edit(
    site: &mut Site,
    hand: &Hand<'_>,
    (issue, id): (u32, u32),
    given: Given,
    adjust: Adjust,
) -> Result<(), Refusal> {
    let who = hand.by.who;
    let mut properties: Properties = Vec::new();
    for (key, value) in given.properties {
        properties.push((site.names.intern(&key), value));
    }
    let write = (Deed::WorklogUpdate, id, Box::default());
    let done = site.change(issue, hand.by, write, true, |issue, desk| {
        let now = desk.now.max(issue.updated + 1);
        let parts = issue.parts_mut();
        let Some(worklog) = parts.worklogs.iter_mut().find(|worklog| worklog.id == id) else {
            return Vec::new();
        };
        let before = (parts.tracking, worklog.seconds);
        worklog.editor = who;
        worklog.updated = now;
        worklog.seconds = given.seconds.unwrap_or(worklog.seconds);
        worklog.started = given.started.unwrap_or(worklog.started);
        worklog.comment = given.comment.unwrap_or_else(|| worklog.comment.take());
        worklog.visibility = given.visibility.unwrap_or_else(|| worklog.visibility.take());
        for (key, value) in properties {
            worklog.properties.retain(|(kept, _)| *kept != key);
            worklog.properties.push((key, value));
        }
        if given.seconds.is_none() && adjust == Adjust::Auto {
            return Vec::new();
        }
        let after = worklog.seconds;
        adjust.apply(&mut parts.tracking, before.1, after);
        items(desk, (Some(id), Some(id)), before.0, parts.tracking)
    });
    tell(site, (issue, who), ("worklog_updated", "issue_worklog_updated"), id, done)
}

/// Takes a worklog back.
pub(crate) fn delete(
    site: &mut Site,
    hand: &Hand<'_>,
    (issue, id): (u32, u32),
    adjust: Adjust,
) -> Result<(), Refusal> {
    let Some(worklog) = take(site, issue, id) else { return Err(missing(id)) };
    let who = hand.by.who;
    let done =
        site.change(issue, hand.by, (Deed::WorklogDelete, id, Box::default()), false, |issue, desk| {
            let parts = issue.parts_mut();
            let before = parts.tracking;
            adjust.apply(&mut parts.tracking, worklog.seconds, 0);
            items(desk, (Some(id), None), before, parts.tracking)
        });
    let done = done.ok_or_else(Refusal::no_issue)?;
    if let Some(issue) = site.issues.get(issue) {
        hook::part::worklog(site, who, "worklog_deleted", issue, &worklog);
    }
    hook::announce(site, issue, who, &News::Worked { event: "issue_worklog_deleted", done });
    Ok(())
}

/// Takes a worklog off its issue without a word, and remembers that it is gone.
pub(crate) fn take(site: &mut Site, issue: u32, id: u32) -> Option<Worklog> {
    let worklogs = &mut site.issues.get_mut(issue)?.parts_mut().worklogs;
    let place = worklogs.iter().position(|worklog| worklog.id == id)?;
    let worklog = worklogs.remove(place);
    forget(site, id);
    Some(worklog)
}

/// Remembers that a worklog is gone.
pub(crate) fn forget(site: &mut Site, id: u32) {
    site.parts.worklogs.remove(&id);
    site.parts.gone_worklogs.push((id, site.frame.clock.now()));
}

/// The history of a change of estimates.
fn items(
    desk: &mut Desk<'_>,
    (from, to): (Option<u32>, Option<u32>),
    before: Tracking,
    after: Tracking,
) -> Vec<Item> {
    let side = |number: Option<u64>| -> Side {
        let text = number.map(|number| Box::from(number.to_string()));
        (text.clone(), text)
    };
    let id = |id: Option<u32>| side(id.map(u64::from));
    // Data Center notes an added worklog as one that went away, as recorded histories show.
    let (from, to) = if !desk.cloud && from.is_none() { (to, None) } else { (from, to) };
    vec![
        desk.note("WorklogId", id(from), id(to)),
        desk.item(Field::TimeEstimate, side(before.remaining), side(after.remaining)),
        desk.item(Field::TimeSpent, side(before.spent), side(after.spent)),
    ]
}

fn tell(
    site: &Site,
    (issue, who): (u32, Person),
    (event, kind): (&str, &'static str),
    id: u32,
    done: Option<Done>,
) -> Result<(), Refusal> {
    let done = done.ok_or_else(Refusal::no_issue)?;
    if let Some(issue) = site.issues.get(issue)
        && let Some(worklog) = issue.parts().worklogs.iter().find(|worklog| worklog.id == id)
    {
        hook::part::worklog(site, who, event, issue, worklog);
    }
    hook::announce(site, issue, who, &News::Worked { event: kind, done });
    Ok(())
}

/// Jira's answer to a worklog that is not there or may not be read.
pub(crate) fn missing(id: impl std::fmt::Display) -> Refusal {
    Refusal::missing(format!("Cannot find worklog with id: '{id}'."))
}

/// What of a worklog's permissions somebody has: `own` for their own ones, else `all`.
pub(crate) fn may(
    site: &Site,
    who: Person,
    (issue, worklog): (u32, &Worklog),
    (own, all): (&'static str, &'static str),
) -> bool {
    let Some(project) = site.issues.get(issue).map(|issue| issue.project) else { return false };
    site.allows(Some(who), project, all) || (worklog.author == who && site.allows(Some(who), project, own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_follow_the_work_as_they_are_told_to() {
        let hour = 3_600;
        for (adjust, remaining, before, after, expected) in [
            (Adjust::Auto, None, 0, 3 * hour, Some(0)),
            (Adjust::Auto, Some(0), 3 * hour, 2 * hour, Some(hour)),
            (Adjust::Auto, Some(hour), 2 * hour, 0, Some(3 * hour)),
            (Adjust::Leave, None, 0, hour, None),
            (Adjust::New(9), Some(5), 0, hour, Some(9)),
            (Adjust::Manual(2 * hour), Some(5 * hour), 0, hour, Some(3 * hour)),
            (Adjust::Manual(2 * hour), Some(5 * hour), hour, 0, Some(7 * hour)),
        ] {
            let mut tracking = Tracking { original: None, remaining, spent: Some(before) };
            adjust.apply(&mut tracking, before, after);
            assert_eq!(tracking, Tracking { original: None, remaining: expected, spent: Some(after) });
        }
    }

    #[test]
    fn adjustments_need_what_belongs_to_them() {
        let read = |members: &[(&str, &str)], amount| {
            let found = |name: &str| members.iter().find(|(known, _)| *known == name);
            Adjust::read(Pace::default(), |name| found(name).map(|(_, text)| (*text).to_owned()), amount)
        };
        assert_eq!(read(&[], "reduceBy"), Ok(Adjust::Auto));
        let new = [("adjustEstimate", "new"), ("newEstimate", "2h")];
        assert_eq!(read(&new, "reduceBy"), Ok(Adjust::New(7_200)));
        assert!(read(&[("adjustEstimate", "new")], "reduceBy").is_err());
        assert!(read(&[("adjustEstimate", "new"), ("newEstimate", "soon")], "reduceBy").is_err());
        assert!(read(&[("adjustEstimate", "manual")], "reduceBy").is_err());
        assert!(read(&[("adjustEstimate", "manual"), ("reduceBy", "1h")], "").is_err());
        assert!(read(&[("adjustEstimate", "more")], "reduceBy").is_err());
    }
}
