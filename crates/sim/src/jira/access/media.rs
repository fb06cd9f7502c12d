//! Refuses bodies that cannot be read, before anybody looks for what they are about.
//!
//! Jira's API reads JSON; a form or plain text is 415 (MrRefactoring/jira.js issue 144, atlassian-python-api issue 750).
//! A body without a media type is taken for JSON. Bodies are read before the resource is looked for, as JAX-RS does
//! (Jakarta RESTful Web Services, "Entity Parameters"), so broken JSON is 400 even where nothing is.

use http::StatusCode;
use http::header::CONTENT_TYPE;

use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::World as _;
use crate::jira::access::xsrf;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// Parts of the routes whose operations read something else as well, or nothing else: the `requestBody` of Atlassian's
/// documents names it.
const OTHERS: &[&str] = &[
    "/columns",
    "/attachments",
    "/avatar",
    "/universal_avatar",
    "/mypreferences",
    "/issue/archive",
    "/attribute/",
    "/refined-velocity",
    "/login.jsp",
];

/// Ends of the routes that read no body: the documents name none.
const NOTHING: &[&str] = &[
    "/votes",
    "/favourite",
    "}/archive",
    "}/restore",
    "}/trash",
    "}/delete",
    "/cancel",
    "/createdraft",
    "/unmap-all",
    "/reindex",
    "/reindex/issue",
    "/reindex/request",
    "/user/application",
];

/// Parts of others that read none.
const ALL_IN_PATH: &[&str] = &["/move/{", "/addToDefault/{", "/mergeto/{", "/updateShowWhenEmptyIndicator/{"];

/// What Cloud has removed, which is 410 whatever is sent there.
const GONE: &[&str] = &["/search", "/search/id", "/expression/eval"];

/// Refuses a body that is not JSON, where only that is read.
pub(crate) fn check(site: &Site, call: &Call<'_>) -> Result<(), Answer> {
    let has = |parts: &[&str]| parts.iter().any(|part| call.route.contains(part));
    if call.body.is_empty()
        || !matches!(call.method, "POST" | "PUT")
        || has(OTHERS)
        || xsrf::is_page(call.path)
    {
        return Ok(());
    }
    if site.is_cloud() && GONE.contains(&call.route) {
        return Ok(());
    }
    let media = call.headers.get(CONTENT_TYPE).map(|media| media.to_str().unwrap_or_default());
    let media = media.map(|media| media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    if media.is_some_and(|media| media != "application/json" && !media.ends_with("+json")) {
        return Err(site.bare(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    if !has(ALL_IN_PATH) && !NOTHING.iter().any(|end| call.route.ends_with(end)) {
        call.json().map_err(Refusal::not_json)?;
    }
    Ok(())
}
