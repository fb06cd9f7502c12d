//! Families of rotating refresh tokens, and the grants they come from.
//!
//! "OAuth 2.0 (3LO) apps" (developer.atlassian.com): a refresh token is good for 90 days without use, its family for 365
//! days from the consent; each use gives a new one, and the old one can be used for ten minutes more. Whoever uses it
//! after that ends the whole family. The old access token ends with the ten minutes as well (Atlassian staff, community
//! 83103). What comes of one token used twice within that time is not published: here all of it works, as with Auth0.

use crate::frame::call::Person;

const DAY: i64 = 86_400_000;

/// Times of families, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) access: i64,
    /// Without use.
    pub(crate) idle: i64,
    /// From the consent.
    pub(crate) absolute: i64,
    /// How long a used refresh token, and the access token beside it, go on working.
    pub(crate) leeway: i64,
    /// Whether a refresh token used later than that ends its family.
    pub(crate) reuse_ends: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { access: 3_600_000, idle: 90 * DAY, absolute: 365 * DAY, leeway: 600_000, reuse_ends: true }
    }
}

/// Why a family is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// A token that was used before came again.
    Reused,
    /// The person took their consent back, or the app was removed from all its sites.
    Revoked,
    /// The person's password was changed: access tokens go on until they end.
    Password,
    /// Nobody used it for too long.
    Idle,
    /// The consent is too old.
    Old,
}

impl End {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Reused => "reused",
            Self::Revoked => "revoked",
            Self::Password => "password_changed",
            Self::Idle => "idle",
            Self::Old => "old",
        }
    }
}

/// What one person allowed one app: there is one such grant, and a later consent changes it.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) app: u16,
    pub(crate) who: Person,
    pub(crate) scopes: Vec<String>,
    /// Indexes of sites.
    pub(crate) sites: Vec<u16>,
}

/// The tokens that came of one consent.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    pub(crate) grant: u32,
    /// How often it was refreshed.
    pub(crate) generation: u32,
    pub(crate) consented: i64,
    pub(crate) used: i64,
    /// When the latest generations before this one were followed by the next, oldest first.
    followed: Vec<i64>,
    pub(crate) end: Option<End>,
}

impl Family {
    pub(crate) fn new(grant: u32, now: i64) -> Self {
        Self { grant, generation: 0, consented: now, used: now, followed: Vec::new(), end: None }
    }

    /// Why it cannot be refreshed any more.
    pub(crate) fn over(&self, now: i64, rules: Rules) -> Option<End> {
        let old = (now - self.consented >= rules.absolute).then_some(End::Old);
        self.end.or(old).or((now - self.used >= rules.idle).then_some(End::Idle))
    }

    /// Uses a refresh token of a generation; the answer is the generation of the new tokens.
    pub(crate) fn refresh(&mut self, generation: u32, now: i64, rules: Rules) -> Result<u32, End> {
        if let Some(end) = self.over(now, rules) {
            return Err(end);
        }
        self.followed.retain(|at| now - *at < rules.leeway);
        if generation == self.generation {
            self.generation += 1;
            self.used = now;
            if rules.leeway > 0 {
                self.followed.push(now);
            }
            return Ok(self.generation);
        }
        if self.is_within(generation, now, rules) {
            self.used = now;
            return Ok(self.generation);
        }
        if rules.reuse_ends {
            self.end = Some(End::Reused);
        }
        Err(End::Reused)
    }

    /// Whether an access token of a generation, made then, works.
    pub(crate) fn admits(&self, generation: u32, at: i64, now: i64, rules: Rules) -> bool {
        let ended = self.end.is_some_and(|end| end != End::Password);
        let current = generation == self.generation || self.is_within(generation, now, rules);
        !ended && current && now - at < rules.access
    }

    /// Whether an earlier generation was followed so lately that it still counts.
    fn is_within(&self, generation: u32, now: i64, rules: Rules) -> bool {
        let Some(behind) = self.generation.checked_sub(generation) else { return false };
        let place = self.followed.len().checked_sub(usize::try_from(behind).unwrap_or(usize::MAX));
        let at = place.and_then(|place| self.followed.get(place));
        at.is_some_and(|at| now - at < rules.leeway)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_used_token_works_for_ten_minutes_and_ends_the_family_after_them() {
        let (mut family, rules) = (Family::new(0, 0), Rules::default());
        assert_eq!(family.refresh(0, 1_000, rules), Ok(1));
        assert_eq!(family.refresh(0, 600_999, rules), Ok(1), "again, with the same successor");
        assert!(family.admits(0, 0, 600_999, rules) && !family.admits(0, 0, 601_000, rules));
        assert!(family.admits(1, 1_000, 601_000, rules));
        assert_eq!(family.refresh(0, 601_000, rules), Err(End::Reused));
        assert_eq!(family.refresh(1, 601_000, rules), Err(End::Reused), "the successor is dead as well");
        assert!(!family.admits(1, 1_000, 601_000, rules));
    }

    #[test]
    fn each_earlier_token_has_its_own_ten_minutes() {
        let (mut family, rules) = (Family::new(0, 0), Rules::default());
        for (at, generation) in [(0, 1), (300_000, 2), (500_000, 3)] {
            assert_eq!(family.refresh(generation - 1, at, rules), Ok(generation));
        }
        assert_eq!(family.refresh(1, 899_999, rules), Ok(3));
        assert!(family.admits(2, 300_000, 899_999, rules) && !family.admits(0, 0, 899_999, rules));
        assert_eq!(family.refresh(1, 900_000, rules), Err(End::Reused));
    }

    #[test]
    fn without_leeway_a_token_works_once() {
        let (mut family, rules) = (Family::new(0, 0), Rules { leeway: 0, ..Rules::default() });
        assert_eq!(family.refresh(0, 5, rules), Ok(1));
        assert!(!family.admits(0, 0, 5, rules) && family.admits(1, 5, 5, rules));
        let mild = Rules { reuse_ends: false, ..rules };
        assert_eq!(family.refresh(0, 5, mild), Err(End::Reused));
        assert_eq!(family.refresh(1, 6, mild), Ok(2));
    }

    #[test]
    fn use_moves_the_idle_end_and_nothing_moves_the_other() {
        let (mut family, rules) = (Family::new(0, 0), Rules::default());
        for (day, generation) in [(89, 0), (178, 1), (267, 2), (356, 3)] {
            assert_eq!(family.refresh(generation, day * DAY, rules), Ok(generation + 1));
        }
        assert_eq!(family.refresh(4, 365 * DAY, rules), Err(End::Old));
        assert_eq!(Family::new(0, 0).refresh(0, 90 * DAY, rules), Err(End::Idle));
    }
}
