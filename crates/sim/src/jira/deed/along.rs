//! What an edit brings along besides field values: comments, links and logged work.

use super::{comment, link, worklog};
use crate::jira::edit::Hand;
use crate::jira::edit::link::Tie;
use crate::jira::edit::read::Draft;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// All of it, read and found right.
pub(crate) struct Along {
    comments: Vec<comment::Given>,
    worklogs: Vec<(worklog::Given, worklog::Adjust)>,
    ties: Vec<Tie>,
}

impl Along {
    /// Reads it before anything is changed.
    pub(crate) fn read(site: &Site, hand: &Hand<'_>, draft: &Draft) -> Result<Self, Refusal> {
        let comments = draft.comments.iter().map(|body| comment::read(site, hand, body));
        let worklogs = draft.worklogs.iter().map(|body| {
            let member = |name: &str| crate::jira::input::text(body, name).map(str::to_owned);
            Ok((
                worklog::read(site, hand, body)?,
                worklog::Adjust::read(site.instance.pace, member, "reduceBy")?,
            ))
        });
        Ok(Self {
            comments: comments.collect::<Result<_, _>>()?,
            worklogs: worklogs.collect::<Result<_, Refusal>>()?,
            ties: draft.ties.clone(),
        })
    }

    /// Adds it to an issue that was changed.
    pub(crate) fn add(self, site: &mut Site, hand: &Hand<'_>, issue: u32) -> Result<(), Refusal> {
        for Tie { kind, other, outward } in self.ties {
            let ends = if outward { (issue, other) } else { (other, issue) };
            link::create(site, hand.by, kind, ends);
        }
        for (given, adjust) in self.worklogs {
            worklog::add(site, hand, issue, given, adjust)?;
        }
        for given in self.comments {
            comment::add(site, hand, issue, given)?;
        }
        Ok(())
    }
}
