//! Extractors: who calls.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRef, FromRequestParts, OriginalUri};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;

use super::app::App;
use crate::lifecycle::answer;
use crate::qsh::Incoming;
use crate::token::Class;
use crate::verify::{Caller, Unverified};

/// Who calls a page or a webhook, by a token that is bound to this URL.
#[derive(Clone, Debug)]
pub struct UrlBound(pub Caller);

/// Which user's page calls, by a token from `AP.context.getToken` in the header.
#[derive(Clone, Debug)]
pub struct Context(pub Caller);

/// Nobody known calls. Every such answer is the same, byte for byte; only when nobody can know is it 503.
#[derive(Debug)]
pub struct Rejection {
    status: StatusCode,
    key: String,
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        answer(self.status, &self.key).map(Body::from)
    }
}

impl<S> FromRequestParts<S> for UrlBound
where
    Arc<App>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        caller(Class::UrlBound, parts, &Arc::from_ref(state)).await.map(Self)
    }
}

impl<S> FromRequestParts<S> for Context
where
    Arc<App>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        caller(Class::Context, parts, &Arc::from_ref(state)).await.map(Self)
    }
}

/// Path and query as they arrived, before a nested router took its prefix off.
pub(super) fn arrived(parts: &Parts) -> String {
    let original = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |OriginalUri(uri)| uri);
    original.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}

async fn caller(class: Class, parts: &Parts, app: &App) -> Result<Caller, Rejection> {
    let reject = |status| Rejection { status, key: app.key.clone() };
    let target = arrived(parts);
    let request =
        Incoming::parse(&parts.method, &target, &app.base).map_err(|_| reject(StatusCode::BAD_REQUEST))?;
    app.host_tokens.verify(class, &parts.headers, &request).await.map_err(|why| {
        if let Some(watcher) = &app.watcher {
            watcher.unverified(target.split('?').next().unwrap_or_default(), &why);
        }
        reject(match why {
            Unverified::Refused(_) => StatusCode::UNAUTHORIZED,
            Unverified::Away(_) | Unverified::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        })
    })
}
