//! `POST /hooks/{connection}/{token}`: taking in what a tool says about itself.
//!
//! The order is the point: who sends is known before the body is read, the body is proved before it is believed,
//! and 204 is answered only once the delivery is durable. What a delivery means is `sync`'s and `tools`' business.

mod door;
mod senders;

use std::future::Future;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use bowline_auth::intake::{self, Proofs};
use bowline_core::connection::Connection;
use bowline_core::event::Delivery;
use bowline_core::work::Lane;
use bowline_core::{code, crash};
use bowline_sync::{IntakeError, Taken};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::app::App;
use crate::body::{self, Limits, Unread};
use crate::forge;
use crate::metrics::Intake;
use crate::problem::Problem;
use crate::stopwatch::Stopwatch;

pub(crate) use senders::Senders;

/// When a sender may come again after being shed, in seconds.
const SHED: u32 = 2;

/// Where Jira puts the id of a delivery, equal over its retries (Atlassian's webhook page).
pub(crate) const DELIVERY: HeaderName = HeaderName::from_static("x-atlassian-webhook-identifier");

/// Longer is no id of a delivery.
const LONGEST_ID: usize = 255;

/// What became of a delivery that was not taken in.
#[derive(Debug)]
enum Turned {
    /// Not authentic, or not for us. All of these are answered alike.
    Away,
    /// Too many at once.
    Shed,
    /// The body could not be read.
    Unread(Unread),
    /// Above the limit; a sweep will find what it was about.
    TooLarge,
    /// The database, or the key that opens secrets.
    Failed(Problem),
}

/// Takes in one delivery.
pub(crate) async fn take(
    State(app): State<Arc<App>>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    let watch = Stopwatch::start();
    crash::point("hooks.accepted");
    let mut source = "unknown";
    let taken = match app.hooks.try_acquire() {
        Ok(_turn) => receive(&app, path.ok(), request, &mut source).await,
        Err(_) => Err(Turned::Shed),
    };
    app.metrics.intake(source, result(&taken), watch.elapsed());
    let response = match taken {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(turned) => Problem::from(turned).into_response(),
    };
    crash::point("hooks.answered");
    response
}

/// Takes in one delivery of a site that has proved itself by a token of the app.
pub(crate) async fn take_of(app: &App, connection: &Connection, request: Request, way: Way) -> Response {
    let watch = Stopwatch::start();
    crash::point("hooks.accepted");
    let taken = match app.hooks.try_acquire() {
        Ok(_turn) => read(app, connection, request.into_parts(), way).await,
        Err(_) => Err(Turned::Shed),
    };
    app.metrics.intake(connection.tool.word(), result(&taken), watch.elapsed());
    let response = match taken {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(turned) => Problem::from(turned).into_response(),
    };
    crash::point("hooks.answered");
    response
}

/// By which way a sender is known.
pub(crate) enum Way {
    /// By the token in its path, and what its connection demands beside.
    Path,
    /// As a site that installed the app, before anything was read.
    App,
    /// The same, as an installation of the Forge app, of this name.
    Forge(String),
}

async fn receive(
    app: &App,
    path: Option<Path<(String, String)>>,
    request: Request,
    source: &mut &'static str,
) -> Result<Taken, Turned> {
    let (parts, body) = request.into_parts();
    let (connection, token) = path.map(|Path(parts)| parts).unwrap_or_default();
    let Some(connection) = in_time(app, door::find(app, &connection, &token)).await? else {
        // The same work as for a known sender whose proof is wrong.
        let _ = intake::verify(None, &Proofs::default(), &parts.headers, &[]);
        return Err(Turned::Away);
    };
    *source = connection.tool.word();
    read(app, &connection, (parts, body), Way::Path).await
}

/// Reads what a known sender brings, proves it as far as it is not, and takes it in.
async fn read(
    app: &App,
    connection: &Connection,
    (parts, body): (Parts, Body),
    way: Way,
) -> Result<Taken, Turned> {
    let sender = app.senders.get(connection.id);
    let Ok(_place) = sender.places.try_acquire() else { return Err(Turned::Shed) };
    let proofs = match &way {
        Way::Path => Some(in_time(app, Proofs::open(connection, &app.ports.secrets)).await?),
        Way::App | Way::Forge(_) => None,
    };
    let rooms = [&sender.room, &app.room];
    let limits = Limits { size: app.options.hook_body, within: app.options.read_within, rooms: &rooms };
    let held = match body::read(&parts.headers, body, limits).await {
        Err(Unread::TooLarge) => return Err(refuse_too_large(app, connection).await),
        read => read.map_err(Turned::Unread)?,
    };
    app.metrics.payload(held.bytes.len());
    if let Some(proofs) = proofs {
        intake::verify(Some(connection), &proofs, &parts.headers, &held.bytes).map_err(|_| Turned::Away)?;
    }
    crash::point("hooks.proved");
    let delivery = match &way {
        // What else its headers hold is secret.
        Way::Forge(installation) => forge::delivery(installation, &held.bytes),
        Way::Path | Way::App => Delivery { headers: with_short_ids(parts.headers), body: held.bytes.clone() },
    };
    crash::point("hooks.commit.before");
    let taken = in_time(app, app.ports.engine.take_in(connection, &delivery)).await?;
    crash::point("hooks.commit.after");
    match taken {
        Taken::Accepted => app.ports.bell.ring(Lane::Live).await,
        Taken::Parked => app.ports.bell.ring(Lane::Sweep).await,
        Taken::Known { echo } => app.metrics.known(echo),
        Taken::Ignored => {}
    }
    Ok(taken)
}

/// A delivery's id is only ever compared, and an index takes none of any length: a hash does as well for one that is
/// longer than any vendor's.
fn with_short_ids(mut headers: HeaderMap) -> HeaderMap {
    if let Some(id) = headers.get_mut(DELIVERY)
        && id.len() > LONGEST_ID
    {
        let hash = intake::delivery_hash(id.as_bytes());
        *id = HeaderValue::try_from(hash).unwrap_or_else(|_| HeaderValue::from_static("too-long"));
    }
    headers
}

/// The sender proved itself by the path, so it may cost a sweep: that finds what the delivery was about.
async fn refuse_too_large(app: &App, connection: &Connection) -> Turned {
    match in_time(app, app.ports.engine.refuse_too_large(connection)).await {
        Ok(()) => {
            app.ports.bell.ring(Lane::Sweep).await;
            Turned::TooLarge
        }
        Err(turned) => turned,
    }
}

/// Waits for the database no longer than a sender should be kept waiting. A commit that was given up may still
/// happen; the sender then comes again, and the second delivery changes nothing.
async fn in_time<T, E>(app: &App, work: impl Future<Output = Result<T, E>>) -> Result<T, Turned>
where
    Problem: From<E>,
{
    match tokio::time::timeout(app.options.store_within, work).await {
        Ok(done) => done.map_err(|error| Turned::Failed(come_again(error.into()))),
        Err(_) => Err(Turned::Failed(Problem::unavailable("The database does not answer.", SHED))),
    }
}

/// Whatever is wrong on our side, the sender has to keep its delivery and bring it again.
fn come_again(mut problem: Problem) -> Problem {
    problem.status = StatusCode::SERVICE_UNAVAILABLE;
    problem.after(SHED)
}

const fn result(taken: &Result<Taken, Turned>) -> Intake {
    match taken {
        Ok(Taken::Accepted | Taken::Known { .. }) => Intake::Accepted,
        Ok(Taken::Ignored) => Intake::Ignored,
        Ok(Taken::Parked) => Intake::Quarantined,
        Err(Turned::Shed | Turned::Unread(Unread::NoRoom)) => Intake::Shed,
        Err(Turned::Failed(_)) => Intake::Failed,
        Err(Turned::Away | Turned::Unread(_) | Turned::TooLarge) => Intake::Rejected,
    }
}

impl From<Turned> for Problem {
    fn from(turned: Turned) -> Self {
        match turned {
            Turned::Away => {
                let detail = "The delivery is not accepted.";
                Self::new(StatusCode::UNAUTHORIZED, code::API_UNAUTHORIZED, detail).alike()
            }
            Turned::Shed => Self::unavailable("Too many deliveries at once.", SHED),
            Turned::Unread(unread) => unread.into(),
            Turned::TooLarge => {
                let detail = "The body is above the limit; what it was about will be found by a sweep.";
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, code::INTAKE_TOO_LARGE, detail)
            }
            Turned::Failed(problem) => problem,
        }
    }
}

impl From<IntakeError> for Problem {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Store(error) => error.into(),
            IntakeError::Seal(error) => error.into(),
        }
    }
}
