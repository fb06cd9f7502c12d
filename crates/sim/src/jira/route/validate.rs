//! Whether a project can be called so, names that are free, and Data Center's picker of projects.

use axum::routing::MethodFilter as Method;
use serde_json::{Map, Value, json};

use super::group::marked;
use super::project::visible;
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::random::Random;
use crate::frame::world::{Act, Route};
use crate::jira::deed::project::check_key;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// How many projects the picker finds at most.
const MOST: usize = 100;
/// How many numbers are tried for a name that is taken.
const TRIES: u32 = 1_000;

/// What both faces have.
pub(crate) fn both() -> Vec<Route<Site>> {
    vec![(Method::GET, "/projectvalidate/key", Act::Read(key))]
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/projectvalidate/validProjectKey", Read(valid_key)),
        (Method::GET, "/projectvalidate/validProjectName", Read(valid_name)),
    ]
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    vec![(Method::GET, "/projects/picker", Act::Read(picker))]
}

fn faults(site: &Site, key: &str) -> Vec<(String, String)> {
    let mut errors = Vec::new();
    check_key(site, None, key, &mut errors);
    errors
}

/// `GET projectvalidate/key`: always 200; what is wrong is in `errors`.
fn key(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let errors = faults(site, call.query.get("key").unwrap_or_default());
    let errors: Map<String, Value> = errors.into_iter().map(|(field, said)| (field, said.into())).collect();
    Ok(Answer::ok(&json!({"errorMessages": [], "errors": errors})))
}

/// `GET projectvalidate/validProjectKey`: the key, or another one that can be used.
fn valid_key(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let wanted = call.query.get("key").unwrap_or_default();
    if faults(site, wanted).is_empty() {
        return Ok(Answer::ok(&wanted));
    }
    let mut letters: String =
        wanted.chars().filter(char::is_ascii_alphabetic).take(6).collect::<String>().to_uppercase();
    if letters.is_empty() {
        letters.push('P');
    }
    let mut random = Random::new(site.seed ^ u64::from(site.catalog.projects.ever()));
    let free = std::iter::repeat_with(|| {
        let tail = random.next() % 10_000;
        format!("{letters}{tail}")
    });
    let found = free.take(TRIES as usize).find(|key| faults(site, key).is_empty());
    let found = found.ok_or_else(|| Refusal::missing("No valid project key could be generated."))?;
    Ok(Answer::ok(&found))
}

/// `GET projectvalidate/validProjectName`: the name, or the same with a number.
fn valid_name(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let Some(name) = call.query.get("name").map(str::trim).filter(|name| !name.is_empty()) else {
        return Err(Refusal::bad("The name of the project is required."));
    };
    let taken =
        |name: &str| site.catalog.projects.find(|project| project.name.eq_ignore_ascii_case(name)).is_some();
    if !taken(name) {
        return Ok(Answer::ok(&name));
    }
    let numbered = (2..TRIES).map(|number| format!("{name} {number}")).find(|name| !taken(name));
    let found = numbered.ok_or_else(|| Refusal::missing("No valid project name could be generated."))?;
    Ok(Answer::ok(&found))
}

/// `GET projects/picker`: projects whose key, or a word of whose name, begins so.
fn picker(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let text = call.query.get("query").unwrap_or_default().trim().to_lowercase();
    let most = match call.query.get("maxResults").and_then(|text| text.trim().parse::<i64>().ok()) {
        None | Some(0) => MOST,
        Some(number) => usize::try_from(number).unwrap_or(0).min(MOST),
    };
    let all = text.is_empty() && call.query.flag("allowEmptyQuery");
    let mut rows = visible(site, call);
    rows.retain(|row| {
        let project = site.catalog.projects.get(*row);
        let mut words = project.name.split_whitespace();
        let begins = |word: &str| word.to_lowercase().starts_with(&text);
        all || (!text.is_empty() && (begins(&project.key) || words.any(begins)))
    });
    let shown = rows.iter().take(most).map(|row| {
        let project = site.catalog.projects.get(*row);
        json!({
            "id": project.id.to_string(),
            "key": project.key,
            "name": project.name,
            "html": format!("{} ({})", marked(&project.name, &text), marked(&project.key, &text)),
            "avatar": format!("{}/secure/projectavatar?size=small&avatarId={}", site.base, project.avatar),
        })
    });
    let shown: Vec<Value> = shown.collect();
    let header = format!("Showing {} of {} matching projects", shown.len(), rows.len());
    Ok(Answer::ok(&json!({"projects": shown, "total": rows.len(), "header": header})))
}
