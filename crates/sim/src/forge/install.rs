//! Forge apps as they are registered, and their installations. An installation has an account of its own in the site, and
//! another name with each install.

use std::sync::Arc;

use serde::Deserialize;

use super::hook::Listener;
use super::hourly::HOUR;
use super::mint::Mint;
use crate::atlassian::world::Identity;
use crate::connect::keys::fresh;
use crate::connect::lifecycle::enrol;
use crate::frame::call::Person;

/// An app, as its manifest says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct App {
    /// `ari:cloud:ecosystem::app/…`; a new one if it is not given.
    #[serde(default = "new_app")]
    pub(crate) id: String,
    /// `remotes[].baseUrl`.
    pub(crate) remote: String,
    /// The events of its triggers; those of its life come anyway.
    #[serde(default = "usual")]
    pub(crate) events: Vec<String>,
    #[serde(default = "granted")]
    pub(crate) scopes: Vec<String>,
    /// `filter.ignoreSelf` of its triggers.
    #[serde(default = "yes")]
    pub(crate) ignore_self: bool,
    /// Whether its endpoints ask for the app's token.
    #[serde(default = "yes")]
    pub(crate) system_token: bool,
    /// Whether its pages ask for the user's.
    #[serde(default)]
    pub(crate) user_token: bool,
    #[serde(default = "events_path")]
    pub(crate) events_path: String,
    #[serde(default = "hourly_path")]
    pub(crate) hourly_path: String,
    #[serde(default = "first")]
    pub(crate) version: String,
}

fn new_app() -> String {
    format!("ari:cloud:ecosystem::app/{}", fresh())
}

fn usual() -> Vec<String> {
    let events = ["created:issue", "updated:issue", "deleted:issue", "commented:issue", "deleted:comment"];
    events.map(|event| format!("avi:jira:{event}")).into()
}

fn granted() -> Vec<String> {
    ["read:jira-user", "read:jira-work", "write:jira-work"].map(str::to_owned).into()
}

fn yes() -> bool {
    true
}

fn events_path() -> String {
    "/forge/events".to_owned()
}

fn hourly_path() -> String {
    "/forge/hourly".to_owned()
}

fn first() -> String {
    "2.0.0".to_owned()
}

/// An app in a site.
#[derive(Clone, Debug)]
pub(crate) struct Install {
    /// `ari:cloud:ecosystem::installation/…`.
    pub(crate) id: String,
    /// The app's id.
    pub(crate) app: String,
    /// The site's index.
    pub(crate) site: u16,
    /// The account of the app in the site.
    pub(crate) person: Person,
    pub(crate) gone: bool,
    /// When the hourly call is due next.
    pub(crate) hourly_at: i64,
}

/// Installs an app in a site; its installation's number.
pub(super) fn begin(identity: &mut Identity, app: &str, site: u16) -> Result<usize, String> {
    identity.forge.app(app)?;
    if identity.forge.install(app, site).is_some() {
        return Err("the app is installed there already".to_owned());
    }
    let number = identity.forge.installs.len();
    let door = identity.doors.get(usize::from(site)).cloned().ok_or("there is no such site")?;
    let name = format!("forge_{number}");
    let (person, now) = door.house.write(|site| {
        let person = enrol(site, &name, &format!("{name}@forge.atlassian.com"))?;
        if let Some(account) = site.catalog.people.get_mut(usize::from(person.0)) {
            account.display = "Forge app".into();
        }
        Ok::<_, String>((person, site.frame.clock.now()))
    })?;
    let id = format!("ari:cloud:ecosystem::installation/{}", fresh());
    let (app, hourly_at) = (app.to_owned(), now + HOUR);
    identity.forge.installs.push(Install { id, app, site, person, gone: false, hourly_at });
    identity.forge.changed.notify_waiters();
    listen(identity, number)?;
    Ok(number)
}

/// Has the site tell an installation of changes, in the place of what it told it before.
pub(super) fn listen(identity: &Identity, number: usize) -> Result<(), String> {
    let install = identity.forge.installs.get(number).ok_or("there is no such installation")?;
    let app = identity.forge.app(&install.app)?;
    let door = identity.doors.get(usize::from(install.site)).ok_or("there is no such site")?;
    let listener = Listener {
        mint: mint(identity, number)?,
        url: format!("{}{}", app.remote, app.events_path),
        events: app.events.clone(),
        ignore_self: app.ignore_self,
        system_token: app.system_token,
        person: install.person,
    };
    door.house.write(|site| {
        site.forge.retain(|known| known.mint.installation != install.id);
        if !install.gone {
            site.forge.push(listener);
        }
    });
    Ok(())
}

/// What makes the tokens of an installation.
pub(super) fn mint(identity: &Identity, number: usize) -> Result<Mint, String> {
    let install = identity.forge.installs.get(number).ok_or("there is no such installation")?;
    let app = identity.forge.app(&install.app)?;
    let at = usize::from(install.site);
    let (door, sign) = identity.doors.get(at).zip(identity.signs.get(at)).ok_or("there is no such site")?;
    Ok(Mint {
        office: Arc::clone(&identity.office),
        seal: identity.seal.clone(),
        issuer: identity.base.clone(),
        app: app.id.clone(),
        version: app.version.clone(),
        scope: app.scopes.join(" "),
        number: u32::try_from(number).unwrap_or(u32::MAX),
        installation: install.id.clone(),
        cloud_id: door.cloud_id.clone(),
        site_url: sign.url.clone(),
        life: identity.forge.life,
    })
}
