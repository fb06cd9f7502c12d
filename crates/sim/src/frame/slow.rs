//! A body that trickles.

use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::{StreamExt, stream};

/// The same body, so many bytes at a time, with a pause before each piece. No more of it is kept than one piece of the
/// original.
pub(crate) fn down(body: Body, bytes: usize, pause: Duration) -> Body {
    let start = (body.into_data_stream(), Bytes::new());
    Body::from_stream(stream::unfold(start, move |(mut rest, mut here)| async move {
        while here.is_empty() {
            match rest.next().await? {
                Ok(more) => here = more,
                Err(error) => return Some((Err(error), (rest, here))),
            }
        }
        tokio::time::sleep(pause).await;
        let piece = here.split_to(bytes.min(here.len()));
        Some((Ok(piece), (rest, here)))
    }))
}
