//! The API: one file for each endpoint, `v1/<noun>/<verb>.rs`, and one table of all of them.
//!
//! A route cannot be made without the scope it needs ([`route`]), and no handler runs before `caller::gate` has
//! seen a token that has it. The API reference (`openapi.json`) is compared with this table by a test.

pub(crate) mod route;
pub(crate) mod v1;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use serde::Serialize;

use crate::app::App;
use crate::caller;

pub use v1::is_tenant_name;

/// One endpoint of the API.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RouteInfo {
    /// Its path, with names in braces for the parts that vary.
    pub path: &'static str,
    /// Its method.
    pub method: String,
    /// The scope that a token needs.
    pub scope: &'static str,
}

/// Every endpoint of the API, by path.
pub fn routes() -> Vec<RouteInfo> {
    let mut all: Vec<RouteInfo> = v1::routes()
        .into_iter()
        .map(|route| RouteInfo {
            path: route.path,
            method: route.method.to_string(),
            scope: route.scope.word(),
        })
        .collect();
    all.sort();
    all
}

/// The API behind its gate.
pub(crate) fn router(app: &Arc<App>) -> Router<Arc<App>> {
    v1::routes().into_iter().fold(Router::new(), |router, route| {
        let gate = from_fn_with_state((Arc::clone(app), route.scope), caller::gate);
        router.route(route.path, route.handler.route_layer(gate))
    })
}
