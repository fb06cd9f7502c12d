//! Webhooks that an app registers for itself: Cloud, with OAuth 2.0 or as a Connect app ("Webhooks", REST version 3).
//!
//! They end 30 days after they were made or refreshed, and a delivery that fails five times is given up and listed.

use http::Method;
use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::paged::{Page, Paged};
use crate::site::{Jira, read};
use crate::wire::{FailedHook, Hook, HookRegistration, Id, NewHook};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registered {
    webhook_registration_result: Vec<HookRegistration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refreshed {
    expiration_date: String,
}

#[derive(Deserialize)]
struct Failed {
    #[serde(default)]
    values: Vec<FailedHook>,
    /// The address of the next page.
    next: Option<String>,
}

impl<'a> Jira<'a> {
    /// Registers webhooks that are sent to one address. Each has an outcome of its own, in the order of `hooks`.
    pub async fn register_hooks(&self, url: &str, hooks: &[NewHook]) -> Result<Vec<HookRegistration>, Error> {
        let body = json!({ "url": url, "webhooks": hooks });
        let answer =
            self.change("jira.webhook.register", Method::POST, self.api().then("webhook"), &body).await?;
        read("jira.webhook.register", &answer).map(|all: Registered| all.webhook_registration_result)
    }

    /// The webhooks of this app at this site.
    pub fn hooks(&self) -> Paged<'a, Hook> {
        self.paged("jira.webhook.list", self.api().then("webhook"))
    }

    /// Gives webhooks another 30 days; returns when they end then, as Jira writes it.
    pub async fn refresh_hooks(&self, ids: &[Id]) -> Result<String, Error> {
        let (path, body) = (self.api().then("webhook/refresh"), json!({ "webhookIds": numbers(ids) }));
        let answer = self.change("jira.webhook.refresh", Method::PUT, path, &body).await?;
        read("jira.webhook.refresh", &answer).map(|refreshed: Refreshed| refreshed.expiration_date)
    }

    /// Removes webhooks; those that are not there are no error.
    pub async fn delete_hooks(&self, ids: &[Id]) -> Result<(), Error> {
        let (path, body) = (self.api().then("webhook"), json!({ "webhookIds": numbers(ids) }));
        self.change("jira.webhook.delete", Method::DELETE, path, &body).await.map(drop)
    }

    /// Deliveries that Cloud has given up in the last three days, oldest first. It tells them to Connect apps alone.
    pub fn failed_hooks(&self) -> Paged<'a, FailedHook> {
        const OPERATION: &str = "jira.webhook.failed";
        let (jira, path) = (*self, self.api().then("webhook/failed"));
        Paged::new(OPERATION, move |after| {
            let path = match &after {
                Some(after) => path.clone().ask("after", after),
                None => path.clone(),
            };
            async move {
                let page: Failed = jira.get(OPERATION, path).await?;
                let next =
                    page.next.as_deref().and_then(after_of).filter(|next| Some(next) != after.as_ref());
                Ok(Page { next: next.filter(|_| !page.values.is_empty()), entries: page.values })
            }
        })
    }
}

/// Where the next page begins, out of its address: calls go to the connection and to no address in an answer.
fn after_of(next: &str) -> Option<String> {
    let (_, query) = next.split_once('?')?;
    let after = query.split('&').find_map(|pair| pair.strip_prefix("after="))?;
    after.bytes().all(|byte| byte.is_ascii_digit()).then(|| after.to_owned())
}

/// Ids as numbers: these bodies take no texts.
fn numbers(ids: &[Id]) -> Vec<i64> {
    ids.iter().filter_map(|id| id.to_string().parse().ok()).collect()
}
