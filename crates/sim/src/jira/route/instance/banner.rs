//! The announcement banner of Cloud.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::json;

use super::{administer, body};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::input::{flag, object, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![(Method::GET, "/announcementBanner", Read(get)), (Method::PUT, "/announcementBanner", Write(set))]
}

/// `GET announcementBanner`; the hash changes with the message, so that who dismissed it sees the next one.
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let banner = &site.instance.banner;
    let hash = banner.message.bytes().fold(7_u32, |hash, byte| hash.wrapping_mul(31) ^ u32::from(byte));
    Ok(Answer::ok(&json!({
        "hashId": hash.to_string(),
        "isDismissible": banner.dismissible,
        "isEnabled": banner.enabled,
        "message": banner.message,
        "visibility": if banner.private { "private" } else { "public" },
    })))
}

/// `PUT announcementBanner`: what the body names.
fn set(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let body = object(body(call)?)?;
    let mut banner = site.instance.banner.clone();
    if let Some(message) = text(&body, "message") {
        message.clone_into(&mut banner.message);
    }
    match text(&body, "visibility").map(str::to_lowercase).as_deref() {
        None => {}
        Some("private") => banner.private = true,
        Some("public") => banner.private = false,
        Some(_) => return Err(Refusal::bad("The visibility of the banner is 'public' or 'private'.")),
    }
    banner.enabled = flag(&body, "isEnabled").unwrap_or(banner.enabled);
    banner.dismissible = flag(&body, "isDismissible").unwrap_or(banner.dismissible);
    if banner.enabled && banner.message.trim().is_empty() {
        return Err(Refusal::bad("The banner needs a message to be enabled."));
    }
    site.instance.banner = banner;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
