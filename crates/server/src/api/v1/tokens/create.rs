//! `POST /api/v1/tokens`: makes a token. The answer is the only place where it is ever shown.

use std::collections::BTreeSet;
use std::num::NonZeroU16;
use std::sync::Arc;

use axum::extract::State;
use bowline_auth::bearer;
use bowline_core::commit::{ApiToken, Change, DirectoryKind};
use bowline_core::{SignedDuration, TokenId};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::View;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Json;
use crate::problem::Problem;
use crate::scope::Scope;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    name: String,
    scopes: BTreeSet<String>,
    /// Forgotten after so many days; never, if not given.
    days: Option<NonZeroU16>,
}

/// The new token, with its secret.
#[derive(Serialize)]
pub(super) struct Made {
    #[serde(flatten)]
    view: View,
    token: String,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Json(ask): Json<Ask>,
) -> Result<(StatusCode, axum::Json<Made>), Problem> {
    if !(1..=60).contains(&ask.name.chars().count()) {
        return Err(Problem::bad_request("A token's name has 1 to 60 characters."));
    }
    let scopes = granted(&ask.scopes)?;
    let (now, entropy) = (app.ports.clock.now(), app.ports.entropy.as_ref());
    let secret = bearer::draw(entropy);
    let hash = bearer::hash(secret.expose_text()).ok_or_else(Problem::defect)?;
    let life = ask.days.map(|days| SignedDuration::from_hours(24 * i64::from(days.get())));
    let until = life.and_then(|life| now.checked_add(life).ok());
    let token = ApiToken { id: TokenId::new(now, entropy), name: ask.name, scopes, created_at: now };
    let entry = Change::PutDirectory { kind: DirectoryKind::Token, hash, id: token.id.to_string(), until };
    app.write(caller.tenant, vec![Change::AddToken(token.clone()), entry]).await?;
    let made = Made { view: token.into(), token: secret.expose_text().to_owned() };
    Ok((StatusCode::CREATED, axum::Json(made)))
}

fn granted(words: &BTreeSet<String>) -> Result<Vec<String>, Problem> {
    let grantable = || Scope::ALL.into_iter().filter(|scope| scope.is_grantable());
    let known = |word: &String| grantable().any(|scope| scope.word() == word);
    if words.is_empty() || !words.iter().all(known) {
        let words: Vec<&str> = grantable().map(Scope::word).collect();
        let detail = "A token has one or more scopes out of those in `grantable`.";
        return Err(Problem::bad_request(detail).with("grantable", words));
    }
    Ok(words.iter().cloned().collect())
}
