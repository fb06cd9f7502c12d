//! What people are shown of a world, and the few things its page in the browser has to know to change it.

use serde::Serialize;
use serde_json::Value;

/// A simulator in words, as `GET /_sim/about` tells it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct About {
    /// `Jira Cloud` and the like.
    pub title: &'static str,
    /// The base URL its answers name.
    pub base_url: String,
    /// Everybody with an account.
    pub people: Vec<PersonAbout>,
    /// How to sign in, with a line for a shell each.
    pub sign_in: Vec<SignIn>,
    /// All projects.
    pub projects: Vec<ProjectAbout>,
    /// What people may be allowed or forbidden in a project; empty when the product has no such thing here.
    pub rights: Vec<&'static str>,
    /// What is forbidden at the moment: person, project, right.
    pub denied: Vec<(String, String, &'static str)>,
}

/// A person.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct PersonAbout {
    /// The login name, by which the control API knows people.
    pub name: String,
    /// The name that people see.
    pub display: String,
    /// The e-mail address.
    pub email: String,
    /// What the product's API calls the person by.
    pub id: String,
    /// Whether the person administers the product.
    pub admin: bool,
    /// Whether the person may sign in.
    pub active: bool,
}

/// A way to sign in.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SignIn {
    /// In words.
    pub how: &'static str,
    /// As a line for a shell.
    pub example: String,
}

/// A project.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ProjectAbout {
    /// What the product's API calls it by.
    pub id: String,
    /// What edits name it by.
    pub key: String,
    /// The name that people see.
    pub name: String,
    /// How many items it has.
    pub items: usize,
    /// The names of its types.
    pub types: Vec<String>,
    /// The names of its states, in their order.
    pub states: Vec<String>,
}

/// Something that is on or off.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Toggle {
    pub(crate) label: String,
    pub(crate) on: bool,
    /// What `POST /_sim/settings` takes to turn it over.
    pub(crate) change: Value,
}

/// What a world tells of itself.
pub(crate) trait Shown {
    /// People, ways in, projects.
    fn about(&self) -> About;
    /// A page of the items, newest first, that have all these words in id, key or title: `{items, total}`.
    fn list(&self, words: &str, start: usize, max: usize) -> Value;
    /// The states that an item's workflow knows, in their order.
    fn states_of(&self, id: &str) -> Vec<String>;
    /// What `POST /_sim/edit` takes as `create`.
    fn draft(&self, project: &str, kind: &str, title: &str) -> Value;
    /// What `POST /_sim/edit` takes as `fields` for another title.
    fn retitled(&self, title: &str) -> Value;
    /// All settings that are on or off.
    fn toggles(&self) -> Vec<Toggle>;
}

/// Whether a text has all of these words, which are in small letters, in any case of its own.
pub(crate) fn has_words(text: &str, words: &[String]) -> bool {
    let text = text.to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}

/// The words of a search, in small letters.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_lowercase).collect()
}
