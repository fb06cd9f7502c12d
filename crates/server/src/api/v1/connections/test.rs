//! `POST /api/v1/connections/{connection}/test`: asks the tool who we are, and remembers what it says.
//!
//! A refusal is a result, not an error: the answer is 200 and says what is wrong and what to do. What the account is not
//! allowed, though it is known, stands beside.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::Code;
use bowline_core::attribution::Layer;
use bowline_core::commit::Change;
use bowline_core::connection::{Health, Identity};
use bowline_core::failure::{Act, Failure};
use bowline_core::work::Lane;
use serde::Serialize;

use super::acting::{self, Lack};
use super::{named, scoped, seen_to, sweep};
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
    /// What the account may not do, and profiles want.
    #[serde(skip_serializing_if = "Option::is_none")]
    lacks: Option<Lack>,
}

#[derive(Serialize)]
struct Trouble {
    code: Code,
    /// Which layer of the way in is to blame, if one is: `transport`, `gateway` or `application`.
    layer: Option<Layer>,
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
    let mut connection = named(&app, &caller, &name).await?;
    let (id, revision) = (connection.id, connection.revision);
    let base_url = connection.base_url.clone();
    let health = |health, identity| Change::Health { connection: id, revision, health, identity };
    let (mut changes, verdict) = match scoped::probe(&app, &mut connection).await {
        Ok(identity) => {
            let mut changes: Vec<Change> = seen_to(&connection).into_iter().collect();
            if connection.base_url == base_url {
                changes.push(health(Health::Ok, Some(identity.clone())));
            } else {
                connection.health = Health::Ok;
                connection.identity = Some(identity.clone());
                changes.push(Change::PutConnection(Box::new(connection.clone())));
                // As it will be once it is stored, so that it is asked where it is now.
                connection.revision += 1;
            }
            let lacks = acting::lack(&app, &connection).await?;
            (changes, Verdict { ok: true, identity: Some(identity), trouble: None, lacks })
        }
        Err(failure) => {
            let needs = Health::NeedsAttention { code: failure.code.clone() };
            let changes = if failure.act == Act::Wait { vec![health(needs, None)] } else { Vec::new() };
            let trouble = Some(trouble(failure, caller.may(Scope::ErrorsRead)));
            (changes, Verdict { ok: false, identity: None, trouble, lacks: None })
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
    let layer = Layer::of(&failure.code);
    Trouble { layer, title: failure.code.title().to_owned(), remedy, words, code: failure.code }
}
