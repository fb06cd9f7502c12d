//! An answer before it becomes an HTTP response: status, a few headers, a whole body or a file.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use serde::Serialize;

use crate::frame::spool::Piece;

const JSON: HeaderValue = HeaderValue::from_static("application/json;charset=UTF-8");
const HTML: HeaderValue = HeaderValue::from_static("text/html;charset=UTF-8");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain;charset=UTF-8");

/// A finished answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: StatusCode,
    /// Headers; the content type among them when there is a body.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// The whole body.
    pub(crate) body: Bytes,
    /// A file that is the body instead.
    pub(crate) file: Option<Piece>,
}

impl Answer {
    /// A status without a body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new(), file: None }
    }

    /// A JSON body. Only a value that cannot be JSON (a non-text map key) fails, as 500 with its reason.
    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => Self::with(status, JSON, bytes.into()),
            Err(error) => {
                Self::with(StatusCode::INTERNAL_SERVER_ERROR, HTML, error.to_string().into_bytes().into())
            }
        }
    }

    /// 200 and a JSON body.
    pub(crate) fn ok(body: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// An HTML page.
    pub(crate) fn html(status: StatusCode, page: &'static str) -> Self {
        Self::with(status, HTML, Bytes::from_static(page.as_bytes()))
    }

    /// An HTML page that was made for the occasion.
    pub(crate) fn page(status: StatusCode, page: String) -> Self {
        Self::with(status, HTML, page.into())
    }

    /// Plain text.
    pub(crate) fn text(status: StatusCode, text: &'static str) -> Self {
        Self::with(status, TEXT, Bytes::from_static(text.as_bytes()))
    }

    /// A picture that was drawn for the occasion.
    pub(crate) fn image(media: &'static str, drawing: String) -> Self {
        Self::with(StatusCode::OK, HeaderValue::from_static(media), drawing.into())
    }

    /// A part of a file, sent as it is read.
    pub(crate) fn file(status: StatusCode, media: &str, piece: Piece) -> Self {
        let length = piece.length().to_string();
        let answer = Self { file: Some(piece), ..Self::empty(status) };
        answer.header(CONTENT_TYPE, media).header(CONTENT_LENGTH, &length)
    }

    /// The same answer with one more header; a value that no header can carry is left out.
    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    fn with(status: StatusCode, media: HeaderValue, body: Bytes) -> Self {
        Self { status, headers: vec![(CONTENT_TYPE, media)], body, file: None }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let body = self.file.map_or_else(|| Body::from(self.body), |piece| Body::from_stream(piece.read()));
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers);
        response
    }
}
