//! When a grant needs us next, and for what: a pure function of its row and the time.
//!
//! An access token that is used is renewed between three quarters and eleven twelfths of its life; which moment it is
//! depends on the grant's id, so that grants do not march in step. Grants that were never renewed spread over more of
//! the first life: they may all have come at one time. An unused grant is renewed so often that three tries remain
//! before the provider forgets it.

use bowline_core::grant::{Grant, GrantState};
use bowline_core::{SignedDuration, Timestamp};

use super::terms::Terms;

/// A grant that was called with in this time is used.
const USED: SignedDuration = SignedDuration::from_hours(24);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Two renewals in a row are at least so many seconds apart, whatever a provider says of its tokens.
const FLOOR: f64 = 5.0;

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Nothing.
    Rest,
    /// A renewal.
    Renew,
    /// To tell people that so many days are left.
    Warn(i64),
    /// To tell people that no token has come for a while, where they come by themselves.
    Alarm,
    /// To stop calls: the last token has ended, and no other came.
    Stop,
}

/// What is due now, and when to look again if nothing comes of it. `None`: not before somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What to do now.
    pub deed: Deed,
    /// When something is due next, if nothing changes.
    pub next: Option<Timestamp>,
}

/// What is due for a grant.
pub fn plan(grant: &Grant, terms: &Terms, now: Timestamp) -> Plan {
    if !grant.state.serves() {
        return Plan { deed: Deed::Rest, next: None };
    }
    if let Some(alarm) = terms.alarm {
        return awaited(grant, alarm, now);
    }
    if grant.secret.is_none() && grant.retry_at.is_none_or(|at| at <= now) {
        // Minted without a person, and never yet.
        return Plan { deed: Deed::Renew, next: Some(now) };
    }
    if let Some(retry) = grant.retry_at.filter(|at| *at > now) {
        let (warning, _) = warning(grant, terms, now);
        return Plan { deed: warning.map_or(Deed::Rest, Deed::Warn), next: Some(retry) };
    }
    let renewal = renewal(grant, terms, now);
    let wanted = grant.attempt.is_some() || grant.retry_at.is_some();
    if wanted || renewal.is_some_and(|at| at <= now) {
        return Plan { deed: Deed::Renew, next: Some(now) };
    }
    let (warning, later) = warning(grant, terms, now);
    let next = [renewal, later].into_iter().flatten().min();
    Plan { deed: warning.map_or(Deed::Rest, Deed::Warn), next }
}

/// The same, where tokens come by themselves.
fn awaited(grant: &Grant, alarm: SignedDuration, now: Timestamp) -> Plan {
    let end = grant.access_until.filter(|end| grant.secret.is_some() && *end > now);
    let Some(end) = end else { return Plan { deed: Deed::Stop, next: Some(now) } };
    let late = later(grant.rotated_at.unwrap_or(grant.created_at), alarm);
    match grant.state {
        GrantState::Active if late <= now => Plan { deed: Deed::Alarm, next: Some(now) },
        GrantState::Active => Plan { deed: Deed::Rest, next: Some(end.min(late)) },
        _ => Plan { deed: Deed::Rest, next: Some(end) },
    }
}

/// When the tokens are to be renewed.
fn renewal(grant: &Grant, terms: &Terms, now: Timestamp) -> Option<Timestamp> {
    let rotated = grant.rotated_at?;
    let share = share(grant);
    let ahead = grant.access_until.map(|until| ahead(grant, terms, rotated, until, share));
    let used = grant.used_at.is_some_and(|at| now.duration_since(at) < USED);
    let keep = terms.keep_alive.map(|every| {
        let offset = every.as_secs_f64() / 3.0 * (share - 0.5);
        later(rotated, every + whole(offset))
    });
    // The provider ends a family at its deadline: its answer then is what tells so.
    let end = grant.ends_at.filter(|end| rotated < *end);
    match terms.ahead {
        Some(_) => [ahead, end].into_iter().flatten().min(),
        None if used => [ahead, keep, end].into_iter().flatten().min(),
        None => [keep, end].into_iter().flatten().min(),
    }
}

fn ahead(grant: &Grant, terms: &Terms, rotated: Timestamp, until: Timestamp, share: f64) -> Timestamp {
    if let Some(ahead) = terms.ahead {
        // A token that lives shorter than that is renewed at three quarters of its life, not at once and for ever.
        let life = until.duration_since(rotated).as_secs_f64();
        return earlier(until, ahead).max(later(rotated, whole(life * 0.75)));
    }
    let life = until.duration_since(rotated).as_secs_f64();
    let part = if grant.version <= 1 { 0.25 + share * 2.0 / 3.0 } else { 0.75 + share / 6.0 };
    later(rotated, whole((life * part).max(FLOOR)))
}

/// The warning that is due and not yet given, and when the one after it is.
fn warning(grant: &Grant, terms: &Terms, now: Timestamp) -> (Option<i64>, Option<Timestamp>) {
    let idle = grant.idle_until.filter(|_| grant.fails > 0);
    let Some(end) = [grant.ends_at, idle].into_iter().flatten().min() else { return (None, None) };
    let at = |days: i64| earlier(end, DAY * i32::try_from(days).unwrap_or(i32::MAX));
    let given = |days: i64| grant.warned.is_some_and(|warned| warned <= days);
    let due = terms.warnings.iter().copied().filter(|days| at(*days) <= now).min();
    let next = terms.warnings.iter().copied().filter(|days| at(*days) > now).max().map(at);
    (due.filter(|days| !given(*days)), next)
}

/// Where in a span this grant stands: a number from 0 to 1 that stays the same for it.
fn share(grant: &Grant) -> f64 {
    let random = grant.id.uuid().as_u128() & u128::from(u32::MAX);
    u32::try_from(random).map_or(0.0, f64::from) / f64::from(u32::MAX)
}

/// How long to wait after so many failed renewals: doubling from five seconds to a quarter of an hour, spread by id so
/// that after an outage not all come back at once.
pub fn backoff(grant: &Grant) -> SignedDuration {
    let doubled = 5.0 * f64::from(1_u32 << grant.fails.saturating_sub(1).min(8));
    whole((doubled.min(900.0) * (0.5 + share(grant) / 2.0)).ceil())
}

/// Whole seconds: the database keeps microseconds, and what is due must still be due when it is read back.
fn whole(seconds: f64) -> SignedDuration {
    #[expect(clippy::cast_possible_truncation, reason = "a span of years in seconds")]
    SignedDuration::from_secs(seconds.round() as i64)
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(at)
}

fn earlier(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_sub(by).unwrap_or(at)
}

#[cfg(test)]
mod tests;
