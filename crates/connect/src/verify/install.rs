//! Tokens made with Atlassian's install keys, by RS256.

use std::sync::Arc;

use bowline_core::port::Clock;

use super::Unverified;
use crate::install_key::{InstallKeys, KeyId, KeyNames};
use crate::jose::Compact;
use crate::qsh::Incoming;
use crate::token::{Claims, Class, Found, Refusal, Times};

/// Verifies tokens of signed lifecycle calls (developer.atlassian.com/cloud/jira/platform/security-for-connect-apps).
/// Nothing here depends on whether the issuer is known: no installation is looked up.
pub struct InstallTokens {
    keys: Arc<dyn InstallKeys>,
    clock: Arc<dyn Clock>,
    times: Times,
    audience: String,
    names: KeyNames,
}

impl InstallTokens {
    /// `base_url` is the app's own, as in its descriptor: the audience of these tokens.
    pub fn new(keys: Arc<dyn InstallKeys>, clock: Arc<dyn Clock>, times: Times, base_url: &str) -> Self {
        let audience = base_url.strip_suffix('/').unwrap_or(base_url).to_owned();
        Self { keys, clock, times, audience, names: KeyNames::default() }
    }

    /// Looks up keys of other names too.
    #[must_use]
    pub const fn with_key_names(mut self, names: KeyNames) -> Self {
        self.names = names;
        self
    }

    /// Verifies the token that was found in a request.
    pub async fn verify(&self, found: Found<'_>, request: &Incoming) -> Result<Claims, Unverified> {
        let compact = Compact::parse(found.token).map_err(Refusal::from)?;
        compact.has("RS256").map_err(Refusal::from)?;
        let kid = compact.header().kid.as_deref();
        let kid = kid.and_then(|kid| KeyId::parse(kid, self.names)).ok_or(Refusal::KeyId)?;
        let key = self.keys.find(&kid).await?.ok_or(Refusal::UnknownKey)?;
        let claims = Claims::parse(compact.verify_rs256(&key).map_err(Refusal::from)?)?;
        self.times.check(&claims, self.clock.now())?;
        self.is_for_us(&claims)?;
        Class::UrlBound.check(&claims, request, found.place)?;
        Ok(claims)
    }

    /// One audience, which is our base URL; one slash at its end more or less does not matter.
    fn is_for_us(&self, claims: &Claims) -> Result<(), Refusal> {
        let bare = |url: &String| url.strip_suffix('/').unwrap_or(url) == self.audience;
        match claims.aud.as_slice() {
            [audience] if bare(audience) => Ok(()),
            found => Err(Refusal::Audience { expected: self.audience.clone(), found: found.to_vec() }),
        }
    }
}
