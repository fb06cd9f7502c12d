//! Targetprocess's part of the control API: edits by people in [`edit`], dumps for oracles in [`dump`], switches in
//! [`settings`].

mod dump;
mod edit;
mod settings;

use serde_json::Value;

use crate::frame::call::Person;
use crate::targetprocess::site::Site;

pub(crate) use self::dump::{item, items, short, state};
pub(crate) use self::edit::edit;
pub(crate) use self::settings::{Hook, require_comment, set};

fn person(site: &Site, name: &str) -> Result<Person, String> {
    site.catalog
        .person(|account| *account.login == *name)
        .ok_or_else(|| format!("there is no person '{name}'"))
}

/// A number, or a text that is one.
fn number(value: &Value) -> Result<u32, String> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().map_err(|_| format!("'{text}' is not an id"))
}
