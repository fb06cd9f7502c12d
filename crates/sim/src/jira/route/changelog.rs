//! `issue/{idOrKey}/changelog`: Cloud's paged history, oldest first.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{page, slice};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::jira::issue::Change;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::change::ChangeView;
use crate::jira::view::{Show, each};

/// `GET issue/{idOrKey}/changelog`
pub(crate) fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    let page = page(call, 100, 100);
    let path = format!("{}/rest/api/{}/issue/{}/changelog", site.base, call.api, call.param("issue"));
    Ok(Answer::ok(&Page { show: Show::call(site, call), all: &issue.history, page, path }))
}

struct Page<'a> {
    show: Show<'a>,
    all: &'a [Change],
    page: (usize, usize),
    path: String,
}

impl Serialize for Page<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { show, all, page: (start, max), path } = self;
        let shown = slice(all, self.page);
        let end = start + shown.len();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("self", &format_args!("{path}?maxResults={max}&startAt={start}"))?;
        if end < all.len() && !shown.is_empty() {
            map.serialize_entry("nextPage", &format_args!("{path}?maxResults={max}&startAt={end}"))?;
        }
        map.serialize_entry("maxResults", max)?;
        map.serialize_entry("startAt", start)?;
        map.serialize_entry("total", &all.len())?;
        map.serialize_entry("isLast", &(end >= all.len()))?;
        map.serialize_entry("values", &each(shown.iter(), |change| ChangeView(*show, change)))?;
        map.end()
    }
}
