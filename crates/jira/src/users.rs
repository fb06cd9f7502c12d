//! People.

use crate::error::Error;
use crate::paged::{Page, Paged};
use crate::site::{Deployment, Jira};
use crate::url::Path;
use crate::wire::{MigratedUser, User};

/// How many people one list holds at most.
const PAGE: usize = 50;

/// At how many people Cloud looks.
const MOST: usize = 1_000;

impl<'a> Jira<'a> {
    /// People whose name or e-mail address begins with these words. Cloud hides whoever hides themselves.
    pub fn search_users(&self, words: &str) -> Paged<'a, User> {
        let name = self.cloud_or("query", "username");
        self.people("jira.user.search", self.api().then("user/search").ask(name, words))
    }

    /// People whom an issue, or a new issue of a project, can be given to.
    pub fn assignable(&self, place: Assignable<'_>, words: &str) -> Paged<'a, User> {
        let path = self.api().then("user/assignable/search");
        let path = match place {
            Assignable::Project(key) => path.ask("project", key),
            Assignable::Issue(key) => path.ask("issueKey", key),
        };
        self.people("jira.user.assignable", path.ask(self.cloud_or("query", "username"), words))
    }

    /// A person by what identifies them ([`User::id`]).
    pub async fn user(&self, id: &str) -> Result<User, Error> {
        self.get("jira.user.get", self.api().then("user").ask(self.cloud_or("accountId", "username"), id))
            .await
    }

    /// Several people by account id (Cloud only); those who are not there are left out.
    pub fn users(&self, account_ids: &[String]) -> Paged<'a, User> {
        self.paged("jira.user.bulk", named(self.api().then("user/bulk"), "accountId", account_ids))
    }

    /// The account ids of people by the names that they had on a Data Center (Cloud only).
    pub async fn migrated_users(&self, names: &[String]) -> Result<Vec<MigratedUser>, Error> {
        let path = named(self.api().then("user/bulk/migration"), "username", names);
        self.get("jira.user.migration", path).await
    }

    fn cloud_or(&self, cloud: &'static str, data_center: &'static str) -> &'static str {
        if self.deployment() == Deployment::Cloud { cloud } else { data_center }
    }

    /// A bare list, that says neither how long it is nor whether it ends here. Cloud cuts its list of all people into pages
    /// and then looks who of a page is meant ("Find users assignable to issues"), so that a page may be empty and others
    /// follow; it looks at the first thousand. Data Center's lists of assignable people take no start.
    fn people(&self, operation: &'static str, path: Path) -> Paged<'a, User> {
        let jira = *self;
        let cloud = jira.deployment() == Deployment::Cloud;
        let starts = cloud || operation == "jira.user.search";
        Paged::new(operation, move |page| {
            let start: usize = page.and_then(|page| page.parse().ok()).unwrap_or(0);
            let mut path = path.clone().ask("maxResults", &PAGE.to_string());
            if starts {
                path = path.ask("startAt", &start.to_string());
            }
            async move {
                let entries: Vec<User> = jira.get(operation, path).await?;
                let next = match (cloud, starts) {
                    (true, _) => Some(start + PAGE).filter(|next| *next < MOST),
                    (false, true) => Some(start + entries.len()).filter(|_| !entries.is_empty()),
                    (false, false) => None,
                };
                Ok(Page { entries, next: next.map(|next| next.to_string()) })
            }
        })
    }
}

/// What somebody is to be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignable<'a> {
    /// A new issue of this project.
    Project(&'a str),
    /// This issue.
    Issue(&'a str),
}

fn named(path: Path, name: &str, values: &[String]) -> Path {
    values.iter().fold(path, |path, value| path.ask(name, value))
}
