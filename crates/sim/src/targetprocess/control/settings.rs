//! Settings that can be changed while the simulator runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::person;
use crate::targetprocess::hook::{Shape, Template};
use crate::targetprocess::site::Site;

/// What webhooks look like: `"rule"`, `"plugin"`, `{"template": "…"}`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Hook {
    Rule,
    Plugin,
    Template(String),
}

impl Hook {
    pub(super) fn of(shape: &Shape) -> Self {
        match shape {
            Shape::Rule => Self::Rule,
            Shape::Plugin => Self::Plugin,
            Shape::Template(template) => Self::Template(template.text().to_owned()),
        }
    }

    /// The shape; an error says what is wrong with a template.
    pub(crate) fn shape(&self) -> Result<Shape, String> {
        Ok(match self {
            Self::Rule => Shape::Rule,
            Self::Plugin => Shape::Plugin,
            Self::Template(text) => Shape::Template(Template::read(text)?),
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    comment_bumps: Option<bool>,
    general_in_hooks: Option<bool>,
    comment_required: Option<bool>,
    silent_filters: Option<bool>,
    /// The most bytes of a file.
    file_limit: Option<u64>,
    /// How far the server's clock is ahead of UTC.
    offset_minutes: Option<i32>,
    hook: Option<Hook>,
    /// Whether the access tokens of these people are valid.
    #[serde(default)]
    tokens: BTreeMap<String, bool>,
    /// New passwords; service tokens die with the old ones.
    #[serde(default)]
    passwords: BTreeMap<String, String>,
    /// Whether these people may sign in at all.
    #[serde(default)]
    active: BTreeMap<String, bool>,
}

/// Changes switches; those that are not named stay. Nothing is changed when anything named is wrong.
pub(crate) fn set(site: &mut Site, change: &Value) -> Result<(), String> {
    let wanted = Settings::deserialize(change).map_err(|error| error.to_string())?;
    let shape = wanted.hook.as_ref().map(Hook::shape).transpose()?;
    let offset = wanted.offset_minutes.unwrap_or(site.switches.offset);
    if offset.unsigned_abs() > 14 * 60 {
        return Err("offset_minutes lies between -840 and 840".to_owned());
    }
    let named = wanted.tokens.keys().chain(wanted.passwords.keys()).chain(wanted.active.keys());
    for name in named {
        person(site, name)?;
    }
    let switches = &mut site.switches;
    switches.offset = offset;
    switches.comment_bumps = wanted.comment_bumps.unwrap_or(switches.comment_bumps);
    switches.general_in_hooks = wanted.general_in_hooks.unwrap_or(switches.general_in_hooks);
    switches.silent_filters = wanted.silent_filters.unwrap_or(switches.silent_filters);
    switches.file_limit = wanted.file_limit.unwrap_or(switches.file_limit);
    if let Some(shape) = shape {
        switches.hook = shape;
    }
    if let Some(required) = wanted.comment_required {
        require_comment(site, required);
    }
    for account in &mut site.catalog.people {
        let login = &*account.login;
        account.revoked = wanted.tokens.get(login).map_or(account.revoked, |valid| !valid);
        account.active = wanted.active.get(login).copied().unwrap_or(account.active);
        if let Some(password) = wanted.passwords.get(login) {
            account.password = password.as_str().into();
        }
    }
    Ok(())
}

/// Sets whether the state `In Testing` asks for a comment, in every process and type.
pub(crate) fn require_comment(site: &mut Site, required: bool) {
    let rows: Vec<_> = site
        .catalog
        .states
        .iter()
        .filter(|(_, state)| &*state.name == "In Testing")
        .map(|(row, _)| row)
        .collect();
    for row in rows {
        site.catalog.states.get_mut(row).comment_required = required;
    }
}
