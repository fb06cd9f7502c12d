//! Webhooks of descriptors: who is told, and the token that each attempt carries.
//!
//! Sending, retries and faults are `frame::delivery`'s. A token lives three minutes and a retry waits longer, so that each
//! attempt is signed anew.

use super::Product;
use super::descriptor::Webhook;
use super::host::Install;
use super::jwt::{With, sign};
use super::note::{self, Target};
use crate::frame::call::Person;
use crate::frame::delivery::Sign;
use crate::jira::issue::Issue;
use crate::jira::site::Site;

/// Whether any app wants to be told anything.
pub(crate) fn listens(site: &Site, product: Product) -> bool {
    site.connect.of(product).apps.iter().any(|app| app.is_live() && !app.hooks.is_empty())
}

/// The apps of Jira that want to be told, with the webhook of each that does.
pub(crate) fn wanting<'a>(
    site: &'a Site,
    (event, issue, property): (&str, Option<&Issue>, Option<&str>),
) -> Vec<(&'a Install, &'a Webhook)> {
    let viewer = site.catalog.person(|account| account.admin);
    let live = site.connect.of(Product::Jira).apps.iter().filter(|app| app.is_live());
    let hooks = live.flat_map(|app| app.hooks.iter().map(move |(hook, query)| (app, hook, query)));
    let wanted = hooks.filter(|(_, hook, query)| {
        let listed =
            |key: &str| hook.property_keys.is_empty() || hook.property_keys.iter().any(|own| own == key);
        hook.event == event
            && issue.is_none_or(|issue| query.matches(site, issue, viewer))
            && property.is_none_or(listed)
    });
    wanted.map(|(app, hook, _)| (app, hook)).collect()
}

/// Where a webhook goes; what stands in braces is filled in by whoever knows it.
pub(crate) fn url(app: &Install, hook: &Webhook) -> String {
    format!("{}{}", app.descriptor.base_url, hook.url)
}

/// The token of an app's webhooks; `None` for an app without tokens, or for an address that is not the app's.
pub(crate) fn signature(site: &Site, product: Product, app: &Install, who: Person) -> Option<Sign> {
    if !app.descriptor.signed {
        return None;
    }
    let (secret, base) = (app.secret.clone(), app.descriptor.base_url.clone());
    let client_key = site.connect.of(product).client_key.clone();
    let who = note::account(site, who);
    Some(Sign::new(move |url, now| {
        let below = url.strip_prefix(&base).unwrap_or(url);
        let target = Target { method: "POST", below };
        let claims = note::claims(&client_key, now, Some(target), Some(&who));
        format!("JWT {}", sign(&claims, With::Secret(&secret)))
    }))
}

/// The same for what a Connect app registered at run time.
pub(crate) fn dynamic(site: &Site, key: &str, url: &str, who: Person) -> Option<Sign> {
    let app = site.connect.of(Product::Jira).app(key).filter(|app| app.is_live())?;
    url.starts_with(&app.descriptor.base_url).then(|| signature(site, Product::Jira, app, who)).flatten()
}
