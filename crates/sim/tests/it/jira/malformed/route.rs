//! The routes of a face, as the simulator tells of them, with ids that there are.

use http::Method;
use serde_json::Value;

use super::super::World;

/// Reads no body, so that nothing in one can be wrong.
const BODILESS: &[&str] = &[
    "/votes",
    "/favourite",
    "}/archive",
    "}/restore",
    "}/trash",
    "}/delete",
    "/cancel",
    "/createdraft",
    "/unmap-all",
    "/reindex",
    "/user/application",
    "/move/{",
    "/addToDefault/{",
    "/mergeto/{",
    "/updateShowWhenEmptyIndicator/{",
];

/// Reads other bodies than JSON.
const OTHER_MEDIA: &[&str] = &[
    "/columns",
    "/attachments",
    "/avatar",
    "/universal_avatar",
    "/mypreferences",
    "/issue/archive",
    "/attribute/",
    "/refined-velocity",
    "/login.jsp",
];

/// A route as the simulator tells of it, with ids that there are.
pub(super) struct Route {
    pub(super) method: Method,
    pub(super) template: String,
    /// Reads JSON from the body.
    pub(super) reads_json: bool,
}

impl Route {
    /// The path of something that there is.
    pub(super) fn known(&self) -> String {
        self.path(|name| known(&self.template, name))
    }

    /// The path with something in place of each parameter.
    pub(super) fn path<'a>(&'a self, value: impl Fn(&'a str) -> &'a str) -> String {
        let segments = self.template.split('/').map(|segment| {
            match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) => value(name),
                None => segment,
            }
        });
        segments.collect::<Vec<_>>().join("/")
    }

    /// Whether it reads other bodies than JSON.
    pub(super) fn reads_others(&self) -> bool {
        OTHER_MEDIA.iter().any(|part| self.template.contains(part))
    }
}

/// An id that there is, for a parameter of a route.
fn known(template: &str, name: &str) -> &'static str {
    let under = |part: &str| template.contains(part);
    match name {
        "issue" => "ACME-1",
        "project" => "ACME",
        "epic" => "ACME-81",
        "board" | "sprint" | "screen" => "1",
        "kind" if under("avatar") => "project",
        "field" => "customfield_10012",
        "id" if under("/field/") => "customfield_10012",
        "id" if under("/workflowscheme/") => "10100",
        "id" if under("/permissionscheme/") => "0",
        "id" if under("webhook") => "1",
        "id" if under("/priority/") => "3",
        _ => "10000",
    }
}

/// Where OAuth's providers are: pages, forms and refusals of their own, which have tests of their own.
const PROVIDERS: &[&str] = &["/rest/oauth2/", "/plugins/servlet/"];

/// Every route of the API, once: not those that are the same under another name.
pub(super) async fn routes(world: &World) -> Vec<Route> {
    let served = world.control.get("/_sim/served").await.expect(200);
    let of = |one: &Value| {
        let template = one["path"].as_str().unwrap().to_owned();
        let method: Method = one["method"].as_str().unwrap().parse().unwrap();
        let takes = method == Method::POST || method == Method::PUT;
        let end = |list: &[&str]| list.iter().any(|part| template.contains(part));
        let reads_json = takes && !end(BODILESS) && !end(OTHER_MEDIA);
        Route { method, template, reads_json }
    };
    let all: Vec<Route> = served["served"].as_array().unwrap().iter().map(of).collect();
    // The same under another name.
    let newest = all.iter().any(|route| route.template.starts_with("/rest/api/3/"));
    let again = |route: &Route| {
        route.template.contains("/latest/") || newest && route.template.starts_with("/rest/api/2/")
    };
    let provides = |route: &Route| PROVIDERS.iter().any(|prefix| route.template.starts_with(prefix));
    all.into_iter().filter(|route| !again(route) && !provides(route)).collect()
}
