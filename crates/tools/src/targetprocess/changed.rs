//! What changed since a moment, for the sweep: items by `ModifyDate`, and comments by their own dates, because a
//! comment leaves its item's date alone. Assignments have no date at all and are found by their events only.
//!
//! A page is whole: it has every change, of either kind, up to its newest item. A watermark may follow it.

use bowline_core::item::Version;
use bowline_core::port::{ChangedAsk, ChangedPage, Glimpse};
use bowline_core::{Failure, SignedDuration, Timestamp};
use jiff::tz::Offset;
use serde_json::Value as Json;

use super::date::{self, SUMMER_TIME};
use super::query::Query;
use super::refusal::failure;
use super::site::{PAGE, Page};
use super::tool::TargetprocessTool;
use crate::name;

impl TargetprocessTool {
    /// One page of changes, oldest first.
    pub(super) async fn changed_page(&self, ask: &ChangedAsk) -> Result<ChangedPage, Failure> {
        let (projects, unknown) = self.project_ids(&ask.scopes).await?;
        let empty = |unknown| ChangedPage { unknown, ..ChangedPage::default() };
        if projects.is_empty() && !ask.scopes.is_empty() {
            return Ok(empty(unknown));
        }
        let place = match ask.page.as_deref().and_then(Place::parse) {
            Some(place) => place,
            None => match self.server_offset().await? {
                Some(offset) => Place::start(ask.since, offset),
                None => return Ok(empty(unknown)),
            },
        };
        let page = self.items_page(&place, &projects).await?;
        let mut glimpses: Vec<Glimpse> = page.items.iter().filter_map(of_item).collect();
        let newest = glimpses.last().map(|glimpse| glimpse.updated_at).filter(|_| page.more);
        let comments = self.comments_until(&place, newest, &projects).await?;
        glimpses.extend(comments.iter().filter_map(of_comment));
        let in_page = |at: Timestamp| at >= ask.since && newest.is_none_or(|newest| at <= newest);
        glimpses.retain(|glimpse| in_page(glimpse.updated_at));
        glimpses.sort_by_key(|glimpse| glimpse.updated_at);
        let next = newest.map(|newest| place.next(newest, page.items.len()).print());
        Ok(ChangedPage { glimpses, next, unknown })
    }

    /// The ids of projects by name, and the names that do not exist, so that the others do not suffer.
    async fn project_ids(&self, scopes: &[String]) -> Result<(Vec<u64>, Vec<String>), Failure> {
        if scopes.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let projects = self.projects().await?;
        let ids = projects
            .iter()
            .filter(|project| scopes.iter().any(|scope| name::same(scope, &project.name)))
            .map(|project| project.id);
        let unknown =
            scopes.iter().filter(|scope| projects.iter().all(|project| !name::same(scope, &project.name)));
        Ok((ids.collect(), unknown.cloned().collect()))
    }

    /// The offset of the server's clock, out of the newest change; `None` if there is no item at all.
    ///
    /// Dates in a query have no zone and mean the server's (developer hub, “Working with Dates”); answers tell it.
    async fn server_offset(&self) -> Result<Option<Offset>, Failure> {
        let query = Query::all("Assignable").select(&["modifyDate"]).order_by("modifyDate desc").part(0, 1);
        let found = self.site().find("targetprocess.changed.newest", query).await.map_err(failure)?;
        Ok(found.and_then(|row| date::parse(row.get("modifyDate")?.as_str()?)).map(|told| told.offset))
    }

    async fn items_page(&self, place: &Place, projects: &[u64]) -> Result<Page, Failure> {
        let filter =
            format!("modifyDate >= {}{}", place.moment(place.from), in_projects("project.id", projects));
        let select = ["id", "kind:entityType.name", "entityVersion", "modifyDate", "project:{project.name}"];
        let query = Query::all("Assignable").filter(&filter).select(&select).order_by("modifyDate");
        self.site().page("targetprocess.changed.items", query.part(place.skip, PAGE)).await.map_err(failure)
    }

    /// All comments written or edited between a place and a moment.
    async fn comments_until(
        &self,
        place: &Place,
        until: Option<Timestamp>,
        projects: &[u64],
    ) -> Result<Vec<Json>, Failure> {
        let end = until.map(|until| place.moment(later(until)));
        let between = |member: &str| {
            let start = place.moment(place.from);
            let end = end.as_ref().map(|end| format!(" and {member} < {end}")).unwrap_or_default();
            format!("({member} >= {start}{end})")
        };
        let dates = format!("({} or {})", between("createDate"), between("descriptionModifyDate"));
        let filter = format!("{dates}{}", in_projects("general.project.id", projects));
        let select = [
            "id",
            "createDate",
            "descriptionModifyDate",
            "general:{general.id,kind:general.entityType.name,scope:general.project.name}",
        ];
        let query = Query::all("Comment").filter(&filter).select(&select).order_by("id");
        self.site().all("targetprocess.changed.comments", query).await.map_err(failure)
    }
}

fn later(at: Timestamp) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(1)).unwrap_or(at)
}

fn in_projects(member: &str, projects: &[u64]) -> String {
    if projects.is_empty() {
        return String::new();
    }
    let list: Vec<String> = projects.iter().map(u64::to_string).collect();
    format!(" and {member} in [{}]", list.join(","))
}

fn when(row: &Json, name: &str) -> Option<Timestamp> {
    Some(date::parse(row.get(name)?.as_str()?)?.at)
}

fn text(row: &Json, name: &str) -> String {
    row.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
}

fn of_item(row: &Json) -> Option<Glimpse> {
    Some(Glimpse {
        id: row.get("id")?.as_u64()?.to_string(),
        kind: text(row, "kind"),
        scope: text(row.get("project")?, "name"),
        version: Version(row.get("entityVersion").and_then(Json::as_i64).unwrap_or_default()),
        updated_at: when(row, "modifyDate")?,
        comments_only: false,
    })
}

fn of_comment(row: &Json) -> Option<Glimpse> {
    let item = row.get("general")?;
    Some(Glimpse {
        id: item.get("id")?.as_u64()?.to_string(),
        kind: text(item, "kind"),
        scope: text(item, "scope"),
        // A comment says nothing about its item's version.
        version: Version(0),
        updated_at: when(row, "descriptionModifyDate").max(when(row, "createDate"))?,
        comments_only: true,
    })
}

/// Where a page begins: at the second in which the last one ended, because an item that changes meanwhile moves to
/// the end and would draw the one behind it through the gap. Rows are counted only inside one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    from: Timestamp,
    offset: Offset,
    skip: usize,
}

impl Place {
    /// An hour early: the offset is that of the newest change, and summer time may have ended since.
    fn start(since: Timestamp, offset: Offset) -> Self {
        Self { from: since.checked_sub(SUMMER_TIME).unwrap_or(since), offset, skip: 0 }
    }

    /// A place printed by [`Place::print`].
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let from = Timestamp::from_second(words.next()?.parse().ok()?).ok()?;
        let offset = Offset::from_seconds(words.next()?.parse().ok()?).ok()?;
        Some(Self { from, offset, skip: words.next()?.parse().ok()? })
    }

    fn print(self) -> String {
        format!("{} {} {}", self.from.as_second(), self.offset.seconds(), self.skip)
    }

    /// A moment as an expression, on the server's clock.
    fn moment(self, at: Timestamp) -> String {
        format!("DateTime.Parse(\"{}\")", date::on_server(at, self.offset))
    }

    /// The place of the next page.
    fn next(self, newest: Timestamp, rows: usize) -> Self {
        if newest.as_second() > self.from.as_second() {
            Self { from: newest, skip: 0, ..self }
        } else {
            Self { skip: self.skip.saturating_add(rows), ..self }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn place(from: i64, skip: usize) -> Place {
        Place { from: at(from), offset: Offset::from_seconds(3_600).unwrap(), skip }
    }

    #[test]
    fn a_place_prints_and_reads_back() {
        assert_eq!(Place::parse(&place(100, 2_000).print()), Some(place(100, 2_000)));
        assert_eq!(Place::parse("1 2"), None);
        assert_eq!(Place::parse("elsewhere 1 2"), None);
        assert_eq!(place(0, 0).moment(at(0)), "DateTime.Parse(\"1970-01-01T01:00:00\")");
    }

    #[test]
    fn a_page_begins_in_the_last_second_of_the_one_before() {
        assert_eq!(Place::start(at(3_700), place(0, 0).offset), place(100, 0));
        assert_eq!(place(100, 0).next(at(105), 1_000), place(105, 0));
        assert_eq!(place(100, 0).next(at(100), 1_000), place(100, 1_000));
        assert_eq!(place(100, 1_000).next(at(101), 1_000), place(101, 0));
    }
}
