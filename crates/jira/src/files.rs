//! Files on issues: attach, read, remove. No file is ever whole in memory.
//!
//! Attaching is a form (`POST issue/{key}/attachments`) with one field named `file`, and `X-Atlassian-Token: no-check` against
//! cross-site forgery. Reading is `attachment/content/{id}` on Cloud, which by itself leads to another host, and
//! `/secure/attachment/{id}/{name}` on Data Center ("Issue attachments" in both REST references). Both addresses are made here: the
//! one in an answer (`content`) is for browsers, and a credential goes where a connection says and nowhere else.

use std::fmt::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bowline_core::port::{Download, Entropy, OutboundCall, Pieces, Streams};
use bytes::Bytes;
use futures_core::Stream;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::error::{Error, Refusal};
use crate::site::{Deployment, Jira, read};
use crate::url::Path;
use crate::wire::{Attachment, AttachmentLimits};

/// A file to attach.
pub struct NewFile {
    /// Its name, as people see it.
    pub name: String,
    /// What it holds, such as `image/png`; `application/octet-stream` if nobody knows.
    pub media_type: String,
    /// How many bytes its pieces have.
    pub length: u64,
    /// The bytes.
    pub pieces: Pieces,
}

/// A file that is being read.
pub struct Content {
    /// How many bytes there will be, if Jira says so.
    pub length: Option<u64>,
    /// The bytes. If others than so many come, they end with an error.
    pub pieces: Pieces,
}

/// The files of the Jira at one connection.
#[derive(Clone, Copy)]
pub struct Files<'a> {
    jira: Jira<'a>,
    streams: &'a dyn Streams,
    entropy: &'a dyn Entropy,
}

impl<'a> Jira<'a> {
    /// Its files, sent and read by `streams`.
    pub fn files(&self, streams: &'a dyn Streams, entropy: &'a dyn Entropy) -> Files<'a> {
        Files { jira: *self, streams, entropy }
    }

    /// What Jira tells of a file.
    pub async fn attachment(&self, id: &str) -> Result<Attachment, Error> {
        self.get("jira.attachment.get", self.api().then("attachment").piece(id)).await
    }

    /// Whether files may be attached, and how large they may be.
    pub async fn attachment_limits(&self) -> Result<AttachmentLimits, Error> {
        self.get("jira.attachment.limits", self.api().then("attachment/meta")).await
    }

    /// Removes a file from its issue.
    pub async fn delete_attachment(&self, id: &str) -> Result<(), Error> {
        let path = self.api().then("attachment").piece(id);
        self.answer("jira.attachment.delete", Method::DELETE, path, None, false).await.map(drop)
    }
}

impl Files<'_> {
    /// Attaches a file to an issue; returns what Jira tells of it. Data Center takes no file without content.
    pub async fn attach(&self, id_or_key: &str, file: NewFile) -> Result<Vec<Attachment>, Error> {
        const OPERATION: &str = "jira.attachment.create";
        let boundary = self.boundary();
        let (head, tail) = (head(&boundary, &file), format!("\r\n--{boundary}--\r\n"));
        let length = file.length.saturating_add(u64::try_from(head.len() + tail.len()).unwrap_or(u64::MAX));
        let pieces = Form { head: Some(head.into()), file: Some(file.pieces), tail: Some(tail.into()) };
        let kind = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"));
        let mut call =
            self.call(OPERATION, Method::POST, self.jira.api().issue(id_or_key).then("attachments"));
        call.headers.extend(kind.ok().map(|kind| (CONTENT_TYPE, kind)));
        call.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let unchecked = HeaderName::from_static("x-atlassian-token");
        call.headers.insert(unchecked, HeaderValue::from_static("no-check"));
        let answer = self.streams.upload(self.jira.connection(), call, length, Box::pin(pieces)).await?;
        if answer.status.is_success() {
            return read(OPERATION, &answer);
        }
        Err(Error::Refused {
            operation: OPERATION,
            status: answer.status,
            refusal: Refusal::parse(&answer.body),
        })
    }

    /// Opens a file.
    pub async fn content(&self, attachment: &Attachment) -> Result<Content, Error> {
        const OPERATION: &str = "jira.attachment.content";
        let path = match self.jira.deployment() {
            // Without this it leads to the host of media, which the connection does not name.
            Deployment::Cloud => {
                let path = self.jira.api().then("attachment/content").piece(&attachment.id.to_string());
                path.ask("redirect", "false")
            }
            Deployment::DataCenter => {
                let name = attachment.filename.text().filter(|name| !name.is_empty()).unwrap_or("file");
                Path::new("/secure/attachment").piece(&attachment.id.to_string()).piece(name)
            }
        };
        let call = self.call(OPERATION, Method::GET, path);
        match self.streams.download(self.jira.connection(), call).await? {
            Download::File(headers, pieces) => {
                let told = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
                let size = attachment.size.get().copied();
                // A page to sign in, say, that stands in the way of the file.
                if let (Some(length), Some(size)) = (told, size)
                    && length != size
                {
                    return Err(Error::OtherLength { operation: OPERATION, length, size });
                }
                let length = size.or(told);
                Ok(Content { length, pieces: Box::pin(Counted { pieces, length, came: 0 }) })
            }
            Download::Refused(answer) => Err(Error::Refused {
                operation: OPERATION,
                status: answer.status,
                refusal: Refusal::parse(&answer.body),
            }),
        }
    }

    fn call(&self, operation: &'static str, method: Method, path: Path) -> OutboundCall {
        let ((path, subject), asker) = (path.finish(), self.jira.asker());
        let repeatable = method == Method::GET;
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("*/*"))]);
        OutboundCall { method, path, headers, body: Bytes::new(), operation, subject, repeatable, asker }
    }

    /// What stands in no file: nobody can guess it.
    fn boundary(&self) -> String {
        let mut random = [0; 24];
        self.entropy.fill(&mut random);
        let mut boundary = String::from("bowline");
        for byte in random {
            // Writing to a text does not fail.
            let _ = write!(boundary, "{byte:02x}");
        }
        boundary
    }
}

/// What comes before the bytes of the file. The name as browsers write it (HTML, "multipart/form-data encoding algorithm"): in UTF-8, with
/// quotes and line ends in percent form.
fn head(boundary: &str, file: &NewFile) -> String {
    let name = file.name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    let kind = if is_plain(&file.media_type) { &file.media_type } else { "application/octet-stream" };
    format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n"
    )
}

/// A form around the pieces of a file.
struct Form {
    head: Option<Bytes>,
    file: Option<Pieces>,
    tail: Option<Bytes>,
}

impl Stream for Form {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(head) = self.head.take() {
            return Poll::Ready(Some(Ok(head)));
        }
        if let Some(file) = &mut self.file {
            match file.as_mut().poll_next(cx) {
                Poll::Ready(None) => self.file = None,
                // A file that broke off gets no end, so that nobody takes it for whole.
                Poll::Ready(Some(Err(error))) => {
                    (self.file, self.tail) = (None, None);
                    return Poll::Ready(Some(Err(error)));
                }
                other => return other,
            }
        }
        Poll::Ready(self.tail.take().map(Ok))
    }
}

/// Pieces that must be so many bytes in all.
struct Counted {
    pieces: Pieces,
    length: Option<u64>,
    came: u64,
}

impl Stream for Counted {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let piece = ready!(self.pieces.as_mut().poll_next(cx));
        if let Some(Ok(piece)) = &piece {
            self.came = self.came.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        }
        let came = self.came;
        let wrong = match (&piece, self.length) {
            (None, Some(length)) => came != length,
            (Some(Ok(_)), Some(length)) => came > length,
            _ => false,
        };
        if wrong {
            // Once is enough.
            self.length = None;
            return Poll::Ready(Some(Err(std::io::ErrorKind::UnexpectedEof.into())));
        }
        Poll::Ready(piece)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt as _, StreamExt as _, stream};

    use super::*;

    fn file(name: &str, media_type: &str) -> NewFile {
        let pieces = stream::iter([Ok(Bytes::from_static(b"ab")), Ok(Bytes::from_static(b"c"))]);
        NewFile {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            length: 3,
            pieces: Box::pin(pieces),
        }
    }

    #[test]
    fn no_name_and_no_kind_of_a_file_ends_its_line() {
        for (name, media_type) in
            [("a\"b\r\nX: y.txt", "text/plain"), ("ä 名.png", "image/png\r\nX: y"), ("", "")]
        {
            let head = head("b", &file(name, media_type));
            assert_eq!(head.lines().count(), 4, "{head}");
            assert_eq!(head.matches('"').count(), 4, "{head}");
            assert!(head.ends_with("\r\n\r\n"), "{head}");
        }
        assert!(
            head("b", &file("ä 名.png", "image/png"))
                .contains("filename=\"ä 名.png\"\r\nContent-Type: image/png")
        );
    }

    #[test]
    fn a_form_has_an_end_only_if_its_file_has() {
        let form = |file: Pieces| Form { head: Some("<".into()), file: Some(file), tail: Some(">".into()) };
        let whole: Vec<_> = form(file("a", "b").pieces).map(Result::unwrap).collect().now_or_never().unwrap();
        assert_eq!(whole.concat(), b"<abc>");
        let torn = stream::iter([Ok(Bytes::from_static(b"ab")), Err(std::io::ErrorKind::Other.into())]);
        let torn: Vec<_> = form(Box::pin(torn)).collect().now_or_never().unwrap();
        assert_eq!(torn.len(), 3);
        assert!(torn[2].is_err());
    }

    #[test]
    fn a_file_that_is_shorter_or_longer_than_was_told_ends_with_an_error() {
        for (length, whole) in [(Some(3), true), (None, true), (Some(4), false), (Some(2), false)] {
            let counted = Counted { pieces: file("a", "b").pieces, length, came: 0 };
            let all: Vec<_> = counted.collect().now_or_never().unwrap();
            assert_eq!(all.iter().all(Result::is_ok), whole, "{length:?}");
        }
    }
}
