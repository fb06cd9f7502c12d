//! `DELETE /api/v1/tokens/{token}`: a token stops to be valid, at once.

use std::sync::Arc;

use axum::extract::State;
use bowline_core::TokenId;
use bowline_core::commit::Change;
use http::StatusCode;

use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
) -> Result<StatusCode, Problem> {
    let unknown = || Problem::not_found("token");
    let id: TokenId = name.parse().map_err(|_| unknown())?;
    app.ports.registry.token(caller.tenant, id).await?.ok_or_else(unknown)?;
    app.write(caller.tenant, vec![Change::DropToken(id)]).await?;
    Ok(StatusCode::NO_CONTENT)
}
