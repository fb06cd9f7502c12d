//! Turning limits on and off: `limits` of `POST /_sim/settings`.

use serde::Deserialize;

use super::bucket::Size;
use super::points::{Edition, Pool};
use super::{Limits, burst, points};
use crate::jira::site::Site;

/// `true` for all that the product has, `false` for none, or single ones; what is not named stays.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Change {
    All(bool),
    Some(Box<Single>),
}

/// Single limits.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Single {
    #[serde(default)]
    points: Option<Points>,
    #[serde(default)]
    burst: Option<Burst>,
    /// Writes to one issue.
    #[serde(default)]
    issue_writes: Option<bool>,
    /// Data Center's bucket; `false` takes it away, `true` is the usual one.
    #[serde(default)]
    bucket: Option<Own>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Points {
    On(bool),
    How(PointsRule),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PointsRule {
    #[serde(default)]
    beta: bool,
    #[serde(default)]
    pool: Pool,
    #[serde(default)]
    edition: Edition,
    #[serde(default)]
    quota: Option<u64>,
    /// What every app has spent this hour, on other sites perhaps.
    #[serde(default)]
    spent: Option<u64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Burst {
    On(bool),
    How(BurstRule),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BurstRule {
    #[serde(default)]
    rate: Option<u32>,
    #[serde(default = "one")]
    buffer: u32,
}

fn one() -> u32 {
    1
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Own {
    On(bool),
    How(Size),
}

impl Change {
    /// Changes a site's limits. What was spent is forgotten, so that a test knows where it stands.
    pub(crate) fn apply(self, site: &mut Site) -> Result<(), String> {
        let cloud = site.is_cloud();
        let single = match self {
            Self::All(on) => {
                site.limits = if on { Limits::documented(cloud) } else { Limits::default() };
                return Ok(());
            }
            Self::Some(single) => single,
        };
        let clouds = single.points.is_some() || single.burst.is_some() || single.issue_writes.is_some();
        if cloud && single.bucket.is_some() {
            return Err("Cloud has no bucket for each user".to_owned());
        }
        if clouds && !cloud {
            return Err("points, burst and issue_writes are Cloud's".to_owned());
        }
        let mut limits = Limits { counts: Default::default(), ..site.limits.clone() };
        match single.points {
            None => {}
            Some(Points::On(on)) => limits.points = on.then(points::Rule::default),
            Some(Points::How(how)) => {
                let PointsRule { beta, pool, edition, quota, spent } = how;
                limits.points = Some(points::Rule { beta, pool, edition, quota });
                let now = site.frame.clock.now();
                let mut counts = limits.counts.lock();
                for app in &site.apps {
                    counts.apps.entry(app.key.clone()).or_default().spend(spent.unwrap_or(0), now);
                }
            }
        }
        match single.burst {
            None => {}
            Some(Burst::On(on)) => limits.burst = on.then(burst::Rule::default),
            Some(Burst::How(BurstRule { rate: Some(0), .. })) => {
                return Err("a rate is at least 1 a second".to_owned());
            }
            Some(Burst::How(BurstRule { rate, buffer })) => {
                limits.burst = Some(burst::Rule { rate, buffer: buffer.max(1) });
            }
        }
        limits.writes = single.issue_writes.unwrap_or(limits.writes);
        match single.bucket {
            None => {}
            Some(Own::On(on)) => limits.bucket = on.then_some(super::node::USUAL),
            Some(Own::How(size)) => limits.bucket = Some(size),
        }
        site.limits = limits;
        Ok(())
    }
}
