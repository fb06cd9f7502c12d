//! What is in a ZIP file that is attached.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::attachment::named;
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::spool::Spool;
use crate::frame::world::{Act, Route};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::rendered::size;

/// How many entries are shown (`jira.attachment.number.of.zip.entries.to.show`).
const SHOWN: usize = 30;
/// How long the directory's end can be with its comment, and the most of a directory that is read.
const END: u64 = 22 + 65_535;
const DIRECTORY: u64 = 4 * 1024 * 1024;

pub(super) fn both() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/attachment/{id}/expand/raw", Read(raw)),
        (Method::GET, "/attachment/{id}/expand/human", Read(human)),
    ]
}

/// A file in an archive.
struct Entry {
    name: String,
    size: u64,
}

/// A little-endian number of so many bytes at a place.
fn number(bytes: &[u8], place: usize, length: usize) -> Option<u64> {
    let part = bytes.get(place..place.checked_add(length)?)?;
    Some(part.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// The files of a ZIP by its central directory (APPNOTE.TXT, 4.3.12 and 4.3.16); folders are none. `None` if it is no ZIP.
fn entries(file: &Spool) -> Option<Vec<Entry>> {
    let length = file.length();
    let tail = file.chunk(length.saturating_sub(END), length).ok()?;
    let end = tail.windows(4).rposition(|mark| mark == b"PK\x05\x06")?;
    let (size, start) = (number(&tail, end + 12, 4)?, number(&tail, end + 16, 4)?);
    let bytes = file.chunk(start.min(length), start.saturating_add(size.min(DIRECTORY)).min(length)).ok()?;
    let (mut found, mut place) = (Vec::new(), 0);
    while bytes.get(place..place + 4) == Some(b"PK\x01\x02") {
        let lengths = [28, 30, 32].map(|at| number(&bytes, place + at, 2));
        let [name, extra, comment] =
            lengths.map(|length| length.and_then(|length| usize::try_from(length).ok()));
        let text = bytes.get(place + 46..place + 46 + name?)?;
        let entry =
            Entry { name: String::from_utf8_lossy(text).into_owned(), size: number(&bytes, place + 24, 4)? };
        if !entry.name.ends_with('/') {
            found.push(entry);
        }
        place += 46 + name? + extra? + comment?;
    }
    Some(found)
}

/// The entries of the attachment of the path; 409 when it is no archive.
fn read(site: &Site, call: &Call<'_>) -> Result<Vec<Entry>, Refusal> {
    let (_, attachment) = named(site, call)?;
    let said = || Refusal::new(StatusCode::CONFLICT, "The attachment is not a supported archive.");
    entries(&attachment.content).ok_or_else(said)
}

fn media(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, end)| end.to_lowercase()).as_deref() {
        Some("txt" | "log" | "md") => "text/plain",
        Some("html" | "htm") => "text/html",
        Some("csv") => "text/csv",
        Some("json") => "application/json",
        Some("xml") => "application/xml",
        Some("pdf") => "application/pdf",
        Some("zip") => "application/zip",
        Some("png") => "image/png",
        Some("gif") => "image/gif",
        Some("jpg" | "jpeg") => "image/jpeg",
        _ => "application/octet-stream",
    }
}

/// A name for narrow places.
fn short(name: &str) -> String {
    let length = name.chars().count();
    if length <= 40 {
        name.to_owned()
    } else {
        format!("…{}", name.chars().skip(length - 39).collect::<String>())
    }
}

/// `GET attachment/{id}/expand/raw`
fn raw(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let all = read(site, call)?;
    let shown = all.iter().take(SHOWN).enumerate().map(|(place, entry)| {
        json!({"entryIndex": place, "name": entry.name, "abbreviatedName": short(&entry.name), "size": entry.size,
            "mediaType": media(&entry.name)})
    });
    Ok(Answer::ok(&json!({"entries": shown.collect::<Vec<Value>>(), "totalEntryCount": all.len()})))
}

/// `GET attachment/{id}/expand/human`
fn human(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let all = read(site, call)?;
    let (_, attachment) = named(site, call)?;
    let shown = all.iter().take(SHOWN).enumerate().map(|(place, entry)| {
        json!({"path": entry.name, "index": place, "size": size(entry.size), "mediaType": media(&entry.name),
            "label": entry.name.rsplit('/').next()})
    });
    Ok(Answer::ok(
        &json!({"id": attachment.id, "name": attachment.name, "entries": shown.collect::<Vec<Value>>(),
        "totalEntryCount": all.len(), "mediaType": attachment.media}),
    ))
}
