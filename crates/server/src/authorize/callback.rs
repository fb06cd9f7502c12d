//! `GET /authorize/callback`: what the provider sends the browser back with; `GET /authorize/result`: what came of it.
//!
//! The answer to the callback is a redirect to a clean address, so that neither code nor state stays in the history or
//! travels on in a `Referer`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bowline_auth::life::{Finished, NoConsent, Returned};
use http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::browser;
use super::page::{self, Page, answer};
use crate::app::App;
use crate::extract::Query;
use crate::problem::Problem;

pub(super) async fn take(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Response {
    let Some(browser) = browser::hash(&headers) else {
        let (status, page) = page::failed(&NoConsent::Unknown);
        return answer(&app, status, &page);
    };
    let finished = app.ports.life.finish(&returned, browser).await;
    ended(&app, browser, finished)
}

/// Keeps the page for the browser and sends it there. A sign-in that is not known is answered at once: a second answer
/// of a provider must not cover what the first came to.
pub(super) fn ended(app: &App, browser: [u8; 32], finished: Result<Finished, NoConsent>) -> Response {
    let now = app.ports.clock.now();
    let page = match finished {
        Ok(finished) => page::finished(finished),
        Err(error) => {
            let (status, page) = page::failed(&error);
            if matches!(error, NoConsent::Unknown) {
                return answer(app, status, &page);
            }
            page
        }
    };
    app.ends.put(browser, page, now);
    let mut response = StatusCode::SEE_OTHER.into_response();
    for (name, value) in
        [(LOCATION, "/authorize/result"), (CACHE_CONTROL, "no-store"), (REFERRER_POLICY, "no-referrer")]
    {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

pub(super) async fn show(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    let found = browser::hash(&headers).and_then(|browser| app.ends.find(browser, app.ports.clock.now()));
    let page = found.unwrap_or_else(|| Page::Failed {
        title: "Nothing to show".to_owned(),
        why: "This browser has not signed in here in the last minutes.".to_owned(),
        next: "Open the link that you were given.".to_owned(),
    });
    let status = if matches!(page, Page::Failed { .. }) { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok(answer(&app, status, &page))
}
