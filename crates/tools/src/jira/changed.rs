//! What changed since a moment, for the sweep.

use bowline_core::item::Version;
use bowline_core::port::{ChangedAsk, ChangedPage, Glimpse};
use bowline_core::{Failure, Timestamp};
use bowline_jira::wire::Issue;
use bowline_jira::{Deployment, Error, Field, Jql, Search, Sort};
use http::StatusCode;

use super::read::ALWAYS;
use super::refusal::failure;
use super::tool::JiraTool;
use crate::name;

/// How many issues to ask for at once; a search with few fields may give more, but 100 is safe everywhere.
const PAGE: u32 = 100;

impl JiraTool {
    /// One page of changes, oldest first.
    pub(super) async fn changed_page(&self, ask: &ChangedAsk) -> Result<ChangedPage, Failure> {
        match self.changed_in(ask, &ask.scopes).await {
            // JQL refuses a query that names a project which is gone. The other projects must not suffer.
            Err(error) if error.is(StatusCode::BAD_REQUEST) && !ask.scopes.is_empty() => {
                let there = self.project_keys().await?;
                let is_there = |scope: &String| there.iter().any(|key| name::same(key, scope));
                let (left, unknown): (Vec<String>, Vec<String>) =
                    ask.scopes.iter().cloned().partition(is_there);
                if unknown.is_empty() {
                    return Err(failure(error));
                }
                if left.is_empty() {
                    return Ok(ChangedPage { unknown, ..ChangedPage::default() });
                }
                let page = self.changed_in(ask, &left).await.map_err(failure)?;
                Ok(ChangedPage { unknown, ..page })
            }
            other => other.map_err(failure),
        }
    }

    /// The keys of all projects that can be seen.
    pub(super) async fn project_keys(&self) -> Result<Vec<String>, Failure> {
        let projects = self.jira().projects().await.map_err(failure)?;
        Ok(projects.into_iter().map(|project| project.key).collect())
    }

    async fn changed_in(&self, ask: &ChangedAsk, scopes: &[String]) -> Result<ChangedPage, Error> {
        let start = Start::read(ask, self.jira().deployment());
        let jql = Jql::new()
            .is_one_of(Field::Project, scopes)
            .since(Field::Updated, start.since)
            .order_by(Field::Updated, Sort::Up);
        let search = Search { jql: &jql, fields: &ALWAYS, properties: &[], limit: PAGE };
        let found = self.jira().search_page(search, start.page.as_deref()).await?;
        let glimpses: Vec<Glimpse> = found.issues.iter().filter_map(glimpse).collect();
        let newest = glimpses.last().map(|glimpse| glimpse.updated_at);
        let next = found.next.map(|next| start.next(next, newest));
        Ok(ChangedPage { glimpses, next, unknown: Vec::new() })
    }
}

fn glimpse(issue: &Issue) -> Option<Glimpse> {
    let updated_at = issue.updated()?;
    Some(Glimpse {
        id: issue.id.get()?.to_string(),
        kind: issue.type_name()?.to_owned(),
        scope: issue.project_key()?.to_owned(),
        version: Version(updated_at.as_millisecond()),
        updated_at,
        comments_only: false,
    })
}

/// Where a page begins.
///
/// Cloud's tokens name a place in the order. Data Center counts from the start, and an issue that changes between
/// two pages moves to the end, so that the one after it would slip through the gap. There a page therefore begins
/// at the second in which the last one ended, and offsets are used only inside one second.
struct Start {
    deployment: Deployment,
    since: Timestamp,
    page: Option<String>,
}

impl Start {
    fn read(ask: &ChangedAsk, deployment: Deployment) -> Self {
        let plain = |page| Self { deployment, since: ask.since, page };
        let Some(page) = &ask.page else { return plain(None) };
        let placed = page.split_once('+').filter(|_| deployment == Deployment::DataCenter);
        let placed = placed.and_then(|(second, offset)| {
            let since = Timestamp::from_second(second.parse().ok()?).ok()?;
            Some(Self { deployment, since, page: (offset != "0").then(|| offset.to_owned()) })
        });
        placed.unwrap_or_else(|| plain(Some(page.clone())))
    }

    fn next(&self, next: String, newest: Option<Timestamp>) -> String {
        if self.deployment == Deployment::Cloud {
            return next;
        }
        let here = self.since.as_second();
        match newest.map(Timestamp::as_second) {
            Some(second) if second > here => format!("{second}+0"),
            _ => format!("{here}+{next}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn ask(page: Option<&str>) -> ChangedAsk {
        ChangedAsk { since: at(100), scopes: Vec::new(), page: page.map(str::to_owned) }
    }

    #[test]
    fn data_center_goes_on_from_the_second_where_the_last_page_ended() {
        let start = Start::read(&ask(None), Deployment::DataCenter);
        assert_eq!(start.next("100".to_owned(), Some(at(105))), "105+0");
        let start = Start::read(&ask(Some("105+0")), Deployment::DataCenter);
        assert_eq!((start.since, start.page.as_deref()), (at(105), None));
    }

    #[test]
    fn data_center_counts_inside_one_second() {
        let start = Start::read(&ask(Some("105+0")), Deployment::DataCenter);
        assert_eq!(start.next("100".to_owned(), Some(at(105))), "105+100");
        let start = Start::read(&ask(Some("105+100")), Deployment::DataCenter);
        assert_eq!((start.since, start.page.as_deref()), (at(105), Some("100")));
        assert_eq!(start.next("200".to_owned(), Some(at(106))), "106+0");
    }

    #[test]
    fn cloud_hands_its_token_through_whatever_it_looks_like() {
        let start = Start::read(&ask(Some("a+b")), Deployment::Cloud);
        assert_eq!((start.since, start.page.as_deref()), (at(100), Some("a+b")));
        assert_eq!(start.next("c".to_owned(), Some(at(105))), "c");
    }
}
