//! Files over HTTP: `POST /UploadFile.ashx` takes them (developer hub, "Upload Attachments"), `/Attachment.aspx` and
//! `/Thumbnail.ashx` send them.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use serde_json::{Value, json};

use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::spool::Piece;
use crate::frame::upload::{Broken, Form, Limits};
use crate::frame::world::{Act, Route};
use crate::targetprocess::date::{self, Style};
use crate::targetprocess::deed::{Hand, attachment};
use crate::targetprocess::part::Attachment;
use crate::targetprocess::read::{Thing, Val};
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::{Kind, Slot};
use crate::targetprocess::site::Site;
use crate::targetprocess::v1::signed_in;

/// How many files one request may bring.
const MOST: usize = 50;

/// The routes.
pub(crate) fn routes() -> Vec<Route<Site>> {
    vec![
        (Method::POST, "/UploadFile.ashx", Act::Upload(gate, keep)),
        (Method::GET, "/Attachment.aspx", Act::Read(send)),
        (Method::GET, "/Thumbnail.ashx", Act::Read(thumbnail)),
    ]
}

/// Whoever signed in may send files. Any field of the form that has a file's name is one.
fn gate(site: &Site, call: &Call<'_>) -> Result<Limits, Refusal> {
    signed_in(call)?;
    Ok(Limits { field: None, size: site.switches.file_limit, count: MOST })
}

fn keep(site: &mut Site, call: &Call<'_>, arrived: Result<Form, Broken>) -> Result<Answer, Refusal> {
    let hand = Hand::of(call, signed_in(call)?);
    let form = arrived.map_err(|broken| refused(site, broken))?;
    let named = form.text("generalId").or_else(|| call.query.get("generalId"));
    let named = named.map(str::trim).filter(|text| !text.is_empty());
    let named = named.ok_or_else(|| Refusal::bad("generalId is required."))?;
    let general: u32 = named.parse().map_err(|_| Refusal::bad(format!("'{named}' is not an Id.")))?;
    site.find(Kind::General, general).ok_or_else(|| Refusal::missing("General", general))?;
    if form.files.is_empty() {
        return Err(Refusal::bad("There is no file in the form."));
    }
    if form.files.iter().any(|file| file.title().is_empty()) {
        return Err(Refusal::bad("A file needs a name."));
    }
    let ids = attachment::add(site, &hand, general, &form.files);
    let items: Vec<Value> =
        ids.iter().filter_map(|id| site.attachments.get(*id)).map(|file| shown(site, file)).collect();
    let mut answer = Answer::empty(StatusCode::OK).header(CONTENT_TYPE, "application/json; charset=utf-8");
    answer.body = json!({"items": items}).to_string().into();
    Ok(answer)
}

fn refused(site: &Site, broken: Broken) -> Refusal {
    match broken {
        Broken::NoForm => Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "A multipart form is expected."),
        Broken::Malformed => Refusal::bad("The multipart form could not be read."),
        Broken::TooLarge(name) => Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("The file '{name}' is larger than {} bytes.", site.switches.file_limit),
        ),
        Broken::TooMany => Refusal::bad(format!("No more than {MOST} files can be attached at once.")),
        Broken::NoRoom => Refusal::new(StatusCode::INSUFFICIENT_STORAGE, "There is no room for the file."),
    }
}

/// A file as the answer to its upload shows it: not as v1, nor quite as v2.
fn shown(site: &Site, file: &Attachment) -> Value {
    let thing = Thing::Attachment(file.id);
    let text =
        |slot| if let Val::Text(text) = site.read(thing, slot) { Some(text.into_owned()) } else { None };
    let reference = |kind: Kind| {
        site.find(kind, file.general).map(|thing| {
            let name = if let Val::Text(name) = site.read(thing, Slot::Name) {
                Some(name.into_owned())
            } else {
                None
            };
            json!({"resourceType": kind.name(), "id": file.general, "name": name})
        })
    };
    json!({
        "resourceType": "Attachment",
        "id": file.id,
        "name": file.name,
        "uniqueFileName": text(Slot::UniqueFileName),
        "description": file.description,
        "date": date::print(file.created, site.switches.offset, Style::Iso),
        "persistedMimeType": file.media,
        "persistedSize": file.content.length(),
        "isEmpty": file.content.length() == 0,
        "uri": text(Slot::Uri),
        "thumbnailUri": text(Slot::ThumbnailUri),
        "mimeType": file.media,
        "size": file.content.length(),
        "owner": person(site, file.owner),
        "general": reference(Kind::General),
        "message": null,
        "assignable": reference(Kind::Assignable),
    })
}

fn person(site: &Site, who: Person) -> Value {
    let account = site.catalog.account(who);
    json!(account.map(|account| json!({
        "resourceType": "GeneralUser", "id": account.id, "firstName": account.first, "lastName": account.last,
        "login": account.login, "fullName": format!("{} {}", account.first, account.last),
    })))
}

/// The file the query names.
fn named<'a>(site: &'a Site, call: &Call<'_>) -> Result<&'a Attachment, Refusal> {
    signed_in(call)?;
    let text = call.query.get("AttachmentID").ok_or_else(|| Refusal::bad("AttachmentID is required."))?;
    let id: u32 = text.trim().parse().map_err(|_| Refusal::bad(format!("'{text}' is not an Id.")))?;
    site.attachments.get(id).ok_or_else(|| Refusal::missing("Attachment", id))
}

/// `GET /Attachment.aspx?AttachmentID=`: the file, as it is read from the disk.
fn send(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let file = named(site, call)?;
    let disposition = format!("attachment; filename*=UTF-8''{}", encoded(&file.name));
    let answer = Answer::file(StatusCode::OK, &file.media, Piece::whole(&file.content));
    Ok(answer.header(CONTENT_DISPOSITION, &disposition).header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
}

/// `GET /Thumbnail.ashx?AttachmentID=`: a picture is its own thumbnail, anything else has none.
fn thumbnail(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let file = named(site, call)?;
    if !file.is_picture() {
        return Err(Refusal::missing("Thumbnail", file.id));
    }
    let answer = Answer::file(StatusCode::OK, &file.media, Piece::whole(&file.content));
    Ok(answer.header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
}

/// A name as RFC 5987 writes it.
fn encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    name.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
