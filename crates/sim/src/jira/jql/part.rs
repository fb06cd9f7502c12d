//! What is asked of what hangs on issues: watchers, votes, logged work, estimates, files, parents, links.

use super::function::Called;
use super::test::{Compare, Eye};
use super::time::Time;
use super::tree::{Operand, Operator};
use super::value::{Asked, Bound};
use super::words::Words;
use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::date::civil;
use crate::jira::issue::Issue;
use crate::jira::part::{LinkType, Worklog};
use crate::jira::site::Site;
use crate::jira::view::worklog::ratio;

/// Fields of queries about what hangs on issues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Watcher,
    Voter,
    /// Who logged work.
    Worker,
    Watchers,
    Votes,
    Spent,
    Original,
    Remaining,
    Ratio,
    WorkDate,
    WorkComment,
    Attachments,
    Parent,
    LinkType,
}

impl Part {
    /// What is counted or measured, if anything.
    pub(super) fn amount(self, issue: &Issue) -> Option<i64> {
        let tracking = issue.parts().tracking;
        let seconds = |seconds: Option<u64>| i64::try_from(seconds?).ok();
        match self {
            Self::Watchers => i64::try_from(issue.watchers.len()).ok(),
            Self::Votes => i64::try_from(issue.parts().voters.len()).ok(),
            Self::Spent => seconds(tracking.spent),
            Self::Original => seconds(tracking.original),
            Self::Remaining => seconds(tracking.remaining),
            Self::Ratio => Some(ratio(tracking)).filter(|ratio| *ratio >= 0),
            _ => None,
        }
    }

    /// Whether issues can be sorted by it.
    pub(super) fn is_ordered(self) -> bool {
        matches!(
            self,
            Self::Watchers | Self::Votes | Self::Spent | Self::Original | Self::Remaining | Self::Ratio
        )
    }

    fn is_duration(self) -> bool {
        matches!(self, Self::Spent | Self::Original | Self::Remaining)
    }
}

/// Which way a link leads, seen from an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Out,
    In,
}

/// A link type and the way; either way when its name was given.
type Kind = (Row<LinkType>, Option<Side>);

/// What is asked.
#[derive(Clone, Debug)]
enum Ask {
    People(Vec<Option<Person>>),
    Amounts(Vec<Option<i64>>),
    Amount(Compare, i64),
    Days(Vec<Time>),
    Day(Compare, Time),
    Words(Words),
    Nothing,
    Parents(Vec<Option<u32>>),
    Kinds(Vec<Option<Kind>>),
}

/// A condition about one of them.
#[derive(Clone, Debug)]
pub(super) struct Test {
    part: Part,
    ask: Ask,
    negated: bool,
}

/// Reads a clause whose operator the field takes.
pub(super) fn bind(
    asked: Asked<'_>,
    part: Part,
    operator: Operator,
    operand: &Operand,
    compare: Compare,
) -> Bound<Test> {
    let values = operand.values();
    let single = !matches!(operator, Operator::In | Operator::NotIn | Operator::Is | Operator::IsNot);
    let ask = match part {
        Part::Watcher | Part::Voter | Part::Worker => Ask::People(asked.people(values)?),
        Part::WorkComment => match operand {
            Operand::Text(text) => Ask::Words(Words::read(text, asked.field)?),
            other => return Err(asked.missing(&other.to_string())),
        },
        Part::WorkDate => {
            let times = values.iter().map(|value| asked.time(value)).collect::<Bound<Vec<Time>>>()?;
            match (single, times.first()) {
                (true, Some(time)) => Ask::Day(compare, *time),
                _ => Ask::Days(times),
            }
        }
        Part::Attachments => Ask::Nothing,
        Part::Parent => Ask::Parents(asked.issues(values)?),
        Part::LinkType => {
            let text = |text: &str| kinds(asked.site, text).ok_or_else(|| asked.missing(text));
            Ask::Kinds(asked.each(values, text, |called| Err(called.misplaced()))?)
        }
        _ => {
            let text = |text: &str| Ok(vec![amount(asked, part, text)?]);
            let amounts = asked.each(values, text, |called| Err(called.misplaced()))?;
            match (single, amounts.first()) {
                (true, Some(Some(amount))) => Ask::Amount(compare, *amount),
                _ => Ask::Amounts(amounts),
            }
        }
    };
    // A comparison says itself which way it goes.
    let negated = operator.is_negated() && !matches!(ask, Ask::Amount(..) | Ask::Day(..));
    Ok(Test { part, ask, negated })
}

fn amount(asked: Asked<'_>, part: Part, text: &str) -> Bound<i64> {
    let (found, what) = if part.is_duration() {
        (asked.site.instance.pace.parse(text).and_then(|seconds| i64::try_from(seconds).ok()), "duration")
    } else {
        (text.trim().parse().ok(), "number")
    };
    found.ok_or_else(|| format!("Value '{text}' for the '{}' field is not a valid {what}.", asked.field))
}

/// The link types that a text names: by name, or by what they say in one direction.
pub(super) fn kinds(site: &Site, text: &str) -> Option<Vec<Kind>> {
    let mut found = Vec::new();
    for (row, kind) in site.catalog.link_types.iter().filter(|(_, kind)| !kind.system) {
        let both = kind.inward.eq_ignore_ascii_case(text) && kind.outward.eq_ignore_ascii_case(text);
        if both || kind.name.eq_ignore_ascii_case(text) {
            found.push((row, None));
        } else if kind.outward.eq_ignore_ascii_case(text) {
            found.push((row, Some(Side::Out)));
        } else if kind.inward.eq_ignore_ascii_case(text) {
            found.push((row, Some(Side::In)));
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The links of an issue, as kinds and other ends.
fn ties<'a>(site: &'a Site, issue: &'a Issue) -> impl Iterator<Item = ((Row<LinkType>, Side), u32)> + 'a {
    let links = issue.parts().links.iter().filter_map(|id| site.parts.links.get(id));
    let links = links.filter(|link| !site.catalog.link_types.get(link.kind).system);
    links.map(|link| {
        if link.source == issue.id {
            ((link.kind, Side::Out), link.destination)
        } else {
            ((link.kind, Side::In), link.source)
        }
    })
}

fn is_of(tie: (Row<LinkType>, Side), kind: Kind) -> bool {
    tie.0 == kind.0 && kind.1.is_none_or(|side| side == tie.1)
}

impl Test {
    pub(super) fn holds(&self, eye: Eye<'_>, issue: &Issue) -> bool {
        let site = eye.site;
        match &self.ask {
            Ask::People(set) => {
                let people: Vec<Person> = match self.part {
                    Part::Watcher => issue.watchers.to_vec(),
                    Part::Voter => issue.parts().voters.clone(),
                    _ => logs(eye, issue).map(|worklog| worklog.author).collect(),
                };
                self.among(set, &people)
            }
            Ask::Amounts(set) => self.among(set, self.part.amount(issue).as_slice()),
            Ask::Amount(compare, wanted) => {
                self.part.amount(issue).is_some_and(|amount| compare.holds(&amount, wanted))
            }
            Ask::Day(compare, time) => {
                let day = civil(time.instant(eye.now)).date();
                logs(eye, issue).any(|worklog| compare.holds(&civil(worklog.started).date(), &day))
            }
            Ask::Days(times) => {
                let days: Vec<_> =
                    times.iter().map(|time| Some(civil(time.instant(eye.now)).date())).collect();
                let worked: Vec<_> = logs(eye, issue).map(|worklog| civil(worklog.started).date()).collect();
                self.among(&days, &worked)
            }
            Ask::Words(words) => {
                let says = |worklog: &Worklog| {
                    worklog.comment.as_ref().is_some_and(|comment| words.within(&comment.wiki()))
                };
                logs(eye, issue).any(says) != self.negated
            }
            Ask::Nothing => issue.parts().attachments.is_empty() != self.negated,
            Ask::Parents(set) => {
                let epic = || site.is_cloud().then(|| issue.epic(&site.catalog)).flatten();
                self.among(set, issue.parts().parent.or_else(epic).as_slice())
            }
            Ask::Kinds(set) => {
                let tied: Vec<_> = ties(site, issue).map(|(tie, _)| tie).collect();
                match tied.is_empty() {
                    true => set.contains(&None) && !self.negated,
                    false => {
                        let wanted =
                            |tie: &(Row<LinkType>, Side)| set.iter().flatten().any(|kind| is_of(*tie, *kind));
                        tied.iter().any(wanted) != self.negated
                    }
                }
            }
        }
    }

    /// Whether one of the values is in a set; without a value only `EMPTY` is met, and no negation.
    fn among<T: PartialEq + Copy>(&self, set: &[Option<T>], values: &[T]) -> bool {
        if values.is_empty() {
            return set.contains(&None) && !self.negated;
        }
        values.iter().any(|value| set.contains(&Some(*value))) != self.negated
    }
}

/// The worklogs of an issue that whoever looks may read.
fn logs<'a>(eye: Eye<'a>, issue: &'a Issue) -> impl Iterator<Item = &'a Worklog> {
    let all = issue.parts().worklogs.iter();
    all.filter(move |worklog| eye.site.is_open(eye.viewer, worklog.visibility.as_ref()))
}

impl Called<'_> {
    /// The issues of `linkedIssues`, `watchedIssues`, `votedIssues` and `issueHistory`; `None` for other functions.
    pub(super) fn hanging(&self) -> Option<Bound<Vec<u32>>> {
        let site = self.site;
        if self.is("linkedIssues") {
            return Some(self.linked());
        }
        let crowd = |crowd: fn(&Issue) -> &[Person]| {
            let who = self.viewer.ok_or_else(|| self.anonymous())?;
            let issues = site.issues.iter().filter(|issue| crowd(issue).contains(&who));
            Ok(issues.map(|issue| issue.id).collect())
        };
        let found = if self.is("watchedIssues") {
            crowd(|issue| &issue.watchers)
        } else if self.is("votedIssues") {
            crowd(|issue| &issue.parts().voters)
        } else if self.is("issueHistory") {
            Ok(self.viewer.map(|who| site.parts.seen_by(who)).unwrap_or_default())
        } else {
            return None;
        };
        Some(self.takes(0, 0).and(found))
    }

    fn anonymous(&self) -> String {
        format!("Function '{}' cannot be called as anonymous user.", self.name)
    }

    /// A word that names a kind of link and is its word for one direction as well, as `Blocks` is, means that direction.
    fn directed(&self, (row, side): Kind, text: &str) -> Kind {
        let kind = self.site.catalog.link_types.get(row);
        let [outward, inward] = [&kind.outward, &kind.inward].map(|word| word.eq_ignore_ascii_case(text));
        match (outward, inward) {
            (true, false) => (row, Some(Side::Out)),
            (false, true) => (row, Some(Side::In)),
            _ => (row, side),
        }
    }

    fn linked(&self) -> Bound<Vec<u32>> {
        self.takes(1, usize::MAX)?;
        let (key, types) = self.arguments.split_first().ok_or_else(|| self.misplaced())?;
        let issue = self
            .site
            .see(self.viewer, key)
            .map_err(|_| format!("Issue '{key}' could not be found in function '{}'.", self.name))?;
        let mut wanted = Vec::new();
        for text in types {
            let found = kinds(self.site, text).ok_or_else(|| {
                format!("Issue link type '{text}' could not be found in function '{}'.", self.name)
            })?;
            wanted.extend(found.into_iter().map(|kind| self.directed(kind, text)));
        }
        let ties = ties(self.site, issue);
        let fits = |tie| types.is_empty() || wanted.iter().any(|kind| is_of(tie, *kind));
        Ok(ties.filter(|(tie, _)| fits(*tie)).map(|(_, other)| other).collect())
    }
}
