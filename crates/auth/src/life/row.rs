//! How the row of a grant changes: by new tokens, and by trouble. Pure.

use bowline_core::grant::{Grant, GrantState};
use bowline_core::{Code, SignedDuration, Timestamp};

use super::terms::Terms;
use super::tokens::Given;

/// The row once a provider has given new tokens. Where they lie is the caller's to say.
pub(super) fn renewed(before: Grant, given: &Given, terms: &Terms, now: Timestamp) -> Grant {
    let after = |span: SignedDuration| now.saturating_add(span).ok();
    let seconds = |seconds: i64| after(SignedDuration::from_secs(seconds));
    let ends_at = match given.grant_expires_in {
        Some(life) => seconds(life),
        None => before.ends_at,
    };
    // A warning of the end that failing renewals would have brought is over with them.
    let warned = before.warned.filter(|days| ends_at.is_some_and(|end| is_within(end, *days, now)));
    Grant {
        scopes: given.scopes.clone().unwrap_or(before.scopes),
        since: if before.state == GrantState::Active { before.since } else { now },
        state: GrantState::Active,
        reason: None,
        words: None,
        version: before.version + 1,
        rotated_at: Some(now),
        access_until: given.expires_in.and_then(seconds),
        idle_until: terms.idle.and_then(after),
        ends_at,
        warned,
        attempt: None,
        fails: 0,
        retry_at: None,
        ..before
    }
}

fn is_within(end: Timestamp, days: i64, now: Timestamp) -> bool {
    end.duration_since(now) <= SignedDuration::from_hours(24 * days)
}

/// The row stands otherwise from now on, for a reason.
pub(super) fn stand(
    grant: &mut Grant,
    state: GrantState,
    code: &Code,
    words: Option<String>,
    now: Timestamp,
) {
    if grant.state != state {
        grant.since = now;
    }
    grant.state = state;
    grant.reason = Some(code.clone());
    grant.words = words;
}
