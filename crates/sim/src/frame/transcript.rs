//! A transcript of everything a simulator answered, for whoever wants to hold it against the vendor's documents.
//!
//! Off unless `BOWLINE_SIM_TRANSCRIPTS` names a folder; the project's own test command does. There each simulator writes
//! a file of its own, one answer a line. Answers that a fault rule stands behind are left out.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::response::Response;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde::Serialize;
use serde_json::value::RawValue;

/// The variable that names the folder.
const VARIABLE: &str = "BOWLINE_SIM_TRANSCRIPTS";

/// Longer answers than any page of a real Jira; one beyond that would be a defect of its own.
const LONGEST: usize = 64 * 1024 * 1024;

/// Where answers are written down, if anywhere.
#[derive(Debug)]
pub(crate) struct Transcript {
    face: &'static str,
    file: Mutex<File>,
}

/// One answer.
#[derive(Serialize)]
struct Line<'a> {
    face: &'a str,
    method: &'a str,
    path: &'a str,
    status: u16,
    media: Option<&'a str>,
    /// The body if it is JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a RawValue>,
    /// How long the body is.
    length: usize,
}

impl Transcript {
    /// The transcript of a simulator with this face; `None` if nobody asked for one.
    pub(crate) fn open(face: &'static str) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let folder = std::env::var_os(VARIABLE)?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{face}-{}-{number}.jsonl", std::process::id());
        // A folder that cannot be written to shows as transcripts that are missing, which the reader insists on.
        let file = OpenOptions::new().create(true).append(true).open(Path::new(&folder).join(name)).ok()?;
        Some(Self { face, file: Mutex::new(file) })
    }

    /// Writes an answer down and hands it on.
    pub(crate) async fn note(&self, (method, path): (&str, &str), response: Response) -> Response {
        let (head, body) = response.into_parts();
        let media = media(&head.headers);
        let status = head.status.as_u16();
        if !media.is_some_and(|media| media.starts_with("application/json")) {
            // Whatever is no JSON may be a file of any length: nobody takes it apart, so nobody needs to hold it.
            let length = body.size_hint().exact().or_else(|| length(&head.headers)).unwrap_or_default();
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            self.write(&Line { face: self.face, method, path, status, media, body: None, length });
            return Response::from_parts(head, body);
        }
        let Ok(bytes) = to_bytes(body, LONGEST).await else {
            return Response::from_parts(head, Body::empty());
        };
        let text = std::str::from_utf8(&bytes).ok();
        let body = text.and_then(|text| serde_json::from_str::<&RawValue>(text).ok());
        self.write(&Line { face: self.face, method, path, status, media, body, length: bytes.len() });
        Response::from_parts(head, Body::from(bytes))
    }

    fn write(&self, line: &Line<'_>) {
        if let Ok(mut line) = serde_json::to_vec(line) {
            line.push(b'\n');
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            // See `open`.
            drop(file.write_all(&line));
        }
    }
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn media(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE)?.to_str().ok()
}
