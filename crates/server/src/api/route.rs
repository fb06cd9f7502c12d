//! One line of the route table: method, path, scope, handler.

use std::sync::Arc;

use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;

use crate::app::App;
use crate::scope::Scope;

/// One endpoint.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) scope: Scope,
    pub(crate) handler: MethodRouter<Arc<App>>,
}

macro_rules! methods {
    ($($name:ident $method:ident;)*) => {
        $(
            pub(crate) fn $name<H, T>(path: &'static str, scope: Scope, handler: H) -> Route
            where
                H: Handler<T, Arc<App>>,
                T: 'static,
            {
                Route { method: Method::$method, path, scope, handler: on(MethodFilter::$method, handler) }
            }
        )*
    };
}

methods! {
    get GET;
    post POST;
    put PUT;
    patch PATCH;
    delete DELETE;
}
