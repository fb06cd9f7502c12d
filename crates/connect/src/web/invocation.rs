//! The extractor for requests of Forge.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;

use crate::forge::{InvocationTokens, Invoked, Unverified};

/// A request that Forge sent for this app, and what came with it. A route that takes it answers within 5 seconds where it is
/// for events: Forge repeats what it got no 2xx for, so keep first, answer, then work.
#[derive(Clone, Debug)]
pub struct Invocation(pub Invoked);

/// It is not known that Forge sent it: 401 without a word, or 503 if nobody can know. The reason is for logs.
#[derive(Debug)]
pub struct NotInvoked(pub Unverified);

impl IntoResponse for NotInvoked {
    fn into_response(self) -> Response {
        match self.0 {
            Unverified::Refused(_) => StatusCode::UNAUTHORIZED.into_response(),
            Unverified::Away(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    }
}

impl<S> FromRequestParts<S> for Invocation
where
    Arc<InvocationTokens>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = NotInvoked;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, NotInvoked> {
        let tokens: Arc<InvocationTokens> = Arc::from_ref(state);
        tokens.verify(&parts.headers).await.map(Self).map_err(NotInvoked)
    }
}
