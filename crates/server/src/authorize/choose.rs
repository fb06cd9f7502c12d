//! `POST /authorize/choose`: which of several sites is meant.

use std::sync::Arc;

use axum::extract::{Form, State};
use axum::response::Response;
use bowline_auth::life::NoConsent;
use http::HeaderMap;
use serde::Deserialize;

use super::page::{self, answer};
use super::{browser, callback};
use crate::app::App;

#[derive(Deserialize)]
pub(super) struct Ask {
    token: String,
    site: String,
}

pub(super) async fn take(State(app): State<Arc<App>>, headers: HeaderMap, Form(ask): Form<Ask>) -> Response {
    let Some(browser) = browser::hash(&headers) else {
        let (status, page) = page::failed(&NoConsent::Unknown);
        return answer(&app, status, &page);
    };
    let chosen = app.ports.life.choose(&ask.token, &ask.site, browser).await;
    callback::ended(&app, browser, chosen)
}
