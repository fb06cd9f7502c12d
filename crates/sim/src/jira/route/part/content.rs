//! Sending the files that are attached to issues.
//!
//! Cloud's API leads to its media service, which asks for a token in the address instead of credentials; here that is a
//! path of the same server. Data Center sends the file from `/secure/attachment`.

use aws_lc_rs::hmac;
use axum::routing::MethodFilter as Method;
use bytes::Bytes;
use http::StatusCode;
use http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE, LOCATION, RANGE, X_CONTENT_TYPE_OPTIONS,
};

use super::attachment::{find, named};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::spool::Piece;
use crate::frame::world::{Act, Route};
use crate::jira::part::Attachment;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::attachment::encoded;

/// How long an address of the media service leads to the file, by the simulator's clock.
const LIFE: i64 = 10 * 60_000;

/// What stands for a file that is no picture: one transparent dot.
const DOT: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\
    \0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82";

/// Below the API's root, on Cloud.
pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/attachment/content/{id}", Read(content)),
        (Method::GET, "/attachment/thumbnail/{id}", Read(thumbnail)),
    ]
}

/// Cloud's media service.
pub(crate) fn media() -> Vec<Route<Site>> {
    vec![(Method::GET, "/file/{id}/{what}", Act::Read(by_token))]
}

/// Where Data Center's links lead.
pub(crate) fn secure() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/secure/attachment/{id}/{name}", Read(secure_content)),
        (Method::GET, "/secure/thumbnail/{id}/{name}", Read(secure_thumbnail)),
    ]
}

/// Whether Cloud may answer with a redirect: unless the query forbids it.
fn redirects(call: &Call<'_>) -> bool {
    !call.query.get("redirect").is_some_and(|value| value.eq_ignore_ascii_case("false"))
}

/// `GET attachment/content/{id}`
fn content(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (_, attachment) = named(site, call)?;
    if redirects(call) { Ok(redirect(site, attachment, "binary")) } else { send(call, attachment) }
}

/// `GET attachment/thumbnail/{id}`
fn thumbnail(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (_, attachment) = named(site, call)?;
    let strict = call.query.get("fallbackToDefault").is_some_and(|value| value.eq_ignore_ascii_case("false"));
    if strict && !attachment.is_picture() {
        return Err(Refusal::missing(format!("There is no thumbnail of attachment {}.", attachment.id)));
    }
    if redirects(call) { Ok(redirect(site, attachment, "image")) } else { picture(call, attachment) }
}

fn redirect(site: &Site, attachment: &Attachment, what: &str) -> Answer {
    let until = site.frame.clock.now() + LIFE;
    let token = token(site, attachment.id, what, until);
    let name = encoded(&attachment.name);
    let address = format!("{}/file/{}/{what}?token={until}.{token}&name={name}", site.base, attachment.id);
    Answer::empty(StatusCode::SEE_OTHER).header(LOCATION, &address)
}

/// What an address proves that Jira gave it.
fn token(site: &Site, id: u32, what: &str, until: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &site.seed.to_be_bytes());
    let tag = hmac::sign(&key, format!("{id}/{what}/{until}").as_bytes());
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `GET /file/{id}/{binary or image}` of the media service.
fn by_token(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (id, what) = (call.param("id").parse::<u32>().unwrap_or_default(), call.param("what"));
    let given = call.query.get("token").and_then(|given| given.split_once('.'));
    let given = given.and_then(|(until, given)| Some((until.parse::<i64>().ok()?, given)));
    let good = given.is_some_and(|(until, given)| {
        until >= site.frame.clock.now() && given == token(site, id, what, until)
    });
    if !good {
        return Err(Refusal::forbidden("The token is missing, wrong or too old."));
    }
    let (_, attachment) = find(site, id).ok_or_else(|| Refusal::missing("There is no such file."))?;
    if what == "binary" { send(call, attachment) } else { picture(call, attachment) }
}

/// `GET /secure/attachment/{id}/{name}`; whoever did not sign in is led to where that is done.
fn secure_content(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    match named(site, call) {
        Ok((_, attachment)) => send(call, attachment),
        Err(refusal) if refusal.status == StatusCode::FORBIDDEN && call.caller.is_none() => {
            let place = format!(
                "{}/login.jsp?permissionViolation=true&os_destination={}",
                site.base,
                encoded(call.path)
            );
            Ok(Answer::empty(StatusCode::FOUND).header(LOCATION, &place))
        }
        Err(refusal) => Err(refusal),
    }
}

/// `GET /secure/thumbnail/{id}/{name}`
fn secure_thumbnail(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (_, attachment) = named(site, call)?;
    if attachment.is_picture() {
        return picture(call, attachment);
    }
    Err(Refusal::missing(format!("There is no thumbnail of attachment {}.", attachment.id)))
}

/// A picture is its own thumbnail; anything else has a dot.
fn picture(call: &Call<'_>, attachment: &Attachment) -> Result<Answer, Refusal> {
    if attachment.is_picture() {
        return send(call, attachment);
    }
    let dot = Answer { body: Bytes::from_static(DOT), ..Answer::empty(StatusCode::OK) };
    Ok(dot.header(CONTENT_TYPE, "image/png"))
}

/// The file, or the part of it that is asked for.
fn send(call: &Call<'_>, attachment: &Attachment) -> Result<Answer, Refusal> {
    let length = attachment.content.length();
    let wanted = call.headers.get(RANGE).map(|value| value.to_str().unwrap_or_default());
    let piece = Piece::whole(&attachment.content);
    let answer = match wanted.map_or(Ok(Span::Whole), |text| range(text, length)) {
        Err(()) => return Err(Refusal::bad("The range is malformed.")),
        Ok(Span::Whole) => Answer::file(StatusCode::OK, &attachment.media, piece),
        Ok(Span::Part(from, to)) => {
            Answer::file(StatusCode::PARTIAL_CONTENT, &attachment.media, Piece { from, to, ..piece })
                .header(CONTENT_RANGE, &format!("bytes {from}-{}/{length}", to - 1))
        }
        Ok(Span::Beyond) => {
            let answer = Answer::empty(StatusCode::RANGE_NOT_SATISFIABLE);
            return Ok(answer.header(CONTENT_RANGE, &format!("bytes */{length}")));
        }
    };
    let name = encoded(&attachment.name);
    Ok(answer
        .header(ACCEPT_RANGES, "bytes")
        .header(CONTENT_DISPOSITION, &format!("attachment; filename*=UTF-8''{name}"))
        .header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
}

/// What of a file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    Whole,
    /// The first byte, and the one after the last.
    Part(u64, u64),
    Beyond,
}

/// Reads a `Range` header (RFC 9110, 14.2). Several ranges at once are answered with the whole, as is allowed.
fn range(text: &str, length: u64) -> Result<Span, ()> {
    let spans = text.trim().strip_prefix("bytes=").ok_or(())?;
    if spans.contains(',') {
        return Ok(Span::Whole);
    }
    let (from, to) = spans.split_once('-').ok_or(())?;
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| ());
    Ok(match (from.trim(), to.trim()) {
        ("", last) => match number(last)?.min(length) {
            0 => Span::Beyond,
            last => Span::Part(length - last, length),
        },
        (from, to) => {
            let from = number(from)?;
            let to = if to.is_empty() { length } else { number(to)?.saturating_add(1) };
            match () {
                () if to <= from && from < length => return Err(()),
                () if from >= length => Span::Beyond,
                () => Span::Part(from, to.min(length)),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_http_writes_them() {
        for (text, expected) in [
            ("bytes=0-9", Ok(Span::Part(0, 10))),
            ("bytes=5-", Ok(Span::Part(5, 100))),
            ("bytes=-10", Ok(Span::Part(90, 100))),
            ("bytes=-1000", Ok(Span::Part(0, 100))),
            ("bytes=90-1000", Ok(Span::Part(90, 100))),
            ("bytes=0-1,5-6", Ok(Span::Whole)),
            ("bytes=100-", Ok(Span::Beyond)),
            ("bytes=-0", Ok(Span::Beyond)),
            ("bytes=9-5", Err(())),
            ("bytes=a-b", Err(())),
            ("bytes=", Err(())),
            ("lines=0-1", Err(())),
        ] {
            assert_eq!(range(text, 100), expected, "{text}");
        }
        assert_eq!(range("bytes=0-", 0), Ok(Span::Beyond));
        assert_eq!(range("bytes=0-18446744073709551615", 5), Ok(Span::Part(0, 5)));
    }
}
