//! How far a wait reaches: what a vendor that refuses one call wants left alone.
//!
//! Jira Cloud says which of its limits was met in `RateLimit-Reason` and has calls of other kinds go on: "scope the
//! wait" ("Build an app that respects rate limits", developer.atlassian.com, 2026-10-20). Whoever says nothing means
//! everything.

use http::HeaderMap;

/// What is left alone while a wait lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Every call of the account: the bucket of a user, or no word about it.
    #[default]
    Account,
    /// Every call of the app on every site: its quota of an hour.
    App,
    /// Every call of the app on this site: its quota there.
    Site,
    /// Calls of the same operation: a burst limit counts by endpoint and method, over all clients of a site.
    Operation,
    /// Writes to the same subject: an issue takes so many in so many seconds.
    Subject,
}

/// Reads how far a wait reaches. Words that we do not know mean everything.
pub(crate) fn reach(headers: &HeaderMap) -> Reach {
    let reason = headers.get("ratelimit-reason").map(http::HeaderValue::as_bytes).unwrap_or_default();
    match reason.trim_ascii() {
        b"jira-burst-based" => Reach::Operation,
        b"jira-per-issue-on-write" => Reach::Subject,
        b"jira-quota-global-based" => Reach::App,
        b"jira-quota-tenant-based" => Reach::Site,
        _ => Reach::Account,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_limit_that_is_not_known_to_be_narrow_holds_up_everything() {
        for (reason, expected) in [
            (Some("jira-burst-based"), Reach::Operation),
            (Some("jira-per-issue-on-write"), Reach::Subject),
            (Some("jira-quota-global-based"), Reach::App),
            (Some("jira-quota-tenant-based"), Reach::Site),
            (Some("jira-burst-based-too"), Reach::Account),
            (Some(""), Reach::Account),
            (None, Reach::Account),
        ] {
            let value = reason.map(|reason| (http::HeaderName::from_static("ratelimit-reason"), reason));
            let headers = value.map(|(name, reason)| (name, HeaderValue::from_static(reason)));
            assert_eq!(reach(&headers.into_iter().collect()), expected, "{reason:?}");
        }
    }
}
