//! What Confluence serves below `/wiki`.

mod comment;
mod page;
mod property;

use axum::routing::MethodFilter as Method;
use bowline_text::{adf, html, wiki};
use http::StatusCode;
use serde_json::{Value, json};

use super::view;
use super::wiki::Version;
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// A refusal in Confluence's own shape is an answer.
type Outcome = Result<Answer, Answer>;

pub(super) fn table() -> Vec<Route<Site>> {
    type One = Act<Site>;
    vec![
        (Method::GET, "/api/v2/spaces", One::Read(|site, call| told(spaces(site, call)))),
        (Method::GET, "/api/v2/pages", One::Read(|site, call| told(page::list(site, call)))),
        (Method::POST, "/api/v2/pages", One::Write(|site, call| told(page::create(site, call)))),
        (Method::GET, "/api/v2/pages/{id}", One::Read(|site, call| told(page::get(site, call)))),
        (Method::PUT, "/api/v2/pages/{id}", One::Write(|site, call| told(page::update(site, call)))),
        (Method::DELETE, "/api/v2/pages/{id}", One::Write(|site, call| told(page::delete(site, call)))),
        (
            Method::GET,
            "/api/v2/pages/{id}/footer-comments",
            One::Read(|site, call| told(comment::of(site, call))),
        ),
        (Method::POST, "/api/v2/footer-comments", One::Write(|site, call| told(comment::create(site, call)))),
        (Method::GET, "/api/v2/footer-comments/{id}", One::Read(|site, call| told(comment::get(site, call)))),
        (
            Method::PUT,
            "/api/v2/footer-comments/{id}",
            One::Write(|site, call| told(comment::update(site, call))),
        ),
        (
            Method::DELETE,
            "/api/v2/footer-comments/{id}",
            One::Write(|site, call| told(comment::delete(site, call))),
        ),
        (
            Method::GET,
            "/api/v2/pages/{id}/properties",
            One::Read(|site, call| told(property::list(site, call))),
        ),
        (
            Method::POST,
            "/api/v2/pages/{id}/properties",
            One::Write(|site, call| told(property::create(site, call))),
        ),
        (
            Method::GET,
            "/api/v2/pages/{id}/properties/{key}",
            One::Read(|site, call| told(property::get(site, call))),
        ),
        (
            Method::PUT,
            "/api/v2/pages/{id}/properties/{key}",
            One::Write(|site, call| told(property::update(site, call))),
        ),
        (
            Method::DELETE,
            "/api/v2/pages/{id}/properties/{key}",
            One::Write(|site, call| told(property::delete(site, call))),
        ),
        (Method::GET, "/rest/api/user/current", One::Read(|site, call| told(current(site, call)))),
    ]
}

fn told(outcome: Outcome) -> Result<Answer, Refusal> {
    Ok(outcome.unwrap_or_else(|refusal| refusal))
}

/// A refusal of version 2: a list of errors.
fn refused(status: StatusCode, title: &str) -> Answer {
    let code = status.canonical_reason().unwrap_or_default().to_ascii_uppercase().replace(' ', "_");
    let error = json!({"status": status.as_u16(), "code": code, "title": title, "detail": null});
    Answer::json(status, &json!({"errors": [error]}))
}

fn bad(title: &str) -> Answer {
    refused(StatusCode::BAD_REQUEST, title)
}

fn missing() -> Answer {
    refused(StatusCode::NOT_FOUND, "Not Found")
}

/// Who calls; nobody sees anything without an account.
fn caller(call: &Call<'_>) -> Result<Person, Answer> {
    call.caller.ok_or_else(|| refused(StatusCode::UNAUTHORIZED, "Unauthorized"))
}

fn id(call: &Call<'_>) -> Result<u32, Answer> {
    call.param("id").parse().map_err(|_| bad("The id is no number"))
}

fn json_body(call: &Call<'_>) -> Result<Value, Answer> {
    call.json().ok().filter(Value::is_object).ok_or_else(|| bad("The body is no JSON object"))
}

/// A member that is a text.
fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// A member that is an id, which is a text in this version; numbers are taken as well.
fn number(body: &Value, name: &str) -> Option<u32> {
    let value = body.get(name)?;
    value
        .as_str()
        .map_or_else(|| value.as_u64().and_then(|id| u32::try_from(id).ok()), |text| text.parse().ok())
}

/// `body: {representation, value}`, in the storage format; the longer form with the representation as a member as well.
fn storage(body: &Value) -> Result<Option<String>, Answer> {
    let Some(body) = body.get("body").filter(|body| !body.is_null()) else { return Ok(None) };
    let inner = body.get("storage").or_else(|| body.get("atlas_doc_format")).unwrap_or(body);
    let value = inner.get("value").and_then(Value::as_str).ok_or_else(|| bad("The body has no value"))?;
    match inner.get("representation").and_then(Value::as_str) {
        None | Some("storage") => Ok(Some(value.to_owned())),
        Some("wiki") => Ok(Some(html::print(&wiki::parse(value)))),
        Some("atlas_doc_format") => {
            let document = serde_json::from_str(value).map_err(|_| bad("The body is no document"))?;
            let document = adf::parse(&document).map_err(|error| bad(&error.to_string()))?;
            Ok(Some(html::print(&document)))
        }
        Some(_) => Err(bad("The representation is storage, wiki or atlas_doc_format")),
    }
}

/// The version after this one, if the body names it: whoever read an older one is refused.
fn next(site: &Site, own: &Version, body: &Value, who: Person) -> Result<Version, Answer> {
    let wanted = body.pointer("/version/number").and_then(Value::as_u64);
    let wanted = wanted.ok_or_else(|| bad("The version's number is missing"))?;
    if wanted != u64::from(own.number) + 1 {
        let title = format!("Version must be incremented when updating. Current Version: [{}]", own.number);
        return Err(refused(StatusCode::CONFLICT, &title));
    }
    let message = body.pointer("/version/message").and_then(Value::as_str).unwrap_or_default();
    let (at, message) = (site.frame.clock.now(), message.to_owned());
    Ok(Version { number: own.number + 1, author: who, at, message })
}

/// `GET spaces`
fn spaces(site: &Site, call: &Call<'_>) -> Outcome {
    caller(call)?;
    let keys = call.query.list("keys");
    let wanted =
        site.wiki.spaces.iter().filter(|space| keys.is_empty() || keys.iter().any(|key| key == space.key));
    let shown = wanted.map(|space| {
        json!({
            "id": space.id.to_string(), "key": space.key, "name": space.name, "type": "global", "status": "current",
            "homepageId": site.wiki.pages.first().map(|page| page.id.to_string()),
            "_links": {"webui": format!("/spaces/{}", space.key)},
        })
    });
    Ok(Answer::ok(&view::list(site, shown.collect())))
}

/// `GET rest/api/user/current`, of version 1.
fn current(site: &Site, call: &Call<'_>) -> Outcome {
    let account = site.catalog.account(caller(call)?);
    Ok(Answer::ok(&json!({
        "type": "known", "accountId": account.account_id, "displayName": account.display,
        "accountType": if account.app { "app" } else { "atlassian" }, "publicName": account.display,
    })))
}
