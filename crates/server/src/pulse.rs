//! The pulse of an event stream: when it is worth looking at the database again, and when to stop.
//!
//! A look is worth it when something changed, at most every quarter of a second, and once in a while anyway,
//! because a signal may be lost. A stream ends after a quarter of an hour: whoever is still allowed to watch
//! connects again by itself, and whoever is not any more is not for long.

use std::pin::Pin;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Sleep, sleep, timeout};

use crate::app::App;
use crate::problem::Problem;

/// How long a stream lasts.
const LIFE: Duration = Duration::from_secs(15 * 60);

/// When to look.
pub(crate) struct Pulse {
    changes: watch::Receiver<u64>,
    closing: watch::Receiver<bool>,
    end: Pin<Box<Sleep>>,
    pause: Duration,
    beat: Duration,
    /// Nobody will signal a change any more; from then on only time tells.
    deaf: bool,
    _place: OwnedSemaphorePermit,
}

impl Pulse {
    /// A pulse, as long as there is room for another stream.
    pub(crate) fn new(app: &App) -> Result<Self, Problem> {
        let place = std::sync::Arc::clone(&app.streams).try_acquire_owned();
        let place = place.map_err(|_| Problem::unavailable("Too many streams are open.", 5))?;
        Ok(Self {
            changes: app.ports.changes.clone(),
            closing: app.closing(),
            end: Box::pin(sleep(LIFE)),
            pause: app.options.stream_pause,
            beat: app.options.stream_beat,
            deaf: false,
            _place: place,
        })
    }

    /// Returns once a look is worth it; `false` once the stream is to end.
    pub(crate) async fn next(&mut self) -> bool {
        let Self { changes, closing, end, pause, beat, deaf, .. } = self;
        let quiet = async {
            sleep(*pause).await;
            if *deaf {
                sleep(*beat).await;
            } else if let Ok(Err(_)) = timeout(*beat, changes.changed()).await {
                *deaf = true;
            }
        };
        tokio::select! {
            _ = closing.wait_for(|closing| *closing) => false,
            () = end => false,
            () = quiet => true,
        }
    }
}
