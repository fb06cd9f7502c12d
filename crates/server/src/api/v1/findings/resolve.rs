//! `POST /api/v1/findings/{finding}/resolve`: a person says that it is dealt with. If it is not, the next look
//! opens it again.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bowline_core::commit::Change;

use super::get_finding;
use super::view::View;
use crate::app::App;
use crate::caller::Caller;
use crate::extract::Name;
use crate::problem::Problem;

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
) -> Result<Json<View>, Problem> {
    let (finding, _) = get_finding(&app, &caller, &name).await?;
    app.write(caller.tenant, vec![Change::SettleFinding(finding.id)]).await?;
    Ok(Json(get_finding(&app, &caller, &name).await?.0.into()))
}
