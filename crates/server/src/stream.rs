//! Server-sent events: looks whenever the pulse says so and tells what came of it, until there is a reason to stop.

use std::convert::Infallible;

use axum::response::sse::Event;
use axum::response::{IntoResponse, Response, Sse};
use bowline_core::port::StoreError;
use futures_util::{StreamExt, stream};

use crate::problem::Problem;
use crate::pulse::Pulse;

/// One open stream: what it tells, and whether its reader may still hear it.
pub(crate) trait Teller: Send + 'static {
    /// What is new since the last look.
    fn look(&mut self) -> impl Future<Output = Result<Vec<Event>, StoreError>> + Send;

    /// Whether the reader may hear more.
    fn may_go_on(&self) -> impl Future<Output = bool> + Send;
}

/// Answers with a stream. The first look is made before the answer, so that its failure is a problem.
pub(crate) async fn tell<T: Teller>(pulse: Pulse, mut teller: T) -> Result<Response, Problem> {
    let first = teller.look().await?;
    let rest = stream::unfold((pulse, teller), |(mut pulse, mut teller)| async move {
        let events = next(&mut pulse, &mut teller).await?;
        Some((stream::iter(events), (pulse, teller)))
    });
    let events = stream::iter(first).chain(rest.flatten()).map(Ok::<_, Infallible>);
    Ok(Sse::new(events).into_response())
}

/// The next events, a comment if there are none; `None` once the stream is to end.
async fn next(pulse: &mut Pulse, teller: &mut impl Teller) -> Option<Vec<Event>> {
    if !pulse.next().await || !teller.may_go_on().await {
        return None;
    }
    match teller.look().await {
        Ok(events) if events.is_empty() => Some(vec![Event::default().comment("beat")]),
        Ok(events) => Some(events),
        Err(error) => {
            // The reader comes again, and goes on where this stream ends.
            tracing::warn!(error = &error as &dyn std::error::Error, "an event stream broke off");
            None
        }
    }
}
