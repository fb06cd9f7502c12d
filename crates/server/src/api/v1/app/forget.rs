//! `DELETE /api/v1/app/installs/{client_key}`: forgets a site that has removed the app, with its connection.

use std::sync::Arc;

use axum::extract::State;
use bowline_auth::app::Forgotten;
use bowline_connect::installation::ClientKey;
use http::StatusCode;

use crate::app::App;
use crate::extract::Name;
use crate::problem::Problem;

pub(super) async fn handle(State(app): State<Arc<App>>, Name(name): Name) -> Result<StatusCode, Problem> {
    let unknown = || Problem::not_found("site");
    let key = ClientKey::parse(&name).ok_or_else(unknown)?;
    let forgotten = app.ports.sites.forget(&key).await.map_err(|error| {
        tracing::error!(%error, "a site cannot be forgotten");
        Problem::unavailable("The site cannot be forgotten now; the log says why.", 5)
    })?;
    match forgotten {
        Forgotten::Done => Ok(StatusCode::NO_CONTENT),
        Forgotten::Unknown => Err(unknown()),
        Forgotten::Installed => {
            Err(Problem::conflict("The site has the app; its administrator has to remove it first."))
        }
        Forgotten::Used => {
            Err(Problem::conflict("A profile uses the site's connection; delete the profile first."))
        }
        Forgotten::Changed => Err(Problem::conflict("The site was changed meanwhile; look again.")),
    }
}
