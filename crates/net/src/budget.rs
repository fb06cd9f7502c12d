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
        let next = number("t").filter(|next| *next > 0).unwrap_or(every).min(every).min(LONGEST_WAIT);
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
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(all: &[(&'static str, &'static str)]) -> HeaderMap {
        all.iter().map(|(name, value)| ((*name).parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    const BUCKET: Told = Told { reach: Reach::Account, left: 2, size: 10, fill: 3, every: 5, next: 5 };

    #[test]
    fn both_products_tell_in_their_own_way() {
        let center = [
            ("x-ratelimit-limit", "60"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-fillrate", "5"),
            ("x-ratelimit-interval-seconds", "10"),
            ("retry-after", "4"),
        ];
        let expected = Told { reach: Reach::Account, left: 0, size: 60, fill: 5, every: 10, next: 4 };
        assert_eq!(told(&headers(&center)), [expected]);
        let cloud = [
            ("ratelimit-policy", r#""global-app-quota";q=65000;w=3600,"jira-burst-based";q=100;w=1"#),
            ("ratelimit", r#""global-app-quota";t=900,"jira-burst-based";r=7;t=1"#),
        ];
        let expected = Told { reach: Reach::Operation, left: 7, size: 100, fill: 100, every: 1, next: 1 };
        assert_eq!(told(&headers(&cloud)), [expected]);
        let quota = Quota { is_global: true, size: 65_000, left: None, every: 3_600, next: 900 };
        assert_eq!(quotas(&headers(&cloud)), [quota], "what is far from its limit has no number");
    }

    #[test]
    fn what_is_not_understood_limits_nothing() {
        for all in [
            &[][..],
            &[("x-ratelimit-limit", "60"), ("x-ratelimit-remaining", "-1")],
            &[("ratelimit", r#""jira-burst-based";r=7;t=1"#)],
            &[("ratelimit-policy", "x"), ("ratelimit", ";;,=\"")],
            &[
                ("ratelimit-policy", r#""jira-burst-based";q=0;w=1"#),
                ("ratelimit", r#""jira-burst-based";r=0;t=1"#),
            ],
            &[("ratelimit-policy", r#""new";q=5;w=1"#), ("ratelimit", r#""new";r=0;t=1"#)],
            &[
                ("beta-ratelimit-policy", r#""global-app-quota";q=5;w=60"#),
                ("beta-ratelimit", r#""global-app-quota";r=0;t=9"#),
            ],
            &[
                ("ratelimit-policy", r#""global-app-quota";q=5;w=99999999"#),
                ("ratelimit", r#""global-app-quota";r=0;t=99999999"#),
            ],
        ] {
            assert!(told(&headers(all)).is_empty(), "{all:?}");
            assert!(quotas(&headers(all)).is_empty(), "{all:?}");
        }
    }

    fn take<K: Eq + Hash + Clone>(
        budgets: &mut Budgets<K>,
        keys: &[K],
        second: i64,
    ) -> Result<u64, Timestamp> {
        budgets.may(keys, true, at(second))?;
        Ok(budgets.take(keys))
    }

    /// A call that goes and is answered.
    fn answered(budgets: &mut Budgets<&'static str>, told: &Told, second: i64) {
        let call = take(budgets, &["a"], second).unwrap();
        budgets.learn("a", told, call, at(second));
        budgets.land(&["a"]);
    }

    /// How many of so many calls may go at once.
    fn go(budgets: &mut Budgets<&'static str>, count: usize, second: i64) -> usize {
        (0..count).filter(|_| take(budgets, &["a"], second).is_ok()).count()
    }

    #[test]
    fn as_many_calls_go_as_are_left_and_more_as_more_come_in() {
        let mut budgets = Budgets::default();
        answered(&mut budgets, &BUCKET, 0);
        assert_eq!(go(&mut budgets, 5, 1), 2);
        assert_eq!(take(&mut budgets, &["a"], 1), Err(at(5)));
        assert!(take(&mut budgets, &["b"], 1).is_ok(), "another limit");
        assert_eq!(take(&mut budgets, &["b", "a"], 1), Err(at(5)), "the scarcer one counts");
        assert_eq!(go(&mut budgets, 5, 5), 3);
        assert_eq!(take(&mut budgets, &["a"], 6), Err(at(10)));
        assert_eq!(go(&mut budgets, 20, 90), 10, "no more than fit in");
    }

    #[test]
    fn calls_under_way_may_not_have_been_counted_yet() {
        let mut budgets = Budgets::default();
        // Four went before anybody knew of a limit. The first is answered: 8 are left, or 5.
        assert_eq!(go(&mut budgets, 4, 0), 4);
        budgets.learn("a", &Told { left: 8, ..BUCKET }, 1, at(0));
        budgets.land(&["a"]);
        assert_eq!(go(&mut budgets, 9, 1), 5);
        // When more come in is known the better the more is told.
        budgets.learn("a", &Told { left: 0, next: 2, ..BUCKET }, 9, at(1));
        assert_eq!(take(&mut budgets, &["a"], 2), Err(at(3)));
    }

    #[test]
    fn an_answer_that_was_overtaken_tells_of_no_more_than_is_known() {
        let mut budgets = Budgets::default();
        let slow = take(&mut budgets, &["a"], 0).unwrap();
        for left in [1, 0] {
            let call = take(&mut budgets, &["a"], 0).unwrap();
            budgets.learn("a", &Told { left: left + 1, ..BUCKET }, call, at(0));
            budgets.land(&["a"]);
        }
        assert_eq!(take(&mut budgets, &["a"], 0), Err(at(5)));
        budgets.learn("a", &Told { left: 9, ..BUCKET }, slow, at(1));
        budgets.land(&["a"]);
        assert_eq!(take(&mut budgets, &["a"], 1), Err(at(5)));
    }

    #[test]
    fn neither_a_wrong_number_nor_a_wrong_clock_silences_anybody() {
        let window = |policy: &'static str, left: &'static str| {
            told(&headers(&[("ratelimit-policy", policy), ("ratelimit", left)])).remove(0).next
        };
        assert_eq!(window(r#""jira-burst-based";q=100;w=1"#, r#""jira-burst-based";r=0;t=86400"#), 1);
        let quota = [
            ("ratelimit-policy", r#""global-app-quota";q=9;w=86400"#),
            ("ratelimit", r#""global-app-quota";r=10;t=86400"#),
        ];
        let quota = quotas(&headers(&quota)).remove(0);
        assert_eq!((quota.next, quota.left), (3_600, Some(9)));
        let mut budgets = Budgets::default();
        answered(&mut budgets, &Told { left: 0, ..BUCKET }, 7_200);
        // The clock is set back by an hour.
        assert_eq!(take(&mut budgets, &["a"], 3_600), Err(at(3_605)));
        assert!(take(&mut budgets, &["a"], 3_605).is_ok());
    }

    #[test]
    fn calls_that_are_not_urgent_leave_some_of_a_bucket() {
        let mut budgets = Budgets::default();
        let roomy = Told { left: 20, size: 20, fill: 10, ..BUCKET };
        answered(&mut budgets, &roomy, 0);
        let low = (0..30).filter(|_| budgets.may(&["a"], false, at(0)).is_ok() && budgets.take(&["a"]) > 0);
        assert_eq!(low.count(), 18);
        assert_eq!(go(&mut budgets, 5, 0), 2);
        let mut budgets = Budgets::default();
        answered(&mut budgets, &Told { left: 10, size: 10, fill: 10, ..BUCKET }, 0);
        let low = (0..30).filter(|_| budgets.may(&["a"], false, at(0)).is_ok() && budgets.take(&["a"]) > 0);
        assert_eq!(low.count(), 10, "it would be lost");
    }

    #[test]
    fn who_shares_takes_its_part_and_believes_the_vendor_only_about_less() {
        let mut budgets = Budgets::default();
        answered(&mut budgets, &Told { left: 10, fill: 5, ..BUCKET }, 0);
        budgets.share(50);
        assert_eq!(go(&mut budgets, 9, 0), 5);
        answered_late(&mut budgets, &Told { left: 9, fill: 5, ..BUCKET }, 0);
        assert_eq!(go(&mut budgets, 9, 0), 0, "the rest is another's");
        assert_eq!((go(&mut budgets, 9, 5), go(&mut budgets, 9, 10)), (2, 3), "halves are not lost");
        answered_late(&mut budgets, &Told { left: 1, fill: 5, ..BUCKET }, 14);
        assert_eq!(go(&mut budgets, 9, 15), 2);
        assert_eq!(go(&mut budgets, 90, 900), 5);
    }

    /// An answer to a call that went before.
    fn answered_late(budgets: &mut Budgets<&'static str>, told: &Told, second: i64) {
        budgets.learn("a", told, 1, at(second));
    }

    #[test]
    fn memory_is_bounded() {
        let mut budgets = Budgets::default();
        for key in 0..MOST + 50 {
            let call = take(&mut budgets, &[key, key + 1_000_000], 0).unwrap();
            budgets.learn(key, &BUCKET, call, at(0));
            budgets.land(&[key, key + 1_000_000]);
        }
        assert!(budgets.all.len() <= MOST + 1, "{}", budgets.all.len());
    }
}
