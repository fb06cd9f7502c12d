//! Those who watch an issue, and those who voted for it.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::person::PersonView;
use super::{Show, each};
use crate::frame::call::Person;
use crate::jira::issue::Issue;

/// Which crowd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crowd {
    Watchers,
    Voters,
}

impl Crowd {
    /// Who is in it.
    pub(crate) fn of(self, issue: &Issue) -> &[Person] {
        match self {
            Self::Watchers => &issue.watchers,
            Self::Voters => &issue.parts().voters,
        }
    }
}

/// The crowd of an issue: how many, whether the viewer is among them, and who they are, as far as it is told.
pub(crate) struct CrowdView<'a> {
    pub(crate) show: Show<'a>,
    pub(crate) issue: &'a Issue,
    pub(crate) crowd: Crowd,
    /// `None` in the issue's field, which has no names.
    pub(crate) names: Option<&'a [Person]>,
}

impl Serialize for CrowdView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { show, issue, crowd, names } = *self;
        let (path, count, flag, list) = match crowd {
            Crowd::Watchers => ("watchers", "watchCount", "isWatching", "watchers"),
            Crowd::Voters => ("votes", "votes", "hasVoted", "voters"),
        };
        let people = crowd.of(issue);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(
            "self",
            &format_args!("{}/rest/api/{}/issue/{}/{path}", show.site.base, show.api, show.site.key(issue)),
        )?;
        map.serialize_entry(count, &people.len())?;
        map.serialize_entry(flag, &show.viewer.is_some_and(|viewer| people.contains(&viewer)))?;
        if let Some(names) = names {
            map.serialize_entry(list, &each(names.iter(), |person| PersonView(show, *person)))?;
        }
        map.end()
    }
}
