//! Refuses what a page of another site could make a browser send: Jira's XSRF check.
//!
//! A form (which needs no permission of the browser to cross sites) must carry `X-Atlassian-Token`; a browser's
//! change from another origin is refused whatever it carries.

use http::StatusCode;
use http::header::{CONTENT_TYPE, ORIGIN, USER_AGENT};

use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::jira::site::Site;

/// Where people sign in with a browser.
pub(crate) const LOGIN_PAGE: &str = "/login.jsp";
/// What a browser sends for a form without asking first.
const FORMS: &[&str] = &["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
/// The header's values that switch the check off; the second is the older one.
const WAIVERS: &[&str] = &["no-check", "nocheck"];

/// What is no API: pages with forms of their own, and what programs send forms to before they have signed in.
const PAGES: &[&str] = &[LOGIN_PAGE, "/rest/oauth2/", "/plugins/servlet/oauth"];

/// Whether somebody gets there before there is anything to protect, or brings a secret that the page gave them.
pub(crate) fn is_page(path: &str) -> bool {
    PAGES.iter().any(|page| path.starts_with(page))
}

/// Refuses a request that may have been forged.
pub(crate) fn check(site: &Site, call: &Call<'_>) -> Result<(), Answer> {
    if matches!(call.method, "GET" | "HEAD" | "OPTIONS") || is_page(call.path) {
        return Ok(());
    }
    let header = |name: http::HeaderName| call.headers.get(name).and_then(|value| value.to_str().ok());
    let waived = call.headers.get("x-atlassian-token").and_then(|value| value.to_str().ok());
    let waived = waived.is_some_and(|value| WAIVERS.iter().any(|waiver| value.eq_ignore_ascii_case(waiver)));
    let media = header(CONTENT_TYPE).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    let form = call.method == "POST" && FORMS.iter().any(|form| media.eq_ignore_ascii_case(form));
    let browser = header(USER_AGENT).is_some_and(|agent| agent.starts_with("Mozilla/"));
    let elsewhere = header(ORIGIN).is_some_and(|origin| origin != site.base);
    if (form && !waived) || (browser && elsewhere) {
        return Err(Answer::text(StatusCode::FORBIDDEN, "XSRF check failed"));
    }
    Ok(())
}
