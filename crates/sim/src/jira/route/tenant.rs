//! What tells a Cloud site from others: `_edge/tenant_info`, which asks for no credentials.

use axum::routing::MethodFilter as Method;
use serde_json::json;

use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::random::Random;
use crate::frame::world::{Act, Route};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// Below `/_edge`.
pub(crate) fn table() -> Vec<Route<Site>> {
    vec![(Method::GET, "/tenant_info", Act::Read(info))]
}

/// The site's id, by which the gateway knows it; one seed always gives the same.
pub(crate) fn cloud_id(site: &Site) -> String {
    let mut random = Random::new(site.seed ^ 0x636c_6f75_6449_6400);
    let (high, low) = (random.next(), random.next());
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

/// `GET _edge/tenant_info`
fn info(site: &Site, _: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::ok(&json!({"cloudId": cloud_id(site)})))
}
