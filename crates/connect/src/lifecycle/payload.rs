//! The body of a lifecycle call, checked.

use bowline_core::secret::Secret;
use serde::Deserialize;
use url::Url;

use super::rules::Event;
use super::sites::Sites;
use crate::installation::{ClientKey, Product};
use crate::jose::{SharedSecret, parse_object};
use crate::origin;

/// The longest address, in bytes: hosts have at most 253, and sites' addresses have next to no path.
const LONGEST_URL: usize = 500;

/// The longest id, in bytes, as for a client key. Those of Atlassian have less than a hundred.
const LONGEST_ID: usize = 255;

/// The fields of a call (developer.atlassian.com/cloud/jira/platform/connect-app-descriptor, “Lifecycle HTTP request
/// payload”), with the vendor's names.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    key: Option<String>,
    client_key: Option<String>,
    event_type: Option<String>,
    shared_secret: Option<String>,
    base_url: Option<String>,
    display_url: Option<String>,
    product_type: Option<String>,
    oauth_client_id: Option<String>,
    installation_id: Option<String>,
    entitlement_id: Option<String>,
}

/// The body of a lifecycle call.
#[derive(Clone, Debug)]
pub struct Payload {
    /// The key of the app it is for.
    pub key: String,
    /// The site's name for the app.
    pub client_key: ClientKey,
    /// What an `installed` call brings beside that.
    pub install: Option<Install>,
}

/// What an `installed` call brings.
#[derive(Clone, Debug)]
pub struct Install {
    pub(super) secret: SharedSecret,
    pub(super) product: Product,
    pub(super) base_url: String,
    pub(super) display_url: Option<String>,
    pub(super) oauth_client_id: Option<String>,
    pub(super) forge_installation: Option<String>,
    pub(super) entitlement_id: Option<String>,
}

impl Payload {
    /// Reads the body of a call; an error names what is wrong with it and quotes nothing.
    pub fn parse(body: &[u8], event: Event, sites: &Sites) -> Result<Self, &'static str> {
        let object = parse_object(body).ok_or("the body is no JSON object, or repeats a name")?;
        let wire: Wire = serde_json::from_value(object.into()).map_err(|_| "a field is not a text")?;
        if wire.event_type.as_deref() != Some(event.word()) {
            return Err("`eventType` is not that of this address");
        }
        let client_key = wire.client_key.as_deref().and_then(ClientKey::parse);
        Ok(Self {
            key: wire.key.clone().ok_or("`key` is missing")?,
            client_key: client_key.ok_or("`clientKey` is missing or malformed")?,
            install: if event == Event::Installed { Some(install(wire, sites)?) } else { None },
        })
    }
}

fn install(wire: Wire, sites: &Sites) -> Result<Install, &'static str> {
    let secret = Secret::from(wire.shared_secret.ok_or("`sharedSecret` is missing")?);
    let urls = [&wire.base_url, &wire.display_url];
    let ids = [&wire.oauth_client_id, &wire.installation_id, &wire.entitlement_id];
    let above = |text: &Option<String>, most| text.as_ref().is_some_and(|text| text.len() > most);
    if urls.iter().any(|url| above(url, LONGEST_URL)) || ids.iter().any(|id| above(id, LONGEST_ID)) {
        return Err("an address is longer than 500 bytes, or an id than 255");
    }
    let base_url = wire.base_url.as_deref().and_then(|url| sites.accept(url));
    Ok(Install {
        secret: SharedSecret::new(secret)
            .map_err(|_| "`sharedSecret` is shorter than 32 bytes, or too long")?,
        product: match wire.product_type.as_deref() {
            Some("jira") => Product::Jira,
            Some("confluence") => Product::Confluence,
            _ => return Err("`productType` is neither `jira` nor `confluence`"),
        },
        base_url: base_url.ok_or("`baseUrl` is missing, or not that of a site that is taken")?,
        display_url: wire.display_url.as_deref().and_then(shown),
        oauth_client_id: wire.oauth_client_id.filter(|id| !id.is_empty()),
        forge_installation: wire.installation_id.filter(|id| !id.is_empty()),
        entitlement_id: wire.entitlement_id.filter(|id| !id.is_empty()),
    })
}

/// An address for links and frames: any `https` host, for customers bring their own domains; nothing else of it is kept
/// than its origin and path.
fn shown(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "https")?;
    let origin = origin::plain(&url)?;
    Some(format!("{origin}{}", url.path()).trim_end_matches('/').to_owned())
}
