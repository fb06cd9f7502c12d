//! Files on issues: attaching, telling of them, taking them off. The files themselves are sent by [`super::content`].

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::super::issue::settle;
use super::enter;
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::upload::{Broken, Form, Limits};
use crate::frame::world::{Act, Route};
use crate::jira::deed::attachment as deed;
use crate::jira::issue::{Issue, Via};
use crate::jira::part::Attachment;
use crate::jira::refusal::Refusal;
use crate::jira::site::{By, Site};
use crate::jira::view::Show;
use crate::jira::view::attachment::AttachmentView;

/// How many files one request may bring.
const MOST: usize = 60;
/// The name that the form's fields must have; others are passed over.
const FIELD: &str = "file";

pub(super) fn both() -> Vec<Route<Site>> {
    use Act::{Read, Upload, Write};
    vec![
        (Method::POST, "/issue/{issue}/attachments", Upload(gate, keep)),
        (Method::GET, "/attachment/meta", Read(meta)),
        (Method::GET, "/attachment/{id}", Read(get)),
        (Method::DELETE, "/attachment/{id}", Write(delete)),
    ]
}

/// Whether files may be attached, and how large they may be.
fn gate(site: &Site, call: &Call<'_>) -> Result<Limits, Refusal> {
    let entered = enter(site, call)?;
    if !site.parts.upload.enabled {
        return Err(Refusal::forbidden("Attachments are disabled."));
    }
    entered.needs(site, "CREATE_ATTACHMENTS", || {
        Refusal::forbidden("You do not have permission to create attachments for this issue.")
    })?;
    Ok(Limits { field: Some(FIELD), size: site.parts.upload.limit, count: MOST })
}

/// `POST issue/{idOrKey}/attachments`
fn keep(site: &mut Site, call: &Call<'_>, arrived: Result<Form, Broken>) -> Result<Answer, Refusal> {
    // The issue may be gone since the gate was passed.
    let entered = enter(site, call)?;
    let mut files = arrived.map_err(|broken| refused(site, broken))?.files;
    files.retain(|file| !file.name.is_empty());
    // Data Center does not take files without content.
    if let Some(empty) = files.iter().find(|file| file.content.length() == 0 && !site.is_cloud()) {
        return Err(Refusal::bad(format!("Cannot attach empty file {}.", empty.name)));
    }
    let ids = deed::add(site, entered.by, entered.id, &files);
    settle(site, call, entered.id);
    let show = Show::call(site, call);
    let found = ids.into_iter().filter_map(|id| find(site, id));
    let shown = found.map(|(_, attachment)| json!(AttachmentView { show, attachment, alone: false }));
    Ok(Answer::ok(&shown.collect::<Vec<Value>>()))
}

fn refused(site: &Site, broken: Broken) -> Refusal {
    match broken {
        Broken::NoForm => Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "A multipart form is expected."),
        Broken::Malformed => Refusal::bad("The multipart form could not be read."),
        Broken::TooLarge(_) => Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!(
                "The field {FIELD} exceeds its maximum permitted size of {} bytes.",
                site.parts.upload.limit
            ),
        ),
        Broken::TooMany => Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("No more than {MOST} files can be attached at once."),
        ),
        Broken::NoRoom => {
            Refusal::new(StatusCode::INSUFFICIENT_STORAGE, "There is no room for the file on this machine.")
        }
    }
}

/// An attachment with its issue.
pub(super) fn find(site: &Site, id: u32) -> Option<(&Issue, &Attachment)> {
    let issue = site.issues.get(*site.parts.attachments.get(&id)?)?;
    Some((issue, issue.parts().attachments.iter().find(|attachment| attachment.id == id)?))
}

/// The attachment the path names, if the caller may see its issue.
pub(super) fn named<'a>(site: &'a Site, call: &Call<'_>) -> Result<(&'a Issue, &'a Attachment), Refusal> {
    let id = call.param("id");
    let found = id.parse().ok().and_then(|id| find(site, id)).filter(|_| site.parts.upload.enabled);
    let (issue, attachment) =
        found.ok_or_else(|| Refusal::missing(format!("The attachment with id '{id}' does not exist")))?;
    if !site.sees(call.caller, issue) {
        let said = format!("You do not have permission to view attachment with id: {id}");
        return Err(Refusal::forbidden(said));
    }
    Ok((issue, attachment))
}

/// `GET attachment/meta`
fn meta(site: &Site, _: &Call<'_>) -> Result<Answer, Refusal> {
    let upload = site.parts.upload;
    Ok(Answer::ok(&json!({"enabled": upload.enabled, "uploadLimit": upload.limit})))
}

/// `GET attachment/{id}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (_, attachment) = named(site, call)?;
    Ok(Answer::ok(&AttachmentView { show: Show::call(site, call), attachment, alone: true }))
}

/// `DELETE attachment/{id}`: one's own, or anybody's for whoever may.
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (issue, attachment) = named(site, call)?;
    let who = super::signed_in(call)?;
    let allowed = |permission| site.allows(Some(who), issue.project, permission);
    let own = attachment.author == who && allowed("DELETE_OWN_ATTACHMENTS");
    if !own && !allowed("DELETE_ALL_ATTACHMENTS") {
        let said = format!("You do not have permission to delete attachment with id: {}", attachment.id);
        return Err(Refusal::forbidden(said));
    }
    let (issue, id) = (issue.id, attachment.id);
    deed::delete(site, By { who, via: Via::Api }, id);
    settle(site, call, issue);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
