//! What is left of a vendor's limits, as its answers tell, so that the last call that it allows is made and the one after it waits.
//!
//! Data Center tells the bucket of each user with every answer: `X-RateLimit-Limit`, `-Remaining`, `-FillRate`, `-Interval-Seconds`
//! ("Adjusting your code for rate limiting", confluence.atlassian.com/adminjiraserver). Cloud tells what is left of each policy in
//! `RateLimit`, and its size and window in `RateLimit-Policy` ("Rate limiting",
//! developer.atlassian.com/cloud/jira/platform/rate-limiting); what begins with `Beta-` is not enforced and not read. All of it is
//! a hint: others spend from the same limit, and a refusal says what truly holds.

use std::collections::HashMap;
use std::hash::Hash;

use bowline_core::{SignedDuration, Timestamp};
use http::HeaderMap;
use http::header::RETRY_AFTER;

use crate::purse::Quota;
use crate::reach::Reach;

/// How many limits are remembered for one connection. Above it one is forgotten as soon as nothing of it is under way: the next
/// answer tells again.
const MOST: usize = 1_000;

/// Longer than any window that a vendor has; more is a mistake in units.
const LONGEST: i64 = 86_400;

/// No hint holds up a call for longer: what is believed then cannot be corrected by an answer. A refusal is not believed for
/// longer either ([`crate::retry_after`]).
const LONGEST_WAIT: i64 = 3_600;

/// What one answer tells of one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// What the limit is about.
    pub(crate) reach: Reach,
    left: u32,
    size: u32,
    /// How many come in every window.
    fill: u32,
    every: i64,
    /// In how many seconds, at the latest, the next come in.
    next: i64,
}

/// All that an answer tells, except of quotas.
pub(crate) fn told(headers: &HeaderMap) -> Vec<Told> {
    data_center(headers).map_or_else(|| cloud(headers), |told| vec![told])
}

/// What an answer tells of quotas. That there is one is told always, how much is left of it only when that is little.
pub(crate) fn quotas(headers: &HeaderMap) -> Vec<Quota> {
    let policies = entries(headers, "ratelimit-policy");
    let left = entries(headers, "ratelimit");
    let told = policies.into_iter().filter_map(|(name, policy)| {
        let is_global = match name.as_str() {
            "global-app-quota" => true,
            "tenant-app-quota" => false,
            _ => return None,
        };
        let size = u32::try_from(*policy.get("q")?).ok().filter(|size| *size > 0)?;
        let every = *policy.get("w")?;
        let members = left.iter().find(|(other, _)| *other == name).map(|(_, members)| members);
        let number = |name: &str| members.and_then(|members| members.get(name)).copied();
        let left = number("r").and_then(|left| u32::try_from(left).ok()).map(|left| left.min(size));
        let next = number("t").filter(|next| *next > 0).map(|next| next.min(every).min(LONGEST_WAIT));
        (1..=LONGEST).contains(&every).then_some(Quota { is_global, size, left, every, next })
    });
    told.collect()
}

fn number<T: std::str::FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

fn data_center(headers: &HeaderMap) -> Option<Told> {
    let every = number(headers, "x-ratelimit-interval-seconds")?;
    let told = Told {
        reach: Reach::Account,
        left: number(headers, "x-ratelimit-remaining")?,
        size: number(headers, "x-ratelimit-limit")?,
        fill: number(headers, "x-ratelimit-fillrate")?,
        every,
        // 0 while there are tokens; whole seconds, never too few.
        next: number(headers, RETRY_AFTER.as_str()).filter(|wait| *wait > 0).unwrap_or(every).min(every),
    };
    sane(told)
}

fn cloud(headers: &HeaderMap) -> Vec<Told> {
    let policies = entries(headers, "ratelimit-policy");
    let policy = |name: &str| policies.iter().find(|(other, _)| other == name).map(|(_, members)| members);
    let told = entries(headers, "ratelimit").into_iter().filter_map(|(name, members)| {
        let reach = match name.as_str() {
            "jira-burst-based" => Reach::Operation,
            _ => return None,
        };
        let policy = policy(&name)?;
        let size = u32::try_from(*policy.get("q")?).ok()?;
        let left = u32::try_from(*members.get("r")?).ok()?;
        sane(Told { reach, left, size, fill: size, every: *policy.get("w")?, next: *members.get("t")? })
    });
    told.collect()
}

/// More come in within a window, whatever is said: wrong numbers have been reported
/// (community.developer.atlassian.com/t/97828).
fn sane(told: Told) -> Option<Told> {
    let is_one = told.size > 0 && told.fill > 0 && (1..=LONGEST).contains(&told.every) && told.next > 0;
    is_one.then(|| Told { next: told.next.min(told.every).min(LONGEST_WAIT), ..told })
}

/// The entries of a structured header: `"name";r=5;t=60,"other";t=1`, or several headers of one entry each.
fn entries(headers: &HeaderMap, name: &str) -> Vec<(String, HashMap<String, i64>)> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    let entry = |entry: &str| {
        let mut parts = entry.split(';').map(str::trim);
        let name = parts.next()?.strip_prefix('"')?.strip_suffix('"')?;
        let members = parts.filter_map(|part| part.split_once('='));
        let members = members.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?)));
        Some((name.to_owned(), members.collect()))
    };
    values.flat_map(|value| value.split(',')).filter_map(entry).collect()
}

/// What is known of one limit.
#[derive(Debug)]
struct Limit {
    /// What may be taken here, in hundredths: several processes that share a limit have so many each.
    left: u64,
    size: u32,
    fill: u32,
    every: SignedDuration,
    /// When more come in, at the latest.
    next: Timestamp,
}

impl Limit {
    fn of(told: &Told, part: u32, now: Timestamp) -> Self {
        let every = SignedDuration::from_secs(told.every);
        let next = now.saturating_add(SignedDuration::from_secs(told.next)).unwrap_or(Timestamp::MAX);
        let left = u64::from(told.left) * u64::from(part);
        Self { left, size: told.size, fill: told.fill, every, next }
    }

    /// What calls that are not urgent leave: some of what a bucket has room for beyond what comes in at once, so that nothing
    /// is lost by it.
    fn reserve(&self) -> u64 {
        u64::from((self.size / 10).min(self.size.saturating_sub(self.fill))) * ONE
    }

    /// Takes in what has come in since.
    fn refill(&mut self, part: u32, now: Timestamp) {
        let every = self.every.as_secs().max(1);
        let late = now.duration_since(self.next);
        if late.is_negative() {
            // A clock that was set back must not make a second of an hour.
            let whole = now.saturating_add(SignedDuration::from_secs(every.min(LONGEST_WAIT)));
            self.next = self.next.min(whole.unwrap_or(Timestamp::MAX));
            return;
        }
        let batches = late.as_secs() / every + 1;
        let part = u64::from(part);
        let more = u64::try_from(batches).unwrap_or(u64::MAX).saturating_mul(u64::from(self.fill) * part);
        let room = u64::from(self.size) * part;
        self.left = self.left.max(self.left.saturating_add(more).min(room.max(ONE)));
        let on = SignedDuration::from_secs(every.saturating_mul(batches));
        self.next = self.next.saturating_add(on).unwrap_or(Timestamp::MAX);
    }
}

/// One call, in hundredths.
const ONE: u64 = 100;

/// A limit, and how many calls are under way that it counts: some of them the vendor has counted, nobody knows which.
#[derive(Debug, Default)]
struct Budget {
    limit: Option<Limit>,
    flying: u32,
    /// The latest call whose answer told of it.
    learnt: u64,
}

/// The limits of one connection, by what they are about. What was never told of is not limited.
#[derive(Debug)]
pub(crate) struct Budgets<K> {
    all: HashMap<K, Budget>,
    /// How many calls have gone.
    gone: u64,
    /// How many hundredths of the limits are ours.
    part: u32,
}

impl<K> Default for Budgets<K> {
    fn default() -> Self {
        Self { all: HashMap::new(), gone: 0, part: 100 }
    }
}

impl<K: Eq + Hash + Clone> Budgets<K> {
    /// How much of the limits is ours from now on. What is left of them is ours in the same part.
    pub(crate) fn share(&mut self, part: u32) {
        if part < self.part {
            for limit in self.all.values_mut().filter_map(|budget| budget.limit.as_mut()) {
                limit.left = limit.left * u64::from(part) / u64::from(self.part);
            }
        }
        self.part = part;
    }

    /// Others may have taken all that there was, without our being told: one call goes, and its answer tells.
    pub(crate) fn doubt(&mut self) {
        for limit in self.all.values_mut().filter_map(|budget| budget.limit.as_mut()) {
            limit.left = limit.left.min(ONE);
        }
    }

    /// Whether a call may go that takes one from each of these; if not, until when nothing is left. One that is not urgent
    /// leaves some to those that are.
    pub(crate) fn may(&mut self, keys: &[K], is_urgent: bool, now: Timestamp) -> Result<(), Timestamp> {
        for key in keys {
            if let Some(limit) = self.all.get_mut(key).and_then(|budget| budget.limit.as_mut()) {
                limit.refill(self.part, now);
                let keep = if is_urgent { 0 } else { limit.reserve() * u64::from(self.part) / 100 };
                if limit.left < ONE + keep {
                    return Err(limit.next);
                }
            }
        }
        Ok(())
    }

    /// Takes one from each of these, and numbers the call.
    pub(crate) fn take(&mut self, keys: &[K]) -> u64 {
        for key in keys {
            let budget = self.all.entry(key.clone()).or_default();
            budget.flying += 1;
            if let Some(limit) = &mut budget.limit {
                limit.left = limit.left.saturating_sub(ONE);
            }
        }
        self.gone += 1;
        self.gone
    }

    /// A call is over.
    pub(crate) fn land(&mut self, keys: &[K]) {
        let crowded = self.all.len() > MOST;
        for key in keys {
            let Some(budget) = self.all.get_mut(key) else { continue };
            budget.flying = budget.flying.saturating_sub(1);
            if budget.flying == 0 && (crowded || budget.limit.is_none()) {
                self.all.remove(key);
            }
        }
    }

    /// Learns what the answer to a call told of a limit; says whether more comes in sooner than was thought. The call is still
    /// under way. An answer that was overtaken by that of a later call tells of less than there was, but never of more; and
    /// what is left of a limit that others share is not all ours.
    pub(crate) fn learn(&mut self, key: K, told: &Told, call: u64, now: Timestamp) -> bool {
        let part = self.part;
        let budget = self.all.entry(key).or_default();
        let mut limit = Limit::of(told, part, now);
        limit.left = limit.left.saturating_sub(u64::from(budget.flying.saturating_sub(1)) * ONE);
        let mut is_sooner = false;
        if let Some(known) = &mut budget.limit {
            known.refill(part, now);
            is_sooner = limit.next < known.next;
            // Both are bounds.
            limit.next = limit.next.min(known.next);
            if part < 100 {
                limit.left = known.left.min(u64::from(told.left) * ONE);
            } else if call < budget.learnt {
                limit.left = limit.left.min(known.left);
            }
        }
        budget.learnt = budget.learnt.max(call);
        budget.limit = Some(limit);
        is_sooner
    }

    /// The size of a limit, and how many come in how often.
    pub(crate) fn size(&self, key: &K) -> Option<(u32, u32, i64)> {
        let limit = self.all.get(key)?.limit.as_ref()?;
        Some((limit.size, limit.fill, limit.every.as_secs()))
    }

    /// What is left of each limit that is known, and its size.
    pub(crate) fn left(&mut self, now: Timestamp) -> impl Iterator<Item = (&K, u32, u32, Timestamp)> {
        let part = self.part;
        self.all.iter_mut().filter_map(move |(key, budget)| {
            let limit = budget.limit.as_mut()?;
            limit.refill(part, now);
            let left = u32::try_from(limit.left / ONE).unwrap_or(u32::MAX);
            Some((key, left, limit.size, limit.next))
        })
    }
}

#[cfg(test)]
mod tests;
