//! Apps: who calls not for themselves but as an OAuth 2.0 or Connect app.
//!
//! A call through the gateway of the simulated Atlassian says itself whose it is; of others, `app` of
//! `POST /_sim/settings` says whose calls are an app's. Points, dynamic webhooks and traces of webhooks are for apps.

use serde::Deserialize;

use crate::frame::call::{Call, Person};
use crate::jira::site::Site;

/// Which way an app is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// OAuth 2.0 (3LO): acts for the person who consented.
    Oauth,
    /// Connect: acts as itself.
    Connect,
}

/// An app.
#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) key: String,
    pub(crate) kind: Kind,
    /// Whose calls are its calls.
    pub(crate) people: Vec<Person>,
    /// Where a Connect app is; its webhooks go below.
    pub(crate) base_url: Option<String>,
    /// Who wrote an OAuth app that is not public: only what they registered is delivered.
    pub(crate) owner: Option<Person>,
}

/// The app that a call is made by.
pub(crate) fn of<'a>(site: &'a Site, call: &Call<'_>) -> Option<&'a App> {
    let caller = call.caller?;
    if let Some(app) = call.pass.and_then(|pass| pass.app.as_ref()) {
        return site.apps.iter().find(|own| own.key == *app);
    }
    site.apps.iter().find(|app| app.people.contains(&caller))
}

/// `app` of `POST /_sim/settings`: a new or changed app, or (without a kind) one that is gone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    key: String,
    kind: Option<Kind>,
    #[serde(default)]
    users: Vec<String>,
    #[serde(default)]
    base_url: Option<String>,
    #[serde(default)]
    owner: Option<String>,
}

impl Change {
    /// Adds, replaces or removes the app; its webhooks go with it.
    pub(crate) fn apply(self, site: &mut Site) -> Result<(), String> {
        let person = |name: &String| {
            let found = site.catalog.person(|account| *account.name == **name);
            found.ok_or_else(|| format!("there is no person '{name}'"))
        };
        let people = self.users.iter().map(person).collect::<Result<Vec<_>, _>>()?;
        let owner = self.owner.as_ref().map(person).transpose()?;
        site.apps.retain(|app| app.key != self.key);
        match self.kind {
            None => site.dynamic.retain(|hook| hook.app != self.key),
            Some(kind) => {
                // Nobody's calls are two apps' calls.
                for app in &mut site.apps {
                    app.people.retain(|person| !people.contains(person));
                }
                let base_url = self.base_url.map(|url| url.trim_end_matches('/').to_owned());
                site.apps.push(App { key: self.key, kind, people, base_url, owner });
            }
        }
        Ok(())
    }
}
