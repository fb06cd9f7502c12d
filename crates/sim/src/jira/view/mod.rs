//! Jira's JSON, written straight from the stored structs: no tree in between.
//!
//! A [`Show`] says for whom and in which dialect; each file has the views of one noun.

pub(crate) mod agile;
pub(crate) mod attachment;
pub(crate) mod change;
pub(crate) mod comment;
pub(crate) mod crowd;
pub(crate) mod fields;
pub(crate) mod held;
pub(crate) mod issue;
pub(crate) mod link;
pub(crate) mod meta;
pub(crate) mod person;
pub(crate) mod project;
pub(crate) mod query;
pub(crate) mod rendered;
pub(crate) mod settings;
pub(crate) mod worklog;

use serde_json::Value;

use crate::frame::call::{Call, Person};
use crate::jira::issue::Issue;
use crate::jira::site::Site;

/// Writes an object whose members are always the same.
macro_rules! object {
    ($serializer:expr, { $($name:literal: $value:expr),* $(,)? }) => {{
        let mut map = serde::Serializer::serialize_map($serializer, None)?;
        $(serde::ser::SerializeMap::serialize_entry(&mut map, $name, &$value)?;)*
        serde::ser::SerializeMap::end(map)
    }};
}
pub(crate) use object;

/// For whom and in which dialect something is shown.
#[derive(Clone, Copy)]
pub(crate) struct Show<'a> {
    pub(crate) site: &'a Site,
    /// The API version that links name.
    pub(crate) api: &'static str,
    /// Rich texts as ADF, else as wiki markup.
    pub(crate) adf: bool,
    /// In a webhook's body, which leaves out a few members.
    pub(crate) hook: bool,
    pub(crate) viewer: Option<Person>,
}

impl<'a> Show<'a> {
    /// As the answer to a call.
    pub(crate) fn call(site: &'a Site, call: &Call<'_>) -> Self {
        Self { site, api: call.api, adf: call.api == "3", hook: false, viewer: call.caller }
    }

    /// Whether an issue may be told of; webhooks are nobody's view and tell of all.
    pub(crate) fn sees(&self, issue: &Issue) -> bool {
        self.hook || self.site.sees(self.viewer, issue)
    }

    /// As a webhook's body: version 2 and wiki markup, on Cloud as well. Webhooks see as an administrator does.
    pub(crate) fn webhook(site: &'a Site) -> Self {
        let viewer = site.catalog.person(|account| account.admin);
        Self { site, api: "2", adf: false, hook: true, viewer }
    }
}

/// Adds a member to an object that is built as a tree.
pub(crate) fn put(shown: &mut Value, name: &str, value: impl Into<Value>) {
    if let Value::Object(members) = shown {
        members.insert(name.to_owned(), value.into());
    }
}

/// Rows shown one after the other.
pub(crate) fn each<I, T, F, V>(rows: I, view: F) -> Each<I, F>
where
    I: Iterator<Item = T> + Clone,
    F: Fn(T) -> V,
    V: serde::Serialize,
{
    Each(rows, view)
}

/// See [`each`].
pub(crate) struct Each<I, F>(I, F);

impl<I, T, F, V> serde::Serialize for Each<I, F>
where
    I: Iterator<Item = T> + Clone,
    F: Fn(T) -> V,
    V: serde::Serialize,
{
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone().map(&self.1))
    }
}
