//! All labels of Cloud.

use axum::routing::MethodFilter as Method;
use serde_json::Value;

use super::{page, signed_in, sized};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// How many labels a page has, and how many it can have (Cloud API, "Get all labels").
const PAGE: usize = 1_000;

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    vec![(Method::GET, "/label", Act::Read(list))]
}

/// `GET label`: those that stand on any issue, by name.
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let mut used: Vec<_> = site.issues.iter().flat_map(|issue| issue.labels.iter().copied()).collect();
    used.sort_unstable();
    used.dedup();
    let mut names: Vec<&str> = used.into_iter().map(|label| site.names.get(label)).collect();
    names.sort_unstable();
    let names: Vec<Value> = names.into_iter().map(Value::from).collect();
    Ok(sized(site, call, "label", &names, page(call, PAGE, PAGE)))
}
