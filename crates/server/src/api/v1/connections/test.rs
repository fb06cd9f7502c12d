//! `POST /api/v1/connections/{connection}/test`: asks the tool who we are, and remembers what it says.
//!
//! A refusal is a result, not an error: the answer is 200 and says what is wrong and what to do.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::Code;
use bowline_core::commit::Change;
use bowline_core::connection::{Health, Identity};
use bowline_core::failure::{Act, Failure};
use bowline_core::port::Asker;
use bowline_core::work::Lane;
use serde::Serialize;

use super::{named, seen_to, sweep};
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;
use crate::scope::Scope;

/// What the tool said.
#[derive(Serialize)]
pub(super) struct Verdict {
    ok: bool,
    identity: Option<Identity>,
    #[serde(flatten)]
    trouble: Option<Trouble>,
}

#[derive(Serialize)]
struct Trouble {
    code: Code,
    title: String,
    remedy: Option<&'static str>,
    /// The tool's own words, for callers that may see them.
    words: Option<String>,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
) -> Result<Json<Verdict>, Problem> {
    let connection = named(&app, &caller, &name).await?;
    let (id, revision) = (connection.id, connection.revision);
    let health = |health, identity| Change::Health { connection: id, revision, health, identity };
    let (mut changes, verdict) = match app.ports.tools.catalogue(&connection).probe(Asker::Person).await {
        Ok(identity) => {
            let mut changes = vec![health(Health::Ok, Some(identity.clone()))];
            changes.extend(seen_to(&connection));
            (changes, Verdict { ok: true, identity: Some(identity), trouble: None })
        }
        Err(failure) => {
            let needs = Health::NeedsAttention { code: failure.code.clone() };
            let changes = if failure.act == Act::Wait { vec![health(needs, None)] } else { Vec::new() };
            let trouble = Some(trouble(failure, caller.may(Scope::ErrorsRead)));
            (changes, Verdict { ok: false, identity: None, trouble })
        }
    };
    // Whatever came of it, the sweep deals with it: waiting work goes on, or a finding says why not.
    changes.push(sweep(connection.id, app.ports.clock.now()));
    app.write(caller.tenant, changes).await?;
    app.ports.bell.ring(Lane::Sweep).await;
    Ok(Json(verdict))
}

fn trouble(failure: Failure, with_words: bool) -> Trouble {
    let words = (with_words && !failure.words.is_empty()).then(|| failure.words.expose().to_owned());
    let remedy = failure.code.find().map(|entry| entry.remedy);
    Trouble { title: failure.code.title().to_owned(), remedy, words, code: failure.code }
}
