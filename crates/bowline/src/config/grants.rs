//! `[grants]`: the life of tokens.

use bowline_core::SignedDuration;
use serde::Deserialize;

use super::sync::{duration, length};

/// The life of tokens.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Grants {
    /// How many providers are asked at once.
    pub(crate) workers: u32,
    /// How many renewals a provider is asked for in a second; 0 for no limit.
    pub(crate) per_second: u32,
    /// Where people consent at Atlassian's cloud.
    pub(crate) identity_url: String,
    /// Where Atlassian's API gateway is.
    pub(crate) cloud_api: String,
    /// How long Atlassian's cloud takes a used refresh token again.
    #[serde(deserialize_with = "length")]
    pub(crate) cloud_leeway: SignedDuration,
    /// The same for Jira Data Center.
    #[serde(deserialize_with = "length")]
    pub(crate) data_center_leeway: SignedDuration,
    /// After how long without use a refresh token dies.
    #[serde(deserialize_with = "duration")]
    pub(crate) idle_life: SignedDuration,
    /// After how long a consent at Atlassian's cloud ends.
    #[serde(deserialize_with = "duration")]
    pub(crate) family_life: SignedDuration,
    /// How often a grant that nothing uses is renewed.
    #[serde(deserialize_with = "duration")]
    pub(crate) keep_alive: SignedDuration,
    /// How often stored secrets are looked after.
    #[serde(deserialize_with = "duration")]
    pub(crate) look_every: SignedDuration,
    /// How long before its end a personal access token is replaced; nothing leaves those that people made alone.
    #[serde(deserialize_with = "length")]
    pub(crate) replace_ahead: SignedDuration,
}

impl Grants {
    /// As options of the life.
    pub(crate) fn options(&self, fresh_for: SignedDuration) -> bowline_auth::life::Options {
        bowline_auth::life::Options {
            cloud_api: self.cloud_api.trim_end_matches('/').to_owned(),
            cloud_leeway: self.cloud_leeway,
            data_center_leeway: self.data_center_leeway,
            idle_life: self.idle_life,
            family_life: self.family_life,
            keep_alive: self.keep_alive,
            fresh_for,
            per_second: self.per_second,
        }
    }

    /// How often stored secrets are looked after.
    pub(crate) fn look_every(&self) -> std::time::Duration {
        std::time::Duration::try_from(self.look_every).unwrap_or(std::time::Duration::from_secs(3_600))
    }

    /// As options of care.
    pub(crate) fn care(&self) -> bowline_auth::care::Options {
        bowline_auth::care::Options {
            replace_ahead: self.replace_ahead,
            ..bowline_auth::care::Options::default()
        }
    }

    pub(super) fn show(&self) -> String {
        format!(
            "[grants]\nworkers = {}\nper_second = {}\nidentity_url = {:?}\ncloud_api = {:?}\ncloud_leeway = \"{:#}\"\ndata_center_leeway = \"{:#}\"\nidle_life = \"{:#}\"\n\
             family_life = \"{:#}\"\nkeep_alive = \"{:#}\"\nlook_every = \"{:#}\"\nreplace_ahead = \"{:#}\"\n",
            self.workers,
            self.per_second,
            self.identity_url,
            self.cloud_api,
            self.cloud_leeway,
            self.data_center_leeway,
            self.idle_life,
            self.family_life,
            self.keep_alive,
            self.look_every,
            self.replace_ahead
        )
    }
}
