//! `[forge]`: Bowline as the remote of a Forge app.

use bowline_connect::forge::{AppId, KeySetUrls};
use bowline_core::SignedDuration;
use serde::{Deserialize, Deserializer, de};
use url::Url;

use super::Server;
use super::sync::duration;

/// The remote of a Forge app.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Forge {
    /// Whether it is served.
    pub(crate) enabled: bool,
    /// Forge's name for the app; none if there is no app yet.
    #[serde(deserialize_with = "app_id")]
    pub(crate) app_id: Option<AppId>,
    /// Where Forge reaches the service; none for the service's own address.
    #[serde(deserialize_with = "address")]
    pub(crate) base_url: Option<String>,
    /// Where Forge's public keys are.
    #[serde(deserialize_with = "url")]
    pub(crate) key_set: Url,
    /// The same for isolated clouds, as a template; empty if none is taken.
    pub(crate) isolated_key_sets: String,
    /// How long a code can be entered.
    #[serde(deserialize_with = "duration")]
    pub(crate) pairing_life: SignedDuration,
    /// After how much time without a token people are told.
    #[serde(deserialize_with = "duration")]
    pub(crate) fresh_for: SignedDuration,
}

fn app_id<'de, D: Deserializer<'de>>(from: D) -> Result<Option<AppId>, D::Error> {
    let text = String::deserialize(from)?;
    match AppId::parse(&text) {
        None if !text.is_empty() => Err(de::Error::custom(
            "an app's id is ari:cloud:ecosystem::app/UUID, as `forge register` writes it into manifest.yml, or the UUID",
        )),
        app => Ok(app),
    }
}

fn url<'de, D: Deserializer<'de>>(from: D) -> Result<Url, D::Error> {
    let text = String::deserialize(from)?;
    let parsed = Url::parse(&text).ok().filter(Url::has_host);
    parsed.ok_or_else(|| {
        de::Error::custom(format!("`{text}` is not an address such as https://keys.example/jwks.json"))
    })
}

fn address<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    let text = text.trim_end_matches('/').to_owned();
    let is_bare = |url: &Url| url.has_host() && url.query().is_none();
    match Url::parse(&text).ok().filter(is_bare) {
        None if !text.is_empty() => {
            Err(de::Error::custom(format!("`{text}` is not an address such as https://sync.acme.example")))
        }
        _ => Ok((!text.is_empty()).then_some(text)),
    }
}

impl Forge {
    /// Where Forge's key sets are; `None` if the template of isolated clouds is none.
    pub(crate) fn key_sets(&self) -> Option<KeySetUrls> {
        let urls = KeySetUrls::new(self.key_set.clone());
        match self.isolated_key_sets.as_str() {
            "" => Some(urls),
            template => urls.with_isolated(template),
        }
    }

    /// Where Forge reaches a service that listens where the configuration says.
    pub(crate) fn address(&self, server: &Server) -> String {
        self.base_url.clone().unwrap_or_else(|| server.public_url(server.listen))
    }

    pub(super) fn show(&self) -> String {
        format!(
            "[forge]\nenabled = {}\napp_id = {:?}\nbase_url = {:?}\nkey_set = {:?}\nisolated_key_sets = {:?}\n\
             pairing_life = \"{:#}\"\nfresh_for = \"{:#}\"\n",
            self.enabled,
            self.app_id.as_ref().map(AppId::as_str).unwrap_or_default(),
            self.base_url.as_deref().unwrap_or_default(),
            self.key_set.as_str(),
            self.isolated_key_sets,
            self.pairing_life,
            self.fresh_for,
        )
    }
}
