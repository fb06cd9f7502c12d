//! Receiving the files of a form without holding them in memory.

use std::sync::Arc;

use axum::body::{Body, HttpBody as _};
use axum::extract::multipart::Field;
use axum::extract::{FromRequest as _, Multipart, Request};
use http::header::CONTENT_DISPOSITION;

use crate::frame::spool::{Receiving, Spool};

/// What may come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The name of the form's fields that are files; `None` takes every field that has a file's name.
    pub(crate) field: Option<&'static str>,
    /// The most bytes a file may have.
    pub(crate) size: u64,
    /// How many files may come at once.
    pub(crate) count: usize,
}

/// A file that came.
#[derive(Debug)]
pub(crate) struct Arrived {
    /// Its name as the sender wrote it, empty when there was none.
    pub(crate) name: String,
    /// Its media type, if the sender named one.
    pub(crate) media: Option<String>,
    pub(crate) content: Arc<Spool>,
}

impl Arrived {
    /// Its name without the folders that some senders put before it.
    pub(crate) fn title(&self) -> &str {
        title(&self.name)
    }

    /// Its media type: what the sender says, else what the name suggests.
    pub(crate) fn media(&self) -> String {
        media(self.media.as_deref(), self.title())
    }
}

fn title(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or_default().trim()
}

fn media(said: Option<&str>, name: &str) -> String {
    let said = said.map(|said| said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    let said = said.filter(|said| said.contains('/') && said != ANYTHING);
    said.unwrap_or_else(|| mime_guess::from_path(name).first_raw().unwrap_or(ANYTHING).to_owned())
}

/// What a media type says that says nothing.
const ANYTHING: &str = "application/octet-stream";

/// The most bytes of a field that is a text, and the most of these fields.
const TEXT: usize = 64 * 1024;
const TEXTS: usize = 100;

/// What a form brought.
#[derive(Debug, Default)]
pub(crate) struct Form {
    pub(crate) files: Vec<Arrived>,
    texts: Vec<(String, String)>,
}

impl Form {
    /// The first text with this name, in any case.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, text)| text.as_str())
    }
}

/// Why the files did not come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The body is no form with files.
    NoForm,
    /// It began as one and ended otherwise.
    Malformed,
    /// This file is larger than files may be.
    TooLarge(String),
    TooMany,
    /// There is no room for it here.
    NoRoom,
}

/// Receives a form. What is not wanted is read all the same, so that the sender can read the answer.
pub(crate) async fn receive(request: Request, limits: Limits) -> Result<Form, Broken> {
    let mut form = match Multipart::from_request(request, &()).await {
        Ok(form) => form,
        Err(_) => return Err(Broken::NoForm),
    };
    let (mut came, mut broken) = (Form::default(), None);
    while let Some(field) = form.next_field().await.map_err(|_| Broken::Malformed)? {
        let is_file = match limits.field {
            Some(name) => field.name() == Some(name),
            None => field.file_name().is_some(),
        };
        if !is_file {
            came.texts.extend(text(field).await?.filter(|_| came.texts.len() < TEXTS));
            continue;
        }
        if came.files.len() >= limits.count {
            broken = Some(Broken::TooMany);
        }
        let size = if broken.is_none() { limits.size } else { 0 };
        match file(field, size).await {
            Ok(file) => came.files.push(file),
            Err(Broken::Malformed) => return Err(Broken::Malformed),
            Err(other) => broken = broken.or(Some(other)),
        }
    }
    broken.map_or(Ok(came), Err)
}

/// Receives a field that is no file: its name and its text. One that is too long or no text is passed over.
async fn text(mut field: Field<'_>) -> Result<Option<(String, String)>, Broken> {
    let name = field.name().map(str::to_owned);
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| Broken::Malformed)? {
        if bytes.len() <= TEXT {
            bytes.extend_from_slice(&chunk);
        }
    }
    let text =
        Some(bytes).filter(|bytes| bytes.len() <= TEXT).and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(name.zip(text))
}

/// Receives one file to its end, whether or not it is kept.
async fn file(mut field: Field<'_>, size: u64) -> Result<Arrived, Broken> {
    let name = name(&field);
    let media = field.content_type().map(str::to_owned);
    let mut receiving = Some(Receiving::default());
    let mut failure = Broken::TooLarge(name.clone());
    while let Some(chunk) = field.chunk().await.map_err(|_| Broken::Malformed)? {
        let Some(kept) = &mut receiving else { continue };
        if kept.length().saturating_add(chunk.len() as u64) > size {
            receiving = None;
        } else if kept.take(&chunk).await.is_err() {
            (receiving, failure) = (None, Broken::NoRoom);
        }
    }
    let Some(received) = receiving else { return Err(failure) };
    let content = received.finish().await.map_err(|_| Broken::NoRoom)?;
    Ok(Arrived { name, media, content: Arc::new(content) })
}

/// A file's name; browsers write it as UTF-8, other clients as RFC 5987 says (`filename*=utf-8''…`).
fn name(field: &Field<'_>) -> String {
    let header = field.headers().get(CONTENT_DISPOSITION);
    let header = header.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let extended = header.as_deref().and_then(extended);
    extended.or_else(|| field.file_name().map(str::to_owned)).unwrap_or_default()
}

/// The `filename*` of a `Content-Disposition`.
fn extended(header: &str) -> Option<String> {
    let lower = header.to_ascii_lowercase();
    let place = lower.find("filename*=")?;
    let value = header.get(place + "filename*=".len()..)?;
    let value = value.split(';').next().unwrap_or_default().trim();
    let (charset, rest) = value.split_once('\'')?;
    let (_, encoded) = rest.split_once('\'')?;
    let mut bytes = Vec::new();
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        bytes.push(match byte {
            b'%' => u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok()?,
            other => other,
        });
    }
    if charset.eq_ignore_ascii_case("iso-8859-1") {
        return Some(bytes.into_iter().map(char::from).collect());
    }
    String::from_utf8(bytes).ok()
}

/// Reads a refused body to its end, so that its sender comes to read the refusal instead of losing the connection.
pub(crate) async fn ignore(mut body: Body) {
    let mut body = std::pin::pin!(&mut body);
    while let Some(Ok(_)) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_is_guessed_where_none_is_said() {
        assert_eq!(media(Some("Text/Plain; charset=utf-8"), "a.png"), "text/plain");
        assert_eq!(media(Some("application/octet-stream"), "a.png"), "image/png");
        assert_eq!(media(None, "a.PDF"), "application/pdf");
        assert_eq!(media(None, "a"), ANYTHING);
        assert_eq!(media(Some("nonsense"), "a"), ANYTHING);
    }

    #[test]
    fn folders_are_no_part_of_a_name() {
        assert_eq!(title("C:\\files\\a.txt"), "a.txt");
        assert_eq!(title("../../etc/passwd"), "passwd");
        assert_eq!(title("a.txt"), "a.txt");
    }

    #[test]
    fn names_in_the_extended_notation_are_decoded() {
        for (header, expected) in [
            ("form-data; name=\"file\"; filename*=utf-8''gr%C3%B6%C3%9Fe.txt", Some("größe.txt")),
            ("form-data; filename=\"x\"; Filename*=UTF-8'en'%e2%82%ac.png; a=b", Some("€.png")),
            ("form-data; filename*=iso-8859-1''%E9.txt", Some("é.txt")),
            ("form-data; filename*=utf-8''%zz", None),
            ("form-data; filename*=utf-8''%", None),
            ("form-data; filename*=plain", None),
            ("form-data; filename=\"x\"", None),
        ] {
            assert_eq!(extended(header).as_deref(), expected, "{header}");
        }
    }
}
