//! When a token is good.

use jiff::Timestamp;

use super::{Claims, Refusal};

/// The limits on a token's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    leeway: i64,
    longest: i64,
}

impl Default for Times {
    /// 30 seconds of leeway, as the host has itself; an hour at most, since real tokens were seen with 3 and 15 minutes.
    fn default() -> Self {
        Self { leeway: 30, longest: 3_600 }
    }
}

impl Times {
    /// With `leeway` seconds between the clocks, 120 at most, and tokens good for at most `longest` seconds, a day at
    /// most. What is larger is cut to that.
    pub fn new(leeway: u32, longest: u32) -> Self {
        Self { leeway: i64::from(leeway.min(120)), longest: i64::from(longest.min(86_400)) }
    }

    /// The same leeway, for tokens that are good for `longest` seconds at most.
    pub(crate) fn capped(self, longest: i64) -> Self {
        Self { longest: self.longest.min(longest), ..self }
    }

    /// The latest second that a clock of the host may have shown then.
    pub(crate) fn latest(&self, then: Timestamp) -> i64 {
        then.as_second() + self.leeway
    }

    /// Checks `exp`, `nbf` and `iat`.
    pub fn check(&self, claims: &Claims, now: Timestamp) -> Result<(), Refusal> {
        self.check_instants(claims.iat, claims.exp, claims.nbf, now)
    }

    /// The same for tokens of another kind. Whatever the numbers, nothing overflows.
    pub(crate) fn check_instants(
        &self,
        iat: i64,
        exp: i64,
        nbf: Option<i64>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let now = now.as_second();
        if exp.saturating_add(self.leeway) <= now {
            return Err(Refusal::Expired { exp, now });
        }
        if let Some(begin) = [nbf, Some(iat)].into_iter().flatten().find(|begin| *begin > now + self.leeway) {
            return Err(Refusal::Early { begin, now });
        }
        match exp.saturating_sub(iat) {
            ..1 => Err(Refusal::Claim("exp")),
            seconds if seconds > self.longest => Err(Refusal::LongLived { seconds, longest: self.longest }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(iat: i64, exp: i64, nbf: Option<i64>) -> Result<(), Refusal> {
        let claims = Claims {
            iss: "key".to_owned(),
            aud: Vec::new(),
            sub: None,
            iat,
            exp,
            nbf,
            qsh: "hash".to_owned(),
            context: None,
        };
        Times::default().check(&claims, Timestamp::from_second(10_000).unwrap())
    }

    #[test]
    fn thirty_seconds_are_given_on_both_sides_and_not_one_more() {
        assert_eq!(check(9_800, 9_971, None), Ok(()));
        assert_eq!(check(9_800, 9_970, None), Err(Refusal::Expired { exp: 9_970, now: 10_000 }));
        assert_eq!(check(10_030, 10_200, Some(10_030)), Ok(()));
        assert_eq!(check(10_031, 10_200, None), Err(Refusal::Early { begin: 10_031, now: 10_000 }));
        assert_eq!(check(9_990, 10_200, Some(10_031)), Err(Refusal::Early { begin: 10_031, now: 10_000 }));
    }

    #[test]
    fn a_token_is_good_for_an_hour_at_most_and_ends_after_it_begins() {
        assert_eq!(check(9_999, 13_599, None), Ok(()));
        assert_eq!(check(9_999, 13_600, None), Err(Refusal::LongLived { seconds: 3_601, longest: 3_600 }));
        assert_eq!(check(10_000, 10_000, None), Err(Refusal::Claim("exp")));
        assert_eq!(check(10_010, 10_000, None), Err(Refusal::Claim("exp")));
    }

    #[test]
    fn settings_have_a_ceiling() {
        assert_eq!(Times::new(4_000, u32::MAX), Times { leeway: 120, longest: 86_400 });
    }
}
