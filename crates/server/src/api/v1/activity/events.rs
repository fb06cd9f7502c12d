//! `GET /api/v1/events`: activity as it happens, as server-sent events: one `activity` for each line, and `status`
//! whenever the figures move. `Last-Event-ID` goes on where a stream broke off; `gap` says that lines are missing.
//! A token is asked for again at every look: who revokes it means now.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use axum::response::sse::Event;
use bowline_core::port::StoreError;
use bowline_core::{EventId, TenantId};
use http::{HeaderMap, HeaderValue};

use super::line::Line;
use super::tail::Tail;
use crate::api::v1::status::{self, Figures};
use crate::app::App;
use crate::caller::{self, Caller};
use crate::problem::Problem;
use crate::pulse::Pulse;
use crate::scope::Scope;
use crate::stream::{Teller, tell};

/// What a stream needs for as long as it is open.
pub(super) const SCOPE: Scope = Scope::SyncRead;

/// One open stream.
struct Telling {
    app: Arc<App>,
    headers: HeaderMap,
    tenant: TenantId,
    work: bool,
    tail: Tail,
    figures: Option<Figures>,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let pulse = Pulse::new(&app)?;
    let tail = match headers.get("last-event-id") {
        Some(id) => Tail::after(last_seen(id)?),
        None => Tail::from_now(app.ports.console.as_ref(), caller.tenant).await?,
    };
    let work = caller.may(Scope::SystemRead);
    tell(pulse, Telling { app, headers, tenant: caller.tenant, work, tail, figures: None }).await
}

fn last_seen(id: &HeaderValue) -> Result<EventId, Problem> {
    let id = id.to_str().ok().and_then(|id| id.parse().ok());
    id.ok_or_else(|| Problem::bad_request("`Last-Event-ID` is not the id of an event of this stream."))
}

impl Teller for Telling {
    async fn may_go_on(&self) -> bool {
        let caller = caller::admit(&self.app, SCOPE, &self.headers).await;
        caller.is_ok_and(|caller| caller.is_some_and(|caller| caller.tenant == self.tenant))
    }

    async fn look(&mut self) -> Result<Vec<Event>, StoreError> {
        let console = self.app.ports.console.as_ref();
        let news = self.tail.news(console, self.tenant).await?;
        let mut events = Vec::new();
        if news.gap {
            events.push(Event::default().event("gap").data("{}"));
        }
        for line in news.lines {
            let id = line.id.to_string();
            events.extend(Event::default().event("activity").id(id).json_data(Line::from(line)).ok());
        }
        let figures = status::read(&self.app, self.tenant, self.work).await?;
        if self.figures.as_ref() != Some(&figures) {
            events.extend(Event::default().event("status").json_data(&figures).ok());
            self.figures = Some(figures);
        }
        Ok(events)
    }
}
