//! What each provider's tokens live by: the table of times.
//!
//! Sources: Atlassian's pages "OAuth 2.0 (3LO) apps" (access token one hour, refresh token 90 idle days, reuse leeway ten
//! minutes) and, for the 365 days from consent, staff answers in its developer community (threads 54172 and 60806);
//! "Jira OAuth 2.0 provider API" and its system properties for Data Center (refresh token 90 days; no leeway is
//! documented, so none is assumed); Atlassian's OAuth 1.0a provider code (five years). An answer that names an end of
//! its own wins over this table.

use bowline_core::SignedDuration;
use bowline_core::grant::Provider;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What an operator may set, because a vendor may change it or does not document it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where Atlassian's API gateway is, without a trailing slash.
    pub cloud_api: String,
    /// How long Atlassian's cloud takes a refresh token again that was used already.
    pub cloud_leeway: SignedDuration,
    /// The same for Jira Data Center.
    pub data_center_leeway: SignedDuration,
    /// After how much time without use a refresh token of either dies.
    pub idle_life: SignedDuration,
    /// After how much time from consent a family of Atlassian's cloud ends, whatever we do.
    pub family_life: SignedDuration,
    /// How long after its last renewal an unused grant is renewed, give or take a sixth.
    pub keep_alive: SignedDuration,
    /// After how much time without a token that comes by itself people are told.
    pub fresh_for: SignedDuration,
    /// How many renewals a provider is asked for in a second, beside those that callers wait for; 0 for no limit.
    pub per_second: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cloud_api: "https://api.atlassian.com".to_owned(),
            cloud_leeway: SignedDuration::from_secs(600),
            data_center_leeway: SignedDuration::ZERO,
            idle_life: DAY * 90,
            family_life: DAY * 365,
            keep_alive: DAY * 30,
            fresh_for: SignedDuration::from_mins(90),
            per_second: 50,
        }
    }
}

/// What the tokens of one provider live by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How long a token that was used for renewing may be sent again. `None` if sending it again is always harmless.
    pub leeway: Option<SignedDuration>,
    /// After how much time without renewal a grant dies.
    pub idle: Option<SignedDuration>,
    /// After how much time from consent it ends.
    pub life: Option<SignedDuration>,
    /// When an unused grant is renewed.
    pub keep_alive: Option<SignedDuration>,
    /// How long before its end an access token is renewed, if that is not a share of its life.
    pub ahead: Option<SignedDuration>,
    /// After how much time without a new one people are told, where tokens come by themselves and none can be asked for.
    pub alarm: Option<SignedDuration>,
    /// Days before the end at which people are told.
    pub warnings: &'static [i64],
}

impl Options {
    /// The terms of a provider.
    pub fn terms(&self, provider: Provider) -> Terms {
        let minted = Terms {
            leeway: None,
            idle: None,
            life: None,
            keep_alive: None,
            ahead: None,
            alarm: None,
            warnings: &[30, 14, 7, 3, 1, 0],
        };
        match provider {
            Provider::AtlassianCloud => Terms {
                leeway: Some(self.cloud_leeway),
                idle: Some(self.idle_life),
                life: Some(self.family_life),
                keep_alive: Some(self.keep_alive),
                ..minted
            },
            Provider::JiraOauth2 => Terms {
                leeway: Some(self.data_center_leeway),
                idle: Some(self.idle_life),
                keep_alive: Some(self.keep_alive),
                ..minted
            },
            // The old token is gone as soon as there is a new one.
            Provider::JiraOauth1 => Terms {
                leeway: Some(SignedDuration::ZERO),
                ahead: Some(DAY * 90),
                warnings: &[180, 90, 30, 7, 1],
                ..minted
            },
            Provider::Forge => Terms { alarm: Some(self.fresh_for), warnings: &[], ..minted },
            Provider::AtlassianService | Provider::JiraService | Provider::Gateway => minted,
        }
    }
}

impl Terms {
    /// Whether a token that was first sent so long ago may be sent again, after `sends` sends. Two minutes of a leeway
    /// are left to clocks that differ. Where there is none, one immediate repeat is the best there is: the provider
    /// may never have seen the first.
    pub fn resendable(&self, age: SignedDuration, sends: u32) -> bool {
        let margin = SignedDuration::from_mins(2);
        match self.leeway {
            None => true,
            Some(leeway) if leeway > margin => age < leeway.saturating_sub(margin),
            Some(_) => sends < 2,
        }
    }
}
