//! What is said in calls to apps: payloads of the lifecycle, and the claims of tokens.

use serde_json::{Map, Value, json};

use super::host::{Host, Install};
use super::{Product, qsh};
use crate::frame::call::Person;
use crate::jira::site::Site;

/// How long a token lives, in seconds: what the published code of a host has.
const LIFE: i64 = 180;

/// A request that a token is for.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) method: &'a str,
    /// Path and query below the app's base URL.
    pub(crate) below: &'a str,
}

impl Target<'_> {
    fn hash(self) -> String {
        let (path, query) = self.below.split_once('?').unwrap_or((self.below, ""));
        qsh::sent(self.method, path, query)
    }
}

/// Claims of a token of a site; `target` is `None` for a token that belongs to a page.
pub(crate) fn claims(client_key: &str, now: i64, target: Option<Target<'_>>, who: Option<&str>) -> Value {
    let issued = now.div_euclid(1_000);
    let hash = target.map_or_else(|| qsh::CONTEXT.to_owned(), Target::hash);
    let mut claims = json!({"iss": client_key, "iat": issued, "exp": issued + LIFE, "qsh": hash});
    if let (Some(who), Some(members)) = (who, claims.as_object_mut()) {
        members.insert("sub".to_owned(), who.into());
    }
    claims
}

/// The same claims with one more.
pub(crate) fn with(mut claims: Value, name: &str, value: Value) -> Value {
    if let Some(members) = claims.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
    claims
}

/// The product's base URL, without a slash at its end.
pub(crate) fn base(site: &Site, product: Product) -> String {
    format!("{}{}", site.base, product.context())
}

/// The body of a lifecycle call ("Lifecycle", developer.atlassian.com/cloud/jira/platform/app-descriptor); only
/// `installed` has the secret.
pub(crate) fn payload(
    site: &Site,
    product: Product,
    (host, app): (&Host, &Install),
    (event, secret): (&str, Option<&str>),
) -> Value {
    let base = base(site, product);
    let mut body = Map::from_iter(
        [
            ("key", json!(app.descriptor.key)),
            ("clientKey", json!(host.client_key)),
            ("oauthClientId", json!(app.client_id)),
            ("serverVersion", json!("100289")),
            ("pluginsVersion", json!("1001.0.0-SNAPSHOT")),
            ("baseUrl", json!(base)),
            ("displayUrl", json!(base)),
            ("productType", json!(product.name())),
            ("description", json!(format!("Atlassian {} at {base}", title(product)))),
            ("eventType", json!(event)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    if product == Product::Jira {
        body.insert("displayUrlServicedeskHelpCenter".to_owned(), json!(base));
    }
    if let Some(secret) = secret {
        body.insert("sharedSecret".to_owned(), json!(secret));
    }
    body.into()
}

fn title(product: Product) -> &'static str {
    match product {
        Product::Jira => "Jira",
        Product::Confluence => "Confluence",
    }
}

/// Somebody's account id.
pub(crate) fn account(site: &Site, who: Person) -> String {
    site.catalog.account(who).account_id.to_string()
}
