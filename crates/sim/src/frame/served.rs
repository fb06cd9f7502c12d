//! What of a product is served: its routes, as the router has them. Shown by `GET /_sim/served`, for programs that try
//! each of them.

use axum::routing::MethodFilter;
use serde::Serialize;

use crate::frame::locked::Locked;

/// One route.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Entry {
    /// Below the context path; parameters in braces.
    path: String,
    /// In capitals.
    method: &'static str,
    /// `reads`, `writes` or `uploads`.
    does: &'static str,
}

/// All routes.
#[derive(Debug, Default)]
pub(crate) struct Served(Locked<Vec<Entry>>);

impl Served {
    /// Notes a route.
    pub(crate) fn note(&self, method: MethodFilter, path: String, does: &'static str) {
        self.0.lock().push(Entry { path, method: name(method), does });
    }

    /// Every route, by path and method.
    pub(crate) fn list(&self) -> Vec<Entry> {
        let mut all = self.0.lock().clone();
        all.sort_unstable();
        all
    }
}

/// A route has one method.
fn name(method: MethodFilter) -> &'static str {
    let names = [
        (MethodFilter::GET, "GET"),
        (MethodFilter::POST, "POST"),
        (MethodFilter::PUT, "PUT"),
        (MethodFilter::DELETE, "DELETE"),
        (MethodFilter::PATCH, "PATCH"),
    ];
    names.into_iter().find(|(own, _)| *own == method).map_or("OTHER", |(_, name)| name)
}
