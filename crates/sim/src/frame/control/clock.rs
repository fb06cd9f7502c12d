//! `/_sim/clock`: looked at, moved, set, stopped, sped up, and real again.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use bytes::Bytes;
use jiff::{SpanRelativeTo, Timestamp, Unit};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Here, Outcome, body, wrong};
use crate::frame::answer::Answer;
use crate::frame::clock::{Clock, FASTEST};
use crate::frame::world::{House, World};

pub(super) fn router<W: World>() -> Router<Arc<House<W>>> {
    Router::new().route("/_sim/clock", get(look::<W>).post(change::<W>))
}

/// What the clock shows, and how it runs.
pub(crate) fn show(clock: &Clock) -> Value {
    let now = clock.now();
    let time = Timestamp::from_millisecond(now).map(|at| format!("{at:.3}")).ok();
    json!({"now": now, "time": time, "frozen": clock.is_frozen(), "speed": clock.speed()})
}

async fn look<W: World>(State(house): Here<W>) -> Answer {
    Answer::ok(&show(&house.frame.clock))
}

/// One change.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Change {
    AdvanceMs(i64),
    /// A period in words, such as `1d 2h`; a day has 24 hours.
    Advance(String),
    Freeze(bool),
    Set(Instant),
    Speed(f64),
    Reset(bool),
}

/// Milliseconds since 1970, or a text as in RFC 3339.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Instant {
    Number(i64),
    Text(String),
}

async fn change<W: World>(State(house): Here<W>, bytes: Bytes) -> Outcome {
    let clock = &house.frame.clock;
    apply(clock, body(&bytes)?).map_err(|why| wrong(StatusCode::BAD_REQUEST, why))?;
    house.catch_up();
    Ok(Answer::ok(&show(clock)))
}

/// Changes the clock, or says what is wrong with the wish.
pub(crate) fn apply(clock: &Clock, change: Change) -> Result<(), String> {
    match change {
        Change::AdvanceMs(ms) => clock.advance(ms),
        Change::Advance(period) => clock.advance(milliseconds(&period)?),
        Change::Freeze(frozen) => clock.freeze(frozen),
        Change::Set(Instant::Number(at)) => clock.set(at),
        Change::Set(Instant::Text(text)) => {
            let at: Timestamp = text.parse().map_err(|error| format!("'{text}' is no instant: {error}"))?;
            clock.set(at.as_millisecond());
        }
        Change::Speed(speed) if (0.0..=FASTEST).contains(&speed) => clock.run(speed),
        Change::Speed(_) => return Err(format!("a speed is a number from 0 to {FASTEST}")),
        Change::Reset(true) => clock.reset(),
        Change::Reset(false) => return Err("reset is true or not there".to_owned()),
    }
    Ok(())
}

fn milliseconds(period: &str) -> Result<i64, String> {
    let wrong = |error: jiff::Error| format!("'{period}' is no period such as '1d 2h': {error}");
    let span: jiff::Span = period.parse().map_err(wrong)?;
    let ms = span.total((Unit::Millisecond, SpanRelativeTo::days_are_24_hours())).map_err(wrong)?;
    Ok(ms as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_in_words() {
        assert_eq!(milliseconds("1d 2h"), Ok(93_600_000));
        assert_eq!(milliseconds("90 minutes"), Ok(5_400_000));
        assert_eq!(milliseconds("-30s"), Ok(-30_000));
        assert_eq!(milliseconds("1w"), Ok(604_800_000));
        assert!(milliseconds("soon").is_err() && milliseconds("1 month").is_err());
    }
}
