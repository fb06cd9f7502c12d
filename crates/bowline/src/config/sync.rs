//! `[sync]`: the engine.

use bowline_core::SignedDuration;
use serde::{Deserialize, Deserializer, de};

/// The engine.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Sync {
    /// How many items are worked on at once.
    pub(crate) workers: u32,
    /// How often each tool is asked what changed.
    #[serde(deserialize_with = "duration")]
    pub(crate) sweep_every: SignedDuration,
    /// How far each sweep reaches back behind the last one.
    #[serde(deserialize_with = "duration")]
    pub(crate) sweep_overlap: SignedDuration,
    /// How long a search index may lag behind.
    #[serde(deserialize_with = "duration")]
    pub(crate) max_index_lag: SignedDuration,
    /// How long any other call whose outcome is unknown may still be on its way.
    #[serde(deserialize_with = "duration")]
    pub(crate) settle_after: SignedDuration,
    /// How soon a missing item is looked for once more.
    #[serde(deserialize_with = "duration")]
    pub(crate) gone_after: SignedDuration,
    /// Whether content may be kept, sealed and for a time.
    pub(crate) retain_content: Retain,
}

/// Whether content may be kept, sealed and for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Retain {
    /// It may.
    On,
    /// None of it.
    Off,
}

/// A duration longer than nothing.
pub(super) fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<SignedDuration, D::Error> {
    let text = String::deserialize(from)?;
    match text.parse::<SignedDuration>() {
        Ok(duration) if duration.is_positive() => Ok(duration),
        Ok(_) => Err(de::Error::custom(format!("`{text}` is not longer than nothing"))),
        Err(_) => Err(de::Error::custom(format!("`{text}` is not a duration such as \"90s\" or \"5m\""))),
    }
}

/// A duration that may be nothing.
pub(super) fn length<'de, D: Deserializer<'de>>(from: D) -> Result<SignedDuration, D::Error> {
    let text = String::deserialize(from)?;
    match text.parse::<SignedDuration>() {
        Ok(length) if !length.is_negative() => Ok(length),
        _ => Err(de::Error::custom(format!("`{text}` is not a duration such as \"0s\", \"90s\" or \"5m\""))),
    }
}

impl Sync {
    /// As the engine's options.
    pub(crate) fn options(&self) -> bowline_sync::Options {
        bowline_sync::Options {
            max_index_lag: self.max_index_lag,
            settle_after: self.settle_after,
            sweep_every: self.sweep_every,
            sweep_overlap: self.sweep_overlap,
            gone_after: self.gone_after,
            retain_content: self.retain_content == Retain::On,
            ..bowline_sync::Options::default()
        }
    }

    pub(super) fn show(&self) -> String {
        let retain = if self.retain_content == Retain::On { "on" } else { "off" };
        format!(
            "[sync]\nworkers = {}\nsweep_every = \"{:#}\"\nsweep_overlap = \"{:#}\"\nmax_index_lag = \"{:#}\"\n\
             settle_after = \"{:#}\"\ngone_after = \"{:#}\"\nretain_content = \"{retain}\"\n",
            self.workers,
            self.sweep_every,
            self.sweep_overlap,
            self.max_index_lag,
            self.settle_after,
            self.gone_after
        )
    }
}
