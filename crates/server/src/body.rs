//! Reading a request's body: never more than allowed, never for longer than allowed, and never so many at once
//! that memory runs out.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, StatusCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use bowline_core::code;

use crate::problem::Problem;

/// Bytes in one unit of [`Room`].
const UNIT: usize = 1024;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is larger than allowed.
    TooLarge,
    /// It did not arrive in time.
    TooSlow,
    /// The sender went away in the middle of it.
    Broken,
    /// All the memory set aside for bodies is in use.
    NoRoom,
}

/// Memory that bodies may take together.
#[derive(Debug)]
pub(crate) struct Room(Arc<Semaphore>);

impl Room {
    /// Room for so many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes.div_ceil(UNIT).min(Semaphore::MAX_PERMITS))))
    }

    fn take(&self, units: usize) -> Result<OwnedSemaphorePermit, Unread> {
        let units = u32::try_from(units).map_err(|_| Unread::NoRoom)?;
        Arc::clone(&self.0).try_acquire_many_owned(units).map_err(|_| Unread::NoRoom)
    }
}

/// A body, and the room it takes for as long as it lives.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) bytes: Bytes,
    _rooms: Vec<OwnedSemaphorePermit>,
}

/// How a body is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits<'a> {
    /// At most so many bytes.
    pub(crate) size: usize,
    /// All of it within so long.
    pub(crate) within: Duration,
    /// Out of each of these rooms.
    pub(crate) rooms: &'a [&'a Room],
}

/// So much of a body that is too large is read and thrown away, for so long: a sender that is cut off in the middle
/// may never see the answer that says why.
const DRAINED: usize = 64 << 20;
const DRAINED_WITHIN: Duration = Duration::from_secs(2);

/// Reads a body whole.
pub(crate) async fn read(headers: &HeaderMap, body: Body, limits: Limits<'_>) -> Result<Held, Unread> {
    let mut chunks = body.into_data_stream();
    let read = whole(headers, &mut chunks, limits).await;
    if matches!(read, Err(Unread::TooLarge)) {
        let _ = tokio::time::timeout(DRAINED_WITHIN, drain(&mut chunks)).await;
    }
    read
}

async fn drain(chunks: &mut BodyDataStream) {
    let mut left = DRAINED;
    while let Ok(Some(chunk)) = chunks.try_next().await {
        match left.checked_sub(chunk.len()) {
            Some(less) => left = less,
            None => return,
        }
    }
}

async fn whole(headers: &HeaderMap, chunks: &mut BodyDataStream, limits: Limits<'_>) -> Result<Held, Unread> {
    // What is announced to be too large is not kept.
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limits.size as u64) {
        return Err(Unread::TooLarge);
    }
    tokio::time::timeout(limits.within, collect(chunks, limits)).await.unwrap_or(Err(Unread::TooSlow))
}

async fn collect(chunks: &mut BodyDataStream, limits: Limits<'_>) -> Result<Held, Unread> {
    let mut bytes = BytesMut::new();
    let mut taken: Vec<OwnedSemaphorePermit> =
        limits.rooms.iter().map(|room| room.take(0)).collect::<Result<_, _>>()?;
    while let Some(chunk) = chunks.try_next().await.map_err(|_| Unread::Broken)? {
        let size = bytes.len() + chunk.len();
        if size > limits.size {
            return Err(Unread::TooLarge);
        }
        for (room, taken) in limits.rooms.iter().zip(&mut taken) {
            taken.merge(room.take(size.div_ceil(UNIT).saturating_sub(taken.num_permits()))?);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Held { bytes: bytes.freeze(), _rooms: taken })
}

impl From<Unread> for Problem {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, code::API_TOO_LARGE, "The body is above the limit.")
            }
            Unread::TooSlow => {
                let detail = "The body did not arrive in time.";
                Self::new(StatusCode::REQUEST_TIMEOUT, code::API_BAD_REQUEST, detail)
            }
            Unread::Broken => Self::bad_request("The body broke off."),
            Unread::NoRoom => Self::unavailable("Too many bodies are being read at once.", 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn limits<'a>(size: usize, rooms: &'a [&'a Room]) -> Limits<'a> {
        Limits { size, within: Duration::from_secs(1), rooms }
    }

    fn chunks(sizes: &[usize]) -> Body {
        let chunks: Vec<Result<Bytes, std::io::Error>> =
            sizes.iter().map(|size| Ok(Bytes::from(vec![b'x'; *size]))).collect();
        Body::from_stream(stream::iter(chunks))
    }

    #[tokio::test]
    async fn a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_not() {
        let room = Room::new(1 << 20);
        let none = HeaderMap::new();
        let rooms = [&room];
        let read_sizes = |sizes: &[usize]| read(&none, chunks(sizes), limits(5_000, &rooms));
        assert_eq!(read_sizes(&[2_000, 3_000]).await.unwrap().bytes.len(), 5_000);
        assert_eq!(read_sizes(&[2_000, 3_001]).await.unwrap_err(), Unread::TooLarge);
    }

    #[tokio::test(start_paused = true)]
    async fn an_announced_size_above_the_limit_is_refused_though_it_never_comes() {
        let room = Room::new(1 << 20);
        let headers = HeaderMap::from_iter([(CONTENT_LENGTH, "5001".parse().unwrap())]);
        let never = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        assert_eq!(read(&headers, never, limits(5_000, &[&room])).await.unwrap_err(), Unread::TooLarge);
    }

    #[tokio::test]
    async fn bodies_share_the_room_and_give_it_back() {
        let (room, wide) = (Room::new(4 * UNIT), Room::new(1 << 20));
        let none = HeaderMap::new();
        for rooms in [&[&room][..], &[&room, &wide], &[&wide, &room]] {
            let held = read(&none, chunks(&[100, 2 * UNIT]), limits(1 << 20, rooms)).await.unwrap();
            let more = || read(&none, chunks(&[2 * UNIT]), limits(1 << 20, rooms));
            assert_eq!(more().await.unwrap_err(), Unread::NoRoom);
            drop(held);
            assert!(more().await.is_ok());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_given_up() {
        let room = Room::new(1 << 20);
        let never = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        assert_eq!(read(&HeaderMap::new(), never, limits(10, &[&room])).await.unwrap_err(), Unread::TooSlow);
    }
}
