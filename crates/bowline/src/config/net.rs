//! `[net]`: outbound calls.

use bowline_net::AllowRule;
use serde::{Deserialize, Deserializer, de};

/// Outbound calls.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Net {
    /// Targets inside the network that may be called.
    #[serde(deserialize_with = "rules")]
    pub(crate) allow: Vec<AllowRule>,
    /// Whether unencrypted calls may go to the internet.
    pub(crate) plain_http: bool,
    /// How many calls of one connection may be under way at once.
    pub(crate) per_connection: u32,
}

fn rules<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<AllowRule>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    texts.iter().map(|text| text.parse().map_err(de::Error::custom)).collect()
}

impl Net {
    pub(super) fn show(&self) -> String {
        let allow: Vec<String> = self.allow.iter().map(ToString::to_string).collect();
        format!(
            "[net]\nallow = {allow:?}\nplain_http = {}\nper_connection = {}\n",
            self.plain_http, self.per_connection
        )
    }
}
