//! `[connect]`: the app that sites install.

use std::net::SocketAddr;

use bowline_connect::install_key::KeyHost;
use bowline_connect::lifecycle::{Legacy, Sites};
use bowline_core::SignedDuration;
use bowline_server::connect::Facts;
use serde::{Deserialize, Deserializer, de};
use url::Url;

use super::Server;
use super::sync::length;

/// The app that sites install.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Connect {
    /// Whether it is served.
    pub(crate) enabled: bool,
    /// Where Atlassian reaches it, without a trailing slash; empty for the service's own address.
    #[serde(deserialize_with = "base_url")]
    pub(crate) base_url: String,
    /// What Atlassian knows it by.
    #[serde(deserialize_with = "app_key")]
    pub(crate) app_key: String,
    /// What people read.
    pub(crate) name: String,
    /// The tenant that new sites join; empty for one each.
    #[serde(deserialize_with = "tenant")]
    pub(crate) tenant: String,
    /// Whether installs of the old scheme are taken.
    pub(crate) legacy_installs: Installs,
    /// Whether the panel ties issues to items that exist.
    pub(crate) panel_ties: bool,
    /// Whether comments of people who are mapped are written as them.
    pub(crate) impersonation: bool,
    /// How long the secret before stays good.
    #[serde(deserialize_with = "length")]
    pub(crate) rotation_window: SignedDuration,
    /// Domains of sites.
    pub(crate) site_domains: Vec<String>,
    /// More addresses of sites.
    #[serde(deserialize_with = "origins")]
    pub(crate) site_origins: Vec<Url>,
    /// Where Atlassian's public keys are.
    #[serde(deserialize_with = "hosts")]
    pub(crate) install_key_hosts: Vec<String>,
    /// The server that gives tokens of users.
    pub(crate) impersonation_server: String,
    /// Atlassian's script.
    pub(crate) all_js: String,
}

/// Whether installs of the old scheme are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Installs {
    /// They are not.
    Off,
    /// Of sites that are known.
    KnownTenants,
    /// Of every site.
    All,
}

/// The path of the app's routes: what is hashed into its tokens is what follows it.
const PATH: &str = "/connect";

fn base_url<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    let text = text.trim_end_matches('/').to_owned();
    let is_ours = |url: &Url| url.has_host() && url.path() == PATH && url.query().is_none();
    match Url::parse(&text).ok().filter(is_ours) {
        _ if text.is_empty() => Ok(text),
        Some(_) => Ok(text),
        None => Err(de::Error::custom(format!(
            "`{text}` is not an address such as https://sync.acme.example{PATH}"
        ))),
    }
}

fn app_key<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    match (1..=64).contains(&text.len()) && text.bytes().all(letters) {
        true => Ok(text),
        false => Err(de::Error::custom("an app's key has 1 to 64 letters, digits, `-`, `.` and `_`")),
    }
}

fn tenant<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    match text.is_empty() || bowline_server::is_tenant_name(&text) {
        true => Ok(text),
        false => Err(de::Error::custom("a tenant's name has lower-case letters, digits and dashes")),
    }
}

fn origins<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Url>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    let read = |text: &String| {
        Url::parse(text).ok().filter(Url::has_host).ok_or_else(|| {
            de::Error::custom(format!("`{text}` is not an address such as http://127.0.0.1:7801"))
        })
    };
    texts.iter().map(read).collect()
}

fn hosts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    let fine = |text: &String| Url::parse(text).is_ok_and(|url| url.has_host());
    match texts.iter().all(fine) && !texts.is_empty() {
        true => Ok(texts),
        false => {
            Err(de::Error::custom("these are addresses such as https://connect-install-keys.atlassian.com"))
        }
    }
}

impl Connect {
    /// What the app says of itself, for a service that listens there.
    pub(crate) fn facts(&self, server: &Server, bound: SocketAddr) -> Facts {
        let base_url = match self.base_url.is_empty() {
            true => format!("{}{PATH}", server.public_url(bound)),
            false => self.base_url.clone(),
        };
        let (key, name, impersonates) = (self.app_key.clone(), self.name.clone(), self.impersonation);
        Facts { key, name, base_url, impersonates }
    }

    /// Which addresses are sites'.
    pub(crate) fn sites(&self) -> Sites {
        let sites = self.site_domains.iter().fold(Sites::none(), |sites, domain| sites.and_domain(domain));
        self.site_origins.iter().cloned().fold(sites, Sites::and_origin)
    }

    /// Whether installs of the old scheme are taken.
    pub(crate) const fn legacy(&self) -> Legacy {
        match self.legacy_installs {
            Installs::Off => Legacy::Off,
            Installs::KnownTenants => Legacy::KnownTenants,
            Installs::All => Legacy::All,
        }
    }

    /// The tenant that new sites join.
    pub(crate) fn tenant(&self) -> Option<String> {
        (!self.tenant.is_empty()).then(|| self.tenant.clone())
    }

    /// Asks Atlassian's hosts for keys.
    pub(crate) fn key_host(
        &self,
        exchange: std::sync::Arc<dyn bowline_connect::exchange::Exchange>,
    ) -> Option<KeyHost> {
        let hosts: Vec<&str> = self.install_key_hosts.iter().map(String::as_str).collect();
        KeyHost::new(exchange, &hosts)
    }

    pub(super) fn show(&self) -> String {
        let legacy = match self.legacy_installs {
            Installs::Off => "off",
            Installs::KnownTenants => "known_tenants",
            Installs::All => "all",
        };
        let origins: Vec<&str> = self.site_origins.iter().map(Url::as_str).collect();
        format!(
            "[connect]\nenabled = {}\nbase_url = {:?}\napp_key = {:?}\nname = {:?}\ntenant = {:?}\n\
             legacy_installs = \"{legacy}\"\npanel_ties = {}\nimpersonation = {}\nrotation_window = \"{:#}\"\nsite_domains = {:?}\nsite_origins = {:?}\n\
             install_key_hosts = {:?}\nimpersonation_server = {:?}\nall_js = {:?}\n",
            self.enabled,
            self.base_url,
            self.app_key,
            self.name,
            self.tenant,
            self.panel_ties,
            self.impersonation,
            self.rotation_window,
            self.site_domains,
            origins,
            self.install_key_hosts,
            self.impersonation_server,
            self.all_js,
        )
    }
}
