//! What the scopes of a descriptor allow.
//!
//! Which scope an operation of Jira asks for stands in Atlassian's OpenAPI documents (`x-atlassian-connect-scope`);
//! Confluence's operations go by their method here. A higher scope has the lower ones in it: `WRITE` has `READ`,
//! `DELETE` has `WRITE`, the administrators' scopes have `DELETE`, and `ADMIN` has those of projects and spaces.

use super::Product;
use crate::atlassian::scope;

/// Every scope that a descriptor may name ("App descriptor", developer.atlassian.com).
pub(crate) const ALL: [&str; 9] = [
    "NONE",
    "READ",
    "WRITE",
    "DELETE",
    "PROJECT_ADMIN",
    "SPACE_ADMIN",
    "ADMIN",
    "ACT_AS_USER",
    "ACCESS_EMAIL_ADDRESSES",
];

/// Whether these scopes have this one in them.
pub(crate) fn has(granted: &[String], wanted: &str) -> bool {
    granted.iter().any(|own| own == wanted || implied(own).contains(&wanted))
}

fn implied(scope: &str) -> &'static [&'static str] {
    match scope {
        "WRITE" => &["READ"],
        "DELETE" => &["WRITE", "READ"],
        "PROJECT_ADMIN" | "SPACE_ADMIN" => &["DELETE", "WRITE", "READ"],
        "ADMIN" => &["PROJECT_ADMIN", "SPACE_ADMIN", "DELETE", "WRITE", "READ"],
        _ => &[],
    }
}

/// Whether these scopes are enough for a request; `path` is below the product's base URL. What no document describes is
/// closed.
pub(crate) fn allow(granted: &[String], product: Product, method: &str, path: &str) -> bool {
    // An app's own properties and its own entry ask for none.
    if path.starts_with("/rest/atlassian-connect/1/addons/") {
        return true;
    }
    let wanted = match (product, method) {
        (Product::Jira, _) => scope::connect(method, path),
        (Product::Confluence, "GET" | "HEAD") => Some("READ"),
        (Product::Confluence, "DELETE") => Some("DELETE"),
        (Product::Confluence, _) => Some("WRITE"),
    };
    match wanted {
        None | Some("INACCESSIBLE") => false,
        Some("NONE") => true,
        Some(wanted) => has(granted, wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(scope: &str, method: &str, path: &str) -> bool {
        allow(&[scope.to_owned()], Product::Jira, method, path)
    }

    #[test]
    fn operations_ask_for_what_the_documents_say() {
        let issue = "/rest/api/3/issue/ACME-1";
        for (scope, read, write, delete) in [
            ("READ", true, false, false),
            ("WRITE", true, true, false),
            ("DELETE", true, true, true),
            ("ADMIN", true, true, true),
            ("ACT_AS_USER", false, false, false),
        ] {
            let found = ["GET", "PUT", "DELETE"].map(|method| allows(scope, method, issue));
            assert_eq!(found, [read, write, delete], "{scope}");
        }
        assert!(allows("ADMIN", "POST", "/rest/api/2/field"), "administration is for administrators");
        assert!(!allows("PROJECT_ADMIN", "POST", "/rest/api/2/field"));
        assert!(allows("READ", "GET", "/rest/agile/1.0/board"));
    }

    #[test]
    fn what_apps_cannot_reach_is_closed_to_all() {
        for path in ["/rest/webhooks/1.0/webhook", "/rest/api/3/nothing", "/_sim/state"] {
            assert!(!allows("ADMIN", "GET", path), "{path}");
        }
        assert!(allows("READ", "PUT", "/rest/atlassian-connect/1/addons/x/properties/y"));
    }
}
