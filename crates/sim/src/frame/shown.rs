//! What people are shown of a world, and the few things its page in the browser has to know to change it.

use serde::Serialize;
use serde_json::Value;

/// A product in words.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct About {
    /// `Jira Cloud` and the like.
    pub(crate) title: &'static str,
    pub(crate) base_url: String,
    pub(crate) people: Vec<PersonAbout>,
    /// How to sign in, with a line for a shell each.
    pub(crate) sign_in: Vec<SignIn>,
    pub(crate) projects: Vec<ProjectAbout>,
    /// What people may be allowed or forbidden in a project; empty when the product has no such thing here.
    pub(crate) rights: Vec<&'static str>,
    /// What is forbidden at the moment: person, project, right.
    pub(crate) denied: Vec<(String, String, &'static str)>,
}

/// A person.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PersonAbout {
    /// The login name, by which the control API knows people.
    pub(crate) name: String,
    pub(crate) display: String,
    pub(crate) email: String,
    /// What the product's API calls the person by.
    pub(crate) id: String,
    pub(crate) admin: bool,
    pub(crate) active: bool,
}

/// A way to sign in.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SignIn {
    pub(crate) how: &'static str,
    pub(crate) example: String,
}

/// A project.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ProjectAbout {
    pub(crate) id: String,
    /// What edits name it by.
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) items: usize,
    pub(crate) types: Vec<String>,
    pub(crate) states: Vec<String>,
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
